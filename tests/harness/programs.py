"""Real clients that are programs: tests/run_python.sh installs them and names them in variables."""

import os
from pathlib import Path


def program(variable: str) -> Path:
    path = os.environ.get(variable)
    if not path or not Path(path).is_file():
        raise FileNotFoundError(f"{variable} must name the program; tests/run_python.sh installs it.")
    return Path(path)


def own_folders(folder: Path) -> tuple[Path, Path]:
    """A home and a folder to work in."""
    home, work = folder / "home", folder / "work"
    home.mkdir(exist_ok=True)
    work.mkdir(exist_ok=True)
    return home, work


def clean_environment(home: Path, *foreign: str) -> dict[str, str]:
    """Without the person's own settings, which begin with `foreign`, and without proxies."""
    env = {name: value for name, value in os.environ.items()
           if not name.startswith((*foreign, "XDG_")) and not name.lower().endswith("_proxy")}
    env["HOME"] = str(home)
    return env
