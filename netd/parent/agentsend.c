/* SPDX-License-Identifier: ISC */
/*
 * The slices of a device's configuration: the server, the policy, and the
 * sockets and certificates that agentd needs.
 */

#include <sys/socket.h>

#include <fcntl.h>
#include <string.h>

#include "agentconf.h"
#include "agentsend.h"
#include "config.h"
#include "files.h"
#include "log.h"
#include "meshdir.h"
#include "netd.h"
#include "proc.h"
#include "rawsock.h"
#include "spoiled.h"

int
agentsend_policy(struct proc *p, const struct bundle *b)
{
	struct msg_conf_mpolicy m = b->conf->policy;

	m.agent_uid = p->netd->uid[P_AGENT];
	return (chan_send_conf_mpolicy(p->chan, 0, &m, -1));
}

static int
send_server(struct proc *p, const struct config *c)
{
	char dir[MESHDIR_PATH];
	struct msg_conf_agent m;

	memset(&m, 0, sizeof(m));
	strlcpy(m.host, c->agent.host, sizeof(m.host));
	m.port = c->agent.port;
	strlcpy(m.prefix, c->agent.prefix, sizeof(m.prefix));
	strlcpy(m.state_dir, meshdir_agent(c, dir), sizeof(m.state_dir));
	return (chan_send_conf_agent(p->chan, 0, &m, -1));
}

static int
send_certs(struct proc *p, const struct bundle *b)
{
	struct msg_conf_cert m = { AGENT_TLS, 0 };
	int fd;

	for (m.kind = CERT_CHAIN; m.kind <= CERT_CLIENT_CA; m.kind++) {
		if (b->cert[AGENT_TLS][m.kind] == -1 ||
		    b->off[AGENT_TLS][0] != '\0')
			continue;
		if ((fd = bundle_reopen(b->cert[AGENT_TLS][m.kind])) == -1 ||
		    chan_send_conf_cert(p->chan, 0, &m, fd) == -1)
			return (-1);
	}
	return (0);
}

static int
send_metrics(struct proc *p, const struct bundle *b)
{
	struct msg_conf_listen m;
	int fd;

	if (b->conf->nlisten <= AGENT_METRICS ||
	    !bundle_listens(b, AGENT_METRICS))
		return (0);
	memset(&m, 0, sizeof(m));
	m.index = AGENT_METRICS;
	m.api = API_METRICS;
	m.proof = PROOF_NONE;
	strlcpy(m.prefix, "/", sizeof(m.prefix));
	strlcpy(m.address, b->conf->listen[AGENT_METRICS].address.text,
	    sizeof(m.address));
	fd = fcntl(b->listen[AGENT_METRICS], F_DUPFD_CLOEXEC, 3);
	return (fd == -1 ? -1 : chan_send_conf_listen(p->chan, 0, &m, fd));
}

/* Without raw sockets there is no STUN, but the gateway's rendezvous. */
static int
send_raw(struct proc *p, const struct msg_conf_mpolicy *policy)
{
	struct msg_conf_raw m;
	int fd;

	m.port_first = policy->port_first;
	m.port_last = policy->port_last;
	for (m.family = 4; m.family <= 6; m.family += 2) {
		fd = rawsock_open(m.family == 4 ? AF_INET : AF_INET6,
		    m.port_first, m.port_last);
		if (fd == -1)
			log_debug("no raw socket of IPv%u: no STUN", m.family);
		else if (chan_send_conf_raw(p->chan, 0, &m, fd) == -1)
			return (-1);
	}
	return (0);
}

int
agentsend_agent(struct proc *p, const struct bundle *b)
{
	struct msg_conf_ctl ctl = { 0 };
	int fd;

	if (send_server(p, b->conf) == -1 || agentsend_policy(p, b) == -1 ||
	    send_certs(p, b) == -1)
		return (-1);
	if (p->netd->trial)
		return (0);
	if (send_raw(p, &b->conf->policy) == -1 || send_metrics(p, b) == -1 ||
	    spoiled_ctl(p->netd) == -1)
		return (-1);
	fd = fcntl(p->netd->ctl, F_DUPFD_CLOEXEC, 3);
	return (fd == -1 ? -1 : chan_send_conf_ctl(p->chan, 0, &ctl, fd));
}
