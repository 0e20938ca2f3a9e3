"""Real clients that are programs: tests/run_python.sh installs them and names them in variables."""

import json
import os
import subprocess
from pathlib import Path

CLIENTS = Path(__file__).resolve().parent.parent / "clients"


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


def node(agent, script: str, plan: dict, *words: str) -> dict:
    """What a script of tests/clients prints as JSON, run where `agent` works."""
    done = subprocess.run([str(program("HEARTH_NODE")), str(CLIENTS / script), json.dumps(plan),
                           *words], env=agent.env, cwd=agent.work, capture_output=True, text=True,
                          timeout=120)
    assert done.returncode == 0, done.stderr[-1500:]
    return json.loads(done.stdout)
