/* SPDX-License-Identifier: ISC */
/*
 * Tell each part that may have an answer for a channel that the channel is
 * gone.
 */

#include "counters.h"
#include "forget.h"
#include "openvpn.h"
#include "ownset.h"
#include "turn.h"
#include "wish.h"

void
forget_chan(struct leased *l, struct chan *c)
{
	turn_forget_chan(l, c);
	wishes_forget_chan(l, c);
	stats_forget_chan(l, c);
	sets_forget_chan(l, c);
	ovpn_forget_chan(l, c);
}
