#!/bin/sh
# A device's agent and servers that are not the right one, or do not speak as they
# should: nothing is asked of the former, and each is told of with its reason.
. "${TOP:-.}/regress/lib.sh"
private "$@"
. "$TOP/regress/suite.sh"
. "$TOP/regress/agents.sh"
command -v python3 >/dev/null || skip_all "no python3"

M=$WORK/server
mkdir -p "$M" "$WORK/other"
pki_init
"$O/mint" ca "$WORK/other" &&
    "$O/mint" cert "$WORK/other" server server "san=IP:$GW" &&
    "$O/mint" cert "$PKI" name server san=DNS:other.example.com &&
    "$O/mint" cert "$PKI" late server "san=IP:$GW" from=-7200 until=-3600 &&
    "$O/mint" cert "$PKI" early server "san=IP:$GW" from=3600 &&
    "$O/mint" cert "$PKI" device client "san=IP:$GW" || exit 1
agent_add a1

# A server with that certificate and behaviour, and an agent that comes to it.
meet() {		# CERTIFICATE HOW [ANSWER [TIMES]]
	: >"$M/log"
	echo "$2" >"$M/how"
	# shellcheck disable=SC2059
	printf "${3:-}" >"$M/answer"
	echo "${4:-1}" >"$M/times"
	spawn server python3 "$TOP/regress/net/badserver.py" 0.0.0.0 8443 \
	    "$1.crt" "$1.key" "$M"
	SERVER=$PID
	wait_for 10 listens
	rm -f "$WORK/agent_a1.log"
	agent_start a1
}
listens() {
	ss -Hltn "sport = :8443" | grep -q .
}
part() {
	agent_stop a1
	stop "$SERVER"
}
says() {		# ERE
	grep -Eq "$1" "$WORK/agent_a1.log"
}

# Whose certificate is not the server's gets no request.
stranger() {		# WHAT CERTIFICATE HOW ERE
	meet "$2" "$3"
	check "$1 is told" wait_for 40 says "server: TLS handshake: $4"
	part
	is "$1: nothing was asked" "$(cat "$M/log")" ""
}
stranger "another CA's server" "$WORK/other/server" yes 'unable to get|self.signed'
stranger "another name" "$PKI/name" yes '(IP address|[hH]ostname) mismatch'
stranger "a certificate that has ended" "$PKI/late" yes '.*has expired'
stranger "one of tomorrow" "$PKI/early" yes '.*not yet valid'
stranger "a device's certificate" "$PKI/device" yes '.*purpose'
stranger "TLS 1.2" "$PKI/server" old '.*protocol'
stranger "a server that shakes no hands" "$PKI/server" silent 'no answer in time'

# Answers that are none.
OK='HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n'
wrong() {		# WHAT ERE ANSWER [TIMES]
	meet "$PKI/server" yes "$3" "$4"
	check "$1 is told" wait_for 40 says "server: $2"
	check "$1: it was asked" grep -q '^GET /api/v1/self/config ' "$M/log"
	part
}
wrong "a length beyond the bound" 'the answer is refused: it is too long' \
    "${OK}Content-Length: 16777217\\r\\n\\r\\n"
wrong "a length that is no number" 'the answer is refused: its length' \
    "${OK}Content-Length: 1e3\\r\\n\\r\\n"
wrong "two lengths" 'the answer is refused: it has two lengths' \
    "${OK}Content-Length: 2\\r\\nContent-Length: 3\\r\\n\\r\\n{}"
wrong "a length and chunks" 'the answer is refused: it has two lengths' \
    "${OK}Content-Length: 2\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n0\\r\\n\\r\\n"
wrong "neither" 'the answer is refused: it says neither' "${OK}\\r\\n{}"
wrong "a coding that nobody asked for" 'the answer is refused: its content' \
    "${OK}Content-Encoding: gzip\\r\\nContent-Length: 2\\r\\n\\r\\n{}"
wrong "chunks that are none" 'the answer is refused: its chunks' \
    "${OK}Transfer-Encoding: chunked\\r\\n\\r\\nzz\\r\\n{}\\r\\n"
wrong "an endless chunk" 'the answer is refused: its chunks' \
    "${OK}Transfer-Encoding: chunked\\r\\n\\r\\n7fffffff\\r\\n" 400
wrong "an endless head" 'the answer is refused: its head is too long' \
    "${OK}X-More: " 400
wrong "101" 'the answer is refused: its status' \
    'HTTP/1.1 101 Switching Protocols\r\n\r\n'
wrong "another protocol" 'the answer is refused: it does not begin' \
    'SSH-2.0-OpenSSH_9.2\r\n\r\n'
wrong "an answer that is cut off" 'reading: closed by the server' \
    "${OK}Content-Length: 100\\r\\n\\r\\n{\"schema\""
wrong "no answer at all" '(reading|waiting): closed by the server' ''

# The same bytes in chunks are an answer.
BODY='{"schema":1,"epoch":"5f3a","retry_spread":1,"networks":[]}'
meet "$PKI/server" yes "${OK}Transfer-Encoding: chunked\\r\\n\\r\\n$(printf '%x' \
    ${#BODY})\\r\\n$BODY\\r\\n0\\r\\n\\r\\n"
check "an answer in chunks is taken" wait_for 40 says 'the server answers'
part
