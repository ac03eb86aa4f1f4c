#!/bin/sh
# A device that refuses one of its networks has the changes of the other one as
# soon as everybody else.
. "${TOP:-.}/regress/lib.sh"
private "$@"
. "$TOP/regress/suite.sh"
. "$TOP/regress/agents.sh"

RULES='{ pattern = "(a\\d+)"; role = "device"; tenant = "acme"; }'
pki_init
mesh_conf
suite_start
check "a tenant" ctl tenant add acme mesh on
check "a network that a1 refuses" ctl network add acme:bad cidr 100.70.9.0/24
check "one that it takes" ctl network add acme:good cidr 100.70.8.0/24
for n in bad good; do
	check "a1 in $n" ctl member add acme:$n a1
done
agent_add a1
# It is connected to what the network wants.
in_ns a1 sh -c 'ip link add vx type veth peer name vy &&
    ip address add 100.70.9.77/24 dev vx && ip link set vx up &&
    ip link set vy up'
agent_start a1
a1_has() {		# COUNT: peers in its networks besides the rendezvous
	[ "$(in_ns a1 sh -c 'wg show all allowed-ips' 2>/dev/null |
	    grep -c '100\.70\.8\.')" = "$1" ]
}
check "a1 refuses it" logged 'network bad: refused here: route conflict' \
    "$WORK/agent_a1.log"
good_acked() {
	ctl -j show members net acme:good behind | jq -e '.members == []'
}
check "the other network is acknowledged" wait_for 60 good_acked

# Members come one after the other; each is there soon, however often a1 was
# refused by then.
agent_add a2
agent_add a3
for n in 2 3; do
	check "a$n in good" ctl member add acme:good a$n
	agent_start a$n
	check "a$n joins" wait_for 30 agent_addr a$n
	check "a1 has it soon" wait_for 5 a1_has $((n - 1))
done
finish
