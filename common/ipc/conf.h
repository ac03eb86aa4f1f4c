/* SPDX-License-Identifier: ISC */
/*
 * The words of the configuration that more than one process knows, as numbers
 * that travel in messages.  Values are part of the protocol: never reused.
 */

#ifndef CONF_H
#define CONF_H

/* Longest strings, with the NUL. */
#define NETNAME_SIZE	33	/* a network's name */
#define IFNAME_SIZE	16	/* an interface's name, as IFNAMSIZ */
#define IDENT_SIZE	65	/* an identity's name */
#define OVPN_NAME_SIZE	256	/* the name of an OpenVPN client */
#define PROOF_SIZE	(IDENT_SIZE + 8)	/* with its proof: "cn:NAME" */
#define HOST_SIZE	254	/* a DNS name or address, RFC 1035 */
#define PATTERN_SIZE	257	/* a PCRE2 pattern */
#define URLPREFIX_SIZE	65	/* an URL path prefix */
#define REQID_SIZE	65	/* the id of a request */
#define TEXT_SIZE	513	/* an error or reason for people */
#define DIR_SIZE	257	/* a directory */
#define ABOUT_SIZE	129	/* a text about the gateway, for people */
#define YGGKEY_TEXT	65	/* a key of Yggdrasil in hexadecimal */

/* The portal of a listener without a rule for portals. */
#define PORTAL_DEFAULT	"default"

/* The parent's control socket is called as leased's, with this behind it. */
#define CTL_PARENT	".netd"

/*
 * The file in the state directory that takes the place of the database at the
 * next start, and the number by which a database of ours is known.
 */
#define RESTORE_FILE		"sallyport.db.restore"
#define DB_APPLICATION_ID	0x53506f72	/* "SPor" */

/* The mark of packets that never go into a device's full tunnel. */
#define TUNNEL_MARK	0x7370004dU

/* Bounds of lists. */
#define NETWORKS_MAX	64
#define NET_ADDRS_MAX	8	/* addresses of an interface */
#define NET_POOLS_MAX	8
#define NET_PIECES_MAX	64	/* prefixes that the pools are together */
#define NET_ROUTES_MAX	16	/* routes pushed to devices */
#define NET_DNS_MAX	4	/* servers of names that devices are told */
#define NET_SUBNETS_MAX	16	/* networks behind static peers */
/* All prefixes that lead to the devices of a network. */
#define NET_ROUTED_MAX	(NET_PIECES_MAX + NET_SUBNETS_MAX)
#define NET_REACH_MAX	(NETWORKS_MAX - 1)	/* other networks */
#define NET_DEST_MAX	64	/* destinations beyond wan */
#define NET_RESERVE_WORDS 16	/* reserved prefixes in the word */
#define NET_RESERVE_MAX	64	/* with those that need no word */
#define PEER_ADDRS_MAX	16	/* allowed addresses of a peer */
#define LISTEN_MAX	16
#define HEAD_BYTES_MAX	32768	/* a request's; offsets have 16 bits */
#define HEAD_FIELDS_MAX	256
#define IDENT_MAX	64	/* identity rules */
#define REACH_MAX	(2 * IDENT_MAX + 2)	/* limits of the fronts */
#define PROXY_MAX	16	/* trusted proxies */
#define RULE_GROUPS_MAX	8	/* groups that a rule for devices gives */
#define MESH_WAIT_MAX	120	/* seconds that a poll waits for a change */
#define UAPI_PEERS_MAX	65536	/* most peers of wireguard-go */
#define MESHID_LEN	32	/* digits of a mesh network's UUID */
#define MESH_ADDRS_MAX	4	/* own addresses in a mesh network */
#define MESH_NETS_MAX	64	/* mesh networks of a device */
#define MESH_PREFIX_MAX	64	/* allowed prefixes of a mesh peer */
#define MESH_EGRESS_MAX	16	/* prefixes that a member serves */
#define POLICY_MAX	64	/* prefixes of a word of a device's policy */
#define IFPREFIX_SIZE	12	/* interface names are this and a number */
/* A routing table that no rule names: its routes are notes of the hand. */
#define SALLYPORT_NOTES	0x73700053U
/*
 * The routing table with the pools, for traffic between networks, of the first
 * suite in a network namespace; those of further ones are behind it.
 */
#define SALLYPORT_INSIDE	0x73700049U
#define SUITES_MAX	4
#define LEASE_NEVER	UINT32_MAX	/* a duration: no end */
#define DURATION_MAX	(10U * 365 * 24 * 60 * 60)	/* seconds */

enum conf_on_stop {
	ON_STOP_KEEP = 1,
	ON_STOP_UNDO = 2
};
enum conf_backend {
	BACKEND_AUTO = 1,
	BACKEND_KERNEL = 2,
	BACKEND_USERSPACE = 3,
	BACKEND_GRE = 4		/* the transport is GRE */
};
enum conf_transport {
	TRANSPORT_WIREGUARD = 1,
	TRANSPORT_GRE = 2	/* over IPv6, to nodes of Yggdrasil */
};
enum conf_kind {			/* the purpose of a network */
	KIND_LEASE = 1,		/* its devices have leases */
	KIND_RENDEZVOUS = 2	/* members of meshes show where they are */
};
/* The addresses that are hidden behind wan's: a mask. */
enum conf_masquerade {
	MASQUERADE_IP4 = 0x01,
	MASQUERADE_IP6 = 0x02
};
enum conf_firewall {
	FIREWALL_MANAGE = 1,
	FIREWALL_PRINT = 2,
	FIREWALL_OFF = 3
};
enum conf_assign {
	ASSIGN_POOL = 1,
	ASSIGN_BCD = 2,
	ASSIGN_METANS = 3
};
enum conf_proof {
	PROOF_CERTIFICATE = 1,
	PROOF_HEADER = 2,
	PROOF_ADDRESS = 3,
	PROOF_NONE = 4
};
enum conf_subject {			/* the name to match */
	SUBJECT_CN = 1,
	SUBJECT_DNS = 2,	/* and on: names of subjectAltName */
	SUBJECT_EMAIL = 3,
	SUBJECT_URI = 4
};
enum conf_role {
	ROLE_DEVICE = 1,
	ROLE_PORTAL = 2,
	ROLE_MONITOR = 3,
	ROLE_OPERATOR = 4,
	ROLE_TENANT_ADMIN = 5,
	ROLE_SUPER_ADMIN = 6
};
enum conf_access {		/* the rule by which clients are let in */
	ACCESS_OPEN = 1,	/* all but those that the list denies */
	ACCESS_ALLOW = 2,	/* names on the list are let in */
	ACCESS_NOBODY = 3,	/* the list cannot be used */
	ACCESS_DENY = 4,	/* all but those that the list names */
	ACCESS_APPROVE = 5	/* these, and those that an operator approves */
};

/* The counters of the packet filter for each network. */
enum traffic {
	TRAFFIC_FROM = 0,	/* sent by devices that may send */
	TRAFFIC_TO = 1,		/* sent from elsewhere to devices */
	TRAFFIC_OUT = 2,	/* let out by wan */
	TRAFFIC_IN = 3,		/* let in from wan */
	TRAFFIC_ISOLATE = 4,	/* dropped by isolate; the next likewise */
	TRAFFIC_INBOUND = 5,
	TRAFFIC_DENY = 6,
	TRAFFIC_ALLOW = 7,
	TRAFFIC_OTHER = 8,	/* dropped for any other reason */
	TRAFFIC_N = 9
};

/* Dialects of apid, and their words in the configuration: a mask. */
/* clang-format off */
#define API_WORDS(X)							\
	X(API_AUTOWG, "autowg", 0x0001)					\
	X(API_NATIVE, "native", 0x0002)					\
	X(API_PORTAL, "portal", 0x0004)					\
	X(API_AUTOYGG, "autoygg", 0x0008)				\
	X(API_METRICS, "metrics", 0x0010)				\
	X(API_MESH, "mesh", 0x0020)					\
	X(API_CONNECT, "connect", 0x0040)
/* clang-format on */

enum conf_api {
#define X(NAME, word, bit) NAME = (bit),
	API_WORDS(X)
#undef X
};

/*
 * A client of these waits for seconds at most, so that it is better refused
 * than answered late.
 */
#define API_PROMPT	(API_PORTAL | API_METRICS)

/* The contents of a descriptor sent with CONF_CERT. */
enum conf_cert {
	CERT_CHAIN = 1,
	CERT_CLIENT_CA = 2,
	CERT_CRL = 3
};

/* The word of the configuration that a child refuses. */
enum conf_word {
	CONF_ANY_WORD = 0,
	CONF_PATTERN = 1,	/* identities[].pattern */
	CONF_CERTIFICATE = 2,	/* listen[].tls.certificate, and so on */
	CONF_KEY = 3,
	CONF_CLIENT_CA = 4,
	CONF_CRL = 5,
	CONF_RULE_CA = 6	/* identities[].ca */
};

/* The sysctl of a descriptor sent with CONF_SYSCTL. */
enum conf_sysctl {
	SYSCTL_IP4_FORWARD = 1,
	SYSCTL_IP6_FORWARD = 2,
	SYSCTL_ACCEPT_RA = 3,	/* of one interface */
	SYSCTL_SRC_VALID_MARK = 4
};

#endif
