#!/bin/sh
# The calls of umoo's WireGuard plugin by curl: each of them, each error, the
# rules of the Connect protocol, and what nobody should send.
. "${TOP:-.}/regress/lib.sh"
private "$@"
. "$TOP/regress/suite.sh"
. "$TOP/regress/connect.sh"

connect_start

# One call; STATUS, and $WORK/body.  Prints the status and, of an error, the
# code; the type of every answer is JSON.  TYPE is that of the request.
rpc() {			# WHO CALL BODY [OPTION ...]
	rpc_who=$1 rpc_call=$2 rpc_body=$3; shift 3
	rpc_st=$(printf '%s' "$rpc_body" | curl -s -m 40 -o "$WORK/body" \
	    -D "$WORK/head" -w '%{http_code}' --cacert "$PKI/ca.crt" \
	    --cert "$PKI/$rpc_who.crt" --key "$PKI/$rpc_who.key" \
	    -H "Content-Type: ${TYPE:-application/json}" --data-binary @- "$@" \
	    "$CONNECT/$rpc_call")
	grep -qi '^content-type: application/json' "$WORK/head" ||
	    rpc_st="$rpc_st untyped"
	[ "$rpc_st" = 200 ] || rpc_st="$rpc_st $(jq -r '
	    if (keys == ["code", "message"]) and (.message | length > 0)
	    then .code else "no error: \(.)" end' "$WORK/body")"
	echo "$rpc_st"
}
json() { jq -r "$1" "$WORK/body"; }
said() { like "$1: the message" "$(json .message)" "$2"; }

# --- each call ------------------------------------------------------------------

is "CreateWireGuardNetwork" "$(rpc admin CreateWireGuardNetwork \
    '{"tenant_id":"acme","name":"office","subnet_cidr":"10.30.0.0/24","listen_port":51830}')" 200
is "the network" "$(json '.network | "\(.tenant_id) \(.name) \(.subnet_cidr) \(.listen_port) \(.peer_count) \(.group_id)"')" \
    "acme office 10.30.0.0/24 51830 0 "
ID=$(json .network.id)
like "its id" "$ID" '^[0-9a-f]{8}-[0-9a-f]{4}-4'
is "by camelCase, with the usual values" "$(rpc admin CreateWireGuardNetwork \
    '{"tenantId":"acme","name":"camel","subnetCidr":"","groupId":null,"listenPort":0}'; json '.network | "\(.listen_port) \(.subnet_cidr)"')" \
    "200
51820 100.65.1.0/24"
is "a number as a string" "$(rpc admin CreateWireGuardNetwork \
    '{"name":"text","listen_port":"4444"}'; json .network.listen_port)" \
    "200
4444"
is "GetWireGuardNetwork" "$(rpc dev GetWireGuardNetwork \
    "{\"network_id\":\"$ID\"}"; json .network.name)" "200
office"
is "by its name" "$(rpc dev GetWireGuardNetwork '{"networkId":"office"}';
    json .network.id)" "200
$ID"
is "ListWireGuardNetworks" "$(rpc noc ListWireGuardNetworks '{}';
    json '[.networks[].name] | sort | join(" ")')" "200
base camel office text"
is "of one tenant of all" "$(rpc root ListWireGuardNetworks '{}' \
    -H 'X-Tenant-ID: other'; json '[.networks[].name] | join(" ")')" "200
base"
is "EnrollGroupInNetwork" "$(rpc admin EnrollGroupInNetwork \
    '{"name":"fleet","group_id":"production"}';
    json '"\(.network.group_id) \(.enrolled_count) \(.device_count)"')" "200
production 3 3"
is "AddDeviceToNetwork" "$(rpc noc AddDeviceToNetwork \
    "{\"tenant_id\":\"acme\",\"network_id\":\"$ID\",\"device_id\":\"d1\"}";
    json '.peer | "\(.device_id) \(.allocated_ip) \(.state) \(.public_key) \(.endpoint) \(.last_handshake_at)"')" \
    "200
d1 10.30.0.1 invited   null"
is "its network" "$(json .peer.network_id)" "$ID"
is "once more" "$(rpc noc AddDeviceToNetwork \
    "{\"network_id\":\"$ID\",\"device_id\":\"d1\"}"; json .peer.allocated_ip)" \
    "200
10.30.0.1"
is "another" "$(rpc noc AddDeviceToNetwork \
    "{\"network_id\":\"$ID\",\"device_id\":\"d2\"}")" 200
is "ListWireGuardPeers" "$(rpc dev ListWireGuardPeers \
    "{\"network_id\":\"$ID\"}"; json '[.peers[].device_id] | join(" ")')" "200
d1 d2"
is "SetPeerRole" "$(rpc noc SetPeerRole "{\"network_id\":\"$ID\",\"device_id\":\"d2\",\"is_relay\":false,\"is_egress_gateway\":true,\"egress_subnets\":[\"192.168.77.0/24\"]}";
    json '.peer | "\(.is_relay) \(.is_egress_gateway) \(.egress_subnets | join(","))"')" "200
false true 192.168.77.0/24"
is "as a whole" "$(rpc noc SetPeerRole "{\"networkId\":\"$ID\",\"deviceId\":\"d2\"}";
    json '.peer | "\(.is_egress_gateway) \(.egress_subnets | length)"')" "200
false 0"
check "an endpoint" ctl set peer d2 net acme:office endpoint 192.0.2.7:51820
is "a relay" "$(rpc noc SetPeerRole "{\"networkId\":\"$ID\",\"deviceId\":\"d2\",\"isRelay\":true}";
    json '.peer | "\(.is_relay) \(.endpoint)"')" "200
true 192.0.2.7:51820"
is "AssignRelay" "$(rpc noc AssignRelay "{\"network_id\":\"$ID\",\"peer_device_id\":\"d1\",\"relay_device_id\":\"d2\"}";
    json .peer.relay_device_id)" "200
d2"
is "a relay that is used" "$(rpc noc SetPeerRole \
    "{\"networkId\":\"$ID\",\"deviceId\":\"d2\"}")" "400 failed_precondition"
is "RemoveRelayAssignment" "$(rpc noc RemoveRelayAssignment \
    "{\"network_id\":\"$ID\",\"peer_device_id\":\"d1\"}";
    json '"<\(.peer.relay_device_id)>"')" "200
<>"
is "CreatePlatformRelay" "$(rpc root CreatePlatformRelay '{"name":"hop"}';
    json '.relay | "\(.id) \(.name) \(.network_count)"')" "200
hop hop 0"
is "ListPlatformRelays" "$(rpc root ListPlatformRelays '{}';
    json '[.relays[].id] | join(" ")')" "200
hop"
is "AssignPlatformRelayToNetwork" "$(rpc root AssignPlatformRelayToNetwork \
    "{\"relay_id\":\"hop\",\"network_id\":\"$ID\"}";
    json '.peer | "\(.device_id) \(.is_relay)"')" "200
relay true"
is "a relay in use" "$(rpc root DeletePlatformRelay '{"relay_id":"hop"}')" \
    "400 failed_precondition"
is "RemovePlatformRelayFromNetwork" "$(rpc root RemovePlatformRelayFromNetwork \
    "{\"relay_id\":\"hop\",\"network_id\":\"$ID\"}"; cat "$WORK/body")" "200
{}"
is "DeletePlatformRelay" "$(rpc root DeletePlatformRelay \
    '{"relayId":"hop"}'; cat "$WORK/body")" "200
{}"
is "RemoveDeviceFromNetwork" "$(rpc noc RemoveDeviceFromNetwork \
    "{\"network_id\":\"$ID\",\"device_id\":\"d1\"}"; cat "$WORK/body")" "200
{}"
is "DeleteWireGuardNetwork, with its peers" "$(rpc admin DeleteWireGuardNetwork \
    '{"network_id":"fleet"}'; cat "$WORK/body")" "200
{}"
is "who did it is known" "$(ctl -j show events | jq -r '.events[] |
    select(.event == "mesh.delete") | "\(.network) \(.who)"')" \
    "acme:fleet cn:admin"

# --- each error -----------------------------------------------------------------

N="\"network_id\":\"$ID\""
is "a name that is taken" "$(rpc admin CreateWireGuardNetwork \
    '{"name":"office"}')" "409 already_exists"
said "it" 'has a mesh office already'
is "an overlap" "$(rpc admin CreateWireGuardNetwork \
    '{"name":"x","subnet_cidr":"10.30.0.0/25"}')" "409 already_exists"
is "a range that is used up" "$(rpc spy CreateWireGuardNetwork \
    '{"name":"second"}'; rpc spy CreateWireGuardNetwork '{"name":"x"}')" "200
429 resource_exhausted"
is "mesh is off" "$(rpc root CreateWireGuardNetwork \
    '{"tenant_id":"quiet","name":"x"}')" "400 failed_precondition"
is "no such network" "$(rpc admin GetWireGuardNetwork \
    '{"network_id":"nothing"}')" "404 not_found"
is "no such device" "$(rpc noc SetPeerRole "{$N,\"device_id\":\"d9\"}")" \
    "404 not_found"
is "no member" "$(rpc noc RemoveDeviceFromNetwork "{$N,\"device_id\":\"g1\"}")" \
    "404 not_found"
is "no such relay" "$(rpc root DeletePlatformRelay '{"relay_id":"d1"}')" \
    "404 not_found"
is "a relay that nobody reaches" "$(rpc noc AddDeviceToNetwork \
    "{$N,\"device_id\":\"d1\"}"; rpc noc SetPeerRole \
    "{$N,\"device_id\":\"d1\",\"is_relay\":true}")" "200
400 failed_precondition"
is "by way of itself" "$(rpc noc AssignRelay \
    "{$N,\"peer_device_id\":\"d1\",\"relay_device_id\":\"d1\"}")" \
    "400 failed_precondition"
is "a prefix of the network itself" "$(rpc noc SetPeerRole "{$N,\"device_id\":\"d1\",\"is_egress_gateway\":true,\"egress_subnets\":[\"10.30.0.0/16\"]}")" \
    "409 already_exists"

# --- who may --------------------------------------------------------------------

is "no rule" "$(rpc stranger ListWireGuardNetworks '{}')" "401 unauthenticated"
D=',"device_id":"d1"' P=',"peer_device_id":"d1"'
for i in "CreateWireGuardNetwork {\"name\":\"x\"} noc" \
    "DeleteWireGuardNetwork {$N} noc" \
    "EnrollGroupInNetwork {\"name\":\"x\",\"group_id\":\"production\"} noc" \
    "AddDeviceToNetwork {$N$D} dev" "RemoveDeviceFromNetwork {$N$D} dev" \
    "SetPeerRole {$N$D} dev" \
    "AssignRelay {$N$P,\"relay_device_id\":\"d2\"} dev" \
    "RemoveRelayAssignment {$N$P} dev" "CreatePlatformRelay {\"name\":\"x\"} admin" \
    "ListPlatformRelays {} admin" "DeletePlatformRelay {\"relay_id\":\"x\"} admin" \
    "AssignPlatformRelayToNetwork {$N,\"relay_id\":\"x\"} admin" \
    "RemovePlatformRelayFromNetwork {$N,\"relay_id\":\"x\"} admin" \
    "GetWireGuardNetwork {$N} watch" "ListWireGuardNetworks {} watch" \
    "ListWireGuardPeers {$N} watch"; do
	# shellcheck disable=SC2086
	set -- $i
	is "$1: not for $3" "$(rpc "$3" "$1" "$2")" "403 permission_denied"
done
for i in "GetWireGuardNetwork {$N}" "DeleteWireGuardNetwork {$N}" \
    "AddDeviceToNetwork {$N$D}" "RemoveDeviceFromNetwork {$N$D}" \
    "ListWireGuardPeers {$N}" "SetPeerRole {$N$D}" \
    "AssignRelay {$N$P,\"relay_device_id\":\"d2\"}" \
    "RemoveRelayAssignment {$N$P}" \
    "EnrollGroupInNetwork {\"tenant_id\":\"acme\",\"name\":\"x\",\"group_id\":\"production\"}" \
    "CreateWireGuardNetwork {\"tenant_id\":\"acme\",\"name\":\"x\"}" \
    "ListWireGuardNetworks {\"tenant_id\":\"acme\"}"; do
	is "another tenant's: ${i%% *}" "$(rpc spy "${i%% *}" "${i#* }")" \
	    "404 not_found"
done
is "the header never widens" "$(rpc spy ListWireGuardNetworks '{}' \
    -H 'X-Tenant-ID: acme')" "404 not_found"
is "and must be that of the body" "$(rpc root ListWireGuardNetworks \
    '{"tenant_id":"acme"}' -H 'X-Tenant-ID: other')" "404 not_found"
is "nothing has come of all that" "$(rpc admin ListWireGuardNetworks '{}';
    json '[.networks[].name] | sort | join(" ")')" "200
base camel office text"

# --- what nobody should send ------------------------------------------------------

bad() {			# NAME CALL BODY WORDS
	is "$1" "$(rpc root "$2" "$3")" "400 invalid_argument"
	said "$1" "$4"
}
LONG=$(printf '%065d' 0)
bad "nothing" ListWireGuardNetworks '' 'not one JSON object'
bad "no object" ListWireGuardNetworks '[]' 'not one JSON object'
bad "half of one" ListWireGuardNetworks '{' 'not one JSON object'
bad "two" ListWireGuardNetworks '{}{}' 'not one JSON object'
bad "bytes that are no text" ListWireGuardNetworks \
    "$(printf '{"tenant_id":"\377"}')" 'not one JSON object'
bad "a member twice" GetWireGuardNetwork \
    '{"network_id":"a","network_id":"b"}' 'duplicate'
bad "in both spellings" GetWireGuardNetwork \
    '{"network_id":"a","networkId":"b"}' 'network_id is there twice'
bad "a member that is not known" GetWireGuardNetwork \
    '{"network_id":"a","x":1}' 'member that is not known'
bad "one of another call" GetWireGuardNetwork \
    '{"network_id":"a","is_relay":true}' 'member that is not known'
bad "a spelling that is none" GetWireGuardNetwork '{"NetworkId":"a"}' \
    'member that is not known'
bad "one that is missing" GetWireGuardNetwork '{}' 'network_id is missing'
bad "one that is empty" GetWireGuardNetwork '{"network_id":""}' \
    'network_id is missing'
bad "null" AddDeviceToNetwork "{$N,\"device_id\":null}" 'device_id is missing'
bad "a number for a name" GetWireGuardNetwork '{"network_id":7}' \
    'network_id is not a string'
bad "too long" GetWireGuardNetwork "{\"network_id\":\"$LONG\"}" 'at most 64'
bad "a tenant too long" ListWireGuardNetworks "{\"tenant_id\":\"$LONG\"}" \
    'at most 64'
bad "a device too long" AddDeviceToNetwork "{$N,\"device_id\":\"$LONG\"}" \
    'at most 64'
bad "NUL" GetWireGuardNetwork '{"network_id":"a\u0000b"}' 'JSON|not a string'
bad "a line feed" AddDeviceToNetwork "{$N,\"device_id\":\"a\\nb\"}" \
    'device_id is not'
bad "no prefix" CreateWireGuardNetwork '{"name":"x","subnet_cidr":"office"}' \
    'subnet_cidr is not an IPv4 prefix'
bad "host bits" CreateWireGuardNetwork \
    '{"tenant_id":"acme","name":"x","subnet_cidr":"10.1.0.7/24"}' 'host bits'
bad "a /31" CreateWireGuardNetwork \
    '{"tenant_id":"acme","name":"x","subnet_cidr":"10.1.0.0/31"}' '/16 to /30'
bad "all of it" CreateWireGuardNetwork \
    '{"tenant_id":"acme","name":"x","subnet_cidr":"0.0.0.0/0"}' '/16 to /30'
bad "a name with a slash" CreateWireGuardNetwork \
    '{"tenant_id":"acme","name":"a/b"}' 'name is of letters'
for i in 65536 -1 1.5 true '"65536"' '"-1"' '"0x10"' '"1 "' '"12a"' '[]'; do
	bad "the port $i" CreateWireGuardNetwork \
	    "{\"name\":\"x\",\"listen_port\":$i}" 'number of 0 to 65535'
done
bad "a word for yes" SetPeerRole "{$N$D,\"is_relay\":\"true\"}" \
    'is_relay is not true or false'
bad "prefixes without the flag" SetPeerRole \
    "{$N$D,\"egress_subnets\":[\"192.168.9.0/24\"]}" 'does not fit'
bad "the flag without prefixes" SetPeerRole \
    "{$N$D,\"is_egress_gateway\":true}" 'does not fit'
bad "one prefix, no list" SetPeerRole \
    "{$N$D,\"is_egress_gateway\":true,\"egress_subnets\":\"10.0.0.0/8\"}" \
    'array of at most 16'
bad "17 prefixes" SetPeerRole "{$N$D,\"is_egress_gateway\":true,\"egress_subnets\":$(seq 17 |
    jq -cs 'map("192.168.\(.).0/24")')}" 'array of at most 16'
bad "an egress with host bits" SetPeerRole \
    "{$N$D,\"is_egress_gateway\":true,\"egress_subnets\":[\"192.168.9.1/24\"]}" \
    'host bits'
bad "loopback as egress" SetPeerRole \
    "{$N$D,\"is_egress_gateway\":true,\"egress_subnets\":[\"127.0.0.0/8\"]}" \
    'loopback'
bad "deep" ListWireGuardNetworks \
    "$(printf '%03000d' 0 | tr 0 '[')" 'not one JSON object'
is "too large" "$(rpc root ListWireGuardNetworks \
    "{\"tenant_id\":\"$(printf '%020000d' 0)\"}")" "429 resource_exhausted"

# --- the rules of the protocol --------------------------------------------------

head_has() { like "$1" "$(tr -d '\r' <"$WORK/head")" "$2"; }
is "a version" "$(rpc root ListWireGuardNetworks '{}' \
    -H 'Connect-Protocol-Version: 1')" 200
is "another version" "$(rpc root ListWireGuardNetworks '{}' \
    -H 'Connect-Protocol-Version: 2')" "400 invalid_argument"
is "with a charset" "$(TYPE='application/json; charset=utf-8' \
    rpc root ListWireGuardNetworks '{}')" 200
for i in application/proto application/connect+json application/grpc+proto \
    text/plain application/jsonx; do
	is "$i" "$(TYPE=$i rpc root ListWireGuardNetworks '{}')" \
	    "415 unimplemented"
done
is "two types" "$(rpc root ListWireGuardNetworks '{}' \
    -H 'Content-Type: application/json')" "415 unimplemented"
head_has "what it should be" '^Accept-Post: application/json$'
is "compressed" "$(rpc root ListWireGuardNetworks '{}' \
    -H 'Content-Encoding: gzip')" "501 unimplemented"
head_has "how it should be" '^Accept-Encoding: identity$'
is "said to be as it is" "$(rpc root ListWireGuardNetworks '{}' \
    -H 'Content-Encoding: identity')" 200
is "GET" "$(rpc root GetWireGuardNetwork '' -X GET)" "405 unimplemented"
head_has "what the path has" '^Allow: POST$'
is "PUT" "$(rpc root GetWireGuardNetwork '{}' -X PUT)" "405 unimplemented"
is "no such call" "$(rpc root GetWireGuardNet '{}')" "404 unimplemented"
is "below a call" "$(rpc root ListWireGuardNetworks/x '{}')" \
    "404 unimplemented"
is "in pieces" "$(rpc root ListWireGuardNetworks '{}' \
    -H 'Transfer-Encoding: chunked')" 200
for i in 60000 9999999999; do
	is "a time of $i ms" "$(rpc root ListWireGuardNetworks '{}' \
	    -H "Connect-Timeout-Ms: $i")" 200
done
for i in 10000000000 -1 1s 1.5 '1 1'; do
	is "a time of $i" "$(rpc root ListWireGuardNetworks '{}' \
	    -H "Connect-Timeout-Ms: $i")" "400 invalid_argument"
done
is "no time at all" "$(rpc root ListWireGuardNetworks '{}' \
    -H 'Connect-Timeout-Ms: 0')" "504 deadline_exceeded"
kill -STOP "$(role_pid leased)"
is "a time that is over: a list" "$(rpc root ListWireGuardNetworks '{}' \
    -H 'Connect-Timeout-Ms: 300')" "504 deadline_exceeded"
is "a time that is over: a change" "$(rpc root CreatePlatformRelay \
    '{"name":"late"}' -H 'Connect-Timeout-Ms: 300')" "504 deadline_exceeded"
is "leased does not answer" "$(rpc root ListWireGuardNetworks '{}')" \
    "503 unavailable"
head_has "when to come again" '^Retry-After: [0-9]+$'
kill -CONT "$(role_pid leased)"
check "it goes on" wait_for 20 eval \
    '[ "$(rpc root ListWireGuardNetworks "{}")" = 200 ]'

# The other dialects of the listener answer as they always do.
is "beside it: the API" "$(curl -s -m 10 -o "$WORK/body" -w '%{http_code}' \
    --cacert "$PKI/ca.crt" --cert "$PKI/root.crt" --key "$PKI/root.key" \
    https://127.0.0.1:8444/api/v1/nothing; json .code)" "404not-found"
finish
