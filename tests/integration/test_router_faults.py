"""The faults of the routers in use, each with a test that names it. (Thinking that is disabled, a
refused connection, a mapping dropped by an upgrade: test_routing, test_fallback, test_config.)"""

import pytest

from harness import paths
from harness.backend import OpenAiBackend, Reply
from harness.server import Hearth

MESSAGES = "/v1/messages"
STORY = "Der Fuchs lief über die Brücke und träumte von Würsten. " * 20


def ask(text="Hi", **more) -> dict:
    return {"model": "claude-sonnet-4-5", "max_tokens": 2,
            "messages": [{"role": "user", "content": text}], **more}


def scenario_of(hearth: Hearth, body: dict, headers: dict | None = None) -> str:
    answer = hearth.client.post(MESSAGES, body, headers or {})
    return hearth.record(answer.request_id)["scenario"]


@pytest.mark.parametrize("over", [0, 1])
def test_tokens_are_counted_with_the_models_own_tokenizer(over):
    """Not with another model's: German text is 30 % more tokens for one than for the other."""
    model = f"m={paths.model(paths.SMOLLM2)}"
    with Hearth(models=[model], context=8192) as hearth:
        tokens = hearth.client.post(MESSAGES + "/count_tokens", {
            "model": "m", "messages": ask(STORY)["messages"]}).ok()["input_tokens"]
    config = {"Providers": [{"name": "local", "models": ["m"]}],
              "Router": {"default": "local,m", "longContext": "local,m",
                         "longContextThreshold": tokens - over}}
    with Hearth(models=[model], config=config, context=8192) as hearth:
        assert scenario_of(hearth, ask(STORY)) == ("longContext" if over else "default")


def test_a_session_stays_long_though_its_tokens_are_cached():
    """Not from the uncached ones only: of a warm conversation these are a handful."""
    warm = Reply(text="Hi", prompt_tokens=70000, cached_tokens=69990)
    with OpenAiBackend(warm) as backend:
        provider = {"name": "p", "api_base_url": backend.url, "models": ["m", "long"]}
        with Hearth(config={"Providers": [provider],
                            "Router": {"default": "p,m", "longContext": "p,long"}}) as hearth:
            session = {"x-claude-code-session-id": "warm"}
            assert scenario_of(hearth, ask("fox " * 70000), session) == "longContext"
            assert scenario_of(hearth, ask("fox " * 30000), session) == "longContext"
            # The one after it: its last request was not over the threshold.
            assert scenario_of(hearth, ask("fox " * 30000), session) == "default"


def test_a_provider_without_a_key_is_used():
    """Not skipped without a word: a local server needs none."""
    with OpenAiBackend(Reply(text="Hi")) as backend:
        provider = {"name": "keyless", "api_base_url": backend.url, "models": ["m"]}
        with Hearth(config={"Providers": [provider], "Router": {"default": "keyless,m"}}) as hearth:
            answer = hearth.client.post(MESSAGES, ask())
            answer.ok()
            assert hearth.record(answer.request_id)["route"] == "keyless,m"
            assert "authorization" not in backend.last.headers


@pytest.mark.parametrize("mine", [None, '{"env": {"ANTHROPIC_BASE_URL": "https://example.com"}}'],
                         ids=["none", "own"])
def test_the_users_settings_of_claude_code_are_left_alone(mine):
    """A start does not rewrite ~/.claude/settings.json, nor make one."""
    with OpenAiBackend(Reply(text="Hi")) as backend:
        provider = {"name": "p", "api_base_url": backend.url, "models": ["m"]}
        hearth = Hearth(config={"Providers": [provider], "Router": {"default": "p,m"}})
        settings = hearth.folder / ".claude" / "settings.json"
        if mine:
            settings.parent.mkdir()
            settings.write_text(mine)
        with hearth:
            hearth.client.post(MESSAGES, ask()).ok()
            assert settings.exists() == bool(mine)
            assert not mine or settings.read_text() == mine
