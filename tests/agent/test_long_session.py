"""A long session of everything: 200 turns with edits, commands, subagents, MCP, hooks, a skill, undo, a
compaction, a fork and a kill -9. The model is scripted. What counts is that a server which keeps what
it has read reads next to nothing twice."""

import json
import sys
import time
from pathlib import Path

from harness.agent import Agent, text_of
from harness.backend import AnthropicBackend, Call, Reply

SERVER = Path(__file__).resolve().parent.parent / "harness" / "mcp_server.py"
TURNS_OF_A_TASK = 10


def actions(task: int) -> list[list[Call]]:
    """The calls of a task's turns. What they say differs from task to task: what was said before would not be
    said again."""
    name = f"file{task % 5}.txt"
    return [
        [Call("todo", {"list": f"read {name}\nedit it\ntest it"})],
        [Call("read", {"path": name})],
        [Call("edit", {"path": name, "old_string": f"mark of {task}", "new_string": f"marked {task}"}),
         Call("grep", {"pattern": "mark", "glob": name})],
        [Call("bash", {"command": f"echo {task}; head -c 9000 {name} | tr a-z A-Z"})],
        [Call("task", {"prompt": f"SUB look at part {task} one", "fork": task % 2 == 0}),
         Call("task", {"prompt": f"SUB look at part {task} two", "agent": "explore"})],
        [Call("mcp__fine__echo", {"text": f"{task} " + "x" * 4000})],
        [Call("bash", {"command": f"echo {task}; head -c 9000 {name} | rev"})],
        [Call("skill", {"name": "style"}), Call("glob", {"pattern": "*.txt"})],
        [Call("bash", {"command": f"echo {task} >> {name}; tail -1 {name}; head -c 9000 {name}"})],
    ]


def model(body: dict) -> Reply:
    messages = body["messages"]
    said = text_of(messages[-1])
    if "write down what has to be known" in said:
        return Reply(text="## Task\nWork through the files.\n## Next\nGo on.")
    if "SUB look at part" in said:
        return Reply(text=f"Report of {said.split('SUB look at ')[-1][:20]}: " + "y" * 2000)
    begun = max(index for index, message in enumerate(messages)
                if message["role"] == "user" and "TASK " in text_of(message))
    task = int(text_of(messages[begun]).split("TASK ")[1].split()[0])
    turn = (len(messages) - 1 - begun) // 2
    steps = actions(task)
    return Reply(calls=steps[turn]) if turn < len(steps) else Reply(text=f"Done {task}.")


def ratio_of(requests: list[dict]) -> tuple[float, int]:
    """Bytes read / bytes that are new, with a server that keeps every prefix, and its answers behind
    them. New is what no message held before, wherever it stood."""
    known: set[int] = set()  # hashes of prefixes
    held: set[str] = set()
    read = new = 0
    for body in requests:
        units = [json.dumps([body["system"], body["tools"]])]
        units += [json.dumps(message) for message in body["messages"]]
        prefix, reused = 0, True
        for index, unit in enumerate(units):
            answer = index > 0 and body["messages"][index - 1]["role"] == "assistant"
            parent, prefix = prefix, hash((prefix, unit))
            # An answer was sampled where its request ended.
            reused = reused and (prefix in known or (answer and parent in known))
            if not reused:
                read += len(unit)
            if unit not in held and not (answer and parent in known):
                new += len(unit)
            held.add(unit)
            known.add(prefix)
    return read / new, new


def test_a_long_session_of_everything(tmp_path):
    with AnthropicBackend(model) as backend:
        agent = Agent(tmp_path, backend)
        for number in range(5):
            agent.write(f"file{number}.txt",
                        "".join(f"line {line}: the count of {number}\n" for line in range(400)))
        agent.write("AGENTS.md", "Keep lines short.\n")
        agent.write(".claude/skills/style/SKILL.md", "---\ndescription: how we write\n---\nBriefly.\n")
        agent.write(agent.home / ".config/hearth/mcp.json", {"mcpServers": {
            "fine": {"command": sys.executable, "args": [str(SERVER), "fine"]}}})
        hook = {"matcher": "Bash", "hooks": [{"type": "command", "command": "cat >> hooks.jsonl"}]}
        agent.write(agent.home / ".config/hearth/settings.json", {"hooks": {"PreToolUse": [hook]}})

        turns = 0
        for task in range(20):
            # With two spaces, where the model writes one.
            path = agent.work / f"file{task % 5}.txt"
            path.write_text(path.read_text() + f"mark  of {task}\n")
            if task == 7:
                killed(agent, task)
                path.write_text(path.read_text() + f"mark  of {task}\n")
            if task == 12:
                undone_and_made_shorter(agent)
            how = [] if task == 0 else ["--continue"]
            if task == 15:
                how.append("--fork-session")
            result = agent.run(f"TASK {task}", *how)
            assert result["exit_code"] == 0 and result["result"] == f"Done {task}.", result
            turns += result["num_turns"]

        requests = [seen.body for seen in backend.seen]
        ratio, new = ratio_of(requests)
        print(f"{turns} turns, {len(requests)} requests, {new} bytes new, read / new {ratio:.4f}")
        assert turns >= 200
        assert new > 1_000_000
        assert ratio <= 1.02
        assert len({json.dumps([body["system"], body["tools"]]) for body in requests}) == 1
        assert len(agent.sessions()) == 2
        assert (agent.work / "hooks.jsonl").read_text().count('"PreToolUse"') >= 60
        # Everything was really done: no call of the whole session failed.
        failed = [text_of({"content": [block]}) for body in requests
                  for message in body["messages"] if message["role"] == "user"
                  for block in message["content"]
                  if block["type"] == "tool_result" and block.get("is_error")]
        assert {text for text in failed if "was running" not in text} == set()


def killed(agent: Agent, task: int):
    """kill -9 in the middle of a task; the next run goes on after it."""
    seen = len(agent.backend.seen)
    process = agent.begin("-p", f"TASK {task}", "--continue", "--permission-mode",
                          "bypassPermissions")
    deadline = time.monotonic() + 60
    while len(agent.backend.seen) < seen + 5:
        assert time.monotonic() < deadline and process.poll() is None
        time.sleep(0.01)
    process.kill()
    process.communicate()


def undone_and_made_shorter(agent: Agent):
    changed = (agent.work / "file1.txt").read_text()
    with agent.terminal("--continue", "--permission-mode", "bypassPermissions") as terminal:
        terminal.wait_for("> ")
        terminal.send("/undo\n")
        terminal.wait_for("file1.txt")
        terminal.wait_for("> ")
        assert (agent.work / "file1.txt").read_text() != changed
        terminal.send("/undo\n")
        terminal.wait_for("> ")
        assert (agent.work / "file1.txt").read_text() == changed
        terminal.send("/compact\n")
        terminal.wait_for("Go on.", patience=60)
        terminal.wait_for("> ")
        terminal.send("/quit\n")
        assert terminal.exit_code() == 0
