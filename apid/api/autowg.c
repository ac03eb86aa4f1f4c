/* SPDX-License-Identifier: ISC */
/*
 * autowg's formats, byte for byte: its client cuts lines at '=', and its
 * dashboards compare text.
 */

#include <sys/socket.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <sodium.h>

#include "autowg.h"
#include "jsonw.h"

/*
 * Get the key that is all of the text.  Returns 1, 0 if there is nothing in the
 * text, or -1.
 */
static int
take_key(const char *body, size_t len, uint8_t key[WGKEY_LEN])
{
	char text[WGKEY_TEXT];
	size_t i, n = 0;
	char c;
	int r = -1;

	for (i = 0; i < len; i++) {
		c = body[i];
		if ((unsigned char)c >= 0x80)
			goto done;
		if (!((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
		    (c >= '0' && c <= '9') || c == '+' || c == '/' ||
		    c == '='))
			continue;
		if (n == WGKEY_TEXT - 1)
			goto done;
		text[n++] = c;
	}
	r = n == 0 ? 0 : wgkey_parse(text, n, key) == 0 ? 1 : -1;
done:
	sodium_memzero(text, sizeof(text));
	return (r);
}

int
autowg_parse(const char *body, size_t len, struct autowg_keys *k)
{
	const char *second;
	size_t first;
	int r;

	memset(k, 0, sizeof(*k));
	if (take_key(body, len, k->pubkey) == 1)
		return (0);
	if ((second = memchr(body, '\n', len)) == NULL)
		goto bad;
	first = (size_t)(second++ - body);
	if (take_key(body, first, k->pubkey) != 1 ||
	    (r = take_key(second, len - first - 1, k->psk)) == -1)
		goto bad;
	/* WireGuard has no preshared key of zeros: that is none. */
	k->has_psk = r == 1 && !sodium_is_zero(k->psk, sizeof(k->psk));
	return (0);
bad:
	sodium_memzero(k, sizeof(*k));
	errno = EINVAL;
	return (-1);
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
	    "        \"tx_bytes\": %llu,\n"
	    "        \"using_psk\": %s\n",
	    (long long)m->created, ip, (long long)m->handshake,
	    wgkey_format(m->pubkey, key), (unsigned long long)m->rx,
	    (unsigned long long)m->tx, m->psk ? "true" : "false");
	return (jsonw_end(&w, "    }"));
}
