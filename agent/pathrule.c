/* SPDX-License-Identifier: ISC */
/*
 * A pair that has a relay goes by it until a handshake shows that the direct way
 * works, and again when nothing comes by that way any more.  An end that gives
 * the direct way up takes the other one out of WireGuard for a while, so that
 * nothing comes by it there either and the other end gives it up, too: one end
 * alone on the relay would lose everything.
 */

#include <string.h>

#include "pathrule.h"

#define FRESH_MS	180000	/* WireGuard rejects what is older */
#define STALL_MS	15000	/* data was sent and nothing came */
#define SILENT_MS	30000	/* keepalives come each 25 s */
#define AWAY_MS		60000	/* how long the peer is taken out, at least */
#define AWAY_MAX_MS	600000
#define FORGIVE_MS	600000	/* direct for so long: forget DOWNs */
#define IN_USE_MS	300000
#define CAND_MS		5000	/* time for each candidate */
#define ASK_MS		5000	/* data and no handshake: ask to be called */
#define ASK_AGAIN_MS	30000
#define SOON_MS		10000	/* so long without rx is a doubt */
#define KEEPALIVE	25
#define KEEPALIVE_BYTES	64	/* two keepalives are no data */

static int64_t
since(struct mono then, struct mono now)
{
	return (mono_diff_ms(now, then));
}

static bool
fresh(const struct path *p, struct mono now)
{
	return (p->shook && since(p->handshake, now) < FRESH_MS);
}

static bool
switches(const struct path_facts *f)
{
	return (f->relay && !f->fixed);
}

/* Twice as long after each DOWN: the other end sees nothing of us so long. */
static int64_t
away_ms(unsigned int downs)
{
	int64_t ms = AWAY_MS / 2;

	for (; downs > 0 && ms < AWAY_MAX_MS; downs--)
		ms *= 2;
	if (ms < AWAY_MS)
		ms = AWAY_MS;
	return (ms < AWAY_MAX_MS ? ms : AWAY_MAX_MS);
}

/* The peer is made anew: its counters begin at zero. */
static void
count_anew(struct path *p, struct mono now)
{
	p->rx = 0;
	p->tx = 0;
	p->data = false;
	p->rx_at = now;
}

void
path_start(struct path *p, const struct path_facts *f, bool direct,
    struct mono now)
{
	memset(p, 0, sizeof(*p));
	p->state = switches(f) && !direct ? PATH_RELAYED : PATH_DIRECT;
	p->rx_at = p->up_at = p->cand_at = now;
}

/* Without a fresh handshake here there is none there: both see it end. */
static void
go_down(struct path *p, struct mono now)
{
	p->state = PATH_RELAYED;
	p->was_down = true;
	p->down_at = now;
	if (!fresh(p, now))
		return;
	p->away = true;
	if (p->downs < UINT8_MAX)
		p->downs++;
	count_anew(p, now);
}

static void
go_up(struct path *p, struct mono now)
{
	p->state = PATH_DIRECT;
	p->up_at = now;
	p->rx_at = now;
	p->data = false;
}

/* Is the direct way dead? */
static bool
is_down(const struct path *p, struct mono now)
{
	if (p->data && since(p->data_at, now) >= STALL_MS)
		return (true);
	return (since(p->rx_at, now) >= SILENT_MS || !fresh(p, now));
}

/* Does the direct way work? */
static bool
is_up(const struct path *p, struct mono now)
{
	if (p->rx == 0 || !fresh(p, now))
		return (false);
	return (!p->was_down || mono_cmp(p->handshake, p->down_at) > 0);
}

/* Nobody answers: the next candidate, and from the last one to the first. */
static bool
next_cand(struct path *p, const struct path_facts *f, struct mono now)
{
	uint8_t was = p->cand;

	if (p->cand >= f->ncands)
		p->cand = 0;
	if (f->ncands < 2 || fresh(p, now))
		return (was != p->cand);
	if (since(p->cand_at, now) < CAND_MS)
		return (was != p->cand);
	p->cand_at = now;
	p->cand = (uint8_t)((p->cand + 1) % f->ncands);
	return (true);
}

static void
count(struct path *p, const struct path_seen *s, struct mono now)
{
	/* WireGuard has made it anew. */
	if (s->rx < p->rx || s->tx < p->tx) {
		p->rx = s->rx;
		p->tx = s->tx;
		p->data = false;
	}
	p->shook = s->shook;
	p->handshake = s->handshake;
	if (s->rx > p->rx) {
		p->alive = true;
		p->rx = s->rx;
		p->tx = s->tx;
		p->rx_at = now;
		p->data = false;
	} else if (!p->data && s->tx > p->tx + KEEPALIVE_BYTES) {
		p->data = true;
		p->data_at = now;
	}
}

/*
 * Two ends behind NATs which are both silent: one that sends asks the other one
 * to send, too.  Not more often than the server takes it.
 */
static void
ask(struct path *p, const struct path_facts *f, struct mono now)
{
	p->want = false;
	if (fresh(p, now) || !p->data || f->theirs == MAP_NAT_OPEN)
		return;
	if (since(p->data_at, now) < ASK_MS)
		return;
	if (p->asking && since(p->want_at, now) < ASK_AGAIN_MS)
		return;
	p->asking = true;
	p->want = true;
	p->want_at = now;
}

static void
note_call(struct path *p, const struct path_facts *f, struct mono now)
{
	if (!f->called)
		return;
	p->calling = true;
	p->called_at = now;
}

static bool
switch_state(struct path *p, const struct path_facts *f, struct mono now)
{
	if (!switches(f)) {
		/* The relay has gone, or has come to be this peer. */
		if (p->state == PATH_DIRECT)
			return (false);
		go_up(p, now);
		return (true);
	}
	if (p->state == PATH_DIRECT) {
		if (since(p->up_at, now) >= FORGIVE_MS)
			p->downs = 0;
		if (!is_down(p, now))
			return (false);
		go_down(p, now);
		return (true);
	}
	if (!is_up(p, now))
		return (false);
	go_up(p, now);
	return (true);
}

bool
path_look(struct path *p, const struct path_facts *f, const struct path_seen *s,
    struct mono now)
{
	struct path_wish before, after;

	path_wish(p, f, now, &before);
	note_call(p, f, now);
	if (p->away) {
		if (switches(f) && since(p->down_at, now) < away_ms(p->downs))
			return (false);
		p->away = false;
		count_anew(p, now);
		p->cand_at = now;
		(void)switch_state(p, f, now);
		return (true);
	}
	if (s->present)
		count(p, s, now);
	if (switch_state(p, f, now))
		return (true);
	(void)next_cand(p, f, now);
	ask(p, f, now);
	path_wish(p, f, now, &after);
	return (before.keepalive != after.keepalive ||
	    before.endpoint.port != after.endpoint.port ||
	    !prefix_equal(&before.endpoint.addr, &after.endpoint.addr));
}

/*
 * A pair of which one end may fall back on the relay must hear each other all
 * the time, whatever their NATs.
 */
static uint16_t
keepalive(const struct path *p, const struct path_facts *f, struct mono now)
{
	if (f->keepalive > 0)
		return (f->keepalive);
	if (switches(f) && p->state == PATH_DIRECT)
		return (KEEPALIVE);
	if (switches(f) && f->probe)
		return (KEEPALIVE);
	if (p->calling && since(p->called_at, now) < IN_USE_MS)
		return (KEEPALIVE);
	if (f->ours == MAP_NAT_OPEN)
		return (0);
	if (f->fixed || f->theirs == MAP_NAT_OPEN)
		return (KEEPALIVE);
	return (p->alive && since(p->rx_at, now) < IN_USE_MS ? KEEPALIVE : 0);
}

void
path_wish(const struct path *p, const struct path_facts *f, struct mono now,
    struct path_wish *w)
{
	memset(w, 0, sizeof(*w));
	if (p->away)
		return;
	w->present = true;
	w->direct = p->state == PATH_DIRECT;
	w->keepalive = keepalive(p, f, now);
	if (p->cand < f->ncands)
		w->endpoint = f->cands[p->cand];
}

bool
path_doubt(const struct path *p, const struct path_facts *f, struct mono now)
{
	if (p->away)
		return (false);
	if (p->data && since(p->data_at, now) < AWAY_MS)
		return (true);
	if (p->calling && !fresh(p, now) && since(p->called_at, now) < AWAY_MS)
		return (true);
	if (!switches(f))
		return (false);
	if (p->state == PATH_RELAYED)
		return (f->probe);
	return (since(p->rx_at, now) >= SOON_MS);
}

const char *
path_word(const struct path *p, const struct path_facts *f, struct mono now)
{
	if (p->state == PATH_RELAYED)
		return ("relayed");
	if (fresh(p, now))
		return ("direct");
	return (p->data ? "unreachable" : "idle");
}
