/* SPDX-License-Identifier: ISC */
/*
 * One HTTP call as a portal makes it: a connection for each, plain or with
 * TLS 1.3 and a client certificate, or all on one with keep.
 */

#ifndef PORTALC_H
#define PORTALC_H

#include <openssl/ssl.h>

#include <stdbool.h>
#include <stddef.h>

struct portalc {
	const char	*host;		/* an IPv4 address */
	const char	*port;
	bool		 keep;
	SSL_CTX		*tls;		/* NULL: plain */
	int		 fd;		/* -1: none open */
	SSL		*ssl;
	char		*buf;		/* the last answer, as it came */
	size_t		 len;
	size_t		 size;
	int		 status;	/* 0: none came within 4 s */
	char		*body;		/* in buf, with a NUL behind */
	size_t		 body_len;
	long		 slowest_ms;
};

long	 portalc_ms(void);
/* CA, certificate and key as PEM files: from now on with TLS. */
void	 portalc_tls(struct portalc *, const char *, const char *, const char *);
/*
 * Call; with a body it is a form.  Returns the status, also in the struct, or
 * 0 if there is no connection or no whole answer.
 */
int	 portalc_call(struct portalc *, const char *method, const char *path,
    const char *body);
void	 portalc_close(struct portalc *);

#endif
