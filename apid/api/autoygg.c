/* SPDX-License-Identifier: ISC */
/*
 * autoygg's formats, byte for byte.
 */

#include <sys/socket.h>

#include <arpa/inet.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <jansson.h>

#include "autoygg.h"
#include "clock.h"
#include "hex.h"
#include "jsonw.h"
#include "printable.h"

#define KEY_DIGITS	(YGGKEY_TEXT - 1)
#define ZERO_TIME	"0001-01-01T00:00:00Z"

/* Read one member of the body.  Returns 0 or -1. */
static int
take(const char *name, const json_t *v, struct autoygg_wish *w)
{
	const struct {
		const char *name;
		char *dst;
	} fields[] = {
		{ "ClientName", w->name },
		{ "ClientEmail", w->email },
		{ "ClientPhone", w->phone },
		{ "ClientVersion", w->version },
	};
	bool key = strcasecmp(name, "PublicKey") == 0;
	const char *s = json_string_value(v);
	size_t i, len = json_string_length(v);

	for (i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		if (strcasecmp(name, fields[i].name) == 0)
			break;
	if ((!key && i == sizeof(fields) / sizeof(fields[0])) ||
	    json_is_null(v))
		return (0);
	if (s == NULL)
		return (-1);
	if (key) {
		w->key_len = len;
		strlcpy(w->key, s, sizeof(w->key));
		return (0);
	}
	if (!printable_utf8(s, len))
		return (-1);
	return (
	    strlcpy(fields[i].dst, s, AUTOYGG_FIELD) < AUTOYGG_FIELD ? 0 : -1);
}

int
autoygg_parse(const char *body, size_t len, struct autoygg_wish *w)
{
	const char *name;
	json_t *root, *v;
	int r;

	memset(w, 0, sizeof(*w));
	/* Go reads one value, and ignores what is behind it. */
	root = json_loadb(body, len, JSON_DECODE_ANY | JSON_DISABLE_EOF_CHECK,
	    NULL);
	r = json_is_object(root) || json_is_null(root) ? 0 : -1;
	json_object_foreach(root, name, v)
	{
		if (take(name, v, w) == -1)
			r = -1;
	}
	json_decref(root);
	if (r == -1)
		errno = EINVAL;
	return (r);
}

int
autoygg_key(const char *hex, uint8_t key[YGGKEY_LEN])
{
	size_t i;
	int hi, lo;

	for (i = 0; i < YGGKEY_LEN; i++) {
		if ((hi = hex_digit(hex[2 * i])) == -1 ||
		    (lo = hex_digit(hex[2 * i + 1])) == -1) {
			errno = EINVAL;
			return (-1);
		}
		key[i] = (uint8_t)(hi << 4 | lo);
	}
	return (0);
}

static void
add_text(struct jsonw *w, const char *name, const char *s)
{
	jsonw_add(w, ",\"%s\":", name);
	jsonw_go_string(w, s == NULL ? "" : s);
}

static void
add_time(struct jsonw *w, const char *name, int64_t s)
{
	char text[WALL_TEXT];
	struct wall at;

	at.s = s;
	jsonw_add(w, ",\"%s\":\"%s\"", name,
	    s == 0 ? ZERO_TIME : wall_format(at, text));
}

static void
add_addr(struct jsonw *w, const char *name, const struct prefix *p)
{
	char text[PREFIX_TEXT];

	jsonw_add(w, ",\"%s\":\"%s\"", name,
	    p == NULL ? "" : prefix_format_addr(p, text));
}

static void
add_key(struct jsonw *w, const uint8_t *key)
{
	size_t i;

	jsonw_add(w, ",\"PublicKey\":\"");
	for (i = 0; key != NULL && i < YGGKEY_LEN; i++)
		jsonw_add(w, "%02x", key[i]);
	jsonw_add(w, "\"");
}

int
autoygg_registration(const struct autoygg_row *r, char *buf)
{
	static const struct autoygg_wish nobody;
	const struct autoygg_wish *c = r->client == NULL ? &nobody : r->client;
	struct jsonw w;

	jsonw_init(&w, buf, AUTOYGG_SIZE);
	jsonw_add(&w, "{\"ID\":%llu", (unsigned long long)r->id);
	add_time(&w, "CreatedAt", r->created);
	add_time(&w, "UpdatedAt", r->updated);
	jsonw_add(&w, ",\"DeletedAt\":null");
	add_text(&w, "State", r->state);
	add_text(&w, "GatewayPublicKey", r->gateway_key);
	add_key(&w, r->key);
	add_addr(&w, "YggIP", r->ygg);
	add_addr(&w, "ClientIP", r->ip);
	jsonw_add(&w, ",\"ClientNetMask\":%u",
	    r->gateway == NULL ? 0 : r->gateway->len);
	add_addr(&w, "ClientGateway", r->gateway);
	add_text(&w, "ClientTunnelName", r->tunnel);
	add_text(&w, "ClientName", c->name);
	add_text(&w, "ClientEmail", c->email);
	add_text(&w, "ClientPhone", c->phone);
	add_text(&w, "ClientVersion", c->version);
	/* A lease that never ends: the client takes null for no time. */
	if (r->expires == 0 && r->id != 0)
		jsonw_add(&w, ",\"LeaseExpires\":null");
	else
		add_time(&w, "LeaseExpires", r->expires);
	add_text(&w, "Error", r->error);
	return (jsonw_end(&w, "}"));
}

int
autoygg_info(const struct msg_conf_autoygg *m, char *buf)
{
	struct jsonw w;

	jsonw_init(&w, buf, AUTOYGG_SIZE);
	jsonw_add(&w, "{\"GatewayOwner\":");
	jsonw_go_string(&w, m->owner);
	add_text(&w, "Description", m->description);
	add_text(&w, "Network", m->network);
	add_text(&w, "Location", m->location);
	add_text(&w, "GatewayInfoURL", m->info_url);
	add_text(&w, "SoftwareVersion", "sallyport " VERSION);
	jsonw_add(&w, ",\"RequireRegistration\":%s,\"AccessListEnabled\":%s",
	    m->require_contact ? "true" : "false",
	    m->listed ? "true" : "false");
	return (jsonw_end(&w, "}"));
}

int
autoygg_error(const char *error, char *buf)
{
	struct jsonw w;

	jsonw_init(&w, buf, AUTOYGG_SIZE);
	jsonw_add(&w, "{\"Error\":");
	jsonw_go_string(&w, error);
	return (jsonw_end(&w, "}"));
}

static uint32_t
number(const struct prefix *p)
{
	uint32_t n;

	memcpy(&n, p->addr, sizeof(n));
	return (ntohl(n));
}

const char *
autoygg_tunnel(const struct msg_conf_network *n, const struct prefix *ip,
    char dst[AUTOYGG_TUNNEL])
{
	static const char base[] = "autoygg_client";
	char text[16];
	uint32_t first = 0;
	unsigned int i;

	for (i = 0; i < n->npools; i++)
		if (n->pools[i].first.family == AF_INET) {
			/* The first address of a prefix is no host's. */
			first = number(&n->pools[i].first) +
			    (n->pools[i].first.len < 31 ? 1 : 0);
			break;
		}
	snprintf(text, sizeof(text), "%u", number(ip) - first);
	strlcpy(dst, base, AUTOYGG_TUNNEL - strlen(text));
	strlcat(dst, text, AUTOYGG_TUNNEL);
	return (dst);
}
