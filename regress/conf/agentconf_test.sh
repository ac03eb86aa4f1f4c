# Configurations of a device, good and bad: sallyport-agent -nn -v, which opens
# no file.

. "${TOP:-.}/regress/lib.sh"

AGENT=$WORK/sallyport-agent
ln -s "$BIN/netd" "$AGENT"
cd "$WORK" || exit 1
umask 022

try() {			# FILE: sets ST, makes stdout and stderr
	"$AGENT" -nn -v -f "$1" >stdout 2>stderr
	ST=$?
}
base='agent: { server = "https://vpn.example.com:8443";
    certificate = "/c.crt"; key = "/c.key"; ca = "/ca.crt"; };'

# --- the shipped example has every word, and the defaults are as it says ---

cp "$TOP/etc/agent.conf" example.conf
chmod 640 example.conf
try example.conf
is "the example: status" $ST 0
is "the example: says OK" "$(cat stderr)" "configuration OK"
cp stdout example.dump
sed 's/^\(	*\)# \([a-z_]* =\)/\1\2/' example.conf >all.conf
try all.conf
is "the example with all words: status" $ST 0
check "a word behind # is shown with its default" cmp example.dump stdout
cp stdout again.conf
try again.conf
check "a dump loads again" cmp again.conf stdout
echo "$base" >least.conf
try least.conf
is "the least that loads: status" $ST 0
like "accept has two prefixes" "$(cat stdout)" \
    'accept = \[ "100.64.0.0/10", "fd00::/8" \];'
for want in 'networks_max = 16;' 'peers_max = 10000;' 'relay = false;' \
    'interface_prefix = "spm";' 'ports = "51820-51883";' 'on_stop = "keep";' \
    'backend = "auto";' 'state_dir = "/var/lib/sallyport-agent";' \
    'ctl_socket = "/run/sallyport-agent/ctl.sock";'; do
	like "default: $want" "$(cat stdout)" "	*$want"
done

# --- what is refused, and what is said of it ---

bad() {			# NAME ERE TEXT: a word instead of, or behind, the least
	{ printf '%s\n' "$3"; } >f.conf
	try f.conf
	is "$1: status" $ST 78
	like "$1" "$(cat stderr)" "$2"
}
server() {		# NAME ERE URL
	bad "$1" "$2" "$(echo "$base" | sed "s|https://[^\"]*|$3|")"
}
server "plain http" '^f.conf:1: .*must begin with "https://"' \
    'http://vpn.example.com/'
server "no host" 'write https://HOST:PORT' 'https://'
server "no host but a port" 'write https://HOST:PORT' 'https://:8443'
server "port 0" 'the port is a number' 'https://a.example:0'
server "a port too large" 'the port is a number' 'https://a.example:65536'
server "a port with a sign" 'the port is a number' 'https://a.example:+443'
server "a user" 'not a host name' 'https://me@a.example'
server "a path without its end" 'must begin and end with "/"' \
    'https://a.example/vpn'
server "a path that goes up" 'must begin and end with "/"' \
    'https://a.example/../'
server "IPv6 without brackets" 'stands in brackets' 'https://2001:db8::1/'
server "brackets around a name" 'only an IPv6 address' 'https://[a.example]/'
server "half a bracket" 'has no "]"' 'https://[2001:db8::1/'
for url in https://a.example https://a.example/ https://192.0.2.1:1/vpn/ \
    'https://[2001:db8::1]' 'https://[2001:db8::1]:8443/'; do
	echo "$base" | sed "s|https://[^\"]*|$url|" >f.conf
	try f.conf
	is "server $url" "$ST $(cat stderr)" "0 configuration OK"
done

bad "nothing at all" 'no "agent" with a "server"' '# nothing'
bad "no key" '"key" is missing in agent' \
    "$(echo "$base" | sed 's/key = "[^"]*";//')"
bad "no authority" '"ca" is missing in agent' \
    "$(echo "$base" | sed 's/ca = "[^"]*";//')"
bad "a word of a gateway" 'unknown word "networks"' "$base networks = ( );"
bad "a misspelt word" 'did you mean "accept_routes"' \
    "$base policy: { accept_route = [ ]; };"
bad "the page is named" 'sallyport-agent.conf\(5\)' "$base zebra = 1;"

policy() {		# NAME ERE WORDS
	bad "$1" "$2" "$base policy: { $3 };"
}
policy "accept is empty" 'accept in policy is empty' 'accept = [ ];'
policy "accept is everything" 'accept: 0.0.0.0/0 is everything' \
    'accept = [ "0.0.0.0/0" ];'
policy "host bits" 'accept: 10.0.0.1/8 has bits beyond' \
    'accept = [ "10.0.0.1/8" ];'
policy "all routes" 'accept_routes: ::/0 is everything: .*full_tunnel' \
    'accept_routes = [ "::/0" ];'
policy "host bits of a route" 'accept_routes: .* bits beyond' \
    'accept_routes = [ "192.168.1.1/24" ];'
policy "egress without an interface" 'egress needs "egress_wan"' \
    'egress = [ "0.0.0.0/0" ];'
policy "a strange interface" 'not the name of an interface' \
    'egress_wan = "../x";'
policy "a prefix of names that ends with a digit" 'must not end with a digit' \
    'interface_prefix = "wg0";'
policy "a prefix of names that is long" 'longer than 11' \
    'interface_prefix = "abcdefghijkl";'
policy "no networks" 'not in 1..64' 'networks_max = 0;'
policy "too many networks" 'not in 1..64' 'networks_max = 65;'
policy "no peers" 'not in 1..1000000' 'peers_max = 0;'
policy "ports backwards" 'above the last' 'ports = "51883-51820";'
policy "no ports" 'write FIRST-LAST' 'ports = "many";'
policy "port 0" 'write FIRST-LAST' 'ports = "0-10";'
policy "few ports" 'fewer ports than networks_max' 'ports = "51820-51821";'
policy "a tunnel to nobody" 'write the name of a network' \
    'full_tunnel = "/m9";'
policy "a tunnel to two" 'write the name of a network' \
    'full_tunnel = "prod/m9/m8";'
policy "a relay that is no truth value" 'relay in policy must be true or' \
    'relay = "yes";'
for words in 'egress = [ "0.0.0.0/0" ]; egress_wan = "eth0";' \
    'full_tunnel = "prod/m9";' 'full_tunnel = "prod";' 'full_tunnel = "";' \
    'ports = "51820"; networks_max = 1;' \
    'accept_routes = [ "192.168.0.0/16", "2001:db8::/32" ];' 'relay = true;'; do
	echo "$base policy: { $words };" >f.conf
	try f.conf
	is "policy: $words" "$ST $(cat stderr)" "0 configuration OK"
done

bad "metrics for everybody" 'only for loopback' \
    "$base metrics: { address = \"0.0.0.0:9587\"; };"
bad "metrics without a port" 'numbers only' \
    "$base metrics: { address = \"127.0.0.1\"; };"
bad "metrics at port 0" 'port 0' \
    "$base metrics: { address = \"127.0.0.1:0\"; };"
echo "$base metrics: { address = \"[::1]:9587\"; };" >f.conf
try f.conf
is "metrics" "$ST $(cat stderr)" "0 configuration OK"

echo "$base" >f.conf
chmod 660 f.conf
try f.conf
is "a file that others can write: status" $ST 78
chmod 644 f.conf

# --- the program by its two names ---

check_status "a gateway's parent does not take a device's file" 78 \
    "$BIN/netd" -nn -f f.conf
check_status "a device has no -g" 64 "$AGENT" -g
like "usage" "$("$AGENT" -x 2>&1)" '^usage: sallyport-agent '
like "version" "$("$AGENT" -V)" '^sallyport-agent '

finish
