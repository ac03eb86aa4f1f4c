#!/bin/sh
# "sallyctl import" of autoygg-server's YAML files, where no daemon runs: what
# goes to which output, the exit codes, and that an error leaves no file.

. "${TOP:-.}/regress/lib.sh"

# Run sallyctl in $WORK; OUT, ERR and ST are set.
ctl() {
	(cd "$WORK" && exec "$BIN/sallyctl" -s "$WORK/none" "$@") \
	    >"$WORK/stdout" 2>"$WORK/stderr"
	ST=$?
	OUT=$(cat "$WORK/stdout") ERR=$(cat "$WORK/stderr")
}
refused() {		# NAME STATUS ERROR ARGUMENT ...
	r_name=$1 r_st=$2 r_err=$3; shift 3
	ctl "$@"
	is "$r_name: status" "$ST" "$r_st"
	is "$r_name: text" "$ERR" "sallyctl: $r_err"
	is "$r_name: nothing is printed" "$OUT" ''
	check "$r_name: nothing is written" test ! -e "$WORK/new" -a \
	    ! -e "$WORK/new.tmp"
}

cat >"$WORK/list" <<'END'
---
AccessList:
  - yggip: 200:1234:5678:9000::1
    access: true
    comment: node at 124 main street
  - {yggip: fd00::1, access: true}
END
want='# From the accesslist.yaml of autoygg-server.
addr 200:1234:5678:9000::1	# node at 124 main street'
told='list:6:13: fd00::1: it is outside of 200::/7'

ctl import list
is "a list: status" "$ST" 0
is "a list" "$OUT" "$want"
is "a list: what is left out" "$ERR" "$told"
ctl import list -w new
is "to a file: status" "$ST" 0
is "to a file: nothing is printed" "$OUT" ''
is "to a file: what is left out" "$ERR" "$told"
is "to a file" "$(cat "$WORK/new")" "$want"
is "to a file: its mode" "$(stat -c %a "$WORK/new")" 600
ctl import list -w new
is "to a file that exists: status" "$ST" 73
like "to a file that exists" "$ERR" 'sallyctl: new exists \(choose another name'
rm "$WORK/new"

ctl -j import list -w new
check "JSON" jq -e '.schema == 1 and .error == null and .notes ==
    [{"line": 6, "column": 13, "text": "fd00::1: it is outside of 200::/7"}]' \
    "$WORK/stdout"
is "JSON: the file" "$(cat "$WORK/new")" "$want"
rm "$WORK/new"
ctl -j import list
is "JSON without a file: status" "$ST" 64
check "JSON without a file" jq -e '.notes == [] and
    (.error | contains("give it a file with -w"))' "$WORK/stdout"
ctl -q import list
is "quiet" "$OUT" ''

# By content, not by name; a byte order mark and line ends do not matter.
printf '\357\273\277# x\r\nLISTENPORT: 81\r\nDebug: true\r\n' >"$WORK/wg0.conf"
ctl import wg0.conf
is "a configuration: status" "$ST" 0
like "a configuration" "$OUT" '^listen = .*"\[::1\]:81"'
like "a configuration: what is left out" "$ERR" '^wg0.conf:3:1: Debug: '

printf 'AccessList:\n- {yggip: 200::1, access: true}\n- {access: maybe}\n' \
    >"$WORK/bad"
refused "no boolean" 65 "bad:3:12: access must be true or false" \
    import bad -w new
printf 'AccessList:\n- {yggip: 200::1, access: true}\n- "\001"\n' >"$WORK/bad"
refused "a control character" 65 \
    "bad:3:4: control characters are not allowed" import bad -w new
printf 'a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n' >"$WORK/bad"
refused "an alias" 65 "bad:2:8: an alias is not allowed" import bad -w new
awk 'BEGIN { print "AccessList:"; for (i = 0; i < 20000; i++)
    print "- {yggip: \"200:1234:5678:9abc::" i "\", access: true}" }' \
    >"$WORK/bad"
refused "too large" 65 "bad: it is larger than 1 MiB" import bad -w new
printf 'words: 1\n' >"$WORK/bad"
refused "another YAML file" 65 \
    "bad is neither the server.yaml nor the accesslist.yaml of autoygg-server" \
    import bad -w new
printf -- '---\n' >"$WORK/bad"
refused "nothing in it" 65 \
    "bad is neither the server.yaml nor the accesslist.yaml of autoygg-server" \
    import bad -w new
refused "what is for peers" 64 \
    "dry-run, force and net are for peers, and list has none" \
    import list dry-run -w new
# What is left out is told before the file is made.
ctl import list -w none/new
is "a directory that is not there: status" "$ST" 73
like "a directory that is not there" "$ERR" \
    'none/new.tmp: No such file or directory$'

# A file of wg-quick still goes to the daemon.
printf '[Interface]\nListenPort = 1\n' >"$WORK/wg1.conf"
ctl import wg1.conf
is "wg-quick: status" "$ST" 69
like "wg-quick" "$ERR" 'cannot connect to'

finish
