/* SPDX-License-Identifier: ISC */
/*
 * The rules of a device's file that concern more than one word, and the values
 * that follow from its words.
 */

#include <netinet/in.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agentconf.h"
#include "conferror.h"
#include "config.h"
#include "schema.h"

#define SCHEME		"https://"
#define HTTPS_PORT	443

/* Parse a decimal port.  Returns 0, or -1. */
static int
parse_port(const char *s, uint16_t *port)
{
	const char *bad;

	if (*s < '0' || *s > '9')
		return (-1);
	*port = (uint16_t)strtonum(s, 1, UINT16_MAX, &bad);
	return (bad == NULL ? 0 : -1);
}

/* Take the host out of "HOST", "HOST:PORT" or "[ADDRESS]:PORT". */
static const char *
parse_host(char *text, struct conf_agent *a)
{
	char *host = text, *port;

	if (*text == '[') {
		host = text + 1;
		if ((port = strchr(host, ']')) == NULL)
			return ("the address has no \"]\"");
		*port++ = '\0';
		if (strchr(host, ':') == NULL)
			return ("only an IPv6 address stands in brackets");
		if (*port != '\0' && *port++ != ':')
			return ("behind \"]\" there is only a port");
	} else {
		if ((port = strchr(text, ':')) != NULL)
			*port++ = '\0';
		else
			port = text + strlen(text);
		if (strchr(port, ':') != NULL)
			return (
			    "an IPv6 address stands in brackets: \"https://[2001:db8::1]:8443\"");
	}
	if (*host == '\0' || strlen(host) >= sizeof(a->host))
		return ("write https://HOST:PORT");
	if (*port != '\0' && parse_port(port, &a->port) == -1)
		return ("the port is a number from 1 to 65535");
	strlcpy(a->host, host, sizeof(a->host));
	return (schema_valid_host(host));
}

const char *
agentconf_server(const char *s, struct conf_agent *a)
{
	char text[sizeof(a->server)], *path;
	const char *bad;

	a->port = HTTPS_PORT;
	strlcpy(a->prefix, "/", sizeof(a->prefix));
	if (strncmp(s, SCHEME, strlen(SCHEME)) != 0)
		return ("it must begin with \"https://\"");
	if (strlcpy(text, s + strlen(SCHEME), sizeof(text)) >= sizeof(text))
		return ("it is too long");
	if ((path = strchr(text, '/')) != NULL) {
		if (strlcpy(a->prefix, path, sizeof(a->prefix)) >=
		    sizeof(a->prefix))
			return ("its path is too long");
		if ((bad = schema_valid_urlprefix(path)) != NULL)
			return (
			    "its path must begin and end with \"/\", as the gateway's listen[].prefix does");
		*path = '\0';
	}
	return (parse_host(text, a));
}

const char *
agentconf_ports(const char *s, uint16_t *first, uint16_t *last)
{
	char text[16], *dash;

	if (strlcpy(text, s, sizeof(text)) >= sizeof(text))
		return ("write FIRST-LAST, as in \"51820-51883\"");
	if ((dash = strchr(text, '-')) != NULL)
		*dash++ = '\0';
	else
		dash = text;
	if (parse_port(text, first) == -1 || parse_port(dash, last) == -1)
		return ("write FIRST-LAST, as in \"51820-51883\"");
	return (*first <= *last ? NULL : "the first port is above the last");
}

const char *
agentconf_metrics(const char *s, struct endpoint *e)
{
	const struct sockaddr_in6 *six = (const void *)&e->ss;
	const struct sockaddr_in *four = (const void *)&e->ss;

	memset(e, 0, sizeof(*e));
	if (sockaddr_parse(s, &e->ss, &e->len) == -1)
		return (
		    "write \"127.0.0.1:9587\" or \"[::1]:9587\", numbers only");
	(void)sockaddr_format((struct sockaddr *)&e->ss, e->text);
	if (e->ss.ss_family == AF_INET ?
	    ntohl(four->sin_addr.s_addr) >> 24 != 127 :
	    !IN6_IS_ADDR_LOOPBACK(&six->sin6_addr))
		return ("there is no TLS: it is only for loopback");
	if (e->ss.ss_family == AF_INET ? four->sin_port == 0 :
					 six->sin6_port == 0)
		return ("port 0 is not a port");
	return (NULL);
}

static void
check_prefixes(struct config *c, const struct prefix *list, uint8_t n,
    const char *word, bool all)
{
	char text[PREFIX_TEXT];
	unsigned int i, line;

	line = config_line(c, word, 0);
	for (i = 0; i < n; i++) {
		if (!prefix_is_canonical(&list[i]))
			config_error(c, line,
			    "%s: %s has bits beyond its length", word,
			    prefix_format(&list[i], text));
		else if (list[i].len == 0 && !all)
			config_error(c, line,
			    "%s: %s is everything: name the prefixes, or a network in full_tunnel",
			    word, prefix_format(&list[i], text));
	}
}

void
agentconf_check(struct config *c)
{
	struct msg_conf_mpolicy *m = &c->policy;
	struct conf_listen *tls = &c->listen[AGENT_TLS];

	/* The table has checked these three. */
	(void)agentconf_server(c->agent.server, &c->agent);
	(void)agentconf_ports(c->agent.ports, &m->port_first, &m->port_last);
	m->networks_max = (uint8_t)c->agent.networks_max;
	tls->has_tls = true;
	strlcpy(tls->address.text, c->agent.server, sizeof(tls->address.text));
	c->nlisten = 1;
	if (c->agent.metrics[0] != '\0') {
		(void)agentconf_metrics(c->agent.metrics,
		    &c->listen[AGENT_METRICS].address);
		c->nlisten = 2;
	}
	check_prefixes(c, m->accept, m->naccept, "policy.accept", false);
	check_prefixes(c, m->accept_routes, m->naccept_routes,
	    "policy.accept_routes", false);
	check_prefixes(c, m->egress, m->negress, "policy.egress", true);
	if (m->negress > 0 && m->egress_wan[0] == '\0')
		config_error(c, config_line(c, "policy.egress", 0),
		    "policy: egress needs \"egress_wan\", the interface to these prefixes");
	if (m->port_last - m->port_first + 1 < m->networks_max)
		config_error(c, config_line(c, "policy.ports", 0),
		    "policy: ports has fewer ports than networks_max");
}
