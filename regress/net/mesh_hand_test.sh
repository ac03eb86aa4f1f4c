# Two devices of a mesh with the real parent, hand, key holder and WireGuard;
# agentd is a stub that does what this test says.

. "${TOP:-.}/regress/lib.sh"
private "$@"
. "$TOP/regress/suite.sh"
pki_init

NET=6f1c000089ab4cde8f0123456789abcd
UUID=6f1c0000-89ab-4cde-8f01-23456789abcd
BINS=$WORK/bins
mkdir -p "$BINS"
ln -s "$BIN/netd-hand" "$BIN/apid-key" "$BINS"
ln -s "$O/regress/agent_stub" "$BINS/agentd"
ln -s "$BIN/netd" "$BINS/sallyport-agent"

# Device NAME, whose interfaces are PREFIX0 and so on; a policy may follow.
agent_conf() {		# NAME PREFIX [WORDS]
	mkdir -p "$WORK/$1"
	[ -e "$PKI/$1.crt" ] || cert "$1" "$1"
	cat >"$WORK/$1/agent.conf" <<-END
	agent: { server = "https://$GW:8443/"; certificate = "$PKI/$1.crt";
	    key = "$PKI/$1.key"; ca = "$PKI/ca.crt";
	    state_dir = "$WORK/$1/state"; };
	policy: { interface_prefix = "$2"; $3 };
	ctl_socket = "$WORK/$1/ctl.sock";
	END
	chmod 640 "$WORK/$1/agent.conf"
}
agent_start() {		# NAME [COMMAND before it]
	name=$1; shift
	# shellcheck disable=SC2086
	spawn "$name" "$@" "$BINS/sallyport-agent" -d $NOUSER -L "$BINS" \
	    -f "$WORK/$name/agent.conf"
	eval "pid_$name=$PID"
	wait_for 20 test -s "$WORK/$name/state/agent/out" || {
		fail "$name does not come up"
		cat "$WORK/$name.log"
		exit 1
	}
}
say() {			# NAME LINE
	echo "$2" >>"$WORK/$1/state/agent/cmd"
}
heard() {		# NAME ERE
	grep -Eq "$2" "$WORK/$1/state/agent/out"
}
key_of() {		# NAME
	sed -n "s/^state $NET up [0-9]* \([^ ]*\) .*/\1/p" \
	    "$WORK/$1/state/agent/out" | tail -n 1
}
child_of() {		# PID NAME
	for p in $(cat "/proc/$1/task/$1/children" 2>/dev/null); do
		[ "$(tr '\0' '\n' <"/proc/$p/cmdline" 2>/dev/null)" = "$2" ] &&
		    { echo "$p"; return; }
	done
}
pings() {		# COMMAND ADDRESS
	$1 ping -c 1 -W 1 "$2" >/dev/null 2>&1
}

# A is here, B in a namespace beside it; they see each other over a wire.
ns_add b
in_b() {
	in_ns b "$@"
}
ip link add va type veth peer name vb netns "$ns_b" &&
    ip address add 192.0.2.1/24 dev va && ip link set va up &&
    in_b ip address add 192.0.2.2/24 dev vb && in_b ip link set vb up ||
    skip_all "no veth here"

agent_conf a spa 'accept_routes = [ "10.20.0.0/16" ]; full_tunnel = "prod/m2";'
agent_conf b spb 'relay = true; accept_routes = [ "10.20.8.0/24" ]; egress = [ "0.0.0.0/0" ]; egress_wan = "vw";'
# The real programs check their parts of the file.
try() {
	# shellcheck disable=SC2086
	"$BIN/sallyport-agent" -n $NOUSER -L "$BIN" -f "$WORK/a/agent.conf" \
	    >"$WORK/try.out" 2>&1
}
check "sallyport-agent -n" try
cp "$PKI/a.key" "$WORK/a.key"
cp "$PKI/b.key" "$PKI/a.key"
try && fail "-n with the key of another" ||
    like "-n with the key of another" "$(cat "$WORK/try.out")" \
    'agent.conf:[0-9]+: the key is not that of the certificate'
cp "$WORK/a.key" "$PKI/a.key"
agent_start a
agent_start b in_ns b
like "agentd gets its part" "$(head -n 1 "$WORK/a/state/agent/out")" \
    "^conf $GW 8443 / raw=[0-9] ctl=1 cert=1$"
is "root's directory of keys" "$(stat -c '%a' "$WORK/a/state/keys")" 700

# --- the key holder signs as a client, and not as a server ---

say a "sign client"
check "a client's signature" wait_for 10 heard a '^signed 1 [1-9]'
say a "sign server"
check "no server's" wait_for 10 heard a '^signed 0 0$'

# --- a network on both, and a way through ---

say a "net $NET prod 0 0 100.64.1.1/24,fd12::1/64"
say b "net $NET prod 0 0 100.64.1.2/24,fd12::2/64"
check "A has the network" wait_for 20 heard a "^state $NET up 51820 .* spa0 $"
check "B has the network" wait_for 20 heard b "^state $NET up 51820 .* spb0 $"
is "the key is root's alone" \
    "$(stat -c '%a' "$WORK/a/state/keys/$UUID.key")" 600
is "A's number" "$(cat "$WORK/a/state/networks")" "$NET 0"
ka=$(key_of a) kb=$(key_of b)
# As patterns.
ka_re=$(echo "$ka" | sed 's/[+]/[+]/g') kb_re=$(echo "$kb" | sed 's/[+]/[+]/g')
is "A's key is that of the file" \
    "$(wg pubkey <"$WORK/a/state/keys/$UUID.key")" "$ka"
say a "peer $NET m2 $kb 192.0.2.2 51820 0 100.64.1.2/32,fd12::2/128"
say b "peer $NET m1 $ka - 0 0 100.64.1.1/32,fd12::1/128"
check "A reaches B" wait_for 10 pings "" 100.64.1.2
check "A reaches B, IPv6" wait_for 10 pings "" fd12::2
check "B reaches A" wait_for 10 pings in_b 100.64.1.1
say a "stats $NET"
check "counters" wait_for 10 heard a \
    "^stat $kb_re [1-9][0-9]* [1-9][0-9]* 1 192.0.2.2 2$"

# --- what the policy does not allow ---

# Addresses of links come when they like.
ways() {
	{ ip route show table all; ip rule; ip -6 rule; } |
	    grep -v 'fe80::\|ff00::'
}
refused() {		# NAME WORD PREFIXES [HOST]
	n=$(grep -c '^done' "$WORK/a/state/agent/out")
	code=7
	[ "$2" != endpoint ] || code=8
	before=$(ways)
	say a "peer $NET m3 $(wg genkey | wg pubkey) ${4:--} 51820 0 $3"
	wait_for 10 eval "[ \$(grep -c '^done' '$WORK/a/state/agent/out') -gt $n ]"
	like "$1" "$(grep '^done' "$WORK/a/state/agent/out" | tail -n 1)" \
	    "^done [0-9]+ $code $2: "
	is "$1: nothing changed" "$(ways)" "$before"
}
refused "a default route" full_tunnel 0.0.0.0/0
refused "half of everything" accept_routes 0.0.0.0/1
refused "a route that accept_routes lacks" accept_routes 10.30.0.0/16
refused "an endpoint of the host itself" endpoint - 192.0.2.1
refused "an endpoint of loopback" endpoint - 127.0.0.1
ip address add 10.20.5.1/24 dev va
refused "a prefix to which the host is connected" 'route conflict' \
    10.20.5.128/25
refused "one that holds it" 'route conflict' 10.20.0.0/16
say a "peer $NET m3 $(wg genkey | wg pubkey) - 0 0 10.20.7.0/24"
check "a route that is allowed" wait_for 10 eval \
    "ip route show 10.20.7.0/24 | grep -q 'dev spa0'"

unlike "none of these is a drift" "$(cat "$WORK/a.log")" 'drift .*put right'

# --- nothing is forwarded that no role allows ---

fw() {
	nft list ruleset 2>/dev/null | grep -c 'iifname "spa0"'
}
check "a filter is there" eval '[ "$(fw)" -gt 0 ]'

# --- a third member, which only B can see ---

ns_add c
in_c() {
	in_ns c "$@"
}
ip link add vd netns "$ns_b" type veth peer name vc netns "$ns_c"
in_b ip address add 198.51.100.1/24 dev vd
in_b ip link set vd up
in_c ip address add 198.51.100.2/24 dev vc
in_c ip link set vc up
agent_conf c spc
agent_start c in_ns c
say c "net $NET prod 0 0 100.64.1.3/24"
check "C has the network" wait_for 20 heard c "^state $NET up 51820 .* spc0 $"
kc=$(key_of c)
say c "peer $NET m2 $kb 198.51.100.1 51820 0 100.64.1.1/32,100.64.1.2/32"
say b "peer $NET m3 $kc 198.51.100.2 51820 0 100.64.1.3/32"
say a "peer $NET m2 $kb 192.0.2.2 51820 0 100.64.1.2/32,100.64.1.3/32,fd12::2/128"
check "A has C behind B" wait_for 10 eval \
    "wg show spa0 allowed-ips | grep -q 100.64.1.3/32"
check "A reaches B still" wait_for 10 pings "" 100.64.1.2
check "C reaches B" wait_for 10 pings in_c 100.64.1.2
check "B is no relay: A does not reach C" eval "! pings '' 100.64.1.3"
say b "net $NET prod 0 1 100.64.1.2/24,fd12::2/64"
check "B is a relay: A reaches C" wait_for 10 pings "" 100.64.1.3
check "B is a relay: C reaches A" wait_for 10 pings in_c 100.64.1.1
# What lies behind C, as B's own file accepts it.
in_c ip address add 10.20.8.1/32 dev lo
in_c ip address add 10.20.9.1/32 dev lo
say b "peer $NET m3 $kc 198.51.100.2 51820 0 100.64.1.3/32,10.20.8.0/24"
say a "peer $NET m2 $kb 192.0.2.2 51820 0 100.64.1.2/32,100.64.1.3/32,fd12::2/128,10.20.8.0/23"
check "B is a relay: A reaches what is behind C" wait_for 10 pings "" 10.20.8.1
check "but not what B does not accept" eval "! pings '' 10.20.9.1"
say b "peer $NET m3 $kc 198.51.100.2 51820 0 100.64.1.3/32"
say b "net $NET prod 0 0 100.64.1.2/24,fd12::2/64"
check "B is no relay any more" wait_for 10 eval "! pings '' 100.64.1.3"

# --- everything into the tunnel, and out at the other end ---

# Behind B there is a world that A reaches by B alone.
ns_add w
ip link add vw netns "$ns_b" type veth peer name eth0 netns "$ns_w"
in_b ip address add 203.0.113.1/24 dev vw
in_b ip link set vw up
in_ns w ip address add 203.0.113.9/24 dev eth0
in_ns w ip link set eth0 up
ip route add default via 192.0.2.2 dev va
traced() {		# the way that a packet of user takes
	ip route get 203.0.113.9 uid "$1" | sed -n 's/.* dev \([^ ]*\).*/\1/p'
}
agent_uid=$(stat -c '%u' "$WORK/a/state/agent")
ip -6 route add default dev va 2>/dev/null
# Who is on the link beside the tunnel reaches the address in it, until then.
in_b ip route add 100.64.1.1/32 via 192.0.2.1 dev vb
beside() {
	in_b ping -q -c 1 -W 1 -I 192.0.2.2 100.64.1.1
}
check "A's address answers on the link" wait_for 10 beside
in_b ip route del 100.64.1.1/32 via 192.0.2.1 dev vb
say b "net $NET prod 0 2 100.64.1.2/24,fd12::2/64 0.0.0.0/0"
# Its endpoint has no route but the default one, and paths are looked at.
echo 1 >/proc/sys/net/ipv4/conf/all/rp_filter
echo 1 >/proc/sys/net/ipv4/conf/va/rp_filter
say a "peer $NET m2 $kb 198.51.100.1 51820 0 100.64.1.2/32,fd12::2/128,0.0.0.0/0"
tunnelled() {
	[ "$(traced 0)" = spa0 ]
}
check "everything goes into the tunnel" wait_for 10 tunnelled
check "A reaches the world by B" wait_for 10 pings "" 203.0.113.9
valid_mark() {
	cat /proc/sys/net/ipv4/conf/all/src_valid_mark
}
is "the reverse path of what is marked is that of its mark" "$(valid_mark)" 1
in_b ip route add 100.64.1.1/32 via 192.0.2.1 dev vb
check "A's address does not answer on the link any more" \
    eval "! beside >/dev/null 2>&1"
in_b ip route del 100.64.1.1/32 via 192.0.2.1 dev vb
# From here to the end of the tunnel, see what leaves by the uplink.  The kernel's
# own search for routers comes at any time.
echo 0 >/proc/sys/net/ipv6/conf/va/router_solicitations
spawn sent python3 "$TOP/regress/net/sent.py" va
SENT=$PID
check "the uplink is watched" wait_for 10 grep -q ready "$WORK/sent.log"
try_all() {
	curl -s -m 1 http://198.18.0.1:443/
	python3 -c 'import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.sendto(b"x", ("198.18.0.1", 53))'
	ping -c 1 -W 1 203.0.113.9
	ping -c 1 -W 1 198.18.0.1
	ping -6 -c 1 -W 1 2001:db8::1
} >/dev/null 2>&1
only_mesh() {		# NAME
	is "$1: nothing leaves by the uplink but the mesh" \
	    "$(grep -v '^ready\|^4 udp 51820 198\.51\.100\.1$' \
	    "$WORK/sent.log")" ""
}
try_all
check "the mesh leaves by the uplink" wait_for 10 \
    grep -q '^4 udp 51820 198\.51\.100\.1$' "$WORK/sent.log"
only_mesh "a tunnel"
is "but what agentd sends" "$(traced "$agent_uid")" va
is "and what the main table has a route to" \
    "$(ip route get 192.0.2.9 | sed -n 's/.* dev \([^ ]*\).*/\1/p')" va
check "IPv6 is closed, as the member has none" wait_for 10 eval \
    "! ip -6 route get 2001:db8::1 >/dev/null 2>&1"
# B dies: nothing leaks.
in_b ip link set spb0 down
unlike "when the member is gone, nothing else is tried" \
    "$(ip route get 203.0.113.9)" 'dev va'
try_all
only_mesh "the member is gone"
old=$(child_of "$pid_a" netd-hand)
kill -KILL "$old"
check "nor when the hand dies" tunnelled
try_all
only_mesh "the hand is dead"
in_b ip link set spb0 up
check "the hand is started again" wait_for 10 eval \
    "p=\$(child_of $pid_a netd-hand) && [ -n \"\$p\" ] && [ \"\$p\" != $old ]"
say a begin
say a "net $NET prod 0 0 100.64.1.1/24,fd12::1/64"
say a "peer $NET m2 $kb 198.51.100.1 51820 0 100.64.1.2/32,fd12::2/128,0.0.0.0/0"
say a end
check "the member is back" wait_for 20 pings "" 203.0.113.9
try_all
only_mesh "another hand"
like "the filter is that of a tunnel" "$(nft list ruleset)" \
    'iifname != "spa0" ip daddr 100.64.1.1 fib saddr type != local'
stop "$SENT"
say a "peer $NET m2 $kb 192.0.2.2 51820 0 100.64.1.2/32,fd12::2/128"
check "the tunnel is taken back" wait_for 10 eval "! tunnelled"
check "with its rules" wait_for 10 eval "! ip rule | grep -q '^3241[0-2]:'"
is_unmarked() {
	[ "$(valid_mark)" = 0 ] &&
	    ! nft list ruleset | grep -q 'ct mark\|type != local'
}
check "its filter and the mark of answers" wait_for 10 is_unmarked
ip -6 route del default dev va 2>/dev/null
ip route del default

# --- death of each process ---

for who in agentd netd-hand apid-key; do
	# shellcheck disable=SC2154
	old=$(child_of "$pid_a" $who)
	kill -KILL "$old"
	check "kill -9 of $who: the tunnel is there" pings "" 100.64.1.2
	check "kill -9 of $who: it is started again" wait_for 10 eval \
	    "p=\$(child_of $pid_a $who) && [ -n \"\$p\" ] && [ \"\$p\" != $old ]"
	check "kill -9 of $who: the tunnel stays" pings "" 100.64.1.2
done

# --- the end of the suite, and another start ---

hs=$(wg show spa0 latest-handshakes | grep -F "$kb")
stop "$pid_a"
check "on_stop = keep: the tunnel stays" pings "" 100.64.1.2
: >"$WORK/a/state/agent/cmd"
: >"$WORK/a/state/agent/out"
agent_start a
say a begin
say a "net $NET prod 0 0 100.64.1.1/24,fd12::1/64"
say a "peer $NET m2 $kb 192.0.2.9 51820 0 100.64.1.2/32,fd12::2/128"
say a end
check "the next start has it again" wait_for 20 heard a \
    "^state $NET up 51820 $ka_re spa0 $"
check "its peer was not touched" pings "" 100.64.1.2
check "what was not wished for again goes" wait_for 10 eval \
    "! ip route show 10.20.7.0/24 | grep -q spa0"
is "and the handshake is the same" \
    "$(wg show spa0 latest-handshakes | grep -F "$kb")" "$hs"

# --- leaving ---

say b "leave $NET"
check "B has left" wait_for 10 eval "! in_b ip link show spb0 >/dev/null 2>&1"
check "B's key is gone" wait_for 10 eval \
    "[ ! -e '$WORK/b/state/keys/$UUID.key' ]"
check "B's number, too" wait_for 10 eval "[ ! -s '$WORK/b/state/networks' ]"

# --- undo ---

sed -i 's/agent: {/agent: { on_stop = "undo";/' "$WORK/a/agent.conf"
check "the change is taken" wait_for 10 logged 'configuration loaded' \
    "$WORK/a.log"
# shellcheck disable=SC2154
stop "$pid_a"
check "undo: no interface" eval "! ip link show spa0 >/dev/null 2>&1"
is "undo: no rules" "$(ip rule | grep -c '^3241[0-2]:')" 0
is "undo: no filter" "$(fw)" 0
check "undo: the key stays" test -e "$WORK/a/state/keys/$UUID.key"

finish
