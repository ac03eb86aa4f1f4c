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
reload => /^nak 3 of 3 leases are not let in by the access list and end: / # an empty access list
set allow a
reload => /^nak 2 of 3 leases are not let in by the access list and end: / # one that lost most
set allow b
reload => /^ack 1 of 3 leases are not let in by the access list and end$/ # one that lost a name
peers => peers=2 # whose peer is gone at once
get net0 c => E_DENIED # and whose lease has ended
set deny a
reload => /^ack 1 of 2 leases are not let in/ # and one more, which is denied
peers => peers=1
reg net0 b kb => OK_SAME # who is on it goes on
ctl events => 2 /^event what=lease.deny net=net0 name=[ac] who=cn:dev-[ac] / # an event for each
set nobody
set allow b
set allow c
reload
reg net0 c kc => OK_NEW addrs=10.9.0.4/32,fd00:1::4/128 # who is let in again has its addresses again
get net0 a => E_DENIED # and the others do not come back by themselves
stop
END
tells "the log counts them" 'access: 1 leases have ended'

# Several pages of them, an end while the hand is away, and one by kill.
scene cut <<'END'
set pools fd00:1::/64
start
up net0
burst net0 d 1000
set access 4
set deny d0
set deny cn:dev-d500
set allow d999
reload => /^ack 3 of 1000 leases are not let in by the access list and end$/ # mode deny: each line denies
peers 997 => peers=997 # from the first page to the last
get net0 d999 => E_DENIED # with ! or without
reg net0 d500 kd500 => E_DENIED # by the name of the proof, too
reg net0 d1 d1 => OK_SAME # and nobody else
set nobody
set access 2
set allow d1
reload => /^nak 996 of 997 leases .*: sallyctl reload force$/
kern gone
reload force
kern new
up net0
peers 1 => peers=1 # while the hand was away
kill
start
up net0
peers 1 => peers=1 # for good
reg net0 d1 d1 => OK_SAME
stop
END

# Nobody can be asked at a start.
scene spared <<'END'
start
up net0
reg net0 a ka
reg net0 b kb
reg net0 c kc
kill
set access 2
set allow a
start
up net0
peers 3 => peers=3 # most leases are not let in: they stay
get net0 b => E_DENIED # but are not renewed
reload => /^ack 2 of 3 leases are not let in by the access list$/ # another configuration does not end them
peers 3 => peers=3
set allow b
reload => /^ack 1 of 3 leases are not let in by the access list and end$/ # one that lets in more ends the rest
peers 2 => peers=2
kill
set nobody
set allow b
start
up net0
peers 1 => peers=1 # one of two ends at the start
kill
set nobody
start
up net0
peers 1 => peers=1 # a list that is empty at a start
reload force => /^ack 1 of 1 leases are not let in by the access list and end$/ # unless it is meant
peers 0 => peers=0
stop
END
tells "that they stay is told" 'does not let in 2 leases, which stay all the same'

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
reload => /^nak 1 of 1 leases are not let in by the access list and end: / # and an empty access list
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
