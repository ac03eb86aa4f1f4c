/* SPDX-License-Identifier: ISC */
/*
 * The check of rows that the store gives at start.
 */

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "peerowner.h"
#include "printable.h"
#include "rowcheck.h"
#include "wgkey.h"

#define TIME_MAX	INT64_C(253402300799)	/* the end of the year 9999 */

bool
rowcheck_text(const char *text)
{
	return (text != NULL && printable_utf8(text, strlen(text)));
}

const char *
rowcheck_name(int64_t id, char dst[ROW_TEXT])
{
	snprintf(dst, ROW_TEXT, "(row %lld)", (long long)id);
	return (dst);
}

static bool
bad_time(int64_t *t)
{
	if (*t >= 0 && *t <= TIME_MAX)
		return (false);
	*t = 0;
	return (true);
}

static bool
bad_times(struct peer_row *r)
{
	bool bad;

	bad = bad_time(&r->first);
	bad |= bad_time(&r->created);
	bad |= bad_time(&r->renewed);
	bad |= bad_time(&r->handshake);
	return (bad);
}

/* A lease whose end cannot be known has ended. */
static bool
bad_end(struct peer_row *r, struct wall now)
{
	bool bad;

	bad = r->owner != 0 ? r->ended || r->expires != 0 :
			      r->expires < 0 || r->expires > TIME_MAX;
	if (bad)
		r->expires = r->owner != 0 ? 0 : now.s;
	if (r->owner != 0)
		r->ended = false;
	return (bad);
}

static bool
bad_counter(uint64_t *n)
{
	if (*n <= INT64_MAX)
		return (false);
	*n = 0;
	return (true);
}

static bool
bad_counters(struct peer_row *r)
{
	bool bad;

	bad = bad_counter(&r->rx);
	bad |= bad_counter(&r->tx);
	bad |= bad_counter(&r->rx_raw);
	bad |= bad_counter(&r->tx_raw);
	return (bad);
}

/* A lease has at most one address of each family. */
static bool
is_spread(const struct peer_row *r)
{
	uint8_t i, j;

	for (i = 0; i < r->naddrs && r->owner == 0; i++)
		for (j = 0; j < i; j++)
			if (r->addrs[i].family == r->addrs[j].family)
				return (true);
	return (false);
}

static bool
has_clean_addrs(const struct peer_row *r)
{
	uint8_t i;

	for (i = 0; i < r->naddrs; i++)
		if (!prefix_is_canonical(&r->addrs[i]))
			return (false);
	return (true);
}

const char *
rowcheck_peer(struct peer_row *r, struct wall now, char name[ROW_TEXT],
    bool *serve)
{
	const char *why = NULL;

	*serve = true;
	if (!rowcheck_text(r->who)) {
		r->who = "";
		why = "its proof";
	}
	if (bad_counters(r))
		why = "a counter";
	if (bad_times(r))
		why = "a time";
	if (bad_end(r, now))
		why = "its end";
	if (!rowcheck_text(r->name) || (r->owner == 0 && r->name[0] == '\0')) {
		*serve = r->owner != 0;
		r->name = *serve ? "" : rowcheck_name(r->id, name);
		why = "its name";
	}
	if (r->psk != NULL && sodium_is_zero(r->psk, WGKEY_LEN)) {
		r->psk = NULL;
		why = "its preshared key";
	}
	if (!has_clean_addrs(r)) {
		*serve = false;
		why = "an address with bits behind its length";
	}
	if (is_spread(r)) {
		*serve = false;
		why = "more than one address of a family";
	}
	if (!r->ended && !wgkey_usable(r->key)) {
		*serve = false;
		why = "its key";
	}
	return (why);
}

const char *
rowcheck_owner(struct owner_row *r, char name[ROW_TEXT])
{
	const char *why = NULL;

	if (bad_time(&r->synced))
		why = "a time";
	if (!rowcheck_text(r->text)) {
		r->text = "";
		why = "the text of its last set";
	}
	if (r->code > LEASE_CODE_MAX) {
		r->code = LEASE_E_INTERNAL;
		why = "the code of its last set";
	}
	if (!rowcheck_text(r->name) || !owner_valid(r->name)) {
		r->name = rowcheck_name(r->id, name);
		why = "its name";
	}
	return (why);
}
