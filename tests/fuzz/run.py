#!/usr/bin/env python3
"""tests/fuzz/run.py [SECONDS]: builds the fuzz targets and runs each for so long (60). The first inputs are those of
tests/golden and the files beside this one. What makes one crash, or take ten seconds, is left in build/fuzz/found.
The last line is "N passed, N failed"."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
BUILD = ROOT / "build" / "fuzz"
# Which decoder of the target reads what the golden case begins with: the first byte of an input.
REQUESTS = {"anthropic": 0, "openai": 2, "ollama": 3, "responses": 5}
STREAMS = {"anthropic_stream_to_events": 0, "openai_stream_to_events": 1, "gemini_stream_to_events": 2}
RAW = [(6, {"prompt": ["a", [1, 2, "b"]], "n": 2, "logprobs": 1, "suffix": "c", "logit_bias": {"5": -1}}),
       (7, {"model": "m", "prompt": "a", "suffix": "b", "options": {"stop": ["x"]}}),
       (8, {"prompt": {"prompt_string": "a"}, "n_predict": -1, "response_fields": ["content"],
            "json_schema": {"type": "object"}, "logit_bias": [["a", False], [5, 1.5]]}),
       (9, {"input_prefix": "a", "input_suffix": "b", "input_extra": [{"filename": "f", "text": "t"}]}),
       (10, {"input": ["a", [1, 2]], "dimensions": 3, "encoding_format": "base64"}),
       (11, {"model": "m", "input": [1, 2], "truncate": False}),
       (12, {"model": "m", "prompt": "a"}),
       (13, {"model": "m", "query": "q", "documents": ["a", {"text": "b"}], "top_n": 1, "return_documents": True}),
       (13, {"query": "q", "texts": ["a"], "return_text": True})]


def seeds() -> dict[str, list[bytes]]:
    found = {"requests": [bytes([which]) + json.dumps(body).encode() for which, body in RAW],
             "streams": [], "configuration": []}
    for case in sorted((ROOT / "tests" / "golden").glob("*/input.json")):
        golden = json.loads(case.read_text())
        if (which := STREAMS.get(golden["convert"])) is not None:
            for piece in (0, 200):
                found["streams"].append(bytes([which, piece]) + "\n".join(golden["input"]).encode())
        elif (which := REQUESTS.get(golden["convert"].split("_to_")[0])) is not None:
            found["requests"].append(bytes([which]) + json.dumps(golden["input"]).encode())
    found["configuration"] = [file.read_bytes() for file in sorted(HERE.glob("configurations/*"))]
    return found


def build() -> None:
    subprocess.run(["cmake", "-S", HERE, "-B", BUILD, "-G", "Ninja", "-DCMAKE_CXX_COMPILER=clang++-19",
                    "-DCMAKE_UNITY_BUILD=ON"], check=True, stdout=subprocess.DEVNULL)
    subprocess.run(["cmake", "--build", BUILD], check=True, stdout=sys.stderr)


def start(target: str, inputs: list[bytes], seconds: int) -> subprocess.Popen:
    corpus = BUILD / "corpus" / target
    corpus.mkdir(parents=True, exist_ok=True)
    for number, content in enumerate(inputs):
        (corpus / f"seed-{number}").write_bytes(content)
    log = open(BUILD / f"{target}.log", "wb")
    return subprocess.Popen([BUILD / f"{target}_fuzz", corpus, f"-max_total_time={seconds}", "-timeout=10",
                             "-rss_limit_mb=2048", f"-artifact_prefix={BUILD}/found/{target}-"],
                            stdout=log, stderr=log)


def main() -> int:
    seconds = int(sys.argv[1]) if len(sys.argv) > 1 else 60
    build()
    shutil.rmtree(BUILD / "found", ignore_errors=True)
    (BUILD / "found").mkdir(parents=True)
    running = {target: start(target, inputs, seconds) for target, inputs in seeds().items()}
    failed = 0
    for target, process in running.items():
        code = process.wait()
        lines = (BUILD / f"{target}.log").read_text("utf-8", "replace").splitlines()
        print(f"{target}: {lines[-1] if code == 0 else 'FAILED'}")
        if code != 0:
            failed += 1
            print("\n".join(lines[-40:]))
    print(f"{len(running) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
