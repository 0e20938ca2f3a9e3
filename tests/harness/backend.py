"""Scripted servers that stand in for a remote provider: one that speaks OpenAI's chat API, one that
speaks Anthropic's, one that speaks Gemini's. What they are to answer is said in advance; what they were asked is kept."""

import contextlib
import itertools
import json
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Call:
    name: str
    arguments: dict
    id: str = ""


@dataclass
class Reply:
    """An answer of the model. `cut`: the connection ends after so many events."""

    text: str = ""
    reasoning: str = ""
    calls: list[Call] = field(default_factory=list)
    finish: str = ""
    prompt_tokens: int = 120
    cached_tokens: int = 100
    output_tokens: int = 7
    cut: int | None = None
    wait_before: float = 0
    wait_between: float = 0
    own_blocks: list[dict] = field(default_factory=list)  # of an Anthropic server's own tools
    reading: list[dict] = field(default_factory=list)  # how far the prompt is read, as Hearth tells


@dataclass
class Fault:
    """An answer that is none."""

    status: int
    body: str | bytes = ""
    content_type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Seen:
    path: str
    headers: dict[str, str]
    body: dict


def pieces(text: str, size: int = 5) -> list[str]:
    return [text[at : at + size] for at in range(0, len(text), size)]


def closed_port() -> int:
    """A port where nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Backend:
    """`answers` are used one after the other, the last one again and again. An answer may be a
    function of the request's body."""

    path = ""

    def __init__(self, *answers: Reply | Fault | Callable[[dict], Reply | Fault],
                 host: str = "127.0.0.1", port: int = 0):
        self.answers = list(answers) or [Reply(text="Hello from the backend.")]
        self.seen: list[Seen] = []
        self.models: list[dict] = []  # what GET /v1/models tells
        self.disconnected = threading.Event()
        self._ids = itertools.count(1)
        self._connections: list[socket.socket] = []
        self._lock = threading.Lock()
        backend = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def log_message(self, *_):
                pass

            def setup(self):
                super().setup()
                backend._connections.append(self.connection)

            def do_POST(self):
                backend._answer(self)

            def do_GET(self):
                known = self.path.endswith("/v1/models") and backend.models
                content = json.dumps({"data": backend.models} if known else {}).encode()
                backend._whole(self, 200 if known else 404, content, "application/json", {})

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_):
                """Connections break here, by intention."""

        self._server = Server((host, port), Handler)
        self.port = self._server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}{self.path}"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()

    def kill(self):
        """Ends it as a killed process ends: nobody listens, and open connections are gone."""
        self._server.shutdown()
        self._server.server_close()
        for connection in self._connections:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    @property
    def last(self) -> Seen:
        return self.seen[-1]

    def _answer(self, handler: BaseHTTPRequestHandler):
        raw = handler.rfile.read(int(handler.headers.get("content-length") or 0))
        body = json.loads(raw)
        headers = {name.lower(): value for name, value in handler.headers.items()}
        with self._lock:
            self.seen.append(Seen(handler.path, headers, body))
            answer = self.answers[0] if len(self.answers) == 1 else self.answers.pop(0)
        if callable(answer):
            answer = answer(body)
        if isinstance(answer, Fault):
            content = answer.body.encode() if isinstance(answer.body, str) else answer.body
            self._whole(handler, answer.status, content, answer.content_type, answer.headers)
            return
        time.sleep(answer.wait_before)
        if self.streams(handler.path, body):
            self._stream(handler, answer, body)
        else:
            content = json.dumps(self.whole(answer, body)).encode()
            self._whole(handler, 200, content, "application/json", {})

    @staticmethod
    def _whole(handler, status, content, content_type, headers):
        with contextlib.suppress(OSError):
            handler.send_response(status)
            handler.send_header("content-type", content_type)
            handler.send_header("content-length", str(len(content)))
            for name, value in headers.items():
                handler.send_header(name, value)
            handler.end_headers()
            handler.wfile.write(content)

    def _stream(self, handler, reply: Reply, body: dict):
        try:
            handler.send_response(200)
            handler.send_header("content-type", "text/event-stream")
            handler.send_header("transfer-encoding", "chunked")
            handler.end_headers()
            for number, frame in enumerate(self.frames(reply, body)):
                if reply.cut is not None and number == reply.cut:
                    handler.close_connection = True
                    handler.connection.shutdown(socket.SHUT_RDWR)
                    return
                data = frame.encode()
                handler.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
                handler.wfile.flush()
                time.sleep(reply.wait_between)
            handler.wfile.write(b"0\r\n\r\n")
        except OSError:
            handler.close_connection = True
            self.disconnected.set()

    def streams(self, _path: str, body: dict) -> bool:
        return bool(body.get("stream"))

    def new_id(self, prefix: str) -> str:
        return f"{prefix}{next(self._ids):06d}"

    def whole(self, reply: Reply, body: dict) -> dict:
        raise NotImplementedError

    def frames(self, reply: Reply, body: dict):
        raise NotImplementedError


class OpenAiBackend(Backend):
    path = "/v1/chat/completions"

    @staticmethod
    def _usage(reply):
        return {"prompt_tokens": reply.prompt_tokens, "completion_tokens": reply.output_tokens,
                "total_tokens": reply.prompt_tokens + reply.output_tokens,
                "prompt_tokens_details": {"cached_tokens": reply.cached_tokens}}

    def _calls(self, reply):
        return [{"id": call.id or self.new_id("call_"), "type": "function",
                 "function": {"name": call.name, "arguments": json.dumps(call.arguments)}}
                for call in reply.calls]

    @staticmethod
    def _finish(reply):
        return reply.finish or ("tool_calls" if reply.calls else "stop")

    def whole(self, reply, body):
        message = {"role": "assistant", "content": reply.text or None}
        if reply.reasoning:
            message["reasoning_content"] = reply.reasoning
        if reply.calls:
            message["tool_calls"] = self._calls(reply)
        return {"id": self.new_id("chatcmpl-"), "object": "chat.completion", "created": 1,
                "model": body["model"], "usage": self._usage(reply),
                "choices": [{"index": 0, "message": message,
                             "finish_reason": self._finish(reply)}]}

    def frames(self, reply, body):
        head = {"id": self.new_id("chatcmpl-"), "object": "chat.completion.chunk", "created": 1,
                "model": body["model"]}

        def chunk(delta, finish=None):
            choice = {"index": 0, "delta": delta, "finish_reason": finish}
            return f"data: {json.dumps({**head, 'choices': [choice]})}\n\n"

        yield chunk({"role": "assistant", "content": ""})
        for piece in pieces(reply.reasoning):
            yield chunk({"reasoning_content": piece})
        for piece in pieces(reply.text):
            yield chunk({"content": piece})
        for index, call in enumerate(self._calls(reply)):
            arguments = call["function"]["arguments"]
            call["function"]["arguments"] = ""
            yield chunk({"tool_calls": [{"index": index, **call}]})
            for piece in pieces(arguments):
                yield chunk({"tool_calls": [{"index": index, "function": {"arguments": piece}}]})
        yield chunk({}, self._finish(reply))
        if (body.get("stream_options") or {}).get("include_usage"):
            yield f"data: {json.dumps({**head, 'choices': [], 'usage': self._usage(reply)})}\n\n"
        yield "data: [DONE]\n\n"


class AnthropicBackend(Backend):
    path = "/v1/messages"

    @staticmethod
    def _usage(reply):
        return {"input_tokens": reply.prompt_tokens - reply.cached_tokens,
                "cache_read_input_tokens": reply.cached_tokens,
                "cache_creation_input_tokens": 0, "output_tokens": reply.output_tokens}

    def _content(self, reply):
        content = []
        if reply.reasoning:
            content.append({"type": "thinking", "thinking": reply.reasoning,
                            "signature": "c2lnbmVkIGJ5IHRoZSBiYWNrZW5k"})
        content += reply.own_blocks
        if reply.text:
            content.append({"type": "text", "text": reply.text})
        for call in reply.calls:
            content.append({"type": "tool_use", "id": call.id or self.new_id("toolu_"),
                            "name": call.name, "input": call.arguments})
        return content

    @staticmethod
    def _finish(reply):
        return reply.finish or ("tool_use" if reply.calls else "end_turn")

    def whole(self, reply, body):
        return {"id": self.new_id("msg_"), "type": "message", "role": "assistant",
                "model": body["model"], "content": self._content(reply),
                "stop_reason": self._finish(reply), "stop_sequence": None,
                "usage": self._usage(reply)}

    def frames(self, reply, body):
        def event(data):
            return f"event: {data['type']}\ndata: {json.dumps(data)}\n\n"

        start = self.whole(reply, body)
        start.update(content=[], stop_reason=None, usage={**self._usage(reply), "output_tokens": 1})
        for progress in reply.reading:
            yield f": prefill {json.dumps(progress)}\n\n"
        yield event({"type": "message_start", "message": start})
        yield event({"type": "ping"})
        for index, block in enumerate(self._content(reply)):
            if block["type"] == "thinking":
                shown = {"type": "thinking", "thinking": "", "signature": ""}
                deltas = [{"type": "thinking_delta", "thinking": piece}
                          for piece in pieces(block["thinking"])]
                deltas.append({"type": "signature_delta", "signature": block["signature"]})
            elif block["type"] == "text":
                shown = {"type": "text", "text": ""}
                deltas = [{"type": "text_delta", "text": piece} for piece in pieces(block["text"])]
            elif "input" not in block:
                shown, deltas = block, []
            else:
                shown = {**block, "input": {}}
                deltas = [{"type": "input_json_delta", "partial_json": piece}
                          for piece in pieces(json.dumps(block["input"]))]
            yield event({"type": "content_block_start", "index": index, "content_block": shown})
            for delta in deltas:
                yield event({"type": "content_block_delta", "index": index, "delta": delta})
            yield event({"type": "content_block_stop", "index": index})
        yield event({"type": "message_delta",
                     "delta": {"stop_reason": self._finish(reply), "stop_sequence": None},
                     "usage": {"output_tokens": reply.output_tokens}})
        yield event({"type": "message_stop"})


class GeminiBackend(Backend):
    path = "/v1beta/models/"

    def streams(self, path, _body):
        return ":streamGenerateContent" in path

    @staticmethod
    def _parts(reply):
        parts = [{"text": piece, "thought": True} for piece in pieces(reply.reasoning)]
        parts += [{"text": piece} for piece in pieces(reply.text)]
        for index, call in enumerate(reply.calls):
            function = {"name": call.name, "args": call.arguments}
            part = {"functionCall": {"id": call.id, **function} if call.id else function}
            # Of calls that are made at once only the first one is signed.
            parts.append(part if index else {**part, "thoughtSignature": "c2lnbmVk"})
        return parts

    @staticmethod
    def _usage(reply):
        return {"promptTokenCount": reply.prompt_tokens,
                "cachedContentTokenCount": reply.cached_tokens,
                "candidatesTokenCount": reply.output_tokens,
                "totalTokenCount": reply.prompt_tokens + reply.output_tokens}

    def whole(self, reply, body):
        return {"candidates": [{"content": {"role": "model", "parts": self._parts(reply)},
                                "finishReason": reply.finish or "STOP", "index": 0}],
                "usageMetadata": self._usage(reply), "modelVersion": "m",
                "responseId": self.new_id("r")}

    def frames(self, reply, body):
        def chunk(parts, **more):
            content = {"role": "model", "parts": parts}
            return "data: " + json.dumps({
                "candidates": [{"content": content, "index": 0, **more}],
                "usageMetadata": {"promptTokenCount": reply.prompt_tokens}}) + "\r\n\r\n"

        yield chunk(None)
        for part in self._parts(reply):
            yield chunk([part])
        last = self.whole(Reply(), body)
        last["candidates"][0]["content"]["parts"] = [{"text": ""}]
        last["candidates"][0]["finishReason"] = reply.finish or "STOP"
        last["usageMetadata"] = self._usage(reply)
        yield f"data: {json.dumps(last)}\r\n\r\n"
