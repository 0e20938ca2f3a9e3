"""Users of the Claude Agent SDK drive our agent by stream-JSON, with the SDK itself. The model is
scripted."""

import json

from harness.agent import Agent, text_of
from harness.backend import Call, Reply
from harness.paths import hearth_binary
from harness.programs import node

WRITE = Reply(calls=[Call("write", {"path": "a.txt", "content": "from the model\n"})])


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
    told = sdk(agent, "write it", allow=False, no={"message": "not on a Friday"})
    assert not (agent.work / "a.txt").exists()
    assert "not on a Friday" in text_of(agent.conversations()[-1][-1])
    denied, = told["messages"][-1]["permission_denials"]
    assert denied["tool_name"] == "Write" and denied["tool_use_id"]
    assert denied["tool_input"]["file_path"] == str(agent.work / "a.txt")


def test_a_no_of_the_sdk_can_end_the_task(agent):
    told = sdk(agent, "write it", allow=False, no={"message": "stop", "interrupt": True})
    assert told["messages"][-1]["stop_reason"] == "interrupted"
    assert len(agent.backend.seen) == 1


def test_the_sdk_allows_once_and_for_all(agent):
    agent.backend.answers = [WRITE, Reply(calls=[Call("write", {"path": "b.txt", "content": "b"})]),
                             Reply(text="Both.")]
    rule = {"type": "addRules", "rules": [{"toolName": "Write"}], "behavior": "allow",
            "destination": "session"}
    told = sdk(agent, "write them", allow=True, also={"updatedPermissions": [rule]})
    assert len(told["asked"]) == 1 and (agent.work / "b.txt").exists()


def test_the_sdk_changes_the_mode_with_its_answer(agent):
    agent.backend.answers = [WRITE, Reply(calls=[Call("bash", {"command": "touch c.txt"})]),
                             Reply(text="Both.")]
    mode = {"type": "setMode", "mode": "bypassPermissions", "destination": "session"}
    told = sdk(agent, "write them", allow=True, also={"updatedPermissions": [mode]})
    assert len(told["asked"]) == 1 and (agent.work / "c.txt").exists()


def test_a_hook_of_the_sdk_keeps_a_call_from_running(agent):
    answer = {"hookSpecificOutput": {"hookEventName": "PreToolUse", "permissionDecision": "deny",
                                     "permissionDecisionReason": "the hook says no"}}
    told = sdk(agent, "write it", options={"permissionMode": "acceptEdits"},
               hook={"event": "PreToolUse", "matcher": "Write|Edit", "answer": answer})
    assert not (agent.work / "a.txt").exists()
    assert "the hook says no" in text_of(agent.conversations()[-1][-1])
    seen, = told["hooked"]
    assert seen["input"]["tool_name"] == "Write" and seen["id"] == seen["input"]["tool_use_id"]
    assert seen["input"]["tool_input"]["file_path"] == str(agent.work / "a.txt")
    assert seen["input"]["cwd"] == str(agent.work)


def test_a_hook_of_the_sdk_with_another_matcher_is_not_asked(agent):
    told = sdk(agent, "write it", options={"permissionMode": "acceptEdits"},
               hook={"event": "PreToolUse", "matcher": "Bash", "answer": {"decision": "block"}})
    assert (agent.work / "a.txt").exists() and not told["hooked"]


def test_a_hook_of_the_sdk_adds_to_what_the_model_reads(agent):
    agent.backend.answers = [Reply(text="Hello.")]
    answer = {"hookSpecificOutput": {"hookEventName": "UserPromptSubmit",
                                     "additionalContext": "It is raining."}}
    sdk(agent, "say hello", hook={"event": "UserPromptSubmit", "answer": answer})
    assert "It is raining." in text_of(agent.conversations()[-1][-1])


def test_a_tool_in_the_sdks_program_is_called(agent):
    agent.backend.answers = [Reply(calls=[Call("load", {"name": "mcp__calc__add"})]),
                             Reply(calls=[Call("mcp__calc__add", {"a": 2, "b": 40})]),
                             Reply(text="42.")]
    told = sdk(agent, "add", adder=True, options={"allowedTools": ["mcp__calc__add"]})
    assert "mcp__calc__add: Adds two numbers" in text_of(agent.conversations()[0][0])
    assert "sum: 42" in text_of(agent.conversations()[-1][-1])
    begun = next(message for message in told["messages"] if message.get("subtype") == "init")
    assert begun["mcp_servers"] == [{"name": "calc", "status": "connected"}]


def test_the_sdks_result_comes_after_its_schema(agent):
    schema = {"type": "object", "properties": {"answer": {"type": "integer"}},
              "required": ["answer"], "additionalProperties": False}
    agent.backend.answers = [Reply(text="It is 42."), Reply(text="It is many."),
                             Reply(text='{"answer": "42"}')]
    told = sdk(agent, "count", options={"outputFormat": {"type": "json_schema", "schema": schema}})
    result = told["messages"][-1]
    assert result["subtype"] == "success" and result["result"] == "It is 42."
    assert result["structured_output"] == {"answer": 42}
    assert agent.backend.last.body["output_config"]["format"]["schema"] == schema


def test_a_result_that_never_fits_the_schema_is_an_error(agent):
    agent.backend.answers = [Reply(text="It is 42."), *[Reply(text="no JSON")] * 3]
    told = sdk(agent, "count", options={"outputFormat": {"type": "json_schema",
                                                         "schema": {"type": "object"}}})
    assert told["messages"][-1]["subtype"] == "error_max_structured_output_retries"


def test_the_sdk_gives_subagents_and_tools(agent):
    agent.backend.answers = [
        Reply(calls=[Call("task", {"agent": "poet", "prompt": "a line"})]),
        Reply(text="Roses are red."), Reply(text="Done.")]
    told = sdk(agent, "write a line", options={
        "tools": ["Read", "Task"],
        "agents": {"poet": {"description": "writes lines", "prompt": "Write like Sappho."}}})
    begun = next(message for message in told["messages"] if message.get("subtype") == "init")
    assert begun["tools"] == ["read", "task"] and "poet" in begun["agents"]
    assert "- poet: writes lines" in text_of(agent.conversations()[0][0])
    assert "Write like Sappho." in text_of(agent.conversations()[1][-1])
    assert "Roses are red." in text_of(agent.conversations()[-1][-1])


def test_the_sdk_names_the_session_and_whose_settings_count(agent):
    identifier = "11111111-2222-4333-8444-555555555555"
    agent.write("CLAUDE.md", "Project words.")
    agent.write(str(agent.home / ".claude/CLAUDE.md"), "User words.")
    agent.backend.answers = [Reply(text="Hello.")]
    told = sdk(agent, "say hello", options={"sessionId": identifier, "settingSources": ["project"]})
    assert told["messages"][-1]["session_id"] == identifier
    said = text_of(agent.conversations()[-1][0])
    assert "Project words." in said and "User words." not in said
    agent.backend.answers = [Reply(text="Again.")]
    sdk(agent, "and again", options={"resume": identifier, "settingSources": []})
    assert len(agent.conversations()[-1]) == 3


def test_the_sdk_sees_an_answer_in_the_events_of_the_messages_api(agent):
    told = sdk(agent, "write it", options={"permissionMode": "acceptEdits",
                                           "includePartialMessages": True})
    events = [message["event"] for message in told["messages"]
              if message["type"] == "stream_event"]
    whole = [message["message"] for message in told["messages"] if message["type"] == "assistant"]
    starts = [event["message"]["id"] for event in events if event["type"] == "message_start"]
    assert starts == [message["id"] for message in whole] and len(starts) == 2
    begun = next(event for event in events if event["type"] == "content_block_start")
    assert begun["content_block"]["name"] == "write" and begun["content_block"]["input"] == {}
    piece = next(event for event in events if event["type"] == "content_block_delta")
    assert json.loads(piece["delta"]["partial_json"])["path"] == "a.txt"
    ends = [event["delta"]["stop_reason"] for event in events if event["type"] == "message_delta"]
    assert ends == ["tool_use", "end_turn"]
    assert [event["type"] for event in events].count("message_stop") == 2


def test_the_sdks_rules_prompt_and_pieces(agent):
    told = sdk(agent, "write it", options={
        "allowedTools": ["Write"], "disallowedTools": ["Bash"], "includePartialMessages": True,
        "systemPrompt": {"type": "preset", "preset": "claude_code", "append": "Speak softly."}})
    assert (agent.work / "a.txt").exists()
    assert json.dumps(agent.backend.last.body["system"]).count("Speak softly.") == 1
    pieces = [message["event"]["delta"]["text"] for message in told["messages"]
              if message["type"] == "stream_event"
              and message["event"].get("delta", {}).get("type") == "text_delta"]
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
