#!/usr/bin/env python3
"""Random traffic for an hour, with kills: conversations go on, fork, are rewound, cancelled, and alternate with
side requests, from four clients at once, on a server with small budgets.

    cmake --build build/release
    HEARTH_TEST_MODELS=~/.cache/hearth/test-models bench/soak.py [--minutes 60] [--kills 200]

For each of the three random models (full attention, sliding window, hybrid):
*steady*, without kills: requests that failed (goal: none), and how the process's memory grew once its budgets
were full (goal: at most 1.1 times);
*kills*: kill -9 at a random moment, again and again, over the same files. A request that was running then may
fail, no other. After each restart a conversation that lay quiet for some seconds before the kill is asked again:
what it must read of itself beyond the last message is lost (goal: nothing). In the end `hearth cache verify`
reads everything (goal: nothing damaged);
*restores*: the property test of the engine with a new seed each time, until the time is over: it compares
logits with those of a context that never saw anything else (goal: no failure)."""

import contextlib
import os
import pathlib
import random
import statistics
import subprocess
import threading
import time

from conversations import WORDS, user
from servers import Hearth, MODEL, ROOT, Refused, find_hearth, options_of, running

MODELS = ("qwen3moe-tiny", "gpt-oss-tiny", "lfm2-tiny")
CLIENTS = 4
CONTEXT = 8192
TIGHT = ("--kv-host", "32MiB", "--kv-disk", "64MiB")
# So that nothing is evicted from disk, and what is missing after a kill was lost.
ROOMY = ("--kv-host", "32MiB", "--kv-disk", "4GiB")
SETTLED_S = 4


def prose(rng, count):
    return " ".join(rng.choice(WORDS) for _ in range(count))


class Client(threading.Thread):
    """Asks at random until told to stop. `dying` is set while the server is being killed."""

    def __init__(self, server, seed, tally):
        super().__init__(daemon=True)
        self.server, self.rng, self.tally = server, random.Random(seed), tally
        self.conversations = []
        self.stop = threading.Event()

    def run(self):
        while not self.stop.is_set():
            with self.tally.alive:
                while self.tally.down and not self.stop.is_set():
                    self.tally.alive.wait(1)
            born = self.tally.births
            try:
                self.act()
                self.tally.done += 1
            except (OSError, Refused, ValueError) as fault:
                if not self.tally.down and born == self.tally.births:
                    self.tally.failed.append(str(fault))

    def act(self):
        dice = self.rng.random()
        if not self.conversations or (dice < 0.1 and len(self.conversations) < 6):
            self.conversations.append([{"role": "system", "content": prose(self.rng, 300)}])
        at = self.rng.randrange(len(self.conversations))
        messages = self.conversations[at]
        if dice < 0.2:
            self.ask([{"role": "system", "content": "Write a title."}, user(prose(self.rng, 40))])
            return
        if dice < 0.3 and len(messages) > 3:
            messages = messages[: self.rng.randrange(1, len(messages), 2)]
        if dice < 0.4:
            self.conversations.append(list(messages))
            at = len(self.conversations) - 1
        messages = [*messages, user(prose(self.rng, self.rng.randrange(20, 400)))]
        if dice > 0.93:
            body = {"model": MODEL, "messages": messages, "max_tokens": 200, "temperature": 0}
            for _ in self.server.events("/v1/chat/completions", body, self.rng.uniform(0.02, 0.5)):
                pass
            return
        answer, usage = self.ask(messages)
        messages = [*messages, {"role": "assistant", "content": answer or "…"}]
        full = usage["prompt_tokens"] > CONTEXT * 0.6
        self.conversations[at] = messages[:1] if full else messages
        if len(self.conversations) > 8:
            self.conversations.pop(self.rng.randrange(len(self.conversations)))

    def ask(self, messages):
        body = {"model": MODEL, "messages": messages, "max_tokens": self.rng.randrange(1, 40),
                "temperature": 0}
        answer = self.server.post("/v1/chat/completions", body)
        return answer["choices"][0]["message"].get("content"), answer["usage"]


class Tally:
    def __init__(self):
        self.alive = threading.Condition()
        self.down = False
        self.births = 0
        self.done = 0
        self.failed = []


@contextlib.contextmanager
def traffic(server, seed, tally):
    clients = [Client(server, f"{seed} {i}", tally) for i in range(CLIENTS)]
    for client in clients:
        client.start()
    try:
        yield
    finally:
        for client in clients:
            client.stop.set()
        for client in clients:
            client.join(120)


def resident_mb(server):
    lines = pathlib.Path(f"/proc/{server.process.pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:")) / 1024


def budgets_are_full(server):
    model = server.get("/cache")["models"][0]
    return all(tier["bytes"] > 0.9 * tier["budget_bytes"] for tier in (model["host"], model["disk"]))


def steady(server, seconds, seed):
    tally, sizes = Tally(), []
    with traffic(server, seed, tally):
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            time.sleep(seconds / 60)
            if sizes or budgets_are_full(server):
                sizes.append(resident_mb(server))
    grown, faults = "the budgets were never full; give more --minutes", list(tally.failed)
    if len(sizes) >= 10:
        early, late = statistics.median(sizes[:5]), statistics.median(sizes[-5:])
        grown = f"memory {early:.0f} -> {late:.0f} MB ({late / early:.3f})"
        if late / early > 1.1:
            faults.append(grown)
    print(f"  steady: {tally.done} requests, {len(tally.failed)} failed; {grown}", flush=True)
    return faults


def probe(server, text):
    """How much of a conversation that was answered before must be read again, beyond its end."""
    body = {"model": MODEL, "prompt": text, "max_tokens": 1, "temperature": 0}
    timings = server.post("/v1/completions", body)["timings"]
    return timings["prompt_n"], timings["cache_n"]


def kills(server, count, seconds, seed):
    tally, rng, lost, probed = Tally(), random.Random(seed), [], 0
    with traffic(server, seed, tally):
        for number in range(count):
            text = f"probe {number} " + prose(rng, 500)
            read, _ = probe(server, text)
            asked = time.monotonic()
            time.sleep(rng.uniform(0.2, 2) * seconds / 1.1)
            settled = time.monotonic() - asked > SETTLED_S
            tally.down = True
            server.kill()
            tally.births += 1
            server.start()
            if settled:
                probed += 1
                again, reused = probe(server, text)
                if again > max(8, read // 50):
                    lost.append(f"kill {number}: {again} of {again + reused} tokens")
            with tally.alive:
                tally.down = False
                tally.alive.notify_all()
    server.close()
    verified = subprocess.run([server.program, "cache", "verify"], env=server.environment,
                              capture_output=True, text=True, check=False)
    damaged = verified.returncode != 0
    print(f"  kills: {count}, {tally.done} requests, {len(tally.failed)} failed; of {probed} conversations that had "
          f"settled {len(lost)} lost; verify: {verified.stdout.strip().splitlines()[-1:]}", flush=True)
    return tally.failed + lost + ([verified.stdout] if damaged else [])


def restores(seconds, rng):
    """The engine's property test over and over."""
    test = ROOT / "build" / "release" / "tests" / "engine_test"
    until, runs, failures = time.monotonic() + seconds, 0, []
    while time.monotonic() < until:
        seed = str(rng.randrange(1 << 30))
        done = subprocess.run([str(test), "--gtest_filter=*NoWrongRestore*"], capture_output=True,
                              text=True, check=False,
                              env={**os.environ, "HEARTH_PROPERTY_SEED": seed})
        runs += 1
        if done.returncode != 0:
            failures.append(f"seed {seed}:\n{done.stdout[-2000:]}")
    print(f"restores: {runs} runs of the property test, {len(failures)} failed", flush=True)
    return failures


def main():
    parser = options_of(__doc__, peer=False)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    models = pathlib.Path(os.environ["HEARTH_TEST_MODELS"])
    seconds, count = options.minutes * 60, options.kills // len(MODELS)
    faults = []
    for name in MODELS:
        print(name, flush=True)
        def start(budgets):
            return running(Hearth, find_hearth(options.hearth), models / f"{name}.gguf", CONTEXT,
                           options.threads, more=budgets, base=options.folder)

        with start(TIGHT) as server:
            faults += steady(server, seconds * 0.25 / len(MODELS), f"{options.seed} steady {name}")
        with start(ROOMY) as server:
            each = seconds * 0.55 / len(MODELS) / max(count, 1)
            faults += kills(server, count, each, f"{options.seed} kills {name}")
    faults += restores(seconds * 0.2, random.Random(options.seed))
    for fault in faults[:20]:
        print(fault)
    raise SystemExit(1 if faults else 0)


if __name__ == "__main__":
    main()
