/* SPDX-License-Identifier: ISC */
/*
 * Clients of autoygg for tests and the benchmark: nodes of Yggdrasil by their
 * numbers, and the requests of the original's client, byte by byte.
 */

#ifndef YGG_ID_H
#define YGG_ID_H

#include <netinet/in.h>

#include <stddef.h>

#define YGG_KEY	32

struct ygg_id {
	unsigned long	 number;
	char		 key[2 * YGG_KEY + 1];	/* hexadecimal */
	struct sockaddr_in6 addr;	/* its key's; port 0 */
};

/* Make the client of this number, the same in every run. */
void	 ygg_id_make(struct ygg_id *, unsigned long number);
/* Both return the length, as snprintf does. */
int ygg_id_info(char *, size_t, const char *host, const char *port);
/* contact has name, e-mail and phone, which may be "". */
int ygg_id_post(char *, size_t, const struct ygg_id *, const char *host,
    const char *port, const char *action, const char *const contact[3]);

#endif
