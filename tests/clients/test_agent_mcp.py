"""The agent with the official MCP test server, on standard streams and over streamable HTTP."""

import os
import re
import subprocess
from pathlib import Path

import pytest

from harness.agent import Agent, text_of
from harness.backend import AnthropicBackend, Call, Reply
from harness.backend import closed_port
from harness.programs import program

DONE = Reply(text="Done.")


def everything() -> list[str]:
    folder = Path(os.environ["HEARTH_NODE_MODULES"]) / "@modelcontextprotocol/server-everything"
    return [str(program("HEARTH_NODE")), str(folder / "dist/index.js")]


@pytest.fixture
def agent(tmp_path):
    with AnthropicBackend(DONE) as backend:
        yield Agent(tmp_path, backend)


@pytest.fixture(params=["stdio", "http"])
def configured(request, agent):
    if request.param == "stdio":
        command, *arguments = everything()
        server = {"command": command, "args": [*arguments, "stdio"]}
        agent.write(agent.home / ".config/hearth/mcp.json", {"mcpServers": {"every": server}})
        yield agent
        return
    port = closed_port()
    process = subprocess.Popen([*everything(), "streamableHttp"], stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT, text=True,
                               env={**os.environ, "PORT": str(port)})
    for line in process.stdout:
        if "listening" in line:
            break
    server = {"type": "http", "url": f"http://127.0.0.1:{port}/mcp"}
    agent.write(agent.home / ".config/hearth/mcp.json", {"mcpServers": {"every": server}})
    yield agent
    process.kill()
    process.wait()


def test_its_tools_resources_and_prompts(configured):
    agent = configured
    calls = [("mcp__every__echo", {"message": "hello"}),
             ("mcp__every__get-sum", {"a": 2, "b": 40}),
             ("mcp__every__read_resource", {}),
             ("mcp__every__get_prompt", {})]
    agent.backend.answers = [Reply(calls=[Call(name, arguments)]) for name, arguments in calls]
    agent.backend.answers.append(DONE)
    result = agent.run("x")
    assert result["exit_code"] == 0, result
    announced, echoed, added, resources, prompts = (
        text_of(message) for message in agent.conversations()[-1] if message["role"] == "user")
    assert len(re.findall(r"^- mcp__every__", announced, re.M)) > 8
    assert "hello" in echoed
    assert "42" in added
    assert "uri" in resources
    assert "prompts" in prompts
