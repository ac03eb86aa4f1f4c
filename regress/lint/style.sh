#!/bin/sh
# The rules of style that clang-format cannot express:
#	style.sh FILE.c ...
# - one blank between the type and the name of a local variable
# - no (void) before a call whose result nobody would look at anyway
# - a text for people stands on one line, so that it can be searched for
# - no braces around a single statement of one line
# Prints each place that breaks one, and ends with 1 if there is any.

export LC_ALL=C
awk '
function tell(line, what) {
	print FILENAME ":" line ": " what
	bad = 1
}
FNR == 1 { infn = 0; last = before = "" }
/^\{$/ { infn = 1 }
/^\}/ { infn = 0 }
/\(void\) ?(v?snprintf|strlc(py|at)|v?f?printf|f?puts|f?putc|mem(cpy|set|move)|close|free|event_del|evtimer_del)\(/ {
	tell(FNR, "(void) before a call that needs none")
}
infn && /^\t+[a-z][A-Za-z0-9_ ]*\t+ *\**[a-z_]+(\[[^]]*\])?( = .*)?[;,]/ {
	tell(FNR, "a tab between the type and the name of a local variable")
}
FILENAME !~ /\/store\// && last ~ /"$/ && last !~ /\\n"$/ &&
    last !~ /^#/ && /^[ \t]*"/ {
	tell(FNR, "a text that is broken over lines")
}
before ~ /^\t+(if|for|while|[A-Z_]+FOREACH(_SAFE)?) ?\(.*\) \{$/ &&
    last ~ /^\t+[^ \t].*;$/ && last !~ /^\t+(if|for|while|do|switch) / &&
    /^\t+\}$/ {
	match(before, /^\t+/); d = RLENGTH
	match($0, /^\t+/)
	if (RLENGTH == d)
		tell(FNR - 2, "braces around a single statement")
}
{ before = last; last = $0 }
END { exit bad }
' "$@"
