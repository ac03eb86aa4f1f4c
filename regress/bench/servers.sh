# What the benchmark measures: Debian's nginx, and gateways that run the whole
# suite with wireguard-go.  Source lib.sh, suite.sh and this one.
#
# A gateway is named by one letter, which gives it a place of its own: its
# directory, interface, ports and networks.  gw NAME makes one the current one
# of suite.sh.

NGINX_DEFAULT=127.0.0.1:8441
NGINX_TUNED=127.0.0.1:8442
# Yggdrasil's addresses are this host's; those of servers are named, too.
YGG_NGINX=200:1::2 YGG_GW=200:1::1 YGG_PORT=8080

nginx_server() {	# ADDR:PORT WORDS
	cat <<-END
	server {
	    listen $1 ssl; $2
	    ssl_certificate $PKI/server.crt;
	    ssl_certificate_key $PKI/server.key;
	    ssl_client_certificate $PKI/ca.crt; ssl_verify_client on;
	    location / { return 200; }
	}
	END
}

# What a client of autoygg takes for a success.
nginx_plain() {		# ADDR PORT
	cat <<-END
	server {
	    listen [$1]:$2 backlog=4096;
	    location / {
	        default_type application/json; return 200 '{"Error":""}';
	    }
	}
	END
}

# One worker, as there is one core; else what Debian's nginx.conf says of TLS.
nginx_start() {
	mkdir -p "$WORK/nginx"
	ip -6 route add local 200::/7 dev lo
	ip address add "$YGG_NGINX/128" dev lo nodad
	nginx_user=''
	# Who cannot be another user has no worker of another user.
	[ -z "$NOUSER" ] || nginx_user='user root; master_process off;'
	cat >"$WORK/nginx/nginx.conf" <<-END
	worker_processes 1; daemon off; pid $WORK/nginx/pid;
	$nginx_user
	worker_rlimit_nofile $(ulimit -H -n);
	error_log $WORK/nginx/error.log warn;
	events { worker_connections 32768; }
	http {
	    access_log off; keepalive_requests 100000000; keepalive_timeout 1h; ssl_protocols TLSv1.3;
	    client_body_temp_path $WORK/nginx/1; proxy_temp_path $WORK/nginx/2;
	    fastcgi_temp_path $WORK/nginx/3; uwsgi_temp_path $WORK/nginx/4;
	    scgi_temp_path $WORK/nginx/5;
	    $(nginx_server $NGINX_DEFAULT "")
	    $(nginx_server $NGINX_TUNED \
	        "ssl_session_tickets off; ssl_session_cache off;")
	    $(nginx_plain "$YGG_NGINX" $YGG_PORT)
	}
	END
	spawn nginx nginx -c "$WORK/nginx/nginx.conf" -e stderr
	nginx=$PID
	wait_for 5 curl -sk -o /dev/null "https://$NGINX_DEFAULT/" ||
	    broken "nginx does not start"
	NGINX_CPU="-p nginx:$(pgrep -P "$nginx" || echo "$nginx")"
}

# --- gateways --------------------------------------------------------------

# Make gateway NAME the current one.
gw() {			# NAME
	GW_NAME=$1
	case $1 in
	a) gw_n=1 ;; b) gw_n=2 ;; c) gw_n=3 ;; d) gw_n=4 ;;
	e) gw_n=5 ;; f) gw_n=6 ;; g) gw_n=7 ;; h) gw_n=8 ;;
	esac
	S=$WORK/gw$1 CONF=$WORK/gw$1/sallyport.conf IF=spb$gw_n
	AT=127.0.0.1:$((8450 + gw_n))
	eval "SUITE=\$suite_$1"
}

# Its configuration; state may be elsewhere.  A lease of four hours, so that a
# renewal has something to write and something to tell the kernel hand.  Words
# to add: GW_NETWORK, GW_LIMITS, GW_RULES and GW_LISTEN (the latter two with a
# comma).
gw_conf() {		# [STATE_DIR]
	mkdir -p "$S"
	cat >"$CONF" <<-END
	gateway: {
	    name = "$GW_NAME"; endpoint = "127.0.0.1"; workers = 1;
	    state_dir = "${1:-$S/state}"; ctl_socket = "$S/ctl.sock";
	    on_stop = "undo";
	};
	networks = ( {
	    name = "$IF"; interface = "$IF"; backend = "userspace";
	    listen_port = $((51820 + gw_n)); private_key_file = "$S/$IF.key";
	    address = [ "fd0$gw_n:25fb:7f6c::1/48", "10.$((gw_n * 16)).0.1/12" ];
	    pools = [ "fd0$gw_n:25fb:7f6c:1::/64", "10.$((gw_n * 16)).0.0/12" ];
	    routes = [ "fd0$gw_n:25fb:7f6c::/48" ];
	    lease = "4h"; $GW_NETWORK
	} );
	identities = ( {
	    proof = "certificate"; pattern = "device-(\\\\d+)";
	    role = "device"; network = "$IF";
	} $GW_RULES );
	listen = ( {
	    address = "$AT"; api = [ "autowg", "native" ]; prefix = "/vpn/";
	    tls: { certificate = "$PKI/server.crt"; key = "$PKI/server.key";
	           client_ca = "$PKI/ca.crt"; };
	} $GW_LISTEN );
	limits: { per_source = 4096; $GW_LIMITS };
	END
	chmod 640 "$CONF"
}

gw_start() {
	suite_start
	eval "suite_$GW_NAME=$SUITE"
}

gw_stop() {
	suite_stop
	for gw_p in $(pgrep -f "^[^ ]*wireguard-go .*$IF\$"); do
		kill "$gw_p" && wait_for 5 gone "$gw_p"
	done
	ip link delete "$IF" 2>/dev/null
	rm -f "/run/wireguard/$IF.sock"
}

# Every process of the gateway as -p options of load.
gw_cpu() {
	for gw_r in netd-hand leased apid apid-key; do
		printf -- '-p %s:%s ' $gw_r "$(role_pid $gw_r)"
	done
	printf -- '-p netd:%s ' "$SUITE"
	for gw_p in $(pgrep -f "^[^ ]*wireguard-go .*$IF\$"); do
		printf -- '-p wg:%s ' "$gw_p"
	done
}

# A number of sallyctl's status: .leases, .kernel_hand.batches ...
status() {		# JQ
	ctl -j show status | jq -r ".status$1"
}

# N leases are in the database and in WireGuard.
gw_holds() {		# N
	[ "$(status '' 2>/dev/null |
	    jq -r '"\(.leases) \(.pending) \(.kernel_hand.peers)"')" = \
	    "$1 0 $1" ]
}

# Put N leases into the database of a gateway that is stopped but was started
# once, so that the schema is leased's own: rows as a registration leaves them,
# but for their events.
gw_seed() {		# N
	awk -v n="$1" -v g="$gw_n" -v now="$(date +%s)" 'BEGIN {
		srand(n)
		print "BEGIN;"
		for (i = 1; i <= n; i++) {
			key = ""
			for (k = 0; k < 16; k++)
				key = key sprintf("%04x", rand() * 65536)
			printf "INSERT INTO peer (id, network, key, name, " \
			    "who, ended, first, created, renewed, expires, " \
			    "handshake, rx, tx, rx_raw, tx_raw) SELECT %d, " \
			    "id, x\"%s\", \"9%06d\", \"cn:9%06d\", 0, %d, %d, " \
			    "%d, %d, 0, 0, 0, 0, 0 FROM network;\n",
			    i, key, i, i, now, now, now, now + 14400
			printf "INSERT INTO peer_addr (network, addr, peer) " \
			    "SELECT id, " \
			    "x\"0a%02x%04x\", %d FROM network;\n",
			    g * 16 + 1 + int(i / 65536), i % 65536, i
			printf "INSERT INTO peer_addr (network, addr, peer) " \
			    "SELECT id, " \
			    "x\"fd0%d25fb7f6c000100000000%08x\", %d " \
			    "FROM network;\n", g, i, i
		}
		print "COMMIT;"
	}' | tr '"' "'" | sqlite3 "$S/state/sallyport.db" ||
	    broken "cannot seed $1 leases"
	gw_owner=$(stat -c %u:%g "$S/state")
	chown "$gw_owner" "$S"/state/*
}

# Start gateway NAME with N leases in a fresh interface.
gw_seeded() {		# NAME N
	gw "$1"
	gw_conf
	gw_start
	gw_stop
	gw_seed "$2"
	gw_start
	wait_for 60 gw_holds "$2" ||
	    broken "$2 seeded leases do not come up: $(status '')"
}
