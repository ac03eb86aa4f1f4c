#!/bin/sh
# The authorities that people make with the tools that they have, as the tools
# make them: their devices get in, and those on their revocation lists do not.
# A tool that is not installed is skipped.
. "${TOP:-.}/regress/lib.sh"
private "$@"
. "$TOP/regress/suite.sh"

RULES='{ pattern = "(dev[0-9]+)"; role = "device"; network = "devices"; }'
SERVER_CA=$WORK/server-ca.crt
pki_init
cp "$PKI/ca.crt" "$SERVER_CA"
suite_conf
T=$WORK/tool
mkdir -p "$T"

enrol() {		# FILE
	curl --cacert "$SERVER_CA" --cert "$T/$1.crt" --key "$T/$1.key" -sS \
	    -m 10 -o "$WORK/body" -w '%{http_code}' -X PUT \
	    -H 'Content-Type: application/json' \
	    -d "{\"public_key\":\"$(wg genkey | wg pubkey)\"}" \
	    https://127.0.0.1:8443/api/v1/self/lease 2>/dev/null
}

# With $T/ca.crt, ca.crl, dev1 (good) and dev2 (revoked).
tried() {		# NAME
	cp "$T/ca.crt" "$PKI/ca.crt"
	cp "$T/ca.crl" "$PKI/ca.crl"
	check "$1: netd -n" "$BIN/netd" -n $NOUSER -L "$BIN" -f "$CONF"
	check "$1: reload" ctl reload
	like "$1: a device" "$(enrol dev1)" '^20[01]$'
	is "$1: a revoked one" "$(enrol dev2)" 000
	rm -rf "${T:?}"/*
}
tool() {		# NAME COMMAND
	command -v "$2" >/dev/null && return
	skip "$1" "no $2"
	return 1
}

suite_start

# openssl: "req -x509", "x509 -req" and "ca", with Debian's openssl.cnf alone
openssl_ca() {
	cd "$T" &&
	    openssl req -x509 -newkey rsa:2048 -nodes -days 3650 \
		-subj /CN=home-ca -keyout ca.key -out ca.crt &&
	    for d in dev1 dev2; do
		openssl req -new -newkey rsa:2048 -nodes -subj /CN=$d \
		    -keyout $d.key -out $d.csr &&
		openssl x509 -req -in $d.csr -CA ca.crt -CAkey ca.key \
		    -CAcreateserial -days 30 -out $d.crt || return
	    done
	: >index
	printf '[ca]\ndefault_ca = d\n[d]\ndatabase = index\n%s\n' \
	    'default_md = sha256' >cnf
	openssl ca -config cnf -cert ca.crt -keyfile ca.key -revoke dev2.crt &&
	    openssl ca -config cnf -cert ca.crt -keyfile ca.key -gencrl \
		-crldays 30 -out ca.crl
}
check "openssl: makes them" openssl_ca && tried openssl

easyrsa_ca() {
	cd "$T" && cp -a /usr/share/easy-rsa/. easy && cd easy &&
	    export EASYRSA_BATCH=1 EASYRSA_REQ_CN=easy-ca &&
	    ./easyrsa init-pki && ./easyrsa build-ca nopass &&
	    unset EASYRSA_REQ_CN &&
	    ./easyrsa build-client-full dev1 nopass &&
	    ./easyrsa build-client-full dev2 nopass &&
	    ./easyrsa revoke dev2 && ./easyrsa gen-crl || return
	cp pki/ca.crt pki/issued/*.crt pki/private/dev1.key "$T" &&
	    cp pki/crl.pem "$T/ca.crl"
	find pki -name '*.crt' -exec grep -l 'CN=dev2' {} + |
	    while read -r f; do cp "$f" "$T/dev2.crt"; done
	find pki -name 'dev2.key' -o -path '*revoked/private*' -name '*.key' |
	    while read -r f; do cp "$f" "$T/dev2.key"; done
}
if [ -x /usr/share/easy-rsa/easyrsa ]; then
	check "easy-rsa: makes them" easyrsa_ca && tried easy-rsa
else
	skip easy-rsa "not installed"
fi

certtool_ca() {
	cd "$T" && printf 'cn = "gnu-ca"\nca\ncert_signing_key\n' >ca.tmpl &&
	    certtool --generate-privkey --outfile ca.key &&
	    certtool --generate-self-signed --load-privkey ca.key \
		--template ca.tmpl --outfile ca.crt || return
	for d in dev1 dev2; do
		printf 'cn = "%s"\ntls_www_client\nsigning_key\n' $d >$d.tmpl &&
		    certtool --generate-privkey --outfile $d.key &&
		    certtool --generate-certificate --load-privkey $d.key \
			--load-ca-certificate ca.crt --load-ca-privkey ca.key \
			--template $d.tmpl --outfile $d.crt || return
	done
	printf 'crl_next_update = 30\ncrl_number = 1\n' >crl.tmpl
	certtool --generate-crl --load-ca-privkey ca.key \
	    --load-ca-certificate ca.crt --load-certificate dev2.crt \
	    --template crl.tmpl --outfile ca.crl
}
if tool certtool certtool; then
	check "certtool: makes them" certtool_ca && tried certtool
fi

cfssl_ca() {
	cd "$T" && echo '{"CN":"cf-ca","key":{"algo":"ecdsa","size":256}}' |
	    cfssl gencert -initca - | cfssljson -bare ca &&
	    mv ca.pem ca.crt && mv ca-key.pem ca.key || return
	for d in dev1 dev2; do
		echo "{\"CN\":\"$d\",\"key\":{\"algo\":\"ecdsa\",\"size\":256}}" |
		    cfssl gencert -ca ca.crt -ca-key ca.key - |
		    cfssljson -bare $d &&
		    mv $d.pem $d.crt && mv $d-key.pem $d.key || return
	done
	openssl x509 -in dev2.crt -noout -serial | cut -d= -f2 |
	    python3 -c 'print(int(input(), 16))' >revoked &&
	    cfssl gencrl revoked ca.crt ca.key | base64 -d |
	    openssl crl -inform DER -out ca.crl
}
if tool cfssl cfssl && tool cfssl cfssljson; then
	check "cfssl: makes them" cfssl_ca && tried cfssl
fi

# step-ca: a root without a CRL, an intermediate with one of a scope
step_ca() {
	cd "$T" && : >index && mkdir certs &&
	cat >cnf <<-END &&
	[ca]
	default_ca = d
	[d]
	database = index
	default_md = sha256
	default_crl_days = 1
	crl_extensions = crl
	[root]
	basicConstraints = critical,CA:TRUE,pathlen:1
	keyUsage = critical,keyCertSign,cRLSign
	subjectKeyIdentifier = hash
	[sub]
	basicConstraints = critical,CA:TRUE,pathlen:0
	keyUsage = critical,keyCertSign,cRLSign
	subjectKeyIdentifier = hash
	authorityKeyIdentifier = keyid
	[leaf]
	keyUsage = critical,digitalSignature
	extendedKeyUsage = serverAuth,clientAuth
	subjectKeyIdentifier = hash
	authorityKeyIdentifier = keyid
	[crl]
	authorityKeyIdentifier = keyid
	issuingDistributionPoint = critical,@idp
	[idp]
	fullname = URI:https://ca.example:8443/1.0/crl
	onlyuser = TRUE
	[req]
	distinguished_name = dn
	[dn]
	END
	key='-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -config cnf'
	# shellcheck disable=SC2086
	openssl req -x509 $key -subj '/O=Step/CN=Step Root CA' -days 3650 \
	    -extensions root -keyout root.key -out ca.crt &&
	    openssl req -x509 $key -subj '/O=Step/CN=Step Intermediate CA' \
		-CA ca.crt -CAkey root.key -days 3650 -extensions sub \
		-keyout sub.key -out sub.crt || return
	for d in dev1 dev2; do
		# shellcheck disable=SC2086
		openssl req -x509 $key -subj /CN=$d -CA sub.crt \
		    -CAkey sub.key -days 1 -extensions leaf -keyout $d.key \
		    -out $d.crt || return
	done
	openssl ca -config cnf -cert sub.crt -keyfile sub.key -revoke dev2.crt &&
	    openssl ca -config cnf -cert sub.crt -keyfile sub.key -gencrl \
		-out ca.crl || return
	cat sub.crt >>dev1.crt
	cat sub.crt >>dev2.crt
}
check "step-ca's profile: makes them" step_ca && tried "step-ca's profile"

finish
