"""Sessions: they go on, fork, are undone and made shorter, and survive kill -9. The model is
scripted."""

import json
import subprocess
import threading
import time

import pytest

from harness.agent import Agent, text_of
from harness.backend import AnthropicBackend, Call, Reply
from harness.paths import hearth_binary


@pytest.fixture
def agent(tmp_path):
    with AnthropicBackend(Reply(text="Done.")) as backend:
        yield Agent(tmp_path, backend)


WRITE = Call("write", {"path": "a.txt", "content": "from the model\n"})


def is_prefix(shorter: list, longer: list) -> bool:
    return longer[:len(shorter)] == shorter


def test_a_session_only_ever_grows(agent):
    agent.backend.answers = [Reply(calls=[WRITE]), Reply(text="One."),
                             Reply(calls=[Call("read", {"path": "a.txt"})]), Reply(text="Two."),
                             Reply(text="Three.")]
    agent.run("one")
    agent.run("two", "--continue")
    last = agent.run("three", "--resume", agent.sessions()[0].stem)
    assert last["result"] == "Three." and len(agent.sessions()) == 1
    conversations = agent.conversations()
    assert len(conversations) == 5
    for before, after in zip(conversations, conversations[1:]):
        assert is_prefix(before, after)
    fixed = {json.dumps([seen.body["system"], seen.body["tools"]]) for seen in agent.backend.seen}
    assert len(fixed) == 1, "system prompt and tools are the same in every request"


def test_without_continue_a_session_begins_anew(agent):
    agent.run("one")
    agent.run("two")
    assert len(agent.sessions()) == 2
    assert "one" not in text_of(agent.conversations()[-1][0]).split()


def test_there_is_nothing_to_continue(agent):
    result = agent.run("x", "--continue")
    assert result["exit_code"] == 1 and "without --continue" in result["result"]
    result = agent.run("x", "--resume", "s_none")
    assert result["exit_code"] == 1 and "hearth sessions" in result["result"]


def test_a_fork_leaves_the_old_session_as_it_is(agent):
    agent.run("one")
    old = agent.sessions()[0]
    before = old.read_bytes()
    result = agent.run("two", "--continue", "--fork-session")
    assert "Goes on behind: one" in result["said"]
    assert old.read_bytes() == before
    assert result["session_id"] != old.stem
    asked, answered, asked_again = map(text_of, agent.conversations()[-1])
    assert asked.endswith("one") and answered == "Done." and asked_again.endswith("two")


def test_a_fork_can_be_gone_back_in(agent):
    agent.run("one")
    agent.run("two", "--continue")
    with agent.terminal("--continue", "--fork-session") as terminal:
        terminal.wait_for("> ")
        terminal.send("/rewind\n")
        terminal.wait_for("2 messages fewer")
        terminal.wait_for("> ")
        terminal.send("three\n")
        terminal.wait_for("written")
        terminal.wait_for("> ")
        terminal.send("/quit\n")
        assert terminal.exit_code() == 0
    said = [text_of(message).split()[-1] for message in agent.conversations()[-1]]
    assert said == ["one", "Done.", "three"]


def test_after_kill_9_only_the_running_turn_is_lost(agent):
    agent.backend.answers = [Reply(calls=[WRITE]),
                             Reply(calls=[Call("bash", {"command": "touch begun; sleep 600"})])]
    process = agent.begin("-p", "write, then wait", "--permission-mode", "bypassPermissions")
    deadline = time.monotonic() + 30
    while not (agent.work / "begun").exists():
        assert time.monotonic() < deadline and process.poll() is None
        time.sleep(0.02)
    process.kill()
    process.communicate()
    agent.backend.answers = [Reply(text="Here again.")]
    assert agent.run("go on", "--continue")["result"] == "Here again."
    messages = agent.conversations()[-1]
    assert is_prefix(agent.conversations()[1], messages)
    results = [block for message in messages for block in message["content"]
               if isinstance(block, dict) and block["type"] == "tool_result"]
    assert [bool(block.get("is_error")) for block in results] == [False, True]
    assert any("whether it was done is not known" in text_of(message) for message in messages)


@pytest.mark.parametrize("damage", [b'{"time":1,"type":"user","mess', b"\x00\xff garbage\n{}\n"])
def test_a_damaged_session_goes_on_from_its_good_part(agent, damage):
    agent.run("one")
    old = agent.sessions()[0]
    old.write_bytes(old.read_bytes() + damage)
    before = old.read_bytes()
    result = agent.run("two", "--continue")
    assert "left out" in result["said"] or "damaged" in result["said"]
    assert result["exit_code"] == 0 and old.read_bytes() == before
    assert "one" in text_of(agent.conversations()[-1][0])


def test_what_is_told_at_the_beginning_is_told_once(agent):
    agent.write("AGENTS.md", "Always use tabs. @more.md\n")
    agent.write("more.md", "And no semicolons.\n")
    agent.run("one")
    agent.run("two", "--continue")
    first = text_of(agent.conversations()[-1][0])
    assert "Always use tabs" in first and "no semicolons" in first
    assert sum("Always use tabs" in text_of(message) for message in agent.conversations()[-1]) == 1


def test_another_branch_is_told_with_the_next_task(agent):
    def git(*words):
        subprocess.run(["git", *words], cwd=agent.work, env=agent.env, check=True)

    git("init", "-q", "-b", "trunk")
    with agent.terminal() as terminal:
        for task, branch in [("one", ""), ("two", ""), ("three", "side")]:
            terminal.wait_for("> ")
            if branch:
                git("checkout", "-q", "-b", branch)
            terminal.send(task + "\n")
            terminal.wait_for("written")
        terminal.wait_for("> ")
    one, two, three = [text_of(message) for message in agent.conversations()[-1]
                       if message["role"] == "user"]
    assert "branch trunk" in one and two == "two" and "branch side" in three


def test_undo_diff_rewind_and_export_in_a_terminal(agent):
    agent.write("a.txt", "mine\n")
    agent.backend.answers = [
        Reply(calls=[Call("bash", {"command": "echo theirs > a.txt; echo new > b.txt"})]),
        Reply(text="Written."), Reply(text="Second."), Reply(text="Third.")]
    with agent.terminal("--permission-mode", "bypassPermissions") as terminal:
        terminal.wait_for("> ")
        terminal.send("change it\n")
        terminal.wait_for("Written.")
        terminal.wait_for("> ")
        terminal.send("/diff\n")
        shown = terminal.wait_for("> ")
        assert "-mine" in shown and "+theirs" in shown and "b.txt" in shown
        terminal.send("/undo\n")
        terminal.wait_for("b.txt")
        terminal.wait_for("> ")
        assert (agent.work / "a.txt").read_text() == "mine\n"
        assert not (agent.work / "b.txt").exists()
        terminal.send("/undo\n")
        terminal.wait_for("> ")
        assert (agent.work / "b.txt").read_text() == "new\n"
        terminal.send("again\n")
        terminal.wait_for("Second.")
        assert "undid the last changes" in text_of(agent.conversations()[-1][-1])
        terminal.wait_for("> ")
        terminal.send("/rewind\n")
        terminal.wait_for("2 messages fewer")
        terminal.wait_for("> ")
        terminal.send("otherwise\n")
        terminal.wait_for("Third.")
        said = [text_of(message) for message in agent.conversations()[-1]]
        assert not any(text.endswith("again") for text in said)
        terminal.wait_for("> ")
        terminal.send("/export talk.html\n")
        terminal.wait_for("talk.html")
        terminal.wait_for("> ")
        terminal.send("/nothing\n")
        terminal.wait_for("no command /nothing")
        terminal.send("/quit\n")
        assert terminal.exit_code() == 0
    assert "Third." in (agent.work / "talk.html").read_text()


def test_what_is_typed_while_it_works_is_read_afterwards(agent):
    asked, typed = threading.Event(), threading.Event()

    def answer(_):
        asked.set()
        assert typed.wait(20)
        return Reply(text="First.")

    agent.backend.answers = [answer, Reply(text="Second.")]
    with agent.terminal("--permission-mode", "bypassPermissions") as terminal:
        terminal.wait_for("> ")
        terminal.send("one\n")
        assert asked.wait(20)
        terminal.send("\n\ntwoo\x7f\n/nothing\n/quit\n")
        typed.set()
        terminal.wait_for("First.")
        terminal.wait_for("> two\r\n")
        terminal.wait_for("Second.")
        terminal.wait_for("no command /nothing")
        assert terminal.exit_code() == 0
    assert text_of(agent.conversations()[-1][-1]).endswith("two")


def test_a_conversation_is_made_shorter_on_its_own_prefix(agent):
    agent.backend.answers = [Reply(text=f"Answer {number}. " + "x" * 30000)
                             for number in range(3)]
    agent.backend.answers += [Reply(text="## Task\nCount.\n## Next\nGo on."), Reply(text="Went on.")]
    with agent.terminal() as terminal:
        terminal.wait_for("> ")
        for number in range(3):
            terminal.send(f"question {number}\n")
            terminal.wait_for("written")
            terminal.wait_for("> ")
        terminal.send("/compact the counting\n")
        terminal.wait_for("Go on.")
        asked = agent.conversations()[-1]
        assert is_prefix(agent.conversations()[-2], asked)
        assert "the counting" in text_of(asked[-1])
        terminal.wait_for("> ")
        terminal.send("and on\n")
        terminal.wait_for("Went on.")
        terminal.wait_for("> ")
        terminal.send("/export all.md\n")
        terminal.wait_for("Written to")
        terminal.wait_for("> ")
        terminal.send("/cost\n")
        assert "reuse saved about" in terminal.wait_for("> ")
    exported = (agent.work / "all.md").read_text()
    assert "question 0" in exported and "Went on." in exported
    messages = agent.conversations()[-1]
    assert len(messages) < 6 and "## Task" in text_of(messages[0])
    assert text_of(messages[-1]).endswith("and on")
    agent.backend.answers = [Reply(text="Still there.")]
    agent.run("later", "--continue")
    assert is_prefix(messages, agent.conversations()[-1])


def test_two_malformed_calls_in_a_row_change_the_style(agent):
    agent.backend.answers = [Reply(calls=[Call("reed", {"path": "a"})]),
                             Reply(calls=[Call("read", {"file": "a"})]),
                             Reply(calls=[Call("finish", {"summary": "Given up."})])]
    result = agent.run("read a")
    assert result["result"] == "Given up." and "style forced" in result["said"]
    assert agent.backend.last.body["tool_choice"]["type"] == "any"


def test_a_fork_of_a_long_session_is_found(agent):
    agent.run("word " * 5000)
    agent.run("two", "--continue", "--fork-session")
    agent.backend.answers = [Reply(text="Three.")]
    agent.run("three", "--continue")
    assert [text_of(message).split()[-1] for message in agent.conversations()[-1]
            if message["role"] == "user"] == ["word", "two", "three"]


def test_names_that_are_no_text_do_not_spoil_the_session(agent):
    (agent.work / b"caf\xe9.txt".decode("utf-8", "surrogateescape")).write_text("x\n")
    agent.write("latin.txt", "")
    (agent.work / "latin.txt").write_bytes(b"caf\xe9 au lait\n")
    edit = {"path": "latin.txt", "old_string": "the au lait", "new_string": "x"}
    agent.backend.answers = [Reply(calls=[Call("glob", {"pattern": "*.txt"})]),
                             Reply(calls=[Call("read", {"path": "latin.txt"})]),
                             Reply(calls=[Call("edit", edit)]), Reply(text="Done.")]
    assert agent.run("look")["result"] == "Done."
    told = "".join(text_of(message) for message in agent.conversations()[-1])
    assert "caf\ufffd.txt" in told and "caf\ufffd au lait" in told


def test_what_is_piped_in_belongs_to_the_task(agent):
    def said(text: str, *options: str) -> str:
        process = agent.begin(*options, "--output-format", "json", stdin=subprocess.PIPE)
        process.communicate(text, timeout=60)
        assert process.returncode == 0
        return text_of(agent.conversations()[-1][-1])

    assert said("a line\n", "-p", "explain").endswith("explain\n\na line\n")
    assert said("all of it", "-p").endswith("all of it")
    assert said("all of it", "-p", "-").endswith("all of it")
    assert said("", "-p", "explain").endswith("explain")
    process = agent.begin("-p", stdin=subprocess.PIPE)
    assert "needs a task" in process.communicate("", timeout=60)[1] and process.returncode == 2


def test_commands_work_headless(agent):
    agent.write(".hearth/commands/greet.md", "Say hello to $ARGUMENTS.\n")
    agent.run("/greet the world")
    assert text_of(agent.conversations()[-1][-1]).rstrip().endswith("Say hello to the world.")
    count = len(agent.backend.seen)
    result = agent.run("/help")
    assert "/undo" in result["said"] and result["exit_code"] == 0
    assert len(agent.backend.seen) == count
    agent.run("/etc/hosts: what is it?")
    assert len(agent.backend.seen) == count + 1


def test_commands_and_a_new_session_line_by_line(agent):
    with agent.terminal() as terminal:
        terminal.wait_for("> ")
        terminal.send("one\n")
        terminal.wait_for("written")
        terminal.wait_for("> ")
        terminal.send("!echo from the shell\n")
        terminal.wait_for("\nfrom the shell")
        terminal.wait_for("> ")
        terminal.send("/clear\n")
        terminal.wait_for("A new session begins.")
        terminal.wait_for("> ")
        terminal.send("two\n")
        terminal.wait_for("written")
        terminal.wait_for("> ")
        terminal.send("/quit\n")
        assert terminal.exit_code() == 0
    assert len(agent.sessions()) == 2
    assert len(agent.conversations()[-1]) == 1


def test_sessions_are_listed(agent):
    agent.run("the first task")
    agent.run("another one")
    listed = subprocess.run([hearth_binary(), "sessions"], env=agent.env, cwd=agent.work,
                            capture_output=True, text=True, check=True).stdout.splitlines()
    assert [line.split("  ")[-1] for line in listed] == ["another one", "the first task"]


def test_sessions_are_found_by_what_was_said(agent):
    agent.backend.answers = [Reply(text="It is the cache.\nThe Écluse cache, to be exact."),
                             Reply(text="No.")]
    agent.run("why is it slow?")
    agent.run("is it fast?")

    def found(words: str) -> list[str]:
        return subprocess.run([hearth_binary(), "sessions", words], env=agent.env, cwd=agent.work,
                              capture_output=True, text=True, check=True).stdout.splitlines()

    lines = found("cluse CACHE")
    assert [line.split("  ")[-1] for line in lines] == ["why is it slow?",
                                                        "The Écluse cache, to be exact."]
    assert [line.split("  ")[-1] for line in found("fast")] == ["is it fast?"]
    assert "No session is about this" in found("elephant")[0]
