"""`hearth` as a person uses it, in a terminal; the model is scripted."""

import os
import subprocess

import pytest

from harness.backend import AnthropicBackend, Call, Fault, Reply
from harness.paths import hearth_binary
from harness.terminal import Terminal

CTRL_C, ESC = "\x03", "\x1b"


@pytest.fixture
def start(tmp_path):
    def started(backend, columns=100):
        env = {key: value for key, value in os.environ.items()
               if not key.startswith(("HEARTH_", "XDG_"))}
        env["HOME"] = str(tmp_path / "home")
        work = tmp_path / "work"
        work.mkdir()
        url = backend.url.removesuffix(backend.path)
        return Terminal([str(hearth_binary()), "--server", url, "--model", "scripted",
                         "--style", "native"], env, work, columns)
    return started


WRITE = Call("write", {"path": "new.txt", "content": "hello\n"})


def test_a_question_is_answered_and_the_conversation_goes_on(start, tmp_path):
    backend = AnthropicBackend(Reply(calls=[WRITE]), Reply(text="Written."), Reply(text="Bye."))
    with backend, start(backend) as terminal:
        terminal.wait_for("> ")
        terminal.send("write it\n")
        terminal.wait_for("write new.txt")
        terminal.wait_for("lways: ")
        assert not (tmp_path / "work/new.txt").exists()
        terminal.send("y\n")
        terminal.wait_for("Written.")
        terminal.wait_for("> ")
        assert (tmp_path / "work/new.txt").read_text() == "hello\n"
        terminal.send("and now?\n")
        terminal.wait_for("Bye.")
        terminal.wait_for("> ")
        terminal.send("\n")
        assert terminal.exit_code() == 0


def test_ctrl_c_at_a_question_ends_the_turn_and_not_the_program(start, tmp_path):
    backend = AnthropicBackend(Reply(calls=[WRITE, Call("write", {"path": "b", "content": "b"})]),
                               Reply(text="Here again."))
    with backend, start(backend) as terminal:
        terminal.wait_for("> ")
        terminal.send("write it\n")
        terminal.wait_for("lways: ")
        terminal.send(CTRL_C)
        shown = terminal.wait_for("Interrupted.")
        assert "lways: " not in shown, "the second call was asked about"
        terminal.wait_for("> ")
        terminal.send("still there?\n")
        terminal.wait_for("Here again.")
        # Each call has its result, so that the conversation stays whole.
        answer = backend.last.body["messages"][-2]["content"]
        assert [block["type"] for block in answer] == ["tool_result", "tool_result"]
    assert not any((tmp_path / "work").iterdir())


@pytest.mark.parametrize("key", [CTRL_C, ESC])
def test_a_key_interrupts_an_answer(start, key):
    backend = AnthropicBackend(Reply(text="word " * 2000, wait_between=0.05), Reply(text="Next."))
    with backend, start(backend) as terminal:
        terminal.wait_for("> ")
        terminal.send("talk\n")
        terminal.wait_for("word word")
        terminal.send(key)
        terminal.wait_for("Interrupted.")
        assert backend.disconnected.wait(5)
        terminal.wait_for("> ")
        terminal.send("next\n")
        terminal.wait_for("Next.")


def test_how_far_it_is_fits_into_one_line(start):
    """A line that wraps cannot be replaced by the next one, and stays."""
    backend = AnthropicBackend(Reply(text="Done.", wait_before=0.5))
    with backend, start(backend, columns=20) as terminal:
        terminal.wait_for("> ")
        terminal.send("go\n")
        terminal.wait_for("\r\x1b[K")
        shown = terminal.wait_for("\r\x1b[K")
        assert shown.startswith("waiting for the") and len(shown) < 20
        terminal.wait_for("Done.")


def test_a_task_that_fails_is_a_1(tmp_path):
    with AnthropicBackend(Fault(500, "{}")) as backend:
        url = backend.url.removesuffix(backend.path)
        done = subprocess.run([str(hearth_binary()), "-p", "go", "--server", url, "--model", "m"],
                              env={**os.environ, "HOME": str(tmp_path)}, cwd=tmp_path,
                              capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1, done.stderr


def test_the_window_is_known_once_a_local_model_has_answered(hearth, tmp_path):
    env = {key: value for key, value in os.environ.items()
           if not key.startswith(("HEARTH_", "XDG_"))}
    env["HOME"] = str(tmp_path)
    (tmp_path / "work").mkdir()
    with Terminal([str(hearth_binary()), "--server", hearth.url, "--style", "native",
                   "--max-turns", "1"], env, tmp_path / "work") as terminal:
        terminal.wait_for("> ")
        terminal.send("Say hi.\n")
        terminal.wait_for("written", patience=60)
        terminal.wait_for("> ")
        terminal.send("/context\n")
        terminal.wait_for("of 2048 tokens")
