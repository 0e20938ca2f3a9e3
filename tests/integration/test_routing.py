"""The three configurations that users bring, word for word, and where each request goes."""

import base64
import errno
import struct
import zlib

import pytest

from harness import paths
from harness.backend import OpenAiBackend, Reply
from harness.server import Hearth

MESSAGES = "/v1/messages"

ONE_MODEL = """{"Providers":[{"name":"strix-halo","api_base_url":"http://localhost:1234/v1/chat/completions","api_key":"test","models":["openai/gpt-oss-20b"]}],
 "Router":{"default":"strix-halo,openai/gpt-oss-20b","background":"strix-halo,openai/gpt-oss-20b","think":"strix-halo,openai/gpt-oss-20b",
 "longContext":"strix-halo,openai/gpt-oss-20b","longContextThreshold":60000,"webSearch":"strix-halo,openai/gpt-oss-20b","image":"strix-halo,openai/gpt-oss-20b"}}"""

TWO_INSTANCES = """{"Providers":[{"name":"lmstudio-small","models":["openai/gpt-oss-20b:2"],"default_params":{"max_tokens":1024}},
 {"name":"lmstudio-long","models":["openai/gpt-oss-20b"],"default_params":{"max_tokens":32000}}],
 "Router":{"default":"lmstudio-small,openai/gpt-oss-20b:2","background":"lmstudio-small,openai/gpt-oss-20b:2","think":"lmstudio-long,openai/gpt-oss-20b",
 "longContext":"lmstudio-long,openai/gpt-oss-20b","longContextThreshold":3000,"webSearch":"lmstudio-small,openai/gpt-oss-20b:2","image":"lmstudio-small,openai/gpt-oss-20b:2"}}"""

TWO_MODELS = """{"Providers":[{"name":"lmstudio-small","models":["openai/gpt-oss-20b"],"default_params":{"max_tokens":1024}},
 {"name":"lmstudio-long","models":["openai/gpt-oss-120b"],"default_params":{"max_tokens":32000}}],
 "Router":{"default":"lmstudio-small,openai/gpt-oss-20b","background":"lmstudio-small,openai/gpt-oss-20b","think":"lmstudio-long,openai/gpt-oss-120b",
 "longContext":"lmstudio-long,openai/gpt-oss-120b","longContextThreshold":3000,"webSearch":"lmstudio-small,openai/gpt-oss-20b","image":"lmstudio-small,openai/gpt-oss-20b"}}"""


def png() -> str:
    def chunk(kind, data):
        return (struct.pack(">I", len(data)) + kind + data
                + struct.pack(">I", zlib.crc32(kind + data)))

    header = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    data = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header)
    data += chunk(b"IDAT", zlib.compress(b"\x00\xff\x00\x00")) + chunk(b"IEND", b"")
    return base64.b64encode(data).decode()


def ask(text="Hi", **more) -> dict:
    return {"model": "claude-sonnet-4-5", "max_tokens": 2,
            "messages": [{"role": "user", "content": text}], **more}


IMAGE = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": png()}}
SEARCH = {"type": "web_search_20250305", "name": "web_search"}
LONG = "The fox went out on a chilly night. " * 450  # about 4,000 tokens

REQUESTS = {
    "default": ask(),
    "background": ask(model="claude-3-5-haiku-20241022"),
    "think": ask(thinking={"type": "enabled", "budget_tokens": 1024}),
    "longContext": ask(LONG),
    "webSearch": ask(tools=[SEARCH]),
    "image": ask([IMAGE, {"type": "text", "text": "What is this?"}]),
}


def routed(hearth: Hearth, body: dict, path: str = MESSAGES) -> dict:
    """The log's record of a request. Whether the model could answer is another matter."""
    answer = hearth.client.post(path, body)
    record = hearth.record(answer.request_id)
    if answer.status != 200:
        assert record["error"], "an error that the log does not hold"
    return record


def check(hearth: Hearth, scenario: str, route: str, body=None):
    record = routed(hearth, body or REQUESTS[scenario])
    assert (record["scenario"], record["route"]) == (scenario, route), record
    assert record["why"]


# -- 1: one model for everything -----------------------------------------------------------------


@pytest.fixture(scope="module")
def one_model():
    """Word for word, if port 1234 is free on this machine; else with another port."""
    config = ONE_MODEL
    try:
        backend = OpenAiBackend(Reply(text="Hello"), port=1234)
    except OSError as taken:
        assert taken.errno == errno.EADDRINUSE
        backend = OpenAiBackend(Reply(text="Hello"))
        config = ONE_MODEL.replace("1234", str(backend.port))
    with backend, Hearth(config=config) as hearth:
        yield hearth, backend


@pytest.mark.parametrize("scenario", REQUESTS)
def test_one_model_for_everything(one_model, scenario):
    hearth, backend = one_model
    body = ask("fox " * 70000) if scenario == "longContext" else None
    check(hearth, scenario, "strix-halo,openai/gpt-oss-20b", body)
    assert backend.last.body["model"] == "openai/gpt-oss-20b"
    assert backend.last.headers["authorization"] == "Bearer test"


def test_below_the_threshold_is_not_long(one_model):
    hearth, _ = one_model
    check(hearth, "default", "strix-halo,openai/gpt-oss-20b", REQUESTS["longContext"])


# -- 2: two instances of one model ---------------------------------------------------------------


@pytest.fixture(scope="module")
def two_instances():
    model = f"openai/gpt-oss-20b={paths.model(paths.GPT_OSS)}"
    with Hearth(models=[model], config=TWO_INSTANCES, context=8192) as hearth:
        yield hearth


SMALL = "lmstudio-small,openai/gpt-oss-20b:2"
LARGE = "lmstudio-long,openai/gpt-oss-20b"


@pytest.mark.parametrize("scenario, route", [
    ("default", SMALL), ("background", SMALL), ("think", LARGE), ("longContext", LARGE),
    ("webSearch", SMALL), ("image", SMALL),
])
def test_two_instances_of_one_model(two_instances, scenario, route):
    check(two_instances, scenario, route)


def test_thinking_that_is_disabled_is_not_thinking(two_instances):
    check(two_instances, "default", SMALL, ask(thinking={"type": "disabled"}))


def test_thinking_that_is_adaptive_is_thinking(two_instances):
    check(two_instances, "think", LARGE, ask(thinking={"type": "adaptive", "display": "omitted"}))


def test_a_request_may_name_its_route(two_instances):
    for route in (SMALL, LARGE):
        record = routed(two_instances, ask(model=route))
        assert record["route"] == route
    chat = {**ask(model=LARGE)}
    assert routed(two_instances, chat, "/v1/chat/completions")["route"] == LARGE


def test_a_route_that_does_not_exist_is_an_error(two_instances):
    answer = two_instances.client.post(MESSAGES, ask(model="lmstudio-small,no-such-model"))
    assert answer.status == 400
    message = answer.json()["error"]["message"]
    assert "no-such-model" in message
    assert LARGE in message


def test_a_long_prompt_comes_before_thinking(two_instances):
    body = ask(LONG, thinking={"type": "enabled", "budget_tokens": 1024})
    check(two_instances, "longContext", LARGE, body)


def test_an_image_comes_before_a_long_prompt(two_instances):
    check(two_instances, "image", SMALL, ask([IMAGE, {"type": "text", "text": LONG}]))


def test_an_image_in_an_earlier_message_does_not_count(two_instances):
    body = ask()
    body["messages"] = [{"role": "user", "content": [IMAGE]},
                        {"role": "assistant", "content": "A dot."},
                        {"role": "user", "content": "And now?"}]
    check(two_instances, "default", SMALL, body)


@pytest.mark.parametrize("where", ["system", "a later system block", "user"])
def test_a_subagents_tag_names_the_route_and_is_not_read(two_instances, where):
    tag = f"<CCR-SUBAGENT-MODEL>{LARGE}</CCR-SUBAGENT-MODEL>"
    if where == "user":
        plain, tagged = ask("Do it."), ask(tag + "Do it.")
    else:
        first = [] if where == "system" else [{"type": "text", "text": "One."},
                                              {"type": "text", "text": "Two."}]
        plain = ask(system=[*first, {"type": "text", "text": "You are a helper."}])
        tagged = ask(system=[*first, {"type": "text", "text": tag + "You are a helper."}])
    record = routed(two_instances, tagged)
    assert record["route"] == LARGE
    without = routed(two_instances, {**plain, "model": LARGE})
    assert record["prompt_tokens"] == without["prompt_tokens"], "the tag was read by the model"


def test_the_ceiling_of_default_params_holds(two_instances):
    body = ask("Write on and on.", max_tokens=128000)
    answer = two_instances.client.post(MESSAGES, body).ok()
    assert answer["usage"]["output_tokens"] <= 1024


def test_the_two_instances_are_listed(two_instances):
    ids = {model["id"] for model in two_instances.client.get("/v1/models").ok()["data"]}
    assert {SMALL, LARGE} <= ids


# -- 3: two models -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def two_models():
    models = [f"openai/gpt-oss-20b={paths.model(paths.SMOLLM2)}",
              f"openai/gpt-oss-120b={paths.model(paths.GPT_OSS)}"]
    with Hearth(models=models, config=TWO_MODELS, context=8192) as hearth:
        yield hearth


@pytest.mark.parametrize("scenario, model", [
    ("default", "small,openai/gpt-oss-20b"), ("background", "small,openai/gpt-oss-20b"),
    ("think", "long,openai/gpt-oss-120b"), ("longContext", "long,openai/gpt-oss-120b"),
    ("webSearch", "small,openai/gpt-oss-20b"), ("image", "small,openai/gpt-oss-20b"),
])
def test_two_models(two_models, scenario, model):
    check(two_models, scenario, f"lmstudio-{model}")


def test_a_session_that_was_long_stays_long_only_while_it_is_over_20000(two_models):
    headers = {"x-claude-code-session-id": "session-of-this-test"}
    long_one = two_models.client.post(MESSAGES, ask(LONG), headers)
    assert two_models.record(long_one.request_id)["scenario"] == "longContext"
    short_one = two_models.client.post(MESSAGES, ask(), headers)
    record = two_models.record(short_one.request_id)
    assert record["scenario"] == "default"
    assert record["session"] == "session-of-this-test"


# -- no configuration ----------------------------------------------------------------------------


def test_without_a_configuration_every_scenario_is_the_one_model():
    model = f"m={paths.model(paths.GPT_OSS)}"
    with Hearth(models=[model], context=8192) as hearth:
        for scenario, body in REQUESTS.items():
            assert routed(hearth, body)["route"] == "local,m", scenario


@pytest.mark.parametrize("file", [paths.SMOLLM2, paths.GPT_OSS, paths.QWEN3MOE, paths.LFM2])
def test_a_conversation_that_grows_is_counted_as_a_whole_one(file):
    """For the decision only what is new is tokenized; the sum is what the whole would have."""
    with OpenAiBackend(Reply(text="Yes.")) as backend:
        config = {"Providers": [{"name": "here", "models": ["local"]},
                                {"name": "far", "api_base_url": backend.url, "models": ["m", "l"]}],
                  "Router": {"default": "far,m", "longContext": "far,l",
                             "longContextThreshold": 3000}}
        with Hearth(models=[f"local={paths.model(file)}"], config=config, context=4096) as hearth:
            body = ask("The fox went out, 1 2 3. " * 60, system="Be brief.  ")
            for turn in range(3):
                counted = hearth.client.post(MESSAGES + "/count_tokens", body).ok()["input_tokens"]
                answer = hearth.client.post(MESSAGES, body)
                answer.ok()
                considered = hearth.record(answer.request_id)["considered"]
                assert f"longContext: {counted} tokens, and 3000 would be long" in considered
                body["messages"] += [{"role": "assistant", "content": f" Answer {turn}\n"},
                                     {"role": "user", "content": "  And then?  " * 30}]
