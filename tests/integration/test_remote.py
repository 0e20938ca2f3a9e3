"""The router in front of remote servers, OpenAI-compatible and Anthropic: every kind of answer, in
both APIs, streamed and whole; and every way in which such a server can fail."""

import json
import time

import pytest

from harness.backend import AnthropicBackend, Call, Fault, OpenAiBackend, Reply, closed_port
from harness.completions import assemble as assemble_chat
from harness.messages import assemble, blocks, text_of
from harness.server import Hearth
from harness.sse import Event

MESSAGES = "/v1/messages"
CHAT = "/v1/chat/completions"
WEATHER = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}

BACKENDS = {"openai": OpenAiBackend, "anthropic": AnthropicBackend}


class Setup:
    """One server for the whole module; its two backends get each test's answers."""

    def __init__(self):
        self.backends = {name: kind() for name, kind in BACKENDS.items()}
        self.dead_port = closed_port()
        providers = [{"name": name, "api_base_url": backend.url, "api_key": f"key-of-{name}",
                      "models": ["remote/model:7b"]} for name, backend in self.backends.items()]
        dead = f"http://127.0.0.1:{self.dead_port}/v1/chat/completions"
        providers.append({"name": "dead", "api_base_url": dead, "models": ["m"]})
        providers.append({"name": "keyless", "api_base_url": self.backends["openai"].url,
                          "models": ["m"]})
        providers.append({"name": "ceiling", "api_base_url": self.backends["openai"].url,
                          "models": ["m"],
                          "default_params": {"max_tokens": 50, "temperature": 0.25}})
        self.hearth = Hearth(config={"Providers": providers, "API_TIMEOUT_MS": 1500,
                                     "Router": {"default": "openai,remote/model:7b"}})
        self.hearth.start()

    def stop(self):
        self.hearth.stop()
        for backend in self.backends.values():
            backend.__exit__()


@pytest.fixture(scope="module")
def _setup():
    setup = Setup()
    yield setup
    setup.stop()


@pytest.fixture
def setup(_setup):
    for backend in _setup.backends.values():
        backend.seen.clear()
        backend.disconnected.clear()
    yield _setup
    assert _setup.hearth.alive(), _setup.hearth.log_text()[-4000:]


def ask(backend: str, text="Hi", **more) -> dict:
    return {"model": f"{backend},remote/model:7b", "max_tokens": 64,
            "messages": [{"role": "user", "content": text}], **more}


def messages(setup, backend, way, body=None) -> dict:
    body = body or ask(backend)
    if way == "stream":
        return assemble(setup.hearth.client.events(MESSAGES, body))
    return setup.hearth.client.post(MESSAGES, body).ok()


def chat(setup, backend, way, body=None) -> dict:
    body = body or ask(backend)
    if way == "stream":
        body = {**body, "stream_options": {"include_usage": True}}
        return assemble_chat(setup.hearth.client.events(CHAT, body), with_usage=True)
    answer = setup.hearth.client.post(CHAT, body).ok()
    message = answer["choices"][0]["message"]
    return {"content": message["content"] or "", "id": answer["id"], "usage": answer["usage"],
            "finish_reason": answer["choices"][0]["finish_reason"],
            "reasoning": message.get("reasoning_content") or message.get("reasoning") or "",
            "tool_calls": [{"id": call["id"], **call["function"]}
                           for call in message.get("tool_calls") or []]}


every_way = pytest.mark.parametrize("way", ["whole", "stream"])
every_backend = pytest.mark.parametrize("backend", BACKENDS)


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
@pytest.mark.parametrize("backend, finish", [("openai", "length"), ("anthropic", "max_tokens")])
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


# -- what goes wrong -----------------------------------------------------------------------------


def failure(setup, path, body, way) -> tuple[int, dict]:
    """Status and error object of a request that fails before anything was sent."""
    if way == "stream":
        with setup.hearth.client.stream(path, body) as stream:
            return stream.status, json.loads(stream.body())["error"]
    answer = setup.hearth.client.post(path, body)
    return answer.status, answer.json()["error"]


OPENAI_429 = json.dumps({"error": {"type": "rate_limit_exceeded", "message": "slow down a bit"}})
ANTHROPIC_429 = json.dumps({"type": "error", "error": {"type": "rate_limit_error",
                                                       "message": "slow down a bit"}})
OPENAI_500 = json.dumps({"error": {"type": "server_error", "message": "the disk is full"}})
ANTHROPIC_500 = json.dumps({"type": "error", "error": {"type": "api_error",
                                                       "message": "the disk is full"}})
HTML = "<!doctype html><html><body><h1>502 Bad Gateway</h1></body></html>"


@every_way
@every_backend
@pytest.mark.parametrize("path", [MESSAGES, CHAT])
def test_429_stays_a_429(setup, backend, path, way):
    body = OPENAI_429 if backend == "openai" else ANTHROPIC_429
    setup.backends[backend].answers = [Fault(429, body, headers={"retry-after": "7"})]
    status, error = failure(setup, path, ask(backend), way)
    assert status == 429
    assert "slow down a bit" in error["message"]
    assert "rate_limit" in error["type"]


@every_way
@every_backend
@pytest.mark.parametrize("path", [MESSAGES, CHAT])
def test_500_is_an_error_with_the_servers_words(setup, backend, path, way):
    setup.backends[backend].answers = [
        Fault(500, OPENAI_500 if backend == "openai" else ANTHROPIC_500)]
    status, error = failure(setup, path, ask(backend), way)
    assert status in (500, 502)
    assert "the disk is full" in error["message"]


@every_way
@every_backend
@pytest.mark.parametrize("status", [200, 502])
def test_html_is_an_error(setup, backend, status, way):
    setup.backends[backend].answers = [Fault(status, HTML, "text/html")]
    got, error = failure(setup, MESSAGES, ask(backend), way)
    assert got >= 500
    assert "502 Bad Gateway" in error["message"] or "html" in error["message"].lower()


@every_backend
@pytest.mark.parametrize("status, expected", [(401, 401), (403, 403), (404, 404), (400, 400)])
def test_a_refusal_keeps_its_status(setup, backend, status, expected):
    setup.backends[backend].answers = [Fault(status, json.dumps({"error": {"message": "no, sir"}}))]
    got, error = failure(setup, MESSAGES, ask(backend), "whole")
    assert got == expected
    assert "no, sir" in error["message"]


def test_a_key_that_the_server_repeats_is_not_shown(setup):
    body = json.dumps({"error": {"message": "Incorrect API key: key-of-openai"}})
    setup.backends["openai"].answers = [Fault(401, body)]
    _, error = failure(setup, MESSAGES, ask("openai"), "whole")
    assert "key-of-openai" not in error["message"]


@every_way
@pytest.mark.parametrize("path", [MESSAGES, CHAT])
def test_a_server_that_is_not_there_is_an_error_at_once(setup, path, way):
    began = time.monotonic()
    status, error = failure(setup, path, {**ask("x"), "model": "dead,m"}, way)
    assert time.monotonic() - began < 5
    assert status in (502, 503)
    assert str(setup.dead_port) in error["message"]
    assert "api_base_url" in error["message"]


@every_way
@every_backend
def test_a_server_that_is_silent_is_an_error_after_the_timeout(setup, backend, way):
    setup.backends[backend].answers = [Reply(text="late", wait_before=6)]
    began = time.monotonic()
    status, error = failure(setup, MESSAGES, ask(backend), way)
    assert 1 < time.monotonic() - began < 5
    assert status == 504
    assert "API_TIMEOUT_MS" in error["message"]


@every_backend
def test_an_answer_that_breaks_off_is_an_error_when_whole(setup, backend):
    setup.backends[backend].answers = [Reply(text="Once upon a time", cut=4)]
    status, error = failure(setup, MESSAGES, ask(backend), "whole")
    assert status >= 500
    assert error["message"]


@every_backend
def test_an_answer_that_breaks_off_is_an_error_event_in_a_stream(setup, backend):
    setup.backends[backend].answers = [Reply(text="Once upon a time", cut=5)]
    events = [e for e in setup.hearth.client.events(MESSAGES, ask(backend))
              if isinstance(e, Event)]
    names = [e.name for e in events]
    assert "content_block_delta" in names
    assert names[-1] == "error"
    assert "message_stop" not in names
    error = events[-1].json()
    assert error["type"] == "error"
    assert set(error["error"]) == {"type", "message"}
    chat_events = [e for e in setup.hearth.client.events(CHAT, ask(backend))
                   if isinstance(e, Event)]
    errors = [e for e in chat_events if e.data != "[DONE]" and "error" in e.json()]
    assert len(errors) == 1
    assert not any(e.data != "[DONE]" and e.json().get("choices")
                   and e.json()["choices"][0]["finish_reason"] for e in chat_events)


@every_backend
def test_an_error_is_in_the_log(setup, backend):
    setup.backends[backend].answers = [Fault(500, OPENAI_500)]
    answer = setup.hearth.client.post(MESSAGES, ask(backend))
    record = setup.hearth.record(answer.request_id)
    assert "the disk is full" in record["error"]
    assert record["route"] == f"{backend},remote/model:7b"


def test_what_is_cached_at_a_remote_server_is_in_the_log(setup):
    setup.backends["openai"].answers = [Reply(text="Hi", prompt_tokens=120, cached_tokens=100)]
    answer = setup.hearth.client.post(MESSAGES, ask("openai"))
    record = setup.hearth.record(answer.request_id)
    assert (record["prompt_tokens"], record["reused_tokens"], record["output_tokens"]) == (120, 100,
                                                                                           7)
