#!/bin/sh
# A renewal that only moves the end of a lease does not wait for the hand, and
# its peer is gone at the new end, not at the old one: with a hand that slept
# meanwhile, and with one that was killed.
. "${TOP:-.}/regress/lib.sh"
private "$@"
. "$TOP/regress/suite.sh"

LEASE=14s
pki_init
suite_conf
suite_start
for d in d1 d2 d3; do
	dev_add $d
	cert $d "smart-toilet-${d#d}"
done

has() {			# NAME
	wg show wg0 peers | grep -qF "$(cat "$WORK/$1.pub")"
}
has_not() { ! has "$1"; }

t0=$(now_ms)
for d in d1 d2 d3; do
	is "$d enrols" "$(dev_post $d $d)" 200
done
sleep 2
hand=$(role_pid netd-hand)
kill -STOP "$hand"
t1=$(now_ms)
is "a renewal while the hand sleeps" "$(dev_post d1 d1)" 200
is "the native one, too" "$(dev_put d1 d1)" 200
kill -CONT "$hand"
# Its end is told to a hand that does not live to keep it.
sleep 0.3
kill -STOP "$hand"
is "and while it is killed" "$(dev_post d2 d2)" 200
kill -KILL "$hand"
t2=$(now_ms)
other_hand() {
	h=$(role_pid netd-hand) && [ -n "$h" ] && [ "$h" != "$hand" ]
}
check "there is another hand" wait_for 10 other_hand
check "without a renewal, the peer goes at its end" wait_for 14 has_not d3
now=$(($(now_ms) - t0))
check "and not before ($now ms of 14000)" test "$now" -ge 13000
has d1; d1=$?
has d2; d2=$?
through=$(nft list set inet sallyport lease4_devices | grep -o '100[0-9.]*' |
    wc -l)
if [ $(($(now_ms) - t1)) -lt 13000 ]; then
	is "with one, it is still there" $d1 0
	is "and after the other hand's sync" $d2 0
	is "and the packet filter lets both through" "$through" 2
else
	skip "with one, it is still there" "the machine is too slow"
fi
check "it goes at the new end" wait_for 6 has_not d1
now=$(($(now_ms) - t1))
check "which is its own ($now ms of 14000)" test "$now" -ge 13000
check "and so does the other" wait_for 6 has_not d2
now=$(($(now_ms) - t2))
check "which is its own ($now ms of 14000)" test "$now" -ge 12500
finish
