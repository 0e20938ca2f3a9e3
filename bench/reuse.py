#!/usr/bin/env python3
"""Prompt tokens computed / fresh tokens, scenario by scenario, on Hearth and on llama.cpp's own server:
the same model, window and threads, one after the other, each scenario on a freshly started server
with an empty cache.

    cmake --build build/release --target engine_peers
    bench/reuse.py
    bench/reuse.py --model ~/models/qwen2.5-coder-0.5b-instruct-q4_k_m.gguf --tokens 28000 --only back rewind

*Fresh* is what is new in the canonical conversation (the same text, whatever its form, header or order
of tools); this program counts it (canonical.py), never a server. *Computed* is what went through
llama_decode on the request's path; what was computed ahead while idle has a column of its own.
The one last token that every request must compute is left out of both. Answers go back into the
conversation, and as models may answer differently on the two servers, each has its own count of
fresh tokens. The goal is 1.02 for each row.

Without --model: the three small random models of the tests (full attention, sliding window, hybrid).
"""

import argparse
import http.client
import json
import os
import pathlib
import re
import sys
import tempfile
import time

import gguf_header
import scenarios
from canonical import renderer
from conversations import Prose
from servers import (Hearth, LlamaServer, Refused, ROOT, find_hearth, find_llama_server, running)
from tally import Tally

GOAL = 1.02
TEST_MODELS = pathlib.Path.home() / ".cache" / "hearth" / "test-models"
RANDOM_MODELS = ["qwen3moe-tiny.gguf", "gpt-oss-tiny.gguf", "lfm2-tiny.gguf"]
KV_SIZE = re.compile(r"llama_kv_cache: size = +([0-9.]+) MiB \( *(\d+) cells, +(\d+) layers")


def parse_options():
    names = ", ".join(scenario.name for scenario in scenarios.ALL)
    parser = argparse.ArgumentParser(description=__doc__, epilog=f"Scenarios: {names}.",
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hearth", metavar="PATH")
    parser.add_argument("--llama-server", metavar="PATH")
    parser.add_argument("--model", nargs="+", type=pathlib.Path, metavar="PATH",
                        default=[TEST_MODELS / name for name in RANDOM_MODELS])
    parser.add_argument("--only", nargs="+", metavar="SCENARIO",
                        choices=[scenario.name for scenario in scenarios.ALL])
    parser.add_argument("--tokens", type=int, default=4000, metavar="N",
                        help="length of the main conversation (default 4000)")
    parser.add_argument("--context", type=int, metavar="N",
                        help="window of both servers (default: four times the conversation and 4096, at "
                             "most what the model was trained for)")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--hearth-option", action="append", default=[], metavar="OPTION",
                        help="handed on to hearth serve, e.g. --hearth-option=--kv-device=64MiB")
    parser.add_argument("--template", type=pathlib.Path, metavar="FILE",
                        help="a template that strips thoughts (default: the engine source's Qwen3)")
    parser.add_argument("--folder", type=pathlib.Path, metavar="DIR",
                        help="where the servers' folders are made (default: the system's)")
    parser.add_argument("--json", action="store_true", help="print JSON, not a table")
    return parser.parse_args()


def stripping_template(options):
    if options.template:
        return options.template.read_text()
    noted = ROOT / "build" / "release" / "engine-source-dir"
    if not noted.is_file():
        raise SystemExit("No build to take Qwen3's template from: name one with --template FILE.")
    folder = pathlib.Path(noted.read_text().strip()) / "models" / "templates"
    return (folder / "Qwen-Qwen3-0.6B.jinja").read_text()


def kv_sizes(server):
    """(MiB, cells, layers) of each KV cache of the last context that the log tells of."""
    found = KV_SIZE.findall(server.log.read_text(errors="replace"))
    return [(float(mib), int(cells), int(layers)) for mib, cells, layers in found]


def measure(scenario, kind, program, model, options, rendering, prose):
    """The scenario's tally, and what the log says of the KV caches."""
    tally_options = argparse.Namespace(tokens=options.tokens, context=options.context)
    if scenario.tight:
        tally_options.context = (options.tokens + 255) // 256 * 256
    more = options.hearth_option if kind is Hearth else []
    with running(kind, program, model, tally_options.context, options.threads, more,
                 options.folder) as server:
        tally = Tally(server, rendering, prose, tally_options)
        scenario.run(tally)
        return tally, kv_sizes(server)


def run_model(model, options, programs, folder):
    """A row per scenario: {"scenario", "Hearth": …, "llama-server": …}."""
    metadata = gguf_header.read(model)
    if options.context is None:
        options = argparse.Namespace(**{**vars(options), "context": min(
            4 * options.tokens + 4096, gguf_header.trained_context(metadata))})
    # gpt-oss's own template strips thoughts, and its vocabulary has no other's turns.
    own_strips = metadata["general.architecture"] == "gpt-oss"
    chosen = [s for s in scenarios.ALL if not options.only or s.name in options.only]
    groups = {model: [s for s in chosen if own_strips or not s.strips_thoughts]}
    special = [s for s in chosen if s not in groups[model]]
    if special:
        copy = gguf_header.copy_with_template(model, folder / f"stripping-{model.name}",
                                              stripping_template(options))
        groups[copy] = special
    rows = []
    for path, group in groups.items():
        if not group:
            continue
        with renderer(programs[LlamaServer], path) as rendering:
            prose = Prose(rendering)
            for scenario in group:
                rows.append(run_scenario(scenario, path, options, programs, rendering, prose))
    rows.sort(key=lambda row: [s.name for s in chosen].index(row["scenario"]))
    return {"model": model.name, "architecture": metadata["general.architecture"],
            "sliding_window": metadata.get(
                metadata["general.architecture"] + ".attention.sliding_window"),
            "context": options.context, "tokens": options.tokens, "rows": rows}


def run_scenario(scenario, model, options, programs, rendering, prose):
    row = {"scenario": scenario.name, "title": scenario.title}
    for kind, program in programs.items():
        began = time.monotonic()
        try:
            tally, sizes = measure(scenario, kind, program, model, options, rendering, prose)
            result = tally.as_json()
            result["kv_caches"] = sizes
        except (Refused, OSError, http.client.HTTPException) as failure:
            result = {"failed": f"{failure or type(failure).__name__}"}
        result["seconds"] = round(time.monotonic() - began, 1)
        row[kind.name] = result
        said = result.get("failed") or f"{result['ratio']:.3f}"
        print(f"{model.name}, {scenario.name}, {kind.name}: {said} ({result['seconds']:.0f} s)",
              file=sys.stderr)
    return row


def missed(report):
    found = []
    for row in report["rows"]:
        ours = row["Hearth"]
        if "failed" in ours:
            found.append(f"{row['scenario']} (failed)")
        elif ours["ratio"] > GOAL:
            found.append(f"{row['scenario']} ({ours['ratio']:.3f})")
    if window_is_full(report):
        found.append("KV bytes (the sliding window's layers hold the whole context)")
    return found


def print_report(report):
    print(f"\n{report['model']} ({report['architecture']}), main conversation of {report['tokens']} "
          f"tokens, window {report['context']}\n")
    print(f"{'':62}{'Hearth':>8}{'':>17}{'':>10}{'llama-server':>15}")
    print(f"{'scenario':62}{'prompt':>8}{'fresh':>8}{'computed':>9}{'ratio':>7}{'idle':>7}"
          f"{'fresh':>9}{'computed':>9}{'ratio':>7}")
    notes = []
    for row in report["rows"]:
        line = f"{row['title']:62}"
        ours, peer = row["Hearth"], row["llama-server"]
        if "failed" in ours:
            line += f"{'failed':>39}"
        else:
            line += (f"{ours['prompt_tokens']:8}{ours['fresh_tokens']:8}{ours['computed_tokens']:9}"
                     f"{ours['ratio']:7.3f}{ours['idle_computed_tokens']:7}")
        if "failed" in peer:
            line += f"{'failed':>25}"
        else:
            line += f"{peer['fresh_tokens']:9}{peer['computed_tokens']:9}{peer['ratio']:7.3f}"
        print(line)
        notes += notes_of(row)
    for note in notes:
        print("  " + note)
    for mib, cells, layers in window_caches(report):
        print(f"  Hearth's KV cache: {mib:.2f} MiB, {cells} cells in layers: {layers}")
    misses = missed(report)
    print(f"Over the goal of {GOAL}: {', '.join(misses) if misses else 'none'}")


def notes_of(row):
    notes = []
    for name in ("Hearth", "llama-server"):
        result = row[name]
        about = f"{row['scenario']}, {name}: "
        if "failed" in result:
            notes.append(about + result["failed"])
            continue
        notes += [about + note for note in result["notes"]]
        if result["lost_answers"]:
            notes.append(f"{about}{result['lost_answers']} of {result['requests']} answers were lost to "
                         "its parser; their prompts count")
        # A share of the prompts that a ratio would show; the peer keeps the billing header.
        if result["off_canonical"] > 0.01 * result["prompt_tokens"] / result["requests"]:
            notes.append(f"{about}its prompts differ from the canonical ones by up to "
                         f"{result['off_canonical']} tokens")
        if result["idle_cpu_s"] > 0.1 * result["rest_s"] and not result["idle_computed_tokens"]:
            notes.append(f"{about}used {result['idle_cpu_s']:.1f} s of processor time in "
                         f"{result['rest_s']:.0f} s without requests, and reports no tokens for it")
    return notes


def window_caches(report):
    """(MiB, cells, layers) of Hearth's KV caches: two with a sliding window, else one."""
    count = 2 if report["sliding_window"] else 1
    return next((row["Hearth"]["kv_caches"][-count:] for row in report["rows"]
                 if row["Hearth"].get("kv_caches") and row["scenario"] != "alternating"), [])


def window_is_full(report):
    """The layers with a sliding window hold as many cells as the others (swa_full): their memory grows
    with the context, which the goals do not allow."""
    caches = window_caches(report)
    return len(caches) == 2 and min(cells for _, cells, _ in caches) >= report["context"]


def main():
    options = parse_options()
    programs = {Hearth: find_hearth(options.hearth),
                LlamaServer: find_llama_server(options.llama_server)}
    reports = []
    for model in options.model:
        if not model.is_file():
            raise SystemExit(f"{model} is not there")
        with tempfile.TemporaryDirectory(prefix="hearth-bench-", dir=options.folder) as folder:
            reports.append(run_model(model, options, programs, pathlib.Path(folder)))
        if not options.json:
            print_report(reports[-1])
    if options.json:
        print(json.dumps({"goal": GOAL, "models": reports}, indent=2))


if __name__ == "__main__":
    main()
