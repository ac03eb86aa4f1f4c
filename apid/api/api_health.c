/* SPDX-License-Identifier: ISC */
/*
 * Health for load balancers and people: /livez says that this process runs,
 * /readyz that a registration would succeed.
 */

#include <stdio.h>
#include <string.h>

#include "request.h"
#include "dialects.h"
#include "link_leased.h"
#include "refuse.h"
#include "reply.h"
#include "server.h"

static void
health_answer(struct request *, const struct msg_lease_health_reply *);
static void	 health_failed(struct request *, const char *);

static const struct ask ask_health = ASK_ONE(lease_health_reply, health_answer,
    health_failed, ASK_MS);

static void
send_state(struct request *r, const char *leased, const char *kern,
    const char *db, const char *wireguard, bool ready)
{
	char body[160];

	snprintf(body, sizeof(body),
	    "{\"leased\":\"%s\",\"netd\":\"%s\",\"db\":\"%s\",\"wireguard\":\"%s\"}\n",
	    leased, kern, db, wireguard);
	reply_send(r, ready ? 200 : 503, "application/json",
	    ready ? NULL : "Retry-After: 5\r\n", body, strlen(body));
}

static void
health_answer(struct request *r, const struct msg_lease_health_reply *m)
{
	/* leased may know of a network a moment before us. */
	bool up = m->wireguard && server_all(r->apid);

	send_state(r, "ok", m->kern ? "ok" : "fail", m->db ? "ok" : "fail",
	    up ? "ok" : "fail", m->kern && m->db && up);
}

static void
health_failed(struct request *r, const char *text)
{
	send_state(r, "fail", "unknown", "unknown", "unknown", false);
}

static void
health_livez(struct request *r)
{
	reply_send(r, 200, "text/plain; charset=UTF-8", NULL, "ok\n", 3);
}

static void
health_readyz(struct request *r)
{
	ASK_BARE(r, &ask_health, LEASE_HEALTH);
}

static const struct route routes[] = {
	{ VERB_GET | VERB_HEAD, false, "/livez", health_livez, NULL },
	{ VERB_GET | VERB_HEAD, false, "/readyz", health_readyz, NULL },
	{ VERB_GET | VERB_HEAD, false, "/healthz", health_readyz, NULL },
};

const struct dialect dialect_health = {
	.api = API_NATIVE | API_METRICS,
	.routes = routes,
	.nroutes = sizeof(routes) / sizeof(routes[0]),
	.refuse = refuse_text,
};
