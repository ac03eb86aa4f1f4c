#!/bin/sh
# Tunnels of GRE over Debian's yggdrasil, in a real Debian kernel: a node
# registers at the gateway over Yggdrasil and gets out through its tunnel.

if [ "$1" != inside ] && [ -z "$LIB_PRIVATE" ]; then
	command -v yggdrasil >/dev/null || { echo "skip ygg: no yggdrasil"; exit 0; }
	sh "$TOP/regress/vm/vm" -t 1200 env O="$O" TOP="$TOP" BIN="$BIN" \
	    sh "$TOP/regress/vm/ygg_test.sh" inside
	status=$?
	[ $status -eq 126 ] && { echo "skip ygg: see above"; exit 0; }
	exit $status
fi
[ -n "$LIB_PRIVATE" ] || modprobe -a ip6_gre wireguard nf_tables tun

. "${TOP:-.}/regress/lib.sh"
private "$@"
. "$TOP/regress/suite.sh"

# --- two nodes, which reach each other over TCP alone ---

ns_add node
ip link add vy type veth peer name eth0 netns "$ns_node"
ip address add 198.51.100.1/24 dev vy
ip link set vy up
in_ns node ip address add 198.51.100.2/24 dev eth0
in_ns node ip link set eth0 up
in_ns node nft 'table inet watch { chain out {
    type filter hook output priority 0;
    oifname "eth0" tcp dport 9001 accept;
    oifname "eth0" meta l4proto { gre, tcp, udp, icmp } counter; }; }'
node_conf() {		# NAME LISTEN PEERS
	yggdrasil -genconf -json | jq --argjson l "$2" --argjson p "$3" \
	    '.Listen = $l | .Peers = $p | .MulticastInterfaces = [] |
	    .IfName = "ygg0" | .AdminListen = "none"' >"$WORK/$1.conf"
}
node_addr() { yggdrasil -useconffile "$WORK/$1.conf" -address; }
node_key() { jq -r .PublicKey "$WORK/$1.conf"; }
node_conf gw '["tcp://198.51.100.1:9001"]' '[]'
node_conf node '[]' '["tcp://198.51.100.1:9001"]'
GWY=$(node_addr gw) NODE=$(node_addr node) KEY=$(node_key node)
spawn yggdrasil_gw yggdrasil -useconffile "$WORK/gw.conf"
spawn yggdrasil_node in_ns node yggdrasil -useconffile "$WORK/node.conf"
reach() { in_ns node ping -q -c 1 -W 2 "$GWY"; }
check "the nodes reach each other" wait_for 60 reach

# --- the internet ---

ns_add isp
ip link add wan0 type veth peer name eth0 netns "$ns_isp"
ip address add 198.18.0.2/24 dev wan0
ip link set wan0 up
in_ns isp ip address add 198.18.0.1/24 dev eth0
in_ns isp ip address add 203.0.113.1/32 dev lo
in_ns isp ip link set eth0 up
ip route add default via 198.18.0.1 dev wan0
head -c 1000000 /dev/zero >"$WORK/page"
spawn web in_ns isp busybox httpd -f -p 203.0.113.1:80 -h "$WORK"

CONF_NETWORK="}, {
	name = \"nodes\"; transport = \"gre\"; gre: { local = \"$GWY\"; };
	address = [ \"10.42.0.1/16\" ]; pools = [ \"10.42.42.1-10.42.42.254\" ];
	lease = \"4h\"; quarantine = \"0s\";
	egress: { wan = \"wan0\"; };"
LISTEN_MORE=", { address = \"[$GWY]:8080\"; api = [ \"autoygg\" ]; proof = \"address\"; }"
RULES='{ proof = "address"; pattern = "[23][0-9a-f]{2}:[0-9a-f:]+";
    role = "device"; network = "nodes"; },
    { pattern = "smart-toilet-(\\d+)"; role = "device"; network = "devices"; }'
pki_init
suite_conf
suite_start

ygg() {			# ACTION
	ygg_l=$(in_ns node "$O/regress/yggc" -k "$KEY" -s "$NODE" "$GWY" 8080 \
	    "$1" 1)
	ygg_l=${ygg_l#* }
	STATUS=${ygg_l%% *} BODY=${ygg_l#* }
}
j() { printf '%s' "$BODY" | jq -r "$1"; }

# --- as the client's program does it ---

ygg register
is "register" "$STATUS $(j .ClientIP) $(j .YggIP)" "200 10.42.42.1 $NODE"
tunnel() {
	in_ns node ip link add autoygg type ip6gre local "$NODE" \
	    remote "$GWY" &&
	    in_ns node ip address add "$(j .ClientIP)/16" dev autoygg &&
	    in_ns node ip link set autoygg up &&
	    in_ns node ip route add default via "$(j .ClientGateway)"
}
check "its tunnel" tunnel
out() { in_ns node ping -q -c 1 -W 2 203.0.113.1; }
check "it gets out" wait_for 10 out
page() {
	[ "$(in_ns node curl -s -m 60 http://203.0.113.1/page | wc -c)" = 1000000 ]
}
check "a megabyte comes in" page
ygg renew
is "renew" "$STATUS" 200
is "nothing but Yggdrasil's own packets is between them" \
    "$(in_ns node nft list chain inet watch out |
    sed -n 's/.*packets \([0-9]*\).*/\1/p')" 0
ygg release
is "release" "$STATUS" 200
no_way() { ! out; }
check "its tunnel is over" wait_for 5 no_way
ctl teardown >/dev/null
finish
