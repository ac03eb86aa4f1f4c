/* SPDX-License-Identifier: ISC */
/*
 * One conversation: make the request, then take items until CTL_RESULT, which
 * ends every answer.
 */

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "ask.h"
#include "backup.h"
#include "clock.h"
#include "format.h"

#define EX_NEGATIVE	1	/* no, not found, not well */

struct talk {
	struct client	*c;
	const struct request *r;
	struct output	*o;
	struct backup	 backup;
	unsigned int	 items;
	bool		 negative;	/* an item was itself a no */
};

/* Every item handler: decode and show.  Returns 0 or an exit code. */
typedef int item_fn(struct talk *, struct ibuf *);

static int
malformed(struct talk *t, const char *what)
{
	return (client_fail(t->c, EX_DATAERR,
	    "%s: %s that this version of sallyctl does not understand (restart "
	    "sallyport after an update)",
	    t->c->path, what));
}

/* clang-format off */
#define ITEM(name)							\
static int								\
item_##name(struct talk *t, struct ibuf *b)				\
{									\
	struct msg_ctl_##name m;					\
									\
	if (msg_ctl_##name##_get(b, &m) == -1)				\
		return (malformed(t, "an item"));			\
	t->o->ops->name(t->o, &m);					\
	return (0);							\
}

ITEM(network)
ITEM(lease)
ITEM(peer)
ITEM(event)
ITEM(sync)
/* clang-format on */

static int
item_status(struct talk *t, struct ibuf *b)
{
	struct msg_ctl_status m;

	if (msg_ctl_status_get(b, &m) == -1)
		return (malformed(t, "an item"));
	if (t->r->action == ACT_VERSION) {
		t->o->ops->version(t->o, m.version);
		return (0);
	}
	t->negative = !m.db || !m.kern;
	t->o->ops->status(t->o, &m);
	return (0);
}

static int
item_test(struct talk *t, struct ibuf *b)
{
	struct msg_ctl_test m;

	if (msg_ctl_test_get(b, &m) == -1)
		return (malformed(t, "an item"));
	t->negative = !m.matched || m.denied;
	t->o->ops->test(t->o, &m);
	return (0);
}

static int
item_chunk(struct talk *t, struct ibuf *b)
{
	struct msg_ctl_chunk m;

	if (msg_ctl_chunk_get(b, &m) == -1)
		return (malformed(t, "a piece"));
	return (backup_write(&t->backup, &m, t->c));
}

/*
 * What each action asks for and how long the daemon may be silent: a reload
 * waits for every process (10 s), a backup is copied before it is sent.
 */
/* clang-format off */
static const struct {
	enum msg_type	 type;
	uint8_t		 what;		/* of CTL_SHOW */
	uint16_t	 item;
	item_fn		*fn;
	int		 timeout_ms;
} actions[] = {
	[ACT_NONE] = { 0, 0, 0, NULL, 0 },
	[ACT_STATUS] = { MSG_CTL_SHOW, SHOW_STATUS,
	    MSG_CTL_STATUS, item_status, 10000 },
	[ACT_NETWORKS] = { MSG_CTL_SHOW, SHOW_NETWORKS,
	    MSG_CTL_NETWORK, item_network, 10000 },
	[ACT_LEASES] = { MSG_CTL_SHOW, SHOW_LEASES,
	    MSG_CTL_LEASE, item_lease, 10000 },
	[ACT_LEASE] = { MSG_CTL_SHOW, SHOW_LEASES,
	    MSG_CTL_LEASE, item_lease, 10000 },
	[ACT_PEERS] = { MSG_CTL_SHOW, SHOW_PEERS,
	    MSG_CTL_PEER, item_peer, 10000 },
	[ACT_EVENTS] = { MSG_CTL_SHOW, SHOW_EVENTS,
	    MSG_CTL_EVENT, item_event, 10000 },
	[ACT_VERSION] = { MSG_CTL_SHOW, SHOW_STATUS,
	    MSG_CTL_STATUS, item_status, 10000 },
	[ACT_REVOKE] = { MSG_CTL_REVOKE, 0, 0, NULL, 10000 },
	[ACT_APPROVE] = { MSG_CTL_APPROVE, 0, 0, NULL, 10000 },
	[ACT_TEST_CN] = { MSG_CTL_TEST_CN, 0,
	    MSG_CTL_TEST, item_test, 10000 },
	[ACT_RELOAD] = { MSG_CTL_RELOAD, 0, 0, NULL, 30000 },
	[ACT_TEARDOWN] = { MSG_CTL_TEARDOWN, 0, 0, NULL, 30000 },
	[ACT_BACKUP] = { MSG_CTL_BACKUP, 0,
	    MSG_CTL_CHUNK, item_chunk, 60000 },
	[ACT_SYNC] = { MSG_CTL_SHOW, SHOW_SYNC,
	    MSG_CTL_SYNC, item_sync, 10000 },
	[ACT_MAINTENANCE] = { MSG_CTL_MAINTENANCE, 0, 0, NULL, 10000 },
};
/* clang-format on */

static int
put_show(struct ibuf *b, const struct request *r)
{
	struct msg_ctl_show m;
	struct wall now;

	memset(&m, 0, sizeof(m));
	m.what = actions[r->action].what;
	m.online = r->online;
	/* One lease asked for by name is shown in any state. */
	m.expired = r->expired || r->action == ACT_LEASE;
	strlcpy(m.network, r->network, sizeof(m.network));
	strlcpy(m.name, r->name, sizeof(m.name));
	if (r->since != 0) {
		now = wall_now();
		m.since = now.s > r->since ? now.s - r->since : 1;
	}
	m.limit = r->limit;
	return (msg_ctl_show_put(b, &m));
}

static int
put_revoke(struct ibuf *b, const struct request *r)
{
	struct msg_ctl_revoke m;

	memset(&m, 0, sizeof(m));
	strlcpy(m.network, r->network, sizeof(m.network));
	strlcpy(m.name, r->name, sizeof(m.name));
	strlcpy(m.reason, r->reason, sizeof(m.reason));
	return (msg_ctl_revoke_put(b, &m));
}

static int
put_approve(struct ibuf *b, const struct request *r)
{
	struct msg_ctl_approve m;

	memset(&m, 0, sizeof(m));
	strlcpy(m.network, r->network, sizeof(m.network));
	strlcpy(m.name, r->name, sizeof(m.name));
	return (msg_ctl_approve_put(b, &m));
}

static int
put_test_cn(struct ibuf *b, const struct request *r)
{
	struct msg_ctl_test_cn m;

	memset(&m, 0, sizeof(m));
	strlcpy(m.cn, r->cn, sizeof(m.cn));
	return (msg_ctl_test_cn_put(b, &m));
}

static int
put_maintenance(struct ibuf *b, const struct request *r)
{
	struct msg_ctl_maintenance m = { .on = r->on };

	return (msg_ctl_maintenance_put(b, &m));
}

static int
put(enum msg_type type, struct ibuf *b, const struct request *r)
{
	if (type == MSG_CTL_SHOW)
		return (put_show(b, r));
	if (type == MSG_CTL_REVOKE)
		return (put_revoke(b, r));
	if (type == MSG_CTL_APPROVE)
		return (put_approve(b, r));
	if (type == MSG_CTL_TEST_CN)
		return (put_test_cn(b, r));
	if (type == MSG_CTL_MAINTENANCE)
		return (put_maintenance(b, r));
	return (0);
}

/* Strings on the wire are UTF-8; the daemon would hang up on others. */
static bool
is_utf8(const struct request *r)
{
	const char *const s[] = { r->network, r->name, r->cn, r->reason };
	uint8_t mem[TEXT_SIZE + 2];
	char copy[TEXT_SIZE];
	struct ibuf b;
	size_t i;

	for (i = 0; i < sizeof(s) / sizeof(s[0]); i++) {
		ibuf_init(&b, mem, 0, sizeof(mem));
		if (ibuf_add_str(&b, s[i]) == -1 ||
		    ibuf_get_str(&b, copy, sizeof(copy)) == -1)
			return (false);
	}
	return (true);
}

static int
send_request(struct talk *t)
{
	enum msg_type type = actions[t->r->action].type;
	uint8_t mem[2048];
	struct ibuf b;

	if (!is_utf8(t->r))
		return (client_fail(t->c, EX_USAGE,
		    "an argument is not valid UTF-8"));
	ibuf_init(&b, mem, 0, sizeof(mem));
	if (put(type, &b, t->r) == -1)
		return (client_fail(t->c, EX_USAGE,
		    "the request cannot be sent: %s", strerror(errno)));
	return (client_send(t->c, type, mem, b.wpos));
}

/* Everything went well for the daemon; was it a yes? */
static int
finish(struct talk *t, const char *text)
{
	int st;

	if (t->r->action == ACT_BACKUP) {
		st = backup_finish(&t->backup, t->c);
		if (st == 0)
			t->o->ops->backup(t->o, t->r->file, t->backup.bytes);
		return (st);
	}
	if (actions[t->r->action].item == 0)
		t->o->ops->done(t->o, text);
	else if (t->items == 0 &&
	    (t->r->action == ACT_LEASE || t->r->action == ACT_TEST_CN ||
		t->r->action == ACT_STATUS || t->r->action == ACT_VERSION))
		return (client_fail(t->c, EX_NEGATIVE, "%s",
		    t->r->action == ACT_LEASE ? "no lease of that name" :
		    "the daemon gave no answer"));
	return (t->negative ? EX_NEGATIVE : 0);
}

static int
result(struct talk *t, struct ibuf *b)
{
	char vis[FORMAT_VIS(TEXT_SIZE)];
	struct msg_ctl_result m;
	int st = EX_SOFTWARE;

	if (msg_ctl_result_get(b, &m) == -1)
		return (malformed(t, "a result"));
	switch ((enum ctl_code)m.code) {
	case CTL_OK:
		return (finish(t, m.text));
	case CTL_NEGATIVE:
		st = EX_NEGATIVE;
		break;
	case CTL_USAGE:
		st = EX_USAGE;
		break;
	case CTL_BUSY:
		st = EX_TEMPFAIL;
		break;
	case CTL_FAILED:
		break;
	case CTL_CONFIG:
		st = EX_CONFIG;
		break;
	}
	format_vis(m.text, vis, sizeof(vis));
	/* An item that says no has said all. */
	if (st == EX_NEGATIVE && t->items > 0)
		return (st);
	return (client_fail(t->c, st, "%s",
	    m.text[0] != '\0' ?
		vis :
	    "the daemon refuses and does not say why (see its log)"));
}

int
ask(struct client *c, const struct request *r, struct output *o)
{
	struct talk t = { .c = c, .r = r, .o = o, .backup = { .fd = -1 } };
	struct imsg m;
	int st;

	if (r->action == ACT_BACKUP) {
		st = backup_open(&t.backup, r->file, c);
		if (st != 0)
			return (st);
	}
	st = send_request(&t);
	while (st == 0) {
		st = client_recv(c, &m, actions[r->action].timeout_ms);
		if (st != 0)
			break;
		if (m.type == MSG_CTL_RESULT) {
			st = result(&t, &m.data);
			break;
		}
		if (actions[r->action].fn == NULL ||
		    m.type != actions[r->action].item) {
			st = malformed(&t, "a message");
			break;
		}
		st = actions[r->action].fn(&t, &m.data);
		t.items++;
		/* Nobody reads any more: head(1), or a full disk. */
		if (ferror(o->f))
			break;
	}
	backup_close(&t.backup);
	return (st);
}
