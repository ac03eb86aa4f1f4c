/* SPDX-License-Identifier: ISC */
/*
 * The connection to the daemon.  Nothing waits for ever; what went wrong is
 * kept as a sentence that names the next step.
 */

#ifndef CLIENT_H
#define CLIENT_H

#include <stddef.h>
#include <stdint.h>

#include "proto.h"

#define EX_NEGATIVE	1	/* exit code: no, not found, not well */
#define CLIENT_SOCKET	"/run/sallyport/ctl.sock"
#define CLIENT_ERROR	1024

struct client {
	int		 fd;
	const char	*path;
	uint32_t	 id;		/* of the request */
	char		 error[CLIENT_ERROR];
	uint8_t		 buf[IMSG_MAX_SIZE];
};

/*
 * Connect to the socket at path, which must outlive the client.  Returns 0, or
 * an exit code with client_error set.
 */
int	 client_open(struct client *, const char *path);
void	 client_close(struct client *);

/* Send one request.  Returns 0 or an exit code. */
int	 client_send(struct client *, enum msg_type, const void *, size_t);

/*
 * The next message of the answer, waiting at most timeout_ms.  Its payload
 * lives until the next call.  Returns 0 or an exit code.
 */
int	 client_recv(struct client *, struct imsg *, int timeout_ms);

/* One item of an answer.  Returns 0 or an exit code. */
typedef int client_item_fn(struct client *, void *arg, struct ibuf *);

struct question {
	enum msg_type	 type;
	const void	*payload;
	size_t		 len;
	int		 timeout_ms;	/* of the daemon's silence */
	enum msg_type	 item;		/* what the answer consists of */
	client_item_fn	*fn;		/* NULL: no items */
	void		*arg;
};

/*
 * Ask, and take items until the result, which ends every answer.  Returns 0
 * with the result, or an exit code.
 */
int
client_ask(struct client *, const struct question *, struct msg_ctl_result *);

/* An answer that another version gave: an exit code. */
int	 client_malformed(struct client *);

/* A result that is not CTL_OK: an exit code, and the reason as the error. */
int	 client_refused(struct client *, const struct msg_ctl_result *);

/* Keep the reason for failing and return status. */
int	 client_fail(struct client *, int status, const char *, ...)
	    __attribute__((format(printf, 3, 4)));

#endif
