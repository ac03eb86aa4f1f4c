#!/bin/sh
# A gateway's mesh and the agents of devices: they join by their certificates
# and their group, find each other through the rendezvous, and reach each other
# behind NATs; the end of the server, of each of its processes and of theirs
# costs no packet.
. "${TOP:-.}/regress/lib.sh"
private "$@"
. "$TOP/regress/suite.sh"
. "$TOP/regress/agents.sh"

RULES='{ pattern = "(a\\d+)"; role = "device"; tenant = "acme";
	groups = [ "production" ]; }'
pki_init
mesh_conf
suite_start
check "a tenant" ctl tenant add acme
check "may have meshes" ctl set tenant acme mesh on
check "a mesh for the group" ctl network add acme:prod group production

agent_add a1
agent_nat a2 cone
agent_nat a3 cone
agents_join a1 a2 a3

# Each two of them, in both directions.
meets() {		# NAME NAME ADDRESS
	check "$1 reaches $2" wait_for 60 agent_ping "$1" "$3"
}
meets a1 a2 "$a2"
meets a2 a1 "$a1"
# Both are behind NATs, and there is no relay: a2 has a3 asked to call it, and
# does not wait for the next report, which comes each minute.
begun=$(now_ms)
meets a2 a3 "$a3"
took=$(($(now_ms) - begun))
check "within a minute ($took ms)" test $took -lt 60000
meets a3 a2 "$a2"
meets a1 a3 "$a3"
meets a3 a1 "$a1"

members() {		# STATE: how many
	ctl -j show members net acme:prod | jq --arg s "$1" \
	    '[.members[] | select(.state == $s)] | length'
}
are_active() {
	[ "$(members active)" = 3 ]
}
check "three active members" wait_for 10 are_active
nobody_behind() {
	[ "$(ctl -j show members net acme:prod behind |
	    jq '.members | length')" = 0 ]
}
check "nobody is behind" wait_for 30 nobody_behind

# --- the end of processes ----------------------------------------------------

spawn ping in_ns a2 ping -i 0.1 -W 5 "$a3"
PING=$PID
answered() {		# COUNT
	[ "$(grep -c 'bytes from' "$WORK/ping.log")" -gt "$1" ]
}
check "a ping runs" wait_for 10 answered 3
for p in agentd netd-hand apid-key; do
	pid=$(agent_pid a2 $p)
	kill -KILL "$pid"
	check "$p of a2 is started again" wait_for 20 agent_new_pid a2 $p "$pid"
done
for p in leased apid; do
	role_kill $p
	check "the gateway is up without its $p of before" wait_for 20 suite_up
done
agent_add a4
agent_start a4
check "a4 joins a gateway whose processes were killed" wait_for 60 agent_addr a4
a4=$(agent_addr a4)
meets a4 a2 "$a2"
suite_stop
check "the ping goes on without the server" wait_for 20 answered \
    $(($(grep -c 'bytes from' "$WORK/ping.log") + 30))
stop "$PING"
lost=$(awk -F 'icmp_seq=' '/bytes from/ { split($2, f, " ")
    if (f[1] > max) max = f[1]
    if (!seen[f[1]]++) n++ } END { print max - n }' "$WORK/ping.log")
is "no packet was lost" "$lost" 0

# A boot without the server.
agent_stop a2
in_ns a2 ip link del spm0 2>/dev/null
agent_start a2
check "a2 starts without the server" wait_for 30 agent_addr a2
meets a2 a1 "$a1"
finish
