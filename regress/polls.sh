# Devices that do nothing but ask for their networks, each with the tag of its
# last answer, as if they had applied it.  Source it behind suite.sh, with
# "mesh" among the dialects of its listener.

POLLS=https://127.0.0.1:8443/api/v1/self

poller() {		# DEVICE: its certificate, and no tag
	cert "$1" "$1"
	printf '"none"' >"$WORK/$1.tag"
}

call() {		# DEVICE PATH OPTION ...; prints the status
	call_d=$1 call_p=$2; shift 2
	curl -s -m 20 -o "$WORK/$call_d.body" -D "$WORK/$call_d.head" \
	    -w '%{http_code}' --cacert "$PKI/ca.crt" --cert "$PKI/$call_d.crt" \
	    --key "$PKI/$call_d.key" "$@" "$POLLS$call_p"
}
# Ask with the tag of the last answer, and keep the new one as applied.
poll() {		# DEVICE
	call "$1" /config -H "If-None-Match: $(cat "$WORK/$1.tag")" \
	    -H 'Prefer: wait=1' >"$WORK/$1.st" &&
	    tr -d '\r' <"$WORK/$1.head" |
	    sed -n 's/^[Ee][Tt]ag: //p' >"$WORK/$1.tag"
}
# An agent that does nothing but that, until told to stop.
agent() {		# DEVICE
	rm -f "$WORK/$1.stop"
	(until [ -e "$WORK/$1.stop" ]; do poll "$1"; done) &
	eval "agent_$1=$!"
}
agent_stop() {		# DEVICE
	touch "$WORK/$1.stop"
	eval "wait \$agent_$1"
}
give_key() {		# DEVICE MESH; prints the status
	call "$1" "/mesh/$2" -X PUT -H 'Content-Type: application/json' \
	    -d "{\"public_key\":\"$(wg genkey | wg pubkey)\"}"
}
