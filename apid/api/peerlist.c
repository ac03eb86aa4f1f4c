/* SPDX-License-Identifier: ISC */
/*
 * Each page of leased is one piece of the answer.  A list of one page has a
 * length, a longer one is chunked.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "etag.h"
#include "link_leased.h"
#include "outbuf.h"
#include "owner.h"
#include "peerjson.h"
#include "peerlist.h"
#include "reply.h"
#include "request.h"

#define PIECE_MAX	(512 * 1024)

struct peerlist {
	struct job	 job;
	const struct peerlist_form *form;
	struct msg_peer_page page;	/* the question */
	struct outbuf	 out;
	unsigned int	 items;		/* items of this page */
	bool		 any;		/* a peer was written */
	bool		 begun;		/* the head was sent */
};

static void	 list_item(struct request *, const struct msg_peer_item *);
static void	 list_page_end(struct request *, const struct msg_peer_page_end *);
static void	 list_failed(struct request *, const char *);
static void	 list_ask(struct request *);
static void	 list_free(struct job *);

static const struct ask ask_peers = {
	.answers = {
		ANSWER_PART(peer_item, list_item),
		ANSWER(peer_page_end, list_page_end),
	},
	.failed = list_failed,
	.ms = ASK_MS,
};

static const struct ask ask_peers_fast = {
	.answers = {
		ANSWER_PART(peer_item, list_item),
		ANSWER(peer_page_end, list_page_end),
	},
	.failed = list_failed,
	.ms = ASK_FAST_MS,
};

static const struct job_ops list_ops = {
	.more = list_ask,
	.free = list_free,
};

static struct peerlist *
list_of(struct request *r)
{
	return ((struct peerlist *)r->job);
}

static void
list_free(struct job *j)
{
	struct peerlist *l = (struct peerlist *)j;

	outbuf_clear(&l->out);
	free(l);
}

static void
list_ask(struct request *r)
{
	struct peerlist *l = list_of(r);

	l->items = 0;
	if (l->form->fast)
		ASK(r, &ask_peers_fast, peer_page, &l->page);
	else
		ASK(r, &ask_peers, peer_page, &l->page);
}

static struct peerlist *
list_new(struct request *r, const struct peerlist_form *form)
{
	struct peerlist *l;

	if ((l = request_job(r, &list_ops, sizeof(*l))) == NULL) {
		form->refused(r, LEASE_E_BUSY, "out of memory");
		return (NULL);
	}
	l->form = form;
	outbuf_init(&l->out, PIECE_MAX);
	outbuf_add(&l->out, form->head, strlen(form->head));
	return (l);
}

static struct peerlist *
list_of_peers(struct request *r, const struct owner *o, const char *network,
    const struct peerlist_form *form)
{
	struct peerlist *l;

	if ((l = list_new(r, form)) == NULL)
		return (NULL);
	strlcpy(l->page.network, network, sizeof(l->page.network));
	strlcpy(l->page.owner, o->name, sizeof(l->page.owner));
	return (l);
}

void
peerlist_start(struct request *r, const struct owner *o, const char *network,
    bool online, const struct peerlist_form *form)
{
	struct peerlist *l;

	if ((l = list_of_peers(r, o, network, form)) == NULL)
		return;
	l->page.online = online;
	list_ask(r);
}

void
peerlist_start_one(struct request *r, const struct owner *o,
    const char *network, const uint8_t key[WGKEY_LEN],
    const struct peerlist_form *form)
{
	struct peerlist *l;

	if ((l = list_of_peers(r, o, network, form)) == NULL)
		return;
	l->page.one = l->page.has_key = 1;
	memcpy(l->page.key, key, sizeof(l->page.key));
	list_ask(r);
}

void
peerlist_start_leases(struct request *r, const char *network,
    const struct peerlist_form *form)
{
	struct peerlist *l;

	if ((l = list_new(r, form)) == NULL)
		return;
	l->page.leases = 1;
	strlcpy(l->page.network, network, sizeof(l->page.network));
	list_ask(r);
}

static void
list_item(struct request *r, const struct msg_peer_item *m)
{
	struct peerlist *l = list_of(r);
	char *dst;
	int n;

	if (!l->form->served || m->state != LEASE_OUTSIDE) {
		if ((dst = outbuf_room(&l->out, PEERJSON_SIZE + 1)) == NULL)
			return;
		*dst = ',';
		n = l->form->item(m, dst + l->any, PEERJSON_SIZE);
		if (n == -1) {
			l->out.broken = true;
			return;
		}
		l->out.len += (size_t)n + l->any;
		l->any = true;
	}
	l->items++;
	/* The next page begins behind it. */
	strlcpy(l->page.name, m->name, sizeof(l->page.name));
	l->page.has_key = 1;
	memcpy(l->page.key, m->pubkey, sizeof(l->page.key));
}

static void
list_refused(struct request *r, uint8_t code, const char *text)
{
	const struct peerlist_form *form = list_of(r)->form;
	bool begun = list_of(r)->begun;

	request_job_end(r);
	if (begun)
		reply_break(r);
	else
		form->refused(r, code, text);
}

static void
list_failed(struct request *r, const char *text)
{
	list_refused(r, LEASE_E_BUSY, text);
}

/* The client has this version: "online" changes without the set's version. */
static bool
is_known(struct request *r, const char *tag)
{
	struct peerlist *l = list_of(r);

	return (l->form->etag && !l->begun && !l->page.online &&
	    etag_known(r->head, &r->http, tag));
}

/* A page has ended: send it. */
static void
list_page_end(struct request *r, const struct msg_peer_page_end *m)
{
	struct peerlist *l = list_of(r);
	bool last = m->more == 0;
	char etag[40] = "", tag[24];
	const char *tail;
	char *piece;
	size_t len;

	if (m->code > LEASE_OK_REKEYED) {
		list_refused(r, m->code, "");
		return;
	}
	if (l->page.one && !l->any) {
		list_refused(r, LEASE_E_NOT_FOUND, "");
		return;
	}
	tail = l->any ? l->form->tail : l->form->none;
	if (last)
		outbuf_add(&l->out, tail, strlen(tail));
	if (l->out.broken || (!last && l->items == 0)) {
		list_refused(r, LEASE_E_BUSY, "the list cannot be had");
		return;
	}
	snprintf(tag, sizeof(tag), "\"%llu\"",
	    (unsigned long long)m->generation);
	if (l->form->etag)
		snprintf(etag, sizeof(etag), "ETag: %s\r\n", tag);
	if (is_known(r, tag)) {
		request_job_end(r);
		reply_send(r, 304, NULL, etag, NULL, 0);
		return;
	}
	piece = outbuf_take(&l->out, &len);
	if (last && !l->begun)
		reply_whole(r, l->form->type, etag, piece, len);
	else {
		if (!l->begun)
			reply_begin(r, l->form->type, etag);
		l->begun = true;
		reply_piece(r, piece, len, last);
	}
	if (last)
		request_job_end(r);
}
