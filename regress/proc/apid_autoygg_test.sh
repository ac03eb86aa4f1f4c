#!/bin/sh
# The dialect of autoygg byte by byte, in the front alone: the real apid between
# a scripted parent and leased.  Its client takes JSON without "Error" for a
# success, JSON with "Error" for the end, and everything else for "come again".
. "${TOP:-.}/regress/lib.sh"
. "$TOP/regress/proc/apid_lib.sh"

JSON='application/json; charset=utf-8'
HEX=00112233445566778899aabbccddeeff00112233445566778899AABBCCDDEEFF
LOW=$(echo $HEX | tr A-F a-f)

# A registration as the original writes it.
row() {			# ID CREATED STATE KEY YGGIP IP MASK GATEWAY TUNNEL EXPIRES ERROR
	gk=''; [ "$1" = 0 ] || gk=00ff
	printf '{"ID":%s,"CreatedAt":"%s","UpdatedAt":"%s","DeletedAt":null,"State":"%s","GatewayPublicKey":"%s","PublicKey":"%s","YggIP":"%s","ClientIP":"%s","ClientNetMask":%s,"ClientGateway":"%s","ClientTunnelName":"%s","ClientName":"%s","ClientEmail":"%s","ClientPhone":"%s","ClientVersion":"%s","LeaseExpires":%s,"Error":"%s"}' \
	    "$1" "$2" "$2" "$3" "$gk" "$4" "$5" "$6" "$7" "$8" "$9" \
	    "$NAME" "$EMAIL" "$PHONE" "$VERS" "${10}" "${11}"
}
ZERO=0001-01-01T00:00:00Z NAME='' EMAIL='' PHONE='' VERS=''
zero() {		# ERROR
	row 0 $ZERO '' '' '' '' 0 '' '' "\"$ZERO\"" "$1"
}
lease() {		# STATE EXPIRES
	row 7 2025-01-01T00:00:00Z "$1" $LOW 127.0.0.1 100.64.1.9 16 \
	    100.64.0.1 autoygg_clie264 "$2" ''
}
# What the client sends: the zeroed object with what it knows.
body() {		# [KEY]
	row 0 $ZERO '' "${1-$HEX}" '' '' 0 '' '' "\"$ZERO\"" ''
}
post() {		# PATH [CURL-ARG ...]
	post_p=$1; shift
	ask "/vpn/$post_p" -H 'User-Agent: Go-http-client/1.1' \
	    -H 'Content-Type: application/json' -H 'Accept:' \
	    -H 'Accept-Encoding: gzip' -d "$(body)" "$@"
}
# Status, type and body, all bytes of it.
got() {			# NAME STATUS TYPE BODY
	is "$1" "$STATUS $(field Content-Type)|$BODY" "$2 $3|$4"
	is "$1: length" "$(field Content-Length)" "$(printf %s "$4" | wc -c)"
}
# Refused for good: JSON with an Error that says something.
final() {		# NAME STATUS
	is "$1" "$STATUS $(field Content-Type) $(jbody '(.Error | length) > 0')" \
	    "$2 $JSON true"
}
# The client comes again: no JSON at all, and when.
again() {		# NAME
	is "$1: status" "$STATUS" 503
	like "$1: plain text" "$(field Content-Type)|$BODY" \
	    '^text/plain; charset=UTF-8\|[a-z][^{]*$'
	like "$1: Retry-After" "$(field Retry-After)" '^[0-9]+$'
}

is "a zeroed object has the original's length" "$(zero '' | wc -c)" 345
VERS=dev
is "a client's body has its length" "$(body | wc -c)" 412
VERS=''

drv_start
URL=http://127.0.0.1:$(port autoygg)

info_tests() {
	ask /vpn/info
	got "info" 200 "$JSON" "$(printf '{"GatewayOwner":"J\303\266 \\u003cj@e\\u003e","Description":"a \\"gate\\" \\u0026 more","Network":"AS1\\u2028","Location":"","GatewayInfoURL":"","SoftwareVersion":"sallyport %s","RequireRegistration":false,"AccessListEnabled":true}' \
	    "$(sed -n '1s/^sallyport \([^ ]*\).*/\1/p' "$TOP/CHANGES")")"
	asks
	ask /vpn/info --interface 127.0.0.9
	is "info for everybody" "$STATUS" 200
	asked && fail "info asks leased"
}

path_tests() {
	for p in '' x register/x infos; do
		ask "/vpn/$p"
		got "no path: $p" 404 text/plain '404 page not found'
	done
	for m in PUT DELETE PATCH OPTIONS BREW; do
		ask /vpn/register -X $m
		got "$m" 404 text/plain '404 page not found'
		ask /vpn/nothing -X $m
		got "$m of nothing" 404 text/plain '404 page not found'
	done
	unlike "no Allow" "$HEAD" '^Allow'
	ask /vpn/info -I
	is "HEAD" "$STATUS $(field Content-Length)" "404 18"
	ask /vpn/info -d x
	got "POST info" 404 text/plain '404 page not found'
	for p in renew release; do
		ask /vpn/$p
		got "GET $p" 404 text/plain '404 page not found'
	done
	for p in info register; do
		ask /vpn/$p/
		is "GET $p/" "$STATUS $(field Content-Type) $(field Location)|$BODY" \
		    "301 text/html; charset=utf-8 /vpn/$p|<a href=\"/vpn/$p\">Moved Permanently</a>."
	done
	for p in register renew release; do
		post $p/
		is "POST $p/" "$STATUS $(field Location)|$BODY" "307 /vpn/$p|"
	done
}

# The body is looked at first, whoever sends it.
body_tests() {		# NAME CURL-ARG ...
	n=$1; shift
	for b in '' '{' '[]' '"x"' 7 'nul' '{"PublicKey":7}' '{"PublicKey":[]}' \
	    "{\"PublicKey\":\"$HEX\",\"ClientName\":{}}" \
	    "{\"PublicKey\":\"$HEX\",\"ClientName\":\"a\\u202eb\"}" \
	    "{\"PublicKey\":\"$HEX\",\"ClientPhone\":\"$HEX$HEX\"}"; do
		for p in register renew release; do
			ask /vpn/$p "$@" -d "$b"
			got "$n: $p '$b'" 400 'text/plain; charset=utf-8' \
			    "$(zero 'Malformed json request')"
		done
	done
	for b in '{}' null '{"PublicKey":null}' '{"publickey":""}' \
	    "{\"PublicKey\":\"${HEX}0\"}" "{\"PublicKey\":\"${HEX#0}\"}" \
	    "{\"PublicKey\":\"$HEX\",\"PUBLICKEY\":\"\"}"; do
		for p in register renew release; do
			ask /vpn/$p "$@" -d "$b"
			got "$n: $p '$b'" 400 "$JSON" \
			    "$(zero 'Malformed json request: PublicKey length incorrect')"
		done
	done
}

no_tests() {
	for who in 127.0.0.9 127.0.0.3; do
		for p in register renew release; do
			post $p --interface $who
			got "$p of $who" 403 "$JSON" \
			    "$(zero 'Registration not allowed')"
		done
		ask /vpn/register --interface $who
		got "GET register of $who" 403 "$JSON" \
		    "$(zero 'Registration not allowed')"
		post register --interface $who -H 'X-Forwarded-For: 127.0.0.1' \
		    -H 'X-Real-IP: 127.0.0.1' -H 'Forwarded: for=127.0.0.1'
		is "no header makes $who another one" "$STATUS" 403
	done
	ask /vpn/register -d "$(body "g${HEX#?}")"
	got "a key that is none" 403 "$JSON" "$(zero 'Registration not allowed')"
}

way_tests() {
	ask /vpn/register
	got "GET register of one without a lease" 404 "$JSON" "$(zero '')"
	post renew
	got "renew without a lease" 404 "$JSON" "$(zero 'Registration not found')"
	post release
	got "release without a lease" 404 "$JSON" "$(zero 'Registration not found')"
	NAME='J\u0026J' EMAIL='j@e' PHONE=1 VERS='v9'
	post register
	got "register" 200 "$JSON" "$(lease open null)"
	post register -H 'Content-Type: text/plain'
	got "register again, as text" 200 "$JSON" "$(lease open null)"
	# The original binds all of the body to its row.
	ask /vpn/register -d "$(body | sed 's/"ID":0/"ID":1/
	    s/"State":""/"State":"fail"/; s/"YggIP":""/"YggIP":"200::9"/
	    s/"ClientIP":""/"ClientIP":"10.0.0.9"/; s/"Error":""/"Error":"x"/')"
	got "register, with what is not the client's to say" 200 "$JSON" \
	    "$(lease open null)"
	post register -H 'Transfer-Encoding: chunked'
	got "register, in chunks" 200 "$JSON" "$(lease open null)"
	post renew
	got "renew" 200 "$JSON" "$(lease success '"2025-01-01T01:00:00Z"')"
	NAME='' EMAIL='' PHONE='' VERS=''
	ask /vpn/register
	got "GET register" 201 "$JSON" "$(lease success '"2025-01-01T01:00:00Z"')"
	post release
	got "release" 200 "$JSON" "$(lease expired '"2025-01-01T00:59:50Z"')"
	ask /vpn/register
	got "GET register after it" 200 "$JSON" \
	    "$(lease expired '"2025-01-01T00:59:50Z"')"
	for p in renew release; do
		post $p
		got "$p after it" 404 "$JSON" '{"Error":"Registration not found"}'
	done
	post register -H 'X-Forwarded-For: 127.0.0.9'
	got "register after it" 200 "$JSON" "$(lease open null)"
}

# Each code of leased, for each request: the end is said with an Error, and
# what passes by itself in plain text.
code_tests() {
	# Who has to wait for an approval is not told to come again.
	for c in 16 17 20 21 33; do
		for p in register renew release; do
			post $p --interface 127.0.1.$c
			got "$p, code $c" 403 "$JSON" \
			    "$(zero 'Registration not allowed')"
		done
	done
	post register --interface 127.0.1.34
	got "register, code 34" 403 "$JSON" \
	    "$(zero 'Client name, e-mail and phone must be supplied')"
	for c in 19 22 26; do
		for p in register renew release; do
			post $p --interface 127.0.1.$c
			got "$p, code $c" 500 "$JSON" \
			    "$(zero 'Internal Server Error')"
		done
	done
	for c in 18 24 25; do
		for p in register renew release; do
			post $p --interface 127.0.1.$c
			again "$p, code $c"
		done
		ask /vpn/register --interface 127.0.1.$c
		again "GET register, code $c"
	done
	drv "mode busy"
	post register
	again "leased is busy"
	drv "mode ok"
	drv down
	for p in register renew release; do
		post $p
		again "$p without leased"
	done
	ask /vpn/info
	is "info without leased" "$STATUS" 200
	drv up
}

lie_tests() {
	drv "lie 10.0.0.1/32"
	post register
	again "an address outside of the pools is not told"
	drv "lie fde3:25fb:7f6c:1::9/128"
	post register
	got "no IPv4 address" 500 "$JSON" "$(zero 'Internal Server Error')"
	drv lie
}

# What never reaches a route.
http_tests() {
	RAW_PORT=$(port autoygg)
	b=$(body)
	raw "s:POST /vpn/register HTTP/1.1\r\nHost: a\r\nContent-Length: 99999\r\n\r\n" r:9000
	is "too large" "$CODES" 413
	like "too large: an Error" "$RAW_OUT" '^\{"Error":"the body is too large"\}'
	raw "s:GET /vpn/info HTTP/1.1\r\n\r\n" r:9000
	is "no Host" "$CODES" 400
	like "no Host: an Error" "$RAW_OUT" '^\{"Error":"[a-z ]+"\}'
	raw "s:POST /vpn/register HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n" r:9000
	is "another coding" "$CODES" 501
	like "another coding: an Error" "$RAW_OUT" '^\{"Error":"[a-z ]+"\}'
	raw "s:POST /vpn/register HTTP/1.1\r\nHost: a\r\nContent-Length: 412\r\n\r\n{" r:30000
	is "half a body" "$CODES" 408
	like "half a body: plain text" "$RAW_OUT" '^the request did not come in time$'
	raw "s:POST /vpn/register HTTP/1.1\r\nHost: [::1]:8080\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: ${#b}\r\nContent-Type: application/json\r\nAccept-Encoding: gzip\r\n\r\n$b" a:9000
	is "the bytes of the client" "$CODES $END" "200 timeout"
	unlike "no Server" "$RAW_OUT" '^Server:'
}

info_tests
path_tests
body_tests "a device"
body_tests "a stranger" --interface 127.0.0.9
no_tests
way_tests
code_tests
lie_tests
http_tests
drv_stop "the front ends"

# A full table: as many questions as may wait, and one more.
drv_start -l 5000,5000,5000,15000,16384,1024,512,1
URL=http://127.0.0.1:$(port autoygg)
drv "mode silent"
asks
spawn waits curl -s -m 20 -d "$(body)" "$URL/vpn/register"
wait_for 5 asked || fail "nobody waits"
post register
again "the table is full"
drv_stop "the front ends again"
finish
