"""`hearth trace record`: what a server serves becomes a trace, without its text."""

import json

import pytest

from harness import paths
from harness.server import Hearth

SECRET = "The password of the harbour gate is marmalade and nobody else knows it. "


@pytest.fixture
def own():
    with Hearth(models=[f"m={paths.model(paths.SMOLLM2)}"], context=4096) as hearth:
        yield hearth


def trace(hearth, *arguments, code=0) -> str:
    done = hearth.command("trace", *arguments)
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


def say(hearth, messages, session) -> list:
    body = {"model": "m", "messages": messages, "max_tokens": 8, "temperature": 0,
            "prompt_cache_key": session}
    answer = hearth.client.post("/v1/chat/completions", body)
    assert answer.ok, answer.text
    return [*messages, answer.json()["choices"][0]["message"]]


def test_a_recording_has_times_and_blocks_and_no_text(own):
    assert "Nothing is being recorded" in trace(own, "record", "--status")
    say(own, [{"role": "user", "content": SECRET}], "before")
    assert "no text" in trace(own, "record")
    messages = [{"role": "user", "content": SECRET * 20}]
    for _ in range(3):
        messages = say(own, messages, "one")
        messages.append({"role": "user", "content": SECRET * 6})
    say(own, [{"role": "user", "content": "Hello. " * 100}], "two")
    said = trace(own, "record", "--stop")
    assert "4 requests of 2 sessions" in said
    (folder,) = (own.folder / "state" / "hearth" / "traces").iterdir()
    assert str(folder) in said
    files = sorted(folder.iterdir())
    assert len(files) == 2
    assert all("marmalade" not in file.read_text() for file in files)
    first, second, third = json.loads(files[0].read_text())["requests"]
    assert first["t"] == 0 < second["t"] < third["t"]
    assert second["hash_ids"][:len(first["hash_ids"])] == first["hash_ids"]
    assert len(third["hash_ids"]) > len(second["hash_ids"]) > len(first["hash_ids"]) > 3
    assert second["reused"] >= first["in"]

    report = json.loads(trace(own, "report", str(folder), "--json"))
    assert (report["requests"], report["begun"]["requests"], report["went_on"]["requests"]) == (4, 2, 2)
    assert report["recorded"]["missed_tokens"] == 0
    simulated = json.loads(trace(own, "simulate", str(folder), "--json", "--bytes-per-token", "1KiB"))
    assert simulated["recompute_ratio"] == 1


def test_what_was_recorded_is_there_when_the_server_ends(own):
    trace(own, "record")
    assert "Recording to" in trace(own, "record")
    say(own, [{"role": "user", "content": SECRET * 10}], "one")
    own.process.terminate()
    assert own.process.wait(60) == 0
    (folder,) = (own.folder / "state" / "hearth" / "traces").iterdir()
    assert len(list(folder.iterdir())) == 1
    assert "no server" in trace(own, "record", code=1)
