/* SPDX-License-Identifier: ISC */
/*
 * A database that is suddenly empty, or older than it was, is a mistake until
 * somebody says otherwise: a volume that is not mounted, a file moved away, the
 * wrong backup.  The peers that it does not have stay in WireGuard for a while,
 * and their devices and owners can claim them.  So do those of a network or a
 * pool that was taken out of the configuration while nobody could be asked.
 */

#include <stdio.h>

#include "audit.h"
#include "grace.h"
#include "log.h"

static void
newest_cb(void *arg, const struct event_row *r)
{
	*(int64_t *)arg = r->at;
}

/* The time of the newest event in words. */
static const char *
newest(struct store *st, char when[WALL_TEXT])
{
	const struct event_filter any = { "", "", 0, "" };
	struct wall at = { 0 };
	int64_t first, last;

	if (store_event_range(st, &first, &last) == 0 && last != 0)
		(void)store_get_events(st, last, last + 1, &any, newest_cb,
		    &at.s);
	return (at.s == 0 ? "an unknown time" : wall_format(at, when));
}

static void
tell(const struct leased *l, enum store_origin origin)
{
	char when[WALL_TEXT];

	if (origin == STORE_NEW)
		log_notice(
		    "%s: no database was there, and a new one without a lease was made: peers of ours that WireGuard has stay for %d minutes; if a database is missing, stop sallyport and put it there",
		    store_dir(l->store), GRACE_MAX_S / 60);
	else
		log_notice(
		    "%s: the database is a copy that was put there, and its newest event is of %s: what changed later is not in it, revocations neither; peers of ours that it lacks stay for %d minutes",
		    store_dir(l->store), newest(l->store, when),
		    GRACE_MAX_S / 60);
}

static void
grace_set(struct leased *l, int64_t since, int64_t now)
{
	int64_t left = since == 0 ? 0 : since + GRACE_MAX_S - now;

	/* The clock may have been set since. */
	if (left > GRACE_MAX_S)
		left = GRACE_MAX_S;
	l->grace_end = mono_add_ms(mono_now(), left > 0 ? left * 1000 : 0);
}

/* The peers of a network that have not ended and are not served. */
static int64_t
unserved_in(struct network *n)
{
	struct peer *p;
	int64_t sum = 0;

	RB_FOREACH(p, peer_tree, &n->peers)
		sum += peer_state(p) == LEASE_OUTSIDE;
	return (sum);
}

static int64_t
unserved(const struct leased *l)
{
	struct network *n;
	int64_t sum = 0;

	TAILQ_FOREACH(n, &l->reg.nets, entry)
		sum += unserved_in(n);
	return (sum);
}

/* An event for each network with peers that are not served. */
static void
add_events(struct leased *l)
{
	struct network *n;
	char detail[64];
	int64_t count;

	TAILQ_FOREACH(n, &l->reg.nets, entry) {
		if ((count = unserved_in(n)) == 0)
			continue;
		snprintf(detail, sizeof(detail), "peers=%lld",
		    (long long)count);
		(void)audit_identity(l->store, "network.outside", n->name, "",
		    "", detail);
	}
}

void
grace_note(struct leased *l)
{
	int64_t n = unserved(l), was;

	if (store_get_setting(l->store, SETTING_UNSERVED, &was) == -1 ||
	    was == n)
		return;
	if (n > was)
		add_events(l);
	if (store_put_setting(l->store, SETTING_UNSERVED, n) == -1)
		log_debug("the number of unserved peers is not stored");
}

/* True if this start leaves more peers unserved than were before. */
static bool
is_mistake(const struct leased *l)
{
	int64_t n = unserved(l), was = 0;

	if (n == 0 ||
	    store_get_setting(l->store, SETTING_UNSERVED, &was) == -1 ||
	    n <= was)
		return (false);
	log_warnx(
	    "the configuration leaves %lld peers unserved: those that WireGuard has stay for %d minutes",
	    (long long)n, GRACE_MAX_S / 60);
	return (true);
}

void
grace_load(struct leased *l)
{
	enum store_origin origin = store_origin(l->store);
	int64_t now = wall_now().s, since = 0;

	if (origin != STORE_SAME)
		tell(l, origin);
	if (origin != STORE_SAME || is_mistake(l)) {
		since = now;
		if (store_put_setting(l->store, SETTING_SINCE, now) == -1)
			log_warnx("%s: the time of grace ends with this process",
			    store_dir(l->store));
	} else if (store_get_setting(l->store, SETTING_SINCE, &since) == -1)
		since = 0;
	grace_note(l);
	grace_set(l, since, now);
}

uint32_t
grace_left(const struct leased *l)
{
	int64_t ms = mono_diff_ms(l->grace_end, mono_now());

	return (ms <= 0 ? 0 : (uint32_t)((ms + 999) / 1000));
}

int
grace_drop(struct leased *l)
{
	if (store_put_setting(l->store, SETTING_SINCE, 0) == -1)
		return (-1);
	grace_set(l, 0, 0);
	return (0);
}
