"""One scenario on one server: what was asked, what of it was fresh, what was computed."""

import threading
import time

import asking
from canonical import Seen
from conversations import follow

MAX_TOKENS = 24


class Tally:
    def __init__(self, server, renderer, prose, options):
        self.server = server
        self.renderer = renderer
        self.prose = prose
        self.tokens = options.tokens
        self.context = options.context
        self.seen = Seen()
        self.lock = threading.Lock()
        self.requests = self.prompt = self.fresh = self.computed = self.idle = self.lost = 0
        self.rest_s = self.idle_cpu_s = 0.0
        self.off_canonical = 0  # the largest difference between a prompt and its canonical form
        self.notes = []

    def count(self, canonical, fresh, reply):
        with self.lock:
            self.requests += 1
            self.prompt += reply.prompt_tokens
            self.fresh += fresh
            self.computed += reply.computed
            self.idle += reply.idle_tokens
            self.lost += reply.lost
            self.off_canonical = max(self.off_canonical, abs(reply.prompt_tokens - len(canonical)))

    def ask(self, messages, tools=None, send=None, max_tokens=MAX_TOKENS):
        """Sends a conversation and returns it with the answer in it. `messages` and `tools` are the
        canonical form; `send` sends another form of them."""
        canonical = self.renderer.prompt(messages, tools)
        fresh = self.seen.fresh(canonical)
        if send is None:
            reply = asking.chat(self.server, messages, tools, max_tokens)
        else:
            reply = send()
        self.count(canonical, fresh, reply)
        self.seen.add(self.renderer.answered(messages, tools, reply))
        return follow(messages, reply)

    def ask_raw(self, tokens):
        fresh = self.seen.fresh(tokens)
        reply = asking.complete(self.server, tokens, MAX_TOKENS)
        self.count(tokens, fresh, reply)
        return reply

    def rest(self, seconds):
        """Nobody asks anything. What the server's processor did meanwhile is noted: whoever works
        ahead should say so."""
        before = self.server.cpu_seconds()
        time.sleep(seconds)
        self.rest_s += seconds
        self.idle_cpu_s += self.server.cpu_seconds() - before

    def kill_and_restart(self):
        self.server.kill()
        self.server.start()

    @property
    def ratio(self):
        return self.computed / self.fresh

    def as_json(self):
        return {"requests": self.requests, "prompt_tokens": self.prompt,
                "fresh_tokens": self.fresh, "computed_tokens": self.computed,
                "ratio": round(self.ratio, 4), "idle_computed_tokens": self.idle,
                "rest_s": self.rest_s, "idle_cpu_s": round(self.idle_cpu_s, 2), "lost_answers": self.lost,
                "off_canonical": self.off_canonical, "notes": self.notes}
