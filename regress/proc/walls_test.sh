#!/bin/sh
# What a captured process could do with what it rightly holds: its listening
# sockets, its links, the log.  The live, sandboxed process makes the call
# itself (breakout).  The front must not get a connection out of a listener nor
# spoil it for its successor, and nobody may change or read the log.
. "${TOP:-.}/regress/lib.sh"
private "$@"
. "$TOP/regress/suite.sh"
. "$TOP/regress/agents.sh"

TRY=$O/regress/breakout
: "${ON_LISTENERS:=fastopen-sendto fastopen-sendmsg sendto-addr shut-read
    shut-both shut-read-high blocking signals option}"
: "${ON_AGENTD:=shut-read shut-both shut-read-high blocking signals option}"
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
	agent_here a1
	said=$(wc -l <"$WORK/netd.log")
	denied "agentd: $a" agentd "$a"
	check "its log has lost nothing after $a" \
	    test "$(wc -l <"$WORK/netd.log")" -ge "$said"
	suite_kill
done

# What agentd listens on is made by the parent, and for its successor, too.
measures() {
	curl -s -m 5 http://127.0.0.1:9587/metrics | grep -q sallyport_agent
}
AGENT_MORE='metrics: { address = "127.0.0.1:9587"; };'
for a in $ON_AGENTD; do
	agent_here a1
	check "agentd gives its metrics" wait_for 10 measures
	denied "agentd: $a on a listener" agentd "$a" \
	    "$(listener "$(role_pid agentd)")"
	check "it gives its metrics after $a" wait_for 20 measures
	suite_kill
done
AGENT_MORE=
agent_here a1
denied "agentd: a descriptor for another process" agentd pass
suite_kill
agent_here a1
for a in reload teardown; do
	pid=$(role_pid agentd)
	is "agentd: $a is sent" "$("$TRY" "$pid" $a 2>&1)" "done 16"
	check "agentd: $a: it is replaced" wait_for 20 role_new agentd "$pid"
done
check "its suite goes on" wait_for 20 agent_answers a1
suite_kill

# A log that netd could read, as a terminal, is not for the children to read.
spawn netd sh -c 'exec "$@" 2<>"$0"' "$WORK/rw.log" "$NETD" -d $NOUSER -L "$BIN" \
    -f "$CONF"
SUITE=$PID
check "it starts with a log that can be read" wait_for 20 suite_up
for role in leased netd-hand apid apid-key; do
	is "$role: the log cannot be read" \
	    "$("$TRY" "$(role_pid $role)" read-log 2>&1)" "errno 9 EBADF"
done
suite_kill
spawn netd sh -c 'exec "$@" 2<>"$0"' "$WORK/rw.log" "$BIN/sallyport-agent" -d \
    $NOUSER -L "$BIN" -f "$A/a1/agent.conf"
SUITE=$PID
check "so does the suite of a device" wait_for 20 agent_answers a1
is "agentd: the log cannot be read" \
    "$("$TRY" "$(role_pid agentd)" read-log 2>&1)" "errno 9 EBADF"
finish
