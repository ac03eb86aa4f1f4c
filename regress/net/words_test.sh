#!/bin/sh
# A word that comes with a reload and goes with the next takes back what it did:
# the kernel's state is then as it was, also if the hand that did it is gone.
. "${TOP:-.}/regress/lib.sh"
private "$@"
. "$TOP/regress/suite.sh"
command -v nft >/dev/null || skip_all "no nft"

ip link add wan0 type veth peer name wan1 || skip_all "no veth"
ip link set wan0 addrgenmode none
ip link set wan1 addrgenmode none
ip address add 198.18.0.2/24 dev wan0
ip link set wan1 up
ip link set wan0 up
ip route add default via 198.18.0.1 dev wan0
echo 0 >/proc/sys/net/ipv4/ip_forward
[ ! -w /proc/sys/net/ipv6/conf/all/forwarding ] ||
    echo 0 >/proc/sys/net/ipv6/conf/all/forwarding

pki_init
suite_conf
cp "$CONF" "$S/base"
suite_start
dev_add d1
cert d1 smart-toilet-1
check "enrol" dev_enrol d1

# What words can change, but for counters, times, and what the kernel makes at
# random when an interface gets IPv6 again.
kernel() {
	ip -d -o link show | grep -v 'vd1\|ns_' | sed 's/ *gso_.*//; s/ *numtx.*//'
	ip -o address show | grep -v 'vd1\|stable-privacy'
	ip -4 route show table all
	ip -6 route show table all | grep -v '^multicast\|^local fe80' | sort
	ip -4 rule; ip -6 rule
	nft list ruleset
	cat /proc/sys/net/ipv4/ip_forward \
	    /proc/sys/net/ipv6/conf/all/forwarding \
	    /proc/sys/net/ipv6/conf/wan0/accept_ra
	for i in $(wg show interfaces); do
		wg show "$i" listen-port; wg show "$i" public-key
		wg show "$i" allowed-ips
	done
}
is_as() {		# FILE
	kernel >"$WORK/now" 2>/dev/null
	cmp -s "$1" "$WORK/now"
}
is_not_as() {
	! is_as "$1"
}
load() {		# FILE
	cp "$1" "$CONF.new"
	chmod 640 "$CONF.new"
	mv "$CONF.new" "$CONF"
	ctl reload >"$WORK/reload" 2>&1
}

# A line of the table: whether the kernel changes, what it is, and how the
# configuration is edited.  With "hand", the word goes while no hand runs.
row() {			# changes|hand|same WHAT SED
	row_k=$1 row_n=$2 row_s=$3
	sed "$row_s" "$S/base" >"$S/with"
	if cmp -s "$S/base" "$S/with"; then
		fail "$row_n: the edit does nothing"
		return
	fi
	kernel >"$WORK/before" 2>/dev/null
	load "$S/with" || {
		fail "$row_n: reload: $(cat "$WORK/reload")"
		return
	}
	if [ "$row_k" = same ]; then
		wait_for 5 is_as "$WORK/before"
		check "$row_n: the kernel stays" is_as "$WORK/before"
	else
		check "$row_n: the kernel changes" \
		    wait_for 10 is_not_as "$WORK/before"
		wait_for 10 suite_up
	fi
	if [ "$row_k" = hand ]; then
		row_o=$(role_pid netd-hand)
		kill -KILL "$row_o"
	fi
	# A reload that meets the death must be asked for again.
	wait_for 10 load "$S/base" ||
	    fail "$row_n: reload: $(cat "$WORK/reload")"
	[ "$row_k" != hand ] || wait_for 30 role_new netd-hand "$row_o" ||
	    fail "$row_n: no other hand"
	check "$row_n: taken back" wait_for 15 is_as "$WORK/before" ||
	    diff "$WORK/before" "$WORK/now"
}

net() {			# WORDS: sed that adds words to the network
	echo "s|quarantine = \"0s\";|& $1|"
}
wait_for 5 suite_up
row hand mtu "$(net 'mtu = 1380;')"
row changes "mtu that is small" \
    's|address = \[ "fde3.*|address = [ "100.64.0.1/16" ]; mtu = 1100;|
    s|pools = .*|pools = [ "100.64.1.0/24" ];|; s|routes = .*||; s|"autowg", ||'
row changes "an address" 's|address = \[|& "10.77.0.1/24",|'
row changes "a link-local address" 's|address = \[|& "fe80::77/64",|'
row hand "an address with a pool" \
    's|address = \[|& "10.77.0.1/24",|; s|pools = \[|& "10.77.0.128/25",|'
row changes listen_port 's|listen_port = 51820|listen_port = 51899|'
row changes isolate "$(net 'isolate = false;')"
row changes egress "$(net 'egress: { wan = "wan0"; table = 77; };')"
row changes "egress without masquerade" \
    "$(net 'egress: { wan = "wan0"; masquerade = false; };')"
row changes "egress to what is not there" \
    "$(net 'egress: { wan = "nothing"; };')"
row hand "egress, isolate and mtu" \
    "$(net 'egress: { wan = "wan0"; }; isolate = false; mtu = 1300;')"
row changes "another network" 's|^networks = ( {|&|; s|^} );|}, {\
    name = "more"; interface = "wg1"; listen_port = 51821;\
    private_key_file = "'"$S"'/wg1.key"; address = [ "10.88.0.1/24" ];\
    pools = [ "10.88.0.128/25" ]; } );|;'
row same keepalive "$(net 'keepalive = 7;')"
row same routes 's|routes = \[|& "10.66.0.0/16",|'
row same reserve "$(net 'reserve = [ "100.64.1.200/29" ];')"
row same lease 's|lease = "never"|lease = "10h"|'
row same quarantine 's|quarantine = "0s"|quarantine = "5m"|'
row same max_peers "$(net 'max_peers = 3;')"
row same limits 's|^networks|limits: { connections = 99; }; &|'
check "the device's tunnel is there all the time" dev_ping d1
suite_stop
finish
