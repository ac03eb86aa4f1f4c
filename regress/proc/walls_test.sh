#!/bin/sh
# What a captured process could do with what it rightly holds: its listening
# sockets, its links, the log.  The live, sandboxed process makes the call
# itself (breakout).  The front must not get a connection out of a listener nor
# spoil it for its successor, and nobody may change or read the log.
. "${TOP:-.}/regress/lib.sh"
private "$@"
. "$TOP/regress/suite.sh"

TRY=$O/regress/breakout
: "${ON_LISTENERS:=fastopen-sendto fastopen-sendmsg sendto-addr shut-read
    shut-both shut-read-high blocking signals option}"
: "${ON_LOG:=cut-log cut-log-high write-log write-log-high punch-log dup-log
    log-flags log-flags-high}"
[ "$(uname -m)" = x86_64 ] || skip_all "written for x86_64"

# The first listening TCP socket of a process.
listener() {		# PID
	ss -tlnpH | sed -n "s/.*pid=$1,fd=\([0-9]*\).*/\1/p" | head -n 1
}

# The attack kills the process or fails for want of permission.
denied() {		# NAME ROLE ATTACK [FD]
	denied_pid=$(wait_for 10 role_pid "$2"; role_pid "$2")
	like "$1" "$("$TRY" "$denied_pid" "$3" $4 2>&1)" \
	    '^(killed|errno (1|13) )'
}

pki_init
cert d1 smart-toilet-1
suite_conf
suite_start
dev_add d1
check "enrol" dev_enrol d1
suite_kill

serves() {
	[ "$(dev_post d1 d1)" = 200 ]
}

# A new suite for each: what died too often is started again too slowly.
for a in $ON_LISTENERS; do
	suite_start
	pid=$(role_pid apid)
	denied "front: $a on a listener" apid "$a" "$(listener "$pid")"
	check "the listener serves after $a" wait_for 20 serves
	suite_kill
done
is "no connection was made" "$(ss -tnH state all 'dport = :9')" ""

# What an operator may ask of netd, the broker may not.
suite_start
for a in reload teardown; do
	pid=$(role_pid leased)
	is "broker: $a is sent" "$("$TRY" "$pid" $a 2>&1)" "done 16"
	check "broker: $a: it is replaced" wait_for 20 role_new leased "$pid"
done
check "the suite goes on" wait_for 20 serves
unlike "netd does neither" "$(cat "$WORK/netd.log")" 'netd: (reload:|stopping)'
suite_kill

# A descriptor goes from the parent to others, and from nobody else.
suite_start
for role in netd-hand leased apid apid-key; do
	denied "$role: a descriptor for another process" "$role" pass
done
suite_kill

for a in $ON_LOG; do
	suite_start
	said=$(wc -l <"$WORK/netd.log")
	for role in leased netd-hand apid apid-key; do
		denied "$role: $a" "$role" "$a"
	done
	check "the log has lost nothing after $a" \
	    test "$(wc -l <"$WORK/netd.log")" -ge "$said"
	suite_kill
done

# A log that netd could read, as a terminal, is not for the children to read.
spawn netd sh -c 'exec "$@" 2<>"$0"' "$WORK/rw.log" "$NETD" -d $NOUSER -L "$BIN" \
    -f "$CONF"
SUITE=$PID
check "it starts with a log that can be read" wait_for 20 suite_up
for role in leased netd-hand apid apid-key; do
	is "$role: the log cannot be read" \
	    "$("$TRY" "$(role_pid $role)" read-log 2>&1)" "errno 9 EBADF"
done
finish
