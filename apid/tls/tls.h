/* SPDX-License-Identifier: ISC */
/*
 * TLS of the front: one server for each listener, built from descriptors that
 * the parent opened, and the connections on it.  TLS 1.3 only, a client
 * certificate is required, nothing is ever resumed.  The private key is not
 * here: signatures come over tlskey.h.
 */

#ifndef TLS_H
#define TLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct san_list;
struct tls_issuers;
struct tls_server;
struct tls_conn;
struct tlskey;

#define TLS_CRL_MAX	(16 * 1024 * 1024)	/* bytes of a CRL file */
#define TLS_SERIAL_TEXT	44	/* a serial number in hexadecimal, with NUL */

struct tls_server_args {
	struct tlskey	*key;		/* must outlive the server */
	const char	*name;		/* the listener, for texts; copied */
	uint16_t	 index;		/* of the listener: names the key */
	int		 chain_fd;	/* PEM: the server's leaf, then its issuers */
	int		 ca_fd;		/* PEM: who issues client certificates */
	int		 crl_fd;	/* PEM, or -1: nothing is ever revoked */
	uint8_t		 depth;		/* most CAs between client and client_ca */
	bool		 require_eku;	/* a client must say clientAuth */
	bool		 first;		/* take files out of their time, too */
	bool		 any_cn;	/* a client need not have a usable CN */
	struct tls_issuers *issuers;	/* rules' CAs, or NULL; shared */
	uint8_t		*word;		/* set with err: enum conf_word */
	const struct tls_server *old;	/* in force for the listener, or NULL */
};

/*
 * Make a server.  Reads the descriptors to their (bounded) end and leaves them
 * open, since they belong to the caller.  Returns NULL with one line in err
 * that says what is wrong with which file, for CONF_NAK.  The key itself is not
 * used: see tls_server_selftest.
 */
struct tls_server *
tls_server_new(const struct tls_server_args *, char *err, size_t errsize);
struct tls_server *tls_server_ref(struct tls_server *);
void	 tls_server_unref(struct tls_server *);	/* NULL is allowed */

/*
 * Use another CRL, by the same rules as in tls_server_new.  From the next
 * tls_conn_recheck on it also cuts off connected clients.  Returns 0, or -1
 * with err; then the old CRL stays.
 */
int tls_server_set_crl(struct tls_server *, int fd, char *err, size_t errsize);

/*
 * The number of CAs in client_ca that are independent of each other: not one
 * renewed, and not one below another.
 */
unsigned int tls_server_roots(const struct tls_server *);

/*
 * Have the key holder sign once, and compare with the certificate.  Waits at
 * most TLSKEY_WAIT_MS.  Returns 0, or -1 with err: no link, no answer, or the
 * key is not the certificate's.  Log this, but do not stop: a key holder that
 * was just started may need a moment.
 */
int	 tls_server_selftest(struct tls_server *, char *err, size_t errsize);

/*
 * Seconds until the configured CRLs (the first of them) or the server's own
 * certificate run out, negative when they have; INT64_MAX without.  For
 * warnings and metrics.
 */
int64_t	 tls_server_crl_left(const struct tls_server *);

enum tls_result {
	TLS_OK,
	TLS_WANT_READ,		/* repeat when the socket is readable */
	TLS_WANT_WRITE,		/* repeat when the socket is writable */
	TLS_EOF,		/* the peer has sent close_notify */
	TLS_ERROR		/* it is over; see tls_conn_error */
};

/*
 * A connection on fd, a connected non-blocking socket that stays the caller's
 * and must outlive it.  Takes a reference to the server.  NULL with errno
 * ENOMEM.
 */
struct tls_conn *tls_conn_new(struct tls_server *, int fd);
/* Sends nothing: call tls_shutdown before for a clean end.  NULL is allowed. */
void	 tls_conn_free(struct tls_conn *);

/*
 * Each is called again with the same arguments after a WANT.  tls_handshake is
 * TLS_OK only when the client's certificate has passed every check; before
 * that the facts below must not be asked for.  tls_read and tls_write set *n
 * (1..size) with TLS_OK; a partial write is normal, and a repeated one may use
 * another buffer with the same bytes.  tls_read tells TLS_EOF for close_notify
 * and TLS_ERROR for a connection cut without one.  tls_shutdown says goodbye
 * and does not wait for the answer; TLS_OK when it has been sent.  After
 * TLS_ERROR only tls_conn_error and tls_conn_free may follow.
 */
enum tls_result tls_handshake(struct tls_conn *);
enum tls_result tls_read(struct tls_conn *, void *buf, size_t size, size_t *n);
enum tls_result tls_write(struct tls_conn *, const void *, size_t, size_t *n);
enum tls_result tls_shutdown(struct tls_conn *);

/*
 * True if bytes wait inside that the socket does not announce: call tls_read
 * before waiting for readability.
 */
bool	 tls_conn_pending(const struct tls_conn *);

/*
 * Why the connection ended, as one line for the log, in which text from outside
 * was encoded by vis; for a refused certificate with its serial number and CN.
 * "" if there is no error.
 */
const char *tls_conn_error(const struct tls_conn *);
/*
 * True if the client's certificate is the cause, not the network or our side.
 */
bool	 tls_conn_refused(const struct tls_conn *);

/*
 * True if it is, and one of the listener's CAs has issued the certificate: the
 * client is no stranger, though nobody asked it for its key yet.
 */
bool	 tls_conn_ours(const struct tls_conn *);

/*
 * Facts of the verified leaf, after tls_handshake said TLS_OK.  The CN is
 * 1..64 bytes of printable UTF-8 without any control character, or "" if there
 * is none that could be used, and tls_conn_no_cn says why; the serial number is
 * in upper case hexadecimal.
 */
const char *tls_conn_cn(const struct tls_conn *);
const char *tls_conn_no_cn(const struct tls_conn *);
const char *tls_conn_serial(const struct tls_conn *);
/*
 * The identity rules, one bit for each, to whose CAs the certificate belongs.
 */
uint64_t tls_conn_rules(const struct tls_conn *);
int64_t	 tls_conn_not_after(const struct tls_conn *);	/* wall */
/* The leaf's other names, taken from it at each call. */
void	 tls_conn_sans(const struct tls_conn *, struct san_list *);

/*
 * Check whether the client's certificate is still good, by the server that is
 * now current for the listener, which may be another than at the connection's
 * start.  Call this before every request.  Costs a few comparisons unless the
 * CA, the CRL or a date changed.  Returns 0, or -1 with tls_conn_error set: the
 * certificate was revoked or has expired, or its CA is gone; end the
 * connection.
 */
int	 tls_conn_recheck(struct tls_conn *, struct tls_server *now);

#endif
