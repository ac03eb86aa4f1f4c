#!/bin/sh
# What 100,000 leases of two addresses each take of leased's memory, when the
# hand has them and their counters were asked for.  Names have 19 bytes, as that
# of a device with a serial number, and their proofs "cn:" in front.
. "${TOP:-.}/regress/lib.sh"
. "${TOP:-.}/regress/proc/leased.sh"
command -v sqlite3 >/dev/null || skip_all "no sqlite3"
! grep -q __asan_init "$LEASED" || skip_all "the sanitizer needs memory of its own"

N=100000 LIMIT=46080		# 45 MB
words() {
	printf 'set pools fd00:1::/64,10.16.0.0/12\n'
	printf 'set addrs fd00:1::1/48,10.16.0.1/12\nset max 200000\n'
}
{ begin mem; words; printf 'start\nup net0\nstop\n'; } >"$WORK/orders"
drive "$WORK/orders"
shows "a database" '^gone status=0'

# Rows as a registration leaves them, but for their events.
awk -v n=$N -v now="$(date +%s)" 'BEGIN {
	srand(n)
	print "BEGIN;"
	for (i = 1; i <= n; i++) {
		key = ""
		for (k = 0; k < 16; k++)
			key = key sprintf("%04x", rand() * 65536)
		name = sprintf("smart-toilet-%06d", i)
		printf "INSERT INTO peer (id, network, key, name, who, " \
		    "ended, first, created, renewed, expires, handshake, " \
		    "rx, tx, rx_raw, tx_raw) SELECT %d, id, x@%s@, @%s@, " \
		    "@cn:%s@, 0, %d, %d, %d, %d, 0, 0, 0, 0, 0 FROM network;\n",
		    i, key, name, name, now, now, now, now + 14400
		printf "INSERT INTO peer_addr (network, addr, peer) SELECT id, x@0a%02x%04x@, %d " \
		    "FROM network;\n", 17 + int(i / 65536), i % 65536, i
		printf "INSERT INTO peer_addr (network, addr, peer) SELECT id, " \
		    "x@fd000001000000000000000000%06x@, %d FROM network;\n",
		    i + 16, i
	}
	print "COMMIT;"
}' | tr '@' "'" | sqlite3 "$WORK/mem/sallyport.db" || fail "cannot seed $N leases"

{ begin mem; words; printf 'start\nup net0\nsleep 2000\nstat all 5\nctl status\nmemory\n'
  printf 'get net0 smart-toilet-099999\nctl all smart-toilet-000001\nstop\n'
} >"$WORK/orders"
drive "$WORK/orders"
shows "all are live" "^status leases=$N "
shows "one is found" 'name=smart-toilet-099999'
shows "its proof, too" '^lease name=smart-toilet-000001 who=cn:smart-toilet-000001 '
kb=$(sed -n 's/^memory kb=//p' "$WORK/out")
check "$N leases take $kb KB, at most $LIMIT" test "$kb" -le $LIMIT
finish
