#!/usr/bin/env python3
"""The time to the first token of a long prompt: cold, again, and after kill -9 and a restart; on Hearth
and on llama.cpp's own server, one after the other.

    cmake --build build/release --target engine_peers
    bench/restart.py --model PATH [--tokens 32000]

Each time the prompt has 16 other tokens at its end. Before the restart the server has five seconds
without requests, and afterwards its files are dropped from the page cache; the clock runs from the
moment that the server is ready. Goals: warm from disk / cold <= 0.05; the state comes at half of what
`dd` reads from the same disk, or faster.
"""

import os
import pathlib
import subprocess
import time

import asking
import gguf_header
from conversations import random_tokens
from servers import Hearth, LlamaServer, find_hearth, find_llama_server, options_of, running


def first_token_s(server, prompt):
    began = time.monotonic()
    asking.complete(server, prompt, 1)
    return time.monotonic() - began


def state_files(folder):
    files = [path for path in pathlib.Path(folder).rglob("*")
             if path.suffix in (".rows", ".point")]
    return files, sum(path.stat().st_size for path in files)


def drop_from_page_cache(files):
    os.sync()
    for path in files:
        descriptor = os.open(path, os.O_RDONLY)
        os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
        os.close(descriptor)


def dd_bytes_per_s(files):
    """Of all files, after they were dropped from the page cache."""
    drop_from_page_cache(files)
    began = time.monotonic()
    total = 0
    for path in files:
        subprocess.run(["dd", f"if={path}", "of=/dev/null", "bs=4M", "status=none"], check=True)
        total += path.stat().st_size
    return total / (time.monotonic() - began)


def measure(server, n_tokens):
    prompt = random_tokens("restart", n_tokens)
    result = {"cold": first_token_s(server, prompt + random_tokens("a", 16)),
              "again": first_token_s(server, prompt + random_tokens("b", 16))}
    time.sleep(5)
    server.kill()
    files, result["bytes"] = state_files(server.folder)
    result["dd"] = dd_bytes_per_s(files) if files else 0
    drop_from_page_cache(files)
    server.start()
    result["restart"] = first_token_s(server, prompt + random_tokens("c", 16))
    return result


def print_result(name, r):
    ratio = r["restart"] / r["cold"]
    print(f"{name:13} cold {r['cold']:.2f} s, again {r['again']:.3f} s, after the restart "
          f"{r['restart']:.3f} s: {ratio:.3f} of cold{'' if ratio <= 0.05 else ', missed (0.05)'}")
    if r["bytes"]:
        rate = r["bytes"] / max(r["restart"] - r["again"], 1e-3)
        share = rate / r["dd"]
        print(f"{'':13} {r['bytes'] / 1e6:.0f} MB on disk, there in {r['restart'] - r['again']:.3f} s: "
              f"{rate / 1e6:.0f} MB/s, dd {r['dd'] / 1e6:.0f} MB/s: {share:.2f} of it"
              f"{'' if share >= 0.5 else ', missed (0.5)'}")


def main():
    parser = options_of(__doc__)
    parser.add_argument("--model", type=pathlib.Path, required=True)
    parser.add_argument("--tokens", type=int, default=32000)
    options = parser.parse_args()
    trained = gguf_header.trained_context(gguf_header.read(options.model))
    tokens = min(options.tokens, trained - 256)
    context = min(trained, tokens + 1024)
    print(f"{options.model.name}, a prompt of {tokens} tokens")
    for kind, program in ((Hearth, find_hearth(options.hearth)),
                          (LlamaServer, find_llama_server(options.llama_server))):
        with running(kind, program, options.model, context, options.threads,
                     base=options.folder) as server:
            print_result(kind.name, measure(server, tokens))


if __name__ == "__main__":
    main()
