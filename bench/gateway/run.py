#!/usr/bin/env python3
"""What a gateway adds: Hearth and two versions of Claude Code Router between one load and two providers
that answer at once, and the providers asked directly; all in one run, in turns.

    bench/gateway/run.py [--without-peers]

A long request is that of a coding agent with 20 tools and 25 turns, about 60,000 tokens.
"""

import argparse
import contextlib
import json
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from contenders import HERE, Direct, Hearth, Providers, Router2, Router3
from servers import find_hearth


def load(contender, size, requests, at_once, targets=1, warm=5):
    order = {"targets": contender.targets[:targets], "size": size, "requests": requests,
             "at_once": at_once, "warm": warm}
    done = subprocess.run(["node", str(HERE / "load.mjs"), json.dumps(order)],
                          capture_output=True, text=True, check=True)
    result = json.loads(done.stdout)
    if result["failed"]:
        print(f"{contender.name}: {result['failed']} of {requests} failed", file=sys.stderr)
    return result


def in_turns(contenders, rounds, **what):
    """Each one's results, `rounds` of them."""
    results = {contender.name: [] for contender in contenders}
    for _ in range(rounds):
        for contender in contenders:
            results[contender.name].append(load(contender, **what))
    return results


def middle(results, *path):
    def value(result):
        for key in path:
            result = result[key]
        return result
    return statistics.median(value(result) for result in results)


def row(name, figures):
    print(f"{name:42}" + "".join(f"{figure:>22}" for figure in figures), flush=True)


def added_time(contenders, size, n):
    results = in_turns(contenders, 3, size=size, requests=n, at_once=1)
    direct = results["direct"]
    row(f"first byte, {size}, one at a time, ms added", [
        f"{middle(results[c.name], 'first', 'p50') - middle(direct, 'first', 'p50'):.2f} / "
        f"{middle(results[c.name], 'first', 'p99') - middle(direct, 'first', 'p99'):.2f}"
        for c in contenders[1:]])


def crowd(contenders, n):
    results = in_turns(contenders, 3, size="long", requests=n, at_once=50, targets=2)
    direct = results["direct"]
    rate = middle(direct, "per_second")
    print(f"50 at once, long, two providers: direct {rate:.0f} a second, "
          f"p99 {middle(direct, 'whole', 'p99'):.0f} ms")
    row("  requests a second (of direct)", [
        f"{middle(results[c.name], 'per_second'):.0f} "
        f"({middle(results[c.name], 'per_second') / rate:.2f})" for c in contenders[1:]])
    row("  p99 ms (of direct)", [
        f"{middle(results[c.name], 'whole', 'p99'):.0f} "
        f"({middle(results[c.name], 'whole', 'p99') / middle(direct, 'whole', 'p99'):.2f})"
        for c in contenders[1:]])


def streams(contenders, providers):
    providers.behave(events=1000, gap=5)
    results = in_turns(contenders, 1, size="short", requests=50, at_once=50, warm=0)
    providers.behave(events=32, gap=0)
    direct = results["direct"]
    row("50 streams of 200 events/s, ms added/event", [
        f"{middle(results[c.name], 'event', 'p50') - middle(direct, 'event', 'p50'):.2f} / "
        f"{middle(results[c.name], 'event', 'p99') - middle(direct, 'event', 'p99'):.2f}"
        for c in contenders[1:]])
    print(f"  direct: {middle(direct, 'event', 'p50'):.2f} / {middle(direct, 'event', 'p99'):.2f} ms")


def idle_streams(contender, providers, n, memory_kb):
    """KB for each open stream, and the time to the first byte of one more request."""
    providers.behave(events=1, gap=0, hold=True)
    order = {"targets": contender.targets[:1], "size": "short", "requests": n, "open": True}
    before = memory_kb()
    with subprocess.Popen(["node", str(HERE / "load.mjs"), json.dumps(order)], text=True,
                          stdin=subprocess.PIPE, stdout=subprocess.PIPE) as opened:
        if json.loads(opened.stdout.readline())["opened"] != n:
            raise SystemExit("not all streams began")
        time.sleep(2)
        each = (memory_kb() - before) / n
        times = []
        for _ in range(50):
            opened.stdin.write("\n")
            opened.stdin.flush()
            times.append(json.loads(opened.stdout.readline())["first"])
        opened.stdin.close()
    providers.behave(events=32, gap=0, hold=False)
    return each, statistics.median(times)


def beside_idle_streams(direct, hearth, providers):
    n = 1000
    each, _ = idle_streams(hearth, providers, n, hearth.process.memory_kb)
    print(f"hearth, {n} open idle streams: {each:.0f} KB each")
    added = {}
    for streams in (1, n):
        first = {contender.name: idle_streams(contender, providers, streams, lambda: 0)[1]
                 for contender in (direct, hearth)}
        added[streams] = first["hearth"] - first["direct"]
    print(f"one more request, first byte, ms added: beside one stream {added[1]:.2f}, beside {n} "
          f"{added[n]:.2f}")


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hearth", metavar="PATH")
    parser.add_argument("--without-peers", action="store_true", help="Hearth and direct only")
    options = parser.parse_args()
    binary = find_hearth(options.hearth)
    peers = None if options.without_peers else subprocess.run(
        [str(HERE / "install_peers")], capture_output=True, text=True, check=True).stdout.strip()
    with contextlib.ExitStack() as stack:
        providers = Providers()
        stack.callback(providers.process.end)
        home = lambda: stack.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True))
        gateways = [Hearth(providers, home(), binary)]
        if peers:
            gateways += [Router2(providers, home(), peers), Router3(providers, home(), peers)]
        starts = []
        for gateway in gateways:
            starts.append(gateway.start())
            stack.callback(gateway.process.end)
        time.sleep(3)
        contenders = [Direct(providers), *gateways]
        row("", [gateway.name for gateway in gateways])
        row("start to ready, ms", [f"{1000 * start:.0f}" for start in starts])
        added_time(contenders, "short", 400)
        added_time(contenders, "long", 200)
        crowd(contenders, 400)
        long_ones = [load(gateway, "long", 800, 50, targets=2) for gateway in gateways]
        assert long_ones[0]["failed"] == 0
        row("memory after 2,000 long requests, MB",
            [f"{gateway.process.memory_kb() / 1024:.0f}" for gateway in gateways])
        streams(contenders, providers)
        beside_idle_streams(contenders[0], gateways[0], providers)


if __name__ == "__main__":
    main()
