/* SPDX-License-Identifier: ISC */
/*
 * Plays the parent, one front, the kernel hand and sallyctl for a real leased,
 * over the real links.  Orders come as lines on standard input, one at a time;
 * each is answered by lines on standard output, the last one "." alone.
 *
 *	set WORD VALUE		the configuration to come: lease, quarantine,
 *				max, assign, template, pools, reserve, addrs,
 *				access, allow, deny, dir, endpoint, net
 *	start | stop | kill | wait	of the process
 *	reload			the configuration as it is now
 *	up NET | down NET	what the kernel hand says of a network
 *	kern ok|hold|N|gone|new	how it answers wishes: N is a peer_code
 *	peers			what it has
 *	stat NAME-SEED RX TX	counters that it reports
 *	reg NET NAME SEED | get NET NAME | del NET NAME | list NET | health
 *	burst NET PREFIX N	N registrations in one turn
 *	load NET PREFIX N C [KILL]	N with C at a time; kill -9 after KILL
 *	verify NET		all that were acknowledged are there
 *	ctl WHAT ...		a request of sallyctl
 */

#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "chan.h"
#include "child.h"
#include "clock.h"
#include "leased/hash.h"
#include "log.h"

#define TIMEOUT_S	30

struct peer {
	uint8_t		 key[WGKEY_LEN];
	char		 network[NETNAME_SIZE];
	uint32_t	 ttl;
	uint8_t		 naddrs;
	struct prefix	 addrs[PEER_ADDRS_MAX];
	uint64_t	 rx, tx;
	bool		 seen;		/* in the running sync */
};

struct acked {
	char		 name[IDENT_SIZE];
	uint8_t		 naddrs;
	struct prefix	 addrs[NET_POOLS_MAX];
};

struct drv {
	struct event_base *base;
	const char	*program;
	pid_t		 pid;
	struct chan	*parent, *front, *kern, *ctl;
	bool		 ready, gone, done;	/* done: the order is answered */
	uint32_t	 generation;
	struct msg_conf_gateway gw;
	struct msg_conf_network net;
	struct msg_conf_access access;
	struct msg_conf_access_name names[64];
	unsigned int	 nnames;
	char		 sock[DIR_SIZE + 8];
	bool		 ctl_sent;
	/* the kernel hand */
	int		 mode;			/* 0 hold, else a peer_code */
	struct hash	 peers;
	bool		 syncing;
	unsigned int	 syncs, sets, dels, stats_asked;
	struct msg_peer_sync_done last;
	/* requests */
	unsigned int	 answers, wanted, codes[LEASE_E_INTERNAL + 1];
	struct acked	*acked;
	size_t		 nacked;
	char		 load_net[NETNAME_SIZE], load_prefix[32];
	unsigned int	 load_next, load_n, load_kill;
	bool		 quiet;
	struct mono	 begun;
};

static uint64_t
peer_of(const void *p)
{
	return (hash_bytes(((const struct peer *)p)->key, WGKEY_LEN));
}

static bool
peer_eq(const void *p, const void *key)
{
	return (memcmp(((const struct peer *)p)->key, key, WGKEY_LEN) == 0);
}

static struct peer *
peer_find(struct drv *d, const uint8_t *key)
{
	return (hash_find(&d->peers, hash_bytes(key, WGKEY_LEN), peer_eq, key));
}

static void
peer_remove(struct drv *d, const uint8_t *key)
{
	struct peer *p;

	if ((p = peer_find(d, key)) == NULL)
		return;
	hash_remove(&d->peers, p);
	free(p);
}

static void
key_from(const char *seed, uint8_t key[WGKEY_LEN])
{
	uint8_t priv[WGKEY_LEN];

	if (wgkey_parse(seed, strlen(seed), key) == 0)
		return;
	(void)crypto_generichash(priv, sizeof(priv), (const uint8_t *)seed,
	    strlen(seed), NULL, 0);
	wgkey_public(key, priv);
}

static const char *
addrs_text(const struct prefix *a, uint8_t n)
{
	static char text[PEER_ADDRS_MAX * PREFIX_TEXT];
	char one[PREFIX_TEXT];
	uint8_t i;

	text[0] = '\0';
	for (i = 0; i < n; i++) {
		(void)strlcat(text, i > 0 ? "," : "", sizeof(text));
		(void)strlcat(text, prefix_format(&a[i], one), sizeof(text));
	}
	return (n == 0 ? "-" : text);
}

static void
finish(struct drv *d)
{
	d->done = true;
	event_base_loopbreak(d->base);
}

/* --- the kernel hand --- */

static int
kern_set(struct chan *c, uint32_t id, struct ibuf *b, int fd)
{
	struct drv *d = chan_arg(c);
	struct msg_peer_done done = { 0 };
	struct msg_peer_set m;
	struct peer *p;

	if (msg_peer_set_get(b, &m) == -1)
		return (-1);
	d->sets++;
	if (id != 0 && d->mode == 0)
		return (0);
	if (id == 0 || d->mode == PEER_OK) {
		if (m.has_old)
			peer_remove(d, m.old);
		if ((p = peer_find(d, m.pubkey)) == NULL) {
			if ((p = calloc(1, sizeof(*p))) == NULL)
				fatal("peer");
			memcpy(p->key, m.pubkey, WGKEY_LEN);
			hash_insert(&d->peers, p);
			d->last.added++;
		} else
			d->last.unchanged++;
		(void)strlcpy(p->network, m.network, sizeof(p->network));
		p->ttl = m.ttl;
		p->naddrs = m.naddrs;
		memcpy(p->addrs, m.addrs, sizeof(p->addrs));
		p->seen = true;
	}
	if (id == 0)
		return (d->syncing ? 0 : -1);
	done.code = (uint8_t)d->mode;
	return (chan_send_peer_done(c, id, &done, -1));
}

static int
kern_del(struct chan *c, uint32_t id, struct ibuf *b, int fd)
{
	struct drv *d = chan_arg(c);
	struct msg_peer_done done = { 0 };
	struct msg_peer_del m;

	if (msg_peer_del_get(b, &m) == -1)
		return (-1);
	d->dels++;
	if (d->mode == 0)
		return (0);
	if (d->mode == PEER_OK)
		peer_remove(d, m.pubkey);
	done.code = (uint8_t)d->mode;
	return (chan_send_peer_done(c, id, &done, -1));
}

static int
kern_begin(struct chan *c, uint32_t id, struct ibuf *b, int fd)
{
	struct drv *d = chan_arg(c);
	struct peer *p;
	size_t pos = 0;

	if (d->syncing)
		return (-1);
	d->syncing = true;
	memset(&d->last, 0, sizeof(d->last));
	while ((p = hash_next(&d->peers, &pos)) != NULL)
		p->seen = false;
	return (0);
}

static int
kern_end(struct chan *c, uint32_t id, struct ibuf *b, int fd)
{
	struct drv *d = chan_arg(c);
	struct peer *p;
	size_t pos;
	bool again;

	if (!d->syncing)
		return (-1);
	do {
		again = false;
		for (pos = 0; (p = hash_next(&d->peers, &pos)) != NULL;)
			if (!p->seen) {
				peer_remove(d, p->key);
				d->last.removed++;
				again = true;
				break;
			}
	} while (again);
	d->syncing = false;
	d->syncs++;
	return (chan_send_peer_sync_done(c, 0, &d->last, -1));
}

static int
kern_stats(struct chan *c, uint32_t id, struct ibuf *b, int fd)
{
	struct drv *d = chan_arg(c);
	struct msg_peer_stats_get m;
	struct msg_peer_stats_end end = { .code = PEER_OK };
	struct msg_peer_stat s;
	struct peer *p;
	size_t pos = 0;

	if (msg_peer_stats_get_get(b, &m) == -1)
		return (-1);
	d->stats_asked++;
	while ((p = hash_next(&d->peers, &pos)) != NULL) {
		if (strcmp(p->network, m.network) != 0 || chan_busy(c))
			continue;
		memset(&s, 0, sizeof(s));
		(void)strlcpy(s.network, p->network, sizeof(s.network));
		memcpy(s.pubkey, p->key, WGKEY_LEN);
		s.rx = p->rx;
		s.tx = p->tx;
		s.handshake = p->rx > 0 ? wall_now().s : 0;
		s.naddrs = p->naddrs;
		memcpy(s.addrs, p->addrs, sizeof(s.addrs));
		(void)chan_send_peer_stat(c, id, &s, -1);
	}
	memset(&s, 0, sizeof(s));
	(void)strlcpy(s.network, m.network, sizeof(s.network));
	key_from("foreign", s.pubkey);
	s.foreign = 1;
	s.rx = 7;
	(void)chan_send_peer_stat(c, id, &s, -1);
	(void)strlcpy(end.network, m.network, sizeof(end.network));
	return (chan_send_peer_stats_end(c, id, &end, -1));
}

static void
kern_closed(struct chan *c, const char *reason)
{
	struct drv *d = chan_arg(c);

	printf("kern link: %s\n", reason);
	if (d->kern == c)
		d->kern = NULL;
	chan_free(c);
}

static const struct chan_handler kern_table[] = {
	{ MSG_PEER_SET, 1, kern_set },
	{ MSG_PEER_DEL, 1, kern_del },
	{ MSG_PEER_SYNC_BEGIN, 1, kern_begin },
	{ MSG_PEER_SYNC_END, 1, kern_end },
	{ MSG_PEER_STATS_GET, 1, kern_stats },
};

static const struct chan_ops kern_ops = { kern_table,
	sizeof(kern_table) / sizeof(kern_table[0]), NULL, NULL, kern_closed };

/* --- the front --- */

static void	 load_send(struct drv *);

static void
load_reply(struct drv *d, const struct msg_lease_reply *m)
{
	struct acked *a;

	if (m->code >= LEASE_E_KEY)
		return;
	if (d->nacked == d->load_n && d->nacked > 0)
		return;
	a = &d->acked[d->nacked++];
	(void)strlcpy(a->name, m->name, sizeof(a->name));
	a->naddrs = m->naddrs;
	memcpy(a->addrs, m->addrs, sizeof(a->addrs));
	if (d->load_kill != 0 && d->nacked == d->load_kill)
		kill(d->pid, SIGKILL);
}

static int
front_reply(struct chan *c, uint32_t id, struct ibuf *b, int fd)
{
	struct drv *d = chan_arg(c);
	struct msg_lease_reply m;
	char key[WGKEY_TEXT];

	if (msg_lease_reply_get(b, &m) == -1)
		return (-1);
	d->answers++;
	if (m.code <= LEASE_E_INTERNAL)
		d->codes[m.code]++;
	if (!d->quiet)
		printf("code=%u state=%u name=%s addrs=%s key=%s ttl=%u "
		       "expires=%s retry=%s port=%u\n",
		    m.code, m.state, m.name, addrs_text(m.addrs, m.naddrs),
		    wgkey_format(m.pubkey, key), m.ttl,
		    m.expires == 0 ? "never" : "set",
		    m.retry_after == 0 ? "no" : "yes", m.port);
	if (d->load_n > 0) {
		load_reply(d, &m);
		load_send(d);
	}
	if (d->answers >= d->wanted)
		finish(d);
	return (0);
}

static int
front_item(struct chan *c, uint32_t id, struct ibuf *b, int fd)
{
	struct msg_lease_item m;

	if (msg_lease_item_get(b, &m) == -1)
		return (-1);
	printf("item name=%s addrs=%s rx=%llu tx=%llu\n", m.name,
	    addrs_text(m.addrs, m.naddrs), (unsigned long long)m.rx,
	    (unsigned long long)m.tx);
	return (0);
}

static int
front_list_end(struct chan *c, uint32_t id, struct ibuf *b, int fd)
{
	struct msg_lease_list_end m;

	if (msg_lease_list_end_get(b, &m) == -1)
		return (-1);
	printf("end code=%u more=%u\n", m.code, m.more);
	finish(chan_arg(c));
	return (0);
}

static int
front_health(struct chan *c, uint32_t id, struct ibuf *b, int fd)
{
	struct msg_lease_health_reply m;

	if (msg_lease_health_reply_get(b, &m) == -1)
		return (-1);
	printf("health db=%u kern=%u wireguard=%u\n", m.db, m.kern,
	    m.wireguard);
	finish(chan_arg(c));
	return (0);
}

/* As the front would: "dev-N" is device N of net0, others match nothing. */
static int
front_ident(struct chan *c, uint32_t id, struct ibuf *b, int fd)
{
	struct drv *d = chan_arg(c);
	struct msg_ident_test m;
	struct msg_ident_result r = { 0 };

	if (msg_ident_test_get(b, &m) == -1)
		return (-1);
	if (strncmp(m.cn, "dev-", 4) == 0) {
		r.matched = 1;
		r.role = ROLE_DEVICE;
		r.proof = PROOF_CERTIFICATE;
		(void)strlcpy(r.name, m.cn + 4, sizeof(r.name));
		(void)strlcpy(r.network, d->net.name, sizeof(r.network));
	} else
		(void)strlcpy(r.text, "no rule matches", sizeof(r.text));
	return (chan_send_ident_result(c, id, &r, -1));
}

static void
front_closed(struct chan *c, const char *reason)
{
	struct drv *d = chan_arg(c);

	if (!d->quiet)
		printf("front link: %s\n", reason);
	d->front = NULL;
	chan_free(c);
	finish(d);
}

static const struct chan_handler front_table[] = {
	{ MSG_LEASE_REPLY, 1, front_reply },
	{ MSG_LEASE_ITEM, 1, front_item },
	{ MSG_LEASE_LIST_END, 1, front_list_end },
	{ MSG_LEASE_HEALTH_REPLY, 1, front_health },
	{ MSG_IDENT_TEST, 1, front_ident },
};

static const struct chan_ops front_ops = { front_table,
	sizeof(front_table) / sizeof(front_table[0]), NULL, NULL,
	front_closed };

static void
send_register(struct drv *d, const char *network, const char *name,
    const char *seed)
{
	struct msg_lease_register m;

	memset(&m, 0, sizeof(m));
	(void)strlcpy(m.network, network, sizeof(m.network));
	(void)strlcpy(m.name, name, sizeof(m.name));
	(void)snprintf(m.who, sizeof(m.who), "cn:dev-%s", name);
	key_from(seed, m.pubkey);
	(void)prefix_parse("192.0.2.7", &m.from);
	if (d->front != NULL &&
	    chan_send_lease_register(d->front, 1, &m, -1) == -1)
		printf("not sent: %s\n", strerror(errno));
}

static void
load_send(struct drv *d)
{
	char name[IDENT_SIZE];

	if (d->load_next >= d->load_n || d->front == NULL)
		return;
	snprintf(name, sizeof(name), "%s%u", d->load_prefix, d->load_next++);
	send_register(d, d->load_net, name, name);
}

/* --- the control socket --- */

static int
ctl_result(struct chan *c, uint32_t id, struct ibuf *b, int fd)
{
	struct msg_ctl_result m;

	if (msg_ctl_result_get(b, &m) == -1)
		return (-1);
	printf("result code=%u text=%s\n", m.code, m.text);
	finish(chan_arg(c));
	return (0);
}

static int
ctl_status(struct chan *c, uint32_t id, struct ibuf *b, int fd)
{
	struct msg_ctl_status m;

	if (msg_ctl_status_get(b, &m) == -1)
		return (-1);
	printf("status leases=%llu pending=%llu online=%llu denied=%llu db=%u "
	    "kern=%u apids=%u added=%u removed=%u unchanged=%u\n",
	    (unsigned long long)m.leases, (unsigned long long)m.pending,
	    (unsigned long long)m.online, (unsigned long long)m.denied, m.db,
	    m.kern, m.apids, m.last.added, m.last.removed, m.last.unchanged);
	return (0);
}

static int
ctl_network(struct chan *c, uint32_t id, struct ibuf *b, int fd)
{
	struct msg_ctl_network m;
	unsigned int i;

	if (msg_ctl_network_get(b, &m) == -1)
		return (-1);
	printf("network name=%s state=%u leases=%llu", m.name, m.state,
	    (unsigned long long)m.leases);
	for (i = 0; i < m.npools; i++)
		printf(" used=%llu/%llu", (unsigned long long)m.used[i],
		    (unsigned long long)m.size[i]);
	printf("\n");
	return (0);
}

static int
ctl_lease(struct chan *c, uint32_t id, struct ibuf *b, int fd)
{
	struct drv *d = chan_arg(c);
	struct msg_ctl_lease m;

	if (msg_ctl_lease_get(b, &m) == -1)
		return (-1);
	d->answers++;
	if (!d->quiet)
		printf("lease name=%s who=%s state=%u addrs=%s rx=%llu "
		       "tx=%llu\n",
		    m.name, m.who, m.state, addrs_text(m.addrs, m.naddrs),
		    (unsigned long long)m.rx, (unsigned long long)m.tx);
	return (0);
}

static int
ctl_peer(struct chan *c, uint32_t id, struct ibuf *b, int fd)
{
	struct msg_ctl_peer m;

	if (msg_ctl_peer_get(b, &m) == -1)
		return (-1);
	printf("peer name=%s source=%u rx=%llu\n", m.name, m.source,
	    (unsigned long long)m.rx);
	return (0);
}

static int
ctl_event(struct chan *c, uint32_t id, struct ibuf *b, int fd)
{
	struct msg_ctl_event m;

	if (msg_ctl_event_get(b, &m) == -1)
		return (-1);
	printf("event what=%s net=%s name=%s who=%s from=%s %s\n", m.what,
	    m.network, m.name, m.who, m.from, m.detail);
	return (0);
}

static int
ctl_test(struct chan *c, uint32_t id, struct ibuf *b, int fd)
{
	struct msg_ctl_test m;

	if (msg_ctl_test_get(b, &m) == -1)
		return (-1);
	printf("test matched=%u name=%s addrs=%s leased=%u denied=%u text=%s\n",
	    m.matched, m.name, addrs_text(m.addrs, m.naddrs), m.leased,
	    m.denied, m.text);
	return (0);
}

static int
ctl_chunk(struct chan *c, uint32_t id, struct ibuf *b, int fd)
{
	struct drv *d = chan_arg(c);
	struct msg_ctl_chunk m;
	char path[DIR_SIZE + 16];
	int out;

	if (msg_ctl_chunk_get(b, &m) == -1)
		return (-1);
	snprintf(path, sizeof(path), "%s.copy", d->gw.state_dir);
	out = open(path, O_WRONLY | O_CREAT | (m.offset == 0 ? O_TRUNC : 0),
	    0600);
	if (out == -1 ||
	    pwrite(out, m.data, m.len, (off_t)m.offset) != (ssize_t)m.len)
		fatal("%s", path);
	close(out);
	return (0);
}

static void
ctl_closed(struct chan *c, const char *reason)
{
	struct drv *d = chan_arg(c);

	printf("control link: %s\n", reason);
	d->ctl = NULL;
	chan_free(c);
	finish(d);
}

static const struct chan_handler ctl_table[] = {
	{ MSG_CTL_RESULT, 1, ctl_result },
	{ MSG_CTL_STATUS, 1, ctl_status },
	{ MSG_CTL_NETWORK, 1, ctl_network },
	{ MSG_CTL_LEASE, 1, ctl_lease },
	{ MSG_CTL_PEER, 1, ctl_peer },
	{ MSG_CTL_EVENT, 1, ctl_event },
	{ MSG_CTL_TEST, 1, ctl_test },
	{ MSG_CTL_CHUNK, 1, ctl_chunk },
};

static const struct chan_ops ctl_ops = { ctl_table,
	sizeof(ctl_table) / sizeof(ctl_table[0]), NULL, NULL, ctl_closed };

/* --- the parent --- */

static void
conf_send(struct drv *d)
{
	struct msg_conf_begin begin = { ++d->generation };
	struct msg_conf_ctl ctl = { 0 };
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	unsigned int i;
	int s;

	(void)chan_send_conf_begin(d->parent, 0, &begin, -1);
	(void)chan_send_conf_gateway(d->parent, 0, &d->gw, -1);
	(void)chan_send_conf_network(d->parent, 0, &d->net, -1);
	(void)chan_send_conf_access(d->parent, 0, &d->access, -1);
	for (i = 0; i < d->nnames; i++)
		(void)chan_send_conf_access_name(d->parent, 0, &d->names[i],
		    -1);
	if (!d->ctl_sent) {
		(void)snprintf(d->sock, sizeof(d->sock), "%s.sock",
		    d->gw.state_dir);
		(void)strlcpy(sun.sun_path, d->sock, sizeof(sun.sun_path));
		(void)unlink(d->sock);
		if ((s = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0)) ==
			-1 ||
		    bind(s, (struct sockaddr *)&sun, sizeof(sun)) == -1 ||
		    listen(s, 64) == -1)
			fatal("%s", d->sock);
		(void)chan_send_conf_ctl(d->parent, 0, &ctl, s);
		d->ctl_sent = true;
	}
	(void)chan_send_bare(d->parent, MSG_CONF_END, 0);
}

static int
parent_hello(struct chan *c, uint32_t id, struct ibuf *b, int fd)
{
	struct msg_setup_hello m;

	return (msg_setup_hello_get(b, &m));
}

static int
parent_ack(struct chan *c, uint32_t id, struct ibuf *b, int fd)
{
	struct drv *d = chan_arg(c);
	struct msg_conf_commit commit = { d->generation };
	struct msg_conf_ack m;

	if (msg_conf_ack_get(b, &m) == -1)
		return (-1);
	(void)chan_send_conf_commit(c, 0, &commit, -1);
	if (d->ready)
		finish(d);
	return (0);
}

static int
parent_nak(struct chan *c, uint32_t id, struct ibuf *b, int fd)
{
	struct msg_conf_nak m;

	if (msg_conf_nak_get(b, &m) == -1)
		return (-1);
	printf("nak %s\n", m.text);
	finish(chan_arg(c));
	return (0);
}

static int
parent_ready(struct chan *c, uint32_t id, struct ibuf *b, int fd)
{
	struct drv *d = chan_arg(c);

	d->ready = true;
	printf("ready\n");
	finish(d);
	return (0);
}

static int
parent_stopped(struct chan *c, uint32_t id, struct ibuf *b, int fd)
{
	return (0);
}

static int
parent_reload(struct chan *c, uint32_t id, struct ibuf *b, int fd)
{
	struct msg_ctl_result m = { CTL_OK, "the parent was asked" };

	return (chan_send_ctl_result(c, id, &m, -1));
}

static void
parent_closed(struct chan *c, const char *reason)
{
	struct drv *d = chan_arg(c);

	d->gone = true;
	d->parent = NULL;
	chan_free(c);
	finish(d);
}

static const struct chan_handler parent_table[] = {
	{ MSG_SETUP_HELLO, 1, parent_hello },
	{ MSG_CONF_ACK, 1, parent_ack },
	{ MSG_CONF_NAK, 1, parent_nak },
	{ MSG_SETUP_READY, 1, parent_ready },
	{ MSG_SETUP_STOPPED, 1, parent_stopped },
	{ MSG_CTL_RELOAD, 1, parent_reload },
	{ MSG_CTL_TEARDOWN, 1, parent_reload },
};

static const struct chan_ops parent_ops = { parent_table,
	sizeof(parent_table) / sizeof(parent_table[0]), NULL, NULL,
	parent_closed };

static void
timeout_cb(evutil_socket_t fd, short what, void *arg)
{
	printf("timeout\n");
	finish(arg);
}

/* Run until the order is answered. */
static void
run(struct drv *d)
{
	const struct timeval tv = { TIMEOUT_S, 0 };
	struct event *ev;

	ev = evtimer_new(d->base, timeout_cb, d);
	evtimer_add(ev, &tv);
	for (d->done = false; !d->done;)
		(void)event_base_loop(d->base, EVLOOP_ONCE);
	event_free(ev);
}

static void
run_ms(struct drv *d, long ms)
{
	const struct timeval tv = { ms / 1000, ms % 1000 * 1000 };

	(void)event_base_loopexit(d->base, &tv);
	(void)event_base_dispatch(d->base);
}

/* A new link between us, as peer, and leased. */
static struct chan *
link_new(struct drv *d, uint8_t role, const struct chan_ops *ops)
{
	struct msg_setup_peer m = { role, 0 };
	int sv[2];

	if (imsg_pair(sv) == -1)
		fatal("pair");
	(void)chan_send_setup_peer(d->parent, 0, &m, sv[1]);
	return (chan_new(d->base, sv[0], role, P_LEASED, "leased", ops, 1, d));
}

static void
do_start(struct drv *d)
{
	struct msg_setup_hello m = { PROTO_VERSION, P_LEASED, 0, 1,
		HELLO_NOUSER | HELLO_NOLANDLOCK_OK, getuid(), getgid() };
	int sv[2];

	if (imsg_pair(sv) == -1)
		fatal("pair");
	if ((d->pid = fork()) == -1)
		fatal("fork");
	if (d->pid == 0) {
		if (sv[1] == CHILD_FD)
			(void)fcntl(sv[1], F_SETFD, 0);
		else if (dup2(sv[1], CHILD_FD) == -1)
			_exit(126);
		execl(d->program, "leased", (char *)NULL);
		_exit(127);
	}
	close(sv[1]);
	d->gone = d->ready = d->ctl_sent = d->syncing = false;
	d->parent = chan_new(d->base, sv[0], P_PARENT, P_LEASED, "leased",
	    &parent_ops, 1, d);
	(void)chan_send_setup_hello(d->parent, 0, &m, -1);
	d->kern = link_new(d, P_KERN, &kern_ops);
	d->front = link_new(d, P_APID, &front_ops);
	conf_send(d);
	d->begun = mono_now();
	run(d);
	if (d->ready)
		fprintf(stderr, "ready after %lld ms\n",
		    (long long)mono_diff_ms(mono_now(), d->begun));
}

static void
do_wait(struct drv *d)
{
	int i, status;

	/* Other links end first. */
	for (i = 0; i < 4 && !d->gone; i++)
		run(d);
	if (!d->gone)
		kill(d->pid, SIGKILL);
	if (waitpid(d->pid, &status, 0) == d->pid)
		printf("gone %s=%d\n", WIFEXITED(status) ? "status" : "signal",
		    WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status));
	chan_free(d->front);
	chan_free(d->kern);
	chan_free(d->ctl);
	d->front = d->kern = d->ctl = NULL;
}

static void
do_stop(struct drv *d)
{
	struct msg_setup_stop m = { 0 };

	if (d->parent != NULL)
		(void)chan_send_setup_stop(d->parent, 0, &m, -1);
	do_wait(d);
}

static unsigned int
prefixes(char *list, struct prefix *dst, unsigned int max)
{
	unsigned int n = 0;
	char *p;

	while ((p = strsep(&list, ",")) != NULL && n < max)
		if (*p != '\0' && prefix_parse(p, &dst[n++]) == -1)
			fatalx("prefix %s", p);
	return (n);
}

static void
do_set(struct drv *d, const char *word, char *value)
{
	struct msg_conf_network *n = &d->net;

	if (strcmp(word, "lease") == 0)
		n->lease = strcmp(value, "never") == 0 ? LEASE_NEVER :
		    (uint32_t)atoi(value);
	else if (strcmp(word, "quarantine") == 0)
		n->quarantine = (uint32_t)atoi(value);
	else if (strcmp(word, "max") == 0)
		n->max_peers = (uint32_t)atoi(value);
	else if (strcmp(word, "assign") == 0)
		n->assign = (uint8_t)atoi(value);
	else if (strcmp(word, "template") == 0)
		(void)strlcpy(n->metans_template, value,
		    sizeof(n->metans_template));
	else if (strcmp(word, "pools") == 0)
		n->npools = (uint8_t)prefixes(value, n->pools, NET_POOLS_MAX);
	else if (strcmp(word, "reserve") == 0)
		n->nreserve = (uint8_t)prefixes(value, n->reserve,
		    NET_ROUTES_MAX);
	else if (strcmp(word, "addrs") == 0)
		n->naddrs = (uint8_t)prefixes(value, n->addrs, NET_ADDRS_MAX);
	else if (strcmp(word, "net") == 0)
		(void)strlcpy(n->name, value, sizeof(n->name));
	else if (strcmp(word, "dir") == 0)
		(void)strlcpy(d->gw.state_dir, value, sizeof(d->gw.state_dir));
	else if (strcmp(word, "access") == 0)
		d->access.mode = (uint8_t)atoi(value);
	else if ((strcmp(word, "allow") == 0 || strcmp(word, "deny") == 0) &&
	    d->nnames < 64) {
		d->names[d->nnames].allow = word[0] == 'a';
		(void)strlcpy(d->names[d->nnames++].name, value, IDENT_SIZE);
	} else
		printf("unknown word %s\n", word);
}

static void
do_network(struct drv *d, const char *name, uint8_t state)
{
	struct msg_kern_network m;

	memset(&m, 0, sizeof(m));
	(void)strlcpy(m.network, name, sizeof(m.network));
	m.state = state;
	m.backend = BACKEND_KERNEL;
	m.port = 51820;
	if (state == NET_UP)
		key_from("gateway", m.pubkey);
	(void)chan_send_kern_network(d->kern, 0, &m, -1);
	run_ms(d, 50);
}

static void
do_kern(struct drv *d, const char *how)
{
	if (strcmp(how, "gone") == 0) {
		chan_free(d->kern);
		d->kern = NULL;
	} else if (strcmp(how, "new") == 0) {
		chan_free(d->kern);
		d->syncing = false;
		d->kern = link_new(d, P_KERN, &kern_ops);
	} else
		d->mode = strcmp(how, "ok") == 0 ? PEER_OK :
		    strcmp(how, "hold") == 0	 ? 0 :
						   atoi(how);
	run_ms(d, 50);
}

static void
do_peers(struct drv *d)
{
	struct peer *p;
	size_t pos = 0;

	while ((p = hash_next(&d->peers, &pos)) != NULL && d->peers.used < 20)
		printf("peer addrs=%s ttl=%u\n",
		    addrs_text(p->addrs, p->naddrs), p->ttl);
	printf("peers=%zu syncs=%u sets=%u dels=%u stats=%u\n", d->peers.used,
	    d->syncs, d->sets, d->dels, d->stats_asked);
	d->syncs = d->sets = d->dels = d->stats_asked = 0;
}

static void
do_ctl(struct drv *d, char *what, char *rest)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	struct msg_ctl_show show = { 0 };
	struct msg_ctl_revoke revoke = { 0 };
	struct msg_ctl_approve approve = { 0 };
	struct msg_ctl_test_cn test = { { 0 } };
	const char *name;
	int s;

	if (d->ctl == NULL) {
		(void)strlcpy(sun.sun_path, d->sock, sizeof(sun.sun_path));
		s = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
		if (s == -1 ||
		    connect(s, (struct sockaddr *)&sun, sizeof(sun)) == -1)
			fatal("%s", d->sock);
		d->ctl = chan_new(d->base, s, P_CTL, P_LEASED, "leased",
		    &ctl_ops, 1, d);
	}
	if (strcmp(what, "revoke") == 0 || strcmp(what, "approve") == 0 ||
	    strcmp(what, "test") == 0) {
		name = rest == NULL ? "" : strsep(&rest, " ");
		(void)strlcpy(revoke.name, name, sizeof(revoke.name));
		(void)strlcpy(approve.name, name, sizeof(approve.name));
		(void)strlcpy(test.cn, name, sizeof(test.cn));
		if (rest != NULL)
			(void)strlcpy(revoke.network, rest,
			    sizeof(revoke.network));
		if (what[0] == 'r')
			(void)chan_send_ctl_revoke(d->ctl, 1, &revoke, -1);
		else if (what[0] == 'a')
			(void)chan_send_ctl_approve(d->ctl, 1, &approve, -1);
		else
			(void)chan_send_ctl_test_cn(d->ctl, 1, &test, -1);
	} else if (strcmp(what, "backup") == 0)
		(void)chan_send_bare(d->ctl, MSG_CTL_BACKUP, 1);
	else if (strcmp(what, "reload") == 0)
		(void)chan_send_bare(d->ctl, MSG_CTL_RELOAD, 1);
	else {
		show.what = strcmp(what, "status") == 0 ? SHOW_STATUS :
		    strcmp(what, "networks") == 0 ? SHOW_NETWORKS :
		    strcmp(what, "peers") == 0 ? SHOW_PEERS :
		    strcmp(what, "events") == 0		? SHOW_EVENTS :
							  SHOW_LEASES;
		show.expired = strcmp(what, "all") == 0;
		d->quiet = strcmp(what, "count") == 0;
		if (show.what == SHOW_EVENTS && rest != NULL)
			show.limit = (uint64_t)atoi(rest);
		else if (rest != NULL)
			(void)strlcpy(show.name, rest, sizeof(show.name));
		d->answers = 0;
		(void)chan_send_ctl_show(d->ctl, 1, &show, -1);
	}
	run(d);
	if (d->quiet)
		printf("leases=%u\n", d->answers);
	d->quiet = false;
}

static void
codes_print(struct drv *d)
{
	unsigned int i;

	for (i = 0; i <= LEASE_E_INTERNAL; i++)
		if (d->codes[i] > 0)
			printf("code=%u times=%u\n", i, d->codes[i]);
}

static void
do_load(struct drv *d, char *args)
{
	unsigned int i, depth;
	char *prefix;
	int64_t ms;

	(void)strlcpy(d->load_net, strsep(&args, " "), sizeof(d->load_net));
	prefix = strsep(&args, " ");
	(void)strlcpy(d->load_prefix, prefix, sizeof(d->load_prefix));
	d->load_n = (unsigned int)atoi(strsep(&args, " "));
	depth = (unsigned int)atoi(strsep(&args, " "));
	d->load_kill = args != NULL ? (unsigned int)atoi(args) : 0;
	d->acked = recallocarray(d->acked, 0, d->load_n, sizeof(*d->acked));
	d->nacked = 0;
	d->load_next = 0;
	d->answers = 0;
	d->wanted = d->load_n;
	d->quiet = true;
	memset(d->codes, 0, sizeof(d->codes));
	d->begun = mono_now();
	for (i = 0; i < depth; i++)
		load_send(d);
	run(d);
	ms = mono_diff_ms(mono_now(), d->begun);
	fprintf(stderr, "%u answers in %lld ms\n", d->answers, (long long)ms);
	codes_print(d);
	d->load_n = 0;
	d->quiet = false;
}

static void
do_verify(struct drv *d, const char *network)
{
	struct msg_ctl_show show = { 0 };
	struct msg_lease_get m;
	size_t i, bad = 0;
	unsigned int before;

	(void)show;
	memset(&m, 0, sizeof(m));
	(void)strlcpy(m.network, network, sizeof(m.network));
	d->quiet = true;
	for (i = 0; i < d->nacked && d->front != NULL; i++) {
		(void)strlcpy(m.name, d->acked[i].name, sizeof(m.name));
		before = d->codes[LEASE_OK_SAME];
		d->answers = 0;
		d->wanted = 1;
		(void)chan_send_lease_get(d->front, 1, &m, -1);
		run(d);
		bad += d->codes[LEASE_OK_SAME] != before + 1;
	}
	d->quiet = false;
	printf("verified=%zu bad=%zu\n", d->nacked, bad);
}

static void
do_burst(struct drv *d, const char *network, const char *prefix, int n)
{
	char name[IDENT_SIZE];
	int i;

	d->answers = 0;
	d->wanted = (unsigned int)n;
	memset(d->codes, 0, sizeof(d->codes));
	d->quiet = true;
	for (i = 0; i < n; i++) {
		snprintf(name, sizeof(name), "%s%d", prefix, i);
		send_register(d, network, name, name);
	}
	run(d);
	d->quiet = false;
	codes_print(d);
}

static void
do_request(struct drv *d, const char *verb, const char *network, char *rest)
{
	struct msg_lease_get get = { { 0 }, { 0 } };
	struct msg_lease_release del;
	struct msg_lease_list list = { { 0 }, { 0 } };
	const char *name;

	d->answers = 0;
	d->wanted = 1;
	name = rest == NULL ? "" : strsep(&rest, " ");
	(void)strlcpy(get.network, network, sizeof(get.network));
	(void)strlcpy(get.name, name, sizeof(get.name));
	memset(&del, 0, sizeof(del));
	(void)strlcpy(del.network, network, sizeof(del.network));
	(void)strlcpy(del.name, name, sizeof(del.name));
	(void)strlcpy(list.network, network, sizeof(list.network));
	(void)strlcpy(list.after, name, sizeof(list.after));
	if (d->front == NULL)
		printf("no front\n");
	else if (strcmp(verb, "reg") == 0)
		send_register(d, network, name, rest != NULL ? rest : name);
	else if (strcmp(verb, "get") == 0)
		(void)chan_send_lease_get(d->front, 1, &get, -1);
	else if (strcmp(verb, "del") == 0)
		(void)chan_send_lease_release(d->front, 1, &del, -1);
	else
		(void)chan_send_lease_list(d->front, 1, &list, -1);
	if (d->front != NULL)
		run(d);
}

static void
do_stat(struct drv *d, const char *seed, char *rest)
{
	uint8_t key[WGKEY_LEN];
	struct peer *p;

	key_from(seed, key);
	if ((p = peer_find(d, key)) == NULL || rest == NULL) {
		printf("no such peer\n");
		return;
	}
	p->rx = strtoull(strsep(&rest, " "), NULL, 10);
	p->tx = rest != NULL ? strtoull(rest, NULL, 10) : 0;
}

static void
order(struct drv *d, char *line)
{
	char none[] = "", *verb, *arg, *rest;

	verb = strsep(&line, " ");
	arg = line != NULL ? strsep(&line, " ") : none;
	rest = line;
	if (strcmp(verb, "set") == 0)
		do_set(d, arg, rest != NULL ? rest : none);
	else if (strcmp(verb, "start") == 0)
		do_start(d);
	else if (strcmp(verb, "stop") == 0)
		do_stop(d);
	else if (strcmp(verb, "kill") == 0) {
		kill(d->pid, SIGKILL);
		do_wait(d);
	} else if (strcmp(verb, "wait") == 0)
		do_wait(d);
	else if (strcmp(verb, "reload") == 0) {
		conf_send(d);
		run(d);
		run_ms(d, 50);
	} else if (strcmp(verb, "up") == 0)
		do_network(d, arg, NET_UP);
	else if (strcmp(verb, "down") == 0)
		do_network(d, arg, NET_DOWN);
	else if (strcmp(verb, "kern") == 0)
		do_kern(d, arg);
	else if (strcmp(verb, "peers") == 0)
		do_peers(d);
	else if (strcmp(verb, "stat") == 0)
		do_stat(d, arg, rest);
	else if (strcmp(verb, "sleep") == 0)
		run_ms(d, atol(arg));
	else if (strcmp(verb, "ctl") == 0)
		do_ctl(d, arg, rest);
	else if (strcmp(verb, "load") == 0) {
		if (rest != NULL)
			rest[-1] = ' ';
		do_load(d, arg);
	} else if (strcmp(verb, "burst") == 0 && rest != NULL) {
		verb = strsep(&rest, " ");
		do_burst(d, arg, verb, rest != NULL ? atoi(rest) : 1);
	} else if (strcmp(verb, "verify") == 0)
		do_verify(d, arg);
	else if (strcmp(verb, "health") == 0) {
		(void)chan_send_bare(d->front, MSG_LEASE_HEALTH, 1);
		run(d);
	} else
		do_request(d, verb, arg, rest);
}

int
main(int argc, char **argv)
{
	static struct drv drv;
	struct drv *d = &drv;
	char line[512];

	if (argc != 2) {
		fprintf(stderr, "usage: leased_drv LEASED <orders\n");
		return (64);
	}
	log_init("drv", 1);
	signal(SIGPIPE, SIG_IGN);
	if (sodium_init() == -1 || (d->base = event_base_new()) == NULL)
		fatalx("libraries");
	d->program = argv[1];
	d->mode = PEER_OK;
	hash_init(&d->peers, peer_of);
	(void)strlcpy(d->gw.name, "gw", sizeof(d->gw.name));
	(void)strlcpy(d->gw.endpoint, "vpn.example.com",
	    sizeof(d->gw.endpoint));
	d->gw.on_stop = ON_STOP_KEEP;
	(void)strlcpy(d->net.name, "net0", sizeof(d->net.name));
	(void)strlcpy(d->net.interface, "wg0", sizeof(d->net.interface));
	(void)strlcpy(d->net.metans_template, "%s",
	    sizeof(d->net.metans_template));
	d->net.backend = BACKEND_AUTO;
	d->net.assign = ASSIGN_POOL;
	d->net.lease = LEASE_NEVER;
	d->net.max_peers = 200000;
	d->net.keepalive = 25;
	d->access.mode = ACCESS_OPEN;
	setvbuf(stdout, NULL, _IOLBF, 0);
	while (fgets(line, sizeof(line), stdin) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		if (line[0] == '\0' || line[0] == '#')
			continue;
		order(d, line);
		printf(".\n");
	}
	if (d->pid > 0 && !d->gone)
		kill(d->pid, SIGKILL);
	return (0);
}
