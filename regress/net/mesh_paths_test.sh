#!/bin/sh
# Pairs of devices behind NATs of all kinds, with real packets: who goes direct,
# who by the relay, and how they change when a NAT opens or a path breaks in one
# direction.  The server of the test tells the addresses that it sees.
. "${TOP:-.}/regress/lib.sh"
private "$@"
. "$TOP/regress/suite.sh"
. "$TOP/regress/agents.sh"
command -v python3 >/dev/null || skip_all "no python3"

UUID=6f1c0a52-0b7e-4d5e-9d8f-0123456789ab
M=$WORK/mesh
mkdir -p "$M"
echo "{\"uuid\":\"$UUID\",\"name\":\"prod\",\"prefix\":\"100.64.1.%d\",
    \"epoch\":\"5f3a\"}" >"$M/net.json"

# What the agent of NAME says of the way to ADDRESS.
path_is() {		# NAME ADDRESS direct|relayed
	"$BIN/sallyctl" -s "$A/$1/ctl.sock" show paths |
	    grep -q " $2 $3 "
}

longest_gap() {		# FILE: the most pings in a row without an answer
	awk -F 'icmp_seq=' '/bytes from/ { split($2, f, " ")
	    if (last && f[1] - last - 1 > max) max = f[1] - last - 1
	    last = f[1] } END { print max + 0 }' "$1"
}

pki_init
spawn server python3 "$TOP/regress/net/meshserver.py" 0.0.0.0 8443 \
    "$PKI/server.crt" "$PKI/server.key" "$PKI/ca.crt" "$M"
POLICY_rel='relay = true;'
agent_add rel
agent_nat c1 cone
agent_nat c2 cone
agent_nat h1 hard
agent_nat h2 hard
echo '{"relay":true,"role":["relay"]}' >"$M/member.rel"
for a in c1 c2; do
	echo '{"nat":"cone"}' >"$M/member.$a"
done
for a in h1 h2; do
	echo '{"nat":"hard"}' >"$M/member.$a"
done
agents_join rel c1 c2 h1 h2

# The table of NATs.
# shellcheck disable=SC2154
while read -r from to how; do
	eval "addr=\$$to"
	check "$from reaches $to" wait_for 30 agent_ping "$from" "$addr"
	check "$from to $to is $how" wait_for 30 path_is "$from" "$addr" "$how"
done <<END
c1 rel direct
rel h1 direct
c1 c2 direct
c2 c1 direct
c1 h1 relayed
h1 c2 relayed
h1 h2 relayed
END

# A NAT opens: the pair goes direct.
spawn ping in_ns c1 ping -i 0.05 -W 5 "$h1"
PING=$PID
wait_for 10 grep -q 'bytes from' "$WORK/ping.log"
nat_is h1 cone
check "a pair goes direct when its NAT opens" wait_for 20 \
    path_is c1 "$h1" direct
check "at both ends" wait_for 20 path_is h1 "$c1" direct
pings=$(grep -c 'bytes from' "$WORK/ping.log")
more_pings() {
	[ "$(grep -c 'bytes from' "$WORK/ping.log")" -gt $((pings + 40)) ]
}
check "and is used" wait_for 20 more_pings
gap=$(longest_gap "$WORK/ping.log")
# The NAT has forgotten its entries: until h1 sends to the relay again, which it
# does each 25 s at least, nothing reaches it there.
check "with a gap below a minute ($gap pings of 0.05 s)" [ "$gap" -lt 1200 ]

# Then nothing comes from c1 to h1 any more but by the relay.
in_ns rc1 nft insert rule ip nat through oifname wan ip daddr \
    "$(in_ns rh1 ip -4 -o address show dev wan | awk '{ sub(/\/.*/, "", $4); print $4 }')" \
    udp dport 51820 drop
check "a path that breaks in one direction is left by one end" wait_for 40 \
    path_is h1 "$c1" relayed
check "and by the other" wait_for 40 path_is c1 "$h1" relayed
check "the relay carries them again" wait_for 20 agent_ping c1 "$h1"
stop "$PING"
finish
