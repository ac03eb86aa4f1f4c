#!/bin/sh
# What a device is told of the server is what the configuration and the hand
# say, whatever leased says (invariant 9): through changes of an adopted
# interface, through the death of each process, and with a leased that was
# captured.
. "${TOP:-.}/regress/lib.sh"
private "$@"
. "$TOP/regress/suite.sh"
. "$TOP/regress/captured.sh"

ADOPT=true
K=17
CONF_NETWORK='keepalive = 17; reserve = [ "100.64.1.128/25" ];'
pki_init
wg_here || skip_all "no WireGuard here"
wg_key() {		# a new key of the interface, by who made it
	(umask 077 && wg genkey >"$WORK/owner.key")
	wg set wg0 private-key "$WORK/owner.key" "$@"
}
wg_key listen-port 51999
ip address add "$GW6/48" dev wg0 nodad
ip address add 100.64.0.1/16 dev wg0
ip link set wg0 up
suite_conf
suite_start
dev_add d1
cert d1 smart-toilet-1

# The bytes that both dialects must give, by what wg says of the interface.
truth() {
	printf 'endpoint=%s:%s\npubkey=%s\nroute=%s\nip=%s\nkeepalive=%s\n' \
	    "$GW" "$(wg show wg0 listen-port)" "$(wg show wg0 public-key)" \
	    fde3:25fb:7f6c::/48 fde3:25fb:7f6c:1::1 $K
	printf '%s %s:%s '$K' ["fde3:25fb:7f6c::/48"] %s\n' \
	    "$(wg show wg0 public-key)" "$GW" "$(wg show wg0 listen-port)" \
	    '["100.64.1.1/32","fde3:25fb:7f6c:1::1/128"]'
}
told() {
	truth >"$WORK/truth"
	{
		[ "$(dev_post d1 d1)" = 200 ] && cat "$WORK/d1.body"
		case $(dev_put d1 d1) in 200 | 201) ;; *) return 1 ;; esac
		jq -r '"\(.server.public_key) \(.server.endpoint) \(.server.keepalive) \(.server.routes) \(.addresses)"' \
		    "$WORK/d1.body"
	} >"$WORK/told"
	cmp "$WORK/told" "$WORK/truth"
}

check "what a device is told" wait_for 5 told
check "enrol" dev_enrol d1
check "ping" dev_ping d1

# As long as it takes the hand to look at the interface.
wg_key
check "the interface has another key" wait_for 45 told
wg set wg0 listen-port 51998
check "and another port" wait_for 45 told
check "enrol" dev_enrol d1
check "ping" dev_ping d1

for r in apid netd-hand leased apid-key; do
	was=$(role_pid $r)
	kill -KILL "$was"
	wait_for 15 role_new $r "$was"
	check "the same when $r was killed" wait_for 15 told
done
was=$(role_pid netd-hand)
kill -KILL "$was"
wg_key listen-port 51997
wait_for 15 role_new netd-hand "$was"
check "a new hand tells of what changed meanwhile" wait_for 15 told
suite_kill
wg_key listen-port 51996
suite_start
check "a new parent has them again" wait_for 15 told
sed -i 's/keepalive = 17/keepalive = 18/' "$CONF"
ctl reload >/dev/null
K=18
check "and a reload changes the rest" wait_for 5 told

# --- a leased that was captured ------------------------------------------------

stopped() {		# PID
	grep -q '^State:[[:space:]]*T' "/proc/$1/status"
}
# Somebody else answers the device's question on leased's link.  Prints the
# status of the device's request, and what came of the answer.
lied() {		# ADDRESSES [HEX]
	as leased apid answer "$@" >"$WORK/lie" &
	lied_p=$!
	wait_for 5 stopped "$(role_pid leased)"
	dev_put d1 d1
	wait $lied_p
}
last_lie() {		# ERE
	grep 'leased answers' "$WORK/netd.log" | tail -n 1 | grep -Eq "$1"
}
now=$(truth)
is "captured: what leased may say, is said" \
    "$(lied 100.64.1.77/32,fde3:25fb:7f6c:1::77/128)" 200
is "captured: and the server is the true one" "$(jq -r '"\(.server.public_key) \(.server.endpoint) \(.server.keepalive) \(.server.routes) \(.addresses)"' "$WORK/d1.body")" \
    "$(printf '%s' "$now" | tail -n 1 |
	sed 's/1\.1\/32/1.77\/32/; s/::1\/128/::77\/128/')"
for a in ::/0 0.0.0.0/0 100.64.1.1/32,::/1 fde3:25fb:7f6c:1::/64 \
    192.0.2.66/32 100.64.0.1/32 100.64.1.200/32; do
	is "captured: $a is not told" "$(lied $a)" 503
	unlike "captured: nor in the answer" "$(cat "$WORK/d1.body")" \
	    "${a##*,}"
	check "captured: but in the log" wait_for 5 last_lie "${a##*,}, which is "
done
# More in the message than a lease: a server's key, endpoint, port, routes.
evil=$(printf 'evil.example.net' | od -An -v -tx1 | tr -d ' \n')
is "captured: a server in the answer" \
    "$(lied 100.64.1.1/32 "$(printf '66%.0s' $(seq 32))0010${evil}115c")" 503
unlike "captured: is not told" "$(cat "$WORK/d1.body")" 'evil|Zm'
check "captured: and ends the link" logged \
    'apid.*: leased: link closed'
renew leased
check "a new leased, and the truth again" wait_for 15 told
finish
