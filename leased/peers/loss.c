/* SPDX-License-Identifier: ISC */
/*
 * Counting what a new configuration would take away, before it does.  A network
 * that is taken out, a pool that is moved and an access list that is suddenly
 * empty may be mistakes.
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
	uint64_t leases; /* leases that are served */
	uint64_t shut;	 /* names no longer on the access list */
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
			    hostaddr_check(next, &p->addrs[i].p) == HOSTADDR_OK;
		}
		s->had++;
		s->lost += then == 0;
		s->partly += then != 0 && then < now;
	}
}

static void
count_names(struct network *n, const struct conf *old, const struct conf *new,
    struct loss *s)
{
	struct peer *p;

	RB_FOREACH(p, peer_tree, &n->peers) {
		if (p->owner != NULL)
			break;
		if (!peer_served(p) ||
		    !policy_listed(old, p->name, peer_who(p)))
			continue;
		s->leases++;
		s->shut += !policy_listed(new, p->name, peer_who(p));
	}
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
loss_allowed(const struct registry *r, const struct conf *old,
    const struct conf *new, char *text, size_t size)
{
	struct loss s = { 0 };
	struct network *n;
	bool allowed = true;

	text[0] = '\0';
	TAILQ_FOREACH(n, &r->nets, entry) {
		if (!n->configured)
			continue;
		allowed &= network_allowed(n, conf_of(new, n->name),
		    new->max_remove, text, size);
		count_names(n, old, new, &s);
	}
	if (s.shut > 0)
		add(text, size,
		    "%llu of %llu leases have a name that is no longer on the access list",
		    (unsigned long long)s.shut, (unsigned long long)s.leases);
	/* An empty list is a mistake, however few there were. */
	if (new->max_remove < 100 && new->access.used == 0 && s.shut > 0)
		return (false);
	return (allowed && !is_much(s.shut, s.leases, new->max_remove));
}
