#!/usr/bin/env python3
"""An MCP server on standard streams that behaves as its first argument says: "fine", "silent" (never
answers), "floods" (prints without pause before it answers), "dies" (at a call), "garbage" (no JSON
between its messages), "wide" (one tool with a long list of odd names), "mute" (never answers a call),
"endless" (answers a call with a line that does not end)."""

import json
import sys

behaviour = sys.argv[1]


def send(message: dict):
    sys.stdout.write(json.dumps({"jsonrpc": "2.0", **message}) + "\n")
    sys.stdout.flush()


def answer(request: dict) -> dict:
    method, parameters = request["method"], request.get("params", {})
    if method == "initialize":
        return {"protocolVersion": parameters["protocolVersion"], "capabilities": {"tools": {}},
                "serverInfo": {"name": behaviour, "version": "1"}}
    if method == "tools/list":
        if "cursor" not in parameters:
            return {"tools": [{"name": "echo", "description": "Says it again.\nTwice.",
                               "inputSchema": {"type": "object", "required": ["text"],
                                               "properties": {"text": {"type": "string"}}}}],
                    "nextCursor": "2"}
        return {"tools": [{"name": "odd name!", "description": "\x1b[31mred",
                           "inputSchema": {"type": "object", "properties": {}}}]}
    if method == "tools/call":
        if behaviour == "dies":
            sys.exit(3)
        if behaviour == "mute":
            sys.stdin.read()
        while behaviour == "endless":
            sys.stdout.write("x" * 1_000_000)
        if parameters["name"] == "echo":
            return {"content": [{"type": "text", "text": parameters["arguments"]["text"]},
                                {"type": "image", "data": "", "mimeType": "image/png"}]}
        return {"content": [{"type": "text", "text": "\x1b]0;title\x07failed"}], "isError": True}
    raise ValueError(method)


print("starting", file=sys.stderr)
for line in sys.stdin:
    request = json.loads(line)
    if "id" not in request or "method" not in request or behaviour == "silent":
        continue
    if behaviour == "garbage":
        print("loading the model... 50 %", flush=True)
    if behaviour == "floods":
        for number in range(20000):
            send({"method": "notifications/message", "params": {"data": "x" * 500}})
    send({"id": request["id"], "result": answer(request)})
