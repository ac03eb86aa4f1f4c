/* SPDX-License-Identifier: ISC */
/*
 * Each page of leased is one piece of the answer.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "etag.h"
#include "link_leased.h"
#include "meshask.h"
#include "meshlist.h"
#include "outbuf.h"
#include "reply.h"
#include "request.h"

#define PIECE_MAX	(512 * 1024)

struct meshlist {
	struct job	 job;
	struct msg_mesh_list ask;
	const struct meshshape *shape;
	struct outbuf	 out;
	unsigned int	 items;		/* items of this page */
	uint64_t	 version;	/* the version of the only item */
	bool		 any;
	bool		 begun;
};

static void	 list_tenant(struct request *, const struct msg_mesh_tenant *);
static void	 list_net(struct request *, const struct msg_mesh_net *);
static void	 list_member(struct request *, const struct msg_mesh_member *);
static void	 list_device(struct request *, const struct msg_mesh_device *);
static void	 list_end(struct request *, const struct msg_mesh_list_end *);
static void	 list_failed(struct request *, const char *);
static void	 list_ask(struct request *);
static void	 list_free(struct job *);

#define ASK_LIST(name, func)						\
	{                                                                      \
		.answers = { ANSWER_PART(name, func),                          \
			ANSWER(mesh_list_end, list_end) },                     \
		.failed = list_failed, .ms = ASK_MS                            \
	}

static const struct ask asks[] = {
	[MESH_TENANTS] = ASK_LIST(mesh_tenant, list_tenant),
	[MESH_MESHES] = ASK_LIST(mesh_net, list_net),
	[MESH_MEMBERS] = ASK_LIST(mesh_member, list_member),
	[MESH_DEVICES] = ASK_LIST(mesh_device, list_device),
	[MESH_RELAYS] = ASK_LIST(mesh_device, list_device),
};

static const struct job_ops list_ops = {
	.more = list_ask,
	.free = list_free,
};

static struct meshlist *
list_of(struct request *r)
{
	return ((struct meshlist *)r->job);
}

static void
list_free(struct job *j)
{
	struct meshlist *l = (struct meshlist *)j;

	outbuf_clear(&l->out);
	free(l);
}

static void
list_ask(struct request *r)
{
	struct meshlist *l = list_of(r);

	l->items = 0;
	ASK(r, &asks[l->ask.what], mesh_list, &l->ask);
}

void
meshlist_start(struct request *r, const struct msg_mesh_list *m,
    const struct meshshape *shape)
{
	struct meshlist *l;

	if ((l = request_job(r, &list_ops, sizeof(*l))) == NULL) {
		shape->form->problem(r, LEASE_E_BUSY, "out of memory");
		return;
	}
	l->ask = *m;
	l->shape = shape;
	outbuf_init(&l->out, PIECE_MAX);
	outbuf_add(&l->out, shape->head, strlen(shape->head));
	list_ask(r);
}

/* Add an item of n bytes, which is in buf unless n is -1. */
static void
add(struct request *r, const char *buf, int n, uint64_t version)
{
	struct meshlist *l = list_of(r);

	if (n == -1) {
		l->out.broken = true;
		return;
	}
	if (l->any)
		outbuf_add(&l->out, ",", 1);
	outbuf_add(&l->out, buf, (size_t)n);
	l->any = true;
	l->items++;
	l->version = version;
}

static void
list_tenant(struct request *r, const struct msg_mesh_tenant *m)
{
	char buf[MESHFORM_SIZE];

	add(r, buf, list_of(r)->shape->form->tenant(m, buf, sizeof(buf)),
	    m->version);
}

static void
list_net(struct request *r, const struct msg_mesh_net *m)
{
	char buf[MESHFORM_SIZE];

	add(r, buf, list_of(r)->shape->form->net(m, buf, sizeof(buf)),
	    m->version);
}

static void
list_member(struct request *r, const struct msg_mesh_member *m)
{
	char buf[MESHFORM_SIZE];

	add(r, buf, list_of(r)->shape->form->member(m, buf, sizeof(buf)),
	    m->gen);
}

static void
list_device(struct request *r, const struct msg_mesh_device *m)
{
	char buf[MESHFORM_SIZE];

	add(r, buf, list_of(r)->shape->form->device(m, buf, sizeof(buf)), 0);
}

static void
list_refused(struct request *r, uint8_t code, const char *text)
{
	const struct meshform *form = list_of(r)->shape->form;
	bool begun = list_of(r)->begun;

	request_job_end(r);
	if (begun)
		reply_break(r);
	else
		form->problem(r, code, text);
}

static void
list_failed(struct request *r, const char *text)
{
	list_refused(r, LEASE_E_BUSY, text);
}

/* A single thing: it has a tag, by which it is changed. */
static void
reply_one(struct request *r)
{
	struct meshlist *l = list_of(r);
	char etag[48] = "", tag[24];
	char *piece;
	size_t len;

	if (l->version != 0 && l->shape->tagged) {
		snprintf(tag, sizeof(tag), "\"%llu\"",
		    (unsigned long long)l->version);
		snprintf(etag, sizeof(etag), "ETag: %s\r\n", tag);
		if (etag_known(r->head, &r->http, tag)) {
			request_job_end(r);
			reply_send(r, 304, NULL, etag, NULL, 0);
			return;
		}
	}
	outbuf_add(&l->out, l->shape->tail, strlen(l->shape->tail));
	piece = outbuf_take(&l->out, &len);
	reply_whole(r, "application/json", etag, piece, len);
	request_job_end(r);
}

static const uint8_t missing[] = {
	[MESH_TENANTS] = LEASE_E_TENANT,
	[MESH_MESHES] = LEASE_E_MESH,
	[MESH_MEMBERS] = LEASE_E_MEMBER,
	[MESH_DEVICES] = LEASE_E_DEVICE,
	[MESH_RELAYS] = LEASE_E_DEVICE,
};

static void
list_end(struct request *r, const struct msg_mesh_list_end *m)
{
	struct meshlist *l = list_of(r);
	bool last = m->more == 0;
	char *piece;
	size_t len;

	if (m->code >= LEASE_E_KEY) {
		list_refused(r, m->code, m->text);
		return;
	}
	l->ask.after = m->after;
	l->ask.network_id = m->network_id;
	if (!last && (l->items == 0 || l->ask.one) && !l->out.broken) {
		/* This page has nothing that was asked for. */
		list_ask(r);
		return;
	}
	if (l->out.broken) {
		list_refused(r, LEASE_E_BUSY, "the list cannot be had");
		return;
	}
	if (l->ask.one && !l->any) {
		list_refused(r, missing[l->ask.what], "");
		return;
	}
	if (l->ask.one) {
		reply_one(r);
		return;
	}
	if (last)
		outbuf_add(&l->out, l->shape->tail, strlen(l->shape->tail));
	piece = outbuf_take(&l->out, &len);
	if (last && !l->begun)
		reply_whole(r, "application/json", "", piece, len);
	else {
		if (!l->begun)
			reply_begin(r, "application/json", "");
		l->begun = true;
		reply_piece(r, piece, len, last);
	}
	if (last)
		request_job_end(r);
}
