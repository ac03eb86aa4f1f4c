/* SPDX-License-Identifier: ISC */
/*
 * A kernel in memory, in the place of kern_linux.c: links, addresses, routes
 * and a WireGuard that behaves like the real one.  Every change is logged as a
 * line of text.  Linked into a binary of its own, netd-hand-fake; the real
 * netd-hand has no such way.
 */

#include <sys/mman.h>
#include <sys/timerfd.h>

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fake_kern.h"
#include "kern_list.h"
#include "log.h"
#include "snapshot.h"
#include "wg_uapi.h"

struct kern_io {
	struct fake_state *s;
	struct wg_uapi	 uapi;
	int		 timer;
	uint32_t	 poked;
	bool		 fw_known[FW_TABLES];	/* as this process set it */
	char		 text[UAPI_TEXT];
};

__attribute__((format(printf, 2, 3))) static void
note(struct fake_state *s, const char *fmt, ...)
{
	va_list	 ap;
	size_t	 room = FAKE_LOG - s->log_len;
	int	 n;

	va_start(ap, fmt);
	n = vsnprintf(s->log + s->log_len, room, fmt, ap);
	va_end(ap);
	if (n > 0 && (size_t)n < room)
		s->log_len += (uint32_t)n;
}

static int
no(struct kern_io *io, int e)
{
	(void)snprintf(io->text, sizeof(io->text), "%s", strerror(e));
	errno = e;
	return (-1);
}

/*
 * True if this call is the one that shall fail, as any can: there is no memory,
 * or another program has changed the thing in between.
 */
static bool
fault(struct kern_io *io, const char *op)
{
	struct fake_state	*s = io->s;

	if (++s->calls == s->fault)
		(void)strlcpy(s->faulted, op, sizeof(s->faulted));
	else if (s->fault_more > 0 && strcmp(s->faulted, op) == 0)
		s->fault_more--;
	else
		return (false);
	(void)no(io, s->fault_errno);
	return (true);
}

static struct kern_io *
fake_open(void)
{
	struct itimerspec	 every = { { 0, 200000000 }, { 0, 200000000 } };
	struct kern_io		*io;

	io = calloc(1, sizeof(*io));
	if (io == NULL || wg_uapi_open(&io->uapi) == -1)
		return (NULL);
	io->s = fake_map_own();
	io->poked = io->s->poked;
	io->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (io->timer == -1 ||
	    timerfd_settime(io->timer, 0, &every, NULL) == -1)
		return (NULL);
	log_notice("the kernel is a fake");
	return (io);
}

static void
fake_close(struct kern_io *io)
{
	wg_uapi_close(&io->uapi);
	close(io->timer);
	(void)munmap(io->s, sizeof(*io->s));
	free(io);
}

static const char *
fake_error(const struct kern_io *io)
{
	return (io->text);
}

static int
fake_notify_fd(const struct kern_io *io)
{
	return (io->timer);
}

static void
fake_notify_read(struct kern_io *io,
    void (*cb)(const struct kern_event *, void *), void *arg)
{
	struct kern_event	 ev;
	uint64_t		 n;

	if (read(io->timer, &n, sizeof(n)) == -1 || io->poked == io->s->poked)
		return;
	io->poked = io->s->poked;
	memset(&ev, 0, sizeof(ev));
	ev.lost = true;
	cb(&ev, arg);
}

static struct fake_link *
by_index(struct kern_io *io, int ifindex)
{
	size_t	 i;

	for (i = 0; i < FAKE_LINKS; i++) {
		if (io->s->links[i].used && io->s->links[i].ifindex == ifindex)
			return (&io->s->links[i]);
	}
	return (NULL);
}

static void
get_link(const struct fake_link *f, struct kern_link *l)
{
	memset(l, 0, sizeof(*l));
	l->ifindex = f->ifindex;
	l->kind = f->kind;
	l->up = f->up;
	l->mtu = f->mtu;
	memcpy(l->alias, f->alias, sizeof(l->alias));
}

static int
fake_link_get(struct kern_io *io, const char *name, struct kern_link *l)
{
	struct fake_link	*f;
	size_t			 i;

	if (fault(io, "link_get"))
		return (-1);
	for (i = 0; i < FAKE_LINKS; i++) {
		f = &io->s->links[i];
		if (!f->used || strcmp(f->name, name) != 0)
			continue;
		get_link(f, l);
		return (0);
	}
	return (no(io, ENODEV));
}

static int
fake_link_there(struct kern_io *io, int ifindex)
{
	if (fault(io, "link_there"))
		return (-1);
	return (by_index(io, ifindex) == NULL ? no(io, ENODEV) : 0);
}

static int
fake_link_find(struct kern_io *io, const char *alias, unsigned int skip,
    char name[IFNAME_SIZE], struct kern_link *l)
{
	struct fake_link	*f;
	size_t			 i, n = strlen(alias);

	if (fault(io, "link_find"))
		return (-1);
	for (i = 0; i < FAKE_LINKS; i++) {
		f = &io->s->links[i];
		if (!f->used || strncmp(f->alias, alias, n) != 0 ||
		    (f->alias[n] != '\0' && f->alias[n] != ':') || skip-- > 0)
			continue;
		(void)strlcpy(name, f->name, IFNAME_SIZE);
		get_link(f, l);
		return (0);
	}
	return (no(io, ENODEV));
}

/* The name of the network stands in the alias, before another colon. */
static int
fake_tunnel_find(struct kern_io *io, kern_tunnel *want, const void *arg,
    char name[IFNAME_SIZE])
{
	struct fake_link	*f;
	char			 network[NETNAME_SIZE];
	size_t			 i;

	if (fault(io, "tunnel_find"))
		return (-1);
	for (i = 0; i < FAKE_LINKS; i++) {
		f = &io->s->links[i];
		if (!f->used || strncmp(f->alias, "spg:", 4) != 0)
			continue;
		(void)strlcpy(network, f->alias + 4, sizeof(network));
		network[strcspn(network, ":")] = '\0';
		if (!want(arg, f->name, network))
			continue;
		(void)strlcpy(name, f->name, IFNAME_SIZE);
		return (0);
	}
	return (no(io, ENODEV));
}

static int
fake_link_add(struct kern_io *io, const char *name)
{
	struct fake_link	*f;
	size_t			 i;

	if (fault(io, "link_add"))
		return (-1);
	if (io->s->no_wireguard)
		return (no(io, EOPNOTSUPP));
	for (i = 0; i < FAKE_LINKS; i++) {
		f = &io->s->links[i];
		if (f->used)
			continue;
		memset(f, 0, sizeof(*f));
		f->used = true;
		f->ifindex = io->s->next_ifindex++;
		f->kind = LINK_WIREGUARD;
		f->mtu = 1420;
		(void)strlcpy(f->name, name, sizeof(f->name));
		note(io->s, "link add %s\n", name);
		return (0);
	}
	return (no(io, ENOSPC));
}

static int
fake_link_del(struct kern_io *io, int ifindex)
{
	struct fake_link	*f = by_index(io, ifindex);
	size_t			 i, peers = 0;

	if (fault(io, "link_del"))
		return (-1);
	if (f == NULL)
		return (0);
	for (i = 0; i < FAKE_PEERS; i++) {
		if (io->s->peers[i].slot == SLOT_USED &&
		    io->s->peers[i].ifindex == ifindex) {
			io->s->peers[i].slot = SLOT_GONE;
			peers++;
		}
	}
	for (i = 0; i < FAKE_OWNERS; i++) {
		if (io->s->owners[i].ifindex == ifindex &&
		    io->s->owners[i].slot == SLOT_USED)
			io->s->owners[i].slot = SLOT_GONE;
	}
	for (i = 0; i < io->s->nroutes;) {
		if (io->s->routes[i].oif == ifindex)
			io->s->routes[i] = io->s->routes[--io->s->nroutes];
		else
			i++;
	}
	note(io->s, "link del %s peers %zu\n", f->name, peers);
	f->used = false;
	return (0);
}

static int
fake_link_set(struct kern_io *io, int ifindex, const struct kern_linkset *set)
{
	struct fake_link	*f = by_index(io, ifindex);

	if (fault(io, "link_set"))
		return (-1);
	if (f == NULL)
		return (no(io, ENODEV));
	if (set->up >= 0)
		f->up = set->up;
	if (set->mtu != 0)
		f->mtu = set->mtu;
	if (set->alias != NULL)
		(void)strlcpy(f->alias, set->alias, sizeof(f->alias));
	note(io->s, "link set %s up %d mtu %u alias %s\n", f->name, set->up,
	    set->mtu, set->alias == NULL ? "-" : set->alias);
	return (0);
}

static int
fake_addr_list(struct kern_io *io, int ifindex, struct kern_addr *list,
    size_t max, size_t *n)
{
	struct fake_link	*f = by_index(io, ifindex);

	if (fault(io, "addr_list"))
		return (-1);
	if (f == NULL || f->naddrs > max)
		return (no(io, f == NULL ? ENODEV : E2BIG));
	memcpy(list, f->addrs, f->naddrs * sizeof(*list));
	*n = f->naddrs;
	return (0);
}

static int
fake_addr_others(struct kern_io *io, int ifindex, kern_want *want,
    const void *arg, struct prefix *list, size_t max, size_t *n)
{
	*n = 0;
	if (fault(io, "addr_others"))
		return (-1);
	if (io->s->host.family != 0 && max > 0 && want(arg, &io->s->host))
		list[(*n)++] = io->s->host;
	return (0);
}

static int
fake_addr_add(struct kern_io *io, int ifindex, const struct prefix *p)
{
	struct fake_link	*f = by_index(io, ifindex);
	char			 text[PREFIX_TEXT];

	if (fault(io, "addr_add"))
		return (-1);
	if (f == NULL || f->naddrs == KERN_ADDRS_MAX)
		return (no(io, f == NULL ? ENODEV : E2BIG));
	f->addrs[f->naddrs].prefix = *p;
	f->addrs[f->naddrs++].proto = SALLYPORT_RTPROT;
	note(io->s, "addr add %s dev %s\n", prefix_format(p, text), f->name);
	return (0);
}

static int
fake_addr_del(struct kern_io *io, int ifindex, const struct prefix *p)
{
	struct fake_link	*f = by_index(io, ifindex);
	char			 text[PREFIX_TEXT];
	uint32_t		 i;

	if (fault(io, "addr_del"))
		return (-1);
	if (f == NULL)
		return (no(io, ENODEV));
	for (i = 0; i < f->naddrs; i++) {
		if (prefix_cmp(&f->addrs[i].prefix, p) != 0)
			continue;
		f->addrs[i] = f->addrs[--f->naddrs];
		note(io->s, "addr del %s dev %s\n", prefix_format(p, text),
		    f->name);
		break;
	}
	return (0);
}

static int
fake_route_list(struct kern_io *io, uint32_t table, int ifindex,
    struct kern_routes *l)
{
	const struct kern_route	*r;
	uint32_t		 i;

	if (fault(io, "route_list"))
		return (-1);
	for (i = 0; i < io->s->nroutes; i++) {
		r = &io->s->routes[i];
		if ((table == 0 || r->table == table) &&
		    (ifindex == 0 || r->oif == ifindex) &&
		    kern_routes_add(l, r) == -1)
			return (no(io, errno));
	}
	return (0);
}

static bool
same_route(const struct kern_route *a, const struct kern_route *b)
{
	return (prefix_cmp(&a->dst, &b->dst) == 0 && a->table == b->table &&
	    a->metric == b->metric);
}

static int
fake_route_add(struct kern_io *io, const struct kern_route *r)
{
	char		 text[PREFIX_TEXT];
	uint32_t	 i;

	if (fault(io, "route_add"))
		return (-1);
	for (i = 0; i < io->s->nroutes; i++) {
		if (same_route(&io->s->routes[i], r))
			return (no(io, EEXIST));
	}
	if (io->s->nroutes == FAKE_ROUTES)
		return (no(io, ENOSPC));
	io->s->routes[io->s->nroutes++] = *r;
	note(io->s, "route add %s table %u\n", prefix_format(&r->dst, text),
	    r->table);
	return (0);
}

static int
fake_route_del(struct kern_io *io, const struct kern_route *r)
{
	char		 text[PREFIX_TEXT];
	uint32_t	 i;

	if (fault(io, "route_del"))
		return (-1);
	for (i = 0; i < io->s->nroutes; i++) {
		if (!same_route(&io->s->routes[i], r))
			continue;
		io->s->routes[i] = io->s->routes[--io->s->nroutes];
		note(io->s, "route del %s table %u\n",
		    prefix_format(&r->dst, text), r->table);
		break;
	}
	return (0);
}

static int
fake_route_default(struct kern_io *io, uint8_t family, int ifindex,
    struct kern_route *r)
{
	if (fault(io, "route_default"))
		return (-1);
	memset(r, 0, sizeof(*r));
	return (0);
}

static int
fake_route_connected(struct kern_io *io, int ifindex, struct kern_routes *l)
{
	const struct kern_route	*r = &io->s->connected;

	if (fault(io, "route_connected"))
		return (-1);
	return (r->dst.family == 0 ? 0 : kern_routes_add(l, r));
}

static int
fake_route_other(struct kern_io *io, uint32_t table, uint8_t *proto)
{
	if (fault(io, "route_other"))
		return (-1);
	*proto = io->s->other_table == table ? io->s->other_proto : 0;
	return (0);
}

static int
fake_rule_list(struct kern_io *io, struct kern_rules *l)
{
	uint32_t	 i;

	if (fault(io, "rule_list"))
		return (-1);
	for (i = 0; i < io->s->nrules; i++) {
		if (kern_rules_add(l, &io->s->rules[i]) == -1)
			return (no(io, errno));
	}
	return (0);
}

static void
note_rule(struct fake_state *s, const char *what, const struct kern_rule *r)
{
	char	 src[PREFIX_TEXT], dst[PREFIX_TEXT];

	note(s, "rule %s iif %s from %s to %s table %u\n", what, r->iif,
	    r->src.family == 0 ? "any" : prefix_format(&r->src, src),
	    r->dst.family == 0 ? "any" : prefix_format(&r->dst, dst), r->table);
}

static int
fake_rule_add(struct kern_io *io, const struct kern_rule *r)
{
	if (fault(io, "rule_add"))
		return (-1);
	if (io->s->nrules == FAKE_RULES)
		return (no(io, ENOSPC));
	io->s->rules[io->s->nrules++] = *r;
	note_rule(io->s, "add", r);
	return (0);
}

static int
fake_rule_del(struct kern_io *io, const struct kern_rule *r)
{
	uint32_t	 i;

	if (fault(io, "rule_del"))
		return (-1);
	for (i = 0; i < io->s->nrules; i++) {
		if (memcmp(&io->s->rules[i], r, sizeof(*r)) != 0)
			continue;
		io->s->rules[i] = io->s->rules[--io->s->nrules];
		note_rule(io->s, "del", r);
		break;
	}
	return (0);
}

static int
fake_fw_look(struct kern_io *io, unsigned int i, char owner[FW_OWNER_SIZE])
{
	if (fault(io, "fw_look"))
		return (-1);
	(void)strlcpy(owner, io->s->fw_owner[i], FW_OWNER_SIZE);
	if (io->s->nfw[i] == 0)
		return (KERN_FW_NONE);
	return (io->fw_known[i] ? KERN_FW_OURS : KERN_FW_CHANGED);
}

/* Networks of two suites may have one name. */
static const char *
elem_name(unsigned int table, const char *network, char name[FAKE_NAME])
{
	(void)snprintf(name, FAKE_NAME, "%u:%s", table, network);
	return (name);
}

static int
fake_fw_elems(struct kern_io *io, unsigned int table, const char *network,
    const struct kern_fw_elem *list, size_t n)
{
	static const char *const what[] = { "add", "move", "del" };
	struct fake_state	*s = io->s;
	struct fake_elem	*e;
	char			 text[PREFIX_TEXT], name[FAKE_NAME];
	size_t			 i;

	if (fault(io, "fw_elems"))
		return (-1);
	for (i = 0; i < n; i++) {
		e = fake_elem(s, elem_name(table, network, name),
		    &list[i].addr);
		if (e == NULL)
			return (no(io, ENOSPC));
		note(s, "elem %s %s %s\n", what[list[i].todo], network,
		    prefix_format(&list[i].addr, text));
		if (list[i].todo == KERN_FW_REMOVE && e->slot == SLOT_USED)
			e->slot = SLOT_GONE;
		/* As in the kernel, what is there is not added again. */
		if (list[i].todo == KERN_FW_REMOVE ||
		    (list[i].todo == KERN_FW_ADD && e->slot == SLOT_USED))
			continue;
		e->slot = SLOT_USED;
		(void)strlcpy(e->network, name, sizeof(e->network));
		e->elem = list[i];
	}
	return (0);
}

static int
fake_fw_elem_list(struct kern_io *io, unsigned int table, const char *network,
    struct kern_fw_elems *l)
{
	char		 name[FAKE_NAME];
	uint32_t	 i;

	if (fault(io, "fw_elem_list"))
		return (-1);
	(void)elem_name(table, network, name);
	for (i = 0; i < FAKE_ELEMS; i++) {
		if (io->s->elems[i].slot == SLOT_USED &&
		    strcmp(io->s->elems[i].network, name) == 0 &&
		    kern_fw_elems_add(l, &io->s->elems[i].elem) == -1)
			return (no(io, errno));
	}
	return (0);
}

/* The counters of the first network all say the same. */
static int
fake_fw_counts(struct kern_io *io, unsigned int i, kern_count_cb *cb, void *arg)
{
	unsigned int what;

	if (fault(io, "fw_counts"))
		return (-1);
	for (what = 0; what < TRAFFIC_N && io->s->nfw[i] > 0; what++)
		cb(io->s->fw[i].name, (enum traffic)what, io->s->counted,
		    100 * io->s->counted, arg);
	return (0);
}

static void
drop_elems(struct fake_state *s, unsigned int table)
{
	uint32_t	 i;

	for (i = 0; i < FAKE_ELEMS; i++) {
		if (s->elems[i].slot == SLOT_USED &&
		    s->elems[i].network[0] == '0' + (char)table)
			s->elems[i].slot = SLOT_GONE;
	}
}

static int
fake_fw_set(struct kern_io *io, unsigned int i, const char *owner,
    const struct kern_fw *f, size_t n)
{
	if (fault(io, "fw_set"))
		return (-1);
	io->s->nfw[i] = (uint32_t)n;
	(void)strlcpy(io->s->fw_owner[i], owner, FW_OWNER_SIZE);
	io->fw_known[i] = true;
	if (n > 0)
		io->s->fw[i] = f[0];
	else
		drop_elems(io->s, i);
	note(io->s, "fw set %zu\n", n);
	return (0);
}

static int
fake_wg_set(struct kern_io *io, const struct wg_dev *d, const uint8_t *priv,
    int port)
{
	struct fake_link	*f = by_index(io, d->ifindex);

	if (fault(io, "wg_set"))
		return (-1);
	if (d->backend == BACKEND_USERSPACE)
		return (wg_uapi_set(&io->uapi, d->fd, priv, port));
	if (f == NULL)
		return (no(io, ENODEV));
	if (priv != NULL) {
		wgkey_public(f->pub, priv);
		f->has_key = true;
	}
	if (port >= 0)
		f->port = (uint16_t)port;
	note(io->s, "wg set %s key %d port %d\n", f->name, priv != NULL, port);
	return (0);
}

static int
fake_wg_peers(struct kern_io *io, const struct wg_dev *d,
    const struct peer_op *ops, size_t n)
{
	struct fake_link	*f = by_index(io, d->ifindex);
	char			 text[PREFIX_TEXT], key[WGKEY_TEXT];
	size_t			 i, j;

	if (fault(io, "wg_peers"))
		return (-1);
	/* A test of tunnels makes their links itself. */
	if (d->backend == BACKEND_GRE)
		return (0);
	if (d->backend == BACKEND_USERSPACE)
		return (wg_uapi_peers(&io->uapi, d->fd, ops, n));
	if (f == NULL)
		return (no(io, ENODEV));
	io->s->calls_peers++;
	if (io->s->fail_peers > 0) {
		io->s->fail_peers--;
		return (no(io, ENOMEM));
	}
	for (i = 0; i < n; i++) {
		if (fake_peer_set(io->s, d->ifindex, &ops[i]) == -1)
			return (no(io, errno));
		note(io->s, "peer %s %s dev %s", ops[i].remove ? "del" : "set",
		    wgkey_format(ops[i].key, key), f->name);
		for (j = 0; j < ops[i].naddrs && !ops[i].remove; j++)
			note(io->s, " %s",
			    prefix_format(&ops[i].addrs[j], text));
		note(io->s, "\n");
	}
	return (0);
}

static int
fake_wg_dump(struct kern_io *io, const struct wg_dev *d, struct snapshot *s)
{
	struct fake_link	*f = by_index(io, d->ifindex);
	struct fake_peer	*p;
	struct snappeer		*q;
	size_t			 i, j;

	if (fault(io, "wg_dump"))
		return (-1);
	if (d->backend == BACKEND_USERSPACE)
		return (wg_uapi_dump(&io->uapi, d->fd, s));
	if (f == NULL && d->backend != BACKEND_GRE)
		return (no(io, ENODEV));
	io->s->calls_dump++;
	if (io->s->busy_dumps > 0) {
		io->s->busy_dumps--;
		return (no(io, EAGAIN));
	}
	snapshot_reset(s);
	if (f == NULL)
		return (0);
	s->has_key = f->has_key;
	memcpy(s->pub, f->pub, sizeof(s->pub));
	s->port = f->port;
	s->at = mono_now();
	for (i = 0; i < FAKE_PEERS; i++) {
		p = &io->s->peers[i];
		if (p->slot != SLOT_USED || p->ifindex != d->ifindex)
			continue;
		q = snapshot_add_peer(s, p->key);
		if (q == NULL)
			return (no(io, ENOMEM));
		q->rx = p->rx;
		q->tx = p->tx;
		q->handshake = p->handshake;
		q->psk = snapshot_psk(p->psk);
		q->endpoint = p->endpoint;
		q->port = p->port;
		q->keepalive = p->keepalive;
		for (j = 0; j < p->naddrs; j++) {
			if (snapshot_add_addr(s, &p->addrs[j]) == -1)
				return (no(io, ENOMEM));
		}
	}
	return (0);
}

static int
fake_tunnel_set(struct kern_io *io, const struct kern_tunnel *t)
{
	if (fault(io, "tunnel_set"))
		return (-1);
	io->s->tunnel = *t;
	io->s->tunnelled = true;
	return (0);
}

static int
fake_tunnel_clear(struct kern_io *io)
{
	if (fault(io, "tunnel_clear"))
		return (-1);
	io->s->tunnelled = false;
	return (0);
}

static int
fake_wg_mark(struct kern_io *io, const struct wg_dev *d, uint32_t mark)
{
	if (fault(io, "wg_mark"))
		return (-1);
	io->s->mark = mark;
	return (0);
}

const struct kern_ops kern_ops = {
	.open = fake_open,
	.close = fake_close,
	.error = fake_error,
	.notify_fd = fake_notify_fd,
	.notify_read = fake_notify_read,
	.link_get = fake_link_get,
	.link_there = fake_link_there,
	.link_find = fake_link_find,
	.tunnel_find = fake_tunnel_find,
	.link_add = fake_link_add,
	.link_del = fake_link_del,
	.link_set = fake_link_set,
	.addr_list = fake_addr_list,
	.addr_others = fake_addr_others,
	.addr_add = fake_addr_add,
	.addr_del = fake_addr_del,
	.route_list = fake_route_list,
	.route_add = fake_route_add,
	.route_del = fake_route_del,
	.route_default = fake_route_default,
	.route_other = fake_route_other,
	.route_connected = fake_route_connected,
	.rule_list = fake_rule_list,
	.rule_add = fake_rule_add,
	.rule_del = fake_rule_del,
	.tunnel_set = fake_tunnel_set,
	.tunnel_clear = fake_tunnel_clear,
	.fw_look = fake_fw_look,
	.fw_set = fake_fw_set,
	.fw_elems = fake_fw_elems,
	.fw_elem_list = fake_fw_elem_list,
	.fw_counts = fake_fw_counts,
	.wg_set = fake_wg_set,
	.wg_mark = fake_wg_mark,
	.wg_peers = fake_wg_peers,
	.wg_dump = fake_wg_dump,
};
