"""A TLS server that speaks HTTP/2 only and hands each request on to a backend over HTTP/1.1, one
thread a stream; with a certificate of its own authority."""

import contextlib
import http.client
import queue
import select
import socket
import ssl
import subprocess
import threading
from pathlib import Path

import h2.config
import h2.connection
import h2.errors
import h2.events
import h2.exceptions


def make_certificate(folder: Path) -> Path:
    """Signs itself, for 127.0.0.1: what clients have to trust. Its key lies beside it."""
    certificate = folder / "server.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
                    "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1",
                    "-keyout", folder / "server.key", "-out", certificate],
                   check=True, capture_output=True)
    return certificate


class Connection:
    """One client's. Only its own thread touches the TLS socket and the h2 state; those that ask the
    backend hand it what they got."""

    def __init__(self, server: "Http2Front", link: ssl.SSLSocket):
        self.server = server
        self.link = link
        self.h2 = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False))
        self.asked: dict[int, tuple[dict, bytearray]] = {}
        self.unsent: dict[int, bytearray] = {}
        self.ended: set[int] = set()
        self.backends: dict[int, socket.socket] = {}
        self.got: queue.SimpleQueue = queue.SimpleQueue()
        self.woken, self.wake = socket.socketpair()

    def run(self):
        self.h2.initiate_connection()
        self.link.sendall(self.h2.data_to_send())
        with contextlib.suppress(OSError, h2.exceptions.ProtocolError):
            while True:
                if not self.link.pending():
                    ready, _, _ = select.select([self.link, self.woken], [], [])
                    if self.woken in ready:
                        self.woken.recv(4096)
                        self._take_answers()
                    if self.link not in ready:
                        continue
                data = self.link.recv(65536)
                if not data:
                    break
                for event in self.h2.receive_data(data):
                    self._take(event)
                self._send()
        for stream in list(self.backends):
            self._drop(stream)

    def _take(self, event):
        if isinstance(event, h2.events.RequestReceived):
            headers = {name.decode(): value.decode() for name, value in event.headers}
            self.asked[event.stream_id] = (headers, bytearray())
        elif isinstance(event, h2.events.DataReceived):
            self.asked[event.stream_id][1].extend(event.data)
            self.h2.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
        elif isinstance(event, h2.events.StreamEnded):
            request = self.asked.pop(event.stream_id)
            self.server.streams.append((id(self), event.stream_id))
            threading.Thread(target=self._ask, args=(event.stream_id, *request),
                             daemon=True).start()
        elif isinstance(event, h2.events.StreamReset):
            self._drop(event.stream_id)

    def _drop(self, stream: int):
        """The client is gone: so is the backend's connection."""
        self.unsent.pop(stream, None)
        backend = self.backends.pop(stream, None)
        if backend is not None:
            with contextlib.suppress(OSError):
                backend.shutdown(socket.SHUT_RDWR)

    def _tell(self, stream: int, what):
        self.got.put((stream, what))
        with contextlib.suppress(OSError):
            self.wake.send(b"x")

    def _ask(self, stream: int, headers: dict, body: bytearray):
        backend = http.client.HTTPConnection("127.0.0.1", self.server.backend_port)
        plain = {name: value for name, value in headers.items() if not name.startswith(":")}
        with contextlib.suppress(OSError, http.client.HTTPException):
            backend.connect()
            # The response takes the socket away from a connection that the server will close.
            self._tell(stream, backend.sock)
            backend.request(headers[":method"], headers[":path"], bytes(body), plain)
            response = backend.getresponse()
            self._tell(stream, response)
            while piece := response.read1(8192):
                self._tell(stream, piece)
            self._tell(stream, None)

    def _take_answers(self):
        while not self.got.empty():
            stream, what = self.got.get()
            if isinstance(what, socket.socket):
                self.backends[stream] = what
                self.unsent[stream] = bytearray()
            elif stream not in self.unsent:
                continue
            elif isinstance(what, http.client.HTTPResponse):
                self.h2.send_headers(stream, [
                    (":status", str(what.status)),
                    ("content-type", what.headers.get("content-type", ""))])
            elif what is None:
                self.ended.add(stream)
            else:
                self.unsent[stream] += what
        self._send()

    def _send(self):
        """As much as the client's windows allow."""
        for stream, unsent in list(self.unsent.items()):
            while unsent:
                room = min(self.h2.local_flow_control_window(stream),
                           self.h2.max_outbound_frame_size, len(unsent))
                if room == 0:
                    break
                self.h2.send_data(stream, bytes(unsent[:room]))
                del unsent[:room]
            if stream in self.ended and not unsent:
                self.h2.end_stream(stream)
                del self.unsent[stream], self.backends[stream]
        self.link.sendall(self.h2.data_to_send())


class Http2Front:
    """`streams` holds each request's connection and stream."""

    def __init__(self, backend_port: int, certificate: Path):
        self.backend_port = backend_port
        self.streams: list[tuple[int, int]] = []
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, certificate.with_suffix(".key"))
        context.set_alpn_protocols(["h2"])
        self._listener = context.wrap_socket(socket.create_server(("127.0.0.1", 0)),
                                             server_side=True, do_handshake_on_connect=False)
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        with contextlib.suppress(OSError):
            while True:
                link, _ = self._listener.accept()
                threading.Thread(target=self._run, args=(link,), daemon=True).start()

    def _run(self, link: ssl.SSLSocket):
        with contextlib.suppress(OSError):
            link.do_handshake()
            if link.selected_alpn_protocol() == "h2":
                Connection(self, link).run()
        link.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._listener.close()
