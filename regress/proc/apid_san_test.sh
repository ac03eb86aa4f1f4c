#!/bin/sh
# Identity rules on the other names of real certificates, over TLS, by the real
# apid between a scripted parent and leased (apid_drv).
. "${TOP:-.}/regress/lib.sh"
. "$TOP/regress/proc/apid_lib.sh"

PKI=$WORK/pki
mkdir -p "$PKI"
mint() {		# NAME CN SAN
	"$O/mint" cert "$PKI" "$1" client "cn=$2" ${3:+"san=$3"} || exit 1
}
"$O/mint" ca "$PKI" && "$O/mint" cert "$PKI" server server || exit 1
long=$(head -c 256 /dev/zero | tr '\0' a)
mint cn dev-12
mint dns printer DNS:31.dev.example
mint uri printer URI:spiffe://example/dev/32,DNS:x.example
mint mail dash email:mon@example,DNS:x.example
mint same printer DNS:31.dev.example,DNS:x.example,DNS:31.dev.example
mint two printer DNS:31.dev.example,DNS:32.dev.example
mint both dev-12 DNS:31.dev.example,URI:spiffe://example/dev/32
mint kind printer email:31.dev.example,URI:31.dev.example
mint anchor printer DNS:x31.dev.example,DNS:31.dev.example.evil
mint none printer
mint bad dev-12 "DNS:$long"
mint badother printer "DNS:31.dev.example,URI:$long"
mint ip printer DNS:31.dev.example,IP:192.0.2.1
"$O/mint" cert "$PKI" nocn client cn= san=critical,DNS:31.dev.example
"$O/mint" cert "$PKI" cns client cn=a cn2=b san=DNS:31.dev.example

drv_start -t "$PKI"
T=$(port tls)
URL=https://127.0.0.1:$T
drv "rules 3"
drv "reload" '^ack'

register() {		# CERT: STATUS, IP
	ask /vpn/v1/register --cacert "$PKI/ca.crt" --cert "$PKI/$1.crt" \
	    --key "$PKI/$1.key" -d "$KEY"
	IP=$(printf '%s\n' "$BODY" | sed -n 's/^ip=fde3:25fb:7f6c:1:://p')
}
named() {		# NAME CERT N
	register "$2"
	is "$1" "$STATUS $IP" "200 $3"
}
nobody() {		# NAME CERT
	register "$2"
	is "$1" "$STATUS" 403
}

wait_for 5 curl -sS -m 2 -o /dev/null --cacert "$PKI/ca.crt" \
    --cert "$PKI/cn.crt" --key "$PKI/cn.key" "$URL/livez"
named "a CN, as ever" cn c
named "a DNS name" dns 1f
named "a URI, beside a DNS name that fits nothing" uri 20
named "two DNS names that mean the same" same 1f
named "the first rule wins, whatever else the certificate has" both 1f
named "a DNS name beside an address" ip 1f
nobody "an email address or URI that looks like a DNS name" kind
nobody "a DNS name that only contains what fits" anchor
nobody "no other name at all" none
nobody "two DNS names that mean two devices" two
check "two devices: the log says why" says \
    'lease refuse by=cn:printer .*names in the certificate fit one identity'
nobody "a DNS name too long, and a rule for DNS names is first" bad
named "a URI too long, and no rule for URIs is reached" badother 1f
named "a DNS name, and no CN" nocn 1f
named "a DNS name, and two CNs that no rule reads" cns 1f
ask /vpn/v1/peers.json --cacert "$PKI/ca.crt" --cert "$PKI/mail.crt" \
    --key "$PKI/mail.key"
is "an email address" "$STATUS $(jbody length)" "200 2"
check "the log has the name that counted" says \
    'lease add name=31 .* by=dns:31\.dev\.example '

drv "test dns:31.dev.example" '^ident '
is "test of a DNS name" "$ANSWER" "ident rule=0 role=1 name=31 net=devices"
drv "test URI:spiffe://example/dev/7" '^ident '
is "test of a URI" "$ANSWER" "ident rule=1 role=1 name=7 net=devices"
drv "test 31.dev.example" '^ident '
like "test of a CN finds no DNS rule" "$ANSWER" '^ident no: '
drv "test CN=dev-5" '^ident '
is "test of a CN" "$ANSWER" "ident rule=3 role=1 name=5 net=devices"

# The same certificates when no rule asks for more than the CN.
drv "rules 0"
drv "reload" '^ack'
nobody "without rules for them other names say nothing" dns
named "nor do bad ones" bad c
drv_stop "SAN: the end"
finish
