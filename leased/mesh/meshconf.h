/* SPDX-License-Identifier: ISC */
/*
 * The configuration of the mesh.
 */

#ifndef MESHCONF_H
#define MESHCONF_H

#include "addr.h"

#define RANGE4_DEFAULT	"100.64.0.0/10"
#define RANGE6_DEFAULT	"fd73:616c:6c79::/48"
#define MEMBERS_FULL	2000
#define MEMBERS_HUB	10000
#define MESHES_MAX	1000
#define PORT_DEFAULT	51820

/* Addresses that no mesh may have, and the network that has them. */
struct mesh_reserved {
	struct prefix	 prefix;
	const char	*network;
};

struct meshconf {
	struct prefix	 range[2];	/* IPv4, IPv6: of tenants without one */
	unsigned int	 full_max;	/* members of a full mesh */
	unsigned int	 hub_max;	/* members of a mesh with hubs */
	unsigned int	 nets_max;	/* meshes of all tenants */
	const struct mesh_reserved *reserved;	/* nreserved of them */
	size_t		 nreserved;
};

/* The values without a configuration. */
void	 meshconf_defaults(struct meshconf *);

#endif
