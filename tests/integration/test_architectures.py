"""Models with random weights of the architectures that are kept differently: sliding windows and
experts (gpt-oss, harmony template), experts (qwen3moe), convolutions with a state (lfm2)."""

import json

import jsonschema
import pytest

from harness import paths
from harness.messages import assemble
from harness.server import Hearth

TOOL = {"name": "note", "description": "Writes down", "input_schema": {
    "type": "object", "properties": {"word": {"enum": ["yes", "no"]}}, "required": ["word"],
    "additionalProperties": False}}


@pytest.fixture(scope="module", params=[paths.GPT_OSS, paths.QWEN3MOE, paths.LFM2])
def random_model(request):
    with Hearth(models=[f"random={paths.model(request.param)}"], context=2048) as hearth:
        yield hearth


def ask(text: str, **more) -> dict:
    return {"model": "random", "max_tokens": 12, "temperature": 0,
            "messages": [{"role": "user", "content": text}], **more}


def test_it_answers_whole_and_streamed(random_model):
    whole = random_model.client.post("/v1/messages", ask("Hello there")).ok()
    assert whole["usage"]["output_tokens"] > 0
    assert whole["stop_reason"] in ("max_tokens", "end_turn", "tool_use")
    streamed = assemble(random_model.client.events("/v1/messages", ask("Hello there")))
    assert streamed["usage"]["output_tokens"] == whole["usage"]["output_tokens"]
    assert streamed["content"] == whole["content"] or (
        [block["type"] for block in streamed["content"]]
        == [block["type"] for block in whole["content"]])


def test_a_prompt_that_goes_on_is_reused(random_model):
    def complete(tokens):
        body = {"model": "random", "prompt": tokens, "max_tokens": 1, "temperature": 0}
        return random_model.client.post("/v1/completions", body).ok()["usage"]

    tokens = random_model.client.post(
        "/tokenize", {"content": "The river goes down to the sea. " * 20}).ok()["tokens"]
    complete(tokens)
    usage = complete(tokens + tokens[:40])
    assert usage["prompt_tokens_details"]["cached_tokens"] >= len(tokens)


def test_reuse_changes_nothing(random_model):
    """What follows a reused prefix is what follows the prefix when it is read. One of six may
    differ: random weights give logits that are nearly tied, and a sum in another order tips them.
    A wrong state would change them all."""
    client = random_model.client

    def tokenize(text):
        return client.post("/tokenize", {"content": text}).ok()["tokens"]

    def complete(tokens, max_tokens=8):
        body = {"model": "random", "prompt": tokens, "max_tokens": max_tokens, "temperature": 0,
                "ignore_eos": True}
        return client.post("/v1/completions", body).ok()

    same = 0
    for word in ("river", "stone", "lamp", "garden", "paper", "window"):
        head = tokenize(f"The {word} lay on the wall. " * 12)
        tail = tokenize(f"No {word} of this is alike; 1 2 3. " * 12)
        cold = complete(head + tail)
        complete(head, max_tokens=1)
        warm = complete(head + tail)
        assert warm["usage"]["prompt_tokens_details"]["cached_tokens"] >= len(head)
        same += warm["choices"][0]["text"] == cold["choices"][0]["text"]
    assert same >= 5


def test_the_second_turn_reuses_the_first(random_model):
    client = random_model.client
    body = ask("A first question about the sea and about the river that goes down to it.",
               max_tokens=1)
    first = client.post("/v1/messages", body).ok()
    body["messages"] += [{"role": "assistant", "content": [{"type": "text", "text": "Yes."}]},
                         {"role": "user", "content": "A second one."}]
    second = client.post("/v1/messages", body).ok()
    usage = first["usage"]
    before = usage["input_tokens"] + usage["cache_creation_input_tokens"]
    assert before > 15
    assert second["usage"]["cache_read_input_tokens"] >= before - 2


def test_a_demanded_tool_is_called(random_model):
    body = ask("Yes or no?", tools=[TOOL], max_tokens=400,
               tool_choice={"type": "tool", "name": "note"})
    answer = random_model.client.post("/v1/messages", body).ok()
    calls = [block for block in answer["content"] if block["type"] == "tool_use"]
    assert calls, answer
    jsonschema.validate(calls[0]["input"], TOOL["input_schema"])


def test_a_json_schema_is_kept(random_model):
    schema = {"type": "object", "properties": {"a": {"enum": [1, 2]}}, "required": ["a"],
              "additionalProperties": False}
    body = {"model": "random", "max_tokens": 400, "temperature": 0,
            "messages": [{"role": "user", "content": "A number"}],
            "response_format": {"type": "json_schema",
                                "json_schema": {"name": "n", "schema": schema}}}
    answer = random_model.client.post("/v1/chat/completions", body).ok()
    jsonschema.validate(json.loads(answer["choices"][0]["message"]["content"]), schema)
