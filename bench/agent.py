#!/usr/bin/env python3
"""What the agent itself costs: tokens of the first request, start to the prompt, memory, time per turn,
and bytes read again over a long session.

Usage: bench/agent.py [--hearth PATH] [--model FILE] [--turns N]

Needs nothing but the program; --model FILE (GGUF) counts the first request with that vocabulary.
The model is scripted: what is measured is the time from the end of an answer to the next request,
with a tool that does nothing.
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))


def rss_mb(pid: int) -> float:
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise ValueError(pid)


def start_and_memory(agent) -> tuple[float, float]:
    times, memory = [], 0.0
    for _ in range(5):
        begun = time.monotonic()
        with agent.terminal(term="xterm-256color") as terminal:
            terminal.wait_for("> ")
            times.append((time.monotonic() - begun) * 1000)
            memory = max(memory, rss_mb(terminal._pid))
            terminal.send("/quit\r")
            terminal.exit_code()
    return statistics.median(times), memory


def turn_overhead(agent, backend, turns: int) -> tuple[float, float]:
    """Milliseconds from an answer's last byte to the next request: median and worst."""
    from harness.backend import Call, Reply

    ended, gaps = [0.0], []

    def model(_body):
        if ended[0]:
            gaps.append((time.monotonic() - ended[0]) * 1000)
        if len(gaps) >= turns:
            return Reply(text="Done.")
        return Reply(calls=[Call("todo", {"list": "- step " + "x" * 2000})])

    def stream(*arguments):
        type(backend)._stream(backend, *arguments)
        ended[0] = time.monotonic()

    backend._stream = stream
    backend.answers = [model]
    agent.run("go", "--max-turns", str(turns + 5))
    return statistics.median(gaps), max(gaps)


def first_request_tokens(model: pathlib.Path, agent) -> int:
    from harness.backend import Reply
    from harness.server import Hearth

    agent.backend.answers = [Reply(text="Done.")]
    agent.run("Hello")
    body = {key: agent.backend.last.body[key] for key in ("system", "tools", "messages")}
    with Hearth(models=[f"m={model}"], context=4096) as server:
        request = urllib.request.Request(
            server.url + "/v1/messages/count_tokens", json.dumps({"model": "m", **body}).encode(),
            {"content-type": "application/json"})
        return json.load(urllib.request.urlopen(request))["input_tokens"]


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hearth", default=str(ROOT / "build/release/hearth"))
    parser.add_argument("--model", type=pathlib.Path)
    parser.add_argument("--turns", type=int, default=200)
    options = parser.parse_args()
    os.environ["HEARTH_BIN"] = options.hearth
    from harness.agent import Agent
    from harness.backend import AnthropicBackend, Reply

    def row(what: str, goal: str, figure: str):
        print(f"{what:<52} {goal:>10} {figure:>14}", flush=True)

    row("", "goal", "Hearth")
    with tempfile.TemporaryDirectory() as temporary:
        with AnthropicBackend(Reply(text="Done.")) as backend:
            agent = Agent(pathlib.Path(temporary), backend)
            started, memory = start_and_memory(agent)
            row("start to the prompt, ms", "<= 50", f"{started:.0f}")
            row("memory at the prompt, MB", "<= 80", f"{memory:.0f}")
            median, worst = turn_overhead(agent, backend, options.turns)
            row(f"per turn, {options.turns} turns, ms, median / worst", "<= 5",
                f"{median:.1f} / {worst:.1f}")
            if options.model:
                tokens = first_request_tokens(options.model, agent)
                row("first request, all built-in tools, tokens", "<= 2500", str(tokens))
    done = subprocess.run([str(ROOT / "tests/run_python.sh"), "-q", "-s",
                           "agent/test_long_session.py"], capture_output=True, text=True)
    figures = [line for line in done.stdout.splitlines() if "read / new" in line]
    row("read / new over a long session of everything", "<= 1.02",
        figures[0].split()[-1] if done.returncode == 0 and figures else "failed")


if __name__ == "__main__":
    main()
