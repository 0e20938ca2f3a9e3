"""The usual place for a client under test: a server whose every route leads to one scripted provider."""

import contextlib

from harness.backend import OpenAiBackend
from harness.server import Hearth


@contextlib.contextmanager
def far_provider(*answers, **default_params):
    """The server, and the provider, which has the model "m" and is called "far"."""
    with OpenAiBackend(*answers) as backend:
        provider = {"name": "far", "api_base_url": backend.url, "models": ["m"]}
        if default_params:
            provider["default_params"] = default_params
        routes = dict.fromkeys(("default", "background", "think"), "far,m")
        with Hearth(config={"Providers": [provider], "Router": routes}) as hearth:
            yield hearth, backend
