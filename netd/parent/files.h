/* SPDX-License-Identifier: ISC */
/*
 * A configuration with all files and sockets that it names.
 */

#ifndef FILES_H
#define FILES_H

#include "access.h"
#include "config.h"

#define ACCESS_MAX	100000	/* lines of the access list */

/* A configuration with everything that it names opened. */
struct bundle {
	struct config	*conf;
	int		 listen[LISTEN_MAX];	/* -1: not open yet */
	/* index: enum conf_cert */
	int		 cert[LISTEN_MAX][CERT_CRL + 1];
	int		 key[LISTEN_MAX];
	int		 rule_ca[IDENT_MAX];
	int		 wgkey[NETWORKS_MAX];
	/*
	 * Why a listener is off: a file of its tls group cannot be used.  ""
	 * means that it is on.
	 */
	char		 off[LISTEN_MAX][TEXT_SIZE];
	bool		 may_off[LISTEN_MAX];	/* that is no error */
	struct access_list access;
	bool		 access_broken;	/* at start: nobody is let in */
	char		 basic[129];	/* "user:password"; "" is none */
};

/*
 * Open everything that conf names.  old, or NULL, has sockets that may stay.
 * Takes over conf.  Returns NULL if there is no memory; errors are noted in
 * conf.
 *
 * At start, and where it was off before, a listener whose certificate, key, CA
 * or CRL cannot be used is off, which keeps nothing else from running.
 */
struct bundle *bundle_open(struct config *, const struct bundle *old);
/*
 * The same to check the files alone: nothing is made, and no socket listens.
 */
struct bundle *bundle_try(struct config *);
/* True if the fronts get this listener. */
bool	 bundle_listens(const struct bundle *, unsigned int);
/* Make the key file of network i if it is absent.  Errors are noted. */
void	 files_make_key(struct config *, unsigned int i);
void	 bundle_free(struct bundle *);
/* Open a file of the bundle again, for reading from its beginning. */
int	 bundle_reopen(int fd);

#endif
