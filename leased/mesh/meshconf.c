/* SPDX-License-Identifier: ISC */
/*
 * The defaults of the words about the mesh.
 */

#include <string.h>

#include "meshconf.h"

void
meshconf_defaults(struct meshconf *c)
{
	memset(c, 0, sizeof(*c));
	(void)prefix_parse(RANGE4_DEFAULT, &c->range[0]);
	(void)prefix_parse(RANGE6_DEFAULT, &c->range[1]);
	c->full_max = MEMBERS_FULL;
	c->hub_max = MEMBERS_HUB;
	c->nets_max = MESHES_MAX;
}
