#!/bin/sh
# Sockets that a captured process has spoiled, as if its sandbox had let it: they
# are opened anew for its successor and its siblings.  What nobody has spoiled
# stays, with the connections that wait there.
. "${TOP:-.}/regress/lib.sh"
private "$@"
. "$TOP/regress/suite.sh"
. "$TOP/regress/captured.sh"

LISTEN_MORE=', { address = "127.0.0.1:9586"; api = [ "metrics" ]; proof = "none"; }'
pki_init
cert d1 smart-toilet-1
suite_conf
sed -i 's/workers = 1;/workers = 2;/' "$CONF"
suite_start

fronts() {
	pgrep -x -P "$SUITE" apid | sort
}
listener() {		# PID PORT
	ss -tlnpH "sport = :$2" | sed -n "s/.*pid=$1,fd=\([0-9]*\).*/\1/p"
}
inodes() {
	ss -tlneH | grep -o 'ino:[0-9]*' | sort
}
status() {		# URL OPTION ...
	curl -sS -m 10 -o "$WORK/b" -w '%{http_code}' "$@" 2>"$WORK/e"
}
serves() {
	[ "$(status -k --cert "$PKI/d1.crt" --key "$PKI/d1.key" \
	    "https://127.0.0.1:8443/api/v1/self/lease")" = 404 ] &&
	    [ "$(status http://127.0.0.1:9586/livez)" = 200 ]
}
replaced() {		# PIDS: none of them is left, and there are as many
	for p in $1; do gone "$p" || return 1; done
	[ "$(fronts | wc -l)" -eq "$(echo "$1" | wc -l)" ]
}
check "it serves" wait_for 10 serves

# The queue outlives the fronts: a client connects while there is no front.
was=$(inodes)
before=$(fronts)
kill -KILL $before
is "a client waits for the next front" \
    "$(status http://127.0.0.1:9586/livez)" 200
is "sockets that nobody has spoiled stay" "$(inodes)" "$was"
check "two fronts again" wait_for 20 replaced "$before"

# The fronts live on.
for how in shut block filter ttl pace lowat; do
	suite_kill
	: >"$WORK/netd.log"
	suite_start
	was=$(inodes)
	before=$(fronts)
	one=$(echo "$before" | head -n 1)
	is "$how: a listener is spoiled" \
	    "$("$HOSTILE" "$one" "$(listener "$one" 9586)" spoil $how)" spoiled
	check "$how: the fronts are replaced" wait_for 20 replaced "$before"
	check "$how: the listeners serve" wait_for 20 serves
	check "$how: the log says why" logged \
	    '127.0.0.1:9586: the listening socket was spoiled'
	is "$how: once" "$(grep -c \
	    '127.0.0.1:9586: the listening socket was spoiled' \
	    "$WORK/netd.log")" 1
	is "$how: the other socket stays" \
	    "$(inodes | grep -cxF "$was")" 1
done

# The front dies at once, or a reload comes first.
suite_kill
suite_start
before=$(fronts)
one=$(echo "$before" | head -n 1)
fd=$(listener "$one" 9586)
kill -STOP "$one"
"$HOSTILE" "$one" "$fd" spoil shut >/dev/null
kill -KILL "$one"
check "a spoiler that dies: the listeners serve" wait_for 20 serves
check "a spoiler that dies: all fronts are replaced" wait_for 20 replaced "$before"
suite_kill
suite_start
before=$(fronts)
one=$(echo "$before" | head -n 1)
"$HOSTILE" "$one" "$(listener "$one" 9586)" spoil block >/dev/null
check "a reload" ctl reload
check "a reload: the listeners serve" wait_for 20 serves
check "a reload: the fronts are replaced" wait_for 20 replaced "$before"

# The control socket, by leased.
ctl_fd() {		# PID
	ss -xlnpH "src = $S/ctl.sock" |
	    sed -n "s/.*pid=$1,fd=\([0-9]*\).*/\1/p"
}
for how in shut block; do
	pid=$(role_pid leased)
	is "leased: $how: the control socket is spoiled" \
	    "$("$HOSTILE" "$pid" "$(ctl_fd "$pid")" spoil $how)" spoiled
	kill -KILL "$pid"
	check "leased: $how: its successor answers" wait_for 20 suite_up
	check "leased: $how: the log says why" logged \
	    'ctl.sock: the control socket was spoiled'
	: >"$WORK/netd.log"
done

# Nothing is thought to be spoiled that is not.
check "it serves in the end" wait_for 20 serves
: >"$WORK/netd.log"
before=$(fronts)
sleep 3
is "the fronts stay" "$(fronts)" "$before"
unlike "nothing else was spoiled" "$(cat "$WORK/netd.log")" spoiled
finish
