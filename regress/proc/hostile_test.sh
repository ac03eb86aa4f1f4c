#!/bin/sh
# A captured apid and a captured leased: their ends of the links are taken and
# used against the others (invariants 6 and 7).  What such a process may send
# can do no more than a client could, or than peers inside the pools; what is
# malformed ends the link and not the receiver.
. "${TOP:-.}/regress/lib.sh"
private "$@"
. "$TOP/regress/suite.sh"

. "$TOP/regress/captured.sh"

# An adopted interface, with a peer that is not ours.
ADOPT=true
CONF_NETWORK='subnets = [ "172.31.0.0/16" ];'
pki_init
wg_here || skip_all "no WireGuard here"
(umask 077 && wg genkey >"$WORK/old.key")
foreign=$(wg genkey | wg pubkey)
wg set wg0 private-key "$WORK/old.key" listen-port 51820 \
    peer "$foreign" allowed-ips 10.66.0.0/24
ip address add "$GW6/48" dev wg0 nodad
ip link set wg0 up
suite_conf
suite_start
dev_add d1
cert d1 smart-toilet-1
check "enrol" dev_enrol d1
check "ping" dev_ping d1
own=$(wg show wg0 public-key)
fresh=$(wg genkey | wg pubkey)
d1=$(cat "$WORK/d1.pub")
kernhand=$(role_pid netd-hand)
broker=$(role_pid leased)

peers() {
	wg show wg0 allowed-ips | sort
}
peers >"$WORK/peers"
same_peers() {		# NAME
	peers >"$WORK/peers2"
	check "$1: WireGuard is as it was" diff "$WORK/peers" "$WORK/peers2"
}

# --- leased against the hand: no peer outside the pools

no_peer() {		# NAME NETWORK KEY PREFIX [OLD]
	no_peer_n=$1; shift
	like "leased captured: $no_peer_n" "$(as leased netd-hand set "$@")" \
	    '^(PEER_DONE ([2-9]|[1-9][0-9]+)|closed)$'
	[ "$(role_pid netd-hand)" = "$kernhand" ] ||
	    fail "$no_peer_n: the hand died"
}
no_peer "a default route" devices "$fresh" 0.0.0.0/0
no_peer "an IPv6 default route" devices "$fresh" ::/0
no_peer "half the internet" devices "$fresh" 128.0.0.0/1
no_peer "the whole pool" devices "$fresh" 100.64.1.0/24
no_peer "the whole IPv6 pool" devices "$fresh" fde3:25fb:7f6c:1::/64
no_peer "an address outside the pools" devices "$fresh" 10.9.8.7/32
no_peer "an IPv6 address outside the pools" devices "$fresh" 2001:db8::1/128
no_peer "the gateway's address" devices "$fresh" 100.64.0.1/32
no_peer "another network" nosuch "$fresh" 100.64.1.9/32
no_peer "the key of all zero" devices \
    AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= 100.64.1.9/32
no_peer "the gateway's own key" devices "$own" 100.64.1.9/32
no_peer "a foreign peer's key" devices "$foreign" 100.64.1.9/32
# A subnet is the configuration's, for a static peer (3), and leads to one.
no_subnet() {		# NAME KEY PREFIX [SOURCE]
	like "leased captured: $1" \
	    "$(as leased netd-hand site devices "$2" "${4:-3}" "$3")" \
	    '^PEER_DONE [2-9]$'
}
other=$(wg genkey | wg pubkey)
is "leased captured: a subnet that it may give" \
    "$(as leased netd-hand site devices "$fresh" 3 172.31.4.0/24)" "PEER_DONE 1"
no_subnet "the same subnet for another" "$other" 172.31.4.0/24
no_subnet "a part of it" "$other" 172.31.4.128/25
no_subnet "one address of it" "$other" 172.31.4.9/32
no_subnet "more than it" "$other" 172.31.0.0/21
no_subnet "all of the word" "$other" 172.31.0.0/16
no_subnet "more than the word" "$other" 172.30.0.0/15
no_subnet "another subnet" "$other" 172.29.0.0/16
no_subnet "a default route for a static peer" "$other" 0.0.0.0/0
no_subnet "one with bits behind its length" "$other" 172.31.5.1/24
no_subnet "one for a lease" "$other" 172.31.5.0/24 1
no_subnet "one for a portal's peer" "$other" 172.31.5.0/24 2
no_subnet "a whole pool for a static peer" "$other" 100.64.1.0/24
like "leased captured: the subnet has one peer" "$(peers)" \
    "172.31.4.0/24\$"
is "leased captured: and goes with it" \
    "$(as leased netd-hand del devices "$fresh")" "PEER_DONE 1"
like "leased captured: no tunnel from a network of WireGuard" \
    "$(as leased netd-hand tunnel devices "$fresh" 100.64.1.9/32 200::1)" \
    '^PEER_DONE [2-9]$'
same_peers "leased captured: sets"
like "leased captured: 2,000 questions about the filter and the routes" \
    "$(as leased netd-hand repeat 0x0220 1000 010000000000000000
    as leased netd-hand repeat 0x0220 1000 020000000000000000)" \
    '^HAND_(LINE|SHOWN) '
as leased netd-hand set devices "$fresh" 100.64.1.9/32 "$foreign" >/dev/null
as leased netd-hand del devices "$foreign" >/dev/null
like "leased captured: a foreign peer cannot be removed" "$(peers)" \
    "10.66.0.0/24\$"
as leased netd-hand empty-sync >/dev/null
like "leased captured: nor by an empty sync" "$(peers)" \
    "10.66.0.0/24\$"
is "leased captured: the hand lives" "$(role_pid netd-hand)" "$kernhand"
renew leased
back() {
	peers >"$WORK/peers2" && cmp -s "$WORK/peers" "$WORK/peers2"
}
check "a new leased puts everything right" wait_for 10 back
dev_apply d1
check "and the tunnel works" dev_ping d1

# --- the hand against leased: it says of a peer that it is gone, and answers the
# wish for it as it likes

before=$(role_pid leased)
expired() {		# COUNT CODE
	as netd-hand leased expired devices "$d1" "$1" "$2"
}
is "hand captured: a peer that is gone, and is there" "$(expired 2000 1)" \
    "wishes 2000, unasked 0"
is "hand captured: a peer that is gone, and cannot be there" \
    "$(expired 200 5)" "wishes 200, unasked 0"
is "hand captured: leased lives" "$(role_pid leased)" "$before"
is "hand captured: the lease is there" "$(ctl -j show leases |
    jq -r '.leases[].name')" 1
is "hand captured: a key that another has" "$(expired 1 4)" \
    "wishes 1, unasked 0"
ended() {
	[ "$(ctl -j show leases | jq '.leases | length')" = 0 ]
}
check "hand captured: that ends a lease" wait_for 5 ended
kill -CONT "$kernhand"
works() {
	[ "$(dev_put d1 d1)" = "$1" ]
}
check "which its device gets again" wait_for 15 works 201
dev_apply d1
check "with a tunnel" dev_ping d1

# --- leased against the parent, which obeys an operator and nobody else

no_operator() {		# NAME TYPE
	no_operator_pid=$(role_pid leased)
	kill -STOP "$no_operator_pid"
	is "leased captured: no $1" \
	    "$("$HOSTILE" "$no_operator_pid" 3 raw "$2" 2>&1)" closed
	check "leased captured: $1: it is replaced" \
	    wait_for 15 role_new leased "$no_operator_pid"
	wait_for 15 suite_up
}
no_operator reload 0x0505
no_operator teardown 0x0506
no_operator "answer to an operator" 0x0508
unlike "the parent does neither" "$(cat "$WORK/netd.log")" \
    'netd: (reload:|stopping)'
check "the tunnel goes on" dev_ping d1

# --- malformed: the link ends, the receiver does not

malformed() {		# SENDER RECEIVER NAME WHAT ...
	malformed_s=$1 malformed_r=$2 malformed_n=$3; shift 3
	malformed_pid=$(role_pid "$malformed_r")
	is "$malformed_s captured: $malformed_n ends the link" \
	    "$(as "$malformed_s" "$malformed_r" "$@")" closed
	is "$malformed_s captured: $malformed_n: $malformed_r lives" \
	    "$(role_pid "$malformed_r")" "$malformed_pid"
	suite_restart
}

# Fresh links without waiting for the back-off.
suite_restart() {
	suite_kill
	suite_start
}
malformed leased netd-hand "an unknown message" raw 0x7777
malformed leased netd-hand "a message of another link" raw 0x0101 00
malformed leased netd-hand "a message of the parent's" raw 0x0007 01
malformed leased netd-hand "a message cut short" raw 0x0204 0001
malformed leased netd-hand "a message too long" raw 0x0205 \
    "$(printf '00%.0s' $(seq 200))"
malformed leased netd-hand "a descriptor nobody asked for" raw-fd 0x0201 0000000000
malformed leased netd-hand "the end of a sync that has not begun" raw 0x0202
malformed leased netd-hand "what the hand shows" raw 0x0222 0000000100000000
malformed leased netd-hand "random bytes" random 1 500
malformed netd-hand leased "a question about itself" raw 0x0220 \
    010000000000000000
malformed netd-hand leased "a renewal" raw 0x010c
same_peers "leased captured"

state >"$WORK/before"
malformed apid leased "an unknown message" raw 0x7777
malformed apid leased "the hand's answer" raw 0x0206 01
malformed apid leased "an operator's command" raw 0x0507
malformed apid leased "an operator's approval" raw 0x0503 \
    000764657669636573000137
malformed apid leased "an operator's lease" raw 0x0518
malformed apid leased "what the hand shows" raw 0x0222 0000000100000000
malformed apid leased "a new configuration" raw 0x0401 00000001
malformed apid leased "a message cut short" raw 0x0101 0001
malformed apid leased "a descriptor nobody asked for" raw-fd 0x0108
malformed apid leased "random bytes" random 2 500
malformed apid apid-key "a message of another link" raw 0x0108
malformed apid apid-key "a message cut short" raw 0x0301 0000

# --- apid against leased: no more than a client could ask

is "apid captured: the gateway's own key" \
    "$(as apid leased register devices evil "$own")" "LEASE_REPLY 17"
is "apid captured: another's key" \
    "$(as apid leased register devices evil "$d1")" "LEASE_REPLY 17"
is "apid captured: the key of all zero" \
    "$(as apid leased register devices evil \
    AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=)" "LEASE_REPLY 16"
is "apid captured: an unknown network" \
    "$(as apid leased register nosuch evil "$fresh")" "LEASE_REPLY 18"
is "apid captured: a renewal in an unknown network" \
    "$(as apid leased renew nosuch 1)" "LEASE_REPLY 18"
is "apid captured: a renewal of what nobody has" \
    "$(as apid leased renew devices evil)" "LEASE_REPLY 23"
broker=$(role_pid leased)
is "apid captured: a tenant, which no rule may make" \
    "$(as apid leased mesh 1 acme '')" "MESH_REPLY 20"
is "apid captured: a mesh of a tenant that no rule names" \
    "$(as apid leased mesh 5 acme prod)" "MESH_REPLY 20"
is "apid captured: a mesh of whomever" \
    "$(as apid leased mesh 7 '' 6f1c2b3a-0000-4000-8000-000000000000)" \
    "MESH_REPLY 20"
is "apid captured: a relay of the platform" \
    "$(as apid leased mesh 15 '' '')" "MESH_REPLY 20"
is "apid captured: nothing came of it" "$(ctl -j show tenants |
    jq '.tenants | length')" 0
like "apid captured: 20,000 questions" "$(as apid leased flood 20000)" \
    '^(LEASE_REPLY 23|full|closed)$'
is "apid captured: leased lives" "$(role_pid leased)" "$broker"
# A signature is given for a TLS 1.3 server's CertificateVerify and nothing
# else: here, 98 bytes of another context.
tbs=$(printf '20%.0s' $(seq 64))$(printf 'TLS 1.3, client CertificateVerify' |
    od -An -v -tx1 | tr -d ' \n')00$(printf 'ab%.0s' $(seq 32))
like "apid captured: no signature for a client's CertificateVerify" \
    "$(as apid apid-key raw 0x0301 "000004030082$tbs")" \
    '^(KEY_SIGNED 0|closed)$'
renew apid
# Who was caught once and lives has a link again, without a restart.
again() {		# SENDER RECEIVER
	again_s=$(role_pid "$1") again_r=$(role_pid "$2")
	is "a bad message of $1 ends its link to $2" \
	    "$(as "$1" "$2" raw 0x7777)" closed
	kill -CONT "$again_s"
	check "$1 and $2 have a link again" wait_for 15 works 200
	is "$1 and $2 are the same as before" \
	    "$(role_pid "$1") $(role_pid "$2")" "$again_s $again_r"
}
check "a renewal works" works 200
again apid leased
again apid apid-key
again leased netd-hand
state >"$WORK/after"
check "apid captured: nothing changed" diff "$WORK/before" "$WORK/after"
check "and the tunnel works" dev_ping d1

# One front of two refuses a configuration that its sibling takes, as a captured
# one would to keep a new CRL away: it is replaced, and the reload goes on.
suite_kill
sed -i 's/workers = 1;/workers = 2;/' "$CONF"
suite_start
captured=$(role_pid apid)
kill -STOP "$captured"
ctl reload >"$WORK/reload" 2>&1 &
reloading=$!
check "a reload has begun" wait_for 10 grep -q 'netd: reload: ' "$WORK/netd.log"
"$HOSTILE" "$captured" 3 raw 0x0412 0000000200026e6f >/dev/null 2>&1
wait $reloading
is "apid captured: a reload that it alone refuses" $? 0
check "apid captured: it is replaced" gone "$captured"
check "its sibling serves" wait_for 15 works 200
finish
