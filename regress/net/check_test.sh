#!/bin/sh
# netd -n finds what a start would find: in the files that the configuration
# names, too, and without making or changing anything.
. "${TOP:-.}/regress/lib.sh"
private "$@"
. "$TOP/regress/suite.sh"

# OUT is what netd -n says, ST its status.
try() {
	OUT=$("$BIN/netd" -n $NOUSER -L "$BIN" -f "$CONF" 2>&1)
	ST=$?
}
finds() {		# NAME ERE
	try
	is "$1: status" "$ST" 78
	like "$1: it says what" "$OUT" "^$CONF:[0-9]+: .*$2"
}
again() {
	rm -rf "$PKI" "$S"
	pki_init
	suite_conf
}

LISTEN_MORE=', { address = "127.0.0.1:8444"; api = [ "native" ];
    tls: { certificate = "'$PKI'/two.crt"; key = "'$PKI'/two.key";
           client_ca = "'$PKI'/ca.crt"; }; }'
again
"$O/mint" cert "$PKI" two server
try
is "all is good: status" "$ST" 0
is "all is good: it says so and no more" "$OUT" "configuration OK"
is "nothing was made" "$(ls "$S")" "$(basename "$CONF")"

"$O/mint" cert "$PKI" server server out=third
cp "$PKI/third.key" "$PKI/server.key"
finds "a key of another certificate" 'key is not that of the certificate.*openssl pkey'
printf 'no key\n' >"$PKI/two.key"
finds "a key that is none" 'listen\[1\]: key: no private key'
like "and the first one's, too" "$OUT" 'listen\[0\]: the key is not that'
# The CA was renewed with its key since it signed the server's certificate,
# which names the CA's former serial number.
renew() {
	cd "$WORK" && printf '[x]\n%s\n' \
	    'authorityKeyIdentifier = keyid,issuer:always' >ext &&
	    ca="openssl req -x509 -key old.key -subj /CN=renewed" &&
	    openssl genrsa -out old.key 2048 && $ca -out old.crt &&
	    $ca -out new.crt &&
	    openssl req -new -newkey rsa:2048 -nodes -subj /CN=gw \
		-keyout "$PKI/two.key" -out two.csr &&
	    openssl x509 -req -in two.csr -CA old.crt -CAkey old.key \
		-set_serial 7 -extfile ext -extensions x -out two.crt &&
	    cat two.crt "$1" >"$PKI/two.crt"
}
again
check "a chain with a renewed CA: made" renew new.crt
try
is "a chain with a renewed CA: it is good" "$ST" 0
check "a chain with another CA: made" renew "$PKI/ca.crt"
finds "a chain with another CA" 'number 2 in it did not issue number 1'
again; rm -f "$PKI/two.key" "$PKI/two.crt"
finds "a certificate that is missing" "certificate: cannot open $PKI/two.crt"
like "and its key" "$OUT" "key: cannot open $PKI/two.key"

again; "$O/mint" cert "$PKI" two server
cp "$PKI/two.crt" "$PKI/ca.crt"
finds "a CA that is none" 'client_ca: /CN=two is not a CA certificate'
again; "$O/mint" cert "$PKI" two server
"$O/mint" crl "$PKI" from=-90000 until=-3600
try
like "a CRL that has run out: it is told" "$OUT" 'crl: that of /CN=test CA ran out'
: >"$PKI/ca.crl"
finds "a CRL that is empty" "crl: $PKI/ca.crl is empty"
"$O/mint" crl "$PKI" scope=onlyCA:TRUE
finds "a CRL that is for no client" 'crl: none of /CN=test CA in it for clients'

again; "$O/mint" cert "$PKI" two server
"$O/mint" cert "$PKI" two client
"$O/mint" cert "$PKI" server server from=86400
try
is "certificates that clients refuse: status" "$ST" 0
like "one that is not for a server is told" "$OUT" \
    '127.0.0.1:8444: certificate is not made for a server'
like "so is one of tomorrow" "$OUT" '8443: certificate is valid from 20'
again; "$O/mint" cert "$PKI" two server
"$O/mint" ca "$PKI" "cn=org b" out=org-b
"$O/mint" crl "$PKI" by=org-b out=org-b.crl
for f in crt crl; do
	printf '%s' "$(cat "$PKI/ca.$f")" | cat - "$PKI/org-b.$f" \
	    >"$PKI/joined" && mv "$PKI/joined" "$PKI/ca.$f"
	like "joined without a newline between: $f" "$(cat "$PKI/ca.$f")" \
	    '-----END X?[A-Z0-9 ]*----------BEGIN'
done
try
is "joined without a newline between: all are good" "$ST" 0
# What other systems give out, and the command that each text names.
convert() {		# NAME WHAT FILE
	cp "$3" "$PKI/ca.crt"
	finds "$1" "client_ca: no certificate in it .*: $2"
	cmd=$(printf '%s\n' "$OUT" | sed -n 's/.*: \(openssl .*\)/\1/p' |
	    head -n 1)
	check "$1: it helps" eval "$(printf '%s\n' "$cmd" |
	    sed "s|OLD|$3|; s|NEW|$PKI/ca.crt|; s|pkcs12|& -passin pass:|")"
	try
	is "$1: then it is good" "$ST" 0
}
again; "$O/mint" cert "$PKI" two server
openssl x509 -in "$PKI/ca.crt" -outform DER -out "$WORK/ca.der"
convert "DER" 'openssl x509 -inform DER' "$WORK/ca.der"
openssl x509 -in "$PKI/ca.crt" -trustout -out "$WORK/ca.trusted"
convert "a trusted certificate" 'openssl x509 -in' "$WORK/ca.trusted"
openssl crl2pkcs7 -nocrl -certfile "$PKI/ca.crt" -out "$WORK/ca.p7b"
convert "PKCS 7" 'openssl pkcs7' "$WORK/ca.p7b"
openssl pkcs12 -export -nokeys -in "$PKI/ca.crt" -passout pass: \
    -out "$WORK/ca.p12"
convert "PKCS 12" 'openssl pkcs12' "$WORK/ca.p12"
again; "$O/mint" cert "$PKI" two server
touch "$S/file"
sed -i "s|$S/state|$S/file|" "$CONF"
finds "a state_dir that is a file" 'state_dir .*: Not a directory'
again; "$O/mint" cert "$PKI" two server
mkdir "$WORK/own" && mv "$PKI/ca.crt" "$WORK/own/rule.crt" &&
    ln -s "$WORK/own" "$S/state"
sed -i "s|role = |ca = \"$WORK/own/rule.crt\"; &|" "$CONF"
finds "a CA of a rule in state_dir, by a link" \
    "leased could change $WORK/own/rule.crt"
again; "$O/mint" cert "$PKI" two server
sed -i 's/smart-toilet-/smart-(toilet-/' "$CONF"
finds "a pattern that PCRE2 refuses" 'identities\[0\]: pattern .* missing closing'
again; "$O/mint" cert "$PKI" two server
echo "no key" >"$S/wg0.key"; chmod 600 "$S/wg0.key"
try
is "a WireGuard key that is none: status" "$ST" 78
like "a WireGuard key that is none: it says what" "$OUT" \
    'network devices: private_key_file holds no key'
rm "$S/wg0.key"
sed -i 's/proof = "certificate"; pattern/proof = "header"; pattern/' "$CONF"
finds "a rule without a listener" 'no listener has proof = "header"'
like "listeners without a rule" "$OUT" \
    'listen\[1\]: no identity rule has proof = "certificate"'
check "without the files: nn" test "$("$BIN/netd" -nn -f "$CONF" 2>&1 |
    grep -c proof)" -eq 3

# What a start refuses beside files.
again; "$O/mint" cert "$PKI" two server
mkdir "$S/ctl.sock"
finds "a control socket that is none" "ctl_socket $S/ctl.sock: "
rmdir "$S/ctl.sock"
sed -i "s#$S/ctl.sock#$S/a/b/ctl.sock#" "$CONF"
finds "a control socket in no directory" "ctl_socket $S/a/b/ctl.sock: No such"

# What a start goes on with, a reload refuses as netd -n does.
again; "$O/mint" cert "$PKI" two server
CONF_MORE="autowg: { auth_file = \"$S/auth\"; };"
echo user:secret >"$S/auth"; chmod 600 "$S/auth"
suite_conf
cp "$CONF" "$S/good"
useless() {		# a second rule, which no listener serves
	sed 's/^	*identities = (/& { proof = "address"; pattern = "10[.]0[.]0[.]1"; role = "monitor"; },/' \
	    "$S/good" >"$CONF.new"
	chmod 640 "$CONF.new"
	mv "$CONF.new" "$CONF"
}
suite_start
useless
check_status "while it runs: a rule without a listener" 78 ctl reload
like "while it runs: it says what" "$(cat "$WORK/out")" \
    'identities\[0\]: no listener has proof = "address"'
finds "while it runs: netd -n as well" 'no listener has proof = "address"'
check "while it runs: it can be forced" ctl reload force
cp "$S/good" "$CONF"
check "while it runs: mended" ctl reload
suite_stop
useless
: >"$WORK/netd.log"
suite_start
check "at start: it is told" logged 'no listener has proof = "address"'
echo '# more' >>"$CONF"
check_status "at start: the next reload is taken and says so" 78 ctl reload
check "at start: it is in force" logged 'configuration loaded, generation 2'
cp "$S/good" "$CONF"
check "at start: mended" ctl reload
suite_stop

rm "$S/auth"
finds "no password file" "auth_file: cannot open $S/auth"
: >"$WORK/netd.log"
suite_start
check "no password file at start: it is told" logged \
    'nobody gets peers.json by a password.*auth_file: cannot open'
check_status "no password file at start: a reload says so" 78 ctl reload
echo user:secret >"$S/auth"; chmod 600 "$S/auth"
check "no password file at start: mended" wait_for 10 ctl reload
rm "$S/auth"
check_status "no password file while it runs: refused" 78 ctl reload
suite_stop
# A table with the routes of others, for networks that have no key file.
ip link set lo up
ip route add 10.99.0.0/16 dev lo table 77 proto zebra
CONF_NETWORK='egress: { wan = "eth9"; table = 77; };' ADOPT=true
LISTEN_MORE='' CONF_MORE=''
again
sed -i '/private_key_file/d' "$CONF"
table_found() {		# NAME
	try
	is "$1: status" "$ST" 78
	like "$1: it says what" "$OUT" "^$CONF: network devices: .*table 77 has routes of another program \\(protocol zebra"
}
table_found "a table of others, adopted"
sed -i 's/adopt = true;/transport = "gre"; gre: { local = "200::1"; };/
    s/interface = "wg0"/interface = "spg"/' "$CONF"
table_found "a table of others, for tunnels"
check_status "a table of others: no start" 78 \
    timeout 20 "$NETD" -d $NOUSER -L "$BIN" -f "$CONF"
finish
