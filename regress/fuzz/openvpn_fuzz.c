/* SPDX-License-Identifier: ISC */
/*
 * What an OpenVPN process says: any bytes, in any pieces, give the same lines;
 * a row that is taken has a name and host addresses and fits in its message.
 */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "openvpn_parse.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

struct sum {
	unsigned int	 lines, clients;
};

static bool
line(void *arg, const char *text)
{
	struct sum *s = arg;
	struct msg_ovpn_item m;
	struct ibuf b;
	uint8_t bytes[512];

	s->lines++;
	if (strlen(text) >= OVPN_LINE_SIZE || strchr(text, '\n') != NULL)
		abort();
	if (ovpn_parse_line(text, &m) != OVPN_LINE_CLIENT)
		return (true);
	s->clients++;
	if (m.cn[0] == '\0' || strcmp(m.cn, "UNDEF") == 0 ||
	    !prefix_is_host(&m.ip4) || !prefix_is_host(&m.ip6))
		abort();
	ibuf_init(&b, bytes, 0, sizeof(bytes));
	if (msg_ovpn_item_put(&b, &m) == -1)
		abort();
	return (true);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct ovpn_lines whole, parts;
	struct sum a = { 0, 0 }, b = { 0, 0 };
	char cn[128], command[IDENT_SIZE + 16];
	size_t i;

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
	/* One line, and the quotes are ours. */
	if (ovpn_kill_line(cn, command, sizeof(command)) == 0 &&
	    (strchr(command, '\n') != command + strlen(command) - 1 ||
		strncmp(command, "kill \"", 6) != 0 ||
		strchr(command + 6, '"') != command + strlen(command) - 2))
		abort();
	return (0);
}
