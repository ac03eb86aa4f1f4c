#!/bin/sh
# SPDX-License-Identifier: ISC
# Peers with an owner, whole sets of them and OpenVPN, with the real leased
# between a scripted parent, front, hand and operator (leased_drv).
. "${TOP:-.}/regress/lib.sh"
. "${TOP:-.}/regress/proc/leased.sh"

no() { if said "$2"; then fail "$1: found: $2"; else ok "$1"; fi; }

# --- one peer ----------------------------------------------------------------

scene one <<'END'
start
put net0 portal:a k1 10.9.0.20/32,fd00:1::20/128 => E_BUSY # no interface: try again
up net0
put net0 portal:a k1 10.9.0.20/32,fd00:1::20/128 => OK_NEW addrs=10.9.0.20/32,fd00:1::20/128 # added
put net0 portal:a k1 fd00:1::20/128,10.9.0.20/32 => OK_SAME # the same in any order
put net0 portal:a k1 10.9.0.21/32 => OK_REKEYED addrs=10.9.0.21/32 # other addresses
put net0 portal:b k1 10.9.0.22/32 => E_KEY_TAKEN # another owner's key
put net0 portal:b k2 10.9.0.21/32 => E_ADDR_TAKEN # another owner's address
put net0 portal:b k2 10.9.0.1/32 => E_ADDR_TAKEN # the gateway's address
put net0 portal:b k2 10.8.0.1/32 => E_OUTSIDE # outside the pools
put net0 portal:b k2 10.9.0.0/24 => E_OUTSIDE # no host
put net0 portal:b k2 10.9.0.255/32 => E_OUTSIDE # the broadcast address
put net0 portal:b gateway 10.9.0.23/32 => E_KEY_TAKEN # the gateway's key
put net0 portal:b AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= 10.9.0.23/32 => E_KEY # an unusable key
put net0 nobody k2 10.9.0.23/32 => E_DENIED # no such owner
put nowhere portal:b k2 10.9.0.23/32 => E_NETWORK # no such network
reg net0 dev k1 => E_KEY_TAKEN # a device with its key
reg net0 dev kdev => OK_NEW addrs=10.9.0.2/32,fd00:1::2/128 # the pool passes it by
put net0 portal:a k3 10.9.0.2/32 => E_ADDR_TAKEN # a lease's address
put net0 portal:a kdev 10.9.0.24/32 => E_KEY_TAKEN # a lease's key
ctl peers => /^peer name=portal:a source=2/ # the owner is shown
one net0 portal:a k1 => /^item owner=portal:a name= addrs=10.9.0.21\/32/ # one alone
one net0 portal:b k1 => E_NOT_FOUND # not another's
stat k1 1000 500
sleep 2100
drop net0 portal:b k1 => E_NOT_FOUND # another cannot remove it
drop net0 portal:a k1 => OK_SAME addrs=10.9.0.21/32 rx=1000 tx=500 # removed, as it was
drop net0 portal:a k1 => E_NOT_FOUND # removed once
peers => peers=1 # the device is left
ctl events => /^event what=peer.add net=net0 .* who=portal:a from=192.0.2.9 key=/ # event peer.add
	=> /^event what=peer.change net=net0 .* who=portal:a from=192.0.2.9 key=/ # event peer.change
	=> /^event what=peer.remove net=net0 .* who=portal:a from=192.0.2.9 key=/ # event peer.remove
stop
END

# --- addresses move, restart, hand ------------------------------------

scene move <<'END'
start
up net0
put net0 portal:a k1 10.9.0.20/32,10.9.0.21/32
put net0 portal:a k2 10.9.0.21/32,10.9.0.20/32
page net0 portal:a => 1 /^item owner=portal:a name= addrs=-/ # who lost all its addresses is kept
page net0 any => 1 /^item owner=portal:a name= addrs=-/ # and shown to all
drop net0 portal:a k1
put net0 portal:a k2 10.9.0.30/32 label
kern hold
put net0 portal:a k4 10.9.0.40/32 => E_BUSY # no answer: try again
kern E_KEY
put net0 portal:a k5 10.9.0.50/32 => E_KEY_TAKEN # a foreign peer's key
kern ok
stat k2 10 20
page net0 portal:a online => addrs=10.9.0.30/32 rx=10 tx=20 # online ones alone
	=> 1 /^item/ # and no others
kill
start
up net0
peers 2 => peers=2 # all is back after a kill
page net0 portal:a => no /10.9.0.50\/32 rx/ # but for what could not be
put net0 portal:a k4 10.9.0.40/32 => OK_SAME # nothing to do
kern new
up net0
peers 2 => peers=2 # a new hand has all
stat k2 5 5
sleep 2100
# Counters of before the kill may be lost, but nothing goes backwards.
one net0 portal:a k2 => /^item .*10.9.0.30\/32 rx=(15|5) tx=(25|5)/ # counters begin anew below
stop
start
up net0
peers 2
stat k2 7 7
one net0 portal:a k2
set pools fd00:2::/64
reload force
peers 0 => peers=0 # a pool that went
set pools 10.9.0.0/24
reload
peers 2 => peers=2 # and came back
stop
END
no "never an address twice at the hand" 'kern: address in use'
tells "a move is logged" 'peer.move net=net0 owner=portal:a'

# --- reserved addresses are nobody's ------------------------------------------

scene reserved <<'END'
set reserve 10.9.0.2/31,10.9.0.64/26,fd00:1::40/128
start
up net0
reg net0 dev kdev => OK_NEW addrs=10.9.0.4/32,fd00:1::2/128 # the pool passes them by
put net0 portal:a k1 10.9.0.64/32 => /^owned code=E_ADDR_TAKEN .*10.9.0.64.32 is reserved/ # not a portal's
put net0 portal:a k1 10.9.0.20/32,fd00:1::40/128 => E_ADDR_TAKEN # nor beside another
put net0 portal:a k1 10.9.0.63/32 => OK_NEW # its neighbour can be had
put net0 portal:a k1 10.9.0.127/32 => E_ADDR_TAKEN # nor later
page net0 portal:a
whole net0 portal:a last - k1=10.9.0.65/32 k2=10.9.0.21/32 => OK_SAME added=1 rejected=1 # nor in a set
	=> 1 /^change op=4 code=E_ADDR_TAKEN .*is reserved/ # and its reason
whole net0 static none c s1=10.9.0.2/32 s2=10.9.0.22/32 => OK_SAME added=1 rejected=1 # nor the operator's
	=> 1 /^change op=4 code=E_ADDR_TAKEN .*is reserved/ # and its reason
peers 4 => peers=4
set reserve 10.9.0.20/30
reload
peers 2 => peers=2 # who has one when the word changes is not served
page net0 any => 3 /^item/ # but kept
set reserve ,
reload
peers 4 => peers=4 # and served again
stop
END
tells "who is kept and not served is told" \
    'network net0: 2 peers with an owner are outside its pools'

# --- subnets behind the operator's peers ----------------------------------------

scene subnets <<'END'
set subnets 192.168.0.0/16,fd02::/48
start
up net0
put net0 portal:a k1 192.168.1.0/24 => /^owned code=E_OUTSIDE .*192.168.1.0.24 is a prefix, which only a static peer can have/ # not a portal's
put net0 portal:a k1 192.168.1.1/32 => E_OUTSIDE # nor one address of it
whole net0 static none c s1=10.9.0.20/32,192.168.1.0/24,fd02:0:0:1::/64 s2=192.168.2.0/24 s3=192.169.0.0/24 s4=192.168.2.128/25 s5=192.168.0.0/16 s6=192.168.9.0/24,192.168.9.7/32 => OK_SAME added=2 rejected=4 # what is the network's, and once
	=> 1 /^change op=4 code=E_OUTSIDE .*192.169.0.0.24 is a prefix/ # outside, and its reason
	=> 2 /^change op=4 code=E_ADDR_TAKEN .*a part of a subnet is twice/ # overlaps, and their reason
	=> 1 /^change op=4 code=E_ADDR_TAKEN .*192.168.9.7.32 is a part of its own 192.168.9.0.24/ # its own twice
peers 2 => peers=2 # the hand has them
page net0 any => /^item owner=static name=s1 addrs=10.9.0.20.32,192.168.1.0.24,fd02:0:0:1::.64/ # and they are shown
whole net0 static none cf s1=10.9.0.20/32,192.168.2.0/24 s2=192.168.0.0/23 => OK_SAME added=0 # moved between them
peers 2 => peers=2 # in an order in which nobody has two
whole net0 static none cf s1=10.9.0.20/32 s2=192.168.0.0/16 => OK_SAME rejected=0 # from one to the other
peers 2 => peers=2 # again
kill
start
up net0
peers 2 => peers=2 # after a kill
page net0 any => /^item owner=static name=s2 addrs=192.168.0.0.16/ # as they were
set subnets fd02::/48
reload force
peers 1 => peers=1 # a subnet that went
page net0 any => 2 /^item/ # its peer is kept
set subnets 192.168.0.0/16
reload
peers 2 => peers=2 # and came back
stop
END
no "never a subnet twice at the hand" 'kern: address in use'

# --- two puts of the same, and a disk that is full ---------------------------

scene full <<'END'
start
up net0
put net0 portal:a k1 10.9.0.20/32 old => OK_NEW # room on the disk
disk full
twice net0 portal:a k1 10.9.0.20/32 new => 2 /^owned code=E_STORE / # what is not stored is not acknowledged
disk ok
one net0 portal:a k1 => name=old # it is as it was
twice net0 portal:a k1 10.9.0.20/32 newer => OK_REKEYED # room again
	=> OK_SAME # the second of the same
kill
start
up net0
one net0 portal:a k1 => name=newer # what is stored is acknowledged
END

# --- owners without end -------------------------------------------------------

{ cat <<'END'
set pools fd00:1::/64
start
up net0
END
i=0; while [ $i -lt 1100 ]; do
	echo "put net0 portal:x$i AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= fd00:1::9/128"
	i=$((i + 1))
done
i=0; while [ $i -lt 1025 ]; do
	echo "put net0 portal:y$i k$i fd00:1::b:$i/128"
	i=$((i + 1))
done
cat <<'END'
	=> /^owned code=E_POOL .*too many owners/ # one more is one too many
put net0 portal:y7 k7 fd00:1::c:7/128 => OK_REKEYED # who is known goes on
whole net0 portal:z empty - k9=fd00:1::c:9/128 => /^done code=E_POOL .*too many owners/ # nor a set of another
stop
END
} >"$WORK/long"
scene owners <"$WORK/long"
is "those without a peer take no room" \
    "$(grep -c '^owned code=1 ' "$WORK/out")" 1024

# --- sets that do not end ------------------------------------------------------

scene open <<'END'
start
up net0
open net0 portal:a 20 14 => 14 /^done code=E_BUSY/ # no more than a few sets at a time
whole net0 portal:z empty - k1=10.9.0.11/32 => E_BUSY # nor of another owner
whole net0 static empty c k2=10.9.0.12/32 => OK_SAME added=1 # the operator's finds room
END

# --- a removal that is not confirmed in time ---------------------------------

scene late <<'END'
start
up net0
put net0 portal:a k1 10.9.0.20/32
put net0 portal:a k2 10.9.0.21/32
put net0 portal:a k3 10.9.0.22/32
stat k1 1000 500
stat k2 7 8
sleep 2100
kern hold
drop net0 portal:a k1 => E_BUSY # not confirmed: try again
drop net0 portal:a k2
drop net0 portal:a k3
kern ok
drop net0 portal:b k1 => E_NOT_FOUND # not another's to ask about
drop net0 portal:a k1 => OK_SAME addrs=10.9.0.20/32 rx=1000 tx=500 # again: removed, as it was
drop net0 portal:a k1 => E_NOT_FOUND # removed once, late or not
reg net0 dev k2 => OK_NEW # a device has the key by now
drop net0 portal:a k2 => OK_SAME addrs=10.9.0.21/32 rx=7 tx=8 # again: its counters all the same
put net0 portal:a k3 10.9.0.22/32
drop net0 portal:a k3 => OK_SAME rx=0 tx=0 # added anew and removed: nothing of before
drop net0 portal:a k3 => E_NOT_FOUND # and removed once
peers => peers=1 # and the device's peer is left
ctl events => /^event what=peer.remove .* key=[^ ]* rx=1000 tx=500 addr=10.9.0.20/ # the event has the counters
END

# --- whole sets --------------------------------------------------------------

scene set <<'END'
start
up net0
reg net0 dev kdev
put net0 portal:b kb 10.9.0.200/32
whole net0 portal:a none - k1=10.9.0.11/32 => E_NO_PRECOND # a set without a precondition
whole net0 static none - k1=10.9.0.11/32 => E_NO_PRECOND # also static ones, from a front
whole net0 portal:a empty d k1=10.9.0.11/32 k2=10.9.0.12/32 => OK_SAME added=2 removed=0 changed=0 unchanged=0 rejected=0 told=2 # a dry run
whole net0 portal:a empty - k1=10.9.0.11/32 k2=10.9.0.12/32,fd00:1::12/128 k3=10.9.0.13/32 k4=10.9.0.14/32 => OK_SAME added=4 removed=0 changed=0 unchanged=0 rejected=0 told=4 # from nothing
whole net0 portal:a empty - k1=10.9.0.11/32 => E_NO_MATCH # no longer nothing
whole net0 portal:a 9 - k1=10.9.0.11/32 => E_NO_MATCH # another state
stat k4 70 80
whole net0 portal:a last - k1=10.9.0.12/32 k2=10.9.0.11/32,fd00:1::12/128 k3=10.9.0.13/32 k5=10.9.0.15/32 => OK_SAME added=1 removed=1 changed=2 unchanged=1 rejected=0 told=4 # addresses change places
whole net0 portal:a last - k1=10.9.0.12/32 k2=10.9.0.11/32,fd00:1::12/128 k3=10.9.0.13/32 k5=10.9.0.15/32 => OK_SAME added=0 removed=0 changed=0 unchanged=4 rejected=0 told=0 # nothing differs
whole net0 portal:a last - k1=10.9.0.12/32 k2=10.9.0.200/32 kdev=10.9.0.60/32 kb=10.9.0.61/32 k6=10.9.0.12/32 k7=10.8.0.1/32 k5=10.9.0.1/32 k3=10.9.0.13/32 k3=10.9.0.99/32 gateway=10.9.0.98/32 => OK_SAME added=0 removed=0 changed=0 unchanged=2 rejected=8 told=8 # rejected one by one
	=> 4 /^change op=4 code=E_KEY_TAKEN / # each with its reason: keys
	=> 3 /^change op=4 code=E_ADDR_TAKEN / # each with its reason: addresses
	=> 1 /^change op=4 code=E_OUTSIDE / # each with its reason: outside
page net0 portal:a => 4 /^item/ # what was named wrongly is not removed
whole net0 portal:a last - => E_GUARD # an empty list is guarded
whole net0 portal:a last - k1=10.9.0.12/32 => E_GUARD # too many would go
whole net0 portal:a last d k1=10.9.0.12/32 => /^done code=OK_SAME .*removed=3 .*told=3 text=3 of 4 peers would go/ # a dry run tells of the guard
whole net0 portal:a last f k1=10.9.0.12/32 => OK_SAME removed=3 # forced
whole net0 portal:a last a k9=10.9.0.77/32
whole net0 portal:a last f => OK_SAME removed=1 # an empty list, forced
page net0 portal:a
whole net0 static none c s1=10.9.0.101/32 s2=10.9.0.102/32 => OK_SAME added=2 # static peers from the operator
whole net0 portal:a none c s3=10.9.0.103/32 => E_DENIED # but no portal's
kern E_KEY
whole net0 static none c s1=10.9.0.101/32 s2=10.9.0.102/32 s4=10.9.0.104/32 => OK_SAME rejected=1 told=2 # a foreign peer's key in a set
	=> 1 /^change op=4 code=E_KEY_TAKEN / # and its reason
kern ok
page net0 static => no /name=s4 / # and it is not kept
kern hold
whole net0 static none c s1=10.9.0.101/32 s2=10.9.0.105/32 => E_BUSY # not confirmed in time
kern ok
ctl sync => /^sync owner=static peers=2 generation=.* code=OK_SAME .*at=set/ # the last set is shown
ctl peers s1 => /^peer name=s1 source=3/ # a static peer
ctl events => /^event what=sync .*added=4 removed=0/ # sync is an event
	=> /^event what=peer.add .* name=s1 who=uid:[0-9]+ / # the operator is named
page net0 any => no /name=s4 / # nor shown to all
peers
stop
END
no "never an address twice at the hand" 'kern: address in use'

# --- many --------------------------------------------------------------------

scene many <<'END'
set pools 10.8.0.0/13,fd00:1::/64
set addrs 10.8.0.1/13
set max 50000
start
up net0
bulk net0 portal:a empty q 20000 => OK_SAME added=20000 told=20000 # 20,000 from nothing
bulk net0 portal:a last q 20000 => OK_SAME unchanged=20000 told=0 # 20,000 unchanged
bulk net0 portal:a last q 20000 30000 => OK_SAME changed=1 unchanged=19999 # one changed
peers => sets=20001 # the hand hears of each once
stop
start
up net0
page net0 portal:a count => owned=20000 # all are read again
peers 20000 => peers=20000 # and synced
bulk net0 portal:a last k 15000
wait
start
# A set is whole or not at all, whenever it was killed.
page net0 portal:a count => /^owned=(15000|20000)$/ # killed at its end
stop
END
grep -E 'set in|ready after' "$WORK/log" | sed 's/^/    /'

scene kill <<'END'
set pools 10.8.0.0/13,fd00:1::/64
set addrs 10.8.0.1/13
start
up net0
putload net0 4000 64 1500
wait => /^gone signal=9/ # killed in the middle
start
up net0
page net0 portal:bulk count
putload net0 4000 64
page net0 portal:bulk count => owned=4000 # then all are there
stop
END
had=$(nth '^puts' 1 | sed 's/.*=//')
found=$(nth '^owned=' 1 | sed 's/.*=//')
if [ "${had:-0}" -ge 1500 ] && [ "${found:-0}" -ge "$had" ]; then
	ok "nothing acknowledged is lost"
else
	fail "nothing acknowledged is lost: $found of $had"
fi
is "and the database is whole" "$(sqlite3 "$WORK/kill/sallyport.db" \
    'SELECT count(*) FROM peer WHERE owner IS NOT NULL;
    PRAGMA integrity_check; PRAGMA foreign_key_check' | tr '\n' ' ')" \
    "4000 ok "

if [ "$(id -u)" -eq 0 ] && mkdir -p "$WORK/small" && unshare -m true 2>/dev/null
then
	in_small() {	# as drive does, where the disk is small
		unshare -m sh -c 'mount -t tmpfs -o size=1500k none "$1/small" &&
		    mkdir "$1/small/st" && exec timeout -k 1 300 "$2" "$3" <"$1/orders"' \
		    sh "$WORK" "$DRV" "$LEASED" >"$WORK/out" 2>"$WORK/log"
	}
	DRIVE=in_small scene small/st <<'END'
set pools 10.8.0.0/13,fd00:1::/64
set addrs 10.8.0.1/13
start
up net0
whole net0 portal:a empty - k1=10.9.0.11/32 k2=10.9.0.12/32
bulk net0 portal:a last f 20000 => E_STORE # no room for a set
page net0 portal:a => 2 /^item/ # all of it is taken back
	=> name=k1 addrs=10.9.0.11/32 # the first is as it was
	=> name=k2 addrs=10.9.0.12/32 # the second is as it was
peers => peers=2 sets=2 dels=0 # the hand heard nothing
whole net0 portal:a last - k1=10.9.0.12/32 k2=10.9.0.11/32 => OK_SAME changed=2 # a smaller one fits
ctl sync
kill
start
up net0
peers 2
page net0 portal:a => name=k1 addrs=10.9.0.12/32 # and is there after a kill
	=> name=k2 addrs=10.9.0.11/32 # all of it
	=> 2 /^item/ # and nothing else
stop
END
else
	skip "disk full" "needs root and mount namespaces"
fi

# --- the node, and OpenVPN ---------------------------------------------------

scene node <<'END'
start
up net0
put net0 portal:a k1 10.9.0.20/32
node no => maintenance=0 # no maintenance
maint 1
node no => maintenance=1 # by the file
maint 0
ctl maintenance on
node no => maintenance=1 # by the operator
kill
start
up net0
node no => maintenance=1 # after a kill, too
ctl maintenance off
node no => maintenance=0 # and off
clients => clients=0 OK_SAME fast # no OpenVPN
proc p1 ok alice bob
proc p2 ok carol alice
sleep 1100
clients => clients=4 OK_SAME fast # two processes
	=> /^client cn=carol ip4=10.42.0.2 ip6=fd42::2/ # their clients
stat k1 1 1
sleep 2100
node counts => /^node maintenance=0 w=1 o=4/ # counted
disconnect alice => 2 /^killed alice/ # disconnected everywhere
disconnect nobody => OK_SAME fast # one that is not there
clients => clients=2 # they are gone
proc p1 ok a:b bob UNDEF a:b é,"\ x
proc p2 ok a:b
clients => /^client cn=é,"\\ ip4/ # a name of all kinds of characters
disconnect a:b => 3 /^ended a:b/ # and one that "kill" would not take for one
disconnect UNDEF => 1 /^ended UNDEF/ # a client of that name, and no other
clients => clients=3 # they are gone, too
proc p2 odd
disconnect x => unasked=1 # one does not do it: that is told
proc p2 hang
sleep 2500
clients => /^clients=2 code=OK_SAME in time$/ # one hangs: the others answer
clients => clients=2 OK_SAME fast # and it is left alone for a while
clients => unasked=1 # which is told
disconnect bob => unasked=1 # it could not be asked: that is told
node counts => /^node .* o=1 unasked=1$/ # for a count, too
proc p1 gone
sleep 2500
clients => clients=0 OK_SAME fast # none is left
clients => asked=0 unasked=1 # of those that answer
proc p2 full
sleep 11000
clients => asked=0 unasked=1 # one that cannot be connected
proc p2 locked
sleep 1100
clients => asked=0 unasked=1 # one that wants a password
proc p2 mute dave
sleep 2500
clients
wants
stop
END

finish
