#!/bin/sh
# tests/run_python.sh [pytest arguments]: the tests over real HTTP and those with real clients.
# HEARTH_BIN          the program (default: build/release/hearth)
# HEARTH_TEST_MODELS  the folder with the test models (required)
# HEARTH_TEST_CACHE   where Python packages and the clients of npm are kept
#                     (default: hearth/tests in XDG_CACHE_HOME)
# HEARTH_CLAUDE, HEARTH_CODEX  programs to use instead of the pinned ones
# Tests that take many minutes are left out; `tests/run_python.sh -m long` runs those.
# The last line is pytest's summary.
set -eu
tests=$(cd "$(dirname "$0")" && pwd)
cache=${HEARTH_TEST_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/hearth/tests}
mkdir -p "$cache"

# Done once per version of the lists: the folder's name holds their hash.
key() { cat "$@" | sha256sum | cut -c 1-16; }

venv=$cache/venv-$(key "$tests/clients/requirements.txt")
if [ ! -e "$venv/ready" ]; then
    rm -rf "$venv"
    python3 -m venv "$venv"
    "$venv/bin/pip" install --quiet --disable-pip-version-check -r "$tests/clients/requirements.txt"
    touch "$venv/ready"
fi

if [ -z "${HEARTH_CLAUDE:-}" ] || [ -z "${HEARTH_CODEX:-}" ]; then
    npm_folder=$cache/npm-$(key "$tests/clients/package.json" "$tests/clients/package-lock.json")
    if [ ! -e "$npm_folder/ready" ]; then
        rm -rf "$npm_folder"
        mkdir -p "$npm_folder"
        cp "$tests/clients/package.json" "$tests/clients/package-lock.json" "$npm_folder"
        # Downloaded and checked against the lock file, nothing of it is run here. The programs are
        # native ones, so that no particular Node is needed.
        (cd "$npm_folder" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >&2)
        touch "$npm_folder/ready"
    fi
    modules=$npm_folder/node_modules
    if [ -z "${HEARTH_CLAUDE:-}" ]; then
        for HEARTH_CLAUDE in "$modules"/@anthropic-ai/claude-code-linux-*/claude; do :; done
    fi
    if [ -z "${HEARTH_CODEX:-}" ]; then
        for HEARTH_CODEX in "$modules"/@openai/codex-linux-*/vendor/*/bin/codex; do :; done
    fi
    export HEARTH_CLAUDE HEARTH_CODEX
fi

export PYTHONDONTWRITEBYTECODE=1
cd "$tests"
exec "$venv/bin/python" -m pytest -p no:cacheprovider "$@"
