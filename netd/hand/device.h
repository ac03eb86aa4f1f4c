/* SPDX-License-Identifier: ISC */
/*
 * A network's WireGuard device.
 */

#ifndef DEVICE_H
#define DEVICE_H

#include <stdint.h>

#include "kern_ops.h"

#define SNAPSHOT_AGE_MS	100	/* one dump serves all who ask within it */

struct knet;
struct snapshot;

/* What became of a step: on to the next, or not now, or not at all. */
enum step {
	STEP_OK,
	STEP_WAIT,
	STEP_BUSY,	/* up, and cannot be read just now */
	STEP_FAILED
};

/* Find or make it: n->dev and the link are set then.  With any other answer
 * n->text says why. */
enum step device_find(struct knet *, struct kern_link *);
/* A link without our alias is ours if nobody has used it yet. */
enum step device_owner(struct knet *, const struct kern_link *);
/* The device's key and port. */
enum step device_set(struct knet *);
/* It could not be dumped, says errno.  If others are at it (STEP_BUSY), what we
 * know of it stays until we look again, which is arranged for. */
enum step device_unread(struct knet *);
/* Dump the device into n->snap.  Returns 0, or -1 with errno. */
int	 device_dump(struct knet *);
/* Remember whose keys in the dump are foreign, for policy. */
void	 device_note_foreign(struct knet *);

/*
 * A fresh enough dump.  While the device is busy the last one before, or NULL
 * if none but a new one will do (max_age_ms 0); NULL also if the network is
 * down, or is so now as it could not be read.
 */
struct snapshot *device_snapshot(struct knet *, int64_t max_age_ms);

#endif
