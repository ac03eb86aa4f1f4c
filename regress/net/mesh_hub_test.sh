#!/bin/sh
# A network with a hub: its members see the hub alone and reach each other by
# it, behind NATs that would let nothing through directly; a member that is no
# hub sees no other.
. "${TOP:-.}/regress/lib.sh"
private "$@"
. "$TOP/regress/suite.sh"
. "$TOP/regress/agents.sh"

RULES='{ pattern = "(a\\d+)"; role = "device"; tenant = "acme";
	groups = [ "production" ]; }'
pki_init
mesh_conf
suite_start
check "a tenant" ctl tenant add acme mesh on
check "a network with hubs" ctl network add acme:star topology hub \
    group production

POLICY_a1='relay = true;'
agent_add a1
agent_nat a2 hard
agent_nat a3 hard
agents_join a1 a2 a3
peers() {		# NAME
	in_ns "$1" wg show spm0 allowed-ips
}
check_status "without a hub nobody is reached" 1 agent_ping a2 "$a3"
place() {
	ctl -j show members net acme:star | jq -r \
	    '.members[] | select(.device == "a1") | .endpoint' |
	    grep -q '^198\.51\.100\.'
}
check "the server knows where a1 is" wait_for 60 place
hub_on() {
	ctl set peer a1 net acme:star hub on endpoint \
	    "$(in_ns a1 ip -4 -o address show dev eth0 |
	    sed 's/.* inet \([0-9.]*\).*/\1/'):51820"
}
check "a1 becomes the hub" hub_on
check "a2 reaches the hub" wait_for 60 agent_ping a2 "$a1"
check "a3 reaches the hub" wait_for 60 agent_ping a3 "$a1"
check "a2 reaches a3 by it" wait_for 60 agent_ping a2 "$a3"
check "a3 reaches a2 by it" wait_for 60 agent_ping a3 "$a2"
net=$(echo "$a1" | sed 's/\.[0-9]*$/.0\/24/')
has_net() {
	peers "$1" | grep -q "$net"
}
check "a2 has the whole network at the hub" wait_for 10 has_net a2
unlike "and not a3 itself" "$(peers a2)" "$a3/32"
like "the hub has both" "$(peers a1 | tr '\n' ' ')" "$a2/32.*$a3/32|$a3/32.*$a2/32"
is "a network with a hub has the narrower MTU" \
    "$(in_ns a2 ip -o link show dev spm0 |
    sed -n 's/.* mtu \([0-9]*\) .*/\1/p')" 1380
finish
