#!/bin/sh
# Clients that share an address: bad ones do not lock out a good one, neither at
# its own listener nor through another one.
. "${TOP:-.}/regress/lib.sh"
private "$@"
. "$TOP/regress/suite.sh"

LISTEN_MORE=", { address = \"127.0.0.1:9586\"; api = [ \"metrics\" ];
    proof = \"none\"; },
    { address = \"127.0.0.1:41194\"; api = [ \"portal\" ]; proof = \"none\"; }"
pki_init
suite_conf
suite_start
dev_add d1
cert d1 smart-toilet-1
cert old smart-toilet-2 from=-7200 until=-3600
export CERT="$PKI/old.crt" KEY="$PKI/old.key" CA="$PKI/ca.crt"

# So many attempts, one after the other; each is refused.
cat >"$WORK/bad" <<'END'
i=0
while [ $i -lt "$1" ]; do
	curl -s -m 10 -o /dev/null --cacert "$CA" --cert "$CERT" \
	    --key "$KEY" -d x "$2" && exit 1
	i=$((i + 1))
done
exit 0
END
bad() {			# COUNT
	in_ns d1 sh "$WORK/bad" "$1" "$REGISTER"
}
many() {		# COUNT: that many good ones; prints those refused
	many_i=0 many_bad=''
	while [ $many_i -lt "$1" ]; do
		many_st=$(dev_post d1 d1)
		[ "$many_st" = 200 ] || many_bad="$many_bad $many_st"
		many_i=$((many_i + 1))
	done
	echo "$many_bad"
}

is "a device is proved" "$(dev_post d1 d1)" 200
bad 120 & b1=$!
bad 120 & b2=$!
is "beside 240 of expired certificates it is always served" "$(many 20)" ""
wait $b1; is "these were all refused" "$?" 0
wait $b2; is "all of them" "$?" 0
is "and it is served afterwards" "$(many 5)" ""

# What strangers make the log say takes no room from refusals of devices.
cat >"$WORK/strangers" <<'END'
i=2
while [ $i -lt 202 ]; do
	"$1" 127.0.0.$i 127.0.0.1 8443 1 "47455420" </dev/null &
	i=$((i + 1))
done
wait
END
sh "$WORK/strangers" "$O/regress/crowd" >/dev/null 2>&1
pki_revoke d1
gone_now() { [ "$(dev_post d1 d1)" = 000 ]; }
check "a revoked device is refused" wait_for 5 gone_now
is "and with each new connection" "$(dev_post d1 d1)" 000
check "and the log says so beside 200 strangers" logged \
    'handshake refused .*revoked: .*cn=smart-toilet-1"'
check "of which it says how many it left out" logged \
    '[0-9]+ lines dropped about clients that have proved nothing'
pki_revoke
again() { [ "$(dev_post d1 d1)" = 200 ]; }
check "let in again" wait_for 5 again

# All connections that one source may have, and they say nothing.
mkfifo "$WORK/hold"
in_ns d1 "$O/regress/crowd" 0.0.0.0 "$GW" 8443 64 16 <>"$WORK/hold" >"$WORK/crowd" &
pids="$! $pids"
check "64 half open connections of the same source" \
    wait_for 10 grep -q '^ready' "$WORK/crowd"
is "keep out nobody" "$(many 5)" ""

# Noise at the port of the metrics, from the address of a portal.
i=0
while [ $i -lt 300 ]; do
	"$O/regress/rawhttp" 9586 "s:NOISE\r\n\r\n" r:1000 >/dev/null 2>&1
	i=$((i + 1))
done
is "a portal there is served" \
    "$(curl -s -m 5 -o /dev/null -w '%{http_code}' \
    http://127.0.0.1:41194/w/peer_list)" 200
suite_stop
finish
