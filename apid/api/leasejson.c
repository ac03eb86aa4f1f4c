/* SPDX-License-Identifier: ISC */
/*
 * Leases to JSON, and wishes from JSON.
 */

#include <string.h>

#include <jansson.h>
#include <sodium.h>

#include "clock.h"
#include "jsonw.h"
#include "leasejson.h"
#include "printable.h"

static int
parse_key(const json_t *v, struct lease_wish *w, const char **detail)
{
	const char *s;

	if ((s = json_string_value(v)) == NULL) {
		*detail = "public_key is not a string";
		return (-1);
	}
	if (wgkey_parse(s, json_string_length(v), w->pubkey) == -1) {
		*detail = "public_key is not 32 bytes in base64";
		return (-1);
	}
	if (!wgkey_usable(w->pubkey)) {
		*detail = "public_key is zero or of low order";
		return (-1);
	}
	return (0);
}

/* A key of zeros and null are none. */
static int
parse_psk(const json_t *v, struct lease_wish *w, const char **detail)
{
	const char *s;

	if (json_is_null(v))
		return (0);
	if ((s = json_string_value(v)) == NULL ||
	    wgkey_parse(s, json_string_length(v), w->psk) == -1) {
		*detail = "preshared_key is not 32 bytes in base64, or null";
		return (-1);
	}
	w->has_psk = !sodium_is_zero(w->psk, sizeof(w->psk));
	return (0);
}

/* A text of a contact.  Returns 0, or -1 if it is none. */
static int
contact_text(const json_t *v, char dst[IDENT_SIZE])
{
	size_t len = json_string_length(v);
	const char *s;

	/* JSON can have a NUL in a string. */
	if ((s = json_string_value(v)) == NULL || len == 0 ||
	    len >= IDENT_SIZE || strlen(s) != len || !printable_utf8(s, len))
		return (-1);
	memcpy(dst, s, len + 1);
	return (0);
}

static int
parse_contact(json_t *v, struct contact *c, const char **detail)
{
	const char *name;
	json_t *text;
	char *dst;

	*detail = "contact is not an object with name, email and phone";
	if (!json_is_object(v))
		return (-1);
	json_object_foreach(v, name, text)
	{
		if (strcmp(name, "name") == 0)
			dst = c->name;
		else if (strcmp(name, "email") == 0)
			dst = c->email;
		else if (strcmp(name, "phone") == 0)
			dst = c->phone;
		else
			return (-1);
		if (contact_text(text, dst) == -1) {
			*detail =
			    "a member of contact is not a string of 1 to 64 bytes that can be shown";
			return (-1);
		}
	}
	return (0);
}

static int
parse_object(json_t *root, struct lease_wish *w, const char **code,
    const char **detail)
{
	const char *name, *s;
	bool key = false;
	json_t *v;

	json_object_foreach(root, name, v)
	{
		if (strcmp(name, "public_key") == 0) {
			if (parse_key(v, w, detail) == -1) {
				*code = "invalid-public-key";
				return (-1);
			}
			key = true;
		} else if (strcmp(name, "preshared_key") == 0) {
			if (parse_psk(v, w, detail) == -1)
				return (-1);
		} else if (strcmp(name, "network") == 0) {
			s = json_string_value(v);
			if (s == NULL || s[0] == '\0' ||
			    strlcpy(w->network, s, sizeof(w->network)) >=
			    sizeof(w->network)) {
				*detail =
				    "network is not a string of 1 to 32 bytes";
				return (-1);
			}
		} else if (strcmp(name, "contact") == 0) {
			if (parse_contact(v, &w->contact, detail) == -1)
				return (-1);
		} else {
			*detail =
			    "only public_key, preshared_key, network and contact are known members";
			return (-1);
		}
	}
	if (!key) {
		*detail = "public_key is missing";
		return (-1);
	}
	return (0);
}

int
leasejson_parse(const char *body, size_t len, struct lease_wish *w,
    const char **code, const char **detail)
{
	json_error_t err;
	json_t *root;
	int r = -1;

	memset(w, 0, sizeof(*w));
	*code = "bad-request";
	root = json_loadb(body, len, JSON_REJECT_DUPLICATES, &err);
	if (root == NULL || !json_is_object(root))
		*detail =
		    "the body is not one JSON object without duplicate members";
	else
		r = parse_object(root, w, code, detail);
	json_decref(root);
	return (r);
}

static void
add_server(struct jsonw *w, const struct devconf *d)
{
	char endpoint[DEVCONF_ENDPOINT], key[WGKEY_TEXT];

	jsonw_add(w, "\"server\":{\"public_key\":\"%s\",\"endpoint\":",
	    wgkey_format(d->server->pubkey, key));
	jsonw_string(w, devconf_endpoint(d, endpoint));
	jsonw_add(w, ",\"keepalive\":%u,\"routes\":", d->net->keepalive);
	jsonw_prefixes(w, d->net->routes, d->net->nroutes);
	jsonw_add(w, ",\"dns\":");
	jsonw_addrs(w, d->net->dns, d->net->ndns);
	jsonw_add(w, "}");
}

static void
add_contact(struct jsonw *w, const struct contact *c)
{
	const char *const names[] = { "name", "email", "phone" };
	const char *const texts[] = { c->name, c->email, c->phone };
	const char *sep = "\"contact\":{";
	size_t i;

	for (i = 0; i < 3; i++) {
		if (texts[i][0] == '\0')
			continue;
		jsonw_add(w, "%s\"%s\":", sep, names[i]);
		jsonw_string(w, texts[i]);
		sep = ",";
	}
	if (sep[0] == ',')
		jsonw_add(w, "},");
}

int
leasejson_format(const struct devconf *d, char *buf, size_t size)
{
	const struct msg_lease_reply *m = d->lease;
	char key[WGKEY_TEXT], when[WALL_TEXT];
	struct wall at;
	struct jsonw w;

	jsonw_init(&w, buf, size);
	jsonw_add(&w, "{\"name\":");
	jsonw_string(&w, m->name);
	jsonw_add(&w, ",\"network\":");
	jsonw_string(&w, m->network);
	jsonw_add(&w,
	    ",\"state\":\"%s\",\"public_key\":\"%s\",\"preshared_key\":%s,\"addresses\":",
	    lease_state_name(m->state), wgkey_format(m->pubkey, key),
	    m->psk ? "true" : "false");
	jsonw_prefixes(&w, m->addrs, m->naddrs);
	at.s = m->created;
	jsonw_add(&w, ",\"created\":\"%s\",", wall_format(at, when));
	if (m->expires == 0)
		jsonw_add(&w, "\"expires\":null,");
	else {
		at.s = m->expires;
		jsonw_add(&w, "\"expires\":\"%s\",", wall_format(at, when));
	}
	if (m->ttl == LEASE_NEVER)
		jsonw_add(&w, "\"ttl\":null,");
	else
		jsonw_add(&w, "\"ttl\":%u,", m->ttl);
	add_contact(&w, &m->contact);
	add_server(&w, d);
	return (jsonw_end(&w, "}\n"));
}
