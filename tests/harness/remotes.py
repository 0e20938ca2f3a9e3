"""A server in front of remote ones, OpenAI-compatible, Anthropic and Gemini, and how tests ask it.
Tests import the fixtures `setup` and `_setup`."""

import pytest

from harness.backend import AnthropicBackend, GeminiBackend, OpenAiBackend, closed_port
from harness.completions import assemble as assemble_chat
from harness.messages import assemble
from harness.server import Hearth

MESSAGES = "/v1/messages"
CHAT = "/v1/chat/completions"
WEATHER = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}

BACKENDS = {"openai": OpenAiBackend, "anthropic": AnthropicBackend, "gemini": GeminiBackend}


class Setup:
    """One server for the whole module; its two backends get each test's answers."""

    def __init__(self):
        self.backends = {name: kind() for name, kind in BACKENDS.items()}
        self.dead_port = closed_port()
        providers = [{"name": name, "api_base_url": backend.url, "api_key": f"key-of-{name}",
                      "models": ["remote/model:7b"]} for name, backend in self.backends.items()]
        dead = f"http://127.0.0.1:{self.dead_port}/v1/chat/completions"
        providers.append({"name": "dead", "api_base_url": dead, "models": ["m"]})
        providers.append({"name": "keyless", "api_base_url": self.backends["openai"].url,
                          "models": ["m"]})
        providers.append({"name": "ceiling", "api_base_url": self.backends["openai"].url,
                          "models": ["m"],
                          "default_params": {"max_tokens": 50, "temperature": 0.25}})
        self.hearth = Hearth(config={"Providers": providers, "API_TIMEOUT_MS": 1500,
                                     "Router": {"default": "openai,remote/model:7b"}})
        self.hearth.start()

    def stop(self):
        self.hearth.stop()
        for backend in self.backends.values():
            backend.__exit__()


@pytest.fixture(scope="module")
def _setup():
    setup = Setup()
    yield setup
    setup.stop()


@pytest.fixture
def setup(_setup):
    for backend in _setup.backends.values():
        backend.seen.clear()
        backend.disconnected.clear()
    yield _setup
    assert _setup.hearth.alive(), _setup.hearth.log_text()[-4000:]


def ask(backend: str, text="Hi", **more) -> dict:
    return {"model": f"{backend},remote/model:7b", "max_tokens": 64,
            "messages": [{"role": "user", "content": text}], **more}


def messages(setup, backend, way, body=None) -> dict:
    body = body or ask(backend)
    if way == "stream":
        return assemble(setup.hearth.client.events(MESSAGES, body))
    return setup.hearth.client.post(MESSAGES, body).ok()


def chat(setup, backend, way, body=None) -> dict:
    body = body or ask(backend)
    if way == "stream":
        body = {**body, "stream_options": {"include_usage": True}}
        return assemble_chat(setup.hearth.client.events(CHAT, body), with_usage=True)
    answer = setup.hearth.client.post(CHAT, body).ok()
    message = answer["choices"][0]["message"]
    return {"content": message["content"] or "", "id": answer["id"], "usage": answer["usage"],
            "finish_reason": answer["choices"][0]["finish_reason"],
            "reasoning": message.get("reasoning_content") or message.get("reasoning") or "",
            "tool_calls": [{"id": call["id"], **call["function"]}
                           for call in message.get("tool_calls") or []]}


every_way = pytest.mark.parametrize("way", ["whole", "stream"])
every_backend = pytest.mark.parametrize("backend", BACKENDS)
