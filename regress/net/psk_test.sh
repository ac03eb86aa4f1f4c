#!/bin/sh
# Preshared keys: a device that sends one has a tunnel with it and none without,
# through restarts and whatever others do to the interface; and nobody is shown
# one.
. "${TOP:-.}/regress/lib.sh"
private "$@"
. "$TOP/regress/suite.sh"

(umask 077 && echo portal:secret >"$WORK/auth")
CONF_MORE="autowg: { auth_file = \"$WORK/auth\"; };"
pki_init
suite_conf
suite_start
dev_add d1
cert d1 smart-toilet-1
(umask 077 && for i in 1 2 3 4 5; do wg genpsk >"$WORK/psk$i"; done)

gw_psk() {		# [KEY]: what the gateway has for it
	wg show wg0 preshared-keys | awk -v k="${1:-$(cat "$WORK/d1.pub")}" \
	    '$1 == k { print $2 }'
}
has() { [ "$(gw_psk "$1")" = "$(cat "$2")" ]; }	# KEY FILE
dev_key=$(cat "$WORK/d1.pub")
# A new session of the device, with this preshared key or /dev/null.
session() {		# FILE
	dev_apply d1 && in_ns d1 wg set wg0 peer "$dev_peer" preshared-key "$1"
}
silent() { ! in_ns d1 ping -q -c 3 -W 1 "$GW6" >/dev/null; }

# --- autowg's newer protocol ---

post() {		# FILE
	dev_curl d1 d1 -d "$dev_key
$(cat "$1")" "$REGISTER"
}
is "a device sends a preshared key" "$(post "$WORK/psk1")" 200
is "the answer has five lines" "$(grep -c = "$WORK/d1.body")" 5
is "WireGuard has it" "$(gw_psk)" "$(cat "$WORK/psk1")"
check "a session with it" session "$WORK/psk1"
check "ping" dev_ping d1
session /dev/null
check "nothing passes without it" silent
session "$WORK/psk2"
check "nor with another" silent
session "$WORK/psk1"
check "and again with it" dev_ping d1
# The same again touches nothing.
hand_tells || fail "no report"
n=$(batches)
is "the same again" "$(post "$WORK/psk1")" 200
hand_tells || fail "no report"
is "the kernel is not told" "$(batches)" "$n"
is "another one" "$(post "$WORK/psk2")" 200
is "WireGuard has the new one" "$(gw_psk)" "$(cat "$WORK/psk2")"
session "$WORK/psk2"
check "ping with the new one" dev_ping d1

using() {
	dev_curl d1 d1 -u portal:secret "$URL/vpn/v1/peers.json" >/dev/null
	jq '."1".using_psk' "$WORK/d1.body"
}
is "peers.json says that it uses one" "$(using)" true

# --- deaths, and others ---

ping_begin d1
n=$(syncs)
kill -KILL "$(role_pid netd-hand)" "$(role_pid leased)"
wait_for 20 more_syncs "$n" && wait_for 15 suite_up ||
    fail "they are not back"
check "the hand and leased die, and the tunnel goes on" ping_end d1
is "the key is the same" "$(gw_psk)" "$(cat "$WORK/psk2")"
wg set wg0 peer "$dev_key" preshared-key /dev/null
check "one that others remove comes back" wait_for 40 has "$dev_key" "$WORK/psk2"
wg set wg0 peer "$dev_key" preshared-key "$WORK/psk3"
check "one that others change is put right" \
    wait_for 40 has "$dev_key" "$WORK/psk2"
check "that is told" logged 'had another preshared key'
suite_stop
ip link del wg0 2>/dev/null
suite_start
check "a new start has it from the database" \
    wait_for 20 has "$dev_key" "$WORK/psk2"

# --- the native API ---

put() {			# MEMBER
	dev_curl d1 d1 -X PUT -H 'Content-Type: application/json' \
	    -d "{\"public_key\":\"$dev_key\"$1}" "$SELF"
}
is "PUT with a preshared key" \
    "$(put ",\"preshared_key\":\"$(cat "$WORK/psk3")\"")" 200
is "it is the one" "$(gw_psk)" "$(cat "$WORK/psk3")"
session "$WORK/psk3"
check "ping with it" dev_ping d1
is "a bad one" "$(put ',"preshared_key":"x"')" 400
is "and the old one stays" "$(gw_psk)" "$(cat "$WORK/psk3")"
cat "$WORK/d1.body" >"$WORK/shown"
is "GET" "$(dev_curl d1 d1 "$SELF")" 200
is "says that there is one" "$(jq .preshared_key "$WORK/d1.body")" true
cat "$WORK/d1.body" >>"$WORK/shown"
is "none with null" "$(put ',"preshared_key":null') $(gw_psk)" "200 (none)"
is "which is said, too" "$(jq .preshared_key "$WORK/d1.body")" false
session /dev/null
check "ping without one" dev_ping d1
is "one again" "$(put ",\"preshared_key\":\"$(cat "$WORK/psk4")\"")" 200
is "none without the member" "$(put '') $(gw_psk)" "200 (none)"
is "peers.json says so, too" "$(using)" false

# --- static peers ---

alice=$(wg genkey | wg pubkey) bob=$(wg genkey | wg pubkey)
apply() {		# MEMBER-OF-ALICE
	cat >"$WORK/set.json" <<-END
	{"peers":[{"public_key":"$alice","addresses":["100.64.1.77"]$1},
	{"public_key":"$bob","addresses":["100.64.1.78"]}]}
	END
	ctl apply "$WORK/set.json" >"$WORK/out" 2>&1
}
check "apply" apply ",\"preshared_key\":\"$(cat "$WORK/psk1")\""
is "it has one" "$(gw_psk "$alice")" "$(cat "$WORK/psk1")"
is "the other has none" "$(gw_psk "$bob")" "(none)"
check "apply without it" apply ',"name":"alice"'
is "keeps it" "$(gw_psk "$alice")" "$(cat "$WORK/psk1")"
check "apply another" apply ",\"preshared_key\":\"$(cat "$WORK/psk5")\""
is "changes it" "$(gw_psk "$alice")" "$(cat "$WORK/psk5")"
like "and counts as a change" "$(cat "$WORK/out")" ' 1 changed, 1 unchanged'
is "show peers says who has one" "$(ctl -j show peers |
    jq -r '.peers[] | select(.preshared_key) | .public_key')" "$alice"
cat >"$WORK/wg.conf" <<-END
	[Peer]
	PublicKey = $bob
	PresharedKey = $(cat "$WORK/psk4")
	AllowedIPs = 100.64.1.78/32
	[Peer]
	PublicKey = $alice
	AllowedIPs = 100.64.1.77/32
END
check "import of a wg-quick file" ctl import "$WORK/wg.conf"
is "takes it" "$(gw_psk "$bob")" "$(cat "$WORK/psk4")"
is "and takes none away" "$(gw_psk "$alice")" "$(cat "$WORK/psk5")"
check "apply null" apply ',"preshared_key":null'
is "removes it" "$(gw_psk "$alice")" "(none)"

# --- who is shown one ---

{ ctl -j show peers; ctl -j show leases; ctl -j show events; ctl show events
  ctl show peers; ctl export peer "$bob"; ctl -j show sync; ctl -j show status
  cat "$WORK/netd.log"; } >>"$WORK/shown"
like "the export says that there is one" "$(ctl export peer "$bob")" \
    '^# PresharedKey = \(yours\)$'
for i in 1 2 3 4 5; do
	check_status "preshared key $i is shown to nobody" 1 \
	    grep -qF "$(cat "$WORK/psk$i")" "$WORK/shown"
	base64 -d <"$WORK/psk$i" >"$WORK/raw$i"
done
found() {		# PID FILE
	"$O/regress/memfind" "$1" "$2"
}
check "control: the hand has one" found "$(role_pid netd-hand)" "$WORK/raw4"
check "control: so has leased" found "$(role_pid leased)" "$WORK/raw4"
for i in 3 4 5; do
	for p in "$SUITE" "$(role_pid apid-key)"; do
		check_status "netd and apid-key have none ($i)" 1 \
		    found "$p" "$WORK/raw$i"
		check_status "nor as text ($i)" 1 found "$p" "$WORK/psk$i"
	done
done
check_status "apid keeps none that came over TLS" 1 \
    found "$(role_pid apid)" "$WORK/raw3"
suite_stop
finish
