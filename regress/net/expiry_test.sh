#!/bin/sh
# A peer is gone within a second of its lease's end, with any process dead but
# the hand (invariant 4).
. "${TOP:-.}/regress/lib.sh"
private "$@"
. "$TOP/regress/suite.sh"

LEASE=6s
pki_init
suite_conf
suite_start
dev_add d1
cert d1 smart-toilet-1

no_peer() {
	! wg show wg0 peers | grep -q .
}

# Register, do something to the others, and see the peer go in time.
expires() {		# NAME COMMAND ...
	expires_n=$1; shift
	expires_b=$(now_ms)
	[ "$(dev_post d1 d1)" = 200 ] || {
		fail "$expires_n: no lease: $(cat "$WORK/d1.body" "$WORK/d1.err")"
		return
	}
	expires_t=$(now_ms)
	"$@"
	like "$expires_n: the peer is there" "$(wg show wg0 peers)" .
	wait_for 8 no_peer
	expires_e=$(now_ms)
	# A second, and as much more as a busy machine takes.
	check "$expires_n: gone within a second ($((expires_e - expires_t)) ms of 6000)" \
	    test $((expires_e - expires_b)) -ge 6000 -a \
	    $((expires_e - expires_t)) -lt 11000
}

expires "all alive" true
is "all alive: sallyctl shows no live lease" "$(leases)" ""

expires "parent, leased and apid stand still" \
    kill -STOP "$SUITE" $(suite_pids leased apid apid-key)
kill -CONT "$SUITE" $(suite_pids leased apid apid-key)
wait_for 5 suite_up

# Everyone dead but the hand; the parent must not start them again.
dead() {
	kill -STOP "$SUITE" && kill -KILL $(suite_pids leased apid apid-key)
}
expires "leased, apid and key holder dead" dead
kill -CONT "$SUITE"
check "the suite comes back" wait_for 15 suite_up
registers() {
	[ "$(dev_post d1 d1)" = 200 ]
}
check "and leases again" wait_for 15 registers
finish
