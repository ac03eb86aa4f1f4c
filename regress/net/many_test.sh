#!/bin/sh
# Twelve networks, each with two pools and its own way out: all come up, each
# table is closed, a device of the last one gets out, and nobody's packets take
# another way when the uplink goes.
. "${TOP:-.}/regress/lib.sh"
for need in wireguard-go nft; do
	command -v $need >/dev/null || skip_all "no $need"
done
[ -c /dev/net/tun ] || skip_all "no /dev/net/tun"
private "$@"
. "$TOP/regress/suite.sh"

# The uplink, and another way out that no device may take.
ns_add isp
ns_add lan
eval "isp=\$ns_isp lan=\$ns_lan"
ip link add wan0 type veth peer name isp0 netns "$isp" &&
    ip link add lan0 type veth peer name lan1 netns "$lan" || skip_all "no veth"
for cable in wan0:isp:isp0:198.18.0 lan0:lan:lan1:198.18.1; do
	IFS=: read -r if ns peer net <<-END
	$cable
	END
	ip address add "$net.2/24" dev "$if"
	ip link set "$if" up
	in_ns "$ns" ip address add "$net.1/24" dev "$peer"
	in_ns "$ns" ip address add 203.0.113.1/32 dev lo
	in_ns "$ns" ip link set "$peer" up
done
ip route add default via 198.18.0.1 dev wan0
ip route add default via 198.18.1.1 dev lan0 metric 2000

more() {
	CONF_NETWORK='egress: { wan = "wan0"; table = 100; };'
	i=1
	while [ $i -lt 12 ]; do
		CONF_NETWORK="$CONF_NETWORK }, { name = \"n$i\";
		    interface = \"wg$i\"; listen_port = $((51820 + i));
		    private_key_file = \"$S/wg$i.key\";
		    address = [ \"10.$i.0.1/16\", \"fd00:$i::1/48\" ];
		    pools = [ \"10.$i.1.0/24\", \"fd00:$i:0:1::/64\" ];
		    routes = [ \"10.0.0.0/8\", \"203.0.113.0/24\", \"fd00::/16\" ];
		    egress: { wan = \"wan0\"; table = $((100 + i)); };"
		i=$((i + 1))
	done
}
more
RULES='{ proof = "certificate"; pattern = "last-(\\d+)"; role = "device";
    network = "n11"; }'
ON_STOP=undo
pki_init
suite_conf
check "the configuration is good" "$BIN/netd" -n -f "$CONF"
suite_start

tables() {
	n=0 t=100
	while [ $t -lt 112 ]; do
		for f in -4 -6; do
			ip "$f" route show table "$t" type unreachable |
			    grep -q default && n=$((n + 1))
		done
		t=$((t + 1))
	done
	echo "$n"
}
all_tables() { [ "$(tables)" = 24 ]; }
ruled() {
	[ "$(ip rule | grep -c 'iif wg.* lookup 1[01][0-9]')" = 12 ] &&
	    [ "$(ip -6 rule | grep -c 'iif wg.* lookup 1[01][0-9]')" = 12 ]
}
way() { ip route show table 111 | grep -q '^default via 198.18.0.1 dev wan0'; }
no_way() { ! way; }
check "each table has its end" wait_for 10 all_tables
check "and its rules" wait_for 10 ruled
check "the last one has its way out" wait_for 10 way
unlike "nothing failed" "$(cat "$WORK/netd.log")" 'cannot (read|add) '

dev_add d1
cert d1 last-1
enrol() {
	case $(dev_put d1 d1) in 20?) dev_apply d1 ;; *) return 1 ;; esac
}
check "a device of the last network" enrol
in_ns d1 ip route add 203.0.113.0/24 dev wg0
out() { in_ns d1 ping -q -c 1 -W 1 203.0.113.1; }
check "it gets out" wait_for 5 out

# The uplink goes: the other default route is not for devices.
in_ns lan nft 'table inet watch { chain seen {
    type filter hook prerouting priority 0;
    iifname "lan1" meta l4proto icmp counter; }; }'
seen() {
	in_ns lan nft list chain inet watch seen |
	    sed -n 's/.*packets \([0-9]*\).*/\1/p'
}
check "what comes the other way is seen" ping -q -c 1 -W 10 198.18.1.1
came=$(seen)
ip link set wan0 down
check "the uplink goes" wait_for 5 no_way
check_status "no way out" 1 in_ns d1 ping -q -c 3 -i 0.2 -W 1 203.0.113.1
ip link set wan0 up
ip route add default via 198.18.0.1 dev wan0
check "the uplink comes back" wait_for 5 way
check "the device gets out again" wait_for 5 out
is "not a packet took the other way" "$came $(seen)" "1 1"
suite_stop
is "no rule is left" "$(ip rule | grep -c 'iif wg')" 0
is "no route is left" "$(ip route show table all proto 83 | grep -c .)" 0
finish
