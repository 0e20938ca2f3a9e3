"""Steps and files of which several are written and the one is taken that passes a check."""

import json

import pytest

from harness.agent import Agent, text_of
from harness.backend import AnthropicBackend, Call, Reply


@pytest.fixture
def agent(tmp_path):
    with AnthropicBackend(Reply(text="Done.")) as backend:
        yield Agent(tmp_path, backend)


def writes(content: str) -> Reply:
    return Reply(calls=[Call("write", {"path": "a.txt", "content": content})])


def test_of_several_changes_the_one_that_passes_is_taken(agent):
    agent.backend.answers = [writes("wrong\n"), writes("right\n"), Reply(text="Done.")]
    result = agent.run("write a.txt", "--attempts", "2", "--check", "grep -q right a.txt")
    assert result["result"] == "Done." and "number 2 is taken" in result["said"]
    assert (agent.work / "a.txt").read_text() == "right\n"
    assert len(agent.backend.seen) == 3
    last = agent.conversations()[-1]
    assert "wrong" not in json.dumps(last), "what was not taken is no part of the conversation"
    assert "passes with this change" in text_of(last[-1])
    # Both were sampled from the same prefix.
    assert agent.conversations()[0] == agent.conversations()[1]


def test_without_a_check_the_first_is_taken(agent):
    agent.backend.answers = [writes("first\n"), Reply(text="Done.")]
    agent.run("write a.txt", "--attempts", "3")
    assert (agent.work / "a.txt").read_text() == "first\n" and len(agent.backend.seen) == 2


@pytest.mark.parametrize("style", ["whole-files", "native"])
def test_candidates_are_tried_in_the_sandbox(agent, style):
    agent.style = style
    agent.write("add.py", "def add(a, b):\n    return a - b\n")
    agent.write("test_add.py", "from add import add\nassert add(2, 2) == 4\n")
    code = ("import pathlib\ntry:\n    pathlib.Path('" + str(agent.home) + "/escaped').write_text('x')\n"
            "except OSError:\n    pass\n\ndef add(a, b):\n    return a + b\n")
    if style == "native":
        agent.backend.answers = [Reply(calls=[Call("read", {"path": "add.py"})]),
                                 Reply(calls=[Call("write", {"path": "add.py", "content": code})]),
                                 Reply(text="Done.")]
    else:
        agent.backend.answers = [Reply(text=f"```python\n{code}```")]
    agent.run("fix add.py", "--attempts", "2", "--check", "python3 test_add.py")
    assert "a + b" in (agent.work / "add.py").read_text()
    assert not (agent.home / "escaped").exists()
