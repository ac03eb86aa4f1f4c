#!/bin/sh
# sallyport-join at devices, with dash and with nothing but busybox: enrolment,
# a tunnel, all traffic through it, what it says when something is wrong, and
# that nothing is left of it.
. "${TOP:-.}/regress/lib.sh"
private "$@"
. "$TOP/regress/suite.sh"

JOIN=$TOP/etc/sallyport-join
FAR=203.0.113.7			# somebody whom only the gateway reaches

if command -v shellcheck >/dev/null; then
	check "shellcheck" shellcheck -s sh "$JOIN"
else
	skip "shellcheck" "there is none"
fi

pki_init
LEASE=1h
suite_conf
suite_start
ip address add "$FAR/32" dev lo

# Debian's tools, or busybox's and those that it has not.
mkdir "$WORK/debian" "$WORK/busybox"
DEBIAN_PATH=$WORK/debian:$PATH
if command -v busybox >/dev/null; then
	for applet in $(busybox --list); do
		ln -s "$(command -v busybox)" "$WORK/busybox/$applet"
	done
	[ -z "$(command -v wireguard-go)" ] ||
	    ln -s "$(command -v wireguard-go)" "$WORK/busybox"
	BUSYBOX_PATH=$WORK/busybox
fi
# Each command that could be given a secret writes down its arguments.
for tool in curl wg; do
	printf '#!/bin/sh\necho "$*" >>%s\nexec %s "$@"\n' \
	    "$WORK/arguments" "$(command -v $tool)" >"$WORK/debian/$tool"
	chmod 755 "$WORK/debian/$tool"
	cp "$WORK/debian/$tool" "$WORK/busybox"
done
ln -s "$(command -v dash || command -v sh)" "$WORK/debian/sh"

# Run it at a device; OUT is all that it says, ST its status.
join() {		# NAME ARGUMENT ...
	join_n=$1; shift
	OUT=$(in_ns "$join_n" env -i PATH="$TOOLS" sh "$JOIN" \
	    -c "$WORK/$join_n.conf" "$@" 2>&1)
	ST=$?
}
conf() {		# NAME [LINE ...]
	conf_n=$1; shift
	{
		echo "# a device"
		echo "url = $URL/"
		echo "ca = $PKI/ca.crt"
		echo "cert = $PKI/$conf_n.crt"
		echo "key=$PKI/$conf_n.key"
		echo "  state	= $WORK/$conf_n.state  # not where others are"
		echo "interface = join0"
		for conf_l; do echo "$conf_l"; done
	} >"$WORK/$conf_n.conf"
}
fails() {		# NAME STATUS ERE ARGUMENT ...: at the device
	f_name=$1 f_st=$2 f_re=$3; shift 3
	join "$DEV" "$@"
	is "$TAG $f_name: status" "$ST" "$f_st"
	like "$TAG $f_name" "$OUT" "$f_re"
	is "$TAG $f_name: one line" "$(printf '%s\n' "$OUT" | wc -l)" 1
}
# What a host has that the script could change; not the counters.
host() {		# NAME
	in_ns "$1" sh -c 'ip -o link | sed "s/^[0-9]*: //" | sort
	    ip -o address | awk "{ print \$2, \$3, \$4 }" | sort
	    ip route; ip -6 route | grep -v "^fe80\|^ff00"; ip rule
	    cat /etc/resolv.conf' 2>&1
}
enrolled() {		# NAME: the addresses that its interface has
	in_ns "$1" ip -o address show dev join0 scope global |
	    awk '{ print $4 }' | sort | tr '\n' ' '
}
leased() {		# CN
	ctl -j show leases | jq -r --arg n "$1" \
	    '.leases[] | select(.name == $n) | .addresses[]' | sort | tr '\n' ' '
}
handshake() {		# NAME
	[ "$(in_ns "$1" wg show join0 latest-handshakes | cut -f 2)" -gt 0 ]
}

everything() {		# TAG DEVICE NUMBER TOOLS
	TAG=$1: DEV=$2 TOOLS=$4
	dev_add "$DEV"
	cert "$DEV" "smart-toilet-$3"
	conf "$DEV"
	# The gateway is behind the default route, as in life.
	in_ns "$DEV" ip route delete "$GW"
	uplink=198.51.100.$((devs * 4 + 1))
	in_ns "$DEV" ip route add default via "$uplink"
	host "$DEV" >"$WORK/host"

	join "$DEV"
	is "$TAG up: status" "$ST" 0
	is "$TAG up: it says nothing" "$OUT" ''
	is "$TAG up: the addresses of the lease" "$(enrolled "$DEV")" \
	    "$(leased "$3")"
	check "$TAG up: the tunnel" wait_for 10 in_ns "$DEV" \
	    ping -q -c 1 -W 1 "$GW6"
	is "$TAG the key's mode" "$(stat -c %a "$WORK/$DEV.state/join0.key")" 600
	is "$TAG the directory's mode" "$(stat -c %a "$WORK/$DEV.state")" 700
	is "$TAG nothing lies about" "$(ls "$WORK/$DEV.state" | tr '\n' ' ')" \
	    "join0.key join0.lease "

	# Healthy: it asks nobody.
	renewed=$(ctl -j show leases | jq -r '.leases[].renewed' | sort)
	SHOWN=$(join "$DEV" -v; echo "$ST $OUT")
	is "$TAG healthy" "$SHOWN" "0 sallyport-join: all is well"
	is "$TAG healthy: no request" \
	    "$(ctl -j show leases | jq -r '.leases[].renewed' | sort)" "$renewed"
	# Half of the term is over.
	sed -i 's/^renew=.*/renew=1/' "$WORK/$DEV.state/join0.lease"
	sleep 1
	join "$DEV"
	is "$TAG renewal: status" "$ST$OUT" 0
	check "$TAG renewal: the gateway has it" test "$renewed" != \
	    "$(ctl -j show leases | jq -r '.leases[].renewed' | sort)"

	# What is not ours goes, what was lost comes back.
	in_ns "$DEV" wg set join0 peer "$(wg genkey | wg pubkey)" \
	    allowed-ips 10.9.9.9/32
	in_ns "$DEV" ip address add 10.9.9.9/32 dev join0
	in_ns "$DEV" ip route delete fde3:25fb:7f6c::/48 dev join0
	rm "$WORK/$DEV.state/join0.lease"
	join "$DEV"
	is "$TAG put right: status" "$ST$OUT" 0
	is "$TAG put right: one peer" \
	    "$(in_ns "$DEV" wg show join0 peers | wc -l)" 1
	is "$TAG put right: addresses" "$(enrolled "$DEV")" "$(leased "$3")"
	check "$TAG put right: the tunnel" wait_for 10 in_ns "$DEV" \
	    ping -q -c 1 -W 1 "$GW6"

	# Everything through the tunnel.
	conf "$DEV" "egress = yes"
	join "$DEV"
	is "$TAG egress: status" "$ST$OUT" 0
	like "$TAG egress: everything" "$(in_ns "$DEV" ip route get "$FAR")" \
	    ' dev join0 '
	like "$TAG egress: IPv6, too" \
	    "$(in_ns "$DEV" ip -6 route get 2001:db8::1)" ' dev join0 '
	like "$TAG egress: the gateway beside it" \
	    "$(in_ns "$DEV" ip route get "$GW")" " via $uplink dev eth0 "
	check "$TAG egress: somebody far away" wait_for 10 in_ns "$DEV" \
	    ping -q -c 1 -W 1 "$FAR"
	# The uplink changes: the next run follows.
	in_ns "$DEV" ip link add up1 type veth peer name up2
	in_ns "$DEV" ip link set up2 up
	in_ns "$DEV" ip address add 192.168.77.2/24 dev up1
	in_ns "$DEV" ip link set up1 up
	in_ns "$DEV" ip route replace default via 192.168.77.1
	join "$DEV"
	is "$TAG egress, another uplink: status" "$ST$OUT" 0
	like "$TAG egress, another uplink" \
	    "$(in_ns "$DEV" ip route get "$GW")" ' via 192.168.77.1 dev up1 '
	in_ns "$DEV" ip route replace default via "$uplink"
	in_ns "$DEV" ip link delete up1
	join "$DEV"
	like "$TAG egress, and back" "$(in_ns "$DEV" ip route get "$GW")" \
	    " via $uplink dev eth0 "
	conf "$DEV"
	join "$DEV"
	is "$TAG egress ends: status" "$ST$OUT" 0
	like "$TAG egress ends" "$(in_ns "$DEV" ip route get "$FAR")" ' dev eth0 '
	unlike "$TAG egress ends: no route to the gateway is left" \
	    "$(in_ns "$DEV" ip route)" "^$GW "
	conf "$DEV" "egress = yes"
	join "$DEV"

	# Down: all of it, and twice is no harm.
	join "$DEV" down
	is "$TAG down: status" "$ST$OUT" 0
	host "$DEV" >"$WORK/host2"
	check "$TAG down: nothing is left" diff "$WORK/host" "$WORK/host2"
	is "$TAG down: the lease is given back" "$(leased "$3")" ''
	join "$DEV" down
	is "$TAG down again" "$ST$OUT" 0
	conf "$DEV" "preshared_key = yes"
	preshared

	# Without an answer the lease stays, and the next time it goes.
	conf "$DEV" "url = https://$GW:1"
	fails "down, nobody listens" 75 'stays at the gateway until its term is over: nobody listens' down
	check_status "$TAG down, nobody listens: no interface is left" 1 \
	    in_ns "$DEV" ip link show dev join0
	unlike "$TAG down, nobody listens: the lease" "$(leased "$3")" '^$'
	conf "$DEV"
	join "$DEV" down
	is "$TAG down, later" "$ST$OUT" 0
	is "$TAG down, later: the lease is given back" "$(leased "$3")" ''

	# The same key and addresses as a file for wg-quick; no secret in it.
	join "$DEV" --print
	is "$TAG print: status" "$ST" 0
	like "$TAG print: address" "$OUT" '^Address = 100\.64\.1\.[0-9]+/32, fde3'
	like "$TAG print: endpoint" "$OUT" "^Endpoint = $GW:51820\$"
	like "$TAG print: routes" "$OUT" '^AllowedIPs = fde3:25fb:7f6c::/48$'
	like "$TAG print: the key's file" "$OUT" \
	    "^PostUp = wg set %i private-key $WORK/$DEV.state/join0.key\$"
	unlike "$TAG print: not the key" "$OUT" \
	    "$(sed 's/[+]/[+]/g' "$WORK/$DEV.state/join0.key")"
	printf '%s\n' "$OUT" >"$WORK/wgq.conf"
	check "$TAG print: wg-quick reads it" wg-quick strip "$WORK/wgq.conf"
	host "$DEV" >"$WORK/host2"
	check "$TAG print: nothing is set up" diff "$WORK/host" "$WORK/host2"
	refusals "$3"
}

# A preshared key, which is made, sent, used at both ends, and given up again.
preshared() {
	join "$DEV"
	is "$TAG preshared key: up" "$ST$OUT" 0
	psk=$(cat "$WORK/$DEV.state/join0.psk")
	is "$TAG preshared key: its file" \
	    "$(stat -c %a "$WORK/$DEV.state/join0.psk")" 600
	is "$TAG preshared key: the device has it" "$(in_ns "$DEV" \
	    wg show join0 preshared-keys | cut -f 2)" "$psk"
	is "$TAG preshared key: the gateway has it" "$(wg show wg0 preshared-keys |
	    awk -v key="$(in_ns "$DEV" wg show join0 public-key)" \
	    '$1 == key { print $2 }')" "$psk"
	check "$TAG preshared key: a packet" wait_for 10 in_ns "$DEV" \
	    ping -6 -q -c 1 -W 1 "$GW6"
	join "$DEV" --print
	like "$TAG preshared key: print" "$OUT" \
	    "^PresharedKey = $(printf %s "$psk" | sed 's/[+]/[+]/g')\$"
	conf "$DEV"
	join "$DEV"
	is "$TAG preshared key: given up" "$ST$OUT" 0
	is "$TAG preshared key: neither has it" "$(in_ns "$DEV" wg show join0 \
	    preshared-keys | cut -f 2) $(wg show wg0 preshared-keys |
	    awk -v key="$(in_ns "$DEV" wg show join0 public-key)" \
	    '$1 == key { print $2 }')" "(none) (none)"
	check "$TAG preshared key: a packet without it" wait_for 10 \
	    in_ns "$DEV" ping -6 -q -c 1 -W 1 "$GW6"
}

# What it says when something is wrong.
refusals() {		# NUMBER
	conf "$DEV" "retries = 0" "url = https://$GW:1"
	fails "nobody listens" 75 "nobody listens at https://$GW:1"
	conf "$DEV" "retries = 2" "url = https://$GW:1"
	join "$DEV" -v
	is "$TAG retries" "$(printf '%s\n' "$OUT" |
	    grep -c 'trying again in [12] s')" 2
	cp "$PKI/$DEV.crt" "$WORK/other.crt"
	conf "$DEV" "retries = 0" "ca = $WORK/other.crt"
	fails "a wrong authority" 78 "not good for $URL by the authority in "
	conf "$DEV" "ca ="
	fails "no authority" 78 'ca is missing: the file with the authority'
	conf "$DEV" "ca = $WORK/none"
	fails "no file" 78 "ca: cannot read $WORK/none"
	conf "$DEV" "url = http://$GW"
	fails "no TLS" 78 'url must begin with https://'
	conf "$DEV" "ulr = x"
	fails "no such word" 78 "$DEV.conf:8: ulr is no word of this file"
	conf "$DEV" 'interface = a;b'
	fails "no interface" 78 '"a;b" is no name of an interface'
	conf "$DEV" "egress = maybe"
	fails "no boolean" 78 'egress must be yes or no'
	conf "$DEV" "preshared_key = 1"
	fails "no boolean, either" 78 'preshared_key must be yes or no'
	conf "$DEV" "network = other" "retries = 0"
	fails "another network" 1 'refuses: 404 network-not-found: there is no'
	conf "$DEV" "interface = eth0"
	fails "somebody else's interface" 73 'eth0 is somebody else'
	fails "somebody else's interface: down" 73 'it stays' down
	conf "$DEV"
	fails "no command" 64 '^usage: ' upp
	in_ns "$DEV" mkdir "$WORK/$DEV.state/join0.lock"
	join "$DEV"
	is "$TAG a lock that nobody holds" "$ST$OUT" 0
	ctl revoke "$1" >/dev/null
	rm -f "$WORK/$DEV.state/join0.lease"
	fails "revoked" 1 'refuses: 403 [a-z-]+: '
	check "$TAG refused: the tunnel stays as it is" in_ns "$DEV" \
	    ip link show dev join0
	join "$DEV" down
	host "$DEV" >"$WORK/host2"
	check "$TAG at the end nothing is left" diff "$WORK/host" "$WORK/host2"
}

everything Debian d1 101 "$DEBIAN_PATH"
if [ -n "$BUSYBOX_PATH" ]; then
	everything busybox d2 102 "$BUSYBOX_PATH"
else
	skip "busybox" "there is none"
fi

# One that the operator must approve first.
CONF_MORE='access: { mode = "approve"; };'
suite_conf
check "approval: reload" ctl reload
TAG=approval: DEV=d3 TOOLS=$DEBIAN_PATH
dev_add d3
cert d3 smart-toilet-103
conf d3
fails "not yet" 75 'has to approve this device: 202 approval-pending'
check "approval: nothing is set up" test -z "$(in_ns d3 ip -o link show join0 \
    2>/dev/null)"
check "approval: given" ctl approve 103
join d3
is "approval: up" "$ST$OUT" 0
is "approval: the addresses of the lease" "$(enrolled d3)" "$(leased 103)"
join d3 down

# The secret keys are in no argument of any command.
cat "$WORK"/d?.state/join0.key "$WORK"/d?.state/join0.psk >"$WORK/keys"
check "there are arguments" grep -q ' private-key /' "$WORK/arguments"
check_status "no key among the arguments" 1 grep -F -f "$WORK/keys" \
    "$WORK/arguments"
finish
