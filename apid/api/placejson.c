/* SPDX-License-Identifier: ISC */
/*
 * Places of members.
 */

#include <sys/socket.h>

#include "msg_mesh.h"
#include "placejson.h"

void
placejson_endpoint(struct jsonw *w, const struct prefix *p, uint16_t port)
{
	char text[PREFIX_TEXT];

	jsonw_add(w, p->family == AF_INET6 ? "\"[%s]:%u\"" : "\"%s:%u\"",
	    prefix_format_addr(p, text), port);
}

void
placejson_add(struct jsonw *w, const struct prefix *p, uint16_t port,
    uint8_t nat, uint64_t via)
{
	static const char *const nats[] = { [NAT_UNKNOWN] = "unknown",
		[NAT_OPEN] = "open",
		[NAT_CONE] = "cone",
		[NAT_HARD] = "hard" };

	if (p->family != 0) {
		jsonw_add(w, "\"endpoint\":");
		placejson_endpoint(w, p, port);
		jsonw_add(w, ",");
	}
	jsonw_add(w, "\"nat\":\"%s\",", nats[nat]);
	if (via != 0)
		jsonw_add(w, "\"via\":\"m%llu\",", (unsigned long long)via);
}
