"""`--mode exact`: the same answer, token for token, whatever is cached and wherever it lies."""

import pytest

from harness import paths
from harness.server import Hearth

MODELS = (paths.GPT_OSS, paths.QWEN3MOE, paths.LFM2)
WORDS = "sun moon river stone glass field letter copper window paper ".split()


def prompt(topic: str, words: int = 700) -> str:
    seed = sum(map(ord, topic))
    chosen = (WORDS[(seed * 7 + i * i + i // 9) % len(WORDS)] for i in range(words))
    return f"{topic}: " + " ".join(chosen)


def ask(hearth, text: str) -> tuple[str, dict]:
    """Sampled at a temperature where a difference in the last bits would soon lead elsewhere."""
    answer = hearth.client.post("/v1/completions", {
        "model": "m", "prompt": text, "max_tokens": 48, "temperature": 1.5, "seed": 11,
        "ignore_eos": True})
    assert answer.ok, answer.text
    body = answer.json()
    return body["choices"][0]["text"], body["timings"]


@pytest.mark.parametrize("name", MODELS)
def test_the_answer_does_not_depend_on_what_is_cached(name):
    with Hearth("--mode", "exact", models=[f"m={paths.model(name)}"], context=4096) as hearth:
        cold, timings = ask(hearth, prompt("first"))
        assert timings["cache_n"] == 0 and timings["prompt_n"] > 600
        on_device, timings = ask(hearth, prompt("first"))
        assert timings["cache_n"] % 128 == 0 and timings["cache_n"] > 500
        ask(hearth, prompt("second"))
        from_host, timings = ask(hearth, prompt("first"))
        assert timings["cache_n"] > 500
        forked, _ = ask(hearth, prompt("first") + " and then")
        hearth.process.terminate()
        assert hearth.process.wait(60) == 0
        hearth.start()
        from_disk, timings = ask(hearth, prompt("first"))
        assert timings["cache_n"] > 500
        assert [on_device, from_host, from_disk] == [cold] * 3
        assert forked != cold
        assert ask(hearth, prompt("first") + " and then")[0] == forked


def test_the_modes_do_not_share_state(tmp_path):
    model = f"m={paths.model(paths.QWEN3MOE)}"
    with Hearth(models=[model], context=4096) as hearth:
        ask(hearth, prompt("first"))
        hearth.process.terminate()
        assert hearth.process.wait(60) == 0
        hearth.arguments += ["--mode", "exact"]
        hearth.start()
        assert ask(hearth, prompt("first"))[1]["cache_n"] == 0


def test_requests_at_once_are_served_one_after_the_other():
    from concurrent.futures import ThreadPoolExecutor
    with Hearth("--mode", "exact", models=[f"m={paths.model(paths.GPT_OSS)}"],
                context=4096) as hearth:
        alone = [ask(hearth, prompt(topic))[0] for topic in "abc"]
        with ThreadPoolExecutor(3) as pool:
            together = list(pool.map(lambda topic: ask(hearth, prompt(topic))[0], "abc" * 2))
        assert together == alone * 2


def test_a_configured_model_has_a_mode_of_its_own():
    path = paths.model(paths.QWEN3MOE)
    config = {"Providers": [{"name": "local", "type": "local", "models": ["m"], "mode": "exact",
                             "context": 4096}], "Router": {"default": "local,m"}}
    with Hearth(models=[f"m={path}"], config=config) as hearth:
        ask(hearth, prompt("first"))
        assert ask(hearth, prompt("first"))[1]["cache_n"] % 128 == 0
