"""`hearth claude`, `hearth codex` and `hearth qwen`: the real programs, wired to a server."""

import json
import re
import subprocess
from pathlib import Path

import pytest

from harness.backend import Reply
from harness.far import far_provider
from harness.paths import hearth_binary
from harness.programs import clean_environment, own_folders, program
from harness.server import MODEL, WINDOW, Hearth


@pytest.fixture
def routed():
    with far_provider(Reply(text="Hello from far away.")) as pair:
        yield pair


def launch(hearth: Hearth, folder: Path, *arguments: str, path: str,
           **more: str) -> subprocess.CompletedProcess:
    home, work = own_folders(folder)
    env = clean_environment(home, "ANTHROPIC_", "CLAUDE", "OPENAI_", "CODEX")
    env.update(PATH=path, HEARTH_URL=hearth.url, IS_SANDBOX="1", **more)
    return subprocess.run([str(hearth_binary()), *arguments], env=env, cwd=work,
                          capture_output=True, text=True, timeout=240, stdin=subprocess.DEVNULL,
                          check=False)


def path_with(tmp_path: Path, name: str, variable: str) -> str:
    """Where a person has the program: `name` in a folder of PATH."""
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / name).symlink_to(program(variable))
    return f"{folder}:/usr/bin:/bin"


def test_claude(routed, tmp_path):
    hearth, _ = routed
    path = path_with(tmp_path, "claude", "HEARTH_CLAUDE")
    done = launch(hearth, tmp_path, "claude", "-p", "Say hello.", "--output-format", "json",
                  path=path, ANTHROPIC_API_KEY="sk-of-another-service")
    assert done.returncode == 0, done.stdout + done.stderr
    assert json.loads(done.stdout)["result"] == "Hello from far away."
    assert hearth.record_with(lambda record: record["client"].startswith("claude-cli"))


def test_claude_knows_the_window_and_the_model(hearth, tmp_path):
    """From a local model; it asks for counts only, which take no time."""
    path = path_with(tmp_path, "claude", "HEARTH_CLAUDE")
    done = launch(hearth, tmp_path, "claude", "-p", "/context", path=path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert MODEL in done.stdout
    window = re.search(r"Tokens:\*\* [\d.]+k / ([\d.]+)k", done.stdout)
    assert window, done.stdout
    assert abs(float(window[1]) * 1000 - WINDOW) < 100


def test_qwen_knows_the_window(hearth, tmp_path):
    """And what its own settings say comes first."""
    path = path_with(tmp_path, "qwen", "HEARTH_QWEN")
    (tmp_path / "bin" / "node").symlink_to(program("HEARTH_NODE"))

    def window() -> str:
        done = launch(hearth, tmp_path, "qwen", "-p", "/context", path=path,
                      QWEN_TELEMETRY_ENABLED="false")
        assert done.returncode == 0, done.stdout + done.stderr
        found = re.search(r"Context window: ([\d.,]+k?) tokens", done.stdout)
        assert found, done.stdout
        return found[1]

    assert window() == f"{WINDOW / 1000:.1f}k"
    settings = {"model": {"generationConfig": {"contextWindowSize": 50000}}}
    (tmp_path / "home" / ".qwen").mkdir(exist_ok=True)
    (tmp_path / "home" / ".qwen" / "settings.json").write_text(json.dumps(settings))
    assert window() == "50.0k"


def test_codex(routed, tmp_path):
    hearth, _ = routed
    path = path_with(tmp_path, "codex", "HEARTH_CODEX")
    done = launch(hearth, tmp_path, "codex", "exec", "--json", "--skip-git-repo-check",
                  "Say hello.", path=path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Hello from far away." in done.stdout
    assert hearth.record_with(lambda record: record["endpoint"] == "/v1/responses")
    # What a person has configured for codex is as it was.
    assert not (tmp_path / "home" / ".codex" / "config.toml").exists()


def test_the_clients_own_help_is_shown(routed, tmp_path):
    hearth, _ = routed
    path = path_with(tmp_path, "codex", "HEARTH_CODEX")
    done = launch(hearth, tmp_path, "codex", "--help", path=path)
    assert done.returncode == 0
    assert "Codex" in done.stdout


def test_a_client_that_is_not_there_is_named_with_its_package(routed, tmp_path):
    hearth, _ = routed
    done = launch(hearth, tmp_path, "claude", path="/nowhere")
    assert done.returncode == 1
    assert "npm install -g @anthropic-ai/claude-code" in done.stderr
