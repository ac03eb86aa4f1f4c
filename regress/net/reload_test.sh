#!/bin/sh
# What changes while it runs: revocation lists, certificates and the
# configuration are taken in without a restart, and a bad one is not taken.
. "${TOP:-.}/regress/lib.sh"
private "$@"
. "$TOP/regress/suite.sh"

# A write to the end of a connection is an error, not the end of the test.
trap "" PIPE

pki_init
suite_conf
suite_start
dev_add d1
cert d1 smart-toilet-1
cert d2 smart-toilet-2
suite_pids >"$WORK/pids"

# One kept-alive connection as d2; lines for it go to fd 8, answers to a file.
mkfifo "$WORK/to"
get() {
	printf 'GET /api/v1/self/lease HTTP/1.1\r\nHost: gw\r\n\r\n' >&8
}
answers() {		# COUNT
	[ "$(grep -ac '^HTTP/1.1' "$WORK/tls.log")" -ge "$1" ]
}
# spawn gives no standard input: the pipe is opened by a shell in between.
: >"$WORK/tls.log"
spawn tls sh -c 'exec openssl s_client "$@" <"$0"' "$WORK/to" \
    -connect "$GW:8443" -CAfile "$PKI/ca.crt" -cert "$PKI/d2.crt" \
    -key "$PKI/d2.key" -quiet -verify_quiet
TLS=$PID
exec 8>"$WORK/to"
get
check "kept alive: first request is answered" wait_for 5 answers 1
get
check "kept alive: second request is answered" wait_for 5 answers 2
pki_revoke d2
t=$(now_ms)
# Ask again and again: within a second no answer comes any more.
while ! gone "$TLS" && [ $(($(now_ms) - t)) -lt 10000 ]; do
	get 2>/dev/null
	sleep 0.1
	grep -aq '^HTTP/1.1 403' "$WORK/tls.log" && break
done
t=$(($(now_ms) - t))
check "revoked: a kept-alive connection is cut off ($t ms)" test "$t" -lt 5000
exec 8>&-
is "revoked: a new connection is refused" "$(dev_post d1 d2)" 000
is "revoked: others go on" "$(dev_post d1 d1)" 200

# a list that is none
: >"$WORK/netd.log"
echo garbage >"$PKI/ca.crl.new"
mv "$PKI/ca.crl.new" "$PKI/ca.crl"
not() {
	! "$@"
}
check "a bad CRL: the log names it" logged 'ca\.crl'
is "a bad CRL: the old one is kept" "$(dev_post d1 d2)" 000
is "a bad CRL: others go on" "$(dev_post d1 d1)" 200
pki_revoke
ready() {
	[ "$(dev_post d1 d2)" != 000 ]
}
check "an empty CRL: the device is welcome again" wait_for 5 ready

# the server's certificate
serial() {
	openssl s_client -connect "$GW:8443" -cert "$PKI/d1.crt" \
	    -key "$PKI/d1.key" </dev/null 2>/dev/null |
	    openssl x509 -noout -serial
}
old=$(serial)
like "the server's certificate can be seen" "$old" 'serial=.'
"$O/mint" cert "$PKI" new server cn=vpn.example.com "san=IP:$GW" || exit 1
mv "$PKI/new.key" "$PKI/server.key"
mv "$PKI/new.crt" "$PKI/server.crt"
new=$(openssl x509 -noout -serial -in "$PKI/server.crt")
renewed() {
	[ "$(serial)" = "$new" ]
}
check "a new certificate is served without a restart" wait_for 5 renewed
is "a new certificate: registration works with it" "$(dev_post d1 d1)" 200

# a bad one: a certificate without its key, then garbage
"$O/mint" cert "$PKI" new server cn=vpn.example.com "san=IP:$GW" || exit 1
: >"$WORK/netd.log"
mv "$PKI/new.crt" "$PKI/server.crt"
check "a certificate that does not fit its key: the log says so" \
    logged 'server\.crt|certificate'
is "a certificate that does not fit its key: the old one is kept" \
    "$(serial)" "$new"
echo garbage >"$PKI/server.new"
mv "$PKI/server.new" "$PKI/server.crt"
check_status "sallyctl reload reports a bad certificate" 78 ctl reload
like "and names the file" "$(cat "$WORK/out")" 'sallyport\.conf.*certificate|server\.crt'
is "garbage for a certificate: the old one is kept" "$(serial)" "$new"
mv "$PKI/new.key" "$PKI/server.key"
"$O/mint" cert "$PKI" server server cn=vpn.example.com "san=IP:$GW" || exit 1
new=$(openssl x509 -noout -serial -in "$PKI/server.crt")
check "a good pair again is taken" wait_for 5 renewed

# the configuration
cp "$CONF" "$S/good"
sed 's/keepalive/keepalife/; s/lease = "never"/leese = "never"/' "$S/good" \
    >"$CONF"
: >"$WORK/netd.log"
kill -HUP "$SUITE"
line=$(grep -n leese "$CONF" | cut -d : -f 1)
check "a bad config: file and line are named" \
    logged "sallyport.conf:$line"
check "a bad config: with a suggestion" logged '"lease"|lease'
is "a bad config: the old one is kept" "$(dev_post d1 d1)" 200
check_status "sallyctl reload reports a bad config" 78 ctl reload
like "and names the line" "$(cat "$WORK/out")" "sallyport.conf:$line"
sed 's/smart-toilet-/clever-toilet-/' "$S/good" >"$CONF.new"
chmod 640 "$CONF.new"
mv "$CONF.new" "$CONF"
other() {
	[ "$(dev_post d1 d1)" = 403 ]
}
check "a changed pattern is taken without a signal" wait_for 5 other
cp "$S/good" "$CONF"
check "sallyctl reload" ctl reload
is "the old pattern again" "$(dev_post d1 d1)" 200
suite_pids >"$WORK/pids2"
check "nobody was restarted for all this" diff "$WORK/pids" "$WORK/pids2"
finish
