#!/bin/sh
# The real apid between a scripted parent and leased, for a portal: the calls
# of vpn-daemon byte by byte, and the native routes of peers and sets.
. "${TOP:-.}/regress/lib.sh"
. "$TOP/regress/proc/apid_lib.sh"

K1=AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=
K2=+/v7+/v7+/v7+/v7+/v7+/v7+/v7+/v7+/v7+/v7+/s=
K2URL=-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_s
E1=$(printf %s "$K1" | sed 's/=/%3D/')
E2=$(printf %s "$K2" | sed 's/+/%2B/g; s|/|%2F|g; s/=/%3D/')
A1='ip_net=10.43.43.5%2F32&ip_net=fd43%3A%3A5%2F128'
NET=/api/v1/networks/devices/peers

# The answer without what is another one each time; "|" ends a line.
call() {		# METHOD PATH [FORM]
	if [ $# -gt 2 ]; then
		call_b="Content-Type: application/x-www-form-urlencoded\r\nContent-Length: ${#3}\r\n\r\n$3"
	else
		call_b='\r\n'
	fi
	"$RAW" "$P" "s:$1 $2 HTTP/1.1\r\nHost: a\r\nAccept: */*\r\nConnection: close\r\n$call_b" \
	    r:4000 2>"$WORK/raw.err" | sed -e 's/\r$/|/' \
	    -e 's/^Date: .* GMT|$/Date: -|/' -e '/^Connection: close|$/d' \
	    -e 's/^X-Request-Id: [0-9a-f]*|$/X-Request-Id: -|/'
}
short() {
	awk 'NR == 1 { s = $2 } body { b = b sep $0; sep = "\n" }
	    $0 == "|" { body = 1 } END { print s (b == "" ? "" : " ") b }'
}
answer() {		# STATUS [TYPE BODY]
	echo "HTTP/1.1 $1|"
	echo "Date: -|"
	[ $# -lt 2 ] || {
		echo "Content-Type: $2|"
		echo "Content-Length: $((${#3} + 1))|"
	}
	echo "Cache-Control: no-store|"
	echo "X-Content-Type-Options: nosniff|"
	echo "X-Request-Id: -|"
	echo "|"
	[ $# -lt 2 ] || printf '%s\n' "$3"
}
# Refused with this status, as one line of text.
no() {			# NAME STATUS METHOD PATH [FORM]
	no_n=$1 no_s=$2; shift 2
	call "$@" >"$WORK/no"
	like "$no_n" "$(short <"$WORK/no")" "^$no_s [ -~]+\$"
	is "$no_n: text" "$(grep -c '^Content-Type: text/plain' "$WORK/no")" 1
}

node_tests() {
	n="\"cpu_count\":$(nproc)"
	rel=$(awk -v n="$(nproc)" 'BEGIN { printf "%d,%d,%d", int(55 / n), int(76 / n), int(1075 / n) }')
	is "node, byte by byte" "$(call GET /i/node)" "$(answer '200 OK' \
	    application/json "{$n,\"load_average\":[0.55,0.76,10.75],\"rel_load_average\":[$rel],\"node_uptime\":3828,\"maintenance_mode\":false,\"v\":\"$VERSION\"}")"
	drv "maintenance on"
	is "node with counts, and in maintenance" \
	    "$(call GET '/i/node?include_client_peer_count=yes')" \
	    "$(answer '200 OK' application/json "{$n,\"load_average\":[0.55,0.76,10.75],\"rel_load_average\":[$rel],\"node_uptime\":3828,\"maintenance_mode\":true,\"v\":\"$VERSION\",\"o_client_count\":1,\"w_peer_count\":5}")"
	drv "maintenance off"
	like "node: no counts when not asked" \
	    "$(call GET '/i/node?include_client_peer_count=no' | short)" '"v":"[^"]*"}$'
	for q in 1 true YES yes%20 '' no\&include_client_peer_count=yes %6; do
		like "node: counts are omitted for $q" \
		    "$(call GET "/i/node?include_client_peer_count=$q" | short)" \
		    '^200 .*"v":"[^"]*"}$'
	done
	like "node: the first of two counts" \
	    "$(call GET '/i/node?include_client_peer_count=yes&include_client_peer_count=no' | short)" \
	    '"o_client_count":'
	: >"$WORK/proc/loadavg"
	: >"$WORK/proc/uptime"
	like "node: no load, and the clock's uptime" "$(call GET /i/node | short)" \
	    '"load_average":\[\],"rel_load_average":\[\],"node_uptime":[0-9]+,'
	echo "0.55 0.76 10.75 1/100 1234" >"$WORK/proc/loadavg"
	echo "3828.99 7000.00" >"$WORK/proc/uptime"
}

peer_tests() {
	is "an empty list, byte by byte" "$(call GET '/w/peer_list?show_all=yes')" \
	    "$(answer '200 OK' application/json '{"peer_list":[]}')"
	is "add_peer, byte by byte" "$(call POST /w/add_peer "public_key=$E1&$A1")" \
	    "$(answer '204 No Content')"
	is "add_peer again" "$(call POST /w/add_peer "public_key=$E1&$A1" | short)" 204
	is "another" "$(call POST /w/add_peer "ip_net=10.43.43.6%2F32&public_key=$E2&unknown=" | short)" 204
	p1="{\"public_key\":\"$K1\",\"ip_net\":[\"10.43.43.5/32\",\"fd43::5/128\"],\"last_handshake_time\":\"2021-12-28T13:31:04Z\",\"bytes_in\":19732,\"bytes_out\":32364}"
	p2="{\"public_key\":\"$K2\",\"ip_net\":[\"10.43.43.6/32\"],\"last_handshake_time\":null,\"bytes_in\":19732,\"bytes_out\":32364}"
	is "all peers, byte by byte" "$(call GET '/w/peer_list?show_all=yes')" \
	    "$(answer '200 OK' application/json "{\"peer_list\":[$p1,$p2]}")"
	for q in '' '?show_all=no'; do
		is "peers online$q" "$(call GET "/w/peer_list$q" | short)" \
		    "200 {\"peer_list\":[$p1]}"
	done
	is "remove_peer, byte by byte" "$(call POST /w/remove_peer "public_key=$E2")" \
	    "$(answer '200 OK' application/json "$p2")"
	is "remove_peer of nobody, byte by byte" \
	    "$(call POST /w/remove_peer "public_key=$E2")" "$(answer '204 No Content')"
	no "no key" 400 POST /w/add_peer "$A1"
	no "no address" 400 POST /w/add_peer "public_key=$E1"
	no "an empty body" 400 POST /w/add_peer ""
	no "two keys" 400 POST /w/add_peer "public_key=$E1&public_key=$E1&$A1"
	no "a plus not escaped" 400 POST /w/add_peer "public_key=$K2&$A1"
	no "another spelling of the key" 400 POST /w/add_peer "public_key=AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQF%3D&$A1"
	no "the key zero" 400 POST /w/add_peer "public_key=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA%3D&$A1"
	for a in 10.0.0.1 10.0.0.1/33 10.0.0.1/24 ::ffff:10.0.0.1/128 x/32 \
	    10.0.0.1/32x '' 10.0.0.1%2F32%00 10.0.0.1/32%0a; do
		no "address $a" 400 POST /w/add_peer "public_key=$E1&ip_net=$a"
	done
	i=0 many=
	while [ $i -lt 17 ]; do many="$many&ip_net=10.0.0.$i/32" i=$((i + 1)); done
	no "seventeen addresses" 400 POST /w/add_peer "public_key=$E1$many"
	no "a raw blank" 400 POST /w/add_peer "public_key=$E1&$A1&x= "
	no "thirty-three parameters" 400 POST /w/add_peer "$(printf 'a=1&%.0s' $(seq 33))public_key=$E1&$A1"
	no "a long value" 400 POST /w/add_peer "x=$(head -c 5000 /dev/zero | tr '\0' a)&public_key=$E1&$A1"
	for c in 16:400 17:409 18:500 19:503 20:403 22:409 24:503 25:503 26:500 27:400; do
		no "leased's code ${c%:*}" "${c#*:}" POST /w/add_peer \
		    "public_key=$E2&ip_net=10.66.0.${c%:*}/32"
	done
	no "remove_peer without a key" 400 POST /w/remove_peer ""
	no "remove_peer of no key" 400 POST /w/remove_peer "public_key=x"
	is "peer_list: another word" \
	    "$(call GET '/w/peer_list?show_all=true' | short)" \
	    "$(call GET '/w/peer_list' | short)"
	no "unknown path" 404 GET /w/peers
	no "wrong method" 405 GET /w/add_peer
	is "wrong method: Allow" "$(grep '^Allow' "$WORK/no")" "Allow: POST|"
	no "wrong method of a list" 405 POST /w/peer_list "x=1"
	is "wrong method of a list: Allow" "$(grep '^Allow' "$WORK/no")" "Allow: GET|"
	is "nothing changed" "$(call GET '/w/peer_list?show_all=yes' | short)" \
	    "200 {\"peer_list\":[$p1]}"
	URL=http://127.0.0.1:$P
	ask /w/add_peer -H 'Content-Type: text/plain' -d "public_key=$E1&$A1"
	is "not a form" "$STATUS" 400
	ask /w/add_peer -H 'Content-Type: application/x-www-form-urlencoded; charset=utf-8' -d "public_key=$E1&$A1"
	is "a form with a parameter" "$STATUS" 204
	is "keep-alive" "$(curl -sS -m 5 -d "public_key=$E1&$A1" -o /dev/null -o /dev/null -w '%{http_code}/%{num_connects} ' "$URL/w/add_peer" "$URL/w/add_peer")" "204/1 204/0 "
	is "HTTP/1.0" "$(curl -sS -0 -m 5 "$URL/w/peer_list")" "{\"peer_list\":[$p1]}"
}

ovpn_tests() {
	is "connection_list, empty" "$(call GET /o/connection_list)" \
	    "$(answer '200 OK' application/json '{"connection_list":[]}')"
	drv "clients 2"
	is "connection_list, byte by byte" "$(call GET /o/connection_list)" \
	    "$(answer '200 OK' application/json '{"connection_list":[{"common_name":"c\"000\\","ip_four":"10.42.42.2","ip_six":"fd42::1000"},{"common_name":"c\"001\\","ip_four":"10.42.42.2","ip_six":""}]}')"
	drv "unasked 1"
	URL=http://127.0.0.1:$P
	ask /o/connection_list
	is "connection_list, one of two servers" \
	    "$STATUS $(field X-OpenVPN-Unasked) $(jbody '.connection_list | length')" "200 1 2"
	ask '/i/node?include_client_peer_count=yes'
	is "node, the same" "$STATUS $(field X-OpenVPN-Unasked)" "200 1"
	no "disconnect_client, the same" 503 POST /o/disconnect_client common_name=a
	drv "clients 0"
	no "connection_list, of no server" 503 GET /o/connection_list
	drv "unasked 0"
	drv "clients 3000"
	URL=http://127.0.0.1:$P
	ask /o/connection_list
	is "connection_list, long" "$STATUS $(jbody '.connection_list | length')" "200 3000"
	drv "clients 0"
	is "disconnect_client, byte by byte" \
	    "$(call POST /o/disconnect_client 'common_name=a%2Bb%3D+c')" \
	    "$(answer '204 No Content')"
	check "disconnect_client: leased was told" logged '^kill a[+]b= c$' "$WORK/drv.log"
	drv "clients 0"
	call POST /o/disconnect_client 'common_name=%C3%A9%2C%22%27%5C%E2%80%8B' >/dev/null
	check "disconnect_client: any name" wait_for 5 grep -qx "kill é,\"'\\\\$(printf '\342\200\213')" "$WORK/drv.log"
	for n in '' 'common_name=' 'common_name=a%0ab' 'common_name=a%0d' \
	    'common_name=a&common_name=b' 'common_name=%ff' 'common_name=%' \
	    "common_name=$(head -c 256 /dev/zero | tr '\0' a)"; do
		no "disconnect_client '$n'" 400 POST /o/disconnect_client "$n"
	done
}

busy_tests() {
	drv "mode busy"
	no "leased busy: add_peer" 503 POST /w/add_peer "public_key=$E1&$A1"
	no "leased busy: peer_list" 503 GET /w/peer_list
	no "leased busy: connection_list" 503 GET /o/connection_list
	drv "mode silent"
	for c in 'GET /i/node' 'GET /w/peer_list' 'GET /o/connection_list' \
	    "POST /w/add_peer public_key=$E1&$A1" \
	    "POST /w/remove_peer public_key=$E1" \
	    'POST /o/disconnect_client common_name=a'; do
		t=$(now_ms)
		# shellcheck disable=SC2086
		no "leased silent: ${c%% public*}" 503 $c
		t=$(($(now_ms) - t))
		check "leased silent: ${c%% public*} in time ($t ms)" test "$t" -lt 10000
	done
	drv "mode ok"
	drv down
	no "leased down: node" 503 GET /i/node
	drv up
}

# The native routes, as the portal on the same listener.
put_set() {		# BODY CURL-ARG ...
	printf '%s' "$1" >"$WORK/set"; shift
	ask "$NET$SET_Q" -X PUT -H 'Content-Type: application/json' \
	    --data-binary "@$WORK/set" "$@"
}
one() { printf '{"public_key":"%s","addresses":["10.43.0.%d/32"]}' "$1" "$2"; }

native_tests() {
	URL=http://127.0.0.1:$P SET_Q=
	ask "$NET/$K2URL" -X PUT -H 'Content-Type: application/json' \
	    -d '{"addresses":["10.43.0.9/32"],"name":"a \"name\""}'
	is "peer: new" "$STATUS $(jbody '"\(.public_key) \(.name) \(.addresses[0]) \(.rx_bytes) \(.latest_handshake)"')" \
	    "201 $K2 a \"name\" 10.43.0.9/32 19732 null"
	ask "$NET/$K2URL=" -X PUT -H 'Content-Type: application/json' \
	    -d "{\"addresses\":[\"10.43.0.9/32\"],\"public_key\":\"$K2\"}"
	is "peer: replaced, by the padded key" "$STATUS $(jbody .name)" "200 null"
	ask "$NET/$K2URL"
	is "peer: read" "$STATUS $(jbody .public_key)" "200 $K2"
	like "peer: has the set's ETag" "$(field ETag)" '^"[0-9]+"$'
	ask "$NET"
	is "peers: the list" "$STATUS $(jbody '[.peers[].public_key] | join(" ")') $(jbody .next)" \
	    "200 $K1 $K2 null"
	ask "$NET?online=yes"
	is "peers: online" "$(jbody '[.peers[].public_key] | join(" ")')" "$K1"
	ask "$NET/$K2URL" -X DELETE
	is "peer: deleted, with its bytes" "$STATUS $(jbody .tx_bytes)" "200 32364"
	for m in GET DELETE; do
		ask "$NET/$K2URL" -X $m
		is "peer: $m of nobody" "$STATUS $(jbody .code)" "404 peer-not-found"
	done
	for k in x "${K2URL}x" "${K2URL%?}" AAAA "${K2URL%?}t"; do
		ask "$NET/$k"
		is "peer: key $k" "$STATUS $(jbody .code)" "400 invalid-public-key"
	done
	ask "$NET/$(printf 'A%.0s' $(seq 43))" -X PUT -H 'Content-Type: application/json' -d '{"addresses":["10.43.0.9"]}'
	is "peer: key zero" "$STATUS $(jbody .code)" "400 invalid-public-key"
	for b in '' '[]' '{}' '{"addresses":[]}' '{"addresses":["x"]}' \
	    '{"addresses":[1]}' '{"addresses":["10.0.0.1/8"]}' \
	    '{"addresses":["10.0.0.1"],"x":1}' \
	    '{"addresses":["10.0.0.1"],"name":1}' \
	    '{"addresses":["10.0.0.1"],"name":"a\u0007"}' \
	    "{\"addresses\":[\"10.0.0.1\"],\"public_key\":\"$K1\"}"; do
		ask "$NET/$K2URL" -X PUT -H 'Content-Type: application/json' -d "$b"
		is "peer: body $b" "$STATUS $(jbody .code)" "400 bad-request"
	done
	ask "$NET/$K2URL" -X PUT -d '{"addresses":["10.0.0.1"]}'
	is "peer: not JSON by type" "$STATUS $(jbody .code)" "415 unsupported-media-type"
	for c in 16:400:invalid-public-key 17:409:public-key-taken \
	    18:404:network-not-found 19:503:pool-exhausted 20:403:identity-denied \
	    22:409:address-taken 24:503:gateway-busy 27:400:address-outside \
	    26:500:internal-error; do
		ask "$NET/$K2URL" -X PUT -H 'Content-Type: application/json' \
		    -d "{\"addresses\":[\"10.66.0.${c%%:*}\"]}"
		is "peer: leased's code ${c%%:*}" "$STATUS:$(jbody .code)" "${c#*:}"
	done
	ask "$NET/$K2URL" -X PUT -H 'Content-Type: application/json' -d '{"addresses":["10.66.0.17"]}'
	is "peer: leased's own text" "$(jbody .detail)" "$(printf 'held by "another"\nlong ago')"
	ask "/api/v1/networks/nowhere/peers"
	is "network: unknown" "$STATUS $(jbody .code)" "404 network-not-found"
	ask "/api/v1/networks/other/peers"
	is "network: another's" "$STATUS $(jbody .code)" "403 identity-denied"
	ask "$NET?onlin=yes"
	is "query: unknown word" "$STATUS $(jbody .code)" "400 bad-request"
	ask "$NET" -X POST -d x
	is "no such method" "$STATUS $(field Allow) $(jbody .code)" "405 GET, PUT bad-request"
}

set_tests() {
	URL=http://127.0.0.1:$P SET_Q=
	put_set '{"peers":[]}'
	is "set: no precondition" "$STATUS $(jbody .code)" "428 precondition-required"
	put_set '{"peers":[]}' -H 'If-None-Match: *'
	is "set: not from nothing" "$STATUS $(jbody .code)" "412 etag-mismatch"
	etag=$(field ETag)
	like "set: 412 tells the ETag" "$etag" '^"[0-9]+"$'
	for p in 'If-Match: *' 'If-Match: 1' 'If-Match: W/"1"' 'If-Match: "1", "2"' \
	    'If-Match: "99999999999999999999"' 'If-None-Match: "1"'; do
		put_set '{"peers":[]}' -H "$p"
		is "set: $p" "$STATUS $(jbody .code)" "400 bad-request"
	done
	put_set '{"peers":[]}' -H "If-Match: $etag" -H 'If-None-Match: *'
	is "set: two preconditions" "$STATUS" 400
	put_set '{"peers":[]}' -H "If-Match: $etag"
	is "set: the guard" "$STATUS $(jbody .code)" "409 too-many-removals"
	two="{\"peers\":[$(one "$K1" 1),$(one "$K2" 2)]}"
	SET_Q='?dry_run=true'
	put_set "$two" -H "If-Match: $etag"
	is "set: dry run" "$STATUS $(tr -d '\n' <"$WORK/body")" \
	    "200 {\"added\":[{\"public_key\":\"$K2\"}],\"removed\":[],\"changed\":[{\"public_key\":\"$K1\"}],\"unchanged\":0,\"rejected\":[]}"
	is "set: dry run changes nothing" "$(field ETag)" "$etag"
	for q in dry_run=yes dry_run=true\&dry_run=true dryrun=true force=; do
		SET_Q="?$q"
		put_set "$two" -H "If-Match: $etag"
		is "set: $q" "$STATUS $(jbody .code)" "400 bad-request"
	done
	SET_Q=
	put_set "$two" -H "If-Match: $etag"
	is "set: taken" "$STATUS $(jbody '"\(.added | length) \(.changed | length) \(.unchanged)"')" "200 1 1 0"
	new=$(field ETag)
	check "set: the ETag moved" test "$new" != "$etag"
	put_set "$two" -H "If-Match: $etag"
	is "set: the old ETag" "$STATUS $(field ETag)" "412 $new"
	put_set "$two" -H "If-Match: $new"
	is "set: the same again" "$STATUS $(jbody .unchanged)" "200 2"
	put_set "{\"peers\":[$(one "$K2" 2),$(one AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= 3),{\"public_key\":\"$KEY\",\"addresses\":[\"10.66.0.27\"]}]}" \
	    -H "If-Match: $(field ETag)"
	is "set: one by one" "$STATUS $(tr -d '\n' <"$WORK/body")" \
	    "200 {\"added\":[],\"removed\":[{\"public_key\":\"$K1\",\"rx_bytes\":19732,\"tx_bytes\":32364}],\"changed\":[],\"unchanged\":1,\"rejected\":[{\"public_key\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\",\"code\":\"invalid-public-key\",\"detail\":\"this public key cannot be used\"},{\"public_key\":\"$KEY\",\"code\":\"address-outside\",\"detail\":\"\\\"outside\\\"\"}]}"
	etag=$(field ETag)
	for b in '' '{' '[]' '{"peers":[]' '{"peers":[]}x' '{"peer":[]}' \
	    '{"peers":[{}]}' "{\"peers\":[$(one "$K1" 1),]}" \
	    "{\"peers\":[{\"public_key\":\"$K1\"}]}" \
	    "{\"peers\":[$(one "$K1" 1)$(one "$K2" 2)]}" \
	    '{"peers":[{"addresses":["10.0.0.1"]}]}' \
	    "{\"peers\":[{\"public_key\":\"$K1\",\"addresses\":[\"10.0.0.1/8\"]}]}" \
	    "{\"peers\":[$(one "$K1" 1)],\"peers\":[]}"; do
		put_set "$b" -H "If-Match: $etag"
		is "set: body $b" "$STATUS $(jbody .code)" "400 bad-request"
	done
	put_set "{\"peers\":[$(one "$K1" 1),{\"public_key\":\"x\"}]}" -H "If-Match: $etag"
	is "set: a bad key" "$STATUS $(jbody .code) $(jbody .detail)" \
	    "400 invalid-public-key peers[1]: public_key is not 32 bytes in base64"
	printf %s "$two" >"$WORK/set"
	ask "$NET" -X PUT -H "If-Match: $etag" --data-binary "@$WORK/set"
	is "set: not JSON by type" "$STATUS" 415
	ask "$NET" -X PUT -H "If-Match: $etag" -H 'Content-Type: application/json' -H 'Transfer-Encoding: chunked' --data-binary "@$WORK/set"
	is "set: chunked" "$STATUS" 200
	etag=$(field ETag)
	# Half a body, and the end; half a body, and leased dies.
	h="PUT $NET HTTP/1.1\r\nHost: a\r\nIf-Match: $(echo "$etag" | sed 's/"/\\x22/g')\r\nContent-Type: application/json\r\n"
	RAW_PORT=$P
	drv sets '^sets '
	was=${ANSWER#*aborted=}
	raw "s:${h}Content-Length: 5000\r\n\r\n{\"peers\":[$(one "$K1" 1)," w:200 c
	wait_for 3 set_gone || fail "half a body: the set stays"
	is "set: half a body is taken back" "$ANSWER" "sets open=0 aborted=$((was + 1))"
	"$RAW" "$P" "s:${h}Content-Length: 5000\r\n\r\n{\"peers\":[" r:4000 >"$WORK/half" 2>/dev/null & half=$!
	wait_for 3 set_open || fail "half a body: no set"
	drv down
	wait $half
	is "set: leased dies meanwhile" "$(sed -n 's/^HTTP\/1.1 \([0-9]*\).*/\1/p' "$WORK/half")" 503
	drv up
	raw "s:${h}Content-Length: 2000\r\n\r\n[" w:300 "n:1999: " r:9000
	is "set: a bad beginning is told at once" "$CODES $END" "400 eof"
	raw "s:${h}Content-Length: 12\r\n\r\n{\"peers" w:100 "s:\":[]}" w:100 "s:GET $NET HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n" r:9000
	is "set: and the next request" "$CODES $END" "409 200 eof"
	h="${h}Transfer-Encoding: chunked\r\n"
	raw "s:${h}\r\n1;x=y\r\n{\r\n" w:100 "s:a\r\n\"peers\":[]" w:100 "s:\r\n1\r\n}" w:100 "s:\r\n0\r\n\r\nGET $NET HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n" r:9000
	is "set: chunked, and the next request" "$CODES $END" "409 200 eof"
	raw "s:${h}Expect: 100-continue\r\n\r\n" a:9000 "s:c\r\n{\"peers\":[]}\r\n0\r\n\r\n" a:9000
	is "set: chunked, with 100-continue" "$CODES" "100 409"
	raw "s:${h}\r\nc\r\n{\"peers\":[]}\n0\r\n\r\n" r:9000
	is "set: a bad chunk" "$CODES $END" "400 eof"
	raw "s:${h}\r\n800001\r\n" r:9000
	is "set: a chunk that is too large" "$CODES $END" "413 eof"
	RAW_PORT=
	drv sets '^sets '
	like "set: none is left open" "$ANSWER" '^sets open=1 '
}
set_open() {
	drv sets '^sets '
	case $ANSWER in *open=1*) ;; *) return 1 ;; esac
}
set_gone() {
	drv sets '^sets '
	case $ANSWER in *open=0*) ;; *) return 1 ;; esac
}

big_set() {		# COUNT FILE
	awk -v n="$1" 'BEGIN {
		b = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
		printf "{\"peers\":["
		for (i = 0; i < n; i++) {
			k = ""
			for (j = 0; j < 6; j++)
				k = substr(b, int(i / 64 ^ j) % 64 + 1, 1) k
			printf "%s{\"public_key\":\"BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB%sA=\",\"addresses\":[\"10.%d.%d.%d/32\",\"fd43::%x/128\"]}",
			    i ? "," : "", k, 100 + int(i / 65536),
			    int(i / 256) % 256, i % 256, i + 1
		}
		print "]}"
	}' >"$2"
}

large_tests() {
	URL=http://127.0.0.1:$P
	ask "$NET"
	etag=$(field ETag)
	big_set 20000 "$WORK/set"
	t=$(now_ms)
	ask "$NET" -X PUT -H "If-Match: $etag" -H 'Content-Type: application/json' \
	    --data-binary "@$WORK/set"
	t=$(($(now_ms) - t))
	is "20000 peers" "$STATUS $(jbody '.added | length')" "200 20000"
	echo "# 20000 peers in $t ms"
	is "20000 peers: memory" "$(awk '/VmHWM/ { print ($2 < 65536) }' "/proc/$APID_PID/status")" 1
	etag=$(field ETag)
	ask "$NET"
	tag=$etag
	first=$(jbody '.peers[0].public_key' | tr '+/' '-_')
	for p in "$NET" "$NET?online=no" "$NET/$first"; do
		ask "$p" -H "If-None-Match: \"0\", W/$tag"
		is "the same version of ${p#"$NET"}" \
		    "$STATUS $(field ETag) $(field Content-Length) $BODY" \
		    "304 $tag  "
	done
	ask "$NET" -H 'If-None-Match: "0"'
	is "another version" "$STATUS" 200
	ask "$NET?online=yes" -H "If-None-Match: $tag"
	is "who is online has no version" "$STATUS" 200
	ask "$NET/$(echo "$KEY" | tr '+/' '-_')" -H 'If-None-Match: *'
	is "no version of what is not there" "$STATUS" 404
	ask "$NET"
	is "20000 peers: the list" "$(field Transfer-Encoding) $(jbody '.peers | length') $(field ETag)" \
	    "chunked 20000 $etag"
	ask '/w/peer_list?show_all=yes'
	is "20000 peers: the portal's list" "$STATUS $(jbody '.peer_list | length')" "200 20000"
	big_set 100000 "$WORK/set"
	ask "$NET" -X PUT -H "If-Match: $etag" -H 'Content-Type: application/json' \
	    --data-binary "@$WORK/set"
	is "100000 peers" "$STATUS $(jbody .code)" "413 too-large"
	SET_Q='?force=true'
	put_set '{"peers":[]}' -H "If-Match: $etag"
	is "all removed by force" "$STATUS $(jbody '.removed | length')" "200 20000"
	SET_Q=
	put_set '{"peers":[]}' -H 'If-None-Match: *'
	is "nothing from nothing" "$STATUS $(jbody .unchanged)" "200 0"
}

# By rules, with TLS and with a trusted header.
tls_tests() {
	URL=https://127.0.0.1:$(port ptls)
	with() { echo "--cacert $PKI/ca.crt --cert $PKI/$1.crt --key $PKI/$1.key"; }
	# shellcheck disable=SC2046
	{
	wait_for 5 curl -sS -m 2 -o /dev/null $(with odd) "$URL/livez"
	ask /w/add_peer $(with odd) -d "public_key=$E1&$A1"
	is "TLS: any certificate without a rule" "$STATUS" 204
	ask /w/peer_list $(with odd)
	is "TLS: its list" "$STATUS $(jbody '.peer_list[].public_key')" "200 $K1"
	ask /w/peer_list $(with portal)
	is "TLS: any other is the same portal" \
	    "$STATUS $(jbody '.peer_list[].public_key')" "200 $K1"
	for n in d12 mon; do
		ask /w/peer_list $(with $n)
		is "TLS: $n is no portal" "$STATUS" 403
		ask "$NET" $(with $n)
		is "TLS: $n is none natively" "$STATUS $(jbody .code)" "403 identity-denied"
	done
	drv "rules 2"
	drv "reload" '^ack'
	ask /w/peer_list $(with odd)
	is "TLS: with a rule, not any" "$STATUS" 403
	ask "$NET" $(with odd)
	is "TLS: nor natively" "$STATUS $(jbody .code)" "403 identity-not-matched"
	ask /w/add_peer $(with portal) -d "public_key=$E2&ip_net=10.43.0.7/32"
	is "TLS: the rule's portal" "$STATUS" 204
	ask "$NET" $(with portal)
	is "TLS: its own only" "$(jbody '.peers[].public_key')" "$K2"
	ask /w/add_peer $(with portal) -d "public_key=$E1&$A1"
	is "TLS: another's key" "$STATUS $BODY" '409 held by "another"?long ago'
	ask /w/peer_list $(with op)
	is "TLS: an operator is no portal" "$STATUS" 403
	ask /api/v1/networks/other/peers $(with op)
	is "TLS: an operator, in any network" "$STATUS $(jbody '.peers | length')" "200 0"
	ask "$NET" $(with op) -X PUT -H 'Content-Type: application/json' -H 'If-Match: "1"' -d '{"peers":[]}'
	is "TLS: a set" "$STATUS" 412
	# Who is revoked in the middle of a set has not sent one.
	ask "$NET" $(with portal)
	}
	hold "$(port ptls)" begun portal
	s='{"peers":[]}'
	printf 'PUT %s HTTP/1.1\r\nHost: a\r\nIf-Match: %s\r\nContent-Type: application/json\r\nContent-Length: %u\r\n\r\n{' \
	    "$NET" "$(field ETag)" ${#s} >"$WORK/begun"
	wait_for 5 steady received "$(port ptls)"
	"$O/mint" crl "$PKI" portal || fail "no CRL"
	drv "reload" '^ack'
	drv sets '^sets '
	was=${ANSWER#*aborted=}
	printf %s "${s#?}" >"$WORK/begun"
	check "TLS: revoked in the middle of a set" wait_for 2 gone "$HOLD_PID"
	is "TLS: no answer" "$(cat "$WORK/begun.out")" ""
	drv sets '^sets '
	like "TLS: it is taken back" "$ANSWER" "aborted=$((was + 1))\$"
	"$O/mint" crl "$PKI" || fail "no CRL"
	drv "reload" '^ack'
	# shellcheck disable=SC2046
	ask "$NET" $(with portal)
	is "TLS: nobody's peer is gone" "$(jbody '.peers[].public_key')" "$K2"
	URL=http://127.0.0.1:$H
	ask "$NET" -H 'X-Client-Subject: CN=portal-a'
	is "header: the rule's portal" "$STATUS $(jbody '.peers[].public_key')" "200 $K2"
	ask "$NET" -H 'X-Client-Subject: CN=portal-'
	is "header: nobody" "$STATUS" 403
}

VERSION=$(sed -n '1s/^sallyport \([^ ]*\).*/\1/p' "$TOP/CHANGES")
mkdir -p "$WORK/proc"
echo "0.55 0.76 10.75 1/100 1234" >"$WORK/proc/loadavg"
echo "3828.99 7000.00" >"$WORK/proc/uptime"
PKI=$WORK/pki
mkdir -p "$PKI"
"$O/mint" ca "$PKI" && "$O/mint" cert "$PKI" server server &&
    "$O/mint" cert "$PKI" d12 client cn=dev-12 &&
    "$O/mint" cert "$PKI" odd client cn=somebody &&
    "$O/mint" cert "$PKI" portal client cn=portal-a &&
    "$O/mint" cert "$PKI" op client cn=op &&
    "$O/mint" cert "$PKI" mon client cn=mon || exit 1
drv_start -p "$WORK/proc" -t "$PKI"
P=$(port portal)
node_tests
peer_tests
ovpn_tests
native_tests
set_tests
large_tests
busy_tests
tls_tests
drv_stop "stop"
finish
