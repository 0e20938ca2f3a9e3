"""A pytest plugin that lets the tests of llama.cpp's own server (tools/server/tests of its source) run against
Hearth, as they stand: their ServerProcess starts `hearth serve` with options that mean the same.

SmolLM2 stands in for the models that they would fetch. What they expect of those models in words, or in numbers
of tokens, is compared in form: some text, some number. What is left out is in left_out.py, with the reasons."""

import os
import sys
import types
from pathlib import Path

import pytest

UPSTREAM = Path(os.environ["HEARTH_LLAMA_SERVER_TESTS"])
sys.path.insert(0, str(UPSTREAM))
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
# They would download models with it.
sys.modules["wget"] = types.ModuleType("wget")

import utils  # noqa: E402, upstream's
from compat.left_out import LEFT_OUT  # noqa: E402
from harness import paths  # noqa: E402
from harness.server import Hearth  # noqa: E402

LEAST_WINDOW = 256
# Patterns that a grammar makes hold, whatever the model; all others are words of theirs.
HELD_BY_GRAMMAR = ('"42"', '"foooooo"', "a{5,5}")
# Parameters of their tests that are numbers of tokens in their models' vocabularies.
COUNTS = ("n_prompt",)


class SomeCount:
    """Equal to any number of tokens."""

    def __eq__(self, other):
        return isinstance(other, int) and other > 0

    def __repr__(self):
        return "some tokens"


def start(server, timeout_seconds: int = 60) -> None:
    name = server.model_alias or "stand-in"
    provider = {"name": "local", "models": [name], "default_params": {
        "temperature": server.temperature, "seed": server.seed}}
    if server.n_predict and server.n_predict > 0:
        provider["default_params"]["max_tokens"] = server.n_predict
    route = f"local,{name}"
    config = {"Providers": [provider],
              "Router": {"default": route, "background": route, "think": route}}
    if server.api_key:
        config["APIKEY"] = server.api_key
    if server.cors_origins or server.server_tools:
        config["ALLOWED_ORIGINS"] = "localhost"
    arguments = []
    if template := server.chat_template_file or server.chat_template:
        file = (UPSTREAM / template).resolve()
        arguments += ["--chat-template", str(file) if server.chat_template_file else template]
    window = (server.n_ctx or 4096) // (1 if server.kv_unified else server.n_slots or 1)
    server.hearth = Hearth(*arguments, models=[f"{name}={paths.model(paths.SMOLLM2)}"],
                           config=config, context=max(window, LEAST_WINDOW))
    utils.server_instances.add(server)
    server.hearth.start(patience=timeout_seconds)
    server.server_host, server.server_port = server.hearth.client.host, server.hearth.client.port


def stop(server) -> None:
    utils.server_instances.discard(server)
    hearth, server.hearth = getattr(server, "hearth", None), None
    if hearth is not None:
        hearth.stop()


def match_regex(regex: str, text: str) -> bool:
    if regex in HELD_BY_GRAMMAR:
        return upstream_match(regex, text)
    return isinstance(text, str)


upstream_match = utils.match_regex
utils.match_regex = match_regex
utils.ServerProcess.start = start
utils.ServerProcess.stop = stop
utils.ServerPreset.load_all = staticmethod(lambda: None)


def pytest_configure(config):
    os.chdir(UPSTREAM)


def pytest_collection_modifyitems(config, items):
    used = set()
    for item in items:
        name = item.nodeid.removeprefix("unit/").replace("test_", "", 1)
        for pattern, reason in LEFT_OUT.items():
            if name == pattern or name.split("[")[0] == pattern:
                item.add_marker(pytest.mark.skip(reason=reason))
                used.add(pattern)
        for key in COUNTS:
            if hasattr(item, "callspec") and key in item.callspec.params:
                item.callspec.params[key] = SomeCount()
    ran = {item.nodeid.split("::")[0] for item in items}
    stale = [p for p in LEFT_OUT if p not in used and f"unit/test_{p.split('::')[0]}" in ran]
    if stale and not config.option.keyword:
        raise pytest.UsageError(f"left_out.py names tests that there are not: {stale}")
