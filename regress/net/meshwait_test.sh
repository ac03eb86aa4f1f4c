#!/bin/sh
# What members have acknowledged: who is behind, and to wait until nobody is, in
# a full mesh and in one with a hub.  A tag that a device sends is what it holds.
. "${TOP:-.}/regress/lib.sh"
private "$@"
. "$TOP/regress/suite.sh"
. "$TOP/regress/polls.sh"

RULES='{ pattern = "(d\\d+)"; role = "device"; tenant = "acme"; },
	{ pattern = "root"; role = "super_admin"; }'
pki_init
suite_conf
sed -i 's/"autowg", "native"/"mesh"/' "$CONF"
suite_start
DEVICES="d1 d2 d3"
cert root root
for d in $DEVICES; do poller $d; done

waits() {		# NAME STATUS MESH FOR [TEXT]
	waits_text=$(ctl mesh wait net "$3" for "$4" 2>&1)
	is "$1" "$?" "$2"
	[ -z "$5" ] || like "$1: it says" "$waits_text" "$5"
}
members() {		# FILTER OPTION ...
	members_f=$1; shift
	ctl -j show members net acme:prod "$@" |
	    jq -r "[.members[] | $members_f] | sort | join(\" \")"
}
active() {
	[ "$(members 'select(.state == "active").device')" = "$DEVICES" ]
}

check "a tenant" ctl tenant add acme mesh on
check "a mesh" ctl network add acme:prod
waits "nobody is there to wait for" 0 acme:prod 1s
for d in $DEVICES; do
	check "$d is invited" ctl member add acme:prod $d
	is "$d gives its key" "$(give_key $d prod)" 204
done
check "all are active" wait_for 10 active
waits "who never asked is not waited for" 0 acme:prod 1s
for d in $DEVICES; do agent $d; done
waits "all hold what there is" 0 acme:prod 40s
check "a change" ctl set peer d1 net acme:prod endpoint 192.0.2.1:51820
waits "all hold it, too" 0 acme:prod 40s
is "the generation that they acknowledge" \
    "$(members .acknowledged | tr ' ' '\n' | sort -u | wc -l)" 1

# One stops to apply what it gets: it asks with the old tag.
agent_stop d3
cp "$WORK/d3.tag" "$WORK/d3.old"
check "another change" ctl set peer d1 net acme:prod endpoint 192.0.2.2:51820
waits "one does not have it" 1 acme:prod 3s \
    '1 members of acme:prod are behind: d3'
waits "nor of all meshes" 1 acme:prod 1s d3
is "so says the whole tenant" "$(ctl mesh wait tenant acme for 1s >/dev/null 2>&1
    echo $?)" 1
late() {
	cp "$WORK/d3.old" "$WORK/d3.tag"
	poll d3
	[ "$(members .device behind)" = d3 ]
}
check "it is shown as behind" wait_for 90 late
is "it alone" "$(members .device behind)" d3
is "by the API, too" "$(curl -s --cacert "$PKI/ca.crt" --cert "$PKI/root.crt" \
    --key "$PKI/root.key" \
    'https://127.0.0.1:8443/api/v1/mesh/acme:prod/members?behind=true' |
    jq -r '[.members[].device] | join(" ")')" d3
agent d3
waits "it has it at last" 0 acme:prod 40s
is "and nobody is behind" "$(members .device behind)" ""
check "for all meshes at once" ctl mesh wait for 40s

# With a hub, the others are not told of what they do not see.
check "a mesh with a hub" ctl set network acme:prod topology hub
check "its hub" ctl set peer d1 net acme:prod hub on
waits "all hold that" 0 acme:prod 40s
check "what only the hub sees" ctl set peer d2 net acme:prod \
    endpoint 192.0.2.9:51820
waits "nobody waits for the others" 0 acme:prod 40s
two_looks() {		# 30 s are between two looks at what is old
	sleep 31
	sleep 31
}
two_looks
is "nor are they behind" "$(members .device behind)" ""
for d in $DEVICES; do agent_stop $d; done

# --- what cannot be waited for ---

is "no such mesh" "$(ctl mesh wait net acme:none 2>&1; echo "= $?")" \
    "sallyctl: the tenant acme has no mesh none
= 1"
is "no such tenant" "$(ctl mesh wait tenant none 2>&1; echo "= $?")" \
    "sallyctl: there is no tenant none
= 1"
like "too long" "$(ctl mesh wait for 2h 2>&1; echo "= $?")" '= 64'
finish
