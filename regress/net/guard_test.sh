#!/bin/sh
# A configuration that takes service away: it is told before, asked when it is
# much, and afterwards every view says the same.
. "${TOP:-.}/regress/lib.sh"
private "$@"
. "$TOP/regress/suite.sh"

[ -c /dev/net/tun ] || skip_all "no /dev/net/tun"

api() {			# NUMBER METHOD [CURL-OPTION ...]; the status
	api_n=$1; api_m=$2; shift 2
	curl --cacert "$PKI/ca.crt" --cert "$PKI/d$api_n.crt" \
	    --key "$PKI/d$api_n.key" -sS -m 10 -o "$WORK/body" \
	    -w '%{http_code}' -X "$api_m" "$@" \
	    https://127.0.0.1:8443/api/v1/self/lease
}

put() {			# NUMBER
	api "$1" PUT -H 'Content-Type: application/json' \
	    -d "{\"public_key\":\"$(cat "$WORK/k$1")\"}"
}

peers() {
	wg show wg0 peers 2>/dev/null | wc -l
}

has() {			# NUMBER
	[ "$(peers)" -eq "$1" ]
}

states() {
	ctl -j show leases | jq -r '[.leases[].state] | unique | join(",")'
}

active() {
	[ "$(states)" = active ]
}

# A line of the configuration becomes another, and netd has seen it.
edit() {		# SED-SCRIPT
	: >"$WORK/netd.log"
	sed -i "$1" "$CONF"
	logged 'configuration loaded|the old configuration stays'
}

pki_init
for i in 1 2 3; do
	cert d$i smart-toilet-$i
	wg genkey | wg pubkey >"$WORK/k$i"
done
POOLS='"fde3:25fb:7f6c:1::/64", "100.64.1.0/24"'
printf '1\n2\n3\n' >"$WORK/access"
CONF_MORE="access: { mode = \"list\"; file = \"$WORK/access\"; };"
suite_conf
cp "$CONF" "$WORK/conf"
suite_start
for i in 1 2 3; do
	is "device $i" "$(put $i)" 201
done

# The database is new, which is another test's matter.
check "nothing is unclaimed" ctl drop unclaimed

# --- a pool that moves --------------------------------------------------------

edit 's|100.64.1.0/24|100.64.2.0/24|; s|7f6c:1::/64|7f6c:2::/64|'
check "a changed file is not taken" logged \
    '3 of 3 peers of network devices lose service.*reload force; the old'
check_status "nor is a reload" 78 ctl reload
like "which says what and how" "$(cat "$WORK/out")" \
    '3 of 3 peers of network devices lose service: .*sallyctl reload force'
check "all peers are there" has 3
is "and active" "$(states)" active
check "somebody says so" ctl reload force
like "and is told" "$(cat "$WORK/out")" '^configuration loaded: 3 of 3 peers'
check "then they go" wait_for 10 has 0
is "every view: the leases" "$(states)" outside
is "every view: the device" "$(api 1 GET) $(jq -r .state "$WORK/body")" \
    "200 outside"
like "every view: the status" "$(ctl show status)" \
    '^leases +0 live, .* 3 outside, 0 partly'
check "every view: the sync" wait_for 5 sh -c "'$BIN/sallyctl' -s '$S/ctl.sock' \
    -j show status | jq -e '.status.sync.removed == 3'"
is "every view: the events" "$(ctl -j show events | jq -r '[.events[] |
    select(.event == "network.outside") | "\(.network) \(.detail)"] | join(",")')" \
    "devices peers=3"
is "who asks is served again" "$(put 1)" 201
check "with a peer" has 1
is "and active" "$(api 1 GET) $(jq -r .state "$WORK/body")" "200 active"
is "a lease outside can be given back" "$(api 3 DELETE)" 204
is "then there is none" "$(api 3 GET)" 404
cp "$WORK/conf" "$CONF"
check "back" ctl reload
check "what was there is served again" wait_for 10 has 1
is "and the new one is not" "$(ctl -j show leases | jq -r \
    '[.leases[] | "\(.name) \(.state)"] | sort | join(",")')" \
    "1 outside,2 active"
is "until it asks" "$(put 1)" 201
is "device 3 again" "$(put 3)" 201

# --- one family of two ----------------------------------------------------------

edit 's|100.64.1.0/24|100.64.2.0/24|'
check "an address of all is asked for" logged \
    '3 of 3 peers of network devices lose an address: .*reload force'
is "nothing has changed" "$(states)" active
check "somebody says so" ctl reload force
check "partly served" wait_for 5 sh -c "wg show wg0 allowed-ips |
    grep -c 'fde3:25fb:7f6c:1::[0-9a-f]*/128\$' | grep -qx 3"
is "says so" "$(states)" partly
is "to the device, too" "$(api 2 GET) $(jq -r .state "$WORK/body")" "200 partly"
cp "$WORK/conf" "$CONF"
check "all is back" ctl reload
check "and active" wait_for 10 active

# --- lists that are suddenly empty --------------------------------------------

: >"$WORK/netd.log"
echo '# nobody' >"$WORK/access"
check "an empty access list is not taken" logged \
    '3 of 3 leases are not let in by the access list and end.*the old'
is "devices go on" "$(put 2)" 200
printf '1\n2\n3\n' >"$WORK/access"
check "nor was anything changed" ctl reload
edit '/^identities/,/^);/c identities = ();'
check "no identities" logged 'identities is empty, and was not.*reload force'
is "devices go on" "$(put 2)" 200
cp "$WORK/conf" "$CONF"
check "nor was anything changed" ctl reload

# --- a network that is gone -----------------------------------------------------

edit 's/name = "devices"/name = "others"/; s/network = "devices"/network = "others"/'
check "a network that is gone is not taken" logged \
    '3 of 3 peers of network devices, which is taken out, lose service'
check "all peers are there" has 3
suite_stop
: >"$WORK/netd.log"
suite_spawn
check "at a start it is told" logged \
    'network devices is not in the configuration: its 3 leases'
orphan() {
	[ "$(ctl -j show networks | jq -r \
	    '.networks[] | select(.name == "devices").state')" = orphan ]
}
check "and an orphan in the list" wait_for 20 orphan
is "its leases are outside" "$(states)" outside
check "their peers stay for a while" has 3
check "which is told" logged 'wg0 has 3 peers that'
check "until somebody says so" ctl drop unclaimed
check "then they go" wait_for 10 has 0
suite_stop
cp "$WORK/conf" "$CONF"
suite_start
check "ready for the name" suite_up
check "with the name all peers are back" wait_for 10 has 3
check "and active" wait_for 10 active
suite_stop
finish
