/* SPDX-License-Identifier: ISC */
/*
 * The state of the fake kernel: one shared mapping, in a file if the test
 * names one in FAKE_KERN, so that it outlives the process that uses it and a
 * test can look at it and change things behind the hand's back.
 */

#ifndef FAKE_KERN_H
#define FAKE_KERN_H

#include <stdbool.h>
#include <stdint.h>

#include "kern_ops.h"

#define FAKE_LINKS	96
#define FAKE_ROUTES	4096
#define FAKE_RULES	512
#define FAKE_NAME	(NETNAME_SIZE + 4)
#define FAKE_ELEMS	131072	/* slots; power of two */
#define FAKE_PEERS	32768	/* slots; power of two */
#define FAKE_OWNERS	131072	/* slots; power of two */
#define FAKE_LOG	(4 * 1024 * 1024)

enum fake_slot {
	SLOT_FREE = 0,
	SLOT_USED = 1,
	SLOT_GONE = 2
};

struct fake_link {
	bool		 used;
	int		 ifindex;
	enum link_kind	 kind;
	bool		 up;
	uint32_t	 mtu;
	char		 name[IFNAME_SIZE];
	char		 alias[KERN_ALIAS_SIZE];
	bool		 has_key;
	uint8_t		 pub[WGKEY_LEN];
	uint16_t	 port;
	uint32_t	 naddrs;
	struct kern_addr addrs[KERN_ADDRS_MAX];
};

struct fake_peer {
	uint8_t		 slot;		/* enum fake_slot */
	uint8_t		 naddrs;
	int		 ifindex;
	uint8_t		 key[WGKEY_LEN];
	struct prefix	 addrs[PEER_ADDRS_MAX];
	uint8_t		 psk[WGKEY_LEN];	/* zero: none */
	struct prefix	 endpoint;	/* family 0: none */
	uint16_t	 port;
	uint16_t	 keepalive;
	uint64_t	 rx;
	uint64_t	 tx;
	int64_t		 handshake;
};

struct fake_owner {			/* who has an allowed address */
	uint8_t		 slot;
	int		 ifindex;
	struct prefix	 addr;
	uint32_t	 peer;
};

struct fake_elem {			/* an address that the filter lets through */
	uint8_t		 slot;
	char		 network[FAKE_NAME];	/* "TABLE:NETWORK" */
	struct kern_fw_elem elem;
};

struct fake_state {
	uint32_t	 poked;		/* counted up by who changes things */
	uint32_t	 no_wireguard;	/* the kernel has none */
	uint32_t	 fail_peers;	/* so many changes of peers fail */
	uint32_t	 busy_dumps;	/* so many dumps are interrupted */
	uint32_t	 calls;		/* all operations */
	uint32_t	 fault;		/* the call with this number fails */
	uint32_t	 fault_more;	/* and so many of its kind behind it */
	int		 fault_errno;
	char		 faulted[32];	/* operation that failed, or "" */
	uint32_t	 nfw[FW_TABLES];	/* networks in the packet filter */
	struct kern_fw	 fw[FW_TABLES];	/* the first of them */
	char		 fw_owner[FW_TABLES][FW_OWNER_SIZE];
	uint64_t	 counted;	/* packets that each counter has */
	struct fake_elem elems[FAKE_ELEMS];
	int		 next_ifindex;
	uint32_t	 calls_peers;
	uint32_t	 gaps;		/* peers without addresses for a moment */
	uint32_t	 calls_dump;
	uint32_t	 nroutes;
	uint32_t	 nrules;
	uint32_t	 other_table;	/* has a route of another program */
	uint8_t		 other_proto;
	struct kern_route connected;	/* another interface's; family 0: none */
	bool		 tunnelled;	/* there is a full tunnel */
	struct kern_tunnel tunnel;	/* the full tunnel */
	uint32_t	 mark;		/* the mark of any WireGuard */
	struct prefix	 host;		/* an address of the host, likewise */
	struct fake_link links[FAKE_LINKS];
	struct kern_route routes[FAKE_ROUTES];
	struct kern_rule rules[FAKE_RULES];
	struct fake_peer peers[FAKE_PEERS];
	struct fake_owner owners[FAKE_OWNERS];
	uint32_t	 log_len;
	char		 log[FAKE_LOG];
};

/* Map the state; path NULL or "" is one of our own.  Exits on failure. */
struct fake_state *fake_map(const char *path);
/* The state that the parent of this process, a test's, was started with. */
struct fake_state *fake_map_own(void);
/* The slot of an address, or of where it would go; NULL if all are taken. */
struct fake_elem *
fake_elem(struct fake_state *, const char *network, const struct prefix *);
/*
 * Let a peer have exactly these addresses, or these as well, taking them from
 * others silently, as WireGuard does; or remove it.  Returns 0, or -1 with
 * errno.
 */
int fake_peer_set(struct fake_state *, int ifindex, const struct peer_op *);

#endif
