/* SPDX-License-Identifier: ISC */
/*
 * The changes of a mesh that this front has: each entry is encoded once, when it
 * comes, and is the same for every device.  What does not fit is forgotten, and
 * asked of leased by whoever is behind it.
 */

#ifndef RING_H
#define RING_H

#include <sys/queue.h>
#include <sys/tree.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto.h"

#define RING_MAX	(256 * 1024)	/* bytes of one mesh */
#define RINGS_MAX	(64 * 1024 * 1024)	/* bytes of all meshes */
#define ENTRY_JSON	2048	/* an entry as JSON */

struct ring_entry {
	TAILQ_ENTRY(ring_entry) order;
	RB_ENTRY(ring_entry) entry;	/* by member */
	uint64_t	 gen;
	uint64_t	 member;
	uint8_t		 seen;		/* enum mesh_seen; 0: it has left */
	uint16_t	 len;
	char		 json[];
};

TAILQ_HEAD(ring_list, ring_entry);
RB_HEAD(ring_tree, ring_entry);
TAILQ_HEAD(ring_rings, ring);

/* All rings of the process. */
struct rings {
	struct ring_rings used;		/* the last used is the last */
	size_t		 bytes;
};

struct ring {
	TAILQ_ENTRY(ring) used;
	struct rings	*rings;
	struct ring_list order;		/* by generation */
	struct ring_tree members;
	uint64_t	 from;		/* the ring has every later entry */
	uint64_t	 from_all;	/* and later ones that all see */
	uint64_t	 last_all;	/* the last entry for all members */
	size_t		 bytes;
};

void	 rings_init(struct rings *);
void	 ring_init(struct ring *, struct rings *, uint64_t gen);
void	 ring_clear(struct ring *);
/* Forget what there is, for want of memory. */
void	 ring_forget(struct ring *);
/*
 * True if the ring has every entry behind gen that an ordinary member sees or,
 * with whole, that a hub sees.
 */
bool	 ring_reaches(const struct ring *, uint64_t gen, bool whole);
/* Take the entry of a member in the place of an earlier one. */
void	 ring_add(struct ring *, const struct msg_mesh_entry *);
/* The first entry behind a generation, or NULL. */
const struct ring_entry *ring_behind(const struct ring *, uint64_t gen);
/* The ring is in use: others are forgotten before it. */
void	 ring_touch(struct ring *);

/* Write an entry as a peer.  Returns its length, or -1 if it does not fit. */
int	 ring_format(const struct msg_mesh_entry *, char *dst, size_t size);

#endif
