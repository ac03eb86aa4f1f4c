#!/bin/sh
# A mesh from end to end, for somebody who sees it for the first time: a gateway
# and five devices in namespaces of their own, four of them behind NATs.
# Started by "make demo MESH=1", which has built before.
# usage: demo_mesh.sh

. "${TOP:=$(pwd)}/regress/lib.sh"
. "$TOP/regress/steps.sh"

# Each of these has a certificate, and a name for people.
ALL="tower alice bob carol office"

gateway() {
	pki_init && mesh_conf
}

# alice is in the same city as a printer, but only by the mesh: it stands in the
# office's own network, which nobody else has.
devices() {
	agent_add tower && agent_nat alice cone && agent_nat bob cone &&
	    agent_nat carol hard && agent_nat office cone &&
	    ns_add printer &&
	    ns_link office lan0 192.168.77.1/24 printer eth0 192.168.77.10/24
}

mesh() {
	ctl tenant add acme mesh on &&
	    ctl network add acme:prod group production
}

# The relay comes first, as an operator has to say that it is one.
relay_up() {
	agent_start tower
	wait_for 20 agent_addr tower &&
	    wait_for 10 ctl set peer tower net acme:prod relay on
}

joined() {
	for joined_d in alice bob carol office; do
		agent_start "$joined_d"
	done
	for joined_d in $ALL; do
		wait_for 30 agent_addr "$joined_d" || {
			echo "$joined_d has not joined"
			return 1
		}
		eval "$joined_d=\$(agent_addr $joined_d)"
	done
}

# What she sees on her own device; m1 is the tower.
alice_shows() {
	say
	say "      alice\$ sallyctl -s /run/sallyport-agent/ctl.sock $*"
	"$BIN/sallyctl" -s "$A/alice/ctl.sock" "$@" | sed 's/^/      /'
	say
}

# How NAME sees the way to OTHER: direct or relayed.
path_is() {		# NAME OTHER HOW
	eval "path_to=\$$2"
	"$BIN/sallyctl" -s "$A/$1/ctl.sock" show paths |
	    grep -q " $path_to $3 "
}

reaches() {		# NAME OTHER HOW
	eval "reaches_to=\$$2"
	wait_for 20 agent_ping "$1" "$reaches_to" || {
		echo "$1 does not reach $2 ($reaches_to)"
		return 1
	}
	wait_for 20 path_is "$1" "$2" "$3" || {
		echo "the way from $1 to $2 is not $3"
		"$BIN/sallyctl" -s "$A/$1/ctl.sock" show paths
		return 1
	}
}

direct() {
	reaches alice bob direct && reaches bob alice direct &&
	    reaches office alice direct && reaches carol tower direct
}

by_relay() {
	reaches alice carol relayed && reaches carol alice relayed
}

opens() {
	nat_is carol cone && reaches alice carol direct &&
	    reaches carol alice direct
}

printer() {
	ctl set peer office net acme:prod egress 192.168.77.0/24 &&
	    wait_for 20 agent_ping alice 192.168.77.10
}

# bob has not said in his own file that he wants it.
no_printer() {
	! agent_ping bob 192.168.77.10
}

pings() {		# NAME OTHER ...
	while [ $# -gt 0 ]; do
		eval "pings_to=\$$2"
		# shellcheck disable=SC2154
		spawn "ping_$1" in_ns "$1" ping -i 0.05 -W 5 "$pings_to"
		eval "ping_$1=$PID"
		wait_for 10 grep -q 'bytes from' "$WORK/ping_$1.log" || return 1
		shift 2
	done
}

# The ping of each goes on long enough to see a loss, and has none.
no_loss() {		# NAME ...
	PINGS_ALL=''
	for loss_d; do
		wait_for 10 ping_more "$loss_d" \
		    $(($(grep -c 'bytes from' "$WORK/ping_$loss_d.log") + 40))
		ping_end "$loss_d" || { echo "$loss_d: $PINGS"; return 1; }
		PINGS_ALL="$PINGS_ALL${PINGS_ALL:+; }$loss_d: $PINGS"
	done
}

agents_crash() {
	for crash_p in agentd netd-hand; do
		crash_pid=$(agent_pid alice $crash_p) || return 1
		kill -KILL "$crash_pid"
		wait_for 10 agent_new_pid alice $crash_p "$crash_pid" || return 1
	done
}

demonstrate() {
	T0=$(now_ms)
	step "a CA; a gateway that serves meshes, with a rendezvous" gateway
	step "five devices, each with a certificate and no configuration else" \
	    devices
	say "      tower    on the internet, willing to forward"
	say "      alice    behind a NAT that keeps ports"
	say "      bob      behind another one"
	say "      carol    behind a NAT that gives each destination another port"
	say "      office   behind a NAT, and beside it a printer: 192.168.77.10"
	suite_spawn
	step "gateway up, WireGuard ready" wait_for 20 suite_up
	step "a tenant, and a mesh for its group" mesh
	step "tower joins by its certificate, and is made the relay" relay_up
	step "the others join; nobody has told them of each other" joined
	step "pings between them go directly, through both NATs" direct
	step "between alice and carol no direct way exists: by the relay" \
	    by_relay
	alice_shows show paths
	step "alice prints in the office, as both their files allow" printer
	step "bob does not: his file says nothing of it" no_printer
	step "carol's NAT opens: she and alice go directly from now on" opens
	step "pings alice-bob and carol-alice, every 0.05 s" pings alice bob \
	    carol alice
	step "kill -9 of two of alice's processes: they are back" agents_crash
	step "kill -9 of the gateway, all of it: it stays away" suite_kill
	step "no packet was lost" no_loss alice carol
	say "      $PINGS_ALL"
	step "and all still reach all" direct
	say
	say "  (in $((($(now_ms) - T0 + 500) / 1000)) s)"
}

private "$@"
. "$TOP/regress/suite.sh"
. "$TOP/regress/agents.sh"
RULES='{ pattern = "([a-z]+)"; role = "device"; tenant = "acme";
	groups = [ "production" ]; }'
POLICY_tower='relay = true;'
POLICY_office='egress = [ "192.168.77.0/24" ]; egress_wan = "lan0";'
POLICY_alice='accept_routes = [ "192.168.77.0/24" ];'
demonstrate
say "demo: passed"
