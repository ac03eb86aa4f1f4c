#!/bin/sh
# The suite with the capabilities of the unit and no other, and its
# configuration on a read-only file system, as the unit has it; and without each
# capability in turn.
. "${TOP:-.}/regress/lib.sh"
private "$@"
. "$TOP/regress/suite.sh"
[ -z "$NOUSER" ] || skip_all "users cannot be changed here"
command -v setpriv >/dev/null || skip_all "no setpriv"

CAPS=$(sed -n 's/^CapabilityBoundingSet=//p' "$TOP/etc/sallyport.service" |
    tr 'A-Z' 'a-z' | sed 's/cap_//g')
# With these capabilities alone.
only() {		# "CAP ..." COMMAND ...
	only_c=-all
	for only_w in $1; do only_c=$only_c,+$only_w; done
	shift
	setpriv --inh-caps=-all --bounding-set="$only_c" "$@"
}
without() {		# CAP: the rest of the unit's
	echo " $CAPS " | sed "s/ $1 / /"
}

pki_init
suite_conf
# As tmpfiles.d makes it.
install -d -m 0700 -o _sallylease -g _sallylease "$S/state"
# As the unit's ProtectSystem= does.
mkdir "$S/etc"
sed -i "s|$S/wg0.key|$S/etc/wg0.key|" "$CONF"
mount --bind "$S/etc" "$S/etc"
mount -o remount,bind,ro "$S/etc"
timeout 20 "$NETD" -d -L "$BIN" -f "$CONF" >"$WORK/r" 2>&1
is "no key and no way to make one: status" $? 78
like "it says how" "$(cat "$WORK/r")" \
    'sallyport.conf:[0-9]+: .*wg0.key: Read-only file system; "netd -g" makes it'
umount "$S/etc"
check "netd -g" "$NETD" -g -f "$CONF"
is "it makes the key" "$(stat -c '%a %u' "$S/etc/wg0.key")" "600 0"
sum=$(sha256sum <"$S/etc/wg0.key")
check "netd -g again" "$NETD" -g -f "$CONF"
is "it leaves the key alone" "$(sha256sum <"$S/etc/wg0.key")" "$sum"
sed 's/keepalive\|quarantine/quarrantine/' "$CONF" >"$S/typo.conf"
chmod 640 "$S/typo.conf"
check_status "netd -g with an error" 78 "$NETD" -g -f "$S/typo.conf"
mount --bind "$S/etc" "$S/etc"
mount -o remount,bind,ro "$S/etc"

start() {		# "CAP ..."
	: >"$WORK/netd.log"
	spawn netd setpriv --inh-caps=-all \
	    --bounding-set="-all$(printf ',+%s' $1)" \
	    "$NETD" -d -L "$BIN" -f "$CONF"
	SUITE=$PID
	wait_for 10 suite_up
}
check "the unit's capabilities are enough" start "$CAPS"
is "the control socket" "$(stat -c '%a %U %G' "$S/ctl.sock")" \
    "660 root sallyport"
unlike "nothing is missing" "$(cat "$WORK/netd.log")" 'CAP_'
p=$(role_pid leased)
kill -STOP "$p"
suite_stop
check "a child that hangs is killed" gone "$p"
unlike "without a word" "$(cat "$WORK/netd.log")" 'cannot kill'

for cap in net_admin setuid setgid; do
	up=$(echo $cap | tr a-z A-Z)
	only "$(without $cap)" timeout 20 "$NETD" -d -L "$BIN" -f "$CONF" \
	    >"$WORK/r" 2>&1
	is "without $cap: status" $? 77
	like "without $cap: it is named" "$(cat "$WORK/r")" \
	    "the capability CAP_$up is missing.*--cap-add $up"
done
check "without setpcap it runs" start "$(without setpcap)"
check "and says what is missing" logged 'CAP_SETPCAP is missing'
suite_stop
umount "$S/etc"
finish
