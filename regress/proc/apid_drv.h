/* SPDX-License-Identifier: ISC */
/*
 * What the two roles that apid_drv plays know of each other.
 */

#ifndef APID_DRV_H
#define APID_DRV_H

#include <sys/types.h>

#include <event2/event.h>

#include "chan.h"
#include "proto.h"

#define NLISTEN	7
#define NSETS	8

enum mode {
	MODE_OK,
	MODE_SILENT,
	MODE_BUSY,
	MODE_LATE
};

struct owned {
	struct msg_peer_item item;
	char		 network[NETNAME_SIZE];
};

/* A change to tell, or with op 0 the end of a set. */
struct late {
	uint32_t	 id;
	struct msg_set_change change;
	struct msg_set_done done;
};

/* A set on its way. */
struct set {
	uint32_t	 id;		/* 0: free */
	struct msg_set_begin begin;
	struct owned	*items;
	size_t		 n;
	size_t		 size;
};

struct drv {
	struct event_base *base;
	struct chan	*front;		/* parent's link to apid */
	struct chan	*keyd;		/* parent's link to the key holder */
	struct chan	*leased;	/* leased's end of the link to apid */
	pid_t		 front_pid;
	pid_t		 keyd_pid;
	const char	*bin;
	const char	*keybin;
	const char	*dir;		/* -t */
	const char	*basic;
	const char	*proc;		/* -p */
	struct msg_conf_limits limits;
	uint32_t	 pending;	/* for each listener */
	int		 listen[NLISTEN];
	uint32_t	 generation;
	enum mode	 mode;
	unsigned int	 peers;
	unsigned int	 rules;
	unsigned int	 count;
	uint32_t	 late_id;
	struct msg_hand_server server;	/* the network "devices" has it */
	char		 lie[128];	/* leased lies about this; "": nothing */
	uint8_t		 keys[1000][WGKEY_LEN];
	uint8_t		 has[1000];
	struct owned	*owned;		/* in order of keys */
	size_t		 nowned;
	uint64_t	 set_generation;
	unsigned int	 clients;	/* of OpenVPN */
	int		 maintenance;
	unsigned int	 unasked;
	struct set	 sets[NSETS];
	unsigned int	 aborted;	/* sets */
	struct late	*late;		/* answers for which there was no room */
	size_t		 nlate;
	size_t		 late_sent;
	size_t		 late_size;
	char		 line[1024];
	size_t		 line_len;
};

/* One line of output, at once. */
void	 say(const char *, ...) __attribute__((format(printf, 1, 2)));

/* apid_drv_owned.c: peers with an owner, sets, the node. */
int leased_owned_put(struct chan *, uint32_t id, const struct msg_owned_put *);
int
leased_owned_drop(struct chan *, uint32_t id, const struct msg_owned_drop *);
int leased_owned_page(struct chan *, uint32_t id, const struct msg_peer_page *);
int leased_node_get(struct chan *, uint32_t id, const struct msg_node_get *);
int	 leased_ovpn_list(struct chan *, uint32_t id);
int leased_ovpn_kill(struct chan *, uint32_t id, const struct msg_ovpn_kill *);
int leased_set_begin(struct chan *, uint32_t id, const struct msg_set_begin *);
int leased_set_item(struct chan *, uint32_t id, const struct msg_set_item *);
int	 leased_set_end(struct chan *, uint32_t id);
int	 leased_set_abort(struct chan *, uint32_t id);
void	 leased_writable(struct chan *);
unsigned int sets_open(const struct drv *);

/* leased's end of its link to apid; arg is the struct drv. */
extern const struct chan_ops leased_ops;

#endif
