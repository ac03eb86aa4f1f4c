#!/bin/sh
# Addresses made from names, autowg's list of peers, a proxy that vouches for
# names, and the answers while leased is away.
. "${TOP:-.}/regress/lib.sh"
private "$@"
. "$TOP/regress/suite.sh"

POOLS='"fde3:25fb:7f6c:1::/64"'
echo "portal:secret" >"$WORK/auth"
chmod 600 "$WORK/auth"
CONF_NETWORK='assign = "metans"; metans_template = "st%s.0";'
RULES='{ proof = "certificate"; pattern = "smart-toilet-(\\d+)";
      role = "device"; network = "devices"; },
    { proof = "header"; pattern = "smart-toilet-(\\d+)";
      role = "device"; network = "devices"; }'
CONF_MORE="autowg: { auth_file = \"$WORK/auth\"; };
trusted_proxies = [ \"127.0.0.1\" ];"
pki_init
suite_conf
# A second listener, for the proxy.
sed -i 's|^listen = (|&\n    { address = "[::]:3000"; api = [ "autowg" ]; proof = "header";\n      prefix = "/"; },|' "$CONF"
suite_start
dev_add d1
cert d1 smart-toilet-1234

is "metans: 200" "$(dev_post d1 d1)" 200
is "metans: the address of the published example" \
    "$(sed -n 's/^ip=//p' "$WORK/d1.body")" \
    fde3:25fb:7f6c:1:cb0b:5960:3f8c:99ad
check "metans: tunnel" dev_apply d1
check "metans: ping" dev_ping d1

is "peers.json: 401 without a password" \
    "$(dev_curl d1 d1 "$URL/vpn/v1/peers.json")" 401
is "peers.json: 401 with a wrong one" \
    "$(dev_curl d1 d1 -u portal:wrong "$URL/vpn/v1/peers.json")" 401
is "peers.json: 200" \
    "$(dev_curl d1 d1 -u portal:secret "$URL/vpn/v1/peers.json")" 200
is "peers.json: the device, its words in order" \
    "$(jq -r '."1234" | keys_unsorted | join(" ")' "$WORK/d1.body")" \
    "created ip last_handshake pubkey rx_bytes tx_bytes using_psk"
is "peers.json: its key" "$(jq -r '."1234".pubkey' "$WORK/d1.body")" \
    "$(cat "$WORK/d1.pub")"

# The proxy's side: the name is in a header, from the proxy alone.
subject() {		# SOURCE SUBJECT
	curl -sS -m 5 --interface "$1" -w '%{http_code}' -o "$WORK/body" \
	    -H "X-Client-Subject: $2" -d "$(wg genkey | wg pubkey)" \
	    "http://$3:3000/v1/register" 2>/dev/null
}
is "header: from the proxy" \
    "$(subject 127.0.0.1 CN=smart-toilet-77,O=x 127.0.0.1)" 200
is "header: a name outside the pattern" \
    "$(subject 127.0.0.1 'CN=smart-toilet-77x,O=x' 127.0.0.1)" 403
is "header: from somebody else" \
    "$(subject "$GW" CN=smart-toilet-78 "$GW")" 403
like "header: that one got no lease" "$(leases | wc -l)" '^2$'

# leased away: 503 and when to come again; tunnels go on
kill -STOP "$(role_pid leased)"
st=$(dev_curl d1 d1 -m 20 -D "$WORK/head" -d "$(cat "$WORK/d1.pub")" "$REGISTER")
is "leased stands still: 503" "$st" 503
like "leased stands still: with Retry-After" "$(cat "$WORK/head")" \
    '[Rr]etry-[Aa]fter: [0-9]+'
check "leased stands still: the tunnel works" dev_ping d1
kill -CONT "$(role_pid leased)"
again() {
	[ "$(dev_post d1 d1)" = 200 ]
}
check "leased goes on: 200" wait_for 10 again
finish
