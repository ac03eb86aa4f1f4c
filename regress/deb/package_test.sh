#!/bin/sh
# The Debian packages in a fresh Debian: installed, configured, started,
# upgraded, removed and purged, after which nothing is left.  "make deb" has
# built them.  systemd cannot run in here: the init script starts the suite.

. "${TOP:-.}/regress/lib.sh"

DEB=$O/deb
ROOT=$DEB/root
# What an installed gateway has beside the packages of its libraries.
TOOLS=iproute2,systemd-standalone-sysusers,systemd-standalone-tmpfiles
TOOLS=$TOOLS,wireguard-go,wireguard-tools
PACKAGES="sallyport sallyport-agent sallyport-common sallyport-doc"

# --- a fresh Debian with what the packages depend on -----------------------

depends() {
	for depends_p in $PACKAGES; do
		dpkg-deb -f "$DEB/$depends_p"_[0-9]*.deb Depends
	done | tr ',' '\n' | sed 's/ *|.*//; s/ *(.*//; s/^ *//' | sort -u |
	    grep -v '^sallyport\|^systemd\|^$' | paste -sd ,
}

site() {
	apt-get indextargets --format '$(SITE)' 'Codename: bookworm' |
	    sed -n 1p
}

# The archive is kept for the next run: it is minutes of a network.
base() {
	base_list=$(depends),$TOOLS
	base_sum=$(echo "$base_list" | cksum)
	BASE=$O/debian-${base_sum%% *}.tar
	[ ! -e "$BASE" ] || return 0
	base_site=$(site)
	debootstrap --variant=minbase --include="$base_list" bookworm \
	    "$WORK/base" "${base_site:-http://deb.debian.org/debian}" \
	    >"$WORK/debootstrap" 2>&1 &&
	    rm -rf "$WORK/base"/var/cache/apt/archives/*.deb &&
	    tar -cf "$BASE.tmp" -C "$WORK/base" . && mv "$BASE.tmp" "$BASE" &&
	    return 0
	tail -n 20 "$WORK/debootstrap"
	return 1
}

if [ -z "$LIB_PRIVATE" ]; then
	[ "$(id -u)" -eq 0 ] || skip_all "needs root"
	command -v debootstrap >/dev/null || skip_all "no debootstrap"
	base || {
		fail "a fresh Debian"
		finish
	}
	export BASE
fi
private "$@"

rm -rf "$ROOT" && mkdir -p "$ROOT/var" && tar -xf "$BASE" -C "$ROOT" || exit 1
mkdir -p "$ROOT/dev/net" && mount --bind /dev "$ROOT/dev" &&
    mount -t proc proc "$ROOT/proc" && mount -t sysfs sysfs "$ROOT/sys" &&
    mount -t tmpfs -o mode=755 tmpfs "$ROOT/run" || exit 1
cp "$DEB"/sallyport*.deb "$ROOT/tmp"
mkdir "$ROOT/tmp/new"
# invoke-rc.d starts nothing at a runlevel that it does not know, and without an
# init only if there is a policy.
printf '#!/bin/sh\necho N 5\n' >"$ROOT/sbin/runlevel"
printf '#!/bin/sh\nexit 0\n' >"$ROOT/usr/sbin/policy-rc.d"
chmod 755 "$ROOT/sbin/runlevel" "$ROOT/usr/sbin/policy-rc.d"

in_root() {		# COMMAND ...
	chroot "$ROOT" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin \
	    DEBIAN_FRONTEND=noninteractive "$@"
}

ctl() {
	in_root sallyctl "$@"
}

netd_pid() {
	pgrep -xf /usr/sbin/netd
}

# Every file, user, interface and socket; of files that dpkg and the tools for
# users write at any time, none.
state() {
	(cd "$ROOT" && find . -xdev \( -path ./var/lib/dpkg -o -path ./var/log \
	    -o -path ./tmp -o -path ./proc -o -path ./sys -o -path ./dev \
	    -o -path ./var/cache \) -prune -o -print; cd run && find .) |
	    grep -v '^\./etc/\([a-z]*-\|\.pwd\.lock\|sub[ug]id\)$' | sort
	sort "$ROOT/etc/passwd" "$ROOT/etc/group"
	ip -o link | sed 's/^[0-9]*: //; s/:.*//' | sort
	grep -o '[^ ]*\(sallyport\|wireguard\)[^ ]*$' /proc/net/unix | sort -u
}

up() {
	ctl -q show status
}

has_peer() {
	in_root wg show wg0 peers | grep -qF "$(cat "$WORK/pub")"
}

runs_not() {
	! pgrep -x 'netd|netd-hand|leased|apid|apid-key' >/dev/null
}

install_all() {		# [DIRECTORY]
	in_root sh -c "dpkg -i /tmp/$1/sallyport*_[0-9]*.deb"
}

# The same packages with a higher version, as an upgrade has it.
newer() {
	for newer_p in $PACKAGES; do
		newer_d=$WORK/$newer_p
		dpkg-deb -R "$ROOT/tmp/$newer_p"_[0-9]*.deb "$newer_d" &&
		    sed -i "/^Version: \|^Depends: /s/\b$version\b/$version+1/" \
		    "$newer_d/DEBIAN/control" &&
		    dpkg-deb --root-owner-group -b "$newer_d" \
		    "$ROOT/tmp/new" >/dev/null || return 1
	done
}

version=$(dpkg-deb -f "$ROOT"/tmp/sallyport_*.deb Version)
rm -f "$ROOT"/tmp/*-dbgsym_*.deb
is "the version is that of CHANGES" "$version" \
    "$(sed -n '1s/^sallyport \([^ ]*\).*/\1/p' "$TOP/CHANGES")"
if command -v lintian >/dev/null; then
	check "lintian has nothing to say" \
	    lintian --allow-root --fail-on error,warning "$DEB"/*.changes
else
	skip "lintian" "no lintian"
fi
in_root true || exit 1
state >"$WORK/before"

# --- installed, and nothing happens ----------------------------------------

check "install" install_all ''
check "dpkg has all of them" in_root sh -c \
    '[ "$(dpkg -l "sallyport*" | grep -c "^ii")" = 4 ]'
check "nothing runs unconfigured" runs_not
is "there is no configuration" "$(ls "$ROOT/etc/sallyport")" ''
check "to start it is no error then" in_root /etc/init.d/sallyport start
check "to restart it neither" in_root /etc/init.d/sallyport restart
check "and it does not" runs_not
is "the state directory is leased's" \
    "$(in_root stat -c '%U %a' /var/lib/sallyport)" "_sallylease 700"
is "a device's is root's" \
    "$(in_root stat -c '%U %a' /var/lib/sallyport-agent)" "root 711"
is "the directory of wireguard-go's sockets" \
    "$(in_root stat -c '%U:%G %a' /run/wireguard)" "root:_sallywg 1775"
check "the programs find what they are linked with" in_root sh -c \
    'for p in /usr/libexec/sallyport/* /usr/sbin/netd /usr/sbin/sallyctl; do
	ldd $p; done | grep -q "not found" && exit 1 || exit 0'
for man in sallyport.7 netd.8 sallyctl.8 sallyport.conf.5; do
	check "manual: $man" \
	    test -s "$ROOT/usr/share/man/man${man##*.}/$man.gz"
done

# --- configured and started ------------------------------------------------

echo "correct horse" >"$ROOT/tmp/pass"
chmod 600 "$ROOT/tmp/pass"
check "sallyctl init" ctl init endpoint 127.0.0.1 passphrase /tmp/pass
check "start" in_root /etc/init.d/sallyport start </dev/null
check "it is up" wait_for 20 up
for u in _sallynet _sallylease _sallyapi _sallykey; do
	check "a process of $u" in_root sh -c "pgrep -u $u"
done
addr=$(ctl -j show networks | jq -r '.networks[0].pools[].prefix' |
    sed -n 's/^\([0-9.]*\.\)[0-9]*-.*/\199/p')
wg genkey | wg pubkey >"$WORK/pub"
printf '{"peers":[{"public_key":"%s","addresses":["%s"],"name":"printer"}]}' \
    "$(cat "$WORK/pub")" "$addr/32" >"$ROOT/tmp/static.json"
check "a static peer" ctl apply /tmp/static.json
check "WireGuard has it" wait_for 10 has_peer

# --- upgraded --------------------------------------------------------------

check "the next version" newer
old=$(netd_pid)
tunnel=$(cat "$ROOT/sys/class/net/wg0/ifindex")
go=$(pgrep -x wireguard-go)
sum=$(cksum <"$ROOT/etc/sallyport/sallyport.conf")
check "upgrade" install_all new
check "the new version is up" wait_for 20 up
check "it is another netd" test "$(netd_pid)" != "$old"
is "the interface has stayed" "$(cat "$ROOT/sys/class/net/wg0/ifindex")" "$tunnel"
is "and wireguard-go, if there is one" "$(pgrep -x wireguard-go)" "$go"
check "with its peer" has_peer
is "and the configuration" "$(cksum <"$ROOT/etc/sallyport/sallyport.conf")" \
    "$sum"
old=$(netd_pid)
sed -i 's/listen_port/lissen_port/' "$ROOT/etc/sallyport/sallyport.conf"
check "an upgrade with an error in the configuration ends" install_all ''
is "and leaves the running suite alone" "$(netd_pid)" "$old"
sed -i 's/lissen_port/listen_port/' "$ROOT/etc/sallyport/sallyport.conf"

# --- removed, while it runs and while it does not --------------------------

check "remove" in_root dpkg -r $PACKAGES
check "nothing runs" wait_for 10 runs_not
check "its interface is gone" wait_for 10 test ! -e "$ROOT/sys/class/net/wg0"
check "the configuration stays" test -e "$ROOT/etc/sallyport/sallyport.conf"
check "and the database" test -e "$ROOT/var/lib/sallyport/sallyport.db"
check "install again: it is configured" install_all ''
check "and runs" wait_for 20 up
check "with its peer" wait_for 10 has_peer
check "stop" in_root /etc/init.d/sallyport stop
check "the interface stays, as the peers do" has_peer
check "purge" in_root dpkg -P $PACKAGES
wait_for 10 test ! -e "$ROOT/sys/class/net/wg0"
check "nothing runs any more" wait_for 10 runs_not
state >"$WORK/after"
check "nothing is left" diff "$WORK/before" "$WORK/after"

rm -rf "$ROOT/tmp/new"
umount -R "$ROOT/dev" "$ROOT/proc" "$ROOT/sys" "$ROOT/run"
rm -rf "$ROOT"
finish
