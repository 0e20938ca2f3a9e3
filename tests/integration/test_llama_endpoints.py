"""What clients of llama.cpp's own server use, beyond what its own tests (tests/compat) look at."""

import json

import pytest

from harness import paths
from harness.server import MODEL, Hearth, serve_fails

CHAT = "/v1/chat/completions"
USER = [{"role": "user", "content": "Name a color."}]


def test_a_prompt_can_be_read_without_an_answer(client):
    prompt = "A prompt that an editor has read ahead, long enough to be worth keeping. " * 4
    first = client.post("/completion", {"prompt": prompt, "n_predict": 0}).ok()
    assert first["content"] == ""
    assert first["tokens_predicted"] <= 1
    again = client.post("/completion", {"prompt": prompt, "n_predict": 1}).ok()
    assert again["tokens_cached"] >= again["tokens_evaluated"] - 1


def test_it_tells_its_model_and_window(hearth):
    props = hearth.client.get("/props").ok()
    assert props["model_alias"] == MODEL
    assert props["default_generation_settings"]["n_ctx"] == 2048
    assert "<|im_start|>" in props["chat_template"]


def test_a_model_that_cannot_fill_in_says_so(client):
    refused = client.post("/infill", {"input_prefix": "a", "input_suffix": "b"})
    assert refused.status == 400
    assert "cannot fill in" in refused.json()["error"]["message"]


def test_a_template_can_leave_out_what_opens_the_answer(client):
    opened = client.post("/apply-template", {"messages": USER}).ok()["prompt"]
    left_out = client.post("/apply-template", {
        "messages": USER, "add_generation_prompt": False}).ok()["prompt"]
    assert opened == left_out + "<|im_start|>assistant\n"
    answered = USER + [{"role": "assistant", "content": "Red."}]
    whole = client.post("/apply-template", {
        "messages": answered, "add_generation_prompt": False}).ok()["prompt"]
    assert whole.startswith(left_out)
    assert whole.rstrip().endswith("Red.<|im_end|>")


@pytest.fixture(scope="module")
def coder():
    with Hearth(models=[f"coder={paths.model(paths.QWEN_1_5B)}"], context=2048) as hearth:
        yield hearth.client


def test_it_fills_in_what_stands_between(coder):
    answer = coder.post("/infill", {
        "input_prefix": "def area_of_circle(radius):\n    return ",
        "input_suffix": "\n\nprint(area_of_circle(2))\n",
        "input_extra": [{"filename": "constants.py", "text": "PI = 3.14159\n"}],
        "n_predict": 24, "temperature": 0}).ok()
    assert "radius" in answer["content"]
    same = coder.post("/v1/completions", {
        "model": "coder", "prompt": "def twice(number):\n    return ", "suffix": "\n\nprint(twice(2))\n",
        "max_tokens": 12, "temperature": 0}).ok()
    assert "number" in same["choices"][0]["text"]


# -- several answers, probabilities, biases, languages -----------------------------------------------


def test_several_answers_have_one_prompt_and_different_words(client):
    body = {"messages": USER, "n": 3, "max_tokens": 12, "temperature": 1.5, "seed": 7}
    answer = client.post(CHAT, body).ok()
    texts = [choice["message"]["content"] for choice in answer["choices"]]
    assert [choice["index"] for choice in answer["choices"]] == [0, 1, 2]
    assert len(set(texts)) > 1, texts
    assert answer["usage"]["prompt_tokens"] < 60
    assert 3 <= answer["usage"]["completion_tokens"] <= 36


def test_several_answers_are_streamed_each_under_its_index(client):
    body = {"messages": USER, "n": 2, "max_tokens": 8, "stream": True}
    seen: list[int] = []
    ends = {}
    for event in client.events(CHAT, body):
        if not hasattr(event, "data") or event.data == "[DONE]":
            continue
        for choice in event.json()["choices"]:
            seen.append(choice["index"])
            if choice["finish_reason"]:
                ends[choice["index"]] = choice["finish_reason"]
    assert seen == sorted(seen)
    assert ends.keys() == {0, 1}


def test_prompts_in_a_list_are_each_answered(client):
    prompts = ["One, two, three,", "Red, green,"]
    answer = client.post("/v1/completions", {"model": MODEL, "prompt": prompts, "n": 2,
                                             "max_tokens": 3, "echo": True}).ok()
    texts = [choice["text"] for choice in answer["choices"]]
    assert [next(p for p in prompts if text.startswith(p)) for text in texts] == [
        prompts[0], prompts[0], prompts[1], prompts[1]]


def test_a_bias_forbids_a_token(client):
    body = {"messages": USER, "max_tokens": 1, "temperature": 0, "logprobs": True,
            "top_logprobs": 2}
    first = client.post(CHAT, body).ok()["choices"][0]["logprobs"]["content"][0]
    assert first["top_logprobs"][0]["token"] == first["token"]
    forbidden = client.post(CHAT, {**body, "logit_bias": {str(first["id"]): -100}}).ok()
    second = forbidden["choices"][0]["logprobs"]["content"][0]
    assert second["token"] != first["token"]
    refused = client.post(CHAT, {**body, "logit_bias": {"99999999": 1}})
    assert refused.status == 400
    assert "99999999 is not a token of this model" in refused.json()["error"]["message"]


def test_a_grammar_holds_the_answer(client):
    body = {"messages": USER, "max_tokens": 12, "grammar": 'root ::= "red" | "green"'}
    assert client.post(CHAT, body).ok()["choices"][0]["message"]["content"] in ("red", "green")
    tool = {"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}
    refused = client.post(CHAT, {**body, "tools": [tool]})
    assert refused.status == 400
    assert "grammar" in refused.json()["error"]["message"]


def test_only_one_call_where_only_one_is_wanted(hearth, tmp_path):
    """A template whose format lets a model call again and again, and a model that does."""
    template = tmp_path / "tools.jinja"
    template.write_text(
        "{%- if tools %}<|im_start|>system\n# Tools\n<tools>\n{%- for tool in tools %}\n"
        "{{ tool | tojson }}{%- endfor %}\n</tools>\nReply with <tool_call>\n"
        '{"name": NAME, "arguments": ARGUMENTS}\n</tool_call><|im_end|>\n{%- endif %}'
        "{%- for message in messages %}<|im_start|>{{ message.role }}\n"
        "{%- if message.content %}{{ message.content }}{%- endif %}"
        "{%- for call in message.tool_calls or [] %}\n<tool_call>\n"
        '{"name": "{{ call.function.name }}", "arguments": {{ call.function.arguments | tojson }}}'
        "\n</tool_call>{%- endfor %}<|im_end|>\n{%- endfor %}"
        "{%- if add_generation_prompt %}<|im_start|>assistant\n{%- endif %}")
    tool = {"type": "function", "function": {"name": "test", "description": "", "parameters": {
        "type": "object", "properties": {"success": {"type": "boolean", "const": True}},
        "required": ["success"]}}}
    with Hearth("--chat-template", str(template), models=[f"m={paths.model(paths.SMOLLM2)}"],
                context=2048) as own:
        answer = own.client.post(CHAT, {
            "messages": [{"role": "user", "content": "Write an example"}], "tools": [tool],
            "tool_choice": "required", "parallel_tool_calls": False, "max_tokens": 200,
            "temperature": 0}).ok()
    choice = answer["choices"][0]
    assert len(choice["message"]["tool_calls"]) == 1
    assert choice["finish_reason"] == "tool_calls"
    assert json.loads(choice["message"]["tool_calls"][0]["function"]["arguments"]) == {
        "success": True}


# -- the template ------------------------------------------------------------------------------------


def test_a_template_of_ones_own(tmp_path):
    template = tmp_path / "plain.jinja"
    template.write_text("{% for m in messages %}[{{ m.role }}] {{ m.content }}\n{% endfor %}[answer] ")
    with Hearth("--chat-template", str(template), models=[f"m={paths.model(paths.SMOLLM2)}"],
                context=1024) as own:
        shown = own.client.post("/apply-template", {"messages": USER}).ok()
        assert shown["prompt"] == "[user] Name a color.\n[answer] "
        assert own.client.post(CHAT, {"messages": USER, "max_tokens": 4}).ok()["choices"]


def test_a_template_in_the_configuration(tmp_path):
    template = tmp_path / "plain.jinja"
    template.write_text("{{ messages[0].content }}!")
    config = {"Providers": [{"name": "local", "models": ["m"], "chat_template": str(template)}],
              "Router": {"default": "local,m"}}
    with Hearth(config=config, models=[f"m={paths.model(paths.SMOLLM2)}"], context=1024) as own:
        assert own.client.post("/apply-template", {"messages": USER}).ok()["prompt"] == "Name a color.!"


def test_a_template_that_is_not_there_is_said_at_the_start(tmp_path):
    said = serve_fails("--chat-template", str(tmp_path / "none.jinja"),
                       models=[f"m={paths.model(paths.SMOLLM2)}"])
    assert "none.jinja" in said
    assert "give a file with Jinja, or chatml" in said
