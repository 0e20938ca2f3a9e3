#!/usr/bin/env python3
"""Checks the corpus of coding tasks: every check fails on work/ and passes with fixed/.

Usage: check_corpus.py [--corpus DIR] [--timeout SECONDS] [GLOB]...

A task is of one of four kinds: fix (the code is wrong), write (it is missing), refactor (it works,
but shall be built differently) and explain (a question, to be answered in a file). Each runs in a
temporary copy and needs only python3 with pytest, node, go, rustc, make and g++.
"""

import argparse
import fnmatch
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
FIELDS = ("name", "language", "kind", "prompt", "check", "tests", "solution")
KINDS = ("fix", "write", "refactor", "explain")
CREATING = ("write", "explain")  # whose solution may be a file that is not there yet


def environment():
    """The system's tools first, and no network for those that might try."""
    env = dict(os.environ)
    env["PATH"] = os.pathsep.join(["/usr/bin", "/bin", env.get("PATH", ""), "/usr/local/go/bin"])
    env.update(GOPROXY="off", GOTOOLCHAIN="local", GOFLAGS="", PYTHONDONTWRITEBYTECODE="1")
    env.setdefault("HOME", tempfile.gettempdir())
    # Else a test run that was started by `node --test` or pytest would change ours.
    for name in ("NODE_TEST_CONTEXT", "PYTEST_ADDOPTS", "MAKEFLAGS", "MAKELEVEL"):
        env.pop(name, None)
    return env


def run_check(command, folder, timeout):
    """Exit code of the check, or None when it took too long; and its output."""
    process = subprocess.Popen(command, shell=True, cwd=folder, env=environment(),
                               stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT, start_new_session=True)
    try:
        output, _ = process.communicate(timeout=timeout)
        return process.returncode, output.decode(errors="replace")
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        output, _ = process.communicate()
        return None, output.decode(errors="replace")


def files_below(folder):
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file())


def problems_of(task_dir, timeout):
    """What is wrong with a task, as a list of sentences."""
    try:
        task = json.loads((task_dir / "task.json").read_text())
    except (OSError, ValueError) as error:
        return [f"task.json: {error}"]
    missing = [field for field in FIELDS if not task.get(field)]
    if missing:
        return [f"task.json lacks {', '.join(missing)}"]
    if task["name"] != task_dir.name:
        return [f"the name in task.json is {task['name']}"]
    if task["kind"] not in KINDS:
        return [f"the kind in task.json is {task['kind']}, not one of {', '.join(KINDS)}"]
    needed = task["tests"] if task["kind"] in CREATING else task["tests"] + task["solution"]
    for name in needed:
        if not (task_dir / "work" / name).is_file():
            return [f"work/{name} does not exist"]
    if files_below(task_dir / "fixed") != sorted(task["solution"]):
        return ["fixed/ does not hold exactly the files named under \"solution\""]

    problems = []
    with tempfile.TemporaryDirectory(prefix="hearth-corpus-") as temporary:
        broken = pathlib.Path(temporary, "broken")
        shutil.copytree(task_dir / "work", broken)
        code, output = run_check(task["check"], broken, timeout)
        if code is None:
            problems.append(f"the check on work/ took more than {timeout} s")
        elif code == 0:
            problems.append("the check passes on work/")
        elif code in (126, 127):
            problems.append(f"the check could not be run: {output.strip()}")

        repaired = pathlib.Path(temporary, "repaired")
        shutil.copytree(task_dir / "work", repaired)
        shutil.copytree(task_dir / "fixed", repaired, dirs_exist_ok=True)
        code, output = run_check(task["check"], repaired, timeout)
        if code is None:
            problems.append(f"the check with fixed/ took more than {timeout} s")
        elif code != 0:
            problems.append(f"the check fails with fixed/:\n{output}")
    return problems


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--corpus", type=pathlib.Path, default=HERE / "corpus")
    parser.add_argument("--timeout", type=float, default=60, help="seconds for one check")
    parser.add_argument("globs", nargs="*", metavar="GLOB", help="names of tasks, default all")
    options = parser.parse_args()

    passed = failed = 0
    for task_dir in sorted(p.parent for p in options.corpus.glob("*/task.json")):
        if options.globs and not any(fnmatch.fnmatch(task_dir.name, g) for g in options.globs):
            continue
        problems = problems_of(task_dir, options.timeout)
        print(f"{'bad' if problems else 'ok '}  {task_dir.name}", flush=True)
        for problem in problems:
            print("     " + problem.replace("\n", "\n     "))
        passed += not problems
        failed += bool(problems)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
