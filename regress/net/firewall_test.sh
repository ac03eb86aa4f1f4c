#!/bin/sh
# The packet filter: what sallyctl shows is what the kernel has, it is changed
# in place, its addresses end with the lease though nobody lives who would end
# them, others' tables are left alone, and the word firewall.
. "${TOP:-.}/regress/lib.sh"
for need in wireguard-go nft jq; do
	command -v $need >/dev/null || skip_all "no $need"
done
[ -c /dev/net/tun ] || skip_all "no /dev/net/tun"
private "$@"
. "$TOP/regress/suite.sh"

ns_add isp
ns_add other
eval "isp=\$ns_isp"
ip link add wan0 type veth peer name isp0 netns "$isp" || skip_all "no veth"
ip address add 198.18.0.2/24 dev wan0
ip link set wan0 up
in_ns isp ip address add 198.18.0.1/24 dev isp0
in_ns isp ip address add 203.0.113.1/32 dev lo
in_ns isp ip address add 203.0.113.2/32 dev lo
in_ns isp ip link set isp0 up
ip route add default via 198.18.0.1 dev wan0

ON_STOP=undo
words() {		# EGRESS TOP
	CONF_NETWORK="egress: { wan = \"wan0\"; table = 42; $1 };"
	CONF_MORE=$2
	suite_conf
	sed 's/routes = \[ /&"100.64.0.0\/16", /' "$CONF" >"$CONF.new"
	chmod 640 "$CONF.new"
	mv "$CONF.new" "$CONF"
}
pki_init
words '' ''
suite_start

enrol() {
	case $(dev_put d1 d1) in 20?) dev_apply d1 ;; *) return 1 ;; esac
	in_ns d1 wg set wg0 peer "$dev_peer" \
	    allowed-ips "$dev_route,203.0.113.0/24" &&
	    in_ns d1 ip route replace 203.0.113.0/24 dev wg0
}
out() { in_ns d1 ping -q -c 1 -W 1 "${1:-203.0.113.1}"; }
dev_add d1
cert d1 smart-toilet-1
check "a device" enrol
check "it gets out" wait_for 5 out

# The text, loaded elsewhere, is what is here.
shown() { ctl show firewall >"$WORK/fw.nft"; }
plain() { nft -s -t list table inet sallyport; }
check "show firewall" shown
check "nft takes it" in_ns other nft -c -f "$WORK/fw.nft"
equal() {
	in_ns other nft flush ruleset
	in_ns other nft -f "$WORK/fw.nft" &&
	    in_ns other nft -s -t list table inet sallyport >"$WORK/there" &&
	    plain >"$WORK/here" && diff "$WORK/here" "$WORK/there"
}
check "it is what the kernel has" equal
is "as JSON, too" "$(ctl -j show firewall | jq -r '.firewall[].line')" \
    "$(cat "$WORK/fw.nft")"
# A line of what sallyctl shows.
shows() {		# WHAT ERE
	ctl show "$1" | grep -Eq "$2"
}
check "show routes" wait_for 5 shows routes \
    '^rule 32401 ipv4 iif wg0 lookup 42$'
check "show routes: the way out" wait_for 5 shows routes \
    '^route 0\.0\.0\.0/0 via 198\.18\.0\.1 dev wan0 table 42$'

# Its addresses end with the lease, in the kernel.
ends() {
	nft list set inet sallyport lease4_devices |
	    grep -Eq "100\.64\.1\.[0-9]+ .*expires $1"
}
LEASE=1h
words '' ''
check "reload, with a term" ctl reload
check "a lease with an end" enrol
check "the address has an end" wait_for 5 ends '59m'
LEASE=10s
words '' ''
check "reload, with a short term" ctl reload
check "the lease is renewed" enrol
check "the address's end moves with it" wait_for 5 ends '[0-9]+s'
hand=$(role_pid netd-hand) leased=$(role_pid leased)
kill -STOP "$hand" "$leased"
cut() { ! out "$@"; }
check "nobody lives: it is cut off all the same" wait_for 10 cut
check "although its peer is there" \
    wait_for 5 in_ns d1 ping -q -c 1 -W 1 100.64.0.1
kill -CONT "$hand" "$leased"
LEASE=never
words '' ''
check "reload" ctl reload
check "a lease again" wait_for 5 enrol
check "it gets out again" wait_for 5 out

# In place: the table and its counters stay.
handle() { nft -a list tables | sed -n 's/table inet sallyport # //p'; }
counted() {
	nft list counter inet sallyport from_devices |
	    sed -n 's/.*packets \([0-9]*\).*/\1/p'
}
was=$(handle) before=$(counted)
words 'deny = [ "203.0.113.2" ];' ''
check "a destination is denied" ctl reload
is "the table is the same" "$(handle)" "$was"
check "its counter goes on" [ "$(counted)" -ge "$before" ]
check "the destination is closed" wait_for 5 cut 203.0.113.2
check "another one is not" wait_for 5 out
words 'allow = [ "203.0.113.2" ];' ''
check "a destination is allowed" ctl reload
check "it is open" wait_for 5 out 203.0.113.2
check "another one is not" wait_for 5 cut
words '' ''
check "all of them again" ctl reload
check "it is open" wait_for 5 out

# Others' changes.
nft flush chain inet sallyport from_devices
ip address add 192.0.2.200/32 dev wg0
right() { shown; equal; }
check "a rule that was removed is put right" wait_for 30 right
check "show drift" wait_for 10 shows drift 'the packet filter'
nft flush set inet sallyport lease4_devices
nft flush chain inet sallyport to_devices
ip address add 192.0.2.201/32 dev wg0
check "and addresses" wait_for 30 out

# Who sets it.
words '' 'firewall = "print";'
check "print" ctl reload
none() { ! nft list table inet sallyport; }
check "print: the table is removed" wait_for 5 none
check "print: it is shown" shown
check "print: nft takes it" nft -f "$WORK/fw.nft"
check "print: with it the device gets out" wait_for 5 out
words '' 'firewall = "manage";'
check "manage" ctl reload
has_table() {		# NAME
	nft list tables | grep -q "inet $1\$"
}
check "manage: ours has another one" wait_for 5 has_table sallyport-2
check "manage: the table of our name is left alone" has_table sallyport
nft delete table inet sallyport
check "manage: the device gets out" wait_for 5 out
words '' 'firewall = "off";'
check "off" ctl reload
check "off: it is said" logged 'network devices: firewall is "off"'
no_table() { ! nft list tables | grep -q sallyport; }
check "off: no table" wait_for 5 no_table

# A table of others.
ip route add 10.99.0.0/16 via 198.18.0.1 table 77 proto zebra
words '' ''
sed -i 's/table = 42/table = 77/' "$CONF"
ctl reload >"$WORK/out" 2>&1
like "the table of others is refused" "$(cat "$WORK/out")" \
    'table 77 has routes of another program \(protocol zebra'
words '' ''
check "our own is not" ctl reload
suite_stop
is "nothing is left" "$(nft list tables | grep -c sallyport)" 0
finish
