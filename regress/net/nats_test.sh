#!/bin/sh
# The table of NATs, with a gateway that sees the endpoints at its rendezvous and
# agents that find out by themselves: each pair of open, cone and hard devices,
# two behind the same router, one with a port forwarded, and what becomes of a
# pair without a relay.
. "${TOP:-.}/regress/lib.sh"
private "$@"
. "$TOP/regress/suite.sh"
. "$TOP/regress/agents.sh"

RULES='{ pattern = "([a-z]+\\d)"; role = "device"; tenant = "acme";
	groups = [ "production" ]; }'
POLICY_o1='relay = true;'
pki_init
mesh_conf
suite_start
check "a tenant" ctl tenant add acme mesh on
check "a mesh for the group" ctl network add acme:prod group production

agent_add o1
agent_add o2
agent_nat c1 cone
agent_nat c2 cone
agent_nat h1 hard
agent_nat h2 hard
agent_nat f1 forwarded
agent_behind c3 c1 3
agent_behind h3 h1 3
agents_join o1
check "and may forward" wait_for 20 ctl set peer o1 net acme:prod relay on
agents_join o2 c1 c2 c3 h1 h2 h3 f1
# A port that is forwarded, nobody can see: the operator says so.
f1_wan=$(in_ns rf1 ip -4 -o address show dev wan |
    sed -n 's/.* inet \([0-9.]*\).*/\1/p')
check "f1 has an endpoint by its operator" ctl set peer f1 net acme:prod \
    endpoint "$f1_wan:51820"

paths() {		# NAME
	"$BIN/sallyctl" -s "$A/$1/ctl.sock" show paths
}
path_is() {		# NAME ADDRESS direct|relayed
	paths "$1" | grep -q " $2 $3 "
}

# Both ways at once, as people use it: each end pings, and neither loses.
pair() {		# NAME NAME direct|relayed
	eval "pair_a=\$$1 pair_b=\$$2"
	check "$1 reaches $2" wait_for 60 agent_ping "$1" "$pair_b" &&
	    check "$2 reaches $1" wait_for 60 agent_ping "$2" "$pair_a" &&
	    check "$1 to $2 is $3" wait_for 60 path_is "$1" "$pair_b" "$3" &&
	    check "$2 to $1 is $3" wait_for 60 path_is "$2" "$pair_a" "$3" || {
		paths "$1"
		paths "$2"
	}
}
while read -r a b how; do
	pair "$a" "$b" "$how"
done <<END
o1 o2 direct
o1 c1 direct
o2 c1 direct
o1 h1 direct
o2 h1 direct
c1 c2 direct
c1 c3 direct
c3 c2 direct
c1 h1 relayed
c3 h2 relayed
c2 h2 relayed
h1 h2 relayed
h3 h2 relayed
h1 h3 direct
f1 o2 direct
f1 c1 direct
f1 h1 direct
f1 h2 direct
END

# What nobody has asked for does not come in, and nothing has come of it: the
# tests above do not pass because the routers let everything through.
check "a router lets in nothing but answers" sh -c \
    "! nsenter -t $ns_o2 -n ping -c 1 -W 1 $f1_wan"

# Without the relay, the pairs that need it are told to be apart, and the others
# do not notice.
check "o1 is a relay no more" ctl set peer o1 net acme:prod relay off
# shellcheck disable=SC2154
apart() {
	! agent_ping c1 "$h1" && path_is c1 "$h1" unreachable
}
check "c1 cannot reach h1, and is told" wait_for 30 apart
# shellcheck disable=SC2154
check "c1 and c2 have theirs" agent_ping c1 "$c2"
finish
