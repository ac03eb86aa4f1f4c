/* SPDX-License-Identifier: ISC */
/*
 * A network's WireGuard device.
 */

#ifndef DEVICE_H
#define DEVICE_H

#include <stdint.h>

#include "kern_ops.h"

#define SNAPSHOT_AGE_MS	100	/* a dump serves all who ask within it */

struct knet;
struct snapshot;

/* The result of a step: continue, retry later, or give up. */
enum step {
	STEP_OK,
	STEP_WAIT,
	STEP_BUSY,	/* up, but cannot be read now */
	STEP_FAILED
};

/*
 * Find or make the device, and set n->dev and the link.  With any other answer
 * than STEP_OK, n->text says why.
 */
enum step device_find(struct knet *, struct kern_link *);
/* The same for a network of tunnels, which has no link of its own. */
void	 device_tunnels(struct knet *);
/*
 * Find out whether a link with the configured name is ours.  One with the alias
 * of another network is ours if it has our key, one without an alias if it was
 * never used.
 */
enum step device_owner(struct knet *, const struct kern_link *);
/* Set the device's key and port. */
enum step device_set(struct knet *);
/*
 * Handle a failed dump by its errno.  If other programs keep changing the
 * device (STEP_BUSY), we keep what we know of it, and a retry is set up.
 */
enum step device_unread(struct knet *);
/* Dump the device into n->snap.  Returns 0, or -1 with errno. */
int	 device_dump(struct knet *);
/* Remember the foreign keys and the addresses of others for policy. */
void	 device_note_foreign(struct knet *);

/*
 * Get a dump that is not older than max_age_ms.  While the device is busy this
 * is the previous dump, or NULL if max_age_ms is 0.  It is also NULL if the
 * network is down, or goes down now because the device cannot be read.
 */
struct snapshot *device_snapshot(struct knet *, int64_t max_age_ms);

#endif
