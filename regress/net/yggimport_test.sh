#!/bin/sh
# The leases in autoygg-server's database become leases of ours: their clients
# keep their addresses, and everything else is told.
. "${TOP:-.}/regress/lib.sh"
private "$@"
. "$TOP/regress/suite.sh"

command -v sqlite3 >/dev/null || skip_all "no sqlite3"

LIST=$WORK/list
LEASE=4h
POOLS='"100.64.1.0/24"'
ADDRESS='"100.64.0.1/16"'
YGG=200:1::1 PORT=8080
LISTEN_MORE=", { address = \"[$YGG]:$PORT\"; api = [ \"autoygg\" ]; proof = \"address\"; }"
RULES='{ proof = "address"; pattern = "[23][0-9a-f]{2}:[0-9a-f:]+";
    role = "device"; network = "devices"; },
    { pattern = "smart-toilet-(\\d+)"; role = "device"; network = "devices"; }'
CONF_MORE="access: { mode = \"open\"; file = \"$LIST\"; };"
DB=$WORK/autoygg.db

ygg() {			# ACTION NUMBER: STATUS and BODY
	ygg_l=$("$O/regress/yggc" "$YGG" $PORT "$1" "$2" 2>&1)
	ygg_l=${ygg_l#* }
	STATUS=${ygg_l%% *} BODY=${ygg_l#* }
}
addr() { "$O/regress/yggc" "$1" | sed 's/.* //'; }
key() { "$O/regress/yggc" "$1" | sed 's/ .*//'; }
in_db() { sqlite3 "$DB" "$1" || fail "sqlite3"; }
row() {			# ID NUMBER CLIENT_IP SECONDS [STATE [DELETED]]
	in_db "INSERT INTO registrations (id, deleted_at, state, public_key,
	    ygg_ip, client_ip, lease_expires) VALUES ($1, ${6:-NULL},
	    '${5:-success}', '$(key "$2")', '$(addr "$2")', '$3',
	    strftime('%Y-%m-%d %H:%M:%f+00:00', 'now', '+$4 seconds'))"
}
imp() {			# ARGUMENT ...: OUT and ST
	OUT=$(ctl import "$DB" "$@" 2>&1)
	ST=$?
}
lease() {		# NUMBER: its address and state
	ctl -j show leases | jq -r --arg n "$(addr "$1")" '.leases[] |
	    select(.name == $n) | "\(.addresses[0]) \(.state)"'
}
left() {		# NUMBER: seconds
	ctl -j show leases | jq -r --arg n "$(addr "$1")" '.leases[] |
	    select(.name == $n) | (.expires | fromdate) - now | floor'
}

pki_init
echo "!$(addr 9)" >"$LIST"
suite_conf
sed -i '/api = \[ "autowg", "native" \]/s/"autowg", //' "$CONF"
ip -6 route add local 200::/7 dev lo
suite_start

in_db 'CREATE TABLE registrations (id integer primary key autoincrement,
    created_at datetime, updated_at datetime, deleted_at datetime,
    state varchar(255), gateway_public_key varchar(255),
    public_key varchar(255), ygg_ip varchar(255), client_ip varchar(255),
    client_net_mask integer, client_gateway varchar(255),
    client_tunnel_name varchar(255), client_name varchar(255),
    client_email varchar(255), client_phone varchar(255),
    client_version varchar(255), lease_expires datetime, error varchar(255))'
row 1 1 100.64.1.77 7200
row 2 2 100.64.1.78 999999999
in_db "UPDATE registrations SET client_name = 'Joe', client_email = 'j@e',
    client_phone = '1' WHERE id = 1"
row 3 3 100.64.1.79 7200 expired
row 4 4 100.64.1.80 7200 success "'2026-11-22 01:29:23+00:00'"
imp dry-run
is "dry-run: status" "$ST" 0
like "dry-run" "$OUT" "^added .*$(addr 1) 100.64.1.77"
like "dry-run: the sum" "$OUT" \
    '^nothing is done; it would be: 2 added, 0 removed, 0 changed, 0 unchanged, 0 rejected$'
is "dry-run: nothing is done" "$(lease 1)$(ctl -j show contacts |
    jq -r '.contacts[].name')" ''

imp
is "import: status" "$ST" 0
like "import: the sum" "$OUT" \
    '^2 added, 0 removed, 0 changed, 0 unchanged, 0 rejected$'
is "import: a lease" "$(lease 1)" "100.64.1.77/32 active"
is "import: its contact" "$(ctl -j show contacts | jq -r --arg n "$(addr 1)" \
    '.contacts[] | select(.name == $n) |
    "\(.contact_name) \(.contact_email) \(.contact_phone)"')" "Joe j@e 1"
is "import: another" "$(lease 2)" "100.64.1.78/32 active"
is "import: no other" "$(ctl -j show leases | jq '.leases | length')" 2
like "import: WireGuard has them" "$(wg show wg0 allowed-ips)" '100.64.1.77/32'
l=$(left 1)
check "import: the term that was left ($l s)" test "$l" -gt 6000 -a \
    "$l" -le 7200
l=$(left 2)
check "import: never more than the network gives ($l s)" test "$l" -gt 14000 \
    -a "$l" -le 14400
like "import: it is an event" "$(ctl show events)" \
    "lease.import +devices +$(addr 1) +addr:$(addr 1) "
imp
is "again: status" "$ST" 0
like "again: the sum" "$OUT" '^0 added, .* 2 unchanged, 0 rejected$'

# Its client knows nothing of the change.
ygg renew 1
is "renewed: the same address" "$STATUS $(printf %s "$BODY" |
    jq -r .ClientIP)" "200 100.64.1.77"
ygg register 2
is "registered again: the same address" "$STATUS $(printf %s "$BODY" |
    jq -r .ClientIP)" "200 100.64.1.78"
ygg register 5
is "a new one has another" "$STATUS $(printf %s "$BODY" |
    jq -r '.ClientIP | IN("100.64.1.77", "100.64.1.78")')" "200 false"

# They are on disk.
suite_kill
suite_start
is "after kill -9 of all" "$(lease 1)" "100.64.1.77/32 active"

# What cannot be taken over is told.
in_db 'DELETE FROM registrations'
row 11 6 100.64.1.90 7200
row 12 7 100.64.1.90 7200
row 13 8 10.9.9.9 7200
row 14 9 100.64.1.91 7200
row 15 10 100.64.1.77 7200
row 16 1 100.64.1.92 7200
in_db "UPDATE registrations SET public_key = '$(key 6)' WHERE id = 16"
row 17 2 100.64.1.93 7200
imp
is "rejected: status" "$ST" 1
like "rejected: of two with an address, the newer is taken" "$OUT" \
    "^added .*$(addr 7) 100.64.1.90"
like "rejected: the older" "$OUT" \
    '^rejected  row 11: row 12, which is newer, has the same client_ip$'
like "rejected: outside of the pools" "$OUT" \
    "address-outside +$(addr 8) 10.9.9.9: an address is not a host"
like "rejected: not on the list" "$OUT" "identity-denied +$(addr 9) 100.64"
like "rejected: an address of another" "$OUT" \
    "address-taken +$(addr 10) 100.64.1.77: "
like "rejected: another's key" "$OUT" \
    '^rejected  row 16: its public_key is not that of its ygg_ip$'
like "rejected: it has another lease" "$OUT" \
    "$(addr 2) 100.64.1.93: the name has another lease"
like "rejected: the sum" "$OUT" '^1 added, .* 0 unchanged, 6 rejected$'
ctl -j import "$DB" dry-run >"$WORK/json"
check "JSON" jq -e '.dry_run and .set.rejected == 6 and .set.unchanged == 1 and
    (.changes | length) == 6 and
    ([.changes[] | select(.public_key == null)] | length) == 2' "$WORK/json"

# Where names must be approved, the import approves those that it takes.
sed -i 's/mode = "open"/mode = "approve"/' "$CONF"
check "mode approve" ctl reload
in_db 'DELETE FROM registrations'
row 21 12 100.64.1.95 7200
imp
like "approve: the sum" "$OUT" '^1 added, .* 0 rejected$'
is "approve: it has its lease" "$(lease 12)" "100.64.1.95/32 active"
ygg release 12
is "approve: its client gives it back" "$STATUS" 200
kill -9 "$(role_pid leased)"
again() { ygg register 12; [ "$STATUS" = 200 ]; }
check "approve: and gets one again" wait_for 20 again
ygg register 13
is "approve: another has to wait" "$STATUS" 403

printf 'SQLite format 3\0' >"$WORK/bad.db"
head -c 4000 /dev/zero >>"$WORK/bad.db"
check_status "no database" 65 ctl import "$WORK/bad.db"
sqlite3 "$WORK/other.db" 'CREATE TABLE x (a)'
check_status "another database" 65 ctl import "$WORK/other.db"
like "another database: it is told" "$(cat "$WORK/out")" \
    'is it the database of autoygg-server\?$'
check_status "-w" 64 ctl import "$DB" -w "$WORK/x"
finish
