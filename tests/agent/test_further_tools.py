"""Questions to the person, the web, language servers: tools that reach beyond the folder."""

import http.server
import json
import subprocess
import threading

import pytest

from harness.agent import text_of
from harness.backend import Call, Reply


@pytest.fixture
def site():
    """A web site; `asked` are the paths, `keys` what came with them."""
    asked, keys = [], []

    class Handler(http.server.BaseHTTPRequestHandler):
        def log_message(self, *_):
            pass

        def do_GET(self):
            asked.append(self.path)
            keys.append(self.headers["X-Subscription-Token"])
            if self.path == "/away":
                self.send_response(302)
                self.send_header("Location", "http://elsewhere.example/x")
                self.end_headers()
                return
            body, kind = {
                "/page": ("<h1>The page</h1><p>It says <a href='/next'>more</a>.</p>", "text/html"),
                "/bytes": ("\x00", "application/octet-stream"),
                "/res/v1/web/search?q=two%20words": (json.dumps({"web": {"results": [
                    {"title": "Found", "url": "https://found.example/",
                     "description": "The <b>snippet</b>."}]}}), "application/json"),
            }.get(self.path, (json.dumps({"results": [
                {"title": "Found", "url": "https://found.example/", "content": "The snippet."}]}),
                "application/json"))
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.end_headers()
            self.wfile.write(body.encode())

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.asked, server.keys = asked, keys
    server.url = f"http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def results(agent):
    return text_of(agent.conversations()[-1][-1])


def fetch(url):
    return Reply(calls=[Call("web_fetch", {"url": url})])


def test_a_page_is_fetched_as_markdown_where_it_is_allowed(agent_of, site):
    agent = agent_of(fetch(site.url + "/page"), fetch(site.url + "/away"),
                     fetch(site.url + "/bytes"), Reply(text="Done."))
    agent.run("read it", "--allowedTools", "WebFetch(domain:127.0.0.1)", mode="default")
    said = [text_of(messages[-1]) for messages in agent.conversations()]
    assert "# The page" in said[1] and f"It says [more]({site.url}/next)." in said[1]
    assert "http://elsewhere.example/x" in said[2]
    assert "cannot be read as text" in said[3]
    assert site.asked == ["/page", "/away", "/bytes"]


@pytest.mark.parametrize("mode", ["default", "acceptEdits", "plan"])
def test_nothing_is_fetched_without_permission(agent_of, site, mode):
    agent = agent_of(fetch(site.url + "/page"), Reply(text="Done."))
    agent.run("read it", mode=mode)
    assert "needs permission" in results(agent)
    assert site.asked == []


def test_the_web_is_searched_where_a_server_is_named(agent_of, site):
    agent = agent_of(Reply(calls=[Call("web_search", {"query": "two words"})]), Reply(text="Done."))
    agent.write(str(agent.home / ".config/hearth/settings.json"),
                {"webSearch": {"provider": "searxng", "url": site.url}})
    agent.run("search")
    assert "1. Found\n   https://found.example/\n   The snippet." in results(agent)
    assert site.asked == ["/search?format=json&q=two%20words"]


def test_the_web_is_searched_by_brave_with_a_key(agent_of, site):
    agent = agent_of(Reply(calls=[Call("web_search", {"query": "two words"})]), Reply(text="Done."))
    agent.env["MY_SEARCH_KEY"] = "k3y"
    agent.write(str(agent.home / ".config/hearth/settings.json"),
                {"webSearch": {"provider": "brave", "url": site.url, "keyVariable": "MY_SEARCH_KEY"}})
    agent.run("search")
    assert "1. Found\n   https://found.example/\n   The <b>snippet</b>." in results(agent)
    assert site.keys == ["k3y"]


def test_without_a_search_server_there_is_no_such_tool(agent_of):
    agent = agent_of(Reply(text="Done."))
    agent.run("hello")
    names = [tool["name"] for tool in agent.backend.last.body["tools"]]
    assert "web_fetch" in names and "web_search" not in names and "apply_patch" not in names


def test_headless_nobody_is_asked(agent_of):
    agent = agent_of(Reply(calls=[Call("ask_user", {"question": "Which one?"})]), Reply(text="Done."))
    agent.run("choose")
    assert "Nobody can be asked here" in results(agent)


def test_the_person_answers_in_the_terminal(agent_of):
    agent = agent_of(Reply(calls=[Call("ask_user", {"question": "Red or blue?"})]),
                     Reply(text="Blue it is."))
    with agent.screen() as screen:
        screen.wait_for("Ctrl-D")
        screen.type("choose")
        screen.wait_for("Red or blue?")
        screen.type("blue")
        screen.wait_for("Blue it is.")
    assert "The user answers: blue" in results(agent)


def test_models_that_are_trained_on_patches_get_them(agent_of):
    patch = "*** Begin Patch\n*** Update File: a.txt\n-one\n+two\n*** Add File: b.txt\n+new\n*** End Patch"
    agent = agent_of(Reply(calls=[Call("apply_patch", {"patch": patch})]), Reply(text="Done."))
    agent.write("a.txt", "one\n")
    agent.model = "gpt-oss-20b"
    agent.run("patch", mode="acceptEdits")
    assert (agent.work / "a.txt").read_text() == "two\n"
    assert (agent.work / "b.txt").read_text() == "new\n"
    assert "apply_patch" in [tool["name"] for tool in agent.backend.last.body["tools"]]


def test_each_path_of_a_patch_needs_permission(agent_of):
    patch = "*** Update File: a.txt\n-one\n+two\n*** Add File: .git/hooks/post-commit\n+evil"
    agent = agent_of(Reply(calls=[Call("apply_patch", {"patch": patch})]), Reply(text="Done."))
    agent.write("a.txt", "one\n")
    agent.model = "gpt-oss-20b"
    agent.run("patch", mode="acceptEdits")
    assert (agent.work / "a.txt").read_text() == "one\n"
    assert not (agent.work / ".git").exists()
    assert "needs permission" in results(agent)


LANGUAGE_SERVER = '''#!/usr/bin/env python3
"""Finds an error in each line that holds the word "wrong"."""
import json, sys

def read():
    length = 0
    while (line := sys.stdin.buffer.readline().strip()):
        if line.lower().startswith(b"content-length:"):
            length = int(line.split(b":")[1])
    return json.loads(sys.stdin.buffer.read(length)) if length else None

def write(message):
    body = json.dumps({"jsonrpc": "2.0", **message}).encode()
    sys.stdout.buffer.write(b"Content-Length: %d\\r\\n\\r\\n" % len(body) + body)
    sys.stdout.buffer.flush()

while (message := read()):
    method, params = message.get("method"), message.get("params", {})
    if method == "initialize":
        write({"id": "settings", "method": "workspace/configuration", "params": {"items": [{}]}})
        write({"id": message["id"], "result": {"capabilities": {}}})
    elif method in ("textDocument/didOpen", "textDocument/didChange"):
        document = params["textDocument"]
        text = document.get("text") or params["contentChanges"][0]["text"]
        found = [{"range": {"start": {"line": n, "character": 0}, "end": {"line": n, "character": 1}},
                  "severity": 1, "message": "this is " + line.strip()}
                 for n, line in enumerate(text.splitlines()) if "wrong" in line]
        found.append({"range": {"start": {"line": 0, "character": 0},
                                "end": {"line": 0, "character": 1}},
                      "severity": 2, "message": "only a warning"})
        write({"method": "textDocument/publishDiagnostics",
               "params": {"uri": document["uri"], "version": document["version"],
                          "diagnostics": found}})
'''


def test_an_image_comes_with_a_task_of_another_program(agent_of):
    agent = agent_of(Reply(text="Seen."))
    source = {"type": "base64", "media_type": "image/png", "data": "iVBORw=="}
    line = {"type": "user", "message": {"role": "user", "content": [
        {"type": "image", "source": source}, {"type": "text", "text": "what is it?"}]}}
    process = agent.begin("-p", "--input-format", "stream-json", "--output-format", "stream-json",
                          stdin=subprocess.PIPE)
    out, err = process.communicate(json.dumps(line) + "\n", timeout=60)
    assert json.loads(out.splitlines()[-1])["result"] == "Seen.", err
    blocks = agent.conversations()[-1][-1]["content"]
    assert [block["source"] for block in blocks if block["type"] == "image"] == [source]


def test_an_image_elsewhere_is_seen_and_a_file_is_not(agent_of, tmp_path):
    image = tmp_path / "a shot.png"
    image.write_bytes(b"\x89PNG")
    secret = tmp_path / "secret.txt"
    secret.write_text("secret")
    agent = agent_of(Reply(text="Seen."))
    agent.run(f'what is in @"{image}" and @{secret}?')
    blocks = agent.conversations()[-1][-1]["content"]
    assert [block["type"] for block in blocks].count("image") == 1
    assert "secret\n" not in text_of({"content": blocks})


def test_a_file_that_is_denied_is_not_read_by_its_name(agent_of):
    agent = agent_of(Reply(text="No."))
    agent.write(agent.home / ".config/hearth/settings.json",
                {"permissions": {"deny": ["Read(private.txt)"]}})
    agent.write("private.txt", "the private words")
    agent.run("what is in @private.txt?")
    assert "the private words" not in text_of(agent.conversations()[-1][-1])


def test_an_image_that_is_named_is_seen(agent_of):
    agent = agent_of(Reply(text="A dot."))
    (agent.work / "dot.png").write_bytes(b"\x89PNG")
    agent.run("what is on @dot.png?")
    blocks = agent.conversations()[-1][-1]["content"]
    images = [block for block in blocks if block["type"] == "image"]
    assert [image["source"] for image in images] == [
        {"type": "base64", "media_type": "image/png", "data": "iVBORw=="}]


def test_errors_that_a_language_server_finds_come_with_the_edit(agent_of, monkeypatch):
    agent = agent_of(
        Reply(calls=[Call("write", {"path": "a.py", "content": "x = 1\nwrong line\n"})]),
        Reply(calls=[Call("edit", {"path": "a.py", "old_string": "wrong line",
                                   "new_string": "right line"})]),
        Reply(text="Done."))
    server = agent.write("tools/pyright-langserver", LANGUAGE_SERVER, executable=True)
    agent.env["PATH"] = f"{server.parent}:{agent.env['PATH']}"
    agent.run("write it")
    first, second = (text_of(messages[-1]) for messages in agent.conversations()[1:])
    assert "Errors in a.py now:\n  line 2: this is wrong line" in first
    assert "warning" not in first
    assert "Errors" not in second


def test_a_language_server_that_ends_or_hangs_is_done_without(agent_of):
    for body in ("#!/bin/sh\nexit 1\n", "#!/bin/sh\nexec sleep 1000\n", "#!/bin/sh\nyes nonsense\n"):
        agent = agent_of(Reply(calls=[Call("write", {"path": "a.py", "content": f"# {len(body)}\n"})]),
                         Reply(text="Done."))
        (agent.work / "a.py").unlink(missing_ok=True)
        server = agent.write("tools/pyright-langserver", body, executable=True)
        agent.env["PATH"] = f"{server.parent}:{agent.env['PATH']}"
        assert agent.run("write it")["result"] == "Done."
        assert (agent.work / "a.py").exists()
