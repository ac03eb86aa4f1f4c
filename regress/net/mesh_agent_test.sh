#!/bin/sh
# The agent of a device, with a mesh server that the test writes: joining, what
# is asked with which cursor, changes without a gap, a start without the server,
# the end of each process, refusals at both ends.
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

server_start() {
	spawn server python3 "$TOP/regress/net/meshserver.py" 0.0.0.0 8443 \
	    "$PKI/server.crt" "$PKI/server.key" "$PKI/ca.crt" "$M"
	SERVER=$PID
}

logged() {		# NAME ERE
	grep -Eq "$2" "$WORK/agent_$1.log"
}

asked() {		# ERE
	grep -Eq "$1" "$M/log"
}

gone_net() {		# NAME
	! in_ns "$1" ip link show spm0
}

no_state() {		# NAME
	[ -z "$(ls "$A/$1/state/agent" 2>/dev/null | grep net)" ]
}

AGENT_MORE='metrics: { address = "127.0.0.1:9587"; };'
pki_init
server_start
for a in a1 a2 a3; do
	agent_add "$a"
done
agent_start a1
agent_start a2

check "a1 has an address" wait_for 20 agent_addr a1
check "a2 has an address" wait_for 20 agent_addr a2
a1=$(agent_addr a1) a2=$(agent_addr a2)
check "a1 reaches a2" wait_for 20 agent_ping a1 "$a2"
check "a2 reaches a1" wait_for 20 agent_ping a2 "$a1"
check "what the kernel has is acknowledged" wait_for 10 \
    asked "^GET a1 \"1\\.5f3a\\.[12]:1[0-9]\""
check "the keys are made by the devices" wait_for 5 \
    asked "^PUT a2 /api/v1/self/mesh/$UUID"
# --- what it shows ---------------------------------------------------------

agentctl() {		# NAME WORD ...
	agentctl_a=$1; shift
	"$BIN/sallyctl" -s "$A/$agentctl_a/ctl.sock" "$@"
}

shows() {		# NAME ERE WORD ...
	shows_a=$1 shows_ere=$2; shift 2
	agentctl "$shows_a" "$@" | grep -Eq -- "$shows_ere"
}

check "show networks" wait_for 10 shows a1 spm0 show networks
check "show peers" wait_for 10 shows a1 "$a2" show peers
check "show paths" wait_for 40 shows a1 "^prod m[12] $a2 direct endpoint=198" \
    show paths net prod
check "show agent" wait_for 10 shows a1 'network prod id=.* members=1' \
    show agent
check_status "no other network" 1 agentctl a1 show paths net other
like "that is no gateway" "$(agentctl a1 show status 2>&1)" 'suite of a device'
is "as JSON" "$(agentctl a1 -j show networks | jq -r '.networks[0].state')" up

metric() {		# NAME ERE
	in_ns "$1" curl -s -m 5 http://127.0.0.1:9587/metrics |
	    grep -Eq -- "$2"
}
check "metrics: bytes" wait_for 40 metric a1 \
    "^wg_peer_bytes_rx\{network_id=\"$UUID\",peer_pubkey=\"[^\"]*=\"\} [1-9]"
check "metrics: the handshake" wait_for 40 metric a1 \
    '^wg_peer_last_handshake\{.*\} 1[0-9]{9}$'
check "metrics: the generation" wait_for 10 metric a1 \
    "^sallyport_agent_config_generation\{network_id=\"$UUID\"\} 1[0-9]"
is "metrics: nothing else" "$(in_ns a1 curl -s -o /dev/null -w '%{http_code}' \
    http://127.0.0.1:9587/)" 404

# --- changes ---------------------------------------------------------------

# A ping every 0.05 s from a1 to a2 in the background until ping_lost.
ping_on() {
	: >"$WORK/ping.log"
	spawn ping in_ns a1 ping -i 0.05 -W 5 "$a2"
	PING=$PID
	wait_for 10 ping_past 3
}
ping_past() {		# COUNT
	[ "$(grep -c 'bytes from' "$WORK/ping.log")" -gt "$1" ]
}
# End it after three more answers: how many were lost before the last one.
ping_lost() {
	wait_for 10 ping_past $(($(grep -c 'bytes from' "$WORK/ping.log") + 2))
	stop "$PING"
	awk -F 'icmp_seq=' '/bytes from/ { split($2, f, " ")
	    if (f[1] > max) max = f[1]
	    if (!seen[f[1]]++) n++ } END { print max - n }' "$WORK/ping.log"
}

peers() {		# NAME
	in_ns "$1" wg show spm0 peers | wc -l
}
has_peers() {		# NAME COUNT
	[ "$(peers "$1")" -eq "$2" ]
}

ping_on
agent_start a3
check "a3 joins" wait_for 20 agent_addr a3
a3=$(agent_addr a3)
check "a3 reaches a1" wait_for 20 agent_ping a3 "$a1"
check "a1 has it, too" wait_for 10 has_peers a1 2

# The end of each process of a1, while a2 is pinged.
for p in agentd netd-hand apid-key; do
	pid=$(agent_pid a1 $p)
	kill -KILL "$pid"
	check "$p is started again" wait_for 20 agent_new_pid a1 $p "$pid"
done
check "it goes on from where it was" wait_for 30 \
    asked '^GET a1 "1\.5f3a\.[0-9]+:[0-9]+"'
is "no packet is lost by a member that joins and by the end of a process" \
    "$(ping_lost)" 0

# Another member goes.
agent_stop a3
touch "$M/remove.a3"
check "a member that has gone is no peer" wait_for 20 has_peers a1 1

# --- without the server ----------------------------------------------------

ping_on
stop "$SERVER"
check "the end of the server is told" wait_for 20 logged a1 'server: '
is "the tunnels stay without it" "$(ping_lost)" 0
agent_stop a1
in_ns a1 ip link del spm0
agent_start a1
check "a start without the server has the mesh" wait_for 30 \
    agent_ping a1 "$a2"
: >"$M/log"
server_start

# It has forgotten who was there: its generations begin anew.
check "a server that has lost everything is told again" wait_for 60 \
    asked "^PUT a1 /api/v1/self/mesh/$UUID"
check "and a1 reaches a2 again" wait_for 60 agent_ping a1 "$a2"

# --- refusals --------------------------------------------------------------

ping_on
echo 403 >"$M/refuse"
touch "$M/touch.a1"
check "a server that does not know the device is told of" wait_for 90 \
    logged a1 'server: it answers with status 403'
is "the tunnels stay" "$(ping_lost)" 0
rm "$M/refuse"
agent_stop a1
agent_start a1
check "a1 is back" wait_for 30 agent_ping a1 "$a2"

# What the policy of the device does not allow is refused there and reported.
echo '{"addresses":["10.9.9.9"]}' >"$M/member.a2"
touch "$M/touch.a2"
check "an address outside of the policy is refused" wait_for 30 \
    logged a1 'refused here: '
check "and reported" wait_for 30 grep -q '^a1 .*"error": "accept' "$M/reports"
unlike "and not there" "$(in_ns a1 wg show spm0 allowed-ips)" 10.9.9.9
rm "$M/member.a2"
touch "$M/touch.a2"
check "what is allowed again is there" wait_for 90 agent_ping a1 "$a2"

# The server wants what is not in the policy: a default route, what the host is
# connected to, a role, an endpoint that is the device itself.  The network goes
# on without it, and the kernel has none of it.
routes() {
	in_ns a1 sh -c 'ip route show table all; ip -6 route show table all
	    ip rule; ip -6 rule; cat /proc/sys/net/ipv4/ip_forward' |
	    grep -v '^local\|^broadcast\|^multicast'
}
told() {		# MEMBER'S FACTS
	echo "$1" >"$M/member.a2"
	: >"$M/log"
	touch "$M/touch.a2"
	wait_for 90 asked '^GET a1 "1'
}
routes >"$WORK/routes"
for p in 0.0.0.0/0 ::/0 128.0.0.0/1 10.0.0.0/8 198.51.100.0/24 127.0.0.0/8; do
	check "a server that pushes $p is asked again" \
	    told "{\"egress\":[\"$p\"],\"role\":[\"relay\",\"egress\"]}"
	routes >"$WORK/routes2"
	check "and a1 has no other route" diff "$WORK/routes" "$WORK/routes2"
	unlike "nor another prefix" "$(in_ns a1 wg show spm0 allowed-ips)" \
	    "[[:blank:]]$p|/0"
done
for e in 127.0.0.1:22 169.254.169.254:80 "100.64.1.2:51820" \
    "$(in_ns a1 ip -4 -o address show dev eth0 |
    sed 's/.* inet \([0-9.]*\).*/\1/'):22"; do
	: >"$M/reports"
	check "a member with the endpoint $e" told \
	    "{\"endpoint\":\"$e\",\"local\":[]}"
	unlike "is not called there" "$(in_ns a1 wg show spm0 endpoints)" "$e"
	unlike "and does not have the network refused" \
	    "$(cat "$M/reports")" '^a1 .*"error"'
done
rm "$M/member.a2"
touch "$M/touch.a2"
check "without all that a2 is there again" wait_for 90 agent_ping a1 "$a2"

# Garbage changes nothing.
ping_on
echo '{"schema":1,"epoch":"5f3a","networks":[{"id":"../../etc/passwd"}]}' \
    >"$M/raw"
touch "$M/touch.a1"
check "a wrong answer is refused with a text" wait_for 60 \
    logged a1 'server: the id of a network is no UUID'
is "and changes nothing" "$(ping_lost)" 0
rm "$M/raw"

# A network that the server has no more is left; an operator asked it to.
check "leave" wait_for 60 agentctl a1 leave prod
check "the server hears it" wait_for 20 asked "^DELETE a1 "
check "a network that is gone is left" wait_for 90 gone_net a1
check "its state is gone, too" wait_for 10 no_state a1
finish
