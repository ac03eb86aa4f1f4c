/* SPDX-License-Identifier: ISC */
/*
 * Certificates that the service manager brings, as it does for vpn-daemon.  A
 * portal's listener with proof = "certificate" and without tls takes them from
 * the directory of credentials.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conferror.h"
#include "config.h"
#include "creds.h"

static int
set_path(struct config *c, unsigned int i, char *dst, const char *dir,
    const char *file)
{
	int n;

	n = snprintf(dst, CONF_PATH, "%s/%s", dir, file);
	if (n > 0 && n < CONF_PATH)
		return (0);
	*dst = '\0';
	config_error(c, config_line(c, "listen[].address", i),
	    "listen[%u]: CREDENTIALS_DIRECTORY is longer than %d bytes", i,
	    CONF_PATH - 32);
	return (-1);
}

void
config_credentials(struct config *c)
{
	struct conf_listen *l;
	const char *dir;
	unsigned int i;

	dir = getenv("CREDENTIALS_DIRECTORY");
	if (dir == NULL || *dir != '/')
		return;
	for (i = 0; i < c->nlisten; i++) {
		l = &c->listen[i];
		if ((l->api & API_PORTAL) == 0 || l->has_tls ||
		    l->proof != PROOF_CERTIFICATE)
			continue;
		if (set_path(c, i, l->certificate, dir, "server.crt") == -1 ||
		    set_path(c, i, l->key, dir, "server.key") == -1 ||
		    set_path(c, i, l->client_ca, dir, "ca.crt") == -1 ||
		    set_path(c, i, l->crl, dir, "tls.crl") == -1)
			return;
		/* The revocation list may be missing. */
		if (access(l->crl, F_OK) == -1)
			*l->crl = '\0';
		l->has_tls = l->credentials = true;
	}
}
