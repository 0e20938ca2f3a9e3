"""Remote servers over TLS that speak HTTP/2."""

import json
import threading
import time

import pytest

from harness.backend import OpenAiBackend, Reply
from harness.http2 import Http2Front, make_certificate
from harness.messages import assemble, text_of
from harness.server import Hearth

MESSAGES = "/v1/messages"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    return make_certificate(tmp_path_factory.mktemp("certificate"))


def ask(text="Hi", **more) -> dict:
    return {"model": "claude-sonnet-4-5", "max_tokens": 64,
            "messages": [{"role": "user", "content": text}], **more}


def front_of(backend: OpenAiBackend, front: Http2Front) -> dict:
    provider = {"name": "far", "models": ["m"],
                "api_base_url": f"https://127.0.0.1:{front.port}{backend.path}"}
    return {"Providers": [provider], "Router": {"default": "far,m"}}


@pytest.fixture
def far(certificate):
    with OpenAiBackend(Reply(text="Hello from far away.")) as backend, \
            Http2Front(backend.port, certificate) as front, \
            Hearth(config=front_of(backend, front),
                   env={"SSL_CERT_FILE": str(certificate)}) as hearth:
        yield hearth, backend, front


def test_answers_come_whole_and_streamed(far):
    hearth, _, front = far
    answer = hearth.client.post(MESSAGES, ask()).ok()
    assert text_of(answer) == "Hello from far away."
    assert text_of(assemble(hearth.client.events(MESSAGES, ask()))) == "Hello from far away."
    assert len(front.streams) == 2
    assert len({connection for connection, _ in front.streams}) == 1, "a connection each"


def test_a_stream_is_passed_on_as_it_comes(far):
    hearth, backend, _ = far
    backend.answers = [Reply(text="one two three four five six", wait_between=0.15)]
    with hearth.client.stream(MESSAGES, ask()) as stream:
        times = [time.monotonic() for event in stream
                 if getattr(event, "name", "") == "content_block_delta"]
    gaps = [after - before for before, after in zip(times, times[1:])]
    assert len(gaps) >= 4
    assert min(gaps) > 0.05, "events were held back"


def test_many_requests_at_once_share_connections(far):
    hearth, backend, front = far
    backend.answers = [Reply(text="Hello", wait_before=0.3)]
    hearth.client.post(MESSAGES, ask()).ok()
    answers = []
    threads = [threading.Thread(target=lambda: answers.append(
        text_of(hearth.client.post(MESSAGES, ask()).ok()))) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == ["Hello"] * 20
    # libcurl takes another one where it does not find the first one free at that moment.
    assert len({connection for connection, _ in front.streams}) < 10, "nearly a connection each"


def test_a_large_body_and_a_large_answer(far):
    hearth, backend, _ = far
    backend.answers = [Reply(text="word " * 60_000)]
    answer = hearth.client.post(MESSAGES, ask("fox " * 500_000)).ok()
    assert text_of(answer) == "word " * 60_000
    assert len(backend.last.body["messages"][0]["content"]) == 2_000_000


def go_away_from(stream):
    for event in stream:
        if getattr(event, "name", "") == "content_block_delta":
            break
    stream.close()


def test_a_client_that_goes_away_is_passed_on(far):
    hearth, backend, _ = far
    backend.answers = [Reply(text="word " * 200, wait_between=0.05)]
    with hearth.client.stream(MESSAGES, ask()) as stream:
        go_away_from(stream)
    assert backend.disconnected.wait(2)
    backend.answers = [Reply(text="Hello")]
    assert text_of(hearth.client.post(MESSAGES, ask()).ok()) == "Hello"


def test_one_of_two_on_a_connection_goes_away_and_the_other_goes_on(far):
    hearth, backend, front = far
    hearth.client.post(MESSAGES, ask()).ok()
    backend.answers = [Reply(text="word " * 60, wait_between=0.05)]
    with hearth.client.stream(MESSAGES, ask()) as going, \
            hearth.client.stream(MESSAGES, ask()) as staying:
        go_away_from(going)
        assert backend.disconnected.wait(2)
        text = "".join(json.loads(event.data)["delta"].get("text", "") for event in staying
                       if getattr(event, "name", "") == "content_block_delta")
    assert text == "word " * 60
    assert len({connection for connection, _ in front.streams}) == 1


def test_a_certificate_that_nobody_vouches_for_is_refused_and_says_what_to_do(certificate):
    with OpenAiBackend(Reply(text="Hello")) as backend, \
            Http2Front(backend.port, certificate) as front, \
            Hearth(config=front_of(backend, front)) as hearth:
        failed = hearth.client.post(MESSAGES, ask())
        assert failed.status == 502
        assert "SSL_CERT_FILE" in failed.text
        assert not backend.seen
