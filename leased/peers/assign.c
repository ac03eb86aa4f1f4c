/* SPDX-License-Identifier: ISC */
/*
 * Addresses from names, with the same bits as autowg.
 */

#include <errno.h>
#include <sodium.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "assign.h"

#define LABEL_MAX	63
#define BCD_POOL_MAX	112
#define FQDN_SIZE	(2 * IDENT_SIZE)

int
assign_bcd(const struct prefix *pool, const char *name, uint8_t addr[16])
{
	unsigned int value = 0;
	size_t i, len = strlen(name);

	if (pool->len > BCD_POOL_MAX) {
		errno = ERANGE;
		return (-1);
	}
	for (i = strspn(name, "0"); i < len; i++) {
		if (name[i] < '0' || name[i] > '9' || value > 0xfff)
			break;
		value = value << 4 | (unsigned int)(name[i] - '0');
	}
	if (len < 1 || i < len) {
		errno = EINVAL;
		return (-1);
	}
	memcpy(addr, pool->addr, 16);
	addr[14] = value >> 8;
	addr[15] = value & 0xff;
	return (0);
}

/* True if the label has only characters of a host name, in lower case. */
static bool
label_valid(const char *s, size_t len)
{
	static const char alnum[] = "abcdefghijklmnopqrstuvwxyz0123456789";
	size_t i;

	if (len < 1 || len > LABEL_MAX || s[0] == '-' || s[len - 1] == '-')
		return (false);
	for (i = 0; i < len; i++)
		if (s[i] != '-' &&
		    (s[i] == '\0' || strchr(alnum, s[i]) == NULL))
			return (false);
	return (true);
}

/* Replace %s by the name in lower case. */
static int
template_fill(const char *template, const char *name, char *dst, size_t size)
{
	char low[IDENT_SIZE];
	const char *hole;
	size_t i;
	int n;

	if ((hole = strchr(template, '%')) == NULL || hole[1] != 's' ||
	    strchr(hole + 1, '%') != NULL || strlen(name) >= sizeof(low))
		return (-1);
	for (i = 0; name[i] != '\0'; i++)
		low[i] = name[i] >= 'A' && name[i] <= 'Z' ?
		    name[i] - 'A' + 'a' :
		    name[i];
	low[i] = '\0';
	n = snprintf(dst, size, "%.*s%s%s", (int)(hole - template), template,
	    low, hole + 2);
	return (n < 0 || (size_t)n >= size ? -1 : 0);
}

/* The labels from last to first, separated by NUL bytes. */
static int
labels_reverse(const char *fqdn, char *dst, size_t *len)
{
	const char *end = fqdn + strlen(fqdn), *p;
	size_t n = 0;

	for (;;) {
		for (p = end; p > fqdn && p[-1] != '.'; p--)
			;
		if (!label_valid(p, (size_t)(end - p)))
			return (-1);
		memcpy(dst + n, p, (size_t)(end - p));
		n += (size_t)(end - p);
		if (p == fqdn)
			break;
		dst[n++] = '\0';
		end = p - 1;
	}
	*len = n;
	return (0);
}

int
assign_metans(const struct prefix *pool, const char *template, const char *name,
    uint8_t addr[16])
{
	char fqdn[FQDN_SIZE], msg[FQDN_SIZE];
	uint8_t digest[16], mask;
	unsigned int i, bits;
	size_t len;

	if (template_fill(template, name, fqdn, sizeof(fqdn)) == -1 ||
	    labels_reverse(fqdn, msg, &len) == -1) {
		errno = EINVAL;
		return (-1);
	}
	(void)crypto_generichash(digest, sizeof(digest),
	    (const unsigned char *)msg, len, NULL, 0);
	for (i = 0; i < 16; i++) {
		bits = pool->len >= (i + 1) * 8 ? 8 :
		    pool->len > i * 8		? pool->len - i * 8 :
						  0;
		mask = (uint8_t)(0xff00 >> bits);
		addr[i] = (pool->addr[i] & mask) | (digest[i] & (uint8_t)~mask);
	}
	return (0);
}

int
assign_check_template(const char *template)
{
	char fqdn[FQDN_SIZE], msg[FQDN_SIZE];
	size_t len;

	if (template_fill(template, "a", fqdn, sizeof(fqdn)) == -1 ||
	    labels_reverse(fqdn, msg, &len) == -1) {
		errno = EINVAL;
		return (-1);
	}
	return (0);
}
