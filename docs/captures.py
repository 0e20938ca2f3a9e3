#!/usr/bin/env python3
"""Writes the terminal captures in docs/agent.md anew, from real runs of build/release/hearth in tmux.

Usage: docs/captures.py. Needs tmux and the model qwen2.5-coder-1.5b-instruct (`hearth get`). Takes a
few minutes on two cores, while nothing else should compute. A capture stands in the guide between
`<!-- capture: NAME -->` and `<!-- end -->`. If a run goes otherwise than the guide tells it, the
script ends with what was on the screen, and the guide stays as it was.
"""

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from harness.server import Hearth  # noqa: E402
from harness.tmux import Screen  # noqa: E402

HEARTH = ROOT / "build/release/hearth"
MODEL = "qwen2.5-coder-1.5b-instruct"
PATIENCE = 900

CODE = '''def merge(intervals):
    """Joins (start, end) intervals that overlap or touch; sorted result."""
    merged = []
    for start, end in sorted(intervals):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], end)
        else:
            merged.append((start, end))
    return merged
'''

TESTS = '''from intervals import merge


def test_overlap():
    assert merge([(1, 4), (2, 6)]) == [(1, 6)]


def test_touch():
    assert merge([(1, 3), (3, 5)]) == [(1, 5)]


def test_inside():
    assert merge([(1, 9), (2, 3)]) == [(1, 9)]
'''


class Guide:
    def __init__(self, path: Path):
        self.path = path
        self.text = path.read_text()

    def put(self, name: str, screen: str):
        lines = [line.rstrip() for line in screen.strip("\n").splitlines()]
        shown = "\n".join(lines).strip("\n")
        # What differs from run to run, and where it was.
        shown = re.sub(r"s_[A-Za-z0-9]{20,}", "s_…", shown)
        shown = re.sub(r"/tmp/[A-Za-z0-9_]+/", "~/", shown)
        block = f"<!-- capture: {name} -->\n```\n{shown}\n```\n<!-- end -->"
        self.text, n = re.subn(rf"<!-- capture: {name} -->\n.*?<!-- end -->", lambda _: block,
                               self.text, flags=re.DOTALL)
        if n != 1:
            raise SystemExit(f"{self.path} has {n} places for the capture {name!r}")


def from_last(screen: str, words: str) -> str:
    return screen[screen.rindex(words):]


def without_rest(screen: str) -> str:
    """Without the place to write and the line below it."""
    return screen[:screen.rindex("\n──")]


def repair(words: list[str], env: dict, work: Path, guide: Guide):
    with Screen(words, env, work, columns=100, rows=60) as screen:
        screen.wait_for("Write a task")
        screen.type("Fix the failing test. The tests are run by python3 -m pytest -q")
        guide.put("question", from_last(screen.wait_for("May this be done?", PATIENCE), "\n──"))
        screen.keys("Enter")
        screen.wait_for("tokens read", PATIENCE)
        guide.put("first task", without_rest(screen.all()))
        screen.type("/undo")
        screen.wait_for("a second /undo", PATIENCE)
        screen.type("/context")
        screen.wait_for("conversation  ")
        guide.put("undo", without_rest(from_last(screen.all(), "> /undo")))
        screen.keys("C-d")


def reading(words: list[str], env: dict, work: Path, guide: Guide):
    with Screen([*words, "--style", "forced"], env, work, columns=100, rows=40) as screen:
        screen.wait_for("Write a task")
        screen.type("What does intervals.py do?")
        reading = screen.until(lambda shown: "█" in shown, "the bar", PATIENCE)
        guide.put("reading", from_last(reading.rstrip(), "\n\n"))
        screen.keys("Escape")


def main():
    guide = Guide(ROOT / "docs/agent.md")
    model = subprocess.run([HEARTH, "get", MODEL], check=True, capture_output=True,
                           text=True).stdout.strip()
    with tempfile.TemporaryDirectory() as folder, Hearth(models=[model]) as server:
        work = Path(folder) / "intervals"
        work.mkdir()
        (work / "intervals.py").write_text(CODE)
        (work / "test_intervals.py").write_text(TESTS)
        subprocess.run(["git", "init", "-q", str(work)], check=True)
        env = {name: value for name, value in os.environ.items() if not name.startswith("HEARTH_")}
        env["HOME"] = folder
        words = [str(HEARTH), "--server", server.url]
        repair(words, env, work, guide)
        reading(words, env, work, guide)
    guide.path.write_text(guide.text)


if __name__ == "__main__":
    main()
