"""POST /v1/completions, /tokenize and /detokenize; GET /v1/models and /health."""

import pytest

from harness.backend import OpenAiBackend
from harness.server import MODEL, WINDOW, Hearth
from harness.sse import Comment

COMPLETIONS = "/v1/completions"


def tokenize(client, text: str, **more) -> list[int]:
    return client.post("/tokenize", {"content": text, **more}).ok()["tokens"]


def complete(client, prompt, **more) -> dict:
    body = {"model": MODEL, "prompt": prompt, "max_tokens": 8, "temperature": 0, **more}
    return client.post(COMPLETIONS, body).ok()


def test_text_is_continued(client):
    answer = complete(client, "The capital of France is")
    assert answer["object"] == "text_completion"
    choice = answer["choices"][0]
    assert "Paris" in choice["text"]
    assert choice["finish_reason"] in ("length", "stop")
    usage = answer["usage"]
    assert 0 < usage["completion_tokens"] <= 8
    assert usage["prompt_tokens"] + usage["completion_tokens"] == usage["total_tokens"]


def test_tokens_are_continued_as_their_text_is(client):
    text = "The capital of France is"
    tokens = tokenize(client, text)
    by_tokens = complete(client, tokens, max_tokens=2)
    assert by_tokens["usage"]["prompt_tokens"] == len(tokens)
    assert by_tokens["choices"][0]["text"] == complete(
        client, text, max_tokens=2)["choices"][0]["text"]


@pytest.mark.parametrize("name", ["repeat_penalty", "repetition_penalty"])
def test_repetition_is_made_dear(client, name):
    def answer(**more) -> str:
        body = {"model": MODEL, "max_tokens": 24, "temperature": 0, **more,
                "messages": [{"role": "user", "content": "Say the word so twenty times."},
                             {"role": "assistant", "content": "so " * 30 + "so"}]}
        return client.post("/v1/chat/completions", body).ok()["choices"][0]["message"]["content"]

    assert answer().count("so so") > 3
    assert answer(**{name: 3}).count("so so") <= 1
    assert answer(**{name: 3, "repeat_last_n": -1}).count("so so") <= 1
    assert answer(**{name: 3, "repeat_last_n": 2**31 - 1}).count("so so") <= 1
    assert answer(**{name: 3, "repeat_last_n": 0}).count("so so") > 3
    assert answer(**{name: 0}).count("so so") > 3


def test_a_stream_holds_the_same_as_the_whole_answer(client):
    body = {"model": MODEL, "prompt": "One, two, three,", "max_tokens": 4, "temperature": 0,
            "stream_options": {"include_usage": True}}
    whole = client.post(COMPLETIONS, body).ok()
    events = [e for e in client.events(COMPLETIONS, body) if not isinstance(e, Comment)]
    assert events[-1].data == "[DONE]"
    chunks = [e.json() for e in events[:-1]]
    text = "".join(c["choices"][0]["text"] for c in chunks if c["choices"])
    assert text == whole["choices"][0]["text"]
    assert chunks[-1]["choices"] == []
    assert chunks[-1]["usage"]["completion_tokens"] == whole["usage"]["completion_tokens"]


def test_a_prompt_that_goes_on_is_reused(client):
    tokens = tokenize(client, "A prefix for this one test, which is long enough to be kept: ")
    complete(client, tokens, max_tokens=1)
    longer = tokens + tokenize(client, "and then it goes on.")
    usage = complete(client, longer, max_tokens=1)["usage"]
    assert usage["prompt_tokens_details"]["cached_tokens"] >= len(tokens)


def test_timings_say_what_was_computed(client):
    answer = complete(client, "Rates are given in tokens per second, as they were measured.")
    timings = answer["timings"]
    usage = answer["usage"]
    computed = usage["prompt_tokens"] - usage["prompt_tokens_details"]["cached_tokens"]
    assert timings["prompt_n"] == computed
    assert timings["predicted_n"] == usage["completion_tokens"]
    assert timings["prompt_ms"] > 0
    assert timings["predicted_per_second"] > 0


@pytest.mark.parametrize("prompt", ["", []])
def test_an_empty_prompt_is_a_400(client, prompt):
    body = {"model": MODEL, "prompt": prompt, "max_tokens": 1}
    answer = client.post(COMPLETIONS, body)
    assert answer.status == 400
    assert answer.json()["error"]["type"] == "invalid_request_error"


def test_a_token_that_the_model_does_not_have_is_a_400(client):
    answer = client.post(COMPLETIONS, {"model": MODEL, "prompt": [99_999_999], "max_tokens": 1})
    assert answer.status == 400
    assert "99999999" in answer.json()["error"]["message"]


def test_a_prompt_over_the_window_is_a_400(client):
    tokens = tokenize(client, "word " * 10) * 400
    answer = client.post(COMPLETIONS, {"model": MODEL, "prompt": tokens, "max_tokens": 1})
    assert answer.status == 400
    message = answer.json()["error"]["message"]
    assert f"prompt is too long: {len(tokens)} tokens > " in message


# -- tokens --------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", [
    "Hello, world!",
    "  two spaces and a tab\t\n\n",
    "def f(x):\n    return x ** 2\n",
    "Grüße, 世界, мир, \U0001f525\U0001f468\u200d\U0001f469\u200d\U0001f467",
    "",
])
def test_tokens_round_trip(client, text):
    tokens = tokenize(client, text)
    assert client.post("/detokenize", {"tokens": tokens}).ok()["content"] == text


def test_special_tokens_are_tokens_only_if_wanted(client):
    one = tokenize(client, "<|im_start|>", parse_special=True)
    many = tokenize(client, "<|im_start|>", parse_special=False)
    assert len(one) == 1
    assert len(many) > 1
    assert client.post("/detokenize", {"tokens": many}).ok()["content"] == "<|im_start|>"


@pytest.mark.parametrize("path, body", [
    ("/tokenize", {}),
    ("/tokenize", {"content": 5}),
    ("/detokenize", {"tokens": "1 2"}),
    ("/detokenize", {"tokens": [-1]}),
    ("/detokenize", {"tokens": [99_999_999]}),
    ("/tokenize", []),
])
def test_wrong_tokens_are_a_400(client, path, body):
    answer = client.post(path, body)
    assert answer.status == 400
    assert answer.json()["error"]["message"]


# -- models --------------------------------------------------------------------------------------


def test_models_are_listed(client):
    listed = client.get("/v1/models?limit=1000").ok()
    assert listed["object"] == "list"
    assert [model["id"] for model in listed["data"]] == [MODEL]
    assert listed["data"][0]["object"] == "model"
    assert str(WINDOW) in str(listed["data"][0].values()), "the window is not told"
    assert listed["has_more"] is False


def test_one_model_is_shown(client):
    assert client.get(f"/v1/models/{MODEL}").ok()["id"] == MODEL


def test_models_are_told_in_pages():
    with OpenAiBackend() as backend:
        provider = {"name": "p", "api_base_url": backend.url, "models": ["org/a", "b", "c"]}
        with Hearth(config={"Providers": [provider], "Router": {"default": "p,b"}}) as hearth:
            first = hearth.client.get("/v1/models?limit=2").ok()
            # The default route's comes first.
            assert [model["id"] for model in first["data"]] == ["p,b", "p,org/a"]
            assert (first["has_more"], first["last_id"]) == (True, "p,org/a")
            rest = hearth.client.get("/v1/models?limit=2&after_id=p%2Corg%2Fa").ok()
            assert [model["id"] for model in rest["data"]] == ["p,c"]
            assert rest["has_more"] is False
            for wrong in ("limit=0", "limit=many", "after_id=none"):
                assert hearth.client.get("/v1/models?" + wrong).status == 400, wrong
            assert hearth.client.get("/v1/models/p,org%2Fa").ok()["id"] == "p,org/a"


@pytest.mark.parametrize("path, body", [
    (COMPLETIONS, {"prompt": "Hi", "max_tokens": 1}), ("/completion", {"prompt": "Hi", "n_predict": 1}),
    ("/api/generate", {"prompt": "Hi", "raw": True, "stream": False, "options": {"num_predict": 1}}),
])
def test_what_is_ignored_of_a_raw_prompt_is_in_the_record(hearth, path, body):
    answer = hearth.client.post(path, {"model": MODEL, "moon_phase": 3, **body})
    answer.ok()
    assert hearth.record(answer.request_id)["warnings"] == "ignored the field moon_phase"


def test_lm_studios_list_of_models(client):
    entry = client.get("/api/v0/models").ok()["data"][0]
    assert (entry["id"], entry["arch"], entry["state"]) == (MODEL, "llama", "loaded")
    assert (entry["type"], entry["capabilities"]) == ("llm", ["tool_use"])
    assert entry["loaded_context_length"] == WINDOW <= entry["max_context_length"]
    assert client.get(f"/api/v0/models/{MODEL}").ok() == entry
    missing = client.get("/api/v0/models/nothing")
    assert missing.status == 404 and MODEL in missing.json()["error"]["message"]


def test_an_unknown_model_is_not_shown(client):
    answer = client.get("/v1/models/no-such-model")
    assert answer.status == 404
    assert "no-such-model" in answer.json()["error"]["message"]


def test_health(client):
    assert client.get("/health").ok() == {"status": "ok"}
    head = client.request("HEAD", "/health")
    assert (head.status, head.body) == (200, b"")
