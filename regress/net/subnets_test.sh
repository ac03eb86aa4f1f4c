#!/bin/sh
# Site to site: two networks behind two static peers, and a plain device; real
# packets in both families.  What isolate, egress and inbound say of them, a
# kill of each process, reloads that add and remove a subnet, peers that gain
# and lose a prefix, overlaps, an adopted interface, and undo.  With
# SUBNETS_BRIEF, only the packets and the kills: what a kernel has to do with.
. "${TOP:-.}/regress/lib.sh"
for need in wireguard-go nft jq; do
	command -v $need >/dev/null || skip_all "no $need"
done
private "$@"
. "$TOP/regress/suite.sh"

LC_ALL=C; export LC_ALL
OPEN='isolate = false;'
BOTH='subnets = [ "172.20.0.0/16", "fd20::/48" ];'
FOUR='subnets = [ "172.20.0.0/16" ];'
TO_SITES=100.64.0.0/16,fde3:25fb:7f6c::/48,172.20.0.0/16,fd20::/48,203.0.113.0/24

conf() {		# WORDS
	CONF_NETWORK=$1
	suite_conf
}
load() {		# WORDS
	conf "$1"
	ctl reload force >"$WORK/out" 2>&1 || { cat "$WORK/out"; return 1; }
}
have() {			# the order of addresses means nothing
	wg show wg0 allowed-ips | while read -r have_key have_ips; do
		echo "$have_key $(echo "$have_ips" | tr ' ' '\n' | sort | xargs)"
	done | sort
}
quoted() { printf '%s' "$1" | sed 's/[+]/\\+/g'; }
ours() { ip route show proto 83; ip -6 route show proto 83; }

conf "$OPEN $BOTH"
pki_init
suite_start
SERVER=$(wg show wg0 public-key)

# A tunnel of a static peer, by hand.
site_tunnel() {		# NAME NUMBER
	in_ns "$1" wg set wg0 peer "$SERVER" endpoint "$GW:51820" \
	    allowed-ips "$TO_SITES" persistent-keepalive 1 &&
	    in_ns "$1" ip address replace "100.64.1.$2/32" dev wg0 &&
	    in_ns "$1" ip address replace "fde3:25fb:7f6c:1::$2/128" dev wg0 \
	    nodad &&
	    in_ns "$1" ip link set wg0 mtu 1280 up || return 1
	for r in $(echo "$TO_SITES" | tr , ' '); do
		in_ns "$1" ip route replace "$r" dev wg0 || return 1
	done
}
# A host behind a peer.
site_host() {		# HOST PEER NUMBER
	ns_add "$1"
	eval "host_ns=\$ns_$1"
	in_ns "$2" ip link add lan0 type veth peer name eth0 netns "$host_ns" ||
	    return 1
	in_ns "$2" ip address add "172.20.$3.1/24" dev lan0
	in_ns "$2" ip address add "fd20:0:0:$3::1/64" dev lan0 nodad
	in_ns "$2" ip link set lan0 up
	in_ns "$2" sh -c 'echo 1 >/proc/sys/net/ipv4/ip_forward
	    echo 1 >/proc/sys/net/ipv6/conf/all/forwarding'
	in_ns "$1" ip address add "172.20.$3.9/24" dev eth0
	in_ns "$1" ip address add "fd20:0:0:$3::9/64" dev eth0 nodad
	in_ns "$1" ip link set eth0 up
	in_ns "$1" ip route add default via "172.20.$3.1"
	in_ns "$1" ip route add default via "fd20:0:0:$3::1"
}
dev_add a
dev_add b
dev_add p
site_host ha a 1 || skip_all "no veth"
site_host hb b 2
a=$(cat "$WORK/a.pub")
b=$(cat "$WORK/b.pub")
a_has="100.64.1.11/32, fde3:25fb:7f6c:1::11/128, 172.20.1.0/24, fd20:0:0:1::/64"
b_has="100.64.1.12/32, fde3:25fb:7f6c:1::12/128, 172.20.2.0/24, fd20:0:0:2::/64"
peers_file() {		# FILE A'S B'S
	cat >"$1" <<-END
	[Peer]
	# site-a
	PublicKey = $a
	AllowedIPs = $2
	[Peer]
	# site-b
	PublicKey = $b
	AllowedIPs = $3
	END
}
peers_json() {		# A'S B'S
	printf '{"peers":[{"public_key":"%s","name":"site-a","addresses":["%s"]},
	    {"public_key":"%s","name":"site-b","addresses":["%s"]}]}' \
	    "$a" "$(echo "$1" | sed 's/, /","/g')" \
	    "$b" "$(echo "$2" | sed 's/, /","/g')" >"$WORK/set.json"
}
peers_file "$WORK/sites.conf" "$a_has" "$b_has"
check "import keeps the prefixes" ctl import "$WORK/sites.conf"
like "import: the sum" "$(cat "$WORK/out")" '^2 added, .* 0 rejected$'
check "site a's tunnel" site_tunnel a 11
check "site b's tunnel" site_tunnel b 12
cert p smart-toilet-1
is "the plain device enrols" "$(dev_put p p)" 201
dev_apply p
in_ns p wg set wg0 peer "$SERVER" allowed-ips "$TO_SITES"
for r in $(echo "$TO_SITES" | tr , ' '); do
	in_ns p ip route replace "$r" dev wg0
done
p4=$(jq -r '.addresses[]' "$WORK/p.body" | grep -v :)
p6=$(jq -r '.addresses[]' "$WORK/p.body" | grep :)

up() { in_ns "$1" ping -q -c 1 -W 1 "$2" >/dev/null 2>&1; }
check_up() {		# NAME FROM TO ...
	check_up_n=$1 check_up_f=$2; shift 2
	for check_up_to; do
		check "$check_up_n: $check_up_f to $check_up_to" \
		    wait_for 10 up "$check_up_f" "$check_up_to"
	done
}
is_down() { ! up "$1" "$2" && ! up "$1" "$2"; }
check_down() {		# NAME FROM TO ...
	check_down_n=$1 check_down_f=$2; shift 2
	for check_down_to; do
		check "$check_down_n: not $check_down_f to $check_down_to" \
		    wait_for 10 is_down "$check_down_f" "$check_down_to"
	done
}
for d in a b p; do check_up "begin" $d 100.64.0.1; done
check_up "site to site" ha 172.20.2.9 fd20:0:0:2::9
check_up "site to site" hb 172.20.1.9 fd20:0:0:1::9
check_up "a device to a site" p 172.20.1.9 fd20:0:0:1::9
check_up "a site to a device" ha "${p4%/*}" "${p6%/*}"
gw_up() { ping -q -c 1 -W 1 172.20.1.9 >/dev/null; }
check "the gateway to a site" wait_for 5 gw_up

# --- what is shown ---

is "show peers, JSON" "$(ctl -j show peers | jq -c '[.peers[] |
    select(.name == "site-a") | .addresses[]] | sort')" \
    '["100.64.1.11/32","172.20.1.0/24","fd20:0:0:1::/64","fde3:25fb:7f6c:1::11/128"]'
like "show peers" "$(ctl show peers)" 'site-b .*172.20.2.0/24'
like "show routes" "$(ctl show routes)" \
    '^route 172.20.0.0/16 dev wg0 table main$'
like "show routes, IPv6" "$(ctl show routes)" \
    '^route fd20::/48 dev wg0 table main'
is "show networks, JSON" "$(ctl -j show networks |
    jq -c '.networks[0].subnets')" '["172.20.0.0/16","fd20::/48"]'
like "show networks" "$(ctl show networks)" 'subnets +172.20.0.0/16,fd20::/48'
like "WireGuard has it" "$(have)" "^$(quoted "$a").*172.20.1.0/24"
ctl export peer site-a >"$WORK/site-a"
like "export: the tunnel has the addresses" "$(cat "$WORK/site-a")" \
    '^Address = 100.64.1.11/32, fde3:25fb:7f6c:1::11/128$'
like "export: and what is behind it stands by" "$(cat "$WORK/site-a")" \
    '^# Behind it: 172.20.1.0/24, fd20:0:0:1::/64$'
ctl show firewall >"$WORK/fw"
check "show firewall is taken by nft" nft -c -f "$WORK/fw"
nft -s list table inet sallyport | grep -v 'elements\|packets' >"$WORK/fw2"
like "and the kernel has the exception" "$(cat "$WORK/fw2")" \
    'ip saddr != @lease4_devices ip saddr != 172.20.0.0/16 counter'
like "which stands in the text" "$(cat "$WORK/fw")" \
    'ip6 saddr != @lease6_devices ip6 saddr != fd20::/48 counter'

# --- each process dies ---

was=$(have)
routes=$(ours)
for role in leased netd-hand apid; do
	pid=$(role_pid $role)
	kill -9 "$pid"
	check "$role killed: the packets go on" up ha 172.20.2.9
	check "$role killed: it is back" wait_for 20 role_new $role "$pid"
	check "$role killed: the suite is up" wait_for 20 suite_up
	check_up "$role killed" ha 172.20.2.9 fd20:0:0:2::9
	is "$role killed: the peers are as they were" "$(have)" "$was"
	is "$role killed: the routes, too" "$(ours)" "$routes"
done
# The same after all of them, with the tunnels left alone.
suite_kill
check "all killed: the packets go on" up ha 172.20.2.9
suite_start
same() { [ "$(have)" = "$was" ] && [ "$(ours)" = "$routes" ]; }
check "all killed: all is as it was" wait_for 10 same
check_up "all killed" hb 172.20.1.9 fd20:0:0:1::9

if [ -n "$SUBNETS_BRIEF" ]; then
	like "wg0 is the kernel's" "$(ip -d link show wg0)" '^ +wireguard'
	check "teardown" ctl teardown
	wait_for 10 gone "$SUITE"
	is "teardown: no route is left" "$(ours)" ""
	finish
fi

# --- isolate, inbound, egress ---

check "isolate" load "isolate = true; $BOTH"
check_down "isolate" ha 172.20.2.9 fd20:0:0:2::9
check_down "isolate" p 172.20.1.9
check_down "isolate" ha "${p4%/*}"
check_up "isolate, to the gateway" ha 100.64.0.1
ns_add isp
ip link add wan0 type veth peer name eth0 netns "$ns_isp"
ip address add 203.0.113.2/24 dev wan0
ip link set wan0 up
in_ns isp ip address add 203.0.113.1/24 dev eth0
in_ns isp ip link set eth0 up
in_ns isp ip route add 172.20.0.0/16 via 203.0.113.2
check_down "no egress" ha 203.0.113.1
check "egress" load "isolate = true; $BOTH egress: { wan = \"wan0\"; table = 77; };"
check_up "egress, hidden behind wan" ha 203.0.113.1
check_down "egress without inbound" isp 172.20.1.9
check_down "egress, isolate" ha 172.20.2.9
like "the table of all networks has the subnets" "$(ctl show routes)" \
    '^route unreachable 172.20.0.0/16 table 19367199[0-9]+ metric'
check "egress and inbound" load "$OPEN $BOTH inbound = true;
    egress: { wan = \"wan0\"; table = 77; };"
check_up "inbound" isp 172.20.1.9
check_up "with egress, site to site" ha 172.20.2.9 fd20:0:0:2::9
check "as before" load "$OPEN $BOTH"
check_up "as before" ha 172.20.2.9 fd20:0:0:2::9

# --- drift ---

ip route del 172.20.0.0/16 dev wg0
check "a route that others removed comes back" wait_for 10 same
like "show drift" "$(ctl show drift)" '172.20.0.0/16'
wg set wg0 peer "$b" allowed-ips 100.64.1.12/32
check "a prefix that others removed comes back" wait_for 90 same
check_up "drift" ha 172.20.2.9

# --- a subnet, and a prefix of a peer, go and come ---

check "a subnet less" load "$OPEN $FOUR"
check_up "a subnet less" ha 172.20.2.9
check_down "a subnet less" ha fd20:0:0:2::9
no_six() { case $(have; ours) in *fd20:*) return 1 ;; esac; }
check "WireGuard and the routes have nothing of it" wait_for 5 no_six
like "the peers are told" "$(ctl show peers)" 'partly'
check "the subnet is back" load "$OPEN $BOTH"
check_up "the subnet is back" ha fd20:0:0:2::9
is "as it was" "$(have)" "$was"
check_status "without force it is refused" 78 sh -c "
    sed 's|\"172.20.0.0/16\", ||' '$CONF' >'$CONF.new' && cat '$CONF.new' >'$CONF' &&
    '$BIN/sallyctl' -s '$S/ctl.sock' reload"
like "and says whom it takes what" "$(cat "$WORK/out")" \
    '2 of 3 peers of network devices lose an address'
conf "$OPEN $BOTH"

peers_json "$a_has" "100.64.1.12/32, fde3:25fb:7f6c:1::12/128, fd20:0:0:2::/64"
check "a prefix less" ctl apply "$WORK/set.json"
check_down "a prefix less" ha 172.20.2.9
check_up "a prefix less" ha fd20:0:0:2::9
check_up "a prefix less, the gateway answers" ha 100.64.0.1
peers_json "$a_has, 172.20.2.0/24" \
    "100.64.1.12/32, fde3:25fb:7f6c:1::12/128, fd20:0:0:2::/64"
check "another peer has it" ctl apply "$WORK/set.json"
like "WireGuard has moved it" "$(have)" "^$(quoted "$a").*172.20.2.0/24"
peers_json "$a_has" "$b_has"
check "and back" ctl apply "$WORK/set.json"
check_up "and back" ha 172.20.2.9
is "back: as it was" "$(have)" "$was"

# --- what is refused, and why ---

refused() {		# NAME ERE ADDRESSES
	printf '[Peer]\nPublicKey = %s\nAllowedIPs = 100.64.1.99, %s\n' \
	    "$(wg genkey | wg pubkey)" "$3" >"$WORK/bad.conf"
	check_status "$1: status" 1 ctl import "$WORK/bad.conf"
	like "$1" "$(cat "$WORK/out")" "$2"
	is "$1: nothing changed" "$(have)" "$was"
}
refused "a part of another's prefix" \
    '^rejected .* a part of a subnet is twice in the set' 172.20.1.128/25
refused "more than another's prefix" \
    '^rejected .* a part of a subnet is twice in the set' 172.20.0.0/22
refused "another's prefix" \
    '^rejected +line 1: 172.20.1.0/24: another static peer has it' 172.20.1.0/24
refused "a prefix that is in no subnet" \
    '^rejected +line 1: 172.21.0.0/24: it is not the address of one host, and in none of the network.s subnets' \
    172.21.0.0/24
refused "its own prefix twice" \
    'rejected .* 172.20.9.0/25 is a part of its own 172.20.9.0/24' \
    172.20.9.0/24,172.20.9.0/25
refused "a default route" '^rejected +line 1: 0.0.0.0/0' 0.0.0.0/0

ip address add 198.18.77.1/24 dev wan0
bad_conf() {		# NAME ERE SUBNET
	conf "$OPEN subnets = [ \"172.20.0.0/16\", \"fd20::/48\", \"$3\" ];"
	check_status "$1: netd -n" 78 \
	    "$NETD" -n $NOUSER -L "$BIN" -f "$CONF"
	like "$1: and why" "$(cat "$WORK/out")" "$2"
	check_status "$1: reload" 78 ctl reload force
	like "$1: and why, too" "$(cat "$WORK/out")" "$2"
	is "$1: nothing changed" "$(have)" "$was"
}
bad_conf "the network of another interface" \
    'the subnet 198.18.77.128/25 overlaps 198.18.77.1/24, which is an address of this host and its network' \
    198.18.77.128/25
bad_conf "a part of the pool" \
    'the subnet 100.64.1.128/25 overlaps the pool 100.64.1.0/24 of networks\[0\]' \
    100.64.1.128/25
conf "$OPEN $BOTH"
check "what was in force stays so" ctl reload
# The host gets a network that is behind a peer: no more peers get a part of it.
ip address add 172.20.8.1/24 dev wan0
check "an address in a subnet is told" wait_for 90 grep -q \
    '172.20.8.1 is an address of another interface here, whose network overlaps the subnet 172.20.0.0/16' \
    "$WORK/netd.log"
check "a reload goes on" wait_for 10 ctl reload
told() {
	printf '[Peer]\nPublicKey = %s\nAllowedIPs = 172.20.8.0/25\n' \
	    "$(wg genkey | wg pubkey)" >"$WORK/bad.conf"
	ctl import "$WORK/bad.conf" >"$WORK/out" 2>&1
	grep -q '172.20.8.0/25 overlaps 172.20.8.1/24, which the gateway itself has' \
	    "$WORK/out"
}
check "and no peer gets a part of that" wait_for 10 told
check_up "the others go on" ha 172.20.2.9

# --- undo ---

check "teardown" ctl teardown
wait_for 10 gone "$SUITE"
stop "$SUITE"
is "teardown: no route is left" "$(ours)" ""

# --- an adopted interface, on which the peers are already ---

ip address del 172.20.8.1/24 dev wan0
rm -f /run/wireguard/wg0.sock
rm -rf "$S/state"
ADOPT=true ADDRESS=''
conf "$OPEN $BOTH"
wg_here || { skip "an adopted interface" "no WireGuard"; finish; }
wg set wg0 private-key "$S/wg0.key" listen-port 51820
ip address add 100.64.0.1/16 dev wg0
ip address add "$GW6/48" dev wg0 nodad
ip link set wg0 mtu 1420 up
wg set wg0 peer "$a" allowed-ips "$(echo "$a_has" | tr -d ' ')"
wg set wg0 peer "$b" allowed-ips "$(echo "$b_has" | tr -d ' ')"
ip route add 172.20.0.0/16 dev wg0
ip -6 route add fd20::/48 dev wg0
check_up "before" a 100.64.0.1
check_up "before" b 100.64.0.1
was=$(have)
suite_start
is "adopted: they are as they were" "$(have)" "$was"
is "adopted: they wait to be claimed" "$(ctl -j show peers |
    jq -r '.peers[].source' | sort | uniq -c | tr -s ' ')" ' 2 unclaimed'
sed 's|, 172.20.1.0/24||' "$WORK/sites.conf" >"$WORK/less.conf"
check_status "adopted: import without a prefix" 1 ctl import "$WORK/less.conf"
like "adopted: it would be lost" "$(cat "$WORK/out")" \
    'would take 172.20.1.0/24 from the live peer: force it'
check "adopted: import" ctl import "$WORK/sites.conf"
is "adopted: they are ours" "$(ctl -j show peers | jq -r '.peers[].source' |
    sort -u)" static
is "adopted: with all that they had" "$(have)" "$was"
check_up "adopted" ha 172.20.2.9 fd20:0:0:2::9
finish
