#!/bin/sh
# The mesh through the whole suite, by sallyctl and by the API: what operators
# make, who may, what is refused, and what a restart leaves.
. "${TOP:-.}/regress/lib.sh"
private "$@"
. "$TOP/regress/suite.sh"

[ -c /dev/net/tun ] || skip_all "no /dev/net/tun"

pki_init
RULES='
	{ pattern = "root"; role = "super_admin"; },
	{ pattern = "admin"; role = "tenant_admin"; tenant = "acme"; },
	{ pattern = "noc"; role = "operator"; tenant = "acme"; },
	{ pattern = "spy"; role = "tenant_admin"; tenant = "other"; },
	{ pattern = "dev-([0-9]+)"; role = "device"; tenant = "acme"; },
	{ pattern = "their-([0-9]+)"; role = "device"; tenant = "other"; }'
LISTEN_MORE=', { address = "[::]:8444"; api = [ "mesh" ];
	tls: { certificate = "'$PKI'/server.crt"; key = "'$PKI'/server.key";
	       client_ca = "'$PKI'/ca.crt"; }; }'
API=https://$GW:8444/api/v1
suite_conf
ip address replace "$GW/32" dev lo
suite_start
for i in root admin noc spy stranger; do cert $i $i; done
cert dev dev-1
cert their their-1

# The status of a request; its body is in $WORK/body and its head in $WORK/head.
api() {			# WHO METHOD PATH [BODY [OPTION ...]]
	api_who=$1 api_method=$2 api_path=$3 api_body=$4
	shift 3; [ $# -eq 0 ] || shift
	curl -s -m 10 -o "$WORK/body" -D "$WORK/head" -w '%{http_code}' \
	    --cacert "$PKI/ca.crt" --cert "$PKI/$api_who.crt" \
	    --key "$PKI/$api_who.key" -X "$api_method" \
	    ${api_body:+-H 'Content-Type: application/json' -d "$api_body"} \
	    "$@" "$API$api_path"
}
json() { jq -r "$1" "$WORK/body"; }
code() {		# like api, with the problem's code
	echo "$(api "$@") $(json '.code // ""')"
}
etag() { tr -d '\r' <"$WORK/head" | sed -n 's/^[Ee][Tt]ag: //p'; }
show() { ctl -j show "$@"; }
refuses() {		# NAME TEXT COMMAND ...
	refuses_name=$1 refuses_text=$2; shift 2
	like "$refuses_name" "$(ctl "$@" 2>&1; echo "= $?")" "$refuses_text"
}

# --- tenants, by sallyctl and by the API ---------------------------------------

check "a tenant" ctl tenant add acme mesh on
refuses "it is there already" 'there is a tenant acme already' tenant add acme
is "with defaults" "$(show tenants | jq -r '.tenants[0] |
    "\(.mesh_enabled) \(.ranges[0]) \(.default_listen_port) \(.default_keepalive) \(.nat_traversal_enabled)"')" \
    "true 100.64.0.0/10 51820 0 true"
is "another one, by the API" "$(api root PUT /tenants/other \
    '{"mesh_enabled":true,"ip_range":"10.7.0.0/22","default_listen_port":4444,"default_dns":"10.7.0.53","stun_servers":["stun.example.com:3478"]}')" 201
is "what was set is shown" "$(json '"\(.ip_range) \(.default_listen_port) \(.default_dns) \(.stun_servers[0])"')" \
    "10.7.0.0/22 4444 10.7.0.53 stun.example.com:3478"
TAG=$(etag)
is "a change with its tag" "$(api root PUT /tenants/other \
    '{"mesh_enabled":true,"ip_range":"10.7.0.0/22","default_listen_port":5555}' \
    -H "If-Match: $TAG")" 200
is "and with the old one" "$(code root PUT /tenants/other '{}' \
    -H "If-Match: $TAG")" "412 etag-mismatch"
is "a member that is not known" "$(code root PUT /tenants/other '{"x":1}')" \
    "400 bad-request"
is "a range with host bits" "$(code root PUT /tenants/other \
    '{"ip_range":"10.7.0.1/22"}')" "400 bad-request"

# --- meshes -------------------------------------------------------------------

is "a mesh" "$(api admin POST /mesh '{"name":"prod","cidr":"10.20.0.0/24"}')" 201
is "its prefix and a slice" "$(json '.prefixes | join(" ")')" \
    "10.20.0.0/24 fd73:616c:6c79:1::/64"
ID=$(json .id)
like "where it is" "$(tr -d '\r' <"$WORK/head")" "Location: /api/v1/mesh/$ID"
is "by its id" "$(api noc GET "/mesh/$ID") $(json .name)" "200 prod"
is "by its name" "$(api noc GET /mesh/acme:prod) $(json .id)" "200 $ID"
is "known by its tag" "$(api noc GET /mesh/prod '' \
    -H "If-None-Match: $(etag)")" 304
like "the tenant's defaults are applied" "$(ctl network add other:m1)" \
    'mesh other:m1 is made: 10.7.1.0/24'
is "port of the tenant" "$(show meshes tenant other |
    jq -r '.meshes[0].listen_port')" 5555
for i in 2 3 4; do check "slice $i" ctl network add other:m$i; done
refuses "a range that is used up" 'no /24 is left in 10.7.0.0/22' \
    network add other:m5
is "the same by the API" "$(code spy POST /mesh '{"name":"m5"}')" \
    "409 address-range-exhausted"
refuses "a /31" 'must be /16 to /30' network add acme:bad cidr 10.1.0.0/31
refuses "host bits" 'has host bits: write 10.1.0.0/24' network add acme:bad \
    cidr 10.1.0.7/24
refuses "an overlap" 'overlaps 10.20.0.0/24 of the mesh prod' \
    network add acme:bad cidr 10.20.0.0/25
refuses "the gateway's addresses" 'of the network devices in sallyport.conf' \
    network add acme:bad cidr 100.64.1.0/24
is "overlap by the API" "$(code admin POST /mesh \
    '{"name":"bad","cidr":"10.20.0.0/16"}')" "409 prefix-overlap"
is "nothing came of it" "$(show meshes tenant acme | jq '.meshes | length')" 1
check "no mesh for a tenant without" ctl tenant add quiet
refuses "mesh is off" 'mesh is off for the tenant quiet' network add quiet:m

# --- who may ------------------------------------------------------------------

is "no rule" "$(code stranger GET /mesh)" "403 identity-not-matched"
is "a device may look" "$(api dev GET /mesh/prod)" 200
is "a device makes nothing" "$(code dev PUT /mesh/prod/members/x '{}')" \
    "403 identity-denied"
is "an operator makes no mesh" "$(code noc POST /mesh '{"name":"x"}')" \
    "403 identity-denied"
is "an administrator no tenant" "$(code admin PUT /tenants/acme '{}')" \
    "403 identity-denied"
is "nor a relay" "$(code admin PUT /relays/r1)" "403 identity-denied"
for i in "GET /mesh/$ID" "DELETE /mesh/$ID" "GET /mesh/acme:prod" \
    "GET /mesh/prod" "GET /mesh/acme:prod/members"; do
	is "another tenant's: $i" "$(api spy ${i% *} "${i#* }")" 404
done
is "another tenant in the query" "$(code spy GET '/mesh?tenant=acme')" \
    "404 tenant-not-found"
is "in the header" "$(code spy GET /mesh '' -H 'X-Tenant-ID: acme')" \
    "404 tenant-not-found"
is "in the body" "$(code spy POST /mesh '{"tenant":"acme","name":"x"}')" \
    "404 tenant-not-found"
is "each sees its own" "$(api spy GET /mesh; json '[.meshes[].tenant] | unique | join(" ")')" \
    "200other"
is "and its own tenant" "$(api spy GET /tenants; json '[.tenants[].tenant] | join(" ")')" \
    "200other"
is "whoever may all sees all" "$(api root GET /tenants; json '.tenants | length')" \
    2003
is "the header narrows it" "$(api root GET /mesh '' -H 'X-Tenant-ID: acme';
    json '.meshes | length')" 2001

# --- members ------------------------------------------------------------------

is "a member" "$(api noc PUT /mesh/prod/members/d1 '{}')" 201
is "has an address before it comes" "$(json '"\(.state) \(.addresses[0])"')" \
    "invited 10.20.0.1/32"
like "by sallyctl" "$(ctl member add acme:prod d2)" \
    'd2 is invited to acme:prod: 10.20.0.2'
is "a relay without an endpoint" "$(code noc PUT /mesh/prod/members/d1 \
    '{"relay":true}')" "409 relay-unusable"
is "with one" "$(api noc PUT /mesh/prod/members/d1 \
    '{"relay":true,"endpoint":"192.0.2.7:51820"}')" 200
TAG=$(etag)
check "an egress" ctl set peer d2 net acme:prod egress 192.168.10.0/24
is "the prefix of another" "$(code noc PUT /mesh/prod/members/d1 \
    '{"egress":true,"egress_prefixes":["192.168.10.0/24"]}')" "409 egress-taken"
is "a prefix of the mesh" "$(code noc PUT /mesh/prod/members/d1 \
    '{"egress_prefixes":["10.20.0.0/16"]}')" "409 prefix-overlap"
is "by way of no relay" "$(code noc PUT /mesh/prod/members/d1 \
    '{"via":"d2"}')" "409 relay-unusable"
check "by way of a relay" ctl set peer d2 net acme:prod via d1
is "the relay is in use" "$(code noc PUT /mesh/prod/members/d1 '{}' \
    -H "If-Match: $TAG")" "409 not-empty"
is "a tag that is old" "$(code noc PUT /mesh/prod/members/d1 '{}' \
    -H 'If-Match: "1"')" "412 etag-mismatch"
is "both are shown" "$(show members net acme:prod | jq -r '.members[] |
    "\(.device) \(.relay) \(.egress_prefixes | join(",")) \(.via)"')" \
    "d1 true  null
d2 false 192.168.10.0/24 d1"
is "the same by the API" "$(api dev GET /mesh/prod/members;
    json '.members[1].via')" 200d1
is "one that is none" "$(code noc GET /mesh/prod/members/d9)" \
    "404 device-not-found"
is "it leaves" "$(api noc DELETE /mesh/prod/members/d1)" 204
is "whoever used it has no relay" "$(api noc GET /mesh/prod/members/d2;
    json .via)" 200null
is "the next one does not get its address" \
    "$(api noc PUT /mesh/prod/members/d3 '{}'; json '.addresses[0]')" \
    "20110.20.0.3/32"
is "it does" "$(api noc PUT /mesh/prod/members/d1 '{}';
    json '.addresses[0]')" "20110.20.0.1/32"
check "suspended" ctl set peer d3 net acme:prod suspended on
is "is a state" "$(show members net acme:prod | jq -r '.members[] |
    select(.device == "d3").state')" suspended
check "a name is revoked" ctl revoke d2
is "revoked, too" "$(show members net acme:prod | jq -r '.members[] |
    select(.device == "d2").state')" suspended
check "and approved" ctl approve d2
is "and back" "$(show members net acme:prod | jq -r '.members[] |
    select(.device == "d2").state')" invited

# --- groups -------------------------------------------------------------------

for i in 1 2 3; do
	is "device $i to a group" \
	    "$(api noc PUT /groups/production/devices/g$i)" 201
done
is "the group's devices" "$(api noc GET /groups/production/devices;
    json '[.devices[].device] | join(" ")')" "200g1 g2 g3"
is "a mesh of the group" "$(api admin POST /mesh \
    '{"name":"fleet","group":"production"}'; json '"\(.enrolled) \(.of)"')" \
    "2013 3"
check "who joins later" ctl group add production g4 tenant acme
is "is a member at once" "$(api noc GET /mesh/fleet; json .members)" 2004
refuses "a group in use" '1 meshes enrol the group production' \
    group delete production tenant acme
like "to be enrolled by sallyctl" \
    "$(ctl network enroll acme:prod group production)" '7 members in acme:prod'
refuses "a mesh with members" '4 members' network delete acme:fleet
is "by force" "$(api admin DELETE '/mesh/fleet?force=true')" 204

is "a mesh without a group" "$(api admin POST /mesh '{"name":"late"}')" 201
is "gets one" "$(api admin PUT /mesh/late '{"group":"production"}';
    json '"\(.group) \(.members)"')" "200production 4"
is "the same again invites nobody" "$(api noc DELETE /mesh/late/members/g1;
    api admin PUT /mesh/late '{"group":"production"}'; json .members)" 2042003
is "one that is none" "$(code admin PUT /mesh/late '{"group":"nothing"}')" \
    "404 group-not-found"
is "no name" "$(code admin PUT /mesh/late '{"group":7}')" "400 bad-request"
is "is taken from it" "$(api admin PUT /mesh/late '{"group":null}';
    json '"\(.group) \(.members)"')" "200null 3"
check "who joins then" ctl group add production g5 tenant acme
is "is no member" "$(api noc GET /mesh/late; json .members)" 2003
refuses "the other mesh has the group still" \
    '1 meshes enrol the group production' group delete production tenant acme
is "a mesh without a name" "$(code admin POST /mesh '{}'; json .detail)" \
    "400 bad-request
name is missing"
check "it goes" ctl network delete acme:late force

# --- relays of the platform ----------------------------------------------------

is "a relay" "$(api root PUT /relays/r1)" 201
is "for a mesh" "$(api root PUT "/relays/r1/mesh/$ID")" 201
is "and another tenant's" "$(api root PUT /relays/r1/mesh/other:m1)" 201
is "the tenants see a member" "$(api noc GET /mesh/prod/members;
    json '.members[] | select(.platform) | "\(.device) \(.relay)"')" \
    "200relay true"
is "which they cannot change" "$(api noc DELETE /mesh/prod/members/relay)" 404
is "in use" "$(code root DELETE /relays/r1)" "409 not-empty"
is "taken back" "$(api root DELETE "/relays/r1/mesh/$ID")" 204
check "by sallyctl" ctl relay remove r1 net other:m1
is "and gone" "$(api root DELETE /relays/r1)" 204

# --- devices, and what is another's ---

KEY="{\"public_key\":\"$(wg genkey | wg pubkey)\"}"
of_config() { api "$1" GET /self/config; json '[.networks[].name] | join(" ")'; }
is "a device of another tenant sees nothing" "$(of_config their)" 200
is "gives no key" "$(code their PUT "/self/mesh/$ID" "$KEY")" \
    "404 member-not-found"
is "does not leave" "$(code their DELETE "/self/mesh/$ID")" \
    "404 member-not-found"
is "and reports nothing" "$(code their POST /self/report \
    "{\"network\":\"$ID\",\"error\":\"no\"}")" "404 member-not-found"
is "nor does one of the tenant that is no member" "$(code dev POST \
    /self/report "{\"network\":\"$ID\"}")" "404 member-not-found"
check "two devices of one name in two tenants" eval \
    'ctl member add other:m2 1 && ctl member add acme:prod 1'
is "have each its own meshes" "$(of_config their) $(of_config dev)" \
    "200m2 200prod"
is "a key" "$(api their PUT /self/mesh/m2 "$KEY")" 204
is "is that of one of them" "$(code dev PUT /self/mesh/prod "$KEY")" \
    "409 public-key-taken"
is "as which it is no member" "$(json .status; show members net acme:prod |
    jq -r '.members[] | select(.device == "1") | "\(.state) \(.public_key)"')" \
    "409
invited null"
is "a device is no operator" "$(code their PUT /groups/production/devices/x)" \
    "403 identity-denied"
check "both go" eval \
    'ctl member delete other:m2 1 && ctl member delete acme:prod 1'

# --- a restart ----------------------------------------------------------------

picture() { show members | jq -S .; show meshes | jq -S 'del(.meshes[].generation)'; show tenants | jq -S .; }
settled() { picture >"$WORK/now" && diff "$WORK/before" "$WORK/now" >/dev/null; }
picture >"$WORK/before"
LEASED=$(role_pid leased)
kill -KILL "$LEASED"
wait_for 60 role_new leased "$LEASED"
check "a killed leased has it all" wait_for 60 settled
like "who did what is known" "$(show events | jq -r '.events[] |
    "\(.event) \(.network) \(.name) \(.who)"')" \
    'member.invite acme:prod d1 cn:noc'
like "by hand, too" "$(show events | jq -r '.events[] |
    "\(.event) \(.network) \(.name) \(.who)"')" \
    "member.role acme:prod d2 uid:$(id -u)"
is "a tenant with meshes" "$(code root DELETE /tenants/other)" "409 not-empty"
check "by force" ctl tenant delete other force
is "and nothing is left" "$(api root GET '/mesh?tenant=other')" 404
finish
