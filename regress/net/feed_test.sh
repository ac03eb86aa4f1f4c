#!/bin/sh
# Members of a mesh ask for their peers: keys, long polls that wake, differences,
# who has left, wrong tags, and the end of the processes meanwhile.
. "${TOP:-.}/regress/lib.sh"
private "$@"
. "$TOP/regress/suite.sh"

CONFIG=https://$GW:8443/api/v1/self/config
MESH=https://$GW:8443/api/v1/self/mesh
REPORT=https://$GW:8443/api/v1/self/report

json() {		# FILTER of the last answer of d1
	jq -r "$1" "$WORK/d1.body"
}

# The tag of the last answer of a device.
tag_of() {		# NAME
	sed -n 's/^[Ee][Tt]ag: \(.*\)\r$/\1/p' "$WORK/$1.head"
}

# Ask; prints the status.
poll() {		# NAME TAG WAIT
	set -- "$1" "$1" -D "$WORK/$1.head" -m 40 \
	    -H "If-None-Match: $2" -H "Prefer: wait=$3" "$CONFIG"
	dev_curl "$@"
}

# The same in the background; the status goes to NAME.status.
poll_later() {		# NAME TAG WAIT
	rm -f "$WORK/$1.status"
	(poll "$1" "$2" "$3" >"$WORK/$1.st"; mv "$WORK/$1.st" "$WORK/$1.status") &
}

polled() {		# NAME
	[ -s "$WORK/$1.status" ]
}

is_parked() {		# NAME COUNT: it has so many connections
	[ "$(in_ns "$1" ss -Htn state established dst "$GW" | wc -l)" = "$2" ]
}

put_key() {		# NAME KEY
	dev_curl "$1" "$1" -X PUT -H 'Content-Type: application/json' \
	    -d "{\"public_key\":\"$2\",\"local\":[\"198.51.100.2:51820\"]}" \
	    "$MESH/prod"
}

active() {		# NAME: the feed says so
	poll "$1" '"none"' 0 >/dev/null
	[ "$(jq -r '.networks[0].self.state' "$WORK/$1.body")" = active ]
}

ask_until() {		# NAME TAG STATUS: ask without waiting
	[ "$(poll "$1" "$2" 0)" = "$3" ]
}

# Changes are gathered for a moment: nothing more comes for a while.
settled() {
	poll d1 '"x"' 0 >/dev/null
	tag=$(tag_of d1)
	[ "$(poll d1 "$tag" 2)" = 304 ]
}

RULES='{ pattern = "(d\\d+)"; role = "device"; tenant = "acme";
	groups = [ "production" ]; }'
pki_init
suite_conf
sed -i 's/"autowg", "native"/"mesh"/' "$CONF"
suite_start
for d in d1 d2 d3; do
	dev_add $d
	cert $d $d
done

# --- before there is a mesh ---

is "a tenant that is not there: 404" "$(poll d1 '"x"' 0)" 404
is "and its problem" "$(json .code)" tenant-not-found
check "a tenant" ctl tenant add acme
is "it may not have meshes yet: 403" "$(poll d1 '"x"' 0)" 403
is "and its problem" "$(json .code)" mesh-disabled
check "may have meshes" ctl set tenant acme mesh on
is "no mesh yet: 200" "$(poll d1 '"x"' 0)" 200
is "no mesh yet: no networks" "$(json '.networks | length')" 0
poll_later d1 "$(tag_of d1)" 20
check "a device waits for its first mesh" wait_for 10 is_parked d1 1
check "a mesh for the group" ctl network add acme:prod group production
check "the device is woken" wait_for 15 polled d1
is "by its invitation: 200" "$(cat "$WORK/d1.status")" 200
is "it is invited" "$(json '.networks[0].self.state')" invited
is "it needs a key" "$(json '.networks[0].self.need_key')" true
is "it has no peers" "$(json '.networks[0].peers | length')" 0
is "all of it is new" "$(json '.networks[0].base')" null

# --- keys ---

is "a device of the group gives no key: 400" "$(put_key d1 AAAA)" 400
is "d1's key: 204" "$(put_key d1 "$(cat "$WORK/d1.pub")")" 204
is "the same again: 204" "$(put_key d1 "$(cat "$WORK/d1.pub")")" 204
check "d1 is active" wait_for 10 active d1
is "d2 comes: 200" "$(poll d2 '"x"' 0)" 200
is "d1's key for d2: 409" "$(put_key d2 "$(cat "$WORK/d1.pub")")" 409
is "a mesh that is not there: 404" "$(dev_curl d2 d2 -X DELETE "$MESH/none")" 404

check "all of it is told" wait_for 30 settled
like "the tag" "$tag" '^"1\.[0-9a-f]{16}\.[0-9]+:[0-9]+"$'
is "nothing is new, and no wait: 304" "$(poll d1 "$tag" 0)" 304
is "304 has the tag" "$(tag_of d1)" "$tag"
is "a short wait ends with 304" "$(poll d1 "$tag" 1)" 304
like "and says how long it was" "$(cat "$WORK/d1.head")" \
    '^Preference-Applied: wait=1'

# --- a change wakes, and is a difference ---

poll_later d1 "$tag" 30
check "d1 waits" wait_for 10 is_parked d1 1
is "d2's key: 204" "$(put_key d2 "$(cat "$WORK/d2.pub")")" 204
check "d1 is woken" wait_for 15 polled d1
is "with 200" "$(cat "$WORK/d1.status")" 200
is "the difference is one peer" "$(json '.networks[0].peers | length')" 1
is "with d2's key" "$(json '.networks[0].peers[0].key')" "$(cat "$WORK/d2.pub")"
is "and its local address" "$(json '.networks[0].peers[0].local[0]')" \
    198.51.100.2:51820
is "behind what d1 had" "$(json '.networks[0].base')" "$(echo "$tag" | sed 's/.*:\([0-9]*\)"/\1/')"
is "without d1 itself" \
    "$(json '.networks[0].peers[] | select(.key == "'"$(cat "$WORK/d1.pub")"'")')" ""
check "nothing else comes" wait_for 30 settled
tag2=$tag
poll d1 '"x"' 0 >"$WORK/st"

# --- tags that are of no use ---

epoch=${tag2#\"1.}; epoch=${epoch%%.*}; member=${tag2##*.}; member=${member%%:*}
for t in '"1.0000000000000000.'"$member"':1"' '"1.'"$epoch.$member"':999999999"' \
    '"1.'"$epoch.$member"':18446744073709551616"' '"1.'"$epoch"'.999:1"' \
    'W/"1"' '*' '"' "\"1.$epoch.\""; do
	is "tag $t: 200" "$(poll d1 "$t" 5)" 200
	is "tag $t: everything" \
	    "$(json '.networks[0] | "\(.base) \(.peers | length)"')" "null 1"
done
is "one network too much in the tag: 200" \
    "$(poll d1 "${tag2%\"},99999:1\"" 5)" 200
is "and the other as a difference" "$(json '.networks[0].base')" \
    "$(echo "$tag2" | sed 's/.*:\([0-9]*\)"/\1/')"

# --- at most two wait ---

poll_later d1 "$tag2" 30
check "one request waits" wait_for 10 is_parked d1 1
another() {
	in_ns d1 curl --cacert "$PKI/ca.crt" --cert "$PKI/d1.crt" \
	    --key "$PKI/d1.key" -sS -m 60 -o /dev/null \
	    -H "If-None-Match: $tag2" -H 'Prefer: wait=30' "$CONFIG" \
	    2>/dev/null &
}
another
check "and another" wait_for 10 is_parked d1 2
another
check "a third one ends the first" wait_for 10 polled d1
is "with 304" "$(cat "$WORK/d1.status")" 304

# --- leaving ---

poll_later d1 "$tag2" 30
is "d2 leaves: 204" "$(dev_curl d2 d2 -X DELETE "$MESH/prod")" 204
check "d1 is told" wait_for 15 polled d1
is "of one that has left" "$(json '.networks[0].gone | length')" 1
is "and of no peer" "$(json '.networks[0].peers | length')" 0
is "d2 has no network any more" "$(poll d2 '"x"' 0; jq -c .networks "$WORK/d2.body")" '200[]'

# --- acknowledged, refused ---

check "nothing else comes again" wait_for 30 settled
tag3=$tag
is "d1 acknowledges" "$(poll d1 "$tag3" 0)" 304
acked() {
	[ "$(ctl -j show members net acme:prod | jq -r '.members[] |
	    select(.device == "d1") | .acknowledged > 0')" = true ]
}
check "the gateway knows what d1 has" wait_for 10 acked
is "d1 refuses: 204" "$(dev_curl d1 d1 -H 'Content-Type: application/json' \
    -d '{"network":"prod","gen":1,"error":"route refused by accept_routes",
    "nat":"cone","paths":[{"peer":"m1","handshake":5,"path":"direct"}]}' "$REPORT")" 204
nacked() {
	ctl show events | grep -q 'mesh.nack.*accept_routes'
}
check "the refusal is an event" wait_for 10 nacked
is "a report about another's network: 404" "$(dev_curl d1 d1 \
    -H 'Content-Type: application/json' -d '{"network":"other"}' "$REPORT")" 404
is "a report that is none: 400" "$(dev_curl d1 d1 \
    -H 'Content-Type: application/json' -d '{"network":"prod","paths":[1]}' \
    "$REPORT")" 400

# --- kill -9 ---

old=$(role_pid leased)
poll_later d1 "$tag3" 30
check "d1 waits once more" wait_for 10 is_parked d1 1
kill -KILL "$old"
check "leased is there again" wait_for 20 role_new leased "$old"
invited() {
	ctl member add acme:prod d2 >/dev/null 2>&1
}
check "d2 is invited again" wait_for 20 invited
check "d2 is answered" wait_for 20 ask_until d2 '"x"' 200
is "d2's key again: 204" "$(put_key d2 "$(cat "$WORK/d2.pub")")" 204
has_d2() {
	t=$(tag_of d1)
	poll d1 '"x"' 0 >/dev/null
	[ "$(json '.networks[0].peers | length')" = 1 ]
}
check "d1 is woken after the end of leased" wait_for 30 polled d1
check "and has d2" wait_for 20 has_d2
check "nothing else comes after that" wait_for 30 settled
tag4=$tag
old=$(role_pid apid)
kill -KILL "$old"
check "apid is there again" wait_for 20 role_new apid "$old"
check "a tag is good after the end of apid" wait_for 20 ask_until d1 "$tag4" 304

# --- everything again ---

check "the members of one mesh get all of it again" \
    ctl mesh resync net acme:prod
full() {
	poll d1 "$tag4" 0 >/dev/null &&
	    [ "$(json '.networks[0].base')" = null ]
}
check "d1 gets it" wait_for 15 full
check "and is content with it" wait_for 30 settled
tag5=$tag
check "the members of all get all of it again" ctl mesh resync
renewed() {
	poll d1 "$tag5" 0 >/dev/null
	[ "$(json '.networks[0].base')" = null ] &&
	    [ "$(tag_of d1 | cut -c 1-19)" != "$(echo "$tag5" | cut -c 1-19)" ]
}
check "by another epoch" wait_for 15 renewed
check "and is content again" wait_for 30 settled
tag4=$tag

# --- paths ---

poll d1 '"x"' 0 >"$WORK/st"
peer=$(json '.networks[0].peers[0].id')
path() {		# PEER PATH; prints the status
	dev_curl d1 d1 -H 'Content-Type: application/json' -d "{\"network\":
	    \"prod\",\"paths\":[{\"peer\":\"$1\",\"handshake\":3,
	    \"path\":\"$2\"}]}" "$REPORT"
}
paths() {		# OPTION ...
	ctl -j show paths "$@" | jq -r '.paths[].line' |
	    sed 's/, reported [0-9]* s ago$//'
}
is "a path: 204" "$(path "$peer" relay)" 204
paths_are() {		# WANT OPTION ...
	paths_want=$1; shift
	[ "$(paths "$@")" = "$paths_want" ]
}
check "it is shown" wait_for 10 paths_are "acme:prod d1 to d2: relay"
is "another state: 204" "$(path "$peer" direct)" 204
check "it is the last one that counts" wait_for 10 paths_are \
    "acme:prod d1 to d2: direct" net acme:prod
is "of nobody, and of itself: 204" "$(path m999 direct) $(path \
    "m$member" direct)" "204 204"
check "by the name of the mesh alone" wait_for 10 paths_are \
    "acme:prod d1 to d2: direct" net prod
check "by the id of the mesh" wait_for 10 paths_are \
    "acme:prod d1 to d2: direct" net "$(ctl -j show meshes | jq -r \
    '.meshes[] | select(.name == "prod").id')"
N=$(printf '%040d' 0)
like "a name is as long as names of a mesh may be" \
    "$(ctl show paths net "$N:$N" 2>&1)" "there is no mesh $N:$N"
like "of no mesh" "$(ctl show paths net none 2>&1; echo "= $?")" \
    'there is no mesh none'
like "what a device alone has" "$(ctl show agent 2>&1)" 'this is a gateway'

# --- revoked ---

poll_later d1 "$tag4" 30
check "d1 waits for the last time" wait_for 10 is_parked d1 1
pki_revoke d1
check "a revoked device is cut off while it waits" wait_for 10 is_parked d1 0

finish
