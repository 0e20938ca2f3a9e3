"""Which server `hearth CLIENT` and `hearth -p` talk to, and with what, where none is named."""

import json
import shutil

import pytest

from harness.backend import OpenAiBackend, Reply, closed_port
from harness.server import Hearth

SHOWS_ITS_SETTINGS = """#!/bin/sh
echo "url=$ANTHROPIC_BASE_URL token=$ANTHROPIC_AUTH_TOKEN model=$ANTHROPIC_MODEL"
echo "window=$CLAUDE_CODE_MAX_CONTEXT_TOKENS"
"""


@pytest.fixture
def backend():
    with OpenAiBackend(Reply(text="From far away.")) as running:
        yield running


@pytest.fixture
def account(backend):
    """A person's account with a configuration that has no model on this machine, and a `claude`."""
    port = closed_port()
    hearth = Hearth()
    config = {"PORT": port, "APIKEY": ["sha256:" + "0" * 64, "of-mine"],
              "Providers": [{"name": "far", "api_base_url": backend.url, "models": ["a", "b"],
                             "context": 150000}],
              "Router": {"default": "far,b"}}
    folder = hearth.folder / "config" / "hearth"
    folder.mkdir(parents=True)
    (folder / "config.json").write_text(json.dumps(config))
    programs = hearth.folder / "bin"
    programs.mkdir()
    (programs / "claude").write_text(SHOWS_ITS_SETTINGS)
    (programs / "claude").chmod(0o755)
    hearth.env["PATH"] = f"{programs}:{hearth.env['PATH']}"
    yield hearth, port, folder / "config.json"
    if hearth.folder.exists():
        hearth.command("stop")
        shutil.rmtree(hearth.folder, ignore_errors=True)


def test_it_is_the_one_of_the_configuration_with_its_key_and_no_model_here(account, backend):
    hearth, port, _ = account
    first = hearth.command("claude", "-p", "hi")
    assert first.returncode == 0, first.stderr
    assert f"url=http://127.0.0.1:{port} token=of-mine" in first.stdout
    assert "starting one" in first.stderr
    # Of a remote model what the configuration says.
    assert "window=150000" in first.stdout and "model=hearth" in first.stdout
    again = hearth.command("claude")
    assert again.returncode == 0 and "starting one" not in again.stderr
    done = hearth.command("-p", "hi", "--output-format", "json", timeout=120)
    assert json.loads(done.stdout)["result"] == "From far away.", done.stderr
    assert backend.last.body["model"] == "b"
    assert f"http://127.0.0.1:{port}" in hearth.command("stop").stdout
    assert "No server is running" in hearth.command("stop").stdout


def test_one_that_runs_elsewhere_is_found(account):
    hearth, port, _ = account
    with hearth:
        assert not hearth.url.endswith(f":{port}")
        done = hearth.command("claude")
        assert f"url={hearth.url} token=of-mine" in done.stdout, done.stderr


def test_a_key_that_is_not_known_is_asked_for(account):
    hearth, _, file = account
    config = json.loads(file.read_text())
    file.write_text(json.dumps({**config, "APIKEY": "sha256:" + "0" * 64}))
    done = hearth.command("claude")
    assert done.returncode == 1
    assert "wants a key" in done.stderr and "HEARTH_API_KEY" in done.stderr
    assert "url=" not in done.stdout
