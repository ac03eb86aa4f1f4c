/* SPDX-License-Identifier: ISC */
/*
 * What the kernel hand tells leased without being asked.
 */

#ifndef TELL_H
#define TELL_H

struct kern;
struct knet;

void	 kern_send_health(struct kern *);
/* Tell leased, if something changed; or what it was told last. */
void	 kern_send_network(struct knet *);
void	 kern_repeat_network(struct knet *);
/* Send PEER_SYNC_DONE if one is owed and nothing is queued any more. */
void	 sync_check(struct kern *);

#endif
