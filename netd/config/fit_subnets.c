/* SPDX-License-Identifier: ISC */
/*
 * The subnets behind peers: each address leads to one place.  A subnet may not
 * overlap what another word of any network leads to the gateway or to devices.
 * "routes" may have it, as that is how devices learn of it.  The host's own
 * addresses are known to the hand, which refuses a subnet that overlaps them.
 */

#include <stdio.h>

#include "conferror.h"
#include "config.h"
#include "fit_subnets.h"

/* Networks that no router forwards to. */
static const char *const never_text[] = { "0.0.0.0/8", "127.0.0.0/8",
	"169.254.0.0/16", "224.0.0.0/4", "255.255.255.255/32", "::/127",
	"fe80::/10", "ff00::/8" };

static unsigned int
line_of(const struct config *c, unsigned int i)
{
	return (config_line(c, "networks[].subnets", i));
}

static void
fit_form(struct config *c, unsigned int i, const struct prefix *s)
{
	char text[PREFIX_TEXT], want[PREFIX_TEXT];
	struct prefix never, p = *s;
	size_t k;

	prefix_mask(&p);
	if (!prefix_is_canonical(s))
		config_error(c, line_of(c, i),
		    "subnets: %s has bits set behind its length; did you mean %s?",
		    prefix_format(s, text), prefix_format(&p, want));
	for (k = 0; k < sizeof(never_text) / sizeof(never_text[0]); k++) {
		if (prefix_parse(never_text[k], &never) == -1 ||
		    !prefix_overlaps(&never, s))
			continue;
		config_error(c, line_of(c, i),
		    "the subnet %s has %s in it, to which nothing is routed: name the networks behind the peers",
		    prefix_format(s, text), never_text[k]);
		return;
	}
}

static void
fit_words(struct config *c, unsigned int i, unsigned int j,
    const struct prefix *s)
{
	const struct msg_conf_network *o = &c->networks[j].msg;
	char text[PREFIX_TEXT], addr[PREFIX_TEXT], pool[BLOCK_TEXT];
	struct block b;
	unsigned int k;

	b = block_of(s);
	for (k = 0; k < o->npools; k++)
		if (block_overlaps(&o->pools[k], &b))
			config_error(c, line_of(c, i),
			    "the subnet %s overlaps the pool %s of networks[%u]",
			    prefix_format(s, text),
			    block_format(&o->pools[k], pool), j);
	for (k = 0; k < o->naddrs; k++)
		if (prefix_overlaps(&o->addrs[k], s))
			config_error(c, line_of(c, i),
			    "the subnet %s overlaps the address %s of networks[%u] and its network",
			    prefix_format(s, text),
			    prefix_format(&o->addrs[k], addr), j);
}

/* Each pair is looked at once: m subnets of network j come before this one. */
static void
fit_others(struct config *c, unsigned int i, unsigned int j, unsigned int m,
    const struct prefix *s)
{
	const struct msg_conf_network *o = &c->networks[j].msg;
	char text[PREFIX_TEXT], other[PREFIX_TEXT];
	unsigned int k;

	for (k = 0; k < m; k++)
		if (prefix_overlaps(&o->subnets[k], s))
			config_error(c, line_of(c, i),
			    "the subnet %s overlaps the subnet %s of networks[%u]",
			    prefix_format(s, text),
			    prefix_format(&o->subnets[k], other), j);
}

void
config_fit_subnets(struct config *c, unsigned int i)
{
	const struct conf_network *n = &c->networks[i];
	const struct prefix *s;
	unsigned int j, k;

	if (n->msg.nsubnets > 0 && n->transport == TRANSPORT_GRE)
		config_error(c, line_of(c, i),
		    "\"subnets\" in networks[%u] needs transport = \"wireguard\": a tunnel of GRE has one address",
		    i);
	for (k = 0; k < n->msg.nsubnets; k++) {
		s = &n->msg.subnets[k];
		fit_form(c, i, s);
		for (j = 0; j < c->nnetworks; j++)
			fit_words(c, i, j, s);
		for (j = 0; j < i; j++)
			fit_others(c, i, j, c->networks[j].msg.nsubnets, s);
		fit_others(c, i, i, k, s);
	}
}
