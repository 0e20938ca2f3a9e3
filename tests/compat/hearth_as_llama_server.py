"""A pytest plugin that lets the tests of llama.cpp's own server (tools/server/tests of its source) run against
Hearth, as they stand: their ServerProcess starts `hearth serve` with options that mean the same.

SmolLM2 stands in for the models that they would fetch, and random weights for the one that ranks. What they expect of those models in words, or in numbers
of tokens, is compared in form: some text, some number. What is left out is in left_out.py, with the reasons."""

import json
import os
import sys
import tempfile
import types
from pathlib import Path

import pytest

UPSTREAM = Path(os.environ["HEARTH_LLAMA_SERVER_TESTS"])
sys.path.insert(0, str(UPSTREAM))
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
# They would download models with it.
sys.modules["wget"] = types.ModuleType("wget")

import utils  # noqa: E402, upstream's
from compat.left_out import LEFT_OUT, LEFT_OUT_WITH  # noqa: E402
from harness import paths  # noqa: E402
from harness.server import Hearth  # noqa: E402

LEAST_WINDOW = 256
# Names of templates that llama.cpp knows, and files of its source with the same.
TEMPLATES = {"llama3": "meta-llama-Llama-3.1-8B-Instruct.jinja"}
# Their numbers of tokens for a JSON text are too small for another vocabulary.
TOKENS_OF_JSON = 64
WITH_JSON = ("test_completion_with_response_format", "test_completion_with_json_schema")
# Patterns that a grammar makes hold, whatever the model; all others are words of theirs.
HELD_BY_GRAMMAR = ('"42"', '"foooooo"', "a{5,5}")
# Parameters of their tests that are numbers of tokens in their models' vocabularies.
COUNTS = ("n_prompt", "n_tokens")


class SomeCount:
    """Equal to any number of tokens."""

    def __eq__(self, other):
        return isinstance(other, int) and other > 0

    def __repr__(self):
        return "some tokens"


def start(server, timeout_seconds: float | None = None) -> None:
    name = server.model_alias or "stand-in"
    provider = {"name": "local", "models": [name], "default_params": {
        "temperature": server.temperature, "seed": server.seed}}
    # In a route's parameters it is a limit, and not what stands where a client says nothing.
    if server.n_predict and server.n_predict > 0 and not server.kv_unified:
        provider["default_params"]["max_tokens"] = server.n_predict
    route = f"local,{name}"
    config = {"Providers": [provider],
              "Router": {"default": route, "background": route, "think": route}}
    if server.api_key:
        config["APIKEY"] = server.api_key
    if server.cors_origins or server.server_tools:
        config["ALLOWED_ORIGINS"] = "localhost"
    if server.reasoning == "off":
        provider["default_params"]["reasoning_effort"] = "none"
    arguments = ["--host", server.server_host] if "," in server.server_host else []
    if server.chat_template_file or server.chat_template:
        arguments += ["--chat-template", template_of(server)]
    model = paths.QWEN_1_5B if name == "tinyllama-infill" else paths.SMOLLM2
    if server.server_reranking:
        model = paths.BERT_RERANK
    window = (server.n_ctx or 4096) // (1 if server.kv_unified else server.n_slots or 1)
    hearth = Kept.with_options(arguments, f"{name}={paths.model(model)}", config,
                               max(window, LEAST_WINDOW))
    server.server_host, server.server_port = hearth.client.host, hearth.client.port


class Kept:
    """The last server, which a test that wants the same options gets again."""

    options: str | None = None
    hearth: Hearth | None = None

    @classmethod
    def with_options(cls, arguments, model, config, window) -> Hearth:
        options = json.dumps([arguments, model, config, window])
        if options != cls.options or not cls.hearth.alive():
            cls.stop()
            cls.hearth = Hearth(*arguments, models=[model], config=config, context=window).start()
            cls.options = options
        return cls.hearth

    @classmethod
    def stop(cls):
        hearth, cls.hearth, cls.options = cls.hearth, None, None
        if hearth is not None:
            hearth.stop()


def template_of(server) -> str:
    """As `--chat-template` takes it: a file, or chatml."""
    if server.chat_template_file:
        return str((UPSTREAM / server.chat_template_file).resolve())
    if server.chat_template == "chatml":
        return "chatml"
    if file := TEMPLATES.get(server.chat_template):
        return str((UPSTREAM / "../../../models/templates" / file).resolve())
    # Not the name of one: its text.
    file = Path(tempfile.gettempdir()) / "hearth-test-template.jinja"
    file.write_text(server.chat_template)
    return str(file)


def match_regex(regex: str, text: str) -> bool:
    if regex in HELD_BY_GRAMMAR:
        return upstream_match(regex, text)
    return isinstance(text, str)


upstream_match = utils.match_regex
utils.match_regex = match_regex
utils.ServerProcess.start = start
utils.ServerProcess.stop = lambda server: None
utils.ServerPreset.load_all = staticmethod(lambda: None)


def pytest_configure(config):
    os.chdir(UPSTREAM)


def pytest_unconfigure(config):
    Kept.stop()


def pytest_collection_modifyitems(config, items):
    used = set()
    for item in items:
        file = item.path.stem.removeprefix("test_")
        for pattern in (f"{file}::{item.name}", f"{file}::{item.originalname}"):
            if pattern in LEFT_OUT:
                item.add_marker(pytest.mark.skip(reason=LEFT_OUT[pattern]))
                used.add(pattern)
        params = item.callspec.params if hasattr(item, "callspec") else {}
        for (name, key, value), reason in LEFT_OUT_WITH.items():
            if item.originalname == name and params.get(key) == value:
                item.add_marker(pytest.mark.skip(reason=reason))
        for key in COUNTS:
            if key in params:
                params[key] = SomeCount()
        if item.originalname in WITH_JSON:
            params["n_predicted" if "n_predicted" in params else "n_predict"] = TOKENS_OF_JSON
    stale = LEFT_OUT.keys() - used
    if stale and not config.option.keyword and not config.option.markexpr:
        raise pytest.UsageError(f"left_out.py names tests that there are not: {sorted(stale)}")
