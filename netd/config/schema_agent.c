/* SPDX-License-Identifier: ISC */
/*
 * The words of sallyport-agent.conf(5), the file of a device.  What the parent
 * does for both kinds of suite has the same members as in schema.c: the device's
 * certificate is that of the first listener, its metrics are the second one.
 */

#include <ctype.h>
#include <string.h>

#include "agentconf.h"
#include "config.h"
#include "schema.h"

#define SIZEOF(f)	sizeof(((struct config *)0)->f)
#define TOP(f)		offsetof(struct config, f), SIZEOF(f), 0
#define POLICY(f)	TOP(policy.f)
#define POLICIES(f)                                                            \
	offsetof(struct config, policy.f), SIZEOF(policy.f),                   \
			    offsetof(struct config, policy.n##f)
#define TLS(f)		TOP(listen[AGENT_TLS].f)
#define NOWHERE		SIZE_MAX, 0, 0

static const struct word_name on_stop_names[] = { { "keep", ON_STOP_KEEP },
	{ "undo", ON_STOP_UNDO }, { NULL, 0 } };
static const struct word_name backend_names[] = { { "auto", BACKEND_AUTO },
	{ "kernel", BACKEND_KERNEL }, { "userspace", BACKEND_USERSPACE },
	{ NULL, 0 } };

static const char *
valid_server(const char *s)
{
	struct conf_agent a;

	return (agentconf_server(s, &a));
}

static const char *
valid_ports(const char *s)
{
	uint16_t first, last;

	return (agentconf_ports(s, &first, &last));
}

/* "NETWORK" or "NETWORK/MEMBER", as the server calls them. */
static const char *
valid_tunnel(const char *s)
{
	const char *slash = strchr(s, '/');
	size_t n = slash == NULL ? strlen(s) : (size_t)(slash - s);

	if (*s == '\0')
		return (NULL);
	if (n == 0 || n >= NETNAME_SIZE)
		return ("write the name of a network, or NETWORK/MEMBER");
	if (slash != NULL &&
	    (slash[1] == '\0' || strchr(slash + 1, '/') ||
	    strlen(slash + 1) >= NETNAME_SIZE))
		return ("write the name of a network, or NETWORK/MEMBER");
	return (NULL);
}

/* A number goes behind it. */
static const char *
valid_ifprefix(const char *s)
{
	if (isdigit((unsigned char)s[strlen(s) - 1]))
		return (
		    "it must not end with a digit: a number goes behind it");
	return (schema_valid_interface(s));
}

static const char *
valid_metrics(const char *s)
{
	struct endpoint e;

	return (*s == '\0' ? NULL : agentconf_metrics(s, &e));
}

/* clang-format off */
const struct word agent_words[] = {
	{ "agent", WORD_GROUP, NOWHERE, "", 0, 0, NULL, NULL, true,
	    "this device" },
	{ "agent.server", WORD_STRING, TOP(agent.server), NULL, 1, 0, NULL,
	    valid_server, true, "URL of the gateway's API" },
	{ "agent.certificate", WORD_FILE, TLS(certificate), NULL, 1, 0, NULL,
	    NULL, true, "the device's chain, PEM" },
	{ "agent.key", WORD_FILE, TLS(key), NULL, 1, 0, NULL, NULL, true,
	    "its private key, PEM" },
	{ "agent.ca", WORD_FILE, TLS(client_ca), NULL, 1, 0, NULL, NULL,
	    true, "authority of the server, PEM" },
	{ "agent.state_dir", WORD_FILE, TOP(gateway.state_dir),
	    "/var/lib/sallyport-agent", 1, 0, NULL, NULL, false,
	    "directory of keys and of what the server said" },
	{ "agent.backend", WORD_CHOICE, POLICY(backend), "auto", 0, 0,
	    backend_names, NULL, false, "implementation of WireGuard" },
	{ "agent.on_stop", WORD_CHOICE, TOP(gateway.on_stop), "keep", 0, 0,
	    on_stop_names, NULL, true, "fate of tunnels when the agent stops" },

	{ "policy", WORD_GROUP, NOWHERE, "", 0, 0, NULL, NULL, true,
	    "what the server may make this device do" },
	{ "policy.accept", WORD_PREFIXES, POLICIES(accept),
	    "100.64.0.0/10 fd00::/8", 1, POLICY_MAX, NULL, NULL, true,
	    "where addresses and peers may lie" },
	{ "policy.accept_routes", WORD_PREFIXES, POLICIES(accept_routes), "",
	    0, POLICY_MAX, NULL, NULL, true,
	    "where prefixes behind other members may lie" },
	{ "policy.full_tunnel", WORD_STRING, POLICY(full_tunnel), "", 0, 0,
	    NULL, valid_tunnel, true,
	    "NETWORK or NETWORK/MEMBER that may take everything" },
	{ "policy.egress", WORD_PREFIXES, POLICIES(egress), "", 0, POLICY_MAX,
	    NULL, NULL, true, "prefixes that this device serves others" },
	{ "policy.egress_wan", WORD_STRING, POLICY(egress_wan), "", 0, 0,
	    NULL, schema_valid_interface, true, "the interface to these" },
	{ "policy.relay", WORD_BOOL, POLICY(relay), "false", 0, 0, NULL,
	    NULL, true, "forwards between members" },
	{ "policy.networks_max", WORD_NUMBER, TOP(agent.networks_max), "16",
	    1, MESH_NETS_MAX, NULL, NULL, true, "networks at most" },
	{ "policy.peers_max", WORD_NUMBER, POLICY(peers_max), "10000", 1,
	    1000000, NULL, NULL, true, "peers of a network at most" },
	{ "policy.interface_prefix", WORD_STRING,
	    TOP(agent.interface_prefix), "spm", 1, 0, NULL, valid_ifprefix,
	    false, "interfaces are this and a number" },
	{ "policy.ports", WORD_STRING, TOP(agent.ports), "51820-51883", 1, 0,
	    NULL, valid_ports, true, "UDP ports of the networks" },

	{ "metrics", WORD_GROUP, NOWHERE, "", 0, 0, NULL, NULL, true,
	    "counters for Prometheus" },
	{ "metrics.address", WORD_STRING, TOP(agent.metrics), "", 0, 0, NULL,
	    valid_metrics, true, "address and port, of loopback" },

	{ "ctl_socket", WORD_FILE, TOP(gateway.ctl_socket),
	    "/run/sallyport-agent/ctl.sock", 1, 0, NULL, NULL, false,
	    "where sallyctl(8) connects" },
};
/* clang-format on */
const size_t agent_words_len = sizeof(agent_words) / sizeof(agent_words[0]);

_Static_assert(sizeof(agent_words) / sizeof(agent_words[0]) <= CONF_WORDS_MAX,
    "more words than config.line has room for");
