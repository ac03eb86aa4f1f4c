#!/bin/sh
# The quick start of README.md, command by command as it is written: on an empty
# gateway, and on a device in a namespace of its own.  systemctl is ours: there
# is no service manager in here.  A person types the passphrase.

. "${TOP:-.}/regress/lib.sh"
private "$@"

cover /etc && cover /var/lib || skip_all "no overlay file system here"
mount --bind /run/passwd /etc/passwd && mount --bind /run/group /etc/group
rm -rf /etc/sallyport /var/lib/sallyport
mkdir /etc/sallyport
own_systemctl
GW=198.51.100.1
echo "$GW vpn.example.com" >>/etc/hosts
ns_add dev
ip link add wan0 type veth peer name eth0 netns "$ns_dev"
ip address add $GW/30 dev wan0 && ip link set wan0 up
in_ns dev ip address add 198.51.100.2/30 dev eth0
in_ns dev ip link set eth0 up
in_ns dev ip link set lo up
cp "$TOP/etc/sallyport-join" "$WORK/bin"
cd "$WORK" || exit 1

at_dev() {		# COMMAND ...
	in_ns dev env -C "$WORK" PATH="$WORK/bin:$PATH" "$@"
}
block() {		# NAME
	echo "set -e"
	sed -n "/<!-- $1: begin/,/<!-- $1: end/p" "$TOP/README.md" |
	    sed '/^<!--/d; /^```/d'
}
block "quick start" >start.sh
block "quick start, device" >device.sh
block "quick start, again" >again.sh
is "seven commands" "$(cat start.sh device.sh again.sh |
    grep -Ec '^(sallyctl|systemctl|sh|ping) ')" 7

# A person answers each question for a passphrase.
python3 "$TOP/regress/net/person.py" start.sh >start.out 2>&1
is "every command at the gateway succeeds" $? 0 || cat start.out
[ ! -s "$WORK/pid" ] || pids="$(cat "$WORK/pid") $pids"
unlike "no passphrase is shown" "$(cat start.out)" 'correct horse'
is "the script is its owner's" "$(head -n 1 join-42.sh)" "#!/bin/sh"
check "netd's private key is only root's" sh -c \
    '[ "$(stat -c %a /etc/sallyport/wg0.key)" = 600 ]'

check "every command at the device succeeds" at_dev sh device.sh
like "the ping is answered" "$(cat "$WORK/out")" ' 0% packet loss'
net=$(sed -n 's/.*"\(fd.*\)::1\/48".*/\1/p' /etc/sallyport/sallyport.conf)
check "by IPv6, too" at_dev ping -c 1 -w 5 "$net::1"

sh again.sh >out 2>&1
is "every command that follows succeeds" $? 0
like "sallyctl shows the lease" "$(cat out)" \
    "^devices  smart-toilet-42 +100\.64\.1\.[0-9]+,$net:1::[0-9a-f]+ +active "
at_dev sallyport-join down >down.log 2>&1
at_dev sallyport-join >revoked 2>&1
is "a revoked device is refused" $? 1
like "and told why" "$(cat revoked)" 'denied|revoked|403'
is "its peer is gone" "$(wg show wg0 peers 2>"$WORK/wg.log")" ''

finish
