#!/bin/sh
# Starts that must fail, each with a clear text and nothing changed; and
# wireguard-go that dies under us.
. "${TOP:-.}/regress/lib.sh"
private "$@"
. "$TOP/regress/suite.sh"

# Start it, expect that it ends by itself, and keep what it said in $SAID.
refused() {		# NAME ERE
	"$NETD" -d $NOUSER -L "$BIN" -f "${3:-$CONF}" >"$WORK/said" 2>&1 &
	refused_p=$!
	if ! wait_for 15 gone $refused_p; then
		fail "$1: it runs"
		kill $refused_p
		return
	fi
	wait $refused_p
	check "$1: status $?, not 0" test $? -ne 0
	SAID=$(cat "$WORK/said")
	like "$1: it says why" "$SAID" "$2"
}

pki_init
suite_conf
suite_start
cert d1 smart-toilet-1
dev_add d1
dev_add d2
cert d2 smart-toilet-2
check "enrol" dev_enrol d1
state >"$WORK/before"

# a second one beside the first: its own listeners, the same state directory
sed -e 's/8443/8444/' -e 's/ctl\.sock/ctl2.sock/' "$CONF" >"$S/second.conf"
chmod 640 "$S/second.conf"
refused "second instance" 'in use|lock|running|another' "$S/second.conf"
check "second instance: the first one goes on" dev_ping d1
state >"$WORK/after"
check "second instance: nothing changed" diff "$WORK/before" "$WORK/after"
refused "the same once more" 'in use|lock|running|another'
check "the same once more: the first one goes on" dev_ping d1
check "the same once more: its control socket, too" ctl show status

# wireguard-go dies
wggo_path=$(command -v wireguard-go)
wggo() {
	for wggo_p in /proc/[0-9]*; do
		wggo_c=$(tr '\0' ' ' <"$wggo_p/cmdline" 2>/dev/null)
		case $wggo_c in
		*wireguard-go*wg0*)
			[ "$(readlink "$wggo_p/ns/net")" = \
			    "$(readlink /proc/$$/ns/net)" ] &&
			    echo "${wggo_p#/proc/}" ;;
		esac
	done
}
# Another wireguard-go than PID runs, and netd has told it everything.  Not
# asked with wg(8): where nobody listens it removes the socket, and may meet the
# one that has just been made.
wggo_new() {		# PID
	wggo_now=$(wggo)
	[ -n "$wggo_now" ] && [ "$wggo_now" != "$1" ] && suite_up
}

wggo_kill() {		# NAME
	wggo_old=$(wggo)
	kill -KILL "$wggo_old"
	wait_for 5 gone "$wggo_old" || fail "$1: wireguard-go stays"
	# 0.2 s if nothing is in the way; a machine may be slow
	check "$1: another one is set up" wait_for 5 wggo_new "$wggo_old"
	# The device begins anew, as it would by itself within a while.
	dev_apply d1
	check "$1: the tunnel comes back" dev_ping d1
}

if [ "$(ctl -j show networks | jq -r '.networks[0].backend')" = userspace ]; then
	wggo_kill "wireguard-go killed"
	check "wireguard-go killed: the next device enrols" dev_enrol d2
	check "wireguard-go killed: and pings" dev_ping d2

	# One that starts and ends: before it has gone to the background, and
	# after.  It may execute what lies among the libraries.
	cp "$wggo_path" "$WORK/wireguard-go"
	mount --bind "$WORK/wireguard-go" /usr/lib/os-release
	mount --bind "$O/regress/wggo_ends" "$wggo_path"
	wggo_kill "wireguard-go killed, two successors end"
	check "one ended early" test -S /run/wireguard/early
	check "one ended late" test -S /run/wireguard/late
	rm -f /run/wireguard/early /run/wireguard/late
	umount "$wggo_path"
else
	skip "wireguard-go killed" "the kernel has WireGuard"
fi
suite_stop

# a database that is not one
cp -a "$S/state" "$S/state.good"
db=$(find "$S/state" -name '*.db' -o -name '*.sqlite*' | head -n 1)
is "a database is there" "$([ -s "$db" ] && echo yes)" yes
schema=$(sqlite3 "$db" 'PRAGMA user_version')
sqlite3 "$db" "PRAGMA user_version = $((schema + 1))"
sum=$(sha256sum <"$db")
refused "a database of a newer schema" 'newer|schema|version'
is "a database of a newer schema: it is left alone" "$(sha256sum <"$db")" "$sum"
rm -f "$db"-wal "$db"-shm
sqlite3 "$db" "PRAGMA user_version = $schema"
dd if=/dev/urandom of="$db" bs=1024 seek=1 count=8 conv=notrunc 2>/dev/null
sum=$(sha256sum <"$db")
refused "a damaged database" 'damaged|malformed|corrupt|check'
is "a damaged database: it is left alone" "$(sha256sum <"$db")" "$sum"
rm -rf "$S/state"
mv "$S/state.good" "$S/state"
suite_start
dev_apply d1
check "the good one: the tunnel is there again" wait_for 10 dev_ping d1

# taken away while it is used: what would be lost is not promised
mkdir "$S/away"
mv "$db"* "$S/away"
: >"$WORK/netd.log"
cert d3 smart-toilet-3
is "database away: a new lease is refused" \
    "$(dev_curl d2 d3 -d "$(wg genkey | wg pubkey)" "$REGISTER")" 503
is "database away: a renewal is not" "$(dev_post d1 d1)" 200
check "database away: the log says so" \
    logged 'sallyport.db: was removed or replaced'
check_status "database away: status says so" 1 ctl show status
check "database away: a copy can be had" ctl backup "$WORK/copy.db"
is "database away: with the leases in it" \
    "$(sqlite3 "$WORK/copy.db" 'SELECT count(*) FROM peer')" \
    "$(ctl -j show leases expired | jq '.leases | length')"
mv "$S/away"/* "$S/state"
back() {
	[ "$(dev_curl d2 d3 -d "$(wg genkey | wg pubkey)" "$REGISTER")" = 200 ]
}
check "database back: a new lease is given" wait_for 5 back
suite_stop

# a configuration that others can write
cp "$CONF" "$S/loose.conf"
chmod 666 "$S/loose.conf"
refused "a config others can write" 'writ' "$S/loose.conf"
like "a config others can write: it is named" "$SAID" loose.conf
sed 's/keepalive\|quarantine/quarrantine/' "$CONF" >"$S/typo.conf"
chmod 640 "$S/typo.conf"
refused "an unknown word" 'typo\.conf:[0-9]+' "$S/typo.conf"
like "an unknown word: with a suggestion" "$SAID" 'quarantine'

# neither the kernel nor wireguard-go
if ip link add wgtest type wireguard 2>/dev/null; then
	ip link delete wgtest
	skip "no WireGuard at all" "the kernel has it"
else
	: >"$WORK/nothing"
	mount --bind "$WORK/nothing" "$wggo_path"
	ip link delete wg0 2>/dev/null
	: >"$WORK/netd.log"
	suite_spawn
	check "no WireGuard at all: the log says what is missing" \
	    logged '[Ww]ire[Gg]uard-go'
	no_net() {
		ctl -j show networks | jq -e ".networks[0].state != \"up\""
	}
	check "no WireGuard at all: sallyctl shows it or the suite has left" \
	    wait_for 10 eval "gone $SUITE || no_net"
	suite_stop
	umount "$wggo_path"
fi
finish
