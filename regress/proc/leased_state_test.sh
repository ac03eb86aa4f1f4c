#!/bin/sh
# One truth in all views: what is said of leases that the configuration or the
# hand no longer lets be served.
. "${TOP:-.}/regress/lib.sh"

. "${TOP:-.}/regress/proc/leased.sh"

# --- addresses that the pools no longer have -----------------------------------

scene outside <<'END'
start
up net0
reg net0 a ka
reg net0 b kb
put net0 static ks 10.9.0.77/32,fd00:1::77/128
set pools fd00:1::/64,10.8.0.0/24
reload force
get net0 a => OK_SAME state=5 name=a addrs=fd00:1::2/128 # the device is told: partly
ctl leases a => /^lease name=a .*state=5/ # so is the operator
peers 3 => /^peer addrs=fd00:1::2\/128 / # WireGuard has the address that is left
	=> /^peer addrs=fd00:1::77\/128 / # also of a peer with an owner
ctl status => leases=2 pending=0 outside=0 partly=2 # and it is counted
reg net0 b kb => OK_SAME state=2 name=b addrs=10.8.0.1/32,fd00:1::3/128 # who asks gets the address that lacks
set pools fd00:2::/64,10.7.0.0/24
reload force
get net0 a => OK_SAME state=4 name=a addrs=- # nothing of it is left: outside
ctl leases a => /^lease name=a .*state=4/ # so is the operator told
ctl leases => 2 /state=4/ # both
peers 0 => peers=0 # WireGuard has neither
ctl status => leases=0 outside=2 partly=0 # and it is counted
kill
start
up net0
get net0 a => OK_SAME state=4 # the same after a restart
ctl leases => 2 /state=4/ # in both views
del net0 b => OK_SAME # it is a lease, and can be released
get net0 b => E_GIVEN_BACK # then it is none
set pools fd00:1::/64,10.9.0.0/24
reload force
get net0 a => OK_SAME state=2 # the pools are back
stop
END

scene reserved <<'END'
start
up net0
reg net0 a ka
set reserve 10.9.0.0/28
reload force
ctl leases a => /state=5/ # reserved over its IPv4 address
set reserve 10.9.0.0/28,fd00:1::/64
reload force
ctl leases a => /state=4/ # over both
stop
END

scene renamed <<'END'
start
up net0
reg net0 a ka
set net other
reload force
up other
ctl leases a => /state=4/ # a network of another name: the lease is outside
ctl networks => /^network name=net0 state=4 / # and the old one an orphan
kill
start
up other
ctl leases a => /state=4/ # after a restart, too
set net net0
reload force
up net0
get net0 a => OK_SAME state=2 # the name is back
stop
END

tells "an orphan is told" 'network net0 is not in the configuration: its 1 leases'

# --- a database that is suddenly new --------------------------------------------

scene fresh <<'END'
start
up net0
reg net0 a ka
peers => keep=900 drop=0 # a new database: unknown peers stay
reload
peers => keep=0 drop=0 # the hand is told once
kern new
up net0
peers => /keep=(8[0-9][0-9]|900) drop=0/ # and a new hand again
kill
start
up net0
peers => /keep=(8[0-9][0-9]|900) drop=0/ # also by a new leased
ctl drop => /^result code=1 text=peers that nobody has claimed are removed/ # until somebody says
peers => keep=0 drop=1 # that they can go
ctl events => /^event what=unclaimed.drop / # which is an event
kill
start
up net0
peers => keep=0 drop=0 # for good
stop
END
tells "a new database is told" 'no database was there, and a new one'
is "and once" "$(grep -c 'no database was there' "$WORK/log")" 1

# --- what a configuration takes away is asked before ----------------------------

scene guard <<'END'
start
up net0
reg net0 a ka
reg net0 b kb
reg net0 c kc
set pools fd00:2::/64,10.7.0.0/24
reload => /^nak 3 of 3 peers of network net0 lose service: if that is meant: sallyctl reload force$/ # a pool that moved
get net0 a => OK_SAME state=2 addrs=10.9.0.2/32,fd00:1::2/128 # changes nothing
reload force => /^ack 3 of 3 peers of network net0 lose service$/ # unless it is meant
get net0 a => OK_SAME state=4 # then it does
set pools fd00:1::/64,10.9.0.0/24
reload => no /^(ack|nak)/ # to come back costs nobody anything
get net0 a => OK_SAME state=2 # and all are served again
set pools fd00:1::/64,10.7.0.0/24
reload => /^nak 3 of 3 peers of network net0 lose an address: / # an address of most is asked for
reload force => /^ack 3 of 3 peers of network net0 lose an address$/ # and told
set pools fd00:1::/64,10.9.0.0/24
reload
set reserve 10.9.0.2/32,fd00:1::2/128
reload => /^ack 1 of 3 peers of network net0 lose service$/ # one of three is told, and not asked
set reserve
reload
set net other
reload => /^nak 3 of 3 peers of network net0, which is taken out, lose service: / # a network that is gone
set net net0
set access 2
reload => /^nak 3 of 3 leases have a name that is no longer on the access list: / # an empty access list
set allow a
reload => /^nak 2 of 3 leases have a name that is no longer on the access list: / # one that lost most
set allow b
reload => /^ack 1 of 3 leases have a name that is no longer on the access list$/ # one that lost a name
set deny a
reload => no /^nak/ # and one more
reg net0 b kb => OK_SAME # who is on it goes on
stop
END

scene guard1 <<'END'
start
up net0
reg net0 a ka
set pools fd00:2::/64,10.7.0.0/24
reload => /^ack 1 of 1 peers of network net0 lose service$/ # a single lease is told, and not asked
set pools fd00:1::/64,10.9.0.0/24
reload
set net other
reload => /^nak 1 of 1 peers of network net0, which is taken out/ # but a network that is gone is
set net net0
set access 2
reload => /^nak 1 of 1 leases have a name that is no longer on the access list: / # and an empty access list
set access 1
guard 100
set pools fd00:2::/64,10.7.0.0/24
reload => /^ack / # max_remove_percent = 100: no guard
stop
END

# --- one that the kernel refuses ------------------------------------------------

scene refused <<'END'
start
up net0
reg net0 a ka
reg net0 b kb
reg net0 c kc
kill
bad kb
start
up net0
sleep 300
ctl leases a => /state=2/ # one peer that fails leaves the others active
ctl leases b => /state=1/ # and is pending itself
ctl status => leases=3 pending=1 # as the count says
stop
END
finish
