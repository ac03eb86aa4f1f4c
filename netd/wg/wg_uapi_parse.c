/* SPDX-License-Identifier: ISC */
/*
 * Parsing the answers of the cross-platform WireGuard protocol: lines
 * "key=value", an "errno=N", an empty line.  This is a pure function of its
 * bytes, in portions of any size.
 */

#include <netinet/in.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "kern_ops.h"
#include "wg_uapi_parse.h"

static int
bad(void)
{
	errno = EBADMSG;
	return (-1);
}

void
uapi_parser_init(struct uapi_parser *u, struct snapshot *s)
{
	memset(u, 0, sizeof(*u));
	u->snap = s;
}

void
uapi_parser_wipe(struct uapi_parser *u)
{
	sodium_memzero(u->line, sizeof(u->line));
}

static int
get_hexkey(const char *v, uint8_t key[WGKEY_LEN])
{
	size_t n;

	if (strlen(v) != WGKEY_LEN * 2 ||
	    sodium_hex2bin(key, WGKEY_LEN, v, WGKEY_LEN * 2, NULL, &n, NULL) !=
		0 ||
	    n != WGKEY_LEN)
		return (bad());
	return (0);
}

/* Get an unsigned decimal number and nothing else. */
static int
get_number(const char *v, uint64_t max, uint64_t *out)
{
	uint64_t n = 0;
	unsigned int d;

	if (*v == '\0')
		return (bad());
	for (; *v != '\0'; v++) {
		if (*v < '0' || *v > '9')
			return (bad());
		d = (unsigned int)(*v - '0');
		if (n > (max - d) / 10)
			return (bad());
		n = n * 10 + d;
	}
	*out = n;
	return (0);
}

/* "errno=N" or "errno=-N": wireguard-go negates some. */
static int
take_errno(struct uapi_parser *u, const char *v)
{
	uint64_t n;

	if (*v == '-')
		v++;
	if (get_number(v, 4095, &n) == -1)
		return (-1);
	u->error = (int)n;
	u->has_error = true;
	return (0);
}

static int
take_endpoint(struct snappeer *p, const char *v)
{
	/*
	 * An address with a zone, which a link-local peer has, is not shown, and
	 * that is all.
	 */
	(void)endpoint_parse(v, &p->endpoint, &p->port);
	return (0);
}

static int
take_allowed(struct snapshot *s, const char *v)
{
	struct prefix a;

	if (s->naddrs >= UAPI_ADDRS_MAX) {
		errno = E2BIG;
		return (-1);
	}
	if (strchr(v, '/') == NULL || prefix_parse(v, &a) == -1)
		return (bad());
	prefix_mask(&a);
	return (snapshot_add_addr(s, &a));
}

/* Take a word of the device, before the first peer. */
static int
take_device(struct snapshot *s, const char *k, const char *v)
{
	uint8_t priv[WGKEY_LEN];
	uint64_t n;
	int r;

	if (strcmp(k, "private_key") == 0) {
		r = get_hexkey(v, priv);
		if (r == 0) {
			wgkey_public(s->pub, priv);
			s->has_key = true;
		}
		sodium_memzero(priv, sizeof(priv));
		return (r);
	}
	if (strcmp(k, "listen_port") == 0) {
		if (get_number(v, UINT16_MAX, &n) == -1)
			return (-1);
		s->port = (uint16_t)n;
	}
	return (0);
}

static int
take_peer(struct snapshot *s, const char *k, const char *v)
{
	struct snappeer *p = &s->peers[s->npeers - 1];
	uint8_t psk[WGKEY_LEN];
	uint64_t n;
	int r;

	if (strcmp(k, "allowed_ip") == 0)
		return (take_allowed(s, v));
	if (strcmp(k, "endpoint") == 0)
		return (take_endpoint(p, v));
	if (strcmp(k, "preshared_key") == 0) {
		r = get_hexkey(v, psk);
		if (r == 0)
			p->psk = snapshot_psk(psk);
		sodium_memzero(psk, sizeof(psk));
		return (r);
	}
	if (strcmp(k, "persistent_keepalive_interval") == 0) {
		if (get_number(v, UINT16_MAX, &n) == -1)
			return (-1);
		p->keepalive = (uint16_t)n;
	}
	if (strcmp(k, "rx_bytes") == 0)
		return (get_number(v, UINT64_MAX, &p->rx));
	if (strcmp(k, "tx_bytes") == 0)
		return (get_number(v, UINT64_MAX, &p->tx));
	if (strcmp(k, "last_handshake_time_sec") == 0) {
		if (get_number(v, INT64_MAX, &n) == -1)
			return (-1);
		p->handshake = (int64_t)n;
	}
	return (0);
}

static int
take_line(struct uapi_parser *u)
{
	struct snapshot *s = u->snap;
	uint8_t key[WGKEY_LEN];
	char *v;

	if (u->line[0] == '\0') {
		if (!u->has_error)
			return (bad());
		u->done = true;
		return (0);
	}
	v = strchr(u->line, '=');
	if (v == NULL || u->has_error)
		return (bad());
	*v++ = '\0';
	if (strcmp(u->line, "errno") == 0)
		return (take_errno(u, v));
	if (s == NULL)
		return (0);
	if (strcmp(u->line, "public_key") == 0) {
		if (get_hexkey(v, key) == -1)
			return (-1);
		if (s->npeers >= UAPI_PEERS_MAX) {
			errno = E2BIG;
			return (-1);
		}
		return (snapshot_add_peer(s, key) == NULL ? -1 : 0);
	}
	if (s->npeers == 0)
		return (take_device(s, u->line, v));
	return (take_peer(s, u->line, v));
}

int
uapi_parser_feed(struct uapi_parser *u, const char *p, size_t n)
{
	const char *nl;
	size_t len;

	while (n > 0) {
		if (u->done)
			return (bad());
		nl = memchr(p, '\n', n);
		len = nl == NULL ? n : (size_t)(nl - p);
		if (len >= sizeof(u->line) - u->len ||
		    memchr(p, '\0', len) != NULL)
			return (bad());
		memcpy(u->line + u->len, p, len);
		u->len += len;
		if (nl == NULL)
			return (0);
		u->line[u->len] = '\0';
		u->len = 0;
		if (take_line(u) == -1)
			return (-1);
		p += len + 1;
		n -= len + 1;
	}
	return (0);
}
