import pytest

from harness.agent import Agent
from harness.backend import AnthropicBackend


@pytest.fixture
def started(tmp_path):
    """Starts an agent on a screen; `answers` are the model's."""
    open_ones = []

    def start(*answers, options=(), columns=100, rows=30, files=None, settings=None,
              style="native"):
        backend = AnthropicBackend(*answers)
        agent = Agent(tmp_path, backend)
        agent.style = style
        for name, content in (files or {}).items():
            agent.write(name, content)
        if settings:
            agent.write(str(agent.home / ".config/hearth/settings.json"), settings)
        screen = agent.screen(*options, columns=columns, rows=rows)
        open_ones.append((backend, screen))
        screen.wait_for("Ctrl-D")
        return agent, screen

    yield start
    for backend, screen in open_ones:
        with backend, screen:
            pass


@pytest.fixture
def agent_of(tmp_path):
    """Makes an agent; `answers` are its model's."""
    backends = []

    def make(*answers):
        backend = AnthropicBackend(*answers)
        backends.append(backend)
        return Agent(tmp_path, backend)

    yield make
    for backend in backends:
        with backend:
            pass
