# SPDX-License-Identifier: ISC
# Orders to leased_drv, and what its answers must show; for leased*_test.sh.

LEASED=${LEASED:-$BIN/leased} DRV=$O/regress/leased_drv
WORK=${WORK:-$(mktemp -d)}

# Give orders to a fresh driver; $WORK/out has the answers.
drive() {
	timeout -k 1 300 "$DRV" "$LEASED" <"$1" >"$WORK/out" 2>"$WORK/log"
}
# The orders of the here-document, behind the usual beginning.
begin() {		# DIR
	mkdir -p "$WORK/$1"
	printf 'set dir %s\nset pools %s\nset addrs %s\n' "$WORK/$1" \
	    fd00:1::/64,10.9.0.0/24 fd00:1::1/48,10.9.0.1/24
}
# A scene (orders.awk) from the standard input, played with a fresh driver, or
# by $DRIVE in its way.
scene() {		# DIR
	cat >"$WORK/scene"
	{ begin "$1"; with_scene; } >"$WORK/orders"
	${DRIVE:-drive} "$WORK/orders"
	judge
}
with_scene() {		# [ANSWERS-BEFORE OUT]
	awk -f "$TOP/regress/proc/orders.awk" -v check="${1:-0}" \
	    "$TOP/common/ipc/leasecode.h" "$TOP/common/ipc/msg.h" \
	    "$WORK/scene" ${2:+"$2"}
}
# The answers to its orders, which stand behind the three of begin.
judge() {
	with_scene 3 "$WORK/out" >"$WORK/judged"
	cat "$WORK/judged"
	grep -q '^FAIL' "$WORK/judged" || return 0
	fails=$((fails + 1))
	tail -n 15 "$WORK/log" | sed 's/^/    /'
}
said() { grep -Eq -- "$1" "$WORK/out"; }
logged() { grep -Eq -- "$1" "$WORK/log"; }
nth() { grep -E -- "$1" "$WORK/out" | sed -n "$2p"; }
shows() {		# NAME ERE
	if said "$2"; then ok "$1"; else
		fail "$1: not found: $2"
		tail -n 15 "$WORK/out" "$WORK/log" | sed 's/^/    /'
	fi
}
tells() {		# NAME ERE
	if logged "$2"; then ok "$1"; else
		fail "$1: not logged: $2"
		tail -n 15 "$WORK/log" | sed 's/^/    /'
	fi
}
