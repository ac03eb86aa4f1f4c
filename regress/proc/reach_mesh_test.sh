#!/bin/sh
# A captured front asks for the meshes of a tenant that no identity rule names.
. "${TOP:-.}/regress/lib.sh"
private "$@"
. "$TOP/regress/suite.sh"
. "$TOP/regress/captured.sh"

RULES='{ pattern = "(d\\d+)"; role = "device"; tenant = "acme"; }'
pki_init
suite_conf
sed -i 's/"autowg", "native"/"mesh"/' "$CONF"
suite_start
check "a tenant of the rules" ctl tenant add acme mesh on
check "another" ctl tenant add other mesh on
check "a mesh" ctl network add acme:a
check "another's" ctl network add other:b
check "another's member" ctl member add other:b d9
members() {
	ctl -j show members | jq -S '[.members[] | {device, state, mesh}]'
}
members >"$WORK/before"

denied() {		# NAME WHAT ...
	denied_n=$1; shift
	like "front captured: $denied_n" "$(as apid leased "$@")" \
	    '^[A-Z_]+ 20$'
}
denied "the meshes of another tenant's device" hello other d9
denied "its leave" leave other d9 b
denied "the peers of its mesh" page 2
members >"$WORK/after"
check "nothing has changed" diff "$WORK/before" "$WORK/after"
check "the log says so" logged 'leased: a front asks for'
is "a mesh that is not there" "$(as apid leased page 99)" "MESH_PAGE_END 36"
is "any device of a tenant of the rules" \
    "$(as apid leased hello acme evil)" "MESH_SELF_END 2"
is "the peers of its meshes" "$(as apid leased page 1)" "MESH_PAGE_END 2"
finish
