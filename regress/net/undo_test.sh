#!/bin/sh
# The real suite with egress over wireguard-go: what it makes, what it puts
# right behind others' backs, and that undo leaves the system as it was, to the
# byte, although the kernel hand was killed in between.

why=
command -v wireguard-go >/dev/null || why="no wireguard-go"
command -v nft >/dev/null || why="no nft"
[ -c /dev/net/tun ] || why="no /dev/net/tun"
if [ "$(id -u)" -eq 0 ]; then
	ns="unshare -mn --propagation private"
else
	ns="unshare -Urmn --map-root-user"
fi
[ -n "$why" ] || $ns true 2>/dev/null || why="no namespaces"
if [ -n "$why" ]; then
	echo "skip undo: $why"
	exit 0
fi
[ -n "$UNDO_INSIDE" ] || UNDO_INSIDE=1 exec $ns sh "$0"

dir=$(mktemp -d) || exit 1
pid=
trap '[ -z "$pid" ] || kill "$pid" 2>/dev/null; wait; rm -rf "$dir"' EXIT
mkdir -p /var/run/wireguard && mount -t tmpfs t /var/run/wireguard || {
	echo "skip undo: cannot mount"
	exit 0
}

say() {		# NAME STATUS
	[ "$2" -eq 0 ] && echo "ok undo: $1" || echo "FAIL undo: $1"
}

until_true() {	# SECONDS COMMAND...
	n=$(($1 * 10)); shift
	while [ $n -gt 0 ]; do
		"$@" >/dev/null 2>&1 && return 0
		n=$((n - 1))
		sleep 0.1
	done
	return 1
}

forwards() { cat /proc/sys/net/ipv4/ip_forward \
    /proc/sys/net/ipv6/conf/all/forwarding; }
state() {
	ip -d link; ip -d addr
	ip -d route show table all; ip -d -6 route show table all
	ip -d rule; ip -d -6 rule
	nft list ruleset; forwards
}
up() { wg show wgs0 listen-port | grep -q 51823; }
routed() { ip route show table 42 | grep -q '^default via 198.18.0.1 dev wan0'; }
unrouted() { ! routed; }
ruled() { ip rule | grep -q 'iif wgs0 lookup 42'; }
filtered() { nft list table inet sallyport | grep -q masquerade; }
addressed() { ip addr show wgs0 | grep -q 100.64.0.1/16; }

ip link set lo up
echo 0 >/proc/sys/net/ipv4/ip_forward
ip link add wan0 type veth peer name wan1
ip addr add 198.18.0.2/24 dev wan0
ip link set wan0 up
ip link set wan1 up
ip route add default via 198.18.0.1 dev wan0
sleep 3		# duplicate address detection
state >"$dir/before"

mkdir -m 0700 "$dir/state"
cat >"$dir/conf" <<EOF
gateway: { name = "gw"; endpoint = "gw.example"; on_stop = "undo";
	state_dir = "$dir/state"; ctl_socket = "$dir/ctl.sock"; };
networks = ( { name = "devices"; interface = "wgs0"; backend = "auto";
	listen_port = 51823; private_key_file = "$dir/wg.key";
	address = [ "fd00:7::1/48", "100.64.0.1/16" ];
	pools = [ "fd00:7:0:1::/64", "100.64.1.0/24" ];
	isolate = true;
	egress: { wan = "wan0"; table = 42; masquerade = true; }; } );
identities = ( { proof = "certificate"; pattern = "d"; role = "device";
	network = "devices"; } );
listen = ( { address = "127.0.0.1:19587"; api = [ "metrics" ];
	proof = "none"; } );
EOF
chmod 0600 "$dir/conf"
start() {
	"$BIN/netd" -d -v -U -L "$BIN" -f "$dir/conf" >>"$dir/log" 2>&1 &
	pid=$!
}
start
until_true 10 up || { echo "FAIL undo: up"; cat "$dir/log"; exit 1; }
echo "ok undo: up"
until_true 5 routed; say "default route through the wan" $?
ruled; say "rule" $?
filtered; say "packet filter" $?
[ "$(forwards | tr -d '\n')" = 11 ]; say "forwarding is on" $?

ip link set wan0 down
until_true 3 unrouted; say "wan gone: no default route" $?
ip route show table 42 | grep -q '^unreachable default'
say "wan gone: nothing leaks" $?
ip link set wan0 up
ip route add default via 198.18.0.1 dev wan0
until_true 5 routed; say "wan back: default route again" $?

ip rule del iif wgs0
nft flush ruleset
ip addr del 100.64.0.1/16 dev wgs0
until_true 5 ruled; say "rule put right" $?
until_true 5 filtered; say "packet filter put right" $?
until_true 5 addressed; say "address put right" $?

kern=$(sed -n 's/.*netd-hand: started, pid //p' "$dir/log" | tail -n 1)
kill -9 "$kern"
sleep 0.2
routed && ruled && filtered; say "kernel hand killed: all stays" $?
again() { [ "$(grep -c 'netd-hand: ready' "$dir/log")" -eq 2 ]; }
until_true 5 again; say "kernel hand started again" $?
sleep 1.5

kill "$pid"; wait "$pid"; say "stopped" $?
pid=
gone() { ! ip link show wgs0; }
until_true 3 gone; say "interface deleted" $?
sleep 2
state >"$dir/after"
cmp -s "$dir/before" "$dir/after"; st=$?
[ $st -eq 0 ] || { diff "$dir/before" "$dir/after"; cat "$dir/log"; }
say "all as it was before, to the byte" $st
