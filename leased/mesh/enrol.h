/* SPDX-License-Identifier: ISC */
/*
 * Bringing devices into a mesh: one, or a group page by page.  Between two pages
 * other requests are served, and after a crash it goes on behind the last page.
 */

#ifndef ENROL_H
#define ENROL_H

#include "meshop.h"

#define ENROL_PAGE	256

/* A device that is to become a member. */
struct invite {
	struct device	*device;
	struct member	*old;		/* its membership that rests, or NULL */
	struct prefix	 addr[FAMS];
	uint8_t		 role;
	uint8_t		 taken;		/* mask of families, to be undone */
	int64_t		 id;
	uint64_t	 gen;
};

/*
 * Find addresses for a device that is no member and take them in the pools; what
 * rests and is needed is forgotten.  Outside of a transaction.  Returns
 * LEASE_OK_SAME, or a code with the answer.
 */
uint8_t	 invite_prepare(struct mesh *, struct device *, uint8_t role,
    struct invite *, struct mesh_answer *);
/* Write the row of the member in the open transaction.  Returns 0 or -1. */
int	 invite_store(struct mesh *, struct invite *);
/* It is durable: make the member.  Or give the addresses back. */
struct member *invite_done(struct mesh *, const struct invite *);
void	 invite_undo(struct mesh *, const struct invite *);

/*
 * Invite the next devices of the group that is being enrolled, at most
 * ENROL_PAGE.  Returns 1 if there are more, 0 at the end, or -1 if the store
 * failed: then it is to be tried again.
 */
int	 enrol_page(struct mesh *);
/* The devices of the mesh's group that are members. */
unsigned int enrol_count(const struct mesh *);
/* A mesh whose enrolment has not ended, or NULL. */
struct mesh *enrol_next(const struct meshes *);

#endif
