/* SPDX-License-Identifier: ISC */
/*
 * What the kernel hand tells leased without being asked.
 */

#ifndef TELL_H
#define TELL_H

struct hand;
struct knet;

void	 tell_health(struct hand *);
/* Tell leased, if something changed; or what it was told last. */
void	 tell_network(struct knet *);
void	 tell_network_again(struct knet *);
/* Send PEER_SYNC_DONE if one is owed and nothing is queued any more. */
void	 tell_synced(struct hand *);

#endif
