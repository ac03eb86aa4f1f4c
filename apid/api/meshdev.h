/* SPDX-License-Identifier: ISC */
/*
 * The meshes as this front knows them: devices that asked lately with their
 * memberships, the changes of their meshes, and the requests that wait for
 * changes.  All of it comes from leased and is asked again when it is lost.
 */

#ifndef MESHDEV_H
#define MESHDEV_H

#include <sys/queue.h>
#include <sys/tree.h>

#include <event2/event.h>
#include <event2/event_struct.h>

#include <stdbool.h>
#include <stdint.h>

#include "clock.h"
#include "proto.h"
#include "ring.h"

struct apid;
struct mdev;
struct mfeed;
struct request;

#define MDEVS_MAX	65536	/* devices that are known */
#define MDEV_POLLS	2	/* requests of one device that wait */
#define MFEED_WAKE	64	/* requests that are woken in one turn */

/* A membership of a device. */
struct mself {
	RB_ENTRY(mself)	 infeed;
	struct mdev	*dev;
	struct mfeed	*feed;
	uint64_t	 member;
	uint64_t	 self_gen;
	uint64_t	 view_gen;
	uint64_t	 acked;		/* the last that leased was told of */
	struct mono	 acked_at;
	uint32_t	 members;
	bool		 whole;
	bool		 active;
	bool		 seen;		/* it is in this answer of leased */
	uint8_t		 nwant;
	uint64_t	 want[MESH_WANT_MAX];
	char		*head;		/* "id":...,"name":... */
	char		*self;		/* "self":{...} */
};

RB_HEAD(mself_tree, mself);

/* A request that waits; the job of a request begins with it. */
struct mpoll {
	TAILQ_ENTRY(mpoll) entry;	/* in its device's list */
	TAILQ_ENTRY(mpoll) woken;
	struct request	*req;
	void		 (*look)(struct mpoll *);	/* it was woken */
	bool		 is_woken;
};

TAILQ_HEAD(mpoll_list, mpoll);

struct mdev {
	RB_ENTRY(mdev)	 byname;
	RB_ENTRY(mdev)	 byid;
	TAILQ_ENTRY(mdev) idle;		/* linked while nothing waits */
	struct mpoll_list polls;	/* oldest first */
	unsigned int	 npolls;
	unsigned int	 refs;		/* requests that use it */
	bool		 fresh;		/* selfs are as leased has them */
	bool		 hasid;		/* it is in the tree by id */
	uint64_t	 id;
	uint64_t	 epoch;
	unsigned int	 nselfs;
	struct mself	**selfs;	/* by member */
	char		 tenant[NETNAME_SIZE];
	char		 name[IDENT_SIZE];
};

/* A mesh. */
struct mfeed {
	RB_ENTRY(mfeed)	 entry;
	uint64_t	 mesh;
	uint64_t	 gen;		/* all changes up to this are there */
	uint64_t	 floor;
	struct mself_tree selfs;	/* members here, by member */
	struct ring	 ring;
};

RB_HEAD(mdev_names, mdev);
RB_HEAD(mdev_ids, mdev);
RB_HEAD(mfeed_tree, mfeed);
TAILQ_HEAD(mdev_list, mdev);

struct mfront {
	struct apid	*apid;
	struct mdev_names names;
	struct mdev_ids	 ids;
	struct mdev_list idle;		/* the longest unused is the first */
	unsigned int	 ndevs;
	struct mfeed_tree feeds;
	struct rings	 rings;
	struct mpoll_list woken;
	struct event	 wake;
	struct msg_mesh_acks acks;
	struct event	 send;		/* the acks */
};

/* Make the state of apid.  Returns NULL with errno. */
struct mfront *mfront_new(struct apid *);
void	 mfront_free(struct mfront *);	/* NULL is allowed */
/* The link to leased is gone: everything must be asked again. */
void	 mfront_lost(struct mfront *);
/* There is another one: ask for those that wait. */
void	 mfront_found(struct mfront *);

/*
 * The device, which stays until mdev_leave.  Returns NULL if there is no room.
 */
struct mdev *mdev_enter(struct mfront *, const char *tenant, const char *name);
void	 mdev_leave(struct mfront *, struct mdev *);
/* Its memberships come: begin, each, and the end with its id and the epoch. */
void	 mdev_begin(struct mdev *);
int	 mdev_self(struct mfront *, struct mdev *, const struct msg_mesh_self *);
void mdev_end(struct mfront *, struct mdev *, const struct msg_mesh_self_end *);

/*
 * A request of the device waits, or does not any more.  look answers it when it
 * is woken, or lets it wait on.
 */
void	 mpoll_begin(struct mfront *, struct mdev *, struct mpoll *,
	    struct request *, void (*look)(struct mpoll *));
void	 mpoll_end(struct mfront *, struct mdev *, struct mpoll *);

/* The device has applied this generation: leased is told soon. */
void	 mfront_ack(struct mfront *, struct mself *, uint64_t gen);

/* Messages of leased. */
void	 mfront_entry(struct mfront *, const struct msg_mesh_entry *);
void	 mfront_tick(struct mfront *, const struct msg_mesh_tick *);
void	 mfront_poke(struct mfront *, const struct msg_mesh_poke *);

#endif
