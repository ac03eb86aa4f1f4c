# sallyctl against a stub that plays leased: what it asks, what it prints in
# both formats, and what it says when the other side misbehaves.

. "${TOP:-.}/regress/lib.sh"
. "$TOP/regress/qr.sh"

STUB=$O/regress/ctl_stub
SOCK=$WORK/ctl.sock
stub_pid=''

# Play a scenario; the last one ends.
play() {		# SCENARIO [COUNT]
	[ -z "$stub_pid" ] || stop "$stub_pid"
	rm -f "$SOCK" "$WORK/stub.log"
	spawn stub "$STUB" "$SOCK" "$@"
	stub_pid=$PID
	wait_for 5 test -S "$SOCK" || fail "stub $1"
}

asked() {		# the last request the stub got
	tail -n 1 "$WORK/stub.log"
}

# Run sallyctl; OUT, ERR and ST are set.
ctl() {
	"$BIN/sallyctl" -s "$SOCK" "$@" >"$WORK/stdout" 2>"$WORK/stderr"
	ST=$?
	OUT=$(cat "$WORK/stdout") ERR=$(cat "$WORK/stderr")
}

json() {		# NAME JQ-EXPRESSION that must be true of OUT
	if printf '%s\n' "$OUT" | jq -e "$2" >"$WORK/jq" 2>&1; then
		ok "$1"
	else
		fail "$1: $2 is not true of: $OUT"
	fi
}

plain() {		# NAME: OUT is printable ASCII and line breaks
	is "$1" "$(printf '%s' "$OUT" | LC_ALL=C tr -d ' -~\n' | wc -c)" 0
}

# --- what is asked ---

play normal
ctl show leases net devices name dev-1 online expired
is "show leases, all options" "$(asked)" \
    "show 3 net=devices name=dev-1 online=1 expired=1 ago=0 limit=0"
ctl s le
is "show leases, shortest" "$(asked)" \
    "show 3 net= name= online=0 expired=0 ago=0 limit=0"
ctl sh lease dev-9
is "show lease" "$(asked)" \
    "show 3 net= name=dev-9 online=0 expired=1 ago=0 limit=0"
ctl sh ev since 1h limit 5
like "show events" "$(asked)" \
    '^show 5 net= name= online=0 expired=0 ago=360[01] limit=5$'
ctl revoke dev-1 net devices reason stolen in Basel
is "revoke" "$(asked)" "revoke net=devices name=dev-1 reason=stolen in Basel"
is "revoke, answer" "$OUT" revoked
ctl approve dev-1
is "approve" "$(asked)" "approve net= name=dev-1"
ctl revoke dev-1 force reason lost
is "revoke, also a name of nobody" "$(asked)" \
    "revoke net= name=dev-1 force reason=lost"
ctl deny dev-1 reason nobody knows it
is "deny" "$(asked)" "revoke net= name=dev-1 reason=nobody knows it"
ctl show pending net devices
is "show pending" "$(asked)" \
    "show 8 net=devices name= online=0 expired=0 ago=0 limit=0"
ctl show contacts name dev-1
is "show contacts" "$(asked)" \
    "show 9 net= name=dev-1 online=0 expired=0 ago=0 limit=0"
ctl test cn CN=dev-1
is "test cn" "$(asked)" "test cn=dev-1"
ctl reload
is "reload" "$(asked) $OUT $ST" "reload done 0"
ctl reload force
is "reload force" "$(asked) $OUT $ST" "reload force done 0"
ctl te
is "te is ambiguous: not a teardown" "$(asked) $ST" "reload force 64"
ctl teardown
is "teardown" "$(asked) $ST" "teardown 0"
ctl drop unclaimed
is "drop unclaimed" "$(asked) $OUT $ST" "leased is asked: drop done 0"

# --- text ---

ctl show status
is "status exit" "$ST" 0
like "status" "$OUT" '^leases +12 live, 10 online, 1 pending, 3 outside, 2 partly$'
like "status, unknown peers" "$OUT" 'lacks stay for 10m'
like "status, maintenance" "$OUT" '^maintenance +on$'
like "status, networks" "$OUT" '^networks +1 of 1 up$'
ctl show leases
is "leases, lines" "$(printf '%s\n' "$OUT" | wc -l)" 3
like "leases, a row" "$OUT" \
    '^devices  dev-1  fde3:25fb:7f6c:1::1,100.64.1.2  active  1m1[5-9]s +never    1.5KiB'
like "leases, expiry" "$OUT" '^devices  dev-2 .* never      4h0[0-9]m '
is "leases, columns are aligned" "$(printf '%s\n' "$OUT" |
    awk '{ print index($0, $4) }' | sort -u | wc -l)" 1
ctl -n show leases
like "leases -n" "$OUT" '^devices  dev-1 .* [0-9-]+T[0-9:]+Z +never +1536 '
ctl -j show leases
is "leases, the link of a tunnel" "$(printf '%s\n' "$OUT" |
    jq -c '[.leases[].link]')" '[null,"spg7"]'
ctl show lease dev-1
like "lease" "$OUT" '^endpoint +\[2001:db8::5\]:4500$'
ctl show networks
like "networks, pool" "$OUT" '100\.64\.1\.0/24, 12 of 254 used'
like "networks, big pool" "$OUT" '1::/64, 12 used$'
like "networks, failed" "$OUT" 'failed: no WireGuard in the kernel'
is "networks, counts of the one that has them" \
    "$(printf '%s\n' "$OUT" | grep -c '^let in')" 1
like "networks, sent out" "$OUT" '^sent out +3 packets, 4\.0KiB$'
like "networks, dropped" "$OUT" \
    '^dropped +0 by isolate, 0 by inbound, 7 by deny, 0 by allow, 0 otherwise$'
ctl show peers
like "peers" "$OUT" '^devices +foreign +- +- +A{43}= +10\.0\.0\.0/24 +- +never'
ctl show pending
like "pending" "$OUT" '^devices +dev-1 +2025-01-01T00:00:00Z +cn:d +- +"Jo D" +- +5$'
ctl show contacts
like "contacts" "$OUT" '^devices +dev-1 +"Jo D" +- +5$'
ctl show events
like "events" "$OUT" '^2025-01-01T00:00:00Z  lease.add  devices  dev-1  -'
ctl show version
like "version" "$OUT" '^sallyport +9\.9$'
ctl test cn dev-1
like "test cn, text" "$OUT" '^rule +2 \(proof certificate\)$'
is "test cn, exit" "$ST" 0
ctl test cn nobody
is "test cn, no match, said once" "$ST $ERR" "1 "
ctl test cn denied
is "test cn, denied" "$ST" 1
ctl -q show leases
is "quiet" "$ST$OUT$ERR" 0

# --- JSON ---

ctl -j show status
json "json status" '.schema == 1 and .error == null and
    .status.sync.at == "2025-01-01T00:01:00Z" and .status.db == true'
ctl -j show networks
json "json networks" '(.networks | length) == 2 and
    .networks[0].pools[0].size == null and .networks[0].pools[1].size == 254
    and .networks[0].lease == null and .networks[1].public_key == null'
json "json networks, counts" '.networks[0].traffic.out_bytes == 4096 and
    .networks[0].traffic.deny_packets == 7 and
    (.networks[0].traffic | length) == 18 and .networks[1].traffic == null'
ctl -j show leases
json "json leases" '.schema == 1 and (.leases | length) == 2 and
    .leases[0].rx_bytes == 1536 and .leases[0].tx_bytes == 1 and
    .leases[0].expires == null and
    (.leases[1].expires | test("^[0-9-]+T[0-9:]+Z$")) and
    .leases[1].latest_handshake == null and
    .leases[0].addresses[0] == "fde3:25fb:7f6c:1::1/128"'
ctl -j show lease dev-1
json "json lease has the shape of leases" '(.leases | length) == 1'
ctl -j show peers
json "json peers" '.peers[0].source == "foreign" and .peers[0].name == null'
ctl -j show events
json "json events" '.events[0].at == "2025-01-01T00:00:00Z"'
ctl -j show pending
json "json pending" '.pending == [{network: "devices", name: "dev-1",
    at: "2025-01-01T00:00:00Z", who: "cn:d", from: null, contact_name: "Jo D",
    contact_email: null, contact_phone: "5"}]'
ctl -j show contacts
json "json contacts" '.contacts == [{network: "devices", name: "dev-1",
    contact_name: "Jo D", contact_email: null, contact_phone: "5"}]'
ctl -j show version
json "json version" '.version.sallyport == "9.9"'
ctl -j test cn dev-1
json "json test" '.test.rule == 2 and .test.addresses == ["fd00::1/128"]'
ctl -j test cn nobody
json "json test, no match" '.test.matched == false and .test.rule == null'
ctl -j revoke dev-1
json "json action" '.result.text == "revoked" and .error == null'
play none
ctl -j show leases
json "json leases, none" '.leases == []'
ctl show lease nobody
is "no such lease" "$ST $ERR" "1 sallyctl: no lease of that name"

# --- text from outside ---

play hostile
ctl show leases
plain "hostile name is escaped"
like "hostile name, escaped" "$OUT" '\\\^\[\[2J\\r\\n'
ctl show lease x
plain "hostile lease is escaped"
ctl show events
plain "hostile event is escaped"
ctl -j show leases
json "hostile name in JSON is itself" \
    '.leases[0].name | startswith("\u001b[2J\r\n\u009b31mroot\u202e\"\\")'
is "JSON is ASCII" "$(printf %s "$OUT" | LC_ALL=C tr -d "\0-\177" | wc -c)" 0

# --- many ---

play normal 10000
ctl show leases
is "10,000 leases" "$ST $(printf '%s\n' "$OUT" | wc -l)" "0 10001"
ctl -j show leases
json "10,000 leases in JSON" '(.leases | length) == 10000 and
    .leases[9999].name == "dev-10000"'
play normal 200000
# 24 MiB would not hold them, were they kept.  A sanitizer needs more.
if grep -q __asan_init "$BIN/sallyctl"; then
	skip "200,000 leases in 24 MiB" "address sanitizer"
else
	check "200,000 leases in 24 MiB" sh -c "ulimit -v 24576
	    '$BIN/sallyctl' -s '$SOCK' show leases | tail -n 1 |
	    grep -q dev-200000"
fi
"$BIN/sallyctl" -s "$SOCK" show leases 2>/dev/null | head -n 1 >/dev/null
ok "a reader that leaves"
if [ -w /dev/full ]; then
	"$BIN/sallyctl" -s "$SOCK" show leases >/dev/full 2>"$WORK/stderr"
	is "a full disk, exit" $? 73
	like "a full disk" "$(cat "$WORK/stderr")" 'cannot write: No space left'
fi

# --- a daemon that misbehaves ---

play die 9
ctl show leases
is "dies midway, exit" "$ST" 69
like "dies midway, what came is shown" "$OUT" dev-3
like "dies midway, next step" "$ERR" 'systemctl status sallyport'
play die 9
ctl -j show leases
json "dies midway, valid JSON with the reason" \
    '(.leases | length) == 3 and (.error | test("ended the connection"))'
for s in busy:75 negative:1 usage:64 failed:70 config:78 wrong-id:65 wrong-item:65 \
    cut:65 descriptor:65; do
	play "${s%:*}"
	ctl show leases
	is "${s%:*}" "$ST" "${s#*:}"
	like "${s%:*} says something" "$ERR" '^sallyctl: .+'
	unlike "${s%:*} is escaped" "$ERR" "$(printf '\033')"
	ctl -j show leases
	json "${s%:*} in JSON" '.leases == [] and (.error | length) > 0'
done
for s in nosuch 's s' 'show events since 1x' 'show lease' revoke \
    "$(printf 'no\033\377such')"; do
	# shellcheck disable=SC2086
	set -- $s
	s=$(printf %s "$s" | LC_ALL=C tr -cd ' -~')
	ctl -j "$@"
	is "not understood: $s, exit" "$ST" 64
	json "not understood: $s, in JSON" '.schema == 1 and
	    (.result // .events // .leases // [] | length) == 0 and has("error")'
	like "not understood: $s, in text" "$ERR" '^sallyctl: .+'
	ctl -j -q "$@"
	is "not understood: $s, quiet" "$ST$OUT" 64
done
ctl -j show events since 1x
json "not understood: the member of the command, and why" '.events == [] and
    (.error | test("^1x is not a duration"))'
ctl show nosuch
is "not understood: as text nothing on standard output" "$OUT" ''
like "not understood: what would be" "$ERR" 'valid commands'
play unwell
ctl show status
is "an unwell suite" "$ST" 1
play down
ctl show status
is "a network that is down" "$ST" 1
for s in hang stall; do
	play $s 9
	start=$(now_ms)
	ctl show leases
	took=$(($(now_ms) - start))
	is "$s, exit" "$ST" 75
	like "$s, text" "$ERR" 'no answer within 10 seconds'
	[ $took -lt 50000 ] && ok "$s, deadline" || fail "$s took $took ms"
done

# --- no daemon ---

stop "$stub_pid"
stub_pid=''
ctl show status
is "nobody listens, exit" "$ST" 69
like "nobody listens" "$ERR" "cannot connect to $SOCK: Connection refused .*\
systemctl status sallyport"
rm -f "$SOCK"
ctl -j show status
is "no socket, exit" "$ST" 69
json "no socket, JSON" '.schema == 1 and .status == null and
    (.error | test("is sallyport running"))'
if [ "$(id -u)" -eq 0 ] && command -v setpriv >/dev/null; then
	play normal
	chmod 660 "$SOCK"
	# The program may lie where that user cannot go.
	cp "$BIN/sallyctl" "$WORK/sallyctl"
	setpriv --reuid 65534 --regid 65534 --clear-groups \
	    "$WORK/sallyctl" -s "$SOCK" show status >"$WORK/out" 2>&1
	is "no permission, exit" $? 77
	like "no permission" "$(cat "$WORK/out")" 'usermod -aG sallyport'
else
	skip "no permission" "needs root"
fi

# --- backup ---

play normal
ctl backup "$WORK/copy"
is "backup, exit" "$ST" 0
is "backup, size" "$(stat -c '%s %a' "$WORK/copy")" "155748 600"
ctl -j backup "$WORK/copy2"
json "backup, JSON" '.backup.bytes == 155748'
check "backup, same bytes" cmp "$WORK/copy" "$WORK/copy2"
ctl backup "$WORK/copy"
is "backup does not overwrite" "$ST" 73
ctl backup "$WORK/none/copy"
is "backup into no directory" "$ST" 73
for s in die gap empty failed; do
	play $s
	ctl backup "$WORK/bad"
	case $s in die) want=69 ;; failed) want=70 ;; *) want=65 ;; esac
	is "backup, $s" "$ST" $want
	[ ! -e "$WORK/bad" ] && [ ! -e "$WORK/bad.tmp" ] &&
	    ok "backup, $s leaves nothing" || fail "backup, $s leaves a file"
done

# --- maintenance, sets ---

K1=AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=
K5=BQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQU=
K6=BgYGBgYGBgYGBgYGBgYGBgYGBgYGBgYGBgYGBgYGBgY=
K7=BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=
K8=CAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAg=

# What was asked since the stub began, but for questions, in one line.
wanted() {
	grep -Ev '^(show|maintenance)' "$WORK/stub.log" | tr '\n' '|'
}

play normal
ctl maintenance on
is "maintenance on" "$(asked) $OUT $ST" \
    "maintenance on=1 maintenance mode is on 0"
ctl m off
is "maintenance off" "$(asked)" "maintenance on=0"
ctl show sync
like "show sync" "$OUT" \
    '^devices  portal:main  1 +41 +[0-9]+d[0-9]+h +2 +1 +0 +0 +0$'
ctl -j show sync
json "show sync, JSON" '.sync[1].owner == "static" and
    .sync[1].generation == 42 and .sync[0].last.added == 2 and
    .sync[0].at == "2025-01-01T00:00:00Z"'

cat >"$WORK/set.json" <<END
{"peers":[
 {"public_key":"$K5","addresses":["100.64.1.5/32","fde3:25fb:7f6c:1::5"],
  "name":"Z\\u00fcrich"},
 {"public_key":"$K8","addresses":["100.64.1.9"]}]}
END
ctl apply "$WORK/set.json"
is "apply with several networks: status" $ST 64
like "apply with several networks" "$ERR" 'several networks: devices, second'
is "apply with several networks: nothing sent" "$(wanted)" ""
ctl apply "$WORK/set.json" net third
is "apply, no such network" $ST 1
like "apply, no such network: says which" "$ERR" "there is no network third .there are: devices, second"
ctl apply "$WORK/set.json" net devices dry-run force
is "apply, what is sent" "$(wanted)" "set net=devices owner=static dry_run=1\
 force=1 match=0 generation=0|item BQUF name=Zürich 100.64.1.5/32\
 fde3:25fb:7f6c:1::5/128|item CAgI name= 100.64.1.9/32|"
is "apply, status" $ST 0
like "apply, a difference" "$OUT" "^added     $K5  "
like "apply, dry-run says so" "$OUT" '^nothing is done; it would be: 1 added, 0 removed, 0 changed, 1 unchanged, 0 rejected$'
play one
ctl apply "$WORK/set.json"
like "apply to the only network" "$OUT" '^1 added, 1 removed, 0 changed'
like "apply, a removed one" "$OUT" '^removed   A.*=  1.5KiB received, 0B sent$'
ctl -j apply "$WORK/set.json"
json "apply, JSON" '(.changes | length) == 2 and .error == null and
    .changes[0].change == "added" and .changes[1].rx_bytes == 1536 and
    .dry_run == false and .set.generation == 43 and .set.unchanged == 1'
ctl -q apply "$WORK/set.json"
is "apply, quiet" "$ST$OUT$ERR" 0
play reject
ctl apply "$WORK/set.json"
is "apply, rejected: status" $ST 1
like "apply, rejected" "$OUT" "^rejected  $K5  address-taken  held by"
plain "apply, rejected is escaped"
play guard
ctl apply "$WORK/set.json"
is "apply, the guard: status" $ST 1
like "apply, the guard" "$ERR" \
    'nothing was changed: 80 of 100 peers would go$'
ctl -j apply "$WORK/set.json"
json "apply, the guard in JSON" '.changes == [] and .set == null and
    (.error | test("80 of 100"))'
play mismatch
ctl apply "$WORK/set.json"
is "apply, changed meanwhile: status" $ST 75
play early
ctl apply "$WORK/set.json"
is "apply, refused at once: status" $ST 1
like "apply, refused at once" "$ERR" 'no sets today$'

play one
badset() {		# NAME ERE JSON
	printf '%s' "$3" >"$WORK/bad.json"
	ctl apply "$WORK/bad.json"
	is "apply, $1: status" $ST 65
	like "apply, $1" "$ERR" "$2"
}
badset "nothing" 'bad.json: line 1' ''
badset "not JSON" 'line 1: ' '{"peers":[}'
badset "a list" 'it must be' '[]'
badset "other members" 'it must be' '{"peers":[],"more":1}'
badset "twice" 'line 1: duplicate' '{"peers":[],"peers":[]}'
badset "no key" 'peers\[0\]: public_key or addresses is missing' '{"peers":[{}]}'
badset "a bad key" 'peers\[0\]: public_key is not' \
    '{"peers":[{"public_key":"x","addresses":["1.2.3.4"]}]}'
badset "no addresses" 'list of 1 to 16' \
    "{\"peers\":[{\"public_key\":\"$K5\",\"addresses\":[]}]}"
badset "a bad address" 'addresses\[1\] is not' \
    "{\"peers\":[{\"public_key\":\"$K5\",\"addresses\":[\"1.2.3.4\",\"1.2.3.4/24\"]}]}"
badset "a mapped address" 'addresses\[0\] is not' \
    "{\"peers\":[{\"public_key\":\"$K5\",\"addresses\":[\"::ffff:1.2.3.4\"]}]}"
badset "an unknown member" 'only public_key' \
    "{\"peers\":[{\"public_key\":\"$K5\",\"addresses\":[\"1.2.3.4\"],\"adresses\":1}]}"
badset "a bad preshared key" 'preshared_key is not 32 bytes' \
    "{\"peers\":[{\"public_key\":\"$K5\",\"addresses\":[\"1.2.3.4\"],\"preshared_key\":\"x\"}]}"
badset "a control character" 'control characters' \
    "{\"peers\":[{\"public_key\":\"$K5\",\"addresses\":[\"1.2.3.4\"],\"name\":\"\\u009b\"}]}"
badset "a character that nobody sees" 'invisible ones' \
    "{\"peers\":[{\"public_key\":\"$K5\",\"addresses\":[\"1.2.3.4\"],\"name\":\"a\\u2063b\"}]}"
head -c 8388609 /dev/zero | tr '\0' ' ' >"$WORK/bad.json"
ctl apply "$WORK/bad.json"
like "apply, too large" "$ST $ERR" '^65 .*is larger than 8388608 bytes'
ctl apply "$WORK"
like "apply, a directory" "$ST $ERR" '^66 .*not a regular file'
ctl apply "$WORK/none"
like "apply, no file" "$ST $ERR" '^66 .*No such file'
is "apply, nothing of these was sent" "$(wanted)" ""

# --- import ---

cat >"$WORK/wg0.conf" <<END
[Interface]
PrivateKey = secret
ListenPort = 51820

# alice
[Peer]
PublicKey = $K5
AllowedIPs = 100.64.1.5/32, 192.168.7.0/24

[Peer]
# Name = bob
PublicKey = $K6
AllowedIPs = fde3:25fb:7f6c:1::6/128, 100.64.1.9/32
Endpoint = 192.0.2.7:51820
END
play one
ctl import "$WORK/wg0.conf" dry-run net devices
is "import, peers that would lose something are left out" "$(wanted)" \
    "set net=devices owner=static dry_run=1 force=0 match=1 generation=42\
|item CAgI name=printer 100.64.1.9/32|"
is "import, something rejected: status" $ST 1
like "import, a network" "$OUT" \
    '^rejected  line 6: 192.168.7.0/24: it is not the address of one host, and in none of the network.s subnets; the peer is left out$'
like "import, an address of another" "$OUT" \
    '^rejected  line 10: 100.64.1.9/32: another static peer has it; the peer is left out$'
like "import, the sum has them" "$OUT" ' [2-9] rejected$'
play one
ctl import "$WORK/wg0.conf" force net devices
is "import, with force they are taken without that" "$(wanted)" \
    "set net=devices owner=static dry_run=0\
 force=1 match=1 generation=42|item CAgI name=printer 100.64.1.9/32\
|item BQUF name=alice 100.64.1.5/32|item BgYG name=bob\
 fde3:25fb:7f6c:1::6/128|"
like "import, with force it is told" "$OUT" \
    '^left out  line 6: 192.168.7.0/24: it is not the address of one host, and in none of the network.s subnets$'
like "import, an endpoint is told" "$OUT" \
    "^left out  line 10: $K6: its Endpoint and PersistentKeepalive are not kept"
unlike "import does not show secrets" "$OUT$ERR" secret
ctl -j import "$WORK/wg0.conf"
json "import, JSON" '.changes[0].change == "rejected" and
    .changes[0].line == 6 and .dry_run == false and
    .set.rejected >= (.changes | map(select(.line)) | length)'
cat >"$WORK/wg1.conf" <<END
[Interface]
SaveConfig = false
# printer, moved
[Peer]
PublicKey = $K8
AllowedIPs = 100.64.1.10
[Peer]
PublicKey = $K8
AllowedIPs = 100.64.1.11
[Peer]
PublicKey = $K7
AllowedIPs = 100.64.1.12
[Peer]
PublicKey = $K5
PresharedKey = AAAA
AllowedIPs = 100.64.1.13
[Peer]
PublicKey = $K6
AllowedIPs = 10.9.9.9
[Peer]
PublicKey = AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=
AllowedIPs = 100.64.1.14
END
play one
ctl import "$WORK/wg1.conf"
like "import, one that there is gets the file's" "$(wanted)" \
    'item CAgI name=printer, moved 100.64.1.10/32\|$'
for w in '7: .*the key is in the file twice' "10: $K7: it has the gateway" \
    '15: PresharedKey: its value is not a key' '17: 10.9.9.9/32: it is outside' \
    '20: .*key cannot be used'; do
	like "import, rejected: $w" "$OUT" "^rejected  line $w"
done
sed 's/^PrivateKey.*/SaveConfig = true/' "$WORK/wg0.conf" >"$WORK/save.conf"
play one
ctl import "$WORK/save.conf"
is "import, SaveConfig: status" $ST 1
like "import, SaveConfig" "$ERR" 'brings back those that were revoked. Set SaveConfig = false'
is "import, SaveConfig: nothing is sent" "$(wanted)" ""
sed '/64.1\|fde3/d' "$WORK/save.conf" >"$WORK/other.conf"
ctl import "$WORK/other.conf"
unlike "import, SaveConfig without our addresses" "$ERR" SaveConfig
ctl import "$WORK/set.json"
like "import, no such file of wg-quick" "$ST $ERR" '^65 .*set.json:1: neither'

# --- export ---

play normal
ctl export peer dev-1
is "export: status" $ST 0
is "export" "$OUT" "# dev-1
[Interface]
Address = 100.64.1.2/32, fde3:25fb:7f6c:1::2/128
# PrivateKey = (yours)

[Peer]
PublicKey = $K7
Endpoint = vpn.example.com:51820
AllowedIPs = fde3:25fb:7f6c::/48
PersistentKeepalive = 25"
text=$OUT
ctl export peer "$K1" net devices
is "export by key" "$OUT" "$text"
ctl -j export peer printer
json "export, JSON" '.peer.name == "printer" and
    (.peer.file | test("Address = 100.64.1.9/32\n"))'
ctl export peer nobody
like "export, no such name" "$ST $ERR" '^1 .*no peer of that name'
ctl export peer dev-1 net second
is "export, not there" $ST 1
ctl export peer AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=
is "export, a foreign one" $ST 1
ctl export peer dev-1 qr
if [ $ST -eq 0 ]; then
	is "export, qr: as wide as high" \
	    "$(printf '%s\n' "$OUT" | awk '{ n++ } END { print n * 2 - 1 }')" \
	    "$(printf '%s\n' "$OUT" | head -n 1 | LC_ALL=C.UTF-8 wc -m |
		awk '{ print $1 - 1 }')"
	if command -v ZXingReader >/dev/null; then
		printf '%s\n' "$OUT" | scan >"$WORK/scan"
		printf '%s\n' "$text" >"$WORK/want"
		check "export, qr: what a camera reads is the file" \
		    cmp "$WORK/scan" "$WORK/want"
	else
		skip "export, qr, read back" "no ZXingReader (zxing-cpp-tools)"
	fi
else
	like "export, qr: not built in" "$ST $ERR" '^69 .*libqrencode'
fi

# --- usage ---

check_status "no command" 64 "$BIN/sallyctl"
check_status "unknown option" 64 "$BIN/sallyctl" -x
check_status "unknown command" 64 "$BIN/sallyctl" frobnicate
like "valid words are named" "$(cat "$WORK/out")" 'valid commands/args:'
check_status "not UTF-8" 64 "$BIN/sallyctl" -s "$SOCK" approve \
    "$(printf '\377')"
check_status "-V" 0 "$BIN/sallyctl" -V
like "-V" "$(cat "$WORK/out")" '^sallyport [0-9]'

finish
