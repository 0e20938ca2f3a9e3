"""Embeddings of a local model that is made for them, in OpenAI's and Ollama's APIs."""

import base64
import struct

import pytest

from harness import paths
from harness.server import MODEL, Hearth

OPENAI = "/v1/embeddings"


@pytest.fixture(scope="module")
def embedding():
    models = [f"bert={paths.model(paths.BERT)}", f"chat={paths.model(paths.QWEN3MOE)}"]
    with Hearth(models=models, context=4096) as hearth:
        yield hearth


def vectors(hearth: Hearth, given, **more) -> list[list[float]]:
    answer = hearth.client.post(OPENAI, {"model": "bert", "input": given, **more}).ok()
    assert answer["object"] == "list"
    assert [item["index"] for item in answer["data"]] == list(range(len(answer["data"])))
    return [item["embedding"] for item in answer["data"]]


def product(a, b) -> float:
    return sum(x * y for x, y in zip(a, b, strict=True))


def test_what_each_model_can_do_is_told(embedding):
    kinds = {entry["id"]: entry["type"] for entry in embedding.client.get("/api/v0/models").ok()["data"]}
    assert kinds == {"bert": "embeddings", "chat": "llm"}
    def shown(name):
        return embedding.client.post("/api/show", {"model": name}).ok()["capabilities"]
    assert shown("bert") == ["embedding"]
    assert shown("chat")[:2] == ["completion", "tools"]


def test_texts_become_vectors_in_their_order(embedding):
    texts = ["the fox", "a river and a fish", "the fox"]
    made = vectors(embedding, texts)
    assert [product(vector, vector) for vector in made] == pytest.approx([1, 1, 1], abs=1e-4)
    assert product(made[0], made[2]) == pytest.approx(1, abs=1e-4)
    assert product(made[0], made[1]) < 0.999
    assert vectors(embedding, "the fox")[0] == pytest.approx(made[0], abs=1e-4)


def test_tokens_are_taken_as_they_are(embedding):
    tokens = [101, 1996, 4419, 102]  # BERT's: [CLS] the fox [SEP]
    text = vectors(embedding, "the fox")[0]
    assert vectors(embedding, tokens)[0] == pytest.approx(text, abs=1e-4)
    assert vectors(embedding, [tokens, tokens])[1] == pytest.approx(text, abs=1e-4)


def test_base64_holds_the_same_numbers(embedding):
    plain = vectors(embedding, "the fox")[0]
    packed = base64.b64decode(vectors(embedding, "the fox", encoding_format="base64")[0])
    assert struct.unpack(f"<{len(packed) // 4}f", packed) == pytest.approx(plain, abs=1e-6)


def test_fewer_dimensions_are_a_shorter_vector_of_length_one(embedding):
    whole, short = vectors(embedding, "the fox")[0], vectors(embedding, "the fox", dimensions=16)[0]
    assert len(short) == 16 and product(short, short) == pytest.approx(1, abs=1e-4)
    assert short[0] / short[1] == pytest.approx(whole[0] / whole[1], rel=1e-3)


def test_usage_and_the_log(embedding):
    answer = embedding.client.post(OPENAI, {"model": "bert", "input": ["the fox", "the fox"]})
    usage = answer.ok()["usage"]
    assert usage["prompt_tokens"] == usage["total_tokens"] == 8
    record = embedding.record(answer.request_id)
    assert (record["endpoint"], record["route"], record["prompt_tokens"]) == (OPENAI, "bert", 8)


@pytest.mark.parametrize("model", ["", "text-embedding-3-small", "bert:latest", "local,bert"])
def test_other_names_for_the_model(embedding, model):
    body = {"model": model, "input": "the fox"} if model else {"input": "the fox"}
    assert embedding.client.post(OPENAI, body).ok()["data"]


def test_ollamas_api(embedding):
    whole = vectors(embedding, "the fox")[0]
    answer = embedding.client.post("/api/embed", {
        "model": "bert", "input": ["the fox", "a fish"]}).ok()
    assert answer["embeddings"][0] == pytest.approx(whole, abs=1e-4)
    assert len(answer["embeddings"]) == 2 and answer["prompt_eval_count"] == 8
    older = embedding.client.post("/api/embeddings", {"model": "bert", "prompt": "the fox"}).ok()
    assert older["embedding"] == pytest.approx(whole, abs=1e-4)
    # Ollama cuts what is too long, unless it is told not to.
    long = "fox " * 600
    assert embedding.client.post("/api/embed", {"model": "bert", "input": long}).ok()
    refused = embedding.client.post("/api/embed", {"model": "bert", "input": long,
                                                   "truncate": False})
    assert refused.status == 400 and "too long" in refused.text


@pytest.mark.parametrize("body, problem", [
    ({}, "input"), ({"input": []}, "at least one"), ({"input": 7}, "input"),
    ({"input": ["a", 7]}, "input[1]"), ({"input": [1, "a"]}, "whole numbers"),
    ({"input": [99999999]}, "no token"), ({"input": "a", "dimensions": 100000}, "more than"),
    ({"input": "a", "dimensions": 0}, "dimensions"),
    ({"input": "a", "encoding_format": "hex"}, "base64"), ({"input": "fox " * 600}, "too long"),
    ({"input": "a", "model": "nobody"}, "nobody"),
])
def test_what_is_wrong_is_said(embedding, body, problem):
    answer = embedding.client.post(OPENAI, {"model": "bert", **body})
    assert answer.status in (400, 404)
    assert problem in answer.text


def test_a_chat_that_names_no_model_goes_to_one_that_chats(embedding):
    """Though the other was named first."""
    body = {"messages": [{"role": "user", "content": "Hi"}], "max_tokens": 2}
    assert embedding.client.post("/v1/chat/completions", body).ok()["model"] == "chat"
    assert embedding.client.post("/cache/warm", {}).status == 200


def test_a_chat_model_makes_none_and_an_embedding_model_does_not_chat(embedding, hearth):
    refused = hearth.client.post(OPENAI, {"model": MODEL, "input": "the fox"})
    assert refused.status == 400 and "makes no embeddings" in refused.text
    refused = embedding.client.post("/v1/chat/completions", {
        "model": "bert", "messages": [{"role": "user", "content": "Hi"}]})
    assert refused.status == 400 and "/v1/embeddings" in refused.text


def test_its_vocabulary_can_be_asked(embedding):
    asked = {"model": "bert", "content": "the fox", "add_special": True}
    tokens = embedding.client.post("/tokenize", asked).ok()["tokens"]
    assert tokens == [101, 1996, 4419, 102]
    body = {"model": "bert", "tokens": tokens[1:3]}
    assert embedding.client.post("/detokenize", body).ok()["content"].strip() == "the fox"
