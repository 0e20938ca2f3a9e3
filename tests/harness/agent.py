"""Our own agent against a scripted model, headless or in a terminal, with a home of its own."""

import json
import os
import shlex
import subprocess
from pathlib import Path

from .backend import AnthropicBackend
from .paths import hearth_binary
from .terminal import Terminal
from .tmux import Screen


class Agent:
    def __init__(self, folder: Path, backend: AnthropicBackend):
        self.home = folder / "home"
        self.work = folder / "work"
        self.home.mkdir(exist_ok=True)
        self.work.mkdir(exist_ok=True)
        self.backend = backend
        self.model = "scripted"
        self.style = "native"
        self.env = {key: value for key, value in os.environ.items()
                    if not key.startswith(("HEARTH_", "XDG_"))}
        self.env["HOME"] = str(self.home)

    def _words(self, *options: str) -> list[str]:
        url = self.backend.url.removesuffix(self.backend.path)
        return [str(hearth_binary()), "--server", url, "--model", self.model, "--style", self.style,
                *options]

    def begin(self, *options: str, stdin=subprocess.DEVNULL) -> subprocess.Popen:
        return subprocess.Popen(self._words(*options), env=self.env, cwd=self.work, text=True,
                                stdin=stdin, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE)

    def run(self, task: str, *options: str, mode: str = "bypassPermissions") -> dict:
        """The result of `hearth -p`, with "status" lines in "said"."""
        process = self.begin("-p", task, "--output-format", "stream-json", "--permission-mode",
                             mode, *options)
        out, err = process.communicate(timeout=120)
        assert out.strip(), err
        lines = [json.loads(line) for line in out.splitlines()]
        result = lines[-1]
        assert result["type"] == "result", out + err
        result["exit_code"] = process.returncode
        result["said"] = "\n".join(line["text"] for line in lines if line.get("subtype") == "status")
        return result

    def terminal(self, *options: str, columns: int = 100, term: str = "dumb") -> Terminal:
        return Terminal(self._words(*options), self.env, self.work, columns, term)

    def screen(self, *options: str, columns: int = 100, rows: int = 30) -> Screen:
        return Screen(self._words(*options), self.env, self.work, columns, rows)

    def screen_after(self, file: str) -> Screen:
        """The terminal is there at once; the agent begins when `file` is in the work folder."""
        wait = f"until [ -e {file} ]; do sleep 0.02; done; exec {shlex.join(self._words())}"
        return Screen(["sh", "-c", wait], self.env, self.work)

    def write(self, name: str, content: str | dict, executable: bool = False) -> Path:
        """`name` is in the work folder, or absolute."""
        path = self.work / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content if isinstance(content, str) else json.dumps(content))
        if executable:
            path.chmod(0o755)
        return path

    def sessions(self) -> list[Path]:
        return sorted((self.home / ".local/state/hearth/sessions").glob("*.jsonl"),
                      key=lambda path: path.stat().st_mtime)

    def conversations(self) -> list[list[dict]]:
        """The messages of each request so far."""
        return [seen.body["messages"] for seen in self.backend.seen]


def text_of(message: dict) -> str:
    """All text in a message, also that of results of tools."""
    content = message["content"]
    if isinstance(content, str):
        return content
    pieces = []
    for block in content:
        if block["type"] == "text":
            pieces.append(block["text"])
        elif block["type"] == "tool_result":
            inner = block.get("content", "")
            pieces.append(inner if isinstance(inner, str)
                          else "\n".join(part.get("text", "") for part in inner))
    return "\n".join(pieces)
