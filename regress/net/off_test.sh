#!/bin/sh
# A certificate, key, CA or CRL that cannot be used when the suite starts keeps
# its own listener off, and neither tunnels nor the other listeners down.
. "${TOP:-.}/regress/lib.sh"
private "$@"
. "$TOP/regress/suite.sh"

LISTEN_MORE=', { address = "[::]:8444"; api = [ "native" ];
    tls: { certificate = "'$PKI'/two.crt"; key = "'$PKI'/two.key";
           client_ca = "'$PKI'/ca.crt"; }; }'
pki_init
"$O/mint" cert "$PKI" two server cn=vpn.example.com "san=IP:$GW"
suite_conf
suite_start
dev_add d1
cert d1 smart-toilet-1
check "enrol" dev_enrol d1
suite_stop
cp -a "$PKI" "$WORK/good"

other() {		# the other listener answers
	[ "$(dev_curl d1 d1 "https://$GW:8444/api/v1/self/lease")" = 200 ]
}
back() {
	[ "$(dev_post d1 d1)" = 200 ]
}
mend() {
	rm -rf "$PKI"
	cp -a "$WORK/good" "$PKI"
}

off_because() {		# ERE
	ctl -j show status |
	    jq -r '.status | "\(.listeners_off) \(.listener_off_reason)"' |
	    grep -Eq "^1 listener \[::\]:8443 is off: .*$1"
}

# Start with what was broken; the first listener is off, the second is not.
broken() {		# NAME ERE
	: >"$WORK/netd.log"
	suite_start
	check "$1: the tunnel works" dev_ping d1
	is "$1: the listener is off" "$(dev_post d1 d1)" 000
	check "$1: the other one is not" wait_for 5 other
	check "$1: the log says why" logged \
	    "listener \[::\]:8443 is off.*$CONF:[0-9]+: .*$2"
	check "$1: status says so, and why" wait_for 5 off_because "$2"
	check_status "$1: and ends so" 1 ctl show status
	check_status "$1: a reload says so" 78 ctl reload
	check "$1: the other one goes on" other
	check_status "$1: netd -n refuses it" 78 "$BIN/netd" -n $NOUSER \
	    -L "$BIN" -f "$CONF"
	mend
	check "$1: it comes up when the file is mended" wait_for 10 back
	check "$1: status is good" wait_for 5 ctl show status
	check "$1: the tunnel works still" dev_ping d1
	suite_stop
}

rm "$PKI/server.crt"
broken "no certificate" 'certificate: cannot open'
echo broken >"$PKI/server.key"
broken "a key that is none" 'no private key in it'
cp "$PKI/two.key" "$PKI/server.key"
broken "another's key" 'the key is not that of the certificate'
sed '2s/^..../!!!!/' "$WORK/good/ca.crl" >"$PKI/ca.crl"
broken "a damaged CRL" 'crl: CRL 1 in it is damaged'

# While it runs, the old files stay.
suite_start
echo broken >"$PKI/ca.crl"
check_status "while it runs: refused" 78 ctl reload
check "while it runs: the listener stays" back
check "while it runs: status is good" ctl show status
mend

# All of them at once, at both listeners.
suite_stop
rm -rf "$PKI"; mkdir "$PKI"
: >"$WORK/netd.log"
suite_start
check "no file at all: the tunnel works" dev_ping d1
both_off() {
	[ "$(ctl -j show status | jq .status.listeners_off)" = 2 ]
}
check "no file at all: both are off" wait_for 5 both_off
cp -a "$WORK/good/." "$PKI"
check "no file at all: the first comes up" wait_for 10 back
check "no file at all: the second comes up" wait_for 10 other
finish
