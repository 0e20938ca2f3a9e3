#!/usr/bin/env python3
"""Writes the terminal captures in docs/agent.md anew, from real runs of build/release/hearth in tmux.

Usage: docs/captures.py. Needs tmux, and the model qwen2.5-coder-1.5b-instruct in the store (`hearth
get`). Takes a few minutes on two cores; nothing else should compute meanwhile.
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


def capture(text: str, name: str, lines: str) -> str:
    """`text` with the capture of this name replaced."""
    shown = "\n".join(line.rstrip() for line in lines.strip("\n").splitlines())
    # Ids and folders differ from run to run.
    shown = re.sub(r"s_[A-Za-z0-9]{20,}", "s_…", shown)
    shown = re.sub(r"/tmp/[A-Za-z0-9_]+/", "~/", shown)
    return re.sub(rf"(<!-- capture: {name} -->\n).*?(<!-- end -->)",
                  lambda found: f"{found[1]}```\n{shown}\n```\n{found[2]}", text, flags=re.DOTALL)


def from_words(screen: str, words: str) -> str:
    return screen[screen.index(words):]


def main():
    guide = ROOT / "docs/agent.md"
    text = guide.read_text()
    model = subprocess.run([HEARTH, "get", MODEL], check=True, capture_output=True,
                           text=True).stdout.strip()
    with tempfile.TemporaryDirectory() as folder, Hearth(models=[model]) as server:
        work = Path(folder) / "intervals"
        work.mkdir()
        (work / "intervals.py").write_text(CODE)
        (work / "test_intervals.py").write_text(TESTS)
        subprocess.run(["git", "init", "-q", str(work)], check=True)
        env = {**os.environ, "HOME": folder}
        env.pop("HEARTH_URL", None)
        words = [str(HEARTH), "--server", server.url]
        with Screen(words, env, work, columns=100, rows=50) as screen:
            screen.wait_for("Ctrl-D")
            screen.type("Fix the failing test. The tests are run by python3 -m pytest -q")
            screen.wait_for("tokens read", patience=600)
            screen.wait_for("/help")
            text = capture(text, "first task", from_words(screen.all(), "Hearth ·"))
            screen.type("/clear")
            screen.wait_for("A new session begins.")
            screen.type("What does @intervals.py do? One sentence.")
            reading = screen.wait_for(" s left", patience=120)
            text = capture(text, "reading", "\n".join(reading.rstrip().splitlines()[-4:]))
            screen.until(lambda shown: shown.count("tokens read") == 2, "the answer", 600)
            screen.keys("C-d")
        with Screen([*words, "--style", "forced"], env, work, columns=100, rows=40) as screen:
            screen.wait_for("Ctrl-D")
            screen.type("Run the command: git add intervals.py")
            shown = screen.wait_for("May this be done?", patience=600)
            text = capture(text, "question", from_words(shown, "> Run the command"))
            screen.keys("n")
    guide.write_text(text)


if __name__ == "__main__":
    main()
