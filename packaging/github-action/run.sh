#!/usr/bin/env bash
# The step of action.yml: `hearth` must be on the PATH. Its exit code is the agent's.
set -euo pipefail

options=(--output-format json --permission-mode "$INPUT_PERMISSION_MODE" --max-time "$INPUT_MAX_TIME")
if [ -n "$INPUT_MODEL" ]; then options+=(--model "$INPUT_MODEL"); fi
if [ -n "$INPUT_CHECK" ]; then options+=(--check "$INPUT_CHECK"); fi

answer=$RUNNER_TEMP/hearth.json
code=0
hearth -p "$INPUT_TASK" "${options[@]}" >"$answer" || code=$?

python3 - "$answer" <<'PYTHON'
import json
import os
import sys
import uuid

with open(sys.argv[1]) as file:
    answer = json.load(file)
end = uuid.uuid4()  # no text can end an output early
with open(os.environ["GITHUB_OUTPUT"], "a") as outputs:
    outputs.write(f"result<<{end}\n{answer['result']}\n{end}\nsession={answer['session_id']}\n")
usage = answer["usage"]
with open(os.environ["GITHUB_STEP_SUMMARY"], "a") as summary:
    summary.write(f"{answer['result']}\n\n{answer['num_turns']} requests, "
                  f"{answer['duration_ms'] / 1000:.0f} s, {usage['output_tokens']} tokens written\n")
PYTHON
exit "$code"
