"""A session that outgrows its model's window, and answers that do not come whole."""

import json

import pytest

from harness.agent import Agent, text_of
from harness.backend import AnthropicBackend, Call, Fault, Reply

TOO_LONG = Fault(400, json.dumps({"type": "error", "error": {
    "type": "invalid_request_error", "message": "prompt is too long: 9000 tokens > 8000 maximum"}}))
SUMMARY = Reply(text="## Task\nRead both.\n## Next\nGo on.")


def reads(name: str, prompt_tokens: int = 120) -> Reply:
    return Reply(calls=[Call("read", {"path": name})], prompt_tokens=prompt_tokens)


@pytest.fixture
def agent(tmp_path):
    with AnthropicBackend(Reply(text="Done.")) as backend:
        backend.models = [{"id": "scripted", "type": "model", "context_length": 8000}]
        agent = Agent(tmp_path, backend)
        agent.write("AGENTS.md", "Always use tabs.\n")
        agent.write("small.txt", "the small one\n")
        agent.write("large.txt", "the large one, line by line\n" * 400)
        yield agent


def test_a_task_that_fills_the_window_goes_on_behind_a_summary(agent):
    agent.backend.answers = [reads("small.txt"), reads("large.txt", 7000), SUMMARY,
                             Reply(text="Read.", prompt_tokens=900)]
    result = agent.run("read both, then say so")
    assert result["result"] == "Read."
    assert "nearly fills" in result["said"]
    assert "was 7007 tokens long" in result["said"]
    before, asked, after = agent.conversations()[1:]
    # The summary is asked for on the conversation's own prefix.
    assert asked[:len(before)] == before and "## Files" in text_of(asked[-1])
    told = text_of(after[0])
    assert "## Next" in told
    assert "Always use tabs." in told, "instructions hold on"
    assert "read both, then say so" in told, "the task, word for word"
    assert "the small one" in told and "the large one" not in told, "files in work, if they fit"


def test_a_task_that_stayed_can_be_gone_back_to(agent):
    agent.backend.answers = [Reply(text="Zero."), Reply(text="word " * 6000), Reply(text="Second."),
                             Reply(text="Third."), SUMMARY, Reply(text="Fourth.")]
    with agent.terminal() as terminal:
        for task, answer in [("zero", "Zero."), ("first", "word"), ("second", "Second."),
                             ("third", "Third."), ("/compact", "about"),
                             ("/rewind", "2 messages fewer"), ("fourth", "Fourth.")]:
            terminal.wait_for("> ")
            terminal.send(task + "\n")
            terminal.wait_for(answer)
        terminal.wait_for("> ")
    said = [text_of(message) for message in agent.conversations()[-1]]
    assert "## Task" in said[0] and said[0].endswith("second")
    assert said[1:] == ["Second.", "fourth"]


def test_an_attempt_that_does_not_help_is_not_made_at_every_turn(agent):
    agent.backend.answers = [reads("small.txt", 7000), reads("small.txt", 7010),
                             Reply(text="Read.", prompt_tokens=7020)]
    result = agent.run("read it")
    assert result["result"] == "Read."
    assert result["said"].count("nearly fills") == 1


def test_the_share_of_the_window_is_a_setting(agent):
    agent.write(agent.home / ".config/hearth/settings.json", {"compactAt": 0.5})
    agent.backend.answers = [reads("large.txt", 4500), SUMMARY, Reply(text="Read.")]
    assert "nearly fills" in agent.run("read it")["said"]
    agent.write(agent.home / ".config/hearth/settings.json", {"compactAt": False})
    agent.backend.answers = [reads("large.txt", 7900), Reply(text="Read.")]
    assert "nearly fills" not in agent.run("read it")["said"]
    agent.write(agent.home / ".config/hearth/settings.json", {"compactAt": 80})
    assert "compactAt" in agent.run("read it")["said"]


def test_a_conversation_that_was_gone_on_with_is_made_shorter_in_time(agent):
    agent.backend.answers = [Reply(text="x" * 30000), SUMMARY, Reply(text="Went on.")]
    agent.run("talk")
    result = agent.run("go on", "--continue")
    assert result["result"] == "Went on." and "nearly fills" in result["said"]
    assert text_of(agent.conversations()[-1][-1]).endswith("go on"), "the new task stays as it is"


def test_what_the_server_finds_too_long_is_made_shorter_and_sent_again(agent):
    agent.backend.models = []
    agent.backend.answers = [reads("large.txt"), reads("small.txt"), TOO_LONG, TOO_LONG, SUMMARY,
                             Reply(text="Read.")]
    result = agent.run("read both")
    assert result["result"] == "Read." and "longer than the model's window" in result["said"]
    whole, trimmed = agent.conversations()[-3:-1]
    assert len(json.dumps(trimmed)) < len(json.dumps(whole)) / 2, "results are trimmed"
    assert "## Task" in text_of(agent.conversations()[-1][0])


def test_what_cannot_be_made_shorter_ends_with_the_servers_words(agent):
    agent.backend.answers = [TOO_LONG]
    result = agent.run("x")
    assert result["exit_code"] == 1 and "prompt is too long" in result["result"]


def test_an_answer_that_breaks_off_is_asked_for_again(agent):
    agent.backend.answers = [Reply(text="half of it and no more", cut=5), Reply(text="Whole.")]
    result = agent.run("x")
    assert result["result"] == "Whole." and "asked again" in result["said"]
    first, second = agent.conversations()
    assert first == second


def test_one_that_always_breaks_off_is_an_error_where_nobody_can_be_asked(agent):
    agent.backend.answers = [Reply(text="half of it and no more", cut=5)]
    result = agent.run("x")
    assert result["exit_code"] == 1 and len(agent.backend.seen) == 3


def test_whoever_is_there_can_have_it_asked_again(agent):
    agent.backend.answers = [Reply(text="half of it and no more", cut=5)] * 3 + [Reply(text="Whole.")]
    with agent.terminal() as terminal:
        terminal.wait_for("> ")
        terminal.send("x\n")
        terminal.wait_for("Ask again (Enter)")
        terminal.send("\n")
        terminal.wait_for("Whole.")
        terminal.wait_for("> ")
        terminal.send("/quit\n")
        assert terminal.exit_code() == 0


def test_a_style_that_was_forced_stays_so(agent):
    agent.backend.answers = [Reply(calls=[Call("reed", {"path": "a"})]),
                             Reply(calls=[Call("read", {"file": "a"})]),
                             Reply(calls=[Call("finish", {"summary": "Given up."})])]
    agent.run("read a")
    agent.backend.answers = [Reply(calls=[Call("finish", {"summary": "Again."})])]
    assert agent.run("read b", "--continue")["result"] == "Again."
    assert agent.backend.last.body["tool_choice"]["type"] == "any"
