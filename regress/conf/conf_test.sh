# Configurations, good and bad: the cases of good.conf and bad.conf go through
# netd -nn -v, which opens no file.  A good one gives the dump that the table says, which loads again
# to the same; a bad one its message and exit status 78.

. "${TOP:-.}/regress/lib.sh"

CASES=$TOP/regress/conf
cd "$WORK" || exit 1
umask 022
unset CREDENTIALS_DIRECTORY

try() {			# FILE: sets ST, makes stdout and stderr
	"$BIN/netd" -nn -v -f "$1" >stdout 2>stderr
	ST=$?
}

# Into files: T.001.in and T.001.want, T.002.in ...
for t in good bad; do
	awk -v base="$CASES/base.conf" -v out=$t -f "$CASES/cases.awk" \
	    "$CASES/$t.conf"
done
sed -i 's/\^@/\x00/' bad.*.in

for in in good.*.in; do
	what=$(sed -n '1s/^# //p' "$in")
	try "$in"
	diff "$CASES/base.dump" stdout | grep '^[<>]' >got
	if [ $ST -ne 0 ] || ! cmp -s "${in%.in}.want" got; then
		fail "$what: status $ST"
		cat stderr
		diff "${in%.in}.want" got
		continue
	fi
	is "$what: says OK" "$(cat stderr)" "configuration OK"
	cp stdout again.conf
	try again.conf
	check "$what: its dump loads again" cmp again.conf stdout
done

for in in bad.*.in; do
	what=$(sed -n '1s/^# //p' "$in")
	try "$in"
	if [ $ST -ne 78 ] || [ -s stdout ] ||
	    ! cmp -s "${in%.in}.want" stderr; then
		fail "$what: status $ST"
		diff "${in%.in}.want" stderr
		continue
	fi
	ok "$what"
done

# --- the file itself ---

good() {
	cat "$CASES/base.conf" >f.conf
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

# The same file as editors on other systems write it.
{ printf '\357\273\277'; sed 's/$/\r/' "$CASES/base.conf"; } >f.conf
try f.conf
is "a byte order mark and CRLF" "$ST $(cmp "$CASES/base.dump" stdout)" "0 "
tr '\n' '\r' <"$CASES/base.conf" >f.conf
try f.conf
is "lines that end with CR" "$ST $(cmp "$CASES/base.dump" stdout)" "0 "
{ printf '\377\376'; sed 's/./&^/g' "$CASES/base.conf" | tr '^' '\0'; } >f.conf
bad "UTF-16" '^f\.conf:1: this is UTF-16'
printf '# a\r\n# b\rgatway: { };\r\n' >f.conf
bad "the line is right" '^f\.conf:3: unknown word "gatway"'

# --- as many networks as there can be, each with its own way out ---

many() {		# COUNT
	echo 'gateway: { endpoint = "vpn.example.com"; };'
	echo 'networks = ('
	i=0
	while [ $i -lt "$1" ]; do
		[ $i -eq 0 ] || echo ,
		echo "{ name = \"n$i\"; interface = \"wg$i\";
		    listen_port = $((51820 + i)); private_key_file = \"/k$i\";
		    address = [ \"10.$i.0.1/16\", \"fd00:$i::1/48\" ];
		    pools = [ \"10.$i.1.0/24\", \"fd00:$i:0:1::/64\" ];
		    egress: { wan = \"eth0\"; table = $((1000 + i)); }; }"
		i=$((i + 1))
	done
	echo ');'
}
many 64 >f.conf; try f.conf
is "64 networks with egress" "$ST $(cat stderr)" "0 configuration OK"
many 65 >f.conf
bad "65 networks" 'networks has 65 elements, not 1 to 64$'

# --- certificates that the service manager brings ---

# Without them it is refused (bad.conf).
{ cat "$CASES/base.conf"; cat <<'END'; } >portal.conf
listen = ( { address = "127.0.0.1:41194"; api = [ "portal" ]; } );
END
mkdir creds
export CREDENTIALS_DIRECTORY="$WORK/creds"
try portal.conf
is "credentials: status" $ST 0
for w in certificate:server.crt key:server.key client_ca:ca.crt; do
	like "credentials: ${w%:*}" "$(cat stdout)" \
	    "^		${w%:*} = \"$WORK/creds/${w#*:}\";"
done
unlike "credentials: no list of the revoked" "$(cat stdout)" 'crl ='
cp stdout again.conf
: >creds/tls.crl
try portal.conf
like "credentials: a list of the revoked" "$(cat stdout)" \
    "^		crl = \"$WORK/creds/tls.crl\";"
sed 's/\[ "portal" \];/& proof = "none";/' portal.conf >f.conf
try f.conf
unlike "credentials: not for proof none" "$(cat stdout)" 'tls:'
sed 's/"portal"/"native"/' portal.conf >f.conf
bad "credentials: not for other dialects" 'needs a "tls" group'
CREDENTIALS_DIRECTORY=$(printf '/%0600d' 0)
try portal.conf
is "credentials: a path too long, status" $ST 78
like "credentials: a path too long" "$(cat stderr)" 'is longer than'
CREDENTIALS_DIRECTORY=creds
try portal.conf
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
sed -i 's/^ *listen/# &/; s/^ *# if it runs elsewhere: listen/listen/' f.conf
CREDENTIALS_DIRECTORY=$WORK/creds
export CREDENTIALS_DIRECTORY
instead "the portal elsewhere"
unset CREDENTIALS_DIRECTORY
try "$(grep -l '^# the sample of the design$' good.*.in)"
mv stdout sample
cp "$TOP/etc/sallyport.conf" f.conf
chmod 640 f.conf
try f.conf
is "etc/sallyport.conf" $ST 0
check "etc/sallyport.conf: its dump is that of the sample" \
    cmp sample stdout
is "etc/sallyport.conf: says OK" "$(cat stderr)" "configuration OK"
cp stdout again.conf
try again.conf
check "etc/sallyport.conf: its dump loads again" cmp again.conf stdout

check_status "an unknown option" 64 "$BIN/netd" -x
check_status "an argument too many" 64 "$BIN/netd" -n x
check "the version" "$BIN/netd" -V

finish
