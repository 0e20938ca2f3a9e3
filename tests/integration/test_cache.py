"""`hearth cache`: what is kept where, and how it is verified, forgotten and warmed."""

import json

import pytest

from harness import paths
from harness.server import Hearth

STORY = "Once upon a time a fox went out to look for its brother. " * 30


@pytest.fixture
def own():
    model = f"m={paths.model(paths.SMOLLM2)}"
    with Hearth(models=[model], context=2048) as hearth:
        yield hearth


def cache(hearth, *arguments, code=0) -> str:
    done = hearth.command("cache", *arguments)
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


def end(hearth):
    """Ends the server as `hearth stop` does; its folder stays."""
    hearth.process.terminate()
    assert hearth.process.wait(60) == 0


def tell(hearth, text=STORY) -> dict:
    answer = hearth.client.post("/v1/completions", {"model": "m", "prompt": text, "max_tokens": 2,
                                                    "temperature": 0})
    assert answer.ok, answer.text
    return answer.json()["timings"]


def survey(hearth) -> dict:
    (model,) = json.loads(cache(hearth, "--json"))["models"]
    return model


def test_it_shows_what_was_read_in_words_and_numbers(own):
    read = tell(own)["prompt_n"]
    shown = cache(own)
    assert "Once upon a time a fox" in shown
    model = survey(own)
    assert model["n_conversations"] == 1
    (conversation,) = model["conversations"]
    assert conversation["own_tokens"] == conversation["tokens"] >= read
    assert conversation["device_tokens"] == conversation["tokens"]
    assert conversation["read_seconds"] > 0
    assert 0 < model["device"][0]["tokens"] <= model["device"][0]["capacity_tokens"]


def test_clear_forgets_all_of_it_and_the_text_is_read_again(own):
    tell(own)
    assert tell(own)["cache_n"] > 300
    assert "Cleared: m" in cache(own, "clear", "m")
    model = survey(own)
    assert (model["tokens"], model["host"]["bytes"], model["disk"]["bytes"]) == (0, 0, 0)
    assert model["device"][0]["tokens"] == 0
    assert tell(own)["cache_n"] == 0


def test_verify_finds_a_flipped_byte_and_the_server_reads_that_part_again(own):
    tell(own)
    end(own)
    files = list((own.folder / "cache" / "hearth" / "kv").glob("*/*.rows"))
    assert files
    assert "0 are not" in cache(own, "verify")
    content = bytearray(files[0].read_bytes())
    content[-10] ^= 1
    files[0].write_bytes(content)
    assert "set aside" in cache(own, "verify", code=1)
    assert "0 are not" in cache(own, "verify")
    own.start()
    assert tell(own)["cache_n"] < 300


def test_without_a_server_it_tells_what_is_on_disk(own):
    tell(own)
    end(own)
    assert "SmolLM2" in cache(own)
    assert "hearth serve" in cache(own, "warm", code=1)
    assert "Deleted" in cache(own, "clear")
    assert "SmolLM2" not in cache(own)


def test_warm_brings_state_back_from_disk(own):
    tell(own)
    end(own)
    own.start()
    cache(own, "warm")
    kept = survey(own)
    assert kept["disk"]["bytes"] > 0
    timings = tell(own)
    assert timings["cache_n"] > 300


@pytest.mark.parametrize("body, words", [
    ('{"model": "nobody"}', "nobody"), ('{"model": 3}', "model"), ("[]", "object"), ("{", "JSON"),
])
def test_bad_bodies_are_errors_that_say_what_is_wrong(client, body, words):
    answer = client.request("POST", "/cache/clear", body=body.encode())
    assert answer.status in (400, 404)
    assert words in answer.text


def test_the_devices_pool_has_a_budget_of_its_own():
    model = f"m={paths.model(paths.SMOLLM2)}"
    with Hearth("--kv-device", "64MiB", models=[model], context=512) as hearth:
        (device,) = survey(hearth)["device"]
        # 22.5 KiB per token, and a multiple of 256 tokens.
        assert device["capacity_tokens"] == 2816
        # Short ones stay in the pool, all together more than one window.
        for name in "abcd":
            tell(hearth, f"{name}: " + STORY[:800])
        (device,) = survey(hearth)["device"]
        assert device["tokens"] > 512
        assert device["bytes"] <= 64 << 20
        too_long = hearth.client.post("/v1/completions", {"model": "m", "prompt": STORY * 2,
                                                          "max_tokens": 2})
        assert too_long.status == 400
        assert "> 511 maximum" in too_long.json()["error"]["message"]


def test_a_pool_smaller_than_the_window_is_refused_with_what_to_do():
    model = f"m={paths.model(paths.SMOLLM2)}"
    hearth = Hearth("--kv-device", "8MiB", models=[model], context=2048).start(ready=False)
    try:
        answer = hearth.client.post("/v1/completions", {"model": "m", "prompt": "x"})
        assert answer.status == 500
        message = answer.json()["error"]["message"]
        assert "--kv-device" in message and str(2048 * 23040) in message
    finally:
        hearth.stop()
