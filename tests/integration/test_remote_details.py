"""What goes along to a remote server and comes back, beside the conversation itself."""

import json
from pathlib import Path

import pytest

from harness import paths
from harness.backend import AnthropicBackend, Fault, OpenAiBackend, Reply
from harness.messages import text_of
from harness.remotes import CHAT, MESSAGES, _setup, ask, every_way, messages, setup  # noqa: F401
from harness.server import Hearth

COUNT = MESSAGES + "/count_tokens"


def test_betas_of_the_client_reach_an_anthropic_server_and_no_other(setup):
    betas = {"anthropic-beta": "context-management-2025-06-27, effort-2025-11-24,bad name"}
    for backend in ("anthropic", "openai"):
        setup.backends[backend].answers = [Reply(text="Fine.")]
        setup.hearth.client.post(MESSAGES + "?beta=true", ask(backend), headers=betas).ok()
    sent = setup.backends["anthropic"].last.headers
    assert sent["anthropic-beta"] == "context-management-2025-06-27,effort-2025-11-24"
    assert sent["anthropic-version"] == "2023-06-01"
    assert "anthropic-beta" not in setup.backends["openai"].last.headers


def test_betas_survive_a_fallback():
    with OpenAiBackend(Fault(500, "down")) as first, AnthropicBackend(Reply(text="Hi")) as second:
        providers = [{"name": "a", "api_base_url": first.url, "models": ["m"]},
                     {"name": "b", "api_base_url": second.url, "models": ["m"]}]
        with Hearth(config={"Providers": providers, "Router": {"default": "a,m"},
                            "fallback": {"default": ["b,m"]}}) as hearth:
            hearth.client.post(MESSAGES, {**ask("x"), "model": "claude-sonnet-4-5"},
                               headers={"anthropic-beta": "x-1"}).ok()
            assert second.last.headers["anthropic-beta"] == "x-1"


def test_the_route_for_web_searches_is_asked_though_it_gets_no_tool():
    """Its model searches by itself, as OpenRouter's `:online` ones do."""
    with OpenAiBackend(Reply(text="At noon.")) as backend:
        provider = {"name": "p", "api_base_url": backend.url, "models": ["m", "m:online"]}
        with Hearth(config={"Providers": [provider],
                            "Router": {"default": "p,m", "webSearch": "p,m:online"}}) as hearth:
            body = {**ask("p"), "model": "claude-sonnet-4-5",
                    "tools": [{"type": "web_search_20250305", "name": "web_search"}]}
            hearth.client.post(MESSAGES, body).ok()
            assert backend.last.body["model"] == "m:online"
            assert "tools" not in backend.last.body
            assert hearth.client.post(MESSAGES, {**body, "model": "p,m"}).status == 400


def test_tokens_are_counted_by_an_anthropic_server_itself(setup):
    backend = setup.backends["anthropic"]
    backend.answers = [Fault(200, json.dumps({"input_tokens": 4321}))]
    answer = setup.hearth.client.post(COUNT, {**ask("anthropic"), "system": "Be brief."})
    assert answer.ok() == {"input_tokens": 4321}
    assert "hearth-count" not in answer.headers
    assert backend.last.path == COUNT
    assert "max_tokens" not in backend.last.body and "stream" not in backend.last.body


@pytest.mark.parametrize("backend, path", [("openai", COUNT), ("gemini", COUNT), ("anthropic", COUNT),
                                           ("openai", CHAT + "/input_tokens")])
def test_tokens_are_estimated_where_nobody_counts_them(setup, backend, path):
    setup.backends[backend].answers = [Fault(404, "{}")]
    answer = setup.hearth.client.post(path, ask(backend, text="word " * 700))
    assert 800 < answer.ok()["input_tokens"] < 1200
    assert answer.headers["hearth-count"] == "estimate"


@pytest.mark.parametrize("file", [paths.SMOLLM2, paths.QWEN3MOE])
def test_the_estimate_is_near_what_a_tokenizer_says(file):
    """Of a request as Claude Code sends it: many tools, with schemas, and what they gave."""
    read = json.loads((Path(__file__).parent / "claude_code_tools.json").read_text())
    source = Path(__file__).read_text()
    body = {"model": "m", "max_tokens": 128000, **read, "messages": [
        {"role": "user", "content": "Look at the tests of what goes along to remote servers."},
        {"role": "assistant", "content": [{"type": "text", "text": "I read them."},
                                          {"type": "tool_use", "id": "t1", "name": "Read",
                                           "input": {"file_path": "/src/test_remote_details.py"}}]},
        {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "t1", "content": source}]}]}
    with Hearth(models=[f"m={paths.model(file)}"], context=2048) as local:
        counted = local.client.post(COUNT, body).ok()["input_tokens"]
    with OpenAiBackend() as backend:
        provider = {"name": "far", "api_base_url": backend.url, "models": ["m"]}
        with Hearth(config={"Providers": [provider], "Router": {"default": "far,m"}}) as remote:
            estimated = remote.client.post(COUNT, body).ok()["input_tokens"]
    assert 0.7 * counted < estimated < 1.3 * counted, (counted, estimated)


class Stopping(OpenAiBackend):
    """Tells what ended the answer as vLLM does."""

    def frames(self, reply, body):
        for frame in super().frames(reply, body):
            yield frame.replace('"finish_reason": "stop"', '"finish_reason": "stop", "stop_reason": "END"')


def test_the_stop_sequence_of_an_openai_server_is_told():
    with Stopping(Reply(text="One.")) as backend:
        provider = {"name": "p", "api_base_url": backend.url, "models": ["m"]}
        with Hearth(config={"Providers": [provider], "Router": {"default": "p,m"}}) as hearth:
            body = {**ask("p"), "model": "p,m"}
            answer = hearth.client.post(MESSAGES, {**body, "stop_sequences": ["END"]}).ok()
            assert (answer["stop_reason"], answer["stop_sequence"]) == ("stop_sequence", "END")
            assert hearth.client.post(MESSAGES, body).ok()["stop_reason"] == "end_turn"


class Silent(OpenAiBackend):
    """Tells no usage."""

    def frames(self, reply, body):
        return (frame for frame in super().frames(reply, body) if '"usage"' not in frame)


def test_usage_that_is_not_told_is_estimated_and_the_record_says_so():
    with Silent(Reply(text="word " * 100)) as backend:
        provider = {"name": "p", "api_base_url": backend.url, "models": ["m"]}
        with Hearth(config={"Providers": [provider], "Router": {"default": "p,m"}}) as hearth:
            answer = hearth.client.post(MESSAGES, {**ask("p", text="word " * 350), "model": "p,m"})
            usage = answer.ok()["usage"]
            assert 400 < usage["input_tokens"] + usage["cache_creation_input_tokens"] < 600
            assert 100 < usage["output_tokens"] < 200
            assert "estimated" in hearth.record(answer.request_id)["warnings"]


@every_way
def test_a_custom_tool_goes_both_ways(setup, way):
    """As it is to a server that has such tools, which answers with a function's call all the same."""
    from harness.backend import Call
    backend = setup.backends["openai"]
    backend.answers = [Reply(calls=[Call("patch", {"input": "a\nb"})])]
    tool = {"type": "custom", "custom": {"name": "patch", "description": "Edits"}}
    body = {**ask("openai"), "tools": [tool]}
    if way == "whole":
        message = setup.hearth.client.post(CHAT, body).ok()["choices"][0]["message"]
        call = message["tool_calls"][0]
        assert (call["type"], call["custom"]) == ("custom", {"name": "patch", "input": "a\nb"})
    else:
        deltas = [event.json()["choices"][0]["delta"] for event in setup.hearth.client.events(CHAT, body)
                  if getattr(event, "data", "[DONE]") != "[DONE]"]
        pieces = [call["custom"] for delta in deltas for call in delta.get("tool_calls", [])]
        assert pieces[0]["name"] == "patch"
        assert "".join(piece["input"] for piece in pieces) == "a\nb"
    assert backend.last.body["tools"] == [tool]


@every_way
def test_the_split_of_a_prompt_is_as_an_anthropic_server_tells_it(setup, way):
    setup.backends["anthropic"].answers = [Reply(text="Hi", prompt_tokens=120, cached_tokens=100)]
    usage = messages(setup, "anthropic", way)["usage"]
    assert usage["input_tokens"] == 20 and usage["cache_creation_input_tokens"] == 0


def test_a_block_of_an_unknown_type_comes_through_and_goes_back(setup):
    backend = setup.backends["anthropic"]
    block = {"type": "compaction", "content": "So far, nothing."}
    backend.answers = [Reply(text="Fine.", own_blocks=[block])]
    body = ask("anthropic")
    answer = setup.hearth.client.post(MESSAGES, body).ok()
    assert block in answer["content"]
    body["messages"] += [{"role": "assistant", "content": answer["content"]},
                         {"role": "user", "content": "Go on."}]
    setup.hearth.client.post(MESSAGES, body).ok()
    assert block in backend.last.body["messages"][1]["content"]
    setup.backends["openai"].answers = [Reply(text="Fine.")]
    elsewhere = setup.hearth.client.post(MESSAGES, {**ask("openai"), "messages": body["messages"]})
    elsewhere.ok()
    assert "So far" not in json.dumps(setup.backends["openai"].last.body)
    warnings = setup.hearth.record(elsewhere.request_id)["warnings"]
    assert "left out earlier blocks of type compaction" in warnings


def test_the_limit_keeps_the_name_that_the_client_used(setup):
    backend = setup.backends["openai"]
    backend.answers = [Reply(text="Fine.")]
    body = {key: value for key, value in ask("openai").items() if key != "max_tokens"}
    setup.hearth.client.post(CHAT, {**body, "max_completion_tokens": 50}).ok()
    assert backend.last.body["max_completion_tokens"] == 50
    assert "max_tokens" not in backend.last.body


def test_half_a_character_is_no_error(setup):
    setup.backends["openai"].answers = [Reply(text="Fine.")]
    setup.hearth.client.post(CHAT, ask("openai", "x\ud83d")).ok()
    assert setup.backends["openai"].last.body["messages"][-1]["content"] == "x\ufffd"


def test_a_tier_of_service_is_passed_on(setup):
    setup.backends["openai"].answers = [Reply(text="Fine.")]
    setup.hearth.client.post(CHAT, {**ask("openai"), "service_tier": "flex"}).ok()
    assert setup.backends["openai"].last.body["service_tier"] == "flex"
    answer = setup.hearth.client.post(MESSAGES, {**ask("openai"), "service_tier": "auto"})
    answer.ok()
    assert "service_tier" not in setup.backends["openai"].last.body
    assert "left out service_tier" in setup.hearth.record(answer.request_id)["warnings"]


def test_what_is_not_known_of_include_is_in_the_record(setup):
    setup.backends["openai"].answers = [Reply(text="Fine.")]
    body = {"model": "openai,remote/model:7b", "input": "Hi", "max_tool_calls": 3, "store": False,
            "include": ["reasoning.encrypted_content", "file_search_call.results"]}
    answer = setup.hearth.client.post("/v1/responses", body)
    answer.ok()
    warnings = setup.hearth.record(answer.request_id)["warnings"]
    assert 'ignored "file_search_call.results" in include' in warnings
    assert "ignored the field max_tool_calls" in warnings
    assert "encrypted_content" not in warnings


def test_an_answer_in_gzip_is_understood(setup):
    import gzip
    whole = {"choices": [{"message": {"role": "assistant", "content": "Hello"}, "finish_reason": "stop"}]}
    setup.backends["openai"].answers = [Fault(200, gzip.compress(json.dumps(whole).encode()),
                                              headers={"content-encoding": "gzip"})]
    assert text_of(messages(setup, "openai", "whole")) == "Hello"
    assert setup.backends["openai"].last.headers["accept-encoding"] == "identity"
