#!/bin/sh
# A first start that fails half way is taken up again from where it is, says
# its first cause all the time, and leaves nothing when it is undone.
. "${TOP:-.}/regress/lib.sh"
private "$@"
. "$TOP/regress/suite.sh"

pki_init
ON_STOP=undo
suite_conf

reason() {
	ctl -j show networks | jq -r '.networks[0] | "\(.state): \(.text)"'
}
because() {		# ERE
	reason | grep -Eq "$1"
}
here() {		# INTERFACE
	ip link show "$1" >/dev/null 2>&1
}
not() {
	! "$@"
}

# Another WireGuard has the port.
(umask 077; wg genkey >"$WORK/other.key")
other() {
	ip link add other type wireguard 2>/dev/null || {
		spawn other env WG_PROCESS_FOREGROUND=1 wireguard-go -f other
		wait_for 5 wg_listens other
	}
	wg set other private-key "$WORK/other.key" listen-port 51820 &&
	    ip link set other up
}
cause='^failed: cannot (set key and port of|set) wg0.*(another program has)'
check "another WireGuard" other
suite_spawn
check "the port is taken" wait_for 10 because "$cause"
like "but the interface is known as ours" "$(ip -d link show wg0)" \
    'alias sp:devices'
lasting() {		# NAME: for three tries, the cause is the same
	for i in $(seq 30); do
		because "$cause" || break
		sleep 0.1
	done
	like "$1: the cause stays" "$(reason)" "$cause"
}
lasting "the next tries"
check "reload" ctl reload
lasting "reload"
suite_kill
suite_spawn
wait_for 10 because .
lasting "restart"
suite_stop
check "undo of a half: no interface" wait_for 5 not here wg0
check "no wireguard-go" wait_for 5 not pgrep -fx 'wireguard-go wg0'
suite_spawn
wait_for 10 because "$cause"
ip link delete other
check "the port is free: it comes up" wait_for 10 suite_up
like "with its key" "$(wg show wg0 listen-port)" '^51820$'

# Somebody renames the interface: no second one is made.
rename() {		# FROM TO
	ip link set "$1" down && ip link set "$1" name "$2" &&
	    ip link set "$2" up
}
check "renamed" rename wg0 wgx
check "it says so" wait_for 10 because '^failed: the interface .* is called wgx now'
check "there is no second one" not here wg0
check "renamed back" rename wgx wg0
check "it comes up again" wait_for 10 suite_up
rename wg0 wgx
wait_for 10 because 'is called wgx now'
suite_stop
check "undo finds it under its other name" wait_for 5 not here wgx

# A network that is taken out while nothing runs leaves its interface.
sed 's/"undo"/"keep"/' "$CONF" >"$S/keep"
cp "$S/keep" "$CONF"
suite_spawn
wait_for 10 suite_up
suite_stop
sed -i 's/"devices"/"others"/; s/"wg0"/"wg9"/; s/51820/51829/; s/wg0.key/wg9.key/
    s/network = "devices"/network = "others"/' "$CONF"
: >"$WORK/netd.log"
suite_spawn
wait_for 10 suite_up
check "an interface of a network that is gone is named" logged \
    'interface wg0 belongs to network devices, which is not in the configuration'
check "and stays" here wg0
unlike "that of one that is there is not" "$(cat "$WORK/netd.log")" \
    'interface wg9 belongs to'
suite_stop
ip link delete wg0
ip link delete wg9
suite_conf

# Something else has the name.
ip link add wg0 type veth peer name wgy || exit 1
suite_spawn
check "no WireGuard" wait_for 10 because '^failed: wg0 exists and is no WireGuard'
suite_stop
check "undo leaves it alone" here wg0
suite_spawn
wait_for 10 because .
ip link delete wg0
check "gone: it comes up" wait_for 10 suite_up
suite_stop

if ip link add wgtest type wireguard 2>/dev/null; then
	ip link delete wgtest
	skip "wireguard-go is missing" "the kernel has WireGuard"
	finish
	exit
fi
: >"$WORK/nothing"
wggo=$(command -v wireguard-go)
mount --bind "$WORK/nothing" "$wggo"
suite_spawn
check "wireguard-go is missing: the state says so" \
    wait_for 10 because '^down: .*wireguard-go is not installed'
for i in $(seq 30); do
	because 'wireguard-go is not installed' || break
	sleep 0.1
done
like "and goes on to say so" "$(reason)" 'wireguard-go is not installed'
umount "$wggo"
check "it is installed: the network comes up" wait_for 10 suite_up
suite_stop
finish
