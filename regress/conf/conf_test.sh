# Configurations, good and bad: N.in goes through netd -n -v; what comes out is
# N.ok (and loads again to the same), or N.err with exit status 78.

. "${TOP:-.}/regress/lib.sh"

CASES=$TOP/regress/conf
cd "$WORK" || exit 1
umask 022
unset CREDENTIALS_DIRECTORY

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

# --- certificates that the service manager brings ---

# 131 is refused without them, and has them with them.
mkdir creds
export CREDENTIALS_DIRECTORY="$WORK/creds"
try "131.in"
is "credentials: status" $ST 0
for w in certificate:server.crt key:server.key client_ca:ca.crt; do
	like "credentials: ${w%:*}" "$(cat stdout)" \
	    "^		${w%:*} = \"$WORK/creds/${w#*:}\";"
done
unlike "credentials: no list of the revoked" "$(cat stdout)" 'crl ='
cp stdout again.conf
: >creds/tls.crl
try "131.in"
like "credentials: a list of the revoked" "$(cat stdout)" \
    "^		crl = \"$WORK/creds/tls.crl\";"
try "121.in"
unlike "credentials: not for proof none" "$(cat stdout)" 'tls:'
sed 's/"portal"/"native"/' 131.in >f.conf
bad "credentials: not for other dialects" 'needs a "tls" group'
CREDENTIALS_DIRECTORY=$(printf '/%0600d' 0)
try "131.in"
is "credentials: a path too long, status" $ST 78
like "credentials: a path too long" "$(cat stderr)" 'is longer than'
CREDENTIALS_DIRECTORY=creds
try "131.in"
is "credentials: not a whole path" $ST 78
unset CREDENTIALS_DIRECTORY
try again.conf
is "credentials: the dump needs none" $ST 0

# --- what we tell others to write ---

instead() {		# NAME
	try f.conf
	is "README, instead of vpn-daemon, $1" \
	    "$ST $(grep -c 'api = \[ "portal" \]' stdout)" "0 1"
}
sed -n '/^## Instead of vpn-daemon/,/^   END/p' "$TOP/README.md" |
    sed -n '/cat >.*sallyport.conf/,/^   END/p' | sed '1d; $d' >f.conf
instead "the portal on this host"
sed -i 's/^ *listen/# &/; s/^ *# or elsewhere: listen/listen/' f.conf
CREDENTIALS_DIRECTORY=$WORK/creds
export CREDENTIALS_DIRECTORY
instead "the portal elsewhere"
unset CREDENTIALS_DIRECTORY
cp "$TOP/etc/sallyport.conf" f.conf
chmod 640 f.conf
try f.conf
is "etc/sallyport.conf" $ST 0

check_status "an unknown option" 64 "$BIN/netd" -x
check_status "an argument too many" 64 "$BIN/netd" -n x
check "the version" "$BIN/netd" -V

finish
