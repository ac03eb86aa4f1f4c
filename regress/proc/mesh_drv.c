/* SPDX-License-Identifier: ISC */
/*
 * A parent and an agentd around the hand of a device: what a captured agentd
 * may ask for and what not, that a change touches nothing but what differs,
 * and that the networks outlive the hand.
 */

#include <sys/types.h>

#include <err.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "kern_rig.h"

#define NET	"6f1c000089ab4cde8f0123456789abcd"
#define OTHER	"00000000000000000000000000000001"
#define MANY	10000

static struct msg_conf_mpolicy policy = {
	.networks_max = 2,
	.peers_max = MANY,
	.backend = BACKEND_KERNEL,
	.port_first = 51820,
	.port_last = 51830,
	.full_tunnel = "",
};
static uint32_t next_id = 1;
static struct msg_mnet_state state;	/* the last one */
static char text[TEXT_SIZE];		/* in the last MPEER_DONE */

static void
peer_key(uint8_t key[WGKEY_LEN], uint32_t i)
{
	memset(key, 0, WGKEY_LEN);
	memcpy(key, &i, sizeof(i));
	key[WGKEY_LEN - 2] = 1;
}

/* Answer the hand that wants a key. */
static bool
give_key(struct rig *d, const char *network, const char *interface)
{
	struct msg_wgkey_want want;
	struct msg_conf_mnet m;
	struct imsg im;

	if (!rig_await(d, d->parent, MSG_WGKEY_WANT, &im, WAIT_MS) ||
	    msg_wgkey_want_get(&im.data, &want) == -1 ||
	    strcmp(want.network, network) != 0)
		return (false);
	memset(&m, 0, sizeof(m));
	strlcpy(m.network, network, sizeof(m.network));
	strlcpy(m.interface, interface, sizeof(m.interface));
	SEND(d->parent, CONF_MNET, conf_mnet, 0, &m, rig_key_file(d->key));
	return (true);
}

/* Wait for the answer to a network's wish. */
static uint8_t
await_state(struct rig *d, uint32_t id)
{
	struct imsg im;

	while (rig_await(d, d->leased, MSG_MNET_STATE, &im, WAIT_MS)) {
		if (msg_mnet_state_get(&im.data, &state) == 0 && im.id == id)
			return (state.state);
	}
	return (0);
}

static void
net_wish(struct msg_mnet_set *m, const char *network, const char *addr)
{
	memset(m, 0, sizeof(*m));
	strlcpy(m->network, network, sizeof(m->network));
	strlcpy(m->name, "prod", sizeof(m->name));
	m->naddrs = 1;
	rig_prefix(&m->addrs[0], addr);
}

static uint32_t
net_set(struct rig *d, const struct msg_mnet_set *m)
{
	SEND(d->leased, MNET_SET, mnet_set, next_id, m, -1);
	return (next_id++);
}

static void
peer_wish(struct msg_mpeer_set *m, uint32_t i)
{
	memset(m, 0, sizeof(*m));
	strlcpy(m->network, NET, sizeof(m->network));
	snprintf(m->member, sizeof(m->member), "m%u", i);
	peer_key(m->pubkey, i);
}

static void
peer_prefix(struct msg_mpeer_set *m, const char *p)
{
	rig_prefix(&m->prefixes[m->nprefixes++], p);
}

static void
peer_endpoint(struct msg_mpeer_set *m, const char *host)
{
	rig_prefix(&m->endpoint, host);
	m->port = 51820;
}

/* Wish, and return the code of the answer. */
static uint8_t
peer_ask(struct rig *d, const struct msg_mpeer_set *m)
{
	uint32_t id = next_id++;
	struct msg_mpeer_done done;
	struct imsg im;

	SEND(d->leased, MPEER_SET, mpeer_set, id, m, -1);
	while (rig_await(d, d->leased, MSG_MPEER_DONE, &im, WAIT_MS)) {
		if (im.id != id || msg_mpeer_done_get(&im.data, &done) == -1)
			continue;
		strlcpy(text, done.text, sizeof(text));
		return (done.code);
	}
	return (0);
}

static struct fake_peer *
find_peer(struct rig *d, uint32_t i)
{
	uint8_t key[WGKEY_LEN];
	uint32_t n;

	peer_key(key, i);
	for (n = 0; n < FAKE_PEERS; n++)
		if (d->s->peers[n].slot == SLOT_USED &&
		    memcmp(d->s->peers[n].key, key, WGKEY_LEN) == 0)
			return (&d->s->peers[n]);
	return (NULL);
}

static uint32_t
count_peers(struct rig *d)
{
	uint32_t i, n = 0;

	for (i = 0; i < FAKE_PEERS; i++)
		n += d->s->peers[i].slot == SLOT_USED;
	return (n);
}

static bool
has_link(const struct rig *d, const char *name)
{
	int i;

	for (i = 0; i < FAKE_LINKS; i++)
		if (d->s->links[i].used &&
		    strcmp(d->s->links[i].name, name) == 0)
			return (true);
	return (false);
}

static bool
has_route(const struct rig *d, const char *dst)
{
	struct prefix p;
	uint32_t i;

	rig_prefix(&p, dst);
	for (i = 0; i < d->s->nroutes; i++)
		if (prefix_equal(&d->s->routes[i].dst, &p))
			return (true);
	return (false);
}

/* --- a network --- */

static void
test_net(struct rig *d)
{
	struct msg_mnet_set m;
	uint32_t id;

	net_wish(&m, NET, "100.64.1.5/24");
	id = net_set(d, &m);
	rig_check(d, give_key(d, NET, "spm0"), "mesh: the key is asked for",
	    "-");
	rig_check(d, await_state(d, id) == NET_UP, "mesh: the network is up",
	    "%s", state.text);
	rig_check(d,
	    state.port == 51820 && strcmp(state.interface, "spm0") == 0,
	    "mesh: port and interface", "%u %s", state.port, state.interface);
	rig_check(d, has_link(d, "spm0"), "mesh: the interface is there", "-");
}

static void
bad_net(struct rig *d, const char *name, const struct msg_mnet_set *m,
    const char *word)
{
	uint8_t code = await_state(d, net_set(d, m));

	rig_check(d,
	    code == NET_FAILED && strncmp(state.text, word, strlen(word)) == 0,
	    name, "%u %s", code, state.text);
}

static void
test_bad_nets(struct rig *d)
{
	struct msg_mnet_set m;

	net_wish(&m, OTHER, "8.8.8.5/24");
	bad_net(d, "mesh: an address outside accept", &m, "accept: ");
	net_wish(&m, OTHER, "100.64.2.5/24");
	m.port = 22;
	bad_net(d, "mesh: another port", &m, "ports: ");
	m.port = 0;
	rig_prefix(&d->s->connected.dst, "100.64.0.0/16");
	bad_net(d, "mesh: a prefix of the LAN", &m, "route conflict: ");
	memset(&d->s->connected, 0, sizeof(d->s->connected));
	rig_check(d, !has_link(d, "spm1"), "mesh: nothing was made", "-");
	/* A network with a role that is not allowed works without it. */
	net_wish(&m, NET, "100.64.1.5/24");
	m.role = MESH_RELAY;
	rig_check(d,
	    await_state(d, net_set(d, &m)) == NET_UP &&
		strncmp(state.text, "relay: ", 7) == 0,
	    "mesh: no relay without the word", "%s", state.text);
	m.role = 0;
	(void)await_state(d, net_set(d, &m));
}

/* --- peers --- */

static void
bad_peer(struct rig *d, const char *name, const struct msg_mpeer_set *m,
    uint8_t code, const char *word)
{
	uint32_t before = d->s->calls_peers, routes = d->s->nroutes;
	uint8_t got = peer_ask(d, m);

	rig_check(d, got == code && strncmp(text, word, strlen(word)) == 0,
	    name, "%u %s", got, text);
	rig_check(d, d->s->calls_peers == before && d->s->nroutes == routes,
	    "mesh: and nothing was changed", "-");
}

static void
test_bad_peers(struct rig *d)
{
	static const char *const ends[] = { "127.0.0.1", "169.254.1.1",
		"224.0.0.1", "255.255.255.255", "0.0.0.0", "::1", "fe80::1",
		"ff02::1", "::", "100.64.1.9" };
	struct msg_mpeer_set m;
	size_t i;

	peer_wish(&m, 1);
	peer_prefix(&m, "0.0.0.0/0");
	bad_peer(d, "mesh: a default route", &m, PEER_E_POLICY,
	    "full_tunnel: ");
	peer_wish(&m, 1);
	peer_prefix(&m, "0.0.0.0/1");
	bad_peer(d, "mesh: half of everything", &m, PEER_E_POLICY,
	    "accept_routes: ");
	peer_wish(&m, 1);
	peer_prefix(&m, "10.9.0.0/16");
	bad_peer(d, "mesh: a route outside", &m, PEER_E_POLICY,
	    "accept_routes: ");
	peer_wish(&m, 1);
	peer_prefix(&m, "192.168.10.0/24");
	rig_prefix(&d->s->connected.dst, "192.168.0.0/16");
	bad_peer(d, "mesh: a part of a connected prefix", &m, PEER_E_POLICY,
	    "route conflict: ");
	memset(&d->s->connected, 0, sizeof(d->s->connected));
	peer_wish(&m, 1);
	peer_prefix(&m, "100.64.1.5/32");
	bad_peer(d, "mesh: our own address", &m, PEER_E_POLICY, "accept: ");
	for (i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		peer_wish(&m, 1);
		peer_endpoint(&m, ends[i]);
		bad_peer(d, ends[i], &m, PEER_E_ENDPOINT, "endpoint: ");
	}
	peer_wish(&m, 1);
	peer_endpoint(&m, "203.0.113.7");
	rig_prefix(&d->s->host, "203.0.113.7");
	bad_peer(d, "mesh: an endpoint that is ours", &m, PEER_E_ENDPOINT,
	    "endpoint: ");
	memset(&d->s->host, 0, sizeof(d->s->host));
	peer_wish(&m, 1);
	memset(m.pubkey, 0, sizeof(m.pubkey));
	bad_peer(d, "mesh: a key of zeros", &m, PEER_E_KEY, "key: ");
	memcpy(m.pubkey, state.pubkey, sizeof(m.pubkey));
	bad_peer(d, "mesh: our own key", &m, PEER_E_KEY, "key: ");
	peer_wish(&m, 1);
	strlcpy(m.network, OTHER, sizeof(m.network));
	bad_peer(d, "mesh: in no network", &m, PEER_E_NETWORK, "");
}

/*
 * A member that was behind a relay is reached itself, and falls back: nobody
 * is without his addresses for a moment.
 */
static void
test_move(struct rig *d)
{
	struct msg_mpeer_set relay, x;
	uint32_t gaps;

	peer_wish(&relay, 1);
	peer_endpoint(&relay, "203.0.113.1");
	peer_prefix(&relay, "100.64.1.1/32");
	peer_prefix(&relay, "100.64.1.2/32");
	peer_prefix(&relay, "192.168.10.0/24");
	peer_wish(&x, 2);
	peer_endpoint(&x, "203.0.113.2");
	x.keepalive = 25;
	rig_check(d, peer_ask(d, &relay) == PEER_OK, "mesh: a relay", "%s",
	    text);
	rig_check(d,
	    peer_ask(d, &x) == PEER_OK && find_peer(d, 2) != NULL &&
		find_peer(d, 2)->naddrs == 0 &&
		find_peer(d, 2)->keepalive == 25,
	    "mesh: a peer without addresses", "%s", text);
	rig_check(d,
	    has_route(d, "192.168.10.0/24") && !has_route(d, "100.64.1.1/32"),
	    "mesh: a route to what is behind it", "-");
	gaps = d->s->gaps;
	peer_prefix(&x, "100.64.1.2/32");
	peer_prefix(&x, "192.168.10.0/24");
	relay.nprefixes = 1;
	rig_check(d,
	    peer_ask(d, &x) == PEER_OK && peer_ask(d, &relay) == PEER_OK,
	    "mesh: direct", "%s", text);
	rig_check(d,
	    find_peer(d, 1)->naddrs == 1 && find_peer(d, 2)->naddrs == 2 &&
		d->s->gaps == gaps,
	    "mesh: prefixes move without a gap", "%u %u %u",
	    find_peer(d, 1)->naddrs, find_peer(d, 2)->naddrs, d->s->gaps);
	relay.nprefixes = 3;
	x.nprefixes = 0;
	rig_check(d,
	    peer_ask(d, &relay) == PEER_OK && peer_ask(d, &x) == PEER_OK &&
		find_peer(d, 1)->naddrs == 3 && find_peer(d, 2)->naddrs == 0 &&
		d->s->gaps == gaps,
	    "mesh: and back", "%s", text);
	rig_check(d, has_route(d, "192.168.10.0/24"), "mesh: the route stays",
	    "-");
}

/* Roaming is WireGuard's: only another wish sets an endpoint. */
static void
test_roaming(struct rig *d)
{
	struct msg_mpeer_set x;
	struct fake_peer *p;

	peer_wish(&x, 2);
	peer_endpoint(&x, "203.0.113.2");
	x.keepalive = 25;
	p = find_peer(d, 2);
	rig_prefix(&p->endpoint, "198.51.100.9");
	x.keepalive = 10;
	rig_check(d,
	    peer_ask(d, &x) == PEER_OK && p->keepalive == 10 &&
		p->endpoint.addr[0] == 198,
	    "mesh: the same wish leaves the endpoint", "%u", p->keepalive);
	peer_endpoint(&x, "203.0.113.3");
	rig_check(d, peer_ask(d, &x) == PEER_OK && p->endpoint.addr[3] == 3,
	    "mesh: another wish sets it", "%u", p->endpoint.addr[3]);
	rig_prefix(&p->endpoint, "198.51.100.9");
}

static void
send_state(struct rig *d, bool all)
{
	struct msg_mnet_set net;
	struct msg_mpeer_set m;

	rig_bare(d->leased, MSG_MNET_SYNC_BEGIN);
	net_wish(&net, NET, "100.64.1.5/24");
	(void)net_set(d, &net);
	peer_wish(&m, 1);
	peer_endpoint(&m, "203.0.113.1");
	peer_prefix(&m, "100.64.1.1/32");
	peer_prefix(&m, "100.64.1.2/32");
	peer_prefix(&m, "192.168.10.0/24");
	SEND(d->leased, MPEER_SET, mpeer_set, 0, &m, -1);
	peer_wish(&m, 2);
	peer_endpoint(&m, "203.0.113.3");
	m.keepalive = 10;
	if (all)
		SEND(d->leased, MPEER_SET, mpeer_set, 0, &m, -1);
	rig_bare(d->leased, MSG_MNET_SYNC_END);
}

/* Wait until so many peers are there. */
static bool
await_peers(struct rig *d, uint32_t n)
{
	int i;

	for (i = 0; i < 500 && count_peers(d) != n; i++)
		usleep(10000);
	return (count_peers(d) == n);
}

static void
test_restart(struct rig *d)
{
	uint32_t calls, gaps;

	rig_kill(d);
	rig_check(d, has_link(d, "spm0") && count_peers(d) == 2,
	    "mesh: kill -9 of the hand takes nothing", "%u", count_peers(d));
	calls = d->s->calls_peers;
	gaps = d->s->gaps;
	rig_start(d);
	send_state(d, true);
	rig_check(d, give_key(d, NET, "spm0"), "mesh: the key again", "-");
	rig_check(d, await_state(d, next_id - 1) == NET_UP, "mesh: up again",
	    "%s", state.text);
	rig_check(d,
	    d->s->calls_peers == calls && d->s->gaps == gaps &&
		find_peer(d, 2)->endpoint.addr[0] == 198,
	    "mesh: what is right is not touched", "%u calls",
	    d->s->calls_peers - calls);
	send_state(d, false);
	rig_check(d, await_peers(d, 1),
	    "mesh: a sync removes what it does not name", "%u", count_peers(d));
	rig_bare(d->leased, MSG_MNET_SYNC_BEGIN);
	rig_bare(d->leased, MSG_MNET_SYNC_END);
	rig_check(d, count_peers(d) == 1 && has_link(d, "spm0"),
	    "mesh: a sync of nothing takes no network", "-");
}

static void
test_reload(struct rig *d)
{
	policy.naccept_routes = 0;
	rig_configure(d);
	rig_check(d, await_peers(d, 0),
	    "mesh: a narrower policy takes back what it allowed", "%u",
	    count_peers(d));
	policy.naccept_routes = 1;
	rig_configure(d);
}

static void
test_many(struct rig *d)
{
	struct msg_mpeer_set m;
	uint32_t i;

	for (i = count_peers(d); i < MANY; i++) {
		peer_wish(&m, 100 + i);
		SEND(d->leased, MPEER_SET, mpeer_set, 0, &m, -1);
	}
	peer_wish(&m, 100 + MANY);
	rig_check(d,
	    peer_ask(d, &m) == PEER_E_MAX &&
		strncmp(text, "peers_max: ", 11) == 0,
	    "mesh: peer 10,001", "%s", text);
	rig_check(d, await_peers(d, MANY), "mesh: 10,000 are there", "%u",
	    count_peers(d));
}

/* Everything into a member, if the policy names it, until nobody wishes it. */
static void
test_tunnel(struct rig *d)
{
	struct msg_mpeer_set m;

	strlcpy(policy.full_tunnel, "prod/m7", sizeof(policy.full_tunnel));
	rig_configure(d);
	peer_wish(&m, 8);
	peer_prefix(&m, "0.0.0.0/0");
	bad_peer(d, "mesh: a default route to another member", &m,
	    PEER_E_POLICY, "full_tunnel: ");
	rig_check(d, !d->s->tunnelled, "mesh: no tunnel yet", "-");
	peer_wish(&m, 7);
	peer_prefix(&m, "100.64.1.7/32");
	peer_prefix(&m, "0.0.0.0/0");
	rig_check(d,
	    peer_ask(d, &m) == PEER_OK && d->s->tunnelled &&
		d->s->tunnel.four && !d->s->tunnel.six &&
		d->s->tunnel.ifindex != 0 && d->s->mark == KERN_TUNNEL_TABLE,
	    "mesh: a default route to the one", "%s", text);
	rig_configure(d);
	peer_wish(&m, 9);
	(void)peer_ask(d, &m);
	rig_check(d, d->s->tunnelled && find_peer(d, 7) != NULL,
	    "mesh: it outlives a reload", "-");
	peer_wish(&m, 7);
	peer_prefix(&m, "100.64.1.7/32");
	rig_check(d, peer_ask(d, &m) == PEER_OK && !d->s->tunnelled,
	    "mesh: and is taken back", "%s", text);
}

static void
test_leave(struct rig *d)
{
	struct msg_mnet_del m;
	struct msg_wgkey_drop drop;
	struct imsg im;

	memset(&m, 0, sizeof(m));
	strlcpy(m.network, NET, sizeof(m.network));
	SEND(d->leased, MNET_DEL, mnet_del, next_id++, &m, -1);
	rig_check(d,
	    rig_await(d, d->parent, MSG_WGKEY_DROP, &im, WAIT_MS) &&
		msg_wgkey_drop_get(&im.data, &drop) == 0 &&
		strcmp(drop.network, NET) == 0,
	    "mesh: the key of a network that is left goes", "-");
	rig_check(d, !has_link(d, "spm0"), "mesh: and its interface", "-");
}

/* An id that is none ends the link, and not the hand. */
static void
test_bad_id(struct rig *d)
{
	struct msg_mnet_set net;
	struct imsg im;
	struct ibuf b;
	uint8_t buf[1024];

	net_wish(&net, NET, "100.64.1.5/24");
	ibuf_init(&b, buf, 0, sizeof(buf));
	if (msg_mnet_set_put(&b, &net) == -1)
		errx(1, "mnet_set");
	memcpy(buf, "../../../../../../etc/passwd....", MESHID_LEN);
	rig_put(d->leased, MSG_MNET_SET, next_id++, &b, -1);
	rig_check(d, !rig_await(d, d->leased, MSG_MNET_STATE, &im, 2000),
	    "mesh: an id with a slash is no id", "-");
	rig_link(d);
	(void)net_set(d, &net);
	rig_check(d, give_key(d, NET, "spm0"), "mesh: and the hand lives", "-");
	(void)await_state(d, next_id - 1);
}

int
main(int argc, char **argv)
{
	struct rig d;

	if (argc != 3)
		errx(1, "usage: mesh_drv hand state");
	policy.naccept = policy.naccept_routes = 1;
	rig_prefix(&policy.accept[0], "100.64.0.0/10");
	rig_prefix(&policy.accept_routes[0], "192.168.0.0/16");
	rig_init(&d, argv[1], argv[2]);
	d.policy = &policy;
	rig_start(&d);
	test_net(&d);
	test_bad_nets(&d);
	test_bad_peers(&d);
	test_move(&d);
	test_roaming(&d);
	test_restart(&d);
	test_reload(&d);
	test_tunnel(&d);
	test_many(&d);
	test_leave(&d);
	test_bad_id(&d);
	rig_stop(&d, true);
	rig_check(&d, !has_link(&d, "spm0"), "mesh: undo takes all", "-");
	return (d.failures != 0);
}
