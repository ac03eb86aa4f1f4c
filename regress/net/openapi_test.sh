#!/bin/sh
# etc/openapi.yaml against the running suite: every operation with the examples
# of the document answers with a documented status, type and shape; what is
# not documented is not there.
. "${TOP:-.}/regress/lib.sh"
private "$@"
. "$TOP/regress/suite.sh"

DOC=$TOP/etc/openapi.yaml
URL=https://127.0.0.1:8443
pki_init
RULES='{ proof = "certificate"; pattern = "smart-toilet-(\\d+)";
    role = "device"; network = "devices"; tenant = "acme"; },
    { proof = "certificate"; pattern = "noc"; role = "operator";
    tenant = "acme"; },
    { proof = "certificate"; pattern = "(vpn-portal)"; role = "portal";
    network = "devices"; },
    { proof = "certificate"; pattern = "root"; role = "super_admin"; }'
suite_conf
sed -i 's/"autowg", "native"/"autowg", "native", "mesh"/' "$CONF"
suite_start
cert root root
cert noc noc
# What the examples name is there: a mesh to change and one to use, a relay.
check "a tenant" ctl tenant add acme mesh on
check "its meshes" eval 'ctl network add acme:prod && ctl network add acme:fleet'
check "a relay" ctl relay add r2
check "a group" ctl group add production g1 tenant acme
check "members" eval 'ctl member add acme:fleet 1 && ctl member add acme:fleet 9'
cert device smart-toilet-1
cert portal vpn-portal
cp "$PKI/device.crt" "$PKI/none.crt"
cp "$PKI/device.key" "$PKI/none.key"

check "the document is JSON, and so YAML" jq -e '.openapi == "3.1.0"' "$DOC"
check "no reference leads nowhere" jq -e '. as $d | [.. | objects |
    select(has("$ref")) | ."$ref" | ltrimstr("#/") / "/" |
    . as $p | $d | getpath($p)] | all(. != null)' "$DOC"

# Does the value have the shape?  Prints the places where not.
cat >"$WORK/shape.jq" <<'X'
def kind: if type == "number" and . == floor then "integer" else type end;
def shape($d; $s; $at):
    if $s | has("$ref") then
	($s["$ref"] | ltrimstr("#/") / "/") as $p |
	shape($d; ($d | getpath($p)); $at)
    else
	. as $v |
	(if $s.type != null and ([$s.type] | flatten | index($v | kind) | not)
	    then "\($at): \($v | kind) is no \($s.type)" else empty end),
	(if $s.enum != null and ($s.enum | index([$v]) | not)
	    then "\($at): \($v) is not in \($s.enum)" else empty end),
	(if $s.pattern != null and ($v | type) == "string" and
	    ($v | test($s.pattern) | not)
	    then "\($at): \($v) does not match" else empty end),
	(if ($v | type) == "object" then
	    (($s.required // [])[] | select(. as $k | $v | has($k) | not) |
		"\($at): \(.) is missing"),
	    ($v | to_entries[] | .key as $k | .value |
		if ($s.properties // {})[$k] != null
		then shape($d; $s.properties[$k]; "\($at).\($k)")
		elif $s.additionalProperties == false
		then "\($at): \($k) is not documented" else empty end)
	 elif ($v | type) == "array" and $s.items != null then
	    ($v | to_entries[] | .key as $k | .value |
		shape($d; $s.items; "\($at)[\($k)]"))
	 else empty end)
    end;
$doc[0] as $d | shape($d; $schema; "$")
X

# One request; STATUS, TYPE and $WORK/body.
request() {		# IDENTITY METHOD PATH CURL-ARG ...
	request_i=$1 request_m=$2 request_p=$3; shift 3
	: >"$WORK/body"
	[ "$request_m" != head ] || set -- "$@" -I
	STATUS=$(curl -sS -m 15 -X "$(echo "$request_m" | tr a-z A-Z)" \
	    --cacert "$PKI/ca.crt" --cert "$PKI/$request_i.crt" \
	    --key "$PKI/$request_i.key" -o "$WORK/body" -D "$WORK/head" \
	    -w '%{http_code}' "$@" "$URL$request_p")
	TYPE=$(tr -d '\r' <"$WORK/head" |
	    sed -n 's/^content-type: \([^;]*\).*/\1/Ip')
}

# The answer just had is one that the operation documents.
documented() {		# NAME PATH METHOD
	if ! jq -e --arg p "$2" --arg m "$3" --arg s "$STATUS" \
	    '.paths[$p][$m].responses | has($s)' "$DOC" >/dev/null; then
		fail "$1: status $STATUS is not documented"
		cat "$WORK/body"
		return
	fi
	ok "$1: $STATUS"
	schema=$(jq -c --arg p "$2" --arg m "$3" --arg s "$STATUS" --arg t "$TYPE" \
	    '.paths[$p][$m].responses[$s].content |
	    if . == null then null else .[$t].schema // "none" end' "$DOC")
	case $schema in
	null)	[ "$3" = head ] || [ ! -s "$WORK/body" ] ||
		    fail "$1: a body that is not documented" ;;
	\"none\") fail "$1: type $TYPE is not documented" ;;
	*\"string\"*) ;;
	*)	is "$1: shape" "$(jq -r --slurpfile doc "$DOC" \
		    --argjson schema "$schema" -f "$WORK/shape.jq" \
		    "$WORK/body" 2>&1)" "" ;;
	esac
}

# The path with its examples.
concrete() {		# PATH
	jq -r --arg p "$1" 'reduce (.paths[$p].parameters // [])[] as $x ($p;
	    sub("\\{\($x.name)\\}"; $x.example))' "$DOC"
}

operation() {		# PATH METHOD [CURL-ARG ...]
	op_p=$1 op_m=$2; shift 2
	op_i=$(jq -r --arg p "$op_p" --arg m "$op_m" \
	    '.paths[$p][$m]["x-identity"]' "$DOC")
	op_b=$(jq -c --arg p "$op_p" --arg m "$op_m" '. as $d |
	    .paths[$p][$m].requestBody.content["application/json"].schema |
	    if . == null then empty else (."$ref" | ltrimstr("#/") / "/") as $r |
	    $d | getpath($r).examples[0] end' "$DOC")
	[ -z "$op_b" ] || set -- "$@" -H 'Content-Type: application/json' \
	    -d "$op_b"
	request "$op_i" "$op_m" "$(concrete "$op_p")" "$@"
	documented "$op_m $op_p" "$op_p" "$op_m"
}

jq -r '.paths | keys_unsorted[]' "$DOC" >"$WORK/paths"
while read -r path <&3; do
	: >"$WORK/allow"
	for m in get head put delete post; do
		if jq -e --arg p "$path" --arg m "$m" '.paths[$p] | has($m)' \
		    "$DOC" >/dev/null; then
			echo "$m" | tr a-z A-Z >>"$WORK/allow"
			continue
		fi
	done
	# In an order in which each can succeed.
	for m in put post get head delete; do
		grep -qix "$m" "$WORK/allow" || continue
		case $path:$m in
		*/peers:put) operation "$path" $m -H 'If-None-Match: *' ;;
		*)	operation "$path" $m ;;
		esac
		like "$m $path: success" "$STATUS" '^20[014]$'
		case $path:$m in
		*/peers*:get)
			operation "$path" $m -H 'If-None-Match: *'
			is "$m $path: known" "$STATUS" 304 ;;
		esac
	done
	grep -qx POST "$WORK/allow" && continue
	request device post "$(concrete "$path")" -d ''
	is "post $path" "$STATUS $(tr -d '\r' <"$WORK/head" |
	    sed -n 's/^allow: //Ip' | tr -d ' ')" \
	    "405 $(paste -sd , "$WORK/allow")"
	# What goes wrong is documented, too.
	for m in put get delete; do
		grep -qix "$m" "$WORK/allow" || continue
		case $path in /api/*) ;; *) continue ;; esac
		operation "$path" $m -H 'Content-Type: text/plain'
		operation "$path" $m -H 'Content-Length: 3' -d '{ }'
		op_n=$(concrete "$path" | sed 's|networks/devices|networks/no|')
		request portal $m "$op_n" -H 'Content-Type: application/json' \
		    -H 'If-Match: "1"' -d '{}'
		documented "$m $path of another" "$path" $m
	done
done 3<"$WORK/paths"
request portal get /api/v1/nothing
is "what is not documented is not there" "$STATUS" 404
finish
