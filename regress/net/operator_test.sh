# What an operator meets in the first week: words that are not quite right, the
# same command twice, one event among many, and errors that say what to do.

. "${TOP:-.}/regress/lib.sh"
private "$@"
. "$TOP/regress/suite.sh"

pki_init
cert d1 smart-toilet-1
suite_conf
suite_start

# --- help --------------------------------------------------------------------

for h in -h --help help; do
	check "$h" "$BIN/sallyctl" $h
	like "$h lists the commands" "$(cat "$WORK/out")" \
	    '^  peer add NAME \[.*net NETWORK\]'
	like "$h lists all of them" "$(cat "$WORK/out")" '^  relay remove DEVICE'
done
check "help about a word" "$BIN/sallyctl" help peer
is "nothing else" "$(grep '^  ' "$WORK/out" | grep -vc '^  peer ')" 0
like "-V" "$("$BIN/sallyctl" --version)" '^sallyport [0-9]'
like "-j -V" "$("$BIN/sallyctl" -V -j | jq -r '.schema, .version' | tr '\n' ' ')" \
    '^1 [0-9]'
check_status "a slip" 64 "$BIN/sallyctl" show leasse
like "is understood" "$(cat "$WORK/out")" 'leasse \(did you mean leases\?\)$'
check_status "a slip of a whole word" 64 "$BIN/sallyctl" show tenents
like "is understood, too" "$(cat "$WORK/out")" 'did you mean tenants\?'
check_status "no slip of any word" 64 "$BIN/sallyctl" show qqqq
unlike "no guess is made" "$(cat "$WORK/out")" 'did you mean'

# --- events ------------------------------------------------------------------

check "a static peer" ctl peer add alice
check "another" ctl peer add bob
dev_add d1
check "a lease" dev_enrol d1
events() { ctl -j show events "$@" | jq -r '.events[] | "\(.event) \(.name)"'; }
is "events of a name" "$(events name alice)" "peer.add alice"
addr=$(ctl -j show peers | jq -r '.peers[] | select(.name == "bob") |
    .addresses[0]')
is "events of an address" "$(events address "${addr%/*}")" "peer.add bob"
is "the address with its length" "$(events address "$addr")" "peer.add bob"
is "an address that another begins with" "$(events address 100.64.1.25)" ""
check "it is removed" ctl peer delete bob
is "who had the address, in order" "$(events address "${addr%/*}")" \
    "peer.add bob
peer.remove bob"
is "the last of them" "$(events address "${addr%/*}" limit 1)" "peer.remove bob"
is "events of a network" "$(events net devices | sort -u | wc -l)" 4
check_status "no address" 64 ctl show events address hello

# --- the same twice ----------------------------------------------------------

for i in 1 2 3; do
	check "maintenance on: $i" ctl maintenance on
done
is "one event" "$(events | grep -c '^maintenance')" 1
check "maintenance off" ctl maintenance off
is "and one more" "$(events | grep -c '^maintenance')" 2
name=$(ctl -j show leases | jq -r '.leases[0].name')
check "revoke" ctl revoke "$name"
check "approve" ctl approve "$name"
check "approve once more" ctl approve "$name"

# --- who is online -----------------------------------------------------------

# A static peer with a handshake is no lease that is online.
is "no lease is online" "$(ctl -j show status | jq .status.online)" \
    "$(ctl -j show leases online | jq '.leases | length')"

# --- errors ------------------------------------------------------------------

cp "$CONF" "$WORK/good.conf"
sed -i 's/listen_port/lissen_port/; s/quarantine/kwarantine/' "$CONF"
check_status "two errors" 78 ctl reload
like "both are told" "$(cat "$WORK/out")" 'lissen_port.*kwarantine'
cp "$WORK/good.conf" "$CONF"
check "mended" ctl reload
syntax() {		# NAME ERE SED
	sed "$3" "$WORK/good.conf" >"$WORK/syntax.conf"
	chmod 640 "$WORK/syntax.conf"
	check_status "$1: status" 78 "$BIN/netd" -nn -f "$WORK/syntax.conf"
	like "$1" "$(cat "$WORK/out")" "$2"
}
syntax "a string without quotes" 'syntax error: .*double quotes' \
    's/name = "devices"/name = devices/'
syntax "an address without quotes" 'syntax error: .*double quotes' \
    's/endpoint = "\([^"]*\)"/endpoint = \1/'
syntax "yes for true" 'syntax error: .*true or false' 's/adopt = false/adopt = yes/'
syntax "a missing bracket" 'syntax error: .*the line before' \
    's/^networks = ( {/networks = {/'
suite_stop

if [ -z "$NOUSER" ]; then
	mkdir -p "$WORK/closed/state"
	chmod 700 "$WORK/closed"
	chown _sallylease "$WORK/closed/state"
	sed "s|state_dir = \"[^\"]*\"|state_dir = \"$WORK/closed/state\"|" \
	    "$WORK/good.conf" >"$CONF"
	check_status "a directory in the way" 78 "$BIN/netd" -d -L "$BIN" -f "$CONF"
	like "is named" "$(cat "$WORK/out")" "who cannot pass $WORK/closed: "
fi
finish
