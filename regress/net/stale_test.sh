#!/bin/sh
# A member of which nothing is heard for mesh.stale is no peer of the others any
# more, until it comes again; and what devices acknowledge outlives leased.
. "${TOP:-.}/regress/lib.sh"
private "$@"
. "$TOP/regress/suite.sh"
. "$TOP/regress/polls.sh"

RULES='{ pattern = "(d\\d+)"; role = "device"; tenant = "acme"; }'
CONF_MORE='mesh: { stale = "60s"; };'
pki_init
suite_conf
sed -i 's/"autowg", "native"/"mesh"/' "$CONF"
suite_start
check "a tenant" ctl tenant add acme mesh on
check "a mesh" ctl network add acme:prod
for d in d1 d2; do
	poller $d
	check "$d is invited" ctl member add acme:prod $d
	is "$d gives its key" "$(give_key $d prod)" 204
done

# The number of peers that d1 is told of, asked without a tag and beside its
# agent.
for i in crt key; do cp "$PKI/d1.$i" "$PKI/look.$i"; done
peers() {
	call look /config >/dev/null
	jq '.networks[0].peers | length' "$WORK/look.body"
}
told() {		# COUNT
	[ "$(peers)" = "$1" ]
}
event() {		# NAME
	ctl -j show events | jq -r --arg e "$1" '[.events[] |
	    select(.event == $e) | "\(.network) \(.name)"] | unique | join(" ")'
}
acked() {		# DEVICE
	ctl -j show members net acme:prod | jq -r --arg d "$1" \
	    '.members[] | select(.device == $d).acknowledged'
}

agent d1
agent d2
check "both have what there is" ctl mesh wait net acme:prod for 40s
check "d1 has a peer" wait_for 10 told 1
agent_stop d2
check "d2 is not heard of: no peer of d1" wait_for 150 told 0
is "there is an event" "$(event member.stale)" "acme:prod d2"
is "d1 is not concerned" "$(ctl -j show members net acme:prod offline |
    jq -r '[.members[].device] | join(" ")')" ""
is "d2 is a member all the same" "$(ctl -j show members net acme:prod |
    jq -r '[.members[] | select(.state == "active").device] | join(" ")')" "d1 d2"
agent d2
check "it comes again: a peer of d1" wait_for 40 told 1
check "both have what there is again" ctl mesh wait net acme:prod for 40s
agent_stop d1
agent_stop d2

# Nothing of that is lost when leased is: it was written in the meantime.
A1=$(acked d1) A2=$(acked d2)
suite_stop
suite_start
is "after a stop, the acknowledgements are there" "$(acked d1) $(acked d2)" \
    "$A1 $A2"
agent d1
agent d2
check "another change" ctl set peer d2 net acme:prod endpoint 192.0.2.9:51820
check "both have it" ctl mesh wait net acme:prod for 40s
agent_stop d1
agent_stop d2
A1=$(acked d1) A2=$(acked d2)
# They are written every half minute, many at once.
sleep 40
check "leased is killed" role_kill leased
is "and they are there" "$(acked d1) $(acked d2)" "$A1 $A2"
finish
