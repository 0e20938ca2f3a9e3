"""The JavaScript SDKs of both makers."""

import json
import subprocess
from pathlib import Path

import pytest

from harness.backend import Call, Fault, Reply
from harness.far import far_provider
from harness.programs import program

SCRIPT = Path(__file__).with_name("js_sdks.mjs")
each = pytest.mark.parametrize("sdk", ["openai", "responses", "anthropic"])


@pytest.fixture(scope="module")
def gateway():
    with far_provider() as pair:
        yield pair


def ask(gateway, sdk: str, what: str, *answers) -> dict:
    hearth, backend = gateway
    backend.answers = list(answers)
    done = subprocess.run([str(program("HEARTH_NODE")), str(SCRIPT), sdk, hearth.url, what],
                          capture_output=True, text=True, timeout=60, check=True)
    return json.loads(done.stdout)


@each
@pytest.mark.parametrize("what", ["answer", "stream"])
def test_an_answer(gateway, sdk, what):
    answer = ask(gateway, sdk, what, Reply(text="Hello from far away.", prompt_tokens=120,
                                           cached_tokens=100, output_tokens=7))
    assert answer["text"] == "Hello from far away."
    assert (answer["input"], answer["output"]) == (120, 7)
    if what == "stream":
        assert answer["pieces"] > 1


@each
def test_a_tool_call(gateway, sdk):
    answer = ask(gateway, sdk, "tools", Reply(calls=[Call("weather", {"city": "Bern"})]))
    assert answer["call"] == "weather"
    assert answer["arguments"] == {"city": "Bern"}


@each
def test_an_error(gateway, sdk):
    answer = ask(gateway, sdk, "answer", Fault(400, '{"error": {"message": "out of order"}}'))
    assert answer["status"] == 400
    assert "out of order" in answer["error"]
