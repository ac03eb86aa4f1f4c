#!/bin/sh
# A VPN as the way out: its interface vanishes and comes back while a device
# sends, and the hand dies meanwhile; not one packet leaves outside of the VPN.
. "${TOP:-.}/regress/lib.sh"
for need in wireguard-go nft; do
	command -v $need >/dev/null || skip_all "no $need"
done
[ -c /dev/net/tun ] || skip_all "no /dev/net/tun"
private "$@"
. "$TOP/regress/suite.sh"

# The host's own way out, behind which the VPN's server is.
ns_add isp
eval "isp=\$ns_isp"
ip link add phys0 type veth peer name isp0 netns "$isp" || skip_all "no veth"
ip address add 198.18.0.2/24 dev phys0
ip link set phys0 up
in_ns isp ip address add 198.18.0.1/24 dev isp0
in_ns isp ip address add 203.0.113.1/32 dev lo
in_ns isp ip link set isp0 up
ip route add default via 198.18.0.1 dev phys0

(umask 077; wg genkey >"$WORK/vpn.key"; wg genkey >"$WORK/server.key")
wg_up isp wgv || skip_all "no WireGuard"
in_ns isp wg set wgv private-key "$WORK/server.key" listen-port 51900 \
    peer "$(wg pubkey <"$WORK/vpn.key")" allowed-ips 10.8.0.2/32
in_ns isp ip address add 10.8.0.1/24 dev wgv
in_ns isp ip link set wgv up
vpn_up() {
	spawn vpn env WG_PROCESS_FOREGROUND=1 wireguard-go -f vpn0
	VPN=$PID
	wait_for 5 wg_listens vpn0 &&
	    wg set vpn0 private-key "$WORK/vpn.key" \
	    peer "$(wg pubkey <"$WORK/server.key")" \
	    endpoint 198.18.0.1:51900 allowed-ips 0.0.0.0/0 &&
	    ip address add 10.8.0.2/24 dev vpn0 &&
	    ip link set vpn0 mtu 1380 up
}
vpn_gone() { ! ip link show vpn0; }

# What comes to the server, but not through the VPN.
in_ns isp nft 'table inet watch { chain seen {
    type filter hook prerouting priority 0;
    iifname "isp0" ip protocol icmp counter; }; }'
seen() {
	in_ns isp nft list chain inet watch seen |
	    sed -n 's/.*packets \([0-9]*\).*/\1/p'
}

CONF_NETWORK='egress: { wan = "vpn0"; table = 42; };'
pki_init
suite_conf
sed 's/routes = \[ /&"100.64.0.0\/16", /' "$CONF" >"$CONF.new"
chmod 640 "$CONF.new"
mv "$CONF.new" "$CONF"
suite_start
dev_add d1
cert d1 smart-toilet-1
enrol() {
	case $(dev_put d1 d1) in 20?) dev_apply d1 ;; *) return 1 ;; esac
	in_ns d1 wg set wg0 peer "$dev_peer" \
	    allowed-ips "$dev_route,203.0.113.0/24" &&
	    in_ns d1 ip route replace 203.0.113.0/24 dev wg0
}
check "a device" enrol
check "the host itself gets out" ping -q -c 1 -W 10 203.0.113.1
came=$(seen)
is "what leaves outside of the VPN is seen" "$came" 1

# It sends all the time.
spawn ping_out in_ns d1 ping -i 0.02 203.0.113.1
answers() { grep -c 'bytes from' "$WORK/ping_out.log"; }
more() { [ "$(answers)" -gt "$had" ]; }
had=0
sleep 1
is "no VPN yet: nothing gets out" "$(answers) $(seen)" "0 $came"
for round in 1 2 3; do
	check "the VPN comes ($round)" vpn_up
	had=$(answers)
	check "the device gets out ($round)" wait_for 10 more
	stop "$VPN"
	check "the VPN goes ($round)" wait_for 5 vpn_gone
	if [ "$round" = 2 ]; then
		hand=$(role_pid netd-hand)
		kill -KILL "$hand"
		check "the hand again" wait_for 10 role_new netd-hand "$hand"
	fi
	sleep 1
	is "not one packet outside of it ($round)" "$(seen)" "$came"
done
check "the VPN comes once more" vpn_up
had=$(answers)
check "the device gets out" wait_for 10 more

# Somebody calls the interface otherwise, while it is up or, with a kernel that
# does not let him, between down and up.
call() {		# FROM TO
	ip link set "$1" name "$2" && return
	ip link set "$1" down && ip link set "$1" name "$2" &&
	    ip link set "$2" up
}
quiet() {		# It has no answer for a while.
	had=$(answers)
	sleep 1
	[ "$(answers)" = "$had" ]
}
check "the VPN is renamed" call vpn0 vpnx
check "nothing gets out by the other name" wait_for 10 quiet
check "it has its name again" call vpnx vpn0
check "the device gets out again" wait_for 30 more
is "not one packet outside of it (renamed)" "$(seen)" "$came"

kill -KILL "$(role_pid netd-hand)"
sleep 1
stop "$VPN"
sleep 1
is "without the hand, neither" "$(seen)" "$came"
finish
