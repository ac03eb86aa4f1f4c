#!/bin/sh
# The hand with as many networks as a configuration may have, each with its own
# way out, and a kernel in memory.

# The leak checker of a sanitizer does what the sandbox forbids.
ASAN_OPTIONS=detect_leaks=0
export ASAN_OPTIONS
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
FAKE_KERN=$dir/state "$O/regress/manynets_drv" "$O/regress/netd-hand-fake" \
    "$dir/state" 2>"$dir/log" || {
	tail -n 40 "$dir/log"
	exit 1
}
