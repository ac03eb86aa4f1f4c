/* SPDX-License-Identifier: ISC */
/*
 * leased_drv: what its orders and its links share.
 */

#ifndef LEASED_DRV_H
#define LEASED_DRV_H

#include "chan.h"
#include "clock.h"
#include "hash.h"

struct peer {
	uint8_t		 key[WGKEY_LEN];
	char		 network[NETNAME_SIZE];
	uint32_t	 ttl;
	uint8_t		 psk;		/* its first byte, or 0 */
	uint8_t		 naddrs;
	struct prefix	 addrs[PEER_ADDRS_MAX];
	uint64_t	 rx, tx;
	bool		 seen;		/* in the running sync */
};

struct acked {
	char		 name[IDENT_SIZE];
	uint8_t		 naddrs;
	struct prefix	 addrs[NET_POOLS_MAX];
};

/* An OpenVPN process that is played. */
#define DRV_PROCS	4

struct ovpn_proc {
	char		 name[IDENT_SIZE];
	char		 how[8];
	char		 cns[8][IDENT_SIZE];
	unsigned int	 ncns;
	struct event	*ev;
};

struct drv {
	struct event_base *base;
	const char	*program;
	pid_t		 pid;
	struct chan	*parent, *front, *kern, *ctl;
	bool		 ready, gone, done;	/* done: the order is answered */
	uint32_t	 generation;
	uint8_t		 force;		/* the next configuration */
	struct msg_conf_gateway gw;
	struct msg_conf_network net;
	struct msg_conf_access access;
	struct msg_conf_access_name names[64];
	unsigned int	 nnames;
	struct contact	 contact;		/* for registrations to come */
	char		 sock[DIR_SIZE + 8];
	bool		 ctl_sent;
	/* the hand */
	int		 mode;			/* 0 hold, else a peer_code */
	uint32_t	 held[16384];		/* ids */
	unsigned int	 nheld;
	struct hash	 peers;
	uint8_t		 bad[WGKEY_LEN];	/* refused in a sync */
	char		 counted[NETNAME_SIZE];	/* network with counters */
	uint64_t	 count;			/* the value of each counter */
	bool		 syncing;
	struct msg_peer_sync_begin sync;	/* how it began */
	unsigned int	 syncs, sets, dels, ends, stats_asked;
	int		 page_step;	/* between pages shown; -1: one page */
	struct msg_peer_sync_done last;
	/* requests */
	unsigned int	 answers, wanted, codes[LEASE_CODE_MAX + 1];
	struct acked	*acked;
	size_t		 nacked;
	char		 load_net[NETNAME_SIZE], load_prefix[32];
	unsigned int	 load_next, load_n, load_kill;
	bool		 quiet;
	uint8_t		 shown;			/* enum ctl_what */
	struct mono	 begun;
	/* peers with an owner, sets, OpenVPN */
	unsigned int	 items, dones, wants;
	uint8_t		 last_key[WGKEY_LEN];
	uint8_t		 more;
	uint8_t		 guard;			/* percent + 1; 0: not told */
	uint64_t	 owner_generation;
	struct ovpn_proc procs[DRV_PROCS];
	unsigned int	 nprocs;
};

extern const struct chan_ops drv_kern_ops;
extern const struct chan_ops drv_front_ops;
extern const struct chan_ops drv_ctl_ops;
extern const struct chan_ops drv_parent_ops;

uint64_t peer_of(const void *);
struct peer *peer_find(struct drv *, const uint8_t *key);
/* A usable key made from a text, or the key that the text is. */
void	 key_from(const char *seed, uint8_t key[WGKEY_LEN]);
const char *addrs_text(const struct prefix *, uint8_t n);
/* The order is answered. */
void	 finish(struct drv *);
void	 send_register(struct drv *, const char *network, const char *name,
	    const char *seed, uint8_t psk);
void	 load_send(struct drv *);
/* Run until the order is answered, or for a time. */
void	 run(struct drv *);
void	 run_ms(struct drv *, long ms);
struct chan *ctl_connect(struct drv *);
void	 kill_leased(struct drv *);

/* --- leased_drv_held.c --- */

void
do_held(struct drv *, const char *network, const char *prefix, unsigned int n);

/* --- leased_drv_owned.c --- */

/* An order about peers with an owner; false if it is another. */
bool	 owned_order(struct drv *, const char *verb, char *arg, char *rest);
void	 owned_load_send(struct drv *);
/* Answers of leased to the front. */
int drv_owned_reply(struct chan *, uint32_t id, const struct msg_owned_reply *);
int drv_peer_item(struct chan *, uint32_t id, const struct msg_peer_item *);
int
drv_peer_page_end(struct chan *, uint32_t id, const struct msg_peer_page_end *);
int drv_node_reply(struct chan *, uint32_t id, const struct msg_node_reply *);
int drv_ovpn_item(struct chan *, uint32_t id, const struct msg_ovpn_item *);
int	 drv_ovpn_end(struct chan *, uint32_t id, const struct msg_ovpn_end *);
int	 drv_want_openvpn(struct chan *, uint32_t id);
int drv_set_change(struct chan *, uint32_t id, const struct msg_set_change *);
int	 drv_set_done(struct chan *, uint32_t id, const struct msg_set_done *);

#endif
