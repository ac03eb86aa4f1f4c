/* SPDX-License-Identifier: ISC */
/*
 * Names and addresses of the fleet, for a DNS server or for /etc/hosts.
 */

#ifndef EXPORTNAMES_H
#define EXPORTNAMES_H

#include "client.h"
#include "grammar.h"
#include "output.h"

int	 export_names(struct client *, const struct request *, struct output *);

#endif
