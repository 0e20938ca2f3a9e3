"""opencode, Qwen Code and pi: the real programs, started by `hearth opencode`, `hearth qwen`, `hearth
pi`; each writes a file with its own tool, through the gateway, as a scripted provider tells it to."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from harness.backend import Call, Fault, Reply
from harness.far import far_provider
from harness.paths import QWEN_1_5B, hearth_binary, model
from harness.programs import clean_environment, own_folders, program
from harness.server import Hearth


@dataclass
class Agent:
    name: str
    variable: str         # names the program
    arguments: list[str]  # before the task
    tool: str
    path_argument: str


AGENTS = [
    Agent("opencode", "HEARTH_OPENCODE", ["run", "--format", "json"], "write", "filePath"),
    Agent("qwen", "HEARTH_QWEN", ["--yolo", "--output-format", "json", "-p"], "write_file",
          "file_path"),
    Agent("pi", "HEARTH_PI", ["--mode", "json", "-p"], "write", "path"),
]
each_agent = pytest.mark.parametrize("agent", AGENTS, ids=lambda agent: agent.name)


def start(agent: Agent, hearth: Hearth, folder: Path, task: str,
          patience: float = 240) -> subprocess.CompletedProcess:
    """With the program, and the Node that it runs on, in PATH. `patience`: in seconds."""
    home, work = own_folders(folder)
    bin_folder = folder / "bin"
    bin_folder.mkdir()
    (bin_folder / agent.name).symlink_to(program(agent.variable))
    (bin_folder / "node").symlink_to(program("HEARTH_NODE"))
    env = clean_environment(home, "OPENAI_", "QWEN_", "OPENCODE", "PI_")
    env.update(PATH=f"{bin_folder}:/usr/bin:/bin", PWD=str(work), HEARTH_URL=hearth.url, PI_OFFLINE="1",
               QWEN_TELEMETRY_ENABLED="false")
    return subprocess.run([str(hearth_binary()), agent.name, *agent.arguments, task], env=env,
                          cwd=work, capture_output=True, text=True, timeout=patience,
                          stdin=subprocess.DEVNULL, check=False)


@pytest.fixture
def routed():
    with far_provider() as pair:
        yield pair


@each_agent
def test_it_writes_a_file_with_its_own_tool(agent, routed, tmp_path):
    hearth, backend = routed

    def script(body: dict) -> Reply:
        if not body.get("tools"):
            return Reply(text="A note")  # a title
        if not any(message["role"] == "tool" for message in body["messages"]):
            where = os.path.join(tmp_path, "work", "note.txt")
            arguments = {agent.path_argument: where, "content": "from the model\n"}
            return Reply(text="I write it.", calls=[Call(agent.tool, arguments)])
        return Reply(text="The note is written.")

    backend.answers = [script]
    done = start(agent, hearth, tmp_path, "Write a note.")
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    note = tmp_path / "work" / "note.txt"
    assert note.is_file(), done.stdout[-3000:] + done.stderr[-3000:]
    assert note.read_text() == "from the model\n"
    assert "The note is written." in done.stdout
    record = hearth.record_with(lambda record: record["stop_reason"] == "tool_use")
    assert record["prompt_tokens"] > 0 and record["output_tokens"] > 0
    assert record["route"] == "far,m"


@each_agent
def test_an_error_of_the_provider_is_shown_and_does_not_hang(agent, routed, tmp_path):
    hearth, backend = routed
    backend.answers = [Fault(400, '{"error": {"message": "the far model is out of order"}}')]
    done = start(agent, hearth, tmp_path, "Write a note.")
    assert "out of order" in done.stdout + done.stderr, done.stdout[-2000:] + done.stderr[-2000:]


@pytest.mark.parametrize("agent", [
    # The others' first prompts take the model minutes to read.
    agent if agent.name == "pi" else pytest.param(agent, marks=pytest.mark.long)
    for agent in AGENTS], ids=lambda agent: agent.name)
def test_it_gets_an_answer_of_the_local_model(agent, local, tmp_path):
    # Up to 20,000 tokens before the first word: five minutes on two idle cores, more on busy ones.
    done = start(agent, local, tmp_path, "Say hello in one word.", patience=1800)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    record = local.record_with(lambda record: record["output_tokens"] > 0 and not record["error"])
    assert record["prompt_tokens"] > 0


@pytest.fixture(scope="module")
def local():
    with Hearth(models=[f"coder={model(QWEN_1_5B)}"], context=32768) as hearth:
        yield hearth
