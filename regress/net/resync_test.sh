#!/bin/sh
# Peers that are there stay there, untouched: when leased is started again,
# and when the hand is, which gets its configuration and the first
# wishes of a running leased at the same time.

. "${TOP:=$(pwd)}/regress/lib.sh"
private "$@"
. "$TOP/regress/suite.sh"
. "$TOP/regress/bench/servers.sh"
N=3000

[ -c /dev/net/tun ] || skip_all "no /dev/net/tun"
command -v sqlite3 >/dev/null || skip_all "no sqlite3"

broken() {		# WHY
	fail "$*"
	exit 1
}

# The sync that the hand did last, in words: "0 0 0 3000 0".
last_sync() {
	sed -n 's/.*netd-hand: sync done //p' "$WORK/netd.log" | tail -n 1
}

synced() {		# HOW_OFTEN
	[ "$(grep -c 'netd-hand: sync done' "$WORK/netd.log")" -ge "$1" ]
}

# Kill a process of a role; the peers stay and no sync changes anything.
restart() {		# ROLE
	pid=$(role_pid "$1")
	: >"$WORK/netd.log"
	kill -KILL "$pid"
	wait_for 20 role_new "$1" "$pid" && wait_for 20 synced 1 &&
	    wait_for 20 gw_holds $N || {
		fail "$1 is not back"
		return
	}
	sleep 1
	is "$1 started again: nothing is added, removed or changed" "$(sed -n \
	    's/.*netd-hand: sync done \(.*\) unchanged.*failed=/\1 failed=/p' \
	    "$WORK/netd.log" | sort -u)" \
	    "added=0 removed=0 changed=0 failed=0"
	is "$1 started again: the last sync found all" "$(last_sync)" \
	    "added=0 removed=0 changed=0 unchanged=$N failed=0"
	is "$1 started again: the device holds all" \
	    "$(wg show "$IF" allowed-ips | sort | cksum)" "$before"
}

# On one processor the wishes come before the configuration.
taskset -cp "$(taskset -cp $$ | sed "s/.*: //; s/[-,].*//")" $$ >/dev/null
pki_init
gw_seeded a $N
before=$(wg show "$IF" allowed-ips | sort | cksum)
restart leased
restart netd-hand
gw_stop
finish
