"""Subagents: forks, several at once, in order, with their own permissions. The model is scripted."""

import threading

import pytest

from harness.agent import Agent, text_of
from harness.backend import AnthropicBackend, Call, Reply


@pytest.fixture
def agent(tmp_path):
    with AnthropicBackend(Reply(text="Done.")) as backend:
        yield Agent(tmp_path, backend)


def task(prompt: str, **arguments) -> Call:
    return Call("task", {"prompt": prompt, **arguments})


def script(agent: Agent, **replies):
    """Answers by the last words of the request; each value is a list that is used up."""
    def answer(body: dict) -> Reply:
        said = text_of(body["messages"][-1])
        for words, list_of_replies in replies.items():
            if said.endswith(words.replace("_", " ")) and list_of_replies:
                return list_of_replies.pop(0)
        return Reply(text="Done.")
    agent.backend.answers = [answer]


def results(agent: Agent) -> list[str]:
    """The reports that the parent got."""
    parent = max(agent.conversations(), key=len)
    return [text_of({"content": [block]}) for message in parent if message["role"] == "user"
            for block in message["content"] if block["type"] == "tool_result"]


def test_a_fork_begins_with_the_conversation_so_far(agent):
    script(agent, begin=[Reply(text="Before."), ], go=[Reply(calls=[task("look around", fork=True)])],
           look_around=[Reply(text="Seen.")])
    agent.run("begin")
    agent.run("go", "--continue")
    parent, child = agent.conversations()[1], agent.conversations()[2]
    assert child[:len(parent) - 1] == parent[:-1]
    assert text_of(child[-1]).endswith("look around")
    opening = [(seen.body["system"], seen.body["tools"]) for seen in agent.backend.seen]
    assert all(each == opening[0] for each in opening), "a server reads nothing again"
    assert results(agent) == ["Seen."]


def test_a_fresh_one_has_only_its_task(agent):
    script(agent, go=[Reply(calls=[task("find it", agent="explore")])], find_it=[Reply(text="Here.")])
    agent.run("go")
    child = agent.conversations()[1]
    assert len(child) == 1 and text_of(child[0]).startswith("Find out what is asked")
    assert results(agent) == ["Here."]


def test_several_run_at_once_and_report_in_order(agent):
    together = threading.Barrier(3, timeout=20)

    def answer(body: dict) -> Reply:
        said = text_of(body["messages"][-1])
        if said.endswith("go"):
            return Reply(calls=[task("one"), task("two"), task("three")])
        if body["messages"][-1]["content"][-1]["type"] == "text" and len(body["messages"]) == 1:
            together.wait()  # fails if they run one after the other
            return Reply(text=f"Report on {said.split()[-1]}.")
        return Reply(text="Done.")

    agent.backend.answers = [answer]
    assert agent.run("go")["result"] == "Done."
    assert results(agent) == ["Report on one.", "Report on two.", "Report on three."]


def test_one_that_only_reads_changes_nothing(agent):
    script(agent, go=[Reply(calls=[task("look", agent="review")])],
           look=[Reply(calls=[Call("write", {"path": "a", "content": "x"}),
                              Call("bash", {"command": "touch b"}),
                              Call("bash", {"command": "ls"})])])
    agent.run("go")
    assert not list(agent.work.iterdir())
    child = max((talk for talk in agent.conversations() if "look" in text_of(talk[0]).split()), key=len)
    told = [text_of({"content": [block]}) for block in child[-1]["content"]]
    assert ["plan mode" in each for each in told] == [True, True, False]


def test_agents_of_the_users_own(agent):
    agent.write(".claude/agents/poet.md", "---\nname: poet\ndescription: Writes verse\n"
                "tools: Read, Grep\n---\nAnswer in rhyme.\n")
    script(agent, go=[Reply(calls=[task("the sea", agent="poet"), task("x", agent="nobody")])],
           the_sea=[Reply(text="Roses.")])
    agent.run("go")
    assert "- poet: Writes verse" in text_of(agent.conversations()[0][0])
    assert any(text_of(talk[0]) == "Answer in rhyme.\n\nthe sea" for talk in agent.conversations())
    told = results(agent)
    assert told[0] == "Roses." and "there are: poet, explore, review, general" in told[1]


def test_an_agent_has_the_tools_and_the_model_that_it_names(agent):
    agent.backend.models = [{"id": "scripted"}, {"id": "other"}]
    agent.write(".claude/agents/runner.md", "---\nname: runner\ndescription: runs\n"
                "tools: Read, Bash(echo:*)\nmodel: other\n---\nRun it.\n")
    agent.write(".claude/agents/writer.md", "---\nname: writer\ndescription: writes\n"
                "model: unknown\n---\nWrite it.\n")
    write = Reply(calls=[Call("write", {"path": "a.txt", "content": "x"})])
    script(agent, go=[Reply(calls=[task("run now", agent="runner")])], run_now=[write],
           on=[Reply(calls=[task("write now", agent="writer")])], write_now=[write])
    agent.run("go")
    assert not (agent.work / "a.txt").exists()
    assert [seen.body["model"] for seen in agent.backend.seen] == ["scripted", "other", "other",
                                                                   "scripted"]
    assert "only use these tools: Read, Bash" in text_of(agent.conversations()[2][-1])
    assert "no model unknown" in agent.run("on")["said"]
    assert (agent.work / "a.txt").exists()


def test_none_starts_another_and_what_fails_is_an_error(agent):
    script(agent, go=[Reply(calls=[task("nest")])], nest=[Reply(calls=[task("deeper")])])
    agent.run("go")
    assert any("cannot start another" in text_of(message)
               for talk in agent.conversations() for message in talk)


def test_undo_takes_back_what_subagents_did(agent):
    agent.write("mine", "mine\n")
    script(agent, go=[Reply(calls=[task("change one"), task("change two")])],
           change_one=[Reply(calls=[Call("bash", {"command": "echo one > mine; echo 1 > one"})])],
           change_two=[Reply(calls=[Call("bash", {"command": "echo 2 > two"})])])
    with agent.terminal("--permission-mode", "bypassPermissions") as terminal:
        terminal.wait_for("> ")
        terminal.send("go\n")
        terminal.wait_for("Done.")
        terminal.wait_for("written")
        terminal.wait_for("> ")
        assert (agent.work / "two").exists()
        terminal.send("/undo\n")
        terminal.wait_for("as they were")
        terminal.wait_for("> ")
    assert [path.name for path in agent.work.iterdir()] == ["mine"]
    assert (agent.work / "mine").read_text() == "mine\n"
