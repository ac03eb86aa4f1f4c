# The parts of the benchmark about leases with a term and the way out: many
# nodes of Yggdrasil that renew in the same second, as the original's client
# does, and what it costs to forward a packet.  Source it after servers.sh and
# figures.sh.

# --- many nodes renew in the same second ------------------------------------

# What the original, autoygg-server, was measured with.
ORIGINAL_RPS=674

# Run the clients; LINE is what they say.
burst() {		# OPTION ...
	LINE=$(taskset -c "$CLIENT" "$O/bench/burst" "$@" \
	    2>"$WORK/burst.err") || broken "burst $*: $(cat "$WORK/burst.err")"
	[ -z "$VERBOSE" ] || { echo "$LINE"; cat "$WORK/burst.err"; } >&2
}

# A line of a round: "ERRORS P50 P99 LAST RATE US".
burst_note() {
	printf '%s %s %s %s %s %s ' "$(val errors)" "$(val p50_us)" \
	    "$(val p99_us)" "$(val max_us)" "$(val rps)" "$(val server_us)"
}

nodes_gw() {
	GW_RULES=", { proof = \"address\"; pattern = \"[23][0-9a-f]{2}:[0-9a-f:]+\";
	    role = \"device\"; network = \"spb5\"; }"
	GW_LISTEN=", { address = \"[$YGG_GW]:$YGG_PORT\"; api = [ \"autoygg\" ];
	    proof = \"address\"; }"
	# Two connections for each, and whoever waits, as nginx has room for.
	GW_LIMITS='connections = 16384; pending = 16384;'
	gw e
	gw_conf
	gw_start
	GW_RULES='' GW_LISTEN='' GW_LIMITS=''
	# They come one after the other for the first time.
	burst -s 6000 "$YGG_GW" $YGG_PORT register 0 10000
	[ "$(val errors)" -eq 0 ] ||
	    broken "nodes: not all register: $(cat "$WORK/burst.err")"
	wait_for 20 gw_holds 10000 || broken "nodes: $(status '')"
}

# Beside nginx, which answers the same client and does nothing.
nodes() {
	nodes_gw
	e_cpu=$(gw_cpu)
	for n in 1000 10000; do
		for round in 1 2 3; do
			# shellcheck disable=SC2086
			{
				burst $NGINX_CPU "$YGG_NGINX" $YGG_PORT renew \
				    0 $n
				burst_note
				sleep 1
				burst $e_cpu "$YGG_GW" $YGG_PORT renew 0 $n
				burst_note
				echo
			} >>"$WORK/nodes$n" || exit 1
		done
		f=$WORK/nodes$n
		figure "nodes_${n}_nginx_p99" "$(median "$f" '$3 / 1000')" ms
		figure "nodes_${n}_p50" "$(median "$f" '$8 / 1000')" ms
		case $n in
		1000) figure nodes_1000_p99 "$(median "$f" '$9 / 1000')" ms \
		    max 500 ;;
		*) figure "nodes_${n}_p99" "$(median "$f" '$9 / 1000')" ms ;;
		esac
		figure "nodes_${n}_refused" \
		    "$(awk '{ n += $7 } END { print n }' "$f")" of_$((3 * n)) \
		    max 0
		figure "nodes_${n}_vs_nginx" "$(median "$f" '$6 / $12')" ratio
	done
	figure nodes_10000_nginx_last "$(median "$f" '$4 / 1000000')" s
	figure nodes_10000_last "$(median "$f" '$10 / 1000000')" s max 3
	figure nodes_10000_nginx_rate "$(median "$f" '$5')" 1/s
	figure nodes_10000_rate "$(median "$f" '$11')" 1/s min \
	    $((10 * ORIGINAL_RPS))
	figure nodes_10000_rate_vs_original \
	    "$(median "$f" "\$11 / $ORIGINAL_RPS")" ratio min 10
	for r in apid leased netd-hand; do
		figure "node_cpu_$r" "$(val ${r}_us)" us
	done
	if tracing_begin; then
		# shellcheck disable=SC2086
		burst -T "$tracing" $e_cpu "$YGG_GW" $YGG_PORT renew 0 10000
		umount "$tracing"
		figure nodes_10000_fdatasyncs "$(val leased_fdatasync)" per_10000
	fi
	gw_stop
}

# --- what it costs to forward a packet --------------------------------------

FLOOD=20000			# packets in a round
FLOOD_DEVICES=10		# that send them, however many leases there are

# Packets come in from NUMBER as if through the gateway's tunnel, without
# WireGuard's cost: their cable is led into its interface.
flood_cable() {		# NUMBER
	ip link add "f$1" type veth peer name "g$1" netns "$ns_sender" &&
	    ip link set "f$1" up &&
	    in_ns sender ip link set "g$1" up &&
	    in_ns sender ip route add "203.0.113.$1/32" dev "g$1" &&
	    in_ns sender ip neighbour add "203.0.113.$1" dev "g$1" lladdr \
	    "$(ip -j link show "f$1" | jq -r '.[0].address')" &&
	    tc qdisc add dev "f$1" ingress &&
	    tc filter add dev "f$1" parent ffff: protocol ip u32 match u32 0 0 \
	    action mirred ingress redirect dev "$IF" || return
	for i in $(seq $FLOOD_DEVICES); do
		in_ns sender ip address add "10.$((gw_n * 16 + 1)).0.$i/32" \
		    dev lo || return
	done
}

flood_gw() {		# NAME LEASES
	GW_NETWORK="egress: { wan = \"wan0\"; table = $((100 + $2 % 97)); };"
	gw_seeded "$1" "$2"
	GW_NETWORK=''
	flood_cable $gw_n || broken "forward: no cable into $IF"
}

# Bytes that have reached the far end of the way out.
flood_arrived() {
	in_ns isp ip -s -j link show isp0 | jq '.[0].stats64.rx.packets'
}

# What one packet costs, in nanoseconds, with the leases of gateway NAME.
flood() {		# NAME
	gw "$1"
	flood_src=$(seq -f "10.$((gw_n * 16 + 1)).0.%g" $FLOOD_DEVICES)
	# shellcheck disable=SC2086
	in_ns sender taskset -c "$CLIENT" "$O/bench/flood" $FLOOD \
	    "203.0.113.$gw_n" $flood_src
}

forward() {
	ns_add isp
	ns_add sender
	# shellcheck disable=SC2154
	ip link add wan0 type veth peer name isp0 netns "$ns_isp" &&
	    ip address add 198.18.0.2/24 dev wan0 && ip link set wan0 up &&
	    in_ns isp ip address add 198.18.0.1/24 dev isp0 &&
	    in_ns isp ip link set isp0 up &&
	    in_ns isp ip route add blackhole 203.0.113.0/24 &&
	    ip route add default via 198.18.0.1 dev wan0 ||
	    broken "forward: no way out"
	flood_gw f 10
	flood_gw g 1000
	flood_gw h 10000
	for g in f g h; do
		flood $g >/dev/null || broken "forward: nothing can be sent"
	done
	before=$(flood_arrived)
	for round in $(seq 9); do
		echo "$(flood f) $(flood g) $(flood h)" >>"$WORK/forward"
	done
	n=$(($(flood_arrived) - before))
	[ "$n" -ge $((27 * FLOOD)) ] ||
	    broken "forward: $n of $((27 * FLOOD)) packets arrived"
	f=$WORK/forward
	figure forward_10_leases "$(median "$f" '$1')" ns
	figure forward_1000_leases "$(median "$f" '$2')" ns
	figure forward_10000_leases "$(median "$f" '$3')" ns
	figure forward_1000_vs_10 "$(median "$f" '$2 / $1')" ratio max 1.10
	figure forward_10000_vs_10 "$(median "$f" '$3 / $1')" ratio max 1.10
	for g in f g h; do
		gw $g; gw_stop
	done
}
