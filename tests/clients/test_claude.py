"""The real `claude` command (npm, pinned in package.json) against Hearth. HEARTH_CLAUDE names it;
tests/run_python.sh installs it."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from harness import paths
from harness.backend import Call, Reply
from harness.far import far_provider
from harness.programs import clean_environment, own_folders, program
from harness.server import Hearth

# Its first prompt has about 12,000 tokens. A slow machine needs minutes to read it.
LOCAL_PATIENCE = float(os.environ.get("HEARTH_CLAUDE_TIMEOUT", "1800"))


@pytest.fixture(scope="module")
def claude() -> Path:
    return program("HEARTH_CLAUDE")


def run_claude(claude: Path, hearth: Hearth, folder: Path, *arguments: str,
               timeout: float,
               more_env: dict[str, str] | None = None) -> subprocess.CompletedProcess:
    home, work = own_folders(folder)
    env = clean_environment(home, "ANTHROPIC_", "CLAUDE")
    env.update(ANTHROPIC_BASE_URL=hearth.url, ANTHROPIC_API_KEY="x",
               CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC="1", IS_SANDBOX="1", DISABLE_AUTOUPDATER="1",
               **(more_env or {}))
    return subprocess.run([str(claude), *arguments], env=env, cwd=work, capture_output=True,
                          text=True, timeout=timeout, stdin=subprocess.DEVNULL)


def result_of(done: subprocess.CompletedProcess) -> dict:
    assert done.returncode == 0, f"{done.returncode}: {done.stdout[-3000:]}{done.stderr[-3000:]}"
    lines = [json.loads(line) for line in done.stdout.splitlines() if line.strip()]
    if len(lines) == 1 and isinstance(lines[0], list):
        lines = lines[0]
    result = lines[-1]
    assert result["type"] == "result", result
    assert not result["is_error"], result
    return result


# -- routed to a scripted backend ----------------------------------------------------------------


@pytest.fixture
def routed():
    with far_provider() as pair:
        yield pair


def script(*replies: Reply):
    """Answers the conversation with the tools step by step; calls on the side get a word."""
    def answer(body: dict) -> Reply:
        if not body.get("tools"):
            return Reply(text="A title")
        done = sum(message["role"] == "tool" for message in body["messages"])
        return replies[min(done, len(replies) - 1)]

    return answer


def test_it_writes_a_file_through_its_tools(claude, routed, tmp_path):
    hearth, backend = routed
    file = tmp_path / "work" / "hello.txt"
    backend.answers = [script(
        Reply(reasoning="A file is wanted.", text="I write it.",
              calls=[Call("Write", {"file_path": str(file), "content": "Hello from Hearth.\n"})]),
        Reply(calls=[Call("Bash", {"command": "cp hello.txt copy.txt && echo copied",
                                   "description": "Copies the file"})]),
        Reply(text="Both files are there."),
    )]
    done = run_claude(claude, hearth, tmp_path, "-p", "Write hello.txt and copy it to copy.txt.",
                      "--output-format", "stream-json", "--verbose",
                      "--permission-mode", "acceptEdits", "--allowedTools", "Write", "Bash",
                      timeout=240)
    result = result_of(done)
    assert result["result"] == "Both files are there."
    assert file.read_text() == "Hello from Hearth.\n"
    assert (file.parent / "copy.txt").read_text() == "Hello from Hearth.\n"
    usage = result["usage"]
    assert usage["output_tokens"] > 0
    assert usage["cache_read_input_tokens"] > 0
    results = [message for message in backend.last.body["messages"] if message["role"] == "tool"]
    assert len(results) == 2
    assert "copied" in json.dumps(results[1])
    records = hearth.records_with(lambda record: record["endpoint"] == "/v1/messages", at_least=3)
    assert all(record["error"] is None for record in records), records
    assert all(record["session"] for record in records), "its session is not known"


def test_it_continues_a_session(claude, routed, tmp_path):
    hearth, backend = routed
    backend.answers = [Reply(text="I shall remember it.")]
    for prompt, more in (("Remember the word lantern.", []), ("Which word?", ["--continue"])):
        done = run_claude(claude, hearth, tmp_path, "-p", prompt, "--output-format", "json", *more,
                          timeout=240)
        assert result_of(done)["result"] == "I shall remember it."
    roles = [message["role"] for message in backend.last.body["messages"]]
    assert roles.count("assistant") == 1
    sent = json.dumps(backend.last.body["messages"])
    assert sent.index("lantern") < sent.index("I shall remember it.") < sent.index("Which word?")


def test_it_shows_the_error_of_a_prompt_that_is_too_long(claude, tmp_path):
    """It gets a 400 that it understands, and ends at once instead of trying again for minutes."""
    with Hearth(models=[f"m={paths.model(paths.SMOLLM2)}"], context=2048) as hearth:
        done = run_claude(claude, hearth, tmp_path, "-p", "Hi", "--output-format", "json",
                          timeout=120)
        assert "long" in done.stdout.lower(), done.stdout[-2000:]
        refused = hearth.records_with(
            lambda record: "prompt is too long" in (record["error"] or ""))
        assert len(refused) <= 4, "it tried again and again"


# -- the local model -----------------------------------------------------------------------------

# It ends a stream that has no content for five minutes, pings or not.
PATIENT = {name: str(int(LOCAL_PATIENCE * 1000)) for name in (
    "API_TIMEOUT_MS", "CLAUDE_STREAM_IDLE_TIMEOUT_MS", "CLAUDE_STREAM_FIRST_BYTE_TIMEOUT_MS")}


def local_turn(claude: Path, hearth: Hearth, folder: Path, *arguments: str) -> dict:
    done = run_claude(claude, hearth, folder, *arguments, "--output-format", "stream-json",
                      "--verbose", "--include-partial-messages", timeout=LOCAL_PATIENCE,
                      more_env=PATIENT)
    result = result_of(done)
    events = [json.loads(line) for line in done.stdout.splitlines()]
    deltas = [event for event in events if event["type"] == "stream_event"
              and event["event"]["type"] == "content_block_delta"]
    assert deltas, "nothing was streamed"
    usage = result["usage"]
    assert usage["output_tokens"] > 0
    return {"text": result["result"], "read": usage["input_tokens"]
            + usage["cache_read_input_tokens"] + usage["cache_creation_input_tokens"]}


def report(hearth: Hearth):
    for record in hearth.records():
        if record["endpoint"] == "/v1/messages":
            print(f"{record['scenario']}: {record['prompt_tokens']} tokens, "
                  f"{record['reused_tokens']} reused, {record['ttft_ms'] / 1000:.0f} s to the first, "
                  f"{record['output_tokens']} written, {record['stop_reason']} {record['error']}")


def test_a_session_on_the_local_model(claude, tmp_path):
    """With three of its tools, so that the prompt is read in a minute or two."""
    model = f"qwen={paths.model(paths.QWEN_1_5B)}"
    with Hearth(models=[model], context=16384) as hearth:
        try:
            first = local_turn(claude, hearth, tmp_path, "-p", "Say hello. Use no tool.",
                               "--tools", "Read,Write,Bash")
            assert first["read"] > 1000
            second = local_turn(claude, hearth, tmp_path, "-p", "Say goodbye. Use no tool.",
                                "--tools", "Read,Write,Bash", "--continue")
            assert second["read"] > first["read"] / 2
            last = hearth.records_with(lambda record: record["endpoint"] == "/v1/messages"
                                       and record["output_tokens"] > 0, at_least=2)[-1]
            assert last["reused_tokens"] > last["prompt_tokens"] / 2, "the second turn read it all"
        finally:
            report(hearth)


# A model this small, given the tool, starts one subagent after the other.
WITHOUT_AGENTS = ("-p", "Say hello. Use no tool.", "--disallowedTools", "Agent")


@pytest.mark.long
def test_its_whole_prompt_on_the_local_model(claude, tmp_path):
    """All its tools: 12,000 tokens, five minutes on two idle cores, much more on busy ones."""
    model = f"qwen={paths.model(paths.QWEN_1_5B)}"
    with Hearth(models=[model], context=24576) as hearth:
        try:
            turn = local_turn(claude, hearth, tmp_path, *WITHOUT_AGENTS)
            assert turn["read"] > 5000
        finally:
            report(hearth)


@pytest.mark.long
def test_after_kill_9_the_same_start_reads_next_to_nothing_again(claude, tmp_path):
    """A session begun afresh over the same folder, with all its tools, and the same question."""
    model = f"qwen={paths.model(paths.QWEN_1_5B)}"
    with Hearth(models=[model], context=24576) as hearth:
        try:
            local_turn(claude, hearth, tmp_path, *WITHOUT_AGENTS)
            hearth.process.kill()
            hearth.process.wait()
            hearth.start()
            local_turn(claude, hearth, tmp_path, *WITHOUT_AGENTS)
            main = [record for record in hearth.records_with(
                lambda record: record["prompt_tokens"] > 5000, at_least=2)
                if record["prompt_tokens"] > 5000]
            again = main[-1]
            assert again["computed_tokens"] < 0.05 * again["prompt_tokens"], again
        finally:
            report(hearth)
