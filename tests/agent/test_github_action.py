"""The example of a GitHub action: its step, as a runner would start it."""

import subprocess

import pytest
import yaml

from harness.agent import Agent
from harness.backend import AnthropicBackend, Call, Fault, Reply
from harness.paths import REPOSITORY, hearth_binary

FOLDER = REPOSITORY / "packaging/github-action"


@pytest.fixture
def act(tmp_path):
    """Runs the action with these inputs; gives the process and the files that it wrote to."""
    with AnthropicBackend() as backend:

        def act(*answers, **inputs):
            backend.answers = list(answers)
            agent = Agent(tmp_path, backend)
            action = yaml.safe_load((FOLDER / "action.yml").read_text())
            assert set(inputs) <= set(action["inputs"])
            step, = action["runs"]["steps"]
            env = {**agent.env, "GITHUB_ACTION_PATH": str(FOLDER),
                   "HEARTH_URL": backend.url.removesuffix(backend.path),
                   "PATH": f"{hearth_binary().parent}:{agent.env['PATH']}"}
            for name, value in step["env"].items():
                of_input = value.removeprefix("${{ inputs.").removesuffix(" }}")
                env[name] = inputs.get(of_input, action["inputs"][of_input].get("default"))
            files = {}
            for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY"):
                files[name] = tmp_path / name
                env[name] = str(files[name])
            env["RUNNER_TEMP"] = str(tmp_path)
            done = subprocess.run(["bash", "-e", "-c", step["run"]], env=env, cwd=agent.work,
                                  capture_output=True, text=True, timeout=120)
            return done, {name: file.read_text() for name, file in files.items()}, agent

        yield act


def test_the_step_does_the_task_and_tells_its_outputs(act):
    task = "Write it; $(touch pwned) `touch pwned` \"'"
    done, files, agent = act(
        Reply(calls=[Call("write", {"path": "a.txt", "content": "here\n"})]),
        Reply(text="Written.\nEOF"), task=task, model="scripted")
    assert done.returncode == 0, done.stderr
    assert (agent.work / "a.txt").read_text() == "here\n"
    assert not (agent.work / "pwned").exists()
    assert task in agent.backend.seen[0].body["messages"][0]["content"][-1]["text"]
    first, *lines, session = files["GITHUB_OUTPUT"].splitlines()
    name, end = first.split("<<")
    assert name == "result" and lines == ["Written.", "EOF", end]
    assert session.startswith("session=s_")
    assert files["GITHUB_STEP_SUMMARY"].startswith("Written.\nEOF\n\n2 requests, ")


def test_a_task_that_fails_fails_the_step(act):
    done, files, _ = act(Fault(400, '{"type":"error","error":{"type":"invalid_request_error",'
                                    '"message":"no"}}'), task="do it", model="scripted")
    assert done.returncode == 1
    assert files["GITHUB_OUTPUT"].startswith("result<<")
