"""The real `codex` command (npm, pinned in package.json) against Hearth, through the Responses API.
HEARTH_CODEX names it; tests/run_python.sh installs it."""

import json
import subprocess
from pathlib import Path

import pytest

from harness import paths
from harness.backend import Call, Fault, Reply
from harness.far import far_provider
from harness.programs import clean_environment, own_folders, program
from harness.server import MODEL, Hearth


@pytest.fixture(scope="module")
def codex() -> Path:
    return program("HEARTH_CODEX")


@pytest.fixture
def routed():
    with far_provider() as pair:
        yield pair


def run_codex(codex: Path, hearth: Hearth, folder: Path, *arguments: str, model: str = "far,m",
              kind: str = "lmstudio", patience: float = 240) -> subprocess.CompletedProcess:
    """`kind`: which local server it takes Hearth for. `patience`: in seconds."""
    home, work = own_folders(folder)
    env = clean_environment(home, "OPENAI_", "CODEX")
    env["CODEX_OSS_BASE_URL"] = f"{hearth.url}/v1"
    return subprocess.run(
        [str(codex), "exec", "--oss", "--local-provider", kind, "-m", model, "--json",
         "--skip-git-repo-check", "--dangerously-bypass-approvals-and-sandbox", *arguments],
        env=env, cwd=work, capture_output=True, text=True, timeout=patience,
        stdin=subprocess.DEVNULL, check=False)


def events_of(done: subprocess.CompletedProcess) -> list[dict]:
    """Of a session that did not fail."""
    assert done.returncode == 0, f"{done.returncode}: {done.stdout[-3000:]}{done.stderr[-3000:]}"
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


def said(events: list[dict]) -> list[str]:
    return [event["item"]["text"] for event in events
            if event["type"] == "item.completed" and event["item"]["type"] == "agent_message"]


def usage_of(events: list[dict]) -> dict:
    return next(event["usage"] for event in events if event["type"] == "turn.completed")


def script(*replies: Reply):
    """Answers step by step, by the tool results that there are."""
    def answer(body: dict) -> Reply:
        done = sum(message["role"] == "tool" for message in body["messages"])
        return replies[min(done, len(replies) - 1)]

    return answer


def test_it_writes_a_file_through_its_tools(codex, routed, tmp_path):
    hearth, backend = routed
    backend.answers = [script(
        Reply(reasoning="A file is wanted.", text="I write it.",
              calls=[Call("exec_command", {"cmd": "printf 'Hello from Hearth.\\n' > hello.txt"})]),
        Reply(calls=[Call("exec_command", {"cmd": "cp hello.txt copy.txt && echo copied"})]),
        Reply(text="Both files are there."),
    )]
    events = events_of(run_codex(codex, hearth, tmp_path,
                                 "Write hello.txt and copy it to copy.txt."))
    assert said(events)[-1] == "Both files are there."
    work = tmp_path / "work"
    assert (work / "hello.txt").read_text() == "Hello from Hearth.\n"
    assert (work / "copy.txt").read_text() == "Hello from Hearth.\n"
    usage = usage_of(events)
    assert usage["output_tokens"] > 0
    assert usage["cached_input_tokens"] > 0
    results = [message for message in backend.last.body["messages"] if message["role"] == "tool"]
    assert len(results) == 2
    assert "copied" in json.dumps(results[1])
    records = hearth.records_with(lambda record: record["endpoint"] == "/v1/responses", at_least=3)
    assert all(record["error"] is None for record in records), records
    assert all(record["session"] for record in records[1:]), "its session is not known"


def test_it_continues_a_session(codex, routed, tmp_path):
    hearth, backend = routed
    backend.answers = [Reply(reasoning="I note it.", text="I shall remember it.")]
    events_of(run_codex(codex, hearth, tmp_path, "Remember the word lantern."))
    events = events_of(run_codex(codex, hearth, tmp_path, "resume", "--last", "Which word?"))
    assert said(events)[-1] == "I shall remember it."
    sent = json.dumps(backend.last.body["messages"])
    assert sent.index("lantern") < sent.index("I shall remember it.") < sent.index("Which word?")


def test_a_provider_that_fails_is_tried_again(codex, routed, tmp_path):
    hearth, backend = routed
    backend.answers = [Fault(503, '{"error": {"message": "too busy"}}'), Reply(text="Now I can.")]
    # Before it starts, codex asks for one token to load the model.
    backend.answers.insert(0, Reply(text="."))
    events = events_of(run_codex(codex, hearth, tmp_path, "Say hello."))
    assert said(events) == ["Now I can."]


def test_it_takes_it_for_ollama_and_understands_a_prompt_that_is_too_long(codex, hearth, tmp_path):
    done = run_codex(codex, hearth, tmp_path, "Say hello.", model=MODEL, kind="ollama")
    assert done.returncode != 0
    assert "ran out of room" in done.stdout, done.stdout[-3000:] + done.stderr[-3000:]
    refused = hearth.records_with(lambda record: record["endpoint"] == "/v1/responses"
                                  and "prompt is too long" in (record["error"] or ""))
    assert len(refused) <= 2, "it tried again and again"


@pytest.mark.long
def test_its_whole_prompt_on_the_local_model(codex, tmp_path):
    """Minutes on two idle cores, many more on busy ones."""
    with Hearth(models=[f"coder={paths.model(paths.QWEN_1_5B)}"], context=24576) as hearth:
        events = events_of(run_codex(codex, hearth, tmp_path, "Say hello. Use no tool.",
                                     model="coder", patience=1800))
        assert said(events)
        assert usage_of(events)["input_tokens"] > 1000
