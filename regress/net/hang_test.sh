#!/bin/sh
# A process that hangs is started again, and the service manager's watchdog,
# which would end the whole suite, is fed meanwhile.  Who hangs when the parent
# is killed keeps neither sockets nor locks from the next suite.  A crowd on the
# control socket has to wait.
. "${TOP:-.}/regress/lib.sh"
private "$@"
. "$TOP/regress/suite.sh"

# The service manager's ear: a line for each message.
spawn manager perl -MSocket -e 'socket(S, AF_UNIX, SOCK_DGRAM, 0) or die;
    bind(S, sockaddr_un($ARGV[0])) or die;
    while (recv(S, $m, 4096, 0), defined $m) { syswrite(STDOUT, "$m\n") }' \
    "$WORK/notify"
wait_for 5 test -S "$WORK/notify" || skip_all "no perl to listen with"
fed() {			# more often than COUNT
	[ "$(grep -c '^WATCHDOG=1' "$WORK/manager.log")" -gt "$1" ]
}

pki_init
suite_conf
NOTIFY_SOCKET=$WORK/notify WATCHDOG_USEC=6000000
export NOTIFY_SOCKET WATCHDOG_USEC
suite_start
unset NOTIFY_SOCKET WATCHDOG_USEC
dev_add d1
cert d1 smart-toilet-1
check "enrol" dev_enrol d1
check "the service manager hears that it is ready" \
    logged '^READY=1' "$WORK/manager.log"

# A ping is sent every two seconds.
hung=''
for role in netd-hand leased apid apid-key; do
	hung="$hung $role:$(role_pid $role)"
done
kill -STOP $(echo "$hung" | sed 's/[^ ]*://g')
for role in $hung; do
	pid=${role#*:} role=${role%:*}
	check "$role hangs: the log says so" logged \
	    "[(]pid $pid[)] does not answer"
done
n=$(grep -c '^WATCHDOG=1' "$WORK/manager.log")
check "all hang: the watchdog is fed" wait_for 5 fed "$n"
check "all hang: the tunnel is there" dev_ping d1
for role in $hung; do
	pid=${role#*:} role=${role%:*}
	check "$role hangs: it is started again" wait_for 20 \
	    role_new $role "$pid"
done
check "afterwards: the suite is well" wait_for 10 suite_up
: >"$WORK/netd.log"
pid=$(role_pid leased)
kill -STOP "$pid"
logged "does not answer"
kill -CONT "$pid"
check "one that goes on in time: the log says so" logged \
    'leased answers again'
is "one that goes on in time is not killed" "$(role_pid leased)" "$pid"

# Who opens the control socket again and again, and says nothing.
: >"$WORK/netd.log"
spawn silent perl -MSocket -e 'for (1 .. 100) {
    socket($s[$_], AF_UNIX, SOCK_SEQPACKET, 0) &&
    connect($s[$_], sockaddr_un($ARGV[0])) or die } sleep 100' "$S/ctl.sock"
silent=$PID
check "many silent on the control socket: the log says so" logged \
    'more have to wait'
spawn later ctl show version
later=$PID
sleep 1
check "one more waits" kill -0 "$later"
stop "$silent"
check "and has its turn" wait_for 5 gone "$later"
wait "$later"
is "and its answer" "$? $(grep -c '^sallyport' "$WORK/later.log")" "0 1"
is "one line is enough" "$(grep -c 'control:' "$WORK/netd.log")" 1

# A member of the group does not take the places of root.
if [ -z "$NOUSER" ]; then
	: >"$WORK/netd.log"
	spawn member setpriv --reuid 65534 --regid "$(stat -c %g "$S/ctl.sock")" \
	    --clear-groups perl -MSocket -e '$| = 1; for (1 .. 64) {
	    my $s; socket($s, AF_UNIX, SOCK_SEQPACKET, 0) &&
	    connect($s, sockaddr_un($ARGV[0])) or die; push @s, $s }
	    while (@s) { my $r = ""; vec($r, fileno($_), 1) = 1 for @s;
	    select($r, undef, undef, undef); @s = grep {
	    !vec($r, fileno($_), 1) || sysread($_, my $b, 1) } @s;
	    print scalar(@s), "\n" } print "none\n"' "$S/ctl.sock"
	member=$PID
	member_has() { [ "$(tail -n 1 "$WORK/member.log")" = "$1" ]; }
	check "64 idle ones of a member: 8 are let in" wait_for 10 member_has 8
	check "root revokes beside them" ctl revoke nobody-1 force
	check "the log says so" logged 'uid 65534 or the others'
	check "who asks nothing is gone soon" wait_for 20 member_has none
	check "root approves afterwards" ctl approve nobody-1
	stop "$member"
else
	skip "64 idle ones of a member" "needs root"
fi

# The same on netd's own: one user has few places, root keeps some, and who says
# nothing goes.
if [ -z "$NOUSER" ]; then
	sock=$S/ctl.sock.netd
	spawn greedy setpriv --reuid 65534 --regid "$(stat -c %g "$sock")" \
	    --clear-groups perl -MSocket -e '$| = 1; for (1 .. 40) {
	    my $s; socket($s, AF_UNIX, SOCK_SEQPACKET, 0) &&
	    connect($s, sockaddr_un($ARGV[0])) or die; push @s, $s }
	    while (@s) { my $r = ""; vec($r, fileno($_), 1) = 1 for @s;
	    select($r, undef, undef, undef); @s = grep {
	    !vec($r, fileno($_), 1) || sysread($_, my $b, 1) } @s;
	    print scalar(@s), "\n" } print "none\n"' "$sock"
	greedy_has() {
		[ "$(tail -n 1 "$WORK/greedy.log")" = "$1" ]
	}
	check "one user has four places of netd's" wait_for 5 greedy_has 4
	check "root is heard" ctl reload
	check "who says nothing goes" wait_for 10 greedy_has none
fi

left=$(suite_pids)
kill -STOP $left
kill -ABRT "$SUITE"
stop "$SUITE"
for pid in $left; do
	check "all hang, the parent dies: process $pid goes" wait_for 5 \
	    gone "$pid"
done
suite_start
check "the next suite starts" wait_for 10 suite_up
check "and the tunnel works" dev_ping d1
finish
