"""`hearth eval`: trials, resumption, tables, baselines, profiles, imported exercises. The model is
scripted."""

import json
import os
import subprocess
import tempfile
import time
from pathlib import Path

import pytest

from check_corpus import problems_of
from harness.agent import Agent, text_of
from harness.backend import AnthropicBackend, Call, Fault, Reply
from harness.paths import hearth_binary

HERE = Path(__file__).resolve().parent
MEND = Call("bash", {"command": "sed -i s/minus/plus/ sign.txt"})
DONE = Reply(text="Done.")
FINISH = Reply(calls=[Call("finish", {"summary": "Done."})])


class Evaluation(Agent):
    """An agent's home with a folder of tasks: each wants the word plus in sign.txt."""

    def __init__(self, folder: Path, backend: AnthropicBackend):
        super().__init__(folder, backend)
        self.tasks = folder / "tasks"
        self.out = self.work / "results.jsonl"

    def add_task(self, name: str, kind: str = "fix", **fields) -> Path:
        task = self.tasks / name
        (task / "work" / "tests").mkdir(parents=True)
        (task / "fixed").mkdir()
        (task / "work" / "sign.txt").write_text("minus\n")
        (task / "work" / "tests" / "check.sh").write_text("grep -q plus sign.txt\n")
        (task / "fixed" / "sign.txt").write_text("plus, says the solution\n")
        described = {"name": name, "language": "shell", "kind": kind,
                     "prompt": f"Mend the sign of {name}.", "check": "sh tests/check.sh",
                     "tests": ["tests/check.sh"], "solution": ["sign.txt"], **fields}
        (task / "task.json").write_text(json.dumps(described))
        return task

    def words(self, *options: str, model: str = "scripted", style: str = "native") -> list[str]:
        url = self.backend.url.removesuffix(self.backend.path)
        return [str(hearth_binary()), "eval", "--server", url, "--tasks", str(self.tasks), "--out",
                str(self.out), "--model", model, "--style", style, *options]

    def begin_eval(self, *options: str, **choice: str) -> subprocess.Popen:
        return subprocess.Popen(self.words(*options, **choice), env=self.env, cwd=self.work,
                                text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE)

    def evaluate(self, *options: str, code: int = 0, **choice: str) -> tuple[str, str]:
        process = self.begin_eval(*options, **choice)
        out, err = process.communicate(timeout=120)
        assert process.returncode == code, out + err
        return out, err

    def results(self) -> list[dict]:
        return [json.loads(line) for line in self.out.read_text().splitlines()]


@pytest.fixture
def evaluation(tmp_path):
    with AnthropicBackend(DONE) as backend:
        yield Evaluation(tmp_path, backend)


def tools_of(seen) -> list[str]:
    return [tool["name"] for tool in seen.body["tools"]]


def wait_until(condition, process: subprocess.Popen):
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline and process.poll() is None
        time.sleep(0.02)


def test_a_solved_and_an_unsolved_trial(evaluation):
    evaluation.add_task("first")
    evaluation.add_task("second", kind="write")
    evaluation.backend.answers = [Reply(calls=[MEND]), DONE, Reply(calls=[Call("reed", {})]), DONE]
    table, said = evaluation.evaluate()
    first, second = evaluation.results()
    assert (first["task"], first["kind"], first["solved"]) == ("first", "fix", True)
    assert (second["task"], second["kind"], second["solved"]) == ("second", "write", False)
    assert first["requests"] == 2 and first["read_tokens"] == 240
    assert first["reused_tokens"] == 200 and first["written_tokens"] == 14
    assert first["stop_reason"] == "end_turn" and first["seconds"] > 0
    assert [first["malformed_calls"], second["malformed_calls"]] == [0, 1]
    assert "[1/2] scripted native first: solved" in said and "[2/2]" in said
    heading, row = table.splitlines()
    assert heading.split()[:4] == ["SOLVED", "fix", "write", "all"]
    assert row.split()[:6] == ["scripted", "native", "1/1", "0/1", "1/2", "50.0"]
    assert (evaluation.tasks / "first/work/sign.txt").read_text() == "minus\n"


@pytest.mark.parametrize("trick", [
    "echo true > tests/check.sh",
    "rm -r tests; mkdir elsewhere; ln -s elsewhere tests; echo true > tests/check.sh",
    "ln -sf /bin/true tests/check.sh"])
def test_a_changed_test_gains_nothing(evaluation, trick):
    evaluation.add_task("first")
    evaluation.backend.answers = [Reply(calls=[Call("bash", {"command": trick})]), DONE]
    evaluation.evaluate()
    assert [result["solved"] for result in evaluation.results()] == [False]
    original = evaluation.tasks / "first/work/tests/check.sh"
    assert original.read_text() == "grep -q plus sign.txt\n"


def folder_outside_tmp() -> tempfile.TemporaryDirectory:
    """/tmp is another one in the sandbox anyway."""
    cache = os.environ.get("HEARTH_TEST_CACHE") or Path.home() / ".cache/hearth/tests"
    return tempfile.TemporaryDirectory(dir=cache)


def test_candidates_are_checked_in_the_sandbox(evaluation):
    with folder_outside_tmp() as folder:
        task = evaluation.add_task("first", check="make test", tests=["Makefile"])
        (task / "work/sign.py").write_text("sign = 'minus'\n")
        (task / "work/Makefile").write_text(
            f"test:\n\t-@touch {folder}/escaped\n"
            "\t@grep -q plus sign.py || (echo 'sign.py:1: error: minus'; exit 1)\n")
        evaluation.backend.answers = [Reply(text="```python\nsign = 'plus'\n```")]
        evaluation.evaluate(style="whole-files")
        result, = evaluation.results()
        assert result["solved"] and " tried)" in result["result"]
        assert not list(Path(folder).iterdir())


def test_solutions_and_the_network_are_out_of_reach(evaluation):
    with folder_outside_tmp() as folder:
        evaluation.tasks = Path(folder, "tasks")
        evaluation.env["XDG_STATE_HOME"] = str(Path(folder, "state"))
        Path(folder, "open.txt").write_text("to be seen\n")
        evaluation.add_task("first")
        look = f"cat {folder}/open.txt; find {folder} -type f; cat /proc/net/dev"
        evaluation.backend.answers = [Reply(calls=[Call("bash", {"command": look})]), DONE]
        evaluation.evaluate()
        assert list(Path(folder, "state/hearth/eval").glob("*.jsonl"))
    seen = text_of(evaluation.conversations()[-1][-1])
    assert "to be seen" in seen and f"{folder}/open.txt" in seen
    assert "sign.txt" not in seen and ".jsonl" not in seen
    assert "lo:" in seen and "eth0" not in seen


def test_the_users_own_settings_do_not_count(evaluation):
    evaluation.add_task("first")
    evaluation.write(evaluation.home / ".claude/CLAUDE.md", "Always answer in rhymes.\n")
    evaluation.write(evaluation.home / ".claude/settings.json", {"permissions": {"deny": ["Bash"]}})
    evaluation.backend.answers = [Reply(calls=[MEND]), DONE]
    evaluation.evaluate()
    assert evaluation.results()[0]["solved"]
    assert "rhymes" not in text_of(evaluation.conversations()[0][0])
    assert not evaluation.sessions(), "the sessions to go on with are the user's"


def test_what_is_done_is_not_done_again(evaluation):
    evaluation.add_task("first")
    evaluation.add_task("second")
    first, _ = evaluation.evaluate("first")
    assert len(evaluation.backend.seen) == 1
    both, said = evaluation.evaluate()
    assert len(evaluation.backend.seen) == 2 and "first" not in said
    again, said = evaluation.evaluate()
    assert len(evaluation.backend.seen) == 2 and said == "" and again == both
    evaluation.evaluate("--repeat", "2", "--setting", "temperature=0.2,top_p=0.9", "first")
    assert [seen.body.get("temperature") for seen in evaluation.backend.seen] == [None] * 2 + [0.2] * 2
    assert [seen.body["seed"] for seen in evaluation.backend.seen] == [1, 1, 1, 2]
    assert evaluation.results()[-1]["setting"] == "temperature=0.2,top_p=0.9"


def test_kill_9_loses_only_the_running_trial(evaluation):
    for name in ("first", "second"):
        evaluation.add_task(name)
    evaluation.backend.answers = [Reply(calls=[MEND]), DONE, Reply(text="Late.", wait_before=60)]
    process = evaluation.begin_eval()
    wait_until(lambda: len(evaluation.backend.seen) == 3, process)
    process.kill()
    process.communicate()
    assert [result["task"] for result in evaluation.results()] == ["first"]
    with evaluation.out.open("a") as out:
        out.write('{"model":"scripted","sty')
    evaluation.backend.answers = [Reply(calls=[MEND]), DONE]
    _, said = evaluation.evaluate()
    assert [result["task"] for result in evaluation.results()] == ["first", "second"]
    assert "first" not in said and all(result["solved"] for result in evaluation.results())


def test_an_interruption_says_how_to_go_on(evaluation):
    evaluation.add_task("first")
    evaluation.backend.answers = [Reply(text="Late.", wait_before=60)]
    process = evaluation.begin_eval()
    wait_until(lambda: evaluation.backend.seen, process)
    process.terminate()
    _, err = process.communicate(timeout=30)
    assert process.returncode == 1 and "the same command goes on" in err
    assert evaluation.out.read_text() == ""


def test_the_time_limit_ends_a_session_and_its_work_is_judged(evaluation):
    evaluation.add_task("first")
    evaluation.backend.answers = [Reply(calls=[MEND]), Reply(text="Late.", wait_before=60)]
    evaluation.evaluate("--time-limit", "3")
    result, = evaluation.results()
    assert result["stop_reason"] == "time_limit" and result["solved"] and result["seconds"] < 30


def test_turns_are_limited(evaluation):
    evaluation.add_task("first")
    evaluation.backend.answers = [Reply(calls=[Call("glob", {"pattern": "*"})])]
    evaluation.evaluate("--turns", "3")
    result, = evaluation.results()
    assert (result["turns"], result["stop_reason"]) == (3, "max_turns")


def test_a_summary_in_json(evaluation):
    evaluation.add_task("first")
    evaluation.add_task("second", kind="explain")
    out, _ = evaluation.evaluate("--json", style="native,forced")
    native, forced = json.loads(out)["results"]
    assert [native["style"], forced["style"]] == ["native", "forced"]
    assert native["kinds"]["explain"]["trials"] == 1 and native["all"]["trials"] == 2
    assert native["all"]["solved"] == 0 and native["all"]["read_tokens"] == 240


def test_the_shell_alone(evaluation):
    evaluation.add_task("first")
    evaluation.backend.answers = [Reply(calls=[MEND]), DONE]
    evaluation.evaluate(style="shell-only")
    assert evaluation.results()[0]["solved"]
    assert tools_of(evaluation.backend.last) == ["bash"], "the profile of an unknown model: native"


def test_the_shell_alone_with_a_model_whose_calls_are_forced(evaluation):
    evaluation.add_task("first")
    evaluation.backend.answers = [Reply(calls=[MEND]), FINISH]
    evaluation.evaluate(style="shell-only", model="tiny-1b")
    assert evaluation.results()[0]["solved"]
    assert tools_of(evaluation.backend.last) == ["bash", "finish"]
    assert evaluation.backend.last.body["tool_choice"]["type"] == "any"


def test_the_plain_loop_mends_nothing(evaluation):
    task = evaluation.add_task("first")
    (task / "work/sign.txt").write_text("  minus  \n  sign\n")
    read = Reply(calls=[Call("read", {"path": "sign.txt"})])
    inexact = Reply(calls=[Call("edit", {"path": "sign.txt", "old_string": "minus\nsign\n",
                                         "new_string": "plus\nsign\n"})])
    for style in ("plain-forced", "forced"):
        evaluation.backend.answers = [read, inexact, FINISH]
        evaluation.evaluate(style=style)
        assert evaluation.backend.last.body["tool_choice"]["type"] == "any"
    assert [result["solved"] for result in evaluation.results()] == [False, True]


def test_auto_is_what_the_profile_says(evaluation):
    evaluation.add_task("first")
    evaluation.backend.answers = [FINISH]
    evaluation.evaluate(style="auto", model="tiny-1b")
    assert "tool_choice" in evaluation.backend.last.body
    evaluation.backend.answers = [DONE]
    evaluation.evaluate(style="auto", model="large")
    assert "tool_choice" not in evaluation.backend.last.body


def test_the_profile_that_was_written_is_in_force(evaluation):
    evaluation.add_task("first")
    evaluation.add_task("second", kind="write")

    def answer(body: dict) -> Reply:
        """Mends with tools it must call, else only talks."""
        if "tool_choice" not in body:
            return DONE
        return FINISH if len(body["messages"]) > 1 else Reply(calls=[MEND])

    evaluation.backend.answers = [answer]
    _, said = evaluation.evaluate("--write-profile", style="native,forced,shell-only")
    assert "repair: forced (1 of 1 solved, native 0)" in said
    file = evaluation.home / ".config/hearth/profiles.json"
    entry, = json.loads(file.read_text())["profiles"]
    assert (entry["style"], entry["repair"]) == ("forced", "forced")
    assert entry["measured"]["other"][0] == {
        "style": "forced", "setting": "", "solved": 1, "trials": 1, "computed_tokens": 54,
        "seconds": entry["measured"]["other"][0]["seconds"]}
    url = evaluation.backend.url.removesuffix(evaluation.backend.path)
    done = subprocess.run([hearth_binary(), "-p", "mend", "--server", url, "--model", "scripted",
                           "--dangerously-skip-permissions"], env=evaluation.env,
                          cwd=evaluation.work, capture_output=True, text=True, timeout=60)
    assert "scripted · forced" in done.stderr and f"Profile: {file}, measured on 20" in done.stderr
    assert evaluation.backend.last.body["tool_choice"]["type"] == "any"


def test_a_profile_for_another_model_stays(evaluation):
    evaluation.add_task("first")
    file = evaluation.work / "mine.json"
    other = {"models": "^other$", "style": "forced", "note": "mine"}
    file.write_text(json.dumps({"profiles": [other]}))
    for _ in range(2):
        evaluation.evaluate("--write-profile", str(file))
    assert [entry["models"] for entry in json.loads(file.read_text())["profiles"]] == [
        "^scripted$", "^other$"]
    assert json.loads(file.read_text())["profiles"][1] == other


@pytest.mark.parametrize("content, problem", [
    ("{", "JSON ends early"),
    ('{"profiles": [{"models": "(", "style": "native"}]}', "profile 1: \"models\""),
    ('{"profiles": [{"models": "x", "style": "magic"}]}', "no style \"magic\"")])
def test_profiles_that_cannot_be_read_are_an_error(evaluation, content, problem):
    evaluation.add_task("first")
    evaluation.write(evaluation.home / ".config/hearth/profiles.json", content)
    _, said = evaluation.evaluate(code=1)
    assert problem in said and "profiles.json" in said
    result = evaluation.run("hello")
    assert result["exit_code"] == 1 and problem in result["result"]
    assert not evaluation.backend.seen


@pytest.mark.parametrize("options, problem", [
    (["--tasks", "/nowhere"], "/nowhere"),
    (["--kind", "mend"], "no kind \"mend\""),
    (["--language", "cobol"], "no task"),
    (["--style", "magic"], "shell-only"),
    (["--setting", "heat=1"], "temperature"),
    (["--setting", "temperature=hot"], "a number from 0"),
    (["--setting", "temperature"], "NAME=NUMBER"),
    (["--server", "http://127.0.0.1:9"], "hearth serve"),
    (["--out", "/nowhere/results.jsonl"], "--out"),
    (["third"], "named third")])
def test_bad_input_is_told(evaluation, options, problem):
    evaluation.add_task("first")
    names = [name for name in options if name.startswith("--")]
    words = evaluation.words()
    for name in names:
        if name in words:
            del words[words.index(name):words.index(name) + 2]
    done = subprocess.run([*words, *options], env=evaluation.env, cwd=evaluation.work,
                          capture_output=True, text=True, timeout=60)
    assert done.returncode == 1 and problem in done.stderr, done.stderr
    assert not evaluation.backend.seen


@pytest.mark.parametrize("fields, problem", [
    ({"kind": "mend"}, "\"kind\" is one of"), ({"check": ""}, "it needs \"check\""),
    ({"tests": ["../../secret"]}, "\"tests\""), ({"tests": ["missing.sh"]}, "work/missing.sh"),
    ({"check": "no-such-tester -q"}, "no-such-tester is not on the PATH")])
def test_a_bad_task_is_told(evaluation, fields, problem):
    evaluation.add_task("first", **fields)
    _, said = evaluation.evaluate(code=1)
    assert problem in said and not evaluation.backend.seen


def test_results_that_are_none_are_told(evaluation):
    evaluation.add_task("first")
    evaluation.out.write_text('{"model": "x"}\n')
    _, said = evaluation.evaluate(code=1)
    assert "line 1" in said and "\"style\" is missing" in said


def test_a_server_that_fails_does_not_count_against_the_model(evaluation):
    evaluation.add_task("first")
    evaluation.backend.answers = [Fault(404, '{"error": {"message": "no such model"}}')]
    _, said = evaluation.evaluate(code=1)
    assert "does not count" in said and "no such model" in said
    assert evaluation.out.read_text() == ""
    evaluation.backend.answers = [Fault(400, '{"error": {"message": "the prompt is too long"}}')]
    evaluation.evaluate()
    assert evaluation.results()[0]["stop_reason"] == "error"


@pytest.fixture(scope="module")
def imported(tmp_path_factory) -> tuple[Path, str]:
    tasks = tmp_path_factory.mktemp("exercism") / "tasks"
    done = subprocess.run([hearth_binary(), "eval", "--import-exercism", HERE / "exercism", "--out",
                           tasks], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return tasks, done.stdout + done.stderr


@pytest.mark.parametrize("name", ["cpp-two-ends", "go-two-ends", "javascript-two-ends",
                                  "python-two-ends", "rust-two-ends"])
def test_an_exercise_becomes_a_task(imported, name):
    task = imported[0] / name
    assert problems_of(task, 120) == []
    described = json.loads((task / "task.json").read_text())
    assert "first and last" in described["prompt"] and described["kind"] == "write"
    hidden = [path.name for path in task.rglob("*") if path.name in (".meta", ".docs")]
    assert not hidden and set(described["tests"]).isdisjoint(described["solution"])


def test_what_is_no_task_is_told(imported):
    assert "5 tasks in" in imported[1]
    assert "packaged: its tests need packages" in imported[1] and "lisp" in imported[1]
