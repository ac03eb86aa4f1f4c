#!/bin/sh
# What others take away behind our back is put right, and what is not ours is
# left alone.
. "${TOP:-.}/regress/lib.sh"
private "$@"
. "$TOP/regress/suite.sh"

pki_init
suite_conf
suite_start
dev_add d1
cert d1 smart-toilet-1
check "enrol" dev_enrol d1
check "ping" dev_ping d1
key=$(cat "$WORK/d1.pub")

drift() {
	ctl -j show status | jq -r .status.kernel_hand.drift
}

has_peer() {
	wg show wg0 peers | grep -qxF "$key"
}

has_addr() {
	ip -6 -o address show dev wg0 | grep -qF "$GW6/48"
}

has_route() {
	ip -6 route show dev wg0 | grep -q '^fde3:25fb:7f6c::/48'
}

is_up() {
	ip link show wg0 2>/dev/null | grep -q '[<,]UP[,>]'
}

before=$(drift)
wg set wg0 peer "$key" remove
check "a peer removed by others comes back" wait_for 10 has_peer
check "and the tunnel with it" dev_ping d1

wg set wg0 peer "$key" allowed-ips ""
check "its addresses come back" wait_for 10 dev_ping d1

ip address delete "$GW6/48" dev wg0
check "an address comes back" wait_for 10 has_addr
check "and the tunnel with it" dev_ping d1

ip route flush dev wg0 2>/dev/null
ip -6 route flush dev wg0 2>/dev/null
check "routes come back" wait_for 10 has_route
check "and the tunnel with them" dev_ping d1

ip link set wg0 down
check "the link comes up again" wait_for 10 is_up
check "and the tunnel with it" wait_for 10 dev_ping d1

after=$(drift)
check "drift is counted ($before, then $after)" test "$after" -gt "$before"

foreign=$(wg genkey | wg pubkey)
wg set wg0 peer "$foreign" allowed-ips 10.66.0.0/24
wg set wg0 peer "$key" remove
check "beside a foreign peer ours comes back" wait_for 10 has_peer
like "the foreign peer stays" "$(wg show wg0 allowed-ips)" \
    "^$foreign	10.66.0.0/24\$"

ip link delete wg0
again() {
	is_up && has_peer && has_addr
}
check "a deleted interface comes back with its peers" wait_for 20 again
check "and the tunnel with it" wait_for 20 dev_ping d1
finish
