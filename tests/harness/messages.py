"""Puts an Anthropic event stream together, and checks each rule of the protocol on the way."""

import json

from harness.sse import Comment


def assemble(events: list) -> dict:
    """The message that the events stand for, as the answer without streaming would hold it."""
    message: dict = {}
    open_block = None
    partial = ""
    ended = False
    for event in events:
        if isinstance(event, Comment):
            continue
        data = event.json()
        kind = data["type"]
        assert event.name == kind, f"event {event.name} holds a {kind}"
        assert not ended, f"{kind} after message_stop"
        if kind == "ping":
            continue
        assert kind != "error", f"an error in the stream: {data}"
        if kind == "message_start":
            assert not message, "two message_start"
            message = data["message"]
            assert message["content"] == []
            assert message["stop_reason"] is None
        elif kind == "content_block_start":
            assert message, "a block before message_start"
            assert open_block is None, "blocks overlap"
            assert data["index"] == len(message["content"])
            open_block = data["index"]
            message["content"].append(data["content_block"])
            partial = ""
        elif kind == "content_block_delta":
            assert data["index"] == open_block
            block, delta = message["content"][open_block], data["delta"]
            if delta["type"] == "text_delta":
                block["text"] += delta["text"]
            elif delta["type"] == "thinking_delta":
                block["thinking"] += delta["thinking"]
            elif delta["type"] == "signature_delta":
                block["signature"] = block.get("signature", "") + delta["signature"]
            elif delta["type"] == "input_json_delta":
                assert block["type"] == "tool_use"
                partial += delta["partial_json"]
            else:
                raise AssertionError(f"an unknown delta: {delta}")
        elif kind == "content_block_stop":
            assert data["index"] == open_block
            block = message["content"][open_block]
            if block["type"] == "tool_use":
                assert block["input"] == {}, "the input comes by deltas"
                block["input"] = json.loads(partial) if partial else {}
            open_block = None
        elif kind == "message_delta":
            assert open_block is None, "message_delta inside of a block"
            message.update(data["delta"])
            message["usage"].update(data["usage"])
        elif kind == "message_stop":
            assert message["stop_reason"], "message_stop without a stop_reason"
            ended = True
        else:
            raise AssertionError(f"an unknown event: {kind}")
    assert ended, "no message_stop"
    return message


def text_of(message: dict) -> str:
    return "".join(block["text"] for block in message["content"] if block["type"] == "text")


def blocks(message: dict, kind: str) -> list[dict]:
    return [block for block in message["content"] if block["type"] == kind]
