/* SPDX-License-Identifier: ISC */
/*
 * CTL_SHOW of what the hand has.  The hand is asked for one page at a time, and
 * for the next one when the client has read the last.
 */

#include <string.h>

#include "control_hand.h"
#include "control_show.h"

#define HAND_S		5		/* time for a page */
#define COUNTS_S	2		/* time for counters */
#define PAGE_LINES	64		/* the hand sends no more of them */
#define PAGES_MAX	4096		/* more than all tunnels have routes */

static void
ask(struct conn *k)
{
	struct msg_hand_show m = { .serial = k->hand_serial,
		.from = k->hand_from };

	switch ((enum ctl_what)k->show.what) {
	case SHOW_ROUTES:
		m.what = HAND_SHOW_ROUTES;
		break;
	case SHOW_DRIFT:
		m.what = HAND_SHOW_DRIFT;
		break;
	default:
		m.what = HAND_SHOW_FIREWALL;
		break;
	}
	k->hand_lines = 0;
	if (k->l->hand == NULL ||
	    chan_send_hand_show(k->l->hand, conn_ask(k), &m, -1) == -1) {
		conn_result(k, CTL_BUSY,
		    "netd-hand is not connected; try again");
		return;
	}
	k->state = CONN_HAND;
	conn_wait(k, HAND_S);
}

void
hand_show_start(struct conn *k)
{
	k->hand_serial = k->hand_from = 0;
	k->hand_pages = 0;
	ask(k);
}

void
hand_show_page(struct conn *k)
{
	/* Its answer is still to come, or the client still reads. */
	if (k->asked != 0 || chan_busy(k->chan))
		return;
	ask(k);
}

static struct conn *
asker(struct leased *l, enum conn_state state, uint32_t id)
{
	struct conn *k;

	TAILQ_FOREACH(k, &l->control->conns, entry)
		if (k->state == state && k->asked != 0 && k->asked == id)
			return (k);
	return (NULL);
}

void
hand_show_line(struct leased *l, uint32_t id, const struct msg_hand_line *m)
{
	struct conn *k = asker(l, CONN_HAND, id);
	struct msg_ctl_line line;

	if (k == NULL || k->hand_lines++ >= PAGE_LINES)
		return;
	memset(&line, 0, sizeof(line));
	line.at = m->at;
	strlcpy(line.text, m->text, sizeof(line.text));
	(void)chan_send_ctl_line(k->chan, k->id, &line, -1);
}

void
hand_show_end(struct leased *l, uint32_t id, const struct msg_hand_shown *m)
{
	struct conn *k = asker(l, CONN_HAND, id);

	if (k == NULL)
		return;
	k->asked = 0;
	if (m->serial == 0)
		conn_result(k, CTL_BUSY,
		    "netd-hand shows it to somebody else; try again");
	else if (m->next == 0)
		conn_result(k, CTL_OK, "%s", "");
	else if (m->next <= k->hand_from || ++k->hand_pages == PAGES_MAX)
		conn_result(k, CTL_FAILED,
		    "the answer of netd-hand has no end");
	else {
		k->hand_serial = m->serial;
		k->hand_from = m->next;
		conn_progress(k);
		if (!chan_busy(k->chan))
			conn_more(k, 0);
	}
}

void
hand_counts_start(struct conn *k)
{
	if (k->l->hand == NULL ||
	    chan_send_bare(k->l->hand, MSG_TRAFFIC_GET, conn_ask(k)) == -1) {
		k->asked = 0;
		show_networks(k);
		return;
	}
	k->state = CONN_COUNTS;
	conn_wait(k, COUNTS_S);
}

void
hand_counts_end(struct leased *l, uint32_t id)
{
	struct conn *k = asker(l, CONN_COUNTS, id);

	if (k != NULL)
		show_networks(k);
}
