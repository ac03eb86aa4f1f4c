/* SPDX-License-Identifier: ISC */
/*
 * TLS of a device: the connection to its server.  TLS 1.3 only; the server
 * proves its name with a certificate of an authority in the file, and the
 * device shows its own certificate, whose key is at the key holder.
 */

#ifndef TLSCLIENT_H
#define TLSCLIENT_H

#include <stdbool.h>
#include <stddef.h>

struct tlskey;
struct tlsclient;		/* certificate and authorities */
struct tlssession;		/* a connection */

enum tlsclient_result {
	TLSCLIENT_OK,
	TLSCLIENT_READ,		/* repeat when the socket is readable */
	TLSCLIENT_WRITE,	/* repeat when the socket is writable */
	TLSCLIENT_EOF,
	TLSCLIENT_ERROR
};

/*
 * Read the certificate with its issuers, and the authorities of servers; the
 * descriptors stay the caller's.  Returns NULL with a text in err.
 */
struct tlsclient *tlsclient_new(struct tlskey *, int chain_fd, int ca_fd,
	    char *err, size_t errsize);
void	 tlsclient_free(struct tlsclient *);	/* NULL is allowed */

/*
 * A connection on fd, a connected non-blocking socket, which stays the
 * caller's, to a server with this name or address.  It must not outlive the
 * tlsclient.
 */
struct tlssession *tlssession_new(struct tlsclient *, int fd, const char *host);
void	 tlssession_free(struct tlssession *);
enum tlsclient_result tlssession_handshake(struct tlssession *);
enum tlsclient_result
tlssession_read(struct tlssession *, void *, size_t, size_t *n);
enum tlsclient_result
tlssession_write(struct tlssession *, const void *, size_t, size_t *n);
bool	 tlssession_pending(const struct tlssession *);
/* Why it ended, in one line fit for the log. */
const char *tlssession_error(const struct tlssession *);

#endif
