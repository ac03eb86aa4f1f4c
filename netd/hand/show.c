/* SPDX-License-Identifier: ISC */
/*
 * Answers for an operator who asks the hand, as lines of text.  The text is made for the
 * first page and kept for the others; another operator who asks meanwhile gets
 * a new one, and then the first one has to ask again.
 */

#include <sys/socket.h>

#include <linux/rtnetlink.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "driftlog.h"
#include "filter.h"
#include "fw_plan.h"
#include "fw_text.h"
#include "fwtable.h"
#include "hand.h"
#include "kern_list.h"
#include "kern_ops.h"
#include "log.h"
#include "network.h"
#include "show.h"

#define PAGE	64	/* lines */

static void
write_firewall(struct hand *k, FILE *fp)
{
	char owner[FW_OWNER_SIZE];
	struct kern_fw *list;
	struct fw_plan p;
	size_t n;

	if (k->firewall == FIREWALL_OFF) {
		fprintf(fp,
		    "# firewall is \"off\": sallyport sets no packet filter\n");
		return;
	}
	list = calloc(NETWORKS_MAX, sizeof(*list));
	if (list == NULL)
		return;
	n = filter_networks(k, list);
	fwtable_text(list, n, owner);
	if (fw_plan_make(&p, list, n, k->firewall == FIREWALL_MANAGE) == 0)
		fw_text(&p, k->fw_table, owner, fp);
	fw_plan_clear(&p);
	free(list);
}

/* The name of an interface of ours, or of a wan. */
static const char *
name_of(struct hand *k, int ifindex, char *buf, size_t size)
{
	struct kern_link l;
	struct knet *n;

	TAILQ_FOREACH(n, &k->nets, entry) {
		if (n->dev.ifindex == ifindex)
			return (n->conf.interface);
		if (n->conf.wan[0] != '\0' &&
		    k->ops->link_get(k->io, n->conf.wan, &l) == 0 &&
		    l.ifindex == ifindex)
			return (n->conf.wan);
	}
	snprintf(buf, size, "%d", ifindex);
	return (buf);
}

static void
write_route(struct hand *k, FILE *fp, const struct kern_route *r)
{
	char dst[PREFIX_TEXT], via[PREFIX_TEXT], name[16];

	if (r->table == SALLYPORT_NOTES)
		return;
	fprintf(fp, "route %s%s", r->unreachable ? "unreachable " : "",
	    prefix_format(&r->dst, dst));
	if (r->gateway.family != 0)
		fprintf(fp, " via %s", prefix_format_addr(&r->gateway, via));
	if (r->oif != 0)
		fprintf(fp, " dev %s", name_of(k, r->oif, name, sizeof(name)));
	if (r->table == RT_TABLE_MAIN)
		fprintf(fp, " table main");
	else
		fprintf(fp, " table %u", r->table);
	if (r->metric != 0)
		fprintf(fp, " metric %u", r->metric);
	fputc('\n', fp);
}

static void
write_rule(FILE *fp, const struct kern_rule *r)
{
	char text[PREFIX_TEXT];

	fprintf(fp, "rule %u %s", r->priority,
	    r->family == AF_INET ? "ipv4" : "ipv6");
	if (*r->iif != '\0')
		fprintf(fp, " iif %s", log_vis(r->iif));
	if (r->src.family != 0)
		fprintf(fp, " from %s", prefix_format(&r->src, text));
	if (r->dst.family != 0)
		fprintf(fp, " to %s", prefix_format(&r->dst, text));
	if (r->table == RT_TABLE_MAIN)
		fprintf(fp, " lookup main");
	else
		fprintf(fp, " lookup %u", r->table);
	fprintf(fp, "%s\n", r->hosts ? " hosts" : "");
}

/* As they are in the kernel. */
static void
write_routes(struct hand *k, FILE *fp)
{
	struct kern_routes routes = { NULL, 0, 0 };
	struct kern_rules rules = { NULL, 0, 0 };
	size_t i;

	if (k->ops->rule_list(k->io, &rules) == -1 ||
	    k->ops->route_list(k->io, 0, 0, &routes) == -1)
		fprintf(fp, "# cannot read them: %s\n", k->ops->error(k->io));
	for (i = 0; i < rules.n; i++)
		write_rule(fp, &rules.list[i]);
	for (i = 0; i < routes.n; i++)
		write_route(k, fp, &routes.list[i]);
	kern_rules_clear(&rules);
	kern_routes_clear(&routes);
}

static int
make(struct hand *k, uint8_t what)
{
	struct shown *s = &k->shown;
	uint32_t serial = s->serial + 1;
	FILE *fp;

	show_clear(s);
	fp = open_memstream(&s->text, &s->len);
	if (fp == NULL)
		return (-1);
	switch ((enum hand_show)what) {
	case HAND_SHOW_FIREWALL:
		write_firewall(k, fp);
		break;
	case HAND_SHOW_ROUTES:
		write_routes(k, fp);
		break;
	case HAND_SHOW_DRIFT:
		drift_write(k, fp);
		break;
	}
	if (fclose(fp) == EOF) {
		show_clear(s);
		return (-1);
	}
	s->what = what;
	s->serial = serial == 0 ? 1 : serial;
	return (0);
}

/* Take the line at that place.  Returns the place of the next one. */
static size_t
line_at(const struct shown *s, size_t at, struct msg_hand_line *m)
{
	const char *p = s->text + at, *end = memchr(p, '\n', s->len - at);
	size_t n = end == NULL ? s->len - at : (size_t)(end - p), skip = 0;
	char *rest;

	memset(m, 0, sizeof(*m));
	if (s->what == HAND_SHOW_DRIFT) {
		m->at = strtoll(p, &rest, 10);
		skip = (size_t)(rest - p) + 1;
	}
	if (skip < n)
		snprintf(m->text, sizeof(m->text), "%.*s", (int)(n - skip),
		    p + skip);
	/* A terminal is shown no control character. */
	for (rest = m->text; (rest = strchr(rest, '\t')) != NULL;)
		*rest = ' ';
	return (at + n + 1);
}

void
show_page(struct hand *k, uint32_t id, const struct msg_hand_show *m)
{
	struct msg_hand_shown end = { .serial = 0 };
	struct shown *s = &k->shown;
	struct msg_hand_line line;
	size_t at = m->from;
	unsigned int i;

	if (m->serial == 0)
		at = 0;
	if (m->serial == 0 ? make(k, m->what) == 0 :
		m->serial == s->serial && m->what == s->what) {
		end.serial = s->serial;
		for (i = 0; i < PAGE && at < s->len; i++) {
			at = line_at(s, at, &line);
			if (chan_send_hand_line(k->leased, id, &line, -1) == -1)
				return;
		}
		if (at < s->len)
			end.next = (uint32_t)at;
	}
	if (chan_send_hand_shown(k->leased, id, &end, -1) == -1)
		log_warn("cannot show leased what it asked for");
}

void
show_clear(struct shown *s)
{
	free(s->text);
	s->text = NULL;
	s->len = 0;
}
