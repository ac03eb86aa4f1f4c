#!/bin/sh
# Ranges of addresses as pools: on an adopted interface they have routes of
# their own, their ends are leased, and the addresses beside them are others'.
. "${TOP:-.}/regress/lib.sh"
private "$@"
. "$TOP/regress/suite.sh"

ADOPT=true
ADDRESS=
POOLS='"fde3:25fb:7f6c:1::ff-fde3:25fb:7f6c:1::102", "100.64.1.2-100.64.1.5"'
pki_init
mkdir -p "$S"
wg_here || skip_all "no WireGuard here"
(umask 077 && wg genkey >"$WORK/old.key")
key() { wg genkey | wg pubkey; }
below=$(key) first=$(key) last=$(key) above=$(key)
wg set wg0 private-key "$WORK/old.key" listen-port 51820 \
    peer "$below" allowed-ips 100.64.1.1/32 \
    peer "$first" allowed-ips 100.64.1.2/32 \
    peer "$last" allowed-ips 100.64.1.5/32,fde3:25fb:7f6c:1::102/128 \
    peer "$above" allowed-ips 100.64.1.6/32
ip address add "$GW6/128" dev wg0 nodad
ip link set wg0 up
suite_conf
suite_start

source_of() {		# KEY
	ctl -j show peers | jq -r --arg k "$1" \
	    '.peers[] | select(.public_key == $k) | .source'
}
for w in below:foreign first:unclaimed last:unclaimed above:foreign; do
	eval "k=\$${w%%:*}"
	is "the peer ${w%%:*} the range" "$(source_of "$k")" "${w#*:}"
done
is "show networks has them as they are written" \
    "$(ctl -j show networks | jq -r '[.networks[].pools[].prefix] | join(" ")')" \
    "fde3:25fb:7f6c:1::ff-fde3:25fb:7f6c:1::102 100.64.1.2-100.64.1.5"
routes() { ip "$1" route show dev wg0 proto 83 | awk '{ print $1 }' | xargs; }
is "each part has its route" "$(routes -4)" "100.64.1.2/31 100.64.1.4/31"
is "and each of IPv6" "$(routes -6)" \
    "fde3:25fb:7f6c:1::ff fde3:25fb:7f6c:1::100/127 fde3:25fb:7f6c:1::102"
dev_add d1
cert d1 smart-toilet-1
check "d1 enrols" dev_enrol d1
is "with the first free addresses" "$(leases | cut -d ' ' -f 3)" \
    "100.64.1.3/32,fde3:25fb:7f6c:1::ff/128"
check "ping" dev_ping d1
static() {		# ADDRESS
	printf '{"peers":[{"public_key":"%s","addresses":["%s"]}]}' "$(key)" \
	    "$1" >"$WORK/set.json"
	ctl apply "$WORK/set.json" 2>&1
}
like "no peer may have an address beside it" "$(static 100.64.1.7)" \
    address-outside
like "but one in it" "$(static 100.64.1.4)" '1 added'

# The range moves: what it loses is not served.
sed -i 's/"100.64.1.2-100.64.1.5"/"100.64.1.4-100.64.1.9"/' "$CONF"
check "reload" ctl reload force
follow() { [ "$(routes -4)" = "100.64.1.4/30 100.64.1.8/31" ]; }
check "the routes follow" wait_for 10 follow
is "the lease lacks an address" "$(ctl -j show leases |
    jq -r '.leases[].state')" partly
check "and goes on with the other" dev_ping d1
suite_stop
finish
