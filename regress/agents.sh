# Devices with the agent: a namespace, a cable to the test's own one, which
# forwards between them, and the real suite of processes.  Source lib.sh and
# suite.sh first, call private and pki_init, then
#
#	. "$TOP/regress/agents.sh"
#	agent_add a1; agent_start a1; agent_addr a1
#
# POLICY_NAME has further words of the policy of that device.

A=$WORK/agents
agents=0
AGENT_URL=https://$GW:8443/

# A device without an agent yet, and its certificate.
agent_add() {		# NAME [CN]
	agents=$((agents + 1))
	[ "$agents" -gt 1 ] || {
		ip address replace "$GW/32" dev lo
		echo 1 >/proc/sys/net/ipv4/ip_forward
	}
	ns_add "$1"
	eval "agent_ns=\$ns_$1"
	ip link add "v$1" type veth peer name eth0 netns "$agent_ns" &&
	    ip address add "198.51.100.$((agents * 4 + 1))/30" dev "v$1" &&
	    ip link set "v$1" up &&
	    in_ns "$1" ip address add "198.51.100.$((agents * 4 + 2))/30" \
	    dev eth0 &&
	    in_ns "$1" ip link set eth0 up &&
	    in_ns "$1" ip route add default via \
	    "198.51.100.$((agents * 4 + 1))" &&
	    cert "$1" "${2:-$1}" || { fail "device $1"; exit 1; }
	mkdir -p "$A/$1"
	agent_conf "$1"
}

agent_conf() {		# NAME
	eval "agent_policy=\$POLICY_$1"
	cat >"$A/$1/agent.conf" <<-END
	agent: { server = "$AGENT_URL"; certificate = "$PKI/$1.crt";
	    key = "$PKI/$1.key"; ca = "$PKI/ca.crt";
	    state_dir = "$A/$1/state"; };
	policy: { accept = [ "100.64.0.0/10", "fd00::/8" ];
	    $agent_policy };
	ctl_socket = "$A/$1/ctl.sock";
	$AGENT_MORE
	END
	chmod 600 "$A/$1/agent.conf"
}

agent_start() {		# NAME
	mkdir -p "$A/$1/state"
	# shellcheck disable=SC2086
	spawn "agent_$1" in_ns "$1" "$BIN/sallyport-agent" -d $NOUSER -L "$BIN" \
	    -f "$A/$1/agent.conf"
	eval "agent_$1=$PID"
}

# Start the agents of these devices and wait until each has joined: its address
# is in the variable of its name.
agents_join() {		# NAME ...
	for join_a; do
		agent_start "$join_a"
	done
	for join_a; do
		check "$join_a joins" wait_for 30 agent_addr "$join_a"
		eval "$join_a=\$(agent_addr $join_a)"
	done
}

# The suite of a device NAME in the test's own namespace, with a server that
# nobody is: SUITE, as role_pid and others use it.
agent_here() {		# NAME
	mkdir -p "$A/$1/state"
	[ -e "$PKI/$1.crt" ] || cert "$1" "$1"
	agent_conf "$1"
	# shellcheck disable=SC2086
	spawn netd "$BIN/sallyport-agent" -d $NOUSER -L "$BIN" \
	    -f "$A/$1/agent.conf"
	SUITE=$PID
	wait_for 20 agent_answers "$1" || {
		fail "the suite of a device does not come up"
		exit 1
	}
}
agent_answers() {	# NAME
	"$BIN/sallyctl" -s "$A/$1/ctl.sock" show agent
}

agent_stop() {		# NAME
	eval "stop \$agent_$1"
}

# The child of that name of a device's suite.
agent_pid() {		# NAME PROGRAM
	eval "agent_parent=\$agent_$1"
	for agent_p in $(cat "/proc/$agent_parent/task/$agent_parent/children" \
	    2>/dev/null); do
		[ "$(tr '\0' '\n' <"/proc/$agent_p/cmdline" 2>/dev/null)" = \
		    "$2" ] || continue
		gone "$agent_p" || { echo "$agent_p"; return 0; }
	done
	return 1
}

agent_new_pid() {	# NAME PROGRAM PID
	agent_now=$(agent_pid "$1" "$2") && [ "$agent_now" != "$3" ]
}

# Its address in its first network.
agent_addr() {		# NAME
	in_ns "$1" ip -4 -o address show dev spm0 2>/dev/null |
	    sed -n 's/.* inet \([0-9.]*\).*/\1/p' | grep .
}

agent_ping() {		# NAME ADDRESS
	in_ns "$1" ping -q -c 1 -W 1 "$2"
}

# --- behind a NAT ----------------------------------------------------------

# A device NAME behind a router of its own, rNAME: "cone" keeps ports, "hard"
# gives each destination another one, "forwarded" is cone and lets the first port
# of the agent in.
agent_nat() {		# NAME cone|hard|forwarded
	agents=$((agents + 1))
	eval "agent_lan_$1=192.168.$agents"
	ip address replace "$GW/32" dev lo
	echo 1 >/proc/sys/net/ipv4/ip_forward
	ns_add "r$1" && ns_add "$1"
	eval "agent_ns=\$ns_$1 agent_r=\$ns_r$1"
	ip link add "v$1" type veth peer name wan netns "$agent_r" &&
	    ip address add "198.51.100.$((agents * 4 + 1))/30" dev "v$1" &&
	    ip link set "v$1" up &&
	    in_ns "r$1" ip address add "198.51.100.$((agents * 4 + 2))/30" \
	    dev wan &&
	    in_ns "r$1" ip link set wan up &&
	    in_ns "r$1" ip route add default via \
	    "198.51.100.$((agents * 4 + 1))" &&
	    in_ns "r$1" ip link add lan type bridge &&
	    in_ns "r$1" ip address add "192.168.$agents.1/24" dev lan &&
	    in_ns "r$1" ip link set lan up &&
	    in_ns "r$1" sh -c 'echo 1 >/proc/sys/net/ipv4/ip_forward' &&
	    nat_is "$1" "$2" && nat_device "$1" "$1" 2 ||
	    { fail "device $1"; exit 1; }
}

# Another device behind the router of OTHER; N is the end of its address.
agent_behind() {	# NAME OTHER N
	ns_add "$1"
	nat_device "$1" "$2" "$3" || { fail "device $1"; exit 1; }
}

nat_device() {		# NAME OWNER OF THE ROUTER, N
	eval "agent_ns=\$ns_$1 agent_r=\$ns_r$2 agent_lan=\$agent_lan_$2"
	# shellcheck disable=SC2154
	in_ns "r$2" ip link add "lan$3" type veth peer name eth0 \
	    netns "$agent_ns" &&
	    in_ns "r$2" ip link set "lan$3" master lan up &&
	    in_ns "$1" ip address add "$agent_lan.$3/24" dev eth0 &&
	    in_ns "$1" ip link set eth0 up &&
	    in_ns "$1" ip route add default via "$agent_lan.1" &&
	    cert "$1" "$1" || return 1
	mkdir -p "$A/$1"
	agent_conf "$1"
}

# What the router of NAME does from now on, also with what it has open.  The
# router itself drops what nobody asked for: else the first packet of another
# device would make an entry that is in the way of our own (its port is taken).
nat_is() {		# NAME cone|hard|forwarded
	nat_how='' nat_in=''
	[ "$2" != hard ] || nat_how=fully-random
	eval "nat_lan=\$agent_lan_$1"
	# shellcheck disable=SC2154
	[ "$2" != forwarded ] ||
	    nat_in="iifname \"wan\" udp dport 51820 dnat to $nat_lan.2"
	in_ns "r$1" nft -f - <<-END
	table ip nat
	delete table ip nat
	table ip nat {
		chain in {
			type filter hook input priority 0;
			iifname "wan" ct state new drop
		}
		chain through {
			type filter hook forward priority 0; policy drop;
			iifname "lan" accept
			ct state established,related accept
			ct status dnat accept
		}
		chain forwarded {
			type nat hook prerouting priority -100;
			$nat_in
		}
		chain out {
			type nat hook postrouting priority 100;
			oifname "wan" masquerade $nat_how
		}
	}
	END
	# Masquerading forgets what it had when its interface goes.
	in_ns "r$1" ip link set wan down &&
	    in_ns "r$1" ip link set wan up &&
	    in_ns "r$1" ip route replace default via "$(in_ns "r$1" \
	    ip -4 -o address show dev wan | awk '{ split($4, a, "[./]")
	    print a[1] "." a[2] "." a[3] "." a[4] - 1 }')"
}
