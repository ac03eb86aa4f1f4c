#!/bin/sh
# The main job from end to end, for somebody who sees sallyport for the first
# time: a gateway and its devices in namespaces of their own, the real suite
# between them.  Started by "make demo"; with the word keep it stays up until
# it is told to stop.  To build is a call of its own: what stays up must not
# hold on to the pipe by which make(1) counts its jobs.
# usage: demo.sh build|show|keep; with MESH set, build says so

OBJ=${O:-obj}
. "${TOP:=$(pwd)}/regress/lib.sh"
. "$TOP/regress/steps.sh"

LISTS="build demo"
WHAT=${1:-show}
DIR=$O/demo

# --- before: packages and programs -----------------------------------------

missing() {
	command -v dpkg-query >/dev/null || return 0
	for missing_p in $(cd "$TOP/etc/deps" && sed 's/#.*//' $LISTS); do
		dpkg-query -W -f '${db:Status-Status}\n' "$missing_p" \
		    2>/dev/null | grep -qx installed || echo "$missing_p"
	done
}

# Its progress is shown: it may take minutes.
install_missing() {
	say "  installing ${need% }:"
	apt-get update
	DEBIAN_FRONTEND=noninteractive apt-get install -y \
	    --no-install-recommends $need ||
	    die "the packages cannot be installed"
	say
}

prepare() {
	if [ -n "$MESH" ]; then
		say "sallyport demo: a mesh of five devices, real packets"
	else
		say "sallyport demo: one gateway, four devices, real packets"
	fi
	say
	need=$(missing | tr '\n' ' ')
	if [ -n "$need" ] && [ "$(id -u)" -ne 0 ]; then
		die "packages are missing: ${need% }. As root: make deps D=\"$LISTS\""
	elif [ -n "$need" ]; then
		install_missing
	fi
	step "built" env -u MESH "${MAKE:-make}" -C "$TOP" O="$OBJ" all \
	    "$OBJ/mint"
}

# --- the demonstration -----------------------------------------------------

refused() {		# NAME CERT
	refused_st=$(dev_post "$1" "$2")
	case $refused_st in
	000) grep -o 'alert.*' "$WORK/$1.err" || : ;;
	200) echo "registered: $(cat "$WORK/$1.body")"; return 1 ;;
	esac
	leases >"$WORK/refused"
	! grep -qF "$(cat "$WORK/$1.pub")" "$WORK/refused"
}

put_enrol() {		# NAME
	put_st=$(dev_put "$1" "$1")
	[ "$put_st" = 201 ] && dev_apply "$1" || {
		echo "status $put_st"; cat "$WORK/$1.body" "$WORK/$1.err"
		return 1
	}
}

tunnels() {
	for tunnels_d in d1 d2; do
		dev_ping "$tunnels_d" &&
		    in_ns "$tunnels_d" ping -c 3 -i 0.2 -W 2 "$GW6" || return 1
	done
}

# The leases show what the tunnels did.
seen() {
	ctl -j show leases | jq -e 'all(.leases[]; .latest_handshake != null)'
}

crash() {
	leases >"$WORK/before"
	crash_pid=$(role_pid leased) || return 1
	kill -KILL "$crash_pid"
	wait_for 10 role_new leased "$crash_pid" &&
	    wait_for 10 suite_up || return 1
	leases >"$WORK/after"
	diff "$WORK/before" "$WORK/after"
}

processes() {
	for processes_p in "$SUITE" \
	    $(cat "/proc/$SUITE/task/$SUITE/children"); do
		ps -o user:12=,pid=,args= -p "$processes_p"
	done | sed -e "s| [^ ]*/\([a-z]*\)| \1|" -e 's/ -d .*//' \
	    -e 's/^/      /'
}

start() {
	pki_init && cert d1 smart-toilet-1 && cert d2 smart-toilet-2 &&
	    cert d4 smart-toilet-4 && pki_revoke d4
}

devices() {
	for devices_d in d1 d2 d3 d4; do
		dev_add "$devices_d"
	done
}

demonstrate() {
	T0=$(now_ms)
	step "a CA, a server certificate, device certificates, one revoked" start
	step "four devices: namespaces, cables, keys, tunnels without peers" \
	    devices
	suite_conf
	suite_spawn
	step "gateway up, WireGuard ready" wait_for 20 suite_up
	processes
	step "d1 enrols as autowg's client does: POST with its certificate" \
	    dev_enrol d1
	step "d2 enrols by the native API: PUT with its certificate" put_enrol d2
	step "d3 has no certificate: refused" refused d3 -
	step "d4's certificate is revoked: refused" refused d4 d4
	step "pings through both tunnels" tunnels
	wait_for 5 seen
	show show leases
	step "a ping runs through each tunnel, every 0.05 s" begin_pings
	step "kill -9 leased: it is back, with the same leases" crash
	step "no packet was lost" end_pings
	say "      d1: $PINGS1; d2: $PINGS2"
	say
	say "  (in $((($(now_ms) - T0 + 500) / 1000)) s)"
}

begin_pings() {
	ping_begin d1 && ping_begin d2
}

end_pings() {
	ping_end d1 && PINGS1=$PINGS && ping_end d2 && PINGS2=$PINGS
}

# --- staying up ------------------------------------------------------------

# The way in from outside, as small programs in $DIR.
doors() {		# PID OF THE WORLD'S FIRST PROCESS
	doors_u=''
	[ "$(id -u)" -eq 0 ] || doors_u='-U --preserve-credentials'
	doors_ns="nsenter -t $1 $doors_u -r -m -n -p"
	[ -e "$DIR/pidns" ] || doors_ns="nsenter -t $1 $doors_u -r -m -n"
	doors_env="PATH='$BIN':\$PATH:/usr/sbin:/sbin"
	cat >"$DIR/gw" <<-END
	#!/bin/sh
	[ "\$1" != sallyctl ] || { shift; set -- sallyctl -s $S/ctl.sock "\$@"; }
	exec env $doors_env $doors_ns -- "\${@:-sh}"
	END
	while read -r doors_d doors_pid; do
		cat >"$DIR/$doors_d" <<-END
		#!/bin/sh
		exec "$DIR/gw" nsenter -t $doors_pid -r -m -n -- "\${@:-sh}"
		END
	done <"$DIR/ns"
	cat >"$DIR/stop" <<-END
	#!/bin/sh
	kill -TERM $1 2>/dev/null || { echo "the demo is not running"; exit 1; }
	i=0
	while kill -0 $1 2>/dev/null; do
		sleep 0.1; i=\$((i + 1))
		[ \$i -lt 100 ] || kill -KILL $1
	done
	rm -rf "$DIR"
	echo "the demo is gone"
	END
	chmod 755 "$DIR"/*
}

usage() {
	cat <<-END

	It stays up.  To play with it:

	    $DIR/gw sallyctl show leases
	    $DIR/gw sallyctl revoke 2
	    $DIR/gw wg
	    $DIR/d1 ping $GW6
	    $DIR/gw			a shell on the gateway

	To stop it:

	    $DIR/stop
	END
}

# Outside: start the world in the background, wait for its word, and leave it.
keep_up() {
	[ ! -e "$DIR/stop" ] || {
		say "demo: it is already up; stop it with $DIR/stop"
		exit 1
	}
	rm -rf "$DIR" && mkdir -p "$DIR" || exit 1
	# It holds no descriptor of ours: a pipe that reads us must end.
	setsid sh "$0" kept >"$DIR/out" 2>&1 </dev/null &
	keep_pid=$!
	tail -s 0.1 -n +1 -f "$DIR/out" 2>/dev/null &
	keep_tail=$!
	until [ -e "$DIR/up" ] || gone "$keep_pid"; do
		sleep 0.1
	done
	sleep 0.3
	kill "$keep_tail"
	[ -e "$DIR/up" ] || { rm -rf "$DIR"; exit 1; }
	if [ "$(cat "/proc/$keep_pid/comm")" = unshare ]; then
		: >"$DIR/pidns"
		keep_pid=$(tr -d ' ' <"/proc/$keep_pid/task/$keep_pid/children")
	fi
	S=/run/t/gw GW6=fde3:25fb:7f6c::1
	doors "$keep_pid"
	usage
}

# Inside: say that it is up and wait for the end.
stay() {
	for stay_d in d1 d2 d3 d4; do
		eval "echo $stay_d \$ns_$stay_d"
	done >"$DIR/ns"
	: >"$DIR/up"
	exec >/dev/null 2>&1
	while :; do
		sleep 3600 &
		wait $!
	done
}

case $WHAT in
build)	prepare; exit 0 ;;
keep)	keep_up; exit 0 ;;
esac
private "$@"
. "$TOP/regress/suite.sh"
demonstrate
say "demo: passed"
[ "$WHAT" != kept ] || stay
