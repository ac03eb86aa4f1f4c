#!/bin/sh
# Clients of autoygg at the whole suite: nodes of Yggdrasil that are known by
# their addresses, each with the bytes of the original's client.
. "${TOP:-.}/regress/lib.sh"
private "$@"
. "$TOP/regress/suite.sh"

LIST=$WORK/list
LEASE=4h
POOLS='"100.64.1.0/24"'
ADDRESS='"100.64.0.1/16"'
YGG=200:1::1 PORT=8080
LISTEN_MORE=", { address = \"[$YGG]:$PORT\"; api = [ \"autoygg\" ]; proof = \"address\"; }"
RULES='{ proof = "address"; pattern = "[23][0-9a-f]{2}:[0-9a-f:]+";
    role = "device"; network = "devices"; },
    { pattern = "smart-toilet-(\\d+)"; role = "device"; network = "devices"; }'
ABOUT='autoygg: { owner = "Joe <joe@example.com>"; description = "a gate";
    network = "AS1"; location = "here"; info_url = "http://x/";
    public_key = "0011223344556677889900112233445566778899001122334455667788990011"; };'
conf() {		# MODE [WORDS OF access]
	CONF_MORE="$ABOUT access: { mode = \"$1\"; file = \"$LIST\"; $2 };"
	suite_conf
	sed -i '/api = \[ "autowg", "native" \]/s/"autowg", //' "$CONF"
}

# A client's answer: STATUS and BODY.
ygg() {			# ACTION NUMBER [OPTION ...]
	ygg_a=$1 ygg_n=$2; shift 2
	ygg_l=$("$O/regress/yggc" "$@" "$YGG" $PORT "$ygg_a" "$ygg_n" 2>&1)
	ygg_l=${ygg_l#* }
	STATUS=${ygg_l%% *} BODY=${ygg_l#* }
}
j() { printf '%s' "$BODY" | jq -r "$1"; }
addr() { "$O/regress/yggc" "$1" | sed 's/.* //'; }
key() { "$O/regress/yggc" "$1" | sed 's/ .*//'; }
get() {			# NUMBER [OPTION ...]
	get_n=$1; shift
	ygg register "$get_n" -g "$@"
}
# A file that is half changed may be loaded before; this one is answered when
# all of it is in force.
reload() {		# COMMAND ...
	"$@"
	wait_for 10 ctl reload || fail "no reload: $*"
}

pki_init
: >"$LIST"
conf open
# All of Yggdrasil's addresses are this host's.
ip -6 route add local 200::/7 dev lo
suite_start

# --- one client ---

ygg info 1
is "an action that is none" "$STATUS $BODY" "404 404 page not found"
BODY=$(curl -s "http://[$YGG]:$PORT/info")
is "info" "$BODY" "{\"GatewayOwner\":\"Joe \\u003cjoe@example.com\\u003e\",\"Description\":\"a gate\",\"Network\":\"AS1\",\"Location\":\"here\",\"GatewayInfoURL\":\"http://x/\",\"SoftwareVersion\":\"sallyport $(sed -n '1s/^sallyport \([^ ]*\).*/\1/p' "$TOP/CHANGES")\",\"RequireRegistration\":false,\"AccessListEnabled\":false}"

now=$(date +%s)
get 1
is "GET register without a lease" "$STATUS $(j .Error)" "404 "
for a in renew release; do
	ygg $a 1
	is "$a without a lease: long" "$STATUS $(j '.Error, .ID' | tr '\n' ' ')" \
	    "404 Registration not found 0 "
done
ygg register 1
is "register" "$STATUS $(j '.State, .ClientIP, .ClientNetMask, .ClientGateway,
    .ClientTunnelName, .Error' | tr '\n' ' ')" \
    "200 open 100.64.1.1 16 100.64.0.1 autoygg_client0  "
is "its key and its address" "$(j '.PublicKey + " " + .YggIP')" \
    "$(key 1) $(addr 1)"
is "the gateway's key" "$(j .GatewayPublicKey)" \
    0011223344556677889900112233445566778899001122334455667788990011
end=$(date -d "$(j .LeaseExpires)" +%s)
check "the end is in four hours" \
    test "$end" -ge $((now + 14395)) -a "$end" -le $((now + 14500))
first=$(j '.ID, .CreatedAt')
ygg register 1 -k "$(key 1 | tr a-f A-F)"
is "register again, in capitals: the same lease" \
    "$STATUS $(j .ClientIP) $(j '.ID, .CreatedAt')" "200 100.64.1.1 $first"
get 1
is "GET register" "$STATUS $(j '.State + " " + .ClientIP')" \
    "201 success 100.64.1.1"
is "the operator sees it" "$(ctl -j show leases | jq -r '.leases[] |
    .name + " " + .state + " " + .addresses[0]')" \
    "$(addr 1) active 100.64.1.1/32"
ygg renew 1
is "renew" "$STATUS $(j '.State + " " + .ClientIP')" "200 success 100.64.1.1"
ygg renew 1 -k "$(key 2)"
is "renew goes by the address" "$STATUS $(j .PublicKey)" "200 $(key 1)"

# --- keys and addresses ---

ygg register 3 -k "$(key 1)"
is "another's key" "$STATUS $(j .Error)" "403 Registration not allowed"
ygg register 3 -k "$(key 4)"
is "a key of nobody's" "$STATUS $(j .Error)" "403 Registration not allowed"
sub=$(addr 5 | sed 's/^2/3/' | cut -d : -f 1-4)
ygg register 5 -s "$sub::5"
is "an address in the key's subnet" "$STATUS $(j .YggIP)" "200 $sub::5"
ygg register 5
is "the key of a lease, from another of its addresses" \
    "$STATUS $(j .Error)" "403 Registration not allowed"
ygg register 6 -s "$sub::6"
is "an address in another's subnet" "$STATUS $(j .Error)" \
    "403 Registration not allowed"
get 1 -h "X-Forwarded-For: $(addr 9)\r\nX-Real-IP: $(addr 9)\r\nForwarded: for=1.2.3.4"
is "no header says who asks" "$STATUS $(j .YggIP)" "201 $(addr 1)"
ip address add fd00::1/128 dev lo nodad
ygg register 5 -s fd00::1
is "a client that no rule takes" "$STATUS $(j .Error)" \
    "403 Registration not allowed"

# --- the end of a lease ---

ygg release 1
is "release" "$STATUS $(j '.State + " " + .ClientIP')" "200 expired 100.64.1.1"
end=$(date -d "$(j .LeaseExpires)" +%s) now=$(date +%s)
check "it ended ten seconds ago" test "$end" -le $((now - 10)) \
    -a "$end" -ge $((now - 60))
for a in release renew; do
	ygg $a 1
	is "$a after it: short" "$STATUS $BODY" \
	    '404 {"Error":"Registration not found"}'
done
get 1
is "GET register after it" "$STATUS $(j .State)" "200 expired"
ygg register 1
is "register after it: the same lease" \
    "$STATUS $(j .ClientIP) $(j '.ID, .CreatedAt')" "200 100.64.1.1 $first"
ygg release 1
ygg release 5 -s "$sub::5"

# --- those who are not let in ---

check "an operator revokes" ctl revoke "$(addr 7)" force reason spam
ygg register 7
is "revoked" "$STATUS $(j .Error)" "403 Registration not allowed"
list() { addr 8 >"$LIST"; conf list; }
reload list
is "info tells of the list" "$(curl -s "http://[$YGG]:$PORT/info" |
    jq .AccessListEnabled)" true
ygg register 8
is "on the list" "$STATUS" 200
ygg register 9
is "not on the list" "$STATUS $(j .Error)" "403 Registration not allowed"
get 9
is "not on the list: GET" "$STATUS $(j .Error)" "403 Registration not allowed"
ygg release 8

# --- contact and approval ---

reload conf open 'require_contact = true;'
is "info asks for contact data" "$(curl -s "http://[$YGG]:$PORT/info" |
    jq .RequireRegistration)" true
ygg register 11
is "without contact data" "$STATUS $(j .Error)" \
    "403 Client name, e-mail and phone must be supplied"
get 11
is "without contact data: GET" "$STATUS $(j .Error)" \
    "403 Client name, e-mail and phone must be supplied"
ygg register 11 -c 'Joe,j@e,1'
is "with contact data" "$STATUS $(j '.ClientName + .ClientEmail + .ClientPhone')" \
    "200 Joej@e1"
get 11
is "the client sees them" "$STATUS $(j '.ClientName + .ClientEmail + .ClientPhone')" \
    "201 Joej@e1"
ygg renew 11
is "a renewal needs none" "$STATUS" 200
ygg release 11
reload conf approve
ygg register 12
is "who waits for approval" "$STATUS $(j .Error)" "403 Registration not allowed"
check "the operator approves" ctl approve "$(addr 12)"
ygg register 12
is "approved" "$STATUS" 200
ygg release 12
reload conf open

# --- many at once ---

crowd() {		# ACTION FIRST COUNT
	"$O/regress/yggc" "$YGG" $PORT "$@" >"$WORK/crowd"
}
addresses() {
	sed 's/^[^{]*//' "$WORK/crowd" | jq -r 'select(.Error == "") | .ClientIP' |
	    sort -u | wc -l
}
check "200 clients at once" crowd register 1000 200
is "they have 200 addresses" "$(addresses)" 200
check "they renew at once" crowd renew 1000 200
is "each is answered, and has its own" \
    "$(grep -c '^[0-9]* 200 ' "$WORK/crowd") $(addresses)" "200 200"
# Each leaves its first connection open: those must not keep out the second.
about=$ABOUT
ABOUT="$ABOUT limits: { connections = 50; };"
reload conf open
check "they renew at once, of few connections" crowd renew 1000 200
is "each is answered, all the same" \
    "$(grep -c '^[0-9]* 200 ' "$WORK/crowd") $(addresses)" "200 200"
ABOUT=$about
reload conf open
check "they leave at once" crowd release 1000 200
is "nobody is left" "$(ctl -j show leases | jq '.leases | length')" 0

POOLS='"100.64.2.16/28"' CONF_NETWORK='reserve = [ "100.64.2.28/30" ]; max_peers = 10;'
reload conf open
check "50 clients for 10 addresses" crowd register 2000 50
is "10 leases" "$(grep -c '^[0-9]* 200 ' "$WORK/crowd") $(addresses)" "10 10"
is "40 refusals that say so" "$(sed 's/^[^{]*//' "$WORK/crowd" |
    jq -r 'select(.Error != "") | .Error' | sort | uniq -c | tr -s ' ')" \
    " 40 Internal Server Error"
check "they leave" crowd release 2000 50

# --- a lease that runs out ---

# Only a start takes a lease that ends before its client renews it.
POOLS='"100.64.1.0/24"' CONF_NETWORK='' LEASE=2s
suite_stop
conf open
suite_start
ygg register 20
ip=$(j .ClientIP)
over() { get 20; [ "$STATUS" = 404 ]; }
check "it runs out" wait_for 10 over
ygg release 20
is "there is nothing to release: long" "$STATUS $(j '.Error, .ID' | tr '\n' ' ')" \
    "404 Registration not found 0 "
ygg renew 20
is "a renewal brings it back" "$STATUS $(j '.State + " " + .ClientIP')" \
    "200 open $ip"

# --- without leased ---

p=$(role_pid leased)
kill -STOP "$p"
is "info needs no leased" "$(curl -s -m 5 -o /dev/null -w '%{http_code}' \
    "http://[$YGG]:$PORT/info")" 200
# netd is held, so that there is no other leased before the answer.
kill -STOP "$SUITE"
kill -KILL "$p"
check "apid sees its end" logged 'apid: leased: link closed'
ygg renew 20
kill -CONT "$SUITE"
like "come again, in plain text" "$STATUS $BODY" '^503 [a-z ]+$'
suite_stop
finish
