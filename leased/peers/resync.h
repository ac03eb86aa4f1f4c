/* SPDX-License-Identifier: ISC */
/*
 * The whole wanted state, sent to the kernel hand a page at a time: when its
 * link is new, when a network came up, and when something failed.
 */

#ifndef RESYNC_H
#define RESYNC_H

#include "leased.h"

void	 sync_init(struct leased *);
void	 sync_start(struct leased *);	/* now, or again after this one */
void	 sync_later(struct leased *);	/* something failed: heal it soon */
void	 sync_page(struct leased *);	/* the link takes more */
void	 sync_done(struct leased *, const struct msg_peer_sync_done *);
void	 sync_lost(struct leased *);	/* the link is gone */
bool	 sync_running(const struct leased *);
void	 sync_status(const struct leased *, struct msg_ctl_status *);

#endif
