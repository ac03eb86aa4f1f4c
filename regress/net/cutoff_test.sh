#!/bin/sh
# Whoever is not let in any more loses the lease at once, whatever its term:
# measured by packets through tunnels.
. "${TOP:-.}/regress/lib.sh"
private "$@"
. "$TOP/regress/suite.sh"

[ -c /dev/net/tun ] || skip_all "no /dev/net/tun"

LIST=$WORK/list
LIMIT_MS=5000		# a second, and as much more as a busy machine takes

pki_init
RULES='{ proof = "certificate"; pattern = "smart-toilet-(\\d+)";
      role = "device"; network = "devices"; },
    { proof = "address"; pattern = "198\\.51\\.100\\.\\d+"; role = "device";
      network = "devices"; }'
LISTEN_MORE=', { address = "[::]:8444"; api = [ "native" ]; proof = "address"; }'
mode() {		# MODE
	CONF_MORE="access: { mode = \"$1\"; file = \"$LIST\"; };"
	suite_conf
}
list() {		# LINE ...
	printf '%s\n' "$@" >"$LIST.new"
	mv "$LIST.new" "$LIST"
}

# The third device is known by its address alone, and needs no certificate.
put() {			# NAME
	case $1 in
	d3) dev_curl d3 - -X PUT -H 'Content-Type: application/json' \
	    -d "{\"public_key\":\"$(cat "$WORK/d3.pub")\"}" \
	    "http://$GW:8444/api/v1/self/lease" ;;
	*) dev_put "$1" "$1" ;;
	esac
}
enrol() {		# NAME
	case $(put "$1") in
	20[01]) dev_apply "$1" && dev_ping "$1" ;;
	*) cat "$WORK/$1.body"; return 1 ;;
	esac
}

# --- the beat of a device: the time of its last answer, in ms -----------------

beat() {		# NAME
	spawn "beat_$1" in_ns "$1" ping -D -i 0.05 -W 1 "$GW6"
	eval "beat_$1=$PID"
	alive "$1"
}
last() {		# NAME
	awk -F '[][]' '/bytes from/ { t = $2 } END { printf "%.0f", t * 1000 }' \
	    "$WORK/beat_$1.log"
}
since() {		# NAME TIME
	[ "$(last "$1")" -gt "$2" ]
}
# It has an answer that is newer than the question.
alive() {		# NAME
	wait_for 5 since "$1" "$(now_ms)"
}
silent() {		# NAME
	[ "$(last "$1")" -lt $(($(now_ms) - 1500)) ]
}
# From before the command until the last answer.
cut() {			# NAME DEVICE COMMAND ...
	cut_name=$1 cut_dev=$2 cut_at=$(now_ms); shift 2
	"$@" >"$WORK/out" 2>&1
	if ! wait_for 10 silent "$cut_dev"; then
		fail "$cut_name: it is not cut off"
		sed 's/^/    /' "$WORK/out"
		return
	fi
	cut_ms=$(($(last "$cut_dev") - cut_at))
	[ "$cut_ms" -ge 0 ] || cut_ms=0
	if [ "$cut_ms" -le "$LIMIT_MS" ]; then
		ok "$cut_name: cut off after $cut_ms ms"
	else
		fail "$cut_name: cut off only after $cut_ms ms"
	fi
	eval "stop \$beat_$cut_dev"
}
denied() {		# NAME
	ctl -j show events | jq -r '.events[] |
	    select(.event == "lease.deny").name' | grep -qx -- "$1"
}

for i in 1 2 3; do
	dev_add d$i
	cert d$i smart-toilet-$i
done
A3=198.51.100.14	# of the third device, as dev_add gives it

# --- mode allow ---------------------------------------------------------------

list 1 cn:smart-toilet-2 'addr 198.51.100.0/24'
mode allow
suite_start
for i in 1 2 3; do
	check "allow: device $i" enrol d$i
	beat d$i
done
cut "allow: by reload" d2 sh -c "sed -i '/toilet-2/d' '$LIST';
    '$BIN/sallyctl' -s '$S/ctl.sock' reload"
like "allow: reload says how many" "$(cat "$WORK/out")" \
    '1 of 3 leases are not let in by the access list and end'
check "allow: with an event" denied 2
is "allow: it is refused" "$(put d2)" 403
check "allow: the others have their tunnels" alive d1
check "allow: by address, too" alive d3
cut "an address denied within a prefix" d3 list 1 'addr 198.51.100.0/24' \
    "!addr $A3"
check "with an event" denied "$A3"
is "it is refused" "$(put d3)" 403
check "the other has its tunnel" alive d1
list 1 2 'addr 198.51.100.12/30'
check "on the list again" wait_for 10 enrol d2
check "by address, too" wait_for 10 enrol d3
beat d2
beat d3

# --- what is a mistake cuts nobody ----------------------------------------------

printf '1\naddr 10.0.0.1/8\n' >"$LIST"
check "a broken list is told with its line" logged \
    'list:2: the address has bits behind'
list '# nobody'
check "an empty one as well" logged \
    '3 of 3 leases are not let in.*the old'
for i in 1 2 3; do check "device $i has its tunnel" alive d$i; done

# --- modes deny and open --------------------------------------------------------

list smart-toilet-2 "addr 203.0.113.0/24"
cut "mode deny" d2 mode deny
check "deny: the others have their tunnels" alive d1
check "deny: by address, too" alive d3
cut "deny: an address" d3 list smart-toilet-2 "addr $A3"
list 9
check "deny: let in again" wait_for 10 enrol d2
check "deny: by address, too" wait_for 10 enrol d3
beat d2
beat d3
list 9 '!cn:smart-toilet-2'
mode open
cut "mode open" d2 true
check "open: the others have their tunnels" alive d1

# --- while the broker is dead, and at a start -----------------------------------

kill -KILL "$(role_pid leased)"
list '!1'
check "a broker that was dead cuts off, too" wait_for 20 silent d1
eval "stop \$beat_d1"
check "and others have their tunnels" alive d3
is "none is lost" "$(ctl -j show leases | jq -r '.leases[].name')" "$A3"
suite_stop
check "what is stopped cuts nobody" alive d3
list '!1' "!addr $A3"
suite_start
check "a start does" wait_for 10 silent d3
suite_stop
finish
