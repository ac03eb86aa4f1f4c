#!/bin/sh
# Server keys of every kind, changed while it runs: the key holder loads and
# uses each of them inside its sandbox, and dies of none.
. "${TOP:-.}/regress/lib.sh"
private "$@"
. "$TOP/regress/suite.sh"

pki_init
suite_conf
suite_start
dev_add d1
cert d1 smart-toilet-1
holder=$(role_pid apid-key)
is "P-256: a registration" "$(dev_post d1 d1)" 200

served() {
	openssl s_client -connect "$GW:8443" -cert "$PKI/d1.crt" \
	    -key "$PKI/d1.key" </dev/null 2>/dev/null >"$WORK/s_client"
	[ "$(openssl x509 -noout -serial <"$WORK/s_client" 2>/dev/null)" = \
	    "$(openssl x509 -noout -serial -in "$PKI/server.crt")" ]
}
swap() {		# TYPE
	"$O/mint" cert "$PKI" new server cn=vpn.example.com "san=IP:$GW" \
	    "key=$1" || exit 1
	mv "$PKI/new.key" "$PKI/server.key"
	mv "$PKI/new.crt" "$PKI/server.crt"
}
for key in ed25519 rsa2048 rsa3072 p256; do
	swap $key
	check "$key: is taken without a restart" wait_for 5 served
	is "$key: a registration" "$(dev_post d1 d1)" 200
	like "$key: TLS 1.3" "$(cat "$WORK/s_client")" 'TLSv1.3'
done

# Of no use: kept out, with a reason.
for key in p384 rsa1024; do
	: >"$WORK/netd.log"
	cp "$PKI/server.key" "$WORK/good.key"
	cp "$PKI/server.crt" "$WORK/good.crt"
	swap $key
	check "$key: the log says which, and what to use" logged \
	    'listen.*: .*use P-256'
	is "$key: the old one is kept" "$(dev_post d1 d1)" 200
	cp "$WORK/good.key" "$PKI/server.key"
	cp "$WORK/good.crt" "$PKI/server.crt"
	wait_for 5 served
done
: >"$WORK/netd.log"
openssl pkey -in "$PKI/server.key" -aes128 -passout pass:secret \
    -out "$PKI/new.key" 2>/dev/null
mv "$PKI/new.key" "$PKI/server.key"
check "encrypted: the log says how to help" logged 'encrypted'
is "encrypted: the old one is kept" "$(dev_post d1 d1)" 200
is "the key holder is still the same" "$(role_pid apid-key)" "$holder"

# The key holder dies: another takes over, with the same key.
cp "$WORK/good.key" "$PKI/server.key"
kill -9 "$holder"
taken() {
	[ "$(dev_post d1 d1)" = 200 ]
}
check "after its death: registrations go on" wait_for 10 taken
check "after its death: another process" test "$(role_pid apid-key)" != "$holder"

# It hangs: no device comes in, but nobody waits for long, and others of the
# suite go on; then all is well again.
holder=$(role_pid apid-key)
kill -STOP "$holder"
t=$(now_ms)
is "stopped: no handshake" "$(dev_post d1 d1)" 000
is "stopped: no handshake again" "$(dev_post d1 d1)" 000
t=$(($(now_ms) - t))
check "stopped: refused soon ($t ms)" test "$t" -lt 20000
check "stopped: sallyctl answers" ctl show status
kill -CONT "$holder"
check "goes on: registrations go on" wait_for 10 taken
finish
