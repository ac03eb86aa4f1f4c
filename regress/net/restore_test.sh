#!/bin/sh
# Backup and restore, command by command as sallyctl(8) has them; and files
# that are no backup.
. "${TOP:-.}/regress/lib.sh"
private "$@"
. "$TOP/regress/suite.sh"

[ -c /dev/net/tun ] || skip_all "no /dev/net/tun"
command -v sqlite3 >/dev/null || skip_all "no sqlite3"
mount -t tmpfs -o size=4m tmpfs /var/lib || skip_all "no file system for /var/lib"

DB=/var/lib/sallyport/sallyport.db

# The commands of the manual are those of this test.
sallyctl() {
	"$BIN/sallyctl" "$@"
}
ctl() {
	sallyctl "$@"
}
systemctl() {
	case $* in
	'stop sallyport')	suite_stop ;;
	'start sallyport')	suite_start ;;
	*)			return 1 ;;
	esac
}

put() {			# NUMBER; the status
	curl --cacert "$PKI/ca.crt" --cert "$PKI/d$1.crt" --key "$PKI/d$1.key" \
	    -sS -m 10 -o /dev/null -w '%{http_code}' -X PUT \
	    -H 'Content-Type: application/json' \
	    -d "{\"public_key\":\"$(cat "$WORK/k$1")\"}" \
	    https://127.0.0.1:8443/api/v1/self/lease
}

has() {			# NUMBER of peers
	[ "$(wg show wg0 peers | wc -l)" -eq "$1" ]
}

names() {
	ctl -j show leases | jq -r '[.leases[].name] | sort | join(",")'
}

restored() {
	logged 'restore: the database is the backup now' && suite_up
}

pki_init
for i in 1 2 3 4; do
	cert d$i smart-toilet-$i
	wg genkey | wg pubkey >"$WORK/k$i"
done
suite_conf
sed -i "s|$S/state|/var/lib/sallyport|; s|$S/ctl.sock|/run/sallyport/ctl.sock|" \
    "$CONF"
suite_start
for i in 1 2 3; do
	is "device $i" "$(put $i)" 201
done

# --- the walk -------------------------------------------------------------------

sed -n '/^\.Sh BACKUP AND RESTORE/,/^\.Sh JSON/s/^\.Dl # //p' \
    "$TOP/man/sallyctl.8" | sed "s|/var/backups|$WORK|" >"$WORK/walk"
is "commands in the manual" "$(wc -l <"$WORK/walk")" 9
n=0
while read -r line <&9; do
	n=$((n + 1))
	: >"$WORK/netd.log"
	case $line in
	'systemctl stop'*)
		# What was done since the last restore.
		is "device 4 again" "$(put 4)" 201
		check "revoked after the backup" \
		    ctl revoke 2 reason stolen, twice
		wait_for 5 has 3 ;;
	esac
	check "$n: $line" eval "$line"
	case $line in
	'sallyctl backup'*)
		is "device 4, which the backup lacks" "$(put 4)" 201
		check "revoked after the backup" ctl revoke 1
		wait_for 5 has 3 ;;
	'sallyctl restore'*)
		[ $n -eq 2 ] || continue
		check "it is in use within seconds" wait_for 10 restored
		is "what it has" "$(names)" 2,3
		is "the revoked one stays revoked" "$(put 1)" 403
		check "nobody else is cut" has 3 ;;
	'systemctl start'*)
		check "it is in use" wait_for 10 restored
		is "what it has, but for the revoked ones" "$(names)" 3
		is "they stay revoked" "$(put 1) $(put 2)" "403 403"
		is "with the reason" "$(ctl -j show revoked name 2 |
		    jq -r '.revoked[0].reason')" "stolen, twice"
		check "the one that it lacks is not cut" has 2 ;;
	'sallyctl show status'*)
		like "and may be claimed" "$(cat "$WORK/out")" \
		    'stay for 1[45]m' ;;
	'sallyctl drop'*)
		check "it goes when somebody says so" wait_for 10 has 1 ;;
	esac
done 9<"$WORK/walk"
is "the database is leased's" "$(stat -c '%U %a' "$DB")" \
    "$(stat -c %U /var/lib/sallyport) $(stat -c %a "$DB.before")"
check "the one before is kept" sqlite3 "$DB.before" \
    "SELECT 1 / count(*) FROM peer WHERE name = '4'"
is "and is whole" "$(sqlite3 "$DB.before" 'PRAGMA integrity_check')" ok

# --- what is no backup ----------------------------------------------------------

refused() {		# NAME STATUS ERE FILE
	: >"$WORK/netd.log"
	refused_pid=$(role_pid leased) refused_names=$(names)
	check_status "$1: refused" "$2" sallyctl restore "$4"
	like "$1: and told" "$(cat "$WORK/out")" "$3"
	is "$1: nothing was changed" "$(names) $(role_pid leased)" \
	    "$refused_names $refused_pid"
}
echo text >"$WORK/text"
refused "a text" 65 'is not a database of sallyport' "$WORK/text"
refused "no file" 66 'No such file' "$WORK/none"
: >"$WORK/null"
refused "an empty file" 65 'is not a database of sallyport' "$WORK/null"
cp "$WORK/sallyport.db" "$WORK/other.db"
sqlite3 "$WORK/other.db" 'PRAGMA application_id = 7'
refused "another's database" 65 'is not a database of sallyport' \
    "$WORK/other.db"
cp "$WORK/sallyport.db" "$WORK/new.db"
sqlite3 "$WORK/new.db" 'PRAGMA user_version = 99'
refused "one of a newer version" 70 'nothing was changed: .* schema 99' \
    "$WORK/new.db"
cp "$WORK/sallyport.db" "$WORK/bad.db"
dd if=/dev/urandom of="$WORK/bad.db" bs=4096 seek=2 count=4 conv=notrunc \
    2>/dev/null
refused "a damaged one" 70 'nothing was changed: .*damaged' "$WORK/bad.db"
head -c 9000 "$WORK/sallyport.db" >"$WORK/cut.db"
refused "one that was cut" 70 'nothing was changed: ' "$WORK/cut.db"

# As a tool copies it that knows no database: the log has changes of its own.
cp "$DB" "$WORK/raw.db"
cp "$DB-wal" "$WORK/raw.db-wal"
check "its log has something" test -s "$WORK/raw.db-wal"
refused "one with a log beside it" 65 \
    "are in $WORK/raw.db-wal beside it: nothing was changed" "$WORK/raw.db"

cp "$WORK/sallyport.db" "$WORK/trig.db"
sqlite3 "$WORK/trig.db" 'CREATE TRIGGER t AFTER INSERT ON peer
    BEGIN DELETE FROM denied; END'
refused "one with a trigger" 70 'nothing was changed: .*trigger t is not' \
    "$WORK/trig.db"

# --- before a start ---------------------------------------------------------------

suite_stop
check "a damaged one before a start" sallyctl restore "$WORK/bad.db"
: >"$WORK/netd.log"
suite_start
check "is told then" logged 'is not used, and is now .*restore.bad: it is damaged'
is "and the present one goes on" "$(names)" 3
suite_stop
check "one with a trigger before a start" sallyctl restore "$WORK/trig.db"
: >"$WORK/netd.log"
suite_start
check "is told then, too" logged 'is not used, and is now .*restore.bad: '
is "and the present one goes on, too" "$(names)" 3
suite_stop
echo "not a database, and long enough to be taken for one" >"$DB"
: >"$WORK/netd.log"
suite_spawn
check "a damaged database: the way out is told" logged \
    'sallyport.db is damaged.*sallyctl restore'
wait_for 10 gone "$SUITE"
suite_stop
check "which is" sallyctl restore "$WORK/sallyport.db"
: >"$WORK/netd.log"
suite_start
is "and works" "$(names)" 1,2,3
check "what was revoked is not known then, and told" logged \
    'must be revoked again'
# The way to rescue that the text of a damaged one names; a row is lost.
sqlite3 "$WORK/sallyport.db" .dump | sed 's/^ROLLBACK;.*/COMMIT;/' |
    sqlite3 "$WORK/dump.db"
sqlite3 "$WORK/dump.db" "DELETE FROM peer WHERE name = '1'"
: >"$WORK/netd.log"
check "one that a dump has rescued" sallyctl restore "$WORK/dump.db"
check "one that a dump has rescued: is in use" wait_for 10 restored
is "one that a dump has rescued: all but the row" "$(names)" 2,3
sqlite3 "$WORK/strange.db" 'CREATE TABLE peer (id)'
refused "another's without a mark" 70 'nothing was changed: .*not a database of' \
    "$WORK/strange.db"
check_status "into a directory that is none" 66 \
    sallyctl -s "$WORK/nosock" restore "$WORK/sallyport.db" dir "$WORK/nodir"
mkdir "$WORK/dir"
[ -n "$NOUSER" ] || chown _sallylease: "$WORK/dir"
check "into another directory" \
    sallyctl -s "$WORK/nosock" restore "$WORK/sallyport.db" dir "$WORK/dir"
is "with its owner" "$(stat -c '%U %a' "$WORK/dir/sallyport.db.restore")" \
    "$(stat -c %U "$WORK/dir") 600"

# --- a disk without room ----------------------------------------------------------

check "device 4 once more" [ "$(put 4)" = 201 ]
dd if=/dev/zero of=/var/lib/fill bs=4096 2>/dev/null
is "the disk is full" "$(df --output=avail /var/lib | tail -n 1 | tr -d ' ')" 0
check "a backup needs no room on it" sallyctl backup "$WORK/full.db"
is "and is whole" "$(sqlite3 "$WORK/full.db" 'PRAGMA integrity_check')" ok
is "with all that is known" "$(sqlite3 "$WORK/full.db" \
    'SELECT group_concat(name) FROM (SELECT name FROM peer WHERE ended = 0
    ORDER BY name)')" "$(names)"
rm /var/lib/fill
suite_stop
finish
