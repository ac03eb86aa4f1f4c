/* SPDX-License-Identifier: ISC */
/*
 * The rules of our nftables table.  Each network has a chain for packets from
 * its devices and one for packets to them.  What comes from a device is let
 * through by the first alone: to another device, network or destination that
 * the configuration names.  What comes from elsewhere meets the second.  On an
 * adopted interface there are devices that are not ours: only packets with an
 * address of our pools or subnets meet the chains.  WireGuard lets nobody send
 * from a subnet but the peer that has it, so that subnets need no set.
 */

#include <sys/socket.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fw_plan.h"

#define FIRST_ROOM	64

_Static_assert(NETWORKS_MAX <= 64, "reach has a bit for each network");

const char *
fw_plan_table(unsigned int i, char dst[FW_NAME_SIZE])
{
	if (i == 0)
		strlcpy(dst, FW_TABLE, FW_NAME_SIZE);
	else
		snprintf(dst, FW_NAME_SIZE, FW_TABLE "-%u", i + 1);
	return (dst);
}

const char *
fw_plan_from(const char *network, char dst[FW_NAME])
{
	snprintf(dst, FW_NAME, "from_%s", network);
	return (dst);
}

const char *
fw_plan_to(const char *network, char dst[FW_NAME])
{
	snprintf(dst, FW_NAME, "to_%s", network);
	return (dst);
}

const char *
fw_plan_set(const char *network, uint8_t family, char dst[FW_NAME])
{
	snprintf(dst, FW_NAME, "lease%d_%s", family == AF_INET ? 4 : 6,
	    network);
	return (dst);
}

static const char *const counters[TRAFFIC_N] = {
	[TRAFFIC_FROM] = "from_",
	[TRAFFIC_TO] = "to_",
	[TRAFFIC_OUT] = "out_",
	[TRAFFIC_IN] = "in_",
	[TRAFFIC_ISOLATE] = "isolate_",
	[TRAFFIC_INBOUND] = "inbound_",
	[TRAFFIC_DENY] = "deny_",
	[TRAFFIC_ALLOW] = "allow_",
	[TRAFFIC_OTHER] = "drop_",
};

const char *
fw_plan_counter(const char *network, enum traffic what, char dst[FW_NAME])
{
	snprintf(dst, FW_NAME, "%s%s", counters[what], network);
	return (dst);
}

const char *
fw_plan_counted(const char *name, enum traffic *what)
{
	unsigned int i;
	size_t n;

	for (i = 0; i < TRAFFIC_N; i++) {
		n = strlen(counters[i]);
		if (strncmp(name, counters[i], n) != 0)
			continue;
		*what = (enum traffic)i;
		return (name + n);
	}
	return (NULL);
}

static void
add(struct fw_plan *p, const struct fw_rule *r)
{
	size_t more = p->room == 0 ? FIRST_ROOM : 2 * p->room;
	struct fw_rule *list;

	if (p->n == p->room) {
		list = reallocarray(p->rules, more, sizeof(*list));
		if (list == NULL) {
			p->no_memory = true;
			return;
		}
		p->rules = list;
		p->room = more;
	}
	p->rules[p->n++] = *r;
}

/* A rule of a chain, for packets between two interfaces or any. */
static struct fw_rule
rule(const char *chain, const char *iif, const char *oif, enum fw_end end)
{
	struct fw_rule r;

	memset(&r, 0, sizeof(r));
	strlcpy(r.chain, chain, sizeof(r.chain));
	strlcpy(r.iif, iif, sizeof(r.iif));
	strlcpy(r.oif, oif, sizeof(r.oif));
	r.end = end;
	return (r);
}

/* Add a rule of a network that counts what it decides. */
static void
add_counted(struct fw_plan *p, const struct kern_fw *n, struct fw_rule *r,
    enum traffic what)
{
	fw_plan_counter(n->name, what, r->counter);
	add(p, r);
}

/* Add a rule of a network; what it drops is counted. */
static void
add_rule(struct fw_plan *p, const struct kern_fw *n, struct fw_rule *r)
{
	if (r->end == FW_DROP)
		add_counted(p, n, r, TRAFFIC_OTHER);
	else
		add(p, r);
}

static void
add_plain(struct fw_plan *p, const struct kern_fw *n, const char *chain,
    const char *iif, const char *oif, enum fw_end end)
{
	struct fw_rule r = rule(chain, iif, oif, end);

	add_rule(p, n, &r);
}

/* The same, counted as something else than what is dropped for other reasons. */
static void
add_plain_as(struct fw_plan *p, const struct kern_fw *n, const char *chain,
    const char *iif, const char *oif, enum fw_end end, enum traffic what)
{
	struct fw_rule r = rule(chain, iif, oif, end);

	add_counted(p, n, &r, what);
}

/* Packets by wan are counted, outward in one chain, inward in the other. */
static void
add_state(struct fw_plan *p, const struct kern_fw *n, const char *chain,
    bool to, uint32_t state, bool reply)
{
	struct fw_rule r = rule(chain, to ? n->wan : "", to ? "" : n->wan,
	    FW_ACCEPT);

	r.state = state;
	r.reply = reply;
	if (n->wan[0] != '\0') {
		add_counted(p, n, &r, to ? TRAFFIC_IN : TRAFFIC_OUT);
		r.iif[0] = r.oif[0] = r.counter[0] = '\0';
	}
	add(p, &r);
}

/* Other devices of the network are reached, or isolated. */
static void
add_own(struct fw_plan *p, const struct kern_fw *n, const char *chain,
    const char *iif, const char *oif)
{
	if (n->isolate)
		add_plain_as(p, n, chain, iif, oif, FW_DROP, TRAFFIC_ISOLATE);
	else
		add_plain(p, n, chain, iif, oif, FW_ACCEPT);
}

/*
 * Whoever has no lease is cut off, also when nobody lives who would end it.  On
 * an adopted interface, he may be one who is not ours, with an address of our
 * pools: that one is forwarded as the host does it.
 */
static void
add_leased(struct fw_plan *p, const struct kern_fw *n, const char *chain,
    bool to)
{
	static const uint8_t families[] = { AF_INET, AF_INET6 };
	struct fw_rule r = rule(chain, "", "", n->adopt ? FW_ACCEPT : FW_DROP);
	size_t i;

	r.notin_dst = to;
	r.but = n->subnets;
	r.nbut = n->nsubnets;
	for (i = 0; i < 2 && p->sets && !n->mesh && (n->adopt || !to); i++) {
		fw_plan_set(n->name, families[i], r.notin);
		r.notin_family = families[i];
		add_rule(p, n, &r);
	}
}

/* Send the packets of the network to its chain, in one direction. */
static void
add_jump(struct fw_plan *p, const struct kern_fw *n, bool to)
{
	struct fw_rule r = rule(FW_FORWARD, to ? "" : n->interface,
	    to ? n->interface : "", FW_JUMP);
	size_t i;

	if (to)
		fw_plan_to(n->name, r.to);
	else
		fw_plan_from(n->name, r.to);
	if (!n->adopt && !n->mesh)
		add(p, &r);
	for (i = 0; i < n->npools && (n->adopt || n->mesh); i++) {
		*(to ? &r.dst : &r.src) = n->pools[i];
		add(p, &r);
	}
	for (i = 0; i < n->nsubnets && n->adopt; i++) {
		*(to ? &r.dst : &r.src) = n->subnets[i];
		add(p, &r);
	}
	/* In a mesh, packets with an address of others are dropped. */
	if (n->mesh)
		add_plain(p, n, FW_FORWARD, to ? "" : n->interface,
		    to ? n->interface : "", FW_DROP);
}

/* Packets between devices of the network; in a mesh, to its prefixes alone. */
static void
add_inside(struct fw_plan *p, const struct kern_fw *n, const char *chain)
{
	struct fw_rule r = rule(chain, "", n->interface, FW_ACCEPT);
	size_t i;

	for (i = 0; i < n->npools && n->mesh && !n->isolate; i++) {
		r.dst = n->pools[i];
		add(p, &r);
	}
	if (n->mesh && !n->isolate)
		add_plain(p, n, chain, "", n->interface, FW_DROP);
	else
		add_own(p, n, chain, "", n->interface);
}

/*
 * A relay forwards between the members and what lies behind one of them, too:
 * WireGuard knows behind which, and lets no other send from there.
 */
static void
add_behind(struct fw_plan *p, const struct kern_fw *n)
{
	struct fw_rule r = rule(FW_FORWARD, n->interface, n->interface,
	    FW_ACCEPT);
	size_t i, j;

	for (i = 0; i < n->npools && n->mesh && !n->isolate; i++)
		for (j = 0; j < n->nbehind; j++) {
			if (n->behind[j].family != n->pools[i].family)
				continue;
			r.src = n->pools[i];
			r.dst = n->behind[j];
			add(p, &r);
			r.src = n->behind[j];
			r.dst = n->pools[i];
			add(p, &r);
		}
}

static void
add_way_out(struct fw_plan *p, const struct kern_fw *n, const char *chain)
{
	struct fw_rule r;
	size_t i;

	/* A packet that conntrack does not know is not masqueraded. */
	if (n->masquerade != 0) {
		r = rule(chain, "", n->wan, FW_DROP);
		r.state = FW_INVALID;
		add_rule(p, n, &r);
	}
	for (i = 0; i < n->ndeny; i++) {
		r = rule(chain, "", n->wan, FW_DROP);
		r.dst = n->deny[i];
		add_counted(p, n, &r, TRAFFIC_DENY);
	}
	for (i = 0; i < n->nallow; i++) {
		r = rule(chain, "", n->wan, FW_ACCEPT);
		r.dst = n->allow[i];
		add_counted(p, n, &r, TRAFFIC_OUT);
	}
	if (n->nallow == 0)
		add_plain_as(p, n, chain, "", n->wan, FW_ACCEPT, TRAFFIC_OUT);
	else
		add_plain_as(p, n, chain, "", n->wan, FW_DROP, TRAFFIC_ALLOW);
}

/*
 * The state of a connection is not enough: one that was begun when a word
 * allowed it must end with the word.  Only its answers pass by it.
 */
static void
add_from(struct fw_plan *p, const struct kern_fw *n)
{
	char chain[FW_NAME];
	size_t i;

	fw_plan_from(n->name, chain);
	add_leased(p, n, chain, false);
	add_plain_as(p, n, chain, "", "", FW_GO_ON, TRAFFIC_FROM);
	if (n->wan[0] != '\0')
		add_plain(p, n, chain, "", n->wan, FW_CLAMP);
	add_state(p, n, chain, false, FW_ESTABLISHED | FW_RELATED, true);
	add_inside(p, n, chain);
	for (i = 0; i < p->nnets; i++) {
		if ((n->reach & (uint64_t)1 << i) != 0)
			add_plain(p, n, chain, "", p->nets[i].interface,
			    FW_ACCEPT);
	}
	if (n->wan[0] != '\0')
		add_way_out(p, n, chain);
	add_plain(p, n, chain, "", "", FW_DROP);
}

static void
add_to(struct fw_plan *p, const struct kern_fw *n)
{
	char chain[FW_NAME];

	fw_plan_to(n->name, chain);
	add_leased(p, n, chain, true);
	add_plain_as(p, n, chain, "", "", FW_GO_ON, TRAFFIC_TO);
	if (n->wan[0] != '\0')
		add_plain(p, n, chain, n->wan, "", FW_CLAMP);
	add_state(p, n, chain, true, FW_ESTABLISHED | FW_RELATED, true);
	add_state(p, n, chain, true, FW_RELATED, false);
	/* From a device that is not ours. */
	if (n->adopt)
		add_own(p, n, chain, n->interface, "");
	/* With egress, the answers to others than wan would go the wrong way. */
	if (n->inbound && n->wan[0] != '\0')
		add_plain_as(p, n, chain, n->wan, "", FW_ACCEPT, TRAFFIC_IN);
	else if (n->inbound)
		add_plain(p, n, chain, "", "", FW_ACCEPT);
	if (!n->inbound || n->wan[0] != '\0')
		add_plain_as(p, n, chain, "", "", FW_DROP, TRAFFIC_INBOUND);
}

/*
 * IPv6 has no reverse path filter.  That of IPv4 drops packets which leave a
 * tunnel and have a source address that is not routed into it.
 */
static void
add_source(struct fw_plan *p, const struct kern_fw *n)
{
	struct fw_rule r = rule(FW_SOURCE, n->interface, "", FW_DROP);
	size_t i;

	if (strchr(n->interface, '*') == NULL)
		return;
	for (i = 0; i < n->npools; i++) {
		if (n->pools[i].family != AF_INET6)
			continue;
		r.src.family = AF_INET6;
		r.astray = true;
		add_rule(p, n, &r);
		return;
	}
}

/*
 * The rules of a full tunnel are those of wg-quick(8).  A packet to our address
 * in the tunnel must come through the tunnel.  The answers to WireGuard's own
 * packets get its mark, by which the reverse path filter finds their way back.
 */
static void
add_tunnel(struct fw_plan *p, const struct kern_fw *n)
{
	struct fw_rule r = rule(FW_SOURCE, n->interface, "", FW_DROP);
	size_t i;

	r.notiif = r.foreign = true;
	for (i = 0; i < n->naddrs; i++) {
		r.dst = prefix_host(&n->addrs[i]);
		add_rule(p, n, &r);
	}
	r = rule(FW_PREMARK, "", "", FW_LOAD_MARK);
	r.udp = true;
	r.ctmark = TUNNEL_MARK;
	add(p, &r);
	r = rule(FW_POSTMARK, "", "", FW_SAVE_MARK);
	r.udp = true;
	r.mark = TUNNEL_MARK;
	add(p, &r);
}

static void
add_masquerade(struct fw_plan *p, const struct kern_fw *n,
    const struct prefix *list, size_t count)
{
	struct fw_rule r = rule(FW_NAT, "", n->wan, FW_MASQUERADE);
	uint8_t bit;
	size_t i;

	for (i = 0; i < count; i++) {
		bit = list[i].family == AF_INET ? MASQUERADE_IP4 :
						  MASQUERADE_IP6;
		if ((n->masquerade & bit) == 0)
			continue;
		r.src = list[i];
		add(p, &r);
	}
}

int
fw_plan_make(struct fw_plan *p, const struct kern_fw *nets, size_t n, bool sets)
{
	size_t i;

	memset(p, 0, sizeof(*p));
	p->nets = nets;
	p->nnets = n;
	p->sets = sets;
	for (i = 0; i < n; i++)
		add_behind(p, &nets[i]);
	for (i = 0; i < n; i++)
		add_jump(p, &nets[i], false);
	for (i = 0; i < n; i++)
		add_jump(p, &nets[i], true);
	for (i = 0; i < n; i++) {
		add_from(p, &nets[i]);
		add_to(p, &nets[i]);
	}
	for (i = 0; i < n; i++) {
		add_masquerade(p, &nets[i], nets[i].pools, nets[i].npools);
		add_masquerade(p, &nets[i], nets[i].subnets, nets[i].nsubnets);
		add_source(p, &nets[i]);
		if (nets[i].tunnel)
			add_tunnel(p, &nets[i]);
	}
	return (p->no_memory ? -1 : 0);
}

bool
fw_plan_has(const struct fw_plan *p, const char *chain)
{
	size_t i;

	for (i = 0; i < p->n; i++) {
		if (strcmp(p->rules[i].chain, chain) == 0)
			return (true);
	}
	return (false);
}

void
fw_plan_clear(struct fw_plan *p)
{
	free(p->rules);
	memset(p, 0, sizeof(*p));
}
