#!/usr/bin/env python3
"""Prefill and decode of `hearth serve` through POST /v1/completions, beside llama-bench of the same
engine build, the same model and the same threads, in turns.

    cmake --build build/release --target engine_peers
    bench/engine.py --model PATH [--model PATH …]

Prefill: a prompt of 512 tokens that was never read before. Decode: 64 tokens after a prompt of two.
Both sides are warm and have an empty cache: tokens parked in the pool cost attention, which is
another benchmark's matter. Prints the medians and the ratio Hearth / llama-bench, which should be at least 0.97.
"""

import argparse
import json
import os
import pathlib
import random
import statistics
import subprocess
import tempfile
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent
GOAL = 0.97


class Server:
    """A `hearth serve` of its own, with its state in a temporary folder."""

    def __init__(self, hearth, model, threads):
        self.folder = tempfile.TemporaryDirectory()
        environment = dict(os.environ)
        for name in ("CONFIG", "STATE"):
            environment[f"XDG_{name}_HOME"] = self.folder.name
        self.process = subprocess.Popen(
            [hearth, "serve", "--model", model, "--port", "0", "--context", "1024", "--threads",
             str(threads), "--log-level", "warn"],
            stdout=subprocess.PIPE, text=True, env=environment)
        line = self.process.stdout.readline()
        if "http://" not in line:
            raise SystemExit(f"the server did not start: {line}")
        self.url = line.split()[-1]

    def post(self, path, body):
        request = urllib.request.Request(self.url + path, json.dumps(body).encode(),
                                         {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=600) as response:
            return json.load(response)

    def close(self):
        self.process.terminate()
        self.process.wait()
        self.folder.cleanup()


def complete(server, prompt, max_tokens):
    answer = server.post("/v1/completions", {
        "prompt": prompt, "max_tokens": max_tokens, "temperature": 0, "ignore_eos": True})
    return answer["usage"], answer["timings"]


def hearth_prefill(server, n_tokens, rng):
    prompt = [rng.randrange(1000, 20000) for _ in range(n_tokens)]
    usage, timings = complete(server, prompt, 1)
    computed = usage["prompt_tokens"] - usage["prompt_tokens_details"]["cached_tokens"]
    return 1000 * computed / timings["prompt_ms"]


def hearth_decode(server, n_tokens, rng):
    prompt = [rng.randrange(1000, 20000) for _ in range(2)]
    _, timings = complete(server, prompt, n_tokens + 1)
    return 1000 * (timings["predicted_n"] - 1) / timings["predicted_ms"]


def llama_bench(program, model, threads, n_prompt, n_decode):
    output = subprocess.run(
        [program, "-m", model, "-p", str(n_prompt), "-n", str(n_decode), "-t", str(threads), "-fa",
         "1", "-b", "512", "-ub", "512", "-r", "1", "-o", "json"],
        check=True, capture_output=True, text=True).stdout
    rates = {}
    for test in json.loads(output):
        rates["prefill" if test["n_prompt"] else "decode"] = test["avg_ts"]
    return rates


def measure(options, model):
    rng = random.Random(1)
    ours = {"prefill": [], "decode": []}
    theirs = {"prefill": [], "decode": []}
    for _ in range(options.rounds):
        peer = llama_bench(options.llama_bench, model, options.threads, 512, 64)
        theirs["prefill"].append(peer["prefill"])
        theirs["decode"].append(peer["decode"])
        server = Server(options.hearth, model, options.threads)
        try:
            hearth_decode(server, 1, rng)  # llama-bench, too, computes something first
            ours["decode"].append(hearth_decode(server, 64, rng))
            hearth_prefill(server, 512, rng)
            # The pool has no room for both: the prompt before is dropped, not parked beside it.
            ours["prefill"].append(hearth_prefill(server, 512, rng))
        finally:
            server.close()
    return ours, theirs


def main():
    engine_bin = ROOT / "build/release/engine-bin-dir"
    default_peer = ""
    if engine_bin.exists():
        default_peer = str(pathlib.Path(engine_bin.read_text().strip()) / "llama-bench")
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", action="append", required=True)
    parser.add_argument("--hearth", default=str(ROOT / "build/release/hearth"))
    parser.add_argument("--llama-bench", default=default_peer)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--rounds", type=int, default=9)
    options = parser.parse_args()
    if not pathlib.Path(options.llama_bench).exists():
        raise SystemExit("llama-bench is not built: cmake --build build/release --target engine_peers")

    print(f"{'model':42} {'':8} {'Hearth':>8} {'llama-bench':>12} {'ratio':>6}")
    for model in options.model:
        ours, theirs = measure(options, model)
        for kind in ("prefill", "decode"):
            # The ratio of each round: both sides ran within seconds of each other.
            ratio = statistics.median(a / b for a, b in zip(ours[kind], theirs[kind]))
            verdict = "" if ratio >= GOAL else f"  missed: the goal is {GOAL}"
            print(f"{pathlib.Path(model).name:42} {kind:8} {statistics.median(ours[kind]):8.1f} "
                  f"{statistics.median(theirs[kind]):12.1f} {ratio:6.3f}{verdict}")


if __name__ == "__main__":
    main()
