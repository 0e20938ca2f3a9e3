#!/usr/bin/env python3
"""What `hearth serve` weighs: memory and time to readiness of an idle server without a model, and the
resident memory with a model at 16k context beside what llama.cpp reports for weights, KV state and
compute buffers.

    bench/footprint.py --model PATH
"""

import argparse
import json
import os
import pathlib
import re
import statistics
import subprocess
import tempfile
import threading
import time
import urllib.error
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUFFER = re.compile(r"(\S+ +(?:model|KV|RS|output|compute)) buffer size = +([0-9.]+) MiB")
MAX_IDLE_MB, MAX_READY_MS, MAX_EXCESS = 60, 50, 0.10


def resident_mb(pid):
    text = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+) kB", text)[1]) * 1024 / 1e6


class Server:
    def __init__(self, hearth, *arguments):
        self.folder = tempfile.TemporaryDirectory()
        environment = dict(os.environ)
        for name in ("CONFIG", "STATE", "DATA"):
            environment[f"XDG_{name}_HOME"] = self.folder.name
        began = time.monotonic()
        self.process = subprocess.Popen([hearth, "serve", "--port", "0", *arguments],
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                        env=environment)
        self.log = []
        threading.Thread(target=lambda: self.log.extend(self.process.stderr), daemon=True).start()
        line = self.process.stdout.readline()
        if "http://" not in line:
            raise SystemExit(f"the server did not start: {line}{''.join(self.log)}")
        self.url = line.split()[-1]
        self.ask("/health", patience_s=120)
        self.ready_ms = 1000 * (time.monotonic() - began)

    def ask(self, path, patience_s):
        """503 means that a model is still being loaded."""
        until = time.monotonic() + patience_s
        while True:
            try:
                with urllib.request.urlopen(self.url + path, timeout=10) as response:
                    return response.read()
            except urllib.error.HTTPError as refused:
                if refused.code != 503 or time.monotonic() > until:
                    raise
            time.sleep(0.05)

    def resident_mb(self):
        return resident_mb(self.process.pid)

    def complete(self, prompt):
        body = json.dumps({"prompt": prompt, "max_tokens": 8, "temperature": 0}).encode()
        request = urllib.request.Request(self.url + "/v1/completions", body,
                                         {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=600) as response:
            return json.load(response)

    def close(self):
        self.process.terminate()
        self.process.wait()
        self.folder.cleanup()


def verdict(holds, goal):
    return "" if holds else f"  missed: the goal is {goal}"


def without_model(hearth):
    ready, resident = [], []
    for _ in range(9):
        server = Server(hearth)
        ready.append(server.ready_ms)
        resident.append(server.resident_mb())
        server.close()
    mb, ms = max(resident), statistics.median(ready)
    print(f"idle, no model: {mb:.1f} MB{verdict(mb <= MAX_IDLE_MB, f'{MAX_IDLE_MB} MB')}")
    print(f"ready and answering /health after: {ms:.0f} ms (median of 9, worst {max(ready):.0f})"
          f"{verdict(ms <= MAX_READY_MS, f'{MAX_READY_MS} ms')}")


def with_model(hearth, model, kv_host):
    server = Server(hearth, "--model", model, "--context", "16384", "--kv-host", kv_host,
                    "--log-level", "debug")
    try:
        server.complete(" ".join(f"word{i}" for i in range(1500)))
        resident = server.resident_mb()
    finally:
        server.close()
    # The self-check's contexts, of a few hundred tokens, come first and are gone: of each kind the
    # last lines count. Weights are reported once.
    reported = {}
    for kind, mib in BUFFER.findall("".join(server.log)):
        reported[kind] = float(mib) * 1024 * 1024 / 1e6
    total = sum(reported.values())
    parts = ", ".join(f"{kind} {mb:.0f}" for kind, mb in reported.items())
    excess = resident / total - 1
    print(f"{pathlib.Path(model).name} at 16k, --kv-host {kv_host}: {resident:.0f} MB resident, {total:.0f} MB reported "
          f"({parts}): {100 * excess:+.1f} %{verdict(abs(excess) <= MAX_EXCESS, '10 %')}")


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hearth", default=str(ROOT / "build/release/hearth"))
    parser.add_argument("--model", required=True)
    options = parser.parse_args()
    without_model(options.hearth)
    # State in host memory has a budget of its own; without it, what is left is the engine's.
    for kv_host in ("0", "1GiB"):
        with_model(options.hearth, options.model, kv_host)


if __name__ == "__main__":
    main()
