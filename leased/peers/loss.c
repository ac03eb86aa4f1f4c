/* SPDX-License-Identifier: ISC */
/*
 * The losses that a new configuration would bring are counted before it is
 * used.  A network that is taken out, a pool that is moved and an access list
 * that is suddenly empty may be mistakes.
 */

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "hostaddr.h"
#include "loss.h"

struct loss {
	uint64_t had;	 /* peers that are served */
	uint64_t lost;	 /* of these, served no more */
	uint64_t partly; /* with fewer addresses */
};

static void __attribute__((format(printf, 3, 4)))
add(char *text, size_t size, const char *fmt, ...)
{
	size_t n = strlen(text);
	va_list ap;

	if (n > 0)
		n += strlcpy(text + n, "; ", size - n);
	if (n >= size)
		return;
	va_start(ap, fmt);
	vsnprintf(text + n, size - n, fmt, ap);
	va_end(ap);
}

/* Much of them, by the same word that guards the set of an owner. */
static bool
is_much(uint64_t n, uint64_t of, uint8_t percent)
{
	return (n > 1 && percent < 100 && n * 100 > (uint64_t)percent * of);
}

static void
count(struct network *n, const struct msg_conf_network *next, struct loss *s)
{
	uint8_t i, now, then;
	struct peer *p;

	RB_FOREACH(p, peer_tree, &n->peers) {
		if (!peer_served(p))
			continue;
		now = then = 0;
		for (i = 0; i < p->naddrs; i++) {
			if (!peer_addr_served(p, i))
				continue;
			now++;
			then += next != NULL &&
			    hostaddr_of_peer(next, peer_source(p),
				&p->addrs[i].p) == HOSTADDR_OK;
		}
		s->had++;
		s->lost += then == 0;
		s->partly += then != 0 && then < now;
	}
}

/* The leases that are served, and those of them that are not let in. */
static uint64_t
count_shut(const struct registry *r, const struct conf *c, uint64_t *leases)
{
	struct network *n;
	uint64_t shut = 0;
	struct peer *p;

	*leases = 0;
	/* While the list cannot be used, those who have a lease keep it. */
	if (c->access_mode == ACCESS_NOBODY)
		return (0);
	TAILQ_FOREACH(n, &r->nets, entry)
		RB_FOREACH(p, peer_tree, &n->peers) {
			if (!n->configured || p->owner != NULL)
				break;
			if (!peer_served(p))
				continue;
			(*leases)++;
			shut += policy_access(c, p->name, peer_who(p)) ==
			    VERDICT_DENY;
		}
	return (shut);
}

static bool
shut_is_much(const struct conf *c, uint64_t shut, uint64_t leases)
{
	/* An empty list is a mistake, however few there were. */
	if (c->max_remove < 100 && shut > 0 && c->access.used == 0 &&
	    c->addrs.entries.used == 0)
		return (true);
	return (is_much(shut, leases, c->max_remove));
}

uint64_t
loss_spares(const struct registry *r, const struct conf *c)
{
	uint64_t leases, shut;

	shut = count_shut(r, c, &leases);
	return (shut_is_much(c, shut, leases) ? shut : 0);
}

static const struct msg_conf_network *
conf_of(const struct conf *c, const char *name)
{
	unsigned int i;

	for (i = 0; i < c->nnets; i++)
		if (strcmp(c->nets[i].name, name) == 0)
			return (&c->nets[i]);
	return (NULL);
}

static bool
network_allowed(struct network *n, const struct msg_conf_network *conf,
    uint8_t percent, char *text, size_t size)
{
	struct loss s = { 0 };

	count(n, conf, &s);
	if (s.lost > 0)
		add(text, size,
		    "%llu of %llu peers of network %s%s lose service",
		    (unsigned long long)s.lost, (unsigned long long)s.had,
		    n->name, conf == NULL ? ", which is taken out," : "");
	if (s.partly > 0)
		add(text, size,
		    "%llu of %llu peers of network %s lose an address",
		    (unsigned long long)s.partly, (unsigned long long)s.had,
		    n->name);
	if (conf == NULL)
		return (s.lost == 0 || percent >= 100);
	return (!is_much(s.lost + s.partly, s.had, percent));
}

bool
loss_allowed(const struct registry *r, const struct conf *c, uint64_t spared,
    char *text, size_t size)
{
	uint64_t leases, shut;
	struct network *n;
	bool allowed = true, much;

	text[0] = '\0';
	TAILQ_FOREACH(n, &r->nets, entry)
		if (n->configured)
			allowed &= network_allowed(n, conf_of(c, n->name),
			    c->max_remove, text, size);
	shut = count_shut(r, c, &leases);
	much = shut_is_much(c, shut, leases);
	if (shut > 0)
		add(text, size,
		    "%llu of %llu leases are not let in by the access list%s",
		    (unsigned long long)shut, (unsigned long long)leases,
		    much && shut <= spared ? "" : " and end");
	return (allowed && (!much || shut <= spared));
}
