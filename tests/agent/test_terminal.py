"""The agent's terminal as a person sees it: keys are typed into tmux, the screen is read."""

import json
import re

import pytest

from harness.agent import text_of
from harness.backend import AnthropicBackend, Call, Reply

MARKDOWN = """Here is **what** I found in `src/a.py`, see [the docs](https://example.org/x):

1. First *thing*
2. Second thing, with a text that is longer than a narrow screen is wide, so that it is wrapped

```python
def add(a, b):
    return a + b  # adds
```

| name | value |
|---|---|
| one | 1 |

Done 🎉 日本語.
"""


def lines_of(screen: str) -> list[str]:
    return [line.rstrip() for line in screen.rstrip().splitlines()]


@pytest.mark.parametrize("columns, rows", [(40, 12), (80, 24), (140, 45)])
def test_an_answer_is_drawn_as_markdown_at_every_size(started, columns, rows):
    _, screen = started(Reply(text=MARKDOWN), columns=columns, rows=rows)
    screen.type("hello")
    screen.wait_for("tokens read")
    screen.wait_for("% reused")
    everything = screen.all()
    for words in ("> hello", "• Here is what I found in src/a.py,", "(https://example.org/x)",
                  "1. First thing", "    def add(a, b):", "name │ value", "Done 🎉 日本語."):
        assert words in everything, everything
    assert "**" not in everything and "```" not in everything
    shown = lines_of(screen.shown())
    assert all(len(line) <= columns for line in shown)
    # The place to write is the last thing but the line that says how it is.
    assert shown[-2].startswith(">")
    assert shown[-1].startswith("scripted · default")
    assert screen.cursor() == (2, len(shown) - 2)
    # Each line once: what was drawn while it streamed is gone.
    assert everything.count("First thing") == 1


def test_the_summary_of_a_model_that_is_forced_to_call_is_shown(started):
    agent, screen = started(Reply(calls=[Call("finish", {"summary": "It **adds** two numbers."})]),
                            style="forced")
    screen.type("What does it do?")
    screen.wait_for("It **adds** two numbers.")
    screen.wait_for("tokens read")


def test_the_screen_changes_its_size_while_an_answer_streams(started):
    numbered = "\n\n".join(f"Paragraph {n} has some words in it." for n in range(40))
    _, screen = started(Reply(text=numbered, wait_between=0.004))
    screen.type("tell me")
    for after, (columns, rows) in ((5, (60, 20)), (12, (120, 40)), (20, (44, 15)), (28, (100, 30))):
        screen.until(lambda shown, n=after: f"Paragraph {n} " in shown, f"paragraph {after}")
        screen.resize(columns, rows)
    screen.wait_for("tokens read")
    everything = screen.all()
    found = [int(n) for n in re.findall(r"Paragraph (\d+) has some words", everything)]
    assert sorted(set(found)) == list(range(40)), everything
    # What stays was written once; a size that changes may leave the end of a drawing behind.
    assert len(found) <= 40 + 4, everything
    screen.type("/help")
    screen.wait_for("/export")


def test_colours_follow_the_roles(started):
    _, screen = started(Reply(text=MARKDOWN))
    screen.type("hello")
    screen.wait_for("tokens read")
    coloured = screen.shown(colours=True)
    assert re.search(r"\x1b\[38;5;\d+mdef", coloured), coloured
    assert re.search(r"\x1b\[38;5;\d+m *# adds", coloured)
    assert re.search(r"\x1b\[1mwhat", coloured)


def test_text_of_a_model_does_not_reach_the_terminal_as_escapes(started):
    _, screen = started(Reply(text="a\x1b[2Jb \x1b]0;title\x07c \x9b31md\n\n[x](javascript:y)"))
    screen.type("hello")
    screen.wait_for("tokens read")
    assert "> hello" in screen.shown()  # nothing was erased
    assert "• ab c 31md" in screen.shown()
    assert "x (javascript:y)" in screen.shown()


def test_a_question_is_answered_by_a_key(started):
    files = {"a.txt": "one\ntwo\n"}
    change = Call("edit", {"path": "a.txt", "old_string": "two", "new_string": "2"})
    agent, screen = started(
        Reply(calls=[Call("read", {"path": "a.txt"})]), Reply(calls=[change]),
        Reply(text="First done."),
        Reply(calls=[Call("bash", {"command": "touch made"})]), Reply(text="Second done."),
        files=files)
    screen.type("change it")
    shown = screen.wait_for("May this be done?")
    # What is asked about is shown as a diff.
    assert "- two" in shown and "+ 2" in shown
    assert (agent.work / "a.txt").read_text() == "one\ntwo\n"
    screen.keys("y")
    screen.wait_for("First done.")
    assert (agent.work / "a.txt").read_text() == "one\n2\n"
    screen.type("make it")
    screen.wait_for("touch made")
    screen.wait_for("May this be done?")
    screen.keys("Down", "Down", "Enter")
    screen.wait_for("Second done.")
    assert not (agent.work / "made").exists()
    assert "did not allow" in text_of(agent.conversations()[-1][-1])


def test_escape_at_a_question_refuses_and_stops(started):
    agent, screen = started(Reply(calls=[Call("bash", {"command": "touch made"})]),
                            Reply(text="not wanted"))
    screen.type("make it")
    screen.wait_for("May this be done?")
    screen.keys("Escape")
    screen.wait_for("Interrupted.")
    assert not (agent.work / "made").exists()
    assert len(agent.backend.seen) == 1


def test_what_is_typed_before_the_agent_is_there_is_its_first_task(agent_of):
    agent = agent_of(Reply(text="That was early."))
    with agent.screen_after("go") as screen:
        screen.type("say something")
        screen.wait_for("say something")
        agent.write("go", "")
        screen.wait_for("That was early.")
    assert text_of(agent.conversations()[-1][-1]).endswith("say something")


def test_escape_interrupts_and_what_waits_comes_next(started):
    agent, screen = started(Reply(text="word " * 400, wait_between=0.05), Reply(text="The second."))
    screen.type("talk")
    screen.wait_for("writing")
    screen.type("then this")
    screen.wait_for("waits: then this")
    screen.keys("Escape")
    screen.wait_for("Interrupted.")
    screen.wait_for("The second.")
    assert text_of(agent.conversations()[-1][-1]).endswith("then this")


def test_what_waits_can_be_taken_back(started):
    agent, screen = started(Reply(text="word " * 400, wait_between=0.05))
    screen.type("talk")
    screen.wait_for("writing")
    screen.type("not that")
    screen.wait_for("waits: not that")
    screen.keys("Up")
    screen.wait_until_gone("waits:")
    screen.wait_for("> not that")
    screen.keys("C-c")
    screen.wait_until_gone("> not that")
    screen.keys("Escape")
    screen.wait_for("Interrupted.")
    assert len(agent.backend.seen) == 1


def test_long_results_and_thoughts_are_shown_on_demand(started):
    many = "\n".join(f"line {n}" for n in range(30))
    _, screen = started(Reply(reasoning="A secret thought.", text="Look.",
                              calls=[Call("bash", {"command": "cat many.txt"})]),
                        Reply(text="Done."), files={"many.txt": many}, rows=50)
    screen.type("go")
    shown = screen.wait_for("tokens read")
    assert "line 29" not in shown and "more lines (Ctrl-O shows them)" in shown
    assert "Thought for" in shown and "A secret thought." not in shown
    screen.keys("C-o")
    screen.wait_for("line 29")


def test_escape_twice_goes_back_with_the_files(started):
    agent, screen = started(
        Reply(calls=[Call("write", {"path": "a.txt", "content": "one\n"})]), Reply(text="Wrote one."),
        Reply(calls=[Call("write", {"path": "b.txt", "content": "two\n"})]), Reply(text="Wrote two."),
        Reply(text="After."), options=("--permission-mode", "bypassPermissions"))
    screen.type("task one")
    screen.wait_for("Wrote one.")
    screen.wait_for("/help")
    screen.type("task two")
    screen.wait_for("Wrote two.")
    screen.wait_for("/help")
    screen.keys("Escape")
    screen.keys("Escape")
    shown = screen.wait_for("Go back to before which task?")
    assert "❯ 1. task two" in shown and "2. task one" in shown
    screen.keys("2")
    screen.wait_for("Before task one")
    screen.keys("1")
    screen.wait_for("> task one")  # to be written on
    screen.wait_for("2 files changed back.")
    assert not (agent.work / "a.txt").exists() and not (agent.work / "b.txt").exists()
    screen.keys("C-c")
    screen.type("anew")
    screen.wait_for("After.")
    roles = [message["role"] for message in agent.conversations()[-1]]
    assert roles == ["user"]


def test_going_back_to_a_step_within_a_task(started):
    def write(name):
        return Reply(calls=[Call("write", {"path": name, "content": name})])

    agent, screen = started(
        write("a.txt"), write("b.txt"), Reply(calls=[Call("read", {"path": "a.txt"})]),
        write("c.txt"), Reply(text="All written."), Reply(text="Went on."),
        options=("--permission-mode", "bypassPermissions"))
    screen.type("write all")
    screen.wait_for("All written.")
    screen.wait_for("/help")
    screen.type("/rewind")
    screen.wait_for("Go back to before which task?")
    screen.keys("Enter")
    screen.wait_for("Before write all")
    screen.keys("4")
    shown = screen.wait_for("Go back to behind which step?")
    assert "❯ 1. write c.txt" in shown and "4. write a.txt" in shown
    screen.keys("2")  # the reading: what changed next was c.txt
    screen.wait_for("Behind read a.txt")
    screen.keys("1")
    screen.wait_for("1 file changed back.")
    assert sorted(file.name for file in agent.work.glob("*.txt")) == ["a.txt", "b.txt"]
    screen.type("go on")
    screen.wait_for("Went on.")
    messages = agent.conversations()[-1]
    assert [message["role"] for message in messages[:7]] == ["user", "assistant"] * 3 + ["user"]
    assert text_of(messages[-1]).endswith("go on")
    calls = [block["input"]["path"] for message in messages for block in message["content"]
             if block["type"] == "tool_use"]
    assert calls == ["a.txt", "b.txt", "a.txt"]


def test_another_session_is_chosen(started):
    agent, screen = started(Reply(text="The first answer."), Reply(text="Back again."))
    screen.type("a task to remember")
    screen.wait_for("The first answer.")
    screen.wait_for("/help")
    screen.type("/clear")
    screen.wait_for("A new session begins.")
    screen.type("/resume")
    shown = screen.wait_for("Go on with which session?")
    assert "❯ 1. a task to remember" in shown and "The first answer." in shown
    screen.keys("Enter")
    screen.wait_for("Going on with session")
    screen.type("more")
    screen.wait_for("Back again.")
    assert [m["role"] for m in agent.conversations()[-1]] == ["user", "assistant", "user"]


def test_the_doctor_and_the_agents(started):
    agent_file = "---\nname: poet\ndescription: writes verses\ntools: Read\n---\nWrite verses."
    _, screen = started(Reply(text="Fine."), files={".hearth/agents/poet.md": agent_file}, rows=50,
                        columns=140)
    screen.type("/doctor")
    shown = screen.wait_for(".jsonl")
    assert "✓ server" in shown or "✗ server" in shown
    assert "✓ git" in shown and "sandbox" in shown
    screen.type("/agents")
    screen.wait_for("poet                 writes verses (only reads)")
    screen.wait_for("explore")


def test_a_server_that_dies_is_told_and_nothing_is_lost(started):
    agent, screen = started(Reply(text="word " * 200, wait_between=0.05))
    screen.type("talk")
    screen.wait_for("writing")
    agent.backend.kill()
    screen.wait_for("Ask again (Enter)")
    with AnthropicBackend(Reply(text="Here it is."), port=agent.backend.port):
        screen.keys("Enter")
        screen.wait_for("Here it is.")
    screen.type("/help")
    screen.wait_for("/export")


def test_a_terminal_that_goes_away_saves_the_session(started):
    agent, screen = started(Reply(text="The answer."), Reply(text="word " * 400, wait_between=0.05))
    screen.type("remember this")
    screen.wait_for("The answer.")
    screen.wait_for("/help")
    screen.type("and talk")
    screen.wait_for("writing")
    pid = screen.program_pid()
    screen.kill()
    screen.wait_for_end(pid)
    log = [json.loads(line) for line in agent.sessions()[-1].read_text().splitlines()]
    assert [entry["text"] for entry in log if entry["type"] == "task"] == ["remember this", "and talk"]
    assert log[-1]["type"] == "end"
    agent.backend.answers = [Reply(text="Still here.")]
    assert agent.run("again", "--continue")["result"] == "Still here."


def test_reading_shows_how_far_it_is(started):
    told = {"computed": 1000, "reused": 3000, "total": 8000, "eta_ms": 12000}
    _, screen = started(Reply(text="Read.", reading=[told] * 30, wait_between=0.05))
    screen.type("read a lot")
    screen.wait_for("4000 of 8000 tokens, 37 % reused, 12 s left")
    assert "█" in screen.shown()
    screen.wait_for("tokens read")
    assert "█" not in screen.shown()
