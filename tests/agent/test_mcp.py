"""The agent's MCP client: servers that work, and servers that do not."""

import http.server
import json
import sys
import threading
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


def test_servers_are_named_on_the_command_line(agent):
    server = {"command": sys.executable, "args": [str(SERVER), "fine"]}
    file = agent.write("more.json", {"mcpServers": {"filed": server}})
    written = json.dumps({"mcpServers": {"written": server}})
    agent.run("x", "--mcp-config", str(file), "--mcp-config", written)
    assert "mcp__filed__echo" in told(agent)[0] and "mcp__written__echo" in told(agent)[0]
    for wrong in ['{"mcpServers": {"a": {}}}', "{", "none.json"]:
        result = agent.run("x", "--mcp-config", wrong)
        assert result["exit_code"] == 1 and "--mcp-config" in result["result"]


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


def test_a_call_that_is_never_answered_ends_with_the_tasks_time(agent):
    configure(agent, "mute")
    agent.backend.answers = [call("mcp__mute__echo", text="hi"), DONE]
    result = agent.run("x", "--max-time", "3")
    assert result["stop_reason"] == "time_limit"


def test_a_line_without_an_end_costs_its_call_alone(agent):
    configure(agent, "endless", "fine")
    agent.backend.answers = [call("mcp__endless__echo", text="hi"),
                             call("mcp__fine__echo", text="hi"), DONE]
    assert agent.run("x")["exit_code"] == 0
    _, endless, fine = told(agent)
    assert "the MCP server endless ended" in endless and fine.startswith("hi")


def test_always_is_for_the_same_arguments(agent):
    """They are shown whole, too, however long."""
    configure(agent, "fine")
    first, second = "x" * 200 + " one", "x" * 200 + " two"
    agent.backend.answers = [call("mcp__fine__echo", text=first), call("mcp__fine__echo", text=first),
                             call("mcp__fine__echo", text=second), DONE]
    with agent.screen("--permission-mode", "default", columns=100, rows=40) as screen:
        screen.wait_for("Ctrl-D")
        screen.type("say it")
        assert 'one"}' in screen.wait_for("May this be done?")
        screen.keys("a")
        screen.wait_for('two"}')
        screen.wait_for("May this be done?")
        screen.keys("n")
        screen.wait_for("Done.")
    said = told(agent)
    assert said[1].startswith(first) and said[2].startswith(first) and "did not allow" in said[3]


@pytest.fixture
def web_server():
    """An MCP server over HTTP that has one tool; `keys` are the Authorization headers it got."""
    keys = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def log_message(self, *_):
            pass

        def do_POST(self):
            keys.append((self.headers["Authorization"], self.headers["X-Team"]))
            request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if "id" not in request:
                self.send_response(202)
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            result = {
                "initialize": {"protocolVersion": "2025-06-18", "capabilities": {"tools": {}},
                               "serverInfo": {"name": "web", "version": "1"}},
                "tools/list": {"tools": [{"name": "ping", "description": "Answers.",
                                          "inputSchema": {"type": "object"}}]},
                "tools/call": {"content": [{"type": "text", "text": "pong"}]},
            }[request["method"]]
            body = json.dumps({"jsonrpc": "2.0", "id": request["id"], "result": result}).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.keys = keys
    server.url = f"http://127.0.0.1:{server.server_address[1]}/mcp"
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def test_variables_are_filled_in_and_headers_sent(agent, web_server):
    agent.env.update({"TEAM_TOKEN": "s3cret", "WHICH_PYTHON": sys.executable})
    agent.write(agent.home / ".config/hearth/mcp.json", {"mcpServers": {
        "web": {"url": web_server.url, "headers": {"Authorization": "Bearer ${TEAM_TOKEN}",
                                                   "X-Team": "${NO_SUCH_TEAM:-ours}"}},
        "program": {"command": "${WHICH_PYTHON}", "args": [str(SERVER), "${BEHAVIOUR:-fine}"]}}})
    agent.backend.answers = [call("mcp__web__ping", anything=1),
                             call("mcp__program__echo", text="hi"), DONE]
    agent.run("x")
    _, web, program = told(agent)
    assert web == "pong" and program.startswith("hi")
    assert set(web_server.keys) == {("Bearer s3cret", "ours")}


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
