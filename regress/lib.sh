# What all shell tests share: results, deadlines, processes that are ended
# again, and a private world (network, mounts, /run, users) that vanishes with
# the test.  Source it:
#
#	. "${TOP:-.}/regress/lib.sh"
#	private "$@"		# only if the test needs namespaces
#	check "what it shows" COMMAND ...
#	finish
#
# Given afterwards: TOP, O, BIN (absolute), WORK (an empty directory, removed
# at the end), NOUSER ("-U" where users cannot be changed, else "").

: "${TOP:=$(pwd)}"
: "${O:=$TOP/obj}"
case $O in /*) ;; *) O=$TOP/$O ;; esac
: "${BIN:=$O/bin}"
case $BIN in /*) ;; *) BIN=$TOP/$BIN ;; esac
TEST=$(basename "$0" .sh)
# Sorting and ranges are the same everywhere.
LC_ALL=C
export TOP O BIN LC_ALL
PATH=$PATH:/usr/sbin:/sbin
fails=0 pids="" NOUSER="" in_ns_exec=""
export NOUSER

# --- results ---------------------------------------------------------------

# printf, as the shell's echo acts upon backslashes.

ok() {			# NAME ...
	printf "ok %s\n" "$*"
}

fail() {		# NAME ...
	fails=$((fails + 1))
	printf "FAIL %s\n" "$*"
}

skip() {		# NAME WHY
	printf "skip %s: %s\n" "$1" "$2"
}

skip_all() {		# WHY
	skip "$TEST" "$1"
	exit 0
}

# The command succeeds.  Its output is kept in $WORK/out and shown if not.
check() {		# NAME COMMAND ...
	check_name=$1; shift
	if "$@" >"$WORK/out" 2>&1; then
		ok "$check_name"
	else
		fail "$check_name: status $? of: $*"
		sed 's/^/    /' "$WORK/out"
		return 1
	fi
}

# The command ends with exactly this status.
check_status() {	# NAME STATUS COMMAND ...
	check_name=$1 check_want=$2; shift 2
	"$@" >"$WORK/out" 2>&1
	check_got=$?
	if [ "$check_got" -eq "$check_want" ]; then
		ok "$check_name"
	else
		fail "$check_name: status $check_got, not $check_want, of: $*"
		sed 's/^/    /' "$WORK/out"
		return 1
	fi
}

is() {			# NAME GOT WANT
	if [ "$2" = "$3" ]; then
		ok "$1"
	else
		fail "$1: got '$2', not '$3'"
		return 1
	fi
}

like() {		# NAME TEXT ERE
	if printf '%s\n' "$2" | grep -Eq -- "$3"; then
		ok "$1"
	else
		fail "$1: no match of '$3' in: $2"
		return 1
	fi
}

unlike() {		# NAME TEXT ERE
	if printf '%s\n' "$2" | grep -Eq -- "$3"; then
		fail "$1: '$3' is in: $2"
		return 1
	else
		ok "$1"
	fi
}

# The last line of a test.
finish() {
	exit $((fails > 0))
}

# --- deadlines -------------------------------------------------------------

now_ms() {
	echo $(($(date +%s%N) / 1000000))
}

# Until the command succeeds: within SECONDS, of which a machine that is slow
# or busy gets four times as many; what promises a time is measured with now_ms.
# Says nothing; returns 1 at the end of the time.
wait_for() {		# SECONDS COMMAND ...
	wait_s=$1; shift
	# The end is a parameter: the command may wait for something itself.
	set -- $(($(now_ms) + wait_s * 4000)) "$@"
	until wait_try "$@"; do
		[ "$(now_ms)" -lt "$1" ] || return 1
		sleep 0.05
	done
}
wait_try() {		# END COMMAND ...
	shift
	"$@" >/dev/null 2>&1
}

# What the command prints has not changed for a second: with wait_for, for
# what several events in a row may change.
steady() {		# COMMAND ...
	steady_was=$("$@")
	sleep 1
	[ "$("$@")" = "$steady_was" ]
}

# The log of the suite, or another, has such a line, or has it soon: a process
# writes it before or after others can see what it tells.
logged() {		# ERE [LOG]
	wait_for 10 grep -Eq -- "$1" "${2:-$WORK/netd.log}"
}

gone() {		# PID
	! kill -0 "$1" 2>/dev/null ||
	    grep -q '^State:[[:space:]]*Z' "/proc/$1/status" 2>/dev/null
}

# --- processes -------------------------------------------------------------

# Run in the background; PID is set, output goes to $WORK/NAME.log.  Ended at
# the end of the test at the latest.
spawn() {		# NAME COMMAND ...
	spawn_log=$WORK/$1.log; shift
	if [ "$1" = in_ns ]; then
		(in_ns_exec="exec"; "$@") >>"$spawn_log" 2>&1 </dev/null &
	else
		"$@" >>"$spawn_log" 2>&1 </dev/null &
	fi
	PID=$!
	pids="$PID $pids"
}

# TERM, and KILL after 5 seconds.
stop() {		# PID
	if ! gone "$1"; then
		kill -TERM "$1" 2>/dev/null
		wait_for 5 gone "$1" || kill -KILL "$1" 2>/dev/null
	fi
	wait "$1" 2>/dev/null
	stop_left=''
	for stop_p in $pids; do
		[ "$stop_p" = "$1" ] || stop_left="$stop_left $stop_p"
	done
	pids=$stop_left
}

cleanup() {
	cleanup_st=$?
	trap - EXIT HUP INT TERM
	for cleanup_p in $pids; do
		stop "$cleanup_p"
	done
	if [ "$fails" -gt 0 ]; then
		# What matters most at the end, which is all that a run shows.
		for cleanup_l in "$WORK"/[!n]*.log "$WORK"/n*.log; do
			[ -s "$cleanup_l" ] || continue
			echo "--- $(basename "$cleanup_l")"
			tail -n 40 "$cleanup_l"
		done
	fi
	[ -z "$WORK" ] || rm -rf "$WORK"
	exit "$cleanup_st"
}

# --- a private world -------------------------------------------------------

# Go on in network, mount and (where /proc allows) process namespaces of our
# own: an empty /run, lo up, the suite's users and group.  Everything in it
# ends with the test, however that ends.  Not root: in a user namespace too,
# where nothing can change its user.
private() {		# "$@"
	if [ -z "$LIB_PRIVATE" ]; then
		private_u=''
		[ "$(id -u)" -eq 0 ] || private_u=-Ur
		for private_p in '-p --fork --kill-child --mount-proc' ''; do
			# shellcheck disable=SC2086
			private_e=$(unshare $private_u -mn $private_p true 2>&1) ||
			    continue
			rm -rf "$WORK"
			trap - EXIT HUP INT TERM
			# shellcheck disable=SC2086
			LIB_PRIVATE=1$private_u exec unshare $private_u -mn \
			    $private_p sh "$0" "$@"
		done
		skip_all "no network and mount namespaces here: $private_e"
	fi
	[ "$LIB_PRIVATE" = 1 ] || NOUSER=-U
	rm -rf "$WORK"
	mount --make-rprivate / &&
	    mount -t tmpfs -o mode=755 tmpfs /run || exit 1
	[ -L /var/run ] || mount --bind /run /var/run || exit 1
	mkdir -p /run/wireguard /run/lock /run/t
	WORK=/run/t
	private_users || exit 1
	ip link set lo up || exit 1
	[ ! -w /proc/sys/net/ipv6/conf/all/disable_ipv6 ] ||
	    echo 0 >/proc/sys/net/ipv6/conf/all/disable_ipv6
}

# The users and the group, for this mount namespace alone.
private_users() {
	cp /etc/passwd /etc/group /run/ || return 1
	grep -q '^sallyport:' /run/group || echo sallyport:x:60950: >>/run/group
	private_id=60950
	for private_name in _sallynet _sallylease _sallyapi _sallykey \
	    _sallywg _sallyagent; do
		private_id=$((private_id + 1))
		grep -q "^$private_name:" /run/group ||
		    echo "$private_name:x:$private_id:" >>/run/group
		grep -q "^$private_name:" /run/passwd ||
		    echo "$private_name:x:$private_id:$private_id::/:/bin/false" \
		    >>/run/passwd
	done
	mount --bind /run/passwd /etc/passwd &&
	    mount --bind /run/group /etc/group
}

# A directory that forgets what is done to it; 1 if that cannot be.
cover() {		# DIR
	mkdir -p "$WORK/up$1" "$WORK/work$1"
	mount -t overlay overlay -o \
	    "lowerdir=$1,upperdir=$WORK/up$1,workdir=$WORK/work$1" "$1"
}

# A systemctl of ours, first in PATH, for commands that are run as people are
# told to: there is no service manager in here.  It logs to $WORK/systemctl,
# $WORK/pid is the suite that it started, and $WORK/pids are the agents.  DEVICE
# is the name of the host on which an agent is started.
own_systemctl() {
	mkdir -p "$WORK/bin"
	cat >"$WORK/bin/systemctl" <<-'END'
	#!/bin/sh
	echo "systemctl $*" >>"$WORK/systemctl"
	case $* in
	'enable --now sallyport')
		netd -d $NOUSER -L "$BIN" >"$WORK/netd.log" 2>&1 &
		echo $! >"$WORK/pid"
		i=0
		until sallyctl -j show networks 2>/dev/null |
		    jq -e '.networks[0].state == "up"' >/dev/null; do
			i=$((i + 1))
			[ $i -lt 200 ] || exit 1
			sleep 0.1
		done ;;
	'enable --now sallyport-agent')
		sallyport-agent -d $NOUSER -L "$BIN" </dev/null \
		    >"$WORK/agent_$DEVICE.log" 2>&1 &
		echo $! >>"$WORK/pids" ;;
	'disable --now sallyport')
		kill "$(cat "$WORK/pid")"
		while kill -0 "$(cat "$WORK/pid")" 2>/dev/null; do sleep 0.1; done ;;
	esac
	END
	chmod +x "$WORK/bin/systemctl"
	export WORK
	PATH=$WORK/bin:$BIN:$PATH
	hash -r
}

# A further host: a network namespace with a mount namespace of its own, so
# that /run/wireguard is not shared (wireguard-go would meet its sockets).
# Call private first.  ns_PID of NAME is in the variable ns_NAME.
ns_add() {		# NAME
	spawn "ns_$1" unshare -mn sh -c 'mount -t tmpfs tmpfs /run/wireguard &&
	    ip link set lo up && touch "$0" && exec sleep 100000' \
	    "$WORK/ns_$1.up"
	eval "ns_$1=$PID"
	wait_for 5 test -e "$WORK/ns_$1.up" || {
		fail "namespace $1"
		exit 1
	}
}

# Run there; or in the background: spawn LOG in_ns NAME COMMAND ...  With its
# root directory, as we may be in a chroot.
in_ns() {		# NAME COMMAND ...
	eval "in_ns_pid=\$ns_$1"; shift
	# shellcheck disable=SC2154
	$in_ns_exec nsenter -t "$in_ns_pid" -r -m -n -- "$@"
}

# wireguard-go listens for its interface.  Nobody may ask it before: wg removes
# a socket that refuses it, and then wireguard-go ends.
wg_listens() {		# IF [NS]
	wg_listens_re="00010000 .*/wireguard/$1\.sock"
	if [ -n "$2" ]; then
		in_ns "$2" grep -q "$wg_listens_re" /proc/net/unix
	else
		grep -q "$wg_listens_re" /proc/net/unix
	fi
}

# Two namespaces and a cable between them.
ns_link() {		# NAME IF ADDR/LEN NAME IF ADDR/LEN
	eval "link_a=\$ns_$1 link_b=\$ns_$4"
	ip link add "$2" netns "$link_a" type veth peer name "$5" \
	    netns "$link_b" &&
	    in_ns "$1" ip address add "$3" dev "$2" nodad &&
	    in_ns "$1" ip link set "$2" up &&
	    in_ns "$4" ip address add "$6" dev "$5" nodad &&
	    in_ns "$4" ip link set "$5" up
}

WORK=$(mktemp -d "${TMPDIR:-/tmp}/sallyport.XXXXXX") || exit 1
chmod 755 "$WORK"
trap cleanup EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM
