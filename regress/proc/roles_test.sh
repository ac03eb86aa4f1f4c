#!/bin/sh
# Who each process is and what it may: only the parent is root, and every
# other has given up what it does not need (invariant 5, the visible half).
. "${TOP:-.}/regress/lib.sh"
private "$@"
. "$TOP/regress/suite.sh"
. "$TOP/regress/agents.sh"

[ -z "$NOUSER" ] || skip_all "not root: users cannot be changed here"
pki_init
CONF_GATEWAY='workers = 2;'
suite_conf
sed -i 's/workers = 1; *$//' "$CONF"
suite_start
dev_add d1
cert d1 smart-toilet-1
is "a registration, so that everyone did some work" "$(dev_post d1 d1)" 200

word() {		# PID WORD
	sed -n "s/^$2:[[:space:]]*//p" "/proc/$1/status"
}

walls() {		# NAME PID USER CAPS
	walls_id=$(id -u "$3")
	is "$1: real, effective, saved and file system user" \
	    "$(word "$2" Uid | tr '\t' ' ')" \
	    "$walls_id $walls_id $walls_id $walls_id"
	walls_id=$(id -g "$3")
	is "$1: group" "$(word "$2" Gid | tr '\t' ' ')" \
	    "$walls_id $walls_id $walls_id $walls_id"
	like "$1: no further group" "$(word "$2" Groups)" "^($walls_id)? *\$"
	is "$1: capabilities" "$(word "$2" CapPrm) $(word "$2" CapEff)" \
	    "$4 $4"
	is "$1: none to inherit" \
	    "$(word "$2" CapInh) $(word "$2" CapAmb)" \
	    "0000000000000000 0000000000000000"
	is "$1: no new privileges" "$(word "$2" NoNewPrivs)" 1
	is "$1: a filter for system calls" "$(word "$2" Seccomp)" 2
	# The owner of a process that cannot be dumped is root.
	is "$1: undumpable" "$(stat -c %u "/proc/$2/mem")" 0
	is "$1: no core file" "$(awk '/^Max core/ { print $5, $6 }' \
	    "/proc/$2/limits")" "0 0"
	is "$1: may not start processes" "$(awk '/^Max processes/ {
	    print $3, $4 }' "/proc/$2/limits")" "0 0"
}

none=0000000000000000
walls "hand" "$(role_pid netd-hand)" _sallynet 0000000000001000
walls leased "$(role_pid leased)" _sallylease $none
walls apid "$(role_pid apid)" _sallyapi $none
walls "key holder" "$(role_pid apid-key)" _sallykey $none

# Nobody else of the suite is root.
n=0
for p in $(cat "/proc/$SUITE/task/$SUITE/children"); do
	n=$((n + 1))
	c=$(tr '\0' ' ' <"/proc/$p/cmdline")
	check "not root: $c" test "$(word "$p" Uid | cut -f 2)" -ne 0
done
check "five processes or more ($n children)" test $n -ge 5

# Descriptors: no directory but leased's, no file but its database.
files() {		# PID
	for files_f in /proc/"$1"/fd/*; do
		readlink "$files_f"
	done | grep -v '^\(socket\|anon_inode\|pipe\|/dev/null\)' |
	    grep -v "$WORK/netd.log"
}
is "apid: no file open" "$(files "$(role_pid apid)")" ""
is "key holder: no file open" "$(files "$(role_pid apid-key)")" ""
unlike "leased: its directory and nothing else" \
    "$(files "$(role_pid leased)" | grep -v "^$S/state")" .
unlike "hand: sysctl files and nothing else" \
    "$(files "$(role_pid netd-hand)" | grep -v '^/proc/sys/net')" .
unlike "the key file is open nowhere" "$(for p in $(suite_pids); do
	files "$p"; done)" '\.key'
is "the state directory is leased's alone" \
    "$(stat -c '%U %a' "$S/state")" "_sallylease 700"
is "the private key is root's alone" "$(stat -c '%U %a' "$S/wg0.key")" \
    "root 600"
for f in ctl.sock ctl.sock.netd; do
	is "$f is for the group" \
	    "$(stat -c '%U %G %a' "$S/$f")" "root sallyport 660"
done
suite_kill

# The suite of a device.
agent_here a1
walls "hand of a device" "$(role_pid netd-hand)" _sallynet 0000000000001000
walls agentd "$(role_pid agentd)" _sallyagent $none
walls "key holder of a device" "$(role_pid apid-key)" _sallykey $none
unlike "agentd: its directory and nothing else" \
    "$(files "$(role_pid agentd)" | grep -v "^$A/a1/state/agent")" .
is "the key holder of a device: no file open" \
    "$(files "$(role_pid apid-key)")" ""
is "agentd's directory is its own" \
    "$(stat -c '%U %a' "$A/a1/state/agent")" "_sallyagent 700"
is "the directory of keys is root's" \
    "$(stat -c '%U %a' "$A/a1/state/keys")" "root 700"
finish
