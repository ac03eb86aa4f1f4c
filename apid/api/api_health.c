/* SPDX-License-Identifier: ISC */
/*
 * Health for load balancers and people: /livez says that this process turns,
 * /readyz that a registration would succeed.
 */

#include <stdio.h>
#include <string.h>

#include "conn.h"
#include "link_leased.h"
#include "reply.h"
#include "route.h"

static void health_answer(struct conn *, const struct msg_lease_health_reply *);
static void	 health_failed(struct conn *, const char *);

static const struct ask ask_health = {
	.answers = {
		ANSWER(lease_health_reply, health_answer),
	},
	.failed = health_failed,
};

static void
send_state(struct conn *c, const char *leased, const char *kern, const char *db,
    const char *wireguard, bool ready)
{
	char body[160];

	(void)snprintf(body, sizeof(body),
	    "{\"leased\":\"%s\",\"netd\":\"%s\","
	    "\"db\":\"%s\",\"wireguard\":\"%s\"}\n",
	    leased, kern, db, wireguard);
	reply_send(c, ready ? 200 : 503, "application/json",
	    ready ? NULL : "Retry-After: 5\r\n", body, strlen(body));
}

static void
health_answer(struct conn *c, const struct msg_lease_health_reply *m)
{
	send_state(c, "ok", m->kern ? "ok" : "fail", m->db ? "ok" : "fail",
	    m->wireguard ? "ok" : "fail", m->kern && m->db && m->wireguard);
}

static void
health_failed(struct conn *c, const char *text)
{
	send_state(c, "fail", "unknown", "unknown", "unknown", false);
}

void
health_livez(struct conn *c)
{
	reply_send(c, 200, "text/plain; charset=UTF-8", NULL, "ok\n", 3);
}

void
health_readyz(struct conn *c)
{
	ASK_BARE(c, &ask_health, LEASE_HEALTH);
}
