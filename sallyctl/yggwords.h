/* SPDX-License-Identifier: ISC */
/*
 * The words of server.yaml, their defaults, and what becomes of those that we
 * do not take over.
 */

#ifndef YGGWORDS_H
#define YGGWORDS_H

#include "ytree.h"

enum ygg_word {
	YGG_LISTEN_HOST,
	YGG_LISTEN_PORT,
	YGG_OWNER,
	YGG_DESCRIPTION,
	YGG_NETWORK,
	YGG_LOCATION,
	YGG_INFO_URL,
	YGG_PUBLIC_KEY,
	YGG_REQUIRE,
	YGG_LISTED,
	YGG_MAX_CLIENTS,
	YGG_LEASE,
	YGG_TUNNEL_IP,
	YGG_TUNNEL_MASK,
	YGG_RANGE_MIN,
	YGG_RANGE_MAX,
	YGG_WAN,
	YGG_TABLE,
	YGG_WORDS
};

/* The name and the default of a word. */
const char *yggwords_name(enum ygg_word);
const char *yggwords_default(enum ygg_word);
/* True if autoygg-server has a word of this name. */
bool	 yggwords_known(const char *);
/*
 * Tell left_out of each entry that is not taken over: a word that the original
 * does not know, or one without a counterpart if it has not its default.
 */
void	 yggwords_report(struct yreader *, const struct ynode *);

#endif
