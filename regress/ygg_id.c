/* SPDX-License-Identifier: ISC */
/*
 * Clients of autoygg: their keys, addresses and requests.
 */

#include <stdio.h>
#include <string.h>

#include <sodium.h>

#include "ygg_id.h"

#define BODY	2048

/*
 * The address as Yggdrasil's own documentation tells it: the key, inverted, as
 * a string of bits, without the ones that it begins with and the zero behind
 * them.
 */
static void
address(const unsigned char *key, struct in6_addr *in)
{
	char bits[8 * YGG_KEY + 1], *p;
	size_t i, n;

	for (i = 0; i < 8 * YGG_KEY; i++)
		bits[i] = key[i / 8] & (0x80 >> i % 8) ? '0' : '1';
	bits[i] = '\0';
	n = strspn(bits, "1");
	p = bits + n + 1;
	memset(in, 0, sizeof(*in));
	in->s6_addr[0] = 2;
	in->s6_addr[1] = (unsigned char)n;
	for (i = 0; i < 112; i++)
		if (p[i] == '1')
			in->s6_addr[2 + i / 8] |= (unsigned char)(0x80 >>
			    i % 8);
}

void
ygg_id_make(struct ygg_id *id, unsigned long number)
{
	unsigned char key[YGG_KEY], in[8];

	memset(id, 0, sizeof(*id));
	id->number = number;
	memset(in, 0, sizeof(in));
	memcpy(in, &number, sizeof(number));
	crypto_generichash(key, YGG_KEY, in, sizeof(in), NULL, 0);
	sodium_bin2hex(id->key, sizeof(id->key), key, YGG_KEY);
	id->addr.sin6_family = AF_INET6;
	address(key, &id->addr.sin6_addr);
}

int
ygg_id_info(char *dst, size_t size, const char *host, const char *port)
{
	return (snprintf(dst, size,
	    "GET /info HTTP/1.1\r\nHost: [%s]:%s\r\nUser-Agent: Go-http-client/1.1\r\nAccept-Encoding: gzip\r\n\r\n",
	    host, port));
}

int
ygg_id_post(char *dst, size_t size, const struct ygg_id *id, const char *host,
    const char *port, const char *action, const char *const contact[3])
{
	char body[BODY];

	snprintf(body, sizeof(body),
	    "{\"ID\":0,\"CreatedAt\":\"0001-01-01T00:00:00Z\",\"UpdatedAt\":\"0001-01-01T00:00:00Z\",\"DeletedAt\":null,\"State\":\"\",\"GatewayPublicKey\":\"\",\"PublicKey\":\"%s\",\"YggIP\":\"\",\"ClientIP\":\"\",\"ClientNetMask\":0,\"ClientGateway\":\"\",\"ClientTunnelName\":\"\",\"ClientName\":\"%s\",\"ClientEmail\":\"%s\",\"ClientPhone\":\"%s\",\"ClientVersion\":\"dev\",\"LeaseExpires\":\"0001-01-01T00:00:00Z\",\"Error\":\"\"}",
	    id->key, contact[0], contact[1], contact[2]);
	return (snprintf(dst, size,
	    "POST /%s HTTP/1.1\r\nHost: [%s]:%s\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: %zu\r\nContent-Type: application/json\r\nAccept-Encoding: gzip\r\n\r\n%s",
	    action, host, port, strlen(body), body));
}
