#!/bin/sh
# The calls of umoo's plugin with the client that its consoles have: the npm
# packages of the Connect protocol.
. "${TOP:-.}/regress/lib.sh"
# npm needs the network, which is left here.
[ -n "$LIB_PRIVATE" ] || WHY=$(sh "$TOP/regress/npm/get.sh" "$O/npm") ||
    skip_all "$WHY"
private "$@"
. "$TOP/regress/suite.sh"
. "$TOP/regress/connect.sh"

connect_start
cp "$TOP"/regress/npm/*.mjs "$O/npm/"
node "$O/npm/client.mjs" "${CONNECT%/*}" "$PKI" >"$WORK/out" 2>&1
st=$?
grep -E '^(ok|FAIL) ' "$WORK/out"
fails=$(grep -c '^FAIL ' "$WORK/out")
is "the client's end" "$st" 0 || sed 's/^/    /' "$WORK/out"
finish
