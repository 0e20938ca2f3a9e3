"""Limits of a task: turns, tokens, time. The model is scripted."""

import pytest

from harness.agent import Agent
from harness.backend import AnthropicBackend, Call, Reply

LOOK = Reply(calls=[Call("glob", {"pattern": "*"})], prompt_tokens=120, cached_tokens=100,
             output_tokens=7)


@pytest.fixture
def agent(tmp_path):
    with AnthropicBackend(LOOK) as backend:
        yield Agent(tmp_path, backend)


@pytest.mark.parametrize("option, reason, turns", [
    (("--max-turns", "3"), "max_turns", 3),
    (("--max-tokens", "50"), "token_limit", 2)])
def test_a_task_ends_at_its_limit(agent, option, reason, turns):
    result = agent.run("look around", *option)
    assert (result["stop_reason"], result["num_turns"]) == (reason, turns)
    assert result["exit_code"] == 1 and option[0] in result["result"]


def test_a_task_ends_when_its_time_is_over_and_can_be_gone_on_with(agent):
    agent.backend.answers = [LOOK, Reply(text="Late.", wait_before=60)]
    result = agent.run("look around", "--max-time", "2")
    assert result["stop_reason"] == "time_limit" and "--max-time" in result["result"]
    agent.backend.answers = [Reply(text="Here again.")]
    assert agent.run("go on", "--continue")["result"] == "Here again."


@pytest.mark.parametrize("options, variables, thinking", [
    ((), {}, None),
    (("--max-thinking", "3000"), {}, {"type": "enabled", "budget_tokens": 3000}),
    ((), {"MAX_THINKING_TOKENS": "3000"}, {"type": "enabled", "budget_tokens": 3000}),
    (("--max-thinking", "0"), {}, {"type": "disabled"})])
def test_thoughts_are_bounded(agent, options, variables, thinking):
    agent.backend.answers = [Reply(text="Done.")]
    agent.env.update(variables)
    assert agent.run("think", *options)["exit_code"] == 0
    asked = agent.backend.last.body
    assert asked.get("thinking") == thinking
    # There is room for the call behind the longest thought.
    assert asked["max_tokens"] >= 2048 + (thinking or {}).get("budget_tokens", 0)


def test_tokens_of_subagents_count(agent):
    agent.backend.answers = [Reply(calls=[Call("task", {"prompt": "find it"})]),
                             Reply(text="Found."), Reply(text="Done.")]
    result = agent.run("have it found")
    assert result["num_turns"] == 2 and result["usage"]["output_tokens"] == 21


def test_whole_files_end_at_the_token_limit(agent):
    agent.write("sign.py", "def sign():\n    return 'minus'\n")
    agent.write("test_sign.py", "from sign import sign\n\ndef test_sign():\n"
                                "    assert sign() == 'plus'\n")
    agent.backend.answers = [
        lambda body: Reply(text=f"```python\ndef sign():\n    return '{len(agent.backend.seen)}'\n```")]
    agent.style = "whole-files"
    result = agent.run("Fix the failing test", "--check", "python3 -m pytest -q", "--max-tokens", "100")
    assert result["stop_reason"] == "token_limit" and "--max-tokens" in result["result"]
    assert len(agent.backend.seen) < 12
