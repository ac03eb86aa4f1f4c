/* SPDX-License-Identifier: ISC */
/*
 * The contents of each message: its fields as a struct, and the values of the
 * fields that are enums.  These are the forms in memory; msg_*.c write and read
 * them.
 */

#ifndef MSG_H
#define MSG_H

#include <stdint.h>

#include "addr.h"
#include "block.h"
#include "conf.h"
#include "leasecode.h"
#include "msg_conf.h"
#include "msg_feed.h"
#include "msg_mesh.h"
#include "msg_mnet.h"
#include "wgkey.h"

/*
 * The state of a lease or another peer, in each view of it: X(NAME, value,
 * word).  A peer is outside or partly outside if the configuration no longer
 * has its addresses.
 */
#define LEASE_STATES(X)							\
	X(PENDING, 1, "pending")	/* WireGuard may not have it yet */ \
	X(ACTIVE, 2, "active")						\
	X(EXPIRED, 3, "expired")					\
	X(OUTSIDE, 4, "outside")	/* WireGuard has nothing of it */ \
	X(PARTLY, 5, "partly")		/* and some of its addresses */

enum lease_state {
#define X(NAME, value, word) LEASE_##NAME = (value),
	LEASE_STATES(X)
#undef X
};

enum peer_source {
	SOURCE_LEASE = 1,
	SOURCE_PORTAL = 2,
	SOURCE_STATIC = 3,
	SOURCE_FOREIGN = 4,
	SOURCE_UNCLAIMED = 5	/* was there before us, and may be claimed */
};

/* The result of a wish to the hand. */
enum peer_code {
	PEER_OK = 1,
	PEER_E_NETWORK = 2,	/* unknown, or its interface is not up */
	PEER_E_ADDR = 3,	/* outside the pools, or too wide */
	PEER_E_KEY = 4,		/* unusable, the gateway's own, or foreign */
	PEER_E_MAX = 5,		/* max_peers */
	PEER_E_KERNEL = 6,	/* the kernel refused it or cannot be reached */
	PEER_E_POLICY = 7,	/* a mesh peer: the device does not allow it */
	PEER_E_ENDPOINT = 8	/* a mesh peer: nothing is sent there */
};

enum net_state {
	NET_DOWN = 1,
	NET_UP = 2,
	NET_FAILED = 3,
	NET_ORPHAN = 4		/* not in the configuration any more */
};

/* The result of a control command; see the exit codes of sallyctl(8). */
enum ctl_code {
	CTL_OK = 1,
	CTL_NEGATIVE = 2,	/* no, not found */
	CTL_USAGE = 3,
	CTL_BUSY = 4,		/* try again */
	CTL_FAILED = 5,
	CTL_CONFIG = 6		/* the new configuration has an error */
};

enum ctl_what {
	SHOW_STATUS = 1,
	SHOW_NETWORKS = 2,
	SHOW_LEASES = 3,	/* network, name and filter narrow it */
	SHOW_PEERS = 4,
	SHOW_EVENTS = 5,
	SHOW_SYNC = 6,
	SHOW_REVOKED = 7,
	SHOW_PENDING = 8,	/* names that wait for approval */
	SHOW_CONTACTS = 9,
	SHOW_FIREWALL = 10,	/* and on: by the hand */
	SHOW_ROUTES = 11,
	SHOW_DRIFT = 12
};

/* --- setup --- */

#define HELLO_NOUSER	0x01	/* -U: keep the user ids */
#define HELLO_NOLANDLOCK_OK	0x02	/* go on without Landlock */
#define HELLO_BESIDE	0x04	/* another suite lives in this namespace */

struct msg_setup_hello {
	uint32_t	 version;	/* the sender's msg_version() */
	uint8_t		 role;		/* P_..., of the child */
	uint16_t	 index;		/* which of several apid; else 0 */
	uint8_t		 verbose;
	uint8_t		 flags;		/* HELLO_... */
	uint32_t	 uid;		/* to become */
	uint32_t	 gid;
};

struct msg_setup_peer {			/* +fd: a link to another process */
	uint8_t		 role;		/* P_..., of that process */
	uint16_t	 index;
};

struct msg_setup_link {			/* repeated until the link comes */
	uint8_t		 role;		/* P_..., that has no link to us */
	uint16_t	 index;
};

struct msg_setup_stop {
	uint8_t		 undo;		/* hand: remove all that was set up */
	uint8_t		 beside;	/* as HELLO_BESIDE, now */
};

struct msg_setup_stopped {		/* all 0 if there was nothing to undo */
	uint8_t		 failed;	/* something could not be removed */
	uint32_t	 left;		/* interfaces that may be another suite's */
};

/* --- leases --- */

/* Whom to ask about a device, as it says; "" is not given. */
struct contact {
	char		 name[IDENT_SIZE];
	char		 email[IDENT_SIZE];
	char		 phone[IDENT_SIZE];
};

struct msg_lease_register {
	char		 network[NETNAME_SIZE];
	char		 name[IDENT_SIZE];	/* from the identity rule */
	char		 who[IDENT_SIZE + 8];	/* the proof, e.g. "cn:dev-1" */
	uint8_t		 pubkey[WGKEY_LEN];
	uint8_t		 has_psk;		/* 0: it has none from now on */
	uint8_t		 psk[WGKEY_LEN];	/* on the wire if has_psk */
	struct prefix	 from;			/* source address, for events */
	char		 req[REQID_SIZE];	/* X-Request-Id, or "" */
	struct contact	 contact;
};

/* Prolong the lease that has this name, with its key and its addresses. */
struct msg_lease_renew {
	char		 network[NETNAME_SIZE];
	char		 name[IDENT_SIZE];
	char		 who[IDENT_SIZE + 8];
	struct prefix	 from;
	char		 req[REQID_SIZE];	/* X-Request-Id, or "" */
};

struct msg_lease_get {
	char		 network[NETNAME_SIZE];
	char		 name[IDENT_SIZE];
	char		 who[IDENT_SIZE + 8];	/* the proof, as above */
};

struct msg_lease_release {
	char		 network[NETNAME_SIZE];
	char		 name[IDENT_SIZE];
	struct prefix	 from;
	char		 req[REQID_SIZE];	/* X-Request-Id, or "" */
};

/*
 * A lease, also one that was given back.  The rest of what a device needs to
 * use it, apid knows from its configuration and from HAND_SERVER.
 */
struct msg_lease_reply {
	uint8_t		 code;		/* enum lease_code */
	uint8_t		 state;		/* enum lease_state, 0: no lease */
	uint64_t	 id;		/* in the database */
	char		 network[NETNAME_SIZE];
	char		 name[IDENT_SIZE];
	uint8_t		 pubkey[WGKEY_LEN];
	uint8_t		 psk;		/* 1: it has a preshared key */
	uint32_t	 ttl;		/* seconds left, LEASE_NEVER */
	uint32_t	 retry_after;	/* seconds, with errors worth a retry */
	int64_t		 first;		/* wall; first registration */
	int64_t		 created;	/* wall; time of the last key change */
	int64_t		 renewed;	/* wall; last registration */
	int64_t		 expires;	/* wall, 0 is never */
	uint8_t		 naddrs;
	struct prefix	 addrs[NET_POOLS_MAX];
	struct contact	 contact;	/* in the answer to LEASE_GET */
};

struct msg_lease_health_reply {		/* 1 ok, 0 not */
	uint8_t		 db;
	uint8_t		 kern;
	uint8_t		 wireguard;
};

struct msg_ident_test {
	char		 cn[TEXT_SIZE / 2 + 1];
};

struct msg_ident_result {
	uint8_t		 matched;
	uint16_t	 rule;		/* index of the identity rule, from 0 */
	uint8_t		 role;		/* enum conf_role */
	uint8_t		 proof;		/* enum conf_proof */
	char		 name[IDENT_SIZE];
	char		 network[NETNAME_SIZE];
	char		 who[PROOF_SIZE];	/* the name that was tried */
	uint8_t		 gives;		/* 1: a rule can give a lease this name */
	char		 text[TEXT_SIZE];	/* why it is refused */
};

/* --- peers with an owner: a portal's, or the operator's static ones --- */

/* Owners are "portal:NAME" and "static". */
#define OWNER_SIZE	(IDENT_SIZE + 8)

/* How a wish changes a peer's preshared key. */
enum psk_op {
	PSK_KEEP = 0,
	PSK_REMOVE = 1,
	PSK_SET = 2
};

struct msg_owned_put {			/* add, or replace its addresses */
	char		 network[NETNAME_SIZE];
	char		 owner[OWNER_SIZE];
	char		 name[IDENT_SIZE];	/* a label, may be "" */
	uint8_t		 pubkey[WGKEY_LEN];
	uint8_t		 psk_op;	/* enum psk_op */
	uint8_t		 psk[WGKEY_LEN];	/* on the wire with PSK_SET */
	struct prefix	 from;
	char		 req[REQID_SIZE];	/* X-Request-Id, or "" */
	uint8_t		 naddrs;
	struct prefix	 addrs[PEER_ADDRS_MAX];
};

struct msg_owned_drop {
	char		 network[NETNAME_SIZE];
	char		 owner[OWNER_SIZE];
	uint8_t		 pubkey[WGKEY_LEN];
	struct prefix	 from;
	char		 req[REQID_SIZE];	/* X-Request-Id, or "" */
};

/* A peer as it is listed.  What is a lease's alone is 0 or "" for others. */
struct msg_peer_item {
	uint64_t	 id;		/* 0: foreign */
	char		 network[NETNAME_SIZE];
	char		 owner[OWNER_SIZE];	/* "" for a lease */
	char		 name[IDENT_SIZE];	/* or an owner's label, may be "" */
	char		 who[IDENT_SIZE + 8];	/* a lease's last proof */
	uint8_t		 source;	/* enum peer_source */
	uint8_t		 state;		/* enum lease_state */
	uint8_t		 psk;		/* 1: it has a preshared key */
	uint8_t		 pubkey[WGKEY_LEN];
	int64_t		 first;		/* wall: first registration */
	int64_t		 created;	/* last change of the key */
	int64_t		 renewed;	/* last registration */
	int64_t		 expires;	/* 0 is never */
	int64_t		 handshake;	/* 0 is never */
	uint64_t	 rx;		/* bytes from the peer, ever */
	uint64_t	 tx;		/* bytes to the peer */
	struct prefix	 endpoint;	/* host; family 0 is unknown */
	uint16_t	 port;
	char		 link[IFNAME_SIZE];	/* its tunnel's link, or "" */
	uint8_t		 naddrs;
	struct prefix	 addrs[PEER_ADDRS_MAX];
};

struct msg_owned_reply {
	uint8_t		 code;		/* enum lease_code */
	uint32_t	 retry_after;	/* seconds, with errors worth a retry */
	char		 text[TEXT_SIZE];	/* reason, for the client */
	uint8_t		 has_item;
	struct msg_peer_item item;	/* on the wire if has_item */
};

/*
 * A page of at most 64 peers behind a place: the leases of a network in order
 * of names, or the peers with an owner in order of keys.  When the field "one"
 * is set, the page holds the peer with that key alone.
 */
struct msg_peer_page {
	char		 network[NETNAME_SIZE];
	uint8_t		 leases;	/* 1: leases, else those with an owner */
	char		 owner[OWNER_SIZE];	/* "" is any */
	uint8_t		 online;	/* 1: a handshake in the last 180 s */
	uint8_t		 one;		/* 1: the peer of this key alone */
	char		 name[IDENT_SIZE];	/* behind it; "" from the start */
	uint8_t		 has_key;	/* behind this key */
	uint8_t		 key[WGKEY_LEN];
};

struct msg_peer_page_end {
	uint8_t		 code;		/* LEASE_OK_SAME or LEASE_E_... */
	uint8_t		 more;		/* 1: ask again behind the last */
	uint64_t	 generation;	/* of this owner's set: the ETag */
};

struct msg_node_get {
	uint8_t		 counts;	/* 1: with counts; these are costly */
};

struct msg_node_reply {
	uint8_t		 maintenance;
	uint32_t	 w_count;	/* WireGuard peers online */
	uint32_t	 o_count;	/* OpenVPN clients */
	uint16_t	 o_unasked;	/* servers that could not be asked */
};

struct msg_ovpn_item {
	char		 cn[OVPN_NAME_SIZE];
	struct prefix	 ip4;
	struct prefix	 ip6;
};

struct msg_ovpn_end {
	uint8_t		 code;
	uint16_t	 asked;		/* servers that have answered */
	uint16_t	 unasked;	/* servers that could not be asked */
};

struct msg_ovpn_kill {
	char		 cn[OVPN_NAME_SIZE];
};

enum set_match {
	SET_MATCH_NONE = 0,
	SET_MATCH_GENERATION = 1,	/* If-Match */
	SET_MATCH_EMPTY = 2	/* If-None-Match: * */
};

/*
 * The whole wanted set of one owner in one network: SET_BEGIN, SET_ITEM ...,
 * SET_END, all with one id.  The answer is SET_CHANGE for each difference or
 * rejected item, and then SET_DONE.  Nothing changes before SET_END.
 */
struct msg_set_begin {
	char		 network[NETNAME_SIZE];
	char		 owner[OWNER_SIZE];
	struct prefix	 from;
	char		 req[REQID_SIZE];	/* X-Request-Id, or "" */
	uint8_t		 dry_run;
	uint8_t		 force;		/* 1: without max_remove_percent */
	uint8_t		 match;		/* enum set_match */
	uint64_t	 generation;
};

struct msg_set_item {
	char		 name[IDENT_SIZE];
	uint8_t		 pubkey[WGKEY_LEN];
	uint8_t		 psk_op;	/* enum psk_op */
	uint8_t		 psk[WGKEY_LEN];	/* on the wire with PSK_SET */
	uint8_t		 naddrs;
	struct prefix	 addrs[PEER_ADDRS_MAX];
};

enum set_op {
	SET_ADDED = 1,
	SET_REMOVED = 2,
	SET_CHANGED = 3,
	SET_REJECTED = 4
};

struct msg_set_change {
	uint8_t		 op;
	uint8_t		 code;		/* code of a rejected item, else 0 */
	uint8_t		 pubkey[WGKEY_LEN];
	uint64_t	 rx;		/* counters of a removed peer */
	uint64_t	 tx;
	char		 text[129];
};

struct msg_set_done {
	uint8_t		 code;
	uint32_t	 retry_after;
	uint32_t	 added;
	uint32_t	 removed;
	uint32_t	 changed;
	uint32_t	 unchanged;
	uint32_t	 rejected;
	uint64_t	 generation;	/* generation after it: the new ETag */
	char		 text[TEXT_SIZE];
};

/* --- peers --- */

#define GRACE_MAX_S	(15 * 60)	/* that unknown peers stay */

struct msg_peer_sync_begin {
	uint32_t	 keep;		/* seconds that unknown peers stay */
	uint8_t		 drop;		/* 1: those that stay go now */
};

struct msg_peer_sync_done {
	uint32_t	 added;
	uint32_t	 removed;
	uint32_t	 changed;
	uint32_t	 unchanged;
	uint32_t	 failed;
};

/*
 * Let this key use these addresses for ttl seconds.  If there is a replaced
 * key, its peer is removed in the same batch.  With id 0, there is no PEER_DONE:
 * it belongs to a sync, or to a peer that is there and now stays longer.  If it
 * cannot stay, PEER_EXPIRED says so.
 */
struct msg_peer_set {
	char		 network[NETNAME_SIZE];
	uint8_t		 pubkey[WGKEY_LEN];
	uint8_t		 source;	/* enum peer_source */
	struct prefix	 remote;	/* end of its tunnel; family 0: none */
	uint32_t	 ttl;		/* 1..DURATION_MAX or LEASE_NEVER */
	uint8_t		 has_old;
	uint8_t		 old[WGKEY_LEN];	/* on the wire if has_old */
	uint8_t		 has_psk;
	uint8_t		 psk[WGKEY_LEN];	/* on the wire if has_psk */
	uint8_t		 naddrs;	/* 0 in a rendezvous, and only there */
	struct prefix	 addrs[PEER_ADDRS_MAX];
};

struct msg_peer_del {
	char		 network[NETNAME_SIZE];
	uint8_t		 pubkey[WGKEY_LEN];
};

struct msg_peer_done {
	uint8_t		 code;		/* enum peer_code */
};

struct msg_peer_expired {
	char		 network[NETNAME_SIZE];
	uint8_t		 pubkey[WGKEY_LEN];
};

struct msg_peer_stats_get {
	char		 network[NETNAME_SIZE];
};

struct msg_peer_stat {
	char		 network[NETNAME_SIZE];
	uint8_t		 pubkey[WGKEY_LEN];
	uint8_t		 held;		/* 0: ours, or enum hold_kind */
	uint8_t		 psk;		/* 1: it has a preshared key */
	uint64_t	 rx;
	uint64_t	 tx;
	int64_t		 handshake;	/* wall, 0 is never */
	struct prefix	 endpoint;	/* host; family 0 is unknown */
	uint16_t	 port;
	uint32_t	 link;		/* its tunnel's number, from 1; 0: none */
	uint8_t		 naddrs;
	struct prefix	 addrs[PEER_ADDRS_MAX];
};

enum hold_kind {
	HOLD_FOREIGN = 1,	/* it stays as it is */
	HOLD_UNCLAIMED = 2,	/* whoever has its key may claim it */
	HOLD_OWN = 3		/* the host itself, without a key */
};

/*
 * Everything on the interface of a network that has addresses and is not
 * leased's: HOLD_BEGIN, HOLD_ITEM ..., HOLD_END, after the first sync and again
 * when it has changed.  A peer with many addresses has several items.
 */
struct msg_hold_begin {
	char		 network[NETNAME_SIZE];
};

struct msg_hold_item {
	char		 network[NETNAME_SIZE];
	uint8_t		 kind;		/* enum hold_kind */
	uint8_t		 psk;		/* 1: it has a preshared key */
	uint8_t		 pubkey[WGKEY_LEN];
	uint8_t		 naddrs;
	struct prefix	 addrs[PEER_ADDRS_MAX];	/* with host bits in HOLD_OWN */
};

struct msg_hold_end {
	char		 network[NETNAME_SIZE];
};

enum hand_show {
	HAND_SHOW_FIREWALL = 1,
	HAND_SHOW_ROUTES = 2,
	HAND_SHOW_DRIFT = 3
};

struct msg_hand_show {			/* a page of what the hand can show */
	uint8_t		 what;		/* enum hand_show */
	uint32_t	 serial;	/* the text's; 0: a new text */
	uint32_t	 from;		/* place in it */
};

struct msg_hand_line {
	int64_t		 at;		/* wall; 0: none */
	char		 text[TEXT_SIZE];
};

struct msg_hand_shown {			/* the end of the page */
	uint32_t	 serial;	/* 0: the text is not there any more */
	uint32_t	 next;		/* place of the next page; 0: the end */
};

/* Packets and bytes that the packet filter has counted. */
struct msg_count {
	uint64_t	 packets;
	uint64_t	 bytes;
};

/*
 * The answer to TRAFFIC_GET: one for each network that the packet filter
 * counts, then TRAFFIC_END.  A filter that was made anew may begin at 0.
 */
struct msg_traffic_item {
	char		 network[NETNAME_SIZE];
	struct msg_count count[TRAFFIC_N];	/* by enum traffic */
};

/* Where a peer of a rendezvous is; sent when that or the handshake is new. */
struct msg_peer_seen {
	char		 network[NETNAME_SIZE];
	uint8_t		 pubkey[WGKEY_LEN];
	struct prefix	 endpoint;	/* host */
	uint16_t	 port;
	int64_t		 handshake;	/* wall */
};

struct msg_peer_stats_end {
	char		 network[NETNAME_SIZE];
	uint8_t		 code;		/* enum peer_code */
};

struct msg_hand_network {		/* sent at start and on every change */
	char		 network[NETNAME_SIZE];
	uint8_t		 state;		/* enum net_state */
	uint8_t		 backend;	/* BACKEND_KERNEL and so on, not _AUTO */
	uint8_t		 pubkey[WGKEY_LEN];	/* zero unless up */
	uint16_t	 port;
	uint8_t		 adopted;
	uint32_t	 foreign;	/* peers that are not ours */
	char		 text[TEXT_SIZE];	/* reason of a failure */
};

/* The server that devices dial; from hand to parent, and on to each apid. */
struct msg_hand_server {
	char		 network[NETNAME_SIZE];
	uint8_t		 pubkey[WGKEY_LEN];
	uint16_t	 port;		/* 0: not up, there is nothing to dial */
};

struct msg_uapi_want {		/* answered by CONF_UAPI or UAPI_FAILED */
	char		 network[NETNAME_SIZE];
};

struct msg_uapi_failed {
	char		 network[NETNAME_SIZE];
	char		 text[TEXT_SIZE];	/* reason, for people */
};

struct msg_hand_health {		/* counters since start */
	uint32_t	 batches;	/* messages that changed peers */
	uint32_t	 dumps;		/* dumps of a whole device */
	uint32_t	 drift;		/* corrections of changes by others */
	uint32_t	 peers;		/* installed now */
	uint32_t	 refused;	/* wishes refused */
};

/* --- key holder --- */

#define KEY_TBS_MAX	146	/* RFC 8446, 4.4.3: 64+33+1 and the hash */
#define KEY_SIG_MAX	1024

struct msg_key_sign {
	uint16_t	 key;		/* index of the listener */
	uint16_t	 scheme;	/* RFC 8446, 4.2.3 */
	uint16_t	 len;		/* 130 or 146 */
	uint8_t		 tbs[KEY_TBS_MAX];
};

struct msg_key_signed {
	uint8_t		 ok;
	uint16_t	 len;
	uint8_t		 sig[KEY_SIG_MAX];
};

/* --- control --- */

struct msg_ctl_show {
	uint8_t		 what;		/* enum ctl_what */
	uint8_t		 online;	/* 1: only with a recent handshake */
	uint8_t		 expired;	/* 1: expired ones too */
	char		 network[NETNAME_SIZE];	/* "" is any */
	char		 name[IDENT_SIZE];	/* "" is any */
	struct prefix	 addr;		/* events: family 0 is any */
	int64_t		 since;		/* events: wall, 0 is any */
	uint64_t	 limit;		/* items, 0 is all */
};

struct msg_ctl_revoke {
	char		 network[NETNAME_SIZE];	/* "" is every one */
	char		 name[IDENT_SIZE];
	char		 reason[TEXT_SIZE];
	uint8_t		 force;		/* revoke an unknown name, too */
};

struct msg_ctl_peer_add {		/* a static peer, with new addresses */
	char		 network[NETNAME_SIZE];	/* "" is the only one */
	char		 name[IDENT_SIZE];
	uint8_t		 pubkey[WGKEY_LEN];
};

struct msg_ctl_peer_del {
	char		 network[NETNAME_SIZE];	/* "" is any */
	char		 name[IDENT_SIZE];
	uint8_t		 has_key;	/* 1: the key says which, not the name */
	uint8_t		 pubkey[WGKEY_LEN];
};

struct msg_ctl_approve {		/* takes back a revocation */
	char		 network[NETNAME_SIZE];
	char		 name[IDENT_SIZE];
};

struct msg_ctl_test_cn {
	char		 cn[TEXT_SIZE / 2 + 1];
};

struct msg_ctl_reload {
	uint8_t		 force;		/* 1: whatever it takes away */
};

struct msg_ctl_lease {			/* a lease that another gateway gave */
	char		 network[NETNAME_SIZE];
	char		 name[IDENT_SIZE];
	char		 who[IDENT_SIZE + 8];	/* as of LEASE_REGISTER */
	uint8_t		 pubkey[WGKEY_LEN];
	struct prefix	 addr;		/* the one that it keeps */
	uint32_t	 ttl;		/* seconds left */
	uint8_t		 dry_run;	/* 1: only say what would be done */
	struct contact	 contact;
};

/* Ends every answer. */
struct msg_ctl_result {
	uint8_t		 code;		/* enum ctl_code */
	char		 text[TEXT_SIZE];
};

struct msg_ctl_status {
	char		 gateway[IDENT_SIZE];
	char		 version[IDENT_SIZE];
	int64_t		 started;	/* wall: leased's start */
	uint32_t	 generation;	/* of the configuration */
	uint32_t	 networks;
	uint32_t	 up;		/* networks that are up */
	uint64_t	 leases;	/* live */
	uint64_t	 pending;
	uint64_t	 outside;	/* leases that are not served */
	uint64_t	 partly;	/* live ones that are partly served */
	uint64_t	 online;	/* handshake in the last 180 s */
	uint64_t	 denied;	/* revoked identities */
	uint64_t	 waiting;	/* names that wait for approval */
	uint8_t		 db;		/* 1 ok */
	uint8_t		 kern;
	uint8_t		 apids;		/* connected */
	uint8_t		 maintenance;
	uint32_t	 grace;		/* unknown peers stay so long */
	uint8_t		 off;		/* listeners that are off */
	char		 off_text[TEXT_SIZE];	/* the first, and why */
	int64_t		 synced;	/* wall of the last sync, 0 never */
	struct msg_peer_sync_done last;	/* the changes that it made */
	struct msg_hand_health	 health;
};

struct msg_ctl_network {
	char		 name[NETNAME_SIZE];
	char		 interface[IFNAME_SIZE];
	uint8_t		 state;		/* enum net_state */
	uint8_t		 backend;
	uint8_t		 adopted;
	uint8_t		 assign;
	uint16_t	 port;
	uint8_t		 pubkey[WGKEY_LEN];
	uint32_t	 lease;
	uint32_t	 max_peers;
	uint32_t	 foreign;
	uint64_t	 leases;
	uint8_t		 naddrs;
	struct prefix	 addrs[NET_ADDRS_MAX];
	uint8_t		 npools;
	struct block	 pools[NET_POOLS_MAX];
	uint64_t	 used[NET_POOLS_MAX];	/* npools of them */
	uint64_t	 size[NET_POOLS_MAX];	/* UINT64_MAX: that or more */
	char		 endpoint[HOST_SIZE];	/* host that devices dial */
	uint16_t	 keepalive;
	uint8_t		 nroutes;
	struct prefix	 routes[NET_ROUTES_MAX];
	uint8_t		 nsubnets;
	struct prefix	 subnets[NET_SUBNETS_MAX];
	uint8_t		 ndns;
	struct prefix	 dns[NET_DNS_MAX];
	char		 text[TEXT_SIZE];
	uint8_t		 counted;	/* 1: the packet filter has counts */
	struct msg_count traffic[TRAFFIC_N];	/* by enum traffic; never fall */
};

struct msg_ctl_revoked {
	char		 network[NETNAME_SIZE];	/* "" is every one */
	char		 name[IDENT_SIZE];
	char		 reason[TEXT_SIZE];
	int64_t		 at;		/* wall */
};

struct msg_ctl_pending {		/* a name that waits for approval */
	char		 network[NETNAME_SIZE];
	char		 name[IDENT_SIZE];
	int64_t		 at;		/* wall: it asked first */
	char		 who[PROOF_SIZE];
	char		 from[PREFIX_TEXT];	/* source address, or "" */
	struct contact	 contact;
};

struct msg_ctl_contact {
	char		 network[NETNAME_SIZE];
	char		 name[IDENT_SIZE];	/* the lease's name */
	struct contact	 contact;
};

struct msg_ctl_event {
	uint64_t	 id;
	int64_t		 at;		/* wall */
	char		 what[33];	/* "lease.add" ... */
	char		 network[NETNAME_SIZE];
	char		 name[IDENT_SIZE];
	char		 who[IDENT_SIZE + 8];
	char		 from[PREFIX_TEXT];
	char		 detail[TEXT_SIZE];	/* "addr=... key=..." */
};

struct msg_ctl_test {
	uint8_t		 matched;
	uint16_t	 rule;
	uint8_t		 role;
	uint8_t		 proof;
	char		 name[IDENT_SIZE];
	char		 network[NETNAME_SIZE];
	uint8_t		 naddrs;	/* addresses that it has or would get */
	struct prefix	 addrs[NET_POOLS_MAX];
	uint8_t		 leased;	/* 1: it has a lease at present */
	uint8_t		 denied;
	uint8_t		 unapproved;	/* 1: an operator must approve it */
	char		 text[TEXT_SIZE];
};

struct msg_ctl_chunk {			/* the next bytes of a backup */
	uint64_t	 offset;
	uint16_t	 len;
	uint8_t		 data[8192];
};

struct msg_ctl_line {
	int64_t		 at;		/* wall; 0: none */
	char		 text[TEXT_SIZE];
};

enum ctl_agent {
	AGENT_STATUS = 1,
	AGENT_PATHS = 2,
	AGENT_LEAVE = 3
};

struct msg_ctl_agent {			/* leased knows AGENT_PATHS alone */
	uint8_t		 what;		/* enum ctl_agent */
	/* A name, TENANT:NAME or UUID; "": all. */
	char		 network[2 * MESHNAME_SIZE];
};

struct msg_ctl_maintenance {
	uint8_t		 on;
};

struct msg_ctl_sync {			/* the last whole set of an owner */
	char		 network[NETNAME_SIZE];
	char		 owner[OWNER_SIZE];
	int64_t		 at;		/* wall */
	uint32_t	 peers;		/* peers at present */
	uint64_t	 generation;
	struct msg_set_done last;
};

#endif
