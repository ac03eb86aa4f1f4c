/* SPDX-License-Identifier: ISC */
/*
 * Sending the whole wanted state to the hand, page by page: when its link is
 * new, when a network came up, and when a wish failed.
 */

#ifndef RESYNC_H
#define RESYNC_H

#include "leased.h"

void	 sync_init(struct leased *);
void	 sync_start(struct leased *);	/* now, or after the running one */
void	 sync_drop(struct leased *);	/* and let go of unclaimed peers */
void	 sync_later(struct leased *);	/* soon, because a wish failed */
void	 sync_page(struct leased *);	/* called when the link is writable */
void	 sync_done(struct leased *, const struct msg_peer_sync_done *);
void	 sync_lost(struct leased *);	/* the link is gone */
bool	 sync_running(const struct leased *);
void	 sync_status(const struct leased *, struct msg_ctl_status *);

#endif
