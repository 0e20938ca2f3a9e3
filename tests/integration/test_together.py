"""Several clients at once, clients that go away, and prompts that are shared."""

import json
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor

from harness.completions import assemble as assemble_chat
from harness.messages import assemble, text_of
from harness.server import MODEL
from harness.sse import Comment, Event

MESSAGES = "/v1/messages"
CHAT = "/v1/chat/completions"
PATIENCE = 0.2  # seconds in which a cancelled request must have stopped


def ask(text: str, **more) -> dict:
    return {"model": "claude-sonnet-4-5", "max_tokens": 16, "temperature": 0,
            "messages": [{"role": "user", "content": text}], **more}


def long_prompt(name: str) -> str:
    return f"This is the story of {name}. " + f"{name} walked on and on through the wood. " * 160


def test_several_clients_stream_at_once(hearth):
    starts, ends = [], []

    def run(number):
        starts.append(time.monotonic())
        body = ask(f"Count from {number} upwards.", max_tokens=32)
        if number % 2:
            text = text_of(assemble(hearth.client.events(MESSAGES, body)))
        else:
            text = assemble_chat(hearth.client.events(CHAT, body), with_usage=False)["content"]
        ends.append(time.monotonic())
        return text

    with ThreadPoolExecutor(6) as pool:
        texts = list(pool.map(run, range(1, 7)))
    assert all(texts)
    assert len(set(texts)) > 1


def test_a_short_request_does_not_wait_for_a_long_prompt(hearth):
    """While one prompt is read, another client's answer begins."""
    with hearth.client.stream(MESSAGES, ask(long_prompt("Alma"), max_tokens=1)) as long_one:
        events = iter(long_one)
        first = next(event for event in events)
        assert isinstance(first, (Event, Comment))
        short = hearth.client.post(MESSAGES, ask("Hi.", max_tokens=1))
        short_done = time.monotonic()
        assert short.status == 200
        list(events)
        long_done = time.monotonic()
    assert short_done < long_done


def cpu_after(hearth, pause: float = PATIENCE, span: float = 0.6) -> float:
    """Processor seconds that the server uses in `span`, from `pause` after now."""
    time.sleep(pause)
    before = hearth.cpu_seconds()
    time.sleep(span)
    return hearth.cpu_seconds() - before


def end_of(record: dict) -> float:
    return (record["time"] + record["total_ms"]) / 1000


def test_a_client_that_goes_away_while_its_prompt_is_read_stops_the_work(hearth):
    with hearth.client.stream(MESSAGES, ask(long_prompt("Bert"), max_tokens=200)) as stream:
        next(iter(stream))
        time.sleep(0.3)
        stream.close()
        gone = time.time()
        used = cpu_after(hearth)
        request_id = stream.request_id
    assert used <= 0.1, f"{used} s of processor time after the client was gone"
    record = hearth.record(request_id)
    assert end_of(record) - gone <= PATIENCE
    assert record["output_tokens"] == 0
    assert record["stop_reason"] == "cancelled"
    assert record["prompt_tokens"] > 1000
    assert (record["reused_tokens"] + record["computed_tokens"]
            < record["prompt_tokens"]), "the log counts what was not computed"


def test_a_client_that_goes_away_while_it_is_answered_stops_the_work(hearth):
    body = ask("Write a very long story about a castle, with every detail.", max_tokens=1500)
    with hearth.client.stream(MESSAGES, body) as stream:
        texts = (e for e in stream if isinstance(e, Event) and e.name == "content_block_delta")
        for _ in range(5):
            next(texts)
        stream.close()
        gone = time.time()
        used = cpu_after(hearth)
        request_id = stream.request_id
    assert used <= 0.1, f"{used} s of processor time after the client was gone"
    assert end_of(hearth.record(request_id)) - gone <= PATIENCE


def test_a_client_that_goes_away_without_streaming_stops_the_work(hearth):
    began = time.time()
    body = json.dumps(ask(long_prompt("Carla"), max_tokens=200)).encode()
    head = (f"POST {MESSAGES} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n"
            f"content-length: {len(body)}\r\n\r\n")
    with socket.create_connection((hearth.client.host, hearth.client.port)) as connection:
        connection.sendall(head.encode() + body)
        time.sleep(0.8)
    gone = time.time()
    assert cpu_after(hearth) <= 0.1
    new = hearth.record_with(lambda record: record["time"] >= int(1000 * began))
    assert end_of(new) - gone <= PATIENCE
    assert new["prompt_tokens"] > 1000


def test_what_was_read_for_a_client_that_went_away_is_kept(hearth):
    body = ask(long_prompt("Dora"), max_tokens=1)
    with hearth.client.stream(MESSAGES, body) as stream:
        for event in stream:
            if isinstance(event, Comment) and event.text.startswith("prefill "):
                progress = json.loads(event.text.removeprefix("prefill "))
                if progress["computed"] > 100 and not progress.get("estimated"):
                    break
        stream.close()
    usage = hearth.client.post(MESSAGES, body).ok()["usage"]
    assert usage["cache_read_input_tokens"] > 100


def test_requests_batched_with_one_that_goes_away_lose_nothing(hearth):
    body = {"model": MODEL, "prompt": "One, two, three,", "max_tokens": 64, "temperature": 0,
            "ignore_eos": True, "stream_options": {"include_usage": True}}
    chunks = []
    reader = threading.Thread(
        target=lambda: chunks.extend(hearth.client.events("/v1/completions", body)))
    reader.start()
    for name in ("Emil", "Fritz", "Gerda"):
        with hearth.client.stream(MESSAGES, ask(long_prompt(name))) as stream:
            next(iter(stream))
            time.sleep(0.1)
            stream.close()
    reader.join(120)
    assert chunks and chunks[-1].data == "[DONE]", "the request that went on was lost"
    assert chunks[-2].json()["usage"]["completion_tokens"] == 64


def test_four_identical_requests_share_one_prompt(hearth):
    body = ask("Which animals live here? " + "The wood of the four clients is deep. " * 60,
               max_tokens=4)
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: hearth.client.post(MESSAGES, body), range(4)))
    records = [hearth.record(answer.request_id) for answer in answers]
    length = records[0]["prompt_tokens"]
    assert length > 400
    assert [record["prompt_tokens"] for record in records] == [length] * 4
    computed = sum(record["computed_tokens"] for record in records)
    assert computed <= length + 4 * 4, [record["computed_tokens"] for record in records]


def test_more_clients_than_can_run_are_all_answered(hearth):
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(
            lambda n: hearth.client.post(MESSAGES, ask(f"Say {n}.", max_tokens=6)), range(16)))
    assert [answer.status for answer in answers] == [200] * 16
    assert len({answer.json()["id"] for answer in answers}) == 16
