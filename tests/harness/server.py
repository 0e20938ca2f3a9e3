"""A `hearth serve` of our own: a free port, its own XDG folders, its log kept."""

import json
import os
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from pathlib import Path

from harness.client import Client
from harness.paths import hearth_binary

LISTENS = "Hearth listens on "

# The model of the server that tests share (the fixture `hearth`), and its window in tokens.
MODEL = "smollm2"
WINDOW = 2048

running: list["Hearth"] = []


class Hearth:
    """`models` are the values of --model, `config` is a configuration's text or object."""

    def __init__(self, *arguments: str, models=(), config=None, context: int | None = None,
                 env: dict[str, str] | None = None):
        self.folder = Path(tempfile.mkdtemp(prefix="hearth-test-"))
        self.arguments = list(arguments)
        if threads := os.environ.get("HEARTH_TEST_THREADS"):
            self.arguments += ["--threads", threads]
        for value in models:
            self.arguments += ["--model", str(value)]
        if context is not None:
            self.arguments += ["--context", str(context)]
        if config is not None:
            text = config if isinstance(config, str) else json.dumps(config, indent=1)
            self.config_file = self.folder / "config.json"
            self.config_file.write_text(text, encoding="utf-8")
            self.arguments += ["--config", str(self.config_file)]
        self.env = {key: value for key, value in os.environ.items()
                    if not key.startswith(("HEARTH_", "XDG_", "ANTHROPIC_", "OPENAI_"))}
        self.env["HOME"] = str(self.folder)
        for name in ("CONFIG", "DATA", "STATE", "CACHE"):
            self.env[f"XDG_{name}_HOME"] = str(self.folder / name.lower())
        for name in ("http_proxy", "https_proxy", "all_proxy"):
            self.env.pop(name, None)
            self.env.pop(name.upper(), None)
        self.env.update(env or {})
        self.process: subprocess.Popen | None = None
        self.url = ""

    def __enter__(self) -> "Hearth":
        return self.start()

    def __exit__(self, *_):
        self.stop()

    # -- the process -----------------------------------------------------------------------------

    def start(self, ready: bool = True, patience: float = 180) -> "Hearth":
        """`ready`: waits until the models are loaded, too."""
        command = [str(hearth_binary()), "serve", "--port", "0", *self.arguments]
        with open(self.folder / "stderr.log", "wb") as log:
            self.process = subprocess.Popen(command, env=self.env, cwd=self.folder, stderr=log,
                                            stdout=subprocess.PIPE, stdin=subprocess.DEVNULL)
        running.append(self)
        # Whoever looks whether it still runs must not find a zombie.
        threading.Thread(target=self.process.wait, daemon=True).start()
        lines: list[str] = []
        listening = threading.Event()

        def read():
            for line in self.process.stdout:
                lines.append(line.decode("utf-8", "replace"))
                if LISTENS in lines[-1]:
                    self.url = lines[-1].split(LISTENS, 1)[1].strip()
                    listening.set()
            listening.set()

        threading.Thread(target=read, daemon=True).start()
        if not listening.wait(patience) or not self.url:
            log = self.stop(check=False)
            raise RuntimeError(f"hearth serve did not start: {''.join(lines)}\n{log}")
        self.client = Client(self.url)
        if ready:
            self.wait_ready(patience)
        return self

    def wait_ready(self, patience: float = 180):
        until = time.monotonic() + patience
        while True:
            if not self.alive():
                raise RuntimeError(f"hearth serve ended while loading:\n{self.log_text()}")
            if self.client.get("/health").status == 200:
                return
            if time.monotonic() > until:
                raise RuntimeError(f"no /health 200 after {patience} s:\n{self.log_text()}")
            time.sleep(0.05)

    def alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def stop(self, check: bool = True) -> str:
        """Ends the server and returns its log. With `check` an unclean end is an error."""
        process = self.process
        if process is None:
            return ""
        self.process = None
        if self in running:
            running.remove(self)
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        try:
            code = process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            code = "no end within 30 s of SIGTERM"
        log = self.log_text()
        shutil.rmtree(self.folder, ignore_errors=True)
        if check and code != 0:
            raise AssertionError(f"hearth serve ended with {code}:\n{log[-8000:]}")
        return log

    def log_text(self) -> str:
        file = self.folder / "stderr.log"
        return file.read_text("utf-8", "replace") if file.exists() else ""

    def cpu_seconds(self) -> float:
        """Processor time that the server has used so far, all threads together."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    # -- other commands of the program -----------------------------------------------------------

    def command(self, *arguments: str, timeout: float = 60) -> subprocess.CompletedProcess:
        return subprocess.run([str(hearth_binary()), *arguments], env=self.env, cwd=self.folder,
                              capture_output=True, text=True, timeout=timeout,
                              stdin=subprocess.DEVNULL)

    def records(self) -> list[dict]:
        done = self.command("log", "--json", "-n", "100000")
        assert done.returncode == 0, done.stderr
        return [json.loads(line) for line in done.stdout.splitlines()]

    def record(self, request_id: str) -> dict:
        """The log's line about a request."""
        return self.record_with(lambda record: record["id"] == request_id)

    def record_with(self, wanted) -> dict:
        """The newest record that is wanted."""
        return self.records_with(wanted)[-1]

    def records_with(self, wanted, at_least: int = 1, patience: float = 10) -> list[dict]:
        """All records that are wanted. They are written off the requests' path, so they may lag."""
        until = time.monotonic() + patience
        while True:
            found = [record for record in self.records() if wanted(record)]
            if len(found) >= at_least:
                return found
            if time.monotonic() > until:
                raise AssertionError(f"{len(found)} such requests are in `hearth log --json`")
            time.sleep(0.1)


def serve_fails(*arguments: str, env: dict[str, str] | None = None, config=None, models=(),
                timeout: float = 60) -> str:
    """Runs `hearth serve` where it must refuse to start; returns what it says."""
    server = Hearth(*arguments, env=env, config=config, models=models)
    try:
        command = [str(hearth_binary()), "serve", *server.arguments]
        done = subprocess.run(command, env=server.env, cwd=server.folder, capture_output=True,
                              text=True, timeout=timeout, stdin=subprocess.DEVNULL)
    except subprocess.TimeoutExpired as still_running:
        raise AssertionError(f"hearth serve started: {still_running.stdout}") from None
    finally:
        shutil.rmtree(server.folder, ignore_errors=True)
    assert done.returncode > 0, f"ended with {done.returncode}: {done.stdout}{done.stderr}"
    assert LISTENS not in done.stdout
    return done.stdout + done.stderr
