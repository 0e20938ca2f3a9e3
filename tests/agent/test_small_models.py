"""What small models do, and what is done about it: they repeat calls, and choose badly among many tools. The model is scripted."""

import pytest

from harness.agent import Agent, text_of
from harness.backend import AnthropicBackend, Call, Reply

TODO = Reply(calls=[Call("todo", {"list": "[ ] read the README"})])
DONE = Reply(calls=[Call("finish", {"summary": "Nothing more to do."})])


@pytest.fixture
def agent(tmp_path):
    with AnthropicBackend(DONE) as backend:
        yield Agent(tmp_path, backend)


def allowed(seen) -> list[str] | None:
    return seen.body["tool_choice"].get("allowed_tools")


def tools_of(seen) -> list[str]:
    return [tool["name"] for tool in seen.body["tools"]]


def test_a_forced_model_that_repeats_a_call_cannot_make_it_until_it_found_something_new(agent):
    agent.style = "forced"
    look = Reply(calls=[Call("glob", {"pattern": "*"})])
    agent.backend.answers = [TODO, TODO, look, TODO, DONE]
    assert agent.run("What is here?")["exit_code"] == 0
    first, second, third, fourth, fifth = agent.backend.seen
    others = [name for name in tools_of(first) if name != "todo"]
    assert [allowed(seen) for seen in (first, second, third, fourth, fifth)] == [
        None, None, others, None, others]
    assert tools_of(third) == tools_of(first), "the prompt would be read anew"


def test_a_forced_subagent_cannot_start_another(agent):
    agent.style = "forced"
    task = Reply(calls=[Call("task", {"prompt": "Look around.", "agent": "general"})])
    agent.backend.answers = [task, DONE, DONE]
    assert agent.run("What is here?")["exit_code"] == 0
    session, subagent, _ = agent.backend.seen
    assert allowed(session) is None
    assert allowed(subagent) == [name for name in tools_of(session) if name != "task"]


def test_calls_of_subagents_that_say_the_same_come_to_an_end(agent):
    agent.backend.answers = [Reply(calls=[Call("task", {"prompt": "p", "agent": "absent"})])] * 9
    result = agent.run("What is here?")
    assert result["stop_reason"] == "loop" and result["num_turns"] == 7


def test_a_model_that_decides_itself_is_left_alone(agent):
    agent.backend.answers = [TODO, TODO, Reply(text="Nothing more to do.")]
    agent.run("What is here?")
    assert [seen.body.get("tool_choice") for seen in agent.backend.seen] == [None] * 3


def test_what_a_tool_said_before_is_not_said_again(agent):
    (agent.work / "long.py").write_text("".join(f"value_{i} = {i}\n" for i in range(60)))
    read = Reply(calls=[Call("read", {"path": "long.py"})])
    change = Reply(calls=[Call("edit", {"path": "long.py", "old_string": "value_7 = 7",
                                        "new_string": "value_7 = 8"})])
    agent.backend.answers = [read, read, change, read, Reply(text="Done.")]
    agent.run("Read it again and again")
    results = [block["content"] for message in agent.backend.seen[-1].body["messages"]
               if message["role"] == "user"
               for block in message["content"] if block["type"] == "tool_result"]
    texts = [part if isinstance(part, str) else part[0]["text"] for part in results]
    assert "value_59" in texts[0]
    assert "result of an earlier call of read above" in texts[1] and "value_59" not in texts[1]
    assert "value_7 = 8" in texts[3] and "value_59" in texts[3]


FEW = ["read", "edit", "write", "bash", "grep", "glob"]


@pytest.mark.parametrize("options, tools", [
    ((), FEW + ["finish"]),
    (("--tools", "Read,TodoWrite"), ["read", "todo", "finish"]),
    (("--tools", "default"), FEW + ["ask_user", "finish", "job", "task", "todo", "web_fetch"])])
def test_a_small_model_is_offered_few_tools(agent, options, tools):
    agent.model = "tiny-1b-instruct"
    agent.style = "forced"
    agent.run("What is here?", *options)
    assert sorted(tools_of(agent.backend.last)) == sorted(tools)


ORDINAL = "def ordinal(number):\n    return str(number) + 'th'\n"


def test_a_forced_model_is_told_what_the_task_names_once(agent):
    agent.style = "forced"
    agent.backend.answers = [Reply(text="It appends two letters."), DONE]
    agent.write("numbers.py", ORDINAL)
    with agent.screen() as screen:
        screen.wait_for("Ctrl-D")
        screen.type("What does the function ordinal do?")
        screen.wait_for("It appends two letters.")
        screen.type("And who calls ordinal()?")
        screen.wait_for("Nothing more to do.")
    first, second = (text_of(conversation[0]) + "".join(map(text_of, conversation[1:]))
                     for conversation in agent.conversations())
    assert "ordinal in numbers.py, lines 1 to 2:\n" + ORDINAL in first
    assert second.count(ORDINAL) == 1
    # What it sees it can say; who calls it stands elsewhere.
    assert [seen.body["tool_choice"]["type"] for seen in agent.backend.seen] == ["none", "any"]
    assert tools_of(agent.backend.seen[0]) == tools_of(agent.backend.seen[1])


def test_a_model_that_decides_itself_looks_for_itself(agent):
    agent.backend.answers = [Reply(text="It counts.")]
    agent.write("numbers.py", ORDINAL)
    agent.run("What does the function ordinal do?")
    assert ORDINAL not in "".join(map(text_of, agent.conversations()[0]))


@pytest.mark.parametrize("settings, options", [
    ({"hooks": {"PreToolUse": [{"matcher": "Read",
                                "hooks": [{"type": "command", "command": "true"}]}]}}, ()),
    ({"permissions": {"deny": ["Read(numbers.py)"]}}, ()),
    ({}, ("--tools", "Grep")),
], ids=["a hook", "a rule", "no such tool"])
def test_nothing_is_looked_up_where_reading_is_watched_or_denied(agent, settings, options):
    agent.style = "forced"
    agent.write("numbers.py", ORDINAL)
    agent.write(str(agent.home / ".config/hearth/settings.json"), settings)
    agent.run("What does the function ordinal do?", *options)
    assert ORDINAL not in "".join(map(text_of, agent.conversations()[0]))
