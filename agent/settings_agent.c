/* SPDX-License-Identifier: ISC */
/*
 * A configuration owns the sockets and files that came with it.
 */

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "settings_agent.h"

struct settings *
settings_new(void)
{
	struct settings *s;

	if ((s = calloc(1, sizeof(*s))) == NULL)
		return (NULL);
	s->chain_fd = s->ca_fd = s->ctl_fd = s->metrics_fd = -1;
	s->raw4_fd = s->raw6_fd = -1;
	return (s);
}

static void
close_fd(int *fd)
{
	if (*fd != -1)
		close(*fd);
	*fd = -1;
}

void
settings_free(struct settings *s)
{
	if (s == NULL)
		return;
	close_fd(&s->chain_fd);
	close_fd(&s->ca_fd);
	close_fd(&s->ctl_fd);
	close_fd(&s->metrics_fd);
	close_fd(&s->raw4_fd);
	close_fd(&s->raw6_fd);
	tlsclient_free(s->tls);
	free(s);
}

const char *
settings_check(struct settings *s, struct tlskey *tk)
{
	if (!s->has_server || !s->has_policy)
		return ("the parent has not sent the server and the policy");
	s->want.routes = s->policy.accept_routes;
	s->want.nroutes = s->policy.naccept_routes;
	s->want.full_tunnel = s->policy.full_tunnel;
	/* The parent has told what is wrong with a file that is not here. */
	if (s->chain_fd == -1 || s->ca_fd == -1)
		return (NULL);
	s->tls = tlsclient_new(tk, s->chain_fd, s->ca_fd, s->error,
	    sizeof(s->error));
	close_fd(&s->chain_fd);
	close_fd(&s->ca_fd);
	if (s->tls != NULL)
		return (NULL);
	s->word = CONF_CERTIFICATE;
	return (s->error);
}
