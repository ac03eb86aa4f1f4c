/* SPDX-License-Identifier: ISC */
/*
 * The networks of a mesh.  Each is a network like those of a gateway, made as
 * agentd asks for it and as far as the policy allows.  Its key comes from the
 * parent; until then it is in a list of its own, where nothing is set up.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sodium.h>

#include "egress.h"
#include "hand.h"
#include "hand_conf.h"
#include "hand_net.h"
#include "kern_list.h"
#include "log.h"
#include "mark.h"
#include "mnet.h"
#include "mnet_state.h"
#include "mpeer.h"
#include "mtunnel.h"
#include "network.h"
#include "sysctl.h"
#include "undo.h"
#include "wish_answer.h"

#define MTU		1420
#define NETS_ALL	(MESH_NETS_MAX + 1)

static bool
is_waiting(const struct knet *n)
{
	return (n->conf.interface[0] == '\0');
}

/* Answer a wish for a network that is not there. */
static void
refuse(struct hand *k, uint32_t id, const struct msg_mnet_set *m,
    const char *why)
{
	struct msg_mnet_state s;

	log_warnx("refused net=%s (%s): %s", m->network, log_vis(m->name),
	    log_text(why));
	k->health.refused++;
	if (k->agent == NULL)
		return;
	memset(&s, 0, sizeof(s));
	strlcpy(s.network, m->network, sizeof(s.network));
	s.state = NET_FAILED;
	strlcpy(s.text, why, sizeof(s.text));
	if (chan_send_mnet_state(k->agent, id, &s, -1) == -1)
		log_warn("cannot tell agentd about network %s", m->network);
}

/* --- from a wish to a network --- */

/* The interface that the network has, also from a hand before this one. */
static int
own_ifindex(struct hand *k, const char *network)
{
	struct msg_conf_network c = { .backend = BACKEND_AUTO };
	char alias[KERN_ALIAS_SIZE], name[IFNAME_SIZE];
	struct kern_link l;

	strlcpy(c.name, network, sizeof(c.name));
	mark_alias(&c, alias);
	if (k->ops->link_find(k->io, alias, 0, name, &l) == -1)
		return (0);
	return (l.ifindex);
}

static const char *
check(struct hand *k, const struct msg_mnet_set *m)
{
	const struct msg_mnet_set *others[NETS_ALL];
	struct knet_list *lists[] = { &k->nets, &k->waiting };
	struct kern_routes routes;
	struct mpolicy p;
	const char *bad;
	struct knet *n;
	size_t i, count = 0;

	for (i = 0; i < 2; i++)
		TAILQ_FOREACH(n, lists[i], entry)
			if (n->mesh != NULL && count < NETS_ALL &&
			    strcmp(n->conf.name, m->network) != 0)
				others[count++] = &n->mesh->set;
	if (mpeer_policy(k, own_ifindex(k, m->network), &p, &routes) == -1)
		return ("the kernel does not tell its routes");
	bad = mpolicy_net(&p, m, others, count);
	mpeer_policy_clear(&p, &routes);
	return (bad);
}

/* The roles that the policy allows; what it refuses is noted. */
static uint8_t
roles(struct hand *k, struct mnet *x)
{
	static const uint8_t all[] = { MESH_RELAY, MESH_EGRESS, MESH_HUB };
	struct mpolicy p = { .conf = k->policy };
	uint8_t have = 0;
	const char *bad;
	size_t i;

	x->note[0] = '\0';
	for (i = 0; i < sizeof(all); i++) {
		if ((x->set.role & all[i]) == 0)
			continue;
		bad = mpolicy_role(&p, &x->set, all[i]);
		if (bad == NULL)
			have |= all[i];
		else
			strlcpy(x->note, bad, sizeof(x->note));
	}
	return (have);
}

/*
 * The port that it has if the server names none: the number of its interface
 * behind the first one, so that it stays over restarts, or the next that no
 * other network of the mesh has.
 */
static uint16_t
choose_port(struct hand *k, const struct knet *self)
{
	uint32_t first = k->policy->port_first, count, i, port = first;
	struct knet *n;

	count = k->policy->port_last - first + 1U;
	for (i = 0; i < count; i++) {
		port = first + (self->mesh->number + i) % count;
		TAILQ_FOREACH(n, &k->nets, entry)
			if (n != self && n->conf.listen_port == port)
				break;
		if (n == NULL)
			break;
	}
	return ((uint16_t)port);
}

static void
set_egress(struct msg_conf_network *c, const struct mnet *x,
    const struct msg_conf_mpolicy *policy)
{
	c->nallow = x->set.negress;
	memcpy(c->allow, x->set.egress, x->set.negress * sizeof(c->allow[0]));
	/* The addresses of the cloud's own services are this host's. */
	c->ndeny = 1;
	(void)prefix_parse("169.254.0.0/16", &c->deny[0]);
	c->masquerade = MASQUERADE_IP4 | MASQUERADE_IP6;
	strlcpy(c->wan, policy->egress_wan, sizeof(c->wan));
}

/* Make the configuration of the network out of the wish and the policy. */
static void
configure(struct knet *n)
{
	const struct msg_conf_mpolicy *policy = n->k->policy;
	struct mnet *x = n->mesh;
	struct hand_confnet c;
	struct prefix net;
	uint8_t role, i;

	memset(&c, 0, sizeof(c));
	/* The changes made now are no drift. */
	n->made = false;
	role = roles(n->k, x);
	strlcpy(c.conf.name, n->conf.name, sizeof(c.conf.name));
	strlcpy(c.conf.interface, n->conf.interface, sizeof(c.conf.interface));
	c.conf.backend = policy->backend;
	c.conf.assign = ASSIGN_POOL;
	c.conf.isolate = (role & (MESH_RELAY | MESH_HUB)) == 0;
	c.conf.max_peers = policy->peers_max;
	c.conf.mtu = x->set.mtu != 0 ? x->set.mtu : MTU;
	c.conf.listen_port = x->set.port != 0 ? x->set.port :
						choose_port(n->k, n);
	if ((role & MESH_EGRESS) != 0 && x->set.negress > 0)
		set_egress(&c.conf, x, policy);
	for (i = 0; i < x->set.naddrs; i++) {
		c.conf.addrs[c.conf.naddrs++] = x->set.addrs[i];
		net = x->set.addrs[i];
		prefix_mask(&net);
		c.conf.pools[c.conf.npools++].first = net;
	}
	memcpy(c.priv, n->priv, sizeof(c.priv));
	c.has_priv = n->has_priv;
	net_configure(n, &c);
	sodium_memzero(&c, sizeof(c));
}

static void
ask_key(struct knet *n)
{
	struct msg_wgkey_want m;

	memset(&m, 0, sizeof(m));
	strlcpy(m.network, n->conf.name, sizeof(m.network));
	if (chan_send_wgkey_want(n->k->parent, 0, &m, -1) == -1)
		log_warn("cannot ask for the key of network %s", n->conf.name);
}

static struct knet *
make(struct hand *k, const struct msg_mnet_set *m)
{
	struct hand_confnet c;
	struct knet *n;

	memset(&c, 0, sizeof(c));
	strlcpy(c.conf.name, m->network, sizeof(c.conf.name));
	n = net_add(k, &c);
	if (n == NULL)
		return (NULL);
	TAILQ_REMOVE(&k->nets, n, entry);
	n->mesh = calloc(1, sizeof(*n->mesh));
	if (n->mesh == NULL) {
		net_free(n);
		return (NULL);
	}
	TAILQ_INSERT_TAIL(&k->waiting, n, entry);
	return (n);
}

/* Bring the network and what belongs to it into the state of its wish. */
static void
apply(struct knet *n)
{
	configure(n);
	net_ensure(n, true);
	(void)egress_ensure(n->k);
	(void)sysctl_ensure(n->k);
	mtunnel_ensure(n->k);
	mnet_tell(n);
}

void
mnet_set(struct hand *k, uint32_t id, const struct msg_mnet_set *m)
{
	struct knet *n = mnet_find(k, m->network);
	const char *bad;

	bad = check(k, m);
	if (bad == NULL && n == NULL && net_find(k, m->network) == NULL)
		n = make(k, m);
	if (bad != NULL || n == NULL) {
		refuse(k, id, m, bad != NULL ? bad : "no memory");
		return;
	}
	n->mesh->set = *m;
	n->mesh->id = id;
	n->mesh->refused = false;
	n->mesh->named = n->mesh->named || k->meshing;
	if (is_waiting(n))
		ask_key(n);
	else
		apply(n);
}

/* The number behind the name of an interface. */
static uint8_t
number_of(const char *interface)
{
	size_t n = strlen(interface);

	while (n > 0 && interface[n - 1] >= '0' && interface[n - 1] <= '9')
		n--;
	return ((uint8_t)strtonum(interface + n, 0, MESH_NETS_MAX - 1, NULL));
}

void
mnet_key(struct hand *k, const struct msg_conf_mnet *m, int fd)
{
	struct knet *n = mnet_find(k, m->network);

	if (n == NULL || !is_waiting(n)) {
		close(fd);
		return;
	}
	if (hand_conf_read_key(fd, n->priv) == -1) {
		n->state = NET_FAILED;
		net_explain(n, "its file holds no private key");
		return;
	}
	n->has_priv = true;
	n->state = NET_DOWN;
	n->mesh->number = number_of(m->interface);
	strlcpy(n->conf.interface, m->interface, sizeof(n->conf.interface));
	TAILQ_REMOVE(&k->waiting, n, entry);
	TAILQ_INSERT_TAIL(&k->nets, n, entry);
	apply(n);
}

void
mnet_key_failed(struct hand *k, const struct msg_wgkey_failed *m)
{
	struct knet *n = mnet_find(k, m->network);

	if (n == NULL || !is_waiting(n))
		return;
	n->state = NET_FAILED;
	wish_fail_all(n, PEER_E_NETWORK);
	net_explain(n, m->text);
}

static void
drop_key(struct hand *k, const char *network)
{
	struct msg_wgkey_drop m;

	memset(&m, 0, sizeof(m));
	strlcpy(m.network, network, sizeof(m.network));
	if (chan_send_wgkey_drop(k->parent, 0, &m, -1) == -1)
		log_warn("cannot have the key of network %s removed", network);
}

void
mnet_del(struct hand *k, const char *network)
{
	struct knet *n = mnet_find(k, network);
	bool waiting;

	if (n == NULL)
		return;
	waiting = is_waiting(n);
	wish_fail_all(n, PEER_E_NETWORK);
	TAILQ_REMOVE(waiting ? &k->waiting : &k->nets, n, entry);
	if (!waiting && net_undo(n) == -1)
		log_warnx("network %s: not everything could be removed",
		    n->conf.name);
	log_info("network %s: left", n->conf.name);
	net_free(n);
	drop_key(k, network);
	if (waiting)
		return;
	(void)egress_ensure(k);
	(void)sysctl_ensure(k);
	mtunnel_ensure(k);
}

/* The policy does not allow the network any more: it is taken down. */
static void
take_down(struct knet *n, const char *why)
{
	char text[TEXT_SIZE];

	strlcpy(text, why, sizeof(text));
	wish_fail_all(n, PEER_E_POLICY);
	if (!n->mesh->refused)
		(void)net_undo(n);
	n->mesh->refused = true;
	n->state = NET_FAILED;
	net_explain(n, text);
}

void
mnet_policy_changed(struct hand *k)
{
	const char *bad;
	struct knet *n;

	if (k->policy == NULL)
		return;
	TAILQ_FOREACH(n, &k->nets, entry) {
		if (n->mesh == NULL)
			continue;
		bad = check(k, &n->mesh->set);
		if (bad != NULL) {
			take_down(n, bad);
			continue;
		}
		n->mesh->refused = false;
		configure(n);
		mpeer_recheck(n);
	}
}

void
mnet_clear(struct hand *k)
{
	struct knet *n;

	while ((n = TAILQ_FIRST(&k->waiting)) != NULL) {
		TAILQ_REMOVE(&k->waiting, n, entry);
		net_free(n);
	}
}
