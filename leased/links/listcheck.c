/* SPDX-License-Identifier: ISC */
/*
 * The access list holds the names of leases, or of certificates with "cn:"
 * before them.  A front, which has the identity rules, is asked about each name
 * of a new list, one after the other, and the log tells of those that can match
 * nobody, or that are a certificate's name without saying so.
 */

#include <event2/event.h>

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "fronts.h"
#include "listcheck.h"
#include "log.h"

#define TELL_MAX	20	/* lines about one list */
#define AGAIN_S		1
#define CN		"cn:"

/* The part of an entry that a rule can be asked about, or NULL. */
static const char *
question(const struct entry *e)
{
	const char *name = e->name;

	if (strncmp(name, CN, strlen(CN)) == 0)
		name += strlen(CN);
	/* These are not taken as a common name. */
	return (strchr(name, ':') != NULL || strncasecmp(name, "CN=", 3) == 0 ?
		NULL :
		name);
}

static void
begin(struct conf *c)
{
	c->asked = NULL;
	c->asked_pos = 0;
	c->told = 0;
}

static void
ask_next(struct leased *l)
{
	struct conf *c = l->conf;
	struct msg_ident_test m;
	struct chan *front;
	const char *name;

	while ((c->asked = hash_next(&c->access, &c->asked_pos)) != NULL) {
		if ((name = question(c->asked)) == NULL)
			continue;
		memset(&m, 0, sizeof(m));
		strlcpy(m.cn, name, sizeof(m.cn));
		if ((front = fronts_any(l)) != NULL &&
		    chan_send_ident_test(front, LISTCHECK_ID, &m, -1) == 0)
			return;
		/* The next front that comes is asked. */
		begin(c);
		return;
	}
	c->asked_all = true;
	if (c->told > TELL_MAX)
		log_warnx("access list: and %u more", c->told - TELL_MAX);
}

void
listcheck_start(struct leased *l)
{
	if (l->conf != NULL && !l->conf->asked_all && l->conf->asked == NULL)
		ask_next(l);
}

void
listcheck_lost(struct leased *l)
{
	if (l->conf == NULL || l->conf->asked_all)
		return;
	begin(l->conf);
	ask_next(l);
}

static bool
has_lease(const struct leased *l, const char *name)
{
	const struct network *n;

	TAILQ_FOREACH(n, &l->reg.nets, entry)
		if (peer_by_name(n, name) != NULL)
			return (true);
	return (false);
}

static void
tell(struct conf *c, const struct entry *e, const struct msg_ident_result *m)
{
	bool named = strchr(e->name, ':') != NULL;

	if (c->told++ >= TELL_MAX)
		return;
	if (!m->matched)
		log_warnx(
		    "access list, line %u: %s can match nobody: no identity rule %s",
		    e->line, log_vis(e->name),
		    named ? "fits this name" : "gives a lease this name");
	else
		log_warnx(
		    "access list, line %u: %s is the name of a certificate, and its lease is called %s: %s; write %s, or cn:%s",
		    e->line, log_vis(e->name), log_vis(m->name),
		    e->allow && c->access_mode != ACCESS_DENY ?
			"this lets in nobody" :
			"it is denied so, too",
		    log_vis(m->name), log_vis(e->name));
}

static void
again_cb(evutil_socket_t fd, short what, void *arg)
{
	listcheck_start(arg);
}

void
listcheck_answer(struct leased *l, const struct msg_ident_result *m)
{
	struct conf *c = l->conf;
	const struct entry *e = c->asked;
	const struct timeval soon = { AGAIN_S, 0 };
	char who[sizeof(CN) + sizeof(e->name)];
	bool named;

	if (e == NULL)
		return;
	if (m->who[0] == '\0') {
		/* The front has no rules yet. */
		begin(c);
		(void)event_base_once(l->base, -1, EV_TIMEOUT, again_cb, l,
		    &soon);
		return;
	}
	/* The answer may be about the list before this one. */
	snprintf(who, sizeof(who), CN "%s", question(e));
	if (strcmp(m->who, who) != 0)
		return;
	named = strchr(e->name, ':') != NULL;
	if (named ? !m->matched : !m->gives && !has_lease(l, e->name))
		tell(c, e, m);
	ask_next(l);
}
