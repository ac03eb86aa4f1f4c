#!/bin/sh
# What a captured leased left in its database: the next one tells what was not
# written by any leased, serves none of it, and goes on with the rest.
. "${TOP:-.}/regress/lib.sh"
. "${TOP:-.}/regress/proc/leased.sh"

command -v sqlite3 >/dev/null || skip_all "no sqlite3"
db() {			# DIR SQL
	sqlite3 "$WORK/$1/sallyport.db" "$2" || fail "$1: $2"
}

scene rows <<'END'
start
up net0
reg net0 good kgood
reg net0 key kkey
reg net0 name kname
reg net0 spread kspread
put net0 portal:a kghost 10.9.0.80/32
put net0 portal:b kgone 10.9.0.81/32
put net0 portal:b kplain 10.9.0.82/32
put net0 static kwide 10.9.0.83/32
stop
END
db rows "UPDATE peer SET key = zeroblob(32) WHERE name = 'key';
    UPDATE peer SET name = 'x' || char(27) || ']0;' WHERE name = 'name';
    INSERT INTO peer_addr (network, addr, peer) SELECT network, x'0a090090', id FROM peer
	WHERE name = 'spread';
    UPDATE owner SET name = 'nobody' WHERE name = 'portal:a';
    UPDATE peer SET created = -1, rx = -1 WHERE id = 6;
    UPDATE peer_addr SET addr = x'0a090001' WHERE addr = x'0a090053'"
scene rows <<'END'
start
up net0
peers 3 => peers=3 # none of them is served
	=> /^peer addrs=10.9.0.2.32,/ # but the good lease
	=> /^peer addrs=10.9.0.81.32 / # and peers of which a time was wrong
	=> /^peer addrs=10.9.0.82.32 /
ctl leases => 4 /^lease / # all are shown
	=> 3 /state=4/ # as not served
	=> /^lease name=.row 3. / # one by the number of its row
ctl peers => 2 /^peer name= source=3/ # a ghost's peer, too
get net0 spread => OK_SAME state=4 addrs=- # and so is the device told
reg net0 new knew => OK_NEW # what they hold is not given to another
reg net0 key kother => OK_NEW # a device that comes again
reg net0 spread kspread => OK_NEW # has a lease as others have
get net0 spread => /addrs=10.9.0.[0-9]+.32,fd00:1::[0-9a-f]+.128/ # with one address of a family
put net0 nobody kghost 10.9.0.80/32 => E_DENIED # nobody is nobody
peers 6 => peers=6
stop
start
up net0
peers 6 => peers=6 # and that is durable
stop
END
for t in 'peer row 2: its key is not as sallyport writes it: it is kept and not served' \
    'peer row 3: its name is not' \
    'peer row 4: more than one address of a family is not' \
    'owner row 1: its name is not .*: its peers are not served' \
    'peer row 6: a time is not as sallyport writes it$'; do
	tells "$t" "$t"
done

# What is not ours at all: nothing is served, and the log says what to do.
scene schema <<'END'
start
up net0
reg net0 dev kdev
stop
END
db schema 'CREATE TRIGGER t AFTER DELETE ON denied BEGIN SELECT 1; END'
scene schema <<'END'
start
END
tells "a trigger in the database" \
    'sallyport.db is damaged .trigger t is not as sallyport makes it.: keep a copy'
finish
