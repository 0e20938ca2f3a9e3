"""The agent's MCP client: servers that work, and servers that do not."""

import sys
import time
from pathlib import Path

import pytest

from harness.agent import Agent, text_of
from harness.backend import AnthropicBackend, Call, Reply

SERVER = Path(__file__).resolve().parent.parent / "harness" / "mcp_server.py"
DONE = Reply(text="Done.")


@pytest.fixture
def agent(tmp_path):
    with AnthropicBackend(DONE) as backend:
        yield Agent(tmp_path, backend)


def configure(agent: Agent, *behaviours: str):
    servers = {name: {"command": sys.executable, "args": [str(SERVER), name]}
               for name in behaviours}
    agent.write(agent.home / ".config/hearth/mcp.json", {"mcpServers": servers})


def call(tool: str, **arguments) -> Reply:
    return Reply(calls=[Call(tool, arguments)])


def told(agent: Agent) -> list[str]:
    return [text_of(message) for message in agent.conversations()[-1] if message["role"] == "user"]


@pytest.mark.parametrize("behaviour", ["fine", "floods", "garbage"])
def test_a_tool_is_announced_loaded_and_called(agent, behaviour):
    configure(agent, behaviour)
    tool = f"mcp__{behaviour}__echo"
    agent.backend.answers = [call("load", name=tool), call(tool, text="hi"),
                             call(f"mcp__{behaviour}__odd_name_"), DONE]
    assert agent.run("x")["exit_code"] == 0
    first, loaded, said, failed = told(agent)
    assert f"- {tool}: Says it again.\n" in first and "odd_name_: red" in first
    assert "can be called now" in loaded
    assert said == "hi\n(image that cannot be shown)"
    assert failed == "failed"
    body = agent.backend.last.body
    deferred = [each["name"] for each in body["tools"] if each.get("defer_loading")]
    assert deferred == [tool, f"mcp__{behaviour}__odd_name_"]
    block = body["messages"][-5]["content"][0]
    assert {"type": "tool_reference", "tool_name": tool} in block["content"]


def test_the_first_request_is_the_same_whatever_the_servers_hold(agent):
    """But for one line a tool and `load`: schemas come when they are asked for."""
    agent.run("x")
    without = agent.backend.last.body
    configure(agent, "fine")
    agent.run("x")
    tools = [each for each in agent.backend.last.body["tools"] if not each.get("defer_loading")]
    assert tools[:-1] == without["tools"] and tools[-1]["name"] == "load"


def test_a_call_needs_permission(agent):
    configure(agent, "fine")
    agent.backend.answers = [call("mcp__fine__echo", text="hi"), DONE]
    agent.run("x", mode="default")
    assert "needs permission" in told(agent)[1]
    agent.write(agent.home / ".config/hearth/settings.json",
                {"permissions": {"allow": ["mcp__fine__echo"]}})
    agent.backend.answers = [call("mcp__fine__echo", text="hi"), DONE]
    agent.run("x", mode="default")
    assert told(agent)[1].startswith("hi")


def test_a_server_that_dies_costs_its_call_alone(agent):
    configure(agent, "dies", "fine")
    agent.backend.answers = [call("mcp__dies__echo", text="hi"),
                             call("mcp__fine__echo", text="hi"), DONE]
    assert agent.run("x")["exit_code"] == 0
    _, died, fine = told(agent)
    assert "the MCP server dies ended" in died and fine.startswith("hi")


def test_a_server_that_is_not_there_is_told_and_stops_nothing(agent):
    agent.write(agent.home / ".config/hearth/mcp.json", {"mcpServers": {
        "none": {"command": "/no/such/program"}, "far": {"url": "http://127.0.0.1:1/mcp"},
        "odd": {"args": []}, "old": {"type": "sse", "url": "http://127.0.0.1:1/"}}})
    result = agent.run("x")
    assert result["exit_code"] == 0
    for words in ("MCP server none", "MCP server far", "mcpServers.odd", "mcpServers.old"):
        assert words in result["said"], result["said"]


def test_a_broken_file_is_told_and_stops_nothing(agent):
    agent.write(agent.home / ".config/hearth/mcp.json", "{")
    result = agent.run("x")
    assert result["exit_code"] == 0 and "mcp.json" in result["said"]


def test_a_folders_own_servers_are_started_once_it_is_trusted(agent):
    marker = agent.work / "started"
    agent.write(".mcp.json", {"mcpServers": {"own": {
        "command": "sh", "args": ["-c", f"touch {marker}; exec {sys.executable} {SERVER} fine"]}}})
    assert "--trust" in agent.run("x")["said"] and not marker.exists()
    agent.run("x", "--trust")
    assert marker.exists()


def test_a_silent_server_is_given_up(agent, monkeypatch):
    configure(agent, "silent")
    agent.env["HEARTH_MCP_START_SECONDS"] = "1"
    begun = time.monotonic()
    result = agent.run("x")
    assert result["exit_code"] == 0 and "did not answer initialize within 1 s" in result["said"]
    assert time.monotonic() - begun < 20
