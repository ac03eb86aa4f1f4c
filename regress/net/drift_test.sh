#!/bin/sh
# What others take away behind our back is put right, and what is not ours is
# left alone.
. "${TOP:-.}/regress/lib.sh"
private "$@"
. "$TOP/regress/suite.sh"

CHECK=30		# seconds: peers are looked at three times a minute
FORWARDING="net.ipv4.ip_forward net.ipv6.conf.all.forwarding"

put_right() {		# " net=NAME"|"" WHAT
	logged "drift$1: put right: $2\$"
}

ip link add wan0 type veth peer name wan1 && ip link set wan0 up
pki_init
CONF_NETWORK='egress: { wan = "wan0"; table = 42; masquerade = true; };'
suite_conf
suite_start
for d in d1 d2; do
	dev_add "$d"
	cert "$d" "smart-toilet-${d#d}"
	check "$d enrols" dev_enrol "$d"
	check "$d pings" dev_ping "$d"
done
key=$(cat "$WORK/d1.pub")

drift() {
	ctl -j show status | jq -r .status.kernel_hand.drift
}

has_peer() {
	wg show wg0 peers | grep -qxF "$key"
}

has_addr() {
	ip -6 -o address show dev wg0 | grep -qF "$GW6/48"
}

is_up() {
	ip link show wg0 2>/dev/null | grep -q '[<,]UP[,>]'
}

before=$(drift)
is "nothing was drift before" "$before $(grep -c drift "$WORK/netd.log")" "0 0"
ip address delete "$GW6/48" dev wg0
check "an address comes back" wait_for $CHECK has_addr
check "and the tunnel with it" dev_ping d1
check "the log says which" put_right " net=devices" "address $GW6/48"

ip link set wg0 down
check "the link comes up again" wait_for $CHECK is_up
check "the log says so" put_right " net=devices" "the link"
check "and the tunnel with it" wait_for $CHECK dev_ping d1

# Nobody is told of these; one look finds all of them.
before=$(drift)
nft delete table inet sallyport
for f in $FORWARDING; do
	file=/proc/sys/$(echo "$f" | tr . /)
	is "$f is on" "$(cat "$file")" 1
	echo 0 >"$file"
done
stranger=$(wg genkey | wg pubkey)
wg set wg0 peer "$stranger" allowed-ips 10.66.0.0/24
wg set wg0 peer "$(cat "$WORK/d2.pub")" allowed-ips 10.66.1.0/24
wg set wg0 peer "$key" remove
check "a peer removed by others comes back" wait_for $CHECK has_peer
dev_apply d1
check "and the tunnel with it" dev_ping d1
check "a peer with other addresses gets its own again" \
    wait_for $CHECK dev_ping d2
unlike "a peer that nobody leased is removed" "$(wg show wg0 allowed-ips)" \
    10\\.66
check "the log says so" put_right " net=devices" peers
has_nft() {
	nft list table inet sallyport
}
check "the packet filter comes back" wait_for $CHECK has_nft
check "the log says so" put_right "" "the packet filter"
for f in $FORWARDING; do
	check "$f is on again" wait_for $CHECK \
	    grep -q 1 "/proc/sys/$(echo "$f" | tr . /)"
	check "the log says so" put_right "" "$f"
done
# The table, a peer each that came, went and was changed, two of forwarding.
counted() {
	[ "$(drift)" -ge $((before + 6)) ]
}
check "drift is counted" wait_for 5 counted || drift

# The way out.
ip rule delete iif wg0 lookup 42
has_rule() {
	ip rule show | grep -q "iif wg0 lookup 42"
}
check "a rule comes back" wait_for $CHECK has_rule
check "the log says so" put_right "" "egress rule"
ip route flush table 42
has_wall() {
	ip route show table 42 | grep -q "^unreachable default"
}
check "the end of the egress table comes back" wait_for $CHECK has_wall
check "the log says so" put_right "" "egress route 0.0.0.0/0"
ip link delete wg0
again() {
	is_up && has_peer && has_addr
}
check "a deleted interface comes back with its peers" wait_for $CHECK again
dev_apply d1
check "and the tunnel with it" dev_ping d1
suite_stop
is "forwarding stays with on_stop = keep" \
    "$(cat /proc/sys/net/ipv4/ip_forward)" 1
finish
