#!/bin/sh
# A portal's whole set in one call, and the same from the operator's side with
# sallyctl: preconditions, the guard, dry runs, what is refused, and that only
# the source's own peers are touched.
. "${TOP:-.}/regress/lib.sh"
private "$@"
. "$TOP/regress/suite.sh"

GW6=fd43::1
ADDRESS="\"10.43.0.1/16\", \"fd43::1/64\""
POOLS="\"10.43.0.0/16\", \"fd43::/64\""
RULES="{ proof = \"certificate\"; pattern = \"smart-toilet-(\\\\d+)\";
    role = \"device\"; network = \"devices\"; },
    { proof = \"certificate\"; pattern = \"(portal-\\\\w+)\";
    role = \"portal\"; network = \"devices\"; },
    { proof = \"certificate\"; pattern = \"(operator)\";
    role = \"operator\"; }"
PEERS=https://127.0.0.1:8443/api/v1/networks/devices/peers

pki_init
for n in portal-a portal-b operator stranger; do cert $n $n || exit 1; done
cert dev smart-toilet-1

# --- calls -----------------------------------------------------------------

# curl as somebody: the status goes to ST, the body to BODY, the head to
# $WORK/head, the ETag to ETAG if there is one.
as() {			# CERT METHOD URL [OPTION ...]
	as_c=$1 as_m=$2 as_u=$3; shift 3
	rm -f "$WORK/head"
	ST=$(curl -sS -m 30 --cacert "$PKI/ca.crt" --cert "$PKI/$as_c.crt" \
	    --key "$PKI/$as_c.key" -X "$as_m" -o "$WORK/body" -D "$WORK/head" \
	    -w '%{http_code}' "$@" "$as_u" 2>>"$WORK/curl.log")
	BODY=$(head -c 4000 "$WORK/body")
	ETAG=$(sed -n 's/^ETag: *\(.*\)\r$/\1/ip' "$WORK/head")
}

# A whole set.
put() {			# CERT FILE QUERY [OPTION ...]
	put_c=$1 put_f=$2 put_q=$3; shift 3
	as "$put_c" PUT "$PEERS$put_q" -H 'Content-Type: application/json' \
	    -H Expect: --data-binary "@$put_f" "$@"
}

# The same with the ETag as it is now.
put_now() {		# CERT FILE QUERY
	as "$1" GET "$PEERS"
	put_e=$ETAG
	put "$1" "$2" "$3" -H "If-Match: $put_e"
}

json() {		# JQ
	jq -cS "$1" "$WORK/body"
}

# "KEY ADDR ..." lines as a document.
doc() {
	awk 'BEGIN { printf "{\"peers\":[" } { printf "%s{\"public_key\":" \
	    "\"%s\",\"addresses\":[", (NR > 1 ? "," : ""), $1
	    for (i = 2; i <= NF; i++) printf "%s\"%s\"", (i > 2 ? "," : ""), $i
	    printf "]}" } END { print "]}" }'
}

# What WireGuard has, as such lines.
wg_lines() {
	wg show wg0 allowed-ips | awk '{ if ($3 != "" && $2 > $3) { t = $2
	    $2 = $3; $3 = t } $1 = $1; print }' | sort
}

# As an answer to GET has it.
got_lines() {
	jq -r '.peers[] | .public_key + " " + (.addresses | sort | join(" "))' \
	    "$WORK/body" | sort
}

problem() {		# NAME STATUS CODE
	is "$1" "$ST" "$2" || printf '%s\n' "$BODY"
	like "$1: a problem" "$(tr -d '\r' <"$WORK/head")" \
	    '^Content-Type: application/problem\+json'
	like "$1: its code" "$(json '[.code, .status]')" "^\\[\"$3\",$2\\]\$"
}

# The command changes nothing in WireGuard and not the ETag of portal-a.
still() {		# NAME
	wg_lines >"$WORK/wg.now"
	cmp -s "$WORK/wg.was" "$WORK/wg.now" && ok "$1: nothing changed" || {
		fail "$1: WireGuard changed"
		diff "$WORK/wg.was" "$WORK/wg.now"
	}
}

suite_conf
suite_start
"$O/regress/portalc" peers 1000 >"$WORK/db"
doc <"$WORK/db" >"$WORK/db.json"
head -n 100 "$WORK/db" >"$WORK/db100"
doc <"$WORK/db100" >"$WORK/db100.json"
echo '{"peers":[]}' >"$WORK/none.json"

# --- preconditions ---------------------------------------------------------

as portal-a GET "$PEERS"
is "an empty set" "$ST$(json .peers)" '200[]'
like "with an ETag" "$ETAG" '^"[^"]+"$'
etag0=$ETAG
put portal-a "$WORK/db.json" ''
problem "no precondition" 428 precondition-required
put portal-a "$WORK/db.json" '' -H 'If-Match: "99"'
problem "another ETag" 412 etag-mismatch
put portal-a "$WORK/db.json" '' -H 'If-Match: nonsense'
like "no ETag at all" "$ST" '^(400|412)$'
put portal-a "$WORK/db.json" '' -H "If-Match: $etag0" -H 'If-None-Match: *'
like "both preconditions" "$ST" '^(400|412)$'
is "nothing of it was taken" "$(wg_lines)" ''
put portal-a "$WORK/db.json" '?dry_run=true' -H 'If-None-Match: *'
is "dry run" "$ST" 200 || printf '%s\n' "$BODY"
is "dry run: what it would do" "$(json '[(.added | length),
    (.removed | length), (.changed | length), .unchanged,
    (.rejected | length)]')" '[1000,0,0,0,0]' || printf '%s\n' "$BODY"
is "dry run: WireGuard has nothing" "$(wg_lines)" ''
as portal-a GET "$PEERS"
is "dry run: the same ETag" "$ETAG" "$etag0"
put portal-a "$WORK/db.json" '' -H 'If-None-Match: *'
is "the first set" "$ST" 200 || printf '%s\n' "$BODY"
is "the first set: what it did" "$(json '[(.added | length),
    (.removed | length), (.changed | length), .unchanged,
    (.rejected | length)]')" '[1000,0,0,0,0]'
sort "$WORK/db" >"$WORK/want"
held() {
	wg_lines >"$WORK/wg.now" && cmp -s "$WORK/want" "$WORK/wg.now"
}
check "WireGuard has it when the answer comes" held
etag1=$ETAG
as portal-a GET "$PEERS"
got_lines >"$WORK/got"
check "GET has it" cmp "$WORK/got" "$WORK/want"
is "GET: the ETag of the answer to PUT" "$ETAG" "${etag1:-none}"
etag1=$ETAG
unlike "another ETag than before" "$ETAG" "^$etag0\$"
put portal-a "$WORK/db.json" '' -H 'If-None-Match: *'
problem "If-None-Match: * on a set" 412 etag-mismatch
put portal-a "$WORK/db.json" '' -H "If-Match: $etag0"
problem "the old ETag" 412 etag-mismatch

# --- differences -----------------------------------------------------------

ctl -j show status | jq .status.kernel_hand.batches >"$WORK/b0"
put portal-a "$WORK/db.json" '' -H "If-Match: $etag1"
is "unchanged" "$ST$(json '[(.added | length), (.removed | length),
    (.changed | length), .unchanged]')" '200[0,0,0,1000]'
as portal-a GET "$PEERS"
is "unchanged: the same ETag" "$ETAG" "$etag1"
# Ten go, ten come, ten change.
{
	head -n 10 "$WORK/db" | awk '{ sub(/10\.43\./, "10.43.1", $2)
	    print $1, $2, $3 }'
	tail -n +21 "$WORK/db"
	"$O/regress/portalc" peers 10 | sed 's/10\.43\.0/10.43.222/
	    s/fd43::/fd43::222:/'
} >"$WORK/db2"
doc <"$WORK/db2" >"$WORK/db2.json"
put_now portal-a "$WORK/db2.json" ''
is "a part" "$ST$(json '[(.added | length), (.removed | length),
    (.changed | length), .unchanged, (.rejected | length)]')" \
    '200[10,10,10,980,0]' || printf '%s\n' "$BODY"
is "a part: removed ones come with their bytes" \
    "$(json '[.removed[] | [.rx_bytes, .tx_bytes]] | unique')" '[[0,0]]'
sort "$WORK/db2" >"$WORK/want"
check "a part: WireGuard has it" held || diff "$WORK/want" "$WORK/wg.now"

# Addresses that two peers of the set exchange.
awk 'NR == 1 { k = $1; next } NR == 2 { print k, $2, $3; k2 = $1; next }
    { print }' "$WORK/db2" >"$WORK/db3"
awk 'NR == 2 { k2 = $1 } NR == 1 { a = $2 " " $3 } END { print k2, a }' \
    "$WORK/db2" >>"$WORK/db3"
doc <"$WORK/db3" >"$WORK/db3.json"
put_now portal-a "$WORK/db3.json" ''
is "two exchange their addresses" "$ST$(json '[(.changed | length),
    .unchanged, (.rejected | length)]')" '200[2,998,0]' ||
    printf '%s\n' "$BODY"
sort "$WORK/db3" >"$WORK/want"
check "WireGuard has that too" held || diff "$WORK/want" "$WORK/wg.now"
wg_lines >"$WORK/wg.was"

# --- the guard -------------------------------------------------------------

put_now portal-a "$WORK/none.json" ''
problem "an empty list" 409 too-many-removals
still "an empty list"
put_now portal-a "$WORK/db100.json" '?dry_run=true'
like "the dry run of it" "$ST" '^(200|409)$'
still "the dry run of it"
put_now portal-a "$WORK/none.json" '?force=true'
is "an empty list, with force" "$ST$(json '.removed | length')" 2001000
is "and nothing is left" "$(wg_lines)" ''
put_now portal-a "$WORK/db100.json" ''
is "a hundred" "$ST$(json '.added | length')" 200100

# --- whose peers -----------------------------------------------------------

as dev PUT https://127.0.0.1:8443/api/v1/self/lease \
    -H 'Content-Type: application/json' \
    -d "{\"public_key\":\"$(wg genkey | wg pubkey)\"}"
is "a lease" "$ST" 201
lease_key=$(json .public_key | tr -d '"')
lease_addr=$(jq -r '.addresses[0]' "$WORK/body")
echo '{"peers":[{"public_key":"BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBA=","addresses":["10.43.77.1/32"]}]}' \
    >"$WORK/b.json"
put_now portal-b "$WORK/b.json" ''
is "another portal has its own set" "$ST$(json '.added | length')" 2001
static=CCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCA=
as operator PUT "$PEERS/$(echo $static | tr +/ -_)" \
    -H 'Content-Type: application/json' \
    -d '{"addresses":["10.43.78.1/32"],"name":"printer"}'
like "the operator has a static peer" "$ST" '^20[01]$' || printf '%s\n' "$BODY"
wg_lines >"$WORK/wg.was"
as portal-a GET "$PEERS"
is "a portal sees only its own" "$(json '.peers | length')" 100
{
	cat "$WORK/db100"
	echo "$(wg genkey | wg pubkey) $lease_addr"
	echo "$lease_key 10.43.79.1/32"
	echo "$(wg genkey | wg pubkey) 10.43.77.1/32"
	echo "BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBA= 10.43.79.2/32"
	echo "$(wg genkey | wg pubkey) 10.43.78.1/32"
	echo "$static 10.43.79.3/32"
	echo "$(wg genkey | wg pubkey) 10.43.0.1/32"
	echo "$(wg show wg0 public-key) 10.43.79.4/32"
	echo "$(wg genkey | wg pubkey) 10.44.0.1/32"
	echo "$(wg genkey | wg pubkey) 10.43.79.0/24"
} >"$WORK/bad"
doc <"$WORK/bad" >"$WORK/bad.json"
put_now portal-a "$WORK/bad.json" ''
is "rejected one by one" "$ST$(json '[(.added | length), .unchanged,
    (.rejected | length)]')" '200[0,100,10]' || printf '%s\n' "$BODY"
is "rejected one by one: each with its code" \
    "$(jq -r '.rejected[].code' "$WORK/body" | sort | uniq -c |
    awk '{ printf "%s%s=%s", s, $2, $1; s = " " }')" \
    "address-outside=2 address-taken=4 public-key-taken=4"
still "rejected one by one"
put_now portal-b "$WORK/none.json" '?force=true'
is "the other portal empties its set" "$ST$(json '.removed | length')" 2001
wg_lines >"$WORK/wg.now"
is "and only its own is gone" "$(diff "$WORK/wg.was" "$WORK/wg.now" |
    grep '^[<>]')" \
    '< BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBA= 10.43.77.1/32'
wg_lines >"$WORK/wg.was"

# --- bad input -------------------------------------------------------------

bad() {			# NAME STATUS BODY
	printf '%s' "$3" >"$WORK/bad.json"
	put_now portal-a "$WORK/bad.json" ''
	is "$1" "$ST" "$2" || printf '%s\n' "$BODY"
	is "$1: a problem" "$(json '.status')" "$2"
	still "$1"
}
p1='"public_key":"DDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDA="'
a1='"addresses":["10.43.90.1/32"]'
bad "no JSON" 400 'peers'
bad "an empty body" 400 ''
bad "a list, no object" 400 '[]'
bad "no peers" 400 '{}'
bad "peers that are no list" 400 '{"peers":{}}'
bad "peers twice" 400 '{"peers":[],"peers":[]}'
bad "an unknown member" 400 "{\"peers\":[{$p1,$a1,\"color\":\"red\"}]}"
bad "no key" 400 "{\"peers\":[{$a1}]}"
bad "no addresses" 400 "{\"peers\":[{$p1}]}"
bad "a key that is none" 400 "{\"peers\":[{\"public_key\":\"x\",$a1}]}"
bad "another spelling of a key" 400 "{\"peers\":[{\"public_key\":\"DDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDB=\",$a1}]}"
bad "an address that is none" 400 "{\"peers\":[{$p1,\"addresses\":[\"ten\"]}]}"
bad "something behind it" 400 "{\"peers\":[{$p1,$a1}]} x"
bad "half a document" 400 "{\"peers\":[{$p1,$a1}"
put_now portal-a "$WORK/db100.json" '?dry_run=perhaps'
is "dry_run=perhaps" "$ST" 400
put_now portal-a "$WORK/db100.json" '?unknown=1'
is "an unknown parameter" "$ST" 400
as portal-a PUT "$PEERS" -H 'If-Match: *' -H 'Content-Type: text/plain' \
    --data-binary '{"peers":[]}'
problem "a body of another type" 415 unsupported-media-type
still "a body of another type"
# Half a body: the client goes away in the middle.
as portal-a GET "$PEERS"
half=$(wc -c <"$WORK/db.json")
{
	printf 'PUT /api/v1/networks/devices/peers?force=true HTTP/1.1\r\n'
	printf 'Host: x\r\nContent-Type: application/json\r\n'
	printf 'If-Match: %s\r\nContent-Length: %s\r\n\r\n' "$ETAG" "$half"
	head -c $((half / 2)) "$WORK/db.json"
} | timeout 20 openssl s_client -quiet -connect 127.0.0.1:8443 -CAfile \
    "$PKI/ca.crt" -cert "$PKI/portal-a.crt" -key "$PKI/portal-a.key" \
    >"$WORK/half" 2>&1
still "half a body"
# More than a set may have, in peers and in bytes.
awk 'BEGIN { printf "{\"peers\":["
    for (i = 0; i < 100001; i++) printf "%s{\"public_key\":\"A%06dAAAAAAAA" \
	"AAAAAAAAAAAAAAAAAAAAAAAAAAAA=\",\"addresses\":[\"10.43.%d.%d/32\"]}",
	(i ? "," : ""), i, i / 256 % 256, i % 256
    print "]}" }' >"$WORK/large.json"
put_now portal-a "$WORK/large.json" '?force=true'
problem "100,001 peers" 413 too-large
still "100,001 peers"
awk 'BEGIN { printf "{\"peers\":["
    for (i = 0; i < 9 * 1024; i++) printf "%1024s", ""
    print "]}" }' >"$WORK/large.json"
put_now portal-a "$WORK/large.json" '?force=true'
problem "9 MiB" 413 too-large
still "9 MiB"
for m in POST DELETE PATCH; do
	as portal-a $m "$PEERS"
	like "$m is not a method of it" "$ST" '^(405|501)$'
done
as portal-a POST "$PEERS"
problem "wrong method" 405 bad-request
like "wrong method: what is allowed" "$(tr -d '\r' <"$WORK/head")" \
    '^Allow: GET, (HEAD, )?PUT$'
as portal-a GET https://127.0.0.1:8443/api/v1/networks/nothing/peers
like "another network" "$ST" '^(403|404)$'
as portal-a GET https://127.0.0.1:8443/api/v1/networks/devices/nothing
problem "an unknown path" 404 not-found
as dev GET "$PEERS"
problem "a device is no portal" 403 identity-denied
as stranger GET "$PEERS"
problem "nor is a stranger" 403 identity-not-matched
still "all of this"

# --- one peer --------------------------------------------------------------

one=$(wg genkey | wg pubkey)
one_url=$PEERS/$(echo "$one" | tr +/ -_)
as portal-a PUT "$one_url" -H 'Content-Type: application/json' \
    -d '{"addresses":["10.43.91.1/32","fd43::91:1/128"]}'
is "one peer more" "$ST" 201 || printf '%s\n' "$BODY"
is "is in WireGuard" "$(wg_lines | grep -cxF \
    "$one 10.43.91.1/32 fd43::91:1/128")" 1
as portal-a PUT "$one_url" -H 'Content-Type: application/json' \
    -d '{"addresses":["10.43.91.2/32"],"name":"phone"}'
is "changed" "$ST$(json '[.public_key, .addresses, .name]')" \
    "200[\"$one\",[\"10.43.91.2/32\"],\"phone\"]"
as portal-b DELETE "$one_url"
is "another portal cannot delete it" "$ST" 404
as portal-a DELETE "$one_url"
like "deleted" "$ST" '^20[04]$'
as portal-a DELETE "$one_url"
is "deleted again" "$ST" 404
still "added and deleted"

# --- sallyctl --------------------------------------------------------------

check "show sync" ctl show sync
like "show sync: the portal's" "$(ctl -j show sync | jq -c '.')" 'portal-a'
printf '%s\n' '{"peers":[' \
    "{\"public_key\":\"$static\",\"name\":\"printer\"," \
    '"addresses":["10.43.78.1/32"]},' \
    "{\"public_key\":\"DDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDA=\"," \
    '"name":"scanner","addresses":["10.43.78.2/32"]}]}' >"$WORK/apply.json"
check "apply dry-run" ctl apply "$WORK/apply.json" dry-run
like "apply dry-run: says what it would add" "$(cat "$WORK/out")" DDDDDDDD
still "apply dry-run"
check "apply" ctl apply "$WORK/apply.json"
is "apply: the peer is there" "$(wg_lines | grep -c '^DDDDDDDD.*10.43.78.2')" 1
is "apply: nothing else changed" "$(wg_lines | diff "$WORK/wg.was" - |
    grep -c '^[<>]')" 1
check "apply again" ctl apply "$WORK/apply.json"
is "apply again: the same" "$(wg_lines | diff "$WORK/wg.was" - |
    grep -c '^[<>]')" 1
echo '{"peers":[{]}' >"$WORK/bad.json"
check_status "apply: a broken file" 65 ctl apply "$WORK/bad.json"
check_status "apply: no file" 66 ctl apply "$WORK/no-such-file"
check "export by name" ctl export peer scanner
like "export: wg-quick's form" "$(cat "$WORK/out")" '^\[Interface\]$'
like "export: its address" "$(cat "$WORK/out")" \
    '^Address = 10\.43\.78\.2/32$'
like "export: the gateway's key" "$(cat "$WORK/out")" \
    "^PublicKey = $(wg show wg0 public-key | sed 's/+/\\+/g')\$"
unlike "export: no private key" "$(cat "$WORK/out")" '^PrivateKey = [A-Za-z0-9+/]{43}='
cp "$WORK/out" "$WORK/by-name"
check "export by key" ctl export peer \
    DDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDA=
cp "$WORK/out" "$WORK/by-key"
check "is the same" cmp "$WORK/by-name" "$WORK/by-key"
check_status "export: nobody" 1 ctl export peer nobody

# wg-quick's own file.
wg_lines >"$WORK/wg.was"
cat >"$WORK/wg0.conf" <<END
[Interface]
Address = 10.43.0.1/16
ListenPort = 51820

[Peer]
# camera at the door
PublicKey = EEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEA=
AllowedIPs = 10.43.80.1/32, fd43::80:1/128

# heat pump
[Peer]
PublicKey = FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFA=
AllowedIPs = 10.43.80.2/32
END
check "import dry-run" ctl import "$WORK/wg0.conf" dry-run
still "import dry-run"
check "import" ctl import "$WORK/wg0.conf"
is "import: both are there" "$(wg_lines | grep -cE '^(EEEE|FFFF)')" 2
is "import: nobody is gone" "$(wg_lines | diff "$WORK/wg.was" - |
    grep -c '^<')" 0
like "import: names from comments" "$(ctl show peers)" 'camera at the door'
check "import: exported by that name" ctl export peer 'heat pump'
{ sed 's/^ListenPort/SaveConfig = true\n&/' "$WORK/wg0.conf"; } >"$WORK/wg1.conf"
wg_lines >"$WORK/wg.was"
check_status "import: SaveConfig with our pools is refused" 1 \
    ctl import "$WORK/wg1.conf"
still "import: SaveConfig"

# The id of a request is in the lines of both processes that know of it.
lines_of() {		# ID
	sed -n "s/^[^ ]* \([a-z]*\): .* req=$1\$/\1/p" "$WORK/netd.log" | sort |
	    tr '\n' ' '
}
in_both() {		# ID
	[ "$(lines_of "$1")" = "apid leased " ]
}
traced() {		# NAME ID
	check "$1" wait_for 10 in_both "$2" || lines_of "$2"
}
key=$(head -c 32 /dev/urandom | base64)
as dev PUT https://127.0.0.1:8443/api/v1/self/lease \
    -H 'Content-Type: application/json' -H 'X-Request-Id: trace.lease' \
    -d "{\"public_key\":\"$key\"}"
traced "traced: a registration ($ST)" trace.lease
key=$(head -c 32 /dev/urandom | base64)
url=$PEERS/$(printf %s "$key" | tr +/ -_ | tr -d =)
as portal-a PUT "$url" -H 'Content-Type: application/json' \
    -H 'X-Request-Id: trace.put' -d '{"addresses":["10.43.90.1/32"]}'
traced "traced: a peer ($ST)" trace.put
as portal-a DELETE "$url" -H 'X-Request-Id: trace.delete'
traced "traced: a peer's end ($ST)" trace.delete
echo "$key 10.43.90.2/32" | doc >"$WORK/trace"
as portal-b GET "$PEERS"
put portal-b "$WORK/trace" '?dry_run=true' -H "If-Match: $ETAG" \
    -H 'X-Request-Id: trace.dry'
dry=$ST
put portal-b "$WORK/trace" '?force=true' -H "If-Match: $ETAG" \
    -H 'X-Request-Id: trace.set'
traced "traced: a set ($ST)" trace.set
is "traced: a dry run changes nothing ($dry)" \
    "$(grep -c 'req=trace.dry' "$WORK/netd.log")" 0
as dev DELETE https://127.0.0.1:8443/api/v1/self/lease \
    -H 'X-Request-Id: trace.end'
check "traced: a lease's end ($ST)" logged \
    '^[^ ]+ leased: lease\.release .* req=trace\.end$'
wg_lines >"$WORK/wg.was"

# All of it is there after a restart.
suite_stop
ip link delete wg0
suite_start
still "a restart with a new interface"
as portal-a GET "$PEERS"
is "the set is there" "$(json '.peers | length')" 100

# Who goes with a set goes with his last bytes.
dev_add d1
pub=$(cat "$WORK/d1.pub")
jq -n --arg k "$(wg show wg0 public-key)" --arg e "$GW:51820" \
    '{server: {public_key: $k, endpoint: $e, routes: ["fd43::/64"]},
    addresses: ["fd43::92:1"]}' >"$WORK/d1.body"
echo "$pub fd43::92:1/128" | doc >"$WORK/mine"
put_now portal-b "$WORK/mine" '?force=true'
is "a device" "$ST" 200 || printf '%s\n' "$BODY"
dev_apply d1
check "a device: it pings" dev_ping d1
as portal-b GET "$PEERS"
in_ns d1 ping -q -c 5 -i 0.1 -s 1000 "$GW6" >/dev/null
wait_for 5 steady wg show wg0 transfer
wg show wg0 transfer | awk -v k="$pub" '$1 == k { print $2, $3 }' >"$WORK/bytes"
echo '{"peers":[]}' >"$WORK/none"
bytes() {
	json ".removed[] | select(.public_key == \"$pub\") |
	    [.rx_bytes, .tx_bytes]" | tr -d '[]' | tr , ' '
}
put portal-b "$WORK/none" '?force=true&dry_run=true' -H "If-Match: $ETAG"
is "removed, dry run: its bytes to the last" "$(bytes)" "$(cat "$WORK/bytes")"
put portal-b "$WORK/none" '?force=true' -H "If-Match: $ETAG"
is "removed: its bytes to the last" "$ST $(bytes)" "200 $(cat "$WORK/bytes")"
finish
