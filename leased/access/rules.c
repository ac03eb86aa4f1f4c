/* SPDX-License-Identifier: ISC */
/*
 * The checks of the configuration, and the rules about who may have a lease.
 */

#include <sys/socket.h>

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "assign.h"
#include "log.h"
#include "peerowner.h"
#include "rules.h"

#define PROOF_ADDR	"addr:"	/* the proof is an address */
#define ENTRY_KEY_SIZE	(NETNAME_SIZE + PROOF_SIZE)

/* Both texts with a NUL between them.  Returns the length. */
static size_t
entry_key(char key[ENTRY_KEY_SIZE], const char *network, const char *name)
{
	size_t n;

	n = strlcpy(key, network, NETNAME_SIZE) + 1;
	if (n > NETNAME_SIZE)
		n = NETNAME_SIZE;
	return (n + strlcpy(key + n, name, PROOF_SIZE));
}

static uint64_t
entry_hash(const char *network, const char *name)
{
	char key[ENTRY_KEY_SIZE];
	size_t n;

	n = entry_key(key, network, name);
	return (hash_bytes(key, n));
}

static uint64_t
entry_of(const void *item)
{
	const struct entry *e = item;

	return (entry_hash(e->network, e->name));
}

static bool
entry_eq(const void *item, const void *key)
{
	const struct entry *a = item, *b = key;

	return (strcmp(a->name, b->name) == 0 &&
	    strcmp(a->network, b->network) == 0);
}

void
entries_init(struct hash *h)
{
	hash_init(h, entry_of);
}

void
entries_clear(struct hash *h)
{
	size_t pos = 0;
	void *p;

	while ((p = hash_next(h, &pos)) != NULL)
		free(p);
	hash_clear(h);
}

struct entry *
entries_find(const struct hash *h, const char *network, const char *name)
{
	struct entry key;

	strlcpy(key.network, network, sizeof(key.network));
	strlcpy(key.name, name, sizeof(key.name));
	return (hash_find(h, entry_of(&key), entry_eq, &key));
}

void
entries_add(struct hash *h, const char *network, const char *name, bool allow)
{
	struct entry *e;

	if ((e = entries_find(h, network, name)) == NULL) {
		if ((e = calloc(1, sizeof(*e))) == NULL)
			fatal("list of identities");
		strlcpy(e->network, network, sizeof(e->network));
		strlcpy(e->name, name, sizeof(e->name));
		hash_insert(h, e);
	}
	e->allow = allow;
}

bool
entries_remove(struct hash *h, const char *network, const char *name)
{
	struct entry *e;

	if ((e = entries_find(h, network, name)) == NULL)
		return (false);
	hash_remove(h, e);
	free(e);
	return (true);
}

struct conf *
conf_new(uint32_t generation)
{
	struct conf *c;

	if ((c = calloc(1, sizeof(*c))) == NULL)
		fatal("configuration");
	c->generation = generation;
	c->access_mode = ACCESS_OPEN;
	c->max_remove = 50;
	c->ctl_fd = -1;
	entries_init(&c->access);
	addrlist_init(&c->addrs);
	return (c);
}

void
conf_free(struct conf *c)
{
	if (c == NULL)
		return;
	entries_clear(&c->access);
	addrlist_clear(&c->addrs);
	if (c->ctl_fd != -1)
		close(c->ctl_fd);
	free(c->nets);
	free(c);
}

static void __attribute__((format(printf, 2, 3)))
conf_error(struct conf *c, const char *fmt, ...)
{
	va_list ap;

	if (c->error[0] != '\0')
		return;
	va_start(ap, fmt);
	vsnprintf(c->error, sizeof(c->error), fmt, ap);
	va_end(ap);
}

static const struct block *
first_pool6(const struct msg_conf_network *n)
{
	unsigned int i;

	for (i = 0; i < n->npools; i++)
		if (n->pools[i].first.family == AF_INET6)
			return (&n->pools[i]);
	return (NULL);
}

static void
check_assign(struct conf *c, const struct msg_conf_network *n)
{
	const char *how;
	const struct block *pool;
	char text[BLOCK_TEXT];

	if (n->assign == ASSIGN_POOL)
		return;
	how = n->assign == ASSIGN_BCD ? "direct-bcd" : "metans";
	if ((pool = first_pool6(n)) == NULL)
		conf_error(c, "network %s: assign = \"%s\" needs an IPv6 pool",
		    n->name, how);
	else if (block_is_range(pool))
		conf_error(c,
		    "network %s: assign = \"%s\" needs a prefix, and pool %s is a range",
		    n->name, how, block_format(pool, text));
	else if (n->assign == ASSIGN_BCD && pool->first.len > 112)
		conf_error(c,
		    "network %s: assign = \"direct-bcd\" writes the last 16 bits of the address, and pool %s leaves only %u: use a pool of /112 or shorter",
		    n->name, block_format(pool, text), 128U - pool->first.len);
	else if (n->assign == ASSIGN_METANS &&
	    assign_check_template(n->metans_template) == -1)
		conf_error(c,
		    "network %s: metans_template \"%s\" must have exactly one %%s, and labels of lower case letters, digits and hyphens around it",
		    n->name, log_text(n->metans_template));
}

void
conf_add_network(struct conf *c, const struct msg_conf_network *n)
{
	char a[BLOCK_TEXT], b[BLOCK_TEXT];
	unsigned int i, j;

	if (c->nnets >= NETWORKS_MAX) {
		conf_error(c, "more than %d networks", NETWORKS_MAX);
		return;
	}
	for (i = 0; i < c->nnets; i++)
		if (strcmp(c->nets[i].name, n->name) == 0)
			conf_error(c, "network %s is there twice", n->name);
	for (i = 0; i < n->npools; i++)
		for (j = 0; j < i; j++)
			if (block_overlaps(&n->pools[i], &n->pools[j]))
				conf_error(c,
				    "network %s: pools %s and %s overlap",
				    n->name, block_format(&n->pools[j], a),
				    block_format(&n->pools[i], b));
	check_assign(c, n);
	c->nets = reallocarray(c->nets, c->nnets + 1, sizeof(*c->nets));
	if (c->nets == NULL)
		fatal("configuration");
	c->nets[c->nnets++] = *n;
}

void
conf_add_access(struct conf *c, const struct msg_conf_access_name *m)
{
	struct entry *e;

	/* If two contradict each other, the denial counts. */
	e = entries_find(&c->access, "", m->name);
	if (e != NULL && !e->allow)
		return;
	entries_add(&c->access, "", m->name, m->allow);
	if ((e = entries_find(&c->access, "", m->name)) != NULL)
		e->line = m->line;
}

void
conf_add_addr(struct conf *c, const struct msg_conf_access_addr *m)
{
	addrlist_add(&c->addrs, &m->prefix, m->allow);
}

void
conf_add_reach(struct conf *c, const struct msg_conf_reach *m)
{
	if (c->nreach == REACH_MAX)
		conf_error(c, "more than %d limits of fronts", REACH_MAX);
	else
		c->reach[c->nreach++] = *m;
}

const char *
conf_check(const struct conf *c, const struct conf *old)
{
	if (c->error[0] != '\0')
		return (c->error);
	if (!c->has_gateway)
		return ("the gateway's part of the configuration is missing");
	if (c->gateway.state_dir[0] == '\0')
		return ("gateway.state_dir is empty");
	if (old != NULL &&
	    strcmp(c->gateway.state_dir, old->gateway.state_dir) != 0)
		return (
		    "gateway.state_dir cannot change while sallyport runs: restart it");
	return (NULL);
}

bool
policy_denied(const struct hash *denied, const char *network, const char *name)
{
	return (entries_find(denied, "", name) != NULL ||
	    entries_find(denied, network, name) != NULL);
}

/* In mode deny, each entry denies: 1 or -1. */
static int
says(const struct conf *c, bool allow)
{
	return (allow && c->access_mode != ACCESS_DENY ? 1 : -1);
}

/* The list denies the name (-1), lets it in (1), or does not have it (0). */
static int
name_says(const struct conf *c, const char *name)
{
	const struct entry *e;

	e = entries_find(&c->access, "", name);
	return (e == NULL ? 0 : says(c, e->allow));
}

static int
names_say(const struct conf *c, const char *name, const char *who)
{
	const char *proved = strchr(who, ':');
	int of_name, of_proof = 0, of_proved = 0;

	of_name = name_says(c, name);
	if (proved != NULL) {
		of_proof = name_says(c, who);
		of_proved = name_says(c, proved + 1);
	}
	if (of_name < 0 || of_proof < 0 || of_proved < 0)
		return (-1);
	/* The certificate's name alone denies, but does not let in. */
	return (of_name > 0 || of_proof > 0);
}

/* The same of the address that proves the identity, if that is one. */
static int
addrs_say(const struct conf *c, const char *who)
{
	const struct addr_entry *e;
	struct prefix addr;

	if (strncmp(who, PROOF_ADDR, strlen(PROOF_ADDR)) != 0 ||
	    prefix_parse(who + strlen(PROOF_ADDR), &addr) == -1)
		return (0);
	e = addrlist_find(&c->addrs, &addr);
	return (e == NULL ? 0 : says(c, e->allow));
}

enum verdict
policy_access(const struct conf *c, const char *name, const char *who)
{
	int verdict;

	/* A name counts more than an address. */
	if ((verdict = names_say(c, name, who)) == 0)
		verdict = addrs_say(c, who);
	if (c->access_mode == ACCESS_NOBODY || verdict < 0)
		return (VERDICT_DENY);
	if (verdict > 0 || c->access_mode == ACCESS_OPEN ||
	    c->access_mode == ACCESS_DENY)
		return (VERDICT_ALLOW);
	return (c->access_mode == ACCESS_APPROVE ? VERDICT_ASK : VERDICT_DENY);
}

/* True if one of both is any, or both are the same. */
static bool
covers(const char *limit, const char *asked)
{
	return (limit[0] == '\0' || asked == NULL || strcmp(limit, asked) == 0);
}

bool
policy_reached(const struct conf *c, uint8_t role, const char *network,
    const char *name)
{
	const struct msg_conf_reach *r;

	for (r = c->reach; r < c->reach + c->nreach; r++)
		if (r->role == role && !r->mesh &&
		    covers(r->network, network) && covers(r->name, name))
			return (true);
	return (false);
}

bool
policy_mesh_reached(const struct conf *c, uint8_t role, const char *tenant,
    const char *name)
{
	const struct msg_conf_reach *r;

	for (r = c->reach; r < c->reach + c->nreach; r++)
		if (r->role == role && r->mesh && covers(r->network, tenant) &&
		    covers(r->name, name))
			return (true);
	return (false);
}

bool
policy_owner_reached(const struct conf *c, const char *network,
    const char *owner)
{
	const char *portal;

	if ((portal = owner_portal(owner)) != NULL)
		return (policy_reached(c, ROLE_PORTAL, network, portal));
	return (policy_reached(c, ROLE_OPERATOR, network, NULL));
}

bool
policy_owner_denied(const struct hash *denied, const char *network,
    const char *owner)
{
	const char *portal;

	portal = owner_portal(owner);
	return (!owner_valid(owner) ||
	    (portal != NULL && policy_denied(denied, network, portal)));
}
