"""Options by which programs shape a session, as they are given on the command line."""

import json
import subprocess

import pytest

from harness.agent import Agent, text_of
from harness.backend import Call, Reply


def refused(agent: Agent, *options: str) -> str:
    process = agent.begin("-p", "hello", *options)
    out, err = process.communicate(timeout=60)
    assert process.returncode != 0 and not agent.backend.seen
    return out + err


def test_options_that_cannot_be_understood_say_what_is_expected(agent_of):
    agent = agent_of(Reply(text="Hello."))
    assert "user, project and local" in refused(agent, "--setting-sources", "user,nobody")
    assert "poet: expected an object" in refused(agent, "--agents", '{"poet": "writes"}')
    assert "poet.tools: expected the names" in refused(
        agent, "--agents", '{"poet": {"prompt": "write", "tools": [1]}}')
    assert "--agents" in refused(agent, "--agents", "{")
    assert "expected a JSON object" in refused(agent, "--json-schema", "[]")
    assert "a UUID is expected" in refused(agent, "--session-id", "../../elsewhere")
    assert "--fork-session" in refused(agent, "--session-id", "abc", "--continue")


def test_a_session_has_the_id_that_it_was_given_once(agent_of):
    agent = agent_of(Reply(text="Hello."))
    assert agent.run("hello", "--session-id", "abc-1")["session_id"] == "abc-1"
    assert [path.stem for path in agent.sessions()] == ["abc-1"]
    assert "--resume abc-1" in agent.run("hello", "--session-id", "abc-1")["result"]
    assert agent.run("again", "--resume", "abc-1")["session_id"] == "abc-1"


def test_options_of_others_that_change_nothing_are_told(agent_of):
    agent = agent_of(Reply(text="Hello."))
    said = agent.run("hello", "--effort", "high", "--verbose", "--tools", "Read,Telepathy")["said"]
    assert "--effort is Claude Code's and changes nothing here." in said
    assert "there is no tool Telepathy" in said and "--verbose" not in said


@pytest.mark.parametrize("empty", [["--tools="], ["--tools", ""]])
def test_no_tools_at_all(agent_of, empty):
    agent = agent_of(Reply(text="Hello."))
    agent.run("hello", *empty, "--verbose")
    assert not agent.backend.last.body.get("tools")


def test_subagents_and_a_schema_on_the_command_line(agent_of):
    agent = agent_of(Reply(calls=[Call("task", {"agent": "poet", "prompt": "a line"})]),
                     Reply(text="Roses are red."), Reply(text="Done."),
                     Reply(text='```json\n{"line": "Roses are red."}\n```'))
    poet = {"poet": {"description": "writes lines", "prompt": "Write like Sappho."}}
    schema = {"type": "object", "properties": {"line": {"type": "string"}}}
    result = agent.run("write", "--agents", json.dumps(poet), "--json-schema", json.dumps(schema))
    assert "Write like Sappho." in text_of(agent.conversations()[1][-1])
    assert result["structured_output"] == {"line": "Roses are red."}
    # The prompt before it is the one that the server has read.
    asked = agent.backend.last.body
    assert asked["tools"] == agent.backend.seen[-2].body["tools"]
    assert asked["messages"][:-2] == agent.backend.seen[-2].body["messages"]


def test_no_setting_sources_leave_out_everything(agent_of):
    agent = agent_of(Reply(text="Hello."))
    agent.write("AGENTS.md", "Project words.")
    agent.write(".claude/commands/greet.md", "Greet.")
    agent.write(str(agent.home / ".config/hearth/settings.json"), {"permissions": {"deny": 3}})
    assert "permissions.deny" in agent.run("hello")["said"]
    result = agent.run("hello", "--setting-sources=")
    assert "permissions.deny" not in result["said"]
    assert "Project words." not in text_of(agent.conversations()[-1][0])


def test_a_program_that_says_nothing_ends_it(agent_of):
    agent = agent_of(Reply(text="Hello."))
    process = agent.begin("-p", "--input-format", "stream-json", "--output-format", "stream-json",
                          stdin=subprocess.DEVNULL)
    out, _ = process.communicate(timeout=60)
    assert (process.returncode, out) == (0, "")


def test_a_message_without_words_gets_a_result(agent_of):
    agent = agent_of(Reply(text="Seen."))
    image = {"type": "image", "source": {"type": "base64", "media_type": "image/png",
                                         "data": "iVBORw=="}}
    lines = [{"type": "user", "message": {"role": "user", "content": content}}
             for content in ([], [image])]
    process = agent.begin("-p", "--input-format", "stream-json", "--output-format", "stream-json",
                          stdin=subprocess.PIPE)
    out, _ = process.communicate("".join(json.dumps(line) + "\n" for line in lines), timeout=60)
    results = [line for line in map(json.loads, out.splitlines()) if line["type"] == "result"]
    assert [result["is_error"] for result in results] == [True, False]
    assert image["source"] in [block.get("source")
                               for block in agent.conversations()[-1][-1]["content"]]


@pytest.mark.parametrize("named", ["option", "setting"])
def test_a_further_folder_is_worked_in(agent_of, tmp_path, named):
    further = tmp_path / "further"
    further.mkdir()
    (further / "a.txt").write_text("one\n")
    agent = agent_of(Reply(calls=[Call("read", {"path": str(further / "a.txt")})]),
                     Reply(calls=[Call("edit", {"path": str(further / "a.txt"),
                                                "old_string": "one", "new_string": "two"})]),
                     Reply(calls=[Call("bash", {"command": f"echo three >> {further}/a.txt"})]),
                     Reply(calls=[Call("read", {"path": str(tmp_path / "home/.profile")})]),
                     Reply(text="Done."))
    agent.write(str(agent.home / ".profile"), "elsewhere")
    options = ["--add-dir", str(further)]
    if named == "setting":
        options = ["--settings",
                   json.dumps({"permissions": {"additionalDirectories": [str(further)]}})]
    agent.run("edit it", *options, mode="acceptEdits")
    assert (further / "a.txt").read_text() == "two\nthree\n"
    assert "is outside the folder" in text_of(agent.conversations()[-1][-1])
    assert f"Also: {further}" in text_of(agent.conversations()[0][0])


def test_a_further_folder_that_is_not_there(agent_of, tmp_path):
    agent = agent_of(Reply(text="Hello."))
    assert "--add-dir: there is no folder" in refused(agent, "--add-dir", str(tmp_path / "none"))
    missing = json.dumps({"permissions": {"additionalDirectories": ["/no/such/folder"]}})
    assert "there is no folder /no/such/folder" in agent.run("hello", "--settings", missing)["said"]
