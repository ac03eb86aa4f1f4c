#!/bin/sh
# The user space back end against a real wireguard-go.
. "${TOP:-.}/regress/lib.sh"
command -v wireguard-go >/dev/null || skip_all "no wireguard-go"
[ -c /dev/net/tun ] || skip_all "no /dev/net/tun"
private "$@"

hand=$O/regress/kernhand
spawn wgsp0 env WG_PROCESS_FOREGROUND=1 wireguard-go -f wgsp0
wg=$PID
wait_for 5 wg_listens wgsp0 || {
	fail "wireguard-go does not start"
	exit 1
}

"$hand" peers userspace || fail "peers: status $?"
like "interface has our alias" "$(ip -d link show wgsp0)" 'alias sp:devices'
like "route of the pool" "$(ip route show proto 83)" \
    '^100.65.0.0/16 dev wgsp0'
"$hand" fill userspace
is "peers stay when the hand leaves" "$(wg show wgsp0 peers | wc -l)" 300
wg show wgsp0 latest-handshakes >/dev/null
"$hand" undo userspace
check_status "undo deletes the interface" 1 ip link show wgsp0
is "undo leaves no route" "$(ip route show table all proto 83)" ""
check "wireguard-go leaves" wait_for 5 gone "$wg"
finish
