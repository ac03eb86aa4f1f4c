#!/bin/sh
# The suite as it is installed, under the real systemd, within the unit's
# walls: the README's quick start, reload, stop, crash, wireguard-go and
# forwarding.  One boot for all of it.

conf=/etc/sallyport/sallyport.conf
self=$TOP/regress/vm/systemd_test.sh

if [ -z "$1" ]; then
	[ -x /lib/systemd/systemd ] || {
		echo "skip systemd: no systemd"
		exit 0
	}
	sh "$TOP/regress/vm/vm" -t 1200 exec env O="$O" TOP="$TOP" sh "$self" boot
	status=$?
	[ $status -ne 126 ] || {
		echo "skip systemd: see above"
		exit 0
	}
	exit $status
fi

# First process of the machine: install, and let systemd take over.
if [ "$1" = boot ]; then
	make -C "$TOP" O="$O" install >/run/vm/install 2>&1 &&
	    echo "ok make install" || {
		echo "FAIL make install"
		cat /run/vm/install
	}
	# What lies in /tmp is gone once systemd has cleaned up.
	cp "$self" /run/inside
	sed -n '/quick start: begin/,/quick start: end/p' "$TOP/README.md" |
	    sed '/^<!--/d; /^```/d; s/^sallyctl in.*[a-z0-9]/& passphrase \/run\/pass/' \
	    >/run/quick.sh
	echo "correct horse" >/run/pass
	: >/etc/fstab
	cat >/run/check.service <<-END
	[Unit]
	FailureAction=poweroff-immediate
	DefaultDependencies=no
	After=basic.target
	Wants=basic.target dbus.service
	[Service]
	Type=oneshot
	ExecStart=/bin/sh /run/inside inside
	StandardOutput=append:/run/vm/output
	StandardError=append:/run/vm/errors
	TimeoutStartSec=infinity
	END
	printf '[Unit]\nRequires=check.service\n' >/run/check.target
	mkdir -p /run/systemd/system
	mv /run/check.* /run/systemd/system/
	exec /lib/systemd/systemd --unit=check.target --show-status=no
fi

say() {			# NAME COMMAND ...
	say_name=$1; shift
	if "$@" >/run/said 2>&1; then
		echo "ok $say_name"
	else
		echo "FAIL $say_name: $*"
		sed 's/^/    /' /run/said
	fi
}

not() {
	! "$@"
}

soon() {		# COMMAND ...: within a minute
	for soon_i in $(seq 600); do
		! "$@" >/dev/null 2>&1 || return 0
		sleep 0.1
	done
	"$@"
}

has_peer() {
	[ "$(wg show wg0 peers | wc -l)" -eq 1 ]
}

main_pid() {
	systemctl show -P MainPID sallyport
}

# In the file system as netd sees it, with root's full powers.
within() {		# COMMAND ...
	nsenter -t "$(main_pid)" -m -- "$@"
}

forwarding() {		# VALUE
	[ "$(cat /proc/sys/net/ipv4/ip_forward)" = "$1" ]
}

checks() {
	cd / || exit 1
	modprobe tun
	say "users" systemd-sysusers sallyport.conf
	say "directories" systemd-tmpfiles --create sallyport.conf
	systemctl daemon-reload
	say "systemd understands the unit" \
	    systemd-analyze verify --man=no sallyport.service
	systemctl start sallyport
	say "nothing starts unconfigured" not systemctl -q is-active sallyport
	say "the README's quick start" sh -e /run/quick.sh
	# Its device is this machine: it gets a lease and no second tunnel.
	echo "127.0.0.1 vpn.example.com" >>/etc/hosts
	sed -i 's/^sallyport-join up/sallyport-join --print/' join-42.sh
	say "a device's invitation" sh join-42.sh
	say "a lease" sh -c 'sallyctl -j show leases |
	    jq -e ".leases[0].name == \"smart-toilet-42\""'
	say "a peer" has_peer
	say "the control socket is the group's" sh -c \
	    '[ "$(stat -c %a:%U:%G /run/sallyport/ctl.sock)" = \
	    660:root:sallyport ]'
	say "netd's view of the kernel is read-only" not within \
	    sh -c 'echo x >/proc/sys/kernel/hostname'
	say "but for the network" within \
	    sh -c 'echo 0 >/proc/sys/net/ipv4/ip_forward'
	say "netd's /usr is read-only" not within touch /usr/x
	say "netd's configuration is read-only" \
	    not within touch /etc/sallyport/x
	say "the key was made all the same" test -s /etc/sallyport/wg0.key
	say "netd's devices are few" not within test -e /dev/kmsg

	say "reload" systemctl reload sallyport
	sed -i 's/listen_port/lissen_port/' $conf
	say "reload with an error fails" not systemctl reload sallyport
	sed -i 's/lissen_port/listen_port/' $conf
	say "and the service goes on" sallyctl -q show status
	say "stop" systemctl stop sallyport
	say "the peer stays" has_peer
	say "no process stays" not pidof netd leased apid

	ip link add wan0 type dummy
	ip link set wan0 up
	sed -i 's/interface = "wg0";/& egress: { wan = "wan0"; table = 42; masquerade = true; };/' $conf
	forwarding 0 || echo 0 >/proc/sys/net/ipv4/ip_forward
	say "start with egress" systemctl start sallyport
	say "forwarding is on" soon forwarding 1
	say "teardown" sallyctl teardown
	say "forwarding is off again" soon forwarding 0
	say "the interface is gone" soon not ip link show wg0
	say "and the service" soon not systemctl -q is-active sallyport

	sed -i 's/interface = "wg0";/& backend = "userspace";/' $conf
	say "start with wireguard-go" systemctl start sallyport
	say "it has the peer" soon has_peer
	go=$(pidof wireguard-go)
	say "restart" systemctl restart sallyport
	say "wireguard-go outlives it" test "$(pidof wireguard-go)" = "$go"
	old=$(main_pid)
	kill -KILL "$old"
	say "killed, it is back" soon sh -c \
	    "sallyctl -q show status && ! kill -0 $old"
	say "and wireguard-go has been there all the time" \
	    test "$(pidof wireguard-go)" = "$go"
	say "with its peer" soon has_peer
	say "watchdog: still alive after its time" sh -c \
	    'sleep 32; systemctl -q is-active sallyport &&
	    [ "$(systemctl show -P NRestarts sallyport)" = 1 ]'
	systemctl stop sallyport
}

checks
if grep -q '^FAIL' /run/vm/output; then
	journalctl -u sallyport --no-pager -o cat | tail -n 60
	status=1
fi
echo "${status:-0}" >/run/vm/status
sync
echo o >/proc/sysrq-trigger
