/* SPDX-License-Identifier: ISC */
/*
 * Each live lease of autoygg.db is sent to the daemon, which decides.  A lease
 * that is there already is no harm, so that an import can be repeated.
 */

#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "clock.h"
#include "lookup.h"
#include "takeover.h"
#include "yggdb.h"

#define LEASE_MS	10000

struct takeover {
	struct client	*c;
	struct output	*o;
	bool		 dry_run;
	struct msg_ctl_network net;
	struct msg_set_done sum;
	char		 text[2 * PREFIX_TEXT];	/* the present lease, as text */
	bool		 answered;
};

/* The answer says whether the lease is new or was refused. */
static int
change_cb(struct client *c, void *arg, struct ibuf *b)
{
	struct takeover *t = arg;
	struct msg_set_change m;
	char why[sizeof(m.text)];

	if (msg_set_change_get(b, &m) == -1)
		return (client_malformed(c));
	t->answered = true;
	if (m.op == SET_ADDED)
		t->sum.added++;
	else
		t->sum.rejected++;
	strlcpy(why, m.text, sizeof(why));
	snprintf(m.text, sizeof(m.text), "%.60s%s%.64s", t->text,
	    why[0] != '\0' ? ": " : "", why);
	output_item(t->o, &change_item, &m);
	return (0);
}

static int
send_lease(struct takeover *t, const struct ygglease *l)
{
	struct msg_ctl_lease m = { .ttl = l->ttl,
		.dry_run = t->dry_run,
		.addr = l->addr,
		.contact = l->contact };
	struct question q = { .type = MSG_CTL_LEASE,
		.timeout_ms = LEASE_MS,
		.item = MSG_SET_CHANGE,
		.fn = change_cb,
		.arg = t };
	char addr[PREFIX_TEXT];
	struct msg_ctl_result res;
	uint8_t mem[1024];
	struct ibuf b;
	int st;

	(void)prefix_format_addr(&l->ygg, m.name);
	snprintf(m.who, sizeof(m.who), "addr:%s", m.name);
	strlcpy(m.network, t->net.name, sizeof(m.network));
	memcpy(m.pubkey, l->key, sizeof(m.pubkey));
	snprintf(t->text, sizeof(t->text), "%s %s", m.name,
	    prefix_format_addr(&l->addr, addr));
	ibuf_init(&b, mem, 0, sizeof(mem));
	if (msg_ctl_lease_put(&b, &m) == -1)
		return (client_fail(t->c, EX_SOFTWARE, "row %lld",
		    (long long)l->row));
	q.payload = mem;
	q.len = b.wpos;
	t->answered = false;
	if ((st = client_ask(t->c, &q, &res)) != 0)
		return (st);
	if (res.code != CTL_OK)
		return (client_refused(t->c, &res));
	if (!t->answered)
		t->sum.unchanged++;
	return (0);
}

static int
lease_cb(void *arg, const struct ygglease *l, const char *why)
{
	struct takeover *t = arg;
	char text[256];
	struct unused u = { .text = text };

	if (why == NULL)
		return (send_lease(t, l));
	snprintf(text, sizeof(text), "row %lld: %s", (long long)l->row, why);
	output_item(t->o, &unused_row_item, &u);
	t->sum.rejected++;
	return (0);
}

int
takeover(struct client *c, const struct request *r, struct output *o)
{
	static struct takeover t;
	struct yggdb y = { .lease = lease_cb, .arg = &t };
	int st;

	if (r->write[0] != '\0' || r->force)
		return (client_fail(c, EX_USAGE,
		    "force and -w are not for a database of leases"));
	t.c = c;
	t.o = o;
	t.dry_run = r->dry_run;
	if ((st = lookup_network(c, r->network, &t.net)) != 0)
		return (st);
	y.now = wall_now().s;
	st = yggdb_read(&y, r->file);
	if (st == -1)
		st = client_fail(c, EX_DATAERR, "%.500s: %s", r->file, y.error);
	if (st != 0)
		return (st);
	output_sum(o, &t.sum, r->dry_run);
	return (t.sum.rejected > 0 ? EX_NEGATIVE : 0);
}
