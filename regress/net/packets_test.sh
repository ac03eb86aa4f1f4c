#!/bin/sh
# Who reaches whom, as a whole: a real packet from each kind of place to each
# other one, in both families.  Networks:
#	a	egress, and nothing else
#	b	no egress; isolate = false, inbound = true
#	c	egress, reach = [ "a" ]
#	d	egress, inbound = true
#	e	an adopted interface without a word more; x is a peer on it that
#		is not ours
# and a host behind the wan, one behind another interface, the gateway itself.
. "${TOP:-.}/regress/lib.sh"
for need in wireguard-go nft jq; do
	command -v $need >/dev/null || skip_all "no $need"
done
[ -c /dev/net/tun ] || skip_all "no /dev/net/tun"
private "$@"
. "$TOP/regress/suite.sh"

OUT='"203.0.113.0/24", "2001:db8::/32"'

# A host behind an interface of the gateway, which knows the way to devices.
host_add() {		# NAME IF NET ADDR ADDR6
	ns_add "$1"
	eval "host_ns=\$ns_$1"
	ip link add "$2" type veth peer name eth0 netns "$host_ns" || return
	ip address add "198.18.$3.2/24" dev "$2"
	ip address add "fd98:$3::2/64" dev "$2" nodad
	ip link set "$2" up
	in_ns "$1" ip address add "198.18.$3.1/24" dev eth0
	in_ns "$1" ip address add "fd98:$3::1/64" dev eth0 nodad
	in_ns "$1" ip address add "$4/32" dev lo
	in_ns "$1" ip address add "$5/128" dev lo nodad
	in_ns "$1" ip link set eth0 up
	in_ns "$1" sh -c 'echo 0 >/proc/sys/net/ipv4/ip_forward'
	in_ns "$1" ip route add default via "198.18.$3.2" src "$4"
	in_ns "$1" ip route add default via "fd98:$3::2" src "$5"
}
host_add isp wan0 0 203.0.113.1 2001:db8:1::1 || skip_all "no veth"
host_add lan lan0 1 203.0.113.129 2001:db8:2::1
ip route add default via 198.18.0.1 dev wan0
ip route add default via fd98:0::1 dev wan0
ip route add 203.0.113.128/25 via 198.18.1.1 dev lan0
ip route add 2001:db8:2::/48 via fd98:1::1 dev lan0
ip address add 10.0.0.1/32 dev lo
ip address add fd00::1/128 dev lo nodad
echo 1 >/proc/sys/net/ipv4/ip_forward
echo 1 >/proc/sys/net/ipv6/conf/all/forwarding

# The native way, which gives addresses and routes of both families.
enrol() {		# NAME CERT
	enrol_st=$(dev_put "$1" "$2")
	case $enrol_st in 20?) dev_apply "$1" ;; *) echo "$enrol_st"; return 1 ;; esac
}

net() {			# NAME NUMBER WORDS
	printf '{ name = "%s"; interface = "wg%s"; listen_port = %s;
	    address = [ "10.%s.0.1/16", "fd00:%s::1/48" ];
	    pools = [ "10.%s.1.0/24", "fd00:%s:0:1::/64" ];
	    routes = [ "10.0.0.0/8", "fd00::/16", %s ];
	    private_key_file = "%s/%s.key"; %s }' \
	    "$1" "$2" $((51820 + $2)) "$2" "$2" "$2" "$2" "$OUT" "$S" "$1" "$3"
}
conf() {		# WORDS-OF-C WORDS-OF-D
	suite_conf
	{
		sed '/^networks/,$d' "$CONF"
		echo "networks = ("
		net a 1 'egress: { wan = "wan0"; table = 101; };'; echo ,
		net b 2 'isolate = false; inbound = true;'; echo ,
		net c 3 "egress: { wan = \"wan0\"; table = 103; }; $1"; echo ,
		net d 4 "egress: { wan = \"wan0\"; table = 104; }; $2"; echo ,
		net e 5 'adopt = true;' | sed 's/private_key_file[^;]*;//'
		echo ');'
		sed -n '/^identities/,$p' "$CONF"
	} >"$CONF.new"
	chmod 640 "$CONF.new"
	mv "$CONF.new" "$CONF"
}
RULES=''
for n in a b c d e; do
	RULES="$RULES${RULES:+, }{ proof = \"certificate\";
	    pattern = \"$n\\\\d\"; role = \"device\"; network = \"$n\"; }"
done

# The interface that others made, with their peer.
spawn wg5 env WG_PROCESS_FOREGROUND=1 wireguard-go -f wg5
wait_for 5 wg_listens wg5
(umask 077; wg genkey >"$WORK/wg5.key"; wg genkey >"$WORK/stranger.key")
wg set wg5 private-key "$WORK/wg5.key" listen-port 51825 \
    peer "$(wg pubkey <"$WORK/stranger.key")" allowed-ips 10.5.9.9/32,fd00:5:0:9::9/128
ip address add 10.5.0.1/16 dev wg5
ip address add fd00:5::1/48 dev wg5 nodad
ip link set wg5 up

pki_init
conf 'reach = [ "a" ];' 'inbound = true;'
suite_start

for d in a1 a2 b1 b2 c1 d1 e1; do
	dev_add $d
	cert $d $d
	check "device $d" enrol $d $d
	for r in 10.0.0.0/8 203.0.113.0/24 2001:db8::/32 fd00::/16; do
		in_ns $d ip route replace $r dev wg0
	done
	eval "ip4_$d=$(leases | sed -n "s/^$d .* //p" | tr , '\n' | grep -v :)"
	eval "ip6_$d=$(leases | sed -n "s/^$d .* //p" | tr , '\n' | grep :)"
done
dev_add x
in_ns x wg set wg0 private-key "$WORK/stranger.key" \
    peer "$(wg show wg5 public-key)" endpoint "$GW:51825" \
    allowed-ips 10.0.0.0/8,fd00::/16,203.0.113.0/24,2001:db8::/32
in_ns x ip address add 10.5.9.9/32 dev wg0
in_ns x ip address add fd00:5:0:9::9/128 dev wg0 nodad
in_ns x ip link set wg0 mtu 1280 up
for r in 10.0.0.0/8 203.0.113.0/24 2001:db8::/32 fd00::/16; do
	in_ns x ip route replace $r dev wg0
done
# shellcheck disable=SC2034
ip4_x=10.5.9.9 ip6_x=fd00:5:0:9::9 ip4_gw=10.0.0.1 ip6_gw=fd00::1 \
    ip4_isp=203.0.113.1 ip6_isp=2001:db8:1::1 \
    ip4_lan=203.0.113.129 ip6_lan=2001:db8:2::1

at() {			# PLACE COMMAND ...
	at_place=$1; shift
	if [ "$at_place" = gw ]; then "$@"; else in_ns "$at_place" "$@"; fi
}

# From one place to another: y or n.
packet() {		# FROM TO FAMILY
	eval "packet_to=\${ip$3_$2%/*}"
	if at "$1" ping -q -c 2 -i 0.3 -W 2 "$packet_to" >/dev/null 2>&1; then
		echo y
	else
		echo n
	fi >"$WORK/p.$1.$2.$3"
}

PLACES="a1 a2 b1 b2 c1 d1 e1 x isp lan gw"

# All pairs at once, as a table of $1.
table() {		# FAMILY
	for from in $PLACES; do
		running=''
		for to in $PLACES; do
			[ "$from" = "$to" ] || {
				packet "$from" "$to" "$1" &
				running="$running $!"
			}
		done
		# shellcheck disable=SC2086
		wait $running
	done
	printf '%-4s' ''
	# shellcheck disable=SC2086
	printf ' %-3s' $PLACES
	echo
	for from in $PLACES; do
		printf '%-4s' "$from"
		for to in $PLACES; do
			if [ "$from" = "$to" ]; then
				printf ' %-3s' -
			else
				printf ' %-3s' "$(cat "$WORK/p.$from.$to.$1")"
			fi
		done
		echo
	done
}

# Every tunnel has met its gateway once.
for d in a1 a2 b1 b2 c1 d1 e1 x; do
	wait_for 5 at $d ping -q -c 1 -W 1 10.0.0.1 ||
	    fail "$d does not reach its gateway"
done
cat >"$WORK/want" <<'END'
     a1  a2  b1  b2  c1  d1  e1  x   isp lan gw 
a1   -   n   n   n   n   n   n   n   y   n   y  
a2   n   -   n   n   n   n   n   n   y   n   y  
b1   n   n   -   y   n   n   n   n   n   n   y  
b2   n   n   y   -   n   n   n   n   n   n   y  
c1   y   y   n   n   -   n   n   n   y   n   y  
d1   n   n   n   n   n   -   n   n   y   n   y  
e1   n   n   n   n   n   n   -   n   n   n   y  
x    n   n   y   y   n   n   n   -   y   y   y  
isp  n   n   y   y   n   y   n   y   -   y   y  
lan  n   n   y   y   n   n   n   y   y   -   y  
gw   y   y   y   y   y   y   y   y   y   y   -  
END
for f in 4 6; do
	table $f >"$WORK/got$f"
	check "who reaches whom, IPv$f" diff "$WORK/want" "$WORK/got$f"
done

# A connection that a word allowed ends with the word.
in_ns c1 ping -i 0.1 "${ip4_a1%/*}" >"$WORK/ping_c" 2>&1 &
pids="$! $pids"
in_ns isp ping -i 0.1 "${ip4_d1%/*}" >"$WORK/ping_d" 2>&1 &
pids="$! $pids"
answers() { grep -c 'bytes from' "$WORK/ping_$1"; }
check "reach: a connection" wait_for 5 grep -q 'bytes from' "$WORK/ping_c"
check "inbound: a connection" wait_for 5 grep -q 'bytes from' "$WORK/ping_d"
conf '' ''
check "reload" ctl reload
check "reach: it ends with the word" wait_for 5 steady answers c
check "inbound: it ends with the word" wait_for 5 steady answers d
conf 'reach = [ "a" ];' 'inbound = true;'
check "reload, back" ctl reload
c=$(answers c) d=$(answers d)
more() { [ "$(answers c)" -gt "$c" ] && [ "$(answers d)" -gt "$d" ]; }
check "the words back: both again" wait_for 5 more
finish
