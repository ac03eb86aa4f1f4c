#!/bin/sh
# A device registers in each dialect and talks through its tunnel; renews,
# takes a new key, and gives its lease back.
. "${TOP:-.}/regress/lib.sh"
private "$@"
. "$TOP/regress/suite.sh"

no_peer() {		# NAME KEY
	wg show wg0 peers >"$WORK/peers"
	check_status "$1" 1 grep -qxF "$2" "$WORK/peers"
}

pki_init
suite_conf
suite_start
for d in d1 d2; do
	dev_add "$d"
	cert "$d" "smart-toilet-${d#d}"
done
pub=$(ctl -j show networks | jq -r '.networks[0].public_key')

# autowg's dialect
is "POST: 200" "$(dev_post d1 d1)" 200
cp "$WORK/d1.body" "$WORK/d1.first"
ip=$(sed -n 's/^ip=//p' "$WORK/d1.body")
printf 'endpoint=%s:51820\npubkey=%s\nroute=fde3:25fb:7f6c::/48\nip=%s\nkeepalive=25\n' \
    "$GW" "$pub" "$ip" >"$WORK/want"
check "POST: autowg's five lines, and no byte more" \
    cmp "$WORK/d1.body" "$WORK/want"
like "POST: an address of the pool" "$ip" '^fde3:25fb:7f6c:1:'
check "POST: the answer makes a tunnel" dev_apply d1
check "POST: a ping through it" dev_ping d1
is "the peer in WireGuard has its addresses and no others" \
    "$(wg show wg0 allowed-ips | sed 's|100.64.1.[0-9]*/32|V4|')" \
    "$(printf '%s\tV4 %s/128' "$(cat "$WORK/d1.pub")" "$ip")"
# native
is "PUT: 201 for a new lease" "$(dev_put d2 d2)" 201
check "PUT: the answer makes a tunnel" dev_apply d2
check "PUT: a ping through it" dev_ping d2
gw4=100.64.0.1
in_ns d2 ip route replace "$gw4/32" dev wg0
in_ns d2 wg set wg0 peer "$pub" allowed-ips "fde3:25fb:7f6c::/48,$gw4/32"
check "PUT: IPv4 goes through it as well" \
    wait_for 5 in_ns d2 ping -q -c 1 -W 1 "$gw4"
is "PUT again: 200" "$(dev_put d2 d2)" 200
is "GET: 200" "$(dev_curl d2 d2 "$SELF")" 200
is "GET: the name is the pattern's group" \
    "$(jq -r .name "$WORK/d2.body")" 2
is "GET: the key" "$(jq -r .public_key "$WORK/d2.body")" \
    "$(cat "$WORK/d2.pub")"

counted() {
	[ "$(ctl -j show status | jq .status.kernel_hand.peers)" = 2 ]
}
check "show status counts both peers soon" wait_for 4 counted

# renewing leaves the peer alone: its counters and handshake stay
rx=$(wg show wg0 transfer | awk -v k="$(cat "$WORK/d1.pub")" '$1 == k { print $2 }')
is "renewal: 200" "$(dev_post d1 d1)" 200
check "renewal: the same answer" cmp "$WORK/d1.body" "$WORK/d1.first"
now=$(wg show wg0 transfer | awk -v k="$(cat "$WORK/d1.pub")" '$1 == k { print $2 }')
check "renewal: the peer kept its counters" test "$now" -ge "$rx" -a "$rx" -gt 0

# a new key takes the old one's place
old=$(cat "$WORK/d1.pub")
dev_newkey d1
is "new key: 200" "$(dev_post d1 d1)" 200
check "new key: the address stays" cmp "$WORK/d1.body" "$WORK/d1.first"
check "new key: the tunnel moves to it" dev_ping d1
no_peer "new key: the old one is out of WireGuard" "$old"
is "new key: two peers" "$(wg show wg0 peers | wc -l)" 2

# release
is "DELETE: 204" "$(dev_curl d2 d2 -X DELETE "$SELF")" 204
no_peer "DELETE: the peer is out of WireGuard" "$(cat "$WORK/d2.pub")"
is "DELETE: then GET is 404" "$(dev_curl d2 d2 "$SELF")" 404
is "DELETE: sallyctl knows that it has ended" \
    "$(ctl -j show lease 2 | jq -r .leases[0].state)" expired
check_status "no lease of a name never seen: status 1" 1 ctl show lease 77

# revoke by the operator
check_status "revoke of nobody: status 1" 1 ctl revoke smart-toilet-99
like "revoke of nobody: says so" "$(cat "$WORK/out")" \
    'nobody is known as smart-toilet-99 .*nothing was changed'
is "revoke of nobody: nothing is noted" \
    "$(ctl -j show revoked | jq '.revoked | length')" 0
check "revoke of nobody, in advance" ctl revoke 99 force reason "not yet made"
check "and taken back" ctl approve 99
check "revoke by the certificate's name" \
    ctl revoke smart-toilet-1 reason "flushed"
is "revoke: it is the lease's name that is told" "$(cat "$WORK/out")" \
    "1 is denied and its lease has ended"
unlike "revoke: the peer is out of WireGuard" "$(wg show wg0 peers)" .
is "revoke: registering again is refused" "$(dev_post d1 d1)" 403
check "approve, by the proof" ctl approve cn:smart-toilet-1
is "approve: registering works again" "$(dev_post d1 d1)" 200
dev_apply d1
check "approve: the tunnel works again" dev_ping d1
finish
