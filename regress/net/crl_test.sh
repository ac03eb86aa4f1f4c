#!/bin/sh
# Revocation lists that run out: at the start and while it runs nobody comes
# in, the log says what to do, tunnels stay, and a new list makes all well.
. "${TOP:-.}/regress/lib.sh"
private "$@"
. "$TOP/regress/suite.sh"

taken() {
	[ "$(dev_post d1 d1)" = 200 ]
}
refused() {
	[ "$(dev_post d1 d1)" = 000 ]
}

pki_init
"$O/mint" crl "$PKI" from=-90000 until=-3600
suite_conf
suite_start
dev_add d1
cert d1 smart-toilet-1
is "old at the start: nobody comes in" "$(dev_post d1 d1)" 000
check "old at the start: the log says what to do" logged \
    "put the CA's new CRL in its place"
pki_revoke
check "a new list: the device comes in" wait_for 5 taken
dev_apply d1
check "its tunnel works" dev_ping d1

"$O/mint" crl "$PKI" until=4
check "runs out: nobody comes in any more" wait_for 10 refused
check "runs out: the tunnel stays" dev_ping d1
check "runs out: the log has the reason" \
    logged 'CRL has expired: .*cn=smart-toilet-1'
"$O/mint" crl "$PKI" from=-90000 until=-3600
check_status "runs out: a reload does not take an old one" 78 ctl reload
pki_revoke
check "a new list again: the device comes in" wait_for 5 taken
finish
