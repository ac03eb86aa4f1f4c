/* SPDX-License-Identifier: ISC */
/*
 * The parser of distinguished names, after RFC 2253 and RFC 4514.  It accepts
 * only the forms that proxies write today: no quoted strings, no slashes, no
 * blanks around the separators.  It reads to the end, because a second CN may
 * hide anywhere.
 */

#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "hex.h"
#include "printable.h"
#include "subject.h"

#define SPECIALS	",+\"\\<>;"

struct dn {
	const char	*s;
	size_t		 len;
	size_t		 pos;
	char		*cn;		/* the result */
	size_t		 cn_len;
	unsigned int	 cns;
};

/*
 * Read the attribute type up to '='.  *is_cn says whether it is a common name.
 */
static int
dn_type(struct dn *d, bool *is_cn)
{
	static const char *const cn_names[] = { "CN", "commonName", "2.5.4.3",
		"OID.2.5.4.3" };
	size_t from = d->pos, i, n;
	char c;

	for (; d->pos < d->len && d->s[d->pos] != '='; d->pos++) {
		c = d->s[d->pos];
		if (!((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
		    (c >= 'a' && c <= 'z') || c == '.' || c == '-'))
			return (-1);
	}
	n = d->pos - from;
	if (d->pos == d->len || n == 0)
		return (-1);
	d->pos++;
	*is_cn = false;
	for (i = 0; i < sizeof(cn_names) / sizeof(cn_names[0]); i++) {
		if (strlen(cn_names[i]) == n &&
		    strncasecmp(d->s + from, cn_names[i], n) == 0)
			*is_cn = true;
	}
	return (0);
}

/*
 * Unescape one character of a value.  Returns 1, 0 at the end of the value, or
 * -1.
 */
static int
dn_char(struct dn *d, char *out)
{
	int hi, lo;
	char c;

	if (d->pos == d->len)
		return (0);
	c = d->s[d->pos];
	if (c == ',' || c == '+')
		return (0);
	d->pos++;
	if (c != '\\') {
		*out = c;
		return (strchr(SPECIALS, c) != NULL ? -1 : 1);
	}
	if (d->pos == d->len)
		return (-1);
	c = d->s[d->pos++];
	if (c == ' ' || c == '#' || c == '=' ||
	    (c != '\0' && strchr(SPECIALS, c) != NULL)) {
		*out = c;
		return (1);
	}
	if ((hi = hex_digit(c)) == -1 || d->pos == d->len ||
	    (lo = hex_digit(d->s[d->pos])) == -1)
		return (-1);
	d->pos++;
	*out = (char)(hi << 4 | lo);
	return (1);
}

/* Read a value up to its separator, and keep it if it is a common name. */
static int
dn_value(struct dn *d, bool is_cn)
{
	size_t from, n = 0;
	bool bare = false;
	char c = '\0';
	int r;

	/* "#0c03...": the DER of a type for which the proxy has no name. */
	if (d->pos < d->len && d->s[d->pos] == '#') {
		for (d->pos++; d->pos < d->len && hex_digit(d->s[d->pos]) != -1;
		     d->pos++)
			n++;
		if (n == 0 || n % 2 != 0 || is_cn)
			return (-1);
		return (0);
	}
	/* RFC 2253, 2.4: an unescaped blank is at neither end. */
	if (d->pos < d->len && d->s[d->pos] == ' ')
		return (-1);
	while (from = d->pos, (r = dn_char(d, &c)) == 1) {
		if (c == '\0')
			return (-1);
		bare = c == ' ' && d->pos - from == 1;
		if (is_cn && n < IDENT_SIZE)
			d->cn[n] = c;
		n++;
		if (is_cn && n >= IDENT_SIZE)
			return (-1);
	}
	if (r == -1 || bare)
		return (-1);
	if (is_cn) {
		if (n == 0)
			return (-1);
		d->cn[n] = '\0';
		d->cn_len = n;
	}
	return (0);
}

int
subject_cn(const char *s, size_t len, char cn[IDENT_SIZE], const char **why)
{
	struct dn d;
	bool is_cn;

	memset(&d, 0, sizeof(d));
	d.s = s;
	d.len = len;
	d.cn = cn;
	memset(cn, 0, IDENT_SIZE);
	for (;;) {
		if (dn_type(&d, &is_cn) == -1 || dn_value(&d, is_cn) == -1) {
			*why =
			    "X-Client-Subject is not a distinguished name with a CN of 1 to 64 bytes";
			return (-1);
		}
		if (is_cn && ++d.cns > 1) {
			*why = "X-Client-Subject has more than one CN";
			return (-1);
		}
		if (d.pos == d.len)
			break;
		/* dn_value stopped at a separator, or after a '#' value. */
		if (s[d.pos] != ',' && s[d.pos] != '+') {
			*why = "X-Client-Subject is not a distinguished name";
			return (-1);
		}
		d.pos++;
	}
	if (d.cns == 0) {
		*why = "X-Client-Subject has no CN";
		return (-1);
	}
	if (!printable_utf8(cn, d.cn_len)) {
		*why = "the CN in X-Client-Subject is not printable UTF-8";
		return (-1);
	}
	return (0);
}
