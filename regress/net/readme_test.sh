# The quick start of README.md, command by command as it is written, on an
# empty gateway.  systemctl is ours: there is no service manager in here.

. "${TOP:-.}/regress/lib.sh"
private "$@"

cover /etc && cover /var/lib || skip_all "no overlay file system here"
mount --bind /run/passwd /etc/passwd && mount --bind /run/group /etc/group
rm -rf /etc/sallyport /var/lib/sallyport
mkdir /etc/sallyport

own_systemctl
echo "set -e" >"$WORK/start.sh"
sed -n '/quick start: begin/,/quick start: end/p' "$TOP/README.md" |
    sed '/^<!--/d; /^```/d' >>"$WORK/start.sh"
n=$(grep -Ec '^(cd|openssl|cat|systemctl|curl|sallyctl) ' "$WORK/start.sh")
is "eight commands" "$n" 8

sh "$WORK/start.sh" >"$WORK/out" 2>"$WORK/err.log"
is "every command succeeds" $? 0
[ ! -s "$WORK/pid" ] || pids="$(cat "$WORK/pid") $pids"
like "the device gets a lease" "$(cat "$WORK/out")" \
    '"addresses":\["100\.64\.1\.[0-9]+/32","fde3:25fb:7f6c:1::[0-9a-f]+/128"\]'
like "sallyctl shows it" "$(cat "$WORK/out")" \
    '^devices  42 +100\.64\.1\.[0-9]+,fde3:25fb:7f6c:1::[0-9a-f]+ +active '
check "netd's private key is only root's" sh -c \
    '[ "$(stat -c %a /etc/sallyport/wg0.key)" = 600 ]'

cd /etc/sallyport || exit 1
check "revoke" "$BIN/sallyctl" revoke 42 reason stolen
is "a revoked device is refused" "$(curl -s -o /dev/null -w '%{http_code}' \
    --resolve vpn.example.com:8443:127.0.0.1 --cacert tls/ca.crt \
    --cert dev.crt --key dev.key -X PUT -H 'Content-Type: application/json' \
    -d "{\"public_key\":\"$(wg pubkey <dev.wg)\"}" \
    https://vpn.example.com:8443/api/v1/self/lease)" 403
is "its peer is gone" "$(wg show wg0 peers 2>"$WORK/wg.log")" ''

finish
