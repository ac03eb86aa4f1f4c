#!/bin/sh
# The rendezvous: members' keys are peers without addresses, and the others are
# told where a member is, as its own handshake shows.
. "${TOP:-.}/regress/lib.sh"
private "$@"
. "$TOP/regress/suite.sh"

CONFIG=https://$GW:8443/api/v1/self/config
MESH=https://$GW:8443/api/v1/self/mesh

put_key() {		# NAME
	dev_curl "$1" "$1" -X PUT -H 'Content-Type: application/json' \
	    -d "{\"public_key\":\"$(cat "$WORK/$1.pub")\"}" "$MESH/prod"
}

meet_peers() {
	wg show sprv0 peers 2>/dev/null | sort
}

has_peer() {		# KEY
	meet_peers | grep -qxF "$1"
}

no_peer() {		# KEY
	! has_peer "$1"
}

polled() {		# NAME
	[ "$(dev_curl "$1" "$1" "$CONFIG")" = 200 ]
}

told() {		# d2 is told where d1 is
	polled d2 && [ "$(jq -r '.networks[0].peers[0].endpoint' \
	    "$WORK/d2.body")" = 198.51.100.6:41000 ]
}

RULES='{ pattern = "(d\\d+)"; role = "device"; tenant = "acme";
	groups = [ "production" ]; }'
pki_init
mesh_conf
suite_start
for d in d1 d2; do
	dev_add $d
	cert $d $d
done
check "a tenant" ctl tenant add acme mesh on
check "d1 comes" wait_for 10 polled d1
check "d2 comes" wait_for 10 polled d2
check "a mesh" ctl network add acme:prod group production
invited() {
	polled "$1" && [ "$(jq '.networks | length' "$WORK/$1.body")" = 1 ]
}
check "d1 is invited" wait_for 10 invited d1
check "d2 is invited" wait_for 10 invited d2
is "nobody is at the rendezvous yet" "$(meet_peers)" ""
is "d1's key: 204" "$(put_key d1)" 204
is "d2's key: 204" "$(put_key d2)" 204
check "d1 is a peer of the rendezvous" wait_for 10 has_peer "$(cat "$WORK/d1.pub")"
check "d2 is a peer of the rendezvous" wait_for 10 has_peer "$(cat "$WORK/d2.pub")"
is "without addresses" "$(wg show sprv0 allowed-ips | awk '{ print $2 }' |
    sort -u)" "(none)"

# d1 shakes hands with the rendezvous, from its own port.
check "d1 asks again" wait_for 10 polled d1
key=$(jq -r '.networks[0].rendezvous.key' "$WORK/d1.body")
is "the rendezvous has this key" "$key" "$(wg show sprv0 public-key)"
is "and this address" "$(jq -r '.networks[0].rendezvous.endpoint' \
    "$WORK/d1.body")" "$GW:51819"
check "d1's tunnel to it" in_ns d1 wg set wg0 listen-port 41000 peer "$key" \
    endpoint "$GW:51819" persistent-keepalive 1
check "d2 is told where d1 is" wait_for 60 told
old=$(role_pid netd-hand)
kill -KILL "$old"
check "the hand is there again" wait_for 20 role_new netd-hand "$old"
check "the peers are there again" wait_for 20 has_peer "$(cat "$WORK/d1.pub")"
is "d1 leaves: 204" "$(dev_curl d1 d1 -X DELETE "$MESH/prod")" 204
check "and is no peer any more" wait_for 10 no_peer "$(cat "$WORK/d1.pub")"
check "d2 still is" has_peer "$(cat "$WORK/d2.pub")"
finish
