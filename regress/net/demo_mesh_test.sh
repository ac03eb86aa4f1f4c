#!/bin/sh
# The demonstration of a mesh passes, as root and in a user namespace.
. "${TOP:-.}/regress/lib.sh"

shown() {		# NAME COMMAND ...
	shown_name=$1; shift
	"$@" >"$WORK/demo.out" 2>&1
	is "$shown_name: it passes" $? 0 || sed 's/^/    /' "$WORK/demo.out"
	is "$shown_name: its last word" "$(tail -n 1 "$WORK/demo.out")" \
	    "demo: passed"
	like "$shown_name: no packet is lost" "$(cat "$WORK/demo.out")" \
	    'no packet was lost +ok'
}

unshare -mn true 2>/dev/null || unshare -Urmn true 2>/dev/null ||
    skip_all "no network and mount namespaces here"
if [ "$(id -u)" -eq 0 ]; then
	shown "as root" sh "$TOP/regress/net/demo_mesh.sh"
	as="setpriv --reuid 65534 --regid 65534 --clear-groups"
else
	as=''
fi
# shellcheck disable=SC2086
if $as unshare -Urmn test -x "$BIN/netd" 2>/dev/null; then
	shown "in a user namespace" $as env TMPDIR=/tmp \
	    sh "$TOP/regress/net/demo_mesh.sh"
else
	skip "in a user namespace" "there are none for this user"
fi
finish
