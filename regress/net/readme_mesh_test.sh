#!/bin/sh
# The quick start of a mesh in README.md, command by command as it is written,
# on an empty gateway and two devices in namespaces of their own.  systemctl and
# ssh are ours: there is no service manager in here, and no sshd.  A person
# types the passphrase.

. "${TOP:-.}/regress/lib.sh"
private "$@"

cover /etc && cover /var/lib || skip_all "no overlay file system here"
mount --bind /run/passwd /etc/passwd && mount --bind /run/group /etc/group
rm -rf /etc/sallyport /var/lib/sallyport /var/lib/sallyport-agent
mkdir -p /etc/sallyport /var/lib/sallyport-agent /run/sallyport-agent
own_systemctl
GW=198.51.100.1
echo "$GW vpn.example.com" >>/etc/hosts
ip address add $GW/32 dev lo
echo 1 >/proc/sys/net/ipv4/ip_forward

# A host with directories of its own, on a cable to the gateway.
host() {		# NAME NUMBER
	ns_add "$1"
	eval "echo \$ns_$1" >"$WORK/ns_$1.pid"
	eval "host_ns=\$ns_$1"
	for d in /etc/sallyport /var/lib/sallyport-agent /run/sallyport-agent; do
		in_ns "$1" mount -t tmpfs -o mode=755 tmpfs $d || return 1
	done
	ip link add "v$1" type veth peer name eth0 netns "$host_ns" &&
	    ip address add "198.51.100.$(($2 * 4 + 1))/30" dev "v$1" &&
	    ip link set "v$1" up &&
	    in_ns "$1" ip address add "198.51.100.$(($2 * 4 + 2))/30" \
	    dev eth0 && in_ns "$1" ip link set eth0 up &&
	    in_ns "$1" ip route add default via "198.51.100.$(($2 * 4 + 1))"
}
check "two hosts" eval "host laptop 1 && host nas 2"

cat >"$WORK/bin/ssh" <<'END'
#!/bin/sh
# usage: ssh root@NAME COMMAND ...
name=${1#root@}; shift
exec nsenter -t "$(cat "$WORK/ns_$name.pid")" -r -m -n -- \
    env DEVICE="$name" "$@"
END
chmod +x "$WORK/bin/ssh"

cd "$WORK" || exit 1
{
	echo "set -e"
	sed -n '/<!-- quick start, mesh: begin/,/<!-- quick start, mesh: end/p' \
	    "$TOP/README.md" | sed '/^<!--/d; /^```/d'
} >mesh.sh
n=$(grep -Ec '^(sallyctl|systemctl|ssh) ' mesh.sh)
check "eight commands at most, not $n" [ "$n" -le 8 ]
is "and nothing else" "$(grep -c . mesh.sh)" $((n + 1))

python3 "$TOP/regress/net/person.py" mesh.sh >mesh.out 2>&1
is "every command succeeds" $? 0 || cat mesh.out
pids="$(cat pid pids 2>/dev/null) $pids"
unlike "no passphrase is shown" "$(cat mesh.out)" 'correct horse'
like "laptop is told its address" "$(cat mesh.out)" '100\.65\.0\.1/24'
like "nas is told its own" "$(cat mesh.out)" '100\.65\.0\.2/24'
like "the ping is answered" "$(cat mesh.out)" '[0-9]+ bytes from 100\.65\.0\.1'

members() {
	sallyctl -j show members net home:lan |
	    jq -r '[.members[] | select(.state == "active").device] | sort |
	    join(" ")'
}
is "sallyctl shows both" "$(members)" "laptop nas"
at() {			# NAME COMMAND ...
	at_name=$1; shift
	in_ns "$at_name" "$@"
}
is "the device's key is only root's" \
    "$(at nas stat -c %a /etc/sallyport/agent/device.key)" 600
check "the way back" wait_for 20 at laptop ping -c 1 -W 1 100.65.0.2
check "the paths are shown" at nas sallyctl \
    -s /run/sallyport-agent/ctl.sock show paths
like "the path is direct" "$(cat "$WORK/out")" direct

# Once more: a policy that is there stays.
at nas sh -c 'echo "policy: { relay = true; };" >>/etc/sallyport/agent.conf'
echo 'correct horse' >pass
check "another invitation" sh -c \
    'sallyctl invite nas mesh on passphrase pass >again.sh'
sed -i '/^systemctl/,$d' again.sh
check "runs" at nas sh "$WORK/again.sh"
check "and keeps the policy" at nas grep -q 'relay = true' \
    /etc/sallyport/agent.conf

check_status "a tenant's name is checked" 64 sallyctl init \
    endpoint vpn.example.com tenant 'a b' -w "$WORK/x.conf"
finish
