#!/bin/sh
# wireguard-go, which reads what comes from the internet: who it is, what it may
# when it is captured, and the directory of its sockets.  netd has no more
# capabilities here than its unit gives to it.
. "${TOP:-.}/regress/lib.sh"
private "$@"
. "$TOP/regress/suite.sh"

TRY=$O/regress/breakout
command -v wireguard-go >/dev/null || skip_all "no wireguard-go"
[ -c /dev/net/tun ] || skip_all "no /dev/net/tun"
D=/run/wireguard

caps=$(sed -n 's/^CapabilityBoundingSet=//p' "$TOP/etc/sallyport.service" |
    tr 'A-Z' 'a-z' | sed 's/cap_/,+/g; s/ //g')
cat >"$WORK/netd" <<END
#!/bin/sh
exec setpriv --bounding-set=-all$caps -- $NETD "\$@"
END
chmod 755 "$WORK/netd"
[ -n "$NOUSER" ] || NETD=$WORK/netd

wggo() {
	pgrep -x --ns $$ --nslist net wireguard-go
}

word() {		# WORD
	sed -n "s/^$1:[[:space:]]*//p" "/proc/$(wggo)/status"
}

# Start the suite; it says that it cannot have its wireguard-go.
refused() {		# NAME ERE
	: >"$WORK/netd.log"
	suite_spawn
	check "$1: the log says why" logged "$2"
	suite_stop
	is "$1: none runs" "$(wggo)" ""
}

pki_init
BACKEND=userspace
suite_conf
# As tmpfiles.d makes it: the unit cannot give a directory away.
[ -n "$NOUSER" ] ||
    install -d -m 0700 -o _sallylease -g _sallylease "$S/state"
rmdir $D
mkdir -m 1777 /run/open
suite_start
if [ -z "$NOUSER" ]; then
	id=$(id -u _sallywg)
	is "real, effective, saved and file system user" \
	    "$(word Uid | tr '\t' ' ')" "$id $id $id $id"
	is "group" "$(word Gid | tr '\t' ' ')" "$id $id $id $id"
	like "no further group" "$(word Groups)" "^($id)? *\$"
	is "its directory is made" "$(stat -c '%U %G %a' $D)" \
	    "root _sallywg 1775"
fi
for w in CapInh CapPrm CapEff CapBnd CapAmb; do
	is "$w: CAP_NET_ADMIN alone" "$(word $w)" 0000000000001000
done
is "no new privileges" "$(word NoNewPrivs)" 1
is "no environment of ours" "$(tr '\0' '\n' <"/proc/$(wggo)/environ" |
    grep -v '^WG_')" ""
unlike "no file of ours" "$(for f in "/proc/$(wggo)"/fd/*; do
	readlink "$f"; done)" "$WORK"

if [ "$(uname -m)" = x86_64 ]; then
	# Somebody else's, which its user may not remove.
	ln "$S/ctl.sock" $D/other.sock
	for a in open openat create create-socket-dir execve; do
		is "captured: $a" "$("$TRY" "$(wggo)" $a 2>&1)" "errno 13 EACCES"
	done
	if [ -z "$NOUSER" ]; then
		is "captured: setuid" "$("$TRY" "$(wggo)" setuid 2>&1)" \
		    "errno 1 EPERM"
		is "captured: remove-socket" \
		    "$("$TRY" "$(wggo)" remove-socket 2>&1)" "errno 1 EPERM"
	fi
	is "captured: getpid" "$("$TRY" "$(wggo)" getpid 2>&1)" "done $(wggo)"
	check_status "no file was made" 1 test -e /run/open/sallyport-sandbox
	check_status "nor one beside its socket" 1 test -e $D/file
	check "it works as before" wait_for 5 wg show wg0
fi

p=$(wggo)
suite_stop
suite_start
is "it outlives the suite" "$(wggo)" "$p"
suite_stop
ip link delete wg0
check "it removes its socket" wait_for 5 test ! -e $D/wg0.sock

[ -z "$NOUSER" ] || finish

# As an older netd left it: it runs as root, in a directory of root.
chown root:root $D
chmod 755 $D
PROG=$(command -v wireguard-go)
"$PROG" wg0 2>/dev/null
suite_start
is "root's is adopted" "$(word Uid | cut -f 1)" 0
p=$(wggo)
kill -KILL "$p"
check "root's killed: ours comes" wait_for 10 eval \
    'q=$(wggo) && [ -n "$q" ] && [ "$q" != "$p" ] && suite_up'
is "root's killed: as its user" "$(word Uid | cut -f 1)" "$id"
is "root's directory is given to its group" "$(stat -c '%U %G %a' $D)" \
    "root _sallywg 1775"
suite_stop
ip link delete wg0
wait_for 5 test ! -e $D/wg0.sock

# A name that leads elsewhere is not followed.
ln -s "$S/ctl.sock" $D/wg0.sock
refused "a link instead of the socket" 'wg0: Socket operation on non-socket'
rm -f $D/wg0.sock

chown _sallyapi $D
refused "a directory of somebody else" \
    "/wireguard belongs to user $(id -u _sallyapi): chown it to root"
chown root $D

mknod -m 600 "$WORK/tun" c 10 200
mount --bind "$WORK/tun" /dev/net/tun
refused "no access to the device" \
    "user $id cannot use /dev/net/tun, .*: Permission denied"
umount /dev/net/tun
finish
