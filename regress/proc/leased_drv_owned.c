/* SPDX-License-Identifier: ISC */
/*
 * leased_drv: orders about peers with an owner, and OpenVPN processes that it
 * plays.
 *
 *	put NET OWNER SEED ADDRS [NAME] | drop NET OWNER SEED
 *	twice NET OWNER SEED ADDRS [NAME]	the same put two times at once
 *	page NET OWNER [online] | one NET OWNER SEED | owned NET OWNER (count)
 *	whole NET OWNER MATCH FLAGS [SEED=ADDRS ...]	MATCH none, empty, N;
 *				FLAGS letters: d dry, f force, c sallyctl, a
 *				abort, q quiet, - none
 *	bulk NET OWNER MATCH FLAGS N [SKEW]	N peers; SKEW shifts the last
 *	open NET OWNER N M	N sets that never end, of OWNER0, OWNER1, ...;
 *				M of them are refused
 *	node [counts] | maint 0|1 | guard PERCENT
 *	proc NAME HOW [CN ...]	an OpenVPN process; HOW ok, hang, mute, gone
 *	clients | disconnect CN
 */

#include <sys/socket.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "leased_drv.h"
#include "log.h"

/* --- answers --- */

int
drv_owned_reply(struct chan *c, uint32_t id, const struct msg_owned_reply *m)
{
	struct drv *d = chan_arg(c);

	d->codes[m->code]++;
	d->answers++;
	if (!d->quiet)
		printf("owned code=%u retry=%s addrs=%s rx=%llu tx=%llu "
		       "text=%s\n",
		    m->code, m->retry_after == 0 ? "no" : "yes",
		    m->has_item ? addrs_text(m->item.addrs, m->item.naddrs) :
				  "-",
		    (unsigned long long)m->item.rx,
		    (unsigned long long)m->item.tx, m->text);
	if (d->load_n > 0) {
		/* One of a load that was durable: it must be there later. */
		if (m->code <= LEASE_OK_REKEYED)
			d->nacked++;
		if (d->load_kill != 0 && d->nacked == d->load_kill)
			kill_leased(d);
		owned_load_send(d);
	}
	if (d->answers >= d->wanted)
		finish(d);
	return (0);
}

int
drv_peer_item(struct chan *c, uint32_t id, const struct msg_peer_item *m)
{
	struct drv *d = chan_arg(c);

	d->items++;
	memcpy(d->last_key, m->pubkey, sizeof(d->last_key));
	if (!d->quiet)
		printf("item %s%s%sname=%s addrs=%s rx=%llu tx=%llu\n",
		    m->owner[0] != '\0' ? "owner=" : "", m->owner,
		    m->owner[0] != '\0' ? " " : "", m->name,
		    addrs_text(m->addrs, m->naddrs), (unsigned long long)m->rx,
		    (unsigned long long)m->tx);
	return (0);
}

int
drv_peer_page_end(struct chan *c, uint32_t id,
    const struct msg_peer_page_end *m)
{
	struct drv *d = chan_arg(c);

	d->more = m->more;
	d->owner_generation = m->generation;
	if (!d->quiet)
		printf("page code=%u more=%u generation=%llu\n", m->code,
		    m->more, (unsigned long long)m->generation);
	finish(d);
	return (0);
}

int
drv_node_reply(struct chan *c, uint32_t id, const struct msg_node_reply *m)
{
	printf("node maintenance=%u w=%u o=%u unasked=%u\n", m->maintenance,
	    m->w_count, m->o_count, m->o_unasked);
	finish(chan_arg(c));
	return (0);
}

int
drv_set_change(struct chan *c, uint32_t id, const struct msg_set_change *m)
{
	struct drv *d = chan_arg(c);

	d->items++;
	if (!d->quiet)
		printf("change op=%u code=%u rx=%llu tx=%llu text=%s\n", m->op,
		    m->code, (unsigned long long)m->rx,
		    (unsigned long long)m->tx, m->text);
	return (0);
}

int
drv_set_done(struct chan *c, uint32_t id, const struct msg_set_done *m)
{
	struct drv *d = chan_arg(c);

	d->dones++;
	printf("done code=%u added=%u removed=%u changed=%u unchanged=%u "
	       "rejected=%u told=%u text=%s\n",
	    m->code, m->added, m->removed, m->changed, m->unchanged,
	    m->rejected, d->items, m->text);
	d->owner_generation = m->generation;
	finish(d);
	return (0);
}

int
drv_ovpn_item(struct chan *c, uint32_t id, const struct msg_ovpn_item *m)
{
	struct drv *d = chan_arg(c);
	char a4[PREFIX_TEXT], a6[PREFIX_TEXT];

	d->items++;
	if (d->items <= 20)
		printf("client cn=%s ip4=%s ip6=%s\n", m->cn,
		    prefix_format_addr(&m->ip4, a4),
		    prefix_format_addr(&m->ip6, a6));
	return (0);
}

int
drv_ovpn_end(struct chan *c, uint32_t id, const struct msg_ovpn_end *m)
{
	struct drv *d = chan_arg(c);
	int64_t ms;

	ms = mono_diff_ms(mono_now(), d->begun);
	if (m->unasked > 0)
		printf("asked=%u unasked=%u\n", m->asked, m->unasked);
	printf("clients=%u code=%u %s\n", d->items, m->code,
	    ms < 1000	  ? "fast" :
		ms < 10000 ? "in time" :
			    "late");
	finish(d);
	return (0);
}

/* --- orders --- */

static uint8_t
addrs_from(char *list, struct prefix *dst)
{
	uint8_t n = 0;
	char *p;

	while ((p = strsep(&list, ",")) != NULL && n < PEER_ADDRS_MAX)
		if (prefix_parse(p, &dst[n++]) == -1)
			fatalx("address %s", p);
	return (n);
}

static void
do_put(struct drv *d, char *network, char *owner, char *seed, char *rest,
    unsigned int times)
{
	struct msg_owned_put m;

	memset(&m, 0, sizeof(m));
	(void)strlcpy(m.network, network, sizeof(m.network));
	(void)strlcpy(m.owner, owner, sizeof(m.owner));
	key_from(seed, m.pubkey);
	(void)prefix_parse("192.0.2.9", &m.from);
	m.naddrs = addrs_from(strsep(&rest, " "), m.addrs);
	if (rest != NULL)
		(void)strlcpy(m.name, rest, sizeof(m.name));
	d->answers = 0;
	d->wanted = times;
	for (; times > 0; times--)
		(void)chan_send_owned_put(d->front, times, &m, -1);
	run(d);
}

static void
do_drop(struct drv *d, char *network, char *owner, char *seed)
{
	struct msg_owned_drop m;

	memset(&m, 0, sizeof(m));
	(void)strlcpy(m.network, network, sizeof(m.network));
	(void)strlcpy(m.owner, owner, sizeof(m.owner));
	key_from(seed, m.pubkey);
	(void)prefix_parse("192.0.2.9", &m.from);
	d->answers = 0;
	d->wanted = 1;
	(void)chan_send_owned_drop(d->front, 1, &m, -1);
	run(d);
}

static void
do_page(struct drv *d, char *network, char *owner, const char *how,
    const char *seed)
{
	struct msg_peer_page m;

	memset(&m, 0, sizeof(m));
	(void)strlcpy(m.network, network, sizeof(m.network));
	if (strcmp(owner, "any") != 0)
		(void)strlcpy(m.owner, owner, sizeof(m.owner));
	m.online = how != NULL && strcmp(how, "online") == 0;
	if (seed != NULL) {
		m.one = m.has_key = 1;
		key_from(seed, m.key);
	}
	d->items = 0;
	d->quiet = how != NULL && strcmp(how, "count") == 0;
	do {
		(void)chan_send_peer_page(d->front, 1, &m, -1);
		run(d);
		m.has_key = 1;
		memcpy(m.key, d->last_key, sizeof(m.key));
	} while (d->more && !m.one && d->front != NULL);
	if (d->quiet)
		printf("owned=%u\n", d->items);
	d->quiet = false;
}

/* Peer i of a bulk, its address shifted. */
static void
bulk_peer(struct msg_set_item *m, unsigned int i, unsigned int skew)
{
	unsigned int a = i + skew + 256;

	memset(m, 0, sizeof(*m));
	memcpy(m->pubkey, &i, sizeof(i));
	m->pubkey[8] = 7;
	m->naddrs = 2;
	(void)prefix_parse("10.9.0.0", &m->addrs[0]);
	(void)prefix_parse("fd00:1::", &m->addrs[1]);
	m->addrs[0].addr[1] = (uint8_t)(9 + (a >> 16));
	m->addrs[0].addr[2] = m->addrs[1].addr[14] = (uint8_t)(a >> 8);
	m->addrs[0].addr[3] = m->addrs[1].addr[15] = (uint8_t)a;
	m->addrs[1].addr[13] = (uint8_t)(a >> 16);
}

void
owned_load_send(struct drv *d)
{
	struct msg_set_item x;
	struct msg_owned_put m;

	if (d->load_next >= d->load_n || d->front == NULL)
		return;
	bulk_peer(&x, d->load_next++, 0);
	memset(&m, 0, sizeof(m));
	(void)strlcpy(m.network, d->load_net, sizeof(m.network));
	(void)strlcpy(m.owner, "portal:bulk", sizeof(m.owner));
	memcpy(m.pubkey, x.pubkey, sizeof(m.pubkey));
	m.naddrs = x.naddrs;
	memcpy(m.addrs, x.addrs, sizeof(m.addrs));
	(void)chan_send_owned_put(d->front, 1, &m, -1);
}

/* putload NET N DEPTH [KILL] */
static void
do_putload(struct drv *d, char *network, char *n, char *depth, char *end)
{
	unsigned int i;

	(void)strlcpy(d->load_net, network, sizeof(d->load_net));
	d->load_n = d->wanted = (unsigned int)atoi(n);
	d->load_kill = end != NULL ? (unsigned int)atoi(end) : 0;
	d->load_next = d->answers = 0;
	d->nacked = 0;
	memset(d->codes, 0, sizeof(d->codes));
	d->quiet = true;
	d->begun = mono_now();
	for (i = (unsigned int)atoi(depth); i > 0; i--)
		owned_load_send(d);
	run(d);
	fprintf(stderr, "%u puts in %lld ms\n", d->answers,
	    (long long)mono_diff_ms(mono_now(), d->begun));
	printf("puts acknowledged=%zu\n", d->nacked);
	d->load_n = 0;
	d->quiet = false;
}

static void
set_items(struct drv *d, struct chan *c, char *rest)
{
	struct msg_set_item m;
	char *one, *key;

	while (rest != NULL && (one = strsep(&rest, " ")) != NULL) {
		memset(&m, 0, sizeof(m));
		key = strsep(&one, "=");
		key_from(key, m.pubkey);
		(void)strlcpy(m.name, key, sizeof(m.name));
		m.naddrs = addrs_from(one, m.addrs);
		(void)chan_send_set_item(c, 7, &m, -1);
	}
}

/* As a client would: no faster than the link takes it. */
static void
set_bulk(struct drv *d, struct chan *c, unsigned int n, unsigned int skew)
{
	struct msg_set_item m;
	unsigned int i;

	for (i = 0; i < n; i++) {
		bulk_peer(&m, i, i + 1 == n ? skew : 0);
		while (chan_busy(c))
			(void)event_base_loop(d->base, EVLOOP_ONCE);
		(void)chan_send_set_item(c, 7, &m, -1);
	}
}

/* Begin sets that do not go on; some of them are refused. */
static void
do_open(struct drv *d, const char *network, const char *owner, int n,
    unsigned int refused)
{
	struct msg_set_begin m = { .match = SET_MATCH_EMPTY };
	int i;

	(void)strlcpy(m.network, network, sizeof(m.network));
	for (i = 0; i < n; i++) {
		(void)snprintf(m.owner, sizeof(m.owner), "%s%d", owner, i);
		(void)chan_send_set_begin(d->front, 100 + (uint32_t)i, &m, -1);
	}
	for (d->dones = 0; d->dones < refused;)
		(void)event_base_loop(d->base, EVLOOP_ONCE);
}

static void
do_set(struct drv *d, const char *verb, char *network, char *owner, char *rest)
{
	struct msg_set_begin m;
	const char *match, *flags;
	char *n;
	struct chan *c = d->front;

	memset(&m, 0, sizeof(m));
	(void)strlcpy(m.network, network, sizeof(m.network));
	(void)strlcpy(m.owner, owner, sizeof(m.owner));
	match = strsep(&rest, " ");
	flags = strsep(&rest, " ");
	m.dry_run = strchr(flags, 'd') != NULL;
	m.force = strchr(flags, 'f') != NULL;
	m.match = strcmp(match, "none") == 0 ? SET_MATCH_NONE :
	    strcmp(match, "empty") == 0	     ? SET_MATCH_EMPTY :
					       SET_MATCH_GENERATION;
	m.generation = strcmp(match, "last") == 0 ? d->owner_generation :
						    (uint64_t)atoi(match);
	if (strchr(flags, 'c') != NULL)
		c = ctl_connect(d);
	d->quiet = strchr(flags, 'q') != NULL || strcmp(verb, "bulk") == 0;
	d->items = 0;
	d->begun = mono_now();
	(void)chan_send_set_begin(c, 7, &m, -1);
	if (strcmp(verb, "bulk") == 0) {
		n = strsep(&rest, " ");
		set_bulk(d, c, (unsigned int)atoi(n),
		    rest != NULL ? (unsigned int)atoi(rest) : 0);
	} else
		set_items(d, c, rest);
	(void)chan_send_bare(c,
	    strchr(flags, 'a') != NULL ? MSG_SET_ABORT : MSG_SET_END, 7);
	if (strchr(flags, 'a') != NULL)
		run_ms(d, 50);
	else if (strchr(flags, 'k') != NULL)
		kill_leased(d);
	else
		run(d);
	fprintf(stderr, "set in %lld ms\n",
	    (long long)mono_diff_ms(mono_now(), d->begun));
	d->quiet = false;
}

/* --- OpenVPN --- */

static void
ovpn_status(struct ovpn_proc *p, int fd)
{
	static const char head[] =
	    "HEADER\tCLIENT_LIST\tCommon Name\tReal Address\tVirtual Address\t"
	    "Virtual IPv6 Address\tBytes Received\tClient ID\r\n";
	char line[256];
	unsigned int i;

	(void)!write(fd, "TITLE\tOpenVPN 2.6\r\n", 19);
	(void)!write(fd, ">CLIENT:ESTABLISHED,1\r\n", 23);
	(void)!write(fd, head, sizeof(head) - 1);
	for (i = 0; i < p->ncns; i++) {
		if (p->cns[i][0] == '\0')
			continue;
		(void)snprintf(line, sizeof(line),
		    "CLIENT_LIST\t%s\t192.0.2.1:%u\t10.42.0.%u\tfd42::%u\t1\t%u\r\n",
		    p->cns[i], 1000 + i, i + 2, i + 2, 70 + i);
		(void)!write(fd, line, strlen(line));
	}
	(void)!write(fd, "CLIENT_LIST\tUNDEF\t192.0.2.1:9\t\t\t1\t9\r\n", 38);
	(void)!write(fd, ">LOG:1,,END\r\n", 13);
	(void)!write(fd, "END\r\n", 5);
}

static void
ovpn_cb(evutil_socket_t fd, short what, void *arg)
{
	struct ovpn_proc *p = arg;
	char buf[512], cn[OVPN_NAME_SIZE];
	unsigned int i;
	ssize_t n;

	if ((n = read(fd, buf, sizeof(buf) - 1)) <= 0) {
		event_free(p->ev);
		p->ev = NULL;
		close(fd);
		return;
	}
	buf[n] = '\0';
	if (strcmp(p->how, "mute") == 0)
		return;
	if (strcmp(buf, "status 3\n") == 0)
		ovpn_status(p, fd);
	else if (sscanf(buf, "client-kill %u", &i) == 1) {
		i -= 70;
		if (i < p->ncns && p->cns[i][0] != '\0') {
			printf("ended %s on %s\n", p->cns[i], p->name);
			p->cns[i][0] = '\0';
		}
		(void)!write(fd, "SUCCESS: client-kill\r\n", 22);
	} else if (sscanf(buf, "kill \"%64[^\"]\"", cn) == 1) {
		for (i = 0, n = 0; i < p->ncns; i++)
			if (strcmp(p->cns[i], cn) == 0) {
				p->cns[i][0] = '\0';
				printf("killed %s on %s\n", cn, p->name);
				n++;
			}
		if (strcmp(p->how, "odd") == 0)
			(void)!write(fd, "ERROR: something else\r\n", 23);
		else if (n == 0)
			(void)!write(fd, "ERROR: x not found\r\n", 20);
		else
			(void)!write(fd, "SUCCESS: found\r\n", 16);
	}
}

int
drv_want_openvpn(struct chan *c, uint32_t id)
{
	static const char hello[] = ">INFO:OpenVPN Management Interface "
				    "Version 5 -- type 'help'\r\n";
	struct drv *d = chan_arg(c);
	struct msg_conf_openvpn_fail fail;
	struct msg_conf_openvpn m;
	struct ovpn_proc *p;
	unsigned int i;
	int sv[2];

	d->wants++;
	for (i = 0; i < d->nprocs; i++) {
		p = &d->procs[i];
		if (strcmp(p->how, "gone") == 0)
			continue;
		/* Its socket is there, but nobody can connect. */
		if (strcmp(p->how, "full") == 0 || p->ev != NULL) {
			memset(&fail, 0, sizeof(fail));
			(void)strlcpy(fail.name, p->name, sizeof(fail.name));
			(void)chan_send_conf_openvpn_fail(c, 0, &fail, -1);
			continue;
		}
		if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sv) ==
		    -1)
			fatal("pair");
		memset(&m, 0, sizeof(m));
		(void)strlcpy(m.name, p->name, sizeof(m.name));
		(void)chan_send_conf_openvpn(c, 0, &m, sv[1]);
		p->ev = event_new(d->base, sv[0], EV_READ | EV_PERSIST, ovpn_cb,
		    p);
		event_add(p->ev, NULL);
		if (strcmp(p->how, "locked") == 0)
			(void)!write(sv[0], "ENTER PASSWORD:", 15);
		else if (strcmp(p->how, "hang") != 0)
			(void)!write(sv[0], hello, sizeof(hello) - 1);
	}
	return (chan_send_bare(c, MSG_CONF_OPENVPN_END, id));
}

static void
do_proc(struct drv *d, const char *name, const char *how, char *rest)
{
	struct ovpn_proc *p = NULL;
	unsigned int i;

	for (i = 0; i < d->nprocs; i++)
		if (strcmp(d->procs[i].name, name) == 0)
			p = &d->procs[i];
	if (p == NULL && d->nprocs < DRV_PROCS)
		p = &d->procs[d->nprocs++];
	if (p == NULL)
		return;
	(void)strlcpy(p->name, name, sizeof(p->name));
	(void)strlcpy(p->how, how, sizeof(p->how));
	for (p->ncns = 0; rest != NULL && p->ncns < 8; p->ncns++)
		(void)strlcpy(p->cns[p->ncns], strsep(&rest, " "),
		    sizeof(p->cns[0]));
}

static void
do_openvpn(struct drv *d, const char *cn)
{
	struct msg_ovpn_kill m;

	d->items = 0;
	d->begun = mono_now();
	memset(&m, 0, sizeof(m));
	if (cn != NULL)
		(void)strlcpy(m.cn, cn, sizeof(m.cn));
	if (cn != NULL)
		(void)chan_send_ovpn_kill(d->front, 3, &m, -1);
	else
		(void)chan_send_bare(d->front, MSG_OVPN_LIST, 3);
	run(d);
}

static void
do_node(struct drv *d, const char *how)
{
	struct msg_node_get m = { strcmp(how, "counts") == 0 };

	(void)chan_send_node_get(d->front, 4, &m, -1);
	run(d);
}

bool
owned_order(struct drv *d, const char *verb, char *arg, char *rest)
{
	struct msg_conf_maintenance maint = { arg[0] == '1' };
	char *a, *b;

	if (strcmp(verb, "node") == 0)
		do_node(d, arg);
	else if (strcmp(verb, "maint") == 0) {
		(void)chan_send_conf_maintenance(d->parent, 0, &maint, -1);
		run_ms(d, 50);
	} else if (strcmp(verb, "guard") == 0)
		d->guard = (uint8_t)(atoi(arg) + 1);
	else if (strcmp(verb, "clients") == 0)
		do_openvpn(d, NULL);
	else if (strcmp(verb, "disconnect") == 0)
		do_openvpn(d, arg);
	else if (strcmp(verb, "wants") == 0)
		printf("wants=%u\n", d->wants);
	else if (rest == NULL)
		return (false);
	else if (strcmp(verb, "proc") == 0) {
		a = strsep(&rest, " ");
		do_proc(d, arg, a, rest);
	} else if (d->front == NULL)
		printf("no front\n");
	else if (strcmp(verb, "put") == 0 || strcmp(verb, "twice") == 0) {
		a = strsep(&rest, " ");
		b = strsep(&rest, " ");
		do_put(d, arg, a, b, rest, verb[0] == 'p' ? 1 : 2);
	} else if (strcmp(verb, "open") == 0) {
		a = strsep(&rest, " ");
		b = strsep(&rest, " ");
		do_open(d, arg, a, atoi(b), (unsigned int)atoi(rest));
	} else if (strcmp(verb, "putload") == 0) {
		a = strsep(&rest, " ");
		b = strsep(&rest, " ");
		do_putload(d, arg, a, b, rest);
	} else if (strcmp(verb, "drop") == 0) {
		a = strsep(&rest, " ");
		do_drop(d, arg, a, rest);
	} else if (strcmp(verb, "page") == 0) {
		a = strsep(&rest, " ");
		do_page(d, arg, a, rest, NULL);
	} else if (strcmp(verb, "one") == 0) {
		a = strsep(&rest, " ");
		do_page(d, arg, a, NULL, rest);
	} else if (strcmp(verb, "whole") == 0 || strcmp(verb, "bulk") == 0) {
		a = strsep(&rest, " ");
		do_set(d, verb, arg, a, rest);
	} else
		return (false);
	return (true);
}
