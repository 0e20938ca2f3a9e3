#!/bin/sh
# fetch_llama.sh VERSION INTEGRITY DIR: llama.cpp's source tree into DIR/source, out of the git
# bundle inside npm's node-llama-cpp@VERSION, whose SHA-512 must be INTEGRITY (as in the lock file).
set -eu
version=$1 integrity=$2 dir=$3
work=$dir/fetch
rm -rf "$work" "$dir/source.part"
mkdir -p "$work"
cd "$work"
npm pack --silent "node-llama-cpp@$version" >/dev/null
archive=$work/node-llama-cpp-$version.tgz
found=sha512-$(openssl dgst -sha512 -binary "$archive" | openssl base64 -A)
if [ "$found" != "$integrity" ]; then
    echo "node-llama-cpp@$version is not the pinned package: expected $integrity, got $found" >&2
    exit 1
fi
tar xzf "$archive" package/llama/gitRelease.bundle
git -c advice.detachedHead=false clone --quiet package/llama/gitRelease.bundle "$dir/source.part"
mv "$dir/source.part" "$dir/source"
cd "$dir"
rm -rf "$work"
