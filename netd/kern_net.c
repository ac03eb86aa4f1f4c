/* SPDX-License-Identifier: ISC */
/*
 * A network's interface, from nothing to up: found or made, keyed, addressed,
 * routed; and back.  net_ensure compares and changes what differs, whatever
 * the reason for calling it.
 */

#include <sys/socket.h>

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sodium.h>

#include "hand.h"
#include "log.h"

#define RETRY_MAX_S	60

/* What became of a step: on to the next, or not now, or not at all. */
enum step {
	STEP_OK,
	STEP_WAIT,
	STEP_FAILED
};

static void	 retry_cb(evutil_socket_t, short, void *);
static void	 work_cb(evutil_socket_t, short, void *);
static void	 uapi_cb(evutil_socket_t, short, void *);

struct knet *
net_find(struct kern *k, const char *name)
{
	struct knet	*n;

	TAILQ_FOREACH(n, &k->nets, entry) {
		if (strcmp(n->conf.name, name) == 0)
			return (n);
	}
	return (NULL);
}

struct knet *
net_new(struct kern *k, const struct kconfnet *c)
{
	struct knet	*n;

	n = calloc(1, sizeof(*n));
	if (n == NULL)
		return (NULL);
	n->k = k;
	n->conf = c->conf;
	memcpy(n->priv, c->priv, sizeof(n->priv));
	n->has_priv = c->has_priv;
	n->state = NET_DOWN;
	n->dev.fd = -1;
	wanted_init(&n->wanted, n);
	n->retry = event_new(k->base, -1, 0, retry_cb, n);
	n->work = event_new(k->base, -1, 0, work_cb, n);
	if (n->retry == NULL || n->work == NULL) {
		net_free(n);
		errno = ENOMEM;
		return (NULL);
	}
	return (n);
}

void
net_uapi_close(struct knet *n)
{
	if (n->uapi != NULL)
		event_free(n->uapi);
	n->uapi = NULL;
	if (n->dev.fd != -1)
		close(n->dev.fd);
	n->dev.fd = -1;
}

void
net_free(struct knet *n)
{
	struct wish	*x;

	RB_FOREACH(x, wish_tree, &n->wanted.keys)
		expiry_unset(&n->k->expiry, &x->expiry);
	wanted_clear(&n->wanted);
	net_uapi_close(n);
	if (n->retry != NULL)
		event_free(n->retry);
	if (n->work != NULL)
		event_free(n->work);
	snapshot_free(n->snap);
	free(n->foreign);
	sodium_memzero(n->priv, sizeof(n->priv));
	free(n);
}

void
net_policy(const struct knet *n, struct policy *p)
{
	memset(p, 0, sizeof(*p));
	p->conf = &n->conf;
	p->has_pub = n->has_pub;
	memcpy(p->pub, n->pub, sizeof(p->pub));
	p->limit = n->dev.backend == BACKEND_USERSPACE ? UAPI_PEERS_MAX :
							 UINT32_MAX;
	p->foreign = (const uint8_t (*)[WGKEY_LEN])n->foreign;
	p->nforeign = n->nforeign;
}

static void
log_change(const struct knet *n, const struct msg_kern_network *m)
{
	if (m->state == NET_UP && n->sent.state != NET_UP)
		log_info("network up net=%s interface=%s backend=%s port=%u",
		    m->network, n->conf.interface,
		    m->backend == BACKEND_USERSPACE ? "userspace" : "kernel",
		    m->port);
	else if (m->state != NET_UP && strcmp(m->text, n->sent.text) != 0)
		log_warnx("network %s net=%s: %s",
		    m->state == NET_FAILED ? "failed" : "down", m->network,
		    m->text);
}

void
kern_repeat_network(struct knet *n)
{
	if (n->k->leased == NULL || n->sent.state == 0)
		return;
	if (chan_send_kern_network(n->k->leased, 0, &n->sent, -1) == -1)
		log_warn("cannot tell leased about network %s", n->conf.name);
}

void
kern_send_network(struct knet *n)
{
	struct msg_kern_network	 m;

	memset(&m, 0, sizeof(m));
	(void)strlcpy(m.network, n->conf.name, sizeof(m.network));
	m.state = n->state;
	m.backend = n->dev.backend != 0 ? n->dev.backend : BACKEND_KERNEL;
	m.adopted = n->conf.adopt;
	if (n->state == NET_UP) {
		memcpy(m.pubkey, n->pub, sizeof(m.pubkey));
		m.port = n->port;
		m.foreign = n->nforeign;
	} else
		(void)strlcpy(m.text, n->text, sizeof(m.text));
	if (memcmp(&m, &n->sent, sizeof(m)) == 0)
		return;
	log_change(n, &m);
	n->sent = m;
	kern_repeat_network(n);
}

/* Whoever looks in between must not put it off. */
static void
arm_retry(struct knet *n)
{
	struct timeval	 tv;

	if (evtimer_pending(n->retry, NULL) != 0)
		return;
	if (n->backoff_s == 0)
		n->backoff_s = 1;
	tv.tv_sec = n->backoff_s;
	tv.tv_usec = 0;
	(void)evtimer_add(n->retry, &tv);
	n->backoff_s *= 2;
	if (n->backoff_s > RETRY_MAX_S)
		n->backoff_s = RETRY_MAX_S;
}

void
net_lost(struct knet *n, const char *why)
{
	if (why != n->text)
		(void)strlcpy(n->text, why, sizeof(n->text));
	n->state = NET_DOWN;
	net_uapi_close(n);
	peer_fail_waiters(n, PEER_E_KERNEL);
	kern_send_network(n);
	arm_retry(n);
}

static void
retry_cb(evutil_socket_t fd, short what, void *arg)
{
	net_ensure(arg, true);
}

static void
work_cb(evutil_socket_t fd, short what, void *arg)
{
	peer_work(arg);
}

/* Between questions nothing comes but the end of the connection. */
static void
uapi_cb(evutil_socket_t fd, short what, void *arg)
{
	struct knet	*n = arg;

	net_uapi_close(n);
	if (n->state == NET_UP)
		net_lost(n, "the connection to wireguard-go ended");
}

void
net_uapi(struct knet *n, int fd)
{
	net_uapi_close(n);
	n->dev.fd = fd;
	n->uapi = event_new(n->k->base, fd, EV_READ, uapi_cb, n);
	if (n->uapi == NULL || event_add(n->uapi, NULL) == -1)
		log_warnx("network %s: cannot watch wireguard-go",
		    n->conf.name);
	(void)evtimer_del(n->retry);
	n->backoff_s = 0;
	net_ensure(n, true);
}

__attribute__((format(printf, 3, 4))) static enum step
fail(struct knet *n, enum step s, const char *fmt, ...)
{
	va_list	 ap;

	va_start(ap, fmt);
	(void)vsnprintf(n->text, sizeof(n->text), fmt, ap);
	va_end(ap);
	return (s);
}

/* User space it is: the connection is here, or asked for. */
static enum step
want_uapi(struct knet *n)
{
	struct msg_uapi_want	 m;

	n->dev.backend = BACKEND_USERSPACE;
	if (n->dev.fd != -1)
		return (STEP_OK);
	memset(&m, 0, sizeof(m));
	(void)strlcpy(m.network, n->conf.name, sizeof(m.network));
	if (n->k->parent == NULL ||
	    chan_send_uapi_want(n->k->parent, 0, &m, -1) == -1)
		log_warn("cannot ask for wireguard-go");
	return (fail(n, STEP_WAIT, "waiting for wireguard-go on %s",
	    n->conf.interface));
}

/* There is no such interface. */
static enum step
make_link(struct knet *n, struct kern_link *l)
{
	const struct kern_ops	*ops = n->k->ops;
	struct kern_linkset	 set = { .up = -1 };
	char			 alias[KERN_ALIAS_SIZE];
	enum step		 s;

	n->dev.ifindex = 0;
	if (n->conf.adopt)
		return (fail(n, STEP_WAIT,
		    "interface %s does not exist: with "
		    "adopt = true another program makes it",
		    n->conf.interface));
	if (n->conf.backend != BACKEND_USERSPACE) {
		if (ops->link_add(n->k->io, n->conf.interface) == 0) {
			n->dev.backend = BACKEND_KERNEL;
			n->changes++;
			if (ops->link_get(n->k->io, n->conf.interface, l) == -1)
				return (fail(n, STEP_FAILED,
				    "cannot find %s again: %s",
				    n->conf.interface, ops->error(n->k->io)));
			(void)snprintf(alias, sizeof(alias), "sp:%s",
			    n->conf.name);
			set.alias = alias;
			if (ops->link_set(n->k->io, l->ifindex, &set) == 0)
				(void)strlcpy(l->alias, alias,
				    sizeof(l->alias));
			return (STEP_OK);
		}
		if (errno != EOPNOTSUPP)
			return (fail(n, STEP_FAILED, "cannot make %s: %s",
			    n->conf.interface, ops->error(n->k->io)));
		if (n->conf.backend == BACKEND_KERNEL)
			return (fail(n, STEP_FAILED,
			    "cannot make %s: the "
			    "kernel has no WireGuard; load its module "
			    "(modprobe wireguard), or install wireguard-go and "
			    "set backend = \"userspace\"",
			    n->conf.interface));
		if (!n->said_fallback)
			log_notice("network %s: the kernel has no WireGuard, "
				   "falling back to wireguard-go",
			    n->conf.name);
		n->said_fallback = true;
	}
	s = want_uapi(n);
	if (s != STEP_OK)
		return (s);
	if (ops->link_get(n->k->io, n->conf.interface, l) == -1)
		return (fail(n, STEP_WAIT,
		    "wireguard-go has not made %s "
		    "yet",
		    n->conf.interface));
	return (STEP_OK);
}

static enum step
find_link(struct knet *n, struct kern_link *l)
{
	const struct kern_ops	*ops = n->k->ops;
	enum step		 s;

	if (ops->link_get(n->k->io, n->conf.interface, l) == -1) {
		if (errno != ENODEV)
			return (fail(n, STEP_FAILED, "cannot look at %s: %s",
			    n->conf.interface, ops->error(n->k->io)));
		s = make_link(n, l);
		if (s != STEP_OK)
			return (s);
	} else if (l->kind == LINK_WIREGUARD) {
		if (n->conf.backend == BACKEND_USERSPACE)
			return (fail(n, STEP_FAILED,
			    "%s is an interface of "
			    "the kernel's WireGuard: remove it, or set "
			    "backend = \"kernel\"",
			    n->conf.interface));
		n->dev.backend = BACKEND_KERNEL;
	} else if (l->kind == LINK_TUN && n->conf.backend != BACKEND_KERNEL) {
		/* Routes of it stay while its other end is looked for. */
		if (n->state != NET_UP)
			n->dev.ifindex = l->ifindex;
		s = want_uapi(n);
		if (s != STEP_OK)
			return (s);
	} else
		return (fail(n, STEP_FAILED,
		    "%s exists and is no WireGuard "
		    "interface: remove it or choose another name",
		    n->conf.interface));
	if (n->dev.ifindex != l->ifindex && n->dev.ifindex != 0)
		n->changes++;
	n->dev.ifindex = l->ifindex;
	return (STEP_OK);
}

int
net_dump(struct knet *n)
{
	struct snapshot	*s;

	s = snapshot_new();
	if (s == NULL)
		return (-1);
	if (n->k->ops->wg_dump(n->k->io, &n->dev, s) == -1) {
		snapshot_free(s);
		return (-1);
	}
	n->k->health.dumps++;
	snapshot_free(n->snap);
	n->snap = s;
	n->port = s->port;
	return (0);
}

/* Remember whose keys are foreign, for policy. */
void
net_note_foreign(struct knet *n)
{
	uint8_t		(*keys)[WGKEY_LEN] = NULL;
	uint32_t	 i = 0, count;
	size_t		 j;

	count = reconcile_classify(n->snap, &n->wanted, &n->conf);
	if (count > 0) {
		keys = reallocarray(NULL, count, WGKEY_LEN);
		if (keys == NULL)
			return;
		for (j = 0; j < n->snap->npeers && i < count; j++) {
			if (n->snap->peers[j].foreign)
				memcpy(keys[i++], n->snap->peers[j].key,
				    WGKEY_LEN);
		}
		qsort(keys, count, WGKEY_LEN, policy_key_cmp);
	}
	free(n->foreign);
	n->foreign = keys;
	n->nforeign = count;
}

/* A link without our alias is ours if nobody has used it yet. */
static enum step
check_owner(struct knet *n, struct kern_link *l)
{
	struct kern_addr	 a[KERN_ADDRS_MAX];
	size_t			 count = 0, i, used = 0;

	if (n->conf.adopt || strncmp(l->alias, "sp:", 3) == 0)
		return (STEP_OK);
	if (n->k->ops->addr_list(n->k->io, l->ifindex, a, KERN_ADDRS_MAX,
		&count) == -1)
		return (fail(n, STEP_FAILED, "cannot read addresses of %s: %s",
		    n->conf.interface, n->k->ops->error(n->k->io)));
	for (i = 0; i < count; i++) {
		if (a[i].prefix.family != AF_INET6 ||
		    a[i].prefix.addr[0] != 0xfe)
			used++;
	}
	if (l->alias[0] == '\0' && !n->snap->has_key && n->snap->npeers == 0 &&
	    used == 0)
		return (STEP_OK);
	return (fail(n, STEP_FAILED,
	    "%s was made by another program: set "
	    "adopt = true, or remove it (ip link delete %s)",
	    n->conf.interface, n->conf.interface));
}

/* The device's key and port. */
static enum step
set_device(struct knet *n)
{
	const uint8_t	*priv = NULL;
	uint8_t		 pub[WGKEY_LEN];
	int		 port = -1;

	if (n->conf.adopt) {
		if (!n->snap->has_key)
			return (fail(n, STEP_WAIT,
			    "%s has no private key: "
			    "the program that made it must set one",
			    n->conf.interface));
		memcpy(n->pub, n->snap->pub, sizeof(n->pub));
		n->has_pub = true;
		return (STEP_OK);
	}
	wgkey_public(pub, n->priv);
	if (!n->snap->has_key || memcmp(pub, n->snap->pub, sizeof(pub)) != 0)
		priv = n->priv;
	if (n->conf.listen_port != 0 && n->conf.listen_port != n->snap->port)
		port = n->conf.listen_port;
	memcpy(n->pub, pub, sizeof(n->pub));
	n->has_pub = true;
	if (priv == NULL && port == -1)
		return (STEP_OK);
	if (n->k->ops->wg_set(n->k->io, &n->dev, priv, port) == -1)
		return (fail(n, STEP_FAILED,
		    errno == EADDRINUSE ?
		    "cannot set key and port of %s: %s: another program has "
		    "the UDP port; stop it or change listen_port" :
			"cannot set key and port of %s: %s",
		    n->conf.interface, n->k->ops->error(n->k->io)));
	if (port != -1)
		n->port = (uint16_t)port;
	drift_say(n->k, n, priv != NULL ? "the private key" : "the port", NULL);
	n->changes++;
	return (STEP_OK);
}

static enum step
device_error(struct knet *n)
{
	(void)fail(n, STEP_WAIT, "cannot read %s: %s", n->conf.interface,
	    n->k->ops->error(n->k->io));
	net_uapi_close(n);
	return (STEP_WAIT);
}

static enum step
steps(struct knet *n, bool full)
{
	struct kern_link	 l;
	enum step		 s;
	int			 before = n->dev.ifindex;

	s = find_link(n, &l);
	if (s != STEP_OK)
		return (s);
	if (n->state != NET_UP || before != n->dev.ifindex)
		full = true;
	if (full) {
		if (net_dump(n) == -1)
			return (device_error(n));
		s = check_owner(n, &l);
		if (s != STEP_OK) {
			n->dev.ifindex = 0;
			return (s);
		}
		s = set_device(n);
		if (s != STEP_OK)
			return (s);
	}
	if (ifc_addresses(n) == -1 || ifc_up(n, &l) == -1 ||
	    route_pools(n) == -1)
		return (STEP_FAILED);
	/* A port that was not chosen is known once the interface is up. */
	if (full && n->port == 0 && net_dump(n) == -1)
		return (device_error(n));
	if (full)
		net_note_foreign(n);
	return (STEP_OK);
}

void
net_ensure(struct knet *n, bool full)
{
	struct difference	 d;
	enum step		 s;
	bool			 came_up;

	n->changes = 0;
	s = steps(n, full);
	if (s != STEP_OK) {
		n->state = s == STEP_WAIT ? NET_DOWN : NET_FAILED;
		peer_fail_waiters(n, PEER_E_NETWORK);
		kern_send_network(n);
		arm_retry(n);
		return;
	}
	(void)evtimer_del(n->retry);
	n->backoff_s = 0;
	n->text[0] = '\0';
	full = full || n->state != NET_UP;
	came_up = n->state != NET_UP;
	n->state = NET_UP;
	net_claims_end(n);
	if (full && n->synced) {
		peer_resync(n, &d);
		if (d.added + d.removed + d.changed > 0)
			drift_say(n->k, n, "peers", NULL);
		n->changes += d.added + d.removed + d.changed;
	}
	kern_send_network(n);
	peer_work(n);
	if (came_up)
		(void)egress_ensure(n->k);
}

struct snapshot *
net_snapshot(struct knet *n, int64_t max_age_ms)
{
	if (n->state != NET_UP)
		return (NULL);
	if (n->snap != NULL &&
	    mono_diff_ms(mono_now(), n->snap->at) < max_age_ms)
		return (n->snap);
	if (net_dump(n) == -1) {
		log_warnx("network %s: cannot read %s: %s", n->conf.name,
		    n->conf.interface, n->k->ops->error(n->k->io));
		if (errno != ENOMEM && errno != EAGAIN)
			net_lost(n, "the device cannot be read");
		return (NULL);
	}
	net_note_foreign(n);
	return (n->snap);
}
