"""Commands in the sandbox that may reach some hosts: those and no other, however they try."""

import http.server
import socket
import threading

import pytest

from harness.agent import Agent, text_of
from harness.backend import AnthropicBackend, Call, Reply


@pytest.fixture
def outside():
    """A server beyond the sandbox; `asked`: "METHOD path host"."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def log_message(self, *_):
            pass

        def do_GET(self):
            server.asked.append(f"{self.command} {self.path} {self.headers['host']}")
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"hello from outside\n")

        def do_POST(self):
            size = len(self.rfile.read(int(self.headers["content-length"])))
            self.send_response(200)
            self.end_headers()
            self.wfile.write(f"{size} bytes came\n".encode())

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.asked = []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def run(tmp_path):
    """Runs one command in the sandbox and gives its output."""
    with AnthropicBackend() as backend:

        def run(command: str, network) -> str:
            agent = Agent(tmp_path, backend)
            agent.write(str(agent.home / ".config/hearth/settings.json"),
                        {"sandbox": {"network": network}})
            backend.answers = [Reply(calls=[Call("bash", {"command": command})]),
                               Reply(text="Done.")]
            agent.run("run it")
            return text_of(agent.conversations()[-1][-1])

        yield run


def test_a_host_that_is_allowed_is_reached(run, outside):
    url = f"http://localhost:{outside.server_port}"
    said = run(f"curl -sS {url}/plain?a=b; curl -sS --proxytunnel {url}/tunnel; "
               f"head -c 300000 /dev/zero | curl -sS --data-binary @- {url}/much", ["localhost"])
    assert said.count("hello from outside") == 2 and "300000 bytes came" in said
    host = f"localhost:{outside.server_port}"
    assert outside.asked == [f"GET /plain?a=b {host}", f"GET /tunnel {host}"]


def test_a_port_may_be_named_and_claude_codes_spelling_used(run, outside):
    url = f"http://localhost:{outside.server_port}/"
    allowed = {"allowedDomains": [f"localhost:{outside.server_port}"]}
    assert "hello from outside" in run(f"curl -sS {url}", allowed)
    assert "hello from outside" not in run(f"curl -sS {url}", {"allowedDomains": ["localhost:9"]})


@pytest.mark.parametrize("way", [
    "curl -sS {other}",
    "curl -sS --proxytunnel {other}",
    "curl -sS --noproxy '*' {allowed}",
    "curl -sS -x '' {allowed}",
    "curl -sS --proxytunnel -H 'Host: localhost' {other}",
    "curl -sS --connect-to ::127.0.0.1:{port} http://example.org/",
    "curl -sS --resolve example.org:{port}:127.0.0.1 http://example.org:{port}/",
    "python3 -c \"import socket; print(socket.create_connection(('127.0.0.1', {port}), 3))\"",
    "python3 -c \"import socket; s = socket.socket(socket.AF_UNIX); "
    "s.connect('/tmp/.hearth-network'); "
    "s.sendall(b'CONNECT 127.0.0.1:{port} HTTP/1.1\\r\\n\\r\\n'); print(s.recv(4096))\"",
    "python3 -c \"import socket; s = socket.socket(socket.AF_UNIX); "
    "s.connect('/tmp/.hearth-network'); s.sendall(b'nonsense\\r\\n\\r\\n'); print(s.recv(4096))\"",
    "rm /tmp/.hearth-network; curl -sS {allowed}",
])
def test_no_other_host_is(run, outside, way):
    port = outside.server_port
    command = way.format(other=f"http://127.0.0.1:{port}/", port=port,
                         allowed=f"http://localhost:{port}/")
    said = run(command, ["localhost"])
    assert outside.asked == [] and "hello from outside" not in said


def test_what_is_refused_is_said_with_the_setting_that_would_allow_it(run, outside):
    said = run("curl -sS http://example.org/", ["localhost"])
    assert 'does not let commands reach example.org. "sandbox": {"network": ["example.org"]}' in said
    assert '"network": ["example.org"]' in run("curl -sS http://example.org/", False)


def test_an_allowed_name_does_not_lead_to_this_machine(run, outside):
    name = socket.gethostname()
    assert socket.gethostbyname(name).startswith("127."), "this test wants a name of this machine"
    said = run(f"curl -sS http://{name}:{outside.server_port}/", [name])
    assert "is an address of this machine" in said and outside.asked == []


def test_a_later_setting_takes_all_hosts_back(tmp_path, outside):
    url = f"http://localhost:{outside.server_port}/"
    with AnthropicBackend(Reply(calls=[Call("bash", {"command": f"curl -sS {url}"})]),
                          Reply(text="Done.")) as backend:
        agent = Agent(tmp_path, backend)
        agent.write(str(agent.home / ".config/hearth/settings.json"),
                    {"sandbox": {"network": ["localhost"]}})
        agent.write(".hearth/settings.json", {"sandbox": {"network": False}})
        agent.run("run it")
    assert outside.asked == []


def test_a_commands_own_server_is_reached_directly(run):
    said = run("echo mine > own.txt; python3 -m http.server 8000 --bind 127.0.0.1 >/dev/null 2>&1 & "
               "curl -sS --retry 20 --retry-connrefused --retry-delay 1 "
               "http://127.0.0.1:8000/own.txt; kill $!", ["example.org"])
    assert "mine" in said


@pytest.mark.parametrize("network", [["http://example.org"], [7], "example.org", [""]])
def test_what_is_no_host_is_told(tmp_path, network):
    with AnthropicBackend(Reply(text="Done.")) as backend:
        agent = Agent(tmp_path, backend)
        agent.write(str(agent.home / ".config/hearth/settings.json"),
                    {"sandbox": {"network": network}})
        said = agent.run("go")["said"]
        assert "sandbox.network" in said
