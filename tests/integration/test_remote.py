"""The router in front of remote servers, OpenAI-compatible, Anthropic and Gemini: every kind of answer, in
both APIs, streamed and whole."""

import json
import time

import pytest

from harness.backend import Call, Reply
from harness.messages import blocks, text_of
from harness.remotes import (  # noqa: F401: fixtures
    CHAT, MESSAGES, WEATHER, _setup, ask, chat, every_backend, every_way, messages, setup)
from harness.sse import Event


@every_way
@every_backend
def test_text(setup, backend, way):
    setup.backends[backend].answers = [Reply(text="Grüße from\nthe backend. \U0001f525")]
    answer = messages(setup, backend, way)
    assert text_of(answer) == "Grüße from\nthe backend. \U0001f525"
    assert answer["stop_reason"] == "end_turn"
    other = chat(setup, backend, way)
    assert other["content"] == "Grüße from\nthe backend. \U0001f525"
    assert other["finish_reason"] == "stop"


@every_way
@every_backend
def test_usage_with_what_was_cached(setup, backend, way):
    setup.backends[backend].answers = [Reply(text="Hi", prompt_tokens=120, cached_tokens=100,
                                             output_tokens=7)]
    usage = messages(setup, backend, way)["usage"]
    assert usage["cache_read_input_tokens"] == 100
    assert usage["input_tokens"] + usage["cache_creation_input_tokens"] == 20
    assert usage["output_tokens"] == 7
    usage = chat(setup, backend, way)["usage"]
    assert usage["prompt_tokens"] == 120
    assert usage["completion_tokens"] == 7
    assert usage["prompt_tokens_details"]["cached_tokens"] == 100


@every_way
@every_backend
def test_tool_calls(setup, backend, way):
    calls = [Call("get_weather", {"city": "Paris", "n": 1.5, "deep": {"a": [1, None, "ü"]}}),
             Call("get_weather", {"city": "Oslo"}), Call("nothing", {})]
    setup.backends[backend].answers = [Reply(text="I look.", calls=calls)]
    answer = messages(setup, backend, way, ask(backend, tools=[
        {"name": "get_weather", "description": "d", "input_schema": WEATHER},
        {"name": "nothing", "input_schema": {"type": "object"}}]))
    assert answer["stop_reason"] == "tool_use"
    assert text_of(answer) == "I look."
    uses = blocks(answer, "tool_use")
    assert [(use["name"], use["input"]) for use in uses] == [(c.name, c.arguments) for c in calls]
    assert len({use["id"] for use in uses}) == 3
    other = chat(setup, backend, way, ask(backend, tools=[
        {"type": "function", "function": {"name": "get_weather", "parameters": WEATHER}}]))
    assert other["finish_reason"] == "tool_calls"
    assert [(call["name"], json.loads(call["arguments"])) for call in other["tool_calls"]] == [
        (c.name, c.arguments) for c in calls]


@every_way
@every_backend
def test_reasoning(setup, backend, way):
    setup.backends[backend].answers = [Reply(reasoning="First, I think.", text="Then I speak.")]
    answer = messages(setup, backend, way)
    assert [block["type"] for block in answer["content"]] == ["thinking", "text"]
    assert answer["content"][0]["thinking"] == "First, I think."
    assert answer["content"][0]["signature"], "an empty signature breaks clients"
    assert text_of(answer) == "Then I speak."
    other = chat(setup, backend, way)
    assert other["reasoning"] == "First, I think."
    assert other["content"] == "Then I speak."


@every_way
@pytest.mark.parametrize("backend, finish", [("openai", "length"), ("anthropic", "max_tokens"),
                                             ("gemini", "MAX_TOKENS")])
def test_an_answer_that_was_cut_off_says_so(setup, backend, finish, way):
    setup.backends[backend].answers = [Reply(text="Once upon", finish=finish)]
    assert messages(setup, backend, way)["stop_reason"] == "max_tokens"
    assert chat(setup, backend, way)["finish_reason"] == "length"


@every_backend
def test_every_answer_has_its_own_id(setup, backend):
    setup.backends[backend].answers = [Reply(text="Hi")]
    ids = [messages(setup, backend, way)["id"] for way in ("whole", "stream") * 2]
    assert len(set(ids)) == 4


def test_a_conversation_with_tools_reaches_an_openai_server(setup):
    backend = setup.backends["openai"]
    backend.answers = [Reply(text="Fine.")]
    body = ask("openai", system=[{"type": "text", "text": "You help.",
                                  "cache_control": {"type": "ephemeral"}}],
               tools=[{"name": "get_weather", "description": "d", "input_schema": WEATHER}],
               tool_choice={"type": "tool", "name": "get_weather"}, temperature=0.5,
               stop_sequences=["END"], thinking={"type": "disabled"})
    body["messages"] += [
        {"role": "assistant", "content": [
            {"type": "text", "text": "I look."},
            {"type": "tool_use", "id": "toolu_1", "name": "get_weather",
             "input": {"city": "Paris"}},
            {"type": "tool_use", "id": "toolu_2", "name": "get_weather",
             "input": {"city": "Oslo"}}]},
        {"role": "user", "content": [
            {"type": "text", "text": "Go on."},
            {"type": "tool_result", "tool_use_id": "toolu_1", "content": "sun"},
            {"type": "tool_result", "tool_use_id": "toolu_2", "is_error": True,
             "content": [{"type": "text", "text": "no network"}]}]},
    ]
    setup.hearth.client.post(MESSAGES, body).ok()
    sent = backend.last.body
    assert backend.last.headers["authorization"] == "Bearer key-of-openai"
    assert sent["model"] == "remote/model:7b"
    assert "cache_control" not in json.dumps(sent)
    assert [m["role"] for m in sent["messages"]] == ["system", "user", "assistant", "tool", "tool",
                                                     "user"]
    calls = sent["messages"][2]["tool_calls"]
    assert [json.loads(call["function"]["arguments"]) for call in calls] == [{"city": "Paris"},
                                                                             {"city": "Oslo"}]
    assert [m["tool_call_id"] for m in sent["messages"][3:5]] == [call["id"] for call in calls]
    assert "no network" in json.dumps(sent["messages"][4])
    assert sent["messages"][4]["content"] != "no network", "is_error is lost"
    assert sent["tool_choice"] == {"type": "function", "function": {"name": "get_weather"}}
    assert sent["tools"][0]["function"]["parameters"] == WEATHER
    assert (sent["temperature"], sent["stop"]) == (0.5, ["END"])


def test_what_an_anthropic_server_has_no_place_for_is_in_the_record(setup):
    body = {"model": "anthropic,remote/model:7b", "max_tokens": 64, "seed": 7, "logprobs": True,
            "logit_bias": {"5": -1}, "messages": [{"role": "user", "content": "Left out."}]}
    setup.backends["anthropic"].answers = [Reply(text="Fine.")]
    answer = setup.hearth.client.post(CHAT, body)
    answer.ok()
    record = setup.hearth.record(answer.request_id)
    for field in ("seed", "logprobs", "logit_bias"):
        assert f"{field}: Anthropic's API has no such field" in record["warnings"]
        assert field not in setup.backends["anthropic"].last.body


SEARCH = {"type": "web_search_20250305", "name": "web_search"}
SEARCHED = [{"type": "server_tool_use", "id": "srvtoolu_1", "name": "web_search",
             "input": {"query": "tides"}},
            {"type": "web_search_tool_result", "tool_use_id": "srvtoolu_1", "content": []}]


def searching(provider: str) -> dict:
    return {"model": f"{provider},remote/model:7b", "max_tokens": 64, "tools": [SEARCH],
            "messages": [{"role": "user", "content": "When is high tide?"},
                         {"role": "assistant", "content": [*SEARCHED,
                                                           {"type": "text", "text": "At noon."}]},
                         {"role": "user", "content": f"And tomorrow, {provider}?"}]}


def test_the_tools_of_an_anthropic_server_are_passed_both_ways(setup):
    backend = setup.backends["anthropic"]
    backend.answers = [Reply(text="At one.", own_blocks=SEARCHED, finish="pause_turn")]
    body = searching("anthropic")
    answer = setup.hearth.client.post(MESSAGES, body).ok()
    assert backend.last.body["tools"] == [SEARCH]
    assert backend.last.body["messages"][1]["content"][:2] == SEARCHED
    assert answer["content"] == [*SEARCHED, {"type": "text", "text": "At one."}]
    assert answer["stop_reason"] == "pause_turn"


def test_other_servers_do_not_see_them_and_the_record_says_so(setup):
    setup.backends["openai"].answers = [Reply(text="At one.")]
    body = searching("openai")
    body["tools"] = [SEARCH, {"name": "get_weather", "input_schema": WEATHER}]
    answer = setup.hearth.client.post(MESSAGES, body)
    assert answer.ok()["content"] == [{"type": "text", "text": "At one."}]
    sent = setup.backends["openai"].last.body
    assert len(sent["tools"]) == 1 and "srvtoolu_1" not in json.dumps(sent)
    warnings = setup.hearth.record(answer.request_id)["warnings"]
    assert "web_search_20250305 and earlier calls of a server's own tools" in warnings


@pytest.mark.parametrize("backend", ["openai", "gemini"])
def test_a_request_for_nothing_else_is_declined(setup, backend):
    answer = setup.hearth.client.post(MESSAGES, searching(backend))
    assert answer.status == 400
    assert "Router.webSearch" in answer.json()["error"]["message"]
    assert not setup.backends[backend].seen


def test_a_conversation_with_tools_reaches_an_anthropic_server(setup):
    backend = setup.backends["anthropic"]
    backend.answers = [Reply(text="Fine.")]
    body = {"model": "anthropic,remote/model:7b", "max_tokens": 64, "stop": ["END"],
            "tools": [{"type": "function",
                       "function": {"name": "get_weather", "parameters": WEATHER}}],
            "tool_choice": "required",
            "messages": [
                {"role": "system", "content": "You help."},
                {"role": "user", "content": "Hi"},
                {"role": "assistant", "content": None, "tool_calls": [
                    {"id": "call_1", "type": "function",
                     "function": {"name": "get_weather", "arguments": '{"city": "Paris"}'}}]},
                {"role": "tool", "tool_call_id": "call_1", "content": "sun"},
                {"role": "user", "content": "And now?"}]}
    setup.hearth.client.post(CHAT, body).ok()
    sent = backend.last.body
    assert backend.last.headers["x-api-key"] == "key-of-anthropic"
    assert backend.last.headers["anthropic-version"]
    assert "You help." in json.dumps(sent["system"])
    assert [m["role"] for m in sent["messages"]][:2] == ["user", "assistant"]
    use = sent["messages"][1]["content"][0]
    assert (use["type"], use["input"]) == ("tool_use", {"city": "Paris"})
    result = sent["messages"][2]["content"][0]
    assert (result["type"], result["tool_use_id"]) == ("tool_result", use["id"])
    assert "And now?" in json.dumps(sent["messages"][2:])
    assert sent["tool_choice"]["type"] == "any"
    assert sent["tools"][0]["input_schema"] == WEATHER
    assert sent["stop_sequences"] == ["END"]


def test_an_image_reaches_an_openai_server(setup):
    backend = setup.backends["openai"]
    backend.answers = [Reply(text="A dot.")]
    image = {"type": "image", "source": {"type": "base64", "media_type": "image/png",
                                         "data": "iVBORw0KGgo="}}
    body = ask("openai", [image, {"type": "text", "text": "What is it?"}])
    setup.hearth.client.post(MESSAGES, body).ok()
    parts = backend.last.body["messages"][-1]["content"]
    assert parts[0] == {"type": "image_url",
                        "image_url": {"url": "data:image/png;base64,iVBORw0KGgo="}}


def test_a_provider_without_a_key_is_asked_without_one(setup):
    setup.backends["openai"].answers = [Reply(text="Hi")]
    setup.hearth.client.post(MESSAGES, {**ask("x"), "model": "keyless,m"}).ok()
    assert "authorization" not in setup.backends["openai"].last.headers


@pytest.mark.parametrize("asked, sent", [(128000, 50), (20, 20)])
def test_max_tokens_of_default_params_is_a_ceiling(setup, asked, sent):
    backend = setup.backends["openai"]
    backend.answers = [Reply(text="Hi")]
    body = {**ask("x"), "model": "ceiling,m", "max_tokens": asked}
    setup.hearth.client.post(MESSAGES, body).ok()
    assert backend.last.body.get("max_tokens",
                                 backend.last.body.get("max_completion_tokens")) == sent


@pytest.mark.parametrize("asked, sent", [(None, 0.25), (0.75, 0.75)])
def test_the_rest_of_default_params_is_a_default(setup, asked, sent):
    backend = setup.backends["openai"]
    backend.answers = [Reply(text="Hi")]
    body = {**ask("x"), "model": "ceiling,m"}
    if asked is not None:
        body["temperature"] = asked
    setup.hearth.client.post(MESSAGES, body).ok()
    assert backend.last.body["temperature"] == sent


@every_backend
def test_text_is_passed_on_as_it_comes(setup, backend):
    setup.backends[backend].answers = [Reply(text="abcdefghijklmnopqrst", wait_between=0.15)]
    times = []
    with setup.hearth.client.stream(MESSAGES, ask(backend)) as stream:
        for event in stream:
            if isinstance(event, Event) and event.name == "content_block_delta":
                times.append(time.monotonic())
    assert len(times) >= 4
    assert times[-1] - times[0] > 0.3, "the answer was held back"


@every_backend
def test_a_client_that_goes_away_is_passed_on(setup, backend):
    setup.backends[backend].answers = [Reply(text="a" * 3000, wait_between=0.05)]
    with setup.hearth.client.stream(MESSAGES, ask(backend)) as stream:
        next(iter(stream))
        stream.close()
    assert setup.backends[backend].disconnected.wait(5), "the backend goes on for nobody"
