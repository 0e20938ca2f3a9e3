"""The configuration as a user handles it: checked, explained, changed while the server runs."""

import json
import signal
import sqlite3
import time
from pathlib import Path

import pytest

from harness import paths
from harness.backend import OpenAiBackend, Reply
from harness.server import Hearth, serve_fails

MESSAGES = "/v1/messages"


def config_for(url: str, model: str = "m", **more) -> dict:
    return {"Providers": [{"name": "p", "api_base_url": url, "models": [model]}],
            "Router": {"default": f"p,{model}"}, **more}


def ask(**more) -> dict:
    return {"model": "claude-sonnet-4-5", "max_tokens": 20,
            "messages": [{"role": "user", "content": "Hi"}], **more}


@pytest.fixture
def backend():
    with OpenAiBackend(Reply(text="Hello.")) as running:
        yield running


def wait_for(condition, patience: float = 15):
    until = time.monotonic() + patience
    while not condition():
        assert time.monotonic() < until, "it did not happen"
        time.sleep(0.02)


def model_asked(hearth: Hearth, backend) -> str:
    assert hearth.client.post(MESSAGES, ask()).status == 200
    return backend.last.body["model"]


# -- read again ----------------------------------------------------------------------------------


@pytest.mark.parametrize("replace", [False, True], ids=["written", "replaced"])
def test_a_changed_file_counts_without_a_restart(backend, replace):
    with Hearth(config=config_for(backend.url)) as hearth:
        assert model_asked(hearth, backend) == "m"
        text = json.dumps(config_for(backend.url, "other"))
        if replace:
            fresh = hearth.config_file.with_suffix(".new")
            fresh.write_text(text)
            fresh.rename(hearth.config_file)
        else:
            hearth.config_file.write_text(text)
        wait_for(lambda: "was read again" in hearth.log_text())
        assert model_asked(hearth, backend) == "other"


def test_a_broken_file_keeps_the_old_one_and_says_so(backend):
    with Hearth(config=config_for(backend.url)) as hearth:
        hearth.config_file.write_text('{"Providers": [{"name": "p", "models": 3}]}')
        wait_for(lambda: "stays as it was" in hearth.log_text())
        assert "Providers[0].models: expected an array" in hearth.log_text()
        assert model_asked(hearth, backend) == "m"


def test_sighup_reads_it_again(backend):
    with Hearth(config=config_for(backend.url)) as hearth:
        hearth.process.send_signal(signal.SIGHUP)
        wait_for(lambda: "was read again" in hearth.log_text())
        assert model_asked(hearth, backend) == "m"


def test_a_running_answer_ends_on_the_old_one():
    slow = Reply(text="one two three four five six", wait_between=0.15)
    with OpenAiBackend(slow) as backend:
        with Hearth(config=config_for(backend.url)) as hearth:
            with hearth.client.stream(MESSAGES, ask()) as stream:
                gone = config_for("http://127.0.0.1:9/x", "gone")
                hearth.config_file.write_text(json.dumps(gone))
                wait_for(lambda: "was read again" in hearth.log_text())
                events = list(stream)
            deltas = [event.json()["delta"] for event in events
                      if event.name == "content_block_delta"]
            assert "".join(delta["text"] for delta in deltas) == slow.text
            assert events[-1].name == "message_stop"


def test_a_changed_key_counts(backend):
    with Hearth(config=config_for(backend.url)) as hearth:
        hearth.config_file.write_text(json.dumps(config_for(backend.url, APIKEY="secret")))
        wait_for(lambda: "was read again" in hearth.log_text())
        assert hearth.client.post(MESSAGES, ask()).status == 401
        assert hearth.client.post(MESSAGES, ask(), headers={"x-api-key": "secret"}).status == 200


def test_a_link_to_a_file_elsewhere_is_followed(backend, tmp_path):
    """As those have it who keep their settings in a repository."""
    kept = tmp_path / "dotfiles" / "hearth.json"
    kept.parent.mkdir()
    kept.write_text(json.dumps(config_for(backend.url)))
    link = tmp_path / "config.json"
    link.symlink_to(kept)
    with Hearth("--config", str(link)) as hearth:
        assert model_asked(hearth, backend) == "m"
        kept.write_text(json.dumps(config_for(backend.url, "other")))
        wait_for(lambda: hearth.log_text().count("was read again") == 1)
        assert model_asked(hearth, backend) == "other"
        third = tmp_path / "third.json"
        third.write_text(json.dumps(config_for(backend.url, "third")))
        fresh = tmp_path / "fresh"
        fresh.symlink_to(third)
        fresh.rename(link)
        wait_for(lambda: hearth.log_text().count("was read again") == 2)
        assert model_asked(hearth, backend) == "third"


def test_a_file_that_is_made_later_is_noticed(backend):
    """Its folder, too."""
    with Hearth(models=[f"m={paths.model(paths.SMOLLM2)}"], context=512) as hearth:
        folder = hearth.folder / "config" / "hearth"
        assert not folder.exists()
        folder.mkdir(parents=True)
        (folder / "config.json").write_text(json.dumps(config_for(backend.url, "far")))
        wait_for(lambda: "was read again" in hearth.log_text())
        wait_for(lambda: any(model["id"] == "p,far" for model in
                             hearth.client.get("/v1/models").ok()["data"]))
        assert model_asked(hearth, backend) == "far"


# -- checked -------------------------------------------------------------------------------------


def test_check_says_what_a_configuration_means(backend):
    with Hearth(config=config_for(backend.url + "?key=hidden",
                                  CUSTOM_ROUTER_PATH="/r.js")) as hearth:
        done = hearth.command("config", "check", str(hearth.config_file))
        assert done.returncode == 0, done.stderr
        assert "is good" in done.stdout
        assert "openai at http://127.0.0.1" in done.stdout and "hidden" not in done.stdout
        assert "CUSTOM_ROUTER_PATH: a router in JavaScript is not run" in done.stdout


def test_check_tells_every_mistake_with_its_line(backend):
    with Hearth(config=config_for(backend.url)) as hearth:
        file = hearth.folder / "bad.json"
        file.write_text('{"PORT": "x",\n "Providers": [{"name": "p", "models": ["a"],\n'
                        '  "transformer": {"use": ["nothing"]}}],\n'
                        ' "Router": {"default": "p,b"}}')
        done = hearth.command("config", "check", str(file))
        assert done.returncode == 1
        lines = done.stderr.splitlines()
        assert len(lines) == 3, done.stderr
        assert "bad.json:1:2: PORT" in lines[0]
        assert 'bad.json:3:27: Providers[0].transformer.use[0]: there is no transformer' in lines[1]
        assert "bad.json:4:13: Router.default" in lines[2]


def test_check_without_a_configuration_says_where_it_looked(backend):
    with Hearth(config=config_for(backend.url)) as hearth:
        done = hearth.command("config", "check")
        assert done.returncode == 1
        assert "config.json" in done.stderr


# -- taken over ----------------------------------------------------------------------------------


def router_folder(hearth: Hearth) -> Path:
    folder = hearth.folder / ".claude-code-router"
    folder.mkdir()
    return folder


def test_import_takes_a_file_as_it_stands(backend):
    with Hearth(config=config_for(backend.url)) as hearth:
        text = "// mine\n" + json.dumps(config_for(backend.url, "$MODEL", HOST="127.0.0.1"))
        (router_folder(hearth) / "config.json").write_text(text)
        hearth.env["MODEL"] = "m"
        done = hearth.command("config", "import")
        assert done.returncode == 0, done.stderr
        file = hearth.folder / "config" / "hearth" / "config.json"
        assert file.read_text() == text
        assert file.stat().st_mode & 0o077 == 0
        assert "is good" in done.stdout
        again = hearth.command("config", "import")
        assert again.returncode == 1 and "--force" in again.stderr
        assert hearth.command("config", "import", "--force").returncode == 0


def version_3(folder: Path, config: dict, before: dict | None) -> None:
    database = sqlite3.connect(folder / "config.sqlite")
    database.executescript(
        "CREATE TABLE app_config (key TEXT PRIMARY KEY, value_json TEXT, updated_at TEXT);"
        "CREATE TABLE api_keys (id TEXT, encrypted_key TEXT, encryption TEXT);"
        "CREATE TABLE legacy_storage_backups (source_kind TEXT, content BLOB, archived_at TEXT);")
    database.execute("INSERT INTO app_config VALUES ('default', ?, '')", [json.dumps(config)])
    database.executemany("INSERT INTO api_keys VALUES (?, ?, ?)", [
        ("key-1", "mine", "plain"), ("key-2", "x", "safe-storage"), ("profile:a", "its", "plain")])
    if before is not None:
        database.execute("INSERT INTO legacy_storage_backups VALUES ('legacy-json-config', ?, '1')",
                         [json.dumps(before).encode()])
    database.commit()
    database.close()


def test_import_of_version_3_brings_the_routes_back(backend):
    stored = {"Providers": [{"id": "provider-p-1", "name": "p", "api_base_url": backend.url,
                             "models": ["m", "n"]}],
              "PORT": 3456, "Router": {"rules": [{"x": 1}], "fallback": {"mode": "off"}}}
    with Hearth(config=config_for(backend.url)) as hearth:
        version_3(router_folder(hearth), stored,
                  {"Router": {"default": "p,m", "background": "p,n"}})
        done = hearth.command("config", "import", "--to", "taken.json")
        assert done.returncode == 0, done.stderr
        assert 'the rule "rules[0]" was not taken over' in done.stdout
        assert "encrypted" in done.stdout
        assert "background   p,n" in done.stdout
        taken = json.loads((hearth.folder / "taken.json").read_text().split("\n", 1)[1])
        assert taken["APIKEY"] == ["mine"]
        assert taken["Providers"] == [{"name": "p", "api_base_url": backend.url,
                                       "models": ["m", "n"]}]


def model_rule(name: str, left: str, operator: str, right, model: str, **more) -> dict:
    return {"id": name, "name": name, "type": "condition",
            "condition": {"left": left, "operator": operator, "right": right},
            "rewrites": [{"key": "request.body.model", "operation": "set", "value": model}], **more}


def test_import_of_version_3_translates_its_rules(backend):
    rules = [
        model_rule("long", "request.tokenCount", ">", "60000", "far/some/large"),
        model_rule("small", "request.body.model", "contains", "haiku", "p,n"),
        model_rule("off", "request.body.model", "==", "x", "p/n", enabled=False),
        model_rule("thinks", "request.body.thinking", "!=", "undefined", "m"),
        model_rule("team", "request.header.X-Team", "not-contains", '"a"', "p/m"),
        {"type": "model-prefix", "id": "prefix", "pattern": "gpt-",
         "rewrite": {"key": "request.body.temperature", "value": 0.5}},
        {"type": "script", "name": "script", "script": {"source": "return true"}},
        model_rule("deep", "request.body.messages", "contains-deep", "x", "p/m"),
        model_rule("unknown", "request.body.model", "==", "x", "p/none"),
        model_rule("rest", "request.body.model", "!=", "undefined", "p/m",
                   fallback={"mode": "model-chain", "models": ["p/n"]}),
    ]
    stored = {"Providers": [{"name": "p", "api_base_url": backend.url, "models": ["m", "n"]},
                            {"name": "far", "api_base_url": backend.url, "models": ["some/large"]}],
              "Router": {"rules": rules,
                         "fallback": {"mode": "model-chain", "models": ["p/n", "p/gone"]}}}
    with Hearth(config=config_for(backend.url)) as hearth:
        version_3(router_folder(hearth), stored, None)
        done = hearth.command("config", "import", "--to", "taken.json")
        assert done.returncode == 0, done.stderr
        assert "is good" in done.stdout and "no routes were found" not in done.stdout
        for name, reason in [("script", "it is JavaScript"), ("unknown", "no provider has"),
                             ("deep", "request.body.messages")]:
            assert f'the rule "{name}" was not taken over: ' in done.stdout
            assert reason in done.stdout
        assert 'the rule "rest" has a fallback of its own' in done.stdout
        taken = json.loads((hearth.folder / "taken.json").read_text().split("\n", 1)[1])
    assert taken["fallback"] == {"default": ["p,n"]}
    assert taken["Router"]["rules"] == [
        {"name": "long", "when": {"tokens": {"over": 60000}}, "route": "far,some/large"},
        {"name": "small", "when": {"model": "*haiku*"}, "route": "p,n"},
        {"name": "thinks", "when": {"thinking": True}, "route": "p,m"},
        {"name": "team", "when": {"not": {"header": {"x-team": "*a*"}}}, "route": "p,m"},
        {"name": "prefix", "when": {"model": "gpt-*"}, "params": {"temperature": 0.5}},
        {"name": "rest", "route": "p,m"},
    ]


def test_import_of_version_3_without_routes_says_so(backend):
    with Hearth(config=config_for(backend.url)) as hearth:
        version_3(router_folder(hearth), {"Providers": []}, None)
        done = hearth.command("config", "import", "--to", "taken.json")
        assert "no routes were found" in done.stdout


@pytest.mark.parametrize("content", [b"{", b"[]", b"SQLite format 3\0 broken"])
def test_import_of_something_else_changes_nothing(backend, content):
    with Hearth(config=config_for(backend.url)) as hearth:
        file = hearth.folder / "other"
        file.write_bytes(content)
        done = hearth.command("config", "import", str(file))
        assert done.returncode == 1 and "other" in done.stderr
        assert not (hearth.folder / "config" / "hearth" / "config.json").exists()


def test_import_without_anything_to_import_says_where_it_looked(backend):
    with Hearth(config=config_for(backend.url)) as hearth:
        done = hearth.command("config", "import")
        assert done.returncode == 1 and ".claude-code-router" in done.stderr


# -- explained -----------------------------------------------------------------------------------


def explain(hearth: Hearth, body: dict, *arguments: str):
    file = hearth.folder / "request.json"
    file.write_text(json.dumps(body))
    done = hearth.command("route", "explain", str(file), "--config", str(hearth.config_file),
                          *arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_explain_tells_the_rules_in_order(backend):
    rules = [{"name": "team", "when": {"header": {"x-team": "kernel"}}, "route": "p,m",
              "params": {"max_tokens": 5}}]
    config = config_for(backend.url)
    config["Router"]["rules"] = rules
    config["fallback"] = {"default": ["p,m"]}
    with Hearth(config=config) as hearth:
        told = explain(hearth, ask())
        order = [told.index(word) for word in
                 ("image ", "team ", "explicit ", "longContext ", "subagent ", "background ",
                  "webSearch ", "think ", "default ")]
        assert order == sorted(order)
        assert "default: p,m" in told
        told = json.loads(explain(hearth, ask(), "--json", "--header", "X-Team: kernel"))
        assert told["considered"][-1]["rule"] == "team"
        assert told["warnings"] == ["max_tokens lowered from 20 to 5, the route's ceiling"]


def test_explain_takes_every_format(backend):
    with Hearth(config=config_for(backend.url)) as hearth:
        for body in ({"model": "x", "messages": [{"role": "user", "content": "Hi"}]},
                     {"model": "x", "input": "Hi"}):
            assert json.loads(explain(hearth, body, "--json"))["route"] == "p,m"


# -- the system prompt -------------------------------------------------------------------------------


def test_a_system_prompt_of_ones_own(backend, tmp_path):
    file = tmp_path / "prompt.md"
    file.write_text("Be brief.\n")
    config = config_for(backend.url, REWRITE_SYSTEM_PROMPT=str(file))
    blocks = [{"type": "text", "text": "You are somebody."},
              {"type": "text", "text": "Pages of advice.\n<env>\nfolder: /x\n</env>"}]
    with Hearth(config=config) as hearth:
        answer = hearth.client.post(MESSAGES, ask(system=blocks))
        answer.ok()
        sent = json.dumps(backend.last.body["messages"][0])
        assert "You are somebody." in sent
        assert "Be brief.\\n<env>\\nfolder: /x" in sent
        assert "advice" not in sent
        assert "REWRITE_SYSTEM_PROMPT" in hearth.record(answer.request_id)["warnings"]


def test_a_changed_system_prompt_counts_without_a_restart(backend, tmp_path):
    file = tmp_path / "prompt.md"
    file.write_text("Be brief.\n")
    system = "Advice.\n<env>\n</env>"
    with Hearth(config=config_for(backend.url, REWRITE_SYSTEM_PROMPT=str(file))) as hearth:
        file.write_text("Be thorough.\n")
        wait_for(lambda: "was read again" in hearth.log_text())
        hearth.client.post(MESSAGES, ask(system=system)).ok()
        assert "Be thorough." in json.dumps(backend.last.body["messages"][0])
        told = json.loads(explain(hearth, ask(system=system), "--json"))
        assert "the system prompt was rewritten (REWRITE_SYSTEM_PROMPT)" in told["warnings"]


def test_a_system_prompt_that_is_not_there_is_said_at_the_start(backend, tmp_path):
    config = config_for(backend.url, REWRITE_SYSTEM_PROMPT=str(tmp_path / "none.md"))
    said = serve_fails(config=config)
    assert "REWRITE_SYSTEM_PROMPT" in said
    assert "none.md" in said


@pytest.mark.parametrize("content, word", [("{", "the JSON ends early"), ("[]", "expected a request's JSON"),
                                           ('{"model": 3}', "model")])
def test_explain_of_what_is_no_request_is_an_error(backend, content, word):
    with Hearth(config=config_for(backend.url)) as hearth:
        file = hearth.folder / "bad.json"
        file.write_text(content)
        done = hearth.command("route", "explain", str(file), "--config", str(hearth.config_file))
        assert done.returncode == 1
        assert word in done.stderr, done.stderr
