#!/bin/sh
# On an interface that is adopted, the addresses of others are nobody's to give,
# and a peer of which something could not be kept stays as it is.
. "${TOP:-.}/regress/lib.sh"
private "$@"
. "$TOP/regress/suite.sh"

ADOPT=true
ADDRESS=
AT=127.0.0.1:41194
LISTEN_MORE=", { address = \"$AT\"; api = [ \"portal\" ]; proof = \"none\"; }"
pki_init
mkdir -p "$S"
wg_here || skip_all "no WireGuard here"
key() { wg genkey | wg pubkey; }
(umask 077 && wg genkey >"$WORK/old.key" && wg genpsk >"$WORK/psk")
for p in alice bob site secret range exit; do eval "$p=$(key)"; done
wg set wg0 private-key "$WORK/old.key" listen-port 51820 \
    peer "$alice" allowed-ips 100.64.1.1/32 \
    peer "$bob" allowed-ips 100.64.1.2/32,fde3:25fb:7f6c:1::2/128 \
    peer "$secret" preshared-key "$WORK/psk" allowed-ips 100.64.1.3/32 \
    peer "$site" endpoint 203.0.113.9:1234 persistent-keepalive 21 \
    allowed-ips 100.64.1.7/32,192.168.50.0/24 \
    peer "$range" allowed-ips 100.64.1.8/29 \
    peer "$exit" allowed-ips 0.0.0.0/0
ip address add 100.64.1.4/24 dev wg0
ip address add "$GW6/48" dev wg0 nodad
ip link set wg0 up
# The host itself, on another interface.
ip address add 100.64.1.18/32 dev lo
others() {		# all that is not sallyport's
	wg show wg0 dump | awk -F '\t' -v no="$1" 'NR > 1 {
	    split(no, n, " "); for (i in n) if ($1 == n[i]) next
	    print $1, $2, $3, $4, $8 }' | sort
}
others >"$WORK/before"

suite_conf
suite_start

source_of() {		# KEY
	ctl -j show peers | jq -r --arg k "$1" \
	    '.peers[] | select(.public_key == $k) | .source'
}
for w in alice:unclaimed bob:unclaimed site:foreign secret:unclaimed \
    range:foreign exit:foreign; do
	eval "k=\$${w%%:*}"
	is "show peers calls ${w%%:*}" "$(source_of "$k")" "${w#*:}"
done
is "and says who has a preshared key" "$(ctl -j show peers |
    jq -r '.peers[] | select(.preshared_key) | .public_key')" "$secret"

put() {			# NUMBER [KEY]: prints the IPv4 address
	[ -f "$PKI/d$1.crt" ] || cert "d$1" "smart-toilet-$1"
	put_k=${2:-$(key)}
	put_st=$(curl --cacert "$PKI/ca.crt" --cert "$PKI/d$1.crt" \
	    --key "$PKI/d$1.key" -sS -m 10 -o "$WORK/b" -w '%{http_code}' \
	    -X PUT -H 'Content-Type: application/json' \
	    -d "{\"public_key\":\"$put_k\"}" https://127.0.0.1:8443/api/v1/self/lease)
	case $put_st in
	20*) jq -r '.addresses[]' "$WORK/b" | grep '\.' ;;
	*) echo "$put_st $(jq -r .code "$WORK/b")" ;;
	esac
	ours="$ours $put_k"
}
is "free addresses are leased, and no other" \
    "$(put 1) $(put 2) $(put 3)" "100.64.1.5/32 100.64.1.6/32 100.64.1.16/32"
others "$(ctl -j show leases | jq -r '[.leases[].public_key] | join(" ")')" \
    >"$WORK/after"
check "all others keep what they have" diff "$WORK/before" "$WORK/after"
is "a device that claims its own keeps its address" "$(put 4 "$alice")" \
    100.64.1.1/32
is "and is ours then" "$(source_of "$alice")" lease
is "a foreign peer's key is refused" "$(put 5 "$site")" "409 public-key-taken"
is "so is one with a preshared key, without it" "$(put 5 "$secret")" \
    "409 public-key-taken"

# One that comes while we run.
new=$(key)
wg set wg0 peer "$new" allowed-ips 100.64.1.17/32,10.1.1.0/24
is_called() { [ "$(source_of "$1")" = "$2" ]; }
check "a peer that others add is seen" wait_for 40 is_called "$new" foreign
is "and its address is not leased, nor the host's" "$(put 6)" 100.64.1.19/32
check "which is told" logged \
    '100.64.1.18 in its pools is an address of another interface'

# --- the operator's and a portal's claims ---

cat >"$WORK/wg.conf" <<EOF
[Interface]
PrivateKey = $(cat "$WORK/old.key")

# office
[Peer]
PublicKey = $site
AllowedIPs = 100.64.1.7/32, 192.168.50.0/24
# bob, without his IPv6 address
[Peer]
PublicKey = $bob
AllowedIPs = 100.64.1.2/32
# secret
[Peer]
PublicKey = $secret
PresharedKey = $(cat "$WORK/psk")
AllowedIPs = 100.64.1.3/32
EOF
live() { wg show wg0 dump | awk -F '\t' -v k="$1" '$1 == k { print $2, $3, $4, $8 }'; }
was=$(live "$site") secret_was=$(live "$secret")
apply() {		# KEY ADDRESS [force]
	printf '{"peers":[{"public_key":"%s","addresses":["%s"]}]}' "$1" "$2" \
	    >"$WORK/set.json"
	ctl apply "$WORK/set.json" dry-run $3 2>&1
}
ctl import "$WORK/wg.conf" dry-run >"$WORK/out"
like "dry-run: what the site would lose" "$(cat "$WORK/out")" \
    '^rejected  line 5: would take 192.168.50.0/24 from the live peer: it is not'
like "dry-run: what bob would lose" "$(cat "$WORK/out")" \
    'would take fde3:25fb:7f6c:1::2/128 from the live peer: force it'
like "dry-run: what can be kept is taken, and no other" "$(cat "$WORK/out")" \
    ': 1 added, 0 removed, 0 changed, 0 unchanged, 2 rejected$'
like "a set cannot take a preshared key" "$(apply "$secret" 100.64.1.3)" \
    'public-key-taken +would take the preshared key from the live peer: force'
check_status "import" 1 ctl import "$WORK/wg.conf"
is "bob is as he was" "$(live "$bob" | cut -d ' ' -f 3)" \
    "100.64.1.2/32,fde3:25fb:7f6c:1::2/128"
check_status "import, force" 1 ctl import "$WORK/wg.conf" force
is "bob is taken as it was asked for" "$(live "$bob" | cut -d ' ' -f 3)" \
    "100.64.1.2/32"
is "the site stays as it is, even then" "$(live "$site")" "$was"
is "the one with a preshared key has the same, and keeps it" \
    "$(live "$secret") $(source_of "$secret")" "$secret_was static"
like "a set cannot take it" "$(apply "$site" 100.64.1.7 force)" \
    'public-key-taken +would take 192.168.50.0/24 from the live peer, which stays'
like "nor an address in the range of another" \
    "$(apply "$(key)" 100.64.1.9 force)" \
    'address-taken +100.64.1.9/32 is that of a peer on the interface'
like "nor the interface's" "$(apply "$(key)" 100.64.1.4 force)" \
    "address-taken +100.64.1.4/32 is the gateway's own"
portal() {		# KEY ADDRESS
	curl -s -o "$WORK/b" -w '%{http_code}' --data-urlencode "public_key=$1" \
	    -d "ip_net=$2" "http://$AT/w/add_peer"
}
unlike "a portal cannot take it" "$(portal "$site" 100.64.1.7/32)" '^20'
unlike "nor an address of another" "$(portal "$(key)" 100.64.1.3/32)" '^20'
is "the site is as it was" "$(live "$site")" "$was"

# --- a crash, and a peer that others make fit ---

check "a crash of the hand, and a sync" role_kill netd-hand
is "after a crash: the site is as it was" "$(live "$site")" "$was"
is "after a crash: so is the secret one" "$(live "$secret")" "$secret_was"
is "after a crash: no address of others is leased" "$(put 7)" 100.64.1.20/32
wg set wg0 peer "$site" allowed-ips 100.64.1.7/32
check "a peer that fits now may be claimed" \
    wait_for 40 is_called "$site" unclaimed
sed -i 's/, 192.168.50.0.*//' "$WORK/wg.conf"
ctl import "$WORK/wg.conf" >"$WORK/out"
is "and is" "$(source_of "$site")" static
is "with its endpoint and its keepalive" "$(live "$site")" \
    "(none) 203.0.113.9:1234 100.64.1.7/32 21"

# --- a pool of which another has all ---

wg set wg0 peer "$exit" allowed-ips 100.64.0.0/16,fde3:25fb:7f6c:1::/64
all_taken() {
	ctl show peers >/dev/null
	grep -q 'nothing of pool 100.64.1.0/24 can be leased: peer=.*100.64.0.0/16' \
	    "$WORK/netd.log"
}
check "a pool that another has wholly is told" wait_for 40 all_taken
is "and nothing of it is leased" "$(put 8)" "503 pool-exhausted"
is "a lease that there is stays" "$(put 1 "$(ctl -j show leases |
    jq -r '.leases[] | select(.name == "1").public_key')")" 100.64.1.5/32
suite_stop
finish
