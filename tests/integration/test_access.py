"""Who may use the server: keys, and pages in a browser on the same machine."""

import hashlib
import json
import socket
import time

import pytest

from harness.backend import OpenAiBackend, Reply
from harness.client import Client
from harness.server import Hearth

MESSAGES = "/v1/messages"
ASK = {"model": "claude-sonnet-4-5", "max_tokens": 20, "messages": [{"role": "user", "content": "Hi"}]}


def config_for(backend, **more) -> dict:
    return {"Providers": [{"name": "p", "api_base_url": backend.url, "models": ["m"]}],
            "Router": {"default": "p,m"}, **more}


@pytest.fixture(scope="module")
def backend():
    with OpenAiBackend(Reply(text="Hello.")) as running:
        yield running


@pytest.fixture(scope="module")
def server(backend):
    with Hearth(config=config_for(backend, ALLOWED_ORIGINS=["https://*.friend.example"])) as hearth:
        yield hearth


def status(server: Hearth, **headers) -> int:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return server.client.post(MESSAGES, ASK, headers=named).status


# -- connections ---------------------------------------------------------------------------------


def test_connections_beyond_the_limit_are_told_to_come_again(backend):
    with Hearth("--max-connections", "3", config=config_for(backend)) as hearth:
        host, port = hearth.url.removeprefix("http://").split(":")
        held = [socket.create_connection((host, int(port))) for _ in range(3)]
        for connection in held:  # accepted once it is answered
            connection.sendall(b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            assert connection.recv(1000).startswith(b"HTTP/1.1 200")
        answer = hearth.client.post(MESSAGES, ASK)
        assert answer.status == 503 and answer.headers["retry-after"] == "1"
        assert "--max-connections" in answer.json()["error"]["message"]
        held.pop().close()
        deadline = time.monotonic() + 10
        while (answer := hearth.client.post(MESSAGES, ASK)).status != 200:
            assert answer.status == 503 and time.monotonic() < deadline
        for connection in held:
            connection.close()


# -- pages ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://localhost.evil.example",
                                    "https://friend.example.evil.example", "chrome-extension://abc"])
def test_a_page_of_another_site_is_refused(server, backend, origin):
    before = len(backend.seen)
    answer = server.client.post(MESSAGES, ASK, headers={"origin": origin})
    assert answer.status == 403
    assert "ALLOWED_ORIGINS" in answer.json()["error"]["message"]
    assert "access-control-allow-origin" not in answer.headers
    assert len(backend.seen) == before


@pytest.mark.parametrize("origin", ["http://localhost:3000", "http://127.0.0.1", "http://[::1]:80",
                                    "vscode-webview://abc", "tauri://localhost"])
def test_programs_and_pages_of_this_machine_may(server, origin):
    assert status(server, origin=origin) == 200


def test_a_page_that_is_allowed_can_read_the_answer(server):
    origin = "https://a.friend.example"
    preflight = server.client.request("OPTIONS", MESSAGES, headers={"origin": origin})
    assert preflight.status == 204
    assert preflight.headers["access-control-allow-origin"] == origin
    answer = server.client.post(MESSAGES, ASK, headers={"origin": origin})
    assert answer.status == 200
    assert answer.headers["access-control-allow-origin"] == origin
    with server.client.stream(MESSAGES, ASK, headers={"origin": origin}) as stream:
        assert stream.headers["access-control-allow-origin"] == origin


def test_without_an_origin_there_is_no_cors(server):
    answer = server.client.post(MESSAGES, ASK)
    assert not [name for name in answer.headers if name.startswith("access-control")]
    assert server.client.request("OPTIONS", MESSAGES).status == 405


@pytest.mark.parametrize("host, expected", [
    ("evil.example", 403), ("evil.example:8484", 403), ("localhost.evil.example", 403),
    ("localhost:8484", 200), ("app.localhost", 200), ("127.0.0.1:1", 200), ("[::1]:8484", 200),
    ("192.168.1.7:8484", 200)])
def test_a_name_that_was_made_to_mean_this_machine_is_refused(server, host, expected):
    assert status(server, host=host) == expected


def test_with_a_key_the_name_does_not_matter(backend):
    with Hearth(config=config_for(backend, APIKEY="secret")) as locked:
        assert status(locked, host="workstation.lan", x_api_key="secret") == 200


# -- keys ----------------------------------------------------------------------------------------


def test_several_keys_and_one_that_is_kept_as_its_hash(backend):
    hashed = "sha256:" + hashlib.sha256(b"second").hexdigest()
    with Hearth(config=config_for(backend, APIKEY=["first", hashed])) as locked:
        for key, expected in (("first", 200), ("second", 200), ("third", 401), (hashed, 401)):
            assert status(locked, x_api_key=key) == expected
            assert status(locked, authorization=f"Bearer {key}") == expected


def test_config_key_makes_a_key_and_its_hash(backend):
    with Hearth(config=config_for(backend)) as hearth:
        lines = dict(line.split() for line in hearth.command("config", "key").stdout.splitlines())
        made = "sha256:" + hashlib.sha256(lines["key"].encode()).hexdigest()
        assert made == lines["hash"]


def test_a_key_in_the_address_is_not_taken_and_that_is_said(backend):
    with Hearth(config=config_for(backend, APIKEY="secret")) as locked:
        answer = locked.client.post(MESSAGES + "?beta=true&api_key=secret", ASK)
        assert answer.status == 401
        assert "address" in answer.json()["error"]["message"]
        assert "secret" not in locked.log_text()


def test_a_header_cannot_bring_another_one(server):
    """Neither into the response nor into the request to the provider."""
    session = "a\\r\\nx-evil: 1"
    answer = server.client.post(MESSAGES, ASK, headers={"x-claude-code-session-id": session})
    assert answer.status == 200
    assert "x-evil" not in answer.headers


# -- numbers -------------------------------------------------------------------------------------


def test_metrics(server):
    answer = server.client.post(MESSAGES, ASK)
    assert answer.status == 200
    text = server.client.get("/metrics").text
    counted = [line for line in text.splitlines()
               if line.startswith('hearth_requests_total{route="p,m",scenario="default",outcome="ok"}')]
    assert len(counted) == 1 and int(counted[0].split()[-1]) >= 1
    for line in text.splitlines():
        assert line.startswith("#") or line.rsplit(" ", 1)[1].replace(".", "").replace(
            "e-", "").isdigit(), line


def test_metrics_want_the_key(backend):
    with Hearth(config=config_for(backend, APIKEY="secret")) as locked:
        assert locked.client.get("/metrics").status == 401
        keyed = Client(locked.url, {"x-api-key": "secret"})
        assert keyed.get("/metrics").status == 200
        assert json.loads(keyed.get("/v1/models").body)["data"]
