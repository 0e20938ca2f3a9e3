#!/usr/bin/env python3
"""Checks edits.jsonl against the files and prints the counts per kind."""
import collections
import json
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent
KINDS = {"white-space", "indentation", "escapes", "ellipses", "quotes", "moved-lines",
         "line-numbers", "markdown-fence", "stale", "ambiguous", "exact"}
KEYS = {"name", "kind", "file", "old_string", "new_string", "replace_all", "expect"}


def read(name):
    return (ROOT / "files" / name).read_bytes().decode("utf-8")


def problems(case, files):
    if set(case) - {"replace_all"} != KEYS - {"replace_all"}:
        yield "keys: " + ", ".join(sorted(case))
        return
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", case["name"]):
        yield "name is not kebab-case"
    if case["kind"] not in KINDS:
        yield "unknown kind " + case["kind"]
    if case.get("replace_all", True) is not True:
        yield "replace_all must be true or absent"
    if case["old_string"] == case["new_string"]:
        yield "old_string and new_string are the same"
    if case["file"] not in files:
        yield "no such file " + case["file"]
        return
    content, expect, every = files[case["file"]], case["expect"], "replace_all" in case
    exact = content.count(case["old_string"])
    if expect is None:
        if exact == 1 or (exact and every):
            yield "refusal expected, but old_string can be applied exactly"
        return
    if set(expect) != {"old", "new"} or expect["old"] == expect["new"]:
        yield "bad expect"
        return
    found = content.count(expect["old"])
    if found != 1 and not (every and found >= 1):
        yield f"expect.old occurs {found} times"
    if case["kind"] == "exact":
        if exact != 1 or (case["old_string"], case["new_string"]) != (expect["old"], expect["new"]):
            yield "control is not exact"
    elif exact == 1 or (exact and every):
        yield "old_string is an exact match"


def main():
    files = {path.name: read(path.name) for path in (ROOT / "files").iterdir()}
    with open(ROOT / "edits.jsonl", encoding="utf-8") as source:
        cases = [json.loads(line) for line in source]
    bad = 0
    names = collections.Counter(case.get("name") for case in cases)
    for name, times in names.items():
        if times > 1:
            bad += 1
            print(f"{name}: name occurs {times} times")
    for case in cases:
        for text in problems(case, files):
            bad += 1
            print(f"{case.get('name')}: {text}")
    applied = collections.Counter(case["kind"] for case in cases if case["expect"])
    refused = collections.Counter(case["kind"] for case in cases if not case["expect"])
    if applied["exact"] > 20:
        bad += 1
        print("more than 20 exact controls")
    print(f"{'kind':<15} {'applied':>8} {'refused':>8}")
    for kind in sorted(KINDS):
        print(f"{kind:<15} {applied[kind]:>8} {refused[kind]:>8}")
    print(f"{'total':<15} {applied.total():>8} {refused.total():>8}")
    print(f"{len(files)} files, {len(cases)} edits, {bad} problems")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
