# The real apid between a scripted parent and leased (apid_drv), for tests that
# source this after lib.sh.

APID=${APID:-$BIN/apid} DRV=$O/regress/apid_drv RAW=$O/regress/rawhttp
KEY=aqIUKESXUZSIXgqF9v7kSaEtwtu95jkVlFWrW0y7rUw=
KEY2=bqIUKESXUZSIXgqF9v7kSaEtwtu95jkVlFWrW0y7rUw=
SUBJ='X-Client-Subject: CN=dev-12,O=x'
ASAN_OPTIONS=detect_leaks=0; export ASAN_OPTIONS

drv_start() {		# OPTION ...
	rm -f "$WORK/in" "$WORK/drv.log" "$WORK/drv.err"
	mkfifo "$WORK/in"
	"$DRV" "$@" "$APID" "$BIN/apid-key" <>"$WORK/in" >"$WORK/drv.log" \
	    2>"$WORK/drv.err.log" &
	DRV_PID=$!
	pids="$DRV_PID $pids"
	wait_for 10 grep -q '^ready' "$WORK/drv.log" || {
		fail "apid does not become ready"
		cat "$WORK/drv.log" "$WORK/drv.err.log"
		exit 1
	}
	port() { sed -n "s/^port $1 //p" "$WORK/drv.log"; }
	H=$(port header) B=$(port bare) A=$(port address)
	APID_PID=$(sed -n 's/^apid //p' "$WORK/drv.log")
	URL=http://127.0.0.1:$H
}

# What apid says of it, now or soon.
says() {		# ERE
	logged "$1" "$WORK/drv.err.log"
}

# Give an order and wait for the line that answers it.
drv() {			# ORDER [ANSWER-ERE]
	drv_n=$(grep -c . "$WORK/drv.log")
	echo "$1" >"$WORK/in"
	wait_for 5 drv_said "${2:-^did }" || fail "no answer to: $1"
}
drv_said() {
	ANSWER=$(tail -n +$((drv_n + 1)) "$WORK/drv.log" | grep -E "$1")
}

# What leased has been asked so far, and: it has been asked more since.
asks() {
	drv count '^count'
	ASKS=${ANSWER#count }
}
asked() {
	drv count '^count'
	[ "${ANSWER#count }" -gt "$ASKS" ]
}

# apid has that many descriptors, or more: connections are taken.
fds() {
	ls "/proc/$APID_PID/fd" | wc -l
}
has_fds() {		# COUNT
	[ "$(fds)" -ge "$1" ]
}
# How much it has got on a port: with steady, all that was sent.
received() {		# PORT
	ss -tinH "sport = :$1" | grep -o 'bytes_received:[0-9]*'
}

drv_stop() {
	echo stop >"$WORK/in"
	wait_for 6 grep -q '^gone' "$WORK/drv.log"
	is "$1" "$(grep '^gone' "$WORK/drv.log")" "gone status=0"
	kill "$DRV_PID" 2>/dev/null
	wait "$DRV_PID" 2>/dev/null
}

# A request; STATUS, BODY and HEAD hold the answer.
ask() {			# PATH CURL-ARG ...
	ask_p=$1; shift
	: >"$WORK/body"
	STATUS=$(curl -sS -m 15 -o "$WORK/body" -D "$WORK/head" \
	    -w '%{http_code}' "$@" "$URL$ask_p" 2>"$WORK/curl.err")
	BODY=$(cat "$WORK/body" 2>/dev/null)
	HEAD=$(tr -d '\r' <"$WORK/head")
}
field() { printf '%s\n' "$HEAD" | sed -n "s/^$1: //Ip"; }
jbody() { jq -r "$1" <"$WORK/body"; }

# Raw bytes on a new connection of the header listener; RAW_OUT is what came,
# CODES the status codes in it, END and MS how and when it ended.
raw() {			# STEP ...
	"$RAW" "${RAW_PORT:-$H}" "$@" >"$WORK/raw" 2>"$WORK/raw.err"
	RAW_OUT=$(tr -d '\000\r' <"$WORK/raw")
	CODES=$(printf '%s\n' "$RAW_OUT" |
	    sed -n 's/^HTTP\/1\.1 \([0-9]*\) .*/\1/p' | tr '\n' ' ')
	CODES=${CODES% }
	END=$(sed -n 's/^end=\([a-z]*\) .*/\1/p' "$WORK/raw.err")
	MS=$(sed -n 's/.* ms=//p' "$WORK/raw.err")
}

# The bytes get exactly this status and then the end, without waiting for more.
refused() {		# NAME STATUS STEP ...
	refused_n=$1 refused_s=$2; shift 2
	raw "$@" r:9000
	is "$refused_n" "$CODES $END" "$refused_s eof"
}

# A connection with this certificate in $PKI, HOLD_PID, that sends what is
# written to $WORK/FIFO; its answers are in FIFO.out.
hold() {		# PORT FIFO CERT
	mkfifo "$WORK/$2"
	timeout 60 openssl s_client -connect "127.0.0.1:$1" -quiet \
	    -CAfile "$PKI/ca.crt" -cert "$PKI/$3.crt" -key "$PKI/$3.key" \
	    <>"$WORK/$2" >"$WORK/$2.out" 2>/dev/null &
	HOLD_PID=$!
	pids="$HOLD_PID $pids"
}
