# The service files: the unit is as closed as we say, systemd understands it,
# and users and directories are made as the programs expect them.

. "${TOP:-.}/regress/lib.sh"

UNIT=$WORK/sallyport.service
sed "s|@SBINDIR@|$BIN|g" "$TOP/etc/sallyport.service" >"$UNIT"

score_below() {		# TENTHS UNIT
	systemd-analyze security --offline=true --threshold="$1" \
	    --no-pager "$2"
}

if command -v systemd-analyze >/dev/null; then
	check "exposure is at most 2.2" score_below 22 "$UNIT"
	# The check must be able to fail.
	grep -Ev '^(Protect|Restrict|Capability|SystemCall)' "$UNIT" \
	    >"$WORK/open.service"
	score_below 22 "$WORK/open.service" >/dev/null 2>&1 &&
	    fail "an open unit passes too" || ok "an open unit does not pass"
	check "systemd understands the unit" \
	    systemd-analyze verify --man=no "$UNIT"
	sed 's/^ProtectSystem/ProtektSystem/' "$UNIT" >"$WORK/typo.service"
	systemd-analyze verify --man=no "$WORK/typo.service" 2>&1 |
	    grep -q ProtektSystem && ok "a wrong word in a unit is seen" ||
	    fail "a wrong word in a unit is not seen"
else
	skip "unit" "no systemd-analyze"
fi
AGENT=$WORK/sallyport-agent.service
sed "s|@SBINDIR@|$BIN|g" "$TOP/etc/sallyport-agent.service" >"$AGENT"
if command -v systemd-analyze >/dev/null; then
	check "exposure of a device is at most 2.3" score_below 23 "$AGENT"
	check "systemd understands the unit of a device" \
	    systemd-analyze verify --man=no "$AGENT"
fi
is "what a device's parent may write" \
    "$(sed -n 's/^ReadWritePaths=//p' "$AGENT" | tr ' ' '\n')" \
    "-/var/lib/sallyport-agent
-/run/wireguard
-/proc/sys/net"
unlike "every word is substituted, of a device" "$(cat "$AGENT")" '@[A-Z]+@'
is "what netd may write" "$(sed -n 's/^ReadWritePaths=//p' "$UNIT" |
    tr ' ' '\n')" "-/var/lib/sallyport
-/run/wireguard
-/proc/sys/net"
unlike "every word is substituted" "$(cat "$UNIT")" '@[A-Z]+@'
for line in StartLimitIntervalSec=0 Restart=on-failure \
    'RequiresMountsFor=/etc/sallyport /var/lib/sallyport'; do
	check "the unit does not give up: $line" grep -qx "$line" "$UNIT"
done
unlike "whatever the status" "$(cat "$UNIT")" '^RestartPreventExitStatus'
check "nothing starts unconfigured" \
    grep -q '^ConditionPathExists=/etc/sallyport/sallyport.conf$' "$UNIT"

if command -v systemd-sysusers >/dev/null; then
	check "sysusers, dry run" \
	    systemd-sysusers --dry-run "$TOP/etc/sysusers.conf"
	mkdir -p "$WORK/root/etc"
	check "sysusers" systemd-sysusers --root="$WORK/root" \
	    "$TOP/etc/sysusers.conf"
	for u in _sallynet _sallylease _sallyapi _sallykey _sallyagent _sallywg; do
		like "user $u" "$(grep "^$u:" "$WORK/root/etc/passwd")" nologin
	done
	like "group sallyport" "$(cat "$WORK/root/etc/group")" '^sallyport:'
	if [ "$(id -u)" -eq 0 ]; then
		check "tmpfiles" systemd-tmpfiles --create \
		    --root="$WORK/root" "$TOP/etc/tmpfiles.conf" \
		    "$TOP/etc/tmpfiles-agent.conf"
		id=$(sed -n 's/^_sallylease:x:\([0-9]*\):.*/\1/p' \
		    "$WORK/root/etc/passwd")
		is "state directory" "$(stat -c '%a %u' \
		    "$WORK/root/var/lib/sallyport")" "700 $id"
		is "runtime directory" "$(stat -c '%a %u' \
		    "$WORK/root/run/sallyport")" "755 0"
		id=$(sed -n 's/^_sallywg:x:\([0-9]*\):.*/\1/p' \
		    "$WORK/root/etc/group")
		is "directory of wireguard-go" "$(stat -c '%a %u %g' \
		    "$WORK/root/run/wireguard")" "1775 0 $id"
	else
		skip "tmpfiles" "needs root"
	fi
else
	skip "sysusers" "no systemd-sysusers"
fi

check "rc script is sh" sh -n "$TOP/etc/rc.d/sallyport"
check_status "rc script, usage" 64 sh "$TOP/etc/rc.d/sallyport" frobnicate
check_status "rc script, no daemon" 1 env daemon="$WORK/none" \
    sh "$TOP/etc/rc.d/sallyport" check

finish
