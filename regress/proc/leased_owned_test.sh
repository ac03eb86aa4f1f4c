#!/bin/sh
# SPDX-License-Identifier: ISC
# Peers with an owner, whole sets of them and OpenVPN, with the real leased
# between a scripted parent, front, kernel hand and operator (leased_drv).
. "${TOP:-.}/regress/lib.sh"
. "${TOP:-.}/regress/proc/leased.sh"

no() { if said "$2"; then fail "$1: found: $2"; else ok "$1"; fi; }
field() { nth "$1" "$2" | cut -d' ' -f"$3"; }

# --- one peer ----------------------------------------------------------------

{ begin one; cat <<'END'
start
put net0 portal:a k1 10.9.0.20/32,fd00:1::20/128
up net0
put net0 portal:a k1 10.9.0.20/32,fd00:1::20/128
put net0 portal:a k1 fd00:1::20/128,10.9.0.20/32
put net0 portal:a k1 10.9.0.21/32
put net0 portal:b k1 10.9.0.22/32
put net0 portal:b k2 10.9.0.21/32
put net0 portal:b k2 10.9.0.1/32
put net0 portal:b k2 10.8.0.1/32
put net0 portal:b k2 10.9.0.0/24
put net0 portal:b k2 10.9.0.255/32
put net0 portal:b gateway 10.9.0.23/32
put net0 portal:b AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= 10.9.0.23/32
put net0 nobody k2 10.9.0.23/32
put nowhere portal:b k2 10.9.0.23/32
reg net0 dev k1
reg net0 dev kdev
put net0 portal:a k3 10.9.0.2/32
put net0 portal:a kdev 10.9.0.24/32
ctl peers
one net0 portal:a k1
one net0 portal:b k1
stat k1 1000 500
sleep 2100
drop net0 portal:b k1
drop net0 portal:a k1
drop net0 portal:a k1
peers
ctl events
stop
END
} >"$WORK/orders"
drive "$WORK/orders"
is "no interface: try again" "$(field '^owned' 1 2)" code=24
is "added" "$(nth '^owned' 2 | cut -d' ' -f2,4)" \
    "code=1 addrs=10.9.0.20/32,fd00:1::20/128"
is "the same in any order" "$(field '^owned' 3 2)" code=2
is "other addresses" "$(nth '^owned' 4 | cut -d' ' -f2,4)" \
    "code=3 addrs=10.9.0.21/32"
is "another owner's key" "$(field '^owned' 5 2)" code=17
is "another owner's address" "$(field '^owned' 6 2)" code=22
is "the gateway's address" "$(field '^owned' 7 2)" code=22
is "outside the pools" "$(field '^owned' 8 2)" code=27
is "no host" "$(field '^owned' 9 2)" code=27
is "the broadcast address" "$(field '^owned' 10 2)" code=27
is "the gateway's key" "$(field '^owned' 11 2)" code=17
is "an unusable key" "$(field '^owned' 12 2)" code=16
is "no such owner" "$(field '^owned' 13 2)" code=20
is "no such network" "$(field '^owned' 14 2)" code=18
is "a device with its key" "$(field '^code=' 1 1)" code=17
is "the pool passes it by" "$(nth '^code=' 2 | cut -d' ' -f1,4)" \
    "code=1 addrs=10.9.0.2/32,fd00:1::2/128"
is "a lease's address" "$(field '^owned' 15 2)" code=22
is "a lease's key" "$(field '^owned' 16 2)" code=17
shows "the owner is shown" '^peer name=portal:a source=2'
shows "one alone" '^item owner=portal:a name= addrs=10.9.0.21/32'
is "not another's" "$(field '^page' 2 2)" code=23
is "another cannot remove it" "$(field '^owned' 17 2)" code=23
is "removed, as it was" "$(nth '^owned' 18 | cut -d' ' -f2,4-6)" \
    "code=2 addrs=10.9.0.21/32 rx=1000 tx=500"
is "removed once" "$(field '^owned' 19 2)" code=23
is "the device is left" "$(field '^peers=' 1 1)" peers=1
for what in peer.add peer.change peer.remove; do
	shows "event $what" "^event what=$what net=net0 .* who=portal:a from=192.0.2.9 key="
done

# --- addresses move, restart, kernel hand ------------------------------------

{ begin move; cat <<'END'
start
up net0
put net0 portal:a k1 10.9.0.20/32,10.9.0.21/32
put net0 portal:a k2 10.9.0.21/32,10.9.0.20/32
page net0 portal:a
page net0 any
drop net0 portal:a k1
put net0 portal:a k2 10.9.0.30/32 label
kern hold
put net0 portal:a k4 10.9.0.40/32
kern 4
put net0 portal:a k5 10.9.0.50/32
kern ok
stat k2 10 20
page net0 portal:a online
kill
start
up net0
sleep 300
page net0 portal:a
peers
put net0 portal:a k4 10.9.0.40/32
kern new
up net0
sleep 300
peers
stat k2 5 5
sleep 2100
one net0 portal:a k2
stop
start
up net0
sleep 200
stat k2 7 7
one net0 portal:a k2
set pools fd00:2::/64
reload
sleep 200
peers
set pools 10.9.0.0/24
reload
sleep 200
peers
stop
END
} >"$WORK/orders"
drive "$WORK/orders"
no "never an address twice at the kernel hand" 'kern: address in use'
is "who lost all its addresses is kept" \
    "$(grep -c '^item owner=portal:a name= addrs=-' "$WORK/out")" 2
tells "a move is logged" 'peer.move net=net0 owner=portal:a'
is "no answer: try again" "$(field '^owned' 5 2)" code=24
is "a foreign peer's key" "$(field '^owned' 6 2)" code=17
is "online ones alone" "$(nth '^item' 5 | cut -d' ' -f4-6)" \
    "addrs=10.9.0.30/32 rx=10 tx=20"
is "all is back after a kill" \
    "$(nth '^peers=' 1 | cut -d' ' -f1)" peers=2
no "but for what could not be" '10.9.0.50/32 rx'
is "nothing to do" "$(field '^owned' 7 2)" code=2
is "a new kernel hand has all" "$(nth '^peers=' 2 | cut -d' ' -f1)" peers=2
# Counters of before the kill may be lost, but nothing goes backwards.
shows "counters begin anew below" '^item .*10.9.0.30/32 rx=(15|5) tx=(25|5)'
is "a pool that went" "$(nth '^peers=' 3 | cut -d' ' -f1)" peers=0
is "and came back" "$(nth '^peers=' 4 | cut -d' ' -f1)" peers=2

# --- two puts of the same, and a disk that is full ---------------------------

{ begin full; cat <<'END'
start
up net0
put net0 portal:a k1 10.9.0.20/32 old
disk full
twice net0 portal:a k1 10.9.0.20/32 new
disk ok
one net0 portal:a k1
twice net0 portal:a k1 10.9.0.20/32 newer
kill
start
up net0
one net0 portal:a k1
END
} >"$WORK/orders"
drive "$WORK/orders"
is "what is not stored is not acknowledged" \
    "$(grep '^owned' "$WORK/out" | cut -d' ' -f2 | tr '\n' ' ')" \
    "code=1 code=25 code=25 code=3 code=2 "
is "it is as it was" "$(field '^item' 1 3)" name=old
is "what is stored is acknowledged" "$(field '^item' 2 3)" name=newer

# --- owners without end -------------------------------------------------------

{ begin owners
echo 'set pools fd00:1::/64'
echo start
echo 'up net0'
i=0; while [ $i -lt 1100 ]; do
	echo "put net0 portal:x$i AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= fd00:1::9/128"
	i=$((i + 1))
done
i=0; while [ $i -lt 1025 ]; do
	echo "put net0 portal:y$i k$i fd00:1::b:$i/128"
	i=$((i + 1))
done
echo 'put net0 portal:y7 k7 fd00:1::c:7/128'
echo 'whole net0 portal:z empty - k9=fd00:1::c:9/128'
echo stop; } >"$WORK/orders"
drive "$WORK/orders"
is "those without a peer take no room" \
    "$(grep -c '^owned code=1 ' "$WORK/out")" 1024
is "one more is one too many" "$(grep -A1 '^owned code=19 ' "$WORK/out" |
    grep -c 'too many owners')" 1
is "who is known goes on" "$(grep '^owned' "$WORK/out" | tail -n 1 |
    cut -d' ' -f2)" code=3
shows "nor a set of another" '^done code=19 .*too many owners'

# --- sets that do not end ------------------------------------------------------

{ begin open; cat <<'END'
start
up net0
open net0 portal:a 20 14
whole net0 portal:z empty - k1=10.9.0.11/32
whole net0 static empty c k2=10.9.0.12/32
END
} >"$WORK/orders"
drive "$WORK/orders"
is "no more than a few sets at a time" \
    "$(nth '^done' 1 | cut -d' ' -f2) $(grep -c '^done code=24' "$WORK/out")" \
    "code=24 15"
is "the operator's finds room" "$(grep '^done' "$WORK/out" | tail -n 1 |
    cut -d' ' -f2,3)" "code=2 added=1"

# --- a removal that is not confirmed in time ---------------------------------

{ begin late; cat <<'END'
start
up net0
put net0 portal:a k1 10.9.0.20/32
put net0 portal:a k2 10.9.0.21/32
put net0 portal:a k3 10.9.0.22/32
stat k1 1000 500
stat k2 7 8
sleep 2100
kern hold
drop net0 portal:a k1
drop net0 portal:a k2
drop net0 portal:a k3
kern ok
drop net0 portal:b k1
drop net0 portal:a k1
drop net0 portal:a k1
reg net0 dev k2
drop net0 portal:a k2
put net0 portal:a k3 10.9.0.22/32
drop net0 portal:a k3
drop net0 portal:a k3
peers
ctl events
END
} >"$WORK/orders"
drive "$WORK/orders"
is "not confirmed: try again" "$(field '^owned' 4 2)" code=24
is "not another's to ask about" "$(field '^owned' 7 2)" code=23
is "again: removed, as it was" "$(nth '^owned' 8 | cut -d' ' -f2,4-6)" \
    "code=2 addrs=10.9.0.20/32 rx=1000 tx=500"
is "removed once, late or not" "$(field '^owned' 9 2)" code=23
is "a device has the key by now" "$(field '^code=' 1 1)" code=1
is "again: its counters all the same" \
    "$(nth '^owned' 10 | cut -d' ' -f2,4-6)" \
    "code=2 addrs=10.9.0.21/32 rx=7 tx=8"
is "and the device's peer is left" "$(field '^peers=' 1 1)" peers=1
is "added anew and removed: nothing of before" \
    "$(nth '^owned' 12 | cut -d' ' -f2,5-6)" "code=2 rx=0 tx=0"
is "and removed once" "$(field '^owned' 13 2)" code=23
shows "the event has the counters" \
    '^event what=peer.remove .* key=[^ ]* rx=1000 tx=500 addr=10.9.0.20'

# --- whole sets --------------------------------------------------------------

{ begin set; cat <<'END'
start
up net0
reg net0 dev kdev
put net0 portal:b kb 10.9.0.200/32
whole net0 portal:a none - k1=10.9.0.11/32
whole net0 static none - k1=10.9.0.11/32
whole net0 portal:a empty d k1=10.9.0.11/32 k2=10.9.0.12/32
whole net0 portal:a empty - k1=10.9.0.11/32 k2=10.9.0.12/32,fd00:1::12/128 k3=10.9.0.13/32 k4=10.9.0.14/32
whole net0 portal:a empty - k1=10.9.0.11/32
whole net0 portal:a 9 - k1=10.9.0.11/32
stat k4 70 80
whole net0 portal:a last - k1=10.9.0.12/32 k2=10.9.0.11/32,fd00:1::12/128 k3=10.9.0.13/32 k5=10.9.0.15/32
whole net0 portal:a last - k1=10.9.0.12/32 k2=10.9.0.11/32,fd00:1::12/128 k3=10.9.0.13/32 k5=10.9.0.15/32
whole net0 portal:a last - k1=10.9.0.12/32 k2=10.9.0.200/32 kdev=10.9.0.60/32 kb=10.9.0.61/32 k6=10.9.0.12/32 k7=10.8.0.1/32 k5=10.9.0.1/32 k3=10.9.0.13/32 k3=10.9.0.99/32 gateway=10.9.0.98/32
page net0 portal:a
whole net0 portal:a last - 
whole net0 portal:a last - k1=10.9.0.12/32
whole net0 portal:a last d k1=10.9.0.12/32
whole net0 portal:a last f k1=10.9.0.12/32
whole net0 portal:a last a k9=10.9.0.77/32
whole net0 portal:a last f 
page net0 portal:a
whole net0 static none c s1=10.9.0.101/32 s2=10.9.0.102/32
whole net0 portal:a none c s3=10.9.0.103/32
kern 4
whole net0 static none c s1=10.9.0.101/32 s2=10.9.0.102/32 s4=10.9.0.104/32
kern ok
page net0 static
kern hold
whole net0 static none c s1=10.9.0.101/32 s2=10.9.0.105/32
kern ok
ctl sync
ctl peers s1
ctl events
page net0 any
peers
stop
END
} >"$WORK/orders"
drive "$WORK/orders"
no "never an address twice at the kernel hand" 'kern: address in use'
is "a set without a precondition" "$(field '^done' 1 2)" code=30
is "also static ones, from a front" "$(field '^done' 2 2)" code=30
is "a dry run" "$(nth '^done' 3 | cut -d' ' -f2-8)" \
    "code=2 added=2 removed=0 changed=0 unchanged=0 rejected=0 told=2"
is "from nothing" "$(nth '^done' 4 | cut -d' ' -f2-8)" \
    "code=2 added=4 removed=0 changed=0 unchanged=0 rejected=0 told=4"
is "no longer nothing" "$(field '^done' 5 2)" code=29
is "another state" "$(field '^done' 6 2)" code=29
is "addresses change places" "$(nth '^done' 7 | cut -d' ' -f2-8)" \
    "code=2 added=1 removed=1 changed=2 unchanged=1 rejected=0 told=4"
is "nothing differs" "$(nth '^done' 8 | cut -d' ' -f2-8)" \
    "code=2 added=0 removed=0 changed=0 unchanged=4 rejected=0 told=0"
is "rejected one by one" "$(nth '^done' 9 | cut -d' ' -f2-8)" \
    "code=2 added=0 removed=0 changed=0 unchanged=2 rejected=8 told=8"
is "each with its reason" "$(grep -E '^change op=4' "$WORK/out" |
    cut -d' ' -f3 | sort | uniq -c | tr -s ' \n' ' ')" \
    " 5 code=17 3 code=22 1 code=27 "
is "what was named wrongly is not removed" \
    "$(sed -n '/^done.*rejected=8/,/^page/p' "$WORK/out" |
    grep -c '^item')" 4
is "an empty list is guarded" "$(field '^done' 10 2)" code=28
is "too many would go" "$(field '^done' 11 2)" code=28
shows "a dry run tells of the guard" \
    '^done code=2 .*removed=3 .*told=3 text=3 of 4 peers would go'
is "forced" "$(nth '^done' 13 | cut -d' ' -f2,4)" "code=2 removed=3"
is "an empty list, forced" "$(nth '^done' 14 | cut -d' ' -f2,4)" \
    "code=2 removed=1"
is "static peers from the operator" "$(nth '^done' 15 | cut -d' ' -f2,3)" \
    "code=2 added=2"
is "but no portal's" "$(field '^done' 16 2)" code=20
is "a foreign peer's key in a set" "$(nth '^done' 17 | cut -d' ' -f2,7,8)" \
    "code=2 rejected=1 told=2"
no "and it is not kept" '^item .*name=s4 '
is "not confirmed in time" "$(field '^done' 18 2)" code=24
shows "the last set is shown" '^sync owner=static peers=2 generation=.* code=2 .*at=set'
shows "a static peer" '^peer name=s1 source=3'
shows "sync is an event" '^event what=sync .*added=4 removed=0'
shows "the operator is named" '^event what=peer.add .* name=s1 who=uid:[0-9]+ '

# --- many --------------------------------------------------------------------

{ begin many; cat <<'END'
set pools 10.8.0.0/13,fd00:1::/64
set addrs 10.8.0.1/13
set max 50000
start
up net0
bulk net0 portal:a empty q 20000
bulk net0 portal:a last q 20000
bulk net0 portal:a last q 20000 30000
peers
stop
start
up net0
sleep 1500
page net0 portal:a count
peers
bulk net0 portal:a last k 15000
wait
start
page net0 portal:a count
stop
END
} >"$WORK/orders"
drive "$WORK/orders"
grep -E 'set in|ready after' "$WORK/log" | sed 's/^/    /'
is "20,000 from nothing" "$(nth '^done' 1 | cut -d' ' -f2,3,8)" \
    "code=2 added=20000 told=20000"
is "20,000 unchanged" "$(nth '^done' 2 | cut -d' ' -f2,6,8)" \
    "code=2 unchanged=20000 told=0"
is "one changed" "$(nth '^done' 3 | cut -d' ' -f2,5,6)" \
    "code=2 changed=1 unchanged=19999"
is "the kernel hand hears of each once" "$(nth '^peers=' 1 | cut -d' ' -f3)" \
    sets=20001
is "all are read again" "$(nth '^owned=' 1)" owned=20000
is "and synced" "$(nth '^peers=' 2 | cut -d' ' -f1)" peers=20000
# A set is whole or not at all, whenever it was killed.
shows "killed at its end" '^owned=(15000|20000)$'

{ begin kill; cat <<'END'
set pools 10.8.0.0/13,fd00:1::/64
set addrs 10.8.0.1/13
start
up net0
putload net0 4000 64 1500
wait
start
up net0
page net0 portal:bulk count
putload net0 4000 64
page net0 portal:bulk count
stop
END
} >"$WORK/orders"
drive "$WORK/orders"
shows "killed in the middle" '^gone signal=9'
had=$(nth '^puts' 1 | sed 's/.*=//')
found=$(nth '^owned=' 1 | sed 's/.*=//')
if [ "${had:-0}" -ge 1500 ] && [ "${found:-0}" -ge "$had" ]; then
	ok "nothing acknowledged is lost"
else
	fail "nothing acknowledged is lost: $found of $had"
fi
is "then all are there" "$(nth '^owned=' 2)" owned=4000
is "and the database is whole" "$(sqlite3 "$WORK/kill/sallyport.db" \
    'SELECT count(*) FROM peer WHERE owner IS NOT NULL;
    PRAGMA integrity_check; PRAGMA foreign_key_check' | tr '\n' ' ')" \
    "4000 ok "

if [ "$(id -u)" -eq 0 ] && mkdir -p "$WORK/small" && unshare -m true 2>/dev/null
then
	{ begin small/st; cat <<'END'
set pools 10.8.0.0/13,fd00:1::/64
set addrs 10.8.0.1/13
start
up net0
whole net0 portal:a empty - k1=10.9.0.11/32 k2=10.9.0.12/32
bulk net0 portal:a last f 20000
page net0 portal:a
peers
whole net0 portal:a last - k1=10.9.0.12/32 k2=10.9.0.11/32
ctl sync
kill
start
up net0
sleep 300
page net0 portal:a
stop
END
	} >"$WORK/orders"
	unshare -m sh -c 'mount -t tmpfs -o size=1500k none "$1/small" &&
	    mkdir "$1/small/st" && exec timeout -k 1 60 "$2" "$3" <"$1/orders"' \
	    sh "$WORK" "$DRV" "$LEASED" >"$WORK/out" 2>"$WORK/log"
	is "no room for a set" "$(field '^done' 2 2)" code=25
	is "all of it is taken back" "$(sed -n '/^done code=25/,/^page/p' \
	    "$WORK/out" | grep '^item' | cut -d' ' -f3,4 | sort |
	    tr '\n' ' ')" \
	    "name=k1 addrs=10.9.0.11/32 name=k2 addrs=10.9.0.12/32 "
	is "the kernel hand heard nothing" "$(nth '^peers=' 1 | cut -d' ' -f1,3,4)" \
	    "peers=2 sets=2 dels=0"
	is "a smaller one fits" "$(nth '^done' 3 | cut -d' ' -f2,5)" \
	    "code=2 changed=2"
	is "and is there after a kill" \
	    "$(sed -n '/^gone signal/,$p' "$WORK/out" | grep '^item' |
	    cut -d' ' -f4 | sort | tr '\n' ' ')" \
	    "addrs=10.9.0.11/32 addrs=10.9.0.12/32 "
else
	skip "disk full" "needs root and mount namespaces"
fi

# --- the node, and OpenVPN ---------------------------------------------------

{ begin node; cat <<'END'
start
up net0
put net0 portal:a k1 10.9.0.20/32
node no
maint 1
node no
maint 0
ctl maintenance on
node no
kill
start
up net0
node no
ctl maintenance off
node no
clients
proc p1 ok alice bob
proc p2 ok carol alice
sleep 1100
clients
stat k1 1 1
sleep 2100
node counts
disconnect alice
disconnect ali"ce
disconnect nobody
clients
proc p2 hang
sleep 2500
clients
clients
proc p1 gone
sleep 2500
clients
proc p2 mute dave
sleep 2500
clients
wants
stop
END
} >"$WORK/orders"
drive "$WORK/orders"
is "no maintenance" "$(field '^node' 1 2)" maintenance=0
is "by the file" "$(field '^node' 2 2)" maintenance=1
is "by the operator" "$(field '^node' 3 2)" maintenance=1
is "after a kill, too" "$(field '^node' 4 2)" maintenance=1
is "and off" "$(field '^node' 5 2)" maintenance=0
is "no OpenVPN" "$(nth '^clients=' 1)" "clients=0 code=2 fast"
is "two processes" "$(nth '^clients=' 2)" "clients=4 code=2 fast"
shows "their clients" '^client cn=carol ip4=10.42.0.2 ip6=fd42::2'
shows "counted" '^node maintenance=0 w=1 o=4'
is "disconnected everywhere" "$(grep -c '^killed alice' "$WORK/out")" 2
is "quotes are refused" "$(nth '^clients=' 4 | cut -d' ' -f2)" code=31
is "one that is not there" "$(nth '^clients=' 5 | cut -d' ' -f2,3)" \
    "code=2 fast"
is "they are gone" "$(nth '^clients=' 6 | cut -d' ' -f1)" clients=2
is "one hangs: the others answer" "$(nth '^clients=' 7)" \
    "clients=1 code=2 in time"
is "and it is left alone for a while" "$(nth '^clients=' 8)" \
    "clients=1 code=2 fast"
is "none is left" "$(nth '^clients=' 9)" "clients=0 code=2 fast"

finish
