#!/bin/sh
# The operator's static peers: imported from a file of wg-quick, exported to a
# device, sent as a set; and maintenance, by command and by file.
. "${TOP:-.}/regress/lib.sh"
private "$@"
. "$TOP/regress/suite.sh"

AT=127.0.0.1:41194
LISTEN_MORE=", { address = \"$AT\"; api = [ \"portal\" ]; proof = \"none\"; }"
CONF_GATEWAY="maintenance_file = \"$WORK/vd/a/maintenance-mode\";"
CONF_NETWORK='isolate = false;'

pki_init
suite_conf
suite_start

quoted() { printf '%s' "$1" | sed 's/[+]/\\+/g'; }
have() { wg show wg0 allowed-ips | sort; }
fails_with() {		# NAME STATUS ERE COMMAND ...
	fails_n=$1 fails_s=$2 fails_e=$3; shift 3
	check_status "$fails_n: status" "$fails_s" "$@"
	like "$fails_n" "$(cat "$WORK/out")" "$fails_e"
}

# --- import, and a device with what export gives it ---

dev_add d1
pub=$(cat "$WORK/d1.pub")
other=$(wg genkey | wg pubkey)
cat >"$WORK/wg9.conf" <<END
[Interface]
PrivateKey = $(wg genkey)
ListenPort = 51999
# Name = d1
[Peer]
PublicKey = $pub
AllowedIPs = 100.64.1.77/32, fde3:25fb:7f6c:1::77/128
# the printer
[Peer]
PublicKey = $other
AllowedIPs = 100.64.1.78/32, 10.0.0.0/8
Endpoint = 192.0.2.99:51820
END
was=$(have)
fails_with "import, dry-run" 1 "^added +$(quoted "$pub")  d1 100.64.1.77," ctl import "$WORK/wg9.conf" dry-run
like "import, dry-run: the range is rejected" "$(cat "$WORK/out")" \
    '^rejected  line [0-9]+: 10.0.0.0/8'
like "import, dry-run: and its peer with it" "$(cat "$WORK/out")" \
    ': 1 added, 0 removed, 0 changed, 0 unchanged, 1 rejected'
like "import, dry-run: another key of the gateway is told" \
    "$(cat "$WORK/out")" '^left out  line 2: PrivateKey: it is not the key of wg0'
like "import, dry-run: and another port" "$(cat "$WORK/out")" \
    '^left out  line 3: ListenPort: the port of wg0 is 51820'
ctl import "$WORK/wg9.conf" dry-run force >"$WORK/out"
like "import, dry-run, force: told" "$(cat "$WORK/out")" \
    '^left out  line [0-9]+: 10.0.0.0/8'
like "import, dry-run, force: the sum" "$(cat "$WORK/out")" \
    ': 2 added, 0 removed, 0 changed, 0 unchanged, 0 rejected'
is "import, dry-run: nothing is changed" "$(have)" "$was"
sed -i 's|, 10.0.0.0/8||' "$WORK/wg9.conf"
check "import" ctl import "$WORK/wg9.conf"
like "import: the sum" "$(cat "$WORK/out")" '^2 added, 0 removed, 0 changed'
like "import: WireGuard has it" "$(have)" "^$(quoted "$pub").*100.64.1.77/32"
like "show peers names it" "$(ctl show peers)" 'devices +static +[a-z]+ +d1 '
check_status "it cannot be revoked" 1 ctl revoke d1
like "which says who has it" "$(cat "$WORK/out")" \
    'd1 is no lease: it is a peer of .* in network devices'
# The same as an editor on Windows saves it, and with what the devices know.
sed -i "s|^PrivateKey.*|PrivateKey = $(wg show wg0 private-key)|
    s|51999|51820|" "$WORK/wg9.conf"
{ printf '\357\273\277'; sed 's/$/\r/' "$WORK/wg9.conf"; } >"$WORK/win.conf"
check "import again changes nothing" ctl import "$WORK/win.conf"
like "import again: the sum" "$(cat "$WORK/out")" \
    '^0 added, 0 removed, 0 changed, 2 unchanged, 0 rejected$'
unlike "import again: its key and port are those of wg0" "$(cat "$WORK/out")" \
    'PrivateKey|ListenPort'

check "export" ctl export peer d1
{
	sed "s|^# PrivateKey.*|PrivateKey = $(cat "$WORK/d1.key")|" "$WORK/out" |
	    grep -Ev '^Address'
} >"$WORK/d1.conf"
check "the device takes the file" in_ns d1 wg setconf wg0 "$WORK/d1.conf"
in_ns d1 ip address add fde3:25fb:7f6c:1::77/48 dev wg0 nodad
in_ns d1 ip link set wg0 mtu 1280 up
check "and pings" wait_for 10 in_ns d1 ping -6 -c1 -W1 fde3:25fb:7f6c::1

sed 's/^PrivateKey.*/SaveConfig = true/' "$WORK/wg9.conf" >"$WORK/save.conf"
fails_with "import with SaveConfig" 1 'Set SaveConfig = false' \
    ctl import "$WORK/save.conf"

# --- sets ---

set_of() {		# FROM TO: peers with made-up keys
	i=$1
	printf '{"peers":['
	while [ "$i" -le "$2" ]; do
		[ "$i" -eq "$1" ] || printf ,
		printf '{"public_key":"%s","addresses":["100.64.1.%d"],"name":"s%d"}' \
		    "$(printf '%032d' "$((i + 1000))" | base64)" "$i" "$i"
		i=$((i + 1))
	done
	printf ']}'
}
count() { ctl -j show peers | jq '[.peers[] | select(.source == "static")] | length'; }
set_of 100 119 >"$WORK/twenty.json"
fails_with "apply removes too much" 1 'nothing was changed: .*force' \
    ctl apply "$WORK/twenty.json"
is "and changes nothing" "$(count)" 2
{ printf '\357\273\277'; sed 's/$/\r/' "$WORK/twenty.json"; } >"$WORK/win.json"
check "apply with force" ctl apply "$WORK/win.json" force
like "apply: the sum" "$(cat "$WORK/out")" '^20 added, 2 removed'
like "apply: bytes of a removed one" "$(cat "$WORK/out")" \
    '^removed .* received, .* sent$'
sed 's/"name":"s100"/"name":""/' "$WORK/twenty.json" >"$WORK/noname.json"
check "a peer without a name" ctl apply "$WORK/noname.json"
printf '[Peer]\nPublicKey = %s\nAllowedIPs = 100.64.1.90\n' "$other" \
    >"$WORK/one.conf"
check "import beside it, dry-run" ctl import "$WORK/one.conf" dry-run
like "import leaves the others as they are" "$(cat "$WORK/out")" \
    '1 added, 0 removed, 0 changed, 20 unchanged'
is "apply: they are there" "$(count) $(have | grep -c 100.64.1.1[01])" "20 20"
set_of 105 119 >"$WORK/fifteen.json"
check "apply, dry-run" ctl -j apply "$WORK/fifteen.json" dry-run
is "apply, dry-run: what would be" \
    "$(jq -c '[.dry_run, .set.removed, .set.unchanged]' "$WORK/out")" '[true,5,15]'
is "apply, dry-run: nothing is changed" "$(count)" 20
check "apply, fewer" ctl apply "$WORK/fifteen.json"
is "fewer are there" "$(count) $(have | grep -c 100.64.1.1[01])" "15 15"
sync=$(ctl -j show sync)
is "show sync" "$(printf '%s' "$sync" | jq -c '[.sync[] |
    select(.owner == "static") | .peers, .last.removed, .last.unchanged]')" \
    '[15,5,15]'
check "leased killed: another one" role_kill leased
is "leased killed: they are there again" "$(count)" 15
dev_add d2
cert d2 smart-toilet-2
check "a device enrols" dev_enrol d2
addr=$(ctl -j show leases | jq -r '.leases[0].addresses[]' | grep '\.')
printf '{"peers":[{"public_key":"%s","addresses":["%s"]}]}' "$other" "$addr" \
    >"$WORK/steal.json"
fails_with "a lease's address is not given away" 1 \
    "^rejected +$(quoted "$other") +address-taken" \
    ctl apply "$WORK/steal.json" dry-run force
printf '{"peers":[{"public_key":"%s","addresses":["10.9.9.9"]}]}' "$other" \
    >"$WORK/out.json"
fails_with "nor one outside of the pools" 1 'address-outside' \
    ctl apply "$WORK/out.json" dry-run force

# --- maintenance ---

mode() { curl -s "http://$AT/i/node" | jq -e ".maintenance_mode == $1"; }
check "no maintenance" mode false
check "maintenance on" ctl maintenance on
check "the portal sees it" wait_for 3 mode true
check "maintenance off" ctl maintenance off
check "the portal sees that" wait_for 3 mode false
mkdir "$WORK/vd"
mkdir "$WORK/vd/a"
watched() {		# by netd
	ino=$(printf %x "$(stat -c %i "$WORK/vd/a")")
	grep -q "^inotify .*ino:$ino " "/proc/$SUITE/fdinfo"/*
}
check "its directory is looked at" wait_for 3 watched
touch "$WORK/vd/a/maintenance-mode"
check "the file appears, with its directory" wait_for 3 mode true
role_kill leased
check "leased killed: still maintenance" wait_for 20 mode true
check "a reload: still maintenance" ctl reload
check "a reload: still maintenance, as the portal sees it" wait_for 3 mode true
rm -r "$WORK/vd"
check "the file goes, with its directory" wait_for 3 mode false

# --- the host ---

node=$(curl -s "http://$AT/i/node")
is "load and uptime are those of the host" "$(printf '%s' "$node" |
    jq -c '[(.load_average | length), (.node_uptime > 0)]')" '[3,true]'
[ "$(id -u)" -ne 0 ] || [ ! -w /proc/sys/net/ipv4/ip_forward ] ||
    is "devices that may reach each other are forwarded" \
    "$(cat /proc/sys/net/ipv4/ip_forward)" 1

# --- certificates that the service manager brings, as for vpn-daemon ---

suite_stop
mkdir "$WORK/creds"
cp "$PKI/server.crt" "$PKI/server.key" "$PKI/ca.crt" "$WORK/creds/"
chmod 400 "$WORK/creds"/*
cert portal vpn-daemon-client
LISTEN_MORE=", { address = \"[::]:41194\"; api = [ \"portal\" ]; }"
RULES='{ proof = "certificate"; pattern = "vpn-daemon-client";
    role = "portal"; network = "devices"; }'
suite_conf
fails_with "without them it does not start" 78 'needs a "tls" group' \
    "$NETD" -d $NOUSER -L "$BIN" -f "$CONF"
CREDENTIALS_DIRECTORY=$WORK/creds
export CREDENTIALS_DIRECTORY
suite_start
check "the log says where TLS is from" logged \
    'netd: \[::\]:41194: TLS with the certificates in CREDENTIALS_DIRECTORY'
over_tls() {
	curl -s --tlsv1.3 --cacert "$PKI/ca.crt" "$@" \
	    https://127.0.0.1:41194/i/node
}
like "the portal is served" "$(over_tls --cert "$PKI/portal.crt" \
    --key "$PKI/portal.key")" '"maintenance_mode":false'
is "but nobody without a certificate" "$(over_tls)" ""
is "and not without TLS" "$(curl -s http://127.0.0.1:41194/i/node)" ""
check "a reload keeps them" ctl reload
like "and they work" "$(over_tls --cert "$PKI/portal.crt" \
    --key "$PKI/portal.key")" '"maintenance_mode":false'
suite_stop

# --- peers of an interface that is adopted ---

unset CREDENTIALS_DIRECTORY
ip link delete wg0 2>/dev/null
rm -f /run/wireguard/wg0.sock
rm -rf "$S/state"
ADOPT=true ADDRESS='' LISTEN_MORE='' CONF_NETWORK=''
suite_conf
wg_here || { skip "import from an adopted interface" "no WireGuard"; finish; }
(umask 077 && wg genkey >"$WORK/old.key")
wg set wg0 private-key "$WORK/old.key" listen-port 51820
ip address add fde3:25fb:7f6c::1/48 dev wg0 nodad
ip link set wg0 mtu 1420 up
for w in 0:100.64.1.77/32,fde3:25fb:7f6c:1::77/128 1:100.64.1.78/32; do
	[ ${w%%:*} = 0 ] && k=$pub || k=$other
	wg set wg0 peer "$k" allowed-ips "${w#*:}"
done
in_ns d1 wg set wg0 peer "$(wg show wg0 public-key)" endpoint "$GW:51820" \
    allowed-ips fde3:25fb:7f6c::/48
check "before: the device pings" wait_for 10 \
    in_ns d1 ping -6 -c1 -W1 fde3:25fb:7f6c::1
was=$(wg show wg0 latest-handshakes | sort)
suite_start
is "they wait to be claimed" "$(wg show wg0 latest-handshakes | sort)" "$was"
check "import" ctl import "$WORK/wg9.conf"
is "they are ours" "$(ctl -j show peers | jq -r '.peers[].source' |
    sort -u)" static
is "no handshake is lost" "$(wg show wg0 latest-handshakes | sort)" "$was"
check "the device pings" wait_for 5 in_ns d1 ping -6 -c1 -W1 fde3:25fb:7f6c::1

finish
