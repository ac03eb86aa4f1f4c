/* SPDX-License-Identifier: ISC */
/*
 * autowg's formats, byte for byte: its client cuts lines at '=', and its
 * dashboards compare text.
 */

#include <sys/socket.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "autowg.h"
#include "jsonw.h"

int
autowg_key(const char *body, size_t len, uint8_t key[WGKEY_LEN])
{
	char text[WGKEY_TEXT];
	size_t i, n = 0;
	char c;

	for (i = 0; i < len; i++) {
		c = body[i];
		if ((unsigned char)c >= 0x80)
			goto fail;
		if (!((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
		    (c >= '0' && c <= '9') || c == '+' || c == '/' ||
		    c == '='))
			continue;
		if (n == WGKEY_TEXT - 1)
			goto fail;
		text[n++] = c;
	}
	return (wgkey_parse(text, n, key));
fail:
	errno = EINVAL;
	return (-1);
}

bool
autowg_has_preshared(const char *body, size_t len)
{
	uint8_t key[WGKEY_LEN];
	const char *second;
	size_t first;
	bool has;

	if ((second = memchr(body, '\n', len)) == NULL)
		return (false);
	first = (size_t)(second++ - body);
	has = autowg_key(body, first, key) == 0 &&
	    autowg_key(second, len - first - 1, key) == 0;
	explicit_bzero(key, sizeof(key));
	return (has);
}

static const struct prefix *
first_v6(const struct prefix *p, unsigned int n)
{
	unsigned int i;

	for (i = 0; i < n; i++) {
		if (p[i].family == AF_INET6)
			return (&p[i]);
	}
	return (NULL);
}

int
autowg_lease(const struct devconf *d, char buf[AUTOWG_LEASE_SIZE])
{
	char ip[PREFIX_TEXT], key[WGKEY_TEXT], route[PREFIX_TEXT];
	char endpoint[DEVCONF_ENDPOINT];
	const struct prefix *a, *r;

	a = first_v6(d->lease->addrs, d->lease->naddrs);
	r = first_v6(d->net->routes, d->net->nroutes);
	if (a == NULL || r == NULL) {
		errno = EAFNOSUPPORT;
		return (-1);
	}
	return (snprintf(buf, AUTOWG_LEASE_SIZE,
	    "endpoint=%s\n"
	    "pubkey=%s\nroute=%s\nip=%s\nkeepalive=%u\n",
	    devconf_endpoint(d, endpoint), wgkey_format(d->server->pubkey, key),
	    prefix_format(r, route), prefix_format_addr(a, ip),
	    d->net->keepalive));
}

int
autowg_item(const struct msg_peer_item *m, char *buf, size_t size)
{
	char ip[PREFIX_TEXT] = "", key[WGKEY_TEXT];
	const struct prefix *a;
	struct jsonw w;

	if ((a = first_v6(m->addrs, m->naddrs)) != NULL)
		(void)prefix_format_addr(a, ip);
	jsonw_init(&w, buf, size);
	jsonw_add(&w, "\n    ");
	jsonw_string(&w, m->name);
	jsonw_add(&w,
	    ": {\n"
	    "        \"created\": %lld,\n"
	    "        \"ip\": \"%s\",\n"
	    "        \"last_handshake\": %lld,\n"
	    "        \"pubkey\": \"%s\",\n"
	    "        \"rx_bytes\": %llu,\n"
	    "        \"tx_bytes\": %llu\n"
	    "    }",
	    (long long)m->created, ip, (long long)m->handshake,
	    wgkey_format(m->pubkey, key), (unsigned long long)m->rx,
	    (unsigned long long)m->tx);
	return (w.full ? -1 : (int)w.len);
}
