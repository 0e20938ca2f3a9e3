"""Routes of single projects and sessions, where Claude Code Router keeps them."""

import json

import pytest

from harness.backend import Fault, OpenAiBackend, Reply
from harness.server import Hearth

MESSAGES = "/v1/messages"
SESSION = "6a1f2c3d-0000-4000-8000-000000000001"
PROJECT = "-home-me-work"
ROUTES = {"default": "p,base", "think": "p,base"}


@pytest.fixture
def backend():
    with OpenAiBackend(Reply(text="Hi")) as backend:
        yield backend


@pytest.fixture
def hearth(backend):
    """Claude Code has written a transcript of SESSION in PROJECT."""
    provider = {"name": "p", "api_base_url": backend.url, "models": ["base", "own", "mine"]}
    with Hearth(config={"Providers": [provider], "Router": ROUTES,
                        "fallback": {"default": ["p,mine"]}}) as hearth:
        transcript = hearth.folder / ".claude" / "projects" / PROJECT / f"{SESSION}.jsonl"
        transcript.parent.mkdir(parents=True)
        transcript.touch()
        yield hearth


def ask(session: str | None = SESSION, **more) -> dict:
    body = {"model": "claude-sonnet-4-5", "max_tokens": 20,
            "messages": [{"role": "user", "content": "Hi"}], **more}
    if session is not None:
        body["metadata"] = {"user_id": json.dumps({"session_id": session})}
    return body


def route_of(hearth: Hearth, body: dict) -> str:
    answer = hearth.client.post(MESSAGES, body)
    answer.ok()
    return hearth.record(answer.request_id)["route"]


def write(hearth: Hearth, name: str, content, project: str = PROJECT):
    folder = hearth.folder / project
    folder.mkdir(exist_ok=True)
    text = content if isinstance(content, str) else json.dumps(content)
    (folder / name).write_text(text)


def test_a_projects_routes_stand_in_place_of_the_configurations(hearth):
    assert route_of(hearth, ask()) == "p,base"
    write(hearth, "config.json", {"Router": {"default": "p,own"}})
    assert route_of(hearth, ask()) == "p,own"
    # All of them: there is no think.
    thinking = ask(thinking={"type": "enabled", "budget_tokens": 1024})
    assert route_of(hearth, thinking) == "p,own"
    assert route_of(hearth, ask("another-session")) == "p,base"
    assert route_of(hearth, ask(None)) == "p,base"


def test_a_sessions_routes_come_before_its_projects(hearth):
    write(hearth, "config.json", {"Router": {"default": "p,own"}})
    write(hearth, f"{SESSION}.json", {"Router": {"default": "p,mine"}})
    assert route_of(hearth, ask()) == "p,mine"
    (hearth.folder / PROJECT / f"{SESSION}.json").unlink()
    assert route_of(hearth, ask()) == "p,own"
    # A file without routes is none.
    write(hearth, f"{SESSION}.json", {"note": 1})
    assert route_of(hearth, ask()) == "p,own"


def test_the_record_tells_whose_routes_they_were(hearth):
    write(hearth, "config.json", {"Router": {"default": "p,own"}})
    answer = hearth.client.post(MESSAGES, ask())
    answer.ok()
    assert hearth.record(answer.request_id)["route"] == "p,own"
    shown = hearth.command("log", answer.request_id).stdout
    assert f"{PROJECT}/config.json: stands in place of the configuration's" in shown


def test_a_broken_one_does_not_count_and_is_told(hearth):
    write(hearth, "config.json", {"Router": {"default": "nobody,nothing"}})
    answer = hearth.client.post(MESSAGES, ask())
    answer.ok()
    record = hearth.record(answer.request_id)
    assert record["route"] == "p,base"
    assert "does not count" in record["considered"]
    assert "nobody" in record["considered"]
    assert "config.json:1:" in hearth.log_text()
    write(hearth, "config.json", '{"Router": {"default": ')
    assert route_of(hearth, ask()) == "p,base"
    checked = hearth.command("config", "check", str(hearth.config_file))
    assert checked.returncode == 1 and f"{PROJECT}/config.json" in checked.stderr
    write(hearth, "config.json", {"Router": {"default": "p,own"}})
    assert route_of(hearth, ask()) == "p,own"
    checked = hearth.command("config", "check", str(hearth.config_file))
    assert checked.returncode == 0 and f"{PROJECT}/config.json" in checked.stdout


def test_a_broken_one_of_a_session_leaves_its_projects(hearth):
    write(hearth, "config.json", {"Router": {"default": "p,own"}})
    write(hearth, f"{SESSION}.json", '{"Router": {"default": ')
    answer = hearth.client.post(MESSAGES, ask())
    record = hearth.record(answer.request_id)
    assert record["route"] == "p,own"
    assert "does not count" in record["considered"] and "stands in place" in record["considered"]
    (hearth.folder / PROJECT / f"{SESSION}.json").unlink()


def test_a_fallback_of_the_configuration_stays(hearth, backend):
    write(hearth, "config.json", {"Router": {"default": "p,own"}})
    backend.answers = [lambda body: Fault(500, "{}") if body["model"] == "own" else Reply(text="x")]
    assert route_of(hearth, ask()) == "p,mine"


@pytest.mark.parametrize("session", ["../" + PROJECT + "/" + SESSION, "a/b", "..", "x" * 5000, ""])
def test_a_session_that_is_no_name_of_a_file_has_none(hearth, session):
    write(hearth, "config.json", {"Router": {"default": "p,own"}})
    assert route_of(hearth, ask(session)) == "p,base"


def test_explain_knows_them(hearth):
    write(hearth, "config.json", {"Router": {"default": "p,own"}})
    (hearth.folder / "body.json").write_text(json.dumps(ask()))
    told = hearth.command("route", "explain", "--config", str(hearth.config_file),
                          str(hearth.folder / "body.json"))
    assert "p,own" in told.stdout, told.stdout + told.stderr
    (hearth.folder / "body.json").write_text(json.dumps(ask(None)))
    told = hearth.command("route", "explain", "--config", str(hearth.config_file), "--header",
                          f"X-Claude-Code-Session-Id: {SESSION}", str(hearth.folder / "body.json"))
    assert "p,own" in told.stdout, told.stdout + told.stderr


def test_import_brings_them_along(hearth, backend):
    source = hearth.folder / ".claude-code-router"
    (source / PROJECT).mkdir(parents=True)
    provider = {"name": "p", "api_base_url": backend.url, "models": ["base", "own"]}
    (source / "config.json").write_text(json.dumps({"Providers": [provider], "Router": ROUTES}))
    (source / PROJECT / "config.json").write_text(json.dumps({"Router": {"default": "p,own"}}))
    (source / PROJECT / "notes.json").write_text("{}")
    done = hearth.command("config", "import")
    assert done.returncode == 0, done.stderr
    folder = hearth.folder / "config" / "hearth" / PROJECT
    assert [file.name for file in folder.iterdir()] == ["config.json"]
    assert PROJECT in done.stdout


def test_other_folders_beside_the_configuration_are_not_looked_at(hearth):
    write(hearth, "list.json", "[1, 2", project="package")
    checked = hearth.command("config", "check", str(hearth.config_file))
    assert checked.returncode == 0, checked.stderr
