# The rc(8) script, with the real suite under it.

. "${TOP:-.}/regress/lib.sh"
private "$@"
. "$TOP/regress/suite.sh"

[ "$(id -ru)" -eq 0 ] && command -v pgrep >/dev/null ||
    skip_all "needs pgrep"

pki_init
suite_conf
daemon=$BIN/netd
daemon_flags="${NOUSER:+$NOUSER }-L $BIN -f $CONF"
export daemon daemon_flags

rc() {
	sh "$TOP/etc/rc.d/sallyport" "$1"
}

netd_pid() {
	pgrep -u 0 -xf "$daemon $daemon_flags"
}

check_status "check, before" 1 rc check
check_status "stop, before" 0 rc stop
check "start" rc start
check "it answers once started" "$BIN/sallyctl" -q -s "$S/ctl.sock" \
    show networks
check "its network comes up" wait_for 20 "$BIN/sallyctl" -q \
    -s "$S/ctl.sock" show status
check "check" rc check
pid=$(netd_pid)
check "start again does nothing" rc start
is "one netd" "$(netd_pid)" "$pid"
check "reload" rc reload
sed -i 's/listen_port/lissen_port/' "$CONF"
check_status "reload with an error" 1 rc reload
check_status "restart with an error" 78 rc restart
is "netd is left alone" "$(netd_pid)" "$pid"
sed -i 's/lissen_port/listen_port/' "$CONF"
check "restart" rc restart
check "another netd" test "$(netd_pid)" != "$pid"
check "stop" rc stop
check_status "check, after" 1 rc check

finish
