"""Documents ranked by a local model that is made for it, and embeddings and ranks of remote providers."""

import json

import pytest

from harness import paths
from harness.backend import Backend, Fault
from harness.server import Hearth

DOCUMENTS = ["a machine uses power", "learning is fun", "paris is a city in france"]


class VectorBackend(Backend):
    """An OpenAI-like server that makes embeddings and ranks."""

    path = "/v1/chat/completions"


@pytest.fixture(scope="module")
def backend():
    with VectorBackend() as backend:
        yield backend


@pytest.fixture(scope="module")
def ranking(backend):
    models = [f"ranker={paths.model(paths.BERT_RERANK)}", f"bert={paths.model(paths.BERT)}",
              f"chat={paths.model(paths.QWEN3MOE)}"]
    config = {"Providers": [
        {"name": "local", "models": ["ranker", "bert", "chat"]},
        {"name": "far", "api_base_url": backend.url, "api_key": "key-of-far",
         "models": ["text-vectors", "far-ranker"]},
        {"name": "other", "api_base_url": "http://127.0.0.1:9/v1/messages", "models": ["m"]}],
        "Router": {"default": "local,chat"}}
    with Hearth(models=models, config=config, context=4096) as hearth:
        yield hearth


def ranked(hearth, path="/v1/rerank", **more) -> dict:
    body = {"model": "ranker", "query": "what is a machine", "documents": DOCUMENTS, **more}
    return hearth.client.post(path, body).ok()


@pytest.mark.parametrize("path", ["/v1/rerank", "/rerank", "/v1/reranking", "/reranking"])
def test_documents_come_in_the_order_of_their_scores(ranking, path):
    answer = ranked(ranking, path)
    scores = [result["relevance_score"] for result in answer["results"]]
    assert scores == sorted(scores, reverse=True)
    assert len(set(scores)) == 3, "the documents are not looked at"
    assert {result["index"] for result in answer["results"]} == {0, 1, 2}
    assert answer["model"] == "ranker"


def test_a_document_is_scored_by_itself(ranking):
    scores = {r["index"]: r["relevance_score"] for r in ranked(ranking)["results"]}
    for index, document in enumerate(DOCUMENTS):
        alone = ranked(ranking, documents=[document])["results"][0]["relevance_score"]
        assert alone == pytest.approx(scores[index], abs=1e-4)
    other = ranked(ranking, query="where is paris")["results"]
    assert {r["index"]: r["relevance_score"] for r in other} != pytest.approx(scores, abs=1e-4)


def test_more_documents_than_a_batch_holds(ranking):
    documents = [f"document {n} " + "word " * (n % 60) for n in range(40)]
    together = ranked(ranking, documents=documents)["results"]
    assert len(together) == 40
    scores = {r["index"]: r["relevance_score"] for r in together}
    alone = ranked(ranking, documents=[documents[39]])["results"][0]["relevance_score"]
    # Batches of another size round differently; the scores lie further apart.
    assert alone == pytest.approx(scores[39], abs=2e-3)
    assert max(scores.values()) - min(scores.values()) > 0.05


def test_only_the_best_and_their_texts(ranking):
    answer = ranked(ranking, top_n=2, return_documents=True, documents=[
        DOCUMENTS[0], {"text": DOCUMENTS[1]}, DOCUMENTS[2]])
    assert len(answer["results"]) == 2
    for result in answer["results"]:
        assert result["document"]["text"] == DOCUMENTS[result["index"]]


def test_the_form_of_text_embeddings_inference(ranking):
    best = ranked(ranking)["results"][0]
    body = {"query": "what is a machine", "texts": DOCUMENTS, "return_text": True}
    answer = ranking.client.post("/rerank", body)
    assert answer.status == 200
    results = json.loads(answer.text)
    assert (results[0]["index"], results[0]["text"]) == (best["index"], DOCUMENTS[best["index"]])
    assert results[0]["score"] == pytest.approx(best["relevance_score"], abs=1e-4)


def test_usage_and_the_log(ranking):
    answer = ranking.client.post("/v1/rerank", {"query": "the fox", "documents": ["the fox", "a"]})
    usage = answer.ok()["usage"]
    # [CLS] the fox [SEP] the fox, and [CLS] the fox [SEP] a.
    assert usage["prompt_tokens"] == usage["total_tokens"] == 11
    record = ranking.record(answer.request_id)
    assert (record["endpoint"], record["route"], record["prompt_tokens"]) == (
        "/v1/rerank", "ranker", 11)


@pytest.mark.parametrize("body, problem", [
    ({"query": "a"}, "documents"), ({"documents": ["a"]}, "query"),
    ({"query": "a", "documents": []}, "at least one"), ({"query": "a", "documents": 7}, "array"),
    ({"query": "a", "documents": ["a", 1]}, "documents[1]"),
    ({"query": "a", "documents": ["a"], "top_n": 0}, "top_n"),
    ({"query": "a", "documents": ["fox " * 600]}, "too long"),
    ({"query": "a", "documents": ["a"], "model": "nobody"}, "nobody"),
    ({"query": "a", "documents": ["a"], "model": "bert"}, "/v1/embeddings"),
    ({"query": "a", "documents": ["a"], "model": "chat"}, "ranks no documents"),
    ({"query": "a", "documents": ["a"], "model": "other,m"}, "rerank"),
])
def test_what_is_wrong_is_said(ranking, body, problem):
    answer = ranking.client.post("/v1/rerank", {"model": "ranker", **body})
    assert answer.status in (400, 404)
    assert problem in answer.text


def test_a_model_that_ranks_neither_embeds_nor_chats(ranking):
    refused = ranking.client.post("/v1/embeddings", {"model": "ranker", "input": "a"})
    assert refused.status == 400 and "/v1/rerank" in refused.text
    refused = ranking.client.post("/v1/chat/completions", {
        "model": "local,ranker", "messages": [{"role": "user", "content": "Hi"}]})
    assert refused.status == 400 and "/v1/rerank" in refused.text


@pytest.mark.parametrize("asked, sent", [("far,text-vectors", "text-vectors"),
                                         ("text-vectors", "text-vectors"),
                                         ("far,some/other:1", "some/other:1")])
def test_embeddings_of_a_remote_provider(ranking, backend, asked, sent):
    reply = {"object": "list", "data": [{"index": 0, "embedding": [0.25]}], "own": "field",
             "usage": {"prompt_tokens": 3, "total_tokens": 3}}
    backend.answers = [Fault(200, json.dumps(reply))]
    answer = ranking.client.post("/v1/embeddings", {"model": asked, "input": "the fox",
                                                    "user": "u"})
    assert answer.ok() == reply
    seen = backend.last
    assert seen.path == "/v1/embeddings"
    assert seen.headers["authorization"] == "Bearer key-of-far"
    assert seen.body == {"model": sent, "input": "the fox", "user": "u"}
    record = ranking.record(answer.request_id)
    assert (record["route"], record["prompt_tokens"]) == (f"far,{sent}", 3)


def test_ranks_of_a_remote_provider(ranking, backend):
    reply = {"results": [{"index": 1, "relevance_score": 0.5}]}
    backend.answers = [Fault(200, json.dumps(reply))]
    body = {"model": "far,far-ranker", "query": "q", "documents": ["a", "b"], "top_n": 1}
    assert ranking.client.post("/v1/rerank", body).ok() == reply
    assert backend.last.path == "/v1/rerank"
    assert backend.last.body == {**body, "model": "far-ranker"}


def test_a_remote_providers_error_is_passed_on(ranking, backend):
    backend.answers = [Fault(401, json.dumps({"error": {"message": "not key-of-far"}}))]
    answer = ranking.client.post("/v1/embeddings", {"model": "far,text-vectors", "input": "a"})
    assert answer.status == 401
    assert "not ***" in answer.text
