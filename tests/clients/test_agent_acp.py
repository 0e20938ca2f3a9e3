"""An editor drives our agent by the Agent Client Protocol, with the protocol's own client library. The
model is scripted."""

import json
import subprocess

from harness.agent import Agent, text_of
from harness.backend import Call, Reply
from harness.paths import hearth_binary
from harness.programs import node

LONG = Reply(text="word " * 4000, wait_between=0.02)


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
