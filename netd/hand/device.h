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
	STEP_FAILED
};

/* Find or make it: n->dev and the link are set then.  With any other answer
 * n->text says why. */
enum step device_find(struct knet *, struct kern_link *);
/* A link without our alias is ours if nobody has used it yet. */
enum step device_owner(struct knet *, const struct kern_link *);
/* The device's key and port. */
enum step device_set(struct knet *);
/* It could not be dumped: what to do now. */
enum step device_unread(struct knet *);
/* Dump the device into n->snap.  Returns 0, or -1 with errno. */
int	 device_dump(struct knet *);
/* Remember whose keys in the dump are foreign, for policy. */
void	 device_note_foreign(struct knet *);

/* A fresh enough dump, or NULL with the text of the error logged. */
struct snapshot *device_snapshot(struct knet *, int64_t max_age_ms);

#endif
