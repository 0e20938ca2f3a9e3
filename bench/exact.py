#!/usr/bin/env python3
"""What the mode exact costs: a conversation of twelve turns, and the same with a side request between the turns, in
both modes, one after the other.

    bench/exact.py --model PATH [--system 4000] [--rounds 3]

Prints for each mode how many prompt tokens were computed per token that was new, how long the answers took to begin
(sum over the turns) and how fast they were written; then the ratios, medians of the rounds. And it checks the
promise: the answers with the side requests between are, token for token, those without."""

import pathlib
import statistics

import asking
from conversations import random_tokens
from servers import Hearth, find_hearth, options_of, running

TURNS, MESSAGE, ANSWER = 12, 150, 60


def conversation(server, system, name, between):
    """(answers, computed prompt tokens, new ones, seconds to first tokens, tokens a second)"""
    tokens = random_tokens(f"system {name}", system)
    answers, computed, first, decode = [], 0, 0.0, []
    for turn in range(TURNS):
        tokens = tokens + random_tokens(f"turn {turn} {name}", MESSAGE)
        body = {"model": asking.MODEL, "prompt": tokens, "temperature": 1, "seed": turn, "max_tokens": ANSWER,
                "ignore_eos": True}
        answer = server.post("/v1/completions", body)
        timings = answer["timings"]
        answers.append(answer["choices"][0]["text"])
        computed += timings["prompt_n"]
        first += timings["prompt_ms"] / 1000
        decode.append(timings["predicted_per_second"])
        # Not the sampled ones, which the API does not give; as many, and as new to the server.
        tokens = tokens + random_tokens(f"answer {turn} {name}", ANSWER)
        if between:
            asking.complete(server, random_tokens(f"side {turn} {name}", 300), 4)
    new = system + TURNS * MESSAGE + (TURNS - 1) * ANSWER
    return answers, computed, new, first, statistics.median(decode)


def main():
    parser = options_of(__doc__, peer=False)
    parser.add_argument("--model", type=pathlib.Path, required=True)
    parser.add_argument("--system", type=int, default=4000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    context = options.system + TURNS * (MESSAGE + ANSWER) + 512
    seen = {mode: [] for mode in ("fast", "exact")}
    for i in range(options.rounds):
        for mode, results in seen.items():
            with running(Hearth, find_hearth(options.hearth), options.model, context, options.threads,
                         more=("--mode", mode), base=options.folder) as server:
                server.post("/v1/completions", {"model": asking.MODEL, "prompt": "to warm up", "max_tokens": 4})
                plain = conversation(server, options.system, f"{i}", between=False)
            with running(Hearth, find_hearth(options.hearth), options.model, context, options.threads,
                         more=("--mode", mode), base=options.folder) as server:
                beside = conversation(server, options.system, f"{i}", between=True)
            same = sum(a == b for a, b in zip(plain[0], beside[0]))
            results.append((plain, beside, same))
    print(f"{options.model.name}, {TURNS} turns behind {options.system} tokens")
    for mode, results in seen.items():
        plain = [r[0] for r in results]
        beside = [r[1] for r in results]
        print(f"{mode:6} computed/new {statistics.median(p[1] / p[2] for p in plain):.3f}, with side requests "
              f"{statistics.median(b[1] / b[2] for b in beside):.3f}; to first tokens "
              f"{statistics.median(p[3] for p in plain):.2f} s, with side requests "
              f"{statistics.median(b[3] for b in beside):.2f} s; decode {statistics.median(p[4] for p in plain):.1f}/s; "
              f"answers that are the same with and without side requests: {sum(r[2] for r in results)} of "
              f"{TURNS * len(results)}")
    pairs = list(zip(seen["exact"], seen["fast"]))
    print(f"exact / fast: time to first tokens {statistics.median(e[0][3] / f[0][3] for e, f in pairs):.2f}, decode "
          f"{statistics.median(e[0][4] / f[0][4] for e, f in pairs):.2f}")


if __name__ == "__main__":
    main()
