#!/bin/sh
# What a client costs that keeps its connection open and says nothing: memory
# of the real apid for thousands of them, over TLS with client certificates and
# before any.
. "${TOP:-.}/regress/lib.sh"
. "$TOP/regress/proc/apid_lib.sh"

N=1000
ulimit -n 8192 2>/dev/null || skip_all "too few descriptors"
PKI=$WORK/pki
mkdir -p "$PKI"
"$O/mint" ca "$PKI" && "$O/mint" cert "$PKI" server server &&
    "$O/mint" cert "$PKI" idle client cn=dev-12 || exit 1
# Many clients send their CA, too.
cat "$PKI/ca.crt" >>"$PKI/idle.crt"
drv_start -t "$PKI" -l 5000,5000,5000,120000,16384,4096,4096,256
T=$(port tls)
REQ=$(printf '%s\r\n' 'POST /vpn/v1/register HTTP/1.1' 'Host: a' \
    'Content-Length: 44' '' "$KEY")
REQ=${REQ%?}		# the CR after the body

memory() {		# in kB
	awk '/^RssAnon:/ { print $2 }' "/proc/$APID_PID/status"
}
idlers() {		# NAME COUNT
	"$O/regress/idle" "$PKI" "$T" "$2" "$REQ" <"$WORK/hold" \
	    >"$WORK/$1.out" 2>"$WORK/$1.err" &
	pids="$! $pids"
	wait_for 120 grep -q "^ready $2" "$WORK/$1.out"
}
mkfifo "$WORK/hold"
sleep 300 >"$WORK/hold" &
pids="$! $pids"

# The first ones pay for what is there once.
check "some clients" idlers first 200
before=$(memory)
check "$N clients have their answers" idlers more $N
after=$(memory)
each=$(((after - before) * 1024 / N))
echo "# $each bytes each"
if grep -q __asan_init "$APID"; then
	skip "an idle connection in 24 kB" "address sanitizer"
else
	check "an idle connection in 24 kB" [ "$each" -le 24000 ]
fi
check "they are still there" [ "$(find "/proc/$APID_PID/fd" | wc -l)" -gt \
    $((N + 200)) ]
drv_stop "stop with all of them"

# Clients that have proved nothing: they may take 16 kB each at most.
drv_start -t "$PKI" -l 120000,120000,5000,120000,16384,4096,4096,256
T=$(port tls)
left() {		# COUNT: so many are still connected
	said=$(wc -l <"$WORK/crowd")
	echo left >"$WORK/more"
	wait_for 10 said_more && [ "$(tail -n 1 "$WORK/crowd")" = "left $1" ]
}
said_more() {
	[ "$(wc -l <"$WORK/crowd")" -gt "$said" ]
}
strangers() {		# NAME PORT BYTES COUNT LEFT LIMIT
	rm -f "$WORK/more"
	mkfifo "$WORK/more"
	# Each crowd has an address: what it does wrong is not the next one's.
	from=$((from + 1))
	"$O/regress/crowd" 127.0.0.$from 127.0.0.1 "$2" "$4" "$3" <>"$WORK/more" \
	    >"$WORK/crowd" 2>"$WORK/crowd.err" &
	crowd_pid=$!
	pids="$crowd_pid $pids"
	check "$4 clients $1" wait_for 120 grep -q '^ready' "$WORK/crowd"
	check "$5 of them are connected" wait_for 60 left "$5"
	is "a client is served among them" "$(served)" 200
	each=$((($(memory) - before) * 1024 / $5))
	echo "# $each bytes each"
	if grep -q __asan_init "$APID"; then
		skip "memory of clients $1" "address sanitizer"
	else
		check "and take at most $6 bytes each" [ "$each" -le "$6" ]
	fi
	kill "$crowd_pid"
	wait "$crowd_pid" 2>/dev/null
	check "they are gone" wait_for 60 quiet_again
}
served() {
	curl -sS -m 20 -o /dev/null -w '%{http_code}' --cacert "$PKI/ca.crt" \
	    --cert "$PKI/idle.crt" --key "$PKI/idle.key" -d "$KEY" \
	    "https://127.0.0.1:$T/vpn/v1/register" 2>/dev/null
}
quiet_again() {
	[ "$(fds)" -le "$fds" ]
}
fds=$(fds) from=1 before=$(memory)
strangers "that are silent" "$T" "" 4000 4000 4000
strangers "that sent one byte" "$T" 16 4000 4000 4000
strangers "that sent half a hello" "$T" \
    "1603010200010001fc0303$(printf '%0400d' 0)" 4000 4000 16000
strangers "that sent one byte without TLS" "$H" 47 4000 4000 16000
strangers "that sent most of a head without TLS" "$H" \
    "474554202f$(printf '61%.0s' $(seq 1000))" 4000 4000 16000
# A quarter of all connections may be in the midst of a handshake, and give way
# after 2 seconds.
strangers "that sent a hello" "$T" hello 2000 1024 65000
is "a client is served after them" "$(served)" 200
drv_stop "stop after them"
finish
