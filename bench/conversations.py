"""What the scenarios talk about: prose of a given length in tokens, tools, and conversations.

Everything is made from seeds, so both servers get the same words."""

import random
import zlib

WORDS = """the a of and to in is that for with as on by this from buffer index returns value error path
line size file test build branch commit merge server client cache prefix token model layer window
request answer thread queue lock signal parse write read open close store load state page block table
column row number string list map key result check fail pass change step reason small large first last
next before after while until never always each every other same new old left right""".split()


class Prose:
    """Words that the model's tokenizer turns into about as many tokens as were asked for."""

    def __init__(self, renderer):
        sample = self._words(random.Random(0), 2000)
        self.tokens_per_word = len(renderer.tokens(sample, special=False)) / 2000

    @staticmethod
    def _words(rng, count):
        parts = []
        for i in range(count):
            parts.append(rng.choice(WORDS) if rng.random() < 0.95 else f"x{rng.randrange(1000)}")
            parts.append(".\n" if i % 17 == 16 else " ")
        return "".join(parts).strip()

    def __call__(self, topic, n_tokens):
        """The same topic and length give the same text; different topics share no beginning."""
        rng = random.Random(zlib.crc32(topic.encode()))
        words = max(3, round(n_tokens / self.tokens_per_word))
        return f"{topic}: {self._words(rng, words)}"


def user(text):
    return {"role": "user", "content": text}


def system(text):
    return {"role": "system", "content": text}


def random_tokens(seed, count):
    """Plain tokens of any of the test models: neither single bytes nor special ones."""
    rng = random.Random(seed)
    return [rng.randrange(1000, 16000) for _ in range(count)]


def tool(name, description):
    return {"type": "function", "function": {
        "name": name, "description": description,
        "parameters": {"type": "object", "required": ["path"], "properties": {
            "path": {"type": "string", "description": "A path in the working folder"},
            "limit": {"type": "integer", "description": "How much at most"}}}}}


def toolbox(prose, n_tokens):
    names = ["bash", "edit", "glob", "grep", "read", "write"]
    each = n_tokens / len(names) - 60  # the schema's own share
    return [tool(name, prose(f"The tool {name}", each)) for name in names]


def tool_round(number, thought, result):
    """A thought, a call and its result."""
    call = {"id": f"call_{number:04}", "type": "function", "function": {
        "name": "read", "arguments": f'{{"path": "src/file{number}.cpp"}}'}}
    return [{"role": "assistant", "content": "", "reasoning_content": thought, "tool_calls": [call]},
            {"role": "tool", "tool_call_id": call["id"], "content": result}]


def follow(messages, reply):
    """The conversation with the answer in it. A call that the model made up gets a result, without
    which no template would go on."""
    messages = [*messages, reply.message]
    for call in reply.message.get("tool_calls", []):
        messages.append({"role": "tool", "tool_call_id": call["id"], "content": "nothing found"})
    return messages


def as_lists(messages):
    """The same messages, each content as a list of one text block."""
    return [{**message, "content": [{"type": "text", "text": message["content"]}]}
            if message["role"] in ("system", "user", "assistant") and message["content"] else message
            for message in messages]
