#!/bin/sh
# Two suites in one network namespace, whose networks have the same name: each
# comes up beside the other, and neither takes anything away from the other.
. "${TOP:-.}/regress/lib.sh"
private "$@"
. "$TOP/regress/suite.sh"
[ -c /dev/net/tun ] || skip_all "no /dev/net/tun"
command -v nft >/dev/null || skip_all "no nft"

forwards() {
	cat /proc/sys/net/ipv4/ip_forward /proc/sys/net/ipv6/conf/all/forwarding
}
here() {		# INTERFACE
	ip link show "$1" >/dev/null 2>&1
}
not() {
	! "$@"
}
# What a suite has beside its interface.
ruled() {		# INTERFACE TABLE
	ip rule | grep -q "iif $1 lookup $2" &&
	    ip route show table "$2" | grep -q '^default via 198.18.0.1 dev wan0'
}
filtered() {		# INTERFACE
	nft list ruleset | grep -q "iifname \"$1\" jump from_"
}
whole() {		# INTERFACE TABLE
	here "$1" && ruled "$1" "$2" && filtered "$1"
}
nothing() {		# INTERFACE TABLE
	! here "$1" && ! ip rule | grep -q "lookup $2" &&
	    [ -z "$(ip route show table "$2" 2>/dev/null)" ] &&
	    ! filtered "$1"
}
forwarding() {
	[ "$(forwards | tr -d '\n')" = 11 ]
}
first() {
	whole wg0 42 && forwarding
}

TWO=$WORK/two
two_conf() {		# SED-COMMAND
	mkdir -p "$TWO"
	sed "s#$S#$TWO#; s/wg0\"/wg1\"/; s/51820/51821/; s/:8443/:8453/
	    s/$GW6/fd77::1/; s/fde3:25fb:7f6c/fd77:0:0/
	    s/100\.64\./100.72./g; s/table = 42/table = 43/; $1" \
	    "$CONF" >"$TWO/conf"
	chmod 640 "$TWO/conf"
}
two_spawn() {
	: >"$WORK/two.log"
	# shellcheck disable=SC2086
	spawn two "$NETD" -d $NOUSER -L "$BIN" -f "$TWO/conf"
	SECOND=$PID
}
two() {
	"$BIN/sallyctl" -s "$TWO/ctl.sock" "$@"
}
two_says() {		# ERE
	two -j show networks | jq -r '.networks[0] | "\(.state): \(.text)"' |
	    grep -Eq "$1"
}
two_start() {
	two_spawn
	wait_for 20 two_says '^up' || {
		fail "the second suite does not come up"
		two show networks
		return 1
	}
}

echo 0 >/proc/sys/net/ipv4/ip_forward
echo 0 >/proc/sys/net/ipv6/conf/all/forwarding
ip link add wan0 type veth peer name wan1
ip addr add 198.18.0.2/24 dev wan0
ip link set wan0 up
ip link set wan1 up
ip route add default via 198.18.0.1 dev wan0

pki_init
CONF_NETWORK='egress: { wan = "wan0"; table = 42; };'
suite_conf
two_conf
suite_start
dev_add d1
cert d1 smart-toilet-1
check "a device of the first" dev_enrol d1
check "the first has all" wait_for 5 first
ping_begin d1
check "the second comes up" two_start
check "the second has all" wait_for 5 whole wg1 43
for i in wg0 wg1; do
	like "$i has the alias" "$(ip -d link show $i)" 'alias sp:devices'
done
# Another look at everything, at the latest.
sleep 3
check "both stay" eval "first && whole wg1 43"
like "teardown of the second" "$(two teardown)" '^everything was undone'
wait_for 10 gone "$SECOND"
check "nothing is left of it" wait_for 5 nothing wg1 43
check "the first has all it had" first
check "no packet of the first was lost" ping_end d1

# The interface of the second is renamed.
check "the second again" two_start
ip link set wg1 down
ip link set wg1 name wgx
ip link set wgx up
check "renamed: it says so" wait_for 10 two_says 'is called wgx now'
check "renamed: by its own name" not two_says 'wg0 now'
p=$(pgrep -P "$SECOND" -f netd-hand)
kill -KILL "$p"
again() {
	[ "$(grep -c 'net=devices: .* is called wgx now' "$WORK/two.log")" -ge 2 ]
}
check "renamed: another hand says so, too" wait_for 10 again
check "renamed: teardown" two teardown
wait_for 10 gone "$SECOND"
check "renamed: it is gone" wait_for 5 not here wgx
check "renamed: the first has all it had" first

# One routing table for both, or one interface.
two_conf 's/table = 43/table = 42/'
two_spawn
check "the same table is refused" wait_for 10 two_says \
    '^failed: the routing table 42 is in use for wg0'
two teardown >/dev/null
wait_for 10 gone "$SECOND"
check "the same table: the first has all it had" first
two_conf 's/"devices"/"others"/; s/"wg1"/"wg0"/; s/egress: .*;$//'
two_spawn
check "the same interface is refused" wait_for 10 two_says \
    '^failed: wg0 has the mark of another network'
two teardown >/dev/null
wait_for 10 gone "$SECOND"
check "the same interface: the first has all it had" first

# A network of tunnels without a client has no interface that says whose its
# rules and its packet filter are.
tunnels() {
	[ "$(ip rule | grep -c 'iif gre .*lookup 43')" -eq 1 ] &&
	    ip rule | grep -q 'from 100.72.1.0/24 lookup 43' &&
	    nft list ruleset | grep -q 'gre\*'
}
cat >"$TWO/conf" <<-END
	gateway: { name = "gw2"; endpoint = "$GW"; state_dir = "$TWO/state";
	    ctl_socket = "$TWO/ctl.sock"; workers = 1; };
	networks = ( { name = "nodes"; transport = "gre"; interface = "gre";
	    gre: { local = "200::1"; }; address = [ "100.72.0.1/16" ];
	    pools = [ "100.72.1.0/24" ];
	    egress: { wan = "wan0"; table = 43; }; } );
	END
two_spawn
check "tunnels: the second has its rules" wait_for 10 tunnels
suite_stop
suite_start
check "tunnels: the first, started again, has all" wait_for 5 first
check "tunnels: the second has all it had" tunnels
SUITE_OLD=$SUITE
is "tunnels: teardown of the first" "$(ctl teardown)" \
    "everything was undone; sallyport stops"
wait_for 10 gone "$SUITE_OLD"
check "tunnels: the second has all it had, again" tunnels
unlike "tunnels: it had nothing to put back" "$(cat "$WORK/two.log")" \
    'drift'
kill -KILL "$SECOND"
wait_for 10 gone "$SECOND"
suite_start
gone_tunnels() { ! tunnels && ! ip rule | grep -q 'lookup 43'; }
check "tunnels: when it is dead, its rules are nobody's" wait_for 5 gone_tunnels
check "tunnels: a device of the first" dev_enrol d1

# The first is stopped, and its tunnels go on.
suite_stop
two_conf 's/"devices"/"others"/'
check "beside a stopped one" two_start
check "beside a stopped one: it stays whole" eval "sleep 1; first"
check "beside a stopped one: the log is right about it" logged \
    'wg0 belongs to network devices, .*unless another sallyport has that' \
    "$WORK/two.log"
like "beside a stopped one: teardown tells what stays" "$(two teardown)" \
    'interfaces that stay, .*: 1'
wait_for 10 gone "$SECOND"
check "beside a stopped one: it has all it had" first
check "the tunnel works" dev_ping d1

# What is left of an interface that somebody removes.
ip link delete wg0
check "it is removed: another start" two_start
check "it is removed: nothing is left" wait_for 5 nothing wg0 42
two teardown >/dev/null
wait_for 10 gone "$SECOND"
suite_start
check "the first again" first

# The network gets another name, and is the same.
suite_stop
sed -i 's/"devices"/"others"/' "$CONF"
suite_spawn
check "another name: it comes up" logged 'network up net=others'
check "another name: it has all it had" wait_for 5 first
like "another name: the alias" "$(ip -d link show wg0)" 'alias sp:others'
is "teardown of the first" "$(ctl teardown)" \
    "everything was undone; sallyport stops"
wait_for 10 gone "$SUITE"
check "nothing is left" wait_for 5 nothing wg0 42
is "forwarding is off" "$(forwards | tr -d '\n')" 00
is "no filter is left" "$(nft list tables)" ""
finish
