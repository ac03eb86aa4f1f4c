# What each unit test links besides common/: the modules that it is about.
# NAME_test_USES lists them by file name, as file names are unique.  A module
# that cannot be linked without half of its program is one to redesign.

accept_test_USES :=	accept quiet rate room
assign_test_USES :=	assign
autowg_test_USES :=	autowg devconf jsonw
autoygg_test_USES :=	autoygg jsonw hex
beside_test_USES :=	beside
chunked_test_USES :=	chunked http hex
ctl_test_USES :=	grammar grammar_mesh verbs meshitems fileitems output field format table
connect_test_USES :=	connectjson connectwish wishtake placejson jsonw
cursor_test_USES :=	cursor hex
devlog_test_USES :=	devlog childlog
devconf_test_USES :=	devconf
dnsname_test_USES :=	dnsname zone format
egress_test_USES :=	egress egress_route egress_rule subnet filter fwtable kern_list mark neighbour \
			wanted expiry
etag_test_USES :=	etag http
expiry_test_USES :=	expiry
form_test_USES :=	form hex
hash_test_USES :=	hash
defer_test_USES :=	defer pend
hostaddr_test_USES :=	reserve registry peer peernet peerowner dirty deadline \
			pool hash holder psk span
http_test_USES :=	http
httpresp_test_USES :=	httpresp
identity_test_USES :=	identity san
jsonset_test_USES :=	jsonset hex
leasejson_test_USES :=	leasejson devconf jsonw
meshmap_test_USES :=	map mapjson mapwrite statefile endpoint jitter
netd_conf_test_USES :=	agentconf schema_agent check conferror conftext creds dump fit fit_subnets parse reserve schema \
			suggest value merge access
netd_watch_test_USES :=	watch backoff keyfile notify
nl_test_USES :=		nl nl_link nl_route kern_list
mpolicy_test_USES :=	mpolicy
node_test_USES :=	node
openvpn_test_USES :=	openvpn_parse
pathrule_test_USES :=	pathrule pair map
peerjson_test_USES :=	peerjson jsonw
pend_test_USES :=	pend
policy_test_USES :=	policy wanted expiry
pool_test_USES :=	pool
rate_test_USES :=	rate quiet
reach_test_USES :=	reach
reconcile_test_USES :=	$(policy_test_USES) reconcile snapshot
request_test_USES :=	request http
ring_test_USES :=	ring placejson jsonw
route_test_USES :=	route http
san_test_USES :=	san tlscert
stun_test_USES :=	stun endpoint
stunpacket_test_USES :=	stunpacket stun
subject_test_USES :=	subject hex
sysctl_test_USES :=	sysctl kern_list mark neighbour
tunnel_test_USES :=	tunnel
uapi_test_USES :=	wg_uapi wg_uapi_parse snapshot
verdict_test_USES :=	rules addrlist hash assign peerowner
wants_test_USES :=	wants
wantset_test_USES :=	wantset pair map
wgquick_test_USES :=	wgquick peername
ygg_test_USES :=	yggaccess yggconf yggwords ytree
yggdb_test_USES :=	yggdb
ytree_test_USES :=	ytree filekind

# The store, and the model of peers with it.
store_test_USES :=	sqlite sqlite_check sqlite_file sqlite_restore sqlite_peer \
			sqlite_row sqlite_access sqlite_event sqlite_backup sqlite_stream sqlite_schema \
			sqlite_tenant sqlite_mesh sqlite_member
store_test_RIG :=	unit/db_rig
accessdb_test_USES :=	$(store_test_USES)
accessdb_test_RIG :=	unit/db_rig
mesh_test_USES :=	$(store_test_USES) mesh meshconf meshcall meshgen meshload meshop meshrow \
			meshshow memberaddr member_role slice enrol op_group op_member \
			op_mesh op_relay op_resync op_tenant hash pool
mesh_test_RIG :=	unit/db_rig unit/mesh_rig
meshkill_test_USES :=	$(mesh_test_USES)
meshkill_test_RIG :=	$(mesh_test_RIG)
meshmodel_test_USES :=	$(mesh_test_USES)
meshmodel_test_RIG :=	$(mesh_test_RIG)
feed_test_USES :=	$(mesh_test_USES) feed meet lazy ring placejson jsonw
feed_test_RIG :=	unit/db_rig
meshdb_test_USES :=	$(store_test_USES)
meshdb_test_RIG :=	unit/db_rig
migrate_test_USES :=	$(store_test_USES)
migrate_test_RIG :=	unit/db_rig
peer_test_USES :=	$(store_test_USES) row rowcheck peer peernet peerowner registry \
			dirty deadline change grant own assign pool hash holder psk span
peer_test_RIG :=	unit/peer_rig unit/store_rig
fw_test_USES :=		fw_plan fw_text
grant_test_USES :=	$(peer_test_USES)
grant_test_RIG :=	$(peer_test_RIG)
holder_test_USES :=	$(peer_test_USES)
holder_test_RIG :=	$(peer_test_RIG)
poison_test_USES :=	$(peer_test_USES)
poison_test_RIG :=	unit/db_rig unit/store_rig

# TLS: the server's side from apid, a key holder, clients and certificates.
TLS_USES :=		tls tlsanchor tlsbase tlscert san tlscrl \
			tlscrlfile tlsissuer tlskey tlsprov tlsscope tlsserver tlssig \
			tlsverify pem keycheck keyset
TLS_RIG :=		unit/tls_rig mint
tls_test_USES :=	$(TLS_USES)
tls_test_RIG :=		$(TLS_RIG)
anchor_test_USES :=	$(TLS_USES)
anchor_test_RIG :=	$(TLS_RIG)
crl_test_USES :=	$(TLS_USES)
crl_test_RIG :=		$(TLS_RIG)
crlscope_test_USES :=	$(TLS_USES)
crlscope_test_RIG :=	$(TLS_RIG)
tlskey_test_USES :=	$(TLS_USES)
tlskey_test_RIG :=	$(TLS_RIG)
keyset_test_USES :=	$(TLS_USES)
keyset_test_RIG :=	$(TLS_RIG)
