/* SPDX-License-Identifier: ISC */
/*
 * Notices to leased that are not answers.
 */

#ifndef TELL_H
#define TELL_H

struct hand;
struct knet;

void	 tell_health(struct hand *);
/* Tell leased about the network, if something changed since the last time. */
void	 tell_network(struct knet *);
void	 tell_network_again(struct knet *);
/* Send PEER_SYNC_DONE if it is still to be sent and the queues are empty. */
void	 tell_synced(struct hand *);

#endif
