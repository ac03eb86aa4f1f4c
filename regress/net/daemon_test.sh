# The suite in the background: it lets go of all that it was started with, so
# that nobody who waits for the end of its output waits for ever, and logs to
# the syslog daemon, whether or not one listens.

. "${TOP:-.}/regress/lib.sh"
private "$@"
. "$TOP/regress/suite.sh"
. "$TOP/regress/agents.sh"

command -v pgrep >/dev/null && command -v python3 >/dev/null ||
    skip_all "needs pgrep and python3"

SYSLOG=$WORK/syslog
TRY=$O/regress/breakout

# A /dev of our own, as /dev/log is one for all.
own_dev() {
	mkdir /run/dev && mount -t tmpfs -o mode=755 tmpfs /run/dev &&
	    mkdir /run/dev/net || return 1
	for own_d in null zero full random urandom net/tun; do
		[ -e "/dev/$own_d" ] || continue
		: >"/run/dev/$own_d"
		mount --bind "/dev/$own_d" "/run/dev/$own_d" || return 1
	done
	ln -s /proc/self/fd /run/dev/fd
	mount --rbind /run/dev /dev
}

# With what it logs from here in a file of its own.
syslogd() {		# FILE
	: >"$1"
	spawn syslogd python3 "$TOP/regress/net/syslogd.py" /dev/log "$1"
	SYSLOGD=$PID
	wait_for 10 test -S /dev/log
}

# The start of the suite as others would call it, with descriptors that are not
# for it.
start() {		# FILE OPTION ...
	start_out=$1; shift
	# shellcheck disable=SC2086
	timeout 60 "$@" $NOUSER -L "$BIN" 7<"$WORK/held" 9>"$WORK/lock" \
	    >"$start_out.1" 2>"$start_out"
}

netd_pid() {		# PROGRAM FILE
	pgrep -u 0 -xf "$1 ${NOUSER:+$NOUSER }-L $BIN -f $2"
}

own_dev || skip_all "no /dev of our own"
mkdir -p "$WORK/pki"
pki_init
CONF=$S/daemon.conf
suite_conf
: >"$WORK/held"

# --- no syslog daemon, and a caller that waits -------------------------------

# shellcheck disable=SC2086
out=$(readlink /proc/self/fd/1
    timeout 60 "$BIN/netd" $NOUSER -L "$BIN" -f "$CONF" 7<"$WORK/held" \
	9>"$WORK/lock" 2>&1)
is "the start in \$(...) ends" "$?" 0
pipe=$(printf '%s\n' "$out" | sed -n 's/^pipe:\[\([0-9]*\)\]$/\1/p')
like "its output was a pipe" "$pipe" '^[0-9]+$'
SUITE=$(netd_pid "$BIN/netd" "$CONF")
like "it has said that no syslog daemon listens" "$out" \
    '^[0-9-]{10}T[0-9:]{8}Z netd: no syslog daemon listens on /dev/log'
like "it has said that it is ready" "$out" 'Z netd: ready: [0-9]+ processes$'
check "its network comes up" wait_for 20 suite_up
for p in $SUITE $(suite_pids); do
	name=$(tr '\0' '\n' <"/proc/$p/cmdline" | sed -n 1p)
	unlike "${name##*/} has nothing of its caller" \
	    "$(find "/proc/$p/fd" -type l -printf '%l\n')" \
	    "^$WORK/(held|lock)|^pipe:.$pipe|^/dev/(pts|tty)"
done
for fd in 0 1 2; do
	is "descriptor $fd of netd" "$(readlink "/proc/$SUITE/fd/$fd")" /dev/null
done
is "netd has no terminal" "$(ps -o tty= -p "$SUITE" | tr -d ' ')" "?"
check "it takes a reload" ctl reload
kill "$SUITE"
check "it stops" wait_for 20 gone "$SUITE"

# A pipe whose reader reads to the end.
# shellcheck disable=SC2086
timeout 60 "$BIN/netd" $NOUSER -L "$BIN" -f "$CONF" 2>&1 |
    timeout 60 cat >"$WORK/piped"
like "a pipe ends, too" "$(cat "$WORK/piped")" 'ready: [0-9]+ processes'
SUITE=$(netd_pid "$BIN/netd" "$CONF")

# --- the daemon comes later, and is started again ----------------------------

syslogd "$SYSLOG"
check "what was logged before comes when a daemon does" \
    logged '^<30>.* netd\[[0-9]+\]: ready|^<29>.* netd\[[0-9]+\]: ready' "$SYSLOG"
check "the word that none was there, too" \
    logged '^<28>.* netd\[[0-9]+\]: no syslog daemon listens' "$SYSLOG"
stop "$SYSLOGD"
rm -f /dev/log
check "a reload without it" ctl reload
syslogd "$SYSLOG.2"
check "it is found again" \
    logged "^<[0-9]+>[A-Z][a-z]{2} [ 0-9][0-9] [0-9:]{8} netd\[$SUITE\]: .*reload" \
    "$SYSLOG.2"
stop "$SYSLOGD"
syslogd "$SYSLOG.3"
check "another reload" ctl reload
check "at once, if it is there" logged "netd\[$SUITE\]: .*reload" "$SYSLOG.3"

# Each process with its name and its own id; a captured one as well.
for role in netd-hand leased apid apid-key; do
	pid=$(role_pid $role)
	is "$role: it says something" "$("$TRY" "$pid" say 2>&1)" "done 28"
	check "$role: it is told under its own name" logged \
	    "^<26>.* $role\[$pid\]: netd\[1\]: said$" "$SYSLOG.3"
	check "$role: a second line is another one" logged \
	    "^<26>.* $role\[$pid\]: \?by a child$" "$SYSLOG.3"
done
# A child that dies, and its successor.
pid=$(role_pid leased)
kill -KILL "$pid"
check "the death of a child is logged" logged \
    "netd\[$SUITE\]: leased \(pid $pid\) was killed" "$SYSLOG.3"
check "another one comes" wait_for 20 role_new leased "$pid"
check "and logs" logged " leased\[$(role_pid leased)\]: " "$SYSLOG.3"
kill "$SUITE"
check "it stops again" wait_for 20 gone "$SUITE"
check "its last line" logged "netd\[$SUITE\]: stopped$" "$SYSLOG.3"

# --- errors of a start -------------------------------------------------------

sed 's/listen_port/lissen_port/' "$CONF" >"$S/bad.conf"
chmod 640 "$S/bad.conf"
check_status "a wrong word" 78 start "$WORK/err" "$BIN/netd" -f "$S/bad.conf"
like "its caller is told" "$(cat "$WORK/err")" 'bad.conf:[0-9]+: unknown word'
mkdir -p "$WORK/empty"
printf '#!/bin/sh\necho it is broken >&2\nexit 3\n' >"$WORK/empty/leased"
chmod 755 "$WORK/empty/leased"
for f in netd-hand apid apid-key; do ln -s "$BIN/$f" "$WORK/empty/$f"; done
# shellcheck disable=SC2086
check_status "a process that does not start" 3 timeout 60 "$BIN/netd" $NOUSER \
    -L "$WORK/empty" -f "$CONF"
like "its own words reach the caller" "$(cat "$WORK/out")" \
    '^[0-9-]{10}T[0-9:]{8}Z leased: it is broken$'
unlike "nobody says that it is started again" "$(cat "$WORK/out")" \
    'starting it again'
check "and the log" logged ' leased\[[0-9]+\]: it is broken$' "$SYSLOG.3"

# --- closed descriptors ------------------------------------------------------

# shellcheck disable=SC2086
timeout 60 "$BIN/netd" $NOUSER -L "$BIN" -f "$CONF" <&- >&- 2>&-
is "it starts without any descriptor" "$?" 0
SUITE=$(netd_pid "$BIN/netd" "$CONF")
for fd in 0 1 2; do
	is "descriptor $fd is nothing else" \
	    "$(readlink "/proc/$SUITE/fd/$fd")" /dev/null
done

# --- a device ----------------------------------------------------------------

cert a1 a1
mkdir -p "$A/a1/state"
agent_conf a1
# shellcheck disable=SC2086
out=$(timeout 60 "$BIN/sallyport-agent" $NOUSER -L "$BIN" -f "$A/a1/agent.conf" \
    7<"$WORK/held" 2>&1)
is "a device's suite goes to the background, too" "$?" 0
agent=$(netd_pid "$BIN/sallyport-agent" "$A/a1/agent.conf")
check "it logs under its name" logged "sallyport-agent\[$agent\]: ready" \
    "$SYSLOG.3"
unlike "it has nothing of its caller" \
    "$(find "/proc/$agent/fd" -type l -printf '%l\n')" "^$WORK/held"
kill "$agent" "$SUITE"
check "the device's suite stops" wait_for 20 gone "$agent"
check "so does the gateway's" wait_for 20 gone "$SUITE"

finish
