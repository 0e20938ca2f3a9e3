"""The two servers that a benchmark compares: each a process of its own on loopback, with its files in
a folder of its own, that can be killed and started again over the same files."""

import argparse
import contextlib
import http.client
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
MODEL = "bench"  # what Hearth knows the model as
PATIENCE_S = 3600


class Refused(Exception):
    """The server answered with an error."""


def find_hearth(given):
    built = ROOT / "build" / "release" / "hearth"
    path = given or (str(built) if built.is_file() else "hearth")
    found = shutil.which(path)
    if not found:
        raise SystemExit(f"No hearth at {path}. Build it, or name it with --hearth PATH.")
    return str(pathlib.Path(found).absolute())


def find_llama_server(given):
    noted = ROOT / "build" / "release" / "engine-bin-dir"
    path = given or (noted.read_text().strip() + "/llama-server" if noted.is_file() else "")
    if not path or not pathlib.Path(path).is_file():
        raise SystemExit("llama-server is not built: cmake --build build/release --target engine_peers. "
                         "Or name one with --llama-server PATH.")
    return str(pathlib.Path(path).absolute())


def options_of(description, peer=True):
    """The options that every benchmark of a server has; `peer`: on llama.cpp's own server, too."""
    parser = argparse.ArgumentParser(description=description,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hearth", metavar="PATH")
    if peer:
        parser.add_argument("--llama-server", metavar="PATH")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--folder", help="where the servers' files are made (default: the system's)")
    return parser


class Server:
    """A process. `folder` is where its files are; whoever made the folder removes it."""

    name = ""

    def __init__(self, command, environment, folder):
        self.command = command
        self.environment = environment
        self.folder = pathlib.Path(folder)
        self.process = None

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.close()

    def start(self):
        # A new port each time: after a kill the old one may still be held.
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.log = self.folder / "log"
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(self.command + ["--port", str(self.port)], stdout=log,
                                            stderr=log, stdin=subprocess.DEVNULL,
                                            env=self.environment, cwd=self.folder)
        try:
            self._wait_ready()
        except BaseException:
            self.close()
            raise
        return self

    def _wait_ready(self):
        until = time.monotonic() + 300
        while True:
            if self.process.poll() is not None:
                tail = self.log.read_text(errors="replace")[-2000:]
                raise SystemExit(f"{self.name} did not start:\n{tail}")
            with contextlib.suppress(OSError):
                connection = self._connect(10)
                connection.request("GET", "/health")
                if connection.getresponse().status == 200:
                    return
            if time.monotonic() > until:
                raise SystemExit(f"{self.name} was not ready after five minutes")
            time.sleep(0.02)

    def kill(self):
        """kill -9: nothing can be saved any more."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.process = None

    def close(self):
        if self.process is None:
            return
        self.process.terminate()
        try:
            self.process.wait(60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None

    def cpu_seconds(self):
        """Processor time used so far, by all its threads."""
        stat = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text()
        fields = stat.rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def bytes_read(self):
        """From the disk itself: what the page cache gave is not in it."""
        lines = pathlib.Path(f"/proc/{self.process.pid}/io").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("read_bytes:"))

    def _connect(self, timeout=PATIENCE_S):
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)

    def _send(self, path, body, patience_s=PATIENCE_S):
        connection = self._connect(patience_s)
        connection.request("POST", path, json.dumps(body).encode(),
                           {"Content-Type": "application/json"})
        # The response takes the socket away from a connection that the server will close.
        connection.link = connection.sock
        response = connection.getresponse()
        if response.status != 200:
            text = response.read().decode("utf-8", "replace")
            connection.close()
            raise Refused(f"{self.name}: {path} answered {response.status}: {text[:300]}")
        return connection, response

    def get(self, path):
        connection = self._connect(60)
        with contextlib.closing(connection):
            connection.request("GET", path)
            return json.loads(connection.getresponse().read())

    def post(self, path, body):
        connection, response = self._send(path, body)
        with contextlib.closing(connection):
            return json.loads(response.read())

    def events(self, path, body, leave_after_s=PATIENCE_S):
        """Each event of a stream as (time, object); a comment's object is its text.

        Closing the generator closes the connection, as a client does that goes away; so does the end
        of its patience."""
        leave_at = time.monotonic() + leave_after_s
        try:
            connection, response = self._send(path, {**body, "stream": True}, leave_after_s)
        except TimeoutError:
            return
        try:
            while True:
                now = time.monotonic()
                if now >= leave_at:
                    return
                connection.link.settimeout(leave_at - now)
                try:
                    line = response.readline()
                except TimeoutError:
                    return
                if not line:
                    return
                now = time.monotonic()
                line = line.decode("utf-8", "replace").strip()
                if line.startswith(":"):
                    yield now, line[1:].strip()
                elif line.startswith("data:") and line != "data: [DONE]":
                    yield now, json.loads(line[5:])
        finally:
            with contextlib.suppress(OSError):
                connection.link.shutdown(socket.SHUT_RDWR)
            response.close()
            connection.close()


class Hearth(Server):
    name = "Hearth"

    def __init__(self, program, model, context, threads, folder, more=()):
        environment = {key: value for key, value in os.environ.items()
                       if not key.startswith(("HEARTH_", "XDG_"))}
        for kind in ("CONFIG", "DATA", "STATE", "CACHE"):
            environment[f"XDG_{kind}_HOME"] = str(pathlib.Path(folder) / kind.lower())
        self.program = program
        super().__init__(
            [program, "serve", "--model", f"{MODEL}={pathlib.Path(model).absolute()}", "--context",
             str(context), "--threads", str(threads), "--log-level", "debug", *more],
            environment, folder)

    def cancelled_record(self, patience_s=5):
        """The log's line about the newest cancelled request, or None. It is written off the
        request's path, so it may lag."""
        until = time.monotonic() + patience_s
        while time.monotonic() < until:
            output = subprocess.run([self.program, "log", "--json", "-n", "3"], capture_output=True,
                                    text=True, env=self.environment, check=False).stdout
            for line in reversed(output.splitlines()):
                record = json.loads(line)
                if "cancel" in str(record.get("stop_reason")) + str(record.get("error")):
                    return record
            time.sleep(0.2)
        return None


class LlamaServer(Server):
    """llama.cpp's own server with its defaults."""

    name = "llama-server"

    def __init__(self, program, model, context, threads, folder, more=()):
        environment = {key: value for key, value in os.environ.items()
                       if not key.startswith("LLAMA_")}
        super().__init__(
            [program, "--model", str(pathlib.Path(model).absolute()), "--host", "127.0.0.1",
             "--ctx-size", str(context), "--threads", str(threads), *more],
            environment, folder)


@contextlib.contextmanager
def running(kind, program, model, context, threads, more=(), base=None):
    """A started server with an empty cache; both are gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="hearth-bench-", dir=base) as folder:
        with kind(program, model, context, threads, folder, more) as server:
            yield server
