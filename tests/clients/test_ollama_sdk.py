"""The `ollama` package for Python against Hearth: SmolLM2 for what a model answers, a scripted
backend for what only a large one would."""

import json

import jsonschema
import ollama
import pytest

from harness.backend import Call, Reply
from harness.far import far_provider
from harness.server import MODEL

USER = [{"role": "user", "content": "Repeat the word Paris."}]
SHORT = {"num_predict": 12, "temperature": 0}
CITY = {"type": "object", "properties": {"city": {"type": "string", "maxLength": 30}},
        "required": ["city"], "additionalProperties": False}
WEATHER = {"type": "function", "function": {"name": "get_weather", "description": "The weather",
                                            "parameters": CITY}}


@pytest.fixture
def api(hearth) -> ollama.Client:
    return ollama.Client(host=hearth.url)


@pytest.fixture
def far():
    with far_provider(reasoning_content=True) as (hearth, backend):
        yield hearth, backend, ollama.Client(host=hearth.url)


def test_chat(api):
    answer = api.chat(model=MODEL, messages=USER, options=SHORT)
    assert answer.message.content
    assert answer.done
    assert answer.done_reason in ("stop", "length")
    assert answer.prompt_eval_count > 10
    assert 0 < answer.eval_count <= 12
    assert answer.total_duration > 0


def test_streaming_gives_the_same(api):
    fixed = "Grüße, 世界: the very same words, whichever way they are sent."
    asked = {"model": MODEL, "messages": USER, "format": {"enum": [fixed]},
             "options": {"num_predict": 100}}
    whole = api.chat(**asked).message.content
    assert json.loads(whole) == fixed
    parts = list(api.chat(**asked, stream=True))
    assert len(parts) > 2
    assert "".join(part.message.content for part in parts) == whole
    assert [part.done for part in parts] == [False] * (len(parts) - 1) + [True]


def test_generate(api):
    answer = api.generate(model=MODEL, prompt="Repeat the word Paris.", system="Be short.",
                          options=SHORT)
    assert answer.response
    parts = list(api.generate(model=MODEL, prompt="The capital of France is", raw=True, stream=True,
                              options=SHORT))
    assert "".join(part.response for part in parts)
    assert parts[-1].done


def test_a_request_without_a_prompt_loads_the_model(api):
    assert api.generate(model=MODEL).done_reason == "load"
    assert api.chat(model=MODEL).done_reason == "load"


def test_what_is_there(api, hearth):
    names = [model.model for model in api.list().models]
    assert MODEL in names
    shown = api.show(MODEL)
    assert shown.modelinfo["general.architecture"] == "llama"
    assert shown.modelinfo["llama.context_length"] > 1000
    assert "tools" in shown.capabilities
    running = api.ps().models
    assert running[0].context_length > 0
    assert hearth.client.get("/api/version").json()["version"]


def test_the_tag_latest_is_no_other_model(api):
    assert api.chat(model=MODEL + ":latest", messages=USER, options=SHORT).message.content


def test_structured_answers(api):
    schema = {"type": "object", "properties": {"city": {"enum": ["Paris", "Rome"]}},
              "required": ["city"], "additionalProperties": False}
    answer = api.chat(model=MODEL, messages=USER, format=schema,
                      options={"num_predict": 60, "temperature": 0})
    jsonschema.validate(json.loads(answer.message.content), schema)


@pytest.mark.parametrize("stream", [False, True])
def test_tools_and_thoughts(far, stream):
    _, backend, api = far
    backend.answers = [Reply(reasoning="I look.", text="Wait.",
                             calls=[Call("get_weather", {"city": "Oslo"}),
                                    Call("get_weather", {"city": "Rome"})])]
    messages = [{"role": "user", "content": "Oslo and Rome?"}]
    answer = api.chat(model="m", messages=messages, tools=[WEATHER], think=True, stream=stream)
    parts = list(answer) if stream else [answer]
    assert "".join(part.message.thinking or "" for part in parts) == "I look."
    assert "".join(part.message.content or "" for part in parts) == "Wait."
    calls = [call for part in parts for call in part.message.tool_calls or []]
    assert [call.function.arguments["city"] for call in calls] == ["Oslo", "Rome"]

    # The client sends neither ids nor an order.
    messages += [{"role": "assistant", "content": "Wait.", "thinking": "I look.",
                  "tool_calls": [{"function": {"name": call.function.name,
                                               "arguments": call.function.arguments}}
                                 for call in calls]},
                 {"role": "tool", "tool_name": "get_weather", "content": "snow"},
                 {"role": "tool", "content": "sun"}]
    backend.answers = [Reply(text="Snow and sun.")]
    again = api.chat(model="m", messages=messages, tools=[WEATHER])
    assert again.message.content == "Snow and sun."
    sent = backend.last.body["messages"]
    assert [message["role"] for message in sent] == ["user", "assistant", "tool", "tool"]
    assert sent[1]["reasoning_content"] == "I look."
    ids = [call["id"] for call in sent[1]["tool_calls"]]
    assert [message["tool_call_id"] for message in sent[2:]] == ids
    assert len(set(ids)) == 2


def test_options_that_do_nothing_stand_in_the_record(far):
    hearth, backend, api = far
    api.chat(model="m", messages=USER, options={"num_ctx": 4096, "temperature": 0.5})
    assert hearth.record_with(lambda record: "num_ctx" in record["warnings"])
    assert backend.last.body["temperature"] == 0.5


def test_a_stream_that_breaks_is_an_error(far):
    _, backend, api = far
    backend.answers = [Reply(text="It was a dark night.", cut=3)]
    with pytest.raises(ollama.ResponseError):
        list(api.chat(model="m", messages=USER, stream=True))


@pytest.mark.parametrize("path, body, words", [
    ("/api/chat", {"messages": USER}, "model"),
    ("/api/chat", {"model": MODEL, "messages": [3]}, "messages[0]"),
    ("/api/chat", {"model": MODEL, "messages": [{"role": "cook"}]}, "role"),
    ("/api/chat", {"model": MODEL, "messages": [{"role": "tool", "content": "x"}]}, "no tool call"),
    ("/api/chat", {"model": MODEL, "messages": USER, "think": 3}, "think"),
    ("/api/chat", {"model": MODEL, "messages": USER, "format": "xml"}, "format"),
    ("/api/chat", {"model": "nothing", "messages": USER}, "nothing"),
    ("/api/generate", {"model": MODEL, "prompt": "x", "suffix": "y"}, "suffix"),
    ("/api/generate", {"model": MODEL, "prompt": "x", "context": [1]}, "context"),
    ("/api/show", {"model": "nothing"}, "nothing"),
    ("/api/show", "3", "object"),
])
def test_bad_input_says_what_is_wrong(hearth, path, body, words):
    response = hearth.client.post(path, body)
    assert response.status in (400, 404)
    assert words in response.json()["error"]
