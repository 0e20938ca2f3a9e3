"""The whole way on the real 1.5B model: `hearth -p`, its requests over HTTP, edits, the check."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from check_corpus import run_check
from harness import paths
from harness.server import Hearth

CORPUS = Path(__file__).resolve().parent / "corpus"
MODEL = "qwen2.5-coder-1.5b-instruct"
MEDIAN = '''def median(numbers):
    """The middle value; of an even count, the mean of the two in the middle."""
    ordered = sorted(numbers)
    middle = len(ordered) // 2
    if len(ordered) % 2 == 1:
        return ordered[middle]
    return (ordered[middle] + ordered[middle + 1]) / 2
'''
MEDIAN_TEST = '''import unittest

from median import median


class MedianTest(unittest.TestCase):
    def test_odd_count(self):
        self.assertEqual(median([7, 1, 3]), 3)

    def test_even_count(self):
        self.assertEqual(median([4, 1, 3, 2]), 2.5)
'''


@pytest.fixture(scope="module")
def hearth():
    with Hearth(models=[f"{MODEL}={paths.model(paths.QWEN_1_5B)}"], context=8192) as server:
        yield server


def run_agent(hearth, folder, task, *options) -> tuple[subprocess.CompletedProcess, dict]:
    done = hearth.command("-p", task, "--server", hearth.url, "--cwd", str(folder),
                          "--output-format", "json", *options, timeout=900)
    return done, json.loads(done.stdout)


def test_it_mends_a_program_and_reuses_what_it_read(hearth, tmp_path):
    (tmp_path / "median.py").write_text(MEDIAN)
    (tmp_path / "test_median.py").write_text(MEDIAN_TEST)
    done, result = run_agent(hearth, tmp_path, "The test fails (`python3 -m unittest`). "
                             "Find the bug and fix it.", "--permission-mode", "acceptEdits")
    assert done.returncode == 0, done.stdout + done.stderr
    assert result["solved"] is True
    assert (tmp_path / "test_median.py").read_text() == MEDIAN_TEST
    code, output = run_check("python3 -m unittest", tmp_path, 60)
    assert code == 0, output
    answered = hearth.records_with(
        lambda record: record["endpoint"] == "/v1/messages" and not record["error"])
    if len(answered) > 1:
        assert any(record["reused_tokens"] > 0 for record in answered)


def test_it_mends_a_task_of_the_corpus(hearth, tmp_path):
    task = json.loads((CORPUS / "python-merge-intervals" / "task.json").read_text())
    work = CORPUS / "python-merge-intervals" / "work"
    shutil.copytree(work, tmp_path, dirs_exist_ok=True)
    done, _ = run_agent(hearth, tmp_path, task["prompt"], "--permission-mode", "acceptEdits")
    assert done.returncode == 0, done.stdout + done.stderr
    for name in task["tests"]:
        shutil.copy(work / name, tmp_path / name)
    code, output = run_check(task["check"], tmp_path, 60)
    assert code == 0, output


def test_without_permission_nothing_changes_and_the_flag_is_named(hearth, tmp_path):
    (tmp_path / "median.py").write_text(MEDIAN)
    (tmp_path / "test_median.py").write_text(MEDIAN_TEST)
    done, result = run_agent(hearth, tmp_path, "The test fails. Find the bug and fix it.")
    assert done.returncode != 0
    assert result["is_error"] is True
    assert "--permission-mode acceptEdits" in done.stdout + done.stderr
    assert (tmp_path / "median.py").read_text() == MEDIAN
