#!/bin/sh
# The hand of a device with a hostile agentd, and a kernel in memory: what the
# policy of the device does not allow is refused and changes nothing.

# The leak checker of a sanitizer does what the sandbox forbids.
ASAN_OPTIONS=detect_leaks=0
export ASAN_OPTIONS
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
FAKE_KERN=$dir/state "$O/regress/mesh_drv" "$O/regress/netd-hand-fake" \
    "$dir/state" 2>"$dir/log" || {
	tail -n 40 "$dir/log"
	exit 1
}
