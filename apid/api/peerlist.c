/* SPDX-License-Identifier: ISC */
/*
 * One page of leased's is one piece of the answer; a list of one page has a
 * length, a longer one is chunked.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conn.h"
#include "link_leased.h"
#include "outbuf.h"
#include "owner.h"
#include "peerjson.h"
#include "peerlist.h"
#include "reply.h"

#define PIECE_MAX	(512 * 1024)

struct peerlist {
	const struct peerlist_form *form;
	struct msg_owned_page page;	/* the question */
	struct outbuf	 out;
	unsigned int	 items;		/* in this page */
	bool		 any;		/* a peer was written */
	bool		 begun;		/* the head has been sent */
};

static void	 list_item(struct conn *, const struct msg_owned_item *);
static void	 list_end(struct conn *, const struct msg_owned_page_end *);
static void	 list_failed(struct conn *, const char *);
static void	 list_ask(struct conn *);

static const struct ask ask_list = {
	.answers = {
		ANSWER_PART(owned_item, list_item),
		ANSWER(owned_page_end, list_end),
	},
	.failed = list_failed,
	.drained = list_ask,
};

static const struct ask ask_fast = {
	.answers = {
		ANSWER_PART(owned_item, list_item),
		ANSWER(owned_page_end, list_end),
	},
	.failed = list_failed,
	.drained = list_ask,
	.ms = ASK_FAST_MS,
};

void
peerlist_forget(struct conn *c)
{
	if (c->list == NULL)
		return;
	outbuf_clear(&c->list->out);
	free(c->list);
	c->list = NULL;
}

static void
list_ask(struct conn *c)
{
	struct peerlist *l = c->list;

	l->items = 0;
	ASK(c, l->form->fast ? &ask_fast : &ask_list, owned_page, &l->page);
}

static void
list_start(struct conn *c, const struct owner *o, const char *network,
    const struct msg_owned_page *page, const struct peerlist_form *form)
{
	struct peerlist *l;

	peerlist_forget(c);
	if ((l = calloc(1, sizeof(*l))) == NULL) {
		form->refused(c, LEASE_E_BUSY, "out of memory");
		return;
	}
	c->list = l;
	l->form = form;
	l->page = *page;
	outbuf_init(&l->out, PIECE_MAX);
	outbuf_add(&l->out, form->head, strlen(form->head));
	(void)strlcpy(l->page.network, network, sizeof(l->page.network));
	(void)strlcpy(l->page.owner, o->name, sizeof(l->page.owner));
	list_ask(c);
}

void
peerlist_start(struct conn *c, const struct owner *o, const char *network,
    bool online, const struct peerlist_form *form)
{
	struct msg_owned_page page;

	memset(&page, 0, sizeof(page));
	page.online = online;
	list_start(c, o, network, &page, form);
}

void
peerlist_start_one(struct conn *c, const struct owner *o, const char *network,
    const uint8_t key[WGKEY_LEN], const struct peerlist_form *form)
{
	struct msg_owned_page page;

	memset(&page, 0, sizeof(page));
	page.one = page.has_after = 1;
	memcpy(page.after, key, sizeof(page.after));
	list_start(c, o, network, &page, form);
}

static void
list_item(struct conn *c, const struct msg_owned_item *m)
{
	struct peerlist *l = c->list;
	char *dst;
	int n;

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
	l->items++;
	l->page.has_after = 1;
	memcpy(l->page.after, m->pubkey, sizeof(l->page.after));
}

static void
list_refused(struct conn *c, uint8_t code, const char *text)
{
	const struct peerlist_form *form = c->list->form;
	bool begun = c->list->begun;

	peerlist_forget(c);
	/* Half a list has no error but its end. */
	if (begun)
		c->state = CONN_DEAD;
	else
		form->refused(c, code, text);
}

static void
list_failed(struct conn *c, const char *text)
{
	list_refused(c, LEASE_E_BUSY, text);
}

static void
list_end(struct conn *c, const struct msg_owned_page_end *m)
{
	static const char type[] = "application/json";
	struct peerlist *l = c->list;
	bool last = m->more == 0;
	char etag[40] = "";
	char *piece;
	size_t len;

	if (m->code > LEASE_OK_REKEYED) {
		list_refused(c, m->code, "");
		return;
	}
	if (l->page.one && !l->any) {
		list_refused(c, LEASE_E_NOT_FOUND, "");
		return;
	}
	if (last)
		outbuf_add(&l->out, l->form->tail, strlen(l->form->tail));
	if (l->out.broken || (!last && l->items == 0)) {
		list_refused(c, LEASE_E_BUSY, "the list cannot be had");
		return;
	}
	if (l->form->etag)
		(void)snprintf(etag, sizeof(etag), "ETag: \"%llu\"\r\n",
		    (unsigned long long)m->generation);
	piece = outbuf_take(&l->out, &len);
	if (last && !l->begun)
		reply_whole(c, type, etag, piece, len);
	else {
		if (!l->begun)
			reply_begin(c, type, etag);
		l->begun = true;
		reply_piece(c, piece, len, last);
	}
	if (last)
		peerlist_forget(c);
}
