"""As a service manager runs it: a socket handed over, answers ended within a time, a signal a second time."""

import concurrent.futures
import http.client
import signal
import socket
import subprocess
import threading
import time

import pytest

from harness import paths
from harness.backend import OpenAiBackend, Reply
from harness.client import Client
from harness.paths import hearth_binary
from harness.server import Hearth


class Activated:
    """`hearth serve` with a listening socket as its descriptor 3, as systemd starts it."""

    def __init__(self, hearth: Hearth, listening: socket.socket, count: int = 1, *arguments: str):
        script = f'export LISTEN_PID=$$; exec "$@" 3<&{listening.fileno()}'
        self.process = subprocess.Popen(
            ["bash", "-c", script, "bash", str(hearth_binary()), "serve", *arguments],
            env={**hearth.env, "LISTEN_FDS": str(count)}, cwd=hearth.folder,
            pass_fds=[listening.fileno()], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def __enter__(self):
        return self.process

    def __exit__(self, *_):
        self.process.terminate()
        self.process.communicate(timeout=30)


@pytest.fixture
def folder():
    """A server's folders without the server."""
    hearth = Hearth()
    yield hearth
    hearth.stop()


@pytest.fixture
def listening():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener


def test_it_takes_over_a_socket_and_what_waits_there(folder, listening):
    port = listening.getsockname()[1]
    waiting = socket.create_connection(("127.0.0.1", port))
    waiting.sendall(b"GET /api/hello HTTP/1.1\r\nhost: localhost\r\n\r\n")
    with Activated(folder, listening) as process:
        assert process.stdout.readline() == f"Hearth listens on http://127.0.0.1:{port}\n"
        assert waiting.recv(100).startswith(b"HTTP/1.1 200")
        assert Client(f"http://127.0.0.1:{port}").get("/api/hello").ok()["status"] == "ok"
    waiting.close()


@pytest.mark.parametrize("family, count, word", [
    (socket.AF_INET, 2, "one is used"), (socket.AF_UNIX, 1, "no TCP socket")])
def test_another_socket_is_refused_with_what_to_do(folder, tmp_path, family, count, word):
    with socket.socket(family) as listener:
        listener.bind(str(tmp_path / "s") if family == socket.AF_UNIX else ("127.0.0.1", 0))
        listener.listen()
        with Activated(folder, listener, count) as process:
            _, said = process.communicate(timeout=30)
        assert process.returncode > 0
        assert word in said


def test_an_open_socket_needs_a_key(folder):
    with socket.create_server(("0.0.0.0", 0)) as listener, Activated(folder, listener) as process:
        _, said = process.communicate(timeout=30)
        assert process.returncode > 0
        assert "a key is needed" in said


# -- the end ---------------------------------------------------------------------------------------


class LongAnswer(threading.Thread):
    """An answer of some seconds; `whole` is true once its end has come."""

    def __init__(self, hearth: Hearth):
        super().__init__(daemon=True)
        self.hearth, self.begun, self.whole = hearth, threading.Event(), False

    def run(self):
        body = {"model": "m", "prompt": "One, two, three,", "max_tokens": 400, "ignore_eos": True,
                "stream": True}
        try:
            with self.hearth.client.stream("/v1/completions", body) as stream:
                for event in stream:
                    self.begun.set()
                    self.whole = getattr(event, "data", "") == "[DONE]"
        except (OSError, http.client.HTTPException):
            pass  # cut off: `whole` says so


def until_refused(client: Client, patience: float = 10):
    until = time.monotonic() + patience
    while time.monotonic() < until:
        try:
            socket.create_connection((client.host, client.port)).close()
        except ConnectionRefusedError:
            return
    raise AssertionError("it still takes connections")


def serving(*arguments: str) -> Hearth:
    return Hearth(*arguments, models=[f"m={paths.model(paths.SMOLLM2)}"], context=1024)


def test_a_stop_waits_for_what_is_being_answered():
    with serving("--stop-timeout", "120") as hearth:
        answer = LongAnswer(hearth)
        answer.start()
        assert answer.begun.wait(60)
        hearth.process.send_signal(signal.SIGTERM)
        answer.join(120)
        assert answer.whole
        assert hearth.process.wait(30) == 0


@pytest.mark.parametrize("stream", [True, False])
def test_an_answer_that_a_stop_cuts_off_is_told_and_logged(stream):
    with OpenAiBackend(Reply(text="slowly and slower", wait_between=60)) as backend:
        config = {"Providers": [{"name": "p", "api_base_url": backend.url, "models": ["m"]}]}
        with Hearth("--stop-timeout", "0", config=config) as hearth:
            body = {"model": "p,m", "max_tokens": 50, "stream": stream,
                    "messages": [{"role": "user", "content": "Hi"}]}
            with concurrent.futures.ThreadPoolExecutor() as pool:
                answer = pool.submit(hearth.client.post, "/v1/messages", body)
                until = time.monotonic() + 20
                while not backend.seen:
                    assert time.monotonic() < until
                    time.sleep(0.01)
                hearth.process.send_signal(signal.SIGTERM)
                told = answer.result(20)
            assert hearth.process.wait(30) == 0
            assert "the server was stopped" in told.text
            if not stream:
                assert told.status == 529
            assert hearth.records()[-1]["error"] == "the server was stopped"


@pytest.mark.parametrize("timeout, signals", [("0", 1), ("600", 2)])
def test_a_stop_waits_no_longer_than_it_is_told_nor_beyond_a_second_signal(timeout, signals):
    with serving("--stop-timeout", timeout) as hearth:
        answer = LongAnswer(hearth)
        answer.start()
        assert answer.begun.wait(60)
        hearth.process.send_signal(signal.SIGTERM)
        if signals > 1:
            until_refused(hearth.client)  # two signals at once would be one
            hearth.process.send_signal(signal.SIGTERM)
        assert hearth.process.wait(30) == 0
        answer.join(30)
        assert not answer.whole
