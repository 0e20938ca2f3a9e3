#!/usr/bin/env bash
# build_time.sh: how long our own code compiles, from clean and after a change in one file. The engine
# is built before (its cache is shared) and does not count.
set -euo pipefail
cd "$(dirname "$0")/.."
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cmake --preset release -B "$folder" -DHEARTH_TESTS=OFF -DHEARTH_BENCH=OFF >/dev/null

# Nothing is changed in the sources: a file's object is removed, which builds the same.
timed() { # timed WHAT GOAL
  local began=$SECONDS
  cmake --build "$folder" --target hearth >/dev/null
  local took=$((SECONDS - began))
  printf '%-34s %4d s%s\n' "$1" "$took" "$([ "$took" -le "$2" ] || echo "  missed: the goal is $2 s")"
}
echo "$(nproc) cores"
timed "from clean" 240
for changed in gateway/server engine/scheduler wire/anthropic_decode cli/serve_command; do
  find "$folder" -name "${changed##*/}.cpp.o" -path "*/${changed%/*}/*" -delete
  timed "after a change in $changed.cpp" 20
done
