/* SPDX-License-Identifier: ISC */
/*
 * From JSON to a wish about the mesh, by a table of the dialect.
 */

#include <sys/socket.h>

#include <ctype.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "printable.h"
#include "wishtake.h"

/* Returns the string if it has no NUL and can be shown, or NULL. */
static const char *
string(const json_t *v)
{
	size_t len = json_string_length(v);
	const char *s;

	if ((s = json_string_value(v)) == NULL || strlen(s) != len ||
	    (len > 0 && !printable_utf8(s, len)))
		return (NULL);
	return (s);
}

static int
take_text(const json_t *v, bool name, char *dst, size_t size)
{
	const char *s;

	if (!name && json_is_null(v)) {
		dst[0] = '\0';
		return (0);
	}
	if ((s = string(v)) == NULL || (name && s[0] == '\0'))
		return (-1);
	return (strlcpy(dst, s, size) < size ? 0 : -1);
}

static int
take_net(const json_t *v, uint8_t family, struct prefix *dst)
{
	const char *s;

	memset(dst, 0, sizeof(*dst));
	if (json_is_null(v))
		return (0);
	if ((s = string(v)) == NULL || prefix_parse(s, dst) == -1)
		return (-1);
	return (dst->family == family ? 0 : -1);
}

static int
take_words(json_t *v, char *dst, size_t size)
{
	const char *s;
	size_t i;

	dst[0] = '\0';
	if (!json_is_array(v))
		return (-1);
	for (i = 0; i < json_array_size(v); i++) {
		s = string(json_array_get(v, i));
		if (s == NULL || s[0] == '\0' || strpbrk(s, " ,") != NULL ||
		    (i > 0 && strlcat(dst, " ", size) >= size) ||
		    strlcat(dst, s, size) >= size)
			return (-1);
	}
	return (0);
}

static int
take_prefixes(json_t *v, struct msg_mesh_op *m)
{
	const char *s;
	size_t i;

	m->negress = 0;
	if (!json_is_array(v) || json_array_size(v) > MEMBER_EGRESS_MAX)
		return (-1);
	for (i = 0; i < json_array_size(v); i++) {
		s = string(json_array_get(v, i));
		if (s == NULL ||
		    prefix_parse(s, &m->egress[m->negress++]) == -1)
			return (-1);
	}
	return (0);
}

static int
take_endpoint(const json_t *v, struct msg_mesh_op *m)
{
	const char *s;

	memset(&m->endpoint, 0, sizeof(m->endpoint));
	if (json_is_null(v))
		return (0);
	if ((s = string(v)) == NULL)
		return (-1);
	return (endpoint_parse(s, &m->endpoint, &m->endpoint_port));
}

/* In the JSON of protocol buffers, a number may be a string. */
static int
take_number(const json_t *v, bool proto, uint16_t *dst)
{
	const char *s = proto ? string(v) : NULL, *errstr = NULL;
	json_int_t n = json_integer_value(v);

	if (s != NULL && isdigit((unsigned char)*s))
		n = strtonum(s, 0, UINT16_MAX, &errstr);
	else if (!json_is_integer(v) || n < 0 || n > UINT16_MAX)
		return (-1);
	*dst = (uint16_t)n;
	return (errstr != NULL ? -1 : 0);
}

static int
take_topology(const json_t *v, uint8_t *dst)
{
	const char *s = string(v);

	if (s != NULL && strcmp(s, "full") == 0)
		*dst = TOPOLOGY_FULL;
	else if (s != NULL && strcmp(s, "hub") == 0)
		*dst = TOPOLOGY_HUB;
	else
		return (-1);
	return (0);
}

static int
take(struct msg_mesh_op *m, const struct wish_member *w, bool proto, json_t *v)
{
	void *dst = (char *)m + w->off;

	switch (w->kind) {
	case WISH_NAME:
		return (take_text(v, true, dst, w->size));
	case WISH_TEXT:
		return (take_text(v, false, dst, w->size));
	case WISH_BOOL:
	case WISH_EGRESS:
		*(uint8_t *)dst = json_is_true(v);
		return (json_is_boolean(v) ? 0 : -1);
	case WISH_NUMBER:
		return (take_number(v, proto, dst));
	case WISH_NET4:
		return (take_net(v, AF_INET, dst));
	case WISH_NET6:
		return (take_net(v, AF_INET6, dst));
	case WISH_TOPOLOGY:
		return (take_topology(v, dst));
	case WISH_WORDS:
		return (take_words(v, dst, w->size));
	case WISH_PREFIXES:
		return (take_prefixes(v, m));
	case WISH_ENDPOINT:
		return (take_endpoint(v, m));
	}
	return (-1);
}

/* True if key is the name, or with camel also its spelling in camelCase. */
static bool
is_name(const char *name, const char *key, bool camel)
{
	if (strcmp(name, key) == 0)
		return (true);
	for (; camel && *name != '\0'; name++, key++) {
		if (*name == '_') {
			name++;
			if (*key != toupper((unsigned char)*name))
				return (false);
		} else if (*key != *name)
			return (false);
	}
	return (camel && *key == '\0');
}

/* Protocol buffers do not tell such a value from a missing one. */
static bool
is_nothing(const json_t *v)
{
	return (json_is_null(v) ||
	    (json_is_string(v) && json_string_length(v) == 0));
}

static const struct wish_member *
find(const struct wish_table *t, uint32_t of, const char *key)
{
	const struct wish_member *w;

	for (w = t->members; w < t->members + t->n; w++)
		if ((w->of & of) != 0 && is_name(w->name, key, t->proto))
			return (w);
	return (NULL);
}

/*
 * Check the body as a whole.  Returns NULL, or text with what is missing or
 * does not fit.
 */
static const char *
check(const struct wish_table *t, uint32_t of, uint64_t there,
    const struct msg_mesh_op *m, char *text, size_t size)
{
	const struct wish_member *w;
	bool has;

	for (w = t->members; w < t->members + t->n; w++) {
		has = (there & (uint64_t)1 << (w - t->members)) != 0;
		if (!has && (w->need & of) != 0) {
			snprintf(text, size, "%s is missing", w->name);
			return (text);
		}
		if (w->kind == WISH_EGRESS && (w->of & of) != 0 &&
		    (has || t->proto) && m->mesh != (m->negress > 0)) {
			snprintf(text, size,
			    "%s does not fit the egress prefixes, which say where to",
			    w->name);
			return (text);
		}
	}
	return (NULL);
}

static const char *
take_all(const struct wish_table *t, uint32_t of, json_t *root,
    struct msg_mesh_op *m, char *text, size_t size)
{
	const struct wish_member *w;
	uint64_t there = 0, bit;
	const char *key;
	json_t *v;

	json_object_foreach(root, key, v)
	{
		if ((w = find(t, of, key)) == NULL) {
			snprintf(text, size,
			    "the body has a member that is not known here");
			return (text);
		}
		bit = (uint64_t)1 << (w - t->members);
		if ((there & bit) != 0) {
			snprintf(text, size, "%s is there twice", w->name);
			return (text);
		}
		if (t->proto && is_nothing(v))
			continue;
		if (take(m, w, t->proto, v) == -1) {
			snprintf(text, size, "%s is not %s", w->name, w->what);
			return (text);
		}
		there |= bit;
		m->set |= w->with;
	}
	return (check(t, of, there, m, text, size));
}

const char *
wish_take(const struct wish_table *t, uint32_t of, const char *body, size_t len,
    struct msg_mesh_op *m, char *text, size_t size)
{
	const char *wrong;
	json_t *root;

	root = json_loadb(body, len, JSON_REJECT_DUPLICATES, NULL);
	if (root == NULL || !json_is_object(root)) {
		snprintf(text, size,
		    "the body is not one JSON object without duplicate members");
		wrong = text;
	} else
		wrong = take_all(t, of, root, m, text, size);
	json_decref(root);
	return (wrong);
}
