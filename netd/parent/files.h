/* SPDX-License-Identifier: ISC */
/*
 * A configuration with all the files and sockets that it names opened.
 */

#ifndef FILES_H
#define FILES_H

#include "access.h"
#include "config.h"

#define ACCESS_MAX	100000	/* names in the access list */

/* A configuration with everything it names opened. */
struct bundle {
	struct config	*conf;
	int		 listen[LISTEN_MAX];
	/* by enum conf_cert */
	int		 cert[LISTEN_MAX][CERT_CRL + 1];
	int		 key[LISTEN_MAX];
	int		 wgkey[NETWORKS_MAX];
	struct access_list access;
	char		 basic[129];	/* "" is none */
};

/*
 * Open everything conf names; old (or NULL) has sockets that may stay.  Takes
 * conf over.  Returns NULL without memory; errors are noted in conf.
 */
struct bundle *bundle_open(struct config *, const struct bundle *old);
void	 bundle_free(struct bundle *);
/* Open a file of the bundle again, read only, from its beginning. */
int	 bundle_reopen(int fd);

#endif
