# The part of the benchmark about meshes: a change in a network of ten thousand
# devices that wait for it, a thousand changes in a row, and the end of the front
# that they wait at; beside nginx, to which as many connections ask at once.
# Source it after servers.sh and figures.sh.

MESH=acme:big
MESH_HUB=20000			# the device that the changes are about

# Waiters that obey lines in their fifo and answer in their log.
waiters_start() {	# NAME OPTION ...
	waiters_name=$1; shift
	rm -f "$WORK/$waiters_name.in"
	mkfifo "$WORK/$waiters_name.in"
	# The end of a line in the log is the end of an answer.
	spawn "$waiters_name" sh -c 'in=$1; shift; exec taskset -c "$@" <"$in"' \
	    sh "$WORK/$waiters_name.in" "$CLIENT" "$O/bench/waiters" \
	    -a "$PKI/ca.crt" -k "$PKI/ca.key" "$@"
	waiters=$PID
	exec 9>"$WORK/$waiters_name.in"
	waiters_lines=0
}

waiters_stop() {
	exec 9>&-
	stop "$waiters"
}

more_lines() {
	[ "$(grep -c waiters= "$WORK/$waiters_name.log")" -ge "$waiters_lines" ]
}

# Say a word to them and wait for the answer, which is in LINE.
waiters_say() {		# ready|mark|told|back
	echo "$1" >&9
	waiters_lines=$((waiters_lines + 1))
	wait_for 100 more_lines || broken "mesh: no answer to $1"
	LINE=$(tail -n 1 "$WORK/$waiters_name.log")
	[ -z "$VERBOSE" ] || echo "$1: $LINE" >&2
	case $LINE in
	*waiters=*) ;;
	*) broken "mesh: $1: $LINE" ;;
	esac
}

waiters_ready() {
	waiters_say "$1"
	[ "$(val waiting)" -eq "$(val waiters)" ] ||
	    broken "mesh: not all wait: $(tail -n 3 "$WORK/$waiters_name.log")"
}

mesh_gw() {		# HOW MANY
	gw f
	gw_conf
	sed -i "s|\"autowg\", \"native\"|&, \"mesh\"|
	s|role = \"device\"; network = \"$IF\";|& tenant = \"acme\"; groups = [ \"all\" ];|
	s|^identities = (|& { pattern = \"noc\"; role = \"super_admin\"; },|
	s|per_source = 4096;|& connections = $(($1 + 5000)); parked = $(($1 + 1000));|" \
	    "$CONF"
	cert noc noc
	gw_start
	ctl tenant add acme mesh on &&
	    ctl network add $MESH topology hub group all cidr 100.64.0.0/16 ||
	    broken "mesh: no mesh"
	waiters_start hub -n 1 -b $MESH_HUB "${AT%:*}" "${AT#*:}"
	waiters_ready ready
	waiters_stop
	ctl set peer 00$MESH_HUB net $MESH hub on endpoint 203.0.113.1:51820 ||
	    broken "mesh: no hub"
}

change() {		# N
	ctl set peer 00$MESH_HUB net $MESH egress "10.200.$1.0/24" >/dev/null ||
	    broken "mesh: no change"
}

rss() {			# PID: kB that are its own
	awk '/^RssAnon:/ { print $2 }' "/proc/$1/status"
}

# Every member but the hub, which does not wait, has what is now.
acknowledged() {
	ctl -j show members net $MESH >"$WORK/members" &&
	    jq -e --argjson g "$(ctl -j show meshes | jq '.meshes[0].generation')" \
	    --arg hub 00$MESH_HUB '[.members[] | select(.device != $hub and
	    .acknowledged < $g)] | length == 0' "$WORK/members"
}

# How often the front has made an entry of a change: counted by the kernel, at
# the function's first instruction.
encodes_begin() {
	encodes=''
	encode_at=$(readelf -sW "$BIN/apid" 2>/dev/null |
	    awk '$8 == "ring_add" { print $2 }')
	[ -n "$encode_at" ] &&
	    echo "p:sallyport_$$ $BIN/apid:0x$encode_at" \
	    >>"$tracing/uprobe_events" || return 0
	encodes=$tracing/events/uprobes/sallyport_$$
	echo 1 >"$encodes/enable"
	: >"$tracing/trace"
}

# Sets ENCODES.
encodes_end() {
	ENCODES=-1
	[ -n "$encodes" ] || return 0
	ENCODES=$(grep -c "sallyport_$$:" "$tracing/trace")
	echo 0 >"$encodes/enable"
	echo "-:sallyport_$$" >>"$tracing/uprobe_events"
	encodes=''
}

# One change, three times, and once more to see who has acknowledged it, which
# costs leased more than the change.
mesh_changes() {	# HOW MANY
	for round in 1 2 3; do
		encodes_begin
		waiters_say mark
		change "$round"
		waiters_say told
		encodes_end
		[ "$(val answered)" -eq "$1" ] ||
		    broken "mesh: not all are told: $LINE"
		echo "$(val first_ms) $(val all_ms) $(val apid_ms)" \
		    "$(val leased_ms) $ENCODES $(val leased_calls)"
	done >"$WORK/mesh_changes" || exit 1
	t0=$(now_ms)
	change 4
	wait_for 60 acknowledged || broken "mesh: not all acknowledge"
	acked=$(($(now_ms) - t0))
	f=$WORK/mesh_changes
	[ "$ENCODES" -eq -1 ] ||
	    figure "mesh_$1_encodes_of_a_change" "$(median "$f" '$5')" \
	    entries max 1
	# Of the change itself, too, and of all else in these seconds.
	figure "mesh_$1_system_calls_of_leased" "$(median "$f" '$6')" calls
	figure "mesh_$1_first_answer" "$(median "$f" '$1 / 1000')" s
	figure "mesh_$1_last_answer" "$(median "$f" '$2 / 1000')" s
	figure "mesh_$1_answering" "$(median "$f" '($2 - $1) / 1000')" s
	figure "mesh_$1_last_acknowledgement" \
	    "$(awk "BEGIN { print $acked / 1000 }")" s
	figure "mesh_$1_answer_cpu" "$(median "$f" "\$3 * 1000 / $1")" us
	figure "mesh_$1_leased_cpu" "$(median "$f" '$4')" ms
}

# A thousand changes over one connection.
mesh_storm() {		# HOW MANY
	for i in $(seq 1000); do
		[ "$i" -eq 1 ] || echo next
		printf 'url = "https://%s/api/v1/mesh/%s/members/00%s"\n' \
		    "$AT" $MESH $MESH_HUB
		printf 'request = PUT\nsilent\nfail\ncacert = "%s"\n' \
		    "$PKI/ca.crt"
		printf 'cert = "%s"\nkey = "%s"\noutput = /dev/null\n' \
		    "$PKI/noc.crt" "$PKI/noc.key"
		printf 'header = "Content-Type: application/json"\n'
		printf 'data = "{\\"hub\\":true,\\"endpoint\\":\\"203.0.113.1:51820\\",\\"egress_prefixes\\":[\\"10.201.%s.0/24\\"]}"\n' \
		    $((i % 250))
	done >"$WORK/storm.conf"
	waiters_say mark
	t0=$(now_ms)
	curl -K "$WORK/storm.conf" >"$WORK/storm.out" 2>&1 ||
	    broken "mesh: changes fail: $(tail -n 1 "$WORK/storm.out")"
	took=$(($(now_ms) - t0))
	waiters_say told
	figure "mesh_$1_thousand_changes_took" "$(awk "BEGIN { print $took / 1000 }")" s
	# A window is 0.25 s and half a millisecond for each member, at most 5 s.
	windows=$(awk -v n="$1" -v ms="$took" 'BEGIN { w = 250 + n / 2
	    if (w > 5000) w = 5000; print int(ms / w) + 2 }')
	figure "mesh_$1_most_answers_to_a_device" "$(val most)" answers \
	    max "$windows"
	figure "mesh_$1_last_answer_of_a_thousand_changes" \
	    "$(awk "BEGIN { print $(val last_ms) / 1000 }")" s
}

# The front dies; whoever waited comes again, not all at once.
mesh_back() {		# HOW MANY
	waiters_say mark
	kill -KILL "$(role_pid apid)"
	sleep 0.5
	waiters_ready back
	[ "$(val lost)" -ge "$1" ] || broken "mesh: who was lost? $LINE"
	figure "mesh_$1_all_wait_after_kill_of_apid" \
	    "$(awk "BEGIN { print $(val now_ms) / 1000 }")" s
	# They have not lost anything, and are told what comes.
	waiters_say mark
	change 77
	waiters_say told
	figure "mesh_$1_told_after_kill_of_apid" "$(val answered)" devices \
	    min "$1"
}

mesh_nginx() {		# HOW MANY
	waiters_start nginx10k -g -n "$1" $NGINX_CPU "${NGINX_DEFAULT%:*}" \
	    "${NGINX_DEFAULT#*:}"
	waiters_ready ready
	for round in 1 2 3; do
		waiters_say mark
		waiters_say told
		echo "$(val all_ms) $(val nginx_ms)"
	done >"$WORK/mesh_nginx" || exit 1
	waiters_stop
	figure "mesh_$1_nginx_answers" \
	    "$(median "$WORK/mesh_nginx" '$1 / 1000')" s
	figure "mesh_$1_nginx_answer_cpu" \
	    "$(median "$WORK/mesh_nginx" "\$2 * 1000 / $1")" us
}

mesh() {
	tracing_begin || broken "mesh: no tracefs"
	# With the hub, these are the most members that a mesh may have.
	for n in ${MESH_DEVICES:-1000 9999}; do
		mesh_gw "$n"
		mesh_nginx "$n"
		before=$(rss "$(role_pid apid)")
		waiters_start "crowd$n" -n "$n" -p "apid:$(role_pid apid)" \
		    -p "leased:$(role_pid leased)" -T "$tracing" "${AT%:*}" \
		    "${AT#*:}"
		t0=$(now_ms)
		waiters_ready ready
		figure "mesh_${n}_all_join" \
		    "$(awk "BEGIN { print $(($(now_ms) - t0)) / 1000 }")" s
		sleep 2
		figure "mesh_${n}_apid_memory_of_a_device" \
		    "$(awk -v a="$before" -v b="$(rss "$(role_pid apid)")" \
		    -v n="$n" 'BEGIN { printf "%.1f\n", (b - a) / n }')" kB \
		    max 24
		mesh_changes "$n"
		mesh_storm "$n"
		mesh_back "$n"
		waiters_stop
		gw_stop
		rm -rf "$S"
	done
	tracing_end
}
