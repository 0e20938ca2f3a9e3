"""POST /v1/messages and /v1/messages/count_tokens, as Claude Code and the Anthropic SDK use them."""

import json
import re

import jsonschema
import pytest

from harness.messages import assemble, blocks, text_of
from harness.sse import Comment, Event

MESSAGES = "/v1/messages"
COUNT = "/v1/messages/count_tokens"

WEATHER = {
    "name": "get_weather",
    "description": "The weather in a city",
    "input_schema": {
        "type": "object",
        "properties": {"city": {"type": "string", "maxLength": 40},
                       "unit": {"type": "string", "enum": ["celsius", "fahrenheit"]}},
        "required": ["city", "unit"],
        "additionalProperties": False,
    },
}
TIME = {
    "name": "get_time",
    "description": "The time in a city",
    "input_schema": {"type": "object", "properties": {"city": {"type": "string"}},
                     "required": ["city"]},
}


def ask(text: str, **more) -> dict:
    return {"model": "claude-sonnet-4-5", "max_tokens": 16, "temperature": 0,
            "messages": [{"role": "user", "content": text}], **more}


def prompt_tokens(usage: dict) -> int:
    return (usage["input_tokens"] + usage["cache_read_input_tokens"]
            + usage["cache_creation_input_tokens"])


def test_a_whole_answer_has_every_field(client):
    answer = client.post(MESSAGES, ask("Tell me about Paris.")).ok()
    assert answer["type"] == "message"
    assert answer["role"] == "assistant"
    assert answer["id"].startswith("msg_")
    assert answer["model"] == "claude-sonnet-4-5"
    assert answer["stop_reason"] in ("end_turn", "max_tokens")
    assert answer["stop_sequence"] is None
    assert text_of(answer)
    assert 0 < answer["usage"]["output_tokens"] <= 16
    assert prompt_tokens(answer["usage"]) > 10


SEARCH = {"type": "web_search_20250305", "name": "web_search"}


def test_a_server_tool_is_declined_with_a_clear_message(client):
    for body in (ask("Search.", tools=[SEARCH]),
                 ask("Search.", tools=[SEARCH, WEATHER],
                     tool_choice={"type": "tool", "name": "web_search"})):
        answer = client.post(MESSAGES, body)
        assert answer.status == 400
        assert "web_search_20250305" in answer.json()["error"]["message"]
        assert "Router.webSearch" in answer.json()["error"]["message"]


def test_beside_other_tools_a_server_tool_is_left_out(hearth, client):
    with_it = client.post(MESSAGES, ask("Hi.", tools=[SEARCH, TIME]))
    without = client.post(MESSAGES, ask("Hi.", tools=[TIME])).ok()
    assert prompt_tokens(with_it.ok()["usage"]) == prompt_tokens(without["usage"])
    assert "web_search_20250305" in hearth.record(with_it.request_id)["warnings"]


# Greedy answers of so small a model differ now and then: where else in the cache its prompt lies
# changes the order of sums, and that tips tokens that are nearly tied. So whole and streamed are
# compared over an answer that a schema leaves no choice in.
FIXED = "Grüße, 世界: the very same words, whichever way they are sent."


def test_a_stream_holds_the_same_as_the_whole_answer(client):
    body = ask("Speak.", max_tokens=100,
               output_config={"format": {"type": "json_schema", "schema": {"enum": [FIXED]}}})
    whole = client.post(MESSAGES, body).ok()
    streamed = assemble(client.events(MESSAGES, body))
    assert json.loads(text_of(whole)) == FIXED
    assert text_of(streamed) == text_of(whole)
    assert streamed["stop_reason"] == whole["stop_reason"] == "end_turn"
    assert prompt_tokens(streamed["usage"]) == prompt_tokens(whole["usage"])


def test_text_arrives_while_it_is_made(client):
    events = client.events(MESSAGES, ask("Count from one to ten.", max_tokens=24))
    deltas = [e for e in events if isinstance(e, Event) and e.name == "content_block_delta"]
    assert len(deltas) > 5


def test_the_first_event_says_how_long_the_prompt_is(client):
    events = [e for e in client.events(MESSAGES, ask("Hello")) if isinstance(e, Event)]
    usage = events[0].json()["message"]["usage"]
    assert prompt_tokens(usage) > 5


@pytest.mark.parametrize("stream", [False, True])
def test_an_answer_goes_on_from_a_last_message_of_the_assistant(client, stream):
    """Anthropic's "prefill". So small a model can count."""
    body = ask("Count to twenty.", max_tokens=8, stream=stream)
    begun = "1, 2, 3, 4, 5, 6, 7,"
    body["messages"].append({"role": "assistant", "content": begun})
    if stream:
        answer = assemble(client.events(MESSAGES, body))
    else:
        answer = client.post(MESSAGES, body).ok()
    assert text_of(answer).startswith(" 8, 9")
    # It is one message when it comes back, and nothing but what is new is read.
    body["messages"][-1]["content"] = begun + text_of(answer)
    body["messages"].append({"role": "user", "content": "Thanks."})
    body["stream"] = False
    usage = client.post(MESSAGES, body).ok()["usage"]
    asked = client.post(COUNT, ask("Count to twenty.")).ok()["input_tokens"]
    assert usage["cache_read_input_tokens"] > asked + 20


def test_a_begun_answer_and_a_schema_are_refused_together(client):
    held = {"type": "json_schema", "schema": {"type": "object"}}
    body = ask("Who?", output_config={"format": held})
    body["messages"].append({"role": "assistant", "content": "{"})
    answer = client.post(MESSAGES, body)
    assert answer.status == 400
    assert "schema" in answer.json()["error"]["message"]


def test_every_answer_has_its_own_id(client):
    body = ask("Hi", max_tokens=1)
    ids = [client.post(MESSAGES, body).ok()["id"] for _ in range(3)]
    ids += [assemble(client.events(MESSAGES, body))["id"] for _ in range(3)]
    assert len(set(ids)) == 6


@pytest.mark.parametrize("system", [
    "You are a pirate named Redbeard.",
    [{"type": "text", "text": "You are a pirate named Redbeard.",
      "cache_control": {"type": "ephemeral"}}],
])
def test_the_system_prompt_is_read_as_a_string_or_as_blocks(client, system):
    plain = client.post(COUNT, ask("Who are you?")).ok()["input_tokens"]
    with_system = client.post(COUNT, ask("Who are you?", system=system)).ok()["input_tokens"]
    assert with_system != plain
    answer = client.post(MESSAGES, ask("Who are you?", system=system)).ok()
    assert text_of(answer) != text_of(client.post(MESSAGES, ask("Who are you?")).ok())


def test_content_as_a_string_and_as_blocks_is_one_prompt(client):
    text = "Say something about a lighthouse that nobody has said before."
    first = client.post(MESSAGES, ask(text)).ok()
    body = ask(text)
    body["messages"][0]["content"] = [{"type": "text", "text": text,
                                       "cache_control": {"type": "ephemeral"}}]
    second = client.post(MESSAGES, body).ok()
    total = prompt_tokens(first["usage"])
    assert prompt_tokens(second["usage"]) == total
    assert second["usage"]["cache_read_input_tokens"] >= total - 2


def test_a_system_message_in_the_middle_is_accepted(client):
    body = ask("Hello")
    body["messages"] += [{"role": "system", "content": "From now on, answer in one word."},
                         {"role": "user", "content": "What is the colour of grass?"}]
    assert text_of(client.post(MESSAGES, body).ok())


def test_a_second_request_reads_nothing_again(client):
    text = "Tell me about the history of the umbrella, please, and be brief about it."
    first = client.post(MESSAGES, ask(text)).ok()["usage"]
    second = client.post(MESSAGES, ask(text)).ok()["usage"]
    assert set(first) >= {"input_tokens", "output_tokens", "cache_read_input_tokens",
                          "cache_creation_input_tokens"}
    assert second["cache_read_input_tokens"] >= prompt_tokens(first) - 2
    assert second["cache_read_input_tokens"] < prompt_tokens(second)


def test_the_second_turn_reads_only_what_is_new(hearth, client):
    body = ask("Write one sentence about the number forty-two and a green bicycle.", max_tokens=40)
    first = client.post(MESSAGES, body).ok()
    before = prompt_tokens(first["usage"])
    body["messages"] += [{"role": "assistant", "content": first["content"]},
                         {"role": "user", "content": "And now one about a teapot."}]
    answer = client.post(MESSAGES, body)
    usage = answer.ok()["usage"]
    assert usage["cache_read_input_tokens"] >= before - 2
    record = hearth.record(answer.request_id)
    assert record["reused_tokens"] == usage["cache_read_input_tokens"]
    assert record["computed_tokens"] == prompt_tokens(usage) - record["reused_tokens"]


def test_a_stop_sequence_ends_the_answer_and_is_reported(client):
    # "e " is in any English text, and its two characters are of two tokens.
    body = ask("Write about the sea.", max_tokens=60, stop_sequences=["never said", "e "])
    for answer in (client.post(MESSAGES, body).ok(), assemble(client.events(MESSAGES, body))):
        assert answer["stop_reason"] == "stop_sequence", answer
        assert answer["stop_sequence"] == "e "
        assert text_of(answer)
        assert "e " not in text_of(answer)
        assert not text_of(answer).endswith("e")
        assert answer["usage"]["output_tokens"] < 60


def test_max_tokens_ends_the_answer(client):
    answer = client.post(MESSAGES, ask("Write a long story.", max_tokens=5)).ok()
    assert answer["stop_reason"] == "max_tokens"
    assert answer["usage"]["output_tokens"] == 5


def test_max_tokens_over_the_window_is_clamped(client):
    answer = client.post(MESSAGES, ask("Say yes.", max_tokens=128000,
                                       stop_sequences=[".", "\n", "!"])).ok()
    assert answer["usage"]["output_tokens"] > 0


def test_a_prompt_over_the_window_is_a_400_with_both_numbers(client):
    answer = client.post(MESSAGES, ask("word " * 4000))
    assert answer.status == 400
    error = answer.json()
    assert error["type"] == "error"
    assert error["error"]["type"] == "invalid_request_error"
    found = re.search(r"prompt is too long: (\d+) tokens > (\d+) maximum",
                      error["error"]["message"])
    assert found, error
    assert int(found[1]) > 4000
    assert 2000 < int(found[2]) <= 2048


def test_a_prompt_over_the_window_is_a_400_in_a_stream_too(client):
    with client.stream(MESSAGES, ask("word " * 4000)) as stream:
        assert stream.status == 400
        assert b"prompt is too long" in stream.body()


@pytest.mark.parametrize("thinking", [
    {"type": "disabled"},
    {"type": "enabled", "budget_tokens": 1024},
    {"type": "adaptive", "display": "omitted"},
])
def test_thinking_may_be_asked_for(client, thinking):
    answer = client.post(MESSAGES, ask("Hello", thinking=thinking)).ok()
    assert text_of(answer) or blocks(answer, "thinking")


def test_what_claude_code_adds_is_accepted(client):
    body = ask("Hello", stream=False,
               system=[{"type": "text", "text": "x-anthropic-billing-header: a=1; b=2"},
                       {"type": "text", "text": "You help."}],
               tools=[{**WEATHER, "defer_loading": True}, TIME],
               context_management={"edits": []}, output_config={"effort": "high"},
               metadata={"user_id": json.dumps({"session_id": "s-1"})})
    headers = {"anthropic-beta": "a-2026-01-01,b-2026-01-01", "x-claude-code-session-id": "s-1",
               "accept-encoding": "gzip, deflate, br, zstd"}
    answer = client.post(MESSAGES + "?beta=true", body, headers)
    assert answer.ok()["content"] is not None


def test_the_billing_block_does_not_change_the_prompt(client):
    def count(stamp):
        system = [{"type": "text", "text": f"x-anthropic-billing-header: h={stamp}"},
                  {"type": "text", "text": "You help."}]
        return client.post(COUNT, ask("Hi", system=system)).ok()["input_tokens"]

    assert count("a") == count("a much longer one " * 20)


# -- tools ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("way", ["whole", "stream"])
@pytest.mark.parametrize("choice, names", [
    ({"type": "tool", "name": "get_weather"}, {"get_weather"}),
    ({"type": "tool", "name": "get_time"}, {"get_time"}),
    ({"type": "any"}, {"get_weather", "get_time"}),
    ({"type": "any", "allowed_tools": ["get_weather"]}, {"get_weather"}),
    ({"type": "any", "allowed_tools": ["get_time"]}, {"get_time"}),
])
def test_a_demanded_tool_is_called_with_valid_input(client, way, choice, names):
    body = ask("How is the weather in Paris?", max_tokens=120, tools=[WEATHER, TIME],
               tool_choice={**choice, "disable_parallel_tool_use": True})
    if way == "whole":
        answer = client.post(MESSAGES, body).ok()
    else:
        answer = assemble(client.events(MESSAGES, body))
    calls = blocks(answer, "tool_use")
    assert len(calls) == 1, answer
    assert answer["stop_reason"] == "tool_use"
    assert calls[0]["name"] in names
    assert calls[0]["id"]
    schema = (WEATHER if calls[0]["name"] == "get_weather" else TIME)["input_schema"]
    jsonschema.validate(calls[0]["input"], schema)


def test_tool_choice_none_calls_nothing(client):
    answer = client.post(MESSAGES, ask("Weather in Paris?", tools=[WEATHER],
                                       tool_choice={"type": "none"})).ok()
    assert not blocks(answer, "tool_use")


@pytest.mark.parametrize("result", [
    "It is 21 degrees and sunny.",
    [{"type": "text", "text": "It is 21 degrees and sunny."}],
])
def test_a_tool_round(client, result):
    body = ask("How is the weather in Paris?", max_tokens=120, tools=[WEATHER],
               tool_choice={"type": "tool", "name": "get_weather"})
    first = client.post(MESSAGES, body).ok()
    call = blocks(first, "tool_use")[0]
    body["messages"] += [
        {"role": "assistant", "content": first["content"]},
        {"role": "user", "content": [{"type": "tool_result", "tool_use_id": call["id"],
                                      "content": result},
                                     {"type": "text", "text": "Say it in your words."}]},
    ]
    body["tool_choice"] = {"type": "none"}
    body["max_tokens"] = 24
    second = client.post(MESSAGES, body).ok()
    assert text_of(second)
    assert second["usage"]["cache_read_input_tokens"] > 0


def test_a_failed_tool_and_one_with_an_image_in_its_result_are_accepted(client):
    body = ask("Look.", tools=[WEATHER])
    body["messages"] += [
        {"role": "assistant", "content": [
            {"type": "tool_use", "id": "toolu_1", "name": "get_weather",
             "input": {"city": "Paris", "unit": "celsius"}}]},
        {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "toolu_1",
                                      "is_error": True, "content": "no network"}]},
    ]
    ok = client.post(COUNT, body).ok()["input_tokens"]
    body["messages"][-1]["content"][0]["is_error"] = False
    assert client.post(COUNT, body).ok()["input_tokens"] != ok, "is_error must reach the model"
    assert client.post(MESSAGES, body).status == 200


# -- counting ------------------------------------------------------------------------------------


def test_count_tokens_is_what_the_answer_reports(client):
    body = ask("How many tokens is this?", system="You count.", tools=[WEATHER])
    counted = client.post(COUNT, body).ok()
    assert set(counted) == {"input_tokens"}
    assert counted["input_tokens"] == prompt_tokens(client.post(MESSAGES, body).ok()["usage"])


def test_count_tokens_needs_no_max_tokens_and_takes_what_is_over_the_window(client):
    body = ask("word " * 4000)
    del body["max_tokens"]
    assert client.post(COUNT, body).ok()["input_tokens"] > 4000


# -- while the prompt is read --------------------------------------------------------------------


def test_progress_comments_come_while_a_long_prompt_is_read(client):
    body = ask("The number of this test is 7. " + "Once upon a time there was a fox. " * 180,
               max_tokens=2)
    events = client.events(MESSAGES, body)
    comments = [e.text for e in events if isinstance(e, Comment)]
    assert comments, "a prompt of more than a second without a word"
    last = -1
    for text in comments:
        assert text.startswith("prefill "), text
        progress = json.loads(text.removeprefix("prefill "))
        assert set(progress) >= {"computed", "reused", "total", "eta_ms"}
        assert progress["computed"] >= last, "progress goes backwards"
        assert progress["reused"] + progress["computed"] <= progress["total"]
        last = progress["computed"]
    message = assemble(events)
    assert prompt_tokens(message["usage"]) == progress["total"]
