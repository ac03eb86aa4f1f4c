#!/bin/sh
# The kernel hand as a process, with a kernel in memory.

dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
FAKE_KERN=$dir/state "$O/regress/kern_drv" "$BIN/netd-fake" "$dir/state"
