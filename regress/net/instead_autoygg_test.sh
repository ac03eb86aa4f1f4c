#!/bin/sh
# "Instead of autoygg-server" of README.md, command by command as it is written,
# at a gateway that has clients.  systemctl is ours: there is no service manager
# in here.
. "${TOP:-.}/regress/lib.sh"
private "$@"
. "$TOP/regress/readme.sh"
readme_part "Instead of autoygg-server"

YGG=200:1234::1

cover /etc && cover /var/lib || skip_all "no overlay file system here"
command -v sqlite3 >/dev/null || skip_all "no sqlite3"
[ -z "$NOUSER" ] || skip_all "the suite's files are root's"
mount --bind /run/passwd /etc/passwd && mount --bind /run/group /etc/group
rm -rf /etc/sallyport /var/lib/sallyport /etc/autoygg /var/lib/autoygg
mkdir -p /etc/autoygg /var/lib/autoygg
own_systemctl

ygg() {			# ACTION NUMBER: STATUS and BODY
	ygg_l=$("$O/regress/yggc" "$YGG" 8080 "$1" "$2" 2>&1)
	ygg_l=${ygg_l#* }
	STATUS=${ygg_l%% *} BODY=${ygg_l#* }
}
addr() { "$O/regress/yggc" "$1" | sed 's/.* //'; }
key() { "$O/regress/yggc" "$1" | sed 's/ .*//'; }

# The gateway as it was.  All of Yggdrasil's addresses are this host's.
ip -6 route add local 200::/7 dev lo
ip link add eth0 type veth peer name far0
ip link set eth0 up
cat >/etc/autoygg/server.yaml <<END
---
ListenHost: "$YGG"
GatewayOwner: "Joe <joe@example.com>"
GatewayPublicKey: $(key 1)
RequireRegistration: false
GatewayWanInterface: eth0
Shell: /bin/bash
END
cat >/etc/autoygg/accesslist.yaml <<END
---
AccessList:
  - yggip: $(addr 1)
    access: true
    comment: the node in the cellar
  - yggip: $(addr 2)
    access: false
END
sqlite3 /var/lib/autoygg/autoygg.db "CREATE TABLE registrations (
    id integer primary key autoincrement, deleted_at datetime,
    state varchar(255), public_key varchar(255), ygg_ip varchar(255),
    client_ip varchar(255), client_name varchar(255),
    client_email varchar(255), client_phone varchar(255),
    lease_expires datetime);
    INSERT INTO registrations VALUES (1, NULL, 'success', '$(key 1)',
    '$(addr 1)', '10.42.42.77', '', '', '',
    strftime('%Y-%m-%d %H:%M:%f+00:00', 'now', '+1 hour'))"

readme_run 1
like "step 1: it says what is left out" "$(cat "$WORK/step")" \
    '^/etc/autoygg/server.yaml:7:1: Shell: sallyport executes no command'
like "step 1: it says that it is good" "$(cat "$WORK/step")" \
    'configuration OK'
# With a VPN as the way out, this is left behind.
ip route add default dev eth0 table 42
netd_n() { "$BIN/netd" -n 2>&1; }
like "its table is refused" "$(netd_n)" \
    'table 42 has routes of another program'
readme_run 2
check "nothing is in the way" netd_n
[ ! -s "$WORK/pid" ] || pids="$(cat "$WORK/pid") $pids"
readme_run 3
like "step 3: the lease" "$(cat "$WORK/step")" \
    "^autoygg +$(addr 1) +10\.42\.42\.77 "
if ip link add gre9 type ip6gre local "$YGG" remote 200::9 2>/dev/null; then
	ip link delete gre9
	ygg renew 1
	is "a client renews" "$STATUS $(printf %s "$BODY" |
	    jq -r .ClientIP)" "200 10.42.42.77"
else
	skip "a client renews" "this kernel has no ip6gre"
fi
ygg register 2
like "one that is denied" "$STATUS $BODY" '^403 .*Registration not allowed'
ygg register 3
like "one that is not on the list" "$STATUS $BODY" \
    '^403 .*Registration not allowed'
BODY=$(curl -s "http://[$YGG]:8080/info")
like "info" "$BODY" \
    '"GatewayOwner":"Joe .*"RequireRegistration":false,"AccessListEnabled":true'

# All words of server.yaml are in the table.
readme_words() {
	awk -v part="## $README_PART" '/^## / { ours = $0 == part }
	    ours && /^\|/' "$TOP/README.md" | cut -d '|' -f 2 |
	    grep -o '`[A-Za-z]*`' | tr -d '`' | sort
}
program_words() {
	sed -n 's/^	\(\[YGG_[A-Z_]*\] = \)\{0,1\}{ "\([A-Za-z]*\)", .*/\2/p' \
	    "$TOP/sallyctl/yggwords.c" | grep -v 'Command$' | sort
}
program_words >"$WORK/program"
readme_words >"$WORK/readme"
check "the table has all words" diff "$WORK/program" "$WORK/readme"

# And back.
back=$(readme_back)
is "back: the command" "$back" \
    "systemctl disable --now sallyport && systemctl enable --now autoygg-server"
check "back" sh -c "$back"
finish
