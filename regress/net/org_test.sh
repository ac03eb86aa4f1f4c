#!/bin/sh
# Two organisations behind one listener: each CA's devices have a namespace of
# their own, and a rule takes the certificates that its words describe.
. "${TOP:-.}/regress/lib.sh"
private "$@"
. "$TOP/regress/suite.sh"

RULES="{ pattern = \"dev-([0-9]+)\"; role = \"device\"; network = \"devices\";
          ca = \"$PKI/org-a.crt\"; name_prefix = \"a\"; },
       { pattern = \"dev-([0-9]+)\"; role = \"device\"; network = \"devices\";
          ca = \"$PKI/org-b.crt\"; name_prefix = \"b\"; },
       { subject = \"dns\"; pattern = \"([a-z]+)[.]example\"; role = \"device\";
          network = \"devices\"; ca = \"$PKI/org-a.crt\"; name_prefix = \"n-\"; }"
CRL=''

enrol() {		# CERT; prints the status and the names of all leases
	enrol_st=$(curl --cacert "$WORK/server-ca.crt" --cert "$PKI/$1.crt" \
	    --key "$PKI/$1.key" -sS -m 10 -o "$WORK/body" -w '%{http_code}' \
	    -d "$(wg genkey | wg pubkey)" \
	    https://127.0.0.1:8443/vpn/v1/register 2>/dev/null)
	echo "$enrol_st" $(leases | cut -d' ' -f1)
}

pki_init
cp "$PKI/ca.crt" "$WORK/server-ca.crt"
for org in a b c; do
	"$O/mint" ca "$PKI" "cn=org $org" out=org-$org
	"$O/mint" cert "$PKI" dev-$org client cn=dev-1 by=org-$org
done
"$O/mint" cert "$PKI" nocn client cn= by=org-a san=DNS:toilet.example
"$O/mint" cert "$PKI" nocn-b client cn= by=org-b san=DNS:toilet.example
cat "$PKI/org-a.crt" "$PKI/org-b.crt" "$PKI/org-c.crt" >"$PKI/ca.crt"
suite_conf
check "netd -n" "$BIN/netd" -n $NOUSER -L "$BIN" -f "$CONF"
suite_start
is "of the first" "$(enrol dev-a)" "200 a1"
is "of the second, with the same name" "$(enrol dev-b)" "200 a1 b1"
is "of a third, which no rule names" "$(enrol dev-c)" "403 a1 b1"
is "without a CN, by its DNS name" "$(enrol nocn)" "200 a1 b1 n-toilet"
is "the same of the second" "$(enrol nocn-b)" "403 a1 b1 n-toilet"

# The CA of a rule is read again, and a broken one does not take its place.
echo broken >"$PKI/org-b.crt"
check_status "a broken CA: refused" 78 ctl reload
is "a broken CA: the old one stays" "$(enrol dev-b)" "200 a1 b1 n-toilet"
check_status "a broken CA: netd -n" 78 "$BIN/netd" -n $NOUSER -L "$BIN" \
    -f "$CONF"
like "a broken CA: it names the line" "$("$BIN/netd" -n $NOUSER -L "$BIN" \
    -f "$CONF" 2>&1)" "$CONF:[0-9]+: identities\[1\]: ca: "
suite_stop
suite_start
is "a broken CA at start: the rest runs" "$(enrol dev-a)" "200 a1 b1 n-toilet"
is "a broken CA at start: whom its rule fits is refused" "$(enrol dev-b)" \
    "403 a1 b1 n-toilet"
is "a broken CA at start: not whom others fit" "$(enrol nocn)" \
    "200 a1 b1 n-toilet"
suite_stop
(RULES="$RULES, { pattern = \"(dev-[0-9]+)\"; role = \"device\";
    network = \"devices\"; name_prefix = \"any-\"; }"; suite_conf)
suite_start
is "a broken CA at start: no later rule takes them" "$(enrol dev-b)" \
    "403 a1 b1 n-toilet"
check "a broken CA at start: the log says why" logged \
    'the CA of an identity rule that fits cannot be used'
suite_stop
suite_conf
suite_start
cp "$PKI/org-c.crt" "$PKI/org-b.crt"
now() {
	[ "$(enrol dev-c)" = "200 a1 b1 n-toilet" ]
}
check "another CA in its place: its devices" wait_for 5 now
is "another CA in its place: not the others" "$(enrol dev-b)" \
    "403 a1 b1 n-toilet"

# Without a prefix, the names would be the same: that is told.
suite_stop
sed -i 's/name_prefix = "."; *//' "$CONF"
: >"$WORK/netd.log"
suite_start
check "the same names: the log says so" logged \
    'may give devices of different CAs the same name'
check_status "the same names: netd -n" 78 "$BIN/netd" -n $NOUSER -L "$BIN" \
    -f "$CONF"
sed -i 's/ca = "[^"]*org-b.crt"; *//; s/ca = "[^"]*org-a.crt"; *//' "$CONF"
ctl reload >/dev/null 2>&1
check "rules without a CA: the log says so" logged \
    'client_ca has 3 independent CAs'
finish
