/* SPDX-License-Identifier: ISC */
/*
 * Whether other suites live in the same network namespace.  What a suite has in
 * the kernel says whose it is as long as there is an interface or a tunnel; a
 * network of tunnels without a client has none.  So each suite has a socket with
 * an abstract name, which belongs to the network namespace, and is gone with its
 * process.
 *
 * Anybody on the host can take such names.  Then what dead suites have left
 * stays there, and nothing else.
 */

#include <sys/socket.h>
#include <sys/un.h>

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <unistd.h>

#include "beside.h"

#define SUITES	16	/* names; the packet filter has no more tables */

static int
open_name(unsigned int i)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	int fd, n;

	/* An abstract name begins with a NUL. */
	n = snprintf(sun.sun_path + 1, sizeof(sun.sun_path) - 1,
	    "sallyport/suite/%u", i);
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd != -1 &&
	    bind(fd, (const struct sockaddr *)&sun,
		(socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 +
		    (size_t)n)) == -1) {
		close(fd);
		fd = -1;
	}
	return (fd);
}

int
beside_open(void)
{
	unsigned int i;
	int fd = -1;

	for (i = 0; i < SUITES && fd == -1; i++)
		fd = open_name(i);
	return (fd);
}

bool
beside_others(int own)
{
	unsigned int i, free_names = 0;
	int fd;

	for (i = 0; i < SUITES; i++) {
		if ((fd = open_name(i)) == -1)
			continue;
		close(fd);
		free_names++;
	}
	return (free_names < SUITES - (own != -1));
}
