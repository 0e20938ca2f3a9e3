#!/usr/bin/env python3
"""How fast answers are written: by a short conversation beside a long one that is parked, and by four
requests at once; on Hearth and on llama.cpp's own server, one after the other.

    cmake --build build/release --target engine_peers
    bench/decode.py --model PATH [--parked 48000] [--rounds 7]

*Parked*: the decode rate of short conversations (200 tokens) on a server that has read a prompt of --parked
tokens and ended its answer, against one that holds nothing else, in turns; new ones, and one that began while
the long prompt was read, so that its cells lie behind it. Goal: at least 0.9 of its speed alone.
*At once*: the tokens a second of four requests together, against the same four one at a time, prompts
already read. Goal: at least 1.5 times. Rates are those of the servers' own `timings`; the four together are
timed from outside. Medians of --rounds."""

import pathlib
import statistics
import time
from concurrent.futures import ThreadPoolExecutor

from conversations import random_tokens
from servers import Hearth, LlamaServer, MODEL, find_hearth, find_llama_server, options_of, running

SHORT = 200
ANSWER = 512


def ask(server, tokens, max_tokens):
    body = {"model": MODEL, "prompt": tokens, "temperature": 0, "max_tokens": max_tokens,
            "ignore_eos": True}
    return server.post("/v1/completions", body)["timings"]


def rate(server, name):
    return ask(server, random_tokens(name, SHORT), ANSWER)["predicted_per_second"]


def park(server, n_tokens):
    """Reads a long prompt; a short conversation begins meanwhile, and is returned."""
    short = random_tokens("during", SHORT)
    with ThreadPoolExecutor(2) as pool:
        reading = pool.submit(ask, server, random_tokens("long", n_tokens), 1)
        time.sleep(1)
        ask(server, short, 8)
        reading.result()
    # Whatever is saved behind the requests is done by then.
    time.sleep(3)
    return short


def parked(empty, loaded, options):
    """Ratios of decode rates, loaded to empty: of new conversations, and of one that began while the
    long prompt was read. The two servers take turns, so that a noisy machine is noisy to both."""
    during = park(loaded, options.parked)
    ask(empty, during, 8)
    beside, behind = [], []
    for i in range(options.rounds):
        beside.append(rate(loaded, f"short {i}") / rate(empty, f"short {i}"))
        behind.append(ask(loaded, during, ANSWER)["predicted_per_second"]
                      / ask(empty, during, ANSWER)["predicted_per_second"])
    return statistics.median(beside), statistics.median(behind)


def at_once(server, options):
    prompts = [random_tokens(f"four {i}", SHORT) for i in range(4)]
    ratios, together = [], []
    for i in range(options.rounds + 1):
        for prompt in prompts:
            ask(server, prompt, 1)
        began = time.monotonic()
        for prompt in prompts:
            ask(server, prompt, ANSWER)
        one_by_one = time.monotonic() - began
        began = time.monotonic()
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda prompt: ask(server, prompt, ANSWER), prompts))
        at_once_s = time.monotonic() - began
        if i > 0:
            ratios.append(one_by_one / at_once_s)
            together.append(4 * ANSWER / at_once_s)
    return statistics.median(together), statistics.median(ratios)


def mark(value, goal):
    return f"{value:.3f}" + ("" if value >= goal else f", missed ({goal})")


def main():
    parser = options_of(__doc__)
    parser.add_argument("--model", type=pathlib.Path, required=True)
    parser.add_argument("--parked", type=int, default=48000)
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args()
    context = max(options.parked, 4096) + 8192
    print(f"{options.model.name}: {options.parked} tokens parked")
    for kind, program in ((Hearth, find_hearth(options.hearth)),
                          (LlamaServer, find_llama_server(options.llama_server))):
        def start():
            return running(kind, program, options.model, context, options.threads)

        with start() as empty:
            together, ratio = at_once(empty, options)
            print(f"{kind.name:13} four at once {together:.1f} tokens/s, {mark(ratio, 1.5)} times one "
                  "by one", flush=True)
        if options.parked > 0:
            with start() as empty, start() as loaded:
                beside, behind = parked(empty, loaded, options)
            print(f"{kind.name:13} beside a parked conversation: new ones {mark(beside, 0.9)}, one begun "
                  f"while it was read {mark(behind, 0.9)} of their speed alone", flush=True)


if __name__ == "__main__":
    main()
