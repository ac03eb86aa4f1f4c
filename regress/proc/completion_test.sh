# bash's completion of sallyctl: what its grammar takes and nothing else, names
# of the running daemon, silence without one, and names that would be commands.

. "${TOP:-.}/regress/lib.sh"

command -v bash >/dev/null || skip_all "no bash"
PATH=$BIN:$PATH
export PATH
SOCK=$WORK/none

# What bash would offer for the last word, each on a line.
cat >"$WORK/ask" <<'END_ASK'
. "$O/sallyctl.bash"
compopt() { :; }
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
_sallyctl 2>&1
for word in "${COMPREPLY[@]}"; do printf '%s\n' "$word"; done
END_ASK
words() {		# WORD ...
	bash "$WORK/ask" sallyctl "$@"
}
offers() {		# NAME "WORD ..." WORD ...
	offers_n=$1 offers_w=$2; shift 2
	is "$offers_n" "$(words "$@" | sort | paste -sd ' ')" "$offers_w"
}

check "bash reads it" bash -n "$O/sallyctl.bash"
if command -v shellcheck >/dev/null; then
	check "shellcheck" shellcheck -s bash "$O/sallyctl.bash"
else
	skip "shellcheck" "no shellcheck"
fi

# --- each command that sallyctl itself names ---

# The words that would be right at the end of these, by sallyctl's own error.
right() {		# WORD ...
	"$BIN/sallyctl" "$@" '?' 2>&1 | sed -n 's/^  //p' | sort |
	    grep -v '^<cr>$' | paste -sd ' '
}
firsts=$(right)
check "sallyctl has commands" test "$(echo "$firsts" | wc -w)" -gt 10
offers "the first word" "$firsts" ''
n=0
for w in $firsts; do
	seconds=$(words "$w" '' | paste -sd ' ')
	case $seconds in
	*status*|*cn*|*unclaimed*|*on*off*|*add*|*init*|*hosts*|*resync*|*peer*)
		is "behind $w" "$(words "$w" '' | sort | paste -sd ' ')" \
		    "$(right "$w")"
		n=$((n + 1)) ;;
	esac
done
check "some commands have two words" test $n -gt 7
offers "show, what begins with le" "lease leases" show le
offers "a command that is cut" "lease leases" s le
offers "behind a cut command" "expired name net online" s leases ''
offers "an ambiguous word" "" re x ''
offers "an unknown word" "" shw ''
offers "a word that is never cut" "" show memb ''
offers "options, not twice" "expired name" show leases online net a ''
offers "the words of a value" "off on" tenant add t nat ''
offers "one of them" "full" network add n topology f
offers "nothing behind reason" "" revoke x reason a b ''
offers "options before the command" "-V -j -n -q -s" -
offers "and it goes on behind them" "$firsts" -j -s "$SOCK" ''
: >"$WORK/a file"
: >"$WORK/another"
is "files" "$(cd "$WORK" && words apply an)" another
offers "lists of the grammar have each option" "$(right export zone z)" \
    export zone z ''
offers "those of a mesh, too" "$(right network add n)" network add n ''

# --- names ---

# On a busy machine a second may be too short for a daemon that is well: but
# for the one that hangs, the time is longer.
mkdir "$WORK/patient"
printf '#!/bin/sh\nshift\nexec %s 60 "$@"\n' "$(command -v timeout)" \
    >"$WORK/patient/timeout"
chmod 755 "$WORK/patient/timeout"
impatient=$PATH
PATH=$WORK/patient:$PATH

is "without a daemon, nothing is said" "$(words -s "$SOCK" revoke '' 2>&1)" ''
spawn stub "$O/regress/ctl_stub" "$SOCK" normal
wait_for 5 test -S "$SOCK" || fail "the stub"
like "names of leases" "$(words -s "$SOCK" show lease d)" '^dev-1$'
like "networks" "$(words -s "$SOCK" show leases net '')" '^devices$'
like "peers" "$(words -s "$SOCK" export peer p)" '^printer$'
is "none that begins otherwise" "$(words -s "$SOCK" show lease x)" ''
stop "$PID"
rm -f "$SOCK"
spawn stub "$O/regress/ctl_stub" "$SOCK" hang
wait_for 5 test -S "$SOCK" || fail "the stub"
start=$(now_ms)
is "a daemon that hangs, too" "$(PATH=$impatient words -s "$SOCK" revoke '' 2>&1)" ''
check "is waited for some time alone" test $(($(now_ms) - start)) -lt 8000
stop "$PID"

# A sallyctl whose devices are called like this.
mkdir "$WORK/bin"
cat >"$WORK/bin/sallyctl" <<'END_FAKE'
#!/bin/sh
cat <<'END_JSON'
{"schema":1,"leases":[
{"id":1,"network":"n","name":"$(touch pwned)","who":"x"},
{"id":2,"network":"n","name":"`touch pwned`","who":"x"},
{"id":3,"network":"n","name":"a b;touch pwned","who":"x"},
{"id":4,"network":"n","name":"*","who":"x"},
{"id":5,"network":"n","name":"a\"b","who":"x"},
{"id":6,"network":"n","name":"-rf","who":"x"},
{"id":7,"network":"n","name":"it's","who":"x"}
],"error":null}
END_JSON
END_FAKE
chmod 755 "$WORK/bin/sallyctl"
(cd "$WORK" && PATH=$WORK/bin:$PATH words revoke '') >"$WORK/names"
check "a name is not executed" test ! -e "$WORK/pwned"
# What is offered, taken as a shell takes it, is the name.
(cd "$WORK" && sed 's/^/printf "%s\\n" /' names | bash) >"$WORK/taken"
check "nor when it is taken" test ! -e "$WORK/pwned"
cat >"$WORK/want" <<'END_WANT'
$(touch pwned)
`touch pwned`
a b;touch pwned
*
-rf
it's
END_WANT
check "each is the word that it was" diff "$WORK/want" "$WORK/taken"
(cd "$WORK" && PATH=$WORK/bin:$PATH words revoke '"') >"$WORK/names"
is "within quotes, only what needs none" "$(cat "$WORK/names")" -rf
for i in $(seq 3000); do
	echo "{\"id\":$i,\"network\":\"n\",\"name\":\"dev-$i\"}"
done >"$WORK/json"
printf '#!/bin/sh\ncat %s\n' "$WORK/json" >"$WORK/bin/sallyctl"
is "a fleet's names are a thousand at most" \
    "$(PATH=$WORK/bin:$PATH words revoke '' | wc -l)" 1000
is "but those that begin so are found" \
    "$(PATH=$WORK/bin:$PATH words revoke dev-299 | wc -l)" 11

finish
