# The parent with the real processes: what it refuses, how it starts others
# again, how files that change are taken, how it stops.

. "${TOP:-.}/regress/lib.sh"
private "$@"
. "$TOP/regress/suite.sh"

LOG=$WORK/netd.log
# Programs that a test may take away.
LIBEXEC=$WORK/libexec
mkdir "$LIBEXEC"
for r in netd-hand leased apid apid-key; do
	cp "$BIN/$r" "$LIBEXEC" || exit 1
done

gen() {			# the generation in force
	ctl -j show status 2>/dev/null | jq -r '.config_generation //
	    .generation // .config // empty' | tr -dc 0-9
}
start() {		# [FLAG ...]
	: >"$LOG"
	# shellcheck disable=SC2086
	spawn netd "$NETD" -d -v $NOUSER -L "$LIBEXEC" -f "$CONF" "$@"
	SUITE=$PID
	logged 'ready: [0-9]+ processes'
}
# It leaves by itself with this status, and the log says why.
refused() {		# NAME STATUS ERE [FLAG ...]
	refused_n=$1 refused_s=$2 refused_e=$3; shift 3
	# shellcheck disable=SC2086
	timeout 20 "$NETD" -d $NOUSER -L "$BIN" -f "$CONF" "$@" >"$WORK/r" 2>&1
	is "$refused_n: status" $? "$refused_s"
	like "$refused_n: says why" "$(cat "$WORK/r")" "$refused_e"
}
loads() {		# how many configurations were loaded
	grep -c 'netd: configuration loaded' "$LOG"
}
loaded_more() {		# THAN
	[ "$(loads)" -gt "$1" ]
}
# The command changes a file, and within 5 s that is taken.
taken() {		# NAME COMMAND ...
	taken_n=$1 taken_was=$(loads); shift
	"$@" || fail "$taken_n: $*"
	check "$taken_n" wait_for 5 loaded_more "$taken_was"
}

pki_init
pki_revoke
cp -r "$PKI" "$WORK/good"
suite_conf

# --- refused at the start ---

sed -i 's/smart-toilet-(/smart-toilet-((/' "$CONF"
refused "a bad pattern" 78 'sallyport.conf:[0-9]+: identities\[0\]: pattern .*missing closing'
suite_conf

mkdir "$WORK/empty"
refused "no programs" 1 'cannot execute .*/empty/(leased|apid): No such file' \
    -L "$WORK/empty"
refused "no directory of programs" 1 'cannot find the other programs' -L /nowhere
mkdir "$S/x"; touch "$S/x/y"
sed -i "s|ctl_socket = [^;]*|ctl_socket = \"$S/x/y\"|" "$CONF"
refused "a file where the socket should be" 78 'ctl_socket .*/x/y: .*socket'
suite_conf
sed -i "s|$S/state|$PKI|" "$CONF"
refused "a state directory with files that netd believes" 78 \
    'sallyport.conf:[0-9]+: .*/pki/.* lies in state_dir, which is leased.s alone'
suite_conf
if [ -z "$NOUSER" ]; then
	mkdir "$S/full"; touch "$S/full/x"
	sed -i "s|$S/state|$S/full|" "$CONF"
	refused "a state directory of somebody else's things" 78 \
	    'state_dir .*/full belongs to user 0 and is not empty'
	is "it was not given away" "$(stat -c %u "$S/full")" 0
	suite_conf
	check_status "not root, without -U" 77 setpriv --reuid 60951 \
	    --clear-groups "$NETD" -d -f /dev/null
	cp /etc/passwd "$WORK/users"
	sed /^_sallyapi:/d "$WORK/users" >/etc/passwd
	refused "a user is missing" 67 'no user _sallyapi: run systemd-sysusers'
	cat "$WORK/users" >/etc/passwd
fi
gone_all() { ! pgrep -x 'leased|apid' >/dev/null; }
check "nothing is left of all this" wait_for 5 gone_all

# --- it starts ---

check "it starts" start
is "the key file's mode" "$(stat -c %a "$S/wg0.key")" 600
is "the control sockets' modes" \
    "$(stat -c %a "$S/ctl.sock" "$S/ctl.sock.netd" | tr '\n' ' ')" "660 660 "
is "the state directory's mode" "$(stat -c %a "$S/state")" 700
key=$(cat "$S/wg0.key")
for r in netd-hand leased apid apid-key; do
	p=$(role_pid $r)
	unlike "$r: its environment is clean" \
	    "$(tr '\0' '\n' <"/proc/$p/environ" 2>&1)" '^(PATH|HOME|WORK)='
	[ -n "$NOUSER" ] ||
	    unlike "$r: is not root" "$(ps -o uid= -p "$p")" '^ *0$'
done
unlike "the parent keeps no end of a link" \
    "$(ls -l "/proc/$SUITE/fd" | grep -c socket)" '^[3-9][0-9]'

refused "a second instance" 78 "another instance of netd uses the state directory $S/state"
sed "s|$S/state|$S/state2|; s|8443|8444|" "$CONF" >"$S/two.conf"; chmod 600 "$S/two.conf"
timeout 20 "$NETD" -d $NOUSER -L "$BIN" -f "$S/two.conf" >"$WORK/r" 2>&1
is "a second one with the same socket: status" $? 78
like "a second one with the same socket" "$(cat "$WORK/r")" 'another instance listens there'
check "the first one goes on" ctl show status

# --- files that change ---

revoke_mv() { pki_revoke; }
in_place() { cat "$WORK/good/ca.crl" >"$PKI/ca.crl"; }
taken "a CRL moved over" revoke_mv
taken "a CRL edited in place" in_place
taken "the configuration moved over" sh -c \
    "sed 's/quarantine = \"0s\"/quarantine = \"1s\"/' $CONF >$CONF.new &&
    chmod 640 $CONF.new && mv $CONF.new $CONF"
swap() {
	mkdir "$PKI/..1" && mv "$PKI/server.crt" "$PKI/server.key" "$PKI/..1" &&
	    ln -s ..1 "$PKI/..data" && ln -s ..data/server.crt "$PKI/server.crt" &&
	    ln -s ..data/server.key "$PKI/server.key"
}
taken "files become links" swap
swap2() {
	cp -r "$PKI/..1" "$PKI/..2" && ln -s ..2 "$PKI/..tmp" &&
	    mv -T "$PKI/..tmp" "$PKI/..data"
}
taken "a directory swapped by its link" swap2
wait_for 5 steady loads
was=$(loads)
echo hello >"$PKI/..2/server.crt"
check "a bad certificate is named" logged \
    'reload: .*sallyport.conf:[0-9]+: .*certificate: no certificate in it'
is "a bad certificate is not taken" "$(loads)" "$was"
p=$(role_pid apid); kill -9 "$p"
check "apid, started again, still has the good one" wait_for 10 role_new apid "$p"
unlike "and did not refuse it" "$(cat "$LOG")" 'refuses the configuration in force'
taken "the good one again" cp "$WORK/good/server.crt" "$PKI/..2/server.crt"

was=$(loads)
echo 'zebra = 1;' >>"$CONF"
check "a bad word is named" logged 'sallyport.conf:[0-9]+: unknown word "zebra"'
check_status "sallyctl reload says so" 78 ctl reload
like "with file and line" "$(cat "$WORK/out")" 'sallyport.conf:[0-9]+: unknown word'
is "nothing was loaded" "$(loads)" "$was"
sed -i 's/^zebra.*//; s/workers = 1/workers = 3/' "$CONF"
check "a word that cannot change is named" logged \
    'gateway.workers cannot change while netd runs: it stays 1'
wait_for 5 steady loads
was=$(loads)
kill -HUP "$SUITE"
check "SIGHUP" wait_for 5 loaded_more "$was"
for i in 1 2 3 4 5 6 7 8; do kill -HUP "$SUITE"; done
check "many of them" wait_for 5 ctl show status
chmod 666 "$CONF"
check "a configuration that others can write is not taken" logged \
    'can be written by others'
chmod 640 "$CONF"
wait_for 5 steady loads

# A new listener, and an old one away; the one that stays is the same socket.
inode() { ss -tlneH "sport = :$1" | grep -o 'ino:[0-9]*'; }
ino=$(inode 8443)
cp "$CONF" "$S/keep.conf"
more() {
	sed 's|^listen = (|&{ address = "127.0.0.1:9586"; api = [ "metrics" ]; proof = "none"; },|' \
	    "$S/keep.conf" >"$CONF"
}
taken "a listener more" more
is "it listens" "$(inode 9586 | grep -c ino)" 1
is "the old socket stays" "$(inode 8443)" "$ino"
taken "a listener less" cp "$S/keep.conf" "$CONF"
no_9586() { [ -z "$(inode 9586)" ]; }
check "it is gone" wait_for 5 no_9586

# --- death ---

for r in leased apid apid-key netd-hand; do
	p=$(role_pid $r)
	kill -9 "$p"
	check "$r killed: it comes back" wait_for 10 role_new $r "$p"
done
check "and the suite works" wait_for 10 ctl show status
p=$(role_pid apid-key)
kill -9 "$p"
check "the second death waits longer" logged 'key.*: starting it again in 2 s'
check "it comes back" wait_for 10 role_new apid-key "$p"

# While the only front waits to be started again, nobody else could check what
# a reload has for it: it is started at once, and asked.
starts() { grep -c 'apid\[0\]: starting it again' "$LOG"; }
starts_more() { [ "$(starts)" -gt "$starts_was" ]; }
front_away() {
	starts_was=$(starts) p=$(role_pid apid) was=$(loads)
	kill -9 "$p"
	wait_for 5 starts_more
}
fronts() { [ "$(ctl -j show status | jq .status.fronts)" = 1 ]; }
cp "$CONF" "$S/keep.conf"
check "the front is away" front_away
sed -i 's/smart-toilet-(/smart-toilet-((/' "$CONF"
check_status "a configuration that it refuses" 78 ctl reload
like "that is said" "$(cat "$WORK/out")" 'identities\[0\]: pattern'
is "and not loaded" "$(loads)" "$was"
check "the front has the old one" wait_for 10 fronts
cp "$S/keep.conf" "$CONF"
wait_for 5 loaded_more "$was"
check "the front is away again" front_away
echo '# new' >>"$CONF"
check "a configuration that it takes" ctl reload
check "the front has it" wait_for 10 fronts
wait_for 5 steady loads
# One that dies at once keeps nobody from a new configuration.
mv "$LIBEXEC/apid" "$LIBEXEC/apid.away"
check "the front cannot start" front_away
echo '# newer' >>"$CONF"
check "a configuration without it" ctl reload
like "that is said" "$(cat "$WORK/out")" 'apid\[0\] does not run'
mv "$LIBEXEC/apid.away" "$LIBEXEC/apid"
check "the front comes back" wait_for 40 fronts

# --- stop ---

p=$(role_pid leased)
kill -STOP "$p"
t0=$(now_ms)
kill -TERM "$SUITE"
wait "$SUITE"; st=$?
t1=$(now_ms)
is "it stops though a process hangs" "$st" 0
# Five seconds, and as much more as a busy machine takes.
check "within its time" test $((t1 - t0)) -ge 4000 -a $((t1 - t0)) -lt 25000
check "and says so" logged 'leased: it does not stop; killing it'
check "nothing is left" wait_for 5 gone_all
is "its sockets are gone" "$(ls "$S" | grep sock)" ""
is "the key is the same" "$(cat "$S/wg0.key")" "$key"

check "it starts again" start
kill -9 "$SUITE"; wait "$SUITE" 2>/dev/null
check "killed: the others leave" wait_for 5 gone_all
check "and start again, over the old socket" start
suite_stop

# --- in the background ---

: >"$LOG"
# shellcheck disable=SC2086
(cd "$S" && exec "$NETD" $NOUSER -L "$BIN" -f sallyport.conf) >"$LOG" 2>&1
is "in the background: ready when the command ends" "$? $(ctl show status >/dev/null; echo $?)" "0 0"
check "teardown" ctl teardown
check "and all leave" wait_for 10 gone_all
echo 'zebra = 1;' >>"$CONF"
# shellcheck disable=SC2086
check_status "in the background: an error is told" 78 "$NETD" $NOUSER -L "$BIN" -f "$CONF"


# --- the suite of a device ---

. "$TOP/regress/agents.sh"
: >"$LOG"
agent_here a1
for r in netd-hand apid-key agentd; do
	p=$(role_pid $r)
	unlike "device: $r: its environment is clean" \
	    "$(tr '\0' '\n' <"/proc/$p/environ" 2>&1)" '^(PATH|HOME|WORK)='
	[ -n "$NOUSER" ] ||
	    unlike "device: $r: is not root" "$(ps -o uid= -p "$p")" '^ *0$'
	kill -9 "$p"
	check "device: $r killed: it comes back" wait_for 20 role_new $r "$p"
done
check "device: and the suite works" wait_for 20 agent_answers a1
p=$(role_pid agentd)
kill -STOP "$p"
kill -TERM "$SUITE"
wait "$SUITE"; st=$?
is "device: it stops though agentd hangs" "$st" 0
check "and says so" logged 'agentd: it does not stop; killing it'
check "device: its socket is gone" test ! -e "$A/a1/ctl.sock"
finish
