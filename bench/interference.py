#!/usr/bin/env python3
"""A short request, and an answer being written, while a long prompt is read: on Hearth and on
llama.cpp's own server, one after the other.

    cmake --build build/release --target engine_peers
    bench/interference.py --model PATH [--tokens 30000]

Prints how long a short request (64 tokens in, 8 out) takes on an idle server and during the prefill,
the largest gap between two tokens of an answer against its usual one, and the prefill's wall time with
the others, less what these take alone, against the same alone. Goals: short p99 <= 3 x idle; no gap over
4 x the usual one; prefill <= 1.10.
"""

import pathlib
import statistics
import threading
import time

import asking
import gguf_header
from conversations import random_tokens
from servers import Hearth, LlamaServer, find_hearth, find_llama_server, options_of, running

SHORT_TOKENS, SHORT_OUTPUT, ANSWER_TOKENS = 64, 8, 200


def quantile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, round(share * (len(ordered) - 1)))]


def short_request(server, name):
    began = time.monotonic()
    asking.complete(server, random_tokens(f"short {name}", SHORT_TOKENS), SHORT_OUTPUT)
    return time.monotonic() - began


def answer_gaps(server, name, until=None):
    """Seconds between the tokens of one answer; stops early once `until` is set."""
    times = []
    events = asking.completion_events(server, random_tokens(f"answer {name}", 16), ANSWER_TOKENS)
    for now, kind, _ in events:
        if kind == "token":
            times.append(now)
        if until is not None and until.is_set():
            break
    events.close()
    return [after - before for before, after in zip(times, times[1:])]


def prefill(server, name, n_tokens):
    began = time.monotonic()
    asking.complete(server, random_tokens(f"long {name}", n_tokens), 1)
    return time.monotonic() - began


def measure(server, n_tokens, n_short):
    short_request(server, "to warm up")
    idle = [short_request(server, f"idle {i}") for i in range(n_short)]
    usual = answer_gaps(server, "alone")
    alone = prefill(server, "alone", n_tokens)

    done = threading.Event()
    result = {}

    def read_long():
        result["together"] = prefill(server, "together", n_tokens)
        done.set()

    def write_answers():
        gaps = []
        while not done.is_set():
            gaps += answer_gaps(server, f"during {len(gaps)}", done)
        result["gaps"] = gaps

    threads = [threading.Thread(target=work) for work in (read_long, write_answers)]
    threads[0].start()
    time.sleep(min(0.5, alone / 20))  # the long prompt is to be there first
    threads[1].start()
    during = []
    while not done.is_set():
        during.append(short_request(server, f"during {len(during)}"))
        time.sleep(alone / (4 * n_short))
    for thread in threads:
        thread.join()
    gaps = result["gaps"]
    # What the others would have taken alone. They were batched with the prefill, so this is the most
    # that may be taken off.
    others = len(during) * statistics.median(idle) + len(gaps) * statistics.median(usual)
    return {"idle_p50": statistics.median(idle), "idle_p99": quantile(idle, 0.99),
            "during_p50": statistics.median(during), "during_p99": quantile(during, 0.99),
            "n_during": len(during), "usual_gap": statistics.median(usual),
            "gap_p50": statistics.median(gaps), "largest_gap": max(gaps), "n_gaps": len(gaps),
            "alone": alone, "together": result["together"], "others": others}


def print_result(name, r):
    ratio = r["during_p99"] / r["idle_p50"]
    gap = r["largest_gap"] / r["usual_gap"]
    wall = (r["together"] - r["others"]) / r["alone"]
    print(f"{name:13} short: idle p50 {r['idle_p50']:.3f} s, p99 {r['idle_p99']:.3f}; during p50 "
          f"{r['during_p50']:.3f}, p99 {r['during_p99']:.3f} ({r['n_during']} requests): "
          f"{ratio:.2f} x idle{'' if ratio <= 3 else ', missed (3)'}")
    print(f"{'':13} answer: usual gap {1000 * r['usual_gap']:.1f} ms, during p50 "
          f"{1000 * r['gap_p50']:.1f}, largest {1000 * r['largest_gap']:.1f} ({r['n_gaps']} gaps): "
          f"{gap:.2f} x{'' if gap <= 4 else ', missed (4)'}")
    print(f"{'':13} prefill: alone {r['alone']:.2f} s, with the others {r['together']:.2f} s, of which "
          f"theirs {r['others']:.2f} s: {wall:.2f} x alone{'' if wall <= 1.1 else ', missed (1.10)'}")


def main():
    parser = options_of(__doc__)
    parser.add_argument("--model", type=pathlib.Path, required=True)
    parser.add_argument("--tokens", type=int, default=30000)
    parser.add_argument("--short", type=int, default=20, help="short requests at least")
    options = parser.parse_args()
    trained = gguf_header.trained_context(gguf_header.read(options.model))
    tokens = min(options.tokens, trained - 1024)
    context = min(trained, 2 * tokens + 4096)
    print(f"{options.model.name}, a prefill of {tokens} tokens")
    for kind, program in ((Hearth, find_hearth(options.hearth)),
                          (LlamaServer, find_llama_server(options.llama_server))):
        with running(kind, program, options.model, context, options.threads) as server:
            print_result(kind.name, measure(server, tokens, options.short))


if __name__ == "__main__":
    main()
