#!/bin/sh
# What a device is told of the server comes from the parent: a leased that was
# captured (apid_drv lies) leads no device to another server, and gives it no
# address that a lease of this network cannot have.
. "${TOP:-.}/regress/lib.sh"
. "$TOP/regress/proc/apid_lib.sh"

L=/api/v1/self/lease
J='Content-Type: application/json'

autowg() {
	ask /vpn/v1/register -H "$SUBJ" -d "$KEY"
}
native() {		# METHOD
	case $1 in
	PUT) ask $L -X PUT -H "$SUBJ" -H "$J" -d "{\"public_key\":\"$KEY\"}" ;;
	*) ask $L -H "$SUBJ" ;;
	esac
}
server() {
	jbody '.server | "\(.public_key) \(.endpoint) \(.keepalive) \(.routes | join(" "))"'
}
key_of() {		# OCTAL
	printf "\\$1%.0s" $(seq 32) | base64
}
# All ways to ask tell of this key and port.
told() {		# NAME OCTAL PORT
	told_k=$(key_of "$2")
	autowg
	is "$1: autowg" "$STATUS $(sed -n '1,2p' "$WORK/body" | tr '\n' ' ')" \
	    "200 endpoint=vpn.example.com:$3 pubkey=$told_k "
	for told_m in PUT GET; do
		native $told_m
		is "$1: native $told_m" "$(server)" \
		    "$told_k vpn.example.com:$3 25 fde3:25fb:7f6c::/48"
	done
}
# None of them tells anything.
silent() {		# NAME
	autowg
	is "$1: autowg" "$STATUS" 503
	like "$1: it may ask again" "$(field Retry-After)" '^[0-9]+$'
	for silent_m in PUT GET; do
		native $silent_m
		is "$1: native $silent_m" "$STATUS $(jbody .code)" \
		    "503 gateway-busy"
	done
}

drv_start -b user:pw
told "at first" 007 53092
drv "server 9 4444"
told "the key and port have changed" 011 4444
drv reload '^ack'
told "after a reload" 011 4444
drv down
drv up
told "after a new leased" 011 4444
ask /readyz
is "ready" "$STATUS $(jbody .wireguard)" "200 ok"
drv "server 9 0"
ask /readyz
is "not ready" "$STATUS $(jbody .wireguard)" "503 fail"
silent "the network is not up"
drv "server 8 1"
told "it is up again" 010 1

for l in ::/0 0.0.0.0/0 fde3:25fb:7f6c:1::/64 100.64.1.0/24 100.64.1.8/31 \
    10.9.8.7/32 2001:db8::1/128 100.64.0.1/32 fde3:25fb:7f6c::1/128 \
    100.64.0.0/32 100.64.3.255/32 fde3:25fb:7f6c:1::/128 100.64.1.201/32 \
    100.64.1.9/32,::/0 ::/0,100.64.1.9/32 100.64.1.9/32,100.64.1.10/32 \
    fde3:25fb:7f6c:1::c/128,fde3:25fb:7f6c:1::d/128,100.64.1.9/32 none \
    name network; do
	drv "lie $l"
	silent "a lie: $l"
done
check "the log tells of an address" says \
    'leased answers with ::/0, which is no host'
check "of a reserved one" says \
    'leased answers with 100.64.1.201/32, which is reserved'
check "of the gateway's own" says \
    "leased answers with 100.64.0.1/32, which is the gateway's own"
check "of another's lease" says \
    'leased answers with the lease of another'
drv lie
told "the truth again" 010 1
drv_stop "apid has survived it all"
finish
