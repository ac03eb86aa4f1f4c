#!/bin/sh
# kill -9 of any process at any moment loses no acknowledged lease and drops no
# tunnel (invariant 3): each process in turn, at random moments, while devices
# register and a ping runs.
. "${TOP:-.}/regress/lib.sh"
private "$@"
. "$TOP/regress/suite.sh"

POOLS="\"fde3:25fb:7f6c:1::/64\", \"100.64.16.0/20\""
N=600			# certificates and keys, made before
BACKLOG=600		# of them for each of two clients

pki_init
"$O/mint" bulk "$PKI" $N smart-toilet- start=100 || exit 1
# bundle.pem: a key and its certificate, N times
awk -v d="$PKI" '/BEGIN PRIVATE|BEGIN EC PRIVATE/ { n++ }
    { print >(d "/b" n + 99 ".pem") }' "$PKI/bundle.pem"
i=100
while [ $i -lt $((100 + N)) ]; do
	# Any 32 bytes are a key, but for a dozen.
	head -c 32 /dev/urandom | base64
	i=$((i + 1))
done >"$WORK/keys"

suite_conf
suite_start
dev_add d1
dev_add d2
cert d1 smart-toilet-1
check "d1 enrols" dev_enrol d1
check "d1 pings" dev_ping d1

# One registration after the other; what was acknowledged goes to a file.
client() {		# NAME FIRST
	c=$2
	while [ $c -lt $(($2 + BACKLOG)) ] && [ ! -e "$WORK/enough" ]; do
		c_key=$(sed -n "$((c - 99))p" "$WORK/keys")
		c_st=$(curl --cacert "$PKI/ca.crt" --cert "$PKI/b$c.pem" -sS \
		    -m 10 -w '%{http_code}' -o "$WORK/body.$1" -d "$c_key" \
		    "$REGISTER" 2>>"$WORK/client.log")
		case $c_st in
		200)	echo "$c $c_key" >>"$WORK/acked.$1"
			c=$((c + 1)) ;;
		000|503) sleep 0.1 ;;
		*)	echo "$c: $c_st $(cat "$WORK/body.$1")" \
			    >>"$WORK/refused"
			c=$((c + 1)) ;;
		esac
	done
}

acked() {
	cat "$WORK"/acked.* 2>/dev/null
}

acked_more() {		# THAN
	[ "$(acked | wc -l)" -gt "$1" ]
}

# Everything acknowledged is leased to the same key, and a peer.
nothing_lost() {
	acked | sort >"$WORK/want"
	ctl -j show leases | jq -r '.leases[] | "\(.name) \(.public_key)"' |
	    sort >"$WORK/have"
	[ -z "$(comm -23 "$WORK/want" "$WORK/have")" ] || {
		echo "leases lost:"; comm -23 "$WORK/want" "$WORK/have"
		return 1
	}
	cut -d ' ' -f 2 "$WORK/want" | sort >"$WORK/want"2
	wg show wg0 peers | sort >"$WORK/have"2
	[ -z "$(comm -23 "$WORK/want"2 "$WORK/have"2)" ] || {
		echo "peers lost:"; comm -23 "$WORK/want"2 "$WORK/have"2
		return 1
	}
}

pause() {		# a random part of a second
	sleep "0.$(($(od -An -N 2 -tu2 /dev/urandom) % 9))"
}

round() {		# ROLE
	round_n=$(acked | wc -l)
	ping_begin d1
	pause
	round_pid=$(role_pid "$1") || { fail "kill $1: no such process"; return; }
	kill -KILL "$round_pid"
	check "kill $1: it is started again" \
	    wait_for 15 role_new "$1" "$round_pid"
	check "kill $1: registrations go on" \
	    wait_for 15 acked_more $((round_n + 3))
	check "kill $1: no ping is lost" ping_end d1 || echo "$PINGS"
	check "kill $1: no acknowledged lease is lost" \
	    wait_for 5 nothing_lost || nothing_lost
}

# The service manager's part: the parent dies and is started again.
round_parent() {
	round_n=$(acked | wc -l)
	ping_begin d1
	pause
	round_left=$(cat "/proc/$SUITE/task/$SUITE/children")
	kill -KILL "$SUITE"
	stop "$SUITE"
	for round_p in $round_left; do
		grep -q wireguard-go "/proc/$round_p/cmdline" 2>/dev/null ||
		    check "kill parent: process $round_p leaves" \
		    wait_for 5 gone "$round_p"
	done
	suite_start
	check "kill parent: registrations go on" \
	    wait_for 15 acked_more $((round_n + 3))
	check "kill parent: no ping is lost" ping_end d1 || echo "$PINGS"
	check "kill parent: no acknowledged lease is lost" \
	    wait_for 5 nothing_lost || nothing_lost
}

spawn client1 client 1 100
spawn client2 client 2 $((100 + BACKLOG))
wait_for 10 acked_more 3
for role in leased apid apid-key netd-hand; do
	round "$role"
done
round_parent
# All at once, twice, but for the parent.
for i in 1 2; do
	kill -KILL $(role_pid leased) $(role_pid netd-hand) $(role_pid apid)
	wait_for 20 suite_up
done
n=$(acked | wc -l)
check "all killed twice: registrations go on" wait_for 20 acked_more $((n + 3))
: >"$WORK/enough"
check "all killed twice: no acknowledged lease is lost" \
    wait_for 5 nothing_lost || nothing_lost
check "the tunnel is still the same" dev_ping d1
# A parent started again before the children of the killed one have left.
for i in 1 2 3; do
	kill -KILL "$SUITE"
	suite_spawn
	check "parent killed and started at once, $i" wait_for 20 suite_up
done
check "and the tunnel" dev_ping d1
is "nobody was refused" "$(cat "$WORK/refused" 2>/dev/null)" ""
echo "$(acked | wc -l) registrations"
finish
