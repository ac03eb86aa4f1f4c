# Configurations, good and bad: N.in goes through netd -n -v; what comes out is
# N.ok (and loads again to the same), or N.err with exit status 78.

. "${TOP:-.}/regress/lib.sh"

CASES=$TOP/regress/conf
cd "$WORK" || exit 1
umask 022

try() {			# FILE: OUT, ERR and ST are set
	"$BIN/netd" -n -v -f "$1" >stdout 2>stderr
	ST=$?
}

for in in "$CASES"/[0-9]*.in; do
	n=$(basename "$in" .in)
	# NAME of the case: its first line.
	what="$n $(sed -n '1s/^# //p' "$in" | tr -d '\000')"
	cat "$in" >"$n.in"
	try "$n.in"
	if [ -f "$CASES/$n.ok" ]; then
		if [ $ST -ne 0 ] || ! cmp -s "$CASES/$n.ok" stdout; then
			fail "$what: status $ST"
			cat stderr
			diff "$CASES/$n.ok" stdout
			continue
		fi
		is "$what: says OK" "$(cat stderr)" "configuration OK"
		cp stdout again.conf
		try again.conf
		check "$what: its dump loads again" cmp again.conf stdout
	else
		if [ $ST -ne 78 ] || [ -s stdout ] ||
		    ! cmp -s "$CASES/$n.err" stderr; then
			fail "$what: status $ST"
			diff "$CASES/$n.err" stderr
			continue
		fi
		ok "$what"
	fi
done

# --- the file itself ---

good() {
	cat "$CASES/001.in" >f.conf
	chmod 640 f.conf
}
bad() {			# NAME ERE
	try f.conf
	is "$1: status" $ST 78
	like "$1: text" "$(cat stderr)" "$2"
}

good; try f.conf; is "mode 0640 is fine" $ST 0
good; chmod 660 f.conf
bad "others of the group can write" '^f\.conf: can be written by others \(mode 0660\): chmod go-w it$'
good; chmod 602 f.conf
bad "everybody can write" '^f\.conf: can be written by others \(mode 0602\)'
rm f.conf; bad "no file" '^f\.conf: cannot be read: No such file'
mkdir f.conf; bad "a directory" '^f\.conf: is not a regular file$'; rmdir f.conf
mkfifo f.conf; bad "a pipe does not hang" '^f\.conf: is not a regular file$'; rm f.conf
if [ "$(id -u)" -eq 0 ]; then
	good; chown 12345 f.conf
	bad "a stranger's file" '^f\.conf: belongs to user 12345, who is neither root nor you'
	rm -f f.conf
fi
good; head -c 1100000 /dev/zero | tr '\0' '#' >>f.conf
bad "too large" '^f\.conf: is larger than 1048576 bytes$'
: >f.conf; i=0
while [ $i -lt 30 ]; do echo "zebra$i = 1;"; i=$((i + 1)); done >>f.conf
bad "errors are bounded" '^and 11 more$'

check_status "an unknown option" 64 "$BIN/netd" -x
check_status "an argument too many" 64 "$BIN/netd" -n x
check "the version" "$BIN/netd" -V

finish
