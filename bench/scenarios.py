"""The scenarios of reuse.py. Each gets a Tally over a freshly started server with an empty cache.

`tally.tokens` is the length that the main conversation reaches, `tally.prose(topic, n)` n tokens of
text. Lengths are shares of the former, so that a scenario keeps its shape at any size."""

import dataclasses
import random
import threading
import time
from typing import Callable

import asking
from conversations import (as_lists, random_tokens, system, tool_round, toolbox, user)
from servers import Hearth

TURNS = 8


@dataclasses.dataclass
class Scenario:
    name: str
    title: str
    run: Callable
    # The window: as asked for, or as little as the main conversation itself.
    tight: bool = False
    # Needs a template that takes thoughts out at a new turn.
    strips_thoughts: bool = False


ALL = []


def scenario(name, title, **more):
    def add(function):
        ALL.append(Scenario(name, title, function, **more))
        return function
    return add


def opening(tally, topic="main"):
    return [system(tally.prose(f"You are the agent of {topic}", tally.tokens * 0.25))]


def turns(tally, messages, count=TURNS, topic="main", share=0.75, between=None, **how):
    """`count` user turns that together are `share` of the main conversation."""
    n_tokens = tally.tokens * share / count
    for i in range(count):
        question = user(tally.prose(f"{topic}, step {i}", n_tokens - 40))
        messages = tally.ask([*messages, question], **how)
        if between:
            between(i)
    return messages


@scenario("side", "main line with side requests between")
def side(tally):
    def other(i):
        tally.ask([system("You are brief."), user(tally.prose(f"Aside {i}", 120))])
    turns(tally, opening(tally), between=other)


@scenario("titles", "title requests with the main line's system prompt")
def titles(tally):
    messages = opening(tally)

    def title(i):
        text = tally.prose(f"Write a title for this, {i}", 60)
        tally.ask([messages[0], user(text)])
    turns(tally, messages, between=title)


@scenario("rewind", "rewind and return")
def rewind(tally):
    messages = opening(tally)
    whole = turns(tally, messages)
    # Back to the third turn, another way from there, and then on where the main line had ended.
    early = whole[:1 + 2 * 3]
    turns(tally, early, count=2, topic="another way", share=0.15)
    whole = turns(tally, whole, count=1, topic="return", share=0.05)
    turns(tally, whole[:1 + 2 * 5], count=1, topic="a third way", share=0.05)
    turns(tally, whole, count=1, topic="return again", share=0.05)


@scenario("raw", "rewind and return, raw completions")
def raw(tally):
    n = tally.tokens
    main = random_tokens("main", n)
    for end in range(n // 4, n + 1, n // 4):
        tally.ask_raw(main[:end])
    # Off the main line in the middle of what was one prompt, and back.
    tally.ask_raw(main[:n * 5 // 8] + random_tokens("branch", n // 16))
    tally.ask_raw(main + random_tokens("tail", n // 16))
    tally.ask_raw(main[:n * 3 // 8] + random_tokens("other branch", n // 16))


@scenario("thoughts", "thoughts stripped at a new turn, after 5 s", strips_thoughts=True)
def thoughts(tally):
    # What has to be read again ahead must fit into five seconds of a small CPU.
    loop = min(600, tally.tokens / 6)
    count = min(12, max(2, round(tally.tokens * 0.75 / loop)))
    rest = tally.tokens - count * loop
    messages = [system(tally.prose("You think before you act", rest))]
    number = 0
    for turn in range(count):
        messages = [*messages, user(tally.prose(f"Task {turn}", loop * 0.1))]
        for _ in range(3):
            tally.ask(messages)  # what it says is replaced by a round that has a thought and a call
            messages += tool_round(number, tally.prose(f"Thought {number}", loop * 0.08),
                                   tally.prose(f"Result {number}", loop * 0.2))
            number += 1
        messages = tally.ask(messages)
        tally.rest(5)


@scenario("alternating", "4 conversations in turn, room for less than two", tight=True)
def alternating(tally):
    conversations = [opening(tally, f"customer {k}") for k in range(4)]
    for i in range(4):
        for k, messages in enumerate(conversations):
            conversations[k] = turns(tally, messages, count=1, topic=f"{k}, step {i}", share=0.08)


@scenario("subagents", "4 subagents on one prefix, in parallel")
def subagents(tally):
    tools = toolbox(tally.prose, tally.tokens * 0.3)
    messages = [system(tally.prose("You are one of several", tally.tokens * 0.4))]
    failures = []
    together = threading.Barrier(4)

    def work(k):
        try:
            mine = messages
            for i in range(3):
                together.wait(600)
                mine = turns(tally, mine, count=1, topic=f"Subagent {k}, step {i}", share=0.05,
                             tools=tools)
        except Exception as failure:  # the scenario fails with it, not this thread alone
            failures.append(failure)
            together.abort()

    threads = [threading.Thread(target=work, args=(k,)) for k in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # A thread that failed breaks the barrier of the others: their failure says nothing.
    for failure in failures:
        if not isinstance(failure, threading.BrokenBarrierError):
            raise failure
    if failures:
        raise failures[0]


@scenario("back", "long conversation, short request with its system prompt, back")
def back(tally):
    start = opening(tally)
    messages = turns(tally, start)
    for i in range(2):
        tally.ask([*start, user(tally.prose(f"A quick one, {i}", 40))])
        messages = turns(tally, messages, count=1, topic=f"back {i}", share=0.05)


@scenario("billing", "changing billing header")
def billing(tally):
    messages = opening(tally)
    for i in range(TURNS):
        messages = [*messages, user(tally.prose(f"main, step {i}", tally.tokens * 0.09 - 40))]
        header = ("x-anthropic-billing-header: cc_version=2.1.330; cc_entrypoint=cli; "
                  f"cch={random.Random(i).randrange(16 ** 5):05x};")
        if isinstance(tally.server, Hearth):
            blocks = [{"type": "text", "text": header},
                      {"type": "text", "text": messages[0]["content"]}]
            def send(blocks=blocks, said=messages[1:]):
                return asking.anthropic(tally.server, blocks, said, max_tokens=24)
        else:
            said = [system(header + "\n" + messages[0]["content"]), *messages[1:]]
            def send(said=said):
                return asking.chat(tally.server, said, None, max_tokens=24)
        messages = tally.ask(messages, send=send)


@scenario("forms", "content as a string, as a list, and back")
def forms(tally):
    messages = opening(tally)
    for i in range(TURNS):
        messages = [*messages, user(tally.prose(f"main, step {i}", tally.tokens * 0.09 - 40))]
        said = as_lists(messages) if i % 2 else messages
        def send(said=said):
            return asking.chat(tally.server, said, None, max_tokens=24)
        messages = tally.ask(messages, send=send)


@scenario("tools", "tools listed in another order")
def tools_reordered(tally):
    tools = toolbox(tally.prose, tally.tokens * 0.4)
    messages = [system(tally.prose("You have tools", tally.tokens * 0.1))]
    for i in range(TURNS):
        text = tally.prose(f"main, step {i}", tally.tokens * 0.5 / TURNS - 40)
        messages = [*messages, user(text)]
        order = random.Random(i).sample(tools, len(tools))
        def send(said=messages, order=order):
            return asking.chat(tally.server, said, order, max_tokens=24)
        messages = tally.ask(messages, tools, send=send)


@scenario("cancel", "cancelled in mid-prefill, and asked again")
def cancel(tally):
    n = min(2 * tally.tokens, tally.context - 1024)
    began = time.monotonic()
    tally.ask_raw(random_tokens("to the end", n))
    whole_s = time.monotonic() - began
    for k in range(2):
        prompt = random_tokens(f"prompt {k}", n)
        fresh = tally.seen.fresh(prompt)
        done = 0
        events = asking.completion_events(tally.server, prompt, 8, leave_after_s=0.7 * whole_s)
        for _, kind, value in events:
            if kind == "token":
                raise asking.Refused("the prompt was read before it could be cancelled: it needs "
                                     "more --tokens")
            done = value
            if done >= 0.7 * n:
                break
        events.close()
        if isinstance(tally.server, Hearth):
            record = tally.server.cancelled_record()
            done = max(done, (record or {}).get("computed_tokens", 0))
        tally.rest(1)  # a client waits before it tries again
        reply = tally.ask_raw(prompt)
        # What the first attempt computed: at least what it reported, and what the second reused.
        first = max(done, reply.cached_tokens)
        with tally.lock:
            tally.fresh += fresh
            tally.computed += first
            tally.prompt += n
        tally.notes.append(f"cancelled at {first} of {n}, went on at {reply.cached_tokens}")


@scenario("compaction", "compaction")
def compaction(tally):
    messages = turns(tally, opening(tally))
    whole = tally.ask([*messages, user(tally.prose("Summarise the conversation so far", 60))],
                      max_tokens=48)
    summary = tally.prose("What was done", tally.tokens * 0.1) + "\n" + whole[-1]["content"]
    compacted = [messages[0], user(summary), {"role": "assistant", "content": "I see."},
                 *messages[-4:]]
    turns(tally, compacted, count=3, topic="after it", share=0.15)


@scenario("restart", "kill -9 after 3 s, and restart")
def restart(tally):
    messages = turns(tally, opening(tally))
    tally.rest(3)
    tally.kill_and_restart()
    turns(tally, messages, count=2, topic="after the restart", share=0.1)
