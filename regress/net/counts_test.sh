#!/bin/sh
# What the packet filter has counted for a network is what was sent: real
# packets of each kind, one after the other.  The counts go on through reloads,
# other networks, others' changes and the death of a process, and never fall.
. "${TOP:-.}/regress/lib.sh"
for need in wireguard-go nft jq; do
	command -v $need >/dev/null || skip_all "no $need"
done
[ -c /dev/net/tun ] || skip_all "no /dev/net/tun"
private "$@"
. "$TOP/regress/suite.sh"

ns_add isp
# shellcheck disable=SC2154
ip link add wan0 type veth peer name isp0 netns "$ns_isp" || skip_all "no veth"
ip address add 198.18.0.2/24 dev wan0
ip link set wan0 up
in_ns isp ip address add 198.18.0.1/24 dev isp0
for i in 1 2 3; do
	in_ns isp ip address add 203.0.113.$i/32 dev lo
done
in_ns isp ip link set isp0 up
in_ns isp ip route add 100.64.0.0/16 via 198.18.0.2
ip route add default via 198.18.0.1 dev wan0

words() {		# EGRESS [NETWORK]
	CONF_NETWORK="egress: { wan = \"wan0\"; table = 42; $1 }; $2"
	suite_conf
	sed 's/routes = \[ /&"100.64.0.0\/16", "203.0.113.0\/24", /' "$CONF" \
	    >"$CONF.new"
	chmod 640 "$CONF.new"
	mv "$CONF.new" "$CONF"
}
pki_init
words 'deny = [ "203.0.113.2" ];'
suite_start

enrol() {		# NAME
	case $(dev_put "$1" "$1") in 20?) dev_apply "$1" ;; *) return 1 ;; esac
	for i in 100.64.0.0/16 203.0.113.0/24; do
		in_ns "$1" ip route replace $i dev wg0 || return
	done
}
n=0
for d in d1 d2; do
	n=$((n + 1))
	dev_add $d
	cert $d smart-toilet-$n
	check "device $d" enrol $d
	eval "ip_$d=$(jq -r '.addresses[] | select(test(":") | not)' \
	    "$WORK/$d.body" | sed 's/\/.*//')"
done

counts() {
	ctl -j show networks | jq -r '.networks[] | select(.name == "devices") |
	    .traffic | "\(.from_packets) \(.to_packets) \(.out_packets) \(.out_bytes) \(.in_packets) \(.in_bytes) \(.isolate_packets) \(.inbound_packets) \(.deny_packets) \(.allow_packets) \(.other_packets)"'
}
# How much each has grown since the last time; the words stand for
#	from to out out_bytes in in_bytes isolate inbound deny allow other
grown() {		# NAME WANT
	counts >"$WORK/now"
	is "$1" "$(paste -d ' ' "$WORK/now" "$WORK/was" | awk '{
		for (i = 1; i <= 11; i++)
			printf "%s%d", (i > 1 ? " " : ""), $i - $(11 + i)
	}')" "$2"
	mv "$WORK/now" "$WORK/was"
}
fell() {
	counts >"$WORK/now"
	paste -d ' ' "$WORK/now" "$WORK/was" | awk '{
		for (i = 1; i <= 11; i++)
			if ($i < $(11 + i)) exit 0
		exit 1
	}'
}
pings() {		# FROM COUNT TO
	in_ns "$1" ping -q -c "$2" -i 0.1 -W 1 "$3" >/dev/null
}
out() { pings d1 1 203.0.113.1; }

# --- each kind of packet ---

check "it gets out" wait_for 5 out
counts >"$WORK/was"
# 20 bytes of IP, 8 of ICMP and 56 of ping.
pings d1 5 203.0.113.1
grown "out, and the answers" "5 5 5 420 5 420 0 0 0 0 0"
# shellcheck disable=SC2154
pings d1 3 "$ip_d2"
grown "to another device" "3 0 0 0 0 0 3 0 0 0 0"
pings d1 4 203.0.113.2
grown "to what is denied" "4 0 0 0 0 0 0 0 4 0 0"
# shellcheck disable=SC2154
pings isp 2 "$ip_d1"
grown "from beyond, unasked" "0 2 0 0 0 0 0 2 0 0 0"
words 'allow = [ "203.0.113.1" ];'
check "a reload" ctl reload
grown "it changes no count" "0 0 0 0 0 0 0 0 0 0 0"
pings d1 3 203.0.113.3
pings d1 1 203.0.113.1
grown "to what is not allowed, and to what is" "4 1 1 84 1 84 0 0 0 3 0"
in_ns d1 ip address add 100.64.1.200/32 dev wg0
wg set wg0 peer "$(cat "$WORK/d1.pub")" allowed-ips +100.64.1.200/32 2>/dev/null ||
    wg set wg0 peer "$(cat "$WORK/d1.pub")" \
    allowed-ips "$ip_d1/32,100.64.1.200/32"
in_ns d1 ping -q -c 2 -i 0.1 -W 1 -I 100.64.1.200 203.0.113.1 >/dev/null
grown "from an address without a lease" "0 0 0 0 0 0 0 0 0 0 2"
like "the text for people" "$(ctl show networks | tr -s ' ')" \
    '^sent out *:? *[0-9]+ packets, [0-9]'

# --- whatever happens, they go on ---

spawn ping_out in_ns d1 ping -i 0.05 203.0.113.1
ping=$PID
more() { [ "$(grep -c 'bytes from' "$WORK/ping_out.log")" -gt "$1" ]; }
wait_for 5 more 3
words '' "}, { name = \"second\"; interface = \"wg1\"; listen_port = 51821;
    private_key_file = \"$S/wg1.key\"; address = [ \"10.9.0.1/24\" ];
    pools = [ \"10.9.0.0/24\" ]; routes = [ \"10.9.0.0/24\" ];"
check "a network more" ctl reload
check_status "no count falls" 1 fell
wait_for 20 suite_up
wait_for 5 more $(($(grep -c 'bytes from' "$WORK/ping_out.log") + 5))
words ''
check "and less" ctl reload
check_status "no count falls" 1 fell
wait_for 5 more $(($(grep -c 'bytes from' "$WORK/ping_out.log") + 5))
stop "$ping"
is "no packet was lost meanwhile" "$(awk -F 'icmp_seq=' '/bytes from/ {
    split($2, f, " "); if (f[1] > max) max = f[1]; n++ }
    END { print max - n }' "$WORK/ping_out.log")" 0

there() { [ "$(counts)" != null ] && [ -n "$(counts)" ] && ! fell; }
for role in netd-hand leased; do
	p=$(role_pid $role)
	counts >"$WORK/was"
	kill -KILL "$p"
	check "$role dies" wait_for 10 role_new $role "$p"
	wait_for 20 suite_up
	check "$role: no count falls" wait_for 10 there
done

counts >"$WORK/was"
nft delete table inet sallyport
right() { nft list table inet sallyport && out; }
ip address add 192.0.2.200/32 dev wg0	# others' change: it looks
check "others remove the table" wait_for 30 right
check_status "no count falls" 1 fell
counts >"$WORK/was"
pings d1 2 203.0.113.1
grown "and they go on" "2 2 2 168 2 168 0 0 0 0 0"
finish
