#!/bin/sh
# A portal's interface taken over, with the kernel's WireGuard: what
# regress/net/takeover_test.sh shows, in a real Debian kernel.

sh "$TOP/regress/vm/vm" -t 400 env O="$O" TOP="$TOP" BIN="$BIN" \
    sh -c 'modprobe wireguard; exec sh "$TOP/regress/net/takeover_test.sh"'
status=$?
[ $status -eq 126 ] && { echo "skip portal: see above"; exit 0; }
exit $status
