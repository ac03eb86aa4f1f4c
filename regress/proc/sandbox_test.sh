#!/bin/sh
# Each running process tries what its sandbox forbids: its own registers are
# set so that it makes the call itself.  It must be killed or get EACCES or
# EPERM; the parent starts it again.
. "${TOP:-.}/regress/lib.sh"
private "$@"
. "$TOP/regress/suite.sh"
. "$TOP/regress/agents.sh"

: "${ATTACKS:=open openat create socket netlink execve connect ptrace fork
    setuid unshare bind listen raw packet unix-socket}"
# agentd makes sockets of TCP and UDP and connects them.
: "${ON_AGENTD:=open openat create netlink execve ptrace fork setuid unshare
    bind listen raw packet unix-socket}"
TRY=$O/regress/breakout
[ "$(uname -m)" = x86_64 ] || skip_all "written for x86_64"

mkdir -m 1777 /run/open
# Without a sandbox the same calls work, or fail for another reason.
for a in $ATTACKS; do
	spawn victim sleep 1000
	wait_for 5 grep -q sleep "/proc/$PID/comm"
	out=$("$TRY" "$PID" "$a" 2>&1)
	case $a in
	ptrace)	like "unconfined: $a" "$out" ESRCH ;;
	connect|bind|listen)
		like "unconfined: $a" "$out" 'EBADF|ENOTSOCK|ENOENT' ;;
	*)	like "unconfined: $a" "$out" '^done' ;;
	esac
	stop "$PID"
done
rm -f /run/open/sallyport-sandbox

pki_init
suite_conf
for a in $ATTACKS; do
	suite_start
	for role in netd-hand leased apid apid-key; do
		pid=$(wait_for 10 role_pid $role; role_pid $role)
		out=$("$TRY" "$pid" "$a" 2>&1)
		like "$role: $a" "$out" '^(killed|errno (1|13) )'
	done
	check "$a: all of them are started again" wait_for 20 suite_up
	suite_kill
done

for a in $ON_AGENTD; do
	agent_here a1
	pid=$(wait_for 10 role_pid agentd; role_pid agentd)
	like "agentd: $a" "$("$TRY" "$pid" "$a" 2>&1)" '^(killed|errno (1|13) )'
	check "$a: agentd is there again" wait_for 20 agent_answers a1
	suite_kill
done
check_status "no file was made" 1 test -e /run/open/sallyport-sandbox
finish
