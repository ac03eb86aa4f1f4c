/* SPDX-License-Identifier: ISC */
/*
 * The fleet as text: /etc/hosts, a zone of DNS, or a reverse zone.
 */

#ifndef ZONE_H
#define ZONE_H

#include <stdio.h>

#include "dnsname.h"

#define ZONE_REVERSE	80	/* room for the name of a reverse zone */
#define ZONE_MARK	"; serial"	/* ends the line of the serial */
#define ZONE_BEGIN	"; by sallyctl export zone"
#define HOSTS_BEGIN	"# by sallyctl export hosts"

struct zone {
	char		 origin[DNS_NAME];	/* hosts: "" is none */
	char		 server[DNS_NAME];	/* its name server, or "" */
	struct prefix	 reverse;	/* family 0: a forward zone */
	bool		 hosts;		/* /etc/hosts, and no zone */
	struct prefix	 gateway[NETWORKS_MAX * NET_ADDRS_MAX];
	unsigned int	 ngateway;
	struct dnshosts	 hosts_of;	/* settled */
};

/*
 * The name of the reverse zone of a prefix.  Returns 0, or -1 if it has none:
 * IPv4 is divided after each byte, and IPv6 after each four bits.
 */
int	 zone_reverse_name(const struct prefix *, char *dst);
/* Write it all.  Errors are the stream's. */
void	 zone_write(FILE *, const struct zone *, uint32_t serial);

#endif
