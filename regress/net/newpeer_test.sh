# Static peers that the operator adds and removes by name: the file and the code
# that a device can use at once, and what is refused.

. "${TOP:-.}/regress/lib.sh"
private "$@"
. "$TOP/regress/suite.sh"
. "$TOP/regress/qr.sh"

POOLS='"fde3:25fb:7f6c:1::/64", "100.64.1.0/28"'
CONF_NETWORK='reserve = [ "100.64.1.1", "100.64.1.2" ]; max_peers = 8; isolate = false;
    dns = [ "100.64.0.1", "fde3:25fb:7f6c::1" ];'
AT=127.0.0.1:41194
LISTEN_MORE=", { address = \"$AT\"; api = [ \"portal\" ]; proof = \"none\"; }"

pki_init
cert d1 smart-toilet-1
suite_conf
suite_start
suite_log=$WORK/netd.log

fails_with() {		# NAME STATUS ERE COMMAND ...
	fails_n=$1 fails_s=$2 fails_e=$3; shift 3
	check_status "$fails_n: status" "$fails_s" "$@"
	like "$fails_n" "$(cat "$WORK/out")" "$fails_e"
}
statics() {
	ctl -j show peers | jq -r '.peers[] | select(.source == "static") |
	    "\(.name) \(.addresses | join(","))"' | sort
}
has_peer() {		# KEY
	wg show wg0 peers | grep -Fqx "$1"
}
# A device that uses a file as it is, and answers.
use() {			# NAME FILE
	wg-quick strip "$2" >"$WORK/strip.$1" || return 1
	in_ns "$1" wg setconf wg0 "$WORK/strip.$1" || return 1
	for use_a in $(sed -n 's/^Address = //p' "$2" | tr -d ','); do
		case $use_a in
		*:*) in_ns "$1" ip address replace "$use_a" dev wg0 nodad ;;
		*) in_ns "$1" ip address replace "$use_a" dev wg0 ;;
		esac || return 1
	done
	in_ns "$1" ip link set wg0 mtu 1280 up || return 1
	for use_a in $(sed -n 's/^AllowedIPs = //p' "$2" | tr -d ','); do
		in_ns "$1" ip route replace "$use_a" dev wg0 || return 1
	done
}

# --- a pair that the tool makes ----------------------------------------------

dev_add d1
dev_add d2
dev_add d3
umask 077
check "add" ctl peer add alice
cp "$WORK/out" "$WORK/alice.conf"
like "the private key is in the file" "$(cat "$WORK/alice.conf")" \
    '^PrivateKey = [A-Za-z0-9+/]{43}=$'
is "the addresses are the first that are free and not reserved" \
    "$(sed -n 's/^Address = //p' "$WORK/alice.conf")" \
    "100.64.1.3/32, fde3:25fb:7f6c:1::1/128"
is "the servers of names are in the file" \
    "$(sed -n 's/^DNS = //p' "$WORK/alice.conf")" "100.64.0.1, fde3:25fb:7f6c::1"
is "and shown" "$(ctl -j show networks | jq -c '.networks[0].dns')" \
    '["100.64.0.1","fde3:25fb:7f6c::1"]'
pub=$(sed -n 's/^PrivateKey = //p' "$WORK/alice.conf" | wg pubkey)
check "WireGuard has its public key" has_peer "$pub"
unlike "nobody else has the private one" \
    "$(ctl -j show peers; ctl show events; ctl export peer alice; cat "$suite_log")" \
    "$(sed -n 's/^PrivateKey = //p' "$WORK/alice.conf" | sed 's/[+]/\\+/g')"
check "a device can use the file as it is" use d1 "$WORK/alice.conf"
check "and has a tunnel" dev_ping d1
check "the change is in the log" logged \
    "leased: peer.add name=alice net=devices .*by=uid:[0-9]+"
like "and among the events" "$(ctl show events)" \
    'peer.add .*alice .*uid:[0-9]+ .*owner=static'
is "the peer is static" "$(statics)" "alice 100.64.1.3/32,fde3:25fb:7f6c:1::1/128"

# --- a code for a telephone --------------------------------------------------

if ctl peer add bob qr >"$WORK/bob.qr" 2>"$WORK/err"; then
	is "nothing is said beside the code" "$(cat "$WORK/err")" ""
	if command -v ZXingReader >/dev/null; then
		scan <"$WORK/bob.qr" >"$WORK/bob.conf"
		check "what a camera reads can be used" use d2 "$WORK/bob.conf"
		check "and has a tunnel, too" dev_ping d2
		check "its peer is bob's" has_peer \
		    "$(sed -n 's/^PrivateKey = //p' "$WORK/bob.conf" | wg pubkey)"
	else
		skip "code, read back" "no ZXingReader (zxing-cpp-tools)"
	fi
else
	like "code: not built in" "$(cat "$WORK/err")" 'libqrencode'
	is "code: nothing was added" "$(statics | wc -l)" 1
	check "add without a code" ctl peer add bob
fi

# --- a key that the device has -----------------------------------------------

k=$(cat "$WORK/d3.pub")
check "add with a key" ctl peer add carol key "$k"
cp "$WORK/out" "$WORK/carol.conf"
like "the private key is not known" "$(cat "$WORK/carol.conf")" \
    '^# PrivateKey = \(yours\)$'
was=$(statics)
ctl peer add carol key "$k" >"$WORK/again.conf"
check "the same once more says the same" cmp "$WORK/again.conf" "$WORK/carol.conf"
is "and changes nothing" "$(statics)" "$was"
is "as JSON" "$(ctl -j peer add carol key "$k" | jq -r '.peer |
    .name, .network, .public_key')" "carol
devices
$k"
sed "s|^# PrivateKey.*|PrivateKey = $(cat "$WORK/d3.key")|" "$WORK/carol.conf" \
    >"$WORK/carol2.conf"
check "the device uses it with its own" use d3 "$WORK/carol2.conf"
check "and has a tunnel as well" dev_ping d3

# --- what is refused ---------------------------------------------------------

check "a lease" dev_put d1 d1
is "the device is told of them" "$(jq -c .server.dns "$WORK/d1.body")" \
    '["100.64.0.1","fde3:25fb:7f6c::1"]'
sed -i 's/dns = .*/dns = [ "9.9.9.9" ];/' "$CONF"
check "other servers, by a reload" ctl reload
ctl export peer alice >"$WORK/alice2.conf"
like "are in the next file" "$(cat "$WORK/alice2.conf")" '^DNS = 9\.9\.9\.9$'
sed -i '/dns = /d' "$CONF"
check "none, by a reload" ctl reload
is "they are gone" "$(ctl export peer alice | grep -c '^DNS')" 0
was=$(statics)
fails_with "a name with another key" 1 'static peer alice with another key.*peer delete alice' \
    ctl peer add alice
fails_with "the same key under another name" 1 "key is that of carol.*static" \
    ctl peer add dave key "$k"
fails_with "the gateway's key" 1 "key is the gateway's own" \
    ctl peer add dave key "$(wg show wg0 public-key)"
lease=$(ctl -j show leases | jq -r '.leases[0].name')
fails_with "a lease's name" 1 "name of a lease" ctl peer add "$lease"
fails_with "no key" 65 'not a public key' ctl peer add dave key hello
fails_with "a key of low order" 65 'not a public key' ctl peer add dave \
    key AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=
fails_with "a code without the private key" 64 'leave one of them out' \
    ctl peer add dave key "$k" qr
fails_with "no such network" 1 'no network nowhere' ctl peer add dave net nowhere
fails_with "a name that hides" 64 'invisible' ctl peer add "$(printf 'a\342\200\213b')"
fails_with "no name" 64 'missing argument' ctl peer add
is "nothing has changed" "$(statics)" "$was"

# As many as max_peers allows, with the lease.
for i in 1 2 3 4; do
	check "more: $i" ctl peer add "more$i"
done
fails_with "one too many" 1 'max_peers' ctl peer add more5
is "they have addresses of their own" \
    "$(statics | sed 's/.* //' | tr ',' '\n' | sort | uniq -d)" ""

# --- removal -----------------------------------------------------------------

check "delete" ctl peer delete alice
check "it is out of WireGuard" eval '! has_peer "$pub"'
fails_with "delete once more" 1 'no static peer of that name' ctl peer delete alice
fails_with "delete a lease" 1 'revoke ends it' ctl peer delete "$lease"
fails_with "delete nobody's key" 1 'no static peer of that key' \
    ctl peer delete "$pub"
check "delete by key" ctl peer delete "$k"
like "the removal has its event" "$(ctl show events)" \
    'peer.remove .*carol .*uid:[0-9]+ .*owner=static'
check "its name is free again" ctl peer add carol
curl -sS -m 10 -X PUT -H 'Content-Type: application/json' \
    -d "{\"addresses\":[\"100.64.1.12/32\"],\"name\":\"theirs\"}" \
    "http://$AT/api/v1/networks/devices/peers/$(wg genkey | wg pubkey | tr '+/' '-_')" \
    >"$WORK/portal" 2>&1
if ctl show peers | grep -q theirs; then
	fails_with "delete a portal's" 1 'takes it out of its set' \
	    ctl peer delete theirs
fi

# --- after a restart, and while the gateway is not well ----------------------

was=$(statics)
role_kill leased
check "a new broker has them" wait_for 10 eval '[ "$(statics)" = "$was" ]'
check "delete one more" ctl peer delete more1
kill -STOP "$(role_pid netd-hand)"
ctl peer add late >"$WORK/late.conf" 2>"$WORK/err"
is "the hand hangs: the status" "$?" 75
like "the hand hangs: it says so" "$(cat "$WORK/err")" 'late is stored|did not answer'
kill -CONT "$(role_pid netd-hand)"
suite_stop
fails_with "nobody there" 69 'is sallyport running' ctl peer add nobody

finish
