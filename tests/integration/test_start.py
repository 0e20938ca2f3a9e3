"""How `hearth serve` starts, and what it says when it cannot: models, ports, keys, configurations."""

import json
import os
import socket
import struct

import pytest

from harness import paths
from harness.client import Client
from harness.server import Hearth, serve_fails

ASK = {"model": "m", "max_tokens": 1, "messages": [{"role": "user", "content": "Hi"}]}


def smol(name: str = "m") -> str:
    return f"{name}={paths.model(paths.SMOLLM2)}"


# -- model files ---------------------------------------------------------------------------------


def gguf_of(architecture: str) -> bytes:
    """A GGUF file with nothing but an architecture in it."""
    def string(text):
        return struct.pack("<Q", len(text)) + text.encode()

    return (b"GGUF" + struct.pack("<IQQ", 3, 0, 1) + string("general.architecture")
            + struct.pack("<I", 8) + string(architecture) + bytes(256))


def cut_model() -> bytes:
    with open(paths.model(paths.SMOLLM2), "rb") as file:
        return file.read(8_000_000)


BROKEN = {
    "truncated": cut_model,
    "only the head": lambda: cut_model()[:64],
    "empty": lambda: b"",
    "not GGUF": lambda: b"This is a text.\n" * 100,
    "an unknown architecture": lambda: gguf_of("perpetuum"),
    "a huge count": lambda: b"GGUF" + struct.pack("<IQQ", 3, 2**62, 2**62),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_model_file_is_an_error_that_says_what_to_do(tmp_path, name):
    """Either `serve` refuses it, or it starts and each request gets the error."""
    file = tmp_path / "broken.gguf"
    file.write_bytes(BROKEN[name]())
    hearth = Hearth(models=[f"m={file}"], context=512)
    try:
        hearth.start(ready=False)
    except RuntimeError as refused:
        said = str(refused)
    else:
        for path in ("/v1/messages", "/v1/chat/completions", "/v1/messages"):
            answer = hearth.client.post(path, ASK)
            assert answer.status >= 400, answer.text
            error = answer.json()["error"]
            assert error["type"] not in ("", None)
            said = error["message"]
        assert hearth.client.get("/v1/models").status == 200
        assert hearth.client.get("/health").status in (200, 503)
        assert hearth.alive()
        hearth.stop()
    assert "broken.gguf" in said, said
    if name == "an unknown architecture":
        assert "perpetuum" in said, said


def test_a_broken_model_does_not_stop_another(tmp_path):
    file = tmp_path / "broken.gguf"
    file.write_bytes(b"GGUF" + bytes(100))
    hearth = Hearth(models=[smol("good"), f"bad={file}"], context=512)
    hearth.start(ready=False)
    try:
        assert hearth.client.post("/v1/messages", {**ASK, "model": "good"}).status == 200
        assert hearth.client.post("/v1/messages", {**ASK, "model": "bad"}).status >= 400
        assert hearth.client.post("/v1/messages", {**ASK, "model": "good"}).status == 200
    finally:
        hearth.stop()


@pytest.mark.parametrize("value", ["/nowhere/model.gguf", "m=/nowhere/model.gguf", "no-such-model"])
def test_a_missing_model_file_is_refused_at_start(value):
    said = serve_fails("--port", "0", models=[value])
    assert value.split("=")[-1] in said


def test_a_folder_is_no_model(tmp_path):
    assert str(tmp_path) in serve_fails("--port", "0", models=[f"m={tmp_path}"])


def test_without_a_model_the_server_starts_and_says_what_to_do():
    with Hearth() as hearth:
        for path in ("/v1/messages", "/v1/chat/completions"):
            answer = hearth.client.post(path, {**ASK, "model": "claude-sonnet-4-5"})
            assert answer.status >= 400
            assert "hearth get" in answer.json()["error"]["message"]
        assert "hearth get" in hearth.log_text()


# -- address and key -----------------------------------------------------------------------------


def test_a_port_in_use_is_refused_with_what_to_do():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        said = serve_fails("--port", port, models=[smol()])
    assert port in said
    assert "--port" in said


@pytest.mark.parametrize("host", ["0.0.0.0", "::"])
def test_an_open_address_without_a_key_is_refused(host):
    said = serve_fails("--host", host, "--port", "0", models=[smol()])
    assert host in said
    assert "HEARTH_API_KEY" in said


def test_an_open_address_in_the_configuration_without_a_key_is_refused():
    config = {"HOST": "0.0.0.0", "Providers": [{"name": "here", "models": ["m"]}]}
    assert "HEARTH_API_KEY" in serve_fails("--port", "0", models=[smol()], config=config)


@pytest.mark.parametrize("host", ["not-an-address", "999.1.1.1"])
def test_a_host_that_is_no_address_is_refused(host):
    assert host in serve_fails("--host", host, "--port", "0", models=[smol()])


@pytest.fixture(scope="module")
def locked():
    with Hearth("--host", "0.0.0.0", models=[smol()], context=512,
                env={"HEARTH_API_KEY": "secret-of-this-test"}) as hearth:
        hearth.url = hearth.url.replace("0.0.0.0", "127.0.0.1")
        hearth.client = Client(hearth.url)
        yield hearth


@pytest.mark.parametrize("path", ["/v1/messages", "/v1/chat/completions", "/v1/completions",
                                  "/v1/messages/count_tokens", "/tokenize", "/detokenize"])
@pytest.mark.parametrize("headers", [{}, {"x-api-key": "wrong"}, {"authorization": "Bearer wrong"},
                                     {"authorization": "secret-of-this-test"}, {"x-api-key": ""}])
def test_without_the_key_it_is_a_401(locked, path, headers):
    answer = locked.client.post(path, ASK, headers)
    assert answer.status == 401
    error = answer.json()["error"]
    assert error["type"] in ("authentication_error", "invalid_request_error")
    assert "key" in error["message"]
    assert "secret-of-this-test" not in answer.text


@pytest.mark.parametrize("headers", [{"x-api-key": "secret-of-this-test"},
                                     {"authorization": "Bearer secret-of-this-test"}])
def test_with_the_key_it_is_a_200(locked, headers):
    assert locked.client.post("/v1/messages", ASK, headers).status == 200
    assert locked.client.get("/v1/models", headers).status == 200


def test_the_models_need_the_key_and_the_health_does_not(locked):
    assert locked.client.get("/v1/models").status == 401
    assert locked.client.get("/health").status == 200


def test_the_key_is_in_no_log(locked):
    locked.client.post("/v1/messages", ASK, {"x-api-key": "secret-of-this-test"})
    assert "secret-of-this-test" not in locked.log_text()
    assert "secret-of-this-test" not in json.dumps(locked.records())


def test_the_configurations_key_is_asked_for():
    config = {"APIKEY": "$KEY_OF_TEST", "Providers": [{"name": "here", "models": ["m"]}]}
    with Hearth(models=[smol()], context=512, config=config, env={"KEY_OF_TEST": "abc"}) as hearth:
        assert hearth.client.post("/v1/messages", ASK).status == 401
        assert hearth.client.post("/v1/messages", ASK, {"x-api-key": "abc"}).status == 200


# -- configurations ------------------------------------------------------------------------------

PROVIDER = '{"name": "p", "api_base_url": "http://127.0.0.1:9/v1/chat/completions", "models": ["m"]}'

WRONG = {
    "a syntax error": ('{\n "Providers": [\n  {"name": }\n ]\n}', 3, ""),
    "no end": ('{\n "Providers": [\n', None, ""),
    "a wrong type": ('{\n "Providers": 5\n}', 2, "Providers"),
    "a provider without a name": ('{"Providers": [\n {"models": ["m"]}]}', 2, "name"),
    "a provider without models": ('{"Providers": [\n {"name": "p"}]}', 2, "models"),
    "a route to nowhere": ('{"Providers": [%s],\n "Router": {\n  "default": "q,m"}}' % PROVIDER, 3,
                           "default"),
    "a route to an unknown model of this machine": (
        '{"Providers": [{"name": "l", "models": ["m"]}],\n "Router": {"think": "l,n"}}', 2, "think"),
    "a route that is none": ('{"Providers": [%s],\n "Router": {"image": "p"}}' % PROVIDER, 2,
                             "image"),
    "a threshold that is no number": (
        '{"Providers": [%s],\n "Router": {\n\n "longContextThreshold": "many"}}' % PROVIDER, 4,
        "longContextThreshold"),
    "an unset variable": (
        '{"Providers": [\n {"name": "p", "api_base_url": "http://x/v1/chat/completions",\n'
        '  "api_key": "$NOT_SET_ANYWHERE", "models": ["m"]}]}', 3, "NOT_SET_ANYWHERE"),
    "a wrong port": ('{\n "PORT": 99999}', 2, "PORT"),
    "two providers with one name": ('{"Providers": [%s,\n %s]}' % (PROVIDER, PROVIDER), 2, "name"),
    "a URL that is none": ('{"Providers": [\n {"name": "p", "api_base_url": "somewhere",'
                           ' "models": ["m"]}]}', 2, "api_base_url"),
}


@pytest.mark.parametrize("name", WRONG)
def test_an_error_in_the_configuration_is_named_with_file_line_and_key(name):
    text, line, key = WRONG[name]
    said = serve_fails("--port", "0", config=text)
    assert "config.json" in said
    assert key in said
    if line is not None:
        assert f":{line}" in said or f"line {line}" in said, said


def test_a_route_to_a_model_that_a_remote_provider_does_not_list_only_warns():
    config = '{"Providers": [%s], "Router": {"webSearch": "p,m:online"}}' % PROVIDER
    with Hearth(config=config) as hearth:
        assert "m:online" in hearth.log_text()


def test_a_missing_configuration_is_named():
    assert "/nowhere/config.json" in serve_fails("--port", "0", "--config", "/nowhere/config.json")


def test_the_users_configuration_is_read_and_left_as_it_is():
    hearth = Hearth(models=[smol()], context=512)
    file = hearth.folder / "config" / "hearth" / "config.json"
    file.parent.mkdir(parents=True)
    text = '// mine\n{"Providers": [{"name": "here", "models": ["m"],}], Router: {default: "here,m"}}'
    file.write_text(text)
    with hearth:
        answer = hearth.client.post("/v1/messages", ASK)
        assert answer.status == 200
        assert hearth.record(answer.request_id)["route"] == "here,m"
        assert file.read_text() == text


def test_health_is_200_only_when_the_model_is_loaded():
    for _ in range(3):
        with Hearth(models=[smol()], context=512) as hearth:
            assert "m is ready" in hearth.log_text()


# -- the other commands --------------------------------------------------------------------------


def test_stop_ends_the_server_and_a_second_one_says_that_none_runs():
    hearth = Hearth(models=[smol()], context=512).start()
    done = hearth.command("stop")
    assert done.returncode == 0, done.stderr
    assert hearth.process.wait(10) == 0
    assert "No server" in hearth.command("stop").stdout
    hearth.stop()


def test_a_second_server_leaves_the_first_ones_entry():
    with Hearth() as first:
        state = {"XDG_STATE_HOME": first.env["XDG_STATE_HOME"]}
        with Hearth(env=state) as second:
            assert f"already at {first.url}" in second.log_text()
        assert first.command("stop").stdout == f"Stopped the server at {first.url}.\n"


def test_a_server_that_was_killed_is_not_taken_for_running():
    with Hearth() as hearth:
        hearth.process.kill()
        hearth.process.wait()
        # Another process may have its number by now.
        entry = hearth.folder / "state/hearth/server.json"
        entry.write_text(json.dumps({"pid": os.getpid(), "url": hearth.url}))
        assert "No server" in hearth.command("stop").stdout
        hearth.start()
        assert hearth.command("stop").stdout == f"Stopped the server at {hearth.url}.\n"


@pytest.mark.parametrize("arguments", [["serve", "--port", "many"], ["serve", "--bogus"], ["bogus"],
                                       ["get"], ["--permission-mode", "all"]])
def test_a_wrong_option_is_a_2_that_names_it(arguments):
    with Hearth() as hearth:
        done = hearth.command(*arguments)
        assert done.returncode == 2
        assert "--help" in done.stderr


@pytest.mark.parametrize("arguments", [["get", "no-such-model"], ["models", "/no/such.gguf"],
                                       ["log", "no-such-request"]])
def test_a_command_that_fails_is_a_1_that_says_why(arguments):
    with Hearth() as hearth:
        done = hearth.command(*arguments)
        assert done.returncode == 1
        assert done.stderr.startswith("hearth: ")


def test_a_server_ends_when_it_was_idle():
    hearth = Hearth("--idle-exit", "0.02", models=[smol()], context=512).start()
    assert hearth.process.wait(30) == 0
    hearth.stop()


def test_a_signal_ends_the_server_while_it_answers():
    hearth = Hearth(models=[smol()], context=2048).start()
    body = {**ASK, "max_tokens": 1500,
            "messages": [{"role": "user", "content": "Write a very long story."}]}
    with hearth.client.stream("/v1/messages", body) as stream:
        next(iter(stream))
        hearth.stop()


def test_the_log_is_a_table_and_json():
    with Hearth(models=[smol()], context=512) as hearth:
        answer = hearth.client.post("/v1/messages", ASK)
        record = hearth.record(answer.request_id)
        assert set(record) >= {"id", "time", "scenario", "route", "prompt_tokens", "reused_tokens",
                               "computed_tokens", "output_tokens", "queue_ms", "ttft_ms",
                               "stop_reason", "error", "client", "session", "why"}
        assert record["prompt_tokens"] == record["reused_tokens"] + record["computed_tokens"]
        assert record["error"] is None
        table = hearth.command("log").stdout
        assert "local,m" in table
        assert len(table.splitlines()) >= 2


@pytest.mark.skipif(paths.SANITIZED, reason="a sanitizer's shadow memory counts as resident")
def test_an_idle_server_without_a_model_is_small():
    with Hearth() as hearth:
        status = open(f"/proc/{hearth.process.pid}/status").read()
        resident = int(status.split("VmRSS:")[1].split()[0])
        assert resident <= 60_000, f"{resident} kB"
