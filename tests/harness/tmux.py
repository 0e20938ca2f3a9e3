"""A program on a real screen: tmux draws it, keys are typed, and what is to be seen is read."""

import contextlib
import shlex
import subprocess
import time
import uuid
from collections.abc import Callable
from pathlib import Path


class Screen:
    """`hearth` in a tmux server of its own, `columns` by `rows`."""

    def __init__(self, arguments: list[str], env: dict[str, str], cwd: Path,
                 columns: int = 100, rows: int = 30):
        self._socket = f"hearth-{uuid.uuid4().hex[:12]}"
        # tmux's own settings, and colours as a usual terminal has them.
        self._env = {**env, "TERM": "xterm-256color", "LANG": "C.UTF-8"}
        self._env.pop("TMUX", None)
        self._env.pop("NO_COLOR", None)
        command = " ".join(shlex.quote(word) for word in arguments)
        self._tmux("-f", "/dev/null", "new-session", "-d", "-x", str(columns), "-y", str(rows),
                   "-c", str(cwd), f"exec {command}")
        self._tmux("set-option", "-g", "remain-on-exit", "on")
        self._tmux("set-option", "-g", "history-limit", "10000")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        with contextlib.suppress(subprocess.CalledProcessError):
            self.kill()

    def kill(self):
        """The terminal goes away."""
        self._tmux("kill-server")

    def program_pid(self) -> int:
        return int(self._tmux("display-message", "-p", "#{pane_pid}"))

    @staticmethod
    def wait_for_end(pid: int, patience: float = 20):
        end = time.monotonic() + patience
        while Path(f"/proc/{pid}").exists():
            if time.monotonic() > end:
                raise AssertionError(f"process {pid} did not end")
            time.sleep(0.03)

    def _tmux(self, *arguments: str) -> str:
        return subprocess.run(["tmux", "-L", self._socket, *arguments], env=self._env, check=True,
                              capture_output=True, text=True).stdout

    def keys(self, *names: str):
        """Keys by tmux's names: "Enter", "Escape", "C-c", "BTab", …"""
        self._tmux("send-keys", *names)

    def type(self, text: str, enter: bool = True):
        self._tmux("send-keys", "-l", text)
        if enter:
            self.keys("Enter")

    def paste(self, text: str):
        """As a terminal pastes: between brackets, if the program asked for them."""
        self._tmux("set-buffer", text)
        self._tmux("paste-buffer", "-p")

    def resize(self, columns: int, rows: int):
        self._tmux("resize-window", "-x", str(columns), "-y", str(rows))

    def shown(self, *, colours: bool = False) -> str:
        """What is on the screen now."""
        return self._tmux("capture-pane", "-p", *(["-e"] if colours else []))

    def all(self) -> str:
        """That, and what has scrolled away; lines that the screen broke are whole."""
        return self._tmux("capture-pane", "-p", "-J", "-S", "-")

    def cursor(self) -> tuple[int, int]:
        """Column and row, from 0."""
        at = self._tmux("display-message", "-p", "#{cursor_x} #{cursor_y}").split()
        return int(at[0]), int(at[1])

    def until(self, holds: Callable[[str], bool], what: str, patience: float = 20) -> str:
        end = time.monotonic() + patience
        while not holds(screen := self.shown()):
            if time.monotonic() > end:
                raise AssertionError(f"{what}; on the screen:\n{screen}")
            time.sleep(0.03)
        return screen

    def wait_for(self, words: str, patience: float = 20) -> str:
        return self.until(lambda screen: words in screen, f"{words!r} did not come", patience)

    def wait_until_gone(self, words: str, patience: float = 20) -> str:
        return self.until(lambda screen: words not in screen, f"{words!r} stayed", patience)
