#!/bin/sh
# What the world gives late, at boot or afterwards, does not keep the rest from
# running, and is taken when it comes: addresses to listen on, ports, the
# interface of a link-local address, the interface to the outside.
. "${TOP:-.}/regress/lib.sh"
private "$@"
. "$TOP/regress/suite.sh"
command -v python3 >/dev/null || skip_all "no python3"

pki_init
cert d1 smart-toilet-1

# The listener at this address answers a device.
answers() {		# ADDRESS:PORT
	[ "$(curl -sk -m 3 --cert "$PKI/d1.crt" --key "$PKI/d1.key" \
	    -o /dev/null -w '%{http_code}' "https://$1/api/v1/self/lease")" = 404 ]
}
silent() {
	! answers "$1"
}
listener() {		# ADDRESS:PORT
	echo "{ address = \"$1\"; api = [ \"native\" ];
	    tls: { certificate = \"$PKI/server.crt\"; key = \"$PKI/server.key\";
	        client_ca = \"$PKI/ca.crt\"; }; }"
}

# An address that no interface has, one that comes and goes, one of the tunnel
# itself, and a port that another program has.
ip address add 198.51.100.1/32 dev lo
spawn other python3 -c 'import socket, time
s = socket.create_server(("198.51.100.1", 9443))
time.sleep(1000)'
OTHER=$PID
taken() { ss -tlnH 'sport = :9443' | grep -q .; }
wait_for 10 taken
LISTEN_MORE=", $(listener 203.0.113.7:8444), $(listener '[2001:db8:7::1]:8444'),
    $(listener 100.64.0.1:8445), $(listener 198.51.100.1:9443)"
suite_conf
suite_start
check "the rest runs" wait_for 5 answers 127.0.0.1:8443
check "what is absent is named" logged '203.0.113.7:8444, which no interface has'
check "what is taken is named" \
    logged 'sallyport.conf:[0-9]*: cannot listen on 198.51.100.1:9443 yet.*in use'
check "a listener on the tunnel's address" wait_for 5 answers 100.64.0.1:8445
ip address add 203.0.113.7/32 dev lo
check "an address that came" wait_for 5 answers 203.0.113.7:8444
ip -6 address add 2001:db8:7::1/128 dev lo nodad
check "an IPv6 address that came" wait_for 5 answers '[2001:db8:7::1]:8444'
ip address delete 203.0.113.7/32 dev lo
check "it is gone" silent 203.0.113.7:8444
ip address add 203.0.113.7/32 dev lo
check "and back" wait_for 5 answers 203.0.113.7:8444

check "a reload while the port is taken" ctl reload
check "still not" silent 198.51.100.1:9443
stop "$OTHER"
check "the port is free: it is listened on" wait_for 5 answers 198.51.100.1:9443
check "and the others still are" wait_for 5 answers 203.0.113.7:8444

# A new listener is refused if it cannot be had: the old ones stay.
spawn other python3 -c 'import socket, time
s = socket.create_server(("198.51.100.1", 9444))
time.sleep(1000)'
OTHER=$PID
taken() { ss -tlnH 'sport = :9444' | grep -q .; }
wait_for 10 taken
cp "$CONF" "$S/keep.conf"
LISTEN_MORE=", $(listener 198.51.100.1:9444)"
suite_conf
check_status "a reload with a port that is taken" 78 ctl reload
like "it says which" "$(cat "$WORK/out")" \
    'cannot listen on 198.51.100.1:9444: Address already in use'
check "the old listeners stay" wait_for 5 answers 198.51.100.1:9443
stop "$OTHER"
suite_stop

# Link-local: the interface comes, goes, and comes again with another number.
LISTEN_MORE=", $(listener '[fe80::7%late0]:8446')"
CONF_NETWORK='egress: { wan = "late0"; table = 42; };'
suite_conf
suite_start
check "no such interface: the rest runs" wait_for 5 answers 127.0.0.1:8443
check "it is named" logged 'cannot listen on \[fe80::7%late0\]:8446 yet'
late() {		# make it
	ip link add late0 type veth peer name late1 &&
	    ip link set late0 addrgenmode none &&
	    ip link set late1 up && ip link set late0 up &&
	    ip -6 address add fe80::7/64 dev late0 nodad &&
	    ip address add 198.18.0.2/24 dev late0 &&
	    ip route add default via 198.18.0.1 dev late0
}
out() { ip route show table 42 | grep -q '^default via 198.18.0.1 dev late0'; }
check "an interface" late
check "the interface came: its address is listened on" \
    wait_for 5 answers '[fe80::7%25late0]:8446'
check "and it is the way out" wait_for 5 out
ip link delete late0
check "it went: nothing leaves" wait_for 5 eval '! out'
check "another one of that name" late
check "its address is listened on" \
    wait_for 5 answers '[fe80::7%25late0]:8446'
check "and it is the way out" wait_for 5 out
suite_stop
finish
