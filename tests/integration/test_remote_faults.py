"""Every way in which a remote server can fail, in all its APIs, streamed and whole."""

import json
import time

import pytest

from harness.backend import Fault, Reply
from harness.remotes import (  # noqa: F401: fixtures
    CHAT, MESSAGES, _setup, ask, every_backend, every_way, setup)
from harness.sse import Event


def failure(setup, path, body, way) -> tuple[int, dict]:
    """Status and error object of a request that fails before anything was sent."""
    if way == "stream":
        with setup.hearth.client.stream(path, body) as stream:
            return stream.status, json.loads(stream.body())["error"]
    answer = setup.hearth.client.post(path, body)
    return answer.status, answer.json()["error"]


OPENAI_429 = json.dumps({"error": {"type": "rate_limit_exceeded", "message": "slow down a bit"}})
ANTHROPIC_429 = json.dumps({"type": "error", "error": {"type": "rate_limit_error",
                                                       "message": "slow down a bit"}})
OPENAI_500 = json.dumps({"error": {"type": "server_error", "message": "the disk is full"}})
ANTHROPIC_500 = json.dumps({"type": "error", "error": {"type": "api_error",
                                                       "message": "the disk is full"}})
GEMINI_429 = json.dumps([{"error": {"code": 429, "status": "RESOURCE_EXHAUSTED",
                                    "message": "slow down a bit"}}])
GEMINI_500 = json.dumps({"error": {"code": 500, "status": "INTERNAL",
                                   "message": "the disk is full"}})
BODIES_429 = {"openai": OPENAI_429, "anthropic": ANTHROPIC_429, "gemini": GEMINI_429}
BODIES_500 = {"openai": OPENAI_500, "anthropic": ANTHROPIC_500, "gemini": GEMINI_500}
HTML = "<!doctype html><html><body><h1>502 Bad Gateway</h1></body></html>"


@every_way
@every_backend
@pytest.mark.parametrize("path", [MESSAGES, CHAT])
def test_429_stays_a_429(setup, backend, path, way):
    setup.backends[backend].answers = [Fault(429, BODIES_429[backend],
                                             headers={"retry-after": "7"})]
    status, error = failure(setup, path, ask(backend), way)
    assert status == 429
    assert "slow down a bit" in error["message"]
    assert "rate_limit" in error["type"]


OVERFLOW = {"openai": "maximum context length is 4096 tokens. However, you requested 5000 tokens",
            "anthropic": "prompt is too long: 5000 tokens > 4096 maximum",
            "gemini": "The input token count (5000) exceeds the maximum number of tokens allowed (4096)."}


@every_way
@every_backend
@pytest.mark.parametrize("path, status", [(MESSAGES, 400), (CHAT, 413), (CHAT, 500)])
def test_a_prompt_that_is_too_long_is_told_as_each_client_knows_it(setup, backend, path, status, way):
    setup.backends[backend].answers = [
        Fault(status, json.dumps({"error": {"message": OVERFLOW[backend]}}))]
    got, error = failure(setup, path, ask(backend), way)
    assert got == 400
    assert error["message"].startswith("prompt is too long: 5000 tokens > 4096 maximum")
    assert error["type"] == "invalid_request_error"
    assert path == MESSAGES or error["code"] == "context_length_exceeded"
    assert len(setup.backends[backend].seen) == 1, "it does not help to ask again"


@every_way
@pytest.mark.parametrize("path, status, expected", [(MESSAGES, 429, 429), (CHAT, 429, 429),
                                                    (MESSAGES, 529, 529), (CHAT, 529, 503)])
def test_when_to_ask_again_is_passed_on(setup, path, status, expected, way):
    setup.backends["openai"].answers = [Fault(status, BODIES_429["openai"] if status == 429 else
                                              json.dumps({"error": {"message": "busy"}}),
                                              headers={"retry-after": "7"})]
    body = {**ask("openai"), "stream": way == "stream"}
    answer = setup.hearth.client.post(path, body)
    assert (answer.status, answer.headers.get("retry-after")) == (expected, "7")


@every_way
@every_backend
@pytest.mark.parametrize("path", [MESSAGES, CHAT])
def test_500_is_an_error_with_the_servers_words(setup, backend, path, way):
    setup.backends[backend].answers = [Fault(500, BODIES_500[backend])]
    status, error = failure(setup, path, ask(backend), way)
    assert status in (500, 502)
    assert "the disk is full" in error["message"]


@every_way
@every_backend
@pytest.mark.parametrize("status", [200, 502])
def test_html_is_an_error(setup, backend, status, way):
    setup.backends[backend].answers = [Fault(status, HTML, "text/html")]
    got, error = failure(setup, MESSAGES, ask(backend), way)
    assert got >= 500
    assert "502 Bad Gateway" in error["message"] or "html" in error["message"].lower()


@every_backend
@pytest.mark.parametrize("status, expected", [(401, 401), (403, 403), (404, 404), (400, 400)])
def test_a_refusal_keeps_its_status(setup, backend, status, expected):
    setup.backends[backend].answers = [Fault(status, json.dumps({"error": {"message": "no, sir"}}))]
    got, error = failure(setup, MESSAGES, ask(backend), "whole")
    assert got == expected
    assert "no, sir" in error["message"]


def test_a_key_that_the_server_repeats_is_not_shown(setup):
    body = json.dumps({"error": {"message": "Incorrect API key: key-of-openai"}})
    setup.backends["openai"].answers = [Fault(401, body)]
    _, error = failure(setup, MESSAGES, ask("openai"), "whole")
    assert "key-of-openai" not in error["message"]


@every_way
@pytest.mark.parametrize("path", [MESSAGES, CHAT])
def test_a_server_that_is_not_there_is_an_error_at_once(setup, path, way):
    began = time.monotonic()
    status, error = failure(setup, path, {**ask("x"), "model": "dead,m"}, way)
    assert time.monotonic() - began < 5
    assert status in (502, 503)
    assert str(setup.dead_port) in error["message"]
    assert "api_base_url" in error["message"]


@every_way
@every_backend
def test_a_server_that_is_silent_is_an_error_after_the_timeout(setup, backend, way):
    setup.backends[backend].answers = [Reply(text="late", wait_before=6)]
    began = time.monotonic()
    status, error = failure(setup, MESSAGES, ask(backend), way)
    assert 1 < time.monotonic() - began < 5
    assert status == 504
    assert "API_TIMEOUT_MS" in error["message"]


@every_backend
def test_an_answer_that_breaks_off_is_an_error_when_whole(setup, backend):
    setup.backends[backend].answers = [Reply(text="Once upon a time", cut=4)]
    status, error = failure(setup, MESSAGES, ask(backend), "whole")
    assert status >= 500
    assert error["message"]


@every_backend
def test_an_answer_that_breaks_off_is_an_error_event_in_a_stream(setup, backend):
    setup.backends[backend].answers = [Reply(text="Once upon a time", cut=5)]
    events = [e for e in setup.hearth.client.events(MESSAGES, ask(backend))
              if isinstance(e, Event)]
    names = [e.name for e in events]
    assert "content_block_delta" in names
    assert names[-1] == "error"
    assert "message_stop" not in names
    error = events[-1].json()
    assert error["type"] == "error"
    assert set(error["error"]) == {"type", "message"}
    chat_events = [e for e in setup.hearth.client.events(CHAT, ask(backend))
                   if isinstance(e, Event)]
    errors = [e for e in chat_events if e.data != "[DONE]" and "error" in e.json()]
    assert len(errors) == 1
    assert not any(e.data != "[DONE]" and e.json().get("choices")
                   and e.json()["choices"][0]["finish_reason"] for e in chat_events)


@every_backend
def test_an_error_is_in_the_log(setup, backend):
    setup.backends[backend].answers = [Fault(500, OPENAI_500)]
    answer = setup.hearth.client.post(MESSAGES, ask(backend))
    record = setup.hearth.record(answer.request_id)
    assert "the disk is full" in record["error"]
    assert record["route"] == f"{backend},remote/model:7b"


def test_what_is_cached_at_a_remote_server_is_in_the_log(setup):
    setup.backends["openai"].answers = [Reply(text="Hi", prompt_tokens=120, cached_tokens=100)]
    answer = setup.hearth.client.post(MESSAGES, ask("openai"))
    record = setup.hearth.record(answer.request_id)
    assert (record["prompt_tokens"], record["reused_tokens"], record["output_tokens"]) == (120, 100,
                                                                                           7)
