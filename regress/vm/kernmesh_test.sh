#!/bin/sh
# A mesh with the kernel's WireGuard, in a real Debian kernel: the members at the
# rendezvous, a full tunnel, and a hub with a thousand members.

if [ "$1" != inside ]; then
	sh "$TOP/regress/vm/vm" -t 1200 env O="$O" TOP="$TOP" BIN="$BIN" \
	    sh "$TOP/regress/vm/kernmesh_test.sh" inside
	status=$?
	[ $status -eq 126 ] && { echo "skip kernmesh: see above"; exit 0; }
	exit $status
fi

if [ -z "$LIB_PRIVATE" ]; then
	modprobe wireguard
	sysctl -qw net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.default.rp_filter=0
fi
. "$TOP/regress/lib.sh"
private "$@"
. "$TOP/regress/suite.sh"
. "$TOP/regress/agents.sh"

RULES='{ pattern = "([a-z]+\\d)"; role = "device"; tenant = "acme";
	groups = [ "production" ]; }'
POLICY_a1='egress = [ "0.0.0.0/0" ]; egress_wan = "eth0"; relay = true;'
POLICY_a2='full_tunnel = "prod";'
pki_init
mesh_conf
suite_start
check "a tenant" ctl tenant add acme mesh on
check "a mesh" ctl network add acme:prod group production
agent_add a1
agent_nat a2 cone
agent_nat a3 cone
agents_join a1 a2 a3
is_kernel() {		# IF [NS]
	if [ -n "$2" ]; then
		in_ns "$2" ip -d link show "$1" | grep -q ' wireguard '
	else
		ip -d link show "$1" | grep -q ' wireguard '
	fi
}
check "the rendezvous is the kernel's" is_kernel sprv0
check "a device's interface is the kernel's" is_kernel spm0 a2

# --- the rendezvous: peers without addresses, seen by their handshakes --------

met() {
	[ "$(wg show sprv0 dump | awk -F '\t' 'NR > 1 && $3 != "(none)" &&
	    $4 == "(none)" && $5 > 0' | wc -l)" = 3 ]
}
check "three members without addresses, with endpoint and handshake" \
    wait_for 30 met || wg show sprv0
meet_key=$(wg show sprv0 public-key)
meet_peer() {		# NAME: allowed-ips, keepalive of the rendezvous there
	in_ns "$1" wg show spm0 dump | awk -F '\t' -v k="$meet_key" '$1 == k {
	    print $4, $8 }'
}
is "the rendezvous at a2: no addresses, and kept alive" "$(meet_peer a2)" \
    "(none) 25"
# shellcheck disable=SC2154
check "a2 reaches a3" wait_for 30 agent_ping a2 "$a3"
# shellcheck disable=SC2154
check "a3 reaches a1" wait_for 30 agent_ping a3 "$a1"
a3_wan=$(in_ns ra3 ip -4 -o address show dev wan |
    sed -n 's/.* inet \([0-9.]*\).*/\1/p')
seen_from() {
	in_ns a2 wg show spm0 endpoints | grep -q "[[:space:]]$a3_wan:"
}
check "by the endpoint that its router gave it" wait_for 20 seen_from

# --- the full tunnel -----------------------------------------------------------

fwmark() {
	in_ns a2 wg show spm0 fwmark
}
is "no mark without a full tunnel" "$(fwmark)" off
check "a1 is the way to the internet" ctl set peer a1 net acme:prod \
    egress 0.0.0.0/0
marked() {
	[ "$(fwmark)" = 0x7370004d ] &&
	    in_ns a2 ip rule | grep -q suppress_prefixlength &&
	    in_ns a2 ip route show table $((0x7370004d)) |
	    grep -q '^default dev spm0'
}
check "WireGuard's own packets are marked" wait_for 30 marked || {
	ctl show members net acme:prod
	in_ns a2 ip rule
}
rules=$(in_ns a2 ip rule)
like "what is not marked goes to the table" "$rules" \
    'not from all fwmark 0x7370004d lookup'
like "behind what the main table has" "$rules" \
    'lookup main suppress_prefixlength 0'
table=$(in_ns a2 ip route show table $((0x7370004d)))
like "the default is the tunnel" "$table" '^default dev spm0'
like "and behind it nothing" "$table" '^unreachable default'
# The far end of the gateway's cable to a3's router: a2 reaches it by the tunnel,
# and a1 by its own uplink.
uplink=198.51.100.13
nft -f - <<-END
	table ip seen {
		chain in {
			type filter hook input priority 0;
			icmp type echo-request ip saddr 198.51.100.6 accept
			icmp type echo-request counter drop
		}
	}
END
check "a2 reaches the internet through a1" wait_for 20 agent_ping a2 $uplink
like "and by no other way" "$(nft list table ip seen)" 'packets 0 bytes 0 drop'
nft delete table ip seen
agent_stop a2
suite_stop
for a in a1 a3; do agent_stop $a; done

# --- a hub with a thousand members ---------------------------------------------

M=$WORK/mesh
mkdir -p "$M"
echo '{"uuid":"6f1c0a52-0b7e-4d5e-9d8f-0123456789ab","name":"big",
    "prefix":"100.64.1.%d","len":"/16","epoch":"5f3a","topology":"hub"}' \
    >"$M/net.json"
echo 1000 >"$M/crowd"
echo '{"hub":true,"role":["hub"]}' >"$M/member.hub1"
POLICY_hub1='relay = true;'
agent_add hub1
spawn server python3 "$TOP/regress/net/meshserver.py" 0.0.0.0 8443 \
    "$PKI/server.crt" "$PKI/server.key" "$PKI/ca.crt" "$M"
agent_start hub1
peers() {
	[ "$(in_ns hub1 wg show spm0 allowed-ips 2>/dev/null |
	    grep -c '100\.64\.')" = "$1" ]
}
t0=$(now_ms)
check "a hub has a thousand members" wait_for 60 peers 1000 || {
	in_ns hub1 wg show spm0 allowed-ips | head -n 3
	cat "$M/log"
}
echo "# after $(($(now_ms) - t0)) ms"
in_ns hub1 wg show spm0 allowed-ips | sort >"$WORK/before"
touch "$M/remove.crowd500"
check "one leaves" wait_for 20 peers 999
in_ns hub1 wg show spm0 allowed-ips | sort >"$WORK/after"
is "and nobody else changes" "$(diff "$WORK/before" "$WORK/after" |
    grep -c '^[<>]')" 1
pid=$(agent_pid hub1 netd-hand)
kill -KILL "$pid"
check "its hand is killed and comes back" wait_for 20 agent_new_pid hub1 \
    netd-hand "$pid"
check "the members stay" wait_for 20 peers 999
finish
