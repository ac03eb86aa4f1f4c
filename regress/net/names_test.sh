#!/bin/sh
# The fleet's names for a DNS server: zones that BIND's checker loads, names that
# are no labels, a serial that counts changes alone, and /etc/hosts.

. "${TOP:-.}/regress/lib.sh"
private "$@"
. "$TOP/regress/suite.sh"

pki_init
suite_conf
suite_start

ZONE=fleet.example.org
F=$WORK/fleet.zone

# The static peers are these: a name and the last part of its addresses each.
peers() {		# NAME N ...
	while [ $# -gt 0 ]; do
		jq -n --arg k "$(wg genkey | wg pubkey)" --arg n "$1" \
		    --arg a "100.64.1.$2" --arg b "fde3:25fb:7f6c:1::$2" \
		    '{ public_key: $k, name: $n, addresses: [ $a, $b ] }'
		shift 2
	done | jq -s '{ peers: . }' >"$WORK/peers.json"
	ctl apply "$WORK/peers.json" force >"$WORK/apply.out" 2>&1 || {
		fail "the peers $*"
		cat "$WORK/apply.out"
	}
}
export_zone() {		# [OPTION ...]
	ctl export zone "$ZONE" "$@"
}
serial() {		# [FILE]
	sed -n 's/^	\([0-9]*\) ; serial$/\1/p' "${1:-$F}"
}
loads() {		# ZONE FILE
	named-checkzone -i local "$1" "$2"
}
# A record as BIND has understood it, on one line.
record() {		# ZONE FILE NAME TYPE
	named-checkzone -i local -D -q -o - "$1" "$2" | awk -v n="$3." -v t="$4" \
	    '$1 == n && $4 == t { print $5 }' | sort | paste -sd ' '
}
has_bind() {
	command -v named-checkzone >/dev/null
}

peers printer 11 'Lobby Camera' 12 LOBBY-camera 13 42 14 Sensor_7 15 \
    sensor-7 16 wpad 17 '日本' 18 'café' 19 '$INCLUDE /etc/shadow' 20
check "a zone" export_zone -w "$F"
like "it says how many" "$(cat "$WORK/out")" 'names +5'
like "and how many are left out" "$(cat "$WORK/out")" 'left out +5'
for name in 'Lobby Camera' LOBBY-camera Sensor_7 wpad; do
	like "told: $name" "$(cat "$WORK/out")" "^sallyctl: $name is left out: "
done
like "told: a name without a letter" "$(cat "$WORK/out")" 'no letter or digit'
for n in 4 6; do
	case $n in
	4) prefix=100.64.1.0/24 origin=1.64.100.in-addr.arpa ;;
	6) prefix=fde3:25fb:7f6c:1::/64
	   origin=1.0.0.0.c.6.f.7.b.f.5.2.3.e.d.f.ip6.arpa ;;
	esac
	check "the reverse zone of IPv$n" \
	    export_zone reverse $prefix -w "$WORK/reverse$n"
	eval "origin$n=$origin"
done
if has_bind; then
	check "BIND loads it" loads $ZONE "$F"
	is "A" "$(record $ZONE "$F" printer.$ZONE A)" 100.64.1.11
	is "AAAA" "$(record $ZONE "$F" printer.$ZONE AAAA)" \
	    fde3:25fb:7f6c:1::11
	is "a number" "$(record $ZONE "$F" 42.$ZONE A)" 100.64.1.14
	is "the name that is the label has it" \
	    "$(record $ZONE "$F" sensor-7.$ZONE A)" 100.64.1.16
	is "of two others none has it" \
	    "$(record $ZONE "$F" lobby-camera.$ZONE A)" ''
	is "a name that looks like a command is a label" \
	    "$(record $ZONE "$F" include-etc-shadow.$ZONE A)" 100.64.1.20
	is "the name server" "$(record $ZONE "$F" $ZONE NS)" ns.$ZONE.
	is "is the gateway" "$(record $ZONE "$F" ns.$ZONE AAAA)" "$GW6"
	check "BIND loads the reverse zone of IPv4" \
	    loads $origin4 "$WORK/reverse4"
	check "and that of IPv6" loads $origin6 "$WORK/reverse6"
	is "PTR" "$(record $origin4 "$WORK/reverse4" 11.$origin4 PTR)" \
	    printer.$ZONE.
	is "PTR of IPv6" "$(record $origin6 "$WORK/reverse6" \
	    1.1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.$origin6 PTR)" printer.$ZONE.
	sed 's/IN SOA/IN SOB/' "$F" >"$WORK/wrong"
	check_status "BIND refuses what is wrong" 1 loads $ZONE "$WORK/wrong"
else
	skip "zones in BIND" "no named-checkzone (bind9-utils)"
fi

# --- the serial ---

first=$(serial)
like "a serial" "$first" '^[1-9][0-9]*$'
touch -d '2020-01-01' "$F"
check "again" export_zone -w "$F"
like "nothing has changed" "$(cat "$WORK/out")" 'changed +no'
is "and the file is not touched" "$(stat -c %y "$F" | cut -c 1-4)" 2020
is "nor its serial" "$(serial)" "$first"
peers printer 11
check "a change" export_zone -w "$F"
check "counts" test "$(serial)" -gt "$first"
ahead=$(($(date +%s) + 1000))
sed -i "s/^	[0-9]* ; serial/	$ahead ; serial/" "$F"
peers printer 11 door 12
check "a serial that is ahead of the clock" export_zone -w "$F"
is "counts by one" "$(serial)" $((ahead + 1))
sed -i "s/^	[0-9]* ; serial/	4294967295 ; serial/" "$F"
peers printer 12
check "the last serial" export_zone -w "$F"
check "is followed by a small one" test "$(serial)" -lt 4294967295
is "and not by 0" "$(serial | grep -c '^0$')" 0
export_zone >"$WORK/one"
export_zone >"$WORK/two"
check "standard output has the same twice" cmp "$WORK/one" "$WORK/two"
first=$(serial "$WORK/one")
sleep 1.1
peers printer 13
export_zone >"$WORK/two"
check "and counts, too" test "$(serial "$WORK/two")" -gt "$first"

# --- files, other words, hosts ---

echo "someone else's" >"$WORK/other"
check_status "another file is not replaced" 73 export_zone -w "$WORK/other"
is "but left as it is" "$(cat "$WORK/other")" "someone else's"
check_status "nor is a zone by hosts" 73 ctl export hosts -w "$F"
is "no unfinished file stays" "$(ls "$WORK" | grep '\.tmp$')" ''
check_status "a directory that is not there" 73 \
    export_zone -w "$WORK/none/zone"
for bad in a..b '-a' 'a b' '$ORIGIN'; do
	check_status "no zone: $bad" 64 ctl export zone "$bad"
done
check_status "no zone: two lines" 64 ctl export zone "$(printf 'a\nb')"
check_status "no network" 1 export_zone net devises
for bad in 100.64.1.0/23 100.64.1.1/24 fde3::/49 ::/0 x; do
	check_status "no reverse zone: $bad" 64 export_zone reverse $bad
done
export_zone ns dns.example.net >"$WORK/two"
like "another name server" "$(cat "$WORK/two")" 'IN NS	dns.example.net.$'
unlike "has no address here" "$(cat "$WORK/two")" '^ns	'
ctl -j export zone $ZONE >"$WORK/json"
check "JSON" jq -e '.names.names == 1 and .names.left_out == 0 and
    .names.file == null and (.names.text | test("printer\tIN A"))' \
    "$WORK/json"

peers printer 11 42 12 localhost 13
ctl export hosts zone $ZONE >"$WORK/hosts"
like "hosts" "$(cat "$WORK/hosts")" "^100.64.1.11	printer.$ZONE printer\$"
like "hosts: IPv6" "$(cat "$WORK/hosts")" \
    "^fde3:25fb:7f6c:1::11	printer.$ZONE printer\$"
like "hosts: a number is no name alone" "$(cat "$WORK/hosts")" \
    "^100.64.1.12	42.$ZONE\$"
unlike "hosts: nobody is localhost" "$(cat "$WORK/hosts")" '^[^#].*localhost'
check "hosts, without a zone" ctl export hosts -w "$WORK/hosts2"
like "hosts: what has no other name is told" "$(cat "$WORK/out")" \
    '42 is left out: a number alone'
is "hosts: the lines" "$(grep -c '^[^#]' "$WORK/hosts2")" 2
check "hosts, again" ctl export hosts -w "$WORK/hosts2"
like "hosts: nothing has changed" "$(cat "$WORK/out")" 'changed +no'

finish
