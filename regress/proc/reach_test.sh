#!/bin/sh
# A captured front asks for what no identity rule gives: other networks, the
# operator's static peers, other portals, force, lists.  leased knows the limits
# of the rules from netd and believes no front.  A captured leased asks netd for
# OpenVPN's sockets without end, and gets them seldom.
. "${TOP:-.}/regress/lib.sh"
private "$@"
. "$TOP/regress/suite.sh"
. "$TOP/regress/captured.sh"

RULES='{ proof = "certificate"; pattern = "smart-toilet-(\\d+)";
      role = "device"; network = "devices"; },
    { proof = "certificate"; pattern = "portal-1"; role = "portal";
      network = "devices"; }'
# A second network, which no rule names.
office="{ name = \"office\"; interface = \"wg1\"; listen_port = 51821; \
    private_key_file = \"$S/wg1.key\"; address = [ \"10.77.0.1/24\" ]; \
    pools = [ \"10.77.0.0/24\" ]; routes = [ \"10.77.0.0/24\" ]; },"
# An OpenVPN server that counts how often somebody connects.
mkdir "$WORK/ov"
CONF_MORE="openvpn: { sockets = \"$WORK/ov/*.sock\"; };"
spawn openvpn perl -MSocket -e '$| = 1; socket(my $l, AF_UNIX, SOCK_STREAM, 0);
    bind($l, sockaddr_un($ARGV[0])) && listen($l, 128) or die;
    print "one\n" while accept(my $c, $l)' "$WORK/ov/a.sock"
wait_for 5 test -S "$WORK/ov/a.sock"
pki_init
suite_conf
sed -i "s|^networks = (|& $office|" "$CONF"
suite_start
static=$(wg genkey | wg pubkey)
printf '{"peers":[{"public_key":"%s","addresses":["100.64.1.200/32"]}]}' \
    "$static" >"$WORK/static.json"
check "the operator's peer" ctl apply "$WORK/static.json" net devices
key=$(wg genkey | wg pubkey)
state >"$WORK/before"

denied() {		# NAME WHAT ...
	denied_n=$1; shift
	like "front captured: $denied_n" "$(as apid leased "$@")" \
	    '^[A-Z_]+ 20$'
}
denied "a lease in another network" register office evil "$key"
denied "the lease of another network" get office d1
denied "a static peer" own devices static "$key" 100.64.1.201/32
denied "a static peer's end" disown devices static "$static"
denied "no static peers, by force" no-peers devices static
denied "another portal" own devices portal:evil "$key" 100.64.1.201/32
denied "a portal without a rule" own devices portal:default "$key" \
    100.64.1.201/32
denied "its portal in another network" own office portal:portal-1 "$key" \
    10.77.0.9/32
denied "no peers of another portal, by force" no-peers devices portal:evil
denied "no owner at all" own devices '' "$key" 100.64.1.201/32
denied "the list of leases" list devices leases
denied "the list of static peers" list devices static
denied "the list of all owners' peers" list devices ''
denied "its portal's list in another network" list office portal:portal-1
state >"$WORK/after"
check "nothing has changed" diff "$WORK/before" "$WORK/after"
check "the log says so" logged 'leased: a front asks for'
is "once" "$(grep -c 'leased: a front asks for' "$WORK/netd.log")" 1
# A name that a pattern decides is known to the front alone, as leased has no
# library for patterns.
is "front captured: any name in a network of devices" \
    "$(as apid leased register devices evil "$key")" "LEASE_REPLY 1"
is "front captured: peers of its portal" \
    "$(as apid leased own devices portal:portal-1 "$(wg genkey | wg pubkey)" \
    100.64.1.202/32)" "OWNED_REPLY 1"
renew apid
echo '{"peers":[]}' >"$WORK/static.json"
check "the operator's own way goes on" ctl apply "$WORK/static.json" \
    force net devices

# A rule that comes and goes with a reload moves the limit.
is "OpenVPN's clients are for a portal" \
    "$(as apid leased raw 0x0118)" "OVPN_END 2"
renew apid
sed -i 's/role = "portal"/role = "monitor"/' "$CONF"
check "reload" ctl reload
is "and for nobody without a rule" "$(as apid leased raw 0x0118)" "OVPN_END 20"
denied "the portal that was" own devices portal:portal-1 "$key" 100.64.1.203/32
like "the monitor's list" "$(as apid leased list devices leases)" '^PEER_'

# --- leased against the parent: sockets of OpenVPN without end
suite_kill
: >"$WORK/netd.log"
suite_start
: >"$WORK/openvpn.log"
pid=$(role_pid leased)
kill -STOP "$pid"
like "leased captured: 300 requests for sockets" \
    "$("$HOSTILE" "$pid" 3 repeat 0x0418 300)" '^CONF_OPENVPN'
check "the log says so" logged 'netd: openvpn: leased asks'
check "netd connects" logged one "$WORK/openvpn.log"
connects() { grep -c one "$WORK/openvpn.log"; }
wait_for 5 steady connects
check "a few times ($(connects))" test "$(connects)" -lt 100
is "and says it once" "$(grep -c 'netd: openvpn: leased asks' \
    "$WORK/netd.log")" 1
kill -KILL "$pid"
check "and goes on" wait_for 20 suite_up
finish
