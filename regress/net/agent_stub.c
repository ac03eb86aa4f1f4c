/* SPDX-License-Identifier: ISC */
/*
 * An agentd that does what a test says, in the place of the real one beside the
 * real parent, hand and key holder.  It takes the lines that are appended to
 * STATE/agent/cmd and appends what it is told to STATE/agent/out:
 *
 *	net ID NAME PORT ROLE ADDR[,ADDR] [EGRESS,...]
 *	peer ID MEMBER KEY HOST|- PORT KEEPALIVE PREFIX,...|-
 *	unpeer ID KEY		leave ID
 *	begin			end
 *	stats ID		sign server|client
 */

#include <event2/event.h>

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "chan.h"
#include "child.h"
#include "childconf.h"
#include "log.h"

#define POLL_MS	50

struct stub {
	struct childconf conf;		/* first; its shadow is a conf_agent */
	struct child	 child;
	struct event_base *base;
	struct chan	*parent;
	struct chan	*hand;
	struct chan	*key;
	struct event	*timer;
	FILE		*cmd;
	FILE		*out;
	uint32_t	 id;
	unsigned int	 raw;		/* raw sockets that came */
	bool		 ctl;
	bool		 cert;
};

/* Split a list at its commas. */
static uint8_t
prefixes(char *list, struct prefix *p, uint8_t max)
{
	uint8_t n = 0;
	char *one;

	if (strcmp(list, "-") == 0)
		return (0);
	while (n < max && (one = strsep(&list, ",")) != NULL)
		if (prefix_parse(one, &p[n]) == 0)
			n++;
	return (n);
}

static void
do_net(struct stub *s, char **w, int n)
{
	struct msg_mnet_set m;

	memset(&m, 0, sizeof(m));
	strlcpy(m.network, w[1], sizeof(m.network));
	strlcpy(m.name, w[2], sizeof(m.name));
	m.port = (uint16_t)atoi(w[3]);
	m.role = (uint8_t)atoi(w[4]);
	m.naddrs = prefixes(w[5], m.addrs, MESH_ADDRS_MAX);
	if (n > 6)
		m.negress = prefixes(w[6], m.egress, MESH_EGRESS_MAX);
	(void)chan_send_mnet_set(s->hand, ++s->id, &m, -1);
}

static void
do_peer(struct stub *s, char **w)
{
	struct msg_mpeer_set m;

	memset(&m, 0, sizeof(m));
	strlcpy(m.network, w[1], sizeof(m.network));
	strlcpy(m.member, w[2], sizeof(m.member));
	(void)wgkey_parse(w[3], strlen(w[3]), m.pubkey);
	if (strcmp(w[4], "-") != 0 && prefix_parse(w[4], &m.endpoint) == 0)
		m.port = (uint16_t)atoi(w[5]);
	m.keepalive = (uint16_t)atoi(w[6]);
	m.nprefixes = prefixes(w[7], m.prefixes, MESH_PREFIX_MAX);
	(void)chan_send_mpeer_set(s->hand, ++s->id, &m, -1);
}

static void
do_unpeer(struct stub *s, char **w)
{
	struct msg_mpeer_del m;

	memset(&m, 0, sizeof(m));
	strlcpy(m.network, w[1], sizeof(m.network));
	(void)wgkey_parse(w[2], strlen(w[2]), m.pubkey);
	(void)chan_send_mpeer_del(s->hand, ++s->id, &m, -1);
}

static void
do_sign(struct stub *s, const char *side)
{
	struct msg_key_sign m = { .scheme = 0x0403, .len = 130 };

	memset(m.tbs, ' ', 64);
	snprintf((char *)m.tbs + 64, sizeof(m.tbs) - 64,
	    "TLS 1.3, %s CertificateVerify", side);
	(void)chan_send_key_sign(s->key, ++s->id, &m, -1);
}

static void
do_line(struct stub *s, char *line)
{
	struct msg_peer_stats_get stats;
	struct msg_mnet_del del;
	char *w[10], *rest = line;
	int n = 0;

	while (n < 10 && (w[n] = strsep(&rest, " \n")) != NULL)
		if (*w[n] != '\0')
			n++;
	if (n == 0)
		return;
	if (strcmp(w[0], "net") == 0 && n >= 6)
		do_net(s, w, n);
	else if (strcmp(w[0], "peer") == 0 && n >= 8)
		do_peer(s, w);
	else if (strcmp(w[0], "unpeer") == 0 && n >= 3)
		do_unpeer(s, w);
	else if (strcmp(w[0], "begin") == 0)
		(void)chan_send_bare(s->hand, MSG_MNET_SYNC_BEGIN, 0);
	else if (strcmp(w[0], "end") == 0)
		(void)chan_send_bare(s->hand, MSG_MNET_SYNC_END, 0);
	else if (strcmp(w[0], "sign") == 0 && n >= 2)
		do_sign(s, w[1]);
	else if (strcmp(w[0], "stats") == 0 && n >= 2) {
		memset(&stats, 0, sizeof(stats));
		strlcpy(stats.network, w[1], sizeof(stats.network));
		(void)chan_send_peer_stats_get(s->hand, ++s->id, &stats, -1);
	} else if (strcmp(w[0], "leave") == 0 && n >= 2) {
		memset(&del, 0, sizeof(del));
		strlcpy(del.network, w[1], sizeof(del.network));
		(void)chan_send_mnet_del(s->hand, ++s->id, &del, -1);
	}
}

static void
poll_cb(evutil_socket_t fd, short what, void *arg)
{
	struct stub *s = arg;
	char line[4096];

	if (s->hand == NULL || s->key == NULL || s->cmd == NULL)
		return;
	clearerr(s->cmd);
	while (fgets(line, sizeof(line), s->cmd) != NULL)
		do_line(s, line);
}

/* --- what the hand and the key holder say --- */

static int
stub_mnet_state(struct chan *c, uint32_t id, const struct msg_mnet_state *m)
{
	static const char *const states[] = { "?", "down", "up", "failed" };
	struct stub *s = chan_arg(c);
	char key[WGKEY_TEXT];

	fprintf(s->out, "state %s %s %u %s %s %s\n", m->network,
	    states[m->state], m->port, wgkey_format(m->pubkey, key),
	    m->interface[0] != '\0' ? m->interface : "-", m->text);
	return (0);
}

static int
stub_mpeer_done(struct chan *c, uint32_t id, const struct msg_mpeer_done *m)
{
	struct stub *s = chan_arg(c);

	fprintf(s->out, "done %u %u %s\n", id, m->code, m->text);
	return (0);
}

static int
stub_peer_stat(struct chan *c, uint32_t id, const struct msg_peer_stat *m)
{
	struct stub *s = chan_arg(c);
	char key[WGKEY_TEXT], end[PREFIX_TEXT] = "-";

	if (m->endpoint.family != 0)
		prefix_format_addr(&m->endpoint, end);
	fprintf(s->out, "stat %s %llu %llu %d %s %u\n",
	    wgkey_format(m->pubkey, key), (unsigned long long)m->rx,
	    (unsigned long long)m->tx, m->handshake != 0, end, m->naddrs);
	return (0);
}

static int
stub_peer_stats_end(struct chan *c, uint32_t id,
    const struct msg_peer_stats_end *m)
{
	struct stub *s = chan_arg(c);

	fprintf(s->out, "stats %u\n", m->code);
	return (0);
}

static int
stub_key_signed(struct chan *c, uint32_t id, const struct msg_key_signed *m)
{
	struct stub *s = chan_arg(c);

	fprintf(s->out, "signed %u %u\n", m->ok, m->len);
	return (0);
}

static void
link_closed(struct chan *c, const char *reason)
{
	struct stub *s = chan_arg(c);

	if (s->hand == c)
		s->hand = NULL;
	if (s->key == c)
		s->key = NULL;
	chan_free(c);
}

static const struct chan_handler hand_table[] = {
	ON(mnet_state, CHAN_UP, stub_mnet_state),
	ON(mpeer_done, CHAN_UP, stub_mpeer_done),
	ON(peer_stat, CHAN_UP, stub_peer_stat),
	ON(peer_stats_end, CHAN_UP, stub_peer_stats_end),
};
static const struct chan_ops hand_ops = {
	.table = hand_table,
	.n = sizeof(hand_table) / sizeof(hand_table[0]),
	.closed = link_closed,
};
static const struct chan_handler key_table[] = {
	ON(key_signed, CHAN_UP, stub_key_signed),
};
static const struct chan_ops key_ops = {
	.table = key_table,
	.n = sizeof(key_table) / sizeof(key_table[0]),
	.closed = link_closed,
};

/* --- the parent --- */

static int
stub_setup_peer(struct chan *c, uint32_t id, const struct msg_setup_peer *m,
    int fd)
{
	struct stub *s = chan_arg(c);

	if (m->role == P_HAND) {
		chan_free(s->hand);
		s->hand = chan_new(s->base, fd, P_AGENT, P_HAND, "hand",
		    &hand_ops, CHAN_UP, s);
		/* Its messages are written where the configuration says. */
		if (s->out == NULL)
			chan_pause(s->hand);
	} else {
		chan_free(s->key);
		s->key = chan_new(s->base, fd, P_AGENT, P_KEY, "key", &key_ops,
		    CHAN_UP, s);
	}
	return (0);
}

static int
stub_setup_stop(struct chan *c, uint32_t id, const struct msg_setup_stop *m)
{
	struct stub *s = chan_arg(c);

	(void)event_base_loopexit(s->base, NULL);
	return (0);
}

static int
stub_conf_agent(struct chan *c, uint32_t id, const struct msg_conf_agent *m)
{
	*(struct msg_conf_agent *)childconf_shadow(c) = *m;
	return (0);
}

static int
stub_conf_mpolicy(struct chan *c, uint32_t id, const struct msg_conf_mpolicy *m)
{
	return (0);
}

static int
stub_conf_cert(struct chan *c, uint32_t id, const struct msg_conf_cert *m,
    int fd)
{
	struct stub *s = chan_arg(c);

	s->cert = true;
	close(fd);
	return (0);
}

static int
stub_conf_listen(struct chan *c, uint32_t id, const struct msg_conf_listen *m,
    int fd)
{
	close(fd);
	return (0);
}

static int
stub_conf_raw(struct chan *c, uint32_t id, const struct msg_conf_raw *m, int fd)
{
	struct stub *s = chan_arg(c);

	s->raw++;
	close(fd);
	return (0);
}

static int
stub_conf_ctl(struct chan *c, uint32_t id, const struct msg_conf_ctl *m, int fd)
{
	struct stub *s = chan_arg(c);

	s->ctl = true;
	close(fd);
	return (0);
}

static void *
conf_begin(void *arg, uint32_t generation)
{
	return (calloc(1, sizeof(struct msg_conf_agent)));
}

static const char *
conf_check(void *arg, void *shadow)
{
	return (NULL);
}

static int
conf_commit(void *arg, void *shadow)
{
	struct msg_conf_agent *m = shadow;
	struct stub *s = arg;
	char path[DIR_SIZE + 8];
	bool first = s->out == NULL;

	if (first) {
		snprintf(path, sizeof(path), "%s/cmd", m->state_dir);
		s->cmd = fopen(path, "a+");
		snprintf(path, sizeof(path), "%s/out", m->state_dir);
		s->out = fopen(path, "a");
		if (s->cmd == NULL || s->out == NULL)
			err(1, "%s", path);
		rewind(s->cmd);
		setvbuf(s->out, NULL, _IOLBF, 0);
		if (s->hand != NULL)
			chan_resume(s->hand);
	}
	fprintf(s->out, "conf %s %u %s raw=%u ctl=%d cert=%d\n", m->host,
	    m->port, m->prefix, s->raw, s->ctl, s->cert);
	free(shadow);
	return (first ? chan_send_bare(s->parent, MSG_SETUP_READY, 0) : 0);
}

static const struct childconf_ops conf_ops = {
	.begin = conf_begin,
	.check = conf_check,
	.commit = conf_commit,
	.drop = free,
};

static void
parent_closed(struct chan *c, const char *reason)
{
	_exit(0);
}

static const struct chan_handler parent_table[] = {
	ON(setup_peer, CONF_ANY, stub_setup_peer),
	ON(setup_stop, CONF_ANY, stub_setup_stop),
	CHILDCONF_ROWS,
	ON(conf_agent, CONF_OPEN, stub_conf_agent),
	ON(conf_mpolicy, CONF_OPEN, stub_conf_mpolicy),
	ON(conf_cert, CONF_OPEN, stub_conf_cert),
	ON(conf_listen, CONF_OPEN, stub_conf_listen),
	ON(conf_raw, CONF_OPEN, stub_conf_raw),
	ON(conf_ctl, CONF_OPEN, stub_conf_ctl),
};
static const struct chan_ops parent_ops = {
	.table = parent_table,
	.n = sizeof(parent_table) / sizeof(parent_table[0]),
	.closed = parent_closed,
};

int
main(void)
{
	struct timeval tv = { 0, POLL_MS * 1000 };
	struct stub s;

	memset(&s, 0, sizeof(s));
	s.conf.ops = &conf_ops;
	child_start(&s.child, P_AGENT, "agentd");
	s.base = event_base_new();
	s.parent = chan_new(s.base, CHILD_FD, P_AGENT, P_PARENT, "parent",
	    &parent_ops, CONF_IDLE, &s);
	s.timer = event_new(s.base, -1, EV_PERSIST, poll_cb, &s);
	if (s.parent == NULL || s.timer == NULL ||
	    event_add(s.timer, &tv) == -1)
		errx(1, "start");
	(void)event_base_dispatch(s.base);
	return (0);
}
