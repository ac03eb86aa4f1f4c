#!/bin/sh
# sallyctl's authority: what it signs is taken by openssl, its list by
# openssl-ca(1), its key needs the passphrase, and nothing is replaced, half
# made or given out unknown.

. "${TOP:-.}/regress/lib.sh"

cd "$WORK" || exit 1
CTL=$BIN/sallyctl
printf 'correct horse\nfor the file\n' >pass
printf 'wrong horse\n' >wrong
printf 'short\n' >short

ca() {			# COMMAND ARGUMENT ...: OUT and ST
	ca_verb=$1; shift
	OUT=$("$CTL" ca "$ca_verb" "$@" dir ca 2>&1 </dev/null)
	ST=$?
}
refused() {		# NAME STATUS ERE
	is "$1: status" "$ST" "$2"
	like "$1" "$OUT" "$3"
}
list() {
	"$CTL" -j ca list dir ca | jq -r '.certificates[] | "\(.name) \(.state)"'
}
serial() {		# NAME
	"$CTL" -j ca list name "$1" dir ca | jq -r '.certificates[0].serial'
}
files() {
	cksum ca/* ./*.crt ./*.key ./*.p12
}

# --- an authority ----------------------------------------------------------

ca issue dev-1 passphrase pass
refused "none is there" 66 'ca init'
ca init passphrase short
refused "a short passphrase" 65 'at least 8 bytes'
is "leaves no key" "$(ls ca)" ''
ca init
refused "no terminal" 66 'passphrase FILE'
ca init name a/b passphrase pass
refused "a name with a slash" 64 'printable'
ca init for 3000d passphrase pass
is "made: status" "$ST" 0
is "only root enters" "$(stat -c %a ca)" 700
is "only root has the key" "$(stat -c %a ca/ca.key)" 600
like "the key is encrypted" "$(head -n 1 ca/ca.key)" 'BEGIN ENCRYPTED PRIVATE'
check "by the passphrase" openssl pkey -in ca/ca.key -passin file:pass -noout
check "the revocation list is the authority's" openssl crl -in ca/ca.crl \
    -CAfile ca/ca.crt -noout
ca init passphrase pass
refused "a second one" 73 'ca\.key exists'

# --- certificates ----------------------------------------------------------

ca issue dev-1 passphrase pass
is "a device's: status" "$ST" 0
check "openssl takes it" openssl verify -x509_strict -purpose sslclient \
    -CAfile ca/ca.crt dev-1.crt
check_status "not as a server's" 2 openssl verify -x509_strict \
    -purpose sslserver -CAfile ca/ca.crt dev-1.crt
is "its key is its owner's" "$(stat -c %a dev-1.key)" 600
is "its key fits" "$(openssl pkey -in dev-1.key -pubout)" \
    "$(openssl x509 -in dev-1.crt -pubkey -noout)"
ca issue vpn.example.com server -w srv passphrase pass
check "a server's" openssl verify -x509_strict -purpose sslserver \
    -verify_hostname vpn.example.com -CAfile ca/ca.crt srv.crt
ca issue 2001:db8::1 server -w srv6 passphrase pass
check "a server's by address" openssl verify -x509_strict -purpose sslserver \
    -verify_ip 2001:db8::1 -CAfile ca/ca.crt srv6.crt
ca issue phone pkcs12 for 30d passphrase pass
check "PKCS 12" openssl pkcs12 -in phone.p12 -passin 'pass:for the file' \
    -nodes -out phone.pem
check "has the certificate" openssl verify -purpose sslclient \
    -CAfile ca/ca.crt phone.pem
check "which ends in 30 days" openssl x509 -in phone.pem -noout \
    -checkend $((30 * 86400 - 3600))
check_status "and not later" 1 openssl x509 -in phone.pem -noout \
    -checkend $((30 * 86400 + 3600))
openssl req -new -newkey rsa:2048 -nodes -keyout own.key -subj /CN=other \
    -out own.csr 2>openssl.log
ca issue dev-2 request own.csr passphrase pass
is "a request: status" "$ST" 0
is "its key stays with its owner" "$(ls dev-2.*)" dev-2.crt
is "its name is the operator's choice" \
    "$(openssl x509 -in dev-2.crt -noout -subject)" "subject=CN = dev-2"
is "all are on the list" "$(list)" "dev-1 valid
vpn.example.com valid
2001:db8::1 valid
phone valid
dev-2 valid"

# --- what is refused, and changes nothing -----------------------------------

before=$(files)
ca issue dev-1 passphrase pass
refused "files that exist" 73 'dev-1\.crt exists'
ca issue dev-3 passphrase wrong
refused "a wrong passphrase" 77 'passphrase is wrong'
ca issue dev-3 for 11y passphrase pass
is "an odd time: status" "$ST" 64
ca issue dev-3 for 3001d passphrase pass
refused "longer than the authority" 65 'the authority ends at 20'
ca issue "$(printf 'dev\t3')" passphrase pass
refused "a tab in the name" 64 'printable'
ca issue dev-3 pkcs12 request own.csr passphrase pass
refused "PKCS 12 of a request" 64 'private key'
ca issue dev-3 request pass passphrase pass
refused "a request that is none" 66 'no certificate request'
openssl req -new -newkey rsa:1024 -nodes -keyout weak.key -subj /CN=weak \
    -out weak.csr 2>openssl.log
ca issue dev-3 request weak.csr passphrase pass
refused "a weak key" 65 'at least 2048'
rm weak.key
ca issue dev-3 -w missing/dev-3 passphrase pass
is "a directory that is not there: status" "$ST" 73
check_status "another command at work" 75 flock ca \
    "$CTL" ca issue dev-3 dir ca passphrase pass
is "nothing was changed" "$(files)" "$before"

# --- revocation ------------------------------------------------------------

first=$(serial dev-1)
ca issue dev-1 -w again passphrase pass
ca revoke dev-1 serial "$first" passphrase pass
is "one of two: status" "$ST" 0
like "says how to end the lease" "$OUT" 'sallyctl revoke dev-1'
check_status "openssl refuses it" 2 openssl verify -crl_check \
    -CRLfile ca/ca.crl -CAfile ca/ca.crt dev-1.crt
like "for that reason" "$(cat "$WORK/out")" 'certificate revoked'
check "the other is good" openssl verify -crl_check -CRLfile ca/ca.crl \
    -CAfile ca/ca.crt again.crt
ca revoke dev-1 passphrase pass
ca revoke dev-1 passphrase pass
refused "a second time" 1 'nothing was changed'
ca revoke nobody passphrase pass
refused "a name of nobody" 1 'nobody'
is "the list's number grows" \
    "$(openssl crl -in ca/ca.crl -noout -crlnumber)" "crlNumber=0x03"

# --- the list is openssl's -------------------------------------------------

cat >openssl.cnf <<END
[ca]
default_ca = here
[here]
database = ca/index.txt
certificate = ca/ca.crt
private_key = ca/ca.key
default_md = sha256
default_crl_days = 1
END
check "openssl-ca makes a revocation list of it" openssl ca -config \
    openssl.cnf -gencrl -passin file:pass -out theirs.crl
is "with the same certificates" \
    "$(openssl crl -in theirs.crl -noout -text | grep -c 'Serial Number')" 2
check "openssl-ca revokes" openssl ca -config openssl.cnf -passin file:pass \
    -revoke phone.pem -crl_reason keyCompromise
like "sallyctl sees it" "$(list)" 'phone revoked'
ca revoke dev-2 passphrase pass
is "and keeps it" "$(openssl crl -in ca/ca.crl -noout -text |
    grep -c 'Serial Number')" 4
echo "no list at all" >>ca/index.txt
before=$(files)
ca revoke vpn.example.com passphrase pass
refused "a damaged list" 65 'index\.txt'
is "stays as it is" "$(files)" "$before"

finish
