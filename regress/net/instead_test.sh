#!/bin/sh
# "Instead of vpn-daemon" of README.md, command by command as it is written, at
# a node that wg-quick has made and where a portal's peer and the operator's
# are in use.  systemctl is ours: there is no service manager in here.

. "${TOP:-.}/regress/lib.sh"
private "$@"
. "$TOP/regress/readme.sh"
readme_part "Instead of vpn-daemon"

PC=$O/regress/portalc
AT=127.0.0.1:41194

cover /etc && cover /var/lib || skip_all "no overlay file system here"
command -v wg-quick >/dev/null || skip_all "no wg-quick"
[ -z "$NOUSER" ] || skip_all "wg-quick's files are root's"
mount --bind /run/passwd /etc/passwd && mount --bind /run/group /etc/group
rm -rf /etc/sallyport /var/lib/sallyport /etc/wireguard
mkdir -p /etc/sallyport /etc/wireguard \
    /etc/systemd/system/vpn-daemon.service.d

own_systemctl

# The node as it was: wg-quick's interface with alice, who is the operator's,
# and in WireGuard also bob, who is the portal's.
key() {			# NAME
	(umask 077 && wg genkey >"$WORK/$1.key") &&
	    wg pubkey <"$WORK/$1.key" | tee "$WORK/$1.pub"
}
key node >"$WORK/out"
cat >/etc/wireguard/wg0.conf <<END
[Interface]
PrivateKey = $(cat "$WORK/node.key")
ListenPort = 51820
Address = 10.43.43.1/24, fd43::1/64

# alice
[Peer]
PublicKey = $(key alice)
AllowedIPs = 10.43.43.200/32, fd43::c8/128
END
chmod 600 /etc/wireguard/wg0.conf
check "wg-quick up" wg-quick up wg0
wg set wg0 peer "$(key bob)" allowed-ips 10.43.43.2/32,fd43::2/128
echo "[Service]
LoadCredential=ca.crt:/etc/ssl/vpn-daemon/ca.crt" \
    >/etc/systemd/system/vpn-daemon.service.d/credentials.conf
peers() {
	wg show wg0 allowed-ips | sort
}
peers >"$WORK/before"

readme_run 1
like "step 1: it says that it is good" "$(cat "$WORK/step")" \
    'configuration OK'
readme_run 2
check "step 2: the drop-in is ours" cmp \
    /etc/systemd/system/vpn-daemon.service.d/credentials.conf \
    /etc/systemd/system/sallyport.service.d/credentials.conf
readme_run 3
[ ! -s "$WORK/pid" ] || pids="$(cat "$WORK/pid") $pids"
peers >"$WORK/after"
check "step 3: peers stay as they are" diff "$WORK/before" "$WORK/after"
is "step 3: the key and the port" \
    "$(wg show wg0 public-key) $(wg show wg0 listen-port)" \
    "$(cat "$WORK/node.pub") 51820"

# The portal's next sync.
bob=$(sed 's/+/%2B/g; s/\//%2F/g; s/=/%3D/' "$WORK/bob.pub")
like "the portal's sync: 204" "$("$PC" $AT call POST /w/add_peer \
    "public_key=$bob&ip_net=10.43.43.2%2F32&ip_net=fd43%3A%3A2%2F128")" \
    '^HTTP/1.1 204 '
readme_run 4
like "step 4: both, each of his owner" "$(cat "$WORK/step")" \
    '^eduvpn +static +active +alice '
like "step 4: bob" "$(cat "$WORK/step")" '^eduvpn +portal +active +portal:default '
peers >"$WORK/after"
check "step 4: peers stay as they are" diff "$WORK/before" "$WORK/after"

# The file of the last step, with alice and somebody new.
jq -n --arg a "$(cat "$WORK/alice.pub")" --arg c "$(key carol)" '{ peers: [
    { name: "alice", public_key: $a, addresses: ["10.43.43.200", "fd43::c8"] },
    { name: "carol", public_key: $c, addresses: ["10.43.43.201"] } ] }' \
    >"$WORK/static.json"
readme_run 5
like "step 5: maintenance" "$("$PC" $AT call GET /i/node)" \
    '"maintenance_mode":true'
like "step 5: carol" "$(peers | grep -F "$(cat "$WORK/carol.pub")")" \
    '10\.43\.43\.201/32$'
like "step 5: dora" "$(peers)" '10\.43\.43\.3/32'
like "step 5: the sets" "$(cat "$WORK/step")" '^eduvpn +static +3 '

# And back.
back=$(readme_back)
is "back: the command" "$back" \
    "systemctl disable --now sallyport && systemctl enable --now vpn-daemon"
peers >"$WORK/before"
check "back" sh -c "$back"
peers >"$WORK/after"
check "back: peers stay as they are" diff "$WORK/before" "$WORK/after"
check "wg-quick down" wg-quick down wg0
finish
