import os

import pytest

from harness.agent import Agent
from harness.backend import AnthropicBackend, Call, Reply


@pytest.fixture
def agent(tmp_path):
    """Our agent as another program starts it; its model writes a file, unless `answers` say else."""
    write = Call("write", {"path": "a.txt", "content": "from the model\n"})
    with AnthropicBackend(Reply(calls=[write]), Reply(text="Written.")) as backend:
        made = Agent(tmp_path, backend)
        made.env["HEARTH_NODE_MODULES"] = os.environ["HEARTH_NODE_MODULES"]
        made.env["HEARTH_URL"] = backend.url.removesuffix(backend.path)
        yield made
