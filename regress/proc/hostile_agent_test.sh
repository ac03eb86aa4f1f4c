#!/bin/sh
# A captured agentd, and a captured hand of a device: their ends of the links
# are taken and used against the others.  agentd gets no more than the policy in
# the device's own file, whatever its server would like; what is malformed ends
# the link and not the receiver.
. "${TOP:-.}/regress/lib.sh"
private "$@"
. "$TOP/regress/suite.sh"
. "$TOP/regress/agents.sh"
. "$TOP/regress/captured.sh"

NET=6f1c000089ab4cde8f0123456789abcd
OTHER=6f1c000089ab4cde8f0123456789abce
wg_here || skip_all "no WireGuard here"
ip link del wg0
# What the host is connected to.
ip link add vx type veth peer name vy && ip link set vx addrgenmode none up &&
    ip link set vy addrgenmode none up && ip address add 100.64.9.1/24 dev vx &&
    ip address add 192.168.77.1/24 dev vx || skip_all "no veth here"

pki_init
POLICY_a1='accept_routes = [ "10.20.0.0/16" ]; peers_max = 2; networks_max = 1;'
fresh() {
	wg genkey | wg pubkey
}
kernel() {
	ip address; ip route show table all; ip rule; ip -6 route show table all
	ip -6 rule; wg show spm0 allowed-ips | sort
	nft list ruleset 2>/dev/null; cat /proc/sys/net/ipv4/ip_forward
}

agent_here a1
hand=$(role_pid netd-hand)

# --- agentd against the hand: no more than the policy

net() {			# NAME ERE NETWORK PORT ROLE ADDRESS/LEN
	net_n=$1 net_e=$2; shift 2
	like "agentd captured: $net_n" "$(as agentd netd-hand mnet "$@")" \
	    "$net_e"
}
net "an address outside of accept" '^down accept: ' $NET 51820 0 10.9.8.7/24
net "all of accept's family" '^down accept: ' $NET 51820 0 0.0.0.1/0
net "more than accept" '^down accept: ' $NET 51820 0 100.64.0.1/8
net "the prefix of another interface" '^down route conflict: ' \
    $NET 51820 0 100.64.9.7/24
net "more than that prefix" '^down route conflict: ' $NET 51820 0 100.64.0.7/16
net "another port" '^down ports: ' $NET 22 0 100.64.1.1/24
net "a network" '^up $' $NET 51820 0 100.64.1.1/24
net "a relay" '^up relay: ' $NET 51820 1 100.64.1.1/24
net "an egress" '^up egress: ' $NET 51820 2 100.64.1.1/24
net "a hub" '^up relay: ' $NET 51820 4 100.64.1.1/24
net "one network more" '^down networks_max: ' $OTHER 0 0 100.64.2.1/24
net "the network as it was" '^up $' $NET 51820 0 100.64.1.1/24
own=$(wg show spm0 public-key)
kernel >"$WORK/kernel"
is "nothing is forwarded" "$(cat /proc/sys/net/ipv4/ip_forward)" 0

no_peer() {		# NAME KEY PREFIX [ENDPOINT PORT]
	no_peer_n=$1; shift
	like "agentd captured: $no_peer_n" \
	    "$(as agentd netd-hand mpeer $NET "$@")" '^MPEER_DONE [2-9]$'
}
key=$(fresh)
no_peer "a default route" "$key" 0.0.0.0/0
no_peer "an IPv6 default route" "$key" ::/0
no_peer "half the internet" "$key" 128.0.0.0/1
no_peer "the other half" "$key" 0.0.0.0/1
no_peer "a prefix outside of accept_routes" "$key" 10.21.0.0/16
no_peer "more than accept_routes" "$key" 10.0.0.0/8
no_peer "the prefix of another interface" "$key" 100.64.9.0/24
no_peer "an address of it" "$key" 100.64.9.2/32
no_peer "our own address" "$key" 100.64.1.1/32
no_peer "the key of all zero" AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= \
    100.64.1.9/32
no_peer "our own key" "$own" 100.64.1.9/32
for e in 127.0.0.1 127.9.9.9 0.0.0.0 169.254.169.254 224.0.0.1 255.255.255.255 \
    192.168.77.1 100.64.1.9 ::1 :: fe80::1 ff02::1; do
	no_peer "the endpoint $e" "$key" 100.64.1.9/32 $e 51820
done
kernel >"$WORK/kernel2"
check "agentd captured: the kernel is as it was" \
    diff "$WORK/kernel" "$WORK/kernel2"
is "agentd captured: a peer" \
    "$(as agentd netd-hand mpeer $NET "$key" 100.64.1.9/32 192.168.77.9 51820)" \
    "MPEER_DONE 1"
is "agentd captured: a route of accept_routes" \
    "$(as agentd netd-hand mpeer $NET "$(fresh)" 10.20.1.0/24)" "MPEER_DONE 1"
is "agentd captured: one peer more than peers_max" \
    "$(as agentd netd-hand mpeer $NET "$(fresh)" 100.64.1.10/32)" "MPEER_DONE 5"
is "agentd captured: a network that nobody has" \
    "$(as agentd netd-hand mpeer $OTHER "$key" 100.64.1.9/32)" "MPEER_DONE 2"
is "agentd captured: the hand lives" "$(role_pid netd-hand)" "$hand"

# --- agentd against the key holder: a client's signature, and no other

tbs() {			# server|client
	printf '20%.0s' $(seq 64)
	printf 'TLS 1.3, %s CertificateVerify' "$1" | od -An -v -tx1 |
	    tr -d ' \n'
	printf '00'
	printf 'ab%.0s' $(seq 32)
}
scheme() {		# HEX: the first that the key takes
	for scheme_s in 0403 0807 0804; do
		scheme_a=$(as agentd apid-key raw 0x0301 "0000${scheme_s}0082$1")
		[ "$scheme_a" = "KEY_SIGNED 0" ] || break
	done
	echo "$scheme_a"
}
is "agentd captured: a client's CertificateVerify is signed" \
    "$(scheme "$(tbs client)")" "KEY_SIGNED 1"
is "agentd captured: a server's is not" "$(scheme "$(tbs server)")" \
    "KEY_SIGNED 0"
is "agentd captured: nor anything else" \
    "$(scheme "$(printf 'ab%.0s' $(seq 130))")" "KEY_SIGNED 0"
is "agentd captured: nor with another key" \
    "$(as agentd apid-key raw 0x0301 "000104030082$(tbs client)")" \
    "KEY_SIGNED 0"

# --- malformed: the link ends, the receiver does not

malformed() {		# SENDER RECEIVER NAME WHAT ...
	malformed_s=$1 malformed_r=$2 malformed_n=$3; shift 3
	malformed_pid=$(role_pid "$malformed_r")
	is "$malformed_s captured: $malformed_n ends the link" \
	    "$(as "$malformed_s" "$malformed_r" "$@")" closed
	is "$malformed_s captured: $malformed_n: $malformed_r lives" \
	    "$(role_pid "$malformed_r")" "$malformed_pid"
	suite_kill
	agent_here a1
}
long=$(printf '00%.0s' $(seq 1500))
malformed agentd netd-hand "an unknown message" raw 0x7777
malformed agentd netd-hand "a wish of leased" raw 0x0203
malformed agentd netd-hand "a message of the parent" raw 0x0432 00
malformed agentd netd-hand "a message cut short" raw 0x0620 0001
malformed agentd netd-hand "a message too long" raw 0x0621 "$long"
# 32 characters, of which one is no digit: "../".
malformed agentd netd-hand "a network named as a path" raw 0x0621 \
    "20$(printf '../../etc/shadow/89ab4cde8f012345' | head -c 32 |
    od -An -v -tx1 | tr -d ' \n')"
malformed agentd netd-hand "a descriptor nobody asked for" raw-fd 0x0626
malformed agentd netd-hand "the end of a sync that has not begun" raw 0x0627
malformed agentd netd-hand "random bytes" random 3 500
malformed netd-hand agentd "an unknown message" raw 0x7777
malformed netd-hand agentd "a wish" raw 0x0626
malformed netd-hand agentd "a message cut short" raw 0x0622 0001
malformed netd-hand agentd "a descriptor nobody asked for" raw-fd 0x0625 010000
malformed netd-hand agentd "random bytes" random 4 500
malformed agentd apid-key "a message of another link" raw 0x0620
malformed agentd apid-key "a message cut short" raw 0x0301 0000

# Answers that nobody has asked for are nobody's.
agentd=$(role_pid agentd)
like "the hand captured: 1,000 answers to nothing" \
    "$(as netd-hand agentd repeat 0x0625 1000 010000)" '^(silent|full)$'
is "the hand captured: agentd lives" "$(role_pid agentd)" "$agentd"
check "and answers" agent_answers a1
finish
