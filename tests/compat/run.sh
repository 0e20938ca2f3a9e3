#!/bin/sh
# tests/compat/run.sh [pytest arguments]: the tests of llama.cpp's own server against Hearth, from the
# source that the engine was built of. The environment is that of tests/run_python.sh.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
build=${HEARTH_BUILD:-$here/../../build/release}
HEARTH_LLAMA_SERVER_TESTS=$(cat "$build/engine-source-dir")/tools/server/tests
export HEARTH_LLAMA_SERVER_TESTS PYTHONPATH="$here"
files=
for name in basic chat_completion completion tokenize tool_call template infill \
    compat_anthropic compat_oai_responses security rerank; do
    files="$files $HEARTH_LLAMA_SERVER_TESTS/unit/test_$name.py"
done
# shellcheck disable=SC2086 # one word for each file
exec "$here/../run_python.sh" -p hearth_as_llama_server -c "$HEARTH_LLAMA_SERVER_TESTS/pytest.ini" \
    --rootdir "$HEARTH_LLAMA_SERVER_TESTS" --import-mode=prepend -W ignore "$@" $files
