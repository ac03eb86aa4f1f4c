/* SPDX-License-Identifier: ISC */
/*
 * The bytes of a fuzzer's input as values of messages.
 */

#include <string.h>

#include "fuzz_input.h"
#include "msg.h"

static const char *const addrs[] = { "10.9.0.20/32", "10.9.0.21/32",
	"fd00:1::20/128", "10.9.0.1/32", "10.9.0.70/32", "10.9.0.0/32",
	"10.9.0.0/24", "0.0.0.0/0", "::/0", "8.8.8.8/32", "10.9.0.2/32",
	"fd00:1::2/128", "10.9.0.255/32", "fd00:1::/128", "10.8.0.1/32",
	"10.9.0.22/31" };

uint8_t
input_byte(struct input *in)
{
	if (in->left == 0)
		return (0);
	in->left--;
	return (*in->p++);
}

static void
text(struct input *in, char *dst, size_t size, const char *const *list,
    size_t n)
{
	uint8_t b = input_byte(in);
	size_t i;

	if (b < 0xf0) {
		(void)strlcpy(dst, list[b % n], size);
		return;
	}
	/* Or anything that a text may be, of any length. */
	for (i = 0; i + 1 < size && i < (b & 0xfU) * 16; i++)
		dst[i] = (char)(1 + input_byte(in) % 0x7e);
	dst[i] = '\0';
}

void
input_network(struct input *in, char *dst)
{
	static const char *const list[] = { "net0", "net0", "net0", "net1",
		"nowhere" };

	text(in, dst, NETNAME_SIZE, list, 5);
}

void
input_name(struct input *in, char *dst)
{
	static const char *const list[] = { "a", "b", "c", "1", "9999", "" };

	text(in, dst, IDENT_SIZE, list, 6);
}

void
input_owner(struct input *in, char *dst)
{
	static const char *const list[] = { "portal:a", "portal:b", "static",
		"portal:", "nobody" };

	text(in, dst, OWNER_SIZE, list, 5);
}

void
input_key(struct input *in, uint8_t dst[WGKEY_LEN])
{
	memset(dst, input_byte(in) % 12, WGKEY_LEN);
}

uint8_t
input_prefixes(struct input *in, struct prefix *dst, uint8_t max)
{
	uint8_t i, n = input_byte(in) % (max + 1);

	for (i = 0; i < n; i++)
		(void)prefix_parse(addrs[input_byte(in) % 16], &dst[i]);
	return (n);
}
