#!/bin/sh
# An uplink that has its IPv6 from a router's advertisements keeps it when
# forwarding is switched on, and all is put back at the end.
. "${TOP:-.}/regress/lib.sh"
private "$@"
. "$TOP/regress/suite.sh"
command -v perl >/dev/null || skip_all "no perl"
[ -w /proc/sys/net/ipv6/conf/all/forwarding ] || skip_all "no IPv6 here"

ra() { cat /proc/sys/net/ipv6/conf/wan0/accept_ra; }
forwards() { cat /proc/sys/net/ipv6/conf/all/forwarding; }
routed() {
	ip -6 route show default dev wan0 proto ra | grep -q 'via fe80::1 '
}

# One advertisement to all nodes, by a router for half an hour.
advertise() {
	# shellcheck disable=SC2016
	in_ns isp perl -MSocket=:DEFAULT,inet_pton,pack_sockaddr_in6 -e '
	    socket(S, AF_INET6, SOCK_RAW, 58) or die "socket: $!";
	    setsockopt(S, 41, 18, pack("i", 255)) or die "hops: $!";
	    my $if = `cat /sys/class/net/isp0/ifindex`;
	    my $to = pack_sockaddr_in6(0, inet_pton(AF_INET6, "ff02::1"),
	        $if + 0, 0);
	    send(S, pack("CCnCCnNN", 134, 0, 0, 64, 0, 1800, 0, 0), 0, $to)
	        or die "send: $!"'
}
heard() {
	advertise && routed
}

ns_add isp
eval "isp=\$ns_isp"
ip link add wan0 type veth peer name isp0 netns "$isp" || skip_all "no veth"
echo 0 >/proc/sys/net/ipv6/conf/all/forwarding
echo 1 >/proc/sys/net/ipv6/conf/wan0/accept_ra
ip link set wan0 up
in_ns isp ip link set isp0 addrgenmode none
in_ns isp ip link set isp0 up
in_ns isp ip address add fe80::1/64 dev isp0 nodad
in_ns isp mount -t sysfs sysfs /sys
check "an advertisement is heard" wait_for 10 heard

pki_init
ON_STOP=undo
CONF_NETWORK='egress: { wan = "wan0"; table = 42; };'
suite_conf
suite_start
check "the default route stays" routed
is "forwarding is on" "$(forwards)" 1
is "accept_ra" "$(ra)" 2
check "it is the devices' default route, too" \
    wait_for 5 eval "ip -6 route show table 42 | grep -q '^default via fe80::1 '"
ip -6 route delete default dev wan0
check "and comes again with the next advertisement" wait_for 10 heard
p=$(role_pid netd-hand)
kill -KILL "$p"
check "the hand again" wait_for 10 role_new netd-hand "$p"
again() { [ "$(grep -c 'network up' "$WORK/netd.log")" -ge 2 ]; }
check "and its network" wait_for 10 again
is "accept_ra is left alone" "$(ra)" 2
suite_stop
is "stopped: forwarding is off" "$(forwards)" 0
is "stopped: accept_ra" "$(ra)" 1
is "stopped: no note is left" "$(ip -6 route show table all type unreachable |
    grep -v 'dev lo')" ''

# Whoever has no route from there, or does not want it, is left alone.
ip -6 route delete default dev wan0 proto ra
ip -6 route add default via fe80::1 dev wan0 proto static
suite_start
is "a static route: accept_ra" "$(ra)" 1
is "a static route: forwarding is on" "$(forwards)" 1
suite_stop
ip -6 route delete default dev wan0
ip -6 route add default via fe80::1 dev wan0 proto ra
echo 0 >/proc/sys/net/ipv6/conf/wan0/accept_ra
suite_start
is "another program hears the router: accept_ra" "$(ra)" 0
suite_stop
is "another program hears the router: stopped" "$(ra)" 0

# Taken out of the configuration, it is put back at once.
echo 1 >/proc/sys/net/ipv6/conf/wan0/accept_ra
suite_start
is "again" "$(ra)" 2
sed -i 's/egress: .*;$/isolate = false;/' "$CONF"
check "reload" ctl reload
was() { [ "$(ra)" = 1 ]; }
check "no uplink any more: accept_ra" wait_for 5 was
is "no uplink any more: forwarding goes on" "$(forwards)" 1
suite_stop

# Taken out while nothing runs, it is put back by the next start.
put_back() {		# NAME
	check "$1: accept_ra" wait_for 5 was
	is "$1: no note is left" "$(ip -6 route show table all \
	    type unreachable | grep -v 'dev lo')" ''
}
ON_STOP=keep
suite_conf
suite_start
is "keep" "$(ra)" 2
suite_stop
is "keep: it stays" "$(ra)" 2
sed -i 's/egress: .*;$//' "$CONF"
suite_start
put_back "gone while stopped"
suite_stop
echo 2 >/proc/sys/net/ipv6/conf/wan0/accept_ra
suite_start
suite_stop
is "what others have set stays" "$(ra)" 2
echo 1 >/proc/sys/net/ipv6/conf/wan0/accept_ra
ip link delete wg0
ON_STOP=undo

# An uplink that comes while we run, and one of its name that comes after it.
late() {
	eval "isp=\$ns_isp"
	ip link add wan0 type veth peer name isp0 netns "$isp" &&
	    echo 1 >/proc/sys/net/ipv6/conf/wan0/accept_ra &&
	    ip link set wan0 up &&
	    in_ns isp ip link set isp0 addrgenmode none &&
	    in_ns isp ip link set isp0 up &&
	    in_ns isp ip address add fe80::1/64 dev isp0 nodad
}
two() { [ "$(ra)" = 2 ]; }
ip link delete wan0
CONF_NETWORK='egress: { wan = "wan0"; table = 42; };'
suite_conf
suite_start
is "no uplink yet: forwarding is on" "$(forwards)" 1
for again in "an uplink that comes" "another one of its name"; do
	check "$again" late
	check "$again: accept_ra" wait_for 5 two
	check "$again: it hears its router" wait_for 10 heard
	[ "$again" != "an uplink that comes" ] || ip link delete wan0
done
suite_stop
is "stopped: accept_ra" "$(ra)" 1
is "stopped: no note is left" "$(ip -6 route show table all type unreachable |
    grep -v 'dev lo')" ''
finish
