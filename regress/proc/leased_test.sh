#!/bin/sh
# The real leased, in its sandbox, between a scripted parent, front, kernel
# hand and operator (leased_drv): what it decides, what it keeps through kill
# and restart, and what it says when it cannot.
. "${TOP:-.}/regress/lib.sh"

. "${TOP:-.}/regress/proc/leased.sh"

# --- registration ----------------------------------------------------------

{ begin reg; cat <<'END'
start
reg net0 a ka
up net0
reg net0 a ka
reg net0 a ka
reg net0 b ka
reg net0 a ka2
reg net0 b ka
reg net0 c gateway
reg net0 c AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=
reg net0 c AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=
reg nowhere c kc
get net0 a
get net0 zz
peers
del net0 b
get net0 b
del net0 b
peers
reg net0 b kb
list net0
ctl events
stop
END
} >"$WORK/orders"
drive "$WORK/orders"
is "before the network is up: try again" \
    "$(nth '^code' 1 | cut -d' ' -f1,2)" "code=24 state=0"
is "a new lease" "$(nth '^code' 2 | cut -d' ' -f1-4)" \
    "code=1 state=2 name=a addrs=10.9.0.2/32,fd00:1::2/128"
is "the same again" "$(nth '^code' 3 | cut -d' ' -f1-4)" \
    "code=2 state=2 name=a addrs=10.9.0.2/32,fd00:1::2/128"
is "a key held by another" "$(nth '^code' 4 | cut -d' ' -f1)" code=17
is "a new key" "$(nth '^code' 5 | cut -d' ' -f1-4)" \
    "code=3 state=2 name=a addrs=10.9.0.2/32,fd00:1::2/128"
is "the old key is free again" "$(nth '^code' 6 | cut -d' ' -f1-4)" \
    "code=1 state=2 name=b addrs=10.9.0.3/32,fd00:1::3/128"
is "the gateway's own key" "$(nth '^code' 7 | cut -d' ' -f1)" code=17
is "the zero key" "$(nth '^code' 8 | cut -d' ' -f1)" code=16
is "a key of low order" "$(nth '^code' 9 | cut -d' ' -f1)" code=16
is "an unknown network" "$(nth '^code' 10 | cut -d' ' -f1)" code=18
is "read" "$(nth '^code' 11 | cut -d' ' -f1-3)" "code=2 state=2 name=a"
is "nobody of that name" "$(nth '^code' 12 | cut -d' ' -f1)" code=23
is "a renewal costs the kernel hand nothing" "$(nth '^peers=' 1)" \
    "peers=2 syncs=2 sets=3 dels=0 stats=0"
is "released" "$(nth '^code' 13 | cut -d' ' -f1)" code=2
is "and gone" "$(nth '^code' 14 | cut -d' ' -f1)" code=23
is "released twice" "$(nth '^code' 15 | cut -d' ' -f1)" code=23
is "its peer is gone" "$(nth '^peers=' 2)" \
    "peers=1 syncs=0 sets=0 dels=1 stats=0"
is "who comes back has its address again" \
    "$(nth '^code' 16 | cut -d' ' -f1-4)" \
    "code=1 state=2 name=b addrs=10.9.0.3/32,fd00:1::3/128"
is "events in order" "$(sed -n 's/^event what=\([^ ]*\) .* name=\([^ ]*\) .*/\1:\2/p' \
    "$WORK/out" | tr '\n' ' ')" \
    "lease.add:a lease.rekey:a lease.add:b lease.release:b lease.add:b "
shows "an event says who, from where and what" \
    '^event what=lease.add net=net0 name=a who=cn:dev-a from=192.0.2.7 addr=10.9.0.2 addr=fd00:1::2 key='
shows "it stops when told" '^gone status=0'

# --- access ----------------------------------------------------------------

{ begin acc; cat <<'END'
set deny bad
start
up net0
reg net0 bad kbad
reg net0 good kgood
ctl test dev-good
ctl test dev-bad
ctl test other
ctl revoke good
peers
reg net0 good kgood
get net0 good
ctl leases good
ctl all good
kill
start
up net0
reg net0 good kgood
ctl approve nobody
ctl approve good
reg net0 good kgood
ctl revoke later
reg net0 later klater
set access 2
set allow later
reload
reg net0 good kgood
ctl approve later
reg net0 later klater
kern hold
stop
END
} >"$WORK/orders"
drive "$WORK/orders"
is "denied by the access list" "$(nth '^code' 1 | cut -d' ' -f1)" code=20
shows "test: what it has" '^test matched=1 name=good addrs=10.9.0.2/32,fd00:1::2/128 leased=1 denied=0'
shows "test: denied" '^test matched=1 name=bad .* leased=0 denied=1'
shows "test: no rule" '^result code=2 text=no rule matches'
shows "revoke ends the lease" '^result code=1 text=good is denied and its lease has ended'
is "its peer is gone" "$(nth '^peers=' 1 | cut -d' ' -f1)" peers=0
is "the revoked one is refused" "$(nth '^code' 3 | cut -d' ' -f1)" code=20
is "also to read" "$(nth '^code' 4 | cut -d' ' -f1)" code=20
shows "no lease of that name" '^result code=2 text=good has no lease'
shows "an ended lease can be seen" '^lease name=good who=cn:dev-good state=3'
is "denied after kill and restart" "$(nth '^code' 5 | cut -d' ' -f1)" code=20
shows "nobody to approve" '^result code=2 text=nobody is not denied'
is "approved again" "$(nth '^code' 6 | cut -d' ' -f1-4)" \
    "code=1 state=2 name=good addrs=10.9.0.2/32,fd00:1::2/128"
is "revoked before it came" "$(nth '^code' 7 | cut -d' ' -f1)" code=20
is "mode list: not listed" "$(nth '^code' 8 | cut -d' ' -f1)" code=20
is "mode list: listed" "$(nth '^code' 9 | cut -d' ' -f1)" code=1

# --- names that lead nowhere ---------------------------------------------------

{ begin nowhere; cat <<'END'
start
up net0
reg net0 dev kdev
ctl leases - nowhere
ctl peers - nowhere
ctl sync - nowhere
ctl networks - nowhere
ctl leases - net0
ctl leases other net0
ctl revoke dev nowhere
ctl approve dev nowhere
ctl revoke other
ctl revoke dev net0
END
} >"$WORK/orders"
drive "$WORK/orders"
is "each question about a network that is none" \
    "$(grep -c '^result code=2 text=there is no network nowhere$' "$WORK/out")" 6
is "one that is answers" "$(nth '^result' 5)" "result code=1 text="
is "a lease that is none" "$(nth '^result' 6)" \
    "result code=2 text=other has no lease"
shows "revoked in advance" '^result code=1 text=other is denied; it had no lease$'
shows "revoked" '^result code=1 text=dev is denied and its lease has ended$'

# --- expiry ----------------------------------------------------------------

{ begin exp; cat <<'END'
set lease 2
set quarantine 2
set pools 10.9.0.0/30
set addrs 10.9.0.1/30
start
up net0
reg net0 a ka
reg net0 b kb
sleep 1200
reg net0 a ka
sleep 1200
get net0 a
sleep 1500
get net0 a
peers
reg net0 b kb
reg net0 a ka
sleep 2100
kill
start
up net0
reg net0 b kb
sleep 2200
reg net0 b kb
reg net0 a ka
ctl events
stop
END
} >"$WORK/orders"
drive "$WORK/orders"
shows "a lease with an end" '^code=1 state=2 name=a addrs=10.9.0.2/32 .*ttl=2 expires=set'
is "the pool is full" "$(nth '^code' 2 | cut -d' ' -f1)" code=19
is "renewed in time" "$(nth '^code' 4 | cut -d' ' -f1-3)" "code=2 state=2 name=a"
is "over" "$(nth '^code' 5 | cut -d' ' -f1)" code=23
is "its peer is gone" "$(nth '^peers=' 1 | cut -d' ' -f1)" peers=0
is "the address rests" "$(nth '^code' 6 | cut -d' ' -f1)" code=19
is "but not for its own" "$(nth '^code' 7 | cut -d' ' -f1)" code=1
is "it rests through a restart" "$(nth '^code' 8 | cut -d' ' -f1)" code=19
is "then it is another's" "$(nth '^code' 9 | cut -d' ' -f1-4)" \
    "code=1 state=2 name=b addrs=10.9.0.2/32"
is "and the first has none" "$(nth '^code' 10 | cut -d' ' -f1)" code=19
shows "an event for the end" '^event what=lease.expire net=net0 name=a'

# --- the kernel hand fails ---------------------------------------------------

{ begin kern; cat <<'END'
start
up net0
kern 6
reg net0 a ka
get net0 a
kern ok
reg net0 a ka
kern gone
reg net0 a ka
reg net0 b kb
health
kern new
up net0
sleep 300
get net0 b
peers
kern hold
reg net0 c kc
kern ok
ctl status
kern 4
reg net0 d kd
kern ok
down net0
health
up net0
sleep 300
ctl status
stop
END
} >"$WORK/orders"
drive "$WORK/orders"
is "refused by the kernel: try again" "$(nth '^code' 1 | cut -d' ' -f1)" code=24
is "the lease is pending" "$(nth '^code' 2 | cut -d' ' -f1-3)" "code=2 state=1 name=a"
is "and active once it works" "$(nth '^code' 3 | cut -d' ' -f1-3)" "code=2 state=2 name=a"
is "no kernel hand: renewals go on" "$(nth '^code' 4 | cut -d' ' -f1)" code=2
is "no kernel hand: new ones wait" "$(nth '^code' 5 | cut -d' ' -f1)" code=24
shows "health says so" '^health db=1 kern=0 wireguard=1'
is "the sync heals it" "$(nth '^code' 6 | cut -d' ' -f1-3)" "code=2 state=2 name=b"
is "all peers are there" "$(nth '^peers=' 1 | cut -d' ' -f1)" peers=2
is "no answer in 5 s: try again" "$(nth '^code' 7 | cut -d' ' -f1)" code=24
is "a foreign peer's key is taken" "$(nth '^code' 8 | cut -d' ' -f1)" code=17
# Of the four that asked, the one with the foreign key is not kept.
is "an interface that went takes all again" \
    "$(nth '^status' 2 | cut -d' ' -f2,3)" "leases=3 pending=0"

# --- addresses from names ----------------------------------------------------

{ begin bcd; cat <<'END'
set assign 2
set pools fde3:25fb:7f6c:1::/64,10.9.0.0/24
set addrs fde3:25fb:7f6c:1::1/48
start
up net0
reg net0 1234 k1
reg net0 42 k2
reg net0 0042 k3
reg net0 0 k4
reg net0 abc k5
reg net0 1 k6
set pools fd00::5500/120
reload
set pools 10.9.0.0/24
reload
set pools fd00::/64
set assign 3
set template %s%s
reload
set template st%s.0
set pools fde3:25fb:7f6c:1::/64
reload
reg net0 1234 k1
reg net0 a_b k7
stop
END
} >"$WORK/orders"
drive "$WORK/orders"
is "direct-bcd" "$(nth '^code' 1 | cut -d' ' -f1-4)" \
    "code=1 state=2 name=1234 addrs=10.9.0.1/32,fde3:25fb:7f6c:1::1234/128"
is "two names, one address" "$(nth '^code' 3 | cut -d' ' -f1)" code=22
is "0 is anycast" "$(nth '^code' 4 | cut -d' ' -f1)" code=21
is "no digits" "$(nth '^code' 5 | cut -d' ' -f1)" code=21
is "the gateway's own address" "$(nth '^code' 6 | cut -d' ' -f1)" code=22
shows "a pool too small is refused" '^nak network net0: assign = "direct-bcd" .*/112 or shorter'
shows "an IPv6 pool is needed" '^nak network net0: .*needs an IPv6 pool'
shows "a template without one hole" '^nak network net0: metans_template'
is "metans, after a change" "$(nth '^code' 7 | cut -d' ' -f1-4)" \
    "code=1 state=2 name=1234 addrs=fde3:25fb:7f6c:1:cb0b:5960:3f8c:99ad/128"
is "metans: no label" "$(nth '^code' 8 | cut -d' ' -f1)" code=21

# --- a pool goes and comes back ----------------------------------------------

{ begin pools; cat <<'END'
start
up net0
reg net0 a ka
reg net0 b kb
set pools fd00:2::/64,10.8.0.0/24
reload
ctl status
get net0 a
peers
reg net0 a ka
set pools fd00:1::/64,10.9.0.0/24
reload
get net0 b
reg net0 a ka
stop
END
} >"$WORK/orders"
drive "$WORK/orders"
tells "a lost pool is told" 'network net0: 2 leases are outside its pools'
is "leases outside are not served" "$(nth '^code' 3 | cut -d' ' -f1)" code=23
is "nor synced" "$(nth '^peers=' 1 | cut -d' ' -f1)" peers=0
is "who comes gets a new address" "$(nth '^code' 4 | cut -d' ' -f1-4)" \
    "code=1 state=2 name=a addrs=10.8.0.1/32,fd00:2::1/128"
is "the pool is back, and the lease with it" \
    "$(nth '^code' 5 | cut -d' ' -f1-4)" \
    "code=2 state=2 name=b addrs=10.9.0.3/32,fd00:1::3/128"

# --- counters ------------------------------------------------------------------

{ begin stats; cat <<'END'
start
up net0
reg net0 a ka
stat ka 1000 500
ctl leases
ctl leases
sleep 2100
stat ka 100 50
ctl leases
reg net0 a ka2
stat ka2 10 5
sleep 2100
ctl leases
ctl peers
peers
stop
start
up net0
sleep 2100
stat ka2 11 6
ctl leases
stop
END
} >"$WORK/orders"
drive "$WORK/orders"
is "counted" "$(nth '^lease ' 1 | cut -d' ' -f6,7)" "rx=1000 tx=500"
is "a re-added peer counts on" "$(nth '^lease ' 3 | cut -d' ' -f6,7)" "rx=1100 tx=550"
is "a new key counts on" "$(nth '^lease ' 4 | cut -d' ' -f6,7)" "rx=1110 tx=555"
is "so does a restart" "$(nth '^lease ' 5 | cut -d' ' -f6,7)" "rx=1111 tx=556"
shows "foreign peers are listed" '^peer name= source=4 rx=7'
is "one round serves all who ask in two seconds" \
    "$(nth '^peers=' 1 | sed 's/.*stats=//')" 3

# --- kill, full pools, group commit ---------------------------------------------

{ begin load; cat <<'END'
set pools fd00:1::/64
start
up net0
load net0 d 5000 64 2500
wait
start
up net0
verify net0
load net0 d 5000 64
verify net0
burst net0 e 500
ctl count
ctl backup
stop
END
} >"$WORK/orders"
drive "$WORK/orders"
shows "killed in the middle" '^gone signal=9'
# What was acknowledged before the kill, and everything afterwards.
is "nothing acknowledged is lost" \
    "$(nth '^verified' 1 | sed 's/.*bad=//')" 0
shows "everyone gets a lease" '^verified=5000 bad=0'
shows "all are counted" '^leases=5500'
is "a backup is a whole database" "$(sqlite3 "$WORK/load.copy" \
    'PRAGMA integrity_check; SELECT count(*) FROM peer' | tr '\n' ' ')" \
    "ok 5500 "

{ begin full; cat <<'END'
set pools 10.9.0.0/27
set addrs 10.9.0.1/27
start
up net0
burst net0 d 40
ctl networks
ctl count
del net0 d3
set quarantine 0
set max 10
reload
reg net0 late klate
stop
END
} >"$WORK/orders"
drive "$WORK/orders"
is "a full pool refuses, and leaks nothing" \
    "$(sed -n 's/^\(code=.*times=.*\)/\1/p' "$WORK/out" | tr '\n' ' ')" \
    "code=1 times=29 code=19 times=11 "
shows "it is full" '^network name=net0 .* used=29/29'
is "max_peers" "$(nth '^code=.* state' 2 | cut -d' ' -f1)" code=19

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
{ begin refuse; printf 'start\nsleep 12000\nstop\n'; } >"$WORK/hold"
timeout 20 "$DRV" "$LEASED" <"$WORK/hold" >/dev/null 2>&1 &
holder=$!
pids="$holder $pids"
sleep 1
refuse "a second instance" 'in use by another process: a second sallyport'
wait "$holder"

# --- more wishes than the kernel hand can be told -----------------------------

{ begin many; cat <<'END'
set pools fd00:1::/64
start
up net0
reg net0 dev kdev
peers
kern hold
flood net0 d 8300
ctl revoke dev
kern release
peers
sleep 6000
peers
stop
END
} >"$WORK/orders"
drive "$WORK/orders"
shows "no room for the wish: told so" '^result code=[^1].*has ended; but the kernel hand has not'
is "it was not said" "$(nth '^peers=' 2 | cut -d' ' -f1,2)" 'peers=1 syncs=0'
is "it is said soon" "$(nth '^peers=' 3 | cut -d' ' -f1,2)" 'peers=8300 syncs=1'

# --- the log of the database is bounded --------------------------------------

wal() { stat -c %s "$WORK/$1/sallyport.db-wal" 2>/dev/null || echo 0; }
# Run orders where the disk has this much room besides the database.
cramped() {		# DIR KIB SQL
	unshare -m sh -c 'kib=$(($(du -k "$1/sallyport.db" | cut -f1) + $4)) &&
	    mount -t tmpfs -o "size=${kib}k" none "$1/tmp" &&
	    mv "$1/sallyport.db" "$1/tmp" || exit
	    timeout -k 1 90 "$2" "$3" <"$1/orders"
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
sleep 500
stat all 5
ctl count
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
	{ begin small/st; cat <<'END'
set pools fd00:1::/64
set lease 3600
start
up net0
reg net0 first kfirst
load net0 d 8000 256
health
get net0 first
get net0 d0
stop
END
	} >"$WORK/orders"
	unshare -m sh -c 'mount -t tmpfs -o size=700k none "$1/small" &&
	    mkdir "$1/small/st" && exec timeout -k 1 60 "$2" "$3" <"$1/orders"' \
	    sh "$WORK" "$DRV" "$LEASED" >"$WORK/out" 2>"$WORK/log"
	shows "some got leases" '^code=1 times='
	shows "then there is no room" '^code=25 times='
	shows "health says so" '^health db=0'
	is "running leases are kept" "$(nth '^code=.*state' 2 | cut -d' ' -f1-3)" \
	    "code=2 state=2 name=first"
	tells "the log says it once" 'database or disk is full'
	shows "it stops in order" '^gone status=0'
else
	skip "disk full" "needs root and mount namespaces"
fi

finish
