#!/bin/sh
# The real apid between a scripted parent and leased (apid_drv): what it
# answers, and that whatever comes gets one well-formed answer or a closed
# connection within its deadline (invariant 7).
. "${TOP:-.}/regress/lib.sh"
. "$TOP/regress/proc/apid_lib.sh"

autowg_tests() {
	ask /vpn/v1/register -H "$SUBJ" -d "$KEY"
	is "autowg: registration" "$STATUS $(field Content-Type)" \
	    "200 text/plain; charset=UTF-8"
	printf '%s\n' "endpoint=vpn.example.com:53092" \
	    "pubkey=BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=" \
	    "route=fde3:25fb:7f6c::/48" "ip=fde3:25fb:7f6c:1::c" \
	    "keepalive=25" >"$WORK/want"
	check "autowg: its bytes" cmp "$WORK/body" "$WORK/want"
	ask /vpn/v1/register -0 -H "$SUBJ" -d "$KEY"
	check "autowg: the same for HTTP/1.0" cmp "$WORK/body" "$WORK/want"
	ask '/vpn/v1/register?x=1' -H "$SUBJ" --data-binary "
$KEY
"
	is "autowg: newlines and a query are ignored" "$STATUS" 200
	ask /vpn/v1/register -d "$KEY"
	is "autowg: no subject" "$STATUS" 403
	like "autowg: and says so" "$BODY" 'Message: permission denied\.'
	like "autowg: also as reason" "$HEAD" '^HTTP/1.1 403 permission denied'
	ask /vpn/v1/nothing -d "$KEY"
	is "autowg: no subject comes before no path" "$STATUS" 403
	ask /vpn/v1/nothing -H "$SUBJ" -d "$KEY"
	is "autowg: no such path" "$STATUS" 404
	like "autowg: and says so" "$BODY" 'Message: not found\.'
	for s in 'CN=12.evil,O=x' 'O=x' 'CN=dev-1,CN=dev-2' 'CN=xdev-12' \
	    'CN=dev-12x' '{http.request.tls.client.subject}' \
	    'CN=dev-12\,O=x' '/CN=dev-12'; do
		ask /vpn/v1/register -H "X-Client-Subject: $s" -d "$KEY"
		is "autowg: subject $s" "$STATUS" 403
	done
	ask /vpn/v1/register -H "$SUBJ" -H "$SUBJ" -d "$KEY"
	is "autowg: two subjects" "$STATUS" 403
	for k in '' x "$KEY$KEY" "${KEY%?}" "é$KEY" \
	    AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= \
	    AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= \
	    aqIUKESXUZSIXgqF9v7kSaEtwtu95jkVlFWrW0y7rUx=; do
		ask /vpn/v1/register -H "$SUBJ" -d "$k"
		is "autowg: key '$k'" "$STATUS $(field Content-Type)" \
		    "400 text/plain; charset=UTF-8"
	done
	for c in 16:400 17:409 18:500 19:503 20:403 21:400 22:409 24:503 \
	    25:503 26:500; do
		ask /vpn/v1/register -H "X-Client-Subject: CN=e${c%:*}" \
		    -d "$KEY"
		is "autowg: leased's code ${c%:*}" "$STATUS" "${c#*:}"
		case $STATUS in 503) like "autowg: retry of code ${c%:*}" \
		    "$(field Retry-After)" '^[0-9]+$' ;; esac
	done
}

proof_tests() {
	ask /vpn/v1/register --interface 127.0.0.2 -H "$SUBJ" -d "$KEY"
	is "header: from a stranger" "$STATUS" 403
	URL=http://127.0.0.1:$A
	ask /vpn/v1/register -d "$KEY"
	is "address: registration" "$STATUS" 200
	ask /vpn/v1/register --interface 127.0.0.2 -d "$KEY"
	is "address: of nobody" "$STATUS" 403
	ask /vpn/v1/register --interface 127.0.0.2 -H "$SUBJ" -d "$KEY"
	is "address: a header says nothing" "$STATUS" 403
	URL=http://127.0.0.1:$H
}

list_tests() {
	ask /vpn/v1/peers.json
	is "peers: no password" "$STATUS $(field WWW-Authenticate) $BODY" \
	    "401 Basic realm=auth "
	ask /vpn/v1/anything -u user:wrong
	is "peers: wrong password" "$STATUS" 401
	ask /vpn/v1/anything -u user:pw
	is "peers: another path" "$STATUS" 404
	ask /vpn/v1/peers.json -H 'X-Client-Subject: CN=mon'
	is "peers: a monitor" "$STATUS" 200
	ask /vpn/v1/peers.json -H "$SUBJ"
	is "peers: a device" "$STATUS" 401
	g="GET /vpn/v1/peers.json HTTP/1.1\r\nHost: a\r\nAuthorization: Basic dXNlcjp3cm9uZw==\r\n\r\n"
	raw "s:$g$g$g" r:9000
	is "peers: one wrong password on a connection" "$CODES $END" "401 eof"
	drv "peers 1"
	ask /vpn/v1/peers.json -u user:pw
	is "peers: one" "$STATUS $(field Content-Type)" \
	    "200 application/json; charset=UTF-8"
	cat >"$WORK/want" <<-'X'
	{
	    "p001": {
	        "created": 1735689600,
	        "ip": "fde3::23",
	        "last_handshake": 1735776000,
	        "pubkey": "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=",
	        "rx_bytes": 1234567,
	        "tx_bytes": 654321,
	        "using_psk": false
	    }
	}
	X
	check "peers: its bytes" cmp "$WORK/body" "$WORK/want"
	drv "peers 0"
	ask /vpn/v1/peers.json -u user:pw
	is "peers: none" "$STATUS $BODY" "200 {}"
	drv "peers 990"
	ask /vpn/v1/peers.json -u user:pw
	is "peers: many, chunked" "$(field Transfer-Encoding) $(jbody length)" \
	    "chunked 990"
	cp "$WORK/body" "$WORK/want"
	ask /vpn/v1/peers.json -0 -u user:pw
	check "peers: the same for HTTP/1.0" cmp "$WORK/body" "$WORK/want"
	check "peers: indented and sorted" sh -c \
	    "jq -S --indent 4 . '$WORK/body' | cmp - '$WORK/body'"
	raw "s:GET /vpn/v1/peers.json HTTP/1.1\r\nHost: a\r\nX-Client-Subject: CN=mon\r\n\r\nGET /livez HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n" r:9000
	is "peers: a request after a list" "$CODES $END" "200 200 eof"
}

native_put_body() {
	ask /api/v1/self/lease -X PUT -H "$SUBJ" \
	    -H 'Content-Type: application/json' -d "$1"
}

native_tests() {
	S=X-Client-Subject
	L=/api/v1/self/lease
	ask $L -H "$S: CN=dev-77"
	is "native: no lease yet" "$STATUS $(jbody .code)" \
	    "404 lease-not-found"
	is "native: problem type" "$(field Content-Type)" \
	    application/problem+json
	is "native: request id" "$(jbody .instance)" "$(field X-Request-Id)"
	ask $L -X PUT -H "$S: CN=dev-77" -H 'Content-Type: application/json' \
	    -d "{\"public_key\":\"$KEY\",\"network\":\"devices\"}"
	is "native: new" "$STATUS $(jbody .name)" "201 77"
	is "native: addresses" "$(jbody '.addresses | join(" ")')" \
	    "100.64.1.9/32 fde3:25fb:7f6c:1::4d/128"
	is "native: server" "$(jbody '.server | "\(.public_key) \(.endpoint) \(.keepalive) \(.routes[0])"')" \
	    "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc= vpn.example.com:53092 25 fde3:25fb:7f6c::/48"
	is "native: for ever" "$(jbody '"\(.expires) \(.ttl) \(.state)"')" \
	    "null null active"
	ask $L -X PUT -H "$S: CN=dev-77" \
	    -H 'content-type: Application/JSON; charset=utf-8' \
	    -d "{\"public_key\":\"$KEY\"}"
	is "native: renewed" "$STATUS" 200
	ask $L -X PUT -H "$S: CN=dev-77" -H 'Content-Type: application/json' \
	    -d "{\"public_key\":\"$KEY2\"}"
	is "native: re-keyed" "$STATUS $(jbody .public_key)" "200 $KEY2"
	ask $L -H "$S: CN=dev-77"
	is "native: read" "$STATUS $(jbody '"\(.expires) \(.ttl)"')" \
	    "200 2025-01-01T01:00:00Z 3600"
	ask $L -X DELETE -H "$S: CN=dev-77"
	is "native: released" "$STATUS $BODY" "204 "
	ask $L -X DELETE -H "$S: CN=dev-77"
	is "native: released twice" "$STATUS" 404
	ask $L -X PUT -H "$SUBJ" -d "{\"public_key\":\"$KEY\"}"
	is "native: not JSON by type" "$STATUS $(jbody .code)" \
	    "415 unsupported-media-type"
	for b in '' '[]' 'null' '{}' '{"public_key":1}' '{"public_key":"x"}' \
	    "{\"public_key\":\"$KEY\",\"public_key\":\"$KEY\"}" \
	    "{\"public_key\":\"$KEY\",\"more\":1}" \
	    "{\"public_key\":\"$KEY\"} x" "{\"public_key\":\"$KEY\"" \
	    "{\"public_key\":\"$KEY\",\"network\":7}" \
	    "{\"public_key\":\"$KEY\",\"network\":\"\"}" \
	    '{"public_key":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="}'
	do
		native_put_body "$b"
		is "native: body $b" "$STATUS $(field Content-Type)" \
		    "400 application/problem+json"
	done
	native_put_body "{\"public_key\":\"$KEY\",\"network\":\"nowhere\"}"
	is "native: unknown network" "$STATUS $(jbody .code)" \
	    "404 network-not-found"
	native_put_body "{\"public_key\":\"$KEY\",\"network\":\"other\"}"
	is "native: another's network" "$STATUS $(jbody .code)" \
	    "403 identity-denied"
	ask $L
	is "native: nobody" "$STATUS $(jbody .code)" "403 identity-not-matched"
	ask $L -H "$S: CN=mon"
	is "native: no device" "$STATUS $(jbody .code)" "403 identity-denied"
	for c in 16:400:invalid-public-key 17:409:public-key-taken \
	    18:404:network-not-found 19:503:pool-exhausted \
	    20:403:identity-denied 21:403:identity-denied \
	    22:409:address-taken 24:503:gateway-busy 25:503:gateway-busy \
	    26:500:internal-error; do
		ask $L -X PUT -H "$S: CN=e${c%%:*}" \
		    -H 'Content-Type: application/json' \
		    -d "{\"public_key\":\"$KEY\"}"
		is "native: leased's code ${c%%:*}" "$STATUS:$(jbody .code)" \
		    "${c#*:}"
	done
	ask /api/v1/nothing -H "$SUBJ"
	is "native: no such path" "$STATUS $(jbody .code)" "404 not-found"
	ask $L -X POST -d x
	is "native: no such method" "$STATUS $(field Allow)" \
	    "405 GET, PUT, DELETE"
}

# "same" or "minted": whose id an answer to a request with this one has.
whose() {		# ID CURL-ARG ...
	whose_id=$1; shift
	ask "$@" -H "X-Request-Id: $whose_id"
	whose_got=$(field X-Request-Id)
	if [ "$whose_got" = "$whose_id" ]; then
		echo "same $STATUS"
	elif printf '%s\n' "$whose_got" | grep -qxE '[0-9a-f]{16}'; then
		echo "minted $STATUS"
	else
		echo "neither: $whose_got"
	fi
}

reqid_tests() {
	L=/api/v1/self/lease
	id64=$(printf 'a-Z_9~.%.0s' 1 2 3 4 5 6 7 8 9)X
	is "id: echoed" "$(whose 1 /livez) $(whose "$id64" /livez)" \
	    "same 200 same 200"
	is "id: with an error" "$(whose a-1 $L)" "same 403"
	ask $L -H 'X-Request-Id: a-2'
	is "id: is the problem's instance" "$(jbody .instance)" a-2
	is "id: of what is not there" "$(whose a-3 /api/v1/nothing)" "same 404"
	is "id: with another method" "$(whose a-4 $L -X POST -d x)" "same 405"
	is "id: with a body too large" \
	    "$(head -c 17000 /dev/zero | whose a-5 $L -X PUT -H "$SUBJ" --data-binary @-)" \
	    "same 413"
	# Not among the lines that are one too many in their second.
	sleep 1
	is "id: autowg's" "$(whose a-6 /vpn/v1/register \
	    -H 'X-Client-Subject: CN=dev-61' -d "$KEY2")" "same 200"
	check "id: in the log" says \
	    'lease add name=61 .* req=a-6$'
	for i in "${id64}Y" 'a b' 'a"b' 'a\b' 'a/b' 'a=b' 'é' 'a,b' '%41'; do
		is "id: not taken: $i" "$(whose "$i" /livez)" "minted 200"
	done
	ask /livez -H 'X-Request-Id;'
	like "id: an empty one" "$(field X-Request-Id)" '^[0-9a-f]{16}$'
	ask /livez -H 'X-Request-Id: a' -H 'X-Request-Id: a'
	like "id: two of them" "$(field X-Request-Id)" '^[0-9a-f]{16}$'
	raw "s:${G}X-Request-Id: one\r\n\r\n${G}\r\n${G}X-Request-Id: three\r\n\r\nGARBAGE\r\n" r:9000
	like "id: of four requests, the last one garbage" \
	    "$(printf '%s\n' "$RAW_OUT" | sed -n 's/^X-Request-Id: //p' | tr '\n' ' ')" \
	    '^one [0-9a-f]{16} three [0-9a-f]{16} $'
}

health_tests() {
	ask /livez
	is "health: livez" "$STATUS $BODY" "200 ok"
	for p in readyz healthz; do
		ask /$p
		is "health: $p" "$STATUS $(jbody '[.[]] | unique | join(",")')" \
		    "200 ok"
	done
	drv "mode busy"
	ask /readyz
	is "health: not ready" "$STATUS $(jbody .netd)" "503 fail"
	drv "mode ok"
	URL=http://127.0.0.1:$B
	ask /livez
	is "health: on the metrics listener" "$STATUS" 200
	ask /vpn/v1/register -H "$SUBJ" -d "$KEY"
	is "health: and nothing else there" "$STATUS" 404
	URL=http://127.0.0.1:$H
}

# The head of a good POST but for its length.
P='POST /vpn/v1/register HTTP/1.1\r\nHost: a\r\nX-Client-Subject: CN=dev-12\r\n'
G='GET /livez HTTP/1.1\r\nHost: a\r\n'

parser_tests() {
	refused "two lengths" 400 "s:${P}Content-Length: 44\r\nContent-Length: 44\r\n\r\n$KEY"
	refused "a length and chunked" 400 "s:${P}Content-Length: 44\r\nTransfer-Encoding: chunked\r\n\r\n$KEY"
	refused "an unknown coding" 501 "s:${P}Transfer-Encoding: gzip\r\n\r\n"
	refused "a signed length" 400 "s:${P}Content-Length: +44\r\n\r\n$KEY"
	refused "a list of lengths" 400 "s:${P}Content-Length: 44, 44\r\n\r\n$KEY"
	refused "an endless length" 413 "s:${P}Content-Length: 99999999999999999999\r\n\r\n"
	refused "a body too large" 413 "s:${P}Content-Length: 16385\r\n\r\n" n:100:xxxxxxxxxxxxxxxxxxxxxxxxxxxx
	refused "no Host" 400 's:GET /livez HTTP/1.1\r\n\r\n'
	refused "two Hosts" 400 "s:${G}Host: b\r\n\r\n"
	refused "NUL in the head" 400 "s:${G}X: \0\r\n\r\n"
	refused "bare CR" 400 "s:${G}X: a\rb\r\n\r\n"
	refused "bare LF" 400 "s:${G}X: a\n\r\n"
	refused "blank before the colon" 400 "s:${G}X : a\r\n\r\n"
	refused "folded line" 400 "s:${G}X: a\r\n b\r\n\r\n"
	refused "percent in the path" 400 's:GET /live%7a HTTP/1.1\r\nHost: a\r\n\r\n'
	refused "another host than Host" 400 's:GET http://a/livez HTTP/1.1\r\nHost: b\r\n\r\n'
	refused "another scheme" 400 's:GET ftp://a/livez HTTP/1.1\r\nHost: a\r\n\r\n'
	refused "a tunnel" 501 's:CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n'
	refused "an asterisk" 400 's:GET * HTTP/1.1\r\nHost: a\r\n\r\n'
	refused "another version" 505 's:GET / HTTP/2.0\r\nHost: a\r\n\r\n'
	refused "a TLS client" 400 's:\x16\x03\x01\x02\x00\x01\x00\x01'
	refused "garbage" 400 's:\xff\xfe\xfd\xfc'
	refused "an empty line first" 400 "s:\r\n$G\r\n"
	refused "another expectation" 417 "s:${P}Expect: tea\r\nContent-Length: 44\r\n\r\n"
	refused "a GET with a body" 400 "s:${G}Content-Length: 3\r\n\r\nabc"
	refused "a long head" 431 "s:${G}" n:500:X-Filler:\ a\\r\\n
	long=$(head -c 6000 /dev/zero | tr '\0' a)
	refused "more than is read, in one piece" 431 "s:${G}X: $long" w:300
	refused "one long field" 431 "s:${G}X: " n:5000:a
	refused "many fields" 431 "s:${G}" n:40:A:b\\r\\n 's:\r\n'
	refused "a long target" 414 's:GET /' n:1100:a 's: HTTP/1.1\r\n\r\n'
	refused "a long method" 501 n:5000:A
	raw "s:${P}\r\n" r:2000
	is "no length on autowg" "$CODES" 400
	raw "s:GET /livez HTTP/1.0\r\n\r\n" r:9000
	is "HTTP/1.0 ends by itself" "$CODES $END" "200 eof"
	raw "s:GET /livez HTTP/1.0\r\nConnection: keep-alive\r\n\r\n" w:300 \
	    "s:GET /livez HTTP/1.0\r\n\r\n" r:9000
	is "HTTP/1.0 kept alive" "$CODES $END" "200 200 eof"
	raw "s:GET /livez HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n" r:9000
	is "HTTP/1.1 closed on request" "$CODES $END" "200 eof"
	ask /vpn/v1/register -H "$SUBJ" -H 'Expect: 100-continue' -d "$KEY"
	is "100-continue" "$(grep -c '^HTTP/1.1' "$WORK/head") $STATUS" "2 200"
	raw "s:${P}Expect: 100-continue\r\nContent-Length: 20000\r\n\r\n" r:9000
	is "100-continue is not said for a body too large" "$CODES $END" \
	    "413 eof"
	head -c 12000 /dev/zero | tr '\0' ' ' >"$WORK/large"
	printf '{"public_key":"%s"}' "$KEY" >>"$WORK/large"
	ask /api/v1/self/lease -X PUT -H "$SUBJ" -H 'Content-Type: application/json' --data-binary "@$WORK/large"
	is "a body larger than the buffer" "$STATUS" 200
}

# The forms of request targets, and methods that no route has.
target_tests() {
	raw "s:GET http://a/livez HTTP/1.1\r\nHost: a\r\n\r\n" \
	    "s:GET HTTPS://A:8443/livez?x HTTP/1.1\r\nHost: a:8443\r\n\r\n" \
	    "s:GET http://a HTTP/1.1\r\nHost: a\r\n\r\n" \
	    "s:GET http://a/livez HTTP/1.0\r\n\r\n" r:9000
	is "absolute form" "$CODES $END" "200 200 401 200 eof"
	raw "s:OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n" \
	    "s:PATCH /livez HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc" \
	    "s:OPTIONS /livez HTTP/1.1\r\nHost: a\r\n\r\n" \
	    "s:get /livez HTTP/1.1\r\nHost: a\r\n\r\n" \
	    "s:BREW / HTTP/1.1\r\nHost: a\r\n\r\n" \
	    "s:${G}Connection: close\r\n\r\n" r:9000
	is "methods without a route" "$CODES $END" "204 405 405 405 501 200 eof"
	is "methods that there are" "$(printf '%s\n' "$RAW_OUT" |
	    sed -n 's/^Allow: //p' | paste -sd '|')" \
	    "GET, HEAD, POST, PUT, DELETE, OPTIONS|GET, HEAD|GET, HEAD|GET, HEAD"
	raw "s:GET /livez HTTP/1.1\r\nHost: a\r\n\r\n" \
	    "s:GET /nothing HTTP/1.1\r\nHost: a\r\n\r\n" \
	    "s:POST /livez HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc" \
	    "s:${P}Content-Length: 3\r\n\r\nabc" \
	    "s:${G}Connection: close\r\n\r\n" r:9000
	is "the connection stays after errors" "$CODES $END" \
	    "200 401 405 400 200 eof"
	raw "s:POST /livez HTTP/1.1\r\nHost: a\r\nContent-Length: 300\r\n\r\nabc" r:9000
	is "but not before the rest of a body" "$CODES $END" "405 eof"
	is "which is said" "$(printf '%s\n' "$RAW_OUT" |
	    grep -c '^Connection: close')" 1
}

# Chunked bodies: C is the head of a good POST.
chunked_tests() {
	C="${P}Transfer-Encoding: chunked\r\n\r\n"
	E="0\r\n\r\n"
	L="${G}Connection: close\r\n\r\n"
	raw "s:${C}2c\r\n$KEY\r\n$E$C" "s:14\r\n${KEY%????????????????????????}\r\n" w:100 \
	    "s:0018;a=\"b\"\r" w:100 "s:\n${KEY#????????????????????}\r\n0\r\nX: y\r\n\r\n$L" r:9000
	is "chunked: two, and the next" "$CODES $END" "200 200 200 eof"
	ask /vpn/v1/register -H "$SUBJ" -H 'Transfer-Encoding: chunked' -d "$KEY"
	is "chunked: a client" "$STATUS" 200
	raw "s:$C" "d:44:5:1\r\nx\r\n" "s:$E$L" r:9000
	is "chunked: one byte each" "$CODES $END" "400 200 eof"
	raw "d:1:0:${P}Transfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n" \
	    w:200 "s:2c\r\n$KEY\r\n$E$L" r:9000
	is "chunked: 100-continue" "$CODES $END" "100 200 200 eof"
	raw "s:GET /livez HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n$E$L" r:9000
	is "chunked: a GET with an empty body" "$CODES $END" "200 200 eof"
	raw "s:${G}Transfer-Encoding: chunked\r\n\r\n" w:100 "s:$E$L" r:9000
	is "chunked: and its end later" "$CODES $END" "200 200 eof"
	refused "chunked: a GET with a body" 400 "s:${G}Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n$E"
	raw "s:GET /nothing HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n$E$L" r:9000
	is "chunked: after an error" "$CODES $END" "401 200 eof"
	raw "s:${C}2c\r\n$KEY\r\n${E}GARBAGE\x01\r\n\r\n$L" r:9000
	is "chunked: nothing is read behind garbage" "$CODES $END" \
	    "200 400 eof"
	raw "s:${C}2c\r\nAAAA" h r:9000
	is "chunked: half a body and the end" "$CODES $END" " eof"
	refused "chunked: HTTP/1.0" 400 "s:POST /vpn/v1/register HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n$E"
	refused "chunked: and a length" 400 "s:${P}Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n$E"
	refused "chunked: twice" 501 "s:${P}Transfer-Encoding: chunked, chunked\r\n\r\n$E"
	refused "chunked: bare line ends" 400 "s:${C}2c\n$KEY\n0\n\n"
	refused "chunked: a size with a sign" 400 "s:${C}+2c\r\n$KEY\r\n$E"
	refused "chunked: a size that is too small" 400 "s:${C}2b\r\n$KEY\r\n$E"
	refused "chunked: zeros without end" 400 "s:${C}" n:100:0
	refused "chunked: a size too large, at once" 413 "s:${C}4001\r\n"
	refused "chunked: a size beyond any number" 413 "s:${C}ffffffffffffffff\r\n"
	refused "chunked: too large in the end" 413 "s:${C}" n:5:1000\\r\\n$(head -c 4096 /dev/zero | tr '\0' a)\\r\\n
	refused "chunked: extensions without end" 431 "s:${C}" n:5000:1\;a=b\\r\\na\\r\\n
	refused "chunked: a trailer without end" 431 "s:${C}0\r\n" n:500:X-Filler:\ a\\r\\n
	refused "chunked: a bad trailer field" 400 "s:${C}2c\r\n$KEY\r\n0\r\nX : y\r\n\r\n"
	ask /api/v1/self/lease -X PUT -H "$SUBJ" -H 'Content-Type: application/json' -H 'Transfer-Encoding: chunked' --data-binary "@$WORK/large"
	is "chunked: larger than the buffer" "$STATUS" 200
	big="PUT /api/v1/self/lease HTTP/1.1\r\nHost: a\r\nX-Client-Subject: CN=dev-12\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
	raw "s:$big" n:9000:1\\r\\n\ \\r\\n \
	    "s:3d\r\n{\"public_key\":\"$KEY\"}\r\n$E$L" r:9000
	is "chunked: nine thousand chunks, and the next" "$CODES $END" \
	    "200 200 eof"
	raw "s:$big" w:100 "s:3d\r\n{\"public_key\":" w:100 "s:\"$KEY\"}\r\n$E" w:100 "s:$L" r:9000
	is "chunked: in its own time" "$CODES $END" "200 200 eof"
}

pipe_tests() {
	raw "s:${G}\r\n${G}\r\n${P}Content-Length: 44\r\n\r\n$KEY${G}Connection: close\r\n\r\n" r:9000
	is "four in one packet" "$CODES $END" "200 200 200 200 eof"
	raw "n:100:${G}\r\n" "s:${G}Connection: close\r\n\r\n" r:9000
	is "a hundred at once" "$(echo "$CODES" | tr ' ' '\n' | sort | uniq -c | tr -s ' ') $END" " 101 200 eof"
	raw "s:${P}Content-Length: 44\r\n\r\n" w:200 "s:${KEY%????}" w:200 "s:rUw=${G}Connection: close\r\n\r\n" r:9000
	is "a body in three pieces, and the next" "$CODES $END" "200 200 eof"
	big="PUT /api/v1/self/lease HTTP/1.1\r\nHost: a\r\nX-Client-Subject: CN=dev-12\r\nContent-Type: application/json\r\nContent-Length: 9061\r\n\r\n"
	raw "s:$big" n:9000:\  "s:{\"public_key\":\"$KEY\"}${G}Connection: close\r\n\r\n" r:9000
	is "a large body, and the next" "$CODES $END" "200 200 eof"
	raw "s:${P}Content-Length: 44\r\n\r\n$KEY" h r:9000
	is "the client's half is closed" "$CODES $END" "200 eof"
	raw "s:${G}\r\nGARBAGE\x01\r\n\r\n${G}\r\n" r:9000
	is "nothing is read behind garbage" "$CODES $END" "200 400 eof"
	raw "s:${P}Content-Length: 44\r\n\r\nAAAA" h r:9000
	is "half a body and the end" "$CODES $END" " eof"
}

leased_tests() {
	drv "down"
	ask /vpn/v1/register -H "$SUBJ" -d "$KEY"
	is "leased down" "$STATUS" 503
	like "leased down: when to come back" "$(field Retry-After)" '^[0-9]+$'
	ask /readyz
	is "leased down: not ready" "$STATUS $(jbody .leased)" "503 fail"
	ask /livez
	is "leased down: alive" "$STATUS" 200
	drv "up"
	ask /vpn/v1/register -H "$SUBJ" -d "$KEY"
	is "leased back" "$STATUS" 200
	drv "mode silent"
	asks
	raw "s:${P}Content-Length: 44\r\n\r\n$KEY" r:5000 & raw_pid=$!
	wait_for 5 asked || fail "leased is not asked"
	drv "down"
	wait $raw_pid
	drv "up"
	asks
	curl -sS -m 5 -o /dev/null -w '%{http_code}' -H "$SUBJ" -d "$KEY" \
	    "$URL/vpn/v1/register" >"$WORK/code" &
	curl_pid=$!
	wait_for 5 asked || fail "leased is not asked"
	drv "down"
	wait $curl_pid
	is "leased dies while asked" "$(cat "$WORK/code")" 503
	drv "up"
	drv "mode late"
	t=$(now_ms)
	ask /vpn/v1/register -H "$SUBJ" -d "$KEY"
	t=$(($(now_ms) - t))
	is "leased late" "$STATUS" 503
	check "leased late: in ten seconds ($t ms)" \
	    test "$t" -gt 9500 -a "$t" -lt 20000
	drv "mode ok"
	wait_for 5 grep -q '^late' "$WORK/drv.log" || fail "no late answer"
	ask /vpn/v1/register -H "$SUBJ" -d "$KEY"
	is "a late answer is nobody's" "$STATUS" 200
	drv "test dev-5" '^ident '
	is "test of a name" "$ANSWER" "ident rule=0 role=1 name=5 net=devices"
	drv "test CN=dev-5,O=x" '^ident '
	is "test of a subject" "$ANSWER" "ident rule=0 role=1 name=5 net=devices"
	drv "test nobody" '^ident '
	like "test of nobody" "$ANSWER" '^ident no: '
}

reload_tests() {
	printf 'GET /livez HTTP/1.1\r\nHost: a\r\n\r\n' >/dev/null
	drv "badconf" '^nak'
	like "a bad generation is refused" "$ANSWER" '^nak .+'
	ask /vpn/v1/register -H "$SUBJ" -d "$KEY"
	is "and the old one stays" "$STATUS" 200
	# One connection over the reload: rules without dev-N come with it.
	rm -f "$WORK/reloaded"
	"$RAW" "$H" "s:${P}Content-Length: 44\r\n\r\n$KEY" a:9000 \
	    "f:$WORK/reloaded" "s:${P}Content-Length: 44\r\nConnection: close\r\n\r\n$KEY" r:4000 \
	    >"$WORK/kept" 2>/dev/null & raw_pid=$!
	wait_for 5 grep -q 200 "$WORK/kept" || fail "no first answer"
	n=$(fds)
	"$RAW" "$H" 's:POST /vpn/v1/register HT' "f:$WORK/reloaded" \
	    's:TP/1.1\r\nHost: a\r\nX-Client-Subject: CN=dev-12\r\n' \
	    "s:Content-Length: 44\r\nConnection: close\r\n\r\n$KEY" \
	    r:4000 >"$WORK/half" 2>/dev/null & half_pid=$!
	wait_for 5 has_fds $((n + 1)) || fail "no second connection"
	drv "rules 1"
	drv "reload" '^ack'
	: >"$WORK/reloaded"
	wait $raw_pid
	wait $half_pid
	is "half a head is judged by the new rules" \
	    "$(sed -n 's/^HTTP\/1.1 \([0-9]*\).*/\1/p' "$WORK/half")" 403
	is "a kept connection is judged by the new rules" \
	    "$(sed -n 's/^HTTP\/1.1 \([0-9]*\).*/\1/p' "$WORK/kept" | tr '\n' ' ')" \
	    "200 403 "
	drv "rules 0"
	drv "reload" '^ack'
	ask /vpn/v1/register -H "$SUBJ" -d "$KEY"
	is "and back" "$STATUS" 200
	wait_for 5 steady fds
	n=$(fds)
	for i in 1 2 3 4 5; do drv "reload" '^ack'; done
	wait_for 5 steady fds
	is "reloads leak no descriptor" "$(fds)" "$n"
}

# 20 connections in all, 8 of one source, and time enough to count them.
crowd_tests() {
	held() {		# COUNT PORT STEP ...
		held_n=$1 held_p=$2; shift 2
		while [ "$held_n" -gt 0 ]; do
			held_n=$((held_n - 1))
			"$RAW" "$held_p" "$@" "f:$WORK/over" c >/dev/null 2>&1 &
			hold="$hold $!"
		done
	}
	over() {
		: >"$WORK/over"
		# shellcheck disable=SC2086
		wait $hold
		rm -f "$WORK/over"
		hold=''
		check "$1: they are gone" wait_for 5 has_only "$n"
	}
	has_only() { [ "$(fds)" -le "$1" ]; }
	last="s:${G}Connection: close\r\n\r\n"
	hold=''
	wait_for 5 steady fds
	n=$(fds)
	held 8 "$H" "s:${G}\r\n"
	wait_for 5 has_fds $((n + 8)) || fail "eight of one source"
	raw "$last" r:9000
	is "the ninth of one source" "$CODES $END" "200 eof"
	RAW_PORT=$B raw "$last" r:9000
	is "the ninth of one source, no proxy's" "$CODES $END" "200 eof"
	over "eight of one source"
	held 8 "$B" "s:${G}\r\n"
	wait_for 5 has_fds $((n + 8)) || fail "eight of a source"
	RAW_PORT=$B raw "$last" r:9000
	like "the ninth of a source that is no proxy" "$CODES $END" \
	    '^ (eof|reset)$'
	# None that is about to end may count when they come.
	wait_for 5 has_only $((n + 8))
	held 12 "$H"
	wait_for 5 has_fds $((n + 20)) || fail "twenty in all"
	raw "$last" r:9000
	is "the twenty-first has the place of an idle one" "$CODES $END" \
	    "200 eof"
	over "twenty in all"
	held 20 "$H"
	wait_for 5 has_fds $((n + 20)) || fail "twenty without a request"
	"$RAW" "$H" "$last" r:30000 >"$WORK/next" 2>/dev/null & next=$!
	check_status "the twenty-first waits for room" 1 \
	    eval 'sleep 0.5; grep . "$WORK/next"'
	over "twenty without a request"
	wait $next
	like "the twenty-first: has its turn" "$(cat "$WORK/next")" '^HTTP/1.1 200 '
	# No descriptors left: those who wait are served when there are.
	wait_for 5 steady fds
	n=$(fds)
	if prlimit --pid "$APID_PID" --nofile=$((n + 3)): 2>/dev/null; then
		held 6 "$H"
		wait_for 5 has_fds $((n + 3)) || fail "no descriptor left"
		"$RAW" "$H" "$last" r:30000 >"$WORK/next" 2>/dev/null & next=$!
		check "no descriptor left: said" says 'Too many open files'
		over "no descriptor left"
		wait $next
		like "no descriptor left, then one" "$(cat "$WORK/next")" \
		    '^HTTP/1.1 200 '
		is "no descriptor left: said once" \
		    "$(grep -c 'Too many open files' "$WORK/drv.err.log")" 1
		prlimit --pid "$APID_PID" --nofile=1024:
	else
		skip "no descriptor left" "prlimit"
	fi
}

# Deadlines of one second.
slow_tests() {
	t() {		# NAME CODES LOW HIGH STEP ...
		t_n=$1 t_c=$2 t_l=$3 t_h=$4; shift 4
		raw "$@" r:20000
		is "$t_n" "$CODES $END" "$t_c eof"
		check "$t_n: in time ($MS ms)" \
		    test "$MS" -ge "$t_l" -a "$MS" -le "$t_h"
	}
	t "a silent client" "" 900 5000 w:1
	t "half a head" 408 900 5000 "s:GET /liv"
	t "a trickled head" 408 900 5000 "d:25:100:A"
	t "half a body" 408 900 5000 "s:${P}Content-Length: 44\r\n\r\nAAAA"
	RAW_PORT=$(port portal)
	raw "s:PUT /api/v1/networks/devices/peers/x HTTP/1.1\r\nHost: a\r\nX-Request-Id: slow\r\nContent-Length: 44\r\n\r\n{" r:6000
	RAW_PORT=''
	like "half a body of a native request, beside a portal" \
	    "$(printf %s "$RAW_OUT" | tr '\n' ' ')" \
	    '^HTTP/1.1 408 .*application/problem\+json.*"instance":"slow"'
	t "a trickled chunked body" 408 900 5000 \
	    "s:${P}Transfer-Encoding: chunked\r\n\r\n" "d:20:120:1\r\na\r\n"
	t "a chunked body without an end" 408 900 5000 \
	    "s:${P}Transfer-Encoding: chunked\r\n\r\n2c\r\n$KEY\r\n"
	t "a trickled body" 408 900 5000 "s:${P}Content-Length: 44\r\n\r\n" \
	    "d:20:120:A"
	t "an idle client" 200 1900 10000 "s:${G}\r\n"
	t "a trickle after an answer" "200 408" 900 5000 "s:${G}\r\n" w:300 \
	    "d:16:120:A"
	# A head of 5000 bytes and one of 40 fields, where that is allowed.
	f="X-Forwarded-Tls-Client-Cert: "
	raw "s:${G}$f" n:150:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa "s:\r\n\r\n${G}" \
	    n:39:A:\ b\\r\\n "s:\r\n${G}Connection: close\r\n" n:40:A:\ b\\r\\n 's:\r\n' r:3000
	is "a large head and many fields" "$CODES $END" "200 200 431 eof"
	raw "s:${G}$f" n:8200:a r:3000
	is "a head too large there, too" "$CODES $END" "431 eof"
	# Asked to leave with a request under way that leased never answers.
	drv "mode silent"
	asks
	"$RAW" "$H" "s:${P}Content-Length: 44\r\n\r\n$KEY" r:5000 \
	    >/dev/null 2>&1 &
	wait_for 5 asked || fail "leased is not asked"
}

# The same over TLS, with certificates of our own authority and the real key
# holder.
tls_tests() {
	PKI=$WORK/pki
	mkdir -p "$PKI"
	"$O/mint" ca "$PKI" && "$O/mint" cert "$PKI" server server &&
	    "$O/mint" cert "$PKI" d12 client cn=dev-12 &&
	    "$O/mint" cert "$PKI" d13 client cn=dev-13 &&
	    "$O/mint" cert "$PKI" odd client cn=somebody &&
	    "$O/mint" cert "$PKI" mon client cn=mon || exit 1
	drv_start -t "$PKI"
	T=$(sed -n 's/^port tls //p' "$WORK/drv.log")
	URL=https://127.0.0.1:$T
	with() { echo "--cacert $PKI/ca.crt --cert $PKI/$1.crt --key $PKI/$1.key"; }
	# shellcheck disable=SC2046
	{
	wait_for 5 curl -sS -m 2 -o /dev/null $(with d12) "$URL/livez"
	ask /vpn/v1/register $(with d12) -d "$KEY"
	is "TLS: registration" "$STATUS" 200
	like "TLS: its address" "$BODY" '^ip=fde3:25fb:7f6c:1::c$'
	ask /vpn/v1/register $(with d12) -H 'X-Client-Subject: CN=dev-13' -d "$KEY"
	like "TLS: the header says nothing here" "$BODY" \
	    '^ip=fde3:25fb:7f6c:1::c$'
	ask /api/v1/self/lease -X PUT $(with d13) -H 'Content-Type: application/json' -d "{\"public_key\":\"$KEY2\"}"
	is "TLS: native" "$STATUS $(jbody .name)" "201 13"
	ask /vpn/v1/register $(with odd) -d "$KEY"
	is "TLS: no rule for the name" "$STATUS" 403
	drv "peers 990"
	ask /vpn/v1/peers.json $(with mon)
	is "TLS: the list for a monitor" "$STATUS $(jbody length)" "200 990"
	ask /vpn/v1/register --cacert "$PKI/ca.crt" -d "$KEY"
	is "TLS: no certificate" "$STATUS" 000
	is "TLS: kept alive" "$(curl -sS -m 5 $(with d12) -d "$KEY" -o /dev/null -o /dev/null -o /dev/null -w '%{http_code}/%{num_connects} ' "$URL/vpn/v1/register" "$URL/vpn/v1/register" "$URL/livez")" \
	    "200/1 200/0 405/0 "
	head -c 12000 /dev/zero | tr '\0' ' ' >"$WORK/large"
	printf '{"public_key":"%s"}' "$KEY" >>"$WORK/large"
	ask /api/v1/self/lease -X PUT $(with d12) -H 'Content-Type: application/json' --data-binary "@$WORK/large"
	is "TLS: a large body" "$STATUS" 200
	}
	# Over a reload: what the old certificates and CRLs take up goes with
	# the connections that began with them.
	hold "$T" stay d12
	printf 'GET /livez HTTP/1.1\r\nHost: a\r\n\r\n' >"$WORK/stay"
	check "TLS: an answer before a reload" \
	    wait_for 5 grep -q '200 OK' "$WORK/stay.out"
	is "TLS: after which the connection stays" \
	    "$(grep -c '^Connection: close' "$WORK/stay.out")" 0
	drv "reload" '^ack'
	printf 'GET /livez HTTP/1.1\r\nHost: a\r\n\r\n' >"$WORK/stay"
	check "TLS: one after it is the connection's last" \
	    wait_for 5 grep -q '^Connection: close' "$WORK/stay.out"
	is "TLS: and it was answered" "$(grep -c '200 OK' "$WORK/stay.out")" 2
	check "TLS: then it ends" wait_for 3 gone "$HOLD_PID"
	# Revoked while connected: the connection may not ask again.
	hold "$T" hold d13
	s_pid=$HOLD_PID
	printf 'GET /livez HTTP/1.1\r\nHost: a\r\n\r\n' >"$WORK/hold"
	check "TLS: an answer before revocation" \
	    wait_for 5 grep -q '200 OK' "$WORK/hold.out"
	# Nor may it finish what it has begun.
	hold "$T" begun d13
	body="{\"public_key\":\"$KEY2\"}"
	printf 'PUT /api/v1/self/lease HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: %u\r\n\r\n{' \
	    ${#body} >"$WORK/begun"
	wait_for 5 steady received "$T"
	"$O/mint" crl "$PKI" d13 || fail "no CRL"
	drv "reload" '^ack'
	check "TLS: the revoked is cut off" wait_for 5 gone "$s_pid"
	drv "count" '^count'
	n=$ANSWER
	printf %s "${body#?}" >"$WORK/begun"
	check "TLS: also in the middle of a request" wait_for 5 gone "$HOLD_PID"
	is "TLS: which has no answer" "$(cat "$WORK/begun.out")" ""
	drv "count" '^count'
	is "TLS: and changes nothing" "$ANSWER" "$n"
	# shellcheck disable=SC2046
	{
	ask /livez $(with d13)
	is "TLS: and does not come back" "$STATUS" 000
	ask /livez $(with d12)
	is "TLS: others do" "$STATUS" 200
	}
	check "TLS: the log says who" says \
	    'handshake refused.*revoked.*dev-13|handshake refused.*dev-13.*revoked'
	echo garbage >"$PKI/ca.crl"
	drv "reload" '^nak'
	like "TLS: a bad CRL is refused" "$ANSWER" '^nak .*CRL'
	RAW_PORT=$T
	raw "s:\x16\x03\x01\x00\x05" r:30000
	is "TLS: half a handshake" "$CODES $END" " eof"
	check "TLS: half a handshake: in time ($MS ms)" \
	    test "$MS" -ge 4500 -a "$MS" -le 25000
	raw "s:GET / HTTP/1.1\r\nHost: a\r\n\r\n" r:3000
	like "TLS: plain HTTP there" "$END" 'eof|reset'
	RAW_PORT=''
	drv_stop "TLS: stop"
}

drv_start -b user:pw
autowg_tests
proof_tests
list_tests
native_tests
reqid_tests
health_tests
parser_tests
target_tests
chunked_tests
pipe_tests
leased_tests
reload_tests
check "one line a minute of one refusal" test \
    "$(grep -c 'no X-Client-Subject' "$WORK/drv.err.log")" -le 1
drv_stop "stop"
drv_start -l 30000,30000,30000,30000,16384,20,8,64,8192,40
crowd_tests
drv_stop "stop after a crowd"
drv_start -l 1000,1000,1000,2000,16384,20,8,64,8192,40
slow_tests
drv_stop "stop after slow clients"
tls_tests
finish
