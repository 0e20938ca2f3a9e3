"""One request to either server, and what its answer says about tokens.

What is new in a prompt is never taken from here (see canonical.py): a server only tells how many
prompt tokens it had and how many of them it did not compute."""

import dataclasses
import json

from servers import MODEL, PATIENCE_S, Hearth, Refused

# llama-server answers 500 when a model's output does not fit the template's format, which that of
# random weights never does. The prompt was computed all the same. This goes into the conversation
# in place of the answer; it was never generated, so the next request counts it as fresh.
LOST = "The answer was lost."
PARSER_GAVE_UP = "does not match the expected"


@dataclasses.dataclass
class Reply:
    message: dict          # as it goes back into the conversation
    prompt_tokens: int
    cached_tokens: int
    idle_tokens: int = 0   # computed ahead while the server was idle, as it reports them
    cut: bool = False      # ended by max_tokens: its last token was sampled, but never computed
    lost: bool = False

    @property
    def computed(self):
        """Without the one last token that every request must compute."""
        return max(0, self.prompt_tokens - self.cached_tokens - 1)


def chat(server, messages, tools, max_tokens):
    body = {"model": MODEL, "messages": messages, "max_tokens": max_tokens, "temperature": 0}
    if tools:
        body["tools"] = tools
    if isinstance(server, Hearth):
        return _hearth_chat(server, body)
    return _llama_chat(server, body)


def _hearth_chat(server, body):
    answer = server.post("/v1/chat/completions", body)
    choice, usage = answer["choices"][0], answer["usage"]
    sent = choice["message"]
    message = {"role": "assistant", "content": sent.get("content") or ""}
    for name in ("reasoning_content", "tool_calls"):
        if sent.get(name):
            message[name] = sent[name]
    return Reply(message, usage["prompt_tokens"], usage["prompt_tokens_details"]["cached_tokens"],
                 _idle(answer), choice["finish_reason"] == "length")


def _llama_chat(server, body):
    """As a stream with progress: then the counts are known also when the answer is lost."""
    text = {"content": "", "reasoning_content": ""}
    calls, finish, progress, timings = [], None, None, None
    for _, event in server.events("/v1/chat/completions", {**body, "return_progress": True}):
        if "error" in event:
            if progress is None or PARSER_GAVE_UP not in event["error"].get("message", ""):
                raise Refused(f"{server.name}: {event['error']}")
            return Reply({"role": "assistant", "content": LOST}, progress["total"],
                         progress["cache"], lost=True)
        progress = event.get("prompt_progress", progress)
        timings = event.get("timings", timings)
        for choice in event.get("choices", []):
            finish = choice["finish_reason"] or finish
            for name in text:
                text[name] += choice["delta"].get(name) or ""
            for call in choice["delta"].get("tool_calls", []):
                _add_call(calls, call)
    message = {"role": "assistant", "content": text["content"]}
    if text["reasoning_content"]:
        message["reasoning_content"] = text["reasoning_content"]
    if calls:
        message["tool_calls"] = calls
    return Reply(message, timings["prompt_n"] + timings["cache_n"], timings["cache_n"],
                 cut=finish == "length")


def _add_call(calls, delta):
    if delta["index"] == len(calls):
        calls.append({"id": delta.get("id"), "type": "function",
                      "function": {"name": delta["function"]["name"], "arguments": ""}})
    calls[delta["index"]]["function"]["arguments"] += delta["function"].get("arguments") or ""


def anthropic(server, system_blocks, messages, max_tokens):
    """Hearth's POST /v1/messages. The messages have string contents."""
    answer = server.post("/v1/messages", {
        "model": MODEL, "system": system_blocks, "messages": messages, "max_tokens": max_tokens,
        "temperature": 0})
    usage = answer["usage"]
    text = "".join(block["text"] for block in answer["content"] if block["type"] == "text")
    prompt = (usage["input_tokens"] + usage["cache_read_input_tokens"] +
              usage["cache_creation_input_tokens"])
    return Reply({"role": "assistant", "content": text}, prompt, usage["cache_read_input_tokens"],
                 _idle(answer), answer["stop_reason"] == "max_tokens")


def complete(server, tokens, max_tokens):
    """A raw completion of a list of tokens. Its text is nobody's concern."""
    answer = server.post("/v1/completions", {"model": MODEL, "prompt": tokens, "temperature": 0,
                                             "max_tokens": max_tokens})
    usage = answer["usage"]
    return Reply({}, usage["prompt_tokens"], usage["prompt_tokens_details"]["cached_tokens"],
                 _idle(answer))


def completion_events(server, tokens, max_tokens, leave_after_s=PATIENCE_S):
    """A raw completion as a stream: "progress" with the prompt tokens done so far, of which some may
    have been reused; "token" for each piece of the answer. The client leaves when it has no more
    patience."""
    body = {"model": MODEL, "prompt": tokens, "temperature": 0, "max_tokens": max_tokens,
            "ignore_eos": True, "return_progress": True}
    for now, event in server.events("/v1/completions", body, leave_after_s):
        if isinstance(event, str):
            if event.startswith("prefill "):
                done = json.loads(event.removeprefix("prefill "))
                yield now, "progress", done["computed"] + done["reused"]
        elif "error" in event:
            raise Refused(f"{server.name}: {event['error']}")
        elif "prompt_progress" in event:
            yield now, "progress", event["prompt_progress"]["processed"]
        elif event.get("choices") and event["choices"][0].get("finish_reason") is None:
            yield now, "token", event["choices"][0]["text"]


def _idle(answer):
    """0 where the server does not report it."""
    for part, name in (("usage", "idle_computed_tokens"), ("timings", "idle_n")):
        value = (answer.get(part) or {}).get(name)
        if value is not None:
            return value
    return 0
