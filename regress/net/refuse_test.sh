#!/bin/sh
# Bad input at the front: each gets a clear answer or a closed connection, and
# nothing changes: not a lease, not a peer, not a process.
. "${TOP:-.}/regress/lib.sh"
private "$@"
. "$TOP/regress/suite.sh"

# Few addresses, to fill them.
POOLS='"fde3:25fb:7f6c:1::/126"'
pki_init
suite_conf
suite_start
dev_add d1
cert d1 smart-toilet-1
cert d2 smart-toilet-2
is "a good registration is taken" "$(dev_post d1 d1)" 200
remember

# --- certificates that are refused in the handshake (no answer: 000)

tls_refused() {		# NAME CERT
	is "$1: refused" "$(dev_post d1 "$2")" 000
	is "$1: refused for the native API" "$(dev_put d1 "$2")" 000
	like "$1: with an alert" "$(cat "$WORK/d1.err")" \
	    'alert|SSL|reset|closed'
}

mkdir "$WORK/other"
"$O/mint" ca "$WORK/other"
"$O/mint" cert "$WORK/other" evil client cn=smart-toilet-7
cp "$WORK/other/evil.crt" "$WORK/other/evil.key" "$PKI/"
tls_refused "wrong CA" evil
cert expired smart-toilet-7 from=-7200 until=-3600
tls_refused "expired" expired
cert early smart-toilet-7 from=3600 until=7200
tls_refused "not yet valid" early
cert revoked smart-toilet-7
pki_revoke revoked
gone_now() {
	[ "$(dev_post d1 revoked)" = 000 ]
}
check "revoked: refused within a second or so" wait_for 3 gone_now
tls_refused "revoked" revoked
cert maileku smart-toilet-7 eku=email
tls_refused "EKU of mail" maileku
cert noeku smart-toilet-1 eku=none
is "no EKU: let in" "$(dev_post d1 noeku)" 200
cert srveku smart-toilet-7 eku=server
tls_refused "EKU of a server" srveku
cert isca smart-toilet-7 ca=1
tls_refused "a CA as a client" isca
tls_refused "no certificate" -
unchanged "bad certificates"

# --- names

name_refused() {	# NAME CERT
	refused_st=$(dev_post d1 "$2")
	case $refused_st in
	403|000) ok "$1: refused ($refused_st)" ;;
	*) fail "$1: answered $refused_st $(cat "$WORK/d1.body")" ;;
	esac
}

cert twocn smart-toilet-7 cn2=smart-toilet-8
name_refused "two CNs" twocn
cert ctrl 'smart-toilet-7\n'
name_refused "a newline in the CN" ctrl
cert ctrl2 'smart-toilet-\x017'
name_refused "a control character in the CN" ctrl2
cert nul 'smart-toilet-7\0x'
name_refused "a NUL in the CN" nul
cert nocn ''
name_refused "no CN" nocn
cert other clever-toilet-7
name_refused "a name outside the pattern" other
is "a name outside the pattern: 403" "$(dev_put d1 other)" 403
is "a name outside the pattern: a problem with a code" \
    "$(jq -r .code "$WORK/d1.body")" identity-not-matched
cert longer smart-toilet-7x
name_refused "a pattern that would match a prefix only" longer
cert before xsmart-toilet-7
name_refused "a pattern that would match the end only" before
cert unseen 'smart-toilet-7\xe2\x80\x8b'
name_refused "a zero width space in the CN" unseen
unchanged "bad names"

# --- names that would be lines or fields of the log

LOG=$WORK/netd.log
forged='smart-toilet-9 key=AAAA by=cn:admin from=203.0.113.7'
cert forged "$forged"
name_refused "fields in the CN" forged
"$O/mint" cert "$WORK/other" strange client \
    cn='x" from=203.0.113.7 req=0 by="root'
cp "$WORK/other/strange.crt" "$WORK/other/strange.key" "$PKI/"
tls_refused "fields in the CN of another CA's certificate" strange
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
    -keyout "$PKI/own.key" -out "$PKI/own.crt" -days 1 \
    -subj '/CN=y" from=203.0.113.7 listen=z' 2>/dev/null
tls_refused "fields in the CN of a certificate of its own" own
is "a User-Agent and an id with fields change nothing" \
    "$(dev_curl d1 other -H 'User-Agent: a" from=203.0.113.7' \
    -H 'X-Request-Id: b from=203.0.113.7' -d "$(cat "$WORK/d1.pub")" \
    "$REGISTER")" 403
check "the names are in the log" wait_for 5 \
    grep -q 'cn=y.042.040from.075203' "$LOG"
check "one in quotes" grep -qF \
    'by="cn:smart-toilet-9 key\075AAAA by\075cn:admin from\075203.0.113.7"' \
    "$LOG"
is "no line has a field of theirs" "$(grep 'from=203' "$LOG")" ""
is "each line about a client has one sender" \
    "$(awk '/refuse/ && gsub(/from=/, "") != 1' "$LOG")" ""
unchanged "names that look like fields"

# --- keys

key_refused() {		# NAME KEY STATUS-ERE
	like "$1: by autowg's POST" \
	    "$(dev_curl d1 d2 -d "$2" "$REGISTER")" "$3"
	like "$1: by PUT" "$(dev_curl d1 d2 -X PUT -H \
	    'Content-Type: application/json' -d "{\"public_key\":\"$2\"}" \
	    "$SELF")" "$3"
}

zero=$(head -c 32 /dev/zero | base64)
one=$( (printf '\001'; head -c 31 /dev/zero) | base64)
# p - 1 and p, of order 2 and 1; an 8-torsion point; p with the top bit set
pm1=$( (printf '\354'; head -c 30 /dev/zero | tr '\000' '\377'; printf '\177') | base64)
p=$( (printf '\355'; head -c 30 /dev/zero | tr '\000' '\377'; printf '\177') | base64)
ptop=$( (printf '\355'; head -c 31 /dev/zero | tr '\000' '\377') | base64)
torsion=4Ot6fDtBuK4WVuP68Z/EatoJjeucMrH9hmIFFl9JuAA=
for k in "all zero:$zero" "low order, one:$one" "low order, p-1:$pm1" \
    "low order, p:$p" "low order, p with the top bit:$ptop" \
    "low order, 8-torsion:$torsion" "too short:AAAA" \
    "not base64:$(printf 'x%.0s' $(seq 43))!" \
    "without padding:$(head -c 32 /dev/urandom | base64 | tr -d =)" \
    "empty:"; do
	key_refused "key, ${k%%:*}" "${k#*:}" '^(400|422)$'
done
key_refused "the gateway's own key" "$(wg show wg0 public-key)" '^409$'
key_refused "a key held by another" "$(cat "$WORK/d1.pub")" '^409$'
for k in AAAA "$(wg genpsk)x" "$(wg genpsk)
$(wg genpsk)"; do
	is "a bad preshared key" "$(dev_curl d1 d2 -d "$(wg genkey | wg pubkey)
$k" "$REGISTER")" 400
done
like "a bad preshared key: it says so" "$(cat "$WORK/d1.body")" \
    'perhaps a preshared key on a second line$'
unchanged "bad keys"

# --- networks, bodies, methods

key=$(wg genkey | wg pubkey)
put() {			# BODY
	dev_curl d1 d2 -X PUT -H 'Content-Type: application/json' -d "$1" \
	    "$SELF"
}
like "unknown network" "$(put "{\"public_key\":\"$key\",\"network\":\"nosuch\"}")" \
    '^(400|403|404|422)$'
check "unknown network: a problem in JSON" jq -e .code "$WORK/d1.body"
like "no JSON" "$(put 'public_key=x')" '^(400|422)$'
like "JSON cut off" "$(put '{"public_key":')" '^(400|422)$'
like "JSON of another shape" "$(put '[1]')" '^(400|422)$'
like "a key twice" "$(put "{\"public_key\":\"$key\",\"public_key\":\"$key\"}")" \
    '^(400|422)$'
like "an unknown word" "$(put "{\"public_key\":\"$key\",\"x\":1}")" \
    '^(400|422)$'
like "unknown path" "$(dev_curl d1 d2 "$URL/nosuch")" '^(401|404)$'
like "unknown method" "$(dev_curl d1 d2 -X PATCH "$SELF")" '^(405|501)$'
unchanged "bad requests"

# --- a full pool

n=0
while [ $n -lt 6 ]; do
	n=$((n + 1))
	cert "f$n" "smart-toilet-10$n" || exit 1
	st=$(dev_curl d1 "f$n" -d "$(wg genkey | wg pubkey)" "$REGISTER")
	[ "$st" = 200 ] || break
done
is "full pool: 503" "$st" 503
like "full pool: with Retry-After" "$(dev_curl d1 "f$n" -i -d "$key" \
    "$REGISTER"; cat "$WORK/d1.body")" '[Rr]etry-[Aa]fter: [0-9]+'
remember
dev_curl d1 "f$n" -d "$key" "$REGISTER" >/dev/null
unchanged "full pool"
is "full pool: a renewal is still taken" "$(dev_post d1 d1)" 200
finish
