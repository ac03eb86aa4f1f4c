#!/bin/sh
# A portal's sync of 10,000 peers, in its order and with one connection for
# each call: at rest, and while each process is killed and the interface is
# deleted under it.  regress/vm runs this with the kernel's WireGuard and with
# PORTAL_PEERS, fewer.
. "${TOP:-.}/regress/lib.sh"
private "$@"
. "$TOP/regress/suite.sh"

N=${PORTAL_PEERS:-10000}
PC=$O/regress/portalc
AT=127.0.0.1:41194
ADDRESS="\"10.43.0.1/16\", \"fd43::1/64\""
POOLS="\"10.43.0.0/16\", \"fd43::/64\""
LISTEN_MORE=", { address = \"$AT\"; api = [ \"portal\" ]; proof = \"none\"; }"

pki_init
suite_conf
suite_start
"$PC" peers $N >"$WORK/db" || exit 1

sync_once() {
	"$PC" "$AT" sync "$WORK/db" >"$WORK/sync" 2>"$WORK/sync.err"
	sync_st=$?
	cat "$WORK/sync"
	return $sync_st
}

val() {			# NAME
	sed -n "s/.*\\b$1=\\([0-9]*\\).*/\\1/p" "$WORK/sync"
}

# The portal gives a call a few seconds, and its next sync does what a busy
# machine did not answer in time.  DONE and FAILED count the calls of all.
sync_all() {
	DONE=0 FAILED=0
	for all_try in 1 2 3 4 5; do
		sync_once || return 1
		DONE=$((DONE + $(val removed) + $(val added)))
		FAILED=$((FAILED + $(val failed)))
		[ "$(val failed)" -ne 0 ] || return 0
	done
	return 1
}

# So many changes were made: a call that was not answered may be one of them.
made() {		# CHANGES
	[ "$DONE" -le "$1" ] && [ $((DONE + FAILED)) -ge "$1" ]
}

# WireGuard has the peers of the database, with their addresses, and no other.
exact() {
	wg show wg0 allowed-ips | awk '{ if ($2 > $3) { t = $2; $2 = $3
	    $3 = t } print $1, $2, $3 }' | sort >"$WORK/wg.have"
	sort "$WORK/db" >"$WORK/wg.want"
	cmp -s "$WORK/wg.have" "$WORK/wg.want"
}

check "from nothing" sync_all
check "from nothing: all are added" made $N
check "from nothing: WireGuard has them all" wait_for 5 exact
if [ "$(val slowest_ms)" -lt 5000 ]; then
	ok "from nothing: no call is slow"
else
	fail "from nothing: a call took $(val slowest_ms) ms"
fi
check "again" sync_once
is "again: nothing to do" \
    "$(val listed) $(val added) $(val removed) $(val calls)" "$N 0 0 3"

# A tenth goes, another comes, in the order that the portal has.
"$PC" peers $((N / 10)) >"$WORK/new"
sort "$WORK/db" >"$WORK/db2"
head -n $((N / 10)) "$WORK/db2" | awk '{ print $2, $3 }' >"$WORK/addrs"
awk '{ print $1 }' "$WORK/new" | paste -d ' ' - "$WORK/addrs" >"$WORK/db"
tail -n +$((N / 10 + 1)) "$WORK/db2" >>"$WORK/db"
check "a tenth is another" sync_all
check "a tenth is another: removed and added" made $((2 * (N / 10)))
check "a tenth is another: WireGuard too" wait_for 5 exact

# --- in the middle of it ---------------------------------------------------

# Drop most of them, so that the sync lasts; do something to the suite in its
# middle; the portal lives, and its next sync has all.
halfway() {
	[ "$(wg show wg0 peers 2>/dev/null | wc -l)" -gt $((half_was + N / 30)) ]
}
amid() {		# NAME COMMAND ...
	amid_n=$1; shift
	head -n $((N * 2 / 5)) "$WORK/db" >"$WORK/gone"
	"$PC" -K "$AT" remove "$WORK/gone" >"$WORK/out" 2>&1
	half_was=$(wg show wg0 peers | wc -l)
	spawn amid "$PC" "$AT" sync "$WORK/db"
	amid_pid=$PID
	wait_for 20 halfway || fail "$amid_n: the sync does not begin"
	"$@"
	wait_for 120 gone "$amid_pid" || fail "$amid_n: the sync hangs"
	wait "$amid_pid"
	is "$amid_n: the portal lives" $? 0
	wait_for 20 suite_up || fail "$amid_n: the suite is not up"
	check "$amid_n: the next sync" sync_all
	is "$amid_n: it finishes the work" "$(val failed) $(($(val listed) +
	    $(val added) - $(val removed)))" "0 $N"
	check "$amid_n: WireGuard is exact" wait_for 10 exact || {
		diff "$WORK/wg.have" "$WORK/wg.want" | head -n 5
	}
}

kill_role() {		# ROLE
	role_kill "$1" || fail "$1 is not back"
}

for role in leased apid netd-hand; do
	amid "$role killed" kill_role $role
done
restart_all() {
	suite_kill
	suite_start
}
amid "all killed" restart_all
amid "interface deleted" ip link delete wg0
check "nobody died of it" suite_up

# One peer more among many is one peer more for WireGuard, not a sync.
"$PC" peers 1 | sed 's/10\.43\.0\.2/10.43.200.2/; s/fd43::2/fd43::c802/' \
    >"$WORK/one"
hand_tells || fail "no report"
b=$(batches)
"$PC" "$AT" add "$WORK/one" >"$WORK/out"
hand_tells || fail "no report"
is "one peer more is one message" $(($(batches) - b)) 1
finish
