/* SPDX-License-Identifier: ISC */
/*
 * Peers to JSON and from JSON.
 */

#include <errno.h>
#include <string.h>

#include <jansson.h>
#include <sodium.h>

#include "jsonw.h"
#include "peerjson.h"
#include "printable.h"

int
peerjson_portal(const struct msg_peer_item *m, char *buf, size_t size)
{
	char key[WGKEY_TEXT];
	struct jsonw w;

	jsonw_init(&w, buf, size);
	jsonw_add(&w,
	    "{\"public_key\":\"%s\",\"ip_net\":", wgkey_format(m->pubkey, key));
	jsonw_prefixes(&w, m->addrs, m->naddrs);
	jsonw_time(&w, "last_handshake_time", m->handshake);
	jsonw_add(&w, ",\"bytes_in\":%llu,\"bytes_out\":%llu",
	    (unsigned long long)m->rx, (unsigned long long)m->tx);
	return (jsonw_end(&w, "}"));
}

int
peerjson_native(const struct msg_peer_item *m, char *buf, size_t size)
{
	char key[WGKEY_TEXT];
	struct jsonw w;

	jsonw_init(&w, buf, size);
	jsonw_add(&w,
	    "{\"public_key\":\"%s\",\"name\":", wgkey_format(m->pubkey, key));
	if (m->name[0] == '\0')
		jsonw_add(&w, "null");
	else
		jsonw_string(&w, m->name);
	if (lease_state_name(m->state) != NULL)
		jsonw_add(&w, ",\"state\":\"%s\"", lease_state_name(m->state));
	jsonw_add(&w,
	    ",\"preshared_key\":%s,\"addresses\":", m->psk ? "true" : "false");
	jsonw_prefixes(&w, m->addrs, m->naddrs);
	jsonw_time(&w, "created", m->created);
	jsonw_time(&w, "latest_handshake", m->handshake);
	jsonw_add(&w, ",\"rx_bytes\":%llu,\"tx_bytes\":%llu",
	    (unsigned long long)m->rx, (unsigned long long)m->tx);
	return (jsonw_end(&w, "}"));
}

/* An address that a client does not have is an empty text. */
static const char *
address_or_none(const struct prefix *p, char text[PREFIX_TEXT])
{
	return (p->family == 0 ? "" : prefix_format_addr(p, text));
}

int
peerjson_ovpn(const struct msg_ovpn_item *m, char *buf, size_t size)
{
	char ip4[PREFIX_TEXT], ip6[PREFIX_TEXT];
	struct jsonw w;

	jsonw_init(&w, buf, size);
	jsonw_add(&w, "{\"common_name\":");
	jsonw_string(&w, m->cn);
	jsonw_add(&w, ",\"ip_four\":\"%s\",\"ip_six\":\"%s\"",
	    address_or_none(&m->ip4, ip4), address_or_none(&m->ip6, ip6));
	return (jsonw_end(&w, "}"));
}

int
peerjson_change(const struct msg_set_change *m, char *buf, size_t size)
{
	const struct lease_answer *p;
	char key[WGKEY_TEXT];
	struct jsonw w;

	jsonw_init(&w, buf, size);
	jsonw_add(&w, "{\"public_key\":\"%s\"", wgkey_format(m->pubkey, key));
	if (m->op == SET_REMOVED)
		jsonw_add(&w, ",\"rx_bytes\":%llu,\"tx_bytes\":%llu",
		    (unsigned long long)m->rx, (unsigned long long)m->tx);
	if (m->op == SET_REJECTED) {
		p = lease_answer(m->code);
		jsonw_add(&w, ",\"code\":\"%s\",\"detail\":", p->code);
		jsonw_string(&w, m->text[0] != '\0' ? m->text : p->text);
	}
	return (jsonw_end(&w, "}"));
}

static const char *
parse_addresses(const json_t *v, struct msg_owned_put *m)
{
	const char *s;
	size_t i;

	if (!json_is_array(v) || json_array_size(v) < 1 ||
	    json_array_size(v) > PEER_ADDRS_MAX)
		return ("addresses is not a list of 1 to 16 strings");
	for (i = 0; i < json_array_size(v); i++) {
		s = json_string_value(json_array_get(v, i));
		if (s == NULL || prefix_parse(s, &m->addrs[i]) == -1 ||
		    !prefix_is_canonical(&m->addrs[i]))
			return (
			    "addresses has something else than an address or prefix");
	}
	m->naddrs = (uint8_t)i;
	return (NULL);
}

/* Null and a key of zeros remove it. */
static const char *
parse_psk(const json_t *v, struct msg_owned_put *m)
{
	const char *s = json_string_value(v);

	m->psk_op = PSK_REMOVE;
	if (json_is_null(v))
		return (NULL);
	if (s == NULL || wgkey_parse(s, json_string_length(v), m->psk) == -1)
		return ("preshared_key is not 32 bytes in base64, or null");
	if (!sodium_is_zero(m->psk, sizeof(m->psk)))
		m->psk_op = PSK_SET;
	return (NULL);
}

static const char *
parse_member(const char *name, const json_t *v, struct msg_owned_put *m)
{
	const char *s = json_string_value(v);
	uint8_t key[WGKEY_LEN];

	if (strcmp(name, "addresses") == 0)
		return (parse_addresses(v, m));
	if (strcmp(name, "name") == 0) {
		if (s == NULL || !printable_utf8(s, strlen(s)) ||
		    strlcpy(m->name, s, sizeof(m->name)) >= sizeof(m->name))
			return (
			    "name is not a string of at most 64 printable bytes");
		return (NULL);
	}
	if (strcmp(name, "preshared_key") == 0)
		return (parse_psk(v, m));
	if (strcmp(name, "public_key") == 0) {
		if (s == NULL ||
		    wgkey_parse(s, json_string_length(v), key) == -1 ||
		    memcmp(key, m->pubkey, sizeof(key)) != 0)
			return ("public_key is not that of the path");
		return (NULL);
	}
	return (
	    "only addresses, name, preshared_key and public_key are known members");
}

int
peerjson_parse(const char *body, size_t len, struct msg_owned_put *m,
    const char **code, const char **detail)
{
	const char *name;
	json_error_t err;
	json_t *root, *v;

	*code = "bad-request";
	*detail = NULL;
	root = json_loadb(body, len, JSON_REJECT_DUPLICATES, &err);
	if (root == NULL || !json_is_object(root)) {
		*detail =
		    "the body is not one JSON object without duplicate members";
		json_decref(root);
		return (-1);
	}
	json_object_foreach(root, name, v)
	{
		if ((*detail = parse_member(name, v, m)) != NULL)
			break;
	}
	if (*detail == NULL && m->naddrs == 0)
		*detail = "addresses is missing";
	json_decref(root);
	return (*detail == NULL ? 0 : -1);
}

int
peerjson_path_key(const char *s, size_t len, uint8_t key[WGKEY_LEN])
{
	char text[WGKEY_TEXT];
	size_t i;

	if (len != WGKEY_TEXT - 1 && len != WGKEY_TEXT - 2) {
		errno = EINVAL;
		return (-1);
	}
	memcpy(text, s, len);
	text[WGKEY_TEXT - 2] = len == WGKEY_TEXT - 1 ? s[len - 1] : '=';
	text[WGKEY_TEXT - 1] = '\0';
	for (i = 0; i < WGKEY_TEXT - 1; i++) {
		if (text[i] == '+' || text[i] == '/') {
			errno = EINVAL;
			return (-1);
		}
		if (text[i] == '-')
			text[i] = '+';
		else if (text[i] == '_')
			text[i] = '/';
	}
	return (wgkey_parse(text, WGKEY_TEXT - 1, key));
}
