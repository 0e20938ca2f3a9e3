#!/usr/bin/env python3
"""How many small tasks the agent does, bugs by default, and how fast.

For each task of the corpus `hearth -p PROMPT` works in a temporary copy of the task's work/
folder; neither task.json nor the reference solution is in reach. Then the original test files
are put back and the task's check decides.

    bench/agent_fixes.py --model qwen2.5-coder-1.5b --json build/agent_fixes.json
    bench/agent_fixes.py --only 'go-*' --keep build/study

The first task also pays for the server's start, unless one is running.
"""

import argparse
import fnmatch
import json
import os
import pathlib
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests" / "agent"))
from check_corpus import environment, run_check  # noqa: E402

CHECK_TIMEOUT = 60
CACHES = {"__pycache__", ".pytest_cache", "node_modules", ".git"}


def find_hearth(given):
    if given:
        path = shutil.which(given)
    else:
        built = ROOT / "build" / "release" / "hearth"
        path = str(built) if built.is_file() else shutil.which("hearth")
    if not path:
        sys.exit(f"No hearth at {given or 'build/release/hearth, nor on the PATH'}. "
                 "Build it, or name it with --hearth PATH.")
    return str(pathlib.Path(path).absolute())


def stop_group(process):
    """Ends the agent and what it started: politely first, since it may have to clean up."""
    for sig, patience in ((signal.SIGTERM, 3), (signal.SIGKILL, 10)):
        try:
            os.killpg(process.pid, sig)
        except ProcessLookupError:
            break
        try:
            process.wait(patience)
        except subprocess.TimeoutExpired:
            continue
    # The leader may be gone while a child that ignores SIGTERM is not.
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


def run_agent(command, folder, out_path, err_path, timeout):
    """Exit code (None on a time-out) and seconds."""
    env = environment()
    env["PWD"] = str(folder)
    start = time.monotonic()
    with open(out_path, "wb") as out, open(err_path, "wb") as err:
        process = subprocess.Popen(command, cwd=folder, env=env, stdin=subprocess.DEVNULL,
                                   stdout=out, stderr=err, start_new_session=True)
        try:
            code = process.wait(timeout)
        except subprocess.TimeoutExpired:
            stop_group(process)
            code = None
        except BaseException:
            stop_group(process)
            raise
    return code, time.monotonic() - start


def parse_result(text):
    """The JSON object the agent printed: the whole output, or its last line that is one."""
    for candidate in [text] + text.splitlines()[::-1]:
        try:
            value = json.loads(candidate)
        except ValueError:
            continue
        if isinstance(value, dict):
            return value
        if isinstance(value, list) and value and isinstance(value[-1], dict):
            return value[-1]
    return {}


def first_of(result, *names):
    return next((result[name] for name in names if result.get(name) is not None), None)


def file_bytes(folder):
    return {str(path.relative_to(folder)): path.read_bytes()
            for path in sorted(folder.rglob("*"))
            if path.is_file() and not CACHES & set(path.relative_to(folder).parts)}


def run_task(task_dir, task, options, hearth):
    with tempfile.TemporaryDirectory(prefix="hearth-fix-") as temporary:
        folder = pathlib.Path(temporary, "work", task["name"])
        shutil.copytree(task_dir / "work", folder)
        before = file_bytes(folder)
        out_path, err_path = pathlib.Path(temporary, "out"), pathlib.Path(temporary, "err")

        command = [hearth, "-p", task["prompt"], "--permission-mode", "bypassPermissions",
                   "--output-format", "json"]
        if options.model:
            command += ["--model", options.model]
        if options.server:
            command += ["--server", options.server]
        code, seconds = run_agent(command, folder, out_path, err_path, options.timeout)

        after = file_bytes(folder)
        changed = sorted(name for name in before.keys() | after.keys()
                         if before.get(name) != after.get(name))
        for name in task["tests"]:
            path = folder / name
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            path.unlink(missing_ok=True)  # it may have become a link to somewhere else
            path.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(task_dir / "work" / name, path)  # newer than anything that was built
        check_code, check_output = run_check(task["check"], folder, CHECK_TIMEOUT)

        result = parse_result(out_path.read_text(errors="replace"))
        if code is None:
            reason = "time-out"
        else:
            reason = str(first_of(result, "stop_reason", "subtype", "status", "error") or "")
            if code != 0:
                reason = f"exit {code} {reason}".strip()
        if options.keep:
            kept = options.keep / task["name"]
            shutil.rmtree(kept, ignore_errors=True)
            kept.mkdir(parents=True)
            shutil.copytree(folder, kept / "work", symlinks=True)
            shutil.copyfile(out_path, kept / "stdout.json")
            shutil.copyfile(err_path, kept / "stderr.txt")
            (kept / "check.txt").write_text(check_output)
        if code not in (0, None) and not result:
            lines = err_path.read_text(errors="replace").strip().splitlines()
            if lines:
                print(f"  hearth: {lines[-1]}", file=sys.stderr)

    return {
        "task": task["name"],
        "language": task["language"],
        "solved": check_code == 0,
        "seconds": round(seconds, 1),
        "turns": first_of(result, "num_turns", "turns"),
        "requests": first_of(result, "num_requests", "requests"),
        "stop_reason": reason,
        "exit_code": code,
        "changed_files": changed,
        "usage": result.get("usage"),
        "session_id": result.get("session_id"),
    }


def summarize(results):
    def median(values):
        return round(statistics.median(values), 1) if values else None

    languages = {}
    for result in results:
        score = languages.setdefault(result["language"], {"solved": 0, "tasks": 0})
        score["solved"] += result["solved"]
        score["tasks"] += 1
    return {
        "solved": sum(r["solved"] for r in results),
        "tasks": len(results),
        "median_seconds": median([r["seconds"] for r in results]),
        "median_seconds_solved": median([r["seconds"] for r in results if r["solved"]]),
        "languages": languages,
    }


def write_json(path, options, hearth, results):
    report = {"hearth": hearth, "model": options.model, "server": options.server,
              "timeout": options.timeout, **summarize(results), "results": results}
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(path.name + ".part")
    temporary.write_text(json.dumps(report, indent=2) + "\n")
    temporary.replace(path)


def print_summary(results):
    summary = summarize(results)

    def seconds(value):
        return "-" if value is None else f"{value:.1f} s"

    print()
    print(f"solved {summary['solved']} of {summary['tasks']}")
    print(f"median {seconds(summary['median_seconds'])} over all tasks, "
          f"{seconds(summary['median_seconds_solved'])} over solved ones")
    for language, score in sorted(summary["languages"].items()):
        print(f"  {language:<12} {score['solved']} of {score['tasks']}")


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hearth", metavar="PATH", help="the program to test")
    parser.add_argument("--corpus", type=pathlib.Path, metavar="DIR",
                        default=ROOT / "tests" / "agent" / "corpus")
    parser.add_argument("--only", metavar="GLOB", help="tasks whose name matches")
    parser.add_argument("--kind", default="fix", metavar="KIND",
                        help="fix (the default), write, refactor, explain or all")
    parser.add_argument("--model", help="handed on to hearth")
    parser.add_argument("--server", metavar="URL", help="handed on to hearth")
    parser.add_argument("--timeout", type=float, default=600, metavar="SECONDS",
                        help="wall-clock limit for one task (default 600)")
    parser.add_argument("--json", type=pathlib.Path, metavar="FILE", help="write the results there")
    parser.add_argument("--keep", type=pathlib.Path, metavar="DIR",
                        help="keep each task's folder, the agent's output and the check's")
    options = parser.parse_args()

    hearth = find_hearth(options.hearth)
    tasks = [(path.parent, json.loads(path.read_text()))
             for path in sorted(options.corpus.glob("*/task.json"))
             if not options.only or fnmatch.fnmatch(path.parent.name, options.only)]
    tasks = [(folder, task) for folder, task in tasks if options.kind in ("all", task["kind"])]
    if not tasks:
        sys.exit(f"No task in {options.corpus} matches {options.only or '*'}.")

    width = max(len(task["name"]) for _, task in tasks)
    print(f"{'task':<{width}}  {'language':<10}  solved  seconds  turns  requests  stop reason")
    results = []
    interrupted = False
    try:
        for task_dir, task in tasks:
            result = run_task(task_dir, task, options, hearth)
            results.append(result)
            turns, requests = ("-" if result[k] is None else result[k] for k in ("turns", "requests"))
            print(f"{result['task']:<{width}}  {result['language']:<10}  "
                  f"{'yes' if result['solved'] else 'no':<6}  {result['seconds']:7.1f}  "
                  f"{turns!s:>5}  {requests!s:>8}  {result['stop_reason']}", flush=True)
            if options.json:
                write_json(options.json, options, hearth, results)
    except KeyboardInterrupt:
        interrupted = True
        print("interrupted")
    print_summary(results)
    return 130 if interrupted else 0


if __name__ == "__main__":
    sys.exit(main())
