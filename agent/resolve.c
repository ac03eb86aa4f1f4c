/* SPDX-License-Identifier: ISC */
/*
 * evdns asks the name servers from inside of the event loop.
 */

#include <sys/socket.h>

#include <event2/dns.h>
#include <event2/event.h>
#include <event2/util.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "endpoint.h"
#include "resolve.h"

struct resolve {
	struct event_base *base;
	struct evdns_base *dns;
};

struct resolve_job {
	struct event	*soon;		/* gives an answer that is known */
	struct evdns_getaddrinfo_request *req;
	resolve_cb	*cb;		/* NULL: cancelled */
	void		*arg;
	struct resolve_answer answer;
};

struct resolve *
resolve_new(struct event_base *base)
{
	struct resolve *r;

	if ((r = calloc(1, sizeof(*r))) == NULL)
		return (NULL);
	r->base = base;
	/*
	 * Without a name server, or with a file that cannot be read, addresses
	 * still work; a name then fails when it is asked for.
	 */
	if ((r->dns = evdns_base_new(base, 0)) == NULL) {
		free(r);
		errno = ENOMEM;
		return (NULL);
	}
	(void)evdns_base_resolv_conf_parse(r->dns, DNS_OPTIONS_ALL,
	    "/etc/resolv.conf");
	(void)evdns_base_set_option(r->dns, "timeout:", "3");
	(void)evdns_base_set_option(r->dns, "attempts:", "3");
	return (r);
}

void
resolve_free(struct resolve *r)
{
	if (r == NULL)
		return;
	evdns_base_free(r->dns, 1);
	free(r);
}

static void
job_free(struct resolve_job *j)
{
	if (j->soon != NULL)
		event_free(j->soon);
	free(j);
}

static void
job_done(struct resolve_job *j)
{
	if (j->cb != NULL)
		j->cb(j->arg, &j->answer);
	job_free(j);
}

static void
soon_cb(evutil_socket_t fd, short what, void *arg)
{
	job_done(arg);
}

static void
dns_cb(int error, struct evutil_addrinfo *res, void *arg)
{
	struct resolve_job *j = arg;
	struct evutil_addrinfo *ai;
	struct map_endpoint e;

	j->req = NULL;
	for (ai = res; ai != NULL && j->answer.n < RESOLVE_MAX;
	     ai = ai->ai_next) {
		endpoint_from_sockaddr(&e, ai->ai_addr);
		if (e.addr.family != 0)
			j->answer.list[j->answer.n++] = e;
	}
	if (res != NULL)
		evutil_freeaddrinfo(res);
	if (j->answer.n == 0)
		j->answer.error = error != 0 ? evutil_gai_strerror(error) :
					       "it has no address";
	/* It may come from within resolve_ask(). */
	event_active(j->soon, EV_TIMEOUT, 0);
}

struct resolve_job *
resolve_ask(struct resolve *r, const char *host, uint16_t port, resolve_cb *cb,
    void *arg)
{
	struct evutil_addrinfo hints;
	struct resolve_job *j;
	char service[8];

	if ((j = calloc(1, sizeof(*j))) == NULL)
		return (NULL);
	j->cb = cb;
	j->arg = arg;
	if ((j->soon = event_new(r->base, -1, 0, soon_cb, j)) == NULL) {
		free(j);
		errno = ENOMEM;
		return (NULL);
	}
	if (prefix_parse(host, &j->answer.list[0].addr) == 0 &&
	    prefix_is_host(&j->answer.list[0].addr) &&
	    strchr(host, '/') == NULL) {
		j->answer.list[0].port = port;
		j->answer.n = 1;
		event_active(j->soon, EV_TIMEOUT, 0);
		return (j);
	}
	memset(&hints, 0, sizeof(hints));
	hints.ai_family = AF_UNSPEC;
	hints.ai_socktype = SOCK_STREAM;
	evutil_snprintf(service, sizeof(service), "%u", port);
	j->req = evdns_getaddrinfo(r->dns, host, service, &hints, dns_cb, j);
	return (j);
}

void
resolve_cancel(struct resolve_job *j)
{
	if (j == NULL)
		return;
	j->cb = NULL;
	/* Its callback still comes, and frees the job. */
	if (j->req != NULL)
		evdns_getaddrinfo_cancel(j->req);
}
