#!/bin/sh
# Where keys are: the TLS key in the key holder alone, the WireGuard key in the
# hand alone (invariant 5, the other half).  The memory of the running
# processes is searched, after they have worked.
. "${TOP:-.}/regress/lib.sh"
private "$@"
. "$TOP/regress/suite.sh"

pki_init
suite_conf
suite_start
dev_add d1
cert d1 smart-toilet-1
is "a registration" "$(dev_post d1 d1)" 200
n=0
while [ $n -lt 20 ]; do
	n=$((n + 1))
	dev_post d1 d1 >/dev/null
done

# The 32 bytes of a key; also what stands for them in the file.
openssl ec -in "$PKI/server.key" -outform DER 2>/dev/null |
    dd bs=1 skip=7 count=32 of="$WORK/tls.raw" 2>/dev/null
base64 -d <"$S/wg0.key" >"$WORK/wg.raw"
tr -d '\n' <"$S/wg0.key" >"$WORK/wg.text"
sed -n 2p "$PKI/server.key" | tr -d '\n' >"$WORK/tls.text"
# OpenSSL holds a big number with its lowest byte first.
printf '%b' "$(od -An -v -to1 -w1 "$WORK/tls.raw" | tac |
    sed 's/ */\\0/' | tr -d '\n')" >"$WORK/tls.back"
is "the TLS key has 32 bytes" "$(wc -c <"$WORK/tls.raw")" 32
is "the WireGuard key has 32 bytes" "$(wc -c <"$WORK/wg.raw")" 32

found() {		# PID FILE
	"$O/regress/memfind" "$1" "$2"
}
# The search finds what is there: in a program that holds it, and in the key
# holder, which must have it to sign.
spawn holder sh -c 'k=$(cat "$0"); while :; do sleep 1; done' "$WORK/wg.text"
wait_for 5 found "$PID" "$WORK/wg.text"
check "control: a key in a shell's memory is found" \
    found "$PID" "$WORK/wg.text"
spawn holder tail -c 64 -f "$WORK/wg.raw"
wait_for 5 found "$PID" "$WORK/wg.raw"
check "control: 32 raw bytes are found" found "$PID" "$WORK/wg.raw"
has_tls() {
	found "$1" "$WORK/tls.raw" || found "$1" "$WORK/tls.back"
}
check "control: the key holder has the TLS key" has_tls "$(role_pid apid-key)"

for role in apid leased netd-hand; do
	for what in raw back text; do
		check_status "$role: no TLS key ($what)" 1 \
		    found "$(role_pid $role)" "$WORK/tls.$what"
	done
done
for role in apid leased apid-key; do
	for what in raw text; do
		check_status "$role: no WireGuard key ($what)" 1 \
		    found "$(role_pid $role)" "$WORK/wg.$what"
	done
done
finish
