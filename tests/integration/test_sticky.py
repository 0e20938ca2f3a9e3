"""A conversation stays on its route where a change would cost too much reading."""

from harness.backend import OpenAiBackend, Reply
from harness.server import Hearth

MESSAGES = "/v1/messages"


def test_a_change_that_costs_too_much_stays_out_and_the_record_says_so():
    fast = Reply(text="default", prompt_tokens=50000, cached_tokens=0, wait_before=0.05)
    slow = Reply(text="think", prompt_tokens=50000, cached_tokens=0, wait_before=0.6)
    with OpenAiBackend(fast) as one, OpenAiBackend(slow) as two:
        config = {"Providers": [{"name": "one", "api_base_url": one.url, "models": ["m"]},
                                {"name": "two", "api_base_url": two.url, "models": ["n"]}],
                  "Router": {"default": "one,m", "think": "two,n", "maxSwitchSeconds": 0.2}}
        with Hearth(config=config) as hearth:

            def ask(session: str, thinks: bool) -> dict:
                body = {"model": "claude-sonnet-4-5", "max_tokens": 2000,
                        "messages": [{"role": "user", "content": "Hi"}]}
                if thinks:
                    body["thinking"] = {"type": "enabled", "budget_tokens": 1024}
                answer = hearth.client.post(MESSAGES, body,
                                            headers={"x-claude-code-session-id": session})
                assert answer.status == 200
                return hearth.record(answer.request_id)

            assert ask("a", True)["route"] == "two,n"   # its rate is known from here on
            assert ask("b", False)["route"] == "one,m"
            stayed = ask("b", True)
            assert stayed["route"] == "one,m"
            assert stayed["scenario"] == "think"
            assert "stays on its route" in stayed["why"]
            assert "sticky: from one,m to two,n loses" in stayed["considered"]
            # Another session goes where the rules say.
            assert ask("c", True)["route"] == "two,n"
