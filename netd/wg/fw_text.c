/* SPDX-License-Identifier: ISC */
/*
 * The plan of our nftables table as text for nft(8), in the order in which "nft
 * list table" shows it.
 */

#include <sys/socket.h>

#include <string.h>

#include "fw_text.h"

static void
write_prefix(FILE *fp, const struct prefix *p, const char *side)
{
	char text[PREFIX_TEXT];

	if (p->family == 0)
		return;
	if (p->len == 0)
		fprintf(fp, "meta nfproto %s ",
		    p->family == AF_INET ? "ipv4" : "ipv6");
	else if (prefix_is_host(p))
		fprintf(fp, "%s %s %s ", p->family == AF_INET ? "ip" : "ip6",
		    side, prefix_format_addr(p, text));
	else
		fprintf(fp, "%s %s %s ", p->family == AF_INET ? "ip" : "ip6",
		    side, prefix_format(p, text));
}

/* Write that an address is neither in the set nor in the prefixes. */
static void
write_notin(FILE *fp, const struct fw_rule *r)
{
	const char *side = r->notin_dst ? "daddr !=" : "saddr !=";
	uint8_t i;

	if (r->notin[0] == '\0')
		return;
	fprintf(fp, "%s %s @%s ", r->notin_family == AF_INET ? "ip" : "ip6",
	    side, r->notin);
	for (i = 0; i < r->nbut; i++) {
		if (r->but[i].family == r->notin_family)
			write_prefix(fp, &r->but[i], side);
	}
}

static void
write_state(FILE *fp, uint32_t state)
{
	static const struct {
		uint32_t bit;
		const char *name;
	} names[] = { { FW_INVALID, "invalid" },
		{ FW_ESTABLISHED, "established" }, { FW_RELATED, "related" } };
	const char *comma = "ct state ";
	size_t i;

	if (state == 0)
		return;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if ((state & names[i].bit) == 0)
			continue;
		fprintf(fp, "%s%s", comma, names[i].name);
		comma = ",";
	}
	fputc(' ', fp);
}

static const char *
end_of(const struct fw_rule *r)
{
	switch (r->end) {
	case FW_GO_ON:
		break;
	case FW_ACCEPT:
		return ("accept");
	case FW_DROP:
		return ("drop");
	case FW_JUMP:
		return ("jump ");
	case FW_MASQUERADE:
		return ("masquerade");
	case FW_CLAMP:
		return (
		    "tcp flags syn / syn,rst tcp option maxseg size set rt mtu");
	case FW_SAVE_MARK:
		return ("ct mark set meta mark");
	case FW_LOAD_MARK:
		return ("meta mark set ct mark");
	}
	return ("");
}

static void
write_rule(FILE *fp, const struct fw_rule *r)
{
	fprintf(fp, "\t\t");
	if (r->iif[0] != '\0')
		fprintf(fp, "iifname %s\"%s\" ", r->notiif ? "!= " : "",
		    r->iif);
	if (r->oif[0] != '\0')
		fprintf(fp, "oifname \"%s\" ", r->oif);
	write_prefix(fp, &r->src, "saddr");
	write_prefix(fp, &r->dst, "daddr");
	write_notin(fp, r);
	if (r->astray)
		fprintf(fp, "fib saddr . iif oif missing ");
	if (r->foreign)
		fprintf(fp, "fib saddr type != local ");
	if (r->udp)
		fprintf(fp, "meta l4proto udp ");
	if (r->mark != 0)
		fprintf(fp, "meta mark 0x%08x ", r->mark);
	if (r->ctmark != 0)
		fprintf(fp, "ct mark 0x%08x ", r->ctmark);
	if (r->reply)
		fprintf(fp, "ct direction reply ");
	write_state(fp, r->state);
	if (r->counter[0] != '\0')
		fprintf(fp, "counter name \"%s\"%s", r->counter,
		    r->end == FW_GO_ON ? "" : " ");
	fprintf(fp, "%s%s\n", end_of(r), r->end == FW_JUMP ? r->to : "");
}

static void
write_chain(FILE *fp, const struct fw_plan *p, const char *name,
    const char *hook)
{
	size_t i;

	fprintf(fp, "\n\tchain %s {\n", name);
	if (*hook != '\0')
		fprintf(fp, "\t\t%s\n", hook);
	for (i = 0; i < p->n; i++) {
		if (strcmp(p->rules[i].chain, name) == 0)
			write_rule(fp, &p->rules[i]);
	}
	fprintf(fp, "\t}\n");
}

static void
write_objects(FILE *fp, const struct fw_plan *p, const char *network)
{
	static const uint8_t families[] = { AF_INET, AF_INET6 };
	char name[FW_NAME];
	size_t i;

	for (i = 0; i < TRAFFIC_N; i++)
		fprintf(fp, "\n\tcounter %s {\n\t}\n",
		    fw_plan_counter(network, (enum traffic)i, name));
	for (i = 0; i < 2 && p->sets; i++)
		fprintf(fp,
		    "\n\tset %s {\n\t\ttype %s\n\t\tflags timeout\n\t}\n",
		    fw_plan_set(network, families[i], name),
		    families[i] == AF_INET ? "ipv4_addr" : "ipv6_addr");
}

void
fw_text(const struct fw_plan *p, unsigned int table, const char *owner,
    FILE *fp)
{
	char name[FW_NAME];
	size_t i;

	fprintf(fp, "table inet %s {\n", fw_plan_table(table, name));
	/* Tables that others load are not ours to change. */
	if (p->sets)
		fprintf(fp, "\tcomment \"%s%s\"\n", FW_COMMENT, owner);
	for (i = 0; i < p->nnets; i++)
		write_objects(fp, p, p->nets[i].name);
	write_chain(fp, p, FW_FORWARD,
	    "type filter hook forward priority filter; policy accept;");
	write_chain(fp, p, FW_NAT,
	    "type nat hook postrouting priority srcnat; policy accept;");
	if (fw_plan_has(p, FW_SOURCE))
		write_chain(fp, p, FW_SOURCE,
		    "type filter hook prerouting priority raw; policy accept;");
	if (fw_plan_has(p, FW_PREMARK))
		write_chain(fp, p, FW_PREMARK,
		    "type filter hook prerouting priority mangle; policy accept;");
	if (fw_plan_has(p, FW_POSTMARK))
		write_chain(fp, p, FW_POSTMARK,
		    "type filter hook postrouting priority mangle; policy accept;");
	for (i = 0; i < p->nnets; i++) {
		write_chain(fp, p, fw_plan_from(p->nets[i].name, name), "");
		write_chain(fp, p, fw_plan_to(p->nets[i].name, name), "");
	}
	fprintf(fp, "}\n");
}
