"""What users add to the agent: rules, hooks, commands, skills. The model is scripted."""

import json

import pytest

from harness.agent import Agent, text_of
from harness.backend import AnthropicBackend, Call, Reply


@pytest.fixture
def agent(tmp_path):
    with AnthropicBackend(Reply(text="Done.")) as backend:
        yield Agent(tmp_path, backend)


def results_of(agent: Agent) -> list[str]:
    """What the model was told of its calls in the last request."""
    return [text_of({"content": [block]}) for block in agent.backend.last.body["messages"][-1]["content"]
            if block["type"] == "tool_result"]


def bash(command: str) -> Reply:
    return Reply(calls=[Call("bash", {"command": command})])


def user_settings(agent: Agent, settings: dict):
    agent.write(agent.home / ".config/hearth/settings.json", settings)


def hook(event: str, command: str, matcher: str = "") -> dict:
    return {"hooks": {event: [{"matcher": matcher,
                               "hooks": [{"type": "command", "command": command}]}]}}


# -- rules ---------------------------------------------------------------------------------------


def test_rules_allow_and_deny(agent):
    user_settings(agent, {"permissions": {"allow": ["Bash(touch:*)"], "deny": ["Bash(touch b*)"]}})
    agent.backend.answers = [bash("touch a && ls"), bash("touch b"), bash("touch a; make"),
                             Reply(text="Done.")]
    agent.run("x", mode="default")
    told = [text_of(message) for message in agent.conversations()[-1] if message["role"] == "user"]
    assert (agent.work / "a").exists() and not (agent.work / "b").exists()
    assert "denied by the settings" in told[2] and "touch b*" in told[2]
    assert "permissions.allow" in told[3]


def test_a_folders_own_rules_count_once_it_is_trusted(agent):
    agent.write(".claude/settings.json", {"permissions": {"allow": ["Bash"]}})
    agent.backend.answers = [bash("touch a"), Reply(text="Done."), bash("touch a"),
                             Reply(text="Done."), bash("touch b"), Reply(text="Done."),
                             bash("touch c"), Reply(text="Done.")]
    assert "--trust" in agent.run("x", mode="default")["said"]
    assert not (agent.work / "a").exists()
    agent.run("x", "--trust", mode="default")
    assert (agent.work / "a").exists()
    assert "--trust" not in agent.run("x", mode="default")["said"]
    assert (agent.work / "b").exists()
    agent.write(".claude/settings.json", {"permissions": {"allow": ["Bash", "Edit"]}})
    assert "--trust" in agent.run("x", mode="default")["said"], "what was trusted has changed"
    assert not (agent.work / "c").exists()


def test_a_mode_from_the_settings(agent):
    user_settings(agent, {"permissions": {"defaultMode": "acceptEdits"}})
    agent.backend.answers = [Reply(calls=[Call("write", {"path": "a", "content": "x"})]),
                             Reply(text="Done.")]
    process = agent.begin("-p", "x")
    process.communicate(timeout=60)
    assert (agent.work / "a").exists()


# -- hooks ---------------------------------------------------------------------------------------


def test_a_hook_sees_a_call_and_blocks_it(agent):
    user_settings(agent, hook("PreToolUse", "cat > seen.json; echo 'not on Fridays' >&2; exit 2",
                              "Bash"))
    agent.backend.answers = [bash("touch a"), Reply(calls=[Call("read", {"path": "none"})]),
                             Reply(text="Done.")]
    result = agent.run("x")
    told = [text_of(message) for message in agent.conversations()[-1] if message["role"] == "user"]
    assert told[1] == "not on Fridays" and not (agent.work / "a").exists()
    assert "does not exist" in told[2], "the matcher is for Bash alone"
    seen = json.loads((agent.work / "seen.json").read_text())
    assert seen["hook_event_name"] == "PreToolUse" and seen["tool_name"] == "Bash"
    assert seen["tool_input"] == {"command": "touch a"}
    assert seen["session_id"] == result["session_id"]
    assert seen["cwd"] == str(agent.work) and seen["transcript_path"].endswith(".jsonl")


@pytest.mark.parametrize("decision, done", [("allow", True), ("deny", False), ("ask", False)])
def test_a_hook_decides_in_the_permissions_place(agent, decision, done):
    answer = {"hookSpecificOutput": {"hookEventName": "PreToolUse", "permissionDecision": decision,
                                     "permissionDecisionReason": "because"}}
    user_settings(agent, hook("PreToolUse", f"echo '{json.dumps(answer)}'"))
    agent.backend.answers = [bash("touch a"), Reply(text="Done.")]
    agent.run("x", mode="default")
    assert (agent.work / "a").exists() == done


def test_a_hook_changes_arguments_and_adds_context(agent):
    answer = {"hookSpecificOutput": {"updatedInput": {"command": "touch other"},
                                     "additionalContext": "Mind the gap."}}
    user_settings(agent, hook("PreToolUse", f"echo '{json.dumps(answer)}'"))
    agent.backend.answers = [bash("touch a"), Reply(text="Done.")]
    agent.run("x")
    assert (agent.work / "other").exists() and not (agent.work / "a").exists()
    assert "Mind the gap." in results_of(agent)[0]


def test_hooks_after_a_tool_at_the_prompt_and_at_the_start(agent):
    settings = {"hooks": {}}
    for event, text in (("SessionStart", "It rains."), ("UserPromptSubmit", "Be brief.")):
        settings["hooks"].update(hook(event, f"echo '{text}'")["hooks"])
    answer = {"decision": "block", "reason": "The linter complains."}
    settings["hooks"].update(hook("PostToolUse", f"echo '{json.dumps(answer)}'")["hooks"])
    user_settings(agent, settings)
    agent.backend.answers = [bash("true"), Reply(text="Done.")]
    agent.run("x")
    first = text_of(agent.conversations()[0][0])
    assert "It rains." in first and "Be brief." in first
    assert "The linter complains." in results_of(agent)[0]


def test_a_prompt_hook_refuses_a_task(agent):
    user_settings(agent, hook("UserPromptSubmit", "echo 'no secrets here' >&2; exit 2"))
    result = agent.run("x")
    assert result["exit_code"] == 1 and result["result"] == "no secrets here"
    assert not agent.backend.seen


def test_a_stop_hook_sends_the_model_on(agent):
    user_settings(agent, hook("Stop", "test -e ready || { touch ready; echo 'test it' >&2; exit 2; }"))
    agent.backend.answers = [Reply(text="Finished."), Reply(text="Tested, too.")]
    assert agent.run("x")["result"] == "Tested, too."
    assert text_of(agent.conversations()[-1][-1]) == "test it"


def test_a_stop_hook_cannot_go_on_for_ever(agent):
    user_settings(agent, hook("Stop", "echo more >&2; exit 2"))
    assert agent.run("x")["exit_code"] == 0
    assert len(agent.backend.seen) == 6


def test_hooks_that_fail_or_hang_stop_nothing(agent):
    settings = hook("PreToolUse", "echo oops >&2; exit 3")
    settings["hooks"]["PostToolUse"] = [{"hooks": [{"type": "command", "command": "sleep 60",
                                                    "timeout": 1}]}]
    settings["hooks"]["Stop"] = [{"hooks": [{"type": "command", "command": "echo '{broken'"}]}]
    user_settings(agent, settings)
    agent.backend.answers = [bash("touch a"), Reply(text="Done.")]
    result = agent.run("x")
    assert result["exit_code"] == 0 and (agent.work / "a").exists()
    assert "oops" in result["said"] and "after 1 s" in result["said"]


def test_a_hook_ends_the_session(agent):
    answer = {"continue": False, "stopReason": "Out of hours."}
    user_settings(agent, hook("PreToolUse", f"echo '{json.dumps(answer)}'"))
    agent.backend.answers = [bash("true"), Reply(text="Done.")]
    assert agent.run("x")["result"] == "Out of hours."
    assert len(agent.backend.seen) == 1


# -- commands and skills -------------------------------------------------------------------------


def test_commands_of_the_users_own(agent):
    agent.write(".claude/commands/git/fix.md",
                "---\ndescription: Mend an issue\nargument-hint: NUMBER\n---\nMend issue $1 ($2).\n")
    agent.write(agent.home / ".config/hearth/commands/hello.md", "Say hello to\n")
    with agent.terminal() as terminal:
        terminal.wait_for("> ")
        terminal.send("/help\n")
        assert "Mend an issue" in terminal.wait_for("> ")
        terminal.send("/git:fix 12 'by Friday'\n")
        terminal.wait_for("Done.")
        terminal.wait_for("> ")
        terminal.send("/hello Ada\n")
        terminal.wait_for("Done.")
        terminal.wait_for("> ")
    assert "Mend issue 12 (by Friday)." in text_of(agent.conversations()[0][-1])
    assert text_of(agent.conversations()[1][-1]).split() == ["Say", "hello", "to", "Ada"]


def test_a_skill_is_announced_and_read_when_it_is_wanted(agent):
    agent.write(".claude/skills/pdf/SKILL.md",
                "---\nname: pdf\ndescription: >\n  Makes PDFs\n  from text.\n---\nUse the tool.\n")
    agent.backend.answers = [Reply(calls=[Call("skill", {"name": "pdf"})]),
                             Reply(calls=[Call("skill", {"name": "xls"})]), Reply(text="Done.")]
    agent.run("x")
    assert "pdf: Makes PDFs from text." in text_of(agent.conversations()[0][0])
    told = [text_of(message) for message in agent.conversations()[-1] if message["role"] == "user"]
    assert told[1].startswith("Use the tool.") and "there are: pdf" in told[2]


def test_without_skills_there_is_no_tool_for_them(agent):
    agent.run("x")
    names = [tool["name"] for tool in agent.backend.last.body["tools"]]
    assert names == ["read", "edit", "write", "bash", "job", "grep", "glob", "todo", "ask_user",
                     "web_fetch", "task"]
