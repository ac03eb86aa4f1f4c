# The whole suite for a test: a certificate authority, a gateway that runs the
# real processes, and devices with tunnels.  Source lib.sh first, call private,
# then
#
#	. "$TOP/regress/suite.sh"
#	pki_init; suite_conf; suite_start
#	dev_add d1; cert d1 smart-toilet-1; dev_enrol d1; dev_ping d1
#
# What a test wants different it sets before suite_conf: ON_STOP, LEASE, POOLS,
# BACKEND, ADOPT, ADDRESS, CONF_GATEWAY, CONF_NETWORK, CONF_MORE (words to add), RULES,
# LISTEN_MORE (listeners to add, each with a comma before it), CRL (empty:
# none).  The gateway is the test's own namespace; NETD, the
# program to run, is the real one unless a test says otherwise.

GW=192.0.2.1
GW6=fde3:25fb:7f6c::1
PKI=$WORK/pki
S=$WORK/gw			# the gateway's directory
CONF=$S/sallyport.conf
URL=https://$GW:8443
REGISTER=$URL/vpn/v1/register
SELF=$URL/api/v1/self/lease
: "${NETD:=$BIN/netd}"
: "${ON_STOP:=keep}" "${LEASE:=never}" "${BACKEND:=auto}" "${ADOPT:=false}"
: "${POOLS:=\"fde3:25fb:7f6c:1::/64\", \"100.64.1.0/24\"}"
: "${ADDRESS=\"$GW6/48\", \"100.64.0.1/16\"}"
: "${CRL=crl = \"$PKI/ca.crl\";}"
SUITE='' devs=0

# --- certificates ----------------------------------------------------------

pki_init() {
	mkdir -p "$PKI" && "$O/mint" ca "$PKI" &&
	    "$O/mint" cert "$PKI" server server cn=vpn.example.com \
	    "san=IP:$GW,IP:127.0.0.1,DNS:vpn.example.com" || exit 1
}

# A key and a certificate of our authority: $PKI/FILE.key and .crt.  Options
# are mint's.
cert() {		# FILE CN [OPTION ...]
	cert_f=$1 cert_cn=$2; shift 2
	"$O/mint" cert "$PKI" "$cert_f" client "cn=$cert_cn" "$@"
}

# A new revocation list with these and no others.
pki_revoke() {		# FILE ...
	"$O/mint" crl "$PKI" "$@" out=ca.crl.new &&
	    mv "$PKI/ca.crl.new" "$PKI/ca.crl"
}

# --- the gateway -----------------------------------------------------------

suite_conf() {
	mkdir -p "$S"
	cat >"$CONF" <<-END
	gateway: {
	    name = "gw1"; endpoint = "$GW"; state_dir = "$S/state";
	    on_stop = "$ON_STOP"; ctl_socket = "$S/ctl.sock"; workers = 1;
	    $CONF_GATEWAY
	};
	networks = ( {
	    name = "devices"; interface = "wg0"; backend = "$BACKEND";
	    adopt = $ADOPT; listen_port = 51820;
	    private_key_file = "$S/wg0.key";
	    address = [ $ADDRESS ];
	    pools = [ $POOLS ];
	    routes = [ "fde3:25fb:7f6c::/48" ];
	    lease = "$LEASE"; quarantine = "0s";
	    $CONF_NETWORK
	} );
	identities = (
	    ${RULES:-{ proof = \"certificate\"; pattern = \"smart-toilet-(\\\\d+)\";
	      role = \"device\"; network = \"devices\"; \}}
	);
	listen = (
	    { address = "[::]:8443"; api = [ "autowg", "native" ];
	      prefix = "/vpn/";
	      tls: { certificate = "$PKI/server.crt"; key = "$PKI/server.key";
	             client_ca = "$PKI/ca.crt"; $CRL }; }
	    $LISTEN_MORE
	);
	$CONF_MORE
	END
	chmod 640 "$CONF"
}

# The same with a rendezvous "meet", for devices that are in meshes.
mesh_conf() {
	CONF_MORE='mesh: { rendezvous = "meet"; };'
	suite_conf && sed -i "s/\"autowg\", \"native\"/\"mesh\"/
	    s|^networks = (|& { name = \"meet\"; kind = \"rendezvous\"; \
	    interface = \"sprv0\"; listen_port = 51819; \
	    private_key_file = \"$S/meet.key\"; },|" "$CONF"
}

ctl() {
	"$BIN/sallyctl" -s "$S/ctl.sock" "$@"
}

suite_up() {
	[ "$(ctl -j show networks 2>/dev/null |
	    jq -r '.networks[].state' | sort -u)" = up ]
}

# Start it and wait until its network is up.
suite_start() {
	suite_spawn
	wait_for 20 suite_up || {
		fail "the suite does not come up"
		exit 1
	}
}

suite_spawn() {
	# shellcheck disable=SC2086
	spawn netd "$NETD" -d $NOUSER $NETD_FLAGS -L "$BIN" -f "$CONF"
	SUITE=$PID
}

suite_stop() {
	stop "$SUITE"
}

# The end of the parent, and of the others with it, at once.
suite_kill() {
	suite_left=$(suite_pids)
	kill -KILL "$SUITE"
	[ -z "$suite_left" ] || kill -CONT $suite_left
	stop "$SUITE"
	for suite_p in $suite_left; do
		wait_for 5 gone "$suite_p" || fail "process $suite_p stays"
	done
}

# The child of that name: netd-hand leased apid apid-key agentd.  Nothing and 1 if
# there is none.
role_pid() {		# NAME
	for role_p in $(cat "/proc/$SUITE/task/$SUITE/children" 2>/dev/null); do
		[ "$(tr '\0' '\n' <"/proc/$role_p/cmdline" 2>/dev/null)" = "$1" ] ||
		    continue
		gone "$role_p" || { echo "$role_p"; return 0; }
	done
	return 1
}

# The role is alive again, as another process than PID.
role_new() {		# ROLE PID
	role_now=$(role_pid "$1") && [ "$role_now" != "$2" ]
}

# A sync of leased and the hand has ended since there were so many.
syncs() {
	grep -c ' leased: sync: ' "$WORK/netd.log"
}
more_syncs() {		# THAN
	[ "$(syncs)" -gt "$1" ]
}

# How often the hand has told WireGuard something.
batches() {
	ctl -j show status | jq .status.kernel_hand.batches
}
# The hand reports its counts now: behind a sync, which a reload asks for.
hand_tells() {
	tells_n=$(syncs)
	ctl reload >/dev/null && wait_for 20 more_syncs "$tells_n" &&
	    wait_for 10 steady batches
}

# Kill the process, and wait until another one does its work.  That the suite
# is up is old news until leased has seen the death.
role_kill() {		# ROLE
	kill_pid=$(role_pid "$1") kill_n=$(syncs)
	kill -KILL "$kill_pid" && wait_for 15 role_new "$1" "$kill_pid" ||
	    return
	case $1 in
	netd-hand|leased)
		wait_for 20 more_syncs "$kill_n" || return ;;
	esac
	wait_for 20 suite_up
}

# The processes of these roles, or of all.
suite_pids() {		# [ROLE ...]
	[ $# -gt 0 ] || set -- netd-hand leased apid apid-key agentd
	for suite_r; do role_pid "$suite_r"; done
}

# What the suite holds, for "nothing changed".
state() {
	ctl -j show leases | jq -S '[.leases[] | del(.renewed, .latest_handshake,
	    .rx_bytes, .tx_bytes, .endpoint)]'
	wg show wg0 private-key; wg show wg0 listen-port
	wg show wg0 allowed-ips | sort
}

# Remember what is, and see later that nothing changed and nobody died.
remember() {
	state >"$WORK/state"
	suite_pids >"$WORK/pids"
}

unchanged() {		# NAME
	state >"$WORK/state2"
	suite_pids >"$WORK/pids2"
	check "$1: nothing changed" diff "$WORK/state" "$WORK/state2"
	check "$1: nobody died" diff "$WORK/pids" "$WORK/pids2"
}

leases() {
	ctl -j show leases | jq -r '.leases[] |
	    "\(.name) \(.public_key) \(.addresses | join(","))"' | sort
}

# --- devices ---------------------------------------------------------------

# WireGuard in a namespace: the kernel's, or wireguard-go.
wg_up() {		# NS IF
	in_ns "$1" ip link add "$2" type wireguard 2>/dev/null && return
	spawn "wg_$1_$2" in_ns "$1" env WG_PROCESS_FOREGROUND=1 \
	    wireguard-go -f "$2"
	wait_for 5 wg_listens "$2" "$1"
}

# The same for wg0 of the gateway, made by others than the suite.
wg_here() {
	ip link add wg0 type wireguard 2>/dev/null && return
	spawn wg_here env WG_PROCESS_FOREGROUND=1 wireguard-go -f wg0
	wait_for 5 wg_listens wg0
}

# A device NAME: a namespace, a cable to the gateway, a key, a tunnel that
# knows nobody yet.
dev_add() {		# NAME
	devs=$((devs + 1))
	ip address replace "$GW/32" dev lo
	ns_add "$1"
	eval "dev_ns=\$ns_$1"
	ip link add "v$1" type veth peer name eth0 netns "$dev_ns" &&
	    ip address add "198.51.100.$((devs * 4 + 1))/30" dev "v$1" &&
	    ip link set "v$1" addrgenmode none &&
	    ip link set "v$1" up &&
	    in_ns "$1" ip address add "198.51.100.$((devs * 4 + 2))/30" \
	    dev eth0 &&
	    in_ns "$1" ip link set eth0 up &&
	    in_ns "$1" ip route add "$GW" via "198.51.100.$((devs * 4 + 1))" &&
	    wg_up "$1" wg0 &&
	    dev_newkey "$1" || { fail "device $1"; exit 1; }
}

dev_newkey() {		# NAME
	(umask 077 && wg genkey >"$WORK/$1.key") &&
	    wg pubkey <"$WORK/$1.key" >"$WORK/$1.pub" &&
	    in_ns "$1" wg set wg0 private-key "$WORK/$1.key"
}

# curl from a device with a certificate; the body goes to $WORK/NAME.body, the
# status (000: no answer) is printed.
dev_curl() {		# NAME CERT OPTION ...
	dev_name=$1 dev_cert=$2; shift 2
	set -- --cacert "$PKI/ca.crt" -sS -m 10 -w '%{http_code}' \
	    -o "$WORK/$dev_name.body" "$@"
	[ "$dev_cert" = - ] ||
	    set -- --cert "$PKI/$dev_cert.crt" --key "$PKI/$dev_cert.key" "$@"
	rm -f "$WORK/$dev_name.body"
	in_ns "$dev_name" curl "$@" 2>"$WORK/$dev_name.err"
}

# Register as autowg's client does; prints the status.
dev_post() {		# NAME CERT
	dev_curl "$1" "$2" -d "$(cat "$WORK/$1.pub")" "$REGISTER"
}

# The native way.
dev_put() {		# NAME CERT
	dev_curl "$1" "$2" -X PUT -H 'Content-Type: application/json' \
	    -d "{\"public_key\":\"$(cat "$WORK/$1.pub")\"}" "$SELF"
}

# Use the answer of the last registration, of either kind, and begin
# a new session: a peer that was away has forgotten the old one.
dev_apply() {		# NAME
	dev_b=$WORK/$1.body
	if grep -q '^{' "$dev_b"; then
		dev_peer=$(jq -r .server.public_key "$dev_b")
		dev_endpoint=$(jq -r .server.endpoint "$dev_b")
		dev_route=$(jq -r '.server.routes | join(",")' "$dev_b")
		dev_ips=$(jq -r '.addresses[]' "$dev_b")
	else
		dev_peer=$(sed -n 's/^pubkey=//p' "$dev_b")
		dev_endpoint=$(sed -n 's/^endpoint=//p' "$dev_b")
		dev_route=$(sed -n 's/^route=//p' "$dev_b")
		dev_ips=$(sed -n 's/^ip=//p' "$dev_b")
	fi
	in_ns "$1" wg set wg0 peer "$dev_peer" remove
	in_ns "$1" wg set wg0 peer "$dev_peer" endpoint "$dev_endpoint" \
	    allowed-ips "$dev_route" persistent-keepalive 25 || return 1
	for dev_ip in $dev_ips; do
		case $dev_ip in
		*:*) in_ns "$1" ip address replace "${dev_ip%/*}/128" dev wg0 \
		    nodad ;;
		*) in_ns "$1" ip address replace "${dev_ip%/*}/32" dev wg0 ;;
		esac || return 1
	done
	in_ns "$1" ip link set wg0 mtu 1280 up &&
	    in_ns "$1" ip route replace "${dev_route%%,*}" dev wg0
}

dev_enrol() {		# NAME [CERT]
	dev_st=$(dev_post "$1" "${2:-$1}")
	[ "$dev_st" = 200 ] && dev_apply "$1" || {
		echo "register $1: $dev_st $(cat "$WORK/$1.body" "$WORK/$1.err")"
		return 1
	}
}

# Through the tunnel to the gateway, within 5 seconds.
dev_ping() {		# NAME
	wait_for 5 in_ns "$1" ping -q -c 1 -W 1 "$GW6"
}

# A ping every 0.05 s in the background until ping_end.
ping_begin() {		# NAME
	: >"$WORK/ping_$1.log"
	spawn "ping_$1" in_ns "$1" ping -i 0.05 -W 5 "$GW6"
	eval "ping_$1=$PID"
	wait_for 5 grep -q icmp_seq "$WORK/ping_$1.log"
}

ping_more() {		# NAME COUNT
	[ "$(grep -c 'bytes from' "$WORK/ping_$1.log")" -gt "$2" ]
}

# End it after three more answers; 0 if no packet was lost: as many answers as
# the highest number among them.  PINGS says how it went.
ping_end() {		# NAME
	wait_for 10 ping_more "$1" \
	    $(($(grep -c 'bytes from' "$WORK/ping_$1.log") + 2))
	eval "stop \$ping_$1"
	# shellcheck disable=SC2046
	set -- $(awk -F 'icmp_seq=' '/bytes from/ { split($2, f, " ")
	    if (f[1] > max) max = f[1]
	    if (!seen[f[1]]++) n++ } END { print n + 0, max + 0 }' \
	    "$WORK/ping_$1.log")
	PINGS="$2 sent, $1 answered"
	[ "$1" -gt 0 ] && [ "$1" -eq "$2" ]
}
