/* SPDX-License-Identifier: ISC */
/*
 * The parser of sets: a lexer for the few tokens that occur (six signs and
 * strings; no number and no literal but null is allowed), which feeds a table of
 * states.
 * It is as strict as RFC 8259, and refuses a member that is repeated or
 * unknown.
 */

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <sodium.h>

#include "hex.h"
#include "jsonset.h"
#include "printable.h"

enum state {
	START,			/* { */
	TOP_NAME,		/* "peers" */
	TOP_COLON,		/* : */
	TOP_VALUE,		/* [ */
	FIRST,			/* { or ] */
	PEER,			/* { */
	NAME,			/* a member's name */
	COLON,			/* : */
	VALUE,			/* a string, or [ of addresses */
	ADDRESS,		/* a string */
	ADDRESS_NEXT,		/* , or ] */
	NEXT,			/* , or } */
	PEER_NEXT,		/* , or ] */
	TOP_NEXT,		/* } */
	DONE
};

enum member {
	PUBLIC_KEY = 0x01,
	ADDRESSES = 0x02,
	LABEL = 0x04,
	PRESHARED_KEY = 0x08
};

enum lex {
	OUTSIDE,		/* outside of a string */
	INSIDE,
	ESCAPE,			/* after a backslash */
	UNICODE			/* in \uhhhh */
};

static int refuse(struct jsonset *, const char *code, const char *, ...)
    __attribute__((format(printf, 3, 4)));

static int
refuse(struct jsonset *j, const char *code, const char *fmt, ...)
{
	va_list ap;
	int n = 0;

	if (j->failed)
		return (-1);
	j->failed = true;
	j->code = code;
	if (j->state > FIRST && j->state < PEER_NEXT)
		n = snprintf(j->error, sizeof(j->error), "peers[%u]: ", j->n);
	va_start(ap, fmt);
	vsnprintf(j->error + n, sizeof(j->error) - (size_t)n, fmt, ap);
	va_end(ap);
	return (-1);
}

static int
malformed(struct jsonset *j)
{
	return (refuse(j, "bad-request",
	    "the body is not JSON of the form {\'peers\': [{\'public_key\', \'addresses\', \'name\', \'preshared_key\'}, ...]}"));
}

void
jsonset_init(struct jsonset *j,
    int (*item)(void *, const struct msg_set_item *), void *arg)
{
	memset(j, 0, sizeof(*j));
	j->item = item;
	j->arg = arg;
}

static int
begin_peer(struct jsonset *j)
{
	memset(&j->peer, 0, sizeof(j->peer));
	j->seen = 0;
	j->state = NAME;
	return (0);
}

static int
end_peer(struct jsonset *j)
{
	if ((j->seen & PUBLIC_KEY) == 0)
		return (refuse(j, "bad-request", "public_key is missing"));
	if ((j->seen & ADDRESSES) == 0)
		return (refuse(j, "bad-request", "addresses is missing"));
	if (j->item(j->arg, &j->peer) == -1)
		j->failed = true;
	sodium_memzero(j->peer.psk, sizeof(j->peer.psk));
	if (j->failed)
		return (-1);
	j->n++;
	j->state = PEER_NEXT;
	return (0);
}

static int
end_addresses(struct jsonset *j)
{
	if (j->peer.naddrs == 0)
		return (refuse(j, "bad-request", "addresses is empty"));
	j->state = NEXT;
	return (0);
}

/* Take a sign of the grammar. */
static int
sign(struct jsonset *j, char c)
{
	static const struct {
		uint8_t state;
		char c;
		uint8_t next;
	} moves[] = {
		{ START, '{', TOP_NAME },
		{ TOP_COLON, ':', TOP_VALUE },
		{ TOP_VALUE, '[', FIRST },
		{ FIRST, ']', TOP_NEXT },
		{ COLON, ':', VALUE },
		{ ADDRESS_NEXT, ',', ADDRESS },
		{ NEXT, ',', NAME },
		{ PEER_NEXT, ',', PEER },
		{ PEER_NEXT, ']', TOP_NEXT },
		{ TOP_NEXT, '}', DONE },
	};
	size_t i;

	if (c == '{' && (j->state == FIRST || j->state == PEER))
		return (begin_peer(j));
	if (c == '}' && j->state == NEXT)
		return (end_peer(j));
	if (c == ']' &&
	    (j->state == ADDRESS_NEXT ||
	    (j->state == ADDRESS && j->peer.naddrs == 0)))
		return (end_addresses(j));
	if (c == '[' && j->state == VALUE && j->member == ADDRESSES) {
		j->state = ADDRESS;
		return (0);
	}
	for (i = 0; i < sizeof(moves) / sizeof(moves[0]); i++) {
		if (moves[i].state == j->state && moves[i].c == c) {
			j->state = moves[i].next;
			return (0);
		}
	}
	return (malformed(j));
}

static int
member_name(struct jsonset *j)
{
	static const struct {
		const char *name;
		uint8_t member;
	} members[] = {
		{ "public_key", PUBLIC_KEY },
		{ "addresses", ADDRESSES },
		{ "name", LABEL },
		{ "preshared_key", PRESHARED_KEY },
	};
	size_t i;

	for (i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
		if (strcmp(j->string, members[i].name) != 0)
			continue;
		if ((j->seen & members[i].member) != 0)
			return (refuse(j, "bad-request", "%s is given twice",
			    members[i].name));
		j->seen |= members[i].member;
		j->member = members[i].member;
		j->state = COLON;
		return (0);
	}
	return (refuse(j, "bad-request",
	    "only public_key, addresses, name and preshared_key are known members"));
}

static int
address(struct jsonset *j)
{
	struct msg_set_item *p = &j->peer;

	if (p->naddrs == PEER_ADDRS_MAX)
		return (refuse(j, "bad-request", "more than %d addresses",
		    PEER_ADDRS_MAX));
	if (prefix_parse(j->string, &p->addrs[p->naddrs]) == -1 ||
	    !prefix_is_canonical(&p->addrs[p->naddrs]))
		return (refuse(j, "bad-request",
		    "addresses[%u] is not an address or prefix", p->naddrs));
	p->naddrs++;
	j->state = ADDRESS_NEXT;
	return (0);
}

static int
value(struct jsonset *j)
{
	j->state = NEXT;
	if (j->member == PUBLIC_KEY) {
		if (wgkey_parse(j->string, j->len, j->peer.pubkey) == -1)
			return (refuse(j, "invalid-public-key",
			    "public_key is not 32 bytes in base64"));
		return (0);
	}
	if (j->member == PRESHARED_KEY) {
		if (wgkey_parse(j->string, j->len, j->peer.psk) == -1)
			return (refuse(j, "bad-request",
			    "preshared_key is not 32 bytes in base64, or null"));
		/* A key of zeros is none. */
		j->peer.psk_op = sodium_is_zero(j->peer.psk, WGKEY_LEN) ?
		    PSK_REMOVE :
		    PSK_SET;
		sodium_memzero(j->string, sizeof(j->string));
		return (0);
	}
	if (j->member != LABEL)
		return (malformed(j));
	if (j->len >= sizeof(j->peer.name) ||
	    !printable_utf8(j->string, j->len))
		return (refuse(j, "bad-request",
		    "name is longer than 64 bytes or not printable"));
	memcpy(j->peer.name, j->string, j->len + 1);
	return (0);
}

/* Take a complete string, decoded. */
static int
string(struct jsonset *j)
{
	j->string[j->len] = '\0';
	switch (j->state) {
	case TOP_NAME:
		if (strcmp(j->string, "peers") != 0)
			return (malformed(j));
		j->state = TOP_COLON;
		return (0);
	case NAME:
		return (member_name(j));
	case VALUE:
		return (value(j));
	case ADDRESS:
		return (address(j));
	default:
		return (malformed(j));
	}
}

static int
add(struct jsonset *j, uint32_t c)
{
	if (j->len + 1 >= sizeof(j->string))
		return (refuse(j, "bad-request", "a string is too long"));
	j->string[j->len++] = (char)c;
	return (0);
}

/* Add a code point as UTF-8.  NUL would end the string early. */
static int
add_code_point(struct jsonset *j, uint32_t c)
{
	if (c == 0)
		return (refuse(j, "bad-request", "a string has a NUL"));
	if (c < 0x80)
		return (add(j, c));
	if (c < 0x800) {
		if (add(j, 0xc0 | c >> 6) == -1)
			return (-1);
	} else {
		if (c < 0x10000) {
			if (add(j, 0xe0 | c >> 12) == -1)
				return (-1);
		} else if (add(j, 0xf0 | c >> 18) == -1 ||
		    add(j, 0x80 | (c >> 12 & 0x3f)) == -1)
			return (-1);
		if (add(j, 0x80 | (c >> 6 & 0x3f)) == -1)
			return (-1);
	}
	return (add(j, 0x80 | (c & 0x3f)));
}

/* The digits of \uhhhh are complete. */
static int
unit(struct jsonset *j)
{
	uint32_t c = j->unit;

	j->lex = INSIDE;
	if (j->high != 0) {
		if (c < 0xdc00 || c > 0xdfff)
			return (malformed(j));
		c = 0x10000 + ((uint32_t)(j->high - 0xd800) << 10) +
		    (c - 0xdc00);
		j->high = 0;
		return (add_code_point(j, c));
	}
	if (c >= 0xd800 && c <= 0xdbff) {
		j->high = j->unit;
		return (0);
	}
	if (c >= 0xdc00 && c <= 0xdfff)
		return (malformed(j));
	return (add_code_point(j, c));
}

static int
unit_digit(struct jsonset *j, char c)
{
	int d;

	if ((d = hex_digit(c)) == -1)
		return (malformed(j));
	j->unit = (uint16_t)(j->unit << 4 | d);
	return (++j->ndigits == 4 ? unit(j) : 0);
}

static int
escape(struct jsonset *j, char c)
{
	static const char names[] = "\"\\/bfnrt", values[] = "\"\\/\b\f\n\r\t";
	const char *p;

	if (c == 'u') {
		j->lex = UNICODE;
		j->ndigits = 0;
		j->unit = 0;
		return (0);
	}
	/* Half a surrogate pair must be followed by the other half. */
	if (j->high != 0 || c == '\0' || (p = strchr(names, c)) == NULL)
		return (malformed(j));
	j->lex = INSIDE;
	return (add(j, (uint32_t)values[p - names]));
}

static int
inside(struct jsonset *j, char c)
{
	if (c == '\\') {
		j->lex = ESCAPE;
		return (0);
	}
	if (j->high != 0 || (unsigned char)c < ' ')
		return (malformed(j));
	if (c == '"') {
		j->lex = OUTSIDE;
		return (string(j));
	}
	return (add(j, (unsigned char)c));
}

/* The letters of null, which only a preshared key may be. */
static int
letter(struct jsonset *j, char c)
{
	static const char null[] = "null";

	if (c != null[j->nletters])
		return (malformed(j));
	if (null[++j->nletters] != '\0')
		return (0);
	j->nletters = 0;
	j->peer.psk_op = PSK_REMOVE;
	j->state = NEXT;
	return (0);
}

static int
outside(struct jsonset *j, char c)
{
	if (j->nletters > 0 ||
	    (c == 'n' && j->state == VALUE && j->member == PRESHARED_KEY))
		return (letter(j, c));
	if (c == ' ' || c == '\t' || c == '\r' || c == '\n')
		return (0);
	if (c != '"')
		return (sign(j, c));
	j->lex = INSIDE;
	j->len = 0;
	return (0);
}

int
jsonset_feed(struct jsonset *j, const char *buf, size_t len)
{
	size_t i;
	int r = 0;

	for (i = 0; i < len && r == 0 && !j->failed; i++) {
		switch ((enum lex)j->lex) {
		case OUTSIDE:
			r = outside(j, buf[i]);
			break;
		case INSIDE:
			r = inside(j, buf[i]);
			break;
		case ESCAPE:
			r = escape(j, buf[i]);
			break;
		case UNICODE:
			r = unit_digit(j, buf[i]);
			break;
		}
	}
	return (j->failed ? -1 : 0);
}

int
jsonset_end(struct jsonset *j)
{
	if (j->failed)
		return (-1);
	return (j->state == DONE && j->lex == OUTSIDE ? 0 : malformed(j));
}
