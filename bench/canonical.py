"""What is new in a prompt, counted without asking the server under test.

A conversation has one canonical form: contents as strings, tools by name, no billing header. A
llama-server of its own renders and tokenizes that form. Fresh tokens of a prompt are those beyond the
longest prefix that it shares with anything seen before: each prompt that was sent, and each answer
as the next user turn will show it. So what a template takes out at a new turn counts as seen, and a
server has to have computed the stripped form ahead; so does an answer whose text does not
tokenize back to what was sampled, and a server has to replay it."""

import array
import contextlib
import threading

from servers import LlamaServer, running

CUT = "⟂cut⟂"  # marks the end of an answer in the rendered text


class Renderer:
    def __init__(self, server):
        self.server = server

    def tokens(self, text, special=True):
        answer = self.server.post("/tokenize", {"content": text, "add_special": special,
                                                "parse_special": special})
        return answer["tokens"]

    def text(self, messages, tools):
        body = {"messages": messages}
        if tools:
            body["tools"] = sorted(tools, key=lambda tool: tool["function"]["name"])
        return self.server.post("/apply-template", body)["prompt"]

    def prompt(self, messages, tools):
        return self.tokens(self.text(messages, tools))

    def answered(self, messages, tools, reply):
        """The conversation up to the end of the answer, as the next user turn shows it, without what
        was sampled but not computed. Up to its beginning, if the answer was lost."""
        said = reply.message["content"]
        answer = {**reply.message, "content": CUT + said if reply.lost else said + CUT}
        text = self.text([*messages, answer, {"role": "user", "content": "Go on."}], tools)
        # An answer with tool calls shows more behind its text; that part stays fresh.
        tokens = self.tokens(text[:text.rindex(CUT)])
        return tokens[:-1] if reply.cut else tokens


@contextlib.contextmanager
def renderer(llama_server, model):
    """It computes nothing, so it needs neither a window nor threads."""
    with running(LlamaServer, llama_server, model, 512, 1, ["--parallel", "1"]) as server:
        yield Renderer(server)


class Seen:
    """Every token sequence so far."""

    def __init__(self):
        self.sequences = []
        self.lock = threading.Lock()

    def add(self, tokens):
        with self.lock:
            self.sequences.append(array.array("i", tokens))

    def fresh(self, tokens):
        """New tokens of a prompt, which is then seen. Its last one is left out: it is computed in
        any case. Requests in parallel are counted in some order, each prompt once."""
        prompt = array.array("i", tokens)
        with self.lock:
            known = max((shared_prefix(prompt, other) for other in self.sequences), default=0)
            self.sequences.append(prompt)
        return max(0, len(prompt) - 1 - known)


def shared_prefix(one, other):
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low
