/* SPDX-License-Identifier: ISC */
/*
 * Certificates from the service manager.
 */

#ifndef CREDS_H
#define CREDS_H

struct config;

/*
 * Give a portal's listener without TLS the certificates of the service manager,
 * if there are any.
 */
void	 config_credentials(struct config *);

#endif
