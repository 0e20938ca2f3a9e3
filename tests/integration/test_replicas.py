"""Several servers with the same models behind one provider."""

import threading
import time

import pytest

from harness.backend import OpenAiBackend, Reply, closed_port
from harness.server import Hearth

MESSAGES = "/v1/messages"


def ask(*texts: str) -> dict:
    """A conversation: the user and the assistant in turn."""
    messages = [{"role": "assistant" if i % 2 else "user", "content": text}
                for i, text in enumerate(texts)]
    return {"model": "claude-sonnet-4-5", "max_tokens": 20, "messages": messages}


def config_for(*urls: str) -> dict:
    return {"Providers": [{"name": "rack", "api_base_url": list(urls), "models": ["m"]}],
            "Router": {"default": "rack,m"}}


@pytest.fixture
def pair():
    with OpenAiBackend(Reply(text="one")) as one, OpenAiBackend(Reply(text="two")) as two:
        yield one, two


def text_of(answer) -> str:
    assert answer.status == 200, answer.text
    return "".join(block.get("text", "") for block in answer.json()["content"])


def test_a_conversation_goes_on_where_it_began(pair):
    one, two = pair
    slow = Reply(text="one", wait_before=1.5)
    one.answers = [slow, Reply(text="one")]
    with Hearth(config=config_for(one.url, two.url)) as hearth:
        busy = threading.Thread(target=hearth.client.post, args=(MESSAGES, ask("Anna")))
        busy.start()
        until = time.monotonic() + 10
        while not one.seen:
            assert time.monotonic() < until
            time.sleep(0.01)
        # The first one is busy.
        assert text_of(hearth.client.post(MESSAGES, ask("Bert"))) == "two"
        busy.join()
        for _ in range(3):
            assert text_of(hearth.client.post(MESSAGES, ask("Bert", "two", "And?"))) == "two"
            assert text_of(hearth.client.post(MESSAGES, ask("Anna", "one", "And?"))) == "one"


def test_one_that_is_gone_before_its_first_token_is_replaced(pair):
    one, two = pair
    with Hearth(config=config_for(one.url, two.url)) as hearth:
        assert text_of(hearth.client.post(MESSAGES, ask("Anna"))) == "one"
        one.kill()
        assert text_of(hearth.client.post(MESSAGES, ask("Anna", "one", "And?"))) == "two"


def test_the_record_names_the_one_that_answered(pair):
    one, two = pair
    with Hearth(config=config_for(one.url, two.url)) as hearth:
        one.kill()
        answer = hearth.client.post(MESSAGES, ask("Anna"))
        assert text_of(answer) == "two"
        record = hearth.record(answer.request_id)
        assert record["route"] == "rack,m"
        assert f"Answered by {two.url}" in record["why"]


def test_one_that_dies_in_mid_stream_is_an_error(pair):
    one, two = pair
    one.answers = [Reply(text="one and more of it", cut=2, wait_between=0.3)]
    with Hearth(config=config_for(one.url, two.url)) as hearth:
        assert hearth.client.events(MESSAGES, ask("Anna"))[-1].name == "error"
        assert not two.seen


def test_where_none_answers_the_error_names_all():
    urls = [f"http://127.0.0.1:{closed_port()}/v1/chat/completions" for _ in range(2)]
    with Hearth(config=config_for(*urls)) as hearth:
        answer = hearth.client.post(MESSAGES, ask("Anna"))
        assert answer.status == 502
        assert all(url in answer.json()["error"]["message"] for url in urls)
