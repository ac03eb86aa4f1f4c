/* SPDX-License-Identifier: ISC */
/*
 * Certificates that the service manager brings.
 */

#ifndef CREDS_H
#define CREDS_H

struct config;

/* Give a portal's listener without TLS the certificates that the service
 * manager brought, if it did. */
void	 config_credentials(struct config *);

#endif
