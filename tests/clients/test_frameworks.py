"""Libraries that put a layer of their own over the makers' APIs: LiteLLM, LangChain, llm."""

import os
import subprocess
import sys

import pytest
from langchain_anthropic import ChatAnthropic
from langchain_core.messages import HumanMessage, ToolMessage
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI

from harness.backend import Call, Fault, Reply
from harness.far import far_provider
from harness.server import Hearth

# It would fetch its table of prices from the net.
os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"
import litellm  # noqa: E402

pytestmark = pytest.mark.filterwarnings("ignore:.*ReadOnly:UserWarning",
                                        "ignore:.*is deprecated:DeprecationWarning")


@pytest.fixture(scope="module")
def gateway():
    with far_provider() as pair:
        yield pair


@pytest.fixture
def far(gateway):
    hearth, backend = gateway
    backend.answers = [Reply(text="Hello from far away.", prompt_tokens=120, cached_tokens=100,
                             output_tokens=7)]
    return hearth, backend


@tool
def weather(city: str) -> str:
    """The weather in a city."""
    return f"sunny in {city}"


CALL = Reply(text="I look.", calls=[Call("weather", {"city": "Bern"})])


# -- LangChain -----------------------------------------------------------------------------------


def chat_model(kind: str, hearth: Hearth):
    if kind == "openai":
        return ChatOpenAI(model="hearth", base_url=f"{hearth.url}/v1", api_key="local",
                          max_retries=0, stream_usage=True)
    return ChatAnthropic(model="claude-sonnet-4-5", base_url=hearth.url, api_key="local",
                         max_retries=0)


both = pytest.mark.parametrize("kind", ["openai", "anthropic"])


@both
def test_langchain_answers(far, kind):
    hearth, _ = far
    answer = chat_model(kind, hearth).invoke("Hi")
    assert answer.text == "Hello from far away."
    assert answer.usage_metadata["input_tokens"] == 120
    assert answer.usage_metadata["output_tokens"] == 7
    assert answer.usage_metadata["input_token_details"]["cache_read"] == 100


@both
def test_langchain_streams(far, kind):
    hearth, _ = far
    pieces = list(chat_model(kind, hearth).stream("Hi"))
    assert "".join(piece.text for piece in pieces) == "Hello from far away."
    assert len([piece for piece in pieces if piece.text]) > 1


@both
def test_langchain_calls_tools_and_takes_their_results(far, kind):
    hearth, backend = far
    backend.answers = [CALL, Reply(text="It is sunny.")]
    model = chat_model(kind, hearth).bind_tools([weather])
    question = HumanMessage("The weather in Bern?")
    called = model.invoke([question])
    assert called.tool_calls[0]["name"] == "weather"
    assert called.tool_calls[0]["args"] == {"city": "Bern"}
    result = ToolMessage(weather.invoke(called.tool_calls[0]["args"]),
                         tool_call_id=called.tool_calls[0]["id"])
    assert model.invoke([question, called, result]).text == "It is sunny."
    assert backend.last.body["messages"][-1]["content"] == "sunny in Bern"


@both
def test_langchain_sees_an_error(far, kind):
    hearth, backend = far
    backend.answers = [Fault(400, '{"error": {"message": "out of order"}}')]
    with pytest.raises(Exception, match="out of order"):
        chat_model(kind, hearth).invoke("Hi")


# -- LiteLLM -------------------------------------------------------------------------------------


def ask_litellm(kind: str, hearth: Hearth, **more):
    messages = [{"role": "user", "content": "Hi"}]
    if kind == "openai":
        return litellm.completion(model="openai/hearth", api_base=f"{hearth.url}/v1",
                                  api_key="local", messages=messages, num_retries=0, **more)
    return litellm.completion(model="anthropic/claude-sonnet-4-5", api_base=hearth.url,
                              api_key="local", messages=messages, max_tokens=100, num_retries=0,
                              **more)


@both
def test_litellm_answers(far, kind):
    hearth, _ = far
    answer = ask_litellm(kind, hearth)
    assert answer.choices[0].message.content == "Hello from far away."
    assert answer.usage.prompt_tokens == 120 and answer.usage.completion_tokens == 7
    assert answer.usage.prompt_tokens_details.cached_tokens == 100


@both
def test_litellm_streams(far, kind):
    hearth, _ = far
    pieces = [chunk.choices[0].delta.content or "" for chunk in ask_litellm(kind, hearth, stream=True)]
    assert "".join(pieces) == "Hello from far away."
    assert len([piece for piece in pieces if piece]) > 1


@both
def test_litellm_calls_tools(far, kind):
    hearth, backend = far
    backend.answers = [CALL]
    function = {"type": "function", "function": {
        "name": "weather", "description": "The weather in a city",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}}}}
    message = ask_litellm(kind, hearth, tools=[function]).choices[0].message
    assert message.tool_calls[0].function.name == "weather"
    assert "Bern" in message.tool_calls[0].function.arguments


# -- llm -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("stream", [True, False])
def test_llm_is_a_command_line(far, tmp_path, stream):
    hearth, _ = far
    (tmp_path / "extra-openai-models.yaml").write_text(
        f"- model_id: hearth\n  model_name: hearth\n  api_base: {hearth.url}/v1\n"
        "  api_key_name: hearth\n")
    (tmp_path / "keys.json").write_text('{"hearth": "local"}')
    env = {**os.environ, "LLM_USER_PATH": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-m", "llm", "-m", "hearth", *([] if stream else ["--no-stream"]), "Hi"],
        env=env, capture_output=True, text=True, timeout=120, stdin=subprocess.DEVNULL, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "Hello from far away."
