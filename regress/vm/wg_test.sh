#!/bin/sh
# The kernel back end in a real Debian kernel: one boot for all of it.

vm=$TOP/regress/vm/vm

if [ "$1" != inside ]; then
	sh "$vm" -t 1200 env O="$O" TOP="$TOP" sh "$TOP/regress/vm/wg_test.sh" inside
	status=$?
	case $status in
	126) echo "skip kernel: see above"; exit 0 ;;
	esac
	exit $status
fi

. "$TOP/regress/lib.sh"
hand=$O/regress/kernhand

say() {		# NAME STATUS
	[ "$2" -eq 0 ] && echo "ok $1" || echo "FAIL $1"
}

# The monitor has started, and told all that was before, once it tells of this.
told() {		# NAME
	ip link add "$1" type dummy
	ip link delete "$1"
	grep -q "$1" "$WORK/monitor.log"
}

# Duplicate address detection changes flags.
settled() {
	! ip address | grep -q tentative
}

state() {
	ip -d link | sed 's/ state [A-Z]*//'
	ip -d addr
	ip -d route show table all
	ip -d -6 route show table all
	ip -d rule
	ip -d -6 rule
	nft list ruleset
	[ "$1" != wg ] || wg showconf wgsp0
}

# Nothing has loaded the module: making a link must.
! grep -q '^wireguard ' /proc/modules; say "module is not loaded yet" $?
"$hand" peers || echo "FAIL peers: status $?"
grep -q '^wireguard ' /proc/modules; say "module is loaded by a link" $?

VERBOSE=1 "$hand" interrupted >/tmp/interrupted 2>&1
grep -E '^(ok|FAIL|#)' /tmp/interrupted
grep -q 'dump interrupted' /tmp/interrupted; say "dumps were interrupted" $?
echo "# $(grep -c 'dump interrupted' /tmp/interrupted) times"

# What the hand leaves is there for the next one, which changes nothing.
"$hand" fill
[ "$(wg show wgsp0 peers | wc -l)" -eq 300 ]
say "peers stay when the hand leaves" $?
spawn monitor ip -o monitor
wait_for 30 told begin0
"$hand" fill
wait_for 30 told end0
stop "$PID"
! grep -Ev 'begin0|end0' "$WORK/monitor.log"
say "a second start changes no link, address or route" $?
ip -d link show wgsp0 | grep -q 'alias sp:devices'; say "alias" $?
ip route show proto 83 | grep -q '^100.65.0.0/16 dev wgsp0'
say "route of the pool" $?
ip route show table 42 | grep -q '^unreachable default .*metric 4278190080'
say "unreachable behind the egress" $?
ip rule | grep -q 'iif wgsp0 lookup 42'; say "rule of the egress" $?
ip -6 rule | grep -q 'iif wgsp0 lookup 42'; say "IPv6 rule of the egress" $?
nft list table inet sallyport >/tmp/nft
grep -q 'oifname "wgsp0" counter name "isolate_devices" drop' /tmp/nft
say "devices are isolated" $?
[ "$(grep -c masquerade /tmp/nft)" -eq 2 ]; say "masquerade of both pools" $?
[ "$(grep -c 'maxseg size set rt mtu' /tmp/nft)" -eq 2 ]
say "segment size clamped both ways" $?
"$hand" undo; say "undo of a full interface" $?

# Back to the byte.
ip link add other type dummy
ip addr add 192.0.2.1/24 dev other
ip link set other up
ip route add 198.51.100.0/24 dev other proto 99
ip rule add from 192.0.2.7 lookup 77
wait_for 30 settled
state >/tmp/before
"$hand" undo; say "undo of a fresh interface" $?
state >/tmp/after
cmp /tmp/before /tmp/after || diff /tmp/before /tmp/after
say "undo puts links, addresses, routes and rules back" \
    "$(cmp -s /tmp/before /tmp/after; echo $?)"

# An interface of others, with peers of others.
ip link add wgsp0 type wireguard
wg genkey >/tmp/key
wg set wgsp0 private-key /tmp/key listen-port 40404
wg set wgsp0 peer "$(wg genkey | wg pubkey)" allowed-ips 203.0.113.0/24 \
    endpoint 192.0.2.9:1 persistent-keepalive 60
wg set wgsp0 peer "$(wg genkey | wg pubkey)" allowed-ips 2001:db8:7::/48
wg set wgsp0 peer "$(wg genkey | wg pubkey)"
ip addr add 10.99.0.1/24 dev wgsp0
ip link set wgsp0 up
wait_for 30 settled
state wg >/tmp/before
wg show wgsp0 dump >/tmp/foreign
"$hand" adopt || echo "FAIL adopt: status $?"
[ "$(wg show wgsp0 listen-port)" = 40404 ]; say "adopted: port kept" $?
[ "$(wg show wgsp0 private-key)" = "$(cat /tmp/key)" ]
say "adopted: key kept" $?
tail -n +2 /tmp/foreign | cut -f1,3,4,8 | sort >/tmp/f1
wg show wgsp0 dump | tail -n +2 | grep -F "$(tail -n +2 /tmp/foreign |
    cut -f1)" | cut -f1,3,4,8 | sort >/tmp/f2
cmp -s /tmp/f1 /tmp/f2; say "adopted: foreign IPv4 and IPv6 peers untouched" $?
"$hand" adopt-undo; say "adopted: undo" $?
state wg >/tmp/after
cmp /tmp/before /tmp/after || diff /tmp/before /tmp/after
say "adopted: undo puts everything back" \
    "$(cmp -s /tmp/before /tmp/after; echo $?)"
