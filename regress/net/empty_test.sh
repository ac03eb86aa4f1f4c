#!/bin/sh
# A database that is suddenly gone, empty or older than it was: it is told, and
# no tunnel is cut before somebody says so.
. "${TOP:-.}/regress/lib.sh"
private "$@"
. "$TOP/regress/suite.sh"

[ -c /dev/net/tun ] || skip_all "no /dev/net/tun"
command -v sqlite3 >/dev/null || skip_all "no sqlite3"

DB=$S/state/sallyport.db

put() {			# NUMBER KEYFILE
	curl --cacert "$PKI/ca.crt" --cert "$PKI/d$1.crt" --key "$PKI/d$1.key" \
	    -sS -m 10 -o /dev/null -w '%{http_code}' -X PUT \
	    -H 'Content-Type: application/json' \
	    -d "{\"public_key\":\"$(cat "$WORK/k$1")\"}" \
	    https://127.0.0.1:8443/api/v1/self/lease
}

peers() {
	wg show wg0 peers | wc -l
}

has() {			# NUMBER
	[ "$(peers)" -eq "$1" ]
}

# The broker and its parent at once: the log stays.
crash() {
	crash_left=$(suite_pids)
	kill -KILL "$(role_pid leased)" "$SUITE"
	stop "$SUITE"
	for crash_p in $crash_left; do
		wait_for 5 gone "$crash_p"
	done
}

again() {		# start with an empty log
	: >"$WORK/netd.log"
	suite_start
	logged 'sync done'
}

pki_init
for i in 1 2 3 4 5; do
	cert d$i smart-toilet-$i
	wg genkey | wg pubkey >"$WORK/k$i"
done
suite_conf
suite_start
for i in 1 2 3 4; do
	is "device $i" "$(put $i)" 201
done
is "a first start tells of no peers" \
    "$(grep -c 'does not have' "$WORK/netd.log")" 0
check "a backup" ctl backup "$WORK/backup.db"
is "device 5, which the backup lacks" "$(put 5)" 201
is "and one that is revoked later" "$(ctl revoke 4 >"$WORK/out"; peers)" 4
suite_stop

# --- gone ---------------------------------------------------------------------

mv "$DB" "$WORK/real.db"
again
check "gone: the tunnels stay" has 4
check "gone: a new database is told" logged 'no database was there, and a new one'
check "gone: so are the peers" logged 'wg0 has 4 peers that .* not have'
like "gone: status says until when" "$(ctl show status)" \
    'lacks stay for 1[45]m.*sallyctl drop unclaimed'
is "gone: a device claims its own" "$(put 1)" 201
check "gone: and the others stay" has 4
n=$(syncs)
check "gone: also through another sync" ctl reload
check "gone: which ends" wait_for 10 more_syncs "$n"
check "gone: and cuts nothing" has 4
check "gone: another hand" role_kill netd-hand
check "gone: keeps them, too" has 4
check "gone: somebody says so" ctl drop unclaimed
check "gone: then they go" wait_for 10 has 1
unlike "gone: and status is quiet" "$(ctl show status)" 'unclaimed'
suite_stop
cp "$WORK/real.db" "$DB"
again
check "back: all have their tunnels again" wait_for 10 has 4
suite_stop

# --- empty --------------------------------------------------------------------

: >"$DB"
: >"$WORK/netd.log"
suite_spawn
check "empty: it is damage" logged 'sallyport.db is damaged: it is empty'
check "empty: it does not start" wait_for 10 gone "$SUITE"
check "empty: the tunnels stay" has 4
suite_stop

# --- an older one ---------------------------------------------------------------

cp "$WORK/backup.db" "$DB"
chown --reference="$S/state" "$DB"
again
check "older: it is told" logged 'is a copy that was put there, and its newest event is of 20..-'
check "older: nobody is cut" has 5
check "older: the one that it lacks is told" logged \
    'wg0 has 1 peers that'
is "older: that device claims its own" "$(put 5)" 201
check "older: the same number" has 5
crash

# --- over one that has a log -----------------------------------------------------

check "log: there is one" test -s "$DB-wal"
cp "$WORK/backup.db" "$DB"
again
check "log: it is told" logged 'sallyport.db was put in the place of another.*-wal.old'
is "log: nothing is mixed" "$(ctl -j show leases | jq '.leases | length')" 4
is "log: the database is whole" "$(ctl backup "$WORK/b2.db" >/dev/null
    sqlite3 "$WORK/b2.db" 'PRAGMA integrity_check')" ok
check "log: the old one is kept" test -s "$DB-wal.old"
is "log: one more lease" "$(put 5)" 201
crash
again
is "log: a log of its own is used" "$(ctl -j show leases | jq '.leases | length')" 5
check "log: and nothing is told" sh -c "! grep -q 'put in the place' $WORK/netd.log"
is "log: a change" "$(ctl revoke 4)" "4 is denied and its lease has ended"
crash
rm -f "$DB"
: >"$WORK/netd.log"
suite_spawn
check "log: without its database" logged 'sallyport.db is gone, and its log'
wait_for 10 gone "$SUITE"
suite_stop
rm -f "$DB"*

# --- another owner ------------------------------------------------------------

cp "$WORK/real.db" "$DB"
if [ -z "$NOUSER" ]; then
	chown 0:0 "$DB"
	chmod 644 "$DB"
	: >"$WORK/netd.log"
	suite_spawn
	check "owner: the file is named, and a command" logged \
	    'sallyport.db belongs to user 0 with mode 0644.*chown --reference='
	wait_for 10 gone "$SUITE"
	suite_stop
	# The command of the text.
	sh -c "$(sed -n 's/.*: \(chown --reference=.*\)/\1/p' "$WORK/netd.log" |
	    head -n 1)"
	again
	is "owner: with it all is well" \
	    "$(ctl -j show leases | jq '.leases | length')" 4
fi
suite_stop

# --- the key of the interface -------------------------------------------------

# The interfaces of this namespace, which netd looks up there.
mount -t sysfs sysfs /sys
[ -n "$NOUSER" ] || chown --reference="$S/state" "$DB"
again
wait_for 10 has 4
suite_stop
key=$(wg show wg0 public-key)
mv "$S/wg0.key" "$WORK/wg0.key"
check_status "key: netd -n finds that it is gone" 78 \
    "$BIN/netd" -n $NOUSER -L "$BIN" -f "$CONF"
like "key: and says how to get it back" "$(cat "$WORK/out")" \
    'wg0.key is gone, and wg0 still has its key: .*wg show wg0 private-key'
check_status "key: netd -g makes no other" 78 "$BIN/netd" -g -f "$CONF"
: >"$WORK/netd.log"
suite_spawn
check "key: neither does a start" wait_for 10 gone "$SUITE"
suite_stop
is "key: it is not there" "$(ls "$S" | grep -c 'wg0.key')" 0
is "key: the tunnels have theirs" "$(wg show wg0 public-key) $(peers)" "$key 4"
# The command of the text.
eval "$(sed -n 's/.*(\(umask 077; .*wg0.key\)), or.*/(\1)/p' \
    "$WORK/netd.log" | head -n 1)"
again
is "key: with it all is well" "$(wg show wg0 public-key) $(peers)" "$key 4"
suite_stop

# --- links --------------------------------------------------------------------

mv "$S/state" "$S/elsewhere"
ln -s "$S/elsewhere" "$S/state"
again
is "link: a directory elsewhere" "$(ctl -j show leases |
    jq '.leases | length') $(peers)" "4 4"
suite_stop
mv "$DB" "$DB.real"
ln -s "$DB.real" "$DB"
: >"$WORK/netd.log"
suite_spawn
check "link: a database that is one is told" logged \
    'sallyport.db is not a file: put the database itself there'
wait_for 10 gone "$SUITE"
suite_stop
finish
