/* SPDX-License-Identifier: ISC */
/*
 * Labels of DNS, and who has which.
 */

#include <stdlib.h>
#include <string.h>

#include "dnsname.h"

/*
 * Names that resolvers, browsers or hosts act upon by themselves: no device may
 * have one only because it is called so.
 */
static const char *const reserved[] = { DNS_SERVER, "localhost", "localdomain",
	"ip6-localhost", "ip6-loopback", "ip6-allnodes", "ip6-allrouters",
	"broadcasthost", "wpad", "isatap" };

/* A byte of a label; tolower(3) and isalnum(3) depend on the locale. */
static char
label_char(char ch)
{
	if (ch >= 'A' && ch <= 'Z')
		return ((char)(ch - 'A' + 'a'));
	if ((ch >= 'a' && ch <= 'z') || (ch >= '0' && ch <= '9'))
		return (ch);
	return ('-');
}

bool
dns_label(const char *name, char *label)
{
	const char *p;
	size_t n = 0;
	char ch;

	for (p = name; *p != '\0' && n < DNS_LABEL - 1; p++) {
		ch = label_char(*p);
		/* "xn--" would say that the label is an encoded one. */
		if (ch == '-' && (n == 0 || label[n - 1] == '-'))
			continue;
		label[n++] = ch;
	}
	while (n > 0 && label[n - 1] == '-')
		n--;
	label[n] = '\0';
	return (n > 0 && strcmp(label, name) == 0);
}

bool
dns_is_number(const char *label)
{
	if (strncmp(label, "0x", 2) == 0)
		return (
		    label[2 + strspn(label + 2, "0123456789abcdef")] == '\0');
	return (label[strspn(label, "0123456789")] == '\0');
}

int
dns_zone(const char *name, char *dst)
{
	size_t len = strlen(name), label = 0, i;

	if (len > 0 && name[len - 1] == '.')
		len--;
	if (len == 0 || len >= DNS_NAME)
		return (-1);
	for (i = 0; i < len; i++) {
		dst[i] = name[i] == '.' ? '.' : label_char(name[i]);
		if (dst[i] == '-' && name[i] != '-')
			return (-1);
		if (dst[i] == '.' || dst[i] == '-') {
			/* Neither at the beginning nor before a dot. */
			if (label == 0 || (dst[i] == '.' && dst[i - 1] == '-'))
				return (-1);
		}
		label = dst[i] == '.' ? 0 : label + 1;
		if (label >= DNS_LABEL)
			return (-1);
	}
	dst[len] = '\0';
	return (label == 0 || dst[len - 1] == '-' ? -1 : 0);
}

struct dnshost *
dnshosts_add(struct dnshosts *d, const char *name)
{
	struct dnshost *h;
	size_t size;

	if (d->n == d->size) {
		size = d->size == 0 ? 64 : 2 * d->size;
		if ((h = reallocarray(d->h, size, sizeof(*h))) == NULL)
			return (NULL);
		d->h = h;
		d->size = size;
	}
	h = &d->h[d->n++];
	memset(h, 0, sizeof(*h));
	strlcpy(h->name, name, sizeof(h->name));
	(void)dns_label(name, h->label);
	return (h);
}

static bool
is_reserved(const char *label)
{
	size_t i;

	for (i = 0; i < sizeof(reserved) / sizeof(reserved[0]); i++)
		if (strcmp(label, reserved[i]) == 0)
			return (true);
	return (false);
}

/* By label, then the name that is the label itself, then by what is left. */
static int
compare(const void *a, const void *b)
{
	const struct dnshost *x = a, *y = b;
	int c;

	if ((c = strcmp(x->label, y->label)) != 0)
		return (c);
	c = (strcmp(x->name, x->label) != 0) - (strcmp(y->name, y->label) != 0);
	if (c != 0)
		return (c);
	if ((c = strcmp(x->name, y->name)) != 0)
		return (c);
	return (strcmp(x->network, y->network));
}

/* Say which of n hosts with one label are left out. */
static void
settle_label(struct dnshost *h, size_t n)
{
	bool exact = strcmp(h[0].name, h[0].label) == 0;
	size_t i;

	/* Two of one name are in two networks, and neither is the right one. */
	if (exact && n > 1 && strcmp(h[1].name, h[0].name) == 0)
		exact = false;
	for (i = exact ? 1 : 0; n > 1 && i < n; i++)
		h[i].why = exact ? "another peer is called like its label" :
				   "other peers would have its label, too";
}

void
dnshosts_settle(struct dnshosts *d, size_t zone)
{
	size_t i, end;

	if (d->n > 1)
		qsort(d->h, d->n, sizeof(*d->h), compare);
	for (i = 0; i < d->n; i = end) {
		for (end = i + 1; end < d->n; end++)
			if (strcmp(d->h[end].label, d->h[i].label) != 0)
				break;
		if (d->h[i].label[0] != '\0')
			settle_label(&d->h[i], end - i);
	}
	for (i = 0; i < d->n; i++) {
		if (d->h[i].label[0] == '\0')
			d->h[i].why = "there is no letter or digit in it";
		else if (is_reserved(d->h[i].label))
			d->h[i].why = "its label is reserved";
		else if (strlen(d->h[i].label) + 1 + zone >= DNS_NAME)
			d->h[i].why = "it is too long for this zone";
	}
}

void
dnshosts_clear(struct dnshosts *d)
{
	free(d->h);
	memset(d, 0, sizeof(*d));
}
