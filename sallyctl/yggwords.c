/* SPDX-License-Identifier: ISC */
/*
 * Tables of the words of server.yaml.
 */

#include <string.h>
#include <strings.h>

#include "yggwords.h"

#define COMMAND "sallyport executes no command"

struct word {
	const char	*name;
	const char	*def;
	const char	*why;		/* it is not taken over */
};

/* clang-format off */
static const struct word taken[] = {
	[YGG_LISTEN_HOST] = { "ListenHost", "::1", NULL },
	[YGG_LISTEN_PORT] = { "ListenPort", "8080", NULL },
	/* The defaults of the texts say nothing. */
	[YGG_OWNER] = { "GatewayOwner", "", NULL },
	[YGG_DESCRIPTION] = { "GatewayDescription", "", NULL },
	[YGG_NETWORK] = { "GatewayNetwork", "", NULL },
	[YGG_LOCATION] = { "GatewayLocation", "", NULL },
	[YGG_INFO_URL] = { "GatewayInfoURL", "", NULL },
	[YGG_PUBLIC_KEY] = { "GatewayPublicKey", "", NULL },
	[YGG_REQUIRE] = { "RequireRegistration", "true", NULL },
	[YGG_LISTED] = { "AccessListEnabled", "true", NULL },
	/* The default was never in force. */
	[YGG_MAX_CLIENTS] = { "MaxClients", "", NULL },
	[YGG_LEASE] = { "LeaseTimeoutSeconds", "14400", NULL },
	[YGG_TUNNEL_IP] = { "GatewayTunnelIP", "10.42.0.1", NULL },
	[YGG_TUNNEL_MASK] = { "GatewayTunnelNetMask", "16", NULL },
	[YGG_RANGE_MIN] = { "GatewayTunnelIPRangeMin", "10.42.42.1", NULL },
	[YGG_RANGE_MAX] = { "GatewayTunnelIPRangeMax", "10.42.42.255", NULL },
	[YGG_WAN] = { "GatewayWanInterface", "eth0", NULL },
	[YGG_TABLE] = { "RoutingTableNumber", "42", NULL },
};

static const struct word others[] = {
	{ "StateDir", "/var/lib/autoygg",
	    "import the autoygg.db in it when sallyport runs" },
	{ "AccessListFile", "accesslist",
	    "import this list into /etc/sallyport/access.list" },
	{ "YggdrasilInterface", "tun0", "sallyport does not ask for its name" },
	{ "Debug", "false", "start netd with -v for a longer log" },
	{ "DatabaseDebug", "false", "sallyport does not log its statements" },
	{ "Shell", "/bin/sh", COMMAND },
	{ "ShellCommandArg", "-c", COMMAND },
	{ "AddFirewallRuleForwardingOutCommand", "iptables -A FORWARD -i %%YggdrasilInterface%% -o %%GatewayWanInterface%% -j ACCEPT", COMMAND },
	{ "DelFirewallRuleForwardingOutCommand", "iptables -D FORWARD -i %%YggdrasilInterface%% -o %%GatewayWanInterface%% -j ACCEPT", COMMAND },
	{ "AddFirewallRuleForwardingInCommand", "iptables -A FORWARD -i %%GatewayWanInterface%% -o %%YggdrasilInterface%% -j ACCEPT", COMMAND },
	{ "DelFirewallRuleForwardingInCommand", "iptables -D FORWARD -i %%GatewayWanInterface%% -o %%YggdrasilInterface%% -j ACCEPT", COMMAND },
	{ "AddFirewallRuleMasqueradeCommand", "iptables -t nat -A POSTROUTING -o %%GatewayWanInterface%% -j MASQUERADE", COMMAND },
	{ "DelFirewallRuleMasqueradeCommand", "iptables -t nat -D POSTROUTING -o %%GatewayWanInterface%% -j MASQUERADE", COMMAND },
	{ "ListIpRuleCommand", "ip rule list | grep 'from %%GatewayTunnelIP%%/%%GatewayTunnelNetMask%% lookup %%RoutingTableNumber%%'", COMMAND },
	{ "AddIpRuleCommand", "ip rule add from %%GatewayTunnelIP%%/%%GatewayTunnelNetMask%% table %%RoutingTableNumber%%", COMMAND },
	{ "DelIpRuleCommand", "ip rule del from %%GatewayTunnelIP%%/%%GatewayTunnelNetMask%% table %%RoutingTableNumber%%", COMMAND },
	{ "ListIpRouteTableMeshCommand", "ip ro list default dev %%GatewayWanInterface%% table %%RoutingTableNumber%%", COMMAND },
	{ "AddIpRouteTableMeshCommand", "ip ro add default dev %%GatewayWanInterface%% table %%RoutingTableNumber%%", COMMAND },
	{ "DelIpRouteTableMeshCommand", "ip ro del default dev %%GatewayWanInterface%% table %%RoutingTableNumber%%", COMMAND },
};
/* clang-format on */

#define N(table)	(sizeof(table) / sizeof((table)[0]))

const char *
yggwords_name(enum ygg_word w)
{
	return (taken[w].name);
}

const char *
yggwords_default(enum ygg_word w)
{
	return (taken[w].def);
}

static const struct word *
find(const struct word *table, size_t n, const char *name)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (strcasecmp(table[i].name, name) == 0)
			return (&table[i]);
	return (NULL);
}

bool
yggwords_known(const char *name)
{
	return (find(taken, N(taken), name) != NULL ||
	    find(others, N(others), name) != NULL);
}

/* Are two commands the same, however their words are set apart? */
static bool
same(const char *a, const char *b)
{
	for (;; a++, b++) {
		a += strspn(a, " \t");
		b += strspn(b, " \t");
		if (*a != *b)
			return (false);
		if (*a == '\0')
			return (true);
	}
}

void
yggwords_report(struct yreader *r, const struct ynode *root)
{
	const struct ynode *n;
	const struct word *w;

	for (n = root->first; n != NULL; n = n->next) {
		if (find(taken, N(taken), n->key) != NULL)
			continue;
		w = find(others, N(others), n->key);
		if (w == NULL)
			r->left_out(r->arg, n->key_at, n->key,
			    "autoygg-server does not know it");
		else if (!ytree_is_null(n) &&
		    (n->kind != YNODE_SCALAR || !same(n->text, w->def)))
			r->left_out(r->arg, n->key_at, n->key, w->why);
	}
}
