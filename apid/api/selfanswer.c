/* SPDX-License-Identifier: ISC */
/*
 * The answer is made network by network: the difference comes from the ring if
 * that reaches back so far, and else page by page from leased, as all peers
 * do.  A change that comes meanwhile has a later generation than the answer
 * says, and is told again.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "jsonw.h"
#include "link_leased.h"
#include "reply.h"
#include "selfanswer.h"
#include "selfjob.h"
#include "server.h"

#define PIECE		32768	/* a piece is sent when it is so long */
#define TYPE		"application/json"
#define GONE_STEP	64

static void	 page_entry(struct request *, const struct msg_mesh_entry *);
static void	 page_end(struct request *, const struct msg_mesh_page_end *);
static void	 again(struct request *);
static void	 page_failed(struct request *, const char *);

static const struct ask ask_page = {
	.answers = {
		ANSWER_PART(mesh_entry, page_entry),
		ANSWER(mesh_page_end, page_end),
	},
	.failed = page_failed,
	.ms = ASK_MS,
};

struct selfjob *
selfjob_of(const struct request *r)
{
	return ((struct selfjob *)r->job);
}

/*
 * The generations that the device has of a network, or NULL: then it needs all.
 */
static const struct cursor_pair *
known_pair(const struct selfjob *j, const struct mself *s)
{
	const struct cursor_pair *p;

	if (!j->has_cursor || j->cursor.epoch != j->dev->epoch ||
	    (p = cursor_find(&j->cursor, s->member)) == NULL ||
	    p->told > s->feed->gen || p->told < s->view_gen ||
	    (s->active && p->told < s->feed->floor))
		return (NULL);
	return (p);
}

/* Is there something behind this generation that the member sees? */
static bool
has_news(const struct mself *s, uint64_t gen)
{
	if (gen < s->self_gen || s->nwant > 0)
		return (true);
	if (!s->active || gen == s->feed->gen)
		return (false);
	return (s->whole || !ring_reaches(&s->feed->ring, gen, false) ||
	    gen < s->feed->ring.last_all);
}

bool
selfanswer_is_known(struct selfjob *j)
{
	const struct mdev *d = j->dev;
	const struct cursor_pair *p;
	bool known;
	unsigned int i;

	known = j->has_cursor && j->cursor.epoch == d->epoch &&
	    j->cursor.n == d->nselfs;
	for (i = 0; i < d->nselfs; i++) {
		p = known_pair(j, d->selfs[i]);
		if (p != NULL)
			mfront_ack(j->front, d->selfs[i], p->gen);
		known = known && p != NULL && !has_news(d->selfs[i], p->told);
	}
	return (known);
}

void
selfanswer_extra(const struct selfjob *j, char *dst, size_t size)
{
	char tag[CURSOR_SIZE], applied[48] = "";

	(void)cursor_format(j->tag != NULL ? j->tag : &j->cursor, tag);
	if (j->wait > 0)
		snprintf(applied, sizeof(applied),
		    "Preference-Applied: wait=%u\r\n", j->wait);
	snprintf(dst, size, "ETag: %s\r\n%s", tag, applied);
}

static void
put(struct selfjob *j, const char *text)
{
	outbuf_add(&j->out, text, strlen(text));
}

static void
finish(struct request *r)
{
	struct selfjob *j = selfjob_of(r);
	char extra[CURSOR_SIZE + 64], *piece;
	size_t len;

	put(j, "]}\n");
	if (j->out.broken) {
		page_failed(r, "the answer cannot be had");
		return;
	}
	selfanswer_extra(j, extra, sizeof(extra));
	piece = outbuf_take(&j->out, &len);
	if (j->begun)
		reply_piece(r, piece, len, 1);
	else
		reply_whole(r, TYPE, extra, piece, len);
	request_job_end(r);
}

/* Send what there is; selfanswer_more goes on. */
static void
send_piece(struct request *r)
{
	struct selfjob *j = selfjob_of(r);
	char extra[CURSOR_SIZE + 64], *piece;
	size_t len;

	if (j->out.broken) {
		page_failed(r, "the answer cannot be had");
		return;
	}
	selfanswer_extra(j, extra, sizeof(extra));
	piece = outbuf_take(&j->out, &len);
	if (!j->begun)
		reply_begin(r, TYPE, extra);
	j->begun = true;
	reply_piece(r, piece, len, 0);
}

static void
page_failed(struct request *r, const char *text)
{
	bool begun = selfjob_of(r)->begun;

	request_job_end(r);
	if (begun)
		reply_break(r);
	else
		reply_problem(r, 503, "gateway-busy", text, 0);
}

static void
put_peer(struct selfjob *j, const char *json, size_t len)
{
	if (j->any)
		put(j, ",");
	outbuf_add(&j->out, json, len);
	j->any = true;
}

static void
put_gone(struct selfjob *j, uint64_t member)
{
	uint64_t *list;

	if (j->ngone % GONE_STEP == 0) {
		list = reallocarray(j->gone, j->ngone + GONE_STEP,
		    sizeof(*list));
		if (list == NULL) {
			j->out.broken = true;
			return;
		}
		j->gone = list;
	}
	j->gone[j->ngone++] = member;
}

/* It left and came back while the pages were asked for. */
static void
take_back(struct selfjob *j, uint64_t member)
{
	unsigned int i;

	for (i = 0; i < j->ngone; i++)
		if (j->gone[i] == member)
			j->gone[i] = j->gone[--j->ngone];
}

/* A member is a peer of this one, has left, or is nothing to it. */
static void
put_entry(struct selfjob *j, const struct mself *s, uint64_t member,
    uint8_t seen, const char *json, size_t len)
{
	if (member == s->member)
		return;
	if (seen == SEEN_ALL || (seen != 0 && s->whole)) {
		take_back(j, member);
		put_peer(j, json, len);
	} else if (!j->page.full && seen != SEEN_BY_HUBS)
		put_gone(j, member);
}

static struct mself *
find_self(const struct selfjob *j)
{
	unsigned int i;

	for (i = 0; i < j->dev->nselfs; i++)
		if (j->dev->selfs[i]->member == j->tag->pair[j->net].member)
			return (j->dev->selfs[i]);
	return (NULL);
}

static void
put_rendezvous(const struct request *r, struct selfjob *j)
{
	const struct msg_hand_server *server;
	const char *name = r->set->mesh.rendezvous;
	char buf[HOST_SIZE + 128], key[WGKEY_TEXT];
	struct jsonw w;

	if (*name == '\0' || (server = server_find(r->apid, name)) == NULL ||
	    server->port == 0)
		return;
	jsonw_init(&w, buf, sizeof(buf));
	jsonw_add(&w, "\"rendezvous\":{\"key\":\"%s\",\"endpoint\":\"%s:%u\"},",
	    wgkey_format(server->pubkey, key), r->set->endpoint, server->port);
	outbuf_add(&j->out, buf, w.len);
}

/* The end of a network. */
static void
close_net(struct selfjob *j, struct mself *s)
{
	char buf[32];
	unsigned int i;

	put(j, "],\"gone\":[");
	for (i = 0; i < j->ngone; i++) {
		snprintf(buf, sizeof(buf), "%s\"m%llu\"", i == 0 ? "" : ",",
		    (unsigned long long)j->gone[i]);
		put(j, buf);
	}
	put(j, "],\"want\":[");
	for (i = 0; i < s->nwant; i++) {
		snprintf(buf, sizeof(buf), "%s\"m%llu\"", i == 0 ? "" : ",",
		    (unsigned long long)s->want[i]);
		put(j, buf);
	}
	s->nwant = 0;
	put(j, "]}");
	j->ngone = 0;
	j->any = false;
	j->net++;
}

/* Begin a network.  Returns true if leased must be asked for the rest. */
static bool
open_net(const struct request *r, struct selfjob *j, struct mself *s)
{
	const struct cursor_pair *p = known_pair(j, s);
	const uint64_t *gen = p == NULL ? NULL : &p->told;
	const struct ring_entry *e;
	char buf[96];

	put(j, j->net == 0 ? "{" : ",{");
	put(j, s->head);
	snprintf(buf, sizeof(buf),
	    gen == NULL ? ",\"base\":null" : ",\"base\":%llu",
	    gen == NULL ? 0ULL : (unsigned long long)*gen);
	put(j, buf);
	snprintf(buf, sizeof(buf), ",\"gen\":%llu,\"more\":false,",
	    (unsigned long long)j->tag->pair[j->net].gen);
	put(j, buf);
	if (gen == NULL || *gen < s->self_gen) {
		put(j, s->self);
		put(j, ",");
	}
	put_rendezvous(r, j);
	put(j, "\"peers\":[");
	if (!s->active)
		return (false);
	memset(&j->page, 0, sizeof(j->page));
	j->page.mesh = s->feed->mesh;
	j->page.whole = s->whole;
	j->page.full = gen == NULL;
	j->page.since = gen == NULL ? 0 : *gen;
	if (gen == NULL || !ring_reaches(&s->feed->ring, *gen, s->whole))
		return (true);
	ring_touch(&s->feed->ring);
	for (e = ring_behind(&s->feed->ring, *gen); e != NULL;
	     e = TAILQ_NEXT(e, order))
		put_entry(j, s, e->member, e->seen, e->json, e->len);
	return (false);
}

/* Write networks until leased must be asked, or a piece is long enough. */
static void
go_on(struct request *r)
{
	struct selfjob *j = selfjob_of(r);
	struct mself *s;

	while (j->net < j->tag->n) {
		if (j->out.len > PIECE) {
			send_piece(r);
			return;
		}
		if ((s = find_self(j)) == NULL) {
			page_failed(r, "the networks have changed");
			return;
		}
		if (open_net(r, j, s)) {
			ASK(r, &ask_page, mesh_page, &j->page);
			return;
		}
		close_net(j, s);
	}
	finish(r);
}

void
selfanswer_more(struct request *r)
{
	struct selfjob *j = selfjob_of(r);

	if (j->page.mesh != 0)
		ASK(r, &ask_page, mesh_page, &j->page);
	else
		go_on(r);
}

static void
page_entry(struct request *r, const struct msg_mesh_entry *m)
{
	struct selfjob *j = selfjob_of(r);
	struct mself *s = find_self(j);
	char json[ENTRY_JSON];
	int n = 0;

	if (s == NULL ||
	    (m->here && (n = ring_format(m, json, sizeof(json))) == -1)) {
		j->out.broken = true;
		return;
	}
	put_entry(j, s, m->member, m->here ? m->seen : 0, json, (size_t)n);
}

static void
page_end(struct request *r, const struct msg_mesh_page_end *m)
{
	struct selfjob *j = selfjob_of(r);
	struct mself *s = find_self(j);

	if (m->code == LEASE_E_NO_MATCH && s != NULL && !j->begun) {
		/* leased forgot more than it told us: the member needs all. */
		s->feed->floor = m->floor;
		again(r);
		return;
	}
	if (m->code > LEASE_OK_REKEYED || s == NULL || j->out.broken ||
	    (m->more && m->next <= j->page.since)) {
		page_failed(r, "the peers cannot be had now");
		return;
	}
	j->page.since = m->next;
	if (m->more) {
		send_piece(r);
		return;
	}
	j->page.mesh = 0;
	close_net(j, s);
	go_on(r);
}

/* Begin the answer once more. */
static void
again(struct request *r)
{
	struct selfjob *j = selfjob_of(r);

	outbuf_clear(&j->out);
	free(j->tag);
	j->tag = NULL;
	j->net = j->ngone = 0;
	j->any = false;
	j->page.mesh = 0;
	selfanswer_begin(r);
}

/* The number of seconds over which devices come back. */
static unsigned int
spread(const struct mdev *d)
{
	unsigned int i, most = 1;

	for (i = 0; i < d->nselfs; i++)
		if (d->selfs[i]->members / 1000 > most)
			most = d->selfs[i]->members / 1000;
	return (most);
}

void
selfanswer_begin(struct request *r)
{
	struct selfjob *j = selfjob_of(r);
	const struct mdev *d = j->dev;
	char buf[128];
	unsigned int i;

	if ((j->tag = calloc(1, sizeof(*j->tag))) == NULL) {
		page_failed(r, "out of memory");
		return;
	}
	j->tag->epoch = d->epoch;
	j->tag->n = d->nselfs;
	for (i = 0; i < d->nselfs; i++) {
		j->tag->pair[i].member = d->selfs[i]->member;
		j->tag->pair[i].gen = d->selfs[i]->feed->gen;
	}
	snprintf(buf, sizeof(buf),
	    "{\"schema\":1,\"epoch\":\"%016llx\",\"retry_spread\":%u,\"networks\":[",
	    (unsigned long long)d->epoch, spread(d));
	put(j, buf);
	go_on(r);
}
