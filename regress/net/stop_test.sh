#!/bin/sh
# on_stop: "keep" leaves tunnels as they are and the next start adopts them,
# "undo" leaves the kernel as it was before the start (invariant 8).
. "${TOP:-.}/regress/lib.sh"
private "$@"
. "$TOP/regress/suite.sh"

# The state of the kernel, without what counts by itself.
kernel() {
	ip -d -j link show | jq -S 'sort_by(.ifname) | .[] | del(.ifindex,
	    .stats, .stats64, .linkinfo.info_data.hello_timer)'
	ip -j address show | jq -S 'sort_by(.ifname) | .[] | del(.ifindex)'
	for kernel_f in -4 -6; do
		ip $kernel_f -d route show table all | sort
		ip $kernel_f rule show | sort
	done
	nft list ruleset
	cat /proc/sys/net/ipv4/ip_forward \
	    /proc/sys/net/ipv6/conf/all/forwarding \
	    /proc/sys/net/ipv6/conf/default/forwarding
	find /run/wireguard -type s
}

# As it was, or soon: wireguard-go removes its socket by itself.
is_as() {		# FILE
	kernel >"$WORK/after"
	cmp -s "$1" "$WORK/after"
}
as_before() {		# NAME FILE
	check "$1" wait_for 5 is_as "$2" || diff "$2" "$WORK/after"
}

pki_init
dev_add d1
cert d1 smart-toilet-1
kernel >"$WORK/empty"

# undo
ON_STOP=undo
suite_conf
suite_start
check "undo: enrol" dev_enrol d1
check "undo: ping" dev_ping d1
kernel >"$WORK/up"
check_status "undo: the suite changes the kernel" 1 \
    cmp -s "$WORK/empty" "$WORK/up"
suite_stop
as_before "undo: stop leaves the kernel as it was" "$WORK/empty"

# undo also of what a crash left
suite_start
dev_apply d1
check "undo: the lease outlives the stop" wait_for 10 dev_ping d1
suite_kill
check "undo: a killed parent leaves the tunnel" dev_ping d1
suite_start
suite_stop
as_before "undo: after a crash and a restart, too" "$WORK/empty"

# keep
ON_STOP=keep
suite_conf
suite_start
dev_apply d1
check "keep: tunnel" wait_for 10 dev_ping d1
ping_begin d1
kernel >"$WORK/up"
wg show wg0 allowed-ips >"$WORK/up.wg"
suite_stop
kernel >"$WORK/after"
wg show wg0 allowed-ips >"$WORK/after.wg"
check "keep: stop changes nothing" diff "$WORK/up" "$WORK/after"
check "keep: peers stay" diff "$WORK/up.wg" "$WORK/after.wg"
suite_start
kernel >"$WORK/again"
check "keep: the next start adopts it" diff "$WORK/up" "$WORK/again"
check "keep: no ping is lost over stop and start" ping_end d1 || echo "$PINGS"

# teardown by hand
check "teardown" ctl teardown
check "teardown: the suite stops" wait_for 10 gone "$SUITE"
as_before "teardown: the kernel is as it was" "$WORK/empty"
finish
