#!/bin/sh
# The dialect of vpn-daemon with the whole suite: each answer byte by byte,
# plain and with TLS, what is refused, and that peers are durable.
. "${TOP:-.}/regress/lib.sh"
private "$@"
. "$TOP/regress/suite.sh"

PC=$O/regress/portalc
AT=127.0.0.1:41194
GW6=fd43::1
ADDRESS="\"10.43.0.1/16\", \"fd43::1/64\""
POOLS="\"10.43.0.0/16\", \"fd43::/64\""
KEYS="p256 ed25519 rsa3072"
RULES="{ proof = \"certificate\"; pattern = \"smart-toilet-(\\\\d+)\";
    role = \"device\"; network = \"devices\"; },
    { proof = \"certificate\"; pattern = \"(vpn-portal-\\\\w+)\";
    role = \"portal\"; network = \"devices\"; }"

# An authority for each kind of key, as vpn-ca makes them, and a listener.
pki_init
LISTEN_MORE=", { address = \"$AT\"; api = [ \"portal\" ]; proof = \"none\"; }"
port=41195
for k in $KEYS; do
	"$O/mint" ca "$WORK/$k" "key=$k" &&
	    "$O/mint" cert "$WORK/$k" server server "key=$k" &&
	    "$O/mint" cert "$WORK/$k" a client "key=$k" cn=vpn-portal-a &&
	    "$O/mint" cert "$WORK/$k" b client "key=$k" cn=vpn-portal-b &&
	    "$O/mint" cert "$WORK/$k" other client "key=$k" cn=somebody ||
	    exit 1
	eval "at_$k=127.0.0.1:$port"
	LISTEN_MORE="$LISTEN_MORE, { address = \"127.0.0.1:$port\";
	    api = [ \"portal\" ]; tls: { certificate = \"$WORK/$k/server.crt\";
	    key = \"$WORK/$k/server.key\"; client_ca = \"$WORK/cas.pem\"; }; }"
	port=$((port + 1))
done
for k in $KEYS; do cat "$WORK/$k/ca.crt"; done >"$WORK/cas.pem"

# --- calls -----------------------------------------------------------------

# The whole answer, but for what is another one each time; lines end with "|".
call() {		# METHOD PATH [FORM]
	"$PC" $PC_FLAGS "$AT" call "$@" 2>&1 | sed -e 's/\r$/|/' \
	    -e 's/^Date: .* GMT|$/Date: -|/' \
	    -e 's/^X-Request-Id: ..*|$/X-Request-Id: -|/'
}

# As portal b or a, with TLS.
as() {			# KEYTYPE NAME METHOD PATH [FORM]
	as_k=$1 as_n=$2; shift 2
	eval "as_at=\$at_$as_k"
	"$PC" -a "$WORK/$as_k/ca.crt" -c "$WORK/$as_k/$as_n.crt" \
	    -k "$WORK/$as_k/$as_n.key" "$as_at" call "$@" 2>&1 |
	    sed -e 's/\r$/|/' -e 's/^Date: .* GMT|$/Date: -|/' \
	    -e 's/^X-Request-Id: ..*|$/X-Request-Id: -|/'
}

# Status and body of an answer.
short() {
	awk 'NR == 1 { s = $2 } body { b = b sep $0; sep = "\n" }
	    $0 == "|" { body = 1 } END { print s (b == "" ? "" : " ") b }'
}

head_of() {		# STATUS TYPE LENGTH
	echo "HTTP/1.1 $1|"
	echo "Date: -|"
	[ -z "$2" ] || echo "Content-Type: $2|"
	[ -z "$3" ] || echo "Content-Length: $3|"
	echo "Cache-Control: no-store|"
	echo "X-Content-Type-Options: nosniff|"
	echo "X-Request-Id: -|"
	echo "|"
}

esc() {			# TEXT
	printf %s "$1" | sed 's/+/%2B/g; s|/|%2F|g; s/=/%3D/g; s/:/%3A/g'
}

add() {			# KEY ADDR ...
	add_f="public_key=$(esc "$1")"; shift
	for add_a; do add_f="$add_f&ip_net=$(esc "$add_a")"; done
	call POST /w/add_peer "$add_f" | short
}

drop() {		# KEY
	call POST /w/remove_peer "public_key=$(esc "$1")" | short
}

list() {
	call GET '/w/peer_list?show_all=yes' | short
}

key() {
	wg genkey | wg pubkey
}

# What WireGuard lets the key use, "" if it is no peer.
allowed() {		# KEY
	wg show wg0 allowed-ips | awk -v k="$1" '$1 == k {
	    $1 = ""; print substr($0, 2) }' | tr ' ' '\n' | sort | paste -sd ' '
}

# 400 or 409, in one line of text, with a reason, and nothing changed.
refused() {		# NAME STATUS METHOD PATH [FORM]
	refused_n=$1 refused_s=$2; shift 2
	wg show wg0 allowed-ips | sort >"$WORK/wg1"
	refused_a=$(call "$@")
	is "$refused_n: refused" \
	    "$(printf '%s\n' "$refused_a" | awk 'NR == 1 { print $2 }')" \
	    "$refused_s" || printf '%s\n' "$refused_a"
	like "$refused_n: one line says why" "$(printf '%s\n' "$refused_a" |
	    short)" '^[0-9]* .....*$'
	is "$refused_n: as text" "$(printf '%s\n' "$refused_a" |
	    grep -c '^Content-Type: text/plain')" 1
	wg show wg0 allowed-ips | sort >"$WORK/wg2"
	cmp -s "$WORK/wg1" "$WORK/wg2" || {
		fail "$refused_n: peers changed"
		diff "$WORK/wg1" "$WORK/wg2"
	}
}

suite_conf
suite_start
k1=$(key) k2=$(key) k3=$(key)

# --- byte by byte ----------------------------------------------------------

is "an empty list, byte by byte" "$(call GET /w/peer_list)" \
    "$(head_of '200 OK' application/json 17; echo '{"peer_list":[]}')"
is "all of an empty list" "$(list)" '200 {"peer_list":[]}'
is "add_peer, byte by byte" "$(call POST /w/add_peer \
    "public_key=$(esc "$k1")&ip_net=10.43.0.2%2F32&ip_net=fd43%3A%3A2%2F128")" \
    "$(head_of '204 No Content')"
is "WireGuard has it" "$(allowed "$k1")" "10.43.0.2/32 fd43::2/128"
body="{\"peer_list\":[{\"public_key\":\"$k1\",\"ip_net\":[\"10.43.0.2/32\",\"fd43::2/128\"],\"last_handshake_time\":null,\"bytes_in\":0,\"bytes_out\":0}]}"
is "a list of one, byte by byte" "$(call GET '/w/peer_list?show_all=yes')" \
    "$(head_of '200 OK' application/json $((${#body} + 1)); echo "$body")"
is "never seen is not online" "$(call GET /w/peer_list | short)" \
    '200 {"peer_list":[]}'
is "show_all=no is the same" \
    "$(call GET '/w/peer_list?show_all=no' | short)" '200 {"peer_list":[]}'
is "again: idempotent" "$(add "$k1" 10.43.0.2/32 fd43::2/128)" 204
is "and the same list" "$(list)" "200 $body"
is "its addresses are replaced" "$(add "$k1" 10.43.0.3/32 fd43::3/128)" 204
is "WireGuard has the new ones only" "$(allowed "$k1")" \
    "10.43.0.3/32 fd43::3/128"
is "one address is enough" "$(add "$k1" 10.43.0.4/32)" 204
is "and replaces both" "$(allowed "$k1")" "10.43.0.4/32"
is "an address moves, as WireGuard would" \
    "$(add "$k2" 10.43.0.4/32 fd43::4/128)" 204
is "to the new one" "$(allowed "$k2")" "10.43.0.4/32 fd43::4/128"
unlike "from the old one" "$(allowed "$k1")" '10\.43\.0\.4'
check "and that is logged" logged \
    "peer.move net=devices owner=portal:default from=.* to="
is "the list agrees" "$(list | sed 's/^200 //' | jq -c '[.peer_list[] |
    select(.ip_net | index("10.43.0.4/32")) | .public_key]')" "[\"$k2\"]"

body="{\"public_key\":\"$k2\",\"ip_net\":[\"10.43.0.4/32\",\"fd43::4/128\"],\"last_handshake_time\":null,\"bytes_in\":0,\"bytes_out\":0}"
is "remove_peer, byte by byte" \
    "$(call POST /w/remove_peer "public_key=$(esc "$k2")")" \
    "$(head_of '200 OK' application/json $((${#body} + 1)); echo "$body")"
is "it is gone" "$(allowed "$k2")" ''
is "remove_peer of nobody, byte by byte" \
    "$(call POST /w/remove_peer "public_key=$(esc "$k2")")" \
    "$(head_of '204 No Content')"
drop "$k1" >"$WORK/out"

# The node: types as the newest portal wants them.
node=$(call GET /i/node)
like "node: status and type" "$(printf '%s\n' "$node" | paste -sd ' ')" \
    '^HTTP/1.1 200 OK\|.* Content-Type: application/json\|'
printf '%s\n' "$node" | short | sed 's/^200 //' >"$WORK/node"
like "node, in this order" "$(cat "$WORK/node")" '^\{"cpu_count":[1-9][0-9]*,"load_average":\[[0-9.]+,[0-9.]+,[0-9.]+\],"rel_load_average":\[[0-9]+,[0-9]+,[0-9]+\],"node_uptime":[0-9]+,"maintenance_mode":false,"v":"[^"]+"\}$'
is "node: cpu_count" "$(jq .cpu_count "$WORK/node")" \
    "$(nproc)"
up=$(cut -d . -f 1 /proc/uptime)
is "node: node_uptime" "$(jq ".node_uptime | . >= $up - 60 and . <= $up + 60" \
    "$WORK/node")" true
is "node: rel_load_average is 100 * load / cpu_count, truncated" \
    "$(jq -c '.rel_load_average' "$WORK/node")" \
    "$(jq -c '.cpu_count as $n | [.load_average[] |
    (. * 100 + 0.001 | floor) / $n | floor]' "$WORK/node")"
like "node: counts when asked" \
    "$(call GET '/i/node?include_client_peer_count=yes' | short)" \
    '"o_client_count":0,"w_peer_count":0\}$'
like "node: none when not" \
    "$(call GET '/i/node?include_client_peer_count=no' | short)" '"v":"[^"]+"\}$'
is "connection_list, byte by byte" "$(call GET /o/connection_list)" \
    "$(head_of '200 OK' application/json 23; echo '{"connection_list":[]}')"
is "disconnect_client, byte by byte" \
    "$(call POST /o/disconnect_client common_name=nobody)" \
    "$(head_of '204 No Content')"

# Maintenance: the file, and the word of sallyctl.
mode() {
	call GET /i/node | short | sed 's/^200 //' | jq .maintenance_mode
}
mode_is() {
	[ "$(mode)" = "$1" ]
}
mkdir -p /run/vpn-daemon && : >/run/vpn-daemon/maintenance-mode
check "maintenance by the file" wait_for 10 mode_is true
rm /run/vpn-daemon/maintenance-mode
check "and its end" wait_for 10 mode_is false
check "maintenance by sallyctl" ctl maintenance on
check "is seen" wait_for 3 mode_is true
check "its end by sallyctl" ctl maintenance off
check "is seen too" wait_for 3 mode_is false

# --- TLS -------------------------------------------------------------------

for s in $KEYS; do
	for c in $KEYS; do
		eval "s_at=\$at_$s"
		like "TLS: server $s, client $c" "$(curl -sS --tlsv1.3 -m 10 \
		    --cacert "$WORK/$s/ca.crt" --cert "$WORK/$c/a.crt" \
		    --key "$WORK/$c/a.key" -w '%{http_code}' \
		    "https://$s_at/w/peer_list?show_all=yes" 2>&1 | tr -d '\n')" \
		    '^\{"peer_list":\[\]\}200$'
	done
	is "TLS $s: add_peer, byte by byte" "$(as $s a POST /w/add_peer \
	    "public_key=$(esc "$k1")&ip_net=10.43.0.2%2F32")" \
	    "$(head_of '204 No Content')"
	body="{\"public_key\":\"$k1\",\"ip_net\":[\"10.43.0.2/32\"],\"last_handshake_time\":null,\"bytes_in\":0,\"bytes_out\":0}"
	is "TLS $s: the list, byte by byte" \
	    "$(as $s a GET '/w/peer_list?show_all=yes')" \
	    "$(head_of '200 OK' application/json $((${#body} + 17))
	    echo "{\"peer_list\":[$body]}")"
	like "TLS $s: the node" "$(as $s a GET /i/node | short)" \
	    '^200 \{"cpu_count":'
	is "TLS $s: another portal does not see it" \
	    "$(as $s b GET '/w/peer_list?show_all=yes' | short)" \
	    '200 {"peer_list":[]}'
	is "TLS $s: nor remove it" "$(as $s b POST /w/remove_peer \
	    "public_key=$(esc "$k1")" | short)" 204
	is "TLS $s: which WireGuard still has" "$(allowed "$k1")" 10.43.0.2/32
	like "TLS $s: its address is not another portal's" \
	    "$(as $s b POST /w/add_peer \
	    "public_key=$(esc "$k2")&ip_net=10.43.0.2%2F32" | short)" '^409 '
	like "TLS $s: nor its key" "$(as $s b POST /w/add_peer \
	    "public_key=$(esc "$k1")&ip_net=10.43.0.9%2F32" | short)" '^409 '
	is "TLS $s: remove_peer, byte by byte" "$(as $s a POST /w/remove_peer \
	    "public_key=$(esc "$k1")")" \
	    "$(head_of '200 OK' application/json $((${#body} + 1)); echo "$body")"
	like "TLS $s: no portal by any rule" \
	    "$(as $s other GET /w/peer_list | short)" '^403 '
	eval "s_at=\$at_$s"
	check_status "TLS $s: nothing without a certificate" 1 sh -c \
	    "curl -sS -m 5 --cacert '$WORK/$s/ca.crt' https://$s_at/i/node | grep -q ."
	check_status "TLS $s: nothing below TLS 1.3" 35 curl -sS -m 5 \
	    --tls-max 1.2 --cacert "$WORK/$s/ca.crt" --cert "$WORK/$s/a.crt" \
	    --key "$WORK/$s/a.key" "https://$s_at/i/node"
done

# --- what is refused -------------------------------------------------------

is "a peer to stay" "$(add "$k1" 10.43.0.2/32 fd43::2/128)" 204
cert lease smart-toilet-7
lk=$(key)
st=$(curl -sS --cacert "$PKI/ca.crt" --cert "$PKI/lease.crt" --key \
    "$PKI/lease.key" -d "$lk" -w '%{http_code}' -o "$WORK/lease" \
    "https://127.0.0.1:8443/vpn/v1/register")
is "a lease" "$st" 200
la=$(sed -n 's/^ip=//p' "$WORK/lease" | head -n 1 | sed 's,/.*,,')
case $la in *:*) la=$la/128 ;; *) la=$la/32 ;; esac
kk="public_key=$(esc "$k3")"
ok_ip='ip_net=10.43.0.77%2F32'

while read -r status what form; do
	name=$(echo "$what" | tr _ ' ')
	form=$(printf %s "$form" | sed "s|@K|$kk|g; s|@I|$ok_ip|g")
	refused "$name" "$status" POST /w/add_peer "$form"
done <<END
400 no_parameter -
400 no_address @K
400 no_key @I
400 an_empty_key public_key=&@I
400 an_empty_address @K&ip_net=
400 a_short_key public_key=AAAA&@I
400 a_key_that_is_no_base64 public_key=!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!%3D&@I
400 another_spelling_of_the_key public_key=$(esc "$(printf %s "$k3" | sed 's/.=$/B=/')")&@I
400 a_key_without_its_equals_sign public_key=$(esc "${k3%=}")&@I
400 a_key_with_a_plus_that_is_a_space public_key=+$(esc "$(printf %s "$k3" | cut -c 2-)")&@I
400 a_zero_key public_key=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA%3D&@I
400 two_keys @K&@K&@I
400 a_prefix_that_is_no_host @K&ip_net=10.43.0.0%2F24
400 everything @K&ip_net=0.0.0.0%2F0
400 everything_of_IPv6 @K&ip_net=%3A%3A%2F0
400 outside_the_pools @K&ip_net=10.44.0.2%2F32
400 outside_the_pools_of_IPv6 @K&ip_net=fd44%3A%3A2%2F128
400 one_inside,_one_outside @K&@I&ip_net=10.44.0.2%2F32
400 an_IPv4_mapped_address @K&ip_net=%3A%3Affff%3A10.43.0.77%2F128
400 host_bits @K&ip_net=10.43.0.77%2F31
400 no_length @K&ip_net=10.43.0.77
400 a_length_of_33 @K&ip_net=10.43.0.77%2F33
400 leading_zeros @K&ip_net=10.43.00.077%2F32
400 broken_encoding @K&ip_net=10.43.0.77%2
400 broken_hexadecimal @K&ip_net=10.43.0.77%2G32
400 a_NUL @K&ip_net=10.43.0.77%2F32%00
END
is "other spellings of an IPv6 address are read" "$(add "$k3" \
    fd43:0::0:77/128)$(allowed "$k3")" "204fd43::77/128"
drop "$k3" >"$WORK/out"
many=$kk
for i in $(seq 200); do many="$many&ip_net=10.43.1.$i%2F32"; done
refused "200 addresses" 400 POST /w/add_peer "$many"
refused "the address of a lease" 409 POST /w/add_peer \
    "$kk&ip_net=$(esc "$la")"
refused "the key of a lease" 409 POST /w/add_peer \
    "public_key=$(esc "$lk")&$ok_ip"
refused "the address of the gateway" 409 POST /w/add_peer \
    "$kk&ip_net=10.43.0.1%2F32"
refused "the key of the gateway" 409 POST /w/add_peer \
    "public_key=$(esc "$(wg show wg0 public-key)")&$ok_ip"
refused "remove without a key" 400 POST /w/remove_peer -
refused "remove with a bad key" 400 POST /w/remove_peer public_key=x
refused "remove with two keys" 400 POST /w/remove_peer "$kk&$kk"
refused "disconnect without a name" 400 POST /o/disconnect_client -
refused "disconnect with an empty name" 400 POST /o/disconnect_client \
    common_name=
refused "disconnect with a line feed" 400 POST /o/disconnect_client \
    'common_name=a%0Aquit'
is "show_all=perhaps is as if it were not there" \
    "$(call GET '/w/peer_list?show_all=perhaps' | short)" \
    "$(call GET '/w/peer_list' | short)"
like "include_client_peer_count=2 as well" \
    "$(call GET '/i/node?include_client_peer_count=2' | short)" \
    '^200 .*"v":"[^"]+"\}$'
refused "an unknown path" 404 GET /w/nothing
refused "the root" 404 GET /
refused "the native API on this listener" 404 GET /api/v1/self/lease
is "the lease of another is not removed" "$(drop "$lk")" 204
is "nor its peer" "$(allowed "$lk" | grep -c .)" 1
unlike "nor listed" "$(list)" "$(printf %s "$lk" | sed 's/+/\\+/g')"
for m in POST:/w/peer_list:GET POST:/i/node:GET POST:/o/connection_list:GET \
    GET:/w/add_peer:POST GET:/w/remove_peer:POST \
    GET:/o/disconnect_client:POST DELETE:/w/peer_list:GET; do
	path=${m#*:}
	like "${m%:*} is not allowed, ${m##*:} is" \
	    "$(call "${m%%:*}" "${path%:*}" | paste -sd ' ')" \
	    "^HTTP/1.1 405 .* Allow: ${m##*:}(, HEAD)?\\|"
done
form="public_key=$(esc "$k3")&$ok_ip"
half() {		# CONTENT-LENGTH TYPE BODY
	"$O/regress/rawhttp" 41194 "s:POST /w/add_peer HTTP/1.1\\r\\nHost: x\\r\\nContent-Length: $1\\r\\nContent-Type: $2\\r\\n\\r\\n$3" \
	    h r:8000 2>/dev/null | sed -n '1p' | tr -d '\r'
}
urlenc=application/x-www-form-urlencoded
is "half a body: nothing happens" \
    "$(half $((${#form} * 2)) "$urlenc" "$form" >/dev/null; allowed "$k3")" ''
like "a body over the limit" "$(half 999999999 "$urlenc" "$form")" ' 413 '
like "JSON is no form" "$(half ${#form} application/json "$form")" \
    ' (400|415) '
is "none of it was taken" "$(allowed "$k3")" ''

# --- a tunnel --------------------------------------------------------------

handshake() {		# NAME
	dev_add "$1"
	eval "hs_key=\$(cat "$WORK/$1.pub")"
	add "$hs_key" "10.43.9.$devs/32" "fd43::9:$devs/128" >"$WORK/out"
	in_ns "$1" wg set wg0 peer "$(wg show wg0 public-key)" \
	    endpoint "$GW:51820" allowed-ips 10.43.0.0/16,fd43::/64
	in_ns "$1" ip address add "10.43.9.$devs/32" dev wg0
	in_ns "$1" ip address add "fd43::9:$devs/128" dev wg0 nodad
	in_ns "$1" ip link set wg0 mtu 1280 up
	in_ns "$1" ip route replace 10.43.0.0/16 dev wg0
	in_ns "$1" ip route replace fd43::/64 dev wg0
}

# The peer of a device in the list, or one word of it.
of() {			# NAME [JQ]
	list | sed 's/^200 //' | jq -c --arg k "$(cat "$WORK/$1.pub")" \
	    ".peer_list[] | select(.public_key == \$k) ${2:+| $2}"
}

handshake d1
check "a peer of the portal pings" dev_ping d1
online() {
	[ "$(call GET /w/peer_list | short | sed 's/^200 //' |
	    jq '.peer_list | length')" = "$1" ]
}
check "it is online, alone" wait_for 10 online 1
like "its handshake has this form" "$(of d1 .last_handshake_time)" \
    '^"20[0-9]{2}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-6][0-9]Z"$'
check "the node counts it" sh -c "$PC $AT call GET \
    '/i/node?include_client_peer_count=yes' | grep -q '\"w_peer_count\":1'"
in_ns d1 ping -q -c 5 -i 0.1 -s 1000 "$GW6" >/dev/null
floor_in=0 floor_out=0
# Totals of d1 are there and never below what they were.
totals() {		# NAME
	tot_in=$(of d1 .bytes_in) tot_out=$(of d1 .bytes_out)
	if [ "${tot_in:-0}" -ge "$floor_in" ] &&
	    [ "${tot_out:-0}" -ge "$floor_out" ] && [ "${tot_in:-0}" -gt 0 ]
	then
		ok "$1: totals do not fall"
	else
		fail "$1: totals $tot_in, $tot_out after $floor_in, $floor_out"
	fi
	floor_in=${tot_in:-0} floor_out=${tot_out:-0}
}
big() {
	[ "$(of d1 .bytes_in)" -gt 5000 ]
}
check "bytes are counted" wait_for 10 big
totals "first"

# A replaced peer is still the same one.
add "$(cat "$WORK/d1.pub")" 10.43.9.1/32 fd43::9:1/128 >"$WORK/out"
totals "added again"
for role in leased apid netd-hand; do
	ping_begin d1
	pid=$(role_pid $role)
	kill -KILL "$pid"
	check "$role killed: it is started again" \
	    wait_for 15 role_new $role "$pid"
	check "$role killed: no ping is lost" ping_end d1 || echo "$PINGS"
	wait_for 15 online 1
	is "$role killed: peers are there" \
	    "$(allowed "$k1") $(allowed "$(cat "$WORK/d1.pub")" | wc -w)" \
	    "10.43.0.2/32 fd43::2/128 2"
	totals "$role killed"
done
hs() {
	wg show wg0 latest-handshakes | awk -v k="$(cat "$WORK/d1.pub")" \
	    '$1 == k { print $2 }'
}
before=$(hs)
ping_begin d1
suite_stop
suite_start
check "restart: no ping is lost" ping_end d1 || echo "$PINGS"
# WireGuard may make a new one at any time.
check "restart: no handshake is lost" test "$(hs)" -ge "$before" -a "$before" -gt 0
wait_for 10 online 1
totals "restart"

# The interface is gone with its counters, as after a reboot.
suite_stop
ip link delete wg0
suite_start
both_there() {
	[ "$(allowed "$k1") $(allowed "$(cat "$WORK/d1.pub")" | wc -w)" = \
	    "10.43.0.2/32 fd43::2/128 2" ]
}
check "reboot: the peers are there at once" wait_for 5 both_there
totals "reboot"
in_ns d1 wg set wg0 peer "$(wg show wg0 public-key)" remove
in_ns d1 wg set wg0 peer "$(wg show wg0 public-key)" endpoint "$GW:51820" \
    allowed-ips 10.43.0.0/16,fd43::/64
check "reboot: it pings" dev_ping d1
in_ns d1 ping -q -c 5 -i 0.1 -s 1000 "$GW6" >/dev/null
more() {
	[ "$(of d1 .bytes_in)" -gt $((floor_in + 5000)) ]
}
check "reboot: they count on from where they were" wait_for 10 more
totals "reboot, later"
# Also those of the moment between the portal's last look and the removal.
in_ns d1 ping -q -c 5 -i 0.1 -s 1000 "$GW6" >/dev/null
wait_for 5 steady wg show wg0 transfer
drop "$(cat "$WORK/d1.pub")" >"$WORK/removed"
like "remove_peer has the last bytes" "$(sed -n 's/^200 //p' "$WORK/removed" |
    jq -c "[.bytes_in > $floor_in + 5000, .bytes_out > $floor_out + 5000,
    .last_handshake_time != null]")" '^\[true,true,true\]$'
check_status "and it pings no more" 1 in_ns d1 ping -q -c 1 -W 1 "$GW6"
suite_stop

# --- as the original is set up ---------------------------------------------

# Any certificate of the authority when no rule is given; credentials of the
# service manager.
RULES=' '
LISTEN_MORE=", { address = \"$AT\"; api = [ \"portal\" ]; }"
suite_conf
mkdir "$WORK/cred"
cp "$WORK/ed25519/ca.crt" "$WORK/ed25519/server.crt" \
    "$WORK/ed25519/server.key" "$WORK/cred"
CREDENTIALS_DIRECTORY=$WORK/cred; export CREDENTIALS_DIRECTORY
suite_start
unset CREDENTIALS_DIRECTORY
at_ed25519=$AT
is "credentials: any certificate of the authority" \
    "$(as ed25519 other GET /w/peer_list | short)" '200 {"peer_list":[]}'
is "credentials: adds" "$(as ed25519 other POST /w/add_peer \
    "public_key=$(esc "$k2")&ip_net=10.43.0.5%2F32" | short)" 204
is "credentials: and lists" "$(as ed25519 other GET \
    '/w/peer_list?show_all=yes' | short | grep -cF "$k2")" 1
is "credentials: another name is the same portal" "$(as ed25519 a \
    POST /w/remove_peer "public_key=$(esc "$k2")" | short | cut -c 1-4)" '200 '
check_status "credentials: not in plain" 1 sh -c \
    "curl -sS -m 5 http://$AT/i/node | grep -q cpu_count"
suite_stop
LISTEN_MORE=", { address = \"0.0.0.0:41194\"; api = [ \"portal\" ];
    proof = \"none\"; }"
suite_conf
check_status "plain on any address is refused" 78 "$BIN/netd" -n -f "$CONF"
like "and the reason said" "$(cat "$WORK/out")" 'loopback'
finish
