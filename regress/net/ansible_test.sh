#!/bin/sh
# The role for Ansible, on this host in a private /etc: it writes the files and
# starts the suite, changes nothing the second time, reloads for a change, and
# leaves everything alone for a configuration with an error.

. "${TOP:-.}/regress/lib.sh"
private "$@"
command -v ansible-playbook >/dev/null || skip_all "no ansible-playbook"
[ -z "$NOUSER" ] || skip_all "needs root"
. "$TOP/regress/suite.sh"
cover /etc || skip_all "no overlay file system here"
mount --bind /run/passwd /etc/passwd && mount --bind /run/group /etc/group
rm -rf /etc/sallyport

pki_init
suite_conf
cp "$CONF" "$WORK/first.conf"
sed -i "s|$PKI/server|/etc/sallyport/tls/server|; s|$PKI/ca.crt|/etc/sallyport/tls/ca.crt|" \
    "$WORK/first.conf"
sed -i "s|; key = \"$PKI/server|; key = \"/etc/sallyport/tls/server|" \
    "$WORK/first.conf"
mkdir -p /etc/init.d
cp "$TOP/etc/rc.d/sallyport" /etc/init.d/sallyport
chmod 755 /etc/init.d/sallyport
printf 'daemon=%s\ndaemon_flags="-L %s -f /etc/sallyport/sallyport.conf"\n' \
    "$BIN/netd" "$BIN" >/etc/default/sallyport
cat >"$WORK/play.yml" <<END_PLAY
- hosts: localhost
  connection: local
  gather_facts: true
  roles:
    - role: $TOP/etc/ansible/roles/sallyport
      vars:
        sallyport_install: none
        sallyport_service_manager: sysvinit
        sallyport_netd: $BIN/netd
        sallyport_config: $WORK/first.conf
        sallyport_tls:
          server.crt: $PKI/server.crt
          server.key: $PKI/server.key
          ca.crt: $PKI/ca.crt
END_PLAY
play() {
	env HOME="$WORK" LC_ALL=C.UTF-8 ANSIBLE_NOCOLOR=1 \
	    ansible-playbook -i localhost, "$WORK/play.yml"
}
netd_pid() {
	pgrep -xf "$BIN/netd -L $BIN -f /etc/sallyport/sallyport.conf"
}

check "the first time" play
check "the suite runs" wait_for 20 suite_up
check "keys are root's alone" test \
    "$(stat -c '%a %u' /etc/sallyport/tls/server.key)" = "600 0"
pid=$(netd_pid)
check "the second time" play
like "nothing is changed" "$(cat "$WORK/out")" ' changed=0 .* failed=0'
sed -i 's/listen_port = 51820/listen_port = 51821/' "$WORK/first.conf"
check "a change" play
check "is loaded" wait_for 10 sh -c \
    "'$BIN/sallyctl' -s '$S/ctl.sock' -j show networks | grep -q 51821"
is "without a restart" "$(netd_pid)" "$pid"
sed -i 's/listen_port/lissen_port/' "$WORK/first.conf"
check_status "an error is refused" 2 play
like "by its name" "$(cat "$WORK/out")" lissen_port
check "and not written" grep -q listen_port /etc/sallyport/sallyport.conf
is "the suite is left alone" "$(netd_pid)" "$pid"
kill "$pid"
check "the end" wait_for 20 gone "$pid"

finish
