/* SPDX-License-Identifier: ISC */
/*
 * One conversation: send the request of a verb and show the items of its
 * answer.
 */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "ask.h"
#include "clock.h"

#define ANSWER_MS	10000

struct asked {
	const struct request *r;
	struct output	*o;
	void		*item;		/* the last one that came */
	unsigned int	 items;
	bool		 negative;	/* an item said no */
};

/* Decode an item and show it. */
static int
item_cb(struct client *c, void *arg, struct ibuf *b)
{
	struct asked *t = arg;
	const struct verb *v = t->r->verb;

	if (v->get(b, t->item) == -1)
		return (client_malformed(c));
	if (v->is_no != NULL && v->is_no(t->item))
		t->negative = true;
	output_item(t->o, v->item, t->item);
	t->items++;
	/* The reader has gone, as head(1) does, or the disk is full. */
	return (ferror(t->o->f) ? EX_CANTCREAT : 0);
}

static int
put_show(struct ibuf *b, const struct request *r)
{
	struct msg_ctl_show m = { .what = r->verb->what,
		.online = r->online,
		.expired = r->expired || r->verb->expired,
		.limit = r->limit };
	struct wall now;

	strlcpy(m.network, r->network, sizeof(m.network));
	strlcpy(m.name, r->name, sizeof(m.name));
	if (r->address[0] != '\0')
		(void)prefix_parse(r->address, &m.addr);
	if (r->since != 0) {
		now = wall_now();
		m.since = now.s > r->since ? now.s - r->since : 1;
	}
	return (msg_ctl_show_put(b, &m));
}

static int
put_mesh_op(struct ibuf *b, const struct request *r)
{
	struct msg_mesh_op m = r->op;

	m.op = r->verb->what;
	m.force = r->force;
	m.wait = r->term != 0 ? r->term : MESH_WAIT_S;
	return (msg_mesh_op_put(b, &m));
}

static int
put_mesh_list(struct ibuf *b, const struct request *r)
{
	struct msg_mesh_list m = { .what = r->verb->what,
		.behind = r->behind,
		.offline = r->offline };

	strlcpy(m.tenant, r->op.tenant, sizeof(m.tenant));
	strlcpy(m.network, r->op.network, sizeof(m.network));
	strlcpy(m.group, r->op.group, sizeof(m.group));
	return (msg_mesh_list_put(b, &m));
}

/* The payload of the request. */
static int
put(struct ibuf *b, const struct request *r)
{
	struct msg_ctl_revoke revoke = { .force = 0 };
	struct msg_ctl_approve approve;
	struct msg_ctl_test_cn test;
	struct msg_ctl_maintenance maintenance = { .on = r->verb->what };
	struct msg_ctl_agent agent = { .what = 0 };
	struct msg_ctl_reload reload = { .force = r->force };
	struct msg_ctl_peer_del peer = { .has_key = 0 };

	switch (r->verb->ask) {
	case MSG_CTL_SHOW:
		return (put_show(b, r));
	case MSG_MESH_OP:
		return (put_mesh_op(b, r));
	case MSG_MESH_LIST:
		return (put_mesh_list(b, r));
	case MSG_CTL_REVOKE:
		strlcpy(revoke.network, r->network, sizeof(revoke.network));
		strlcpy(revoke.name, r->name, sizeof(revoke.name));
		strlcpy(revoke.reason, r->reason, sizeof(revoke.reason));
		revoke.force = r->force;
		return (msg_ctl_revoke_put(b, &revoke));
	case MSG_CTL_APPROVE:
		strlcpy(approve.network, r->network, sizeof(approve.network));
		strlcpy(approve.name, r->name, sizeof(approve.name));
		return (msg_ctl_approve_put(b, &approve));
	case MSG_CTL_TEST_CN:
		strlcpy(test.cn, r->cn, sizeof(test.cn));
		return (msg_ctl_test_cn_put(b, &test));
	case MSG_CTL_AGENT:
		agent.what = (uint8_t)r->verb->what;
		if (r->name[0] != '\0')
			strlcpy(agent.network, r->name, sizeof(agent.network));
		else
			snprintf(agent.network, sizeof(agent.network), "%s%s%s",
			    r->op.tenant, r->op.tenant[0] != '\0' ? ":" : "",
			    r->op.network);
		return (msg_ctl_agent_put(b, &agent));
	case MSG_CTL_PEER_DEL:
		strlcpy(peer.network, r->network, sizeof(peer.network));
		peer.has_key = wgkey_parse(r->name, strlen(r->name),
		    peer.pubkey) == 0;
		if (!peer.has_key)
			strlcpy(peer.name, r->name, sizeof(peer.name));
		return (msg_ctl_peer_del_put(b, &peer));
	case MSG_CTL_RELOAD:
		return (msg_ctl_reload_put(b, &reload));
	case MSG_CTL_MAINTENANCE:
		return (msg_ctl_maintenance_put(b, &maintenance));
	default:
		return (0);
	}
}

/* The daemon hangs up on a string that is not UTF-8. */
static bool
is_utf8(const struct request *r)
{
	const char *const s[] = { r->network, r->name, r->cn, r->reason,
		r->op.tenant, r->op.network, r->op.device, r->op.group,
		r->op.via, r->op.dns, r->op.stun };
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

/* Take the end of the answer.  Returns an exit code. */
static int
finish(struct client *c, const struct asked *t,
    const struct msg_ctl_result *res)
{
	const struct verb *v = t->r->verb;

	/* The item that said no has been shown; add nothing. */
	if (res->code == CTL_NEGATIVE && t->items > 0)
		return (EX_NEGATIVE);
	if (res->code != CTL_OK)
		return (client_refused(c, res));
	if (v->item == NULL)
		output_item(t->o, &done_item, res);
	else if (t->items == 0 && v->none != NULL)
		return (client_fail(c, EX_NEGATIVE, "%s", v->none));
	return (t->negative ? EX_NEGATIVE : 0);
}

/* The longest wait for a message of the answer. */
static int
answer_ms(const struct request *r)
{
	const struct verb *v = r->verb;

	if (v->ask == MSG_MESH_OP && v->what == MESH_WAIT)
		return ((int)(r->term != 0 ? r->term : MESH_WAIT_S) * 1000 +
		    ANSWER_MS);
	return (v->timeout_ms != 0 ? v->timeout_ms : ANSWER_MS);
}

int
ask(struct client *c, const struct request *r, struct output *o)
{
	const struct verb *v = r->verb;
	struct asked t = { .r = r, .o = o };
	struct question q = { .type = v->ask,
		.item = v->type,
		.fn = v->item != NULL ? item_cb : NULL,
		.arg = &t };
	struct msg_ctl_result res;
	struct prefix addr;
	uint8_t mem[2048];
	struct ibuf b;
	int st;

	if (r->address[0] != '\0' && prefix_parse(r->address, &addr) == -1)
		return (client_fail(c, EX_USAGE,
		    "%s is not an address or prefix", r->address));
	if (!is_utf8(r))
		return (
		    client_fail(c, EX_USAGE, "an argument is not valid UTF-8"));
	if (v->ask == MSG_MESH_OP && r->term > MESH_WAIT_MAX_S)
		return (client_fail(c, EX_USAGE, "for: at most 1h"));
	ibuf_init(&b, mem, 0, sizeof(mem));
	if (put(&b, r) == -1)
		return (client_fail(c, EX_USAGE,
		    "the request cannot be sent: %s", strerror(errno)));
	if (v->item != NULL && (t.item = malloc(v->size)) == NULL)
		return (client_fail(c, EX_SOFTWARE, "no memory"));
	q.timeout_ms = answer_ms(r);
	q.payload = mem;
	q.len = b.wpos;
	if ((st = client_ask(c, &q, &res)) == 0)
		st = finish(c, &t, &res);
	free(t.item);
	return (st);
}
