#!/bin/sh
# The agent of a device, with a mesh server that the test writes: joining, what
# is asked with which cursor, changes without a gap, a start without the server,
# the end of each process, refusals at both ends.
. "${TOP:-.}/regress/lib.sh"
private "$@"
. "$TOP/regress/suite.sh"
. "$TOP/regress/agents.sh"
command -v python3 >/dev/null || skip_all "no python3"

UUID=6f1c0a52-0b7e-4d5e-9d8f-0123456789ab
M=$WORK/mesh
mkdir -p "$M"
echo "{\"uuid\":\"$UUID\",\"name\":\"prod\",\"prefix\":\"100.64.1.%d\",
    \"epoch\":\"5f3a\"}" >"$M/net.json"

server_start() {
	spawn server python3 "$TOP/regress/net/meshserver.py" 0.0.0.0 8443 \
	    "$PKI/server.crt" "$PKI/server.key" "$PKI/ca.crt" "$M"
	SERVER=$PID
}

logged() {		# NAME ERE
	grep -Eq "$2" "$WORK/agent_$1.log"
}

asked() {		# ERE
	grep -Eq "$1" "$M/log"
}

pki_init
server_start
for a in a1 a2 a3; do
	agent_add "$a"
done
agent_start a1
agent_start a2

check "a1 has an address" wait_for 20 agent_addr a1
check "a2 has an address" wait_for 20 agent_addr a2
a1=$(agent_addr a1) a2=$(agent_addr a2)
check "a1 reaches a2" wait_for 20 agent_ping a1 "$a2"
check "a2 reaches a1" wait_for 20 agent_ping a2 "$a1"
check "what the kernel has is acknowledged" wait_for 10 \
    asked "^GET a1 \"1\\.5f3a\\.[12]:1[0-9]\""
check "the keys are made by the devices" wait_for 5 \
    asked "^PUT a2 /api/v1/self/mesh/$UUID"
finish
