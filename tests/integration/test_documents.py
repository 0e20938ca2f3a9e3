"""Documents, PDFs among them, and search results: what the model reads of them, locally and on
remote servers that know such blocks or do not."""

import base64

import pytest

from harness.backend import OpenAiBackend
from harness.remotes import (  # noqa: F401: fixtures
    CHAT, MESSAGES, _setup, ask, every_backend, setup)
from harness.server import MODEL, Hearth


def pdf_with(text: str) -> bytes:
    """A PDF of one page with lines of text, and a table of contents that fits it."""
    lines = " ".join(f"({line}) Tj 0 -14 Td" for line in text.splitlines())
    content = f"BT /F1 12 Tf 72 700 Td {lines} ET".encode()
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"]
    file = b"%PDF-1.4\n"
    places = []
    for number, text_of_object in enumerate(objects, 1):
        places.append(len(file))
        file += b"%d 0 obj\n%s\nendobj\n" % (number, text_of_object)
    table = len(file)
    file += b"xref\n0 6\n0000000000 65535 f \n"
    file += b"".join(b"%010d 00000 n \n" % place for place in places)
    file += b"trailer\n<< /Size 6 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % table
    return file


def pdf_block(data: bytes, **more) -> dict:
    return {"type": "document", "title": "report.pdf", **more,
            "source": {"type": "base64", "media_type": "application/pdf",
                       "data": base64.b64encode(data).decode()}}


def with_blocks(backend: str, *blocks: dict) -> dict:
    body = ask(backend)
    body["messages"] = [{"role": "user", "content": [*blocks, {"type": "text", "text": "Well?"}]}]
    return body


def test_a_pdf_reaches_a_model_without_documents_as_its_text(setup):
    body = with_blocks("openai", pdf_block(pdf_with("The fox is red."), context="Of May."))
    answer = setup.hearth.client.post(MESSAGES, body)
    answer.ok()
    content = setup.backends["openai"].last.body["messages"][0]["content"]
    assert content == ('<document title="report.pdf">\nOf May.\n\nThe fox is red.\n</document>\n'
                       "Well?")
    assert "PDF" not in (setup.hearth.record(answer.request_id)["warnings"] or "")


def test_a_pdf_in_a_tools_result_is_read(setup):
    body = ask("openai")
    body["messages"] += [
        {"role": "assistant", "content": [
            {"type": "tool_use", "id": "t1", "name": "Read", "input": {}}]},
        {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "t1",
                                      "content": [pdf_block(pdf_with("In the result."))]}]}]
    setup.hearth.client.post(MESSAGES, body).ok()
    told = setup.backends["openai"].last.body["messages"][-1]
    assert told["role"] == "tool"
    assert "In the result." in told["content"]


def test_anthropics_api_gets_a_document_as_it_was(setup):
    block = pdf_block(pdf_with("The fox is red."), citations={"enabled": True})
    setup.hearth.client.post(MESSAGES, with_blocks("anthropic", block)).ok()
    assert setup.backends["anthropic"].last.body["messages"][0]["content"][0] == block


def test_a_file_of_a_chat_completion_becomes_a_document(setup):
    data = base64.b64encode(pdf_with("The fox is red.")).decode()
    part = {"type": "file", "file": {"filename": "report.pdf",
                                     "file_data": f"data:application/pdf;base64,{data}"}}
    setup.hearth.client.post(CHAT, with_blocks("anthropic", part)).ok()
    sent = setup.backends["anthropic"].last.body["messages"][0]["content"][0]
    assert sent == pdf_block(pdf_with("The fox is red."))
    setup.hearth.client.post(CHAT, with_blocks("openai", part)).ok()
    assert setup.backends["openai"].last.body["messages"][0]["content"][0] == part


@pytest.mark.parametrize("data, why", [
    (b"no PDF at all", "pdftotext"),
    (pdf_with("The fox is red.")[:200], "pdftotext"),
    (pdf_with(""), "it holds no text"),
], ids=["no-pdf", "cut-off", "no-text"])
def test_a_pdf_that_cannot_be_read_says_so_to_the_model_and_in_the_record(setup, data, why):
    answer = setup.hearth.client.post(MESSAGES, with_blocks("openai", pdf_block(data)))
    answer.ok()
    content = setup.backends["openai"].last.body["messages"][0]["content"]
    assert "(The text of this PDF could not be read: " in content
    assert why in content
    record = setup.hearth.record(answer.request_id)
    assert 'the text of the PDF "report.pdf" could not be read' in record["warnings"]


def test_without_pdftotext_it_says_what_to_install(tmp_path):
    with OpenAiBackend() as backend:
        provider = {"name": "openai", "api_base_url": backend.url, "models": ["remote/model:7b"]}
        with Hearth(config={"Providers": [provider],
                            "Router": {"default": "openai,remote/model:7b"}},
                    env={"PATH": str(tmp_path)}) as hearth:
            hearth.client.post(MESSAGES, with_blocks("openai", pdf_block(pdf_with("X")))).ok()
            assert "poppler-utils" in backend.last.body["messages"][0]["content"]


@every_backend
def test_what_is_no_document_is_refused_by_its_place(setup, backend):
    for source, problem in [
            ({"type": "file", "file_id": "file_1"}, "not known here"),
            ({"type": "base64", "media_type": "image/png", "data": "AAAA"}, "application/pdf"),
            ({"type": "base64", "media_type": "application/pdf"}, "data"),
            ({"type": "content", "content": 7}, "blocks"),
            ({"type": "carrier-pigeon"}, "base64"),
            ("text", "an object")]:
        body = with_blocks(backend, {"type": "document", "source": source})
        error = setup.hearth.client.post(MESSAGES, body)
        assert error.status == 400
        assert "messages.0.content.0" in error.text
        assert problem in error.text, error.text


def test_a_local_model_reads_documents(hearth):
    def tokens(*blocks):
        body = {"model": MODEL, "max_tokens": 4, "messages": [
            {"role": "user", "content": [*blocks, {"type": "text", "text": "Well?"}]}]}
        hearth.client.post(MESSAGES, body).ok()
        return hearth.client.post(MESSAGES + "/count_tokens", body).ok()["input_tokens"]

    story = "The fox went to the river and came back with a fish.\n" * 10
    without = tokens()
    assert tokens(pdf_block(pdf_with(story))) > without + 100
    assert tokens({"type": "document", "source": {
        "type": "text", "media_type": "text/plain", "data": story}}) > without + 100
    assert tokens({"type": "search_result", "source": "kb", "title": "Foxes",
                   "content": [{"type": "text", "text": story}]}) > without + 100
