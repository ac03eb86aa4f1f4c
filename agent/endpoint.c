/* SPDX-License-Identifier: ISC */
/*
 * Conversions of endpoints.
 */

#include <arpa/inet.h>
#include <netinet/in.h>

#include <stdlib.h>
#include <string.h>

#include "endpoint.h"

void
endpoint_to_sockaddr(const struct map_endpoint *e, struct sockaddr_storage *ss,
    socklen_t *len)
{
	struct sockaddr_in6 sin6;
	struct sockaddr_in sin;

	memset(ss, 0, sizeof(*ss));
	if (e->addr.family == AF_INET) {
		memset(&sin, 0, sizeof(sin));
		sin.sin_family = AF_INET;
		sin.sin_port = htons(e->port);
		memcpy(&sin.sin_addr, e->addr.addr, sizeof(sin.sin_addr));
		memcpy(ss, &sin, *len = sizeof(sin));
	} else {
		memset(&sin6, 0, sizeof(sin6));
		sin6.sin6_family = e->addr.family;
		sin6.sin6_port = htons(e->port);
		memcpy(&sin6.sin6_addr, e->addr.addr, sizeof(sin6.sin6_addr));
		memcpy(ss, &sin6, *len = sizeof(sin6));
	}
}

void
endpoint_from_sockaddr(struct map_endpoint *e, const struct sockaddr *sa)
{
	struct sockaddr_in6 sin6;
	struct sockaddr_in sin;

	memset(e, 0, sizeof(*e));
	e->addr = prefix_from_sockaddr(sa);
	if (e->addr.family == 0)
		return;
	if (sa->sa_family == AF_INET) {
		memcpy(&sin, sa, sizeof(sin));
		e->port = ntohs(sin.sin_port);
	} else {
		memcpy(&sin6, sa, sizeof(sin6));
		e->port = ntohs(sin6.sin6_port);
	}
}

const char *
endpoint_format(const struct map_endpoint *e, char *dst)
{
	struct sockaddr_storage ss;
	socklen_t len;

	if (e->addr.family == 0) {
		dst[0] = '\0';
		return (dst);
	}
	endpoint_to_sockaddr(e, &ss, &len);
	return (sockaddr_format((struct sockaddr *)&ss, dst));
}

int
endpoint_split(char *s, char **name, uint16_t *port)
{
	const char *why;
	char *colon;

	if ((colon = strrchr(s, ':')) == NULL || colon == s)
		return (-1);
	*colon = '\0';
	if (colon[1] < '1' || colon[1] > '9')
		return (-1);
	*port = (uint16_t)strtonum(colon + 1, 1, UINT16_MAX, &why);
	if (why != NULL)
		return (-1);
	if (*s == '[') {
		if (colon[-1] != ']')
			return (-1);
		colon[-1] = '\0';
		s++;
	} else if (strchr(s, ':') != NULL)
		return (-1);
	*name = s;
	return (*s != '\0' ? 0 : -1);
}
