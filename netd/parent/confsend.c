/* SPDX-License-Identifier: ISC */
/*
 * Each child gets the slice of the configuration that it needs, and nothing
 * more.  The files and sockets that the slice names are sent as open
 * descriptors.
 */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "access.h"
#include "agentsend.h"
#include "conferror.h"
#include "config.h"
#include "confsend.h"
#include "files.h"
#include "late.h"
#include "log.h"
#include "maintenance.h"
#include "netd.h"
#include "off.h"
#include "proc.h"
#include "reach.h"
#include "reserve.h"
#include "spoiled.h"

#define IP4_FORWARD "/proc/sys/net/ipv4/ip_forward"
#define SRC_VALID_MARK "/proc/sys/net/ipv4/conf/all/src_valid_mark"
#define IP6_CONF    "/proc/sys/net/ipv6/conf/"

static int
send_gateway(struct proc *p, const struct config *c)
{
	struct msg_conf_gateway m;
	const char *end;

	memset(&m, 0, sizeof(m));
	/* An IPv6 address with a port behind it needs its brackets. */
	end = strchr(c->gateway.endpoint, ':') != NULL ? "]" : "";
	if (*end != '\0')
		strlcpy(m.endpoint, "[", sizeof(m.endpoint));
	strlcat(m.endpoint, c->gateway.endpoint, sizeof(m.endpoint));
	strlcat(m.endpoint, end, sizeof(m.endpoint));
	if (p->role == P_LEASED) {
		strlcpy(m.name, c->gateway.name, sizeof(m.name));
		strlcpy(m.state_dir, c->gateway.state_dir, sizeof(m.state_dir));
	}
	return (chan_send_conf_gateway(p->chan, 0, &m, -1));
}

static int
send_network(struct proc *p, const struct config *c,
    const struct conf_network *n)
{
	struct msg_conf_network m = n->msg;

	(void)reserve_own(&m, c);
	m.masquerade = n->masquerade ? n->masquerade_family : 0;
	/* Words of a group that is not there have their defaults. */
	if (!n->has_egress) {
		m.wan[0] = '\0';
		m.table = 0;
		m.masquerade = 0;
		m.nallow = m.ndeny = 0;
	}
	m.rendezvous = n->kind == KIND_RENDEZVOUS;
	m.gre = n->transport == TRANSPORT_GRE;
	if (n->has_gre)
		(void)prefix_parse(n->local, &m.local);
	return (chan_send_conf_network(p->chan, 0, &m, -1));
}

static int
send_networks(struct proc *p, const struct config *c)
{
	unsigned int i;

	for (i = 0; i < c->nnetworks; i++)
		if (send_network(p, c, &c->networks[i]) == -1)
			return (-1);
	return (0);
}

/* Send a sysctl if the kernel has it. */
static int
send_sysctl(struct proc *p, uint8_t which, const char *path,
    const char *interface, bool needed)
{
	struct msg_conf_sysctl m;
	int fd;

	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd == -1) {
		if (needed)
			log_warn("cannot open %s: no forwarding", path);
		return (0);
	}
	memset(&m, 0, sizeof(m));
	m.which = which;
	strlcpy(m.interface, interface, sizeof(m.interface));
	return (chan_send_conf_sysctl(p->chan, 0, &m, fd));
}

int
confsend_uplink(struct proc *p, const char *interface)
{
	char path[sizeof(IP6_CONF) + IFNAME_SIZE + 16];

	snprintf(path, sizeof(path), IP6_CONF "%s/accept_ra", interface);
	/* The uplink may appear later, or may have no IPv6. */
	return (send_sysctl(p, SYSCTL_ACCEPT_RA, path, interface, false));
}

/*
 * Also those that no network needs now: a hand before may have set them, and
 * this one puts them back.
 */
static int
send_sysctls(struct proc *p, const struct config *c)
{
	const char *wan;
	unsigned int i;
	bool needed = false;

	for (i = 0; i < c->nnetworks; i++)
		needed = needed || c->networks[i].has_egress ||
		    !c->networks[i].msg.isolate || c->networks[i].msg.inbound ||
		    c->networks[i].msg.nreach > 0;
	needed = needed || c->policy.relay || c->policy.egress_wan[0] != '\0';
	if (send_sysctl(p, SYSCTL_IP4_FORWARD, IP4_FORWARD, "", needed) == -1 ||
	    send_sysctl(p, SYSCTL_IP6_FORWARD, IP6_CONF "all/forwarding", "",
		needed) == -1 ||
	    (p->netd->is_agent &&
		send_sysctl(p, SYSCTL_SRC_VALID_MARK, SRC_VALID_MARK, "",
		    false) == -1))
		return (-1);
	for (i = 0; i < c->nnetworks; i++)
		if (c->networks[i].has_egress)
			late_remember(p->netd->late, c->networks[i].msg.wan);
	if (c->policy.egress_wan[0] != '\0')
		late_remember(p->netd->late, c->policy.egress_wan);
	late_recall(p->netd->late);
	for (i = 0; *(wan = late_uplink(p->netd->late, i)) != '\0'; i++)
		if (confsend_uplink(p, wan) == -1)
			return (-1);
	return (0);
}

static int
send_kern(struct proc *p, const struct bundle *b)
{
	struct msg_conf_firewall firewall = { .mode = b->conf->firewall };
	const struct conf_network *n;
	struct msg_conf_wgkey m;
	unsigned int i;
	int fd;

	if (b->conf->is_agent)
		firewall.mode = FIREWALL_MANAGE;
	if (chan_send_conf_firewall(p->chan, 0, &firewall, -1) == -1 ||
	    (b->conf->is_agent && agentsend_policy(p, b) == -1))
		return (-1);
	for (i = 0; i < b->conf->nnetworks; i++) {
		n = &b->conf->networks[i];
		/* At a start, a key that is absent would be there by now. */
		if (p->netd->trial && b->wgkey[i] == -1 &&
		    *n->private_key_file != '\0')
			continue;
		if (send_network(p, b->conf, n) == -1)
			return (-1);
		if (b->wgkey[i] == -1)
			continue;
		memset(&m, 0, sizeof(m));
		strlcpy(m.network, n->msg.name, sizeof(m.network));
		if ((fd = bundle_reopen(b->wgkey[i])) == -1 ||
		    chan_send_conf_wgkey(p->chan, 0, &m, fd) == -1)
			return (-1);
	}
	return (p->netd->trial ? 0 : send_sysctls(p, b->conf));
}

static int
send_reach(struct proc *p, const struct config *c)
{
	struct msg_conf_reach m[REACH_MAX];
	unsigned int i, n;

	n = config_reach(c, m);
	for (i = 0; i < n; i++)
		if (chan_send_conf_reach(p->chan, 0, &m[i], -1) == -1)
			return (-1);
	return (0);
}

static int
send_mesh(struct proc *p, const struct conf_mesh *c)
{
	struct msg_conf_mesh m;

	memset(&m, 0, sizeof(m));
	if (prefix_parse(c->range, &m.range) == -1 ||
	    prefix_parse(c->range6, &m.range6) == -1)
		return (-1);
	m.full_max = c->full_max;
	m.hub_max = c->hub_max;
	m.networks_max = c->networks_max;
	m.wait = c->wait;
	m.stale = c->stale;
	strlcpy(m.rendezvous, c->rendezvous, sizeof(m.rendezvous));
	return (chan_send_conf_mesh(p->chan, 0, &m, -1));
}

static int
send_leased(struct proc *p, const struct bundle *b)
{
	struct msg_conf_access a;
	struct msg_conf_sync s;
	struct msg_conf_ctl m;
	int fd;

	if (send_gateway(p, b->conf) == -1 || send_networks(p, b->conf) == -1 ||
	    send_mesh(p, &b->conf->mesh) == -1)
		return (-1);
	s.max_remove_percent = (uint8_t)b->conf->max_remove_percent;
	if (chan_send_conf_sync(p->chan, 0, &s, -1) == -1 ||
	    maintenance_send(p, b->conf) == -1 ||
	    send_reach(p, b->conf) == -1 || off_send(p, b) == -1)
		return (-1);
	memset(&m, 0, sizeof(m));
	a.mode = b->access_broken ? ACCESS_NOBODY : b->conf->access.mode;
	a.require_contact = b->conf->access.require_contact;
	if (spoiled_ctl(p->netd) == -1 ||
	    (fd = fcntl(p->netd->ctl, F_DUPFD_CLOEXEC, 3)) == -1 ||
	    chan_send_conf_ctl(p->chan, 0, &m, fd) == -1)
		return (-1);
	return (chan_send_conf_access(p->chan, 0, &a, -1));
}

static int
send_identities(struct proc *p, const struct bundle *b)
{
	const struct config *c = b->conf;
	struct msg_conf_identity m;
	struct msg_conf_rule_ca ca;
	const struct conf_identity *id;
	unsigned int i;
	int fd;

	for (i = 0; i < c->nidentities; i++) {
		id = &c->identities[i];
		memset(&m, 0, sizeof(m));
		m.proof = id->proof;
		m.subject = id->subject;
		m.role = id->role;
		strlcpy(m.pattern, id->pattern, sizeof(m.pattern));
		strlcpy(m.network, id->network, sizeof(m.network));
		strlcpy(m.tenant, id->tenant, sizeof(m.tenant));
		m.ngroups = id->ngroups;
		memcpy(m.groups, id->groups, sizeof(m.groups));
		m.has_ca = *id->ca != '\0';
		strlcpy(m.name_prefix, id->name_prefix, sizeof(m.name_prefix));
		if (chan_send_conf_identity(p->chan, 0, &m, -1) == -1)
			return (-1);
		if (b->rule_ca[i] == -1)
			continue;
		ca.rule = (uint16_t)i;
		if ((fd = bundle_reopen(b->rule_ca[i])) == -1 ||
		    chan_send_conf_rule_ca(p->chan, 0, &ca, fd) == -1)
			return (-1);
	}
	return (0);
}

static int
send_listener(struct proc *p, const struct bundle *b, unsigned int i)
{
	const struct conf_listen *l;
	struct msg_conf_listen m;
	struct msg_conf_cert cert;
	int fd;

	l = &b->conf->listen[i];
	memset(&m, 0, sizeof(m));
	m.index = (uint16_t)i;
	m.api = l->api;
	m.proof = l->proof;
	m.tls = l->has_tls;
	m.depth = (uint8_t)l->depth;
	m.require_eku = l->require_eku;
	m.pending = l->pending;
	strlcpy(m.prefix, l->prefix, sizeof(m.prefix));
	strlcpy(m.address, l->address.text, sizeof(m.address));
	if ((fd = fcntl(b->listen[i], F_DUPFD_CLOEXEC, 3)) == -1 ||
	    chan_send_conf_listen(p->chan, 0, &m, fd) == -1)
		return (-1);
	memset(&cert, 0, sizeof(cert));
	cert.listen = (uint16_t)i;
	for (cert.kind = CERT_CHAIN; cert.kind <= CERT_CRL; cert.kind++) {
		if (b->cert[i][cert.kind] == -1)
			continue;
		if ((fd = bundle_reopen(b->cert[i][cert.kind])) == -1 ||
		    chan_send_conf_cert(p->chan, 0, &cert, fd) == -1)
			return (-1);
	}
	return (0);
}

static int
send_limits(struct proc *p, const struct conf_limits *l)
{
	struct msg_conf_limits m;

	memset(&m, 0, sizeof(m));
	m.handshake_ms = l->handshake;
	m.head_ms = l->head;
	m.body_ms = l->body;
	m.idle_ms = l->idle;
	m.body_bytes = l->body_size;
	m.connections = l->connections;
	m.per_source = l->per_source;
	m.head_bytes = l->head_size;
	m.fields = l->fields;
	m.parked = l->parked;
	m.parked_per_source = l->parked_per_source;
	return (chan_send_conf_limits(p->chan, 0, &m, -1));
}

static int
send_autoygg(struct proc *p, const struct config *c)
{
	struct msg_conf_autoygg m = c->autoygg;

	m.require_contact = c->access.require_contact;
	m.listed = c->access.mode != ACCESS_OPEN;
	return (chan_send_conf_autoygg(p->chan, 0, &m, -1));
}

static int
send_basic(struct proc *p, const char *credentials)
{
	struct msg_conf_basic m;
	int r;

	memset(&m, 0, sizeof(m));
	strlcpy(m.credentials, credentials, sizeof(m.credentials));
	r = chan_send_conf_basic(p->chan, 0, &m, -1);
	explicit_bzero(&m, sizeof(m));
	return (r);
}

static bool
serves_portal(const struct config *c)
{
	unsigned int i;

	for (i = 0; i < c->nlisten; i++)
		if (c->listen[i].api & API_PORTAL)
			return (true);
	return (false);
}

/* A portal asks for load and uptime; without these files it is told neither. */
static int
send_proc(struct proc *p)
{
	static const char *const path[] = {
		[PROC_LOADAVG] = "/proc/loadavg",
		[PROC_UPTIME] = "/proc/uptime",
	};
	struct msg_conf_proc m;
	int fd;

	for (m.which = PROC_LOADAVG; m.which <= PROC_UPTIME; m.which++) {
		fd = open(path[m.which], O_RDONLY | O_CLOEXEC);
		if (fd == -1) {
			log_warn("cannot open %s", path[m.which]);
			continue;
		}
		if (chan_send_conf_proc(p->chan, 0, &m, fd) == -1)
			return (-1);
	}
	return (0);
}

static int
send_apid(struct proc *p, const struct bundle *b)
{
	struct msg_conf_proxy m;
	unsigned int i;

	if (send_gateway(p, b->conf) == -1 || send_networks(p, b->conf) == -1 ||
	    send_identities(p, b) == -1)
		return (-1);
	for (i = 0; i < b->conf->nproxies; i++) {
		memset(&m, 0, sizeof(m));
		m.proxy = b->conf->proxies[i];
		if (chan_send_conf_proxy(p->chan, 0, &m, -1) == -1)
			return (-1);
	}
	if (send_limits(p, &b->conf->limits) == -1 ||
	    send_mesh(p, &b->conf->mesh) == -1 ||
	    send_autoygg(p, b->conf) == -1 ||
	    (serves_portal(b->conf) && send_proc(p) == -1) ||
	    (b->basic[0] != '\0' && send_basic(p, b->basic) == -1))
		return (-1);
	for (i = 0; i < b->conf->nlisten; i++)
		if (bundle_listens(b, i) && send_listener(p, b, i) == -1)
			return (-1);
	return (0);
}

/*
 * The certificates are sent, too, so that a key that does not match is found.
 */
static int
send_keyd(struct proc *p, const struct bundle *b)
{
	struct msg_conf_cert cert;
	struct msg_conf_tlskey m;
	unsigned int i;
	int fd;

	for (i = 0; i < b->conf->nlisten; i++) {
		if (b->key[i] == -1 || b->off[i][0] != '\0')
			continue;
		m.listen = (uint16_t)i;
		if ((fd = bundle_reopen(b->key[i])) == -1 ||
		    chan_send_conf_tlskey(p->chan, 0, &m, fd) == -1)
			return (-1);
		memset(&cert, 0, sizeof(cert));
		cert.listen = (uint16_t)i;
		cert.kind = CERT_CHAIN;
		if (b->cert[i][CERT_CHAIN] == -1)
			continue;
		if ((fd = bundle_reopen(b->cert[i][CERT_CHAIN])) == -1 ||
		    chan_send_conf_cert(p->chan, 0, &cert, fd) == -1)
			return (-1);
	}
	return (0);
}

static int
send_slice(struct proc *p, const struct bundle *b)
{
	struct msg_conf_begin m = { p->generation, p->netd->reload.force };

	if (chan_send_conf_begin(p->chan, 0, &m, -1) == -1)
		return (-1);
	if (p->role == P_HAND)
		return (send_kern(p, b));
	if (p->role == P_LEASED)
		return (send_leased(p, b));
	if (p->role == P_APID)
		return (send_apid(p, b));
	if (p->role == P_AGENT)
		return (agentsend_agent(p, b));
	return (send_keyd(p, b));
}

static void
confsend_failed(struct proc *p)
{
	log_warn("%s: cannot send the configuration", p->name);
	p->sending = NULL;
	chan_fail(p->chan, "cannot send the configuration");
}

void
confsend_start(struct proc *p, const struct bundle *b, uint32_t generation)
{
	p->sending = b;
	p->next_line = 0;
	p->generation = generation;
	p->answer = ANSWER_WAIT;
	if (send_slice(p, b) == -1)
		confsend_failed(p);
	else
		confsend_more(p);
}

static int
send_access_line(struct proc *p, const struct access_line *l)
{
	struct msg_conf_access_name name;
	struct msg_conf_access_addr addr;

	if (l->addr.family != 0) {
		addr.allow = l->allow;
		addr.prefix = l->addr;
		return (chan_send_conf_access_addr(p->chan, 0, &addr, -1));
	}
	memset(&name, 0, sizeof(name));
	name.allow = l->allow;
	name.line = l->line;
	strlcpy(name.name, l->name, sizeof(name.name));
	return (chan_send_conf_access_name(p->chan, 0, &name, -1));
}

/* Send as much of the access list as the link accepts: the list may be long. */
void
confsend_more(struct proc *p)
{
	const struct bundle *b;

	if ((b = p->sending) == NULL)
		return;
	while (p->role == P_LEASED && p->next_line < b->access.n) {
		if (chan_busy(p->chan))
			return;
		if (send_access_line(p, &b->access.lines[p->next_line++]) ==
		    -1) {
			confsend_failed(p);
			return;
		}
	}
	p->sending = NULL;
	if (chan_send_bare(p->chan, MSG_CONF_END, 0) == -1)
		confsend_failed(p);
}
