#!/bin/sh
# Mode approve and contacts through the whole suite: who waits, who is let in,
# who is cut off again, and who sees whose contact.
. "${TOP:-.}/regress/lib.sh"
private "$@"
. "$TOP/regress/suite.sh"
. "$TOP/regress/captured.sh"

[ -c /dev/net/tun ] || skip_all "no /dev/net/tun"

pki_init
access() {		# WORDS
	CONF_MORE="access: { $1 };"
	suite_conf
}
access 'mode = "approve"; require_contact = true;'
suite_start
for i in 1 2 3; do
	dev_add d$i
	cert d$i smart-toilet-$i
done

put() {			# NAME [CONTACT]
	dev_curl "$1" "$1" -D "$WORK/head" -X PUT \
	    -H 'Content-Type: application/json' \
	    -d "{\"public_key\":\"$(cat "$WORK/$1.pub")\"${2:+,\"contact\":$2}}" \
	    "$SELF"
}
get() {			# NAME
	dev_curl "$1" "$1" "$SELF"
}
body() {		# NAME JQ-FILTER
	jq -r "$2" "$WORK/$1.body"
}
retries() {
	tr -d '\r' <"$WORK/head" | grep -Eq '^Retry-After: [0-9]+$'
}
pending() {		# JQ-FILTER
	ctl -j show pending | jq -r "$1"
}
JOE='{"name":"Joe","email":"joe@example.com","phone":"+1 555"}'

# --- to wait ------------------------------------------------------------------

is "no contact" "$(put d1) $(body d1 .code)" "400 contact-required"
is "half a contact" "$(put d1 '{"name":"Joe"}') $(body d1 .code)" \
    "400 contact-required"
is "a contact that is none" "$(put d1 '"Joe"') $(body d1 .code)" \
    "400 bad-request"
is "nobody waits" "$(pending '.pending | length')" 0
is "it waits" "$(put d1 "$JOE") $(body d1 .code)" "202 approval-pending"
check "and is told when to come again" retries
like "as a problem" "$(tr -d '\r' <"$WORK/head")" \
    'Content-Type: application/problem\+json'
is "once more" "$(put d1 "$JOE")" 202
is "to read" "$(get d1) $(body d1 .code)" "202 approval-pending"
is "it has no peer" "$(wg show wg0 peers)" ""
is "the operator sees it once, with its contact" \
    "$(pending '.pending[] | "\(.name) \(.who) \(.contact_name) \(.contact_email) \(.contact_phone) \(.from)"')" \
    "1 cn:smart-toilet-1 Joe joe@example.com +1 555 198.51.100.6"
like "as text" "$(ctl show pending)" \
    '^devices +1 .* cn:smart-toilet-1 +198\.51\.100\.6 +Joe +joe@example\.com'
like "in the status" "$(ctl show status)" '^waiting +1 for approval'
check_status "test cn says so" 1 ctl test cn smart-toilet-1
like "in words" "$(cat "$WORK/out")" 'access +an operator must approve it'
check_status "a name that nobody knows" 1 ctl approve 77
like "is told" "$(cat "$WORK/out")" \
    '77 is not denied, has not asked for a lease and has none'

# --- to be let in ---------------------------------------------------------------

suite_stop
suite_start
is "it waits through a restart" "$(pending '.pending[].name')" 1
check "approved" ctl approve 1
is "a lease" "$(put d1)" 201
check "with a tunnel" dev_apply d1
check "that works" dev_ping d1
is "its own contact" "$(get d1) $(body d1 .contact.email)" \
    "200 joe@example.com"
is "nobody waits any more" "$(pending '.pending | length')" 0
is "the operator still sees the contact" \
    "$(ctl -j show contacts | jq -r '.contacts[] | "\(.name) \(.contact_phone)"')" \
    "1 +1 555"
unlike "no list has it" "$(ctl -j show leases; ctl -j show peers; ctl -j show events)" \
    'joe@example'
unlike "nor has the log" "$(cat "$WORK/netd.log")" 'joe@example'
check "renewed" test "$(put d1)" = 200

# --- to be refused ----------------------------------------------------------------

is "another waits" "$(put d2 "$JOE")" 202
check "denied" ctl deny 2 reason who is that
is "it is refused" "$(put d2 "$JOE") $(body d2 .code)" "403 identity-denied"
is "for that reason" "$(ctl -j show revoked | jq -r '.revoked[].reason')" \
    "who is that"
is "its contact is gone" "$(ctl -j show contacts | jq -r '.contacts[].name')" 1
spawn beat in_ns d1 ping -D -i 0.05 -W 1 "$GW6"
beat=$PID
last() {
	awk -F '[][]' '/bytes from/ { t = $2 } END { printf "%.0f", t * 1000 }' \
	    "$WORK/beat.log"
}
silent() { [ "$(last)" -lt $(($(now_ms) - 1500)) ]; }
check "the first has its tunnel" wait_for 5 grep -q 'bytes from' "$WORK/beat.log"
at=$(now_ms)
check "until it is denied" ctl deny 1
check "and cut off" wait_for 10 silent
cut=$(($(last) - at))
check "at once ($cut ms)" test "$cut" -lt 5000
stop "$beat"
is "it is refused" "$(put d1)" 403
check "approved again" ctl approve 1
is "it has a lease again" "$(put d1)" 201

# --- the client of autowg, and those who have a lease ---------------------------

is "autowg: it cannot name a contact" "$(dev_post d3 d3)" 400
access 'mode = "open";'
check "mode open" ctl reload
is "autowg: a lease" "$(dev_post d3 d3)" 200
access 'mode = "approve";'
check "mode approve" ctl reload
is "who has a lease keeps it" "$(dev_post d3 d3)" 200
is "and when it has given it back, too" \
    "$(dev_curl d3 d3 -X DELETE "$SELF") $(dev_post d3 d3)" "204 200"
check "what was denied can be approved" ctl approve 2
is "with effect" "$(put d2)" 201
cert d4 smart-toilet-4
cp "$PKI/d4.crt" "$PKI/d2.crt"
cp "$PKI/d4.key" "$PKI/d2.key"
dev_newkey d2
is "autowg: another waits" "$(dev_curl d2 d2 -D "$WORK/head" \
    -d "$(cat "$WORK/d2.pub")" "$REGISTER")" 503
check "and is told when to come again" retries

# --- a captured front -----------------------------------------------------------

key=$(wg genkey | wg pubkey)
is "front captured: a name that was not approved waits" \
    "$(as apid leased register devices 70 "$key")" "LEASE_REPLY 33"
is "front captured: nor is it renewed" \
    "$(as apid leased renew devices 70)" "LEASE_REPLY 33"
is "front captured: nor without a proof" \
    "$(as apid leased register devices 71 "$key" '')" "LEASE_REPLY 33"
renew apid
echo cn:smart-toilet-9 >"$WORK/access.list"
chmod 644 "$WORK/access.list"
access "mode = \"approve\"; file = \"$WORK/access.list\";"
check "a list" ctl reload
is "front captured: it says a proof that the list lets in" \
    "$(as apid leased register devices 70 "$key" cn:smart-toilet-9)" \
    "LEASE_REPLY 1"
renew apid
is "events" "$(ctl -j show events | jq -r '[.events[] |
    select(.event | startswith("identity.")) |
    "\(.event | ltrimstr("identity.")):\(.name)"] | join(" ")')" \
    "ask:1 approve:1 ask:2 revoke:2 revoke:1 approve:1 approve:2 ask:4 ask:70 ask:71"
suite_stop
finish
