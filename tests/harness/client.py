"""A plain HTTP client: it sends what it is told, also what is wrong, and hides nothing."""

import contextlib
import http.client
import json
import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

from harness.sse import read_events


@dataclass
class Response:
    status: int
    headers: dict[str, str]
    body: bytes

    def json(self):
        assert self.headers["content-type"].startswith("application/json"), self.headers
        return json.loads(self.body)

    @property
    def text(self) -> str:
        return self.body.decode("utf-8")

    @property
    def request_id(self) -> str:
        return self.headers["request-id"]

    def ok(self):
        """The JSON of an answer that must be a success."""
        assert self.status == 200, f"status {self.status}: {self.text}"
        return self.json()


class Stream:
    """An event stream that is being read."""

    def __init__(self, connection, response):
        self._connection = connection
        self._response = response
        self.status = response.status
        self.headers = {name.lower(): value for name, value in response.getheaders()}

    @property
    def request_id(self) -> str:
        return self.headers["request-id"]

    def _chunks(self):
        while True:
            chunk = self._response.read1(65536)
            if not chunk:
                return
            yield chunk

    def __iter__(self):
        return read_events(self._chunks())

    def body(self) -> bytes:
        return self._response.read()

    def close(self):
        """Goes away in the middle, as a client does whose user pressed Ctrl-C."""
        if self._connection.sock is not None:
            with contextlib.suppress(OSError):
                self._connection.sock.shutdown(socket.SHUT_RDWR)
        self._response.close()
        self._connection.close()


class Client:
    def __init__(self, url: str, headers: dict[str, str] | None = None, timeout: float = 180):
        parts = urlsplit(url)
        self.host, self.port = parts.hostname, parts.port
        self.headers = headers or {}
        self.timeout = timeout

    def _send(self, method, path, body, headers):
        connection = http.client.HTTPConnection(self.host, self.port, timeout=self.timeout)
        sent = dict(self.headers)
        if isinstance(body, (dict, list)):
            body = json.dumps(body)
        if isinstance(body, str):
            body = body.encode("utf-8")
        if body is not None:
            sent["content-type"] = "application/json"
        sent.update(headers or {})
        connection.request(method, path, body=body, headers=sent)
        return connection, connection.getresponse()

    def request(self, method: str, path: str, body=None, headers=None) -> Response:
        connection, response = self._send(method, path, body, headers)
        try:
            content = response.read()
            found = {name.lower(): value for name, value in response.getheaders()}
            return Response(response.status, found, content)
        finally:
            connection.close()

    def get(self, path: str, headers=None) -> Response:
        return self.request("GET", path, None, headers)

    def post(self, path: str, body, headers=None) -> Response:
        return self.request("POST", path, body, headers)

    @contextlib.contextmanager
    def stream(self, path: str, body: dict, headers=None):
        connection, response = self._send("POST", path, {**body, "stream": True}, headers)
        stream = Stream(connection, response)
        try:
            yield stream
        finally:
            stream.close()

    def events(self, path: str, body: dict, headers=None) -> list:
        """All of a stream that must be a success."""
        with self.stream(path, body, headers) as stream:
            if stream.status != 200:
                raise AssertionError(f"status {stream.status}: {stream.body()!r}")
            assert stream.headers["content-type"].startswith("text/event-stream")
            return list(stream)

    def raw(self, data: bytes, patience: float = 10) -> bytes:
        """Sends bytes as they are and returns what comes back until the server closes."""
        with socket.create_connection((self.host, self.port), timeout=patience) as connection:
            connection.sendall(data)
            connection.shutdown(socket.SHUT_WR)
            parts = []
            while True:
                part = connection.recv(65536)
                if not part:
                    return b"".join(parts)
                parts.append(part)
