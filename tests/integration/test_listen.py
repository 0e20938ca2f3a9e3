"""Several addresses to listen on, and the log for programs."""

import json
import socket

import pytest

from harness.backend import OpenAiBackend, Reply
from harness.client import Client
from harness.server import Hearth, serve_fails

MESSAGES = "/v1/messages"
ASK = {"model": "p,m", "max_tokens": 20, "messages": [{"role": "user", "content": "Hi"}]}


def has_version_6() -> bool:
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return False
    return True


OTHER = "[::1]" if has_version_6() else "127.0.0.2"


@pytest.fixture(scope="module")
def backend():
    with OpenAiBackend(Reply(text="Hello.")) as running:
        yield running


def config_for(backend, **more) -> dict:
    return {"Providers": [{"name": "p", "api_base_url": backend.url, "models": ["m"]}],
            "Router": {"default": "p,m"}, **more}


def listens_on_both(hearth) -> None:
    for address in ("127.0.0.1", OTHER):
        client = Client(f"http://{address}:{hearth.client.port}")
        assert client.post(MESSAGES, ASK).status == 200
        refused = client.post(MESSAGES, ASK, headers={"origin": "https://evil.example"})
        assert refused.status == 403
        assert client.post(MESSAGES, ASK, headers={"host": "evil.example"}).status == 403


@pytest.mark.parametrize("arguments", [["--listen", "127.0.0.1", "--listen", OTHER],
                                       ["--host", f"127.0.0.1, {OTHER}"]])
def test_several_addresses_have_one_port_and_the_same_checks(backend, arguments):
    with Hearth(*arguments, config=config_for(backend)) as hearth:
        listens_on_both(hearth)


def test_several_addresses_in_the_configuration(backend):
    with Hearth(config=config_for(backend, HOST=["127.0.0.1", OTHER])) as hearth:
        listens_on_both(hearth)


def test_an_address_may_have_a_port_of_its_own(backend):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with Hearth("--listen", "127.0.0.1", "--listen", f"127.0.0.1:{port}",
                config=config_for(backend)) as hearth:
        assert hearth.client.port != port
        assert Client(f"http://127.0.0.1:{port}").post(MESSAGES, ASK).status == 200


@pytest.mark.parametrize("address", ["127.0.0.1:x", "[::1", "[::1]x", "127.0.0.1:99999", ""])
def test_what_is_no_address_is_refused(backend, address):
    said = serve_fails("--listen", f"127.0.0.1,{address}", "--port", "0",
                       config=config_for(backend))
    assert "no address to listen on" in said


def test_each_address_that_others_reach_needs_a_key(backend):
    said = serve_fails("--listen", "127.0.0.1,0.0.0.0:0", "--port", "0", config=config_for(backend))
    assert "HEARTH_API_KEY" in said and "0.0.0.0" in said


@pytest.mark.parametrize("arguments, more", [(["--log-format", "json"], {}),
                                             ([], {"LOG_FORMAT": "json"})])
def test_the_log_is_one_object_a_line(backend, arguments, more):
    config = config_for(backend, UNKNOWN_KEY=1, **more)
    with Hearth(*arguments, config=config) as hearth:
        lines = [json.loads(line) for line in hearth.log_text().splitlines()]
    assert all(set(line) == {"time", "level", "message"} for line in lines)
    assert [line["level"] for line in lines if "UNKNOWN_KEY" in line["message"]] == ["warning"]
    assert lines[-1]["time"].endswith("Z")
