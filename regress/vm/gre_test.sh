#!/bin/sh
# Tunnels of GRE for clients of autoygg, in a real Debian kernel: made, used,
# taken back, kept over restarts, put right, and LINKS of them: 250, or as many as
# are asked for.

if [ "$1" != inside ] && [ -z "$LIB_PRIVATE" ]; then
	sh "$TOP/regress/vm/vm" -t 2400 env O="$O" TOP="$TOP" BIN="$BIN" \
	    LINKS="$LINKS" sh "$TOP/regress/vm/gre_test.sh" inside
	status=$?
	[ $status -eq 126 ] && { echo "skip gre: see above"; exit 0; }
	exit $status
fi
# The module makes links of its own, which stay.
[ -n "$LIB_PRIVATE" ] || modprobe -a ip6_gre wireguard nf_tables

. "${TOP:-.}/regress/lib.sh"
private "$@"
. "$TOP/regress/suite.sh"

YGGC=$O/regress/yggc PORT=8080
addr() { "$YGGC" "$1" | sed 's/.* //'; }
GWY=$(addr 1)
MANY=${LINKS:-250}

# --- a host of nodes, which reaches the gateway through Yggdrasil ---

ns_add nodes
ip link add vy type veth peer name eth0 netns "$ns_nodes"
ip link set vy addrgenmode none
in_ns nodes ip link set eth0 addrgenmode none
ip address add fe80::1/64 dev vy nodad
in_ns nodes ip address add fe80::2/64 dev eth0 nodad
ip link set vy up
in_ns nodes ip link set eth0 up
ip -6 route add 200::/7 via fe80::2 dev vy
ip address add "$GWY/128" dev lo
in_ns nodes ip -6 route add "$GWY" via fe80::1 dev eth0
{ "$YGGC" 2 10; "$YGGC" 1000 $MANY; } |
    sed 's|.* \(.*\)|address add \1/128 dev lo|' >"$WORK/batch"
in_ns nodes ip -batch "$WORK/batch" || { fail "nodes"; exit 1; }
# What all of them can reach here.
ip address add 192.0.2.1/32 dev lo

# --- the internet, behind a VPN and behind the host's own way out ---

ns_add isp
ip link add phys0 type veth peer name isp0 netns "$ns_isp"
ip address add 198.18.0.2/24 dev phys0
ip link set phys0 up
in_ns isp ip address add 198.18.0.1/24 dev isp0
in_ns isp ip address add 203.0.113.1/32 dev lo
in_ns isp ip address add 203.0.113.66/32 dev lo
in_ns isp ip address add 2001:db8:5::1/128 dev lo nodad
in_ns isp ip link set isp0 up
ip route add default via 198.18.0.1 dev phys0
(umask 077; wg genkey >"$WORK/vpn.key"; wg genkey >"$WORK/server.key")
in_ns isp ip link add wgv mtu 8000 type wireguard
in_ns isp wg set wgv private-key "$WORK/server.key" listen-port 51900 \
    peer "$(wg pubkey <"$WORK/vpn.key")" \
    allowed-ips 10.8.0.2/32,10.42.0.0/16,fd08::2/128
in_ns isp ip address add 10.8.0.1/24 dev wgv
in_ns isp ip address add fd08::1/64 dev wgv nodad
in_ns isp ip link set wgv up
vpn_up() {
	ip link add vpn0 mtu 8000 type wireguard &&
	    wg set vpn0 private-key "$WORK/vpn.key" \
	    peer "$(wg pubkey <"$WORK/server.key")" \
	    endpoint 198.18.0.1:51900 allowed-ips 0.0.0.0/0,::/0 &&
	    ip address add 10.8.0.2/24 dev vpn0 &&
	    ip address add fd08::2/64 dev vpn0 nodad && ip link set vpn0 up
}
vpn_up
spawn web in_ns isp busybox httpd -f -p 203.0.113.1:80 -h "$WORK"
echo hello >"$WORK/index.html"
# Who comes out of the VPN, what comes past it, and the segments of the answers.
in_ns isp nft 'table inet watch {
    set wgv { type ipv4_addr; flags dynamic; }
    chain seen { type filter hook prerouting priority 0;
	iifname "wgv" ip daddr 203.0.113.0/24 add @wgv { ip saddr };
	# The VPN itself, and what the host says when it is gone.
	iifname "isp0" udp dport 51900 accept;
	iifname "isp0" icmp type destination-unreachable accept;
	iifname "isp0" meta nfproto ipv4 counter; }; }'
in_ns nodes nft 'table inet watch { chain answers {
    type filter hook input priority 0;
    tcp flags syn,ack / syn,ack tcp option maxseg size 1416 counter; }; }'
count() {		# NAMESPACE CHAIN
	in_ns "$1" nft list chain inet watch "$2" |
	    sed -n 's/.*packets \([0-9]*\).*/\1/p'
}
in_isp() { in_ns isp nft list set inet watch wgv | grep -o '10\.[0-9.]*'; }
not_in() {
	in_ns isp ip route replace 10.42.0.0/16 dev wgv
	! in_ns isp ping -q -c 1 -W 2 "$1"
}

CONF_NETWORK="}, {
	name = \"nodes\"; transport = \"gre\"; gre: { local = \"$GWY\"; };
	address = [ \"10.42.0.1/16\", \"fd42::1/48\" ];
	pools = [ \"10.42.32.0/19\", \"fd42:0:0:1::/64\" ];
	lease = \"4h\"; quarantine = \"0s\"; isolate = false;
	egress: { wan = \"vpn0\"; table = 42; deny = [ \"203.0.113.66\" ]; };"
LISTEN_MORE=", { address = \"[$GWY]:$PORT\"; api = [ \"autoygg\" ]; proof = \"address\"; }"
RULES='{ proof = "address"; pattern = "[23][0-9a-f]{2}:[0-9a-f:]+";
    role = "device"; network = "nodes"; },
    { pattern = "smart-toilet-(\\d+)"; role = "device"; network = "devices"; }'

kernel() {
	ip -br link | sort
	ip -4 route show table all | sort; ip -6 route show table all | sort
	ip rule; ip -6 rule; nft list ruleset
	grep -rs . /proc/sys/net/ipv4/ip_forward /proc/sys/net/ipv4/conf \
	    /proc/sys/net/ipv6/conf | sort
}
ygg() {			# ACTION NUMBER [COUNT]
	in_ns nodes "$YGGC" "$GWY" $PORT "$@" >"$WORK/ygg"
	ygg_l=$(head -n 1 "$WORK/ygg")
	ygg_l=${ygg_l#* }
	STATUS=${ygg_l%% *} BODY=${ygg_l#* }
}
j() { printf '%s' "$BODY" | jq -r "$1"; }
links() { ip -o link show type ip6gre | grep -c 'spg[0-9]'; }
has_links() { [ "$(links)" = "$1" ]; }
# The tunnel of a client, as its program makes it.
tunnel() {		# NUMBER
	in_ns nodes ip link add "t$1" type ip6gre local "$(addr "$1")" \
	    remote "$GWY" &&
	    in_ns nodes ip address add "$(j .ClientIP)/16" dev "t$1" &&
	    in_ns nodes ip link set "t$1" up &&
	    in_ns nodes ip route replace 192.0.2.1 dev "t$1"
}
ping_gw() {		# NUMBER [SOURCE]
	in_ns nodes ping -q -c 1 -W 2 -I "${2:-t$1}" 192.0.2.1
}
no_ping() { ! ping_gw "$@"; }
# The IPv6 address of the lease, which the original's client does not take.
six_of() {		# NUMBER
	ctl -j show lease "$(addr "$1")" |
	    jq -r '.leases[].addresses[] | select(contains(":"))[:-4]'
}
six() {			# NUMBER
	in_ns nodes ip address add "$(six_of "$1")/128" dev "t$1" nodad
}

pki_init
suite_conf
kernel >"$WORK/before"
suite_start

# --- one client ---

ygg register 2
is "register" "$STATUS $(j .ClientIP) $(j .Error)" "200 10.42.32.1 "
is "its link" "$(ip -d link show spg0 | grep -o 'remote [^ ]* local [^ ]*')" \
    "remote $(addr 2) local $GWY"
is "its route" "$(ip route get 10.42.32.1 | grep -o 'dev [^ ]*')" "dev spg0"
check "the tunnel of the client" tunnel 2
check "it reaches the gateway" wait_for 5 ping_gw 2
like "sallyctl shows it" "$(ctl -j show leases | jq -r '.leases[] |
    .name + " " + .state + " " + .endpoint')" "^$(addr 2) active .*$(addr 2)"
like "and its network" "$(ctl show networks)" 'gre'
like "and its link" "$(ctl show lease "$(addr 2)")" \
    "^endpoint .*$(addr 2).* by spg0\$"
index=$(ip -o link show spg0 | cut -d : -f 1)
ygg renew 2
is "renew" "$STATUS" 200

# --- a client that says it is another ---

ygg register 4
check "another client" tunnel 4
check "it reaches the gateway" wait_for 5 ping_gw 4
check "it does not with the address of another" no_ping 4 10.42.32.1
in_ns nodes ip route replace 192.0.2.1 dev t2
check "who has that address still does" wait_for 5 ping_gw 2
in_ns isp ip -6 route add fd42::/48 dev wgv
six 2; six 4
out6() {		# NUMBER ADDRESS
	in_ns nodes ip -6 route replace 2001:db8:5::1 dev "t$1"
	in_ns nodes ping -q -c 1 -W 2 -I "$2" 2001:db8:5::1
}
no_out6() { ! out6 "$@"; }
check "IPv6 of it" wait_for 5 out6 4 "$(six_of 4)"
check "not with the address of another" no_out6 4 "$(six_of 2)"
is "which is counted" "$(nft list chain inet sallyport prerouting |
    grep -c 'fib saddr . iif oif missing')" 1
check "who has that address gets out with it" wait_for 5 out6 2 "$(six_of 2)"
ygg release 4

# --- the way out is a VPN ---

out() {			# NUMBER [ADDRESS]
	in_ns nodes ip route replace 203.0.113.0/24 dev "t$1"
	in_ns nodes ping -q -c 1 -W 2 -I "t$1" "${2:-203.0.113.1}"
}
no_way() { ! out "$@"; }
check "the internet" wait_for 5 out 2
is "it sees the VPN's address" "$(in_isp wgv)" 10.8.0.2
is "sallyctl shows the rules" "$(ctl show routes |
    grep -E 'from 10|to 10|iif spg' | grep -v ipv6 | sort)" \
"rule 32399 ipv4 to 10.42.32.0/19 lookup main hosts
rule 32400 ipv4 from 10.42.32.0/19 lookup 1936719945
rule 32400 ipv4 iif spg lookup 1936719945
rule 32401 ipv4 from 10.42.32.0/19 lookup 42
rule 32401 ipv4 iif spg lookup 42"
check "nobody who has no lease" no_way 2 10.42.40.1
check "a segment that fits into the tunnel" \
    in_ns nodes curl -s -m 10 --interface t2 http://203.0.113.1/
like "of the size that is left" "$(count nodes answers)" '^[1-9]'
check "a denied destination" no_way 2 203.0.113.66
check "the gateway's other networks" no_way 2 100.64.1.1
check "nobody out there begins" not_in 10.42.32.1

# --- restarts ---

for r in netd-hand leased; do
	check "$r is there again" role_kill $r
	is "$r killed: the link is the same" \
	    "$(ip -o link show spg0 | cut -d : -f 1)" "$index"
	check "$r killed: the tunnel works" wait_for 5 ping_gw 2
done
suite_stop
suite_start
is "stopped and started: the link is the same" \
    "$(ip -o link show spg0 | cut -d : -f 1)" "$index"
check "the tunnel works" wait_for 5 ping_gw 2

# --- what others do ---

ip link add spg7 type ip6gre remote 200::7 local "$GWY"
ip link add spg8 type ip6gre remote 200::8 local "$GWY"
ip link set spg8 alias mine
ip link delete spg0
there() { ip link show spg0 && ! ip link show spg7; }
check "a link that was deleted comes back, one half made goes" \
    wait_for 30 there
check "one that others made stays" ip link show spg8
ip link delete spg8
check "the tunnel works again" wait_for 5 ping_gw 2
ip route delete 10.42.32.1
check "a route that was deleted comes back" wait_for 30 ping_gw 2
# Nor can there be a second tunnel between two ends: autoygg-server leaves such
# behind.
ip link add other type ip6gre local "$GWY" remote "$(addr 5)"
ygg register 5
is "a node that has a tunnel of others: come again" "$STATUS" 503
check "who has one of ours keeps it" wait_for 5 ping_gw 2
ip link delete other
again() { ygg register 5; [ "$STATUS" = 200 ]; }
check "without that, it gets one" wait_for 30 again
ygg release 5

# --- the end ---

ygg release 2
is "release" "$STATUS" 200
check "its link is gone" wait_for 5 has_links 0
check "nothing goes through the tunnel" no_ping 2
ygg register 2
check "register again" wait_for 5 ping_gw 2
ctl revoke "$(addr 2)" reason test >/dev/null
check "revoked: the link is gone" wait_for 5 has_links 0

# Only a start takes a lease that ends before its client renews it.
term() {		# OLD NEW
	suite_stop
	sed -i "s/lease = \"$1\"/lease = \"$2\"/" "$CONF"
	suite_start
}
check "a short lease" term 4h 6s
ygg register 3
is "register" "$STATUS" 200
p=$(role_pid leased)
kill -STOP "$p"
check "a link ends with its lease, without leased" wait_for 10 has_links 0
kill -CONT "$p"
check "a long lease" term 6s 4h

# --- many ---

# A virtual machine takes its time for each link: some come again.
some_at() {		# ACTION FIRST
	ygg "$1" "$2" 50
	[ "$(grep -c '^[0-9]* 200 ' "$WORK/ygg")" = 50 ]
}
all_at() {		# ACTION
	for i in $(seq 1000 50 $((999 + MANY))); do
		wait_for 20 some_at "$1" "$i" || return 1
	done
}
free_kb() { sed -n 's/^MemAvailable: *\([0-9]*\).*/\1/p' /proc/meminfo; }
kb=$(free_kb) begun=$(now_ms)
check "$MANY leases" all_at register
ok "which take $((($(now_ms) - begun) / 1000)) s and $(((kb - $(free_kb)) / MANY)) kB each"
is "$MANY links" "$(links)" $MANY
is "$MANY routes" "$(ip route show proto 84 | wc -l)" $MANY
ip -o link show type ip6gre | cut -d : -f 1,2 | sort >"$WORK/links"
check "another hand" role_kill netd-hand
check "the hand killed: all renew" all_at renew
ip -o link show type ip6gre | cut -d : -f 1,2 | sort >"$WORK/links2"
check "they have the same links" diff "$WORK/links" "$WORK/links2"

# --- all of them, while the VPN goes and comes ---

last=$((999 + MANY))
for i in 1000 $last; do
	ygg renew "$i"
	check "the tunnel of client $i" tunnel "$i"
	check "it gets out" wait_for 5 out "$i"
done
answers() { grep -c 'bytes from' "$WORK/$1.log"; }
more() { [ "$(answers out2)" -gt "$had2" ] && [ "$(answers out3)" -gt "$had3" ]; }
vpn_gone() { ! ip link show vpn0; }
came=$(count isp seen)
ping -q -c 1 -W 2 203.0.113.1
is "what leaves outside of the VPN is seen" "$(count isp seen)" $((came + 1))
came=$(count isp seen)
spawn out2 in_ns nodes ping -i 0.05 -I t1000 203.0.113.1
spawn out3 in_ns nodes ping -i 0.05 -I t$last 203.0.113.1
for round in 1 2 3; do
	had2=$(answers out2) had3=$(answers out3)
	check "they get out ($round)" wait_for 20 more
	ip link delete vpn0
	check "the VPN goes ($round)" wait_for 5 vpn_gone
	if [ $round = 2 ]; then
		p=$(role_pid netd-hand)
		kill -KILL "$p"
		check "the hand again" wait_for 30 role_new netd-hand "$p"
	fi
	sleep 2
	is "not one packet outside of it ($round)" "$(count isp seen)" "$came"
	check "the VPN comes ($round)" vpn_up
done
had2=$(answers out2) had3=$(answers out3)
check "they get out again" wait_for 20 more
is "not one packet outside of it" "$(count isp seen)" "$came"

# --- the pools change ---

pool() { ip rule | grep -c "$1"; }
pools_are() { [ "$(pool 10.42.32.0/19) $(pool 10.42.96.0/24)" = "$1" ]; }
repool() {		# FROM TO
	sed -i "s|\"10.42.32.0/19\"$1|\"10.42.32.0/19\"$2|" "$CONF"
}
more=', "10.42.96.0/24"'
repool '' "$more"
ctl reload >/dev/null
check "one more pool has its rules" wait_for 10 pools_are "3 3"
suite_kill
repool "$more" ''
suite_start
check "taken out after a crash: no rule is left" wait_for 60 pools_are "3 0"
check "the tunnels are as they were" wait_for 30 has_links $MANY

ctl teardown >/dev/null
wait_for 60 gone "$SUITE"
kernel >"$WORK/after"
check "teardown: the kernel is as it was" diff "$WORK/before" "$WORK/after"
finish
