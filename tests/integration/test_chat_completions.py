"""POST /v1/chat/completions, as the OpenAI SDK and the agents built on it use it."""

import json

import jsonschema
import pytest

from harness.completions import assemble

CHAT = "/v1/chat/completions"

WEATHER = {
    "type": "object",
    "properties": {"city": {"type": "string", "maxLength": 40},
                   "days": {"type": "integer", "minimum": 1, "maximum": 9},
                   "unit": {"enum": ["celsius", "fahrenheit"]}},
    "required": ["city", "days", "unit"],
    "additionalProperties": False,
}
NOTE = {"type": "object", "properties": {"text": {"type": "string", "maxLength": 60}},
        "required": ["text"], "additionalProperties": False}
TOOLS = [
    {"type": "function", "function": {"name": "forecast", "description": "The weather to come",
                                      "parameters": WEATHER}},
    {"type": "function", "function": {"name": "take_note", "description": "Writes something down",
                                      "parameters": NOTE}},
]


def ask(text: str, **more) -> dict:
    return {"model": "gpt-4o", "max_tokens": 16, "temperature": 0,
            "messages": [{"role": "user", "content": text}], **more}


def test_a_whole_answer_has_every_field(client):
    answer = client.post(CHAT, ask("What is the capital of France?")).ok()
    assert answer["object"] == "chat.completion"
    assert answer["id"]
    assert answer["created"] > 1_700_000_000
    assert answer["model"] == "gpt-4o"
    choice = answer["choices"][0]
    assert choice["index"] == 0
    assert choice["message"]["role"] == "assistant"
    assert choice["message"]["content"]
    assert choice["finish_reason"] in ("stop", "length")
    usage = answer["usage"]
    assert usage["prompt_tokens"] + usage["completion_tokens"] == usage["total_tokens"]
    assert 0 < usage["completion_tokens"] <= 16
    assert "cached_tokens" in usage["prompt_tokens_details"]
    timings = answer["timings"]
    assert all(timings[name] >= 0 for name in ("prompt_ms", "predicted_ms"))


def test_a_stream_holds_the_same_as_the_whole_answer(client):
    fixed = "Grüße, 世界: the very same words, whichever way they are sent."
    body = ask("Speak.", max_tokens=100, response_format={
        "type": "json_schema", "json_schema": {"name": "f", "schema": {"enum": [fixed]}}})
    whole = client.post(CHAT, body).ok()["choices"][0]
    streamed = assemble(client.events(CHAT, body), with_usage=False)
    assert json.loads(whole["message"]["content"]) == fixed
    assert streamed["content"] == whole["message"]["content"]
    assert streamed["finish_reason"] == whole["finish_reason"] == "stop"


def test_usage_ends_the_stream_if_it_is_asked_for(client):
    body = ask("Name three colours.", stream_options={"include_usage": True})
    usage = assemble(client.events(CHAT, body), with_usage=True)["usage"]
    assert usage["prompt_tokens"] > 5
    assert 0 < usage["completion_tokens"] <= 16


def test_every_answer_has_its_own_id(client):
    body = ask("Hi", max_tokens=1)
    assert len({client.post(CHAT, body).ok()["id"] for _ in range(3)}) == 3


def test_the_second_turn_reads_only_what_is_new(client):
    body = ask("Write a sentence about a submarine full of bananas.", max_tokens=30)
    first = client.post(CHAT, body).ok()
    body["messages"] += [first["choices"][0]["message"],
                         {"role": "user", "content": "Another one."}]
    second = client.post(CHAT, body).ok()
    assert (second["usage"]["prompt_tokens_details"]["cached_tokens"]
            >= first["usage"]["prompt_tokens"] - 2)


def test_the_same_conversation_is_one_prompt_in_both_apis(client):
    messages = [{"role": "user", "content": "Which fruit is yellow and bent, by most accounts?"}]
    first = client.post(CHAT, ask("", messages=messages)).ok()
    second = client.post("/v1/messages", {"model": "claude-sonnet-4-5", "max_tokens": 4,
                                          "messages": messages}).ok()
    assert second["usage"]["cache_read_input_tokens"] >= first["usage"]["prompt_tokens"] - 2


def test_content_may_be_parts(client):
    text = "What is the capital of France?"
    parts = [{"type": "text", "text": text}]
    answer = client.post(CHAT, ask("", messages=[{"role": "user", "content": parts}])).ok()
    plain = client.post(CHAT, ask(text)).ok()["usage"]
    assert plain["prompt_tokens"] == answer["usage"]["prompt_tokens"]
    assert plain["prompt_tokens_details"]["cached_tokens"] >= plain["prompt_tokens"] - 2


def test_developer_and_system_messages_are_read(client):
    plain = client.post(CHAT, ask("Who are you?")).ok()["usage"]["prompt_tokens"]
    for role in ("system", "developer"):
        messages = [{"role": role, "content": "You are a pirate named Redbeard, " * 8},
                    {"role": "user", "content": "Who are you?"}]
        answer = client.post(CHAT, ask("", messages=messages)).ok()
        assert answer["usage"]["prompt_tokens"] > plain


@pytest.mark.parametrize("stop", ["e ", ["never said", "e "]])
def test_stop_ends_the_answer(client, stop):
    # "e " is in any English text, and its two characters are of two tokens.
    answer = client.post(CHAT, ask("Write about the sea.", max_tokens=60, stop=stop)).ok()
    choice = answer["choices"][0]
    assert choice["finish_reason"] == "stop"
    assert choice["message"]["content"]
    assert "e " not in choice["message"]["content"]
    assert not choice["message"]["content"].endswith("e")
    assert answer["usage"]["completion_tokens"] < 60


@pytest.mark.parametrize("name", ["max_tokens", "max_completion_tokens"])
def test_the_limit_is_kept_and_a_huge_one_is_clamped(client, name):
    body = ask("Write a long story.")
    del body["max_tokens"]
    answer = client.post(CHAT, {**body, name: 5}).ok()
    assert answer["choices"][0]["finish_reason"] == "length"
    assert answer["usage"]["completion_tokens"] == 5
    assert client.post(CHAT, {**body, name: 128000, "stop": [" "]}).status == 200


def test_a_prompt_over_the_window_is_a_400(client):
    answer = client.post(CHAT, ask("word " * 4000))
    assert answer.status == 400
    error = answer.json()["error"]
    assert error["type"] == "invalid_request_error"
    assert "prompt is too long" in error["message"]


def test_a_seed_makes_a_hot_answer_reproducible(client):
    def answer(seed):
        body = ask("Invent a name for a dragon.", temperature=1.5, seed=seed, max_tokens=8)
        return client.post(CHAT, body).ok()["choices"][0]["message"]["content"]

    # What shares a batch rounds differently, so that now and then an answer is another one; without
    # the seed it would be another one nearly always.
    assert any(answer(11) == answer(11) for _ in range(3))
    assert len({answer(seed) for seed in (1, 2, 3, 4)}) > 1, "the seed changes nothing"


# -- tools ---------------------------------------------------------------------------------------


def check_calls(calls: list, names: set):
    assert calls
    for call in calls:
        assert call["name"] in names
        assert call["id"]
        schema = WEATHER if call["name"] == "forecast" else NOTE
        jsonschema.validate(json.loads(call["arguments"]), schema)


@pytest.mark.parametrize("way", ["whole", "stream"])
@pytest.mark.parametrize("choice, names", [
    ("required", {"forecast", "take_note"}),
    ({"type": "function", "function": {"name": "forecast"}}, {"forecast"}),
    ({"type": "function", "function": {"name": "take_note"}}, {"take_note"}),
    ({"type": "allowed_tools", "allowed_tools": {
        "mode": "required", "tools": [{"type": "function", "function": {"name": "take_note"}}]}},
     {"take_note"}),
    ({"type": "allowed_tools", "allowed_tools": {
        "mode": "required", "tools": [{"type": "function", "function": {"name": "forecast"}}]}},
     {"forecast"}),
])
def test_a_demanded_call_is_made_with_valid_arguments(client, way, choice, names):
    body = ask("Tell me a joke.", tools=TOOLS, tool_choice=choice, max_tokens=160,
               parallel_tool_calls=False)
    if way == "stream":
        answer = assemble(client.events(CHAT, body), with_usage=False)
        calls, finish = answer["tool_calls"], answer["finish_reason"]
    else:
        whole = client.post(CHAT, body).ok()["choices"][0]
        calls = [{"id": call["id"], **call["function"]} for call in whole["message"]["tool_calls"]]
        finish = whole["finish_reason"]
    assert finish == "tool_calls"
    assert len(calls) == 1
    check_calls(calls, names)


def test_a_demanded_call_is_made_when_hot(client):
    for seed in range(3):
        body = ask("Tell me a joke.", tools=TOOLS, tool_choice="required", max_tokens=160,
                   temperature=1.5, seed=seed, parallel_tool_calls=False)
        calls = client.post(CHAT, body).ok()["choices"][0]["message"]["tool_calls"]
        check_calls([{"id": call["id"], **call["function"]} for call in calls],
                    {"forecast", "take_note"})


def test_the_prompt_is_the_same_whichever_tools_are_allowed(client):
    def allowed(*names):
        tools = [{"type": "function", "function": {"name": name}} for name in names]
        body = ask("Tell me a short joke.", tools=TOOLS, max_tokens=2, tool_choice={
            "type": "allowed_tools", "allowed_tools": {"mode": "required", "tools": tools}})
        return client.post(CHAT, body).ok()["usage"]

    first, second = allowed("take_note", "forecast"), allowed("forecast")
    assert second["prompt_tokens"] == first["prompt_tokens"]
    assert second["prompt_tokens_details"]["cached_tokens"] >= first["prompt_tokens"] - 1


def test_a_tool_round(client):
    body = ask("What will the weather be?", tools=TOOLS, max_tokens=160,
               tool_choice={"type": "function", "function": {"name": "forecast"}})
    message = client.post(CHAT, body).ok()["choices"][0]["message"]
    assert message["tool_calls"]
    body["messages"] += [message, {"role": "tool", "content": "sun",
                                   "tool_call_id": message["tool_calls"][0]["id"]}]
    body.update(tool_choice="none", max_tokens=16)
    answer = client.post(CHAT, body).ok()
    assert answer["choices"][0]["message"]["content"]
    assert answer["usage"]["prompt_tokens_details"]["cached_tokens"] > 0


# -- structured answers --------------------------------------------------------------------------


@pytest.mark.parametrize("way", ["whole", "stream"])
def test_a_json_schema_is_kept(client, way):
    schema = {"type": "object",
              "properties": {"name": {"type": "string", "maxLength": 20},
                             "age": {"type": "integer", "minimum": 0, "maximum": 150},
                             "pets": {"type": "array", "items": {"enum": ["cat", "dog"]},
                                      "maxItems": 2}},
              "required": ["name", "age", "pets"], "additionalProperties": False}
    body = ask("Write a poem about the sea.", max_tokens=120,
               response_format={"type": "json_schema",
                                "json_schema": {"name": "person", "strict": True,
                                                "schema": schema}})
    if way == "stream":
        text = assemble(client.events(CHAT, body), with_usage=False)["content"]
    else:
        text = client.post(CHAT, body).ok()["choices"][0]["message"]["content"]
    jsonschema.validate(json.loads(text), schema)


def test_a_json_object_is_json(client):
    body = ask("Give me an object with one short key.", max_tokens=200,
               response_format={"type": "json_object"})
    choice = client.post(CHAT, body).ok()["choices"][0]
    content = choice["message"]["content"]
    assert content.lstrip().startswith("{")
    if choice["finish_reason"] == "stop":
        assert isinstance(json.loads(content), dict)
