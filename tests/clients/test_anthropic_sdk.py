"""The `anthropic` package for Python against Hearth: SmolLM2 for what a model answers, a scripted
backend for what only a hosted service would."""

import anthropic
import jsonschema
import pytest

from harness import paths
from harness.backend import AnthropicBackend, Call, Fault, OpenAiBackend, Reply, closed_port
from harness.server import MODEL, Hearth

USER = [{"role": "user", "content": "Repeat the word Paris."}]
WEATHER = {"type": "object", "properties": {"city": {"type": "string", "maxLength": 30}},
           "required": ["city"], "additionalProperties": False}
TOOLS = [{"name": "get_weather", "description": "The weather", "input_schema": WEATHER}]


def sdk(url: str, key: str = "none") -> anthropic.Anthropic:
    return anthropic.Anthropic(base_url=url, api_key=key, max_retries=0, timeout=120)


@pytest.fixture
def api(hearth) -> anthropic.Anthropic:
    return sdk(hearth.url)


def text_of(message) -> str:
    return "".join(block.text for block in message.content if block.type == "text")


def test_chat(api):
    message = api.messages.create(model=MODEL, messages=USER, max_tokens=16,
                                  system="Answer in one sentence.", extra_body={"temperature": 0})
    assert text_of(message)
    usage = message.usage
    assert (usage.input_tokens + usage.cache_read_input_tokens
            + usage.cache_creation_input_tokens) > 10
    assert message.usage.output_tokens > 0


def test_streaming(api):
    with api.messages.stream(model=MODEL, messages=USER, max_tokens=16) as stream:
        text = "".join(stream.text_stream)
        message = stream.get_final_message()
    assert text
    assert text == text_of(message)
    assert message.stop_reason in ("end_turn", "max_tokens")
    assert message.usage.output_tokens > 0


def test_raw_streaming(api):
    events = list(api.messages.create(model=MODEL, messages=USER, max_tokens=4, stream=True))
    kinds = [event.type for event in events]
    assert kinds[0] == "message_start"
    assert kinds[-1] == "message_stop"


def test_tools(api):
    messages = [{"role": "user", "content": "How is the weather in Oslo?"}]
    first = api.messages.create(model=MODEL, messages=messages, tools=TOOLS, max_tokens=100,
                                tool_choice={"type": "any", "disable_parallel_tool_use": True},
                                extra_body={"temperature": 0})
    assert first.stop_reason == "tool_use"
    call = next(block for block in first.content if block.type == "tool_use")
    jsonschema.validate(call.input, WEATHER)
    messages += [{"role": "assistant", "content": first.content},
                 {"role": "user", "content": [{"type": "tool_result", "tool_use_id": call.id,
                                               "content": "It snows."}]}]
    second = api.messages.create(model=MODEL, messages=messages, tools=TOOLS, max_tokens=16,
                                 tool_choice={"type": "none"})
    assert text_of(second)
    assert second.usage.cache_read_input_tokens > 0


def test_tools_in_a_stream(api):
    with api.messages.stream(model=MODEL, messages=USER, tools=TOOLS, max_tokens=100,
                             tool_choice={"type": "tool", "name": "get_weather"}) as stream:
        message = stream.get_final_message()
    call = next(block for block in message.content if block.type == "tool_use")
    jsonschema.validate(call.input, WEATHER)


def test_counting(api):
    counted = api.messages.count_tokens(model=MODEL, messages=USER, tools=TOOLS)
    assert counted.input_tokens > 20


def test_models(api):
    assert [model.id for model in api.models.list()] == [MODEL]
    assert api.models.retrieve(MODEL).id == MODEL


def test_several_at_once(hearth):
    import asyncio

    async def run():
        api = anthropic.AsyncAnthropic(base_url=hearth.url, api_key="none", max_retries=0)
        asked = [api.messages.create(model=MODEL, messages=USER, max_tokens=8) for _ in range(4)]
        return await asyncio.gather(*asked)

    assert len({message.id for message in asyncio.run(run())}) == 4


# -- errors --------------------------------------------------------------------------------------


def test_a_bad_request(api):
    with pytest.raises(anthropic.BadRequestError) as raised:
        api.messages.create(model=MODEL, messages=[], max_tokens=1)
    assert raised.value.body["error"]["type"] == "invalid_request_error"
    with pytest.raises(anthropic.BadRequestError, match="prompt is too long: [0-9]+ tokens > "):
        api.messages.create(model=MODEL, max_tokens=1,
                            messages=[{"role": "user", "content": "word " * 4000}])


def test_a_bad_request_in_a_stream(api):
    with pytest.raises(anthropic.BadRequestError, match="prompt is too long"):
        with api.messages.stream(model=MODEL, max_tokens=1,
                                 messages=[{"role": "user", "content": "word " * 4000}]):
            pass


def test_an_unknown_model(api):
    with pytest.raises(anthropic.NotFoundError, match="no-such-model"):
        api.messages.create(model="no-such-model", messages=USER, max_tokens=1)


def test_a_wrong_key():
    with Hearth(models=[f"m={paths.model(paths.SMOLLM2)}"], context=512,
                env={"HEARTH_API_KEY": "right"}) as hearth:
        with pytest.raises(anthropic.AuthenticationError):
            sdk(hearth.url, "wrong").messages.create(model="m", messages=USER, max_tokens=1)
        assert sdk(hearth.url, "right").messages.create(model="m", messages=USER, max_tokens=1).id


def test_a_body_over_the_limit():
    with Hearth("--max-body", "2000", models=[f"m={paths.model(paths.SMOLLM2)}"],
                context=512) as hearth:
        with pytest.raises(anthropic.APIStatusError) as raised:
            sdk(hearth.url).messages.create(model="m", max_tokens=1,
                                            messages=[{"role": "user", "content": "x" * 3000}])
        assert raised.value.status_code == 413


@pytest.fixture(scope="module")
def remote():
    with OpenAiBackend() as other, AnthropicBackend() as same:
        dead = f"http://127.0.0.1:{closed_port()}/v1/messages"
        config = {"Providers": [{"name": "other", "api_base_url": other.url, "models": ["m"]},
                                {"name": "same", "api_base_url": same.url, "models": ["m"]},
                                {"name": "dead", "api_base_url": dead, "models": ["m"]}],
                  "Router": {"default": "other,m"}, "API_TIMEOUT_MS": 1000}
        with Hearth(config=config) as hearth:
            yield sdk(hearth.url), {"other": other, "same": same}


@pytest.mark.parametrize("status, expected", [
    (401, anthropic.AuthenticationError), (403, anthropic.PermissionDeniedError),
    (404, anthropic.NotFoundError), (429, anthropic.RateLimitError),
    (500, anthropic.InternalServerError),
])
@pytest.mark.parametrize("name", ["other", "same"])
@pytest.mark.parametrize("stream", [False, True])
def test_a_backends_error_keeps_its_type(remote, name, status, expected, stream):
    api, backends = remote
    backends[name].answers = [Fault(status, '{"error": {"message": "said by the backend"}}')]
    with pytest.raises(expected, match="said by the backend"):
        api.messages.create(model=f"{name},m", messages=USER, max_tokens=1, stream=stream)


def test_a_dead_backend(remote):
    with pytest.raises(anthropic.APIStatusError, match="api_base_url") as raised:
        remote[0].messages.create(model="dead,m", messages=USER, max_tokens=1)
    assert raised.value.status_code >= 500


def test_a_silent_backend(remote):
    api, backends = remote
    backends["same"].answers = [Reply(text="late", wait_before=4)]
    with pytest.raises(anthropic.APIStatusError, match="API_TIMEOUT_MS") as raised:
        api.messages.create(model="same,m", messages=USER, max_tokens=1)
    assert raised.value.status_code >= 500


@pytest.mark.parametrize("name", ["other", "same"])
def test_an_answer_that_breaks_off(remote, name):
    api, backends = remote
    backends[name].answers = [Reply(text="Once upon a time", cut=5)]
    with pytest.raises(anthropic.APIError):
        with api.messages.stream(model=f"{name},m", messages=USER, max_tokens=1) as stream:
            stream.get_final_message()


@pytest.mark.parametrize("name", ["other", "same"])
def test_thinking_and_parallel_calls_of_a_backend(remote, name):
    api, backends = remote
    backends[name].answers = [Reply(reasoning="Hm.", text="Well.", calls=[
        Call("get_weather", {"city": "Oslo"}), Call("get_weather", {"city": "Rome"})])]
    with api.messages.stream(model=f"{name},m", messages=USER, max_tokens=9,
                             tools=TOOLS) as stream:
        message = stream.get_final_message()
    assert [block.type for block in message.content] == ["thinking", "text", "tool_use",
                                                         "tool_use"]
    assert [block.input["city"] for block in message.content[2:]] == ["Oslo", "Rome"]
    assert message.stop_reason == "tool_use"
