"""What users add to the agent: rules, hooks, commands, skills. The model is scripted."""

import json
import subprocess

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


def test_settings_are_given_on_the_command_line(agent):
    user_settings(agent, {"permissions": {"allow": ["Bash(touch:*)"]}})
    agent.backend.answers = [bash("touch a"), bash("touch b"), Reply(text="Done.")]
    given = agent.write("given.json", {"permissions": {"deny": ["Bash(touch a)"]}})
    agent.run("x", "--settings", str(given), mode="default")
    assert not (agent.work / "a").exists() and (agent.work / "b").exists()
    agent.backend.answers = [Reply(text="Done.")]
    assert agent.run("x", "--settings", '{"env": {"A": "b"}}')["exit_code"] == 0
    for wrong in ['{"permissions": {"deny": "all"}}', "{", "none.json"]:
        result = agent.run("x", "--settings", wrong)
        assert result["exit_code"] == 1 and ("settings" in result["result"])


def test_what_is_denied_by_its_path_is_in_no_search_and_no_command(agent):
    user_settings(agent, {"permissions": {"deny": ["Read(private/**)", "Edit(src/**)"]}})
    agent.write("private/key.txt", "value one\n")
    agent.write("open.txt", "value two\n")
    agent.write("src/a.txt", "kept\n")
    agent.backend.answers = [Reply(calls=[Call("grep", {"pattern": "value"})]),
                             Reply(calls=[Call("glob", {"pattern": "**/*.txt"})]),
                             Reply(calls=[Call("glob", {"pattern": "private/*"})]),
                             bash("cat private/key.txt"), bash("echo changed > src/a.txt"),
                             Reply(text="Done.")]
    agent.run("x")
    _, grep, names, inside, cat, redirected = [
        text_of(message) for message in agent.conversations()[-1] if message["role"] == "user"]
    assert grep == "open.txt:1: value two\n" and names == "open.txt\nsrc/a.txt\n"
    for refused in (inside, cat, redirected):
        assert "denied by the settings" in refused
    assert (agent.work / "src/a.txt").read_text() == "kept\n"


def test_a_filter_in_a_folders_git_settings_is_not_run_by_the_session_itself(agent, tmp_path):
    marker = tmp_path / "marker"
    agent.write("a.txt", "one\n")
    for words in (["init", "-q", "-b", "trunk"], ["add", "a.txt"],
                  ["config", "filter.evil.clean", f"touch {marker}; cat"]):
        subprocess.run(["git", *words], cwd=agent.work, env=agent.env, check=True)
    agent.write(".gitattributes", "* filter=evil\n")
    agent.write("a.txt", "two\n")
    agent.run("x")
    assert "git: branch trunk\n" in text_of(agent.conversations()[0][0])
    assert not marker.exists()


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


def test_wrong_arguments_of_a_hook_are_an_error_that_names_it(agent):
    answer = {"hookSpecificOutput": {"updatedInput": {"file_path": "a.txt"}}}
    user_settings(agent, hook("PreToolUse", f"echo '{json.dumps(answer)}'", "Edit"))
    agent.write("a.txt", "one\n")
    agent.backend.answers = [Reply(calls=[Call("edit", {"path": "a.txt", "old_string": "one",
                                                        "new_string": "two"})]), Reply(text="Done.")]
    assert agent.run("x")["exit_code"] == 0
    assert "The hook `echo" in results_of(agent)[0]
    assert '"old_string" is missing' in results_of(agent)[0]
    assert (agent.work / "a.txt").read_text() == "one\n"


def test_hooks_are_told_claude_codes_names_and_answer_with_them(agent):
    """As a formatter's hook does it: the path is absolute and stands under `file_path`."""
    script = agent.write(agent.home / "hook.py", """import json, sys
seen = json.load(sys.stdin)
given = seen["tool_input"]
open("seen.json", "w").write(json.dumps(given))
given["file_path"] = given["file_path"].replace("a.txt", "b.txt")
print(json.dumps({"hookSpecificOutput": {"updatedInput": given}}))
""")
    user_settings(agent, hook("PreToolUse", f"python3 {script}", "Write"))
    agent.backend.answers = [Reply(calls=[Call("write", {"path": "a.txt", "content": "x"})]),
                             Reply(text="Done.")]
    agent.run("x")
    assert json.loads((agent.work / "seen.json").read_text()) == {
        "file_path": str(agent.work / "a.txt"), "content": "x"}
    assert (agent.work / "b.txt").read_text() == "x" and not (agent.work / "a.txt").exists()


def test_hooks_at_the_end_of_a_subagent_and_of_the_session(agent):
    settings = {"hooks": {}}
    for event in ("SubagentStop", "SessionEnd"):
        settings["hooks"].update(hook(event, f"cat > {event}.json")["hooks"])
    user_settings(agent, settings)
    agent.backend.answers = [Reply(calls=[Call("task", {"prompt": "find it"})]),
                             Reply(text="Found."), Reply(text="Done.")]
    agent.run("x")
    for event in ("SubagentStop", "SessionEnd"):
        assert json.loads((agent.work / f"{event}.json").read_text())["hook_event_name"] == event


def test_a_hook_before_a_summary_is_told_the_wish(agent):
    user_settings(agent, hook("PreCompact", "cat > seen.json"))
    with agent.terminal() as terminal:
        terminal.wait_for("> ")
        terminal.send("count\n")
        terminal.wait_for("Done.")
        terminal.wait_for("> ")
        terminal.send("/compact the counting\n")
        terminal.wait_for("> ")
    assert json.loads((agent.work / "seen.json").read_text())["custom_instructions"] == "the counting"


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
