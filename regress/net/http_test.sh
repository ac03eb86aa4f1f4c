#!/bin/sh
# Requests that are wrong, too large or too slow: one answer or a closed
# connection, within the deadline, and nothing changed (invariant 7).
. "${TOP:-.}/regress/lib.sh"
private "$@"
. "$TOP/regress/suite.sh"

pki_init
CONF_MORE='limits: { handshake = "5s"; head = "5s"; body = "5s"; idle = "5s"; };'
suite_conf
suite_start
dev_add d1
cert d1 smart-toilet-1
is "a good registration is taken" "$(dev_post d1 d1)" 200
remember
key=$(cat "$WORK/d1.pub")

# Send standard input over TLS and read until the server closes; the answer
# is in $WORK/answer, the time it took in $MS.
talk() {
	talk_t=$(now_ms)
	timeout 40 openssl s_client -connect "$GW:8443" -quiet -verify_quiet \
	    -CAfile "$PKI/ca.crt" -cert "$PKI/d1.crt" -key "$PKI/d1.key" \
	    >"$WORK/answer" 2>"$WORK/answer.err"
	talk_st=$?
	MS=$(($(now_ms) - talk_t))
}

# The connection was closed before its deadline and with one answer at most,
# whose status is STATUS (an ERE; "" for no answer).
answered() {		# NAME STATUS LIMIT-MS
	answered_s=$(tr -d '\r' <"$WORK/answer" |
	    sed -n 's/^HTTP\/1\.[01] \([0-9]*\).*/\1/p' | tr '\n' ' ')
	like "$1: status" "${answered_s% }" "^($2)\$"
	check "$1: closed in time ($MS ms)" \
	    test "$MS" -lt "$3" -a "$talk_st" -ne 124
}

head_of() {		# FURTHER FIELDS
	printf 'POST /vpn/v1/register HTTP/1.1\r\nHost: gw\r\n'
	printf '%b' "$1"
	printf '\r\n'
}

bad() {			# NAME FIELDS [STATUS]
	{ head_of "$2"; printf '%s' "$key"; } >"$WORK/req"
	talk <"$WORK/req"
	answered "$1" "${3:-400}" 4900
}

bad "two Content-Lengths" 'Content-Length: 44\r\nContent-Length: 44\r\n'
bad "two different Content-Lengths" 'Content-Length: 44\r\nContent-Length: 5\r\n'
bad "a list of lengths" 'Content-Length: 44, 44\r\n'
bad "a negative length" 'Content-Length: -1\r\n'
bad "a length with a sign" 'Content-Length: +44\r\n'
bad "Content-Length with Transfer-Encoding" \
    'Content-Length: 44\r\nTransfer-Encoding: chunked\r\n'
bad "two transfer codings" 'Transfer-Encoding: gzip, chunked\r\n' 501
bad "a chunk without a size" 'Transfer-Encoding: chunked\r\n'
bad "a space before the colon" 'Content-Length : 44\r\n'
bad "a folded line" 'X-A: 1\r\n 2\r\nContent-Length: 44\r\n'
bad "a NUL" 'X-A: 1\0\r\nContent-Length: 44\r\n'
bad "a bare CR" 'X-A: 1\rX-B: 2\r\nContent-Length: 44\r\n'
bad "a bare LF" 'X-A: 1\nContent-Length: 44\r\n'
bad "two Hosts" 'Host: b\r\nContent-Length: 44\r\n'
bad "a body too large" 'Content-Length: 16385\r\n' 413
bad "a body of an absurd size" 'Content-Length: 99999999999999999999\r\n' \
    '400|413'

printf 'POST /vpn/v1/register HTTP/1.1\r\nContent-Length: 44\r\n\r\n%s' \
    "$key" >"$WORK/req"
talk <"$WORK/req"
answered "no Host" 400 4900
printf 'POST /vpn/%%76%%31/register HTTP/1.1\r\nHost: a\r\nContent-Length: 44\r\n\r\n%s' \
    "$key" >"$WORK/req"
talk <"$WORK/req"
answered "a percent in the path" 400 4900
{ printf 'GET / HTTP/1.1\r\nHost: a\r\nX-A: '
  head -c 5000 /dev/zero | tr '\0' a; printf '\r\n\r\n'; } >"$WORK/req"
talk <"$WORK/req"
answered "a head of 5000 bytes" '400|431' 4900
{ printf 'GET / HTTP/1.1\r\nHost: a\r\n'
  seq -f 'X-%g: 1' 40 | sed 's/$/\r/'; printf '\r\n'; } >"$WORK/req"
talk <"$WORK/req"
answered "40 fields" '400|431' 4900
head -c 3000 /dev/urandom >"$WORK/req"
talk <"$WORK/req"
answered "garbage" '400|' 4900

# Slow ones: nothing extends a deadline.
trickle() {		# one byte in 0.2 s, until nobody listens
	while printf x; do
		sleep 0.2
	done 2>/dev/null
}
slow() {		# NAME STATUS TEXT
	rm -f "$WORK/fifo"
	mkfifo "$WORK/fifo"
	{ printf '%b' "$3"; trickle; } >"$WORK/fifo" &
	talk <"$WORK/fifo"
	answered "$1" "$2" 25000
	check "$1: not before its time" test "$MS" -ge 5000
}
slow "a trickled head" '408|' 'GET / HTTP/1.1\r\nHost: a\r\nX-A: '
slow "a trickled body" '408|' \
    'POST /vpn/v1/register HTTP/1.1\r\nHost: a\r\nContent-Length: 4000\r\n\r\n'
# A connection that says nothing, and one that never ends its handshake.
silent() {		# NAME TEXT
	silent_t=$(now_ms)
	timeout 40 bash -c 'exec 3<>"/dev/tcp/$0/8443" && printf "$1" >&3 &&
	    cat <&3' "$GW" "$2" >/dev/null 2>&1
	silent_st=$?
	MS=$(($(now_ms) - silent_t))
	check "$1: closed in time ($MS ms)" \
	    test "$MS" -lt 25000 -a "$silent_st" -ne 124
}
silent "a client that says nothing" ''
silent "half a handshake" '\026\003\001\002\000\001'
# One request, then silence: kept alive, but not for long.
printf 'GET /api/v1/self/lease HTTP/1.1\r\nHost: a\r\n\r\n' >"$WORK/req"
talk <"$WORK/req"
answered "an idle connection" 200 25000

# HTTP/1.0 and Expect are fine.
printf 'POST /vpn/v1/register HTTP/1.0\r\nContent-Length: 44\r\n\r\n%s' \
    "$key" >"$WORK/req"
talk <"$WORK/req"
answered "HTTP/1.0" 200 4900
is "Expect: 100-continue" "$(dev_curl d1 d1 -H 'Expect: 100-continue' \
    -d "$key" "$REGISTER")" 200

is "a chunked body" "$(dev_curl d1 d1 -H 'Transfer-Encoding: chunked' \
    -d "$key" "$REGISTER")" 200
printf 'POST https://%s:8443/vpn/v1/register HTTP/1.1\r\nHost: %s:8443\r\nContent-Length: 44\r\nConnection: close\r\n\r\n%s' \
    "$GW" "$GW" "$key" >"$WORK/req"
talk <"$WORK/req"
answered "absolute form" 200 4900
printf 'OPTIONS * HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n' \
    >"$WORK/req"
talk <"$WORK/req"
answered "OPTIONS *" 204 4900

unchanged "after all that"
finish
