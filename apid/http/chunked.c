/* SPDX-License-Identifier: ISC */
/*
 * The decoder of the chunked coding: one byte after the other, except for the
 * content.  Two readers who disagree about the end of a body are a way to
 * smuggle a request, so there is no tolerance: no blank beside a size, no bare
 * CR or LF, no folded trailer field.
 */

#include <string.h>

#include "chunked.h"
#include "hex.h"
#include "http.h"

enum state {
	CH_SIZE,		/* in the digits of a size */
	CH_EXT,			/* behind a semicolon */
	CH_EXT_NAME,
	CH_EXT_VALUE,		/* behind an equals sign */
	CH_EXT_TOKEN,
	CH_EXT_QUOTED,
	CH_EXT_ESCAPED,		/* behind a backslash */
	CH_EXT_END,		/* behind the closing quote */
	CH_SIZE_LF,
	CH_DATA,
	CH_DATA_CR,
	CH_DATA_LF,
	CH_LINE,		/* at the beginning of a trailer line */
	CH_NAME,
	CH_VALUE,
	CH_VALUE_LF,
	CH_END_LF,
	CH_END
};

void
chunked_init(struct chunked *k, uint64_t max)
{
	memset(k, 0, sizeof(*k));
	k->max = max;
}

int
chunked_limit(struct chunked *k, uint64_t max)
{
	k->max = max;
	return (k->total > max || k->left > max - k->total ? -413 : 0);
}

/* Go to a state if this is the byte that leads there. */
static int
expect(struct chunked *k, unsigned char ch, unsigned char want, uint8_t state)
{
	if (ch != want)
		return (-400);
	k->state = state;
	return (0);
}

/* Take the byte that follows a whole size or a whole extension. */
static int
after_size(struct chunked *k, unsigned char ch)
{
	if (ch == ';') {
		k->state = CH_EXT;
		return (0);
	}
	return (expect(k, ch, '\r', CH_SIZE_LF));
}

static int
step_size(struct chunked *k, unsigned char ch)
{
	int digit;

	if ((digit = hex_digit((char)ch)) == -1)
		return (k->digits == 0 ? -400 : after_size(k, ch));
	if (++k->digits > CHUNKED_DIGITS)
		return (-400);
	/* The bound of the body is far below an overflow. */
	k->left = k->left * 16 + (uint64_t)digit;
	return (chunked_limit(k, k->max));
}

static int
step_ext(struct chunked *k, unsigned char ch)
{
	switch (k->state) {
	case CH_EXT:
	case CH_EXT_VALUE:
		if (http_is_tchar(ch))
			k->state = k->state == CH_EXT ? CH_EXT_NAME :
							CH_EXT_TOKEN;
		else
			return (k->state == CH_EXT ?
				-400 :
				expect(k, ch, '"', CH_EXT_QUOTED));
		return (0);
	case CH_EXT_NAME:
	case CH_EXT_TOKEN:
		if (http_is_tchar(ch))
			return (0);
		if (ch != '=' || k->state == CH_EXT_TOKEN)
			return (after_size(k, ch));
		k->state = CH_EXT_VALUE;
		return (0);
	case CH_EXT_QUOTED:
		if (ch == '"')
			k->state = CH_EXT_END;
		else if (ch == '\\')
			k->state = CH_EXT_ESCAPED;
		return (http_is_value(ch) ? 0 : -400);
	case CH_EXT_ESCAPED:
		k->state = CH_EXT_QUOTED;
		return (http_is_value(ch) ? 0 : -400);
	}
	return (after_size(k, ch));
}

static int
size_end(struct chunked *k, unsigned char ch)
{
	if (ch != '\n')
		return (-400);
	k->digits = 0;
	k->state = k->left == 0 ? CH_LINE : CH_DATA;
	return (0);
}

static int
step_trailer(struct chunked *k, unsigned char ch)
{
	switch (k->state) {
	case CH_LINE:
		if (ch == '\r') {
			k->state = CH_END_LF;
			return (0);
		}
		k->state = CH_NAME;
		return (http_is_tchar(ch) ? 0 : -400);
	case CH_NAME:
		return (http_is_tchar(ch) ? 0 : expect(k, ch, ':', CH_VALUE));
	case CH_VALUE:
		return (
		    http_is_value(ch) ? 0 : expect(k, ch, '\r', CH_VALUE_LF));
	}
	return (expect(k, ch, '\n', CH_LINE));
}

static int
step(struct chunked *k, unsigned char ch)
{
	switch (k->state) {
	case CH_SIZE:
		return (step_size(k, ch));
	case CH_SIZE_LF:
		return (size_end(k, ch));
	case CH_DATA_CR:
		return (expect(k, ch, '\r', CH_DATA_LF));
	case CH_DATA_LF:
		return (expect(k, ch, '\n', CH_SIZE));
	case CH_END_LF:
		return (expect(k, ch, '\n', CH_END));
	}
	if (++k->dropped > CHUNKED_DROP)
		return (-431);
	return (k->state < CH_SIZE_LF ? step_ext(k, ch) : step_trailer(k, ch));
}

int
chunked_decode(struct chunked *k, char *buf, size_t len, size_t *used,
    size_t *out)
{
	size_t i = 0, n;
	int r;

	*out = 0;
	while (i < len && k->state != CH_END) {
		if (k->state != CH_DATA) {
			if ((r = step(k, (unsigned char)buf[i++])) != 0)
				return (r);
			continue;
		}
		n = len - i < k->left ? len - i : (size_t)k->left;
		memmove(buf + *out, buf + i, n);
		*out += n;
		i += n;
		k->total += n;
		k->left -= n;
		if (k->left == 0)
			k->state = CH_DATA_CR;
	}
	*used = i;
	return (k->state == CH_END);
}

size_t
chunked_least(const struct chunked *k)
{
	/* Behind the size: the last empty line, or content, CRLF and "0". */
	size_t rest = k->left == 0 ? 2 : (size_t)k->left + 7;

	switch (k->state) {
	case CH_SIZE:
		return (k->digits == 0 ? 5 : 2 + rest);
	case CH_SIZE_LF:
		return (1 + rest);
	case CH_DATA:
		return (rest);
	case CH_DATA_CR:
		return (7);
	case CH_DATA_LF:
		return (6);
	case CH_LINE:
		return (2);
	case CH_NAME:
	case CH_VALUE:
		return (4);
	case CH_VALUE_LF:
		return (3);
	case CH_END_LF:
		return (1);
	case CH_END:
		return (0);
	}
	return (2 + rest);
}
