#!/usr/bin/env python3
"""What saving costs: the decode rate of an answer while the state of a long prompt is being saved and written,
against the same when all is quiet; and the bytes written of a conversation that grows.

    bench/saving.py --model PATH [--tokens 8000] [--answer 256] [--rounds 5]

*Slow-down*: each round reads a new prompt of --tokens tokens, and then, at once, writes an answer of --answer
tokens to a short one; again when nothing more is written. The ratio is the median over the rounds. Goal: at
least 0.95. *Written*: a conversation of twelve turns. What the process wrote to the disk (its `write_bytes`,
whatever it wrote: its log, too), against the KV rows of the tokens that were new and the resume points that
are on disk in the end. Goal: at most 1.1."""

import pathlib
import statistics
import time

from conversations import random_tokens, user
from servers import Hearth, MODEL, find_hearth, options_of, running

SHORT = 200
TURNS = 12
QUIET_S = 3


def files(server, *suffixes):
    found = [path for path in (server.folder / "cache").rglob("*") if path.suffix in suffixes]
    return sum(path.stat().st_size for path in found)


def wait_until_quiet(server):
    """Until the process used next to no time, and wrote nothing, for QUIET_S."""
    before = None
    while True:
        now = (files(server, ".rows", ".point"), written(server), round(server.cpu_seconds(), 1))
        if now == before:
            return
        before = now
        time.sleep(QUIET_S)


def written(server):
    lines = pathlib.Path(f"/proc/{server.process.pid}/io").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("write_bytes:"))


def complete(server, tokens, max_tokens):
    body = {"model": MODEL, "prompt": tokens, "temperature": 0, "max_tokens": max_tokens,
            "ignore_eos": True}
    return server.post("/v1/completions", body)["timings"]


def slow_down(server, options):
    """(median of the ratios of rates, bytes of state written beside the answers)"""
    short = random_tokens("short", SHORT)
    complete(server, short, 1)
    ratios, beside = [], 0
    for i in range(options.rounds):
        wait_until_quiet(server)
        complete(server, random_tokens(f"long {i}", options.tokens), 1)
        before = files(server, ".rows", ".point")
        saving = complete(server, short, options.answer)["predicted_per_second"]
        beside += files(server, ".rows", ".point") - before
        wait_until_quiet(server)
        # In the quiet one, too, the long conversation has just left the pool.
        quiet = complete(server, short, options.answer)["predicted_per_second"]
        ratios.append(saving / quiet)
    return statistics.median(ratios), beside


def growing(server):
    """Bytes: written, of KV rows of what was new, of rows and of resume points on disk."""
    measured = 2000
    complete(server, random_tokens("rows", measured), 1)
    wait_until_quiet(server)
    row_bytes = files(server, ".rows") / measured
    wait_until_quiet(server)
    before, rows_before = written(server), files(server, ".rows")
    points_before = files(server, ".point")
    messages, usage = [], {}
    for turn in range(TURNS):
        words = " ".join(f"word{n}" for n in random_tokens(f"turn {turn}", 60))
        messages.append(user(words))
        body = {"model": MODEL, "messages": messages, "max_tokens": 100, "temperature": 0}
        answer = server.post("/v1/chat/completions", body)
        usage = answer["usage"]
        messages.append({"role": "assistant",
                         "content": answer["choices"][0]["message"].get("content") or "…"})
    wait_until_quiet(server)
    new = usage["prompt_tokens"] + usage["completion_tokens"]
    return (written(server) - before, new * row_bytes, files(server, ".rows") - rows_before,
            files(server, ".point") - points_before)


def main():
    parser = options_of(__doc__, peer=False)
    parser.add_argument("--model", type=pathlib.Path, required=True)
    parser.add_argument("--tokens", type=int, default=8000)
    parser.add_argument("--answer", type=int, default=256)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    with running(Hearth, find_hearth(options.hearth), options.model, options.tokens + 8192,
                 options.threads, base=options.folder) as server:
        wrote, new, rows, points = growing(server)
        share = wrote / (new + points)
        print(f"{options.model.name}: a conversation of {TURNS} turns: {wrote / 1e6:.2f} MB written; new rows "
              f"{new / 1e6:.2f} MB (on disk {rows / 1e6:.2f}), resume points {points / 1e6:.2f} MB: "
              f"{share:.3f}{'' if share <= 1.1 else ', missed (1.1)'}", flush=True)
        if options.rounds > 0:
            ratio, beside = slow_down(server, options)
            print(f"decode while saving {ratio:.3f} of its speed when quiet"
                  f"{'' if ratio >= 0.95 else ', missed (0.95)'}; {beside / 1e6:.1f} MB of state were "
                  f"written beside {options.rounds} answers")


if __name__ == "__main__":
    main()
