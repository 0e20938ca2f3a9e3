"""The `openai` package for Python against Hearth: SmolLM2 for what a model answers, a scripted
backend for what only a hosted service would."""

import json

import jsonschema
import openai
import pytest

from harness import paths
from harness.backend import Call, Fault, OpenAiBackend, Reply, closed_port
from harness.server import MODEL, Hearth

USER = [{"role": "user", "content": "Repeat the word Paris."}]
WEATHER = {"type": "object", "properties": {"city": {"type": "string", "maxLength": 30}},
           "required": ["city"], "additionalProperties": False}
TOOLS = [{"type": "function", "function": {"name": "get_weather", "description": "The weather",
                                           "parameters": WEATHER}}]


def sdk(url: str, key: str = "none", **more) -> openai.OpenAI:
    return openai.OpenAI(base_url=url + "/v1", api_key=key, max_retries=0, timeout=120, **more)


@pytest.fixture
def api(hearth) -> openai.OpenAI:
    return sdk(hearth.url)


def test_chat(api):
    answer = api.chat.completions.create(model=MODEL, messages=USER, max_tokens=16, temperature=0)
    assert answer.choices[0].message.content
    assert answer.usage.prompt_tokens > 10
    assert answer.usage.prompt_tokens_details.cached_tokens >= 0


def test_streaming(api):
    text, usage = "", None
    for chunk in api.chat.completions.create(model=MODEL, messages=USER, max_tokens=16,
                                             temperature=0, stream=True,
                                             stream_options={"include_usage": True}):
        if chunk.choices:
            text += chunk.choices[0].delta.content or ""
        usage = chunk.usage or usage
    assert text
    assert usage.completion_tokens > 0


def test_the_stream_helper_puts_an_answer_together(api):
    with api.chat.completions.stream(model=MODEL, messages=USER, max_tokens=200, temperature=0,
                                     stop=[" ", ".", "\n"]) as stream:
        for _ in stream:
            pass
        answer = stream.get_final_completion()
    assert answer.choices[0].finish_reason == "stop"
    assert answer.choices[0].message.content


def test_tools(api):
    messages = [{"role": "user", "content": "How is the weather in Oslo?"}]
    first = api.chat.completions.create(model=MODEL, messages=messages, tools=TOOLS, max_tokens=100,
                                        tool_choice="required", temperature=0,
                                        parallel_tool_calls=False)
    call = first.choices[0].message.tool_calls[0]
    assert first.choices[0].finish_reason == "tool_calls"
    assert call.function.name == "get_weather"
    jsonschema.validate(json.loads(call.function.arguments), WEATHER)
    messages += [first.choices[0].message.model_dump(exclude_none=True),
                 {"role": "tool", "tool_call_id": call.id, "content": "It snows."}]
    second = api.chat.completions.create(model=MODEL, messages=messages, tools=TOOLS,
                                         tool_choice="none", max_tokens=16)
    assert second.choices[0].message.content


def test_structured_answers(api):
    schema = {"type": "object", "properties": {"city": {"enum": ["Paris", "Rome"]}},
              "required": ["city"], "additionalProperties": False}
    answer = api.chat.completions.create(
        model=MODEL, messages=USER, max_tokens=60, temperature=0,
        response_format={"type": "json_schema", "json_schema": {"name": "c", "schema": schema}})
    jsonschema.validate(json.loads(answer.choices[0].message.content), schema)


def test_completions(api):
    answer = api.completions.create(model=MODEL, prompt="The capital of France is", max_tokens=6,
                                    temperature=0)
    assert "Paris" in answer.choices[0].text
    chunks = api.completions.create(model=MODEL, prompt="The capital of France is", max_tokens=6,
                                    temperature=0, stream=True)
    assert "Paris" in "".join(c.choices[0].text for c in chunks if c.choices)


def test_models(api):
    assert [model.id for model in api.models.list()] == [MODEL]
    assert api.models.retrieve(MODEL).id == MODEL


def test_several_at_once(hearth):
    import asyncio

    async def run():
        api = openai.AsyncOpenAI(base_url=hearth.url + "/v1", api_key="none", max_retries=0)
        asked = [api.chat.completions.create(model=MODEL, messages=USER, max_tokens=8)
                 for _ in range(4)]
        return await asyncio.gather(*asked)

    assert len({answer.id for answer in asyncio.run(run())}) == 4


# -- errors --------------------------------------------------------------------------------------


def test_a_bad_request(api):
    with pytest.raises(openai.BadRequestError) as raised:
        api.chat.completions.create(model=MODEL, messages=[])
    assert "messages" in raised.value.message
    assert raised.value.type == "invalid_request_error"
    with pytest.raises(openai.BadRequestError, match="prompt is too long: [0-9]+ tokens > [0-9]+"):
        api.chat.completions.create(model=MODEL, messages=[{"role": "user",
                                                            "content": "word " * 4000}])


def test_a_bad_request_in_a_stream(api):
    with pytest.raises(openai.BadRequestError, match="prompt is too long"):
        api.chat.completions.create(model=MODEL, stream=True, messages=[
            {"role": "user", "content": "word " * 4000}])


def test_an_unknown_model(api):
    with pytest.raises(openai.NotFoundError, match="no-such-model"):
        api.chat.completions.create(model="no-such-model", messages=USER)
    with pytest.raises(openai.NotFoundError):
        api.models.retrieve("no-such-model")


def test_an_unknown_endpoint(api):
    with pytest.raises(openai.NotFoundError):
        api.fine_tuning.jobs.list()


def test_a_wrong_key():
    with Hearth(models=[f"m={paths.model(paths.SMOLLM2)}"], context=512,
                env={"HEARTH_API_KEY": "right"}) as hearth:
        with pytest.raises(openai.AuthenticationError):
            sdk(hearth.url, "wrong").chat.completions.create(model="m", messages=USER)
        assert sdk(hearth.url, "right").chat.completions.create(model="m", messages=USER,
                                                                max_tokens=1).id


@pytest.fixture(scope="module")
def remote():
    with OpenAiBackend() as backend:
        dead = f"http://127.0.0.1:{closed_port()}/v1/chat/completions"
        config = {"Providers": [{"name": "far", "api_base_url": backend.url, "models": ["m"]},
                                {"name": "dead", "api_base_url": dead, "models": ["m"]}],
                  "Router": {"default": "far,m"}, "API_TIMEOUT_MS": 1000}
        with Hearth(config=config) as hearth:
            yield sdk(hearth.url), backend


@pytest.mark.parametrize("status, expected", [
    (401, openai.AuthenticationError), (403, openai.PermissionDeniedError),
    (404, openai.NotFoundError), (429, openai.RateLimitError), (500, openai.InternalServerError),
    (503, openai.InternalServerError),
])
@pytest.mark.parametrize("stream", [False, True])
def test_a_backends_error_keeps_its_type(remote, status, expected, stream):
    api, backend = remote
    backend.answers = [Fault(status, '{"error": {"message": "said by the backend"}}')]
    with pytest.raises(expected, match="said by the backend"):
        api.chat.completions.create(model="m", messages=USER, stream=stream)


def test_a_dead_backend(remote):
    with pytest.raises(openai.InternalServerError, match="api_base_url"):
        remote[0].chat.completions.create(model="dead,m", messages=USER)


def test_a_silent_backend(remote):
    api, backend = remote
    backend.answers = [Reply(text="late", wait_before=4)]
    with pytest.raises(openai.InternalServerError, match="API_TIMEOUT_MS"):
        api.chat.completions.create(model="m", messages=USER)


def test_an_answer_that_breaks_off(remote):
    api, backend = remote
    backend.answers = [Reply(text="Once upon a time", cut=4)]
    with pytest.raises(openai.APIError):
        list(api.chat.completions.create(model="m", messages=USER, stream=True))


def test_reasoning_and_parallel_calls_of_a_backend(remote):
    api, backend = remote
    backend.answers = [Reply(reasoning="Hm.", calls=[Call("get_weather", {"city": "Oslo"}),
                                                     Call("get_weather", {"city": "Rome"})])]
    with api.chat.completions.stream(model="m", messages=USER, tools=TOOLS) as stream:
        for _ in stream:
            pass
        message = stream.get_final_completion().choices[0].message
    assert [json.loads(call.function.arguments)["city"] for call in message.tool_calls] == ["Oslo",
                                                                                           "Rome"]


def test_embeddings():
    with Hearth(models=[f"bert={paths.model(paths.BERT)}"]) as hearth:
        # The SDK asks for base64 unless it is told not to.
        packed = sdk(hearth.url).embeddings.create(model="bert", input=["the fox", "a fish"])
        plain = sdk(hearth.url).embeddings.create(model="bert", input=["the fox", "a fish"],
                                                  encoding_format="float")
    assert len(packed.data) == 2 and packed.usage.prompt_tokens == 8
    assert packed.data[1].embedding == pytest.approx(plain.data[1].embedding, abs=1e-5)
