/* SPDX-License-Identifier: ISC */
/*
 * The end and the deadlines of a connection's request.
 */

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "ctl_conn.h"

#define IDLE_S		60		/* between requests and for a page */

uint32_t
conn_ask(struct conn *k)
{
	struct control *ctl = k->l->control;

	if (++ctl->asked == 0)
		ctl->asked = 1;
	return (k->asked = ctl->asked);
}

void
conn_wait(struct conn *k, unsigned int s)
{
	const struct timeval tv = { s, 0 };

	evtimer_add(k->ev_deadline, &tv);
}

void
conn_progress(struct conn *k)
{
	conn_wait(k, IDLE_S);
}

void
conn_more(struct conn *k, unsigned int ms)
{
	const struct timeval tv = { ms / 1000, ms % 1000 * 1000 };

	evtimer_add(k->ev_more, &tv);
}

void
conn_result(struct conn *k, uint8_t code, const char *fmt, ...)
{
	struct msg_ctl_result m;
	va_list ap;

	memset(&m, 0, sizeof(m));
	m.code = code;
	va_start(ap, fmt);
	vsnprintf(m.text, sizeof(m.text), fmt, ap);
	va_end(ap);
	if (chan_send_ctl_result(k->chan, k->id, &m, -1) == -1)
		chan_fail(k->chan, "result cannot be sent");
	k->state = CONN_IDLE;
	conn_wait(k, IDLE_S);
}
