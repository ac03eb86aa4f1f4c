/* SPDX-License-Identifier: ISC */
/*
 * One value of the configuration, from text into its field and back.  All
 * bounds of the schema are checked here.
 */

#include <arpa/inet.h>
#include <netinet/in.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config.h"
#include "printable.h"
#include "schema.h"
#include "units.h"
#include "value.h"

static char why[256];	/* the answer of value_set, until the next call */

static void *
field(const struct word *w, void *base)
{
	return ((char *)base + w->off);
}

static const void *
cfield(const struct word *w, const void *base)
{
	return ((const char *)base + w->off);
}

/* The number of elements in a list. */
static uint8_t *
length(const struct word *w, void *base)
{
	return ((uint8_t *)base + w->count);
}

static uint8_t
clength(const struct word *w, const void *base)
{
	return (((const uint8_t *)base)[w->count]);
}

static const char *
set_string(const struct word *w, void *base, const char *text)
{
	const char *bad;
	size_t len;

	len = strlen(text);
	if (len >= w->size) {
		snprintf(why, sizeof(why), "it is longer than %zu bytes",
		    w->size - 1);
		return (why);
	}
	if (len < w->lo)
		return (len == 0 ? "it is empty" : "it is too short");
	/* Messages carry only UTF-8, so the file must be UTF-8, too. */
	if (!printable_utf8(text, len))
		return (
		    "it holds control characters or invisible ones, or is not UTF-8");
	if (w->valid != NULL && (bad = w->valid(text)) != NULL)
		return (bad);
	if (w->type == WORD_FILE && *text != '/')
		return ("write the whole path, from \"/\" on");
	strlcpy(field(w, base), text, w->size);
	return (NULL);
}

static const char *
set_number(const struct word *w, void *base, const char *text)
{
	const char *errstr;
	long long v;

	v = strtonum(text, (long long)w->lo, (long long)w->hi, &errstr);
	if (errstr != NULL) {
		snprintf(why, sizeof(why), "%s is not in %llu..%llu", text,
		    (unsigned long long)w->lo, (unsigned long long)w->hi);
		return (why);
	}
	*(uint32_t *)field(w, base) = (uint32_t)v;
	return (NULL);
}

/* Format a bound of w. */
static const char *
bound(const struct word *w, uint64_t v, char *dst)
{
	if (w->type == WORD_DURATION)
		return (units_format_duration((uint32_t)v, dst));
	if (w->type == WORD_MILLIS)
		return (units_format_millis((uint32_t)v, dst));
	return (units_format_bytes((uint32_t)v, dst));
}

static const char *
set_units(const struct word *w, void *base, const char *text)
{
	char lo[UNITS_TEXT], hi[UNITS_TEXT];
	uint32_t v;
	bool never;
	int r;

	if (w->type == WORD_DURATION)
		r = units_parse_duration(text, &v);
	else if (w->type == WORD_MILLIS)
		r = units_parse_millis(text, &v);
	else
		r = units_parse_bytes(text, &v);
	if (r == -1 && errno == EINVAL) {
		if (w->type == WORD_BYTES)
			return ("write a size as \"16k\" or \"8m\"");
		if (w->type == WORD_MILLIS)
			return ("write a duration as \"500ms\" or \"5s\"");
		return (w->hi == LEASE_NEVER ?
		    "write a duration as \"10m\", \"4h\" or \"never\"" :
		    "write a duration as \"10m\" or \"4h\"");
	}
	if (r == -1 || v < w->lo || v > w->hi) {
		never = w->type == WORD_DURATION && w->hi == LEASE_NEVER;
		snprintf(why, sizeof(why), "%.60s is not in %s..%s%s", text,
		    bound(w, w->lo, lo),
		    bound(w, never ? DURATION_MAX : w->hi, hi),
		    never ? " or \"never\"" : "");
		return (why);
	}
	*(uint32_t *)field(w, base) = v;
	return (NULL);
}

/* The value of one of w's names, or 0 with the error in why. */
static unsigned int
choice(const struct word *w, const char *text)
{
	const struct word_name *n;
	size_t used;

	for (n = w->names; n->name != NULL; n++)
		if (strcmp(n->name, text) == 0)
			return (n->value);
	snprintf(why, sizeof(why), "\"%.60s\" is not one of", text);
	for (n = w->names; n->name != NULL; n++) {
		used = strlen(why);
		snprintf(why + used, sizeof(why) - used, "%s \"%s\"",
		    n == w->names ? "" : ",", n->name);
	}
	return (0);
}

/*
 * Is the text valid, and has the list room for it?  An element has size bytes.
 */
static const char *
may_add(const struct word *w, void *base, const char *text, size_t size)
{
	const char *bad;
	uint8_t n;

	if (w->valid != NULL && (bad = w->valid(text)) != NULL)
		return (bad);
	n = *length(w, base);
	if (n < w->hi && n < w->size / size)
		return (NULL);
	snprintf(why, sizeof(why), "more than %llu of them",
	    (unsigned long long)w->hi);
	return (why);
}

static const char *
add_prefix(const struct word *w, void *base, const char *text)
{
	struct prefix *list, p;
	const char *bad;

	if (prefix_parse(text, &p) == -1) {
		snprintf(why, sizeof(why),
		    "\"%.80s\" is not an address or prefix", text);
		return (why);
	}
	if ((bad = may_add(w, base, text, sizeof(p))) != NULL)
		return (bad);
	list = field(w, base);
	list[(*length(w, base))++] = p;
	return (NULL);
}

static const char *
add_block(const struct word *w, void *base, const char *text)
{
	struct block *list, b;
	const char *bad;

	if (block_parse(text, &b) == -1) {
		if (errno == ERANGE)
			bad = "ends before it begins";
		else if (errno == EAFNOSUPPORT)
			bad = "begins and ends with addresses of two families";
		else if (strchr(text, '-') != NULL)
			bad = "is not a range, as 10.1.0.1-10.1.0.254 is";
		else
			bad = "is not an address or prefix";
		snprintf(why, sizeof(why), "\"%.80s\" %s", text, bad);
		return (why);
	}
	if ((bad = may_add(w, base, text, sizeof(b))) != NULL)
		return (bad);
	list = field(w, base);
	list[(*length(w, base))++] = b;
	return (NULL);
}

/* An address of multicast or broadcast. */
static bool
is_group(const struct endpoint *ep)
{
	const struct sockaddr_in6 *sin6;
	const struct sockaddr_in *sin;

	if (ep->ss.ss_family == AF_INET6) {
		sin6 = (const void *)&ep->ss;
		return (IN6_IS_ADDR_MULTICAST(&sin6->sin6_addr));
	}
	sin = (const void *)&ep->ss;
	return (IN_MULTICAST(ntohl(sin->sin_addr.s_addr)) ||
	    sin->sin_addr.s_addr == INADDR_BROADCAST);
}

static const char *
add_network(const struct word *w, void *base, const char *text)
{
	char(*list)[NETNAME_SIZE] = field(w, base);
	const char *bad;
	uint8_t *n;

	n = length(w, base);
	if (*text == '\0' || strlen(text) >= sizeof(list[0]))
		return ("that is not the name of a network");
	if (w->valid != NULL && (bad = w->valid(text)) != NULL)
		return (bad);
	if (*n >= w->hi || *n >= w->size / sizeof(list[0])) {
		snprintf(why, sizeof(why), "more than %llu of them",
		    (unsigned long long)w->hi);
		return (why);
	}
	strlcpy(list[(*n)++], text, sizeof(list[0]));
	return (NULL);
}

static bool
is_linklocal(const struct endpoint *ep)
{
	struct prefix p;

	p = prefix_from_sockaddr((const struct sockaddr *)&ep->ss);
	return (p.family == AF_INET6 && p.addr[0] == 0xfe &&
	    (p.addr[1] & 0xc0) == 0x80);
}

/*
 * Take the interface out of "[fe80::1%eth0]:443".  dst holds INTERFACE_TEXT
 * bytes more than an endpoint, and gets the text without it.
 */
static const char *
take_scope(struct endpoint *ep, const char *text, char *dst, size_t size)
{
	const char *percent, *end;
	size_t n;

	percent = strchr(text, '%');
	if (percent == NULL) {
		strlcpy(dst, text, size);
		return (NULL);
	}
	n = strcspn(percent + 1, "]");
	end = percent + 1 + n;
	if (n == 0 || n >= sizeof(ep->scope) || *end != ']')
		return ("write a link-local address as \"[fe80::1%eth0]:443\"");
	memcpy(ep->scope, percent + 1, n);
	snprintf(dst, size, "%.*s%s", (int)(percent - text), text, end);
	return (schema_valid_interface(ep->scope));
}

static const char *
set_endpoint(const struct word *w, void *base, const char *text)
{
	char plain[2 * ENDPOINT_TEXT], *end;
	struct endpoint e;
	const char *bad;

	memset(&e, 0, sizeof(e));
	if ((bad = take_scope(&e, text, plain, sizeof(plain))) != NULL)
		return (bad);
	if (sockaddr_parse(plain, &e.ss, &e.len) == -1)
		return ("write \"1.2.3.4:443\" or \"[::1]:443\", numbers only");
	(void)sockaddr_format((struct sockaddr *)&e.ss, e.text);
	if (strlen(e.text) > 2 &&
	    strcmp(e.text + strlen(e.text) - 2, ":0") == 0)
		return ("port 0 is not a port");
	if (is_group(&e))
		return ("nobody can connect to many hosts");
	if (is_linklocal(&e) != (*e.scope != '\0'))
		return (*e.scope == '\0' ?
		    "a link-local address needs its interface: \"[fe80::1%eth0]:443\"" :
		    "only a link-local address has an interface");
	if (*e.scope != '\0' && (end = strrchr(e.text, ']')) != NULL) {
		strlcpy(plain, end, sizeof(plain));
		snprintf(end, sizeof(e.text) - (size_t)(end - e.text), "%%%s%s",
		    e.scope, plain);
	}
	*(struct endpoint *)field(w, base) = e;
	return (NULL);
}

const char *
value_add(const struct word *w, void *base, const char *text)
{
	unsigned int v;

	if (w->type == WORD_PREFIXES)
		return (add_prefix(w, base, text));
	if (w->type == WORD_BLOCKS)
		return (add_block(w, base, text));
	if (w->type == WORD_NETWORKS)
		return (add_network(w, base, text));
	if ((v = choice(w, text)) == 0)
		return (why);
	*(uint16_t *)field(w, base) |= (uint16_t)v;
	return (NULL);
}

void
value_clear(const struct word *w, void *base)
{
	memset(field(w, base), 0, w->size);
	if (w->type == WORD_PREFIXES || w->type == WORD_BLOCKS ||
	    w->type == WORD_NETWORKS)
		*length(w, base) = 0;
}

/* A default may have several elements, with a space between them. */
static const char *
set_list(const struct word *w, void *base, const char *text)
{
	char copy[CONF_VALUE_SIZE], *rest = copy, *one;
	const char *bad = NULL;

	value_clear(w, base);
	strlcpy(copy, text, sizeof(copy));
	while (bad == NULL && (one = strsep(&rest, " ")) != NULL)
		bad = value_add(w, base, one);
	return (bad);
}

const char *
value_set(const struct word *w, void *base, const char *text)
{
	unsigned int v;

	switch (w->type) {
	case WORD_STRING:
	case WORD_FILE:
		return (set_string(w, base, text));
	case WORD_BOOL:
		*(uint8_t *)field(w, base) = strcmp(text, "true") == 0;
		return (NULL);
	case WORD_NUMBER:
		return (set_number(w, base, text));
	case WORD_DURATION:
	case WORD_MILLIS:
	case WORD_BYTES:
		return (set_units(w, base, text));
	case WORD_CHOICE:
		if ((v = choice(w, text)) == 0)
			return (why);
		*(uint8_t *)field(w, base) = (uint8_t)v;
		return (NULL);
	case WORD_ENDPOINT:
		return (set_endpoint(w, base, text));
	case WORD_CHOICES:
	case WORD_PREFIXES:
	case WORD_BLOCKS:
	case WORD_NETWORKS:
		return (set_list(w, base, text));
	case WORD_GROUP:
	case WORD_LIST:
		break;
	}
	return ("it is a group");
}

/* An empty list is a value of its own where the default is another. */
static bool
has_default(const struct word *w)
{
	return (w->def != NULL && *w->def != '\0');
}

bool
value_empty(const struct word *w, const void *base)
{
	if (w->type == WORD_STRING || w->type == WORD_FILE)
		return (*(const char *)cfield(w, base) == '\0');
	if (w->type == WORD_PREFIXES || w->type == WORD_BLOCKS ||
	    w->type == WORD_NETWORKS)
		return (clength(w, base) == 0 && !has_default(w));
	if (w->type == WORD_CHOICES)
		return (*(const uint16_t *)cfield(w, base) == 0);
	return (false);
}

/* Format a string so that libconfig reads the same string again. */
static void
format_string(const char *s, char *dst)
{
	char *p;

	p = dst;
	*p++ = '"';
	for (; *s != '\0' && p < dst + CONF_VALUE_SIZE - 3; s++) {
		if (*s == '"' || *s == '\\')
			*p++ = '\\';
		*p++ = *s;
	}
	*p++ = '"';
	*p = '\0';
}

/* Format a list of prefixes or blocks. */
static void
format_list(const struct word *w, const void *list, uint8_t n, char *dst)
{
	const struct prefix *prefixes = list;
	const struct block *blocks = list;
	char text[BLOCK_TEXT];
	unsigned int i;
	size_t used;

	strlcpy(dst, "[", CONF_VALUE_SIZE);
	for (i = 0; i < n; i++) {
		used = strlen(dst);
		snprintf(dst + used, CONF_VALUE_SIZE - used, "%s \"%s\"",
		    i == 0 ? "" : ",",
		    w->type == WORD_BLOCKS ? block_format(&blocks[i], text) :
					     prefix_format(&prefixes[i], text));
	}
	strlcat(dst, " ]", CONF_VALUE_SIZE);
}

static void
format_networks(const char *list, uint8_t n, char *dst)
{
	unsigned int i;

	strlcpy(dst, "[", CONF_VALUE_SIZE);
	for (i = 0; i < n; i++) {
		strlcat(dst, i == 0 ? " \"" : ", \"", CONF_VALUE_SIZE);
		strlcat(dst, list + i * NETNAME_SIZE, CONF_VALUE_SIZE);
		strlcat(dst, "\"", CONF_VALUE_SIZE);
	}
	strlcat(dst, " ]", CONF_VALUE_SIZE);
}

static void
format_choices(const struct word *w, unsigned int mask, char *dst)
{
	const struct word_name *n;
	size_t used;
	bool first;

	strlcpy(dst, "[", CONF_VALUE_SIZE);
	first = true;
	for (n = w->names; n->name != NULL; n++) {
		if ((mask & n->value) == 0)
			continue;
		used = strlen(dst);
		snprintf(dst + used, CONF_VALUE_SIZE - used, "%s \"%s\"",
		    first ? "" : ",", n->name);
		first = false;
	}
	strlcat(dst, " ]", CONF_VALUE_SIZE);
}

static const char *
choice_name(const struct word *w, unsigned int value)
{
	const struct word_name *n;

	for (n = w->names; n->name != NULL; n++)
		if (n->value == value)
			return (n->name);
	return ("");
}

const char *
value_format(const struct word *w, const void *base, char *dst)
{
	char text[UNITS_TEXT];
	const void *f;

	f = cfield(w, base);
	*dst = '\0';
	switch (w->type) {
	case WORD_STRING:
	case WORD_FILE:
		format_string(f, dst);
		break;
	case WORD_BOOL:
		strlcpy(dst, *(const uint8_t *)f != 0 ? "true" : "false",
		    CONF_VALUE_SIZE);
		break;
	case WORD_NUMBER:
		snprintf(dst, CONF_VALUE_SIZE, "%u", *(const uint32_t *)f);
		break;
	case WORD_DURATION:
	case WORD_MILLIS:
	case WORD_BYTES:
		snprintf(dst, CONF_VALUE_SIZE, "\"%s\"",
		    bound(w, *(const uint32_t *)f, text));
		break;
	case WORD_CHOICE:
		snprintf(dst, CONF_VALUE_SIZE, "\"%s\"",
		    choice_name(w, *(const uint8_t *)f));
		break;
	case WORD_CHOICES:
		format_choices(w, *(const uint16_t *)f, dst);
		break;
	case WORD_PREFIXES:
	case WORD_BLOCKS:
		format_list(w, f, clength(w, base), dst);
		break;
	case WORD_NETWORKS:
		format_networks(f, clength(w, base), dst);
		break;
	case WORD_ENDPOINT:
		snprintf(dst, CONF_VALUE_SIZE, "\"%s\"",
		    ((const struct endpoint *)f)->text);
		break;
	case WORD_GROUP:
	case WORD_LIST:
		break;
	}
	return (dst);
}
