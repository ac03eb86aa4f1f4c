#!/bin/sh
# The real leased, in its sandbox, between a scripted parent, front, kernel
# hand and operator (leased_drv): what it decides, what it keeps through kill
# and restart, and what it says when it cannot.
. "${TOP:-.}/regress/lib.sh"

. "${TOP:-.}/regress/proc/leased.sh"

# --- registration ----------------------------------------------------------

scene reg <<'END'
start
reg net0 a ka => E_BUSY state=0 # before the network is up: try again
up net0
reg net0 a ka => OK_NEW state=2 name=a addrs=10.9.0.2/32,fd00:1::2/128 # a new lease
reg net0 a ka => OK_SAME state=2 name=a addrs=10.9.0.2/32,fd00:1::2/128 # the same again
reg net0 b ka => E_KEY_TAKEN # a key held by another
reg net0 a ka2 => OK_REKEYED state=2 name=a addrs=10.9.0.2/32,fd00:1::2/128 # a new key
reg net0 b ka => OK_NEW state=2 name=b addrs=10.9.0.3/32,fd00:1::3/128 # the old key is free again
reg net0 c gateway => E_KEY_TAKEN # the gateway's own key
reg net0 c AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= => E_KEY # the zero key
reg net0 c AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= => E_KEY # a key of low order
reg nowhere c kc => E_NETWORK # an unknown network
get net0 a => OK_SAME state=2 name=a # read
get net0 zz => E_NOT_FOUND # nobody of that name
peers => peers=2 syncs=2 sets=3 dels=0 stats=0 # a renewal costs the hand nothing
del net0 b => OK_SAME # released
get net0 b => E_GIVEN_BACK # and gone
del net0 b => E_GIVEN_BACK # released twice
peers => peers=1 syncs=0 sets=0 dels=1 stats=0 # its peer is gone
reg net0 b kb => OK_NEW state=2 name=b addrs=10.9.0.3/32,fd00:1::3/128 # who comes back has its address again
list net0
ctl events => /^event what=lease.add net=net0 name=a who=cn:dev-a from=192.0.2.7 addr=10.9.0.2 addr=fd00:1::2 key=/ # an event says who, from where and what
stop => /^gone status=0/ # it stops when told
END
is "events in order" "$(sed -n 's/^event what=\([^ ]*\) .* name=\([^ ]*\) .*/\1:\2/p' \
    "$WORK/out" | tr '\n' ' ')" \
    "lease.add:a lease.rekey:a lease.add:b lease.release:b lease.add:b "

# --- counters of networks ----------------------------------------------------

scene counts <<'END'
start
up net0
ctl networks => /^network name=net0 state=2 leases=0 used=[^ ]* used=[^ ]*$/ # no filter counts
count net0 100
ctl networks => /^network name=net0 .* out=102\/10000 deny=106$/ # what the filter counts
count net0 110
ctl networks => /^network name=net0 .* out=112\/11000 deny=116$/ # it grows
count net0 5
ctl networks => /^network name=net0 .* out=119\/11500 deny=127$/ # a filter that begins again does not let it fall
count nowhere 5
ctl networks => /^network name=net0 state=2 leases=0 used=[^ ]* used=[^ ]*$/ # of a network that there is not
count net0 6
ctl networks => /^network name=net0 .* out=120\/11600 deny=128$/ # and on
END

# --- access ----------------------------------------------------------------

scene acc <<'END'
set deny bad
start
up net0
reg net0 bad kbad => E_DENIED # denied by the access list
reg net0 good kgood
ctl test dev-good => /^test matched=1 name=good addrs=10.9.0.2\/32,fd00:1::2\/128 leased=1 denied=0/ # test: what it has
ctl test dev-bad => /^test matched=1 name=bad .* leased=0 denied=1/ # test: denied
ctl test other => /^result code=2 text=no rule matches/ # test: no rule
ctl revoke good => /^result code=1 text=good is denied and its lease has ended/ # revoke ends the lease
peers => peers=0 # its peer is gone
reg net0 good kgood => E_DENIED # the revoked one is refused
get net0 good => E_DENIED # also to read
ctl leases good => /^result code=2 text=good has no lease/ # no lease of that name
ctl all good => /^lease name=good who=cn:dev-good state=3/ # an ended lease can be seen
kill
start
up net0
reg net0 good kgood => E_DENIED # denied after kill and restart
ctl approve nobody => /^result code=2 text=nobody is not denied/ # nobody to approve
ctl approve good
reg net0 good kgood => OK_NEW state=2 name=good addrs=10.9.0.2/32,fd00:1::2/128 # approved again
ctl force later
reg net0 later klater => E_DENIED # revoked before it came
set access 2
set allow later
reload
reg net0 good kgood => E_DENIED # mode list: not listed
ctl approve later
reg net0 later klater => OK_NEW # mode list: listed
kern hold
stop
END

# --- approval --------------------------------------------------------------

scene approve <<'END'
start
up net0
reg net0 old kold => OK_NEW # before approvals count
reg net0 off koff => OK_NEW
set access 5
set allow listed
set deny never
reload => no /^(ack|nak)/ # mode approve takes nothing away
reg net0 old kold => OK_SAME # who has a lease keeps it
reg net0 listed klisted => OK_NEW # who is on the list needs no approval
reg net0 never knever => E_DENIED # who is denied there cannot get one
reg net0 a ka => E_PENDING retry=yes # another waits
reg net0 a ka => E_PENDING # and waits
get net0 a => E_PENDING # to read as well
get net0 zz => E_NOT_FOUND # who has not asked does not
del net0 a => E_NOT_FOUND # there is nothing to release
set contact Joe,joe@example.com,555 1
reg net0 b kb => E_PENDING # a contact is kept for the operator
set contact
ctl pending => rows=2
     => /^pending net=net0 name=a who=cn:dev-a from=192.0.2.7 at=set contact=,,$/
     => /^pending net=net0 name=b .* contact=Joe,joe@example.com,555 1$/
ctl pending b => rows=1 # one of them
ctl pending - net0 => rows=2
ctl status => /waiting=2$/ # the status counts them
ctl test dev-a => /^test matched=1 .* denied=0 unapproved=1/ # test: it waits
ctl test dev-old => /unapproved=0/ # test: it has a lease
ctl test dev-listed => /unapproved=0/ # test: it is on the list
ctl approve zz => /^result code=2 text=zz is not denied, has not asked for a lease and has none$/ # nobody to approve
kill
start
up net0
ctl pending => rows=2 # they wait through kill and restart
ctl approve a => /^result code=1 text=a is approved$/ # approved
kill
start
up net0
ctl pending => rows=1
ctl test dev-a => /unapproved=0/ # for good
reg net0 a ka => OK_NEW # it gets a lease
ctl revoke b => /^result code=1 text=b is denied; it had no lease$/ # denied
reg net0 b kb => E_DENIED # for good
ctl pending => rows=0 # and no longer in the list
ctl contacts => rows=0 # nor is its contact kept
ctl approve old => /^result code=1 text=old is approved and has a lease$/ # one that has a lease
ctl revoke a => /^result code=1 text=a is denied and its lease has ended$/ # an approval that is taken back
reg net0 a ka => E_DENIED
ctl approve a => /^result code=1 text=a is no longer denied$/ # and given again
reg net0 a ka => OK_NEW # needs no further one
del net0 off
reg net0 off koff => OK_NEW # who had a lease when the mode came is approved
set access 1
reload
reg net0 fresh kfresh => OK_NEW
set access 5
reload
del net0 fresh
reg net0 fresh kfresh => OK_NEW # also when it comes again
ctl revoke fresh net0
ctl approve fresh net0 => /^result code=1 text=fresh is no longer denied$/ # in one network
reg net0 fresh kfresh => OK_NEW
ctl events => 2 /^event what=identity.ask net=net0 name=[ab] who=cn:dev-[ab] from=192.0.2.7/ # an event for each that asks, once
     => 4 /^event what=identity.approve .* who=uid:/
kern gone
reg net0 more kmore => E_PENDING # without the hand, too
stop
END
is "those who had a lease are approved once" "$(sqlite3 \
    "$WORK/approve/sallyport.db" "SELECT count(DISTINCT name) FROM approval
    WHERE name IN ('old', 'off')")" 2

# As many as may wait.
scene waiting <<'END'
set access 5
start
up net0
load net0 d 10100 64 => /^code=E_PENDING times=10000$/ # so many wait
     => /^code=E_BUSY times=100$/ # and no more
ctl pending => rows=10000
ctl approve d77 => /is approved$/
ctl revoke d78
reg net0 e1 k => E_PENDING # a place that is free is taken
reg net0 e2 k => E_PENDING
reg net0 e3 k => E_BUSY
sleep 200
kill
start
up net0
reg net0 e3 k => E_BUSY # after a restart, too
stop
END
tells "a full list is told" '10000 names wait for approval, and no more'

# --- contacts --------------------------------------------------------------

scene contact <<'END'
start
up net0
reg net0 old kold => OK_NEW
set require 1
reload
reg net0 old kold => OK_SAME # who has a lease keeps it
reg net0 a ka => E_CONTACT retry=no # a new one needs a contact
set contact Joe,,1
reg net0 a ka => E_CONTACT # a whole one
reg net0 old kold => E_CONTACT # also who gives one of its own will
ctl contacts => rows=0 # nothing is kept of those
set contact Jo Ü,j@e,1
reg net0 a ka => OK_NEW
get net0 a => /^code=OK_SAME .* contact=Jo Ü,j@e,1$/ # the device reads its own
set contact Jane,j@f,2
reg net0 old kold => OK_SAME # it is changed by a renewal
set contact
reg net0 a ka => OK_SAME # a renewal need not repeat it
ctl contacts => rows=2
     => /^contact net=net0 name=a contact=Jo Ü,j@e,1$/ # the operator reads all
     => /^contact net=net0 name=old contact=Jane,j@f,2$/
ctl contacts old => rows=1
kill
start
up net0
get net0 old => /contact=Jane,j@f,2$/ # they are on disk
del net0 a
reg net0 a ka2 => OK_NEW # nor need who comes back
set access 5
reload
set contact
reg net0 w kw => E_CONTACT # before it can wait, too
set contact W,w@w,3
reg net0 w kw => E_PENDING
ctl pending => /name=w .* contact=W,w@w,3$/
ctl approve w
set contact
reg net0 w kw => OK_NEW # what it said before it was approved counts
get net0 w => /contact=W,w@w,3$/
set pools 10.9.7.0/30
set addrs 10.9.7.1/30
set access 1
reload force
set contact X,x@x,4
reg net0 x kx => OK_NEW
reg net0 y ky => E_POOL
ctl contacts y => rows=0 # who gets no lease leaves none
stop
END
burst_contacts() {
	echo 'set pools fd00:1::/64'; echo 'start'; echo 'up net0'
	echo 'set contact A,b,c'
	echo 'burst net0 d 700'
	echo 'ctl contacts => rows=700 # page by page'
	echo 'ctl contacts d699 => rows=1'
	echo 'stop'
}
burst_contacts | scene contacts

# --- names that lead nowhere ---------------------------------------------------

scene nowhere <<'END'
start
up net0
reg net0 dev kdev
ctl leases - nowhere => /^result code=2 text=there is no network nowhere$/ # leases of a network that is none
ctl peers - nowhere => /^result code=2 text=there is no network nowhere$/ # peers of a network that is none
ctl sync - nowhere => /^result code=2 text=there is no network nowhere$/ # sets of a network that is none
ctl networks - nowhere => /^result code=2 text=there is no network nowhere$/ # a network that is none
ctl leases - net0 => /^result code=1 text=$/ # one that is answers
ctl leases other net0 => /^result code=2 text=other has no lease$/ # a lease that is none
ctl revoke dev nowhere => /^result code=2 text=there is no network nowhere$/ # revoke in a network that is none
ctl approve dev nowhere => /^result code=2 text=there is no network nowhere$/ # approve in a network that is none
ctl revoke other => /^result code=2 text=nobody is known as other .*nothing was changed$/ # revoked in advance, by mistake
ctl force other => /^result code=1 text=other is denied; it had no lease$/ # revoked in advance
ctl revoke other => /^result code=1 text=other is denied; it had no lease$/ # now it is known
ctl revoke dev net0 => /^result code=1 text=dev is denied and its lease has ended$/ # revoked
END

# --- expiry ----------------------------------------------------------------

scene exp <<'END'
set lease 5
set quarantine 5
set pools 10.9.0.0/30
set addrs 10.9.0.1/30
start
up net0
reg net0 a ka => /^code=OK_NEW state=2 name=a addrs=10.9.0.2\/32 .*ttl=5 expires=set/ # a lease with an end
reg net0 b kb => E_POOL # the pool is full
sleep 3000
reg net0 a ka
sleep 3000
get net0 a => OK_SAME state=2 name=a # renewed in time
sleep 3500
get net0 a => E_NOT_FOUND # over
peers => peers=0 # its peer is gone
reg net0 b kb => E_POOL # the address rests
reg net0 a ka => OK_NEW # but not for its own
sleep 5100
kill
start
up net0
reg net0 b kb => E_POOL # it rests through a restart
sleep 5200
reg net0 b kb => OK_NEW state=2 name=b addrs=10.9.0.2/32 # then it is another's
reg net0 a ka => E_POOL # and the first has none
ctl events => /^event what=lease.expire net=net0 name=a/ # an event for the end
stop
END

# --- renewals that only move the end ---------------------------------------------

scene renew <<'END'
set lease 14
start
up net0
reg net0 a ka => OK_NEW state=2 ttl=14 # a lease with an end
reg net0 b kb
sleep 1100
peers
kern hold
reg net0 a ka => OK_SAME state=2 ttl=14 # a renewal does not wait for the hand
reg net0 a ka => OK_SAME state=2 ttl=14 # nor the next one
peers => peer addrs=10.9.0.2/32,fd00:1::2/128 ttl=14 # but the hand has the new end
	=> sets=2 ends=2 # and was told of nothing else
reg net0 a ka2 => E_BUSY # a new key waits for it
reg net0 b kb => E_BUSY # and so does a renewal when the old end is near
kern ok
reg net0 a ka2 => OK_SAME state=2 # until it answers
reg net0 b kb => OK_SAME state=2 ttl=14
set lease 3
reload
peers
reg net0 b kb => OK_SAME state=2 ttl=3 # an earlier end
peers => ends=0 # waits for an answer
set lease never
reload
reg net0 b kb => OK_SAME state=2
kern hold
reg net0 b kb => OK_SAME state=2 # no end, before and after
set lease 14
reload
peers
reg net0 b kb => E_BUSY # from no end to one
peers => ends=0 # waits as well
stop
END

# --- preshared keys ---------------------------------------------------------------

scene psk <<'END'
set lease 3600
set quarantine 0
start
up net0
reg net0 a ka 7 => OK_NEW
peers => peer addrs=10.9.0.2/32,fd00:1::2/128 ttl=3600 psk=7 # a lease with a preshared key
kern hold
reg net0 a ka 7 => OK_SAME state=2 # a renewal with the same one does not wait
reg net0 a ka 8 => E_BUSY # with another one it does
kern ok
reg net0 a ka 8 => OK_SAME state=2
peers => psk=8 # which the hand has then
reg net0 b kb
ctl peers => 1 / psk=1/ # one peer is shown to have one
kill
start
up net0
peers 2 => psk=8 # it survives a restart
	=> psk=0 # and stays with its own
disk full
reg net0 a ka 9 => E_STORE # it cannot be stored
disk ok
peers
reg net0 a ka 8 => OK_SAME state=2
peers => no /psk=9/ # and the old one stays
reg net0 a ka2 5 => OK_REKEYED
peers => psk=5 # a new key comes with its own
reg net0 a ka2 => OK_SAME state=2
peers => no /psk=5/ # and none with none
reg net0 a ka2 5 => OK_SAME state=2
kern E_KEY
reg net0 a kc 6 => E_KEY_TAKEN # a foreign peer's key
kern ok
reg net0 a ka2 5 => OK_SAME state=2 # the old ones are back
peers => psk=5
reg net0 a ka2 => OK_SAME state=2
reg net0 b kb 4
del net0 b => OK_SAME
reg net0 b kb => OK_NEW
peers => no /psk=4/ # a lease that ended has none
stop
END
is "the database has it, and no other" "$(sqlite3 "$WORK/psk/sallyport.db" \
    'SELECT count(*) FROM peer WHERE psk IS NOT NULL')" 0
check_status "no preshared key in the log" 1 grep -qE \
    'BwcHBwcH|CAgICAgI|0707070707|0808080808' "$WORK/log"

# --- what the hand shows has an end ---------------------------------------------------

scene pages <<'END'
start
up net0
kern pages -1
ctl routes => /^result code=1 text=$/ # one page
kern pages 0
ctl routes => /^result code=5 text=the answer of netd-hand has no end$/ # the same page again
kern pages 1
ctl routes => /^result code=5 text=the answer of netd-hand has no end$/ # always one more
kern pages -1
ctl routes => /^result code=1 text=$/ # and then as ever
stop
END

# --- a changed contact does not cost a commit of its own ------------------------------

{ begin said; cat <<'END'
set pools fd00:1::/64,10.0.0.0/8
start
up net0
load net0 d 128 64
set contact A,a@a,1
held net0 d 128
ctl contacts => rows=128
stop
END
} >"$WORK/orders"
drive "$WORK/orders"
if said '^held not traced'; then
	skip "changed contacts share a transaction" "it cannot be traced here"
else
	is "changed contacts share a transaction" \
	    "$(grep -c 'commit of 128 changes' "$WORK/log")" 1
	is "they are answered, and none before it is written" \
	    "$(grep '^held' "$WORK/out")" "held answers=128 early=0"
fi

{ begin crowd; cat <<'END'
set pools fd00:1::/64,10.0.0.0/8
set lease 3600
start
up net0
load net0 d 10000 256
peers
kern hold
burst net0 d 10000
peers 10000 10000
kern gone
burst net0 d 100
kern new
up net0
peers 10000
stop
END
} >"$WORK/orders"
drive "$WORK/orders"
OK_SAME=$(sed -n 's/.*X(OK_SAME, \([0-9]*\).*/\1/p' "$TOP/common/ipc/leasecode.h")
shows "ten thousand renewals are answered, while the hand answers none" \
    "^code=$OK_SAME times=10000$"
is "and nothing else" "$(grep -c '^code=.* times=' "$WORK/out")" 3
shows "the hand has ten thousand new ends" '^peers=10000 syncs=0 sets=10000 dels=0 ends=10000 '
shows "without the hand, too" "^code=$OK_SAME times=100$"

# How many wait to share a transaction is up to the machine, unless leased is
# held until they do.  Within a second, a renewal changes nothing.
{ begin held; cat <<'END'
set pools fd00:1::/64,10.0.0.0/8
set lease 3600
start
up net0
load net0 d 128 1
kern hold
sleep 1100
held net0 d 128
sleep 1100
held net0 d 128
sleep 1100
held net0 d 128
stop
END
} >"$WORK/orders"
drive "$WORK/orders"
if said '^held not traced'; then
	skip "those that wait share a transaction" "it cannot be traced here"
else
	is "all that wait share a transaction" \
	    "$(grep -c 'commit of 128 changes' "$WORK/log")" 3
	is "they are answered, and none before it is written" \
	    "$(grep '^held' "$WORK/out" | sort | uniq -c | tr -s ' ')" \
	    " 3 held answers=128 early=0"
fi

# --- the hand fails ---------------------------------------------------

scene kern <<'END'
start
up net0
kern E_KERNEL
reg net0 a ka => E_BUSY # refused by the kernel: try again
get net0 a => OK_SAME state=1 name=a # the lease is pending
kern ok
reg net0 a ka => OK_SAME state=2 name=a # and active once it works
kern gone
reg net0 a ka => OK_SAME # no hand: renewals go on
reg net0 b kb => E_BUSY # no hand: new ones wait
health => /^health db=1 kern=0 wireguard=1/ # health says so
kern new
up net0
peers 2 => peers=2 # all peers are there
get net0 b => OK_SAME state=2 name=b # the sync heals it
kern hold
reg net0 c kc => E_BUSY # no answer in 5 s: try again
kern ok
ctl status
kern E_KEY
reg net0 d kd => E_KEY_TAKEN # a foreign peer's key is taken
kern ok
down net0
health
up net0
peers 3
# Of the four that asked, the one with the foreign key is not kept.
ctl status => leases=3 pending=0 # an interface that went takes all again
stop
END

# --- addresses from names ----------------------------------------------------

scene bcd <<'END'
set assign 2
set pools fde3:25fb:7f6c:1::/64,10.9.0.0/24
set addrs fde3:25fb:7f6c:1::1/48
start
up net0
reg net0 1234 k1 => OK_NEW state=2 name=1234 addrs=10.9.0.1/32,fde3:25fb:7f6c:1::1234/128 # direct-bcd
reg net0 42 k2
reg net0 0042 k3 => E_ADDR_TAKEN # two names, one address
reg net0 0 k4 => OK_NEW state=2 name=0 addrs=10.9.0.3/32,fde3:25fb:7f6c:1::/128 # 0 is a name, too
reg net0 00000 k9 => E_ADDR_TAKEN # another name for it
reg net0 0000005 k10 => OK_NEW state=2 name=0000005 addrs=10.9.0.4/32,fde3:25fb:7f6c:1::5/128 # leading zeros
reg net0 abc k5 => E_NAME # no digits
reg net0 1 k6 => E_ADDR_TAKEN # the gateway's own address
set pools fd00::5500/120
reload => /^nak network net0: assign = "direct-bcd" .*\/112 or shorter/ # a pool too small is refused
set pools 10.9.0.0/24
reload => /^nak network net0: .*needs an IPv6 pool/ # an IPv6 pool is needed
set pools fd00::/64
set assign 3
set template %s%s
reload => /^nak network net0: metans_template/ # a template without one hole
set template st%s.0
set pools fde3:25fb:7f6c:1::/64
reload force
reg net0 1234 k1 => OK_SAME state=2 name=1234 addrs=fde3:25fb:7f6c:1:cb0b:5960:3f8c:99ad/128 # metans, after a change
reg net0 a_b k7 => E_NAME # metans: no label
stop
END

# --- a pool goes and comes back ----------------------------------------------

scene pools <<'END'
start
up net0
reg net0 a ka
reg net0 b kb
set pools fd00:2::/64,10.8.0.0/24
reload force
ctl status
get net0 a => OK_SAME state=4 name=a # leases outside are not served
peers => peers=0 # nor synced
reg net0 a ka => OK_NEW state=2 name=a addrs=10.8.0.1/32,fd00:2::1/128 # who comes gets a new address
set pools fd00:1::/64,10.9.0.0/24
reload
get net0 b => OK_SAME state=2 name=b addrs=10.9.0.3/32,fd00:1::3/128 # the pool is back, and the lease with it
reg net0 a ka
stop
END
tells "a lost pool is told" 'network net0: 2 leases are outside its pools'

# --- a range as a pool -----------------------------------------------------------

scene range <<'END'
set pools 10.9.0.2-10.9.0.4,fd00:1::ff-fd00:1::100
set addrs 10.9.0.1/29
set quarantine 0
start
up net0
reg net0 a ka => OK_NEW state=2 name=a addrs=10.9.0.2/32,fd00:1::ff/128 # the first of a range
reg net0 b kb => OK_NEW state=2 name=b addrs=10.9.0.3/32,fd00:1::100/128
reg net0 c kc => E_POOL # one range has an end
set pools 10.9.0.2-10.9.0.4
reload force
reg net0 c kc => OK_NEW state=2 name=c addrs=10.9.0.4/32 # the last of a range
reg net0 d kd => E_POOL # a range has an end
ctl networks => used=3/3 # all of it is in use
set pools 10.9.0.3-10.9.0.6
reload force
get net0 a => OK_SAME state=4 # outside of a range that begins later
get net0 b => OK_SAME state=5 addrs=10.9.0.3/32 # in it still
set pools 10.9.0.3-10.9.0.6,10.9.0.6-10.9.0.7
reload force => /^nak network net0: pools 10.9.0.3-10.9.0.6 and 10.9.0.6-10.9.0.7 overlap/ # two that overlap
set pools fd00:1::-fd00:1::ffff:ffff
set assign 2
reload force => /^nak network net0: assign = "direct-bcd" needs a prefix, and pool fd00:1::-fd00:1::ffff:ffff is a range/ # no digits in a range
stop
END

# --- counters ------------------------------------------------------------------

scene stats <<'END'
start
up net0
reg net0 a ka
stat ka 1000 500
ctl leases => rx=1000 tx=500 # counted
ctl leases
sleep 2100
stat ka 100 50
ctl leases => rx=1100 tx=550 # a re-added peer counts on
reg net0 a ka2
stat ka2 10 5
sleep 2100
ctl leases => rx=1110 tx=555 # a new key counts on
ctl peers => /^peer name= source=4 rx=7/ # foreign peers are listed
peers => stats=3 # one round serves all who ask in two seconds
stop
start
up net0
sleep 2100
stat ka2 11 6
ctl leases => rx=1111 tx=556 # so does a restart
stop
END

# --- kill, full pools, group commit ---------------------------------------------

scene load <<'END'
set pools fd00:1::/64
start
up net0
load net0 d 5000 64 2500
wait => /^gone signal=9/ # killed in the middle
start
up net0
# What was acknowledged before the kill, and everything afterwards.
verify net0 => bad=0 # nothing acknowledged is lost
load net0 d 5000 64
verify net0 => verified=5000 bad=0 # everyone gets a lease
burst net0 e 500
ctl count => leases=5500 # all are counted
ctl backup
stop
END
is "a backup is a whole database" "$(sqlite3 "$WORK/load.copy" \
    'PRAGMA integrity_check; SELECT count(*) FROM peer' | tr '\n' ' ')" \
    "ok 5500 "

scene full <<'END'
set pools 10.9.0.0/27
set addrs 10.9.0.1/27
start
up net0
burst net0 d 40 => OK_NEW times=29 # a full pool serves whom it can
	=> E_POOL times=11 # and refuses the others
	=> 2 /^code=/ # with no other answer
ctl networks => /^network name=net0 .* used=29\/29/ # it is full
ctl count
del net0 d3
set quarantine 0
set max 10
reload
reg net0 late klate => E_POOL # max_peers
stop
END

# --- the database refused --------------------------------------------------------

refuse() {		# NAME TEXT
	drive "$WORK/orders"
	tells "$1" "$2"
	shows "$1: status" '^gone status=1'
}
{ begin refuse; echo start; echo wait; } >"$WORK/orders"
{ begin refuse; printf 'start\nup net0\nreg net0 a ka\nstop\n'; } >"$WORK/first"
drive "$WORK/first"
db=$WORK/refuse/sallyport.db
cp "$db" "$WORK/good"

sqlite3 "$db" 'PRAGMA user_version = 99'
refuse "a newer schema" 'schema 99, made by a newer sallyport.*install the newer'
printf 'this is no database, whatever its name says, and long enough%4096s' . >"$db"
refuse "no database" 'is damaged .*put a backup in its place'
cp "$WORK/good" "$db"
size=$(stat -c %s "$db")
dd if=/dev/zero of="$db" bs=4096 seek=2 count=$((size / 4096 - 4)) \
    conv=notrunc 2>/dev/null
refuse "a damaged database" 'is damaged .*put a backup in its place'
rm -f "$db"; sqlite3 "$db" 'CREATE TABLE other (x)'
refuse "another's database" "is not sallyport's database"
cp "$WORK/good" "$db"
mkfifo "$WORK/hold"
"$DRV" "$LEASED" <"$WORK/hold" >"$WORK/hold.out" 2>&1 &
holder=$!
pids="$holder $pids"
exec 7>"$WORK/hold"
{ begin refuse; echo start; } >&7
held() {		# it has answered these four orders
	[ "$(grep -c '^\.$' "$WORK/hold.out")" -eq 4 ]
}
wait_for 10 held
refuse "a second instance" 'in use by another process: a second sallyport'
echo stop >&7
exec 7>&-
wait "$holder"

# --- more wishes than the hand can be told -----------------------------

scene many <<'END'
set pools fd00:1::/64
start
up net0
reg net0 dev kdev
peers
kern hold
flood net0 d 8300
ctl revoke dev => /^result code=[^1].*has ended; but the hand has not/ # no room for the wish: told so
kern release
peers => peers=1 syncs=0 # it was not said
peers 8300 => peers=8300 syncs=1 # it is said soon
stop
END

# --- the log of the database is bounded --------------------------------------

wal() { stat -c %s "$WORK/$1/sallyport.db-wal" 2>/dev/null || echo 0; }
# Run orders where the disk has this much room besides the database.
cramped() {		# DIR KIB SQL
	unshare -m sh -c 'kib=$(($(du -k "$1/sallyport.db" | cut -f1) + $4)) &&
	    mount -t tmpfs -o "size=${kib}k" none "$1/tmp" &&
	    mv "$1/sallyport.db" "$1/tmp" || exit
	    timeout -k 1 300 "$2" "$3" <"$1/orders"
	    sqlite3 "$1/tmp/sallyport.db" "$5"' \
	    sh "$WORK/$1" "$DRV" "$LEASED" "$2" "$3" >"$WORK/out" 2>"$WORK/log"
}

{ begin wal; cat <<'END'
set pools fd00:1::/64,10.0.0.0/8
start
up net0
load net0 d 15000 256
stop
END
} >"$WORK/orders"
drive "$WORK/orders"
if [ "$(id -u)" -eq 0 ] && unshare -m true 2>/dev/null; then
	{ begin wal/tmp; cat <<'END'
set pools fd00:1::/64,10.0.0.0/8
start
up net0
peers 15000
stat all 5
ctl count
# What comes late counts, too, in the time of a round.
sleep 3000
ctl count
sleep 3000
stop
END
	} >"$WORK/wal/orders"
	cramped wal 6000 'SELECT count(*) FROM peer WHERE rx = 5'
	shows "it stops in order, with little room" '^gone status=0'
	is "all counters that were read are stored, in the order of rows" "$(tail -n 1 "$WORK/out")" 4032
else
	skip "counters with little room" "needs root and mount namespaces"
fi

{ begin forget; cat <<'END'
set pools fd00:1::/64,10.0.0.0/8
start
up net0
load net0 d 5000 256
stop
END
} >"$WORK/orders"
drive "$WORK/orders"
sqlite3 "$WORK/forget/sallyport.db" \
    "UPDATE peer SET ended = 1, expires = 1 WHERE name <> 'd7'"
{ begin forget; cat <<'END'
set pools fd00:1::/64,10.0.0.0/8
start
up net0
sleep 3000
ctl all
kill
END
} >"$WORK/orders"
drive "$WORK/orders"
is "all that ended long ago are forgotten" "$(grep -c '^lease name=' "$WORK/out")" 1
check "in few transactions" test "$(wal forget)" -lt 12000000

# --- the disk is full --------------------------------------------------------------

if [ "$(id -u)" -eq 0 ] && mkdir -p "$WORK/small" && unshare -m true 2>/dev/null
then
	in_small() {	# as drive does, where the disk is small
		unshare -m sh -c 'mount -t tmpfs -o size=700k none "$1/small" &&
		    mkdir "$1/small/st" && exec timeout -k 1 300 "$2" "$3" <"$1/orders"' \
		    sh "$WORK" "$DRV" "$LEASED" >"$WORK/out" 2>"$WORK/log"
	}
	DRIVE=in_small scene small/st <<'END'
set pools fd00:1::/64
set lease 3600
start
up net0
reg net0 first kfirst
load net0 d 8000 256 => /^code=OK_NEW times=/ # some got leases
	=> /^code=E_STORE times=/ # then there is no room
health => /^health db=0/ # health says so
get net0 first => OK_SAME state=2 name=first # running leases are kept
get net0 d0
stop => /^gone status=0/ # it stops in order
END
	tells "the log says it once" 'database or disk is full'
else
	skip "disk full" "needs root and mount namespaces"
fi

finish
