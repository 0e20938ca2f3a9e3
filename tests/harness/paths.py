"""Where the program and the test models are."""

import os
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]

SMOLLM2 = "SmolLM2-135M-Instruct.Q4_1.gguf"
QWEN_1_5B = "qwen2.5-coder-1.5b-instruct-q4_k_m.gguf"
GPT_OSS = "gpt-oss-tiny.gguf"
LFM2 = "lfm2-tiny.gguf"
QWEN3MOE = "qwen3moe-tiny.gguf"
BERT = "bert-tiny.gguf"
BERT_RERANK = "bert-rerank-tiny.gguf"


# The program under test was built with a sanitizer (scripts/test says so): its memory is no measure.
SANITIZED = bool(os.environ.get("HEARTH_SANITIZED"))


def hearth_binary() -> Path:
    path = Path(os.environ.get("HEARTH_BIN") or REPOSITORY / "build/release/hearth")
    if not path.is_file():
        raise FileNotFoundError(f"{path} is not there. Build it, or set HEARTH_BIN.")
    return path


def model(name: str) -> Path:
    """A test model's file. A missing one is an error, so that no test is passed by being left out."""
    folder = os.environ.get("HEARTH_TEST_MODELS")
    if not folder:
        raise FileNotFoundError("HEARTH_TEST_MODELS must name the folder with the test models.")
    path = Path(folder) / name
    if not path.is_file():
        raise FileNotFoundError(f"The test model {name} is not in {folder}.")
    return path
