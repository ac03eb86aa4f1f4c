/* SPDX-License-Identifier: ISC */
/*
 * The connection to the daemon.  Nothing waits for ever.  An error is kept as a
 * sentence that names the next step.
 */

#ifndef CLIENT_H
#define CLIENT_H

#include <sys/un.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto.h"

#define EX_NEGATIVE	1	/* exit code: no, not found, not well */
#define CLIENT_SOCKET	"/run/sallyport/ctl.sock"
#define CLIENT_ERROR	1024

struct client {
	int		 fd;
	char		 path[sizeof(((struct sockaddr_un *)NULL)->sun_path)];
	uint32_t	 id;		/* the last request's */
	bool		 absent;	/* nobody listens: it does not run */
	char		 error[CLIENT_ERROR];
	uint8_t		 buf[IMSG_MAX_SIZE];
};

/*
 * Connect to the control socket at path, or to that of the parent, whose name
 * follows from it.  Returns 0, or an exit code with the error set.
 */
int	 client_open(struct client *, const char *path, bool of_parent);
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
	int		 timeout_ms;	/* for each message of the answer */
	enum msg_type	 item;		/* type of the items */
	client_item_fn	*fn;		/* NULL: no items */
	void		*arg;
};

/*
 * Ask, and take items until the result, which ends every answer.  Returns 0
 * with the result, or an exit code.
 */
int
client_ask(struct client *, const struct question *, struct msg_ctl_result *);

/*
 * Ask what was encoded in the buffer, and take any result but CTL_OK for an
 * error.  put is the value of the msg_NAME_put() that encoded it.  Returns 0 or
 * an exit code.
 */
int	 client_request(struct client *, struct question *, const struct ibuf *,
	    int put);

/* The answer is none that we know.  Returns an exit code. */
int	 client_malformed(struct client *);

/* Keep the reason of a result that is not CTL_OK.  Returns an exit code. */
int	 client_refused(struct client *, const struct msg_ctl_result *);

/* Keep an error and return status. */
int	 client_fail(struct client *, int status, const char *, ...)
	    __attribute__((format(printf, 3, 4)));

#endif
