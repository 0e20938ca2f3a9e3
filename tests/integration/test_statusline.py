"""`hearth statusline`, and how `hearth claude` tells Claude Code of it."""

import json
import shlex
import subprocess
from pathlib import Path

import pytest

from harness.backend import OpenAiBackend, Reply
from harness.paths import hearth_binary
from harness.server import Hearth

MODULES = [{"type": "workDir", "icon": "D", "text": "{{workDirName}}", "color": "bright_blue"},
           {"type": "gitBranch", "text": "on {{gitBranch}}", "color": "#3af"},
           {"type": "model", "text": "{{model}}"},
           {"type": "usage", "text": "{{inputTokens}}/{{outputTokens}}{{unknown}}"},
           {"type": "script", "text": "not run", "scriptPath": "/x.js"}]
SESSION = "5b0e5a52-0000-4000-8000-000000000002"


def config_for(url: str, **line) -> dict:
    return {"Providers": [{"name": "p", "api_base_url": url, "models": ["org/m"]}],
            "Router": {"default": "p,org/m"}, "StatusLine": line}


def told(hearth: Hearth, folder: Path, config: dict, text: str | None = None) -> subprocess.CompletedProcess:
    file = folder / "line.json"
    file.write_text(json.dumps(config))
    transcript = folder / "transcript.jsonl"
    answer = {"model": "claude-sonnet-4-5",
              "usage": {"input_tokens": 300, "cache_read_input_tokens": 12000, "output_tokens": 42}}
    lines = [{"type": "assistant", "message": {"model": "older", "usage": {"input_tokens": 1}}},
             {"type": "assistant", "message": answer}, {"type": "user", "message": {"content": "x"}}]
    transcript.write_text("\n".join(map(json.dumps, lines)) + "\n")
    work = folder / "work"
    (work / ".git").mkdir(parents=True, exist_ok=True)
    (work / ".git" / "HEAD").write_text("ref: refs/heads/topic/x\n")
    (work / "sub").mkdir(exist_ok=True)
    given = {"session_id": SESSION, "transcript_path": str(transcript), "cwd": "/",
             "model": {"id": "claude-sonnet-4-5", "display_name": "Sonnet"},
             "workspace": {"current_dir": str(work / "sub"), "project_dir": str(work)}}
    return subprocess.run([str(hearth_binary()), "statusline", "--config", str(file)], text=True,
                          env=hearth.env, input=json.dumps(given) if text is None else text,
                          capture_output=True, timeout=60)


@pytest.fixture(scope="module")
def hearth():
    with OpenAiBackend(Reply(text="Hi")) as backend:
        with Hearth(config=config_for(backend.url)) as server:
            yield server


def test_the_line_is_that_of_the_modules(hearth, tmp_path):
    config = config_for("http://h/x", enabled=True, default={"modules": MODULES})
    done = told(hearth, tmp_path, config)
    assert done.returncode == 0, done.stderr
    assert done.stdout == ("\x1b[38;5;12mD sub\x1b[0m \x1b[38;2;51;170;255mon topic/x\x1b[0m "
                           "claude-sonnet-4-5\x1b[0m 12.3k/42\x1b[0m\n")


def test_the_model_is_the_one_that_answered(hearth, tmp_path):
    hearth.client.post("/v1/messages", {"model": "claude-sonnet-4-5", "max_tokens": 9,
                                        "messages": [{"role": "user", "content": "Hi"}]},
                       headers={"x-claude-code-session-id": SESSION}).ok()
    hearth.record_with(lambda record: record["session"] == SESSION)
    config = config_for("http://h/x", default={"modules": MODULES[2:3]})
    assert told(hearth, tmp_path, config).stdout == "org/m\x1b[0m\n"


def test_powerline_has_arrows_between_the_colours(hearth, tmp_path):
    modules = [{"text": "a", "color": "white", "background": "bg_blue"},
               {"text": "b", "color": "white", "background": "bg_bright_red"}]
    config = config_for("http://h/x", currentStyle="powerline", powerline={"modules": modules})
    assert told(hearth, tmp_path, config).stdout == (
        "\x1b[48;5;4m\x1b[38;5;7m a \x1b[0m\x1b[48;5;9m\x1b[38;5;4m\ue0b0\x1b[0m"
        "\x1b[48;5;9m\x1b[38;5;7m b \x1b[0m\x1b[38;5;9m\ue0b0\x1b[0m\n")


def test_without_modules_there_is_a_line_too(hearth, tmp_path):
    assert "topic/x" in told(hearth, tmp_path, config_for("http://h/x", enabled=True)).stdout


@pytest.mark.parametrize("text", ["", "[]", "{"])
def test_what_is_not_claude_codes_json_is_an_error(hearth, tmp_path, text):
    done = told(hearth, tmp_path, config_for("http://h/x"), text)
    assert done.returncode == 1 and "standard input" in done.stderr


@pytest.mark.parametrize("enabled", [True, False])
def test_claude_is_told_of_it_where_it_is_enabled(hearth, tmp_path, enabled):
    folder = hearth.folder / "config" / "hearth"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(json.dumps(config_for("http://h/x", enabled=enabled)))
    program = tmp_path / "claude"
    program.write_text("#!/bin/sh\nprintf '%s\\n' \"$@\"\n")
    program.chmod(0o755)
    env = {**hearth.env, "HEARTH_URL": hearth.url, "PATH": f"{tmp_path}:/usr/bin:/bin"}
    done = subprocess.run([str(hearth_binary()), "claude", "-p", "x"], env=env, capture_output=True,
                          text=True, timeout=60, stdin=subprocess.DEVNULL)
    assert done.returncode == 0, done.stderr
    arguments = done.stdout.splitlines()
    assert arguments[-2:] == ["-p", "x"]
    if not enabled:
        assert "--settings" not in arguments
        return
    line = json.loads(arguments[arguments.index("--settings") + 1])["statusLine"]
    assert line["type"] == "command"
    assert shlex.split(line["command"]) == [str(hearth_binary().resolve()), "statusline"]
