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

/* Keep the reason for failing and return status. */
int	 client_fail(struct client *, int status, const char *, ...)
	    __attribute__((format(printf, 3, 4)));

#endif
