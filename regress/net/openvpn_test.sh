#!/bin/sh
# Two real OpenVPN servers behind the portal's listener, each with a connected
# client: listed, counted and disconnected, also while one of them hangs or is
# gone.
. "${TOP:-.}/regress/lib.sh"
private "$@"
. "$TOP/regress/suite.sh"

command -v openvpn >/dev/null || skip_all "no openvpn"
[ -c /dev/net/tun ] || skip_all "no /dev/net/tun"

AT=127.0.0.1:41194
OV=$WORK/openvpn
LISTEN_MORE=", { address = \"$AT\"; api = [ \"portal\" ]; proof = \"none\"; }"
CONF_MORE="openvpn: { sockets = \"$OV/*.sock\"; };"
mkdir -p "$OV"
pki_init

# Server N at the gateway: port 1193 + N, 10.42.N.0/24 and fd42:N::/64.
server() {		# N [OPENVPN-ARG ...]
	server_n=$1; shift
	"$O/mint" cert "$PKI" "ov$server_n" server || exit 1
	[ $# -gt 0 ] || set -- --topology subnet \
	    --server "10.42.$server_n.0" 255.255.255.0 \
	    --management "$OV/p-$server_n.sock" unix
	spawn "ov$server_n" openvpn --dev "ov$server_n" --dev-type tun \
	    --local "$GW" --port $((1193 + server_n)) --proto udp \
	    --server-ipv6 "fd42:$server_n::/64" \
	    --ca "$PKI/ca.crt" --cert "$PKI/ov$server_n.crt" \
	    --key "$PKI/ov$server_n.key" \
	    --dh none --keepalive 10 60 --verb 3 "$@"
	eval "ov$server_n=$PID"
	wait_for 10 grep -q 'Initialization Sequence Completed' \
	    "$WORK/ov$server_n.log" ||
	    { fail "openvpn $server_n does not start"; exit 1; }
}

# Host NAME as a client of server N.
client() {		# NAME N
	: >"$WORK/cl_$1.log"
	spawn "cl_$1" in_ns "$1" openvpn --client --dev ov0 --dev-type tun \
	    --nobind --remote "$GW" $((1193 + $2)) --proto udp \
	    --ca "$PKI/ca.crt" --cert "$PKI/$1.crt" --key "$PKI/$1.key" \
	    --verb 3
	eval "cl_$1=$PID"
	wait_for 15 grep -q 'Initialization Sequence Completed' \
	    "$WORK/cl_$1.log" || { fail "client $1 does not connect"; exit 1; }
}

# A host on a cable of its own, as a device, but without WireGuard.
host() {		# NAME
	devs=$((devs + 1))
	ns_add "$1"
	eval "host_ns=\$ns_$1"
	ip link add "v$1" type veth peer name eth0 netns "$host_ns" &&
	    ip address add "198.51.100.$((devs * 4 + 1))/30" dev "v$1" &&
	    ip link set "v$1" up &&
	    in_ns "$1" ip address add "198.51.100.$((devs * 4 + 2))/30" \
	    dev eth0 && in_ns "$1" ip link set eth0 up &&
	    in_ns "$1" ip route add "$GW" via \
	    "198.51.100.$((devs * 4 + 1))" || { fail "host $1"; exit 1; }
}

# A portal's call: the status goes to ST, the body to BODY, the time to MS.
portal() {		# METHOD PATH [FORM]
	portal_t=$(now_ms)
	ST=$(curl -sS -m 30 -o "$WORK/body" -D "$WORK/head" -w '%{http_code}' -X "$1" \
	    ${3:+-d "$3"} "http://$AT$2" 2>>"$WORK/curl.log")
	MS=$(($(now_ms) - portal_t))
	BODY=$(cat "$WORK/body")
}

# These are listed, in order, and no other; the call was the last one.
named() {		# NAMES
	portal GET /o/connection_list
	[ "$(printf '%s\n' "$BODY" |
	    jq -r '[.connection_list[].common_name] | sort | join(" ")')" = \
	    "$1" ]
}

names() {
	printf '%s %s after %s ms\n' "$ST" "$BODY" "$MS"
}

in_time() {		# NAME
	if [ "$MS" -lt 20000 ]; then
		ok "$1: answered in time"
	else
		fail "$1: answered after $MS ms"
	fi
}

ip address replace "$GW/32" dev lo
suite_conf
suite_start

# No OpenVPN at all is no error.
portal GET /o/connection_list
is "without a server: 200" "$ST" 200
is "without a server: an empty list" "$BODY" '{"connection_list":[]}'
portal POST /o/disconnect_client common_name=nobody
is "without a server: disconnecting nobody" "$ST$BODY" 204

server 1
server 2
host h1
host h2
# A portal's common names are base64.
cn1="$(head -c 32 /dev/urandom | base64)"
"$O/mint" cert "$PKI" h1 client "cn=$cn1"
cert h2 'second client'
client h1 1
client h2 2
check "both are listed" wait_for 5 \
    named "$(printf '%s\n' "$cn1" 'second client' | sort | paste -sd ' ')" ||
    names
in_time "both are listed"
is "the list, byte by byte" "$(printf '%s\n' "$BODY" |
    sed 's/},{/}\n{/g; s/.*\[//; s/\].*//' | sort)" "$(printf '%s\n' \
    "{\"common_name\":\"$cn1\",\"ip_four\":\"10.42.1.2\",\"ip_six\":\"fd42:1::1000\"}" \
    '{"common_name":"second client","ip_four":"10.42.2.2","ip_six":"fd42:2::1000"}' |
    sort)"
portal GET '/i/node?include_client_peer_count=yes'
is "counts of both kinds" "$(printf '%s\n' "$BODY" |
    jq -c '[.o_client_count, .w_peer_count]')" '[2,0]'
portal GET /i/node
is "no counts unless asked for" "$(printf '%s\n' "$BODY" |
    jq -c 'has("o_client_count")')" false

# Nothing that would be a command, or two, reaches OpenVPN.
for cn in 'a%0Asignal%20SIGTERM' 'a%0Dquit' 'a%00b' ''; do
	portal POST /o/disconnect_client "common_name=$cn"
	is "common name '$cn' is refused" "$ST" 400
done
for cn in '%22second%20client%22%3B%20signal%20SIGTERM' 'second%5C%20client'
do
	portal POST /o/disconnect_client "common_name=$cn"
	like "common name '$cn' is no command" "$ST" '^(204|400)$'
done
check "nobody was disconnected by that" named \
    "$(printf '%s\n' "$cn1" 'second client' | sort | paste -sd ' ')" || names

# One hangs: the other is listed and disconnected, and WireGuard goes on.
kill -STOP "$ov1"
check "one hangs: the other is listed" named 'second client' || names
in_time "one hangs: the list"
is "one hangs: the list has status 200" "$ST" 200
like "one hangs: and says that one is missing" \
    "$(tr -d '\r' <"$WORK/head")" 'X-OpenVPN-Unasked: 1'
portal GET '/i/node?include_client_peer_count=yes'
in_time "one hangs: the node with counts"
like "one hangs: the node has them" "$BODY" '"o_client_count":[0-9]'
portal POST /o/disconnect_client 'common_name=second%20client'
is "one hangs: it could not be asked to disconnect" "$ST" 503
like "one hangs: which is said" "$BODY" '^1 of 2 OpenVPN servers could not be'
in_time "one hangs: disconnect"
check "one hangs: the client of the other is no longer there" wait_for 5 named '' || names
stop "$cl_h2"
portal GET '/w/peer_list?show_all=yes'
is "one hangs: WireGuard answers" "$ST$BODY" '200{"peer_list":[]}'
if [ "$MS" -lt 3000 ]; then
	ok "one hangs: WireGuard does not wait"
else
	fail "one hangs: WireGuard answered after $MS ms"
fi
# While somebody waits for the one that hangs, others do not.
spawn waiter curl -sS -m 10 "http://$AT/o/connection_list"
portal GET /i/node
if [ "$ST" = 200 ] && [ "$MS" -lt 2000 ]; then
	ok "one hangs: other calls go on beside it"
else
	fail "one hangs: /i/node answered $ST after $MS ms"
fi
kill -CONT "$ov1"
check "it goes on: its client is listed again" wait_for 20 named "$cn1" ||
    names

# Another management client holds it: OpenVPN talks to one at a time.
client h2 2
check "connected again" wait_for 10 \
    named "$(printf '%s\n' "$cn1" 'second client' | sort | paste -sd ' ')" ||
    names
kill -TERM "$ov2"
wait_for 5 gone "$ov2"
check "a server ends: the other is listed" wait_for 5 named "$cn1" || names
in_time "a server ends"
ov_form=$(printf '%s' "$cn1" | sed 's/+/%2B/g; s|/|%2F|g; s/=/%3D/g')
portal POST /o/disconnect_client "common_name=$ov_form"
is "a name in base64 is disconnected" "$ST$BODY" 204
check "nobody is left" wait_for 5 named '' || names
stop "$cl_h1"
stop "$cl_h2"

# A server that comes later, and a new leased.
server 2
cert h3 third
host h3
client h3 2
check "a server started later is found" wait_for 10 named third || names
pid=$(role_pid leased)
kill -KILL "$pid"
wait_for 15 role_new leased "$pid"
check "a new leased lists it" wait_for 10 named third || names
# Names of all kinds, on a server with IPv6 alone.
server 3 --management "$OV/p-3.sock" unix --duplicate-cn
odd='Zoë "Z", \ o:UNDEF #;'"'"
i=3
for cn in "$odd" a:b "$odd" UNDEF; do
	i=$((i + 1))
	"$O/mint" cert "$PKI" "h$i" client \
	    "cn=$(printf '%s' "$cn" | sed 's/\\/&&/g')" || exit 1
	host "h$i"
	client "h$i" 3
done
check "names of all kinds are listed" wait_for 5 \
    named "$(printf '%s\n' third "$odd" "$odd" a:b UNDEF | jq -Rrs \
    'split("\n") | map(select(. != "")) | sort | join(" ")')" || names
like "with the addresses that they have" "$BODY" \
    '"common_name":"a:b","ip_four":"","ip_six":"fd42:3::'
for cn in "$odd" a:b UNDEF; do
	portal POST /o/disconnect_client \
	    "common_name=$(printf '%s' "$cn" | jq -Rsr @uri)"
	is "'$cn' is disconnected" "$ST$BODY" 204
done
# They would come back at once, and without a word they stay for a minute.
kill -KILL "$cl_h4" "$cl_h5" "$cl_h6" "$cl_h7"
check "and they are gone" wait_for 15 named third || names
kill -TERM "$ov3"
wait_for 5 gone "$ov3"

# A server whose management asks for a password, which nobody has.
echo secret >"$WORK/pw"
server 3 --management "$OV/p-3.sock" unix "$WORK/pw"
check "a password is told" wait_for 15 sh -c \
    "curl -sS -m 5 -o /dev/null http://$AT/o/connection_list;
    grep -q 'openvpn p-3.sock: it wants a password' '$WORK/netd.log'"
portal GET /o/connection_list
like "the list of the others" "$BODY" '"common_name":"third"'
portal POST /o/disconnect_client common_name=nobody
is "nobody can be disconnected there" "$ST" 503
kill -TERM "$ov3"
wait_for 5 gone "$ov3"
check "without it, all can be asked again" wait_for 15 \
    sh -c "! curl -sS -m 5 -D - -o /dev/null http://$AT/o/connection_list |
    grep -q X-OpenVPN" || names

# A sync disconnects whom the portal does not know.
: >"$WORK/none"
"$O/regress/portalc" "$AT" sync "$WORK/none" nobody >"$WORK/sync" 2>&1
like "a sync of the portal disconnects" "$(cat "$WORK/sync")" \
    'clients=1 killed=1 .*failed=0'
check "and it is gone" wait_for 5 named '' || names
finish
