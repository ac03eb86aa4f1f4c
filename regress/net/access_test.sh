#!/bin/sh
# The access list as editors write it and people get it wrong: it never lets in
# whom it denies, and says what it cannot mean.
. "${TOP:-.}/regress/lib.sh"
private "$@"
. "$TOP/regress/suite.sh"

LIST=$WORK/list
conf_mode() {		# open | allow
	CONF_MORE="access: { mode = \"$1\"; file = \"$LIST\"; };
	    sync: { max_remove_percent = 100; };"
	suite_conf
}
pki_init
BOM=$(printf '\357\273\277')

# A device without a tunnel; prints the status.
put() {			# NUMBER
	[ -f "$PKI/d$1.crt" ] || cert "d$1" "smart-toilet-$1"
	[ -f "$WORK/k$1" ] || wg genkey | wg pubkey >"$WORK/k$1"
	curl --cacert "$PKI/ca.crt" --cert "$PKI/d$1.crt" --key "$PKI/d$1.key" \
	    -s -m 10 -o "$WORK/b" -w '%{http_code}' -X PUT \
	    -H 'Content-Type: application/json' \
	    -d "{\"public_key\":\"$(cat "$WORK/k$1")\"}" \
	    https://127.0.0.1:8443/api/v1/self/lease
}
let_in() { case $(put "$1") in 20*) ;; *) return 1 ;; esac; }
refused() { [ "$(put "$1")" = 403 ]; }
loaded() { grep -c 'configuration loaded' "$WORK/netd.log"; }
# Wait until the watcher has loaded what the command writes.
changes() {		# COMMAND ...
	n=$(loaded)
	"$@"
	wait_for 10 again
}
again() { [ "$(loaded)" -gt "$n" ]; }

# --- what is in a file ---

printf '%s!1\r\n!2\r!cn:smart-toilet-3\n!smart-toilet-4' "$BOM" >"$LIST"
conf_mode open
# The other text files are read in the same way; this one stands for them.
key=$(wg genkey)
(umask 077 && printf '%s%s\r\n' "$BOM" "$key" >"$S/wg0.key")
suite_start
is "a private key with a byte order mark and CR LF" \
    "$(ctl -j show networks | jq -r '.networks[0].public_key')" \
    "$(echo "$key" | wg pubkey)"
for w in "1 behind a byte order mark" "2 before a CR alone" \
    "3 by the name of its certificate" "4 the same, without saying so"; do
	check "denied: $w" refused "${w%% *}"
done
check "another is let in" let_in 5
check "an entry that means a certificate is told" logged \
    'access list, line 4: smart-toilet-4 is the name of a certificate, and its lease is called 4: it is denied so, too; write 4, or cn:smart-toilet-4'
unlike "one that says so is not" "$(cat "$WORK/netd.log")" 'list, line 3'
like "test cn says it" "$(ctl test cn smart-toilet-3)" 'access +denied'

# --- while we run ---

utf16() { printf '!\0001\0\n\000' >"$LIST"; }
reload_says() {		# NAME ERE
	ctl reload >"$WORK/out" 2>&1
	like "$1: told" "$(cat "$WORK/out")" "$2"
	check "$1: the old list stays" refused 1
}
cp "$LIST" "$WORK/good"
utf16
reload_says "UTF-16" 'list:1: this is UTF-16'
printf '!1\n!\001\n' >"$LIST"
reload_says "a control character" 'list:2: the name holds control'
: >"$LIST"
reload_says "emptied" 'list is empty, and had 4 lines: if that is meant'
rm "$LIST"
reload_says "removed" 'No such file'
mkdir "$LIST"
reload_says "a directory" 'not a regular file'
rmdir "$LIST"
exec 8>"$LIST"
printf '!5\n' >&8
if ctl reload >"$WORK/out" 2>&1; then
	skip "half written" "no leases on this file system"
	printf '!1\n!2\n' >&8
	changes exec 8>&-
else
	like "half written: told" "$(cat "$WORK/out")" 'is being written'
	check "half written: the old list stays" refused 1
	check "half written: it is not in force" let_in 5
	printf '!1\n!2\n' >&8
	exec 8>&-
fi
check "closed: it is in force" wait_for 10 refused 5
check "and the rest of it, too" wait_for 10 refused 2

# As vim, sed -i and Kubernetes replace a file.
replace() { printf '%s\n' "$@" >"$LIST.new"; mv "$LIST.new" "$LIST"; }
check "moved over: loaded" changes replace '!1'
check "moved over: in force" wait_for 10 let_in 5
mkdir "$WORK/v1" "$WORK/v2"
printf '!1\n!5\n' >"$WORK/v1/list"; printf '!1\n!6\n' >"$WORK/v2/list"
swap() { ln -s "$1" "$WORK/..tmp"; mv -T "$WORK/..tmp" "$WORK/..data"; }
swap v1
linked() { ln -s ..data/list "$LIST.new"; mv "$LIST.new" "$LIST"; }
check "a link to a link: loaded" changes linked
check "a link to a link: in force" wait_for 10 refused 5
check "the inner link is swapped: loaded" changes swap v2
check "the inner link is swapped: in force" wait_for 10 refused 6
check "and the former is let in" wait_for 10 let_in 5
rm "$LIST"
check "nobody on it, and meant: loaded" changes replace '# nobody'
check "nobody on it, and meant: in force" wait_for 10 let_in 1

# --- mode = "allow" ---

suite_stop
printf '1\nsmart-toilet-2\ncn:smart-toilet-3\n4\n!cn:smart-toilet-4\nprinter\n' >"$LIST"
conf_mode allow
suite_start
check "allow: by the lease's name" let_in 1
check "allow: a certificate's name lets in nobody" refused 2
check "allow: unless it says that it is one" let_in 3
check "allow: a denial counts more" refused 4
check "allow: another is not let in" refused 5
check "allow: the second line is told" logged \
    'line 2: smart-toilet-2 is the name of a certificate.*: this lets in nobody'
check "allow: a name that no rule gives is told" logged \
    'line 6: printer can match nobody: no identity rule gives a lease this name'

# --- as long as a list may be ---

long() {		# LINES: half names, half prefixes, and two devices
	seq -f 'name-%.0f' 1 $(($1 / 2))
	seq 1 $(($1 / 2 - 2)) | awk '{ printf "%saddr 200:%x:%x::/48\n",
	    $1 % 2 ? "!" : "", $1 / 256, $1 % 256 }'
	echo 6; echo '!7'
}
# The longest time that a device waited for an answer, until it is told.
slowest=0
asking() {
	asked=$(now_ms)
	put 6
	asked=$(($(now_ms) - asked))
	[ "$asked" -le "$slowest" ] || slowest=$asked
	again
}
long 100000 >"$LIST.new"
n=$(loaded) begun=$(now_ms)
mv "$LIST.new" "$LIST"
check "100,000 lines: loaded" wait_for 10 asking
ok "100,000 lines: after $(($(now_ms) - begun)) ms, the slowest answer $slowest ms"
check "100,000 lines: one that is on it" let_in 6
check "100,000 lines: one that is denied" refused 7
check "100,000 lines: one that is not on it" refused 1
{ long 100000; echo 1; } >"$LIST.new"
mv "$LIST.new" "$LIST"
check "one more is told with its line" logged \
    'list:100001: there are too many lines'
check "one more: the old list stays" refused 1

# --- at start ---

suite_stop
utf16
conf_mode open
suite_start
check "a bad list at start: told" logged 'the access list cannot be used: nobody'
check "a bad list at start: nobody is let in" refused 6
is "a bad list at start: what there is stays" \
    "$(ctl -j show leases | jq -r '.leases[].state' | sort -u)" active
check "a bad list at start: mended" changes cp "$WORK/good" "$LIST"
check "a bad list at start: then it works" wait_for 10 let_in 6
check "a bad list at start: then it denies" wait_for 10 refused 1
suite_stop
finish
