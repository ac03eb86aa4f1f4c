#!/bin/sh
# More requests at the same time than leased takes at once: they are not read
# until it has room, and are not refused.  The real apid between a scripted
# parent and leased.
. "${TOP:-.}/regress/lib.sh"
. "$TOP/regress/proc/apid_lib.sh"

ASKED=512		# that apid asks at once
DOC="{\"PublicKey\":\"$(printf '%064d' 0)\"}"
REQUEST=$(printf '%s\r\n' 'POST /vpn/renew HTTP/1.1' 'Host: a' \
    "Content-Length: ${#DOC}" '' "$DOC")
REQUEST=${REQUEST%?}	# the CR after the body
ulimit -n 8192 2>/dev/null || skip_all "too few descriptors"

start() {		# HEAD_MS PENDING
	drv_start -l "5000,$1,5000,15000,16384,4096,4096,$2"
	Y=$(port autoygg)
	URL=http://127.0.0.1:$Y
	ask /vpn/register -d "$DOC"
	is "a lease" "$STATUS" 200
}
# Many requests at once; their answers are in FILE.
rush() {		# FILE COUNT
	"$O/regress/rush" "$Y" "$2" "$REQUEST" >"$WORK/$1" \
	    2>"$WORK/$1.err" &
	RUSH=$!
	pids="$RUSH $pids"
	wait_for 20 grep -q "^sent $2" "$WORK/$1" || fail "$1: not all are sent"
}
# What came to all of them.
answers() {		# FILE
	wait_for 20 gone "$RUSH"
	tail -n 1 "$WORK/$1"
}
# So many connections have bytes that apid has not read.
unread() {		# COUNT [PORT]
	[ "$(ss -tnH state established "sport = :${2:-$Y}" |
	    awk '$1 > 0' | wc -l)" -eq "$1" ]
}
# The portal's request was read.
portal_read() {
	received "$P" | grep -q . && unread 0 "$P"
}
rested() {
	[ "$(fds)" -le "$fds" ]
}

start 20000 4000
fds=$(fds)
drv hold
asks
rush many 2000
check "all but $ASKED stay unread" wait_for 10 unread $((2000 - ASKED))
ask /vpn/info --interface 127.0.0.2 -m 1
is "who comes next waits behind them" "$STATUS" 000
URL=http://127.0.0.1:$B
ask /livez -m 5
is "who needs no leased is answered" "$STATUS" 200
URL=http://127.0.0.1:$Y
drv go
is "when leased goes on, all are answered" "$(answers many)" \
    "200=2000 none=0 json=2000"
drv count '^count'
is "each was asked once" $((${ANSWER#count } - ASKS)) 2000
check "nothing stays behind" wait_for 10 rested

# Many that need no leased do not stop those behind them.
drv hold
rush full $ASKED
check "all are read" wait_for 10 unread 0
REQUEST_POST=$REQUEST
REQUEST=$(printf '%s\r\n' 'GET /vpn/info HTTP/1.1' 'Host: a' '' .)
REQUEST=${REQUEST%.?}
FULL=$RUSH
rush infos 1500
check "they wait" wait_for 10 unread 1500
INFOS=$RUSH REQUEST=$REQUEST_POST
rush last 300
check "others wait behind them" wait_for 10 unread 1800
drv go
is "those who wait for nothing" "$(RUSH=$INFOS; answers infos)" \
    "200=1500 none=0 json=1500"
is "those behind them" "$(answers last)" "200=300 none=0 json=300"
is "those before them" "$(RUSH=$FULL; answers full)" \
    "200=$ASKED none=0 json=$ASKED"

# Clients that leave while they wait.  A portal does not wait behind them.
drv hold
rush leaving 2000
check "they wait" wait_for 10 unread $((2000 - ASKED))
P=$(port portal)
spawn portal curl -s -o "$WORK/list" -w '%{http_code}' -m 20 \
    "http://127.0.0.1:$P/w/peer_list?show_all=yes"
check "a portal's request is read" wait_for 10 portal_read
kill "$RUSH"
drv go
check "they are gone" wait_for 10 rested
ask /vpn/renew -d "$DOC"
is "a request after them" "$STATUS" 200

# The link breaks: everybody is told so, and nobody waits.
drv hold
rush broken 1000
check "they wait" wait_for 10 unread $((1000 - ASKED))
drv down
is "without leased, all are refused" "$(answers broken)" \
    "503=1000 none=0 json=0"
drv up
ask /vpn/renew -d "$DOC"
is "a request after it" "$STATUS" 200

# A new configuration finds them waiting.
drv hold
rush reloaded 1000
check "they wait" wait_for 10 unread $((1000 - ASKED))
drv reload '^ack'
drv go
is "with another configuration, all are answered" "$(answers reloaded)" \
    "200=1000 none=0 json=1000"
drv_stop "the front ends"

# More than may wait.
start 20000 800
drv hold
rush most 1000
check "as many are unread as may wait" wait_for 10 unread $((800 - ASKED))
drv go
is "those beyond are refused, in plain text" "$(answers most)" \
    "200=800 503=200 none=0 json=800"
drv_stop "the front ends, with a bound"

# The deadline of the head: whoever waited too long is told to come again, in
# the form of what was asked.
start 1500 4000
drv hold
rush late 600
check "they wait" wait_for 10 unread $((600 - ASKED))
ask /vpn/renew -d "$DOC"
is "late: a refusal" "$STATUS $(field Content-Type)" \
    "503 text/plain; charset=UTF-8"
like "late: in plain text" "$(cat "$WORK/body")" '^try again later$'
like "late: Retry-After" "$(field Retry-After)" '^[0-9]+$'
URL=http://127.0.0.1:$H
ask /vpn/api/v1/self/lease -H "$SUBJ"
is "late: a problem" "$STATUS $(field Content-Type) $(jbody .code)" \
    "503 application/problem+json gateway-busy"
check "nobody waits any more" wait_for 10 unread 0
drv go
is "late: all have an answer" "$(answers late)" \
    "200=$ASKED 503=$((600 - ASKED)) none=0 json=$ASKED"
drv_stop "the front ends, with deadlines"
finish
