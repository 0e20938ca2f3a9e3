"""Puts an OpenAI chat stream together, and checks each rule of the protocol on the way."""

from harness.sse import Comment


def assemble(events: list, with_usage: bool) -> dict:
    """{"id", "content", "reasoning", "tool_calls", "finish_reason", "usage"}"""
    answer = {"id": None, "content": "", "reasoning": "", "tool_calls": [],
              "finish_reason": None, "usage": None}
    events = [event for event in events if not isinstance(event, Comment)]
    assert events[-1].data == "[DONE]"
    for number, event in enumerate(events[:-1]):
        assert event.name == ""
        chunk = event.json()
        assert "error" not in chunk, chunk
        assert chunk["object"] == "chat.completion.chunk"
        answer["id"] = answer["id"] or chunk["id"]
        assert chunk["id"] == answer["id"]
        if not chunk["choices"]:
            assert with_usage, "a usage chunk that nobody asked for"
            assert number == len(events) - 2, "the usage chunk must be the last"
            answer["usage"] = chunk["usage"]
            continue
        assert not chunk.get("usage")
        assert answer["finish_reason"] is None, "a choice after finish_reason"
        choice = chunk["choices"][0]
        delta = choice["delta"]
        if number == 0:
            assert delta["role"] == "assistant"
        answer["content"] += delta.get("content") or ""
        answer["reasoning"] += delta.get("reasoning_content") or delta.get("reasoning") or ""
        for call in delta.get("tool_calls", []):
            if call["index"] == len(answer["tool_calls"]):
                assert call["id"] and call["type"] == "function" and call["function"]["name"]
                answer["tool_calls"].append({"id": call["id"],
                                             "name": call["function"]["name"], "arguments": ""})
            answer["tool_calls"][call["index"]]["arguments"] += call["function"].get(
                "arguments", "")
        answer["finish_reason"] = choice["finish_reason"]
    assert answer["finish_reason"]
    if with_usage:
        assert answer["usage"], "no usage chunk"
    return answer
