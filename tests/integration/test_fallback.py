"""Providers that fail, and what answers instead."""

import pytest

from harness.backend import AnthropicBackend, Fault, OpenAiBackend, Reply, closed_port
from harness.server import Hearth

MESSAGES = "/v1/messages"


def ask(model="claude-sonnet-4-5", **more) -> dict:
    return {"model": model, "max_tokens": 20, "messages": [{"role": "user", "content": "Hi"}],
            **more}


def two_providers(first: str, second: str, **more) -> dict:
    return {
        "Providers": [
            {"name": "one", "api_base_url": first, "models": ["m"],
             "default_params": {"max_tokens": 10}},
            {"name": "two", "api_base_url": second, "models": ["n"],
             "default_params": {"max_tokens": 15}},
        ],
        "Router": {"default": "one,m", "think": "two,n", "background": "one,m"},
        "fallback": {"default": ["two,n"], "think": ["one,m"]},
        **more,
    }


def text_of(answer) -> str:
    return "".join(block.get("text", "") for block in answer.json()["content"])


def test_a_provider_that_is_killed_is_replaced_and_both_are_told():
    with OpenAiBackend(Reply(text="one")) as one, AnthropicBackend(Reply(text="two")) as two:
        with Hearth(config=two_providers(one.url, two.url)) as hearth:
            assert text_of(hearth.client.post(MESSAGES, ask())) == "one"
            one.kill()
            answer = hearth.client.post(MESSAGES, ask())
            assert text_of(answer) == "two"
            assert answer.headers["hearth-route"] == "two,n"
            record = hearth.record(answer.request_id)
            assert record["route"] == "two,n"
            assert record["fallbacks"].startswith("one,m failed: one: could not connect")
            # The second route's own parameters.
            assert two.last.body["max_tokens"] == 15
            shown = hearth.command("log", answer.request_id).stdout
            assert "fallback  one,m failed: one: could not connect" in shown
            assert "default: fired" in shown


@pytest.mark.parametrize("stream", [False, True])
def test_an_error_status_falls_back_whether_it_streams_or_not(stream):
    with OpenAiBackend(Fault(404, '{"error":{"message":"no such model"}}')) as one, \
            AnthropicBackend(Reply(text="two")) as two:
        with Hearth(config=two_providers(one.url, two.url)) as hearth:
            if stream:
                events = hearth.client.events(MESSAGES, ask())
                kinds = [event.name for event in events]
                assert kinds.count("message_start") == 1 and "error" not in kinds
                assert "two" in "".join(event.data for event in events)
            else:
                assert text_of(hearth.client.post(MESSAGES, ask())) == "two"


def test_an_answer_that_breaks_off_is_not_begun_again():
    with OpenAiBackend(Reply(text="one and more of it", cut=2, wait_between=0.3)) as one, \
            AnthropicBackend(Reply(text="two")) as two:
        with Hearth(config=two_providers(one.url, two.url)) as hearth:
            events = hearth.client.events(MESSAGES, ask())
            assert events[-1].name == "error"
            assert not two.seen


def test_where_all_fail_the_error_names_all():
    nowhere = f"http://127.0.0.1:{closed_port()}/v1/chat/completions"
    with AnthropicBackend(Fault(404, '{"error":{"message":"gone"}}')) as two:
        with Hearth(config=two_providers(nowhere, two.url)) as hearth:
            answer = hearth.client.post(MESSAGES, ask())
            assert answer.status == 404
            message = answer.json()["error"]["message"]
            assert "gone" in message and "before it, one,m failed" in message


def test_a_scenario_without_a_fallback_has_none():
    nowhere = f"http://127.0.0.1:{closed_port()}/v1/chat/completions"
    with AnthropicBackend(Reply(text="two")) as two:
        with Hearth(config=two_providers(nowhere, two.url)) as hearth:
            answer = hearth.client.post(MESSAGES, ask("claude-haiku-4-5"))
            assert answer.status == 502
            assert not two.seen


def test_a_provider_that_fails_in_a_row_is_left_alone_for_a_while():
    with OpenAiBackend(Fault(500, "broken")) as one, AnthropicBackend(Reply(text="two")) as two:
        with Hearth(config=two_providers(one.url, two.url)) as hearth:
            for _ in range(5):
                last = hearth.client.post(MESSAGES, ask())
                assert text_of(last) == "two"
            assert len(one.seen) == 3
            assert "left alone" in hearth.record(last.request_id)["fallbacks"]


def test_a_server_that_puts_off_is_asked_again():
    busy = Fault(503, '{"error":{"message":"busy"}}')
    with OpenAiBackend(busy, busy, Reply(text="now")) as one:
        with Hearth(config=two_providers(one.url, one.url)) as hearth:
            assert text_of(hearth.client.post(MESSAGES, ask())) == "now"
            assert len(one.seen) == 3


def test_one_that_asks_for_a_long_wait_is_not():
    busy = Fault(429, '{"error":{"message":"busy"}}', headers={"retry-after": "60"})
    with OpenAiBackend(busy) as one, AnthropicBackend(Reply(text="two")) as two:
        with Hearth(config=two_providers(one.url, two.url)) as hearth:
            assert text_of(hearth.client.post(MESSAGES, ask())) == "two"
            assert len(one.seen) == 1


# The set-ups that users bring, with two servers behind them (docs/routing.md).
SMALL_AND_LONG = [("openai/gpt-oss-20b:2", "openai/gpt-oss-20b"),
                  ("openai/gpt-oss-20b", "openai/gpt-oss-120b")]


@pytest.mark.parametrize("small, large", SMALL_AND_LONG, ids=["two-instances", "two-models"])
def test_two_providers_and_three_scenarios_one_of_them_killed_in_mid_run(small, large):
    with OpenAiBackend(Reply(text="small")) as one, OpenAiBackend(Reply(text="large")) as two:
        config = {
            "Providers": [
                {"name": "lmstudio-small", "api_base_url": one.url, "models": [small],
                 "default_params": {"max_tokens": 1024}},
                {"name": "lmstudio-long", "api_base_url": two.url, "models": [large],
                 "default_params": {"max_tokens": 32000}}],
            "Router": {"default": f"lmstudio-small,{small}", "background": f"lmstudio-small,{small}",
                       "think": f"lmstudio-long,{large}", "longContext": f"lmstudio-long,{large}",
                       "longContextThreshold": 3000},
            "fallback": {"default": [f"lmstudio-long,{large}"],
                         "think": [f"lmstudio-small,{small}"],
                         "longContext": [f"lmstudio-small,{small}"]}}
        thinking = {"thinking": {"type": "enabled", "budget_tokens": 1024}}
        long = {"messages": [{"role": "user", "content": "The fox went out at night. " * 800}]}
        with Hearth(config=config) as hearth:
            def answered(**more):
                answer = hearth.client.post(MESSAGES, ask(**more))
                return text_of(answer), hearth.record(answer.request_id)

            for more, expected, scenario in [({}, "small", "default"),
                                             (thinking, "large", "think"),
                                             (long, "large", "longContext")]:
                text, record = answered(**more)
                assert (text, record["scenario"]) == (expected, scenario)
                assert not record["fallbacks"]

            # In mid-run: while it answers.
            two.answers = [Reply(text="large " * 40, wait_between=0.05)]
            with hearth.client.stream(MESSAGES, ask(**thinking)) as stream:
                names = []
                for event in stream:
                    names.append(getattr(event, "name", ""))
                    if names.count("content_block_delta") == 3:
                        two.kill()
                        break
                names += [getattr(event, "name", "") for event in stream]
            assert names[-1] == "error", "an answer that breaks off is told, not begun again"

            for more, scenario in [(thinking, "think"), (long, "longContext")]:
                text, record = answered(**more)
                assert (text, record["scenario"]) == ("small", scenario)
                assert record["route"] == f"lmstudio-small,{small}"
                assert record["fallbacks"].startswith(f"lmstudio-long,{large} failed: ")
            assert answered()[0] == "small"


def test_one_provider_that_is_killed_is_told_and_used_again_when_it_is_back():
    with OpenAiBackend(Reply(text="one")) as one:
        config = {"Providers": [{"name": "strix-halo", "api_base_url": one.url, "api_key": "test",
                                 "models": ["openai/gpt-oss-20b"]}],
                  "Router": {"default": "strix-halo,openai/gpt-oss-20b",
                             "think": "strix-halo,openai/gpt-oss-20b"}}
        with Hearth(config=config) as hearth:
            assert text_of(hearth.client.post(MESSAGES, ask())) == "one"
            one.kill()
            failed = hearth.client.post(MESSAGES, ask())
            assert failed.status == 502
            assert "strix-halo: could not connect" in failed.text
            with OpenAiBackend(Reply(text="back"), port=one.port):
                assert text_of(hearth.client.post(MESSAGES, ask())) == "back"
