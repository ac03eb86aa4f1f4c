/* SPDX-License-Identifier: ISC */
/*
 * What an OpenVPN process says: any bytes, in any pieces, give the same lines;
 * a row that is taken has a name and fits in its message, and that name can be
 * said to OpenVPN or is asked for by number.
 */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "openvpn_parse.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

struct sum {
	struct ovpn_layout layout;
	unsigned int	 lines, clients;
};

static bool
line(void *arg, const char *text)
{
	struct sum *s = arg;
	struct msg_ovpn_item m;
	struct ovpn_client c;
	struct ibuf b;
	uint8_t bytes[512];

	s->lines++;
	if (strlen(text) >= OVPN_LINE_SIZE || strchr(text, '\n') != NULL)
		abort();
	if (ovpn_parse_line(text, &s->layout, &c) != OVPN_LINE_CLIENT)
		return (true);
	s->clients++;
	if (!ovpn_name_valid(c.item.cn) ||
	    (c.item.ip4.family != 0 && !prefix_is_host(&c.item.ip4)) ||
	    (c.item.ip6.family != 0 && !prefix_is_host(&c.item.ip6)))
		abort();
	ibuf_init(&b, bytes, 0, sizeof(bytes));
	if (msg_ovpn_item_put(&b, &c.item) == -1)
		abort();
	b.rpos = 0;
	if (msg_ovpn_item_get(&b, &m) == -1)
		abort();
	return (true);
}

/* One line, and what is in the quotes comes out as the name again. */
static void
command(const char *cn)
{
	char line[OVPN_COMMAND], name[OVPN_COMMAND];
	size_t n = 0;
	char *p;

	if (ovpn_kill_line(cn, line, sizeof(line)) == -1)
		return;
	if (strncmp(line, "kill \"", 6) != 0)
		abort();
	for (p = line + 6; *p != '"'; p++) {
		if (*p == '\\')
			p++;
		if (*p == '\0')
			abort();
		name[n++] = *p;
	}
	name[n] = '\0';
	if (strcmp(p, "\"\n") != 0 || strcmp(name, cn) != 0)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct ovpn_lines whole, parts;
	struct sum a, b;
	char cn[OVPN_NAME_SIZE];
	size_t i;

	memset(&a, 0, sizeof(a));
	ovpn_layout_init(&a.layout);
	b = a;

	memset(&whole, 0, sizeof(whole));
	memset(&parts, 0, sizeof(parts));
	ovpn_lines_feed(&whole, (const char *)data, size, line, &a);
	for (i = 0; i < size; i++)
		ovpn_lines_feed(&parts, (const char *)data + i, 1, line, &b);
	if (a.lines != b.lines || a.clients != b.clients)
		abort();
	i = size < sizeof(cn) - 1 ? size : sizeof(cn) - 1;
	memcpy(cn, data, i);
	cn[i] = '\0';
	command(cn);
	return (0);
}
