#!/bin/sh
# Two devices behind NATs that cannot reach the rendezvous: STUN servers tell
# where they are, and they meet directly.  The servers are asked from the port
# of the network, not more often than said, and not at all when the rendezvous
# answers or the tenant does not want it.
. "${TOP:-.}/regress/lib.sh"
private "$@"
. "$TOP/regress/suite.sh"
. "$TOP/regress/agents.sh"
command -v python3 >/dev/null || skip_all "no python3"

GW2=192.0.2.2
RULES='{ pattern = "(a\\d+)"; role = "device"; tenant = "acme";
	groups = [ "production" ]; }'
pki_init
mesh_conf
ip address add "$GW2/32" dev lo
ip address add "$GW/32" dev lo
# Nobody gets to the rendezvous.
nft -f - <<END || skip_all "no nftables here"
table inet away {
	chain in {
		type filter hook input priority -10;
		udp dport 51819 drop
	}
}
END
spawn stun python3 "$TOP/regress/net/stunserver.py" "$WORK/asked" \
    "$GW:3478" "$GW2:3479"
check "STUN servers" wait_for 10 grep -q ready "$WORK/asked"
suite_start
check "a tenant" ctl tenant add acme
check "may have meshes" ctl set tenant acme mesh on \
    stun "127.0.0.1:3478,$GW:3478,$GW2:3479"
check "a mesh for the group" ctl network add acme:prod group production

agent_nat a1 cone
agent_nat a2 cone
# What a server could have a device ask of itself.
spawn own in_ns a1 python3 "$TOP/regress/net/stunserver.py" "$WORK/own" \
    127.0.0.1:3478
check "a server on the device" wait_for 10 grep -q ready "$WORK/own"
agents_join a1 a2

asked() {		# ERE
	grep -Eq "$1" "$WORK/asked"
}
endpoint() {		# NAME: with its source
	ctl -j show members net acme:prod | jq -r --arg n "$1" \
	    '.members[] | select(.device == $n) | "\(.endpoint) \(.endpoint_source)"'
}
is_stun() {		# NAME
	case $(endpoint "$1") in
	198.51.100.*:51820\ stun) return 0 ;;
	*) return 1 ;;
	esac
}
for a in a1 a2; do
	check "the server has $a from STUN" wait_for 60 is_stun $a
done
check "it is asked from the port of the network" \
    asked "^$GW:3478 198\.51\.100\.[0-9]+:51820\$"
check "so is the other" asked "^$GW2:3479 198\.51\.100\.[0-9]+:51820\$"
is "nothing else is sent" "$(grep -c odd "$WORK/asked")" 0
is "no host asks itself" "$(grep -c 127.0.0.1: "$WORK/own")" 0
check "a1 reaches a2" wait_for 60 agent_ping a1 "$a2"
check "a2 reaches a1" wait_for 60 agent_ping a2 "$a1"
like "directly" "$(in_ns a1 wg show spm0 endpoints)" \
    '198\.51\.100\.[0-9]+:51820'
ctl_a1() {
	"$BIN/sallyctl" -s "$A/a1/ctl.sock" "$@"
}
nat_is_cone() {
	ctl -j show members net acme:prod | jq -e \
	    '[.members[] | select(.nat == "cone")] | length == 2'
}
check "two servers that agree: the NAT keeps ports" wait_for 90 nat_is_cone

# Not more often than each 25 s, three packets to each server at most.
count() {
	grep -c ':51820$' "$WORK/asked"
}
n=$(count) t0=$(now_ms)
more() {
	[ "$(count)" -ge $((n + 4)) ]
}
check "they are asked again, which keeps the mapping" wait_for 60 more
check "within bounds" test $(($(count) - n)) -le \
    $(((($(now_ms) - t0) / 25000 + 2) * 2 * 2 * 3))

# A NAT that gives each destination another port.
nat_is a2 hard
is_hard() {
	ctl -j show members net acme:prod | jq -e \
	    '.members[] | select(.device == "a2") | .nat == "hard"'
}
check "two servers that differ: it does not" wait_for 120 is_hard
nat_is a2 cone

# The rendezvous comes back and is better.
nft delete table inet away
is_met() {
	case $(endpoint "$1") in
	*\ rendezvous) return 0 ;;
	*) return 1 ;;
	esac
}
check "the rendezvous takes over" wait_for 90 is_met a1
check "for a2, too" wait_for 90 is_met a2
quiet() {
	quiet_n=$(count)
	sleep 30
	[ "$(count)" = "$quiet_n" ]
}
check "and nobody asks STUN servers any more" wait_for 60 quiet
finish
