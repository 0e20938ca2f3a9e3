"""The Responses API through the `openai` package for Python: SmolLM2 for what a model answers, a
scripted backend for what only a hosted service would."""

import json

import openai
import pytest

from harness.backend import Call, Fault, OpenAiBackend, Reply
from harness.far import far_provider
from harness.server import MODEL, Hearth

CITY = {"type": "object", "properties": {"city": {"type": "string", "maxLength": 30}},
        "required": ["city"], "additionalProperties": False}
WEATHER = {"type": "function", "name": "get_weather", "description": "The weather",
           "parameters": CITY}


def sdk(url: str) -> openai.OpenAI:
    return openai.OpenAI(base_url=url + "/v1", api_key="none", max_retries=0, timeout=120)


@pytest.fixture
def api(hearth) -> openai.OpenAI:
    return sdk(hearth.url)


@pytest.fixture
def far():
    with far_provider(reasoning_content=True) as (hearth, backend):
        yield hearth, backend, sdk(hearth.url)


def test_an_answer(api):
    answer = api.responses.create(model=MODEL, instructions="Be short.", temperature=0,
                                  input="Repeat the word Paris.", max_output_tokens=16)
    assert answer.id.startswith("resp_")
    assert answer.output_text
    assert answer.usage.input_tokens > 10
    assert answer.usage.total_tokens == answer.usage.input_tokens + answer.usage.output_tokens
    assert answer.instructions == "Be short."


def test_a_limit_makes_it_incomplete(api):
    answer = api.responses.create(model=MODEL, input="Tell me a long story.", max_output_tokens=4)
    assert answer.status == "incomplete"
    assert answer.incomplete_details.reason == "max_output_tokens"
    assert answer.output[-1].status == "incomplete"


def test_the_stream_helper_puts_it_together(api):
    types, numbers = [], []
    with api.responses.stream(model=MODEL, input="Repeat the word Paris.", temperature=0,
                              extra_body={"stop": [".", "\n"]}) as stream:
        for event in stream:
            types.append(event.type)
            numbers.append(event.sequence_number)
        answer = stream.get_final_response()
    assert types[:4] == ["response.created", "response.in_progress", "response.output_item.added",
                         "response.content_part.added"]
    assert "response.output_text.delta" in types
    assert types[-1] == "response.completed"
    assert numbers == list(range(len(numbers)))
    assert answer.output_text


def test_a_function_is_called_and_answered(api):
    items = [{"role": "user", "content": "How is the weather in Oslo?"}]
    first = api.responses.create(model=MODEL, input=items, tools=[WEATHER], tool_choice="required",
                                 temperature=0, max_output_tokens=100, parallel_tool_calls=False)
    call = next(item for item in first.output if item.type == "function_call")
    assert call.name == "get_weather"
    assert "city" in json.loads(call.arguments)
    items += [item.model_dump(exclude_none=True) for item in first.output]
    items += [{"type": "function_call_output", "call_id": call.call_id, "output": "It snows."}]
    second = api.responses.create(model=MODEL, input=items, tools=[WEATHER], tool_choice="none",
                                  max_output_tokens=16)
    assert second.output_text


def test_structured_answers(api):
    schema = {"type": "object", "properties": {"city": {"enum": ["Paris", "Rome"]}},
              "required": ["city"], "additionalProperties": False}
    answer = api.responses.create(
        model=MODEL, input="Name a city.", max_output_tokens=60, temperature=0,
        text={"format": {"type": "json_schema", "name": "city", "schema": schema}})
    assert json.loads(answer.output_text)["city"] in ("Paris", "Rome")


def test_a_stored_response_is_continued_read_and_deleted(far):
    hearth, backend, api = far
    backend.answers = [Reply(reasoning="A name.", text="Hello, Ada.")]
    first = api.responses.create(model="m", instructions="Greet.", input="I am Ada.")
    again = api.responses.create(model="m", previous_response_id=first.id, input="Who am I?")
    assert [(m["role"], m["content"]) for m in backend.last.body["messages"]] == [
        ("user", "I am Ada."), ("assistant", "Hello, Ada."), ("user", "Who am I?")]
    third = api.responses.create(model="m", previous_response_id=again.id, input="Sure?",
                                 store=False)
    assert [m["role"] for m in backend.last.body["messages"]] == ["user", "assistant"] * 2 + ["user"]

    assert api.responses.retrieve(first.id).output_text == "Hello, Ada."
    items = api.responses.input_items.list(first.id).data
    assert [item.role for item in items] == ["user"]
    with pytest.raises(openai.NotFoundError):
        api.responses.retrieve(third.id)
    api.responses.delete(first.id)
    with pytest.raises(openai.NotFoundError, match=first.id):
        api.responses.create(model="m", previous_response_id=again.id, input="And now?")
    with pytest.raises(openai.BadRequestError, match="background"):
        api.responses.cancel(again.id)


def test_it_outlives_the_server(tmp_path):
    with OpenAiBackend(Reply(text="Noted.")) as backend:
        config = {"Providers": [{"name": "far", "api_base_url": backend.url, "models": ["m"]}],
                  "Router": {"default": "far,m"}}
        with Hearth(config=config, env={"XDG_STATE_HOME": str(tmp_path)}) as hearth:
            first = sdk(hearth.url).responses.create(model="m", input="Remember 7.")
        with Hearth(config=config, env={"XDG_STATE_HOME": str(tmp_path)}) as hearth:
            sdk(hearth.url).responses.create(model="m", previous_response_id=first.id, input="What?")
        assert len(backend.last.body["messages"]) == 3


def test_reasoning_comes_back_sealed(far):
    _, backend, api = far
    backend.answers = [Reply(reasoning="Think of it.", text="So it is.")]
    first = api.responses.create(model="m", input="Why?", store=False,
                                 include=["reasoning.encrypted_content"])
    thought, message = first.output
    assert thought.type == "reasoning"
    assert thought.content[0].text == "Think of it."
    assert message.content[0].text == "So it is."
    # What a client keeps that only keeps what is sealed.
    kept = {"type": "reasoning", "id": thought.id, "summary": [],
            "encrypted_content": thought.encrypted_content}
    api.responses.create(model="m", store=False, input=[
        {"role": "user", "content": "Why?"}, kept, message.model_dump(exclude_none=True),
        {"role": "user", "content": "Really?"}])
    assistant = backend.last.body["messages"][1]
    assert assistant["reasoning_content"] == "Think of it."
    assert assistant["content"] == "So it is."


def test_custom_and_namespaced_tools(far):
    _, backend, api = far
    tools = [{"type": "custom", "name": "patch", "description": "Applies a patch"},
             {"type": "namespace", "name": "team", "description": "Helpers",
              "tools": [{"type": "function", "name": "ask", "parameters": CITY}]},
             {"type": "web_search"}]
    backend.answers = [Reply(calls=[Call("patch", {"input": "*** Begin"}),
                                    Call("team__ask", {"city": "Rome"})])]
    done = None
    for event in api.responses.create(model="m", input="Go.", tools=tools, stream=True):
        if event.type == "response.custom_tool_call_input.done":
            assert event.input == "*** Begin"
        done = event
    patch, ask = done.response.output
    assert (patch.type, patch.name, patch.input) == ("custom_tool_call", "patch", "*** Begin")
    assert (ask.type, ask.name, json.loads(ask.arguments)) == ("function_call", "ask",
                                                               {"city": "Rome"})
    assert ask.model_dump()["namespace"] == "team"
    assert [t["function"]["name"] for t in backend.last.body["tools"]] == ["patch", "team__ask"]

    api.responses.create(model="m", tools=tools, input=[
        {"role": "user", "content": "Go."},
        *[item.model_dump(exclude_none=True) for item in (patch, ask)],
        {"type": "custom_tool_call_output", "call_id": patch.call_id, "output": "applied"},
        {"type": "function_call_output", "call_id": ask.call_id, "output": "sunny"}])
    roles = [message["role"] for message in backend.last.body["messages"]]
    assert roles == ["user", "assistant", "tool", "tool"]
    calls = backend.last.body["messages"][1]["tool_calls"]
    assert [c["function"]["name"] for c in calls] == ["patch", "team__ask"]
    assert json.loads(calls[0]["function"]["arguments"]) == {"input": "*** Begin"}


def test_what_is_left_out_stands_in_the_record(far):
    hearth, _, api = far
    api.responses.create(model="m", input="Hi", tools=[{"type": "web_search"}], truncation="auto")
    record = hearth.record_with(lambda record: "web_search" in record["warnings"])
    assert "truncation" in record["warnings"]


@pytest.mark.parametrize("stream", [False, True])
def test_a_failing_provider(far, stream):
    _, backend, api = far
    backend.answers = [Fault(429, '{"error": {"message": "slow down"}}')]
    with pytest.raises(openai.RateLimitError, match="slow down"):
        api.responses.create(model="m", input="Hi", stream=stream)


def test_a_stream_that_breaks_ends_as_failed(far):
    _, backend, api = far
    backend.answers = [Reply(text="It was a dark night.", cut=3)]
    events = list(api.responses.create(model="m", input="Hi", stream=True))
    assert events[-1].type == "response.failed"
    assert events[-1].response.status == "failed"
    assert events[-1].response.error.message


@pytest.mark.parametrize("body, words", [
    ({}, "model"),
    ({"model": "m"}, "input: expected a string or an array"),
    ({"model": "m", "input": 3}, "found a number"),
    ({"model": "m", "input": [3]}, r"input\[0\]: expected an object"),
    ({"model": "m", "input": [{"type": "dance"}]}, "dance"),
    ({"model": "m", "input": [{"type": "item_reference", "id": "x"}]}, "previous_response_id"),
    ({"model": "m", "input": [{"role": "user", "content": [{"type": "input_file"}]}]},
     "file_data: expected a string, but it is missing"),
    ({"model": "m", "input": [{"type": "function_call_output", "call_id": "c", "output": ""}]},
     "no call"),
    ({"model": "m", "input": "", "background": True}, "background"),
    ({"model": "m", "input": "", "conversation": "c"}, "previous_response_id"),
    ({"model": "m", "input": "", "tools": [3]}, r"tools\[0\]"),
    ({"model": "m", "input": "", "tools": [{"type": "function"}]}, "name"),
    ({"model": "m", "input": "", "tool_choice": "required", "tools": [{"type": "web_search"}]},
     "none that can be called"),
    ({"model": "m", "input": "", "tool_choice": {"type": "function", "name": "x"}}, "no tool"),
    ({"model": "m", "input": "", "previous_response_id": "resp_none"}, "resp_none"),
])
def test_bad_input_says_what_is_wrong(far, body, words):
    hearth, _, api = far
    with pytest.raises(openai.APIStatusError, match=words) as refused:
        api.post("/responses", body=body, cast_to=object)
    assert refused.value.status_code in (400, 404)
