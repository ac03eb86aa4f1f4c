/* SPDX-License-Identifier: ISC */
/*
 * The operations on the system underneath: links, addresses, routes and
 * WireGuard devices.  The code above this table is logic that a test runs
 * against a fake; netd-hand is linked with the table in kern_linux.c.
 */

#ifndef KERN_OPS_H
#define KERN_OPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "addr.h"
#include "conf.h"
#include "wgkey.h"

#define SALLYPORT_RTPROT	83	/* marks everything that we add */
/* "sp:NETWORK" or "sp:NETWORK:MTU", see mark.h */
#define KERN_ALIAS_SIZE		(NETNAME_SIZE + 9)
#define KERN_CHUNK		64	/* most peers in one message */
#define KERN_ADDRS_MAX		64	/* most addresses of one interface */
#define FW_TABLES		SUITES_MAX	/* packet filters */
#define FW_OWNER_SIZE		200

struct kern_io;		/* the open sockets of one implementation */
struct snapshot;

enum link_kind {
	LINK_OTHER = 0,
	LINK_WIREGUARD = 1,
	LINK_TUN = 2
};

struct kern_link {
	int		 ifindex;
	enum link_kind	 kind;
	bool		 up;
	uint32_t	 mtu;
	char		 alias[KERN_ALIAS_SIZE];	/* cut if longer */
};

struct kern_linkset {
	int		 up;		/* 1, 0, or -1: leave it */
	uint32_t	 mtu;		/* 0: leave it */
	const char	*alias;		/* NULL: leave it; "": remove it */
};

struct kern_addr {
	struct prefix	 prefix;	/* with host bits */
	uint8_t		 proto;		/* SALLYPORT_RTPROT if it is ours */
};

typedef bool kern_want(const void *, const struct prefix *);
/* A tunnel of GRE with our mark, by the names of its link and its network. */
typedef bool kern_tunnel(const void *, const char *link, const char *network);

struct kern_route {
	struct prefix	 dst;
	uint32_t	 table;
	uint32_t	 metric;	/* 0: the kernel's default */
	int		 oif;		/* 0 for an unreachable route */
	bool		 unreachable;
	struct prefix	 gateway;	/* host prefix; family 0: none */
	bool		 ra;		/* comes from a router advertisement */
};

struct kern_rule {	/* iif NAME, from PREFIX or to PREFIX lookup TABLE */
	uint8_t		 family;
	uint32_t	 table;
	uint32_t	 priority;	/* 0: the kernel chooses */
	char		 iif[IFNAME_SIZE];	/* "": any */
	struct prefix	 src;		/* family 0: any */
	struct prefix	 dst;
	bool		 hosts;		/* use only routes to single hosts */
};

/* The table of a device's full tunnel, and the mark of its WireGuard. */
#define KERN_TUNNEL_TABLE	TUNNEL_MARK

struct kern_tunnel {
	int		 ifindex;	/* 0: there is none now, all is closed */
	bool		 four;		/* it takes IPv4, else that is closed */
	bool		 six;		/* it takes IPv6, likewise */
	uint32_t	 uid;		/* nothing is closed for this user */
	bool		 anew;		/* the routes were others until now */
};

/* Lists of kern_list.h, all zero when they are empty. */
struct kern_routes {
	struct kern_route *list;
	size_t		 n;
	size_t		 room;
};

struct kern_rules {
	struct kern_rule *list;
	size_t		 n;
	size_t		 room;
};

/* A peer to set, replacing its allowed addresses, or to remove. */
struct peer_op {
	const uint8_t	*key;
	bool		 remove;
	/*
	 * It has no other addresses, and those that it has must not be gone for
	 * a moment: WireGuard replaces addresses one after the other.
	 */
	bool		 keep;
	uint8_t		 naddrs;
	const struct prefix *addrs;
	const uint8_t	*psk;		/* NULL: it has none */
	const struct prefix *remote;	/* end of its tunnel, where it has one */
	bool		 dials;		/* mesh: set the keepalive */
	uint16_t	 keepalive;	/* 0: off */
	const struct prefix *endpoint;	/* NULL: leave it */
	uint16_t	 port;
};

struct wg_dev {
	uint8_t		 backend;	/* BACKEND_KERNEL and so on, not _AUTO */
	int		 ifindex;	/* 0: there is no such link */
	int		 fd;		/* the UAPI connection's, or -1 */
	/* For tunnels of GRE: */
	const char	*network;
	const char	*ifname;	/* the beginning of their names */
	struct prefix	 local;
};

/* The object of a notification.  ifindex 0: possibly everything. */
struct kern_event {
	bool		 lost;		/* some were lost: look at everything */
	int		 ifindex;
	char		 ifname[IFNAME_SIZE];	/* of links, else "" */
	bool		 ours;		/* the object has our mark */
};

/* One network, as the packet filter has to know it. */
struct kern_fw {
	char		 name[NETNAME_SIZE];
	char		 interface[IFNAME_SIZE];	/* "spg*": all such names */
	char		 wan[IFNAME_SIZE];	/* "": none */
	bool		 adopt;
	bool		 isolate;
	bool		 inbound;
	bool		 mesh;		/* its prefixes take the place of leases */
	bool		 tunnel;	/* it is the full tunnel of this host */
	uint8_t		 masquerade;	/* mask of enum conf_masquerade */
	uint64_t	 reach;		/* bit i: network i of the list */
	uint8_t		 npools;
	struct prefix	 pools[NET_PIECES_MAX];
	uint8_t		 nsubnets;
	struct prefix	 subnets[NET_SUBNETS_MAX];
	uint8_t		 nallow;	/* beyond wan; none: everything */
	struct prefix	 allow[NET_DEST_MAX];
	uint8_t		 ndeny;
	struct prefix	 deny[NET_DEST_MAX];
	uint8_t		 nbehind;	/* mesh: what a relay has behind members */
	struct prefix	 behind[POLICY_MAX];
	uint8_t		 naddrs;	/* of this host in a full tunnel */
	struct prefix	 addrs[MESH_ADDRS_MAX];
};

/*
 * What is done with an address.  To move the end of an address that is there
 * costs the kernel a grace period, as a removal does; to add one does not.
 */
enum kern_fw_do {
	KERN_FW_ADD,
	KERN_FW_MOVE,		/* or add it, if it is not there */
	KERN_FW_REMOVE
};

/* An address that may send and receive, by the filter of its network. */
struct kern_fw_elem {
	struct prefix	 addr;		/* a host's address */
	uint64_t	 ms;		/* until it ends; 0: never */
	enum kern_fw_do	 todo;
};

struct kern_fw_elems {
	struct kern_fw_elem *list;
	size_t		 n;
	size_t		 room;
};

/* Called with each counter of a network and its values since it was made. */
typedef void kern_count_cb(const char *network, enum traffic, uint64_t packets,
    uint64_t bytes, void *);

/* The state of the packet filter's table. */
enum kern_fw_state {
	KERN_FW_NONE = 0,		/* there is none */
	KERN_FW_OURS = 1,		/* it is as we have set it */
	KERN_FW_CHANGED = 2,		/* it was set by another process */
	KERN_FW_OLD = 3,		/* ours, of an earlier layout */
	KERN_FW_OTHERS = 4		/* somebody else's */
};

/*
 * All functions return 0, or -1 with errno and a text from error().  None takes
 * longer than its deadline (5 s; errno ETIMEDOUT).  open is called once, before
 * the sandbox closes; no other function opens a socket.
 */
struct kern_ops {
	struct kern_io	*(*open)(void);
	void		 (*close)(struct kern_io *);
	const char	*(*error)(const struct kern_io *);

	/*
	 * Notifications: a descriptor to watch, and a function that reads them.
	 */
	int		 (*notify_fd)(const struct kern_io *);
	void		 (*notify_read)(struct kern_io *,
	    void (*cb)(const struct kern_event *, void *), void *);

	/*
	 * errno ENODEV: there is no such link.  add makes a link of kind
	 * wireguard; errno EOPNOTSUPP: the kernel has no WireGuard.
	 */
	int (*link_get)(struct kern_io *, const char *, struct kern_link *);
	/* Is there a link of that number?  errno ENODEV: no. */
	int		 (*link_there)(struct kern_io *, int ifindex);
	/*
	 * Find a link, and its name, by its alias: a text, and nothing or a
	 * colon behind it.  skip so many.  errno ENODEV: there is none.
	 */
	int (*link_find)(struct kern_io *, const char *alias, unsigned int skip,
	    char name[IFNAME_SIZE], struct kern_link *);
	/* The name of a tunnel that is wanted.  errno ENODEV: there is none. */
	int (*tunnel_find)(struct kern_io *, kern_tunnel *want, const void *,
	    char name[IFNAME_SIZE]);
	int		 (*link_add)(struct kern_io *, const char *);
	int		 (*link_del)(struct kern_io *, int ifindex);
	int		 (*link_set)(struct kern_io *, int ifindex,
			    const struct kern_linkset *);

	/* It is no error to add what exists or to remove what does not. */
	int (*addr_list)(struct kern_io *, int ifindex, struct kern_addr *,
	    size_t max, size_t *n);
	/*
	 * The addresses of all interfaces but this one that are wanted, with
	 * the lengths of their networks; no more than max are listed.
	 */
	int (*addr_others)(struct kern_io *, int ifindex, kern_want *,
	    const void *, struct prefix *, size_t max, size_t *n);
	int (*addr_add)(struct kern_io *, int ifindex, const struct prefix *);
	int (*addr_del)(struct kern_io *, int ifindex, const struct prefix *);

	/*
	 * Only routes and rules with our mark are listed, into an empty list,
	 * and removed.  A table and an interface that are not 0 narrow the list
	 * of routes.  Adding a route in the place of another program's fails
	 * with errno EEXIST.
	 */
	int (*route_list)(struct kern_io *, uint32_t table, int ifindex,
	    struct kern_routes *);
	int (*route_add)(struct kern_io *, const struct kern_route *);
	int (*route_del)(struct kern_io *, const struct kern_route *);
	/*
	 * Get the default route of the main table through a link; oif is 0 if
	 * there is none.
	 */
	int (*route_default)(struct kern_io *, uint8_t family, int ifindex,
	    struct kern_route *);
	/*
	 * Get the protocol of a route in the table that is not ours, or 0 if
	 * there is none.
	 */
	int (*route_other)(struct kern_io *, uint32_t table, uint8_t *proto);
	/*
	 * List the prefixes of the main table that interfaces other than this
	 * one are connected to.
	 */
	int (*route_connected)(struct kern_io *, int ifindex,
	    struct kern_routes *);
	int		 (*rule_list)(struct kern_io *, struct kern_rules *);
	int		 (*rule_add)(struct kern_io *, const struct kern_rule *);
	int		 (*rule_del)(struct kern_io *, const struct kern_rule *);

	/*
	 * Let everything go into a full tunnel, or nothing any more.  What is
	 * there already is no error.
	 */
	int (*tunnel_set)(struct kern_io *, const struct kern_tunnel *);
	int		 (*tunnel_clear)(struct kern_io *);

	/*
	 * A suite has its packet filter in one of FW_TABLES tables.  fw_look
	 * gets the text with which table i was set, and returns an enum
	 * kern_fw_state, or -1.
	 */
	int (*fw_look)(struct kern_io *, unsigned int i,
	    char owner[FW_OWNER_SIZE]);
	/*
	 * Set the rules of table i in one transaction; n 0 removes it.  Its sets
	 * and counters stay; if its layout or the owner is another than it was,
	 * they are taken over where that is possible.
	 */
	int (*fw_set)(struct kern_io *, unsigned int i, const char *owner,
	    const struct kern_fw *, size_t n);
	/*
	 * Do what each element says with the addresses of a network, in one
	 * transaction; and list them all.
	 */
	int (*fw_elems)(struct kern_io *, unsigned int i, const char *network,
	    const struct kern_fw_elem *, size_t n);
	int (*fw_elem_list)(struct kern_io *, unsigned int i,
	    const char *network, struct kern_fw_elems *);
	/* Tell each counter of table i. */
	int (*fw_counts)(struct kern_io *, unsigned int i, kern_count_cb *,
	    void *);

	/*
	 * priv NULL and port -1 leave the value as it is.  wg_peers sends up to
	 * KERN_CHUNK operations in one message, or any number for tunnels; after
	 * an error, some may have been done.  wg_dump fills an empty snapshot, without the private key;
	 * errno EAGAIN: other programs change the device all the time, and no
	 * dump was whole.
	 */
	int		 (*wg_set)(struct kern_io *, const struct wg_dev *,
			    const uint8_t *priv, int port);
	/* The mark of its own packets; 0: none. */
	int (*wg_mark)(struct kern_io *, const struct wg_dev *, uint32_t mark);
	int		 (*wg_peers)(struct kern_io *, const struct wg_dev *,
			    const struct peer_op *, size_t n);
	int		 (*wg_dump)(struct kern_io *, const struct wg_dev *,
			    struct snapshot *);
};

/* The table that this program is linked with. */
extern const struct kern_ops kern_ops;

#endif
