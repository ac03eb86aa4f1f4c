#!/bin/sh
# The user space back end against a real wireguard-go, in network and mount
# namespaces of its own.

hand=$O/regress/kernhand
why=
command -v wireguard-go >/dev/null || why="no wireguard-go"
[ -c /dev/net/tun ] || why="no /dev/net/tun"
if [ "$(id -u)" -eq 0 ]; then
	ns="unshare -mn --propagation private"
else
	ns="unshare -Urmn --map-root-user"
fi
[ -n "$why" ] || $ns true 2>/dev/null || why="no namespaces"
if [ -n "$why" ]; then
	echo "skip uapi: $why"
	exit 0
fi

# Re-run inside, where pids and sockets are this test's only.
if [ -z "$UAPI_INSIDE" ]; then
	UAPI_INSIDE=1 exec $ns sh "$0"
fi

mkdir -p /var/run/wireguard && mount -t tmpfs t /var/run/wireguard || {
	echo "skip uapi: cannot mount"
	exit 0
}
ip link set lo up
wireguard-go -f wgsp0 >"$O/log/uapi_wireguard-go.log" 2>&1 &
wg=$!
trap 'kill $wg 2>/dev/null; wait $wg 2>/dev/null' EXIT
i=0
until [ -S /var/run/wireguard/wgsp0.sock ] && wg show wgsp0 >/dev/null 2>&1
do
	i=$((i + 1))
	[ $i -lt 100 ] || { echo "FAIL wireguard-go does not start"; exit 1; }
	sleep 0.05
done

"$hand" peers userspace || echo "FAIL peers: status $?"
ip -d link show wgsp0 | grep -q 'alias sp:devices' &&
    echo "ok interface has our alias" || echo "FAIL interface has our alias"
ip route show proto 83 | grep -q '^100.65.0.0/16 dev wgsp0' &&
    echo "ok route of the pool" || echo "FAIL route of the pool"
"$hand" fill userspace
echo "# $(wg show wgsp0 peers | wc -l) peers"
[ "$(wg show wgsp0 peers | wc -l)" -eq 300 ] &&
    echo "ok peers stay when the hand leaves" ||
    echo "FAIL peers stay when the hand leaves"
wg show wgsp0 latest-handshakes >/dev/null
"$hand" undo userspace
! ip link show wgsp0 2>/dev/null && echo "ok undo deletes the interface" ||
    echo "FAIL undo deletes the interface"
[ -z "$(ip route show table all proto 83)" ] &&
    echo "ok undo leaves no route" || echo "FAIL undo leaves no route"
i=0
while kill -0 $wg 2>/dev/null && [ $i -lt 40 ]; do
	i=$((i + 1))
	sleep 0.05
done
kill -0 $wg 2>/dev/null && echo "FAIL wireguard-go leaves" ||
    echo "ok wireguard-go leaves"
