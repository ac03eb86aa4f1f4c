#!/bin/sh
# An interface that others made is adopted with its key, its port and its
# foreign peers, which nobody touches (invariant 2).
. "${TOP:-.}/regress/lib.sh"
private "$@"
. "$TOP/regress/suite.sh"

ADOPT=true
ADDRESS=
pki_init

# As wg-quick would have left it: two peers of its own, one within our pools.
mkdir -p "$S"
wg_here || skip_all "no WireGuard here"
(umask 077 && wg genkey >"$WORK/old.key" && wg genpsk >"$WORK/psk")
foreign4=$(wg genkey | wg pubkey)
foreign6=$(wg genkey | wg pubkey)
stale=$(wg genkey | wg pubkey)
wg set wg0 private-key "$WORK/old.key" listen-port 51999
wg set wg0 peer "$foreign4" preshared-key "$WORK/psk" \
    endpoint 203.0.113.9:1234 persistent-keepalive 21 \
    allowed-ips 10.66.0.0/24,10.67.0.1/32
wg set wg0 peer "$foreign6" allowed-ips fd66::/64
wg set wg0 peer "$stale" allowed-ips fde3:25fb:7f6c:1::77/128
ip address add 10.66.0.254/24 dev wg0
ip address add "$GW6/128" dev wg0 nodad
ip link set wg0 up

foreign() {
	wg show wg0 dump | awk -F '\t' -v a="$foreign4" -v b="$foreign6" \
	    '$1 == a || $1 == b { print $1, $2, $3, $4, $8 }' | sort
}
foreign >"$WORK/before"
suite_conf
suite_start
dev_add d1
cert d1 smart-toilet-1

is "its private key stays" "$(wg show wg0 private-key)" \
    "$(cat "$WORK/old.key")"
is "its port stays" "$(wg show wg0 listen-port)" 51999
like "its address stays" "$(ip -4 -o address show dev wg0)" 10.66.0.254/24
is "sallyctl says that it is adopted" \
    "$(ctl -j show networks | jq -r '.networks[0].adopted')" true
no_stale() {
	! wg show wg0 peers | grep -qxF "$stale"
}
check_status "a peer wholly inside our pools may be claimed" 1 no_stale
foreign >"$WORK/after"
check "foreign peers stay after the start" \
    diff "$WORK/before" "$WORK/after"
check "enrol" dev_enrol d1
like "the answer has its port" "$(cat "$WORK/d1.body")" \
    "^endpoint=$GW:51999\$"
check "ping" dev_ping d1
is "sallyctl counts the foreign peers" \
    "$(ctl -j show networks | jq -r '.networks[0].foreign')" 2

# A device that asks with a foreign peer's key must not take it over.
st=$(dev_curl d1 d1 -d "$foreign4" "$REGISTER")
unlike "a foreign peer's key is not leased" "$st" '^200$'
foreign >"$WORK/after"
check "foreign peers stay then" diff "$WORK/before" "$WORK/after"
has_own_key() {
	ctl -j show leases | jq -e --arg key "$(cat "$WORK/d1.pub")" \
	    '[.leases[] | .public_key == $key and .state == "active"] == [true]'
}
check "the device has its own key as before" wait_for 5 has_own_key
check "and its tunnel" dev_ping d1

has_routes() {
	ip -6 route show dev wg0 | grep -q "^fde3:25fb:7f6c:1::/64 proto 83" &&
	    ip route show dev wg0 | grep -q "^100.64.1.0/24 proto 83"
}
check "routes to the pools carry our number" has_routes
ip route flush dev wg0 proto 83
ip -6 route flush dev wg0 proto 83
check "routes taken by others come back" wait_for 10 has_routes
check "ping over them" dev_ping d1

role_kill netd-hand || fail "there is no other hand"
check "ping after a crash of the hand" dev_ping d1
check_status "one that nobody has claimed yet stays in that time" 1 no_stale
ctl drop unclaimed >/dev/null
check "and goes when the operator says so" wait_for 10 no_stale
ctl revoke 1 >/dev/null
foreign >"$WORK/after"
check "foreign peers stay after crash and revocation" \
    diff "$WORK/before" "$WORK/after"
suite_stop
foreign >"$WORK/after"
check "foreign peers stay after the stop" diff "$WORK/before" "$WORK/after"
finish
