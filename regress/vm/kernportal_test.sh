#!/bin/sh
# The portal with the kernel's WireGuard, in a real Debian kernel: its interface
# taken over, and its sync while processes and the interface go away.

if [ "$1" != inside ]; then
	sh "$TOP/regress/vm/vm" -t 2400 env O="$O" TOP="$TOP" BIN="$BIN" \
	    sh "$TOP/regress/vm/kernportal_test.sh" inside
	status=$?
	[ $status -eq 126 ] && { echo "skip kernportal: see above"; exit 0; }
	exit $status
fi

modprobe wireguard
st=0
sh "$TOP/regress/net/takeover_test.sh" || st=1
PORTAL_PEERS=500 sh "$TOP/regress/net/portalsync_test.sh" || st=1
exit $st
