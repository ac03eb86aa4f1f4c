#!/bin/sh
# Instead of vpn-daemon: an interface of wg-quick with a portal's peers, which
# are in use, becomes ours.  No handshake is lost, foreign peers stay as they
# are.  regress/vm runs this with the kernel's WireGuard.
. "${TOP:-.}/regress/lib.sh"
private "$@"
. "$TOP/regress/suite.sh"

PC=$O/regress/portalc
AT=127.0.0.1:41194
GW6=fd43::1
ADOPT=true
ADDRESS=
POOLS="\"10.43.0.0/16\", \"fd43::/64\""
LISTEN_MORE=", { address = \"$AT\"; api = [ \"portal\" ]; proof = \"none\"; }"
N=300

pki_init
mkdir -p "$S"
wg_here || skip_all "no WireGuard here"
ip -d link show wg0 | grep -q wireguard && echo "# the kernel's WireGuard"
(umask 077 && wg genkey >"$WORK/old.key")
wg set wg0 private-key "$WORK/old.key" listen-port 51820
ip address add 10.43.0.1/16 dev wg0
ip address add fd43::1/64 dev wg0 nodad
ip link set wg0 mtu 1420 up
foreign=$(wg genkey | wg pubkey)
wg set wg0 peer "$foreign" endpoint 203.0.113.9:1234 \
    persistent-keepalive 21 allowed-ips 10.66.0.0/24,fd66::/64

# The portal's database: d1, d2 and more, which are in the interface.
"$PC" peers $N | tail -n +9 >"$WORK/db"
i=0
for d in d1 d2; do
	i=$((i + 1))
	dev_add $d
	echo "$(cat "$WORK/$d.pub") 10.43.9.$i/32 fd43::9:$i/128" >>"$WORK/db"
	in_ns $d wg set wg0 peer "$(wg show wg0 public-key)" \
	    endpoint "$GW:51820" allowed-ips 10.43.0.0/16,fd43::/64
	in_ns $d ip address add "10.43.9.$i/16" dev wg0
	in_ns $d ip address add "fd43::9:$i/64" dev wg0 nodad
	in_ns $d ip link set wg0 mtu 1280 up
done
awk '{ print "[Peer]\nPublicKey = " $1 "\nAllowedIPs = " $2 "," $3 }' \
    "$WORK/db" >"$WORK/db.conf"
wg addconf wg0 "$WORK/db.conf"
check "before: d1 pings" dev_ping d1
check "before: d2 pings" dev_ping d2

# WireGuard may make a new handshake at any time, and none is ever older.
handshakes() {
	wg show wg0 latest-handshakes | awk '$2 > 0' | sort
}
kept() {
	join "$WORK/hs.before" "$WORK/hs.after" >"$WORK/hs" &&
	    [ "$(wc -l <"$WORK/hs")" = "$(wc -l <"$WORK/hs.before")" ] &&
	    awk '$3 < $2 { bad = 1 } END { exit bad }' "$WORK/hs"
}
outside() {
	wg show wg0 dump | awk -F '\t' -v k="$foreign" '$1 == k {
	    print $1, $2, $3, $4, $8 }'
}
have() {
	wg show wg0 allowed-ips | awk -v k="$foreign" '$1 != k {
	    if ($2 > $3) { t = $2; $2 = $3; $3 = t } print $1, $2, $3 }' | sort
}
exact() {
	have >"$WORK/have"
	sort "$WORK/db" >"$WORK/want"
	cmp -s "$WORK/have" "$WORK/want"
}
handshakes >"$WORK/hs.before"
outside >"$WORK/foreign.before"
ping_begin d1
ping_begin d2
suite_conf
suite_start
check "sallyctl says that it is adopted" sh -c \
    "'$BIN/sallyctl' -s '$S/ctl.sock' -j show networks |
    jq -e '.networks[0].adopted'"
is "its key stays" "$(wg show wg0 private-key)" "$(cat "$WORK/old.key")"
"$PC" "$AT" sync "$WORK/db" >"$WORK/sync" 2>&1
like "the portal's first sync" "$(cat "$WORK/sync")" 'failed=0'
check "d1: no ping is lost" ping_end d1 || echo "$PINGS"
check "d2: no ping is lost" ping_end d2 || echo "$PINGS"
handshakes >"$WORK/hs.after"
check "no handshake is lost" kept || cat "$WORK/hs"
check "every peer is as it was" exact || diff "$WORK/want" "$WORK/have" |
    head -n 5
outside >"$WORK/foreign.after"
check "the foreign peer is as it was" \
    diff "$WORK/foreign.before" "$WORK/foreign.after"
"$PC" "$AT" call GET '/w/peer_list?show_all=yes' >"$WORK/list"
is "peer_list has the portal's" "$(grep -o '"public_key"' "$WORK/list" |
    wc -l)" "$(wc -l <"$WORK/db")"
unlike "and not the foreign one" "$(cat "$WORK/list")" \
    "$(printf %s "$foreign" | sed 's/+/\\+/g')"

# From now on as any other: restarts and changes.
for role in leased netd-hand; do
	ping_begin d1
	check "$role killed: it is started again" role_kill $role
	check "$role killed: no ping is lost" ping_end d1 || echo "$PINGS"
	check "$role killed: every peer is there" wait_for 10 exact
done
ping_begin d1
suite_stop
suite_start
check "restart: no ping is lost" ping_end d1 || echo "$PINGS"
check "restart: every peer is there" wait_for 10 exact
head -n 100 "$WORK/db" >"$WORK/gone"
"$PC" "$AT" remove "$WORK/gone" >"$WORK/sync" 2>&1
like "remove_peer" "$(cat "$WORK/sync")" 'calls=100 failed=0'
tail -n +101 "$WORK/db" >"$WORK/db2" && mv "$WORK/db2" "$WORK/db"
check "a hundred are gone" wait_for 5 exact
check "d1 pings" dev_ping d1

# Nobody gets a foreign peer by its key.
"$PC" "$AT" call POST /w/add_peer "public_key=$(printf %s "$foreign" |
    sed 's/+/%2B/g; s|/|%2F|g; s/=/%3D/g')&ip_net=10.43.77.77%2F32" \
    >"$WORK/answer" 2>&1
like "a foreign peer's key is refused" "$(cat "$WORK/answer")" \
    '^HTTP/1.1 409 '
"$PC" "$AT" call GET '/w/peer_list?show_all=yes' >"$WORK/list"
unlike "and is not listed" "$(cat "$WORK/list")" \
    "$(printf %s "$foreign" | sed 's/+/\\+/g')"
pid=$(role_pid netd-hand)
: >"$WORK/netd.log"
kill -KILL "$pid"
wait_for 15 role_new netd-hand "$pid"
check "the hand, started again, has compared all" \
    logged 'leased: sync: 0 added, 0 removed'
outside >"$WORK/foreign.after"
check "the foreign peer is still as it was" \
    diff "$WORK/foreign.before" "$WORK/foreign.after"
finish
