#!/bin/sh
# Subnets behind two peers with the kernel's WireGuard, in a real Debian kernel:
# site to site in both families, a kill of each process, and teardown.

if [ "$1" != inside ]; then
	sh "$TOP/regress/vm/vm" -t 2400 env O="$O" TOP="$TOP" BIN="$BIN" \
	    sh "$TOP/regress/vm/kernsubnets_test.sh" inside
	status=$?
	[ $status -eq 126 ] && { echo "skip kernsubnets: see above"; exit 0; }
	exit $status
fi

modprobe -a wireguard nf_tables
BACKEND=kernel SUBNETS_BRIEF=1 sh "$TOP/regress/net/subnets_test.sh"
