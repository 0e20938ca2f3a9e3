"""Other programs drive our agent: editors by the Agent Client Protocol, with its own client library,
and users of the Claude Agent SDK by stream-JSON. The model is scripted."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from harness.agent import Agent, text_of
from harness.backend import AnthropicBackend, Call, Reply
from harness.paths import hearth_binary
from harness.programs import program

HERE = Path(__file__).resolve().parent
WRITE = Reply(calls=[Call("write", {"path": "a.txt", "content": "from the model\n"})])
LONG = Reply(text="word " * 4000, wait_between=0.02)


@pytest.fixture
def agent(tmp_path):
    with AnthropicBackend(WRITE, Reply(text="Written.")) as backend:
        made = Agent(tmp_path, backend)
        made.env["HEARTH_NODE_MODULES"] = os.environ["HEARTH_NODE_MODULES"]
        made.env["HEARTH_URL"] = backend.url.removesuffix(backend.path)
        yield made


def node(agent: Agent, script: str, plan: dict, *words: str) -> dict:
    done = subprocess.run([str(program("HEARTH_NODE")), str(HERE / script), json.dumps(plan),
                           *words], env=agent.env, cwd=agent.work, capture_output=True, text=True,
                          timeout=120)
    assert done.returncode == 0, done.stderr[-1500:]
    return json.loads(done.stdout)


# -- the Agent Client Protocol -------------------------------------------------------------------


def editor(agent: Agent, **plan) -> dict:
    return node(agent, "acp_client.mjs", plan, str(hearth_binary()), "--model", "scripted",
                "--style", "native", "acp")


def chunks(seen: dict, kind: str) -> str:
    return "".join(update["content"]["text"] for update in seen["updates"]
                   if update["sessionUpdate"] == kind)


def test_an_editor_sees_a_prompt_done_and_is_asked(agent):
    seen = editor(agent, prompt="write it")
    assert seen["greeting"]["protocolVersion"] == 1 and seen["greeting"]["agentCapabilities"]["loadSession"]
    assert seen["end"]["stopReason"] == "end_turn"
    assert (agent.work / "a.txt").read_text() == "from the model\n"
    asked, = seen["asked"]
    assert asked["toolCall"]["rawInput"]["path"] == "a.txt"
    assert [option["kind"] for option in asked["options"]] == ["allow_once", "allow_always",
                                                               "reject_once"]
    call, = (update for update in seen["updates"] if update["sessionUpdate"] == "tool_call")
    assert call["kind"] == "edit" and call["locations"][0]["path"] == str(agent.work / "a.txt")
    end, = (update for update in seen["updates"] if update["sessionUpdate"] == "tool_call_update")
    assert end["status"] == "completed" and end["toolCallId"] == call["toolCallId"]
    assert "+from the model" in end["content"][0]["content"]["text"]
    assert chunks(seen, "agent_message_chunk") == "Written."


def test_an_editors_image_goes_along(agent):
    agent.backend.answers = [Reply(text="Seen.")]
    seen = editor(agent, prompt="what is it?",
                  attached=[{"type": "image", "mimeType": "image/png", "data": "iVBORw=="}])
    assert seen["greeting"]["agentCapabilities"]["promptCapabilities"]["image"]
    images = [block for block in agent.conversations()[-1][-1]["content"]
              if block["type"] == "image"]
    assert images[0]["source"] == {"type": "base64", "media_type": "image/png", "data": "iVBORw=="}


def test_an_editor_is_told_the_commands_and_runs_them(agent):
    agent.write(".hearth/commands/greet.md", "---\nargument-hint: WHOM\n---\nGreet $ARGUMENTS.\n")
    agent.backend.answers = [Reply(text="Hello.")]
    seen = editor(agent, prompt="/greet the world")
    told, = (update for update in seen["updates"]
             if update["sessionUpdate"] == "available_commands_update")
    hints = {command["name"]: (command.get("input") or {}).get("hint")
             for command in told["availableCommands"]}
    assert hints["greet"] == "WHOM" and "compact" in hints and "quit" not in hints
    assert text_of(agent.conversations()[-1][-1]).endswith("Greet the world.\n")
    assert chunks(seen, "agent_message_chunk") == "Hello."


def test_an_editors_no_is_the_models_to_hear(agent):
    seen = editor(agent, prompt="write it", permission="no")
    assert not (agent.work / "a.txt").exists()
    assert "did not allow" in text_of(agent.conversations()[-1][-1])
    assert seen["end"]["stopReason"] == "end_turn"


def test_an_editor_sets_the_mode(agent):
    seen = editor(agent, prompt="write it", mode="acceptEdits")
    assert not seen["asked"] and (agent.work / "a.txt").exists()
    assert [mode["id"] for mode in seen["session"]["modes"]["availableModes"]] == [
        "default", "acceptEdits", "plan", "bypassPermissions"]


def test_an_editor_cancels(agent):
    agent.backend.answers = [LONG]
    seen = editor(agent, prompt="talk", cancelAfter="agent_message_chunk")
    assert seen["end"]["stopReason"] == "cancelled"
    assert agent.backend.disconnected.wait(5)


def test_an_editor_goes_on_with_a_session(agent):
    first = editor(agent, prompt="write it")
    agent.backend.answers = [Reply(text="Again.")]
    seen = editor(agent, load=first["session"]["sessionId"], prompt="and now?")
    assert "Written." in chunks(seen, "agent_message_chunk")
    assert "write it" in chunks(seen, "user_message_chunk")
    assert len(agent.conversations()[-1]) == 5


def test_an_editor_that_talks_nonsense_gets_errors(agent):
    lines = ["{", '{"jsonrpc":"2.0","id":1,"method":"no/such"}',
             '{"jsonrpc":"2.0","id":2,"method":"session/new","params":{"cwd":"relative"}}',
             '{"jsonrpc":"2.0","id":3,"method":"session/prompt","params":{"sessionId":"none"}}',
             '{"jsonrpc":"2.0","id":4,"method":"session/new","params":{"cwd":"/no/such/folder"}}',
             '{"jsonrpc":"2.0","method":"whatever"}', '{"jsonrpc":"2.0","id":99,"result":{}}']
    done = subprocess.run([str(hearth_binary()), "acp"], input="\n".join(lines) + "\n",
                          env=agent.env, cwd=agent.work, capture_output=True, text=True, timeout=60)
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [answer["error"]["code"] for answer in answers] == [-32700, -32601, -32602, -32602, -32603]
    assert done.returncode == 0


# -- the Claude Agent SDK ------------------------------------------------------------------------


def sdk(agent: Agent, *prompts: str, **plan) -> dict:
    told = node(agent, "agent_sdk.mjs", {"prompts": prompts, **plan}, str(hearth_binary()))
    assert told["error"] == plan.get("error", "")
    return told


def kinds(told: dict) -> list[str]:
    return [message["type"] for message in told["messages"] if message.get("subtype") != "status"]


def test_the_sdk_sees_a_task_done_and_is_asked(agent):
    told = sdk(agent, "write it", allow=True, options={"model": "scripted", "maxTurns": 5})
    assert kinds(told) == ["system", "assistant", "user", "assistant", "result"]
    assert (agent.work / "a.txt").exists()
    assert told["asked"] == [{"name": "Write", "input": {"file_path": str(agent.work / "a.txt"),
                                                         "content": "from the model\n"}}]
    result = told["messages"][-1]
    assert result["result"] == "Written." and result["num_turns"] == 2
    assert result["usage"]["output_tokens"] == 14
    assert agent.backend.last.body["model"] == "scripted"


def test_what_the_sdk_changes_in_a_call_holds(agent):
    sdk(agent, "write it", allow=True,
        change={"content": "changed\n", "file_path": str(agent.work / "b.txt")})
    assert (agent.work / "b.txt").read_text() == "changed\n"
    assert not (agent.work / "a.txt").exists()


def test_the_sdks_no_is_the_models_to_hear(agent):
    sdk(agent, "write it", allow=False)
    assert not (agent.work / "a.txt").exists()


def test_the_sdks_rules_prompt_and_pieces(agent):
    told = sdk(agent, "write it", options={
        "allowedTools": ["Write"], "disallowedTools": ["Bash"], "includePartialMessages": True,
        "systemPrompt": {"type": "preset", "preset": "claude_code", "append": "Speak softly."}})
    assert (agent.work / "a.txt").exists()
    assert json.dumps(agent.backend.last.body["system"]).count("Speak softly.") == 1
    pieces = [message["event"]["delta"]["text"] for message in told["messages"]
              if message["type"] == "stream_event"]
    assert "".join(pieces) == "Written." and len(pieces) > 1


def test_several_tasks_of_the_sdk_are_one_conversation(agent):
    agent.backend.answers = [Reply(text="One."), Reply(text="Two.")]
    told = sdk(agent, "first", "second")
    assert [message["result"] for message in told["messages"] if message["type"] == "result"] == [
        "One.", "Two."]
    assert [message["role"] for message in agent.conversations()[-1]] == ["user", "assistant", "user"]


def test_the_sdk_interrupts(agent):
    agent.backend.answers = [Reply(calls=[Call("bash", {"command": "touch begun; sleep 600"})])]
    told = sdk(agent, "wait", interruptWhen="begun",
               options={"permissionMode": "bypassPermissions",
                        "allowDangerouslySkipPermissions": True})
    result = told["messages"][-1]
    assert result["subtype"] == "error_during_execution" and result["stop_reason"] == "interrupted"
