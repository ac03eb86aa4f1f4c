#!/bin/sh
# The real suite with egress over wireguard-go: what it makes, what it puts
# right behind others' backs, and that undo leaves the system as it was, to the
# byte, although the hand was killed in between.
. "${TOP:-.}/regress/lib.sh"
for need in wireguard-go nft; do
	command -v $need >/dev/null || skip_all "no $need"
done
[ -c /dev/net/tun ] || skip_all "no /dev/net/tun"
private "$@"

forwards() { cat /proc/sys/net/ipv4/ip_forward \
    /proc/sys/net/ipv6/conf/all/forwarding; }
state() {
	ip -d link; ip -d addr
	# A link that went down and up has its routes in another order.
	ip -d route show table all | sort; ip -d -6 route show table all | sort
	ip -d rule; ip -d -6 rule
	nft list ruleset; forwards
}
up() { wg show wgs0 listen-port | grep -q 51823; }
routed() { ip route show table 42 | grep -q '^default via 198.18.0.1 dev wan0'; }
unrouted() { ! routed; }
ruled() { ip rule | grep -q 'iif wgs0 lookup 42'; }
filtered() { nft list table inet sallyport | grep -q masquerade; }
addressed() { ip addr show wgs0 | grep -q 100.64.0.1/16; }

echo 0 >/proc/sys/net/ipv4/ip_forward
ip link add wan0 type veth peer name wan1
ip addr add 198.18.0.2/24 dev wan0
ip link set wan0 up
ip link set wan1 up
ip route add default via 198.18.0.1 dev wan0
# Duplicate address detection is over on both ends.
has_own() {
	[ "$(ip -6 -o address show scope link | grep -vc tentative)" -eq 2 ]
}
wait_for 5 has_own
state >"$WORK/before"

mkdir -m 0700 "$WORK/state"
cat >"$WORK/conf" <<EOF
gateway: { name = "gw"; endpoint = "gw.example"; on_stop = "undo";
	state_dir = "$WORK/state"; ctl_socket = "$WORK/ctl.sock"; };
networks = ( { name = "devices"; interface = "wgs0"; backend = "auto";
	listen_port = 51823; private_key_file = "$WORK/wg.key";
	address = [ "fd00:7::1/48", "100.64.0.1/16" ];
	pools = [ "fd00:7:0:1::/64", "100.64.1.0/24" ];
	isolate = true;
	egress: { wan = "wan0"; table = 42; masquerade = true; }; } );
identities = ( { proof = "certificate"; pattern = "d"; role = "device";
	network = "devices"; } );
listen = ( { address = "127.0.0.1:19587"; api = [ "metrics" ];
	proof = "none"; } );
EOF
chmod 0600 "$WORK/conf"
spawn netd "$BIN/netd" -d -v -U -L "$BIN" -f "$WORK/conf"
netd=$PID
check "up" wait_for 10 up || exit 1
check "default route through the wan" wait_for 5 routed
check "rule" wait_for 5 ruled
check "packet filter" wait_for 5 filtered
forwarding() { [ "$(forwards | tr -d '\n')" = 11 ]; }
check "forwarding is on" wait_for 5 forwarding

ip link set wan0 down
check "wan gone: no default route" wait_for 3 unrouted
like "wan gone: nothing leaks" "$(ip route show table 42)" \
    '^unreachable default'
ip link set wan0 up
ip route add default via 198.18.0.1 dev wan0
check "wan back: default route again" wait_for 5 routed

ip rule del iif wgs0 lookup 42
nft flush ruleset
ip addr del 100.64.0.1/16 dev wgs0
check "rule put right" wait_for 5 ruled
check "packet filter put right" wait_for 5 filtered
check "address put right" wait_for 5 addressed

hand=$(sed -n 's/.*netd-hand: started, pid //p' "$WORK/netd.log" | tail -n 1)
kill -9 "$hand"
wait_for 5 gone "$hand"
kept() { routed && ruled && filtered; }
check "hand killed: all stays" kept
twice() { [ "$(grep -c "netd-hand: $1" "$WORK/netd.log")" -eq 2 ]; }
check "hand started again" wait_for 5 twice ready
wait_for 5 twice 'network up'

kill "$netd"
wait "$netd"
is "stopped" $? 0
deleted() { ! ip link show wgs0; }
check "interface deleted" wait_for 3 deleted
same() {
	state >"$WORK/after"
	cmp -s "$WORK/before" "$WORK/after"
}
check "all as it was before, to the byte" wait_for 5 same ||
    diff "$WORK/before" "$WORK/after"
finish
