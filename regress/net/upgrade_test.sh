#!/bin/sh
# A gateway of the version before, whose database has leases and peers with an
# owner in two tables: its database and its configuration are taken over, and
# each device has its tunnel again without a word to us.
. "${TOP:-.}/regress/lib.sh"
private "$@"
. "$TOP/regress/suite.sh"

command -v sqlite3 >/dev/null || skip_all "no sqlite3"
AT=127.0.0.1:41194
db=$S/state/sallyport.db
now=$(date +%s)

pki_init
mkdir -p "$S"
# As it was written then.
cat >"$CONF" <<END
gateway: {
	name = "gw1";
	endpoint = "$GW";
	state_dir = "$S/state";
	on_stop = "keep";
	ctl_socket = "$S/ctl.sock";
	workers = 1;
	maintenance_file = "$S/maintenance-mode";
};
networks = ( {
	name = "devices";
	interface = "wg0";
	backend = "auto";
	adopt = false;
	listen_port = 51820;
	private_key_file = "$S/wg0.key";
	address = [ "$GW6/48", "100.64.0.1/16" ];
	pools = [ "fde3:25fb:7f6c:1::/64", "100.64.1.0/24" ];
	assign = "pool";
	metans_template = "%s";
	routes = [ "fde3:25fb:7f6c::/48" ];
	reserve = [ "100.64.1.128/25" ];
	keepalive = 25;
	mtu = 0;
	lease = "4h";
	quarantine = "10m";
	max_peers = 100000;
	isolate = true;
} );
identities = (
	{ proof = "certificate"; pattern = "smart-toilet-(\\\\d+)"; role = "device"; network = "devices"; },
	{ proof = "certificate"; pattern = "vpn-daemon-client"; role = "portal"; network = "devices"; }
);
access: { mode = "open"; require_contact = false; };
listen = (
	{ address = "[::]:8443"; api = [ "autowg", "native" ]; prefix = "/vpn/";
	  tls: { certificate = "$PKI/server.crt"; key = "$PKI/server.key";
		 client_ca = "$PKI/ca.crt"; crl = "$PKI/ca.crl"; }; },
	{ address = "$AT"; api = [ "portal" ]; proof = "none"; }
);
sync: { max_remove_percent = 50; };
END
chmod 640 "$CONF"

# The key, the directory and the interface are there, as they were.
suite_start
suite_stop
owner=$(stat -c %u:%g "$S/state")
server=$(wg show wg0 public-key)
for i in 1 2 3 4 5; do
	dev_add d$i
	cert d$i smart-toilet-$i
done

blob() { base64 -d <"$WORK/$1.pub" | od -An -v -tx1 | tr -d ' \n'; }
a6() { printf 'fde325fb7f6c0001%016x' "$1"; }
# d1 has a lease, d2 is the portal's, d3 static; d4's lease has ended and rests,
# d5's ended long ago, and others have its addresses; 6 is revoked.
old_rows() {
	cat <<-END
	INSERT INTO network VALUES (7, 'devices');
	INSERT INTO lease VALUES (1, 7, '1', 'cn:smart-toilet-1',
	    x'$(blob d1)', x'64400101', x'$(a6 1)', 1, 1600000000,
	    1600000001, $((now - 60)), $((now + 7200)), 1000000, 2000000, 0, 0,
	    $((now - 60)));
	INSERT INTO lease VALUES (2, 7, '4', 'cn:smart-toilet-4',
	    x'$(blob d4)', x'64400104', x'$(a6 4)', 2, 1600000000,
	    1600000001, $((now - 60)), $((now - 30)), 0, 0, 0, 0, 0);
	INSERT INTO lease VALUES (3, 7, '5', 'cn:smart-toilet-5',
	    x'$(blob d5)', NULL, NULL, 2, 1600000000, 1600000001,
	    $((now - 86400)), $((now - 80000)), 0, 0, 0, 0, 0);
	INSERT INTO owner VALUES (1, 7, 'portal:default', 41, $((now - 90)), 0,
	    1, 0, 0, 0, 0, '');
	INSERT INTO owner VALUES (2, 7, 'static', 2, 0, 0, 0, 0, 0, 0, 0, '');
	INSERT INTO owned VALUES (1, 7, 1, x'$(blob d2)', 'bob', 1600000002,
	    3000000, 4000000, 0, 0, 0);
	INSERT INTO owned VALUES (2, 7, 2, x'$(blob d3)', 'printer',
	    1600000003, 0, 0, 0, 0, 0);
	INSERT INTO owned_addr VALUES (7, x'64400102', 1), (7, x'$(a6 2)', 1),
	    (7, x'64400103', 2), (7, x'$(a6 3)', 2);
	INSERT INTO denied VALUES ('', '6', 'stolen', 1600000004);
	INSERT INTO event VALUES (9, $((now - 60)), 'lease.add', 'devices', '1',
	    'cn:smart-toilet-1', '192.0.2.9', 'key=k');
	INSERT INTO setting VALUES ('maintenance', 1);
	END
}

# leased leaves its database in WAL mode.
old_db() {
	rm -f "$db"*
	{
		echo 'PRAGMA journal_mode = WAL;'
		cat "$TOP/regress/unit/schema2.sql"
		old_rows
		cat
	} | sqlite3 "$db" >/dev/null && chmod 600 "$db" &&
	    chown "$owner" "$db"
}

# A device that was configured long ago.
tunnel() {		# NAME NUMBER
	cat >"$WORK/$1.body" <<-END
	pubkey=$server
	endpoint=$GW:51820
	route=fde3:25fb:7f6c::/48
	ip=100.64.1.$2
	ip=fde3:25fb:7f6c:1::$2
	END
	dev_apply "$1" && dev_ping "$1"
}

served() {		# NAME NUMBER
	printf '%s\t100.64.1.%s/32 fde3:25fb:7f6c:1::%s/128\n' \
	    "$(cat "$WORK/$1.pub")" "$2" "$2"
}

# shellcheck disable=SC2086
json() { ctl -j show $1 | jq -c "$2"; }

# --- no room for it: nothing is lost -----------------------------------------

mv "$S/state" "$S/state.kept"
mkdir "$S/state"
mount -t tmpfs -o size=8m none "$S/state"
chmod 700 "$S/state"
chown "$owner" "$S/state"
old_db <<'END'
WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)
INSERT INTO lease (network, name, who, key, state, first, created, renewed,
    expires) SELECT 7, 'x' || i, 'cn:x', randomblob(32), 2, 0, 0, 0, 0 FROM n;
END
# For the copy there is.
mount -o "remount,size=$(($(du -k "$db" | cut -f1) * 2 + 200))k" "$S/state"
cp "$db" "$WORK/small.db"
"$NETD" -d $NOUSER -L "$BIN" -f "$CONF" >"$WORK/said" 2>&1 &
small_p=$!
if wait_for 15 gone $small_p; then
	ok "a disk without room: it does not start"
else
	fail "a disk without room: it runs"
	kill $small_p
fi
like "a disk without room: it says why" "$(cat "$WORK/said")" \
    'sallyport.db: cannot go from schema 2 to [0-9]+: .*; nothing was changed'
check "a disk without room: the database is as it was" \
    cmp "$db" "$WORK/small.db"
umount "$S/state"
rmdir "$S/state"
mv "$S/state.kept" "$S/state"

# --- the upgrade -----------------------------------------------------------------

old_db </dev/null
cp "$db" "$WORK/old.db"
suite_start
check "the log tells of it" logged \
    'sallyport.db: schema 2 is now [0-9]+'
check "a copy is kept" [ "$(sqlite3 "$db.v2.bak" .dump | cksum)" = \
    "$(sqlite3 "$WORK/old.db" .dump | cksum)" ]
is "for its owner alone" "$(stat -c %a:%u:%g "$db.v2.bak")" "600:$owner"

{ served d1 1; served d2 2; served d3 3; } | sort >"$WORK/want"
wg show wg0 allowed-ips | awk '{ if ($2 ~ /:/) { t = $2; $2 = $3; $3 = t }
    print $1 "\t" $2 " " $3 }' | sort >"$WORK/have"
check "WireGuard has all who were served, and no other" \
    cmp "$WORK/have" "$WORK/want"
check "the lease's device has its tunnel" tunnel d1 1
check "the portal's peer has its tunnel" tunnel d2 2
check "the static peer has its tunnel" tunnel d3 3

is "the lease is what it was" "$(json leases '.leases[] |
    select(.name == "1") | [.id, .who, .state, .first, .created,
    .rx_bytes >= 1000000, .tx_bytes >= 2000000]')" \
    '[1,"cn:smart-toilet-1","active","2020-09-13T12:26:40Z","2020-09-13T12:26:41Z",true,true]'
is "the ends of leases are what they were" "$(json leases '[.leases[] |
    .expires | fromdate]')" "[$((now + 7200))]"
is "ended leases are there, too" "$(json 'leases expired' '[.leases[] |
    [.id, .name, .state, .expires != null]] | sort')" \
    '[[1,"1","active",true],[2,"4","expired",true],[3,"5","expired",true]]'
is "peers have owner, name and total" "$(json peers '[.peers[] |
    select(.source != "lease") | [.source, .name, .rx_bytes >= 3000000]] |
    sort')" '[["portal","bob",true],["static","printer",false]]'
is "the generations are what they were" \
    "$(json sync '[.sync[] | [.owner, .generation]] | sort')" \
    '[["portal:default",41],["static",2]]'
is "the events are there" "$(json events '[.events[] | select(.id == 9) |
    [.event, .from, .detail]]')" '[["lease.add","192.0.2.9","key=k"]]'
is "maintenance goes on" "$(curl -s "http://$AT/i/node" |
    jq .maintenance_mode)" true

cert d6 smart-toilet-6
is "who was revoked still is" "$(dev_post d5 d6)" 403
is "the device renews" "$(dev_post d1 d1)" 200
like "with the same address" "$(cat "$WORK/d1.body")" '^ip=fde3:25fb:7f6c:1::1$'
is "one comes back" "$(dev_post d5 d5)" 200
like "and gets what is free, not what rests" "$(cat "$WORK/d5.body")" \
    '^ip=fde3:25fb:7f6c:1::5$'
is "one whose addresses rest comes back" "$(dev_post d4 d4)" 200
like "to them" "$(cat "$WORK/d4.body")" '^ip=fde3:25fb:7f6c:1::4$'
dev_newkey d5
cp "$WORK/d2.pub" "$WORK/d5.pub"
is "a portal's key is refused for a lease" "$(dev_post d5 d5)" 409

suite_stop
: >"$WORK/netd.log"
suite_start
check "the next start is like any" sh -c \
    "! grep -q 'schema 2' '$WORK/netd.log'"
check "the tunnels are there" dev_ping d1
finish
