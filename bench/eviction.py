#!/usr/bin/env python3
"""Eviction policies on recorded traffic: what Hearth does (`value`), the baseline (`lru`), and the bound
that knows the future (`belady`), each through `hearth trace simulate`.

    bench/eviction.py TRACES [--bytes-per-token N] [--conversations 8]

TRACES: a folder of sessions as `hearth trace simulate` reads them; the figures in docs/benchmarks.md are
of the 58 sessions of callanjfox/kv-cache-tester (Apache-2.0). Budgets are shares of the working set, the
state of all distinct blocks: once all of it host memory, once split over device, host and disk as 1 : 4 : 16.
The bound has the sum of all tiers without keeping anything twice, which a cache that saves ahead
cannot have."""

import argparse
import json
import subprocess
from pathlib import Path

HEARTH = Path(__file__).resolve().parent.parent / "build" / "release" / "hearth"
GOAL = 0.95


def simulate(options, policy, device, host, disk):
    done = subprocess.run(
        [str(HEARTH), "trace", "simulate", options.traces, "--policy", policy, "--json",
         "--device", str(device), "--host", str(host), "--disk", str(disk),
         "--bytes-per-token", str(options.bytes_per_token),
         "--conversations", str(options.conversations)],
        capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def tiers_of(budget, split):
    return (budget // 21, budget * 4 // 21, budget * 16 // 21) if split else (0, budget, 0)


def row(options, share, split, working_set):
    tiers = tiers_of(int(working_set * share), split)
    outcomes = {name: simulate(options, name, *tiers) for name in ("belady", "lru", "value")}
    hits = {name: outcome["hit_tokens"] for name, outcome in outcomes.items()}
    to_bound = hits["value"] / hits["belady"]
    to_lru = hits["value"] / hits["lru"]
    missed = []
    if to_bound < GOAL:
        missed.append(f"below {GOAL} of belady")
    if hits["value"] <= hits["lru"]:
        at_bound = hits["value"] == hits["belady"]
        missed.append("no better than lru" + (", which is at the bound" if at_bound else ""))
    ratios = [outcomes[name]["recompute_ratio"] for name in ("belady", "lru", "value")]
    print(f"| {'1 : 4 : 16' if split else 'host only'} | {share:.0%} | {to_bound:.4f} | {to_lru:.4f} | "
          + " | ".join(f"{ratio:.3f}" for ratio in ratios)
          + f" | {'; '.join(missed) or 'holds'} |", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("traces")
    parser.add_argument("--bytes-per-token", type=int, default=98304)
    parser.add_argument("--conversations", type=int, default=8)
    options = parser.parse_args()
    whole = simulate(options, "belady", 0, 1 << 50, 0)
    print(f"{whole['requests']} requests, {whole['prompt_tokens']} prompt tokens, "
          f"{whole['fresh_tokens']} fresh\n")
    print("| tiers | budget | hits / belady | hits / lru | computed / fresh: belady | lru | value | goal |")
    print("|---|---|---|---|---|---|---|---|")
    for split in (False, True):
        for share in (0.10, 0.25, 0.50):
            row(options, share, split, whole["working_set_bytes"])


if __name__ == "__main__":
    main()
