#!/bin/sh
# What a client costs that keeps its connection open and says nothing: memory
# of the real apid for thousands of them, over TLS with client certificates.
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
finish
