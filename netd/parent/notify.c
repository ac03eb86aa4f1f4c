/* SPDX-License-Identifier: ISC */
/*
 * Messages to the service manager.  This is the protocol of sd_notify(3),
 * written by hand: a datagram of lines to the socket in NOTIFY_SOCKET.
 */

#include <sys/socket.h>
#include <sys/un.h>

#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "log.h"
#include "notify.h"

void
notify_init(struct notify *n)
{
	struct sockaddr_un sun;
	const char *path, *text, *errstr;
	socklen_t len;

	n->fd = -1;
	n->watchdog_ms = 0;
	if ((path = getenv("NOTIFY_SOCKET")) == NULL)
		return;
	memset(&sun, 0, sizeof(sun));
	sun.sun_family = AF_UNIX;
	len = (socklen_t)strlen(path);
	if ((*path != '/' && *path != '@') || len >= sizeof(sun.sun_path)) {
		log_warnx("NOTIFY_SOCKET is not a socket; ignored");
		return;
	}
	memcpy(sun.sun_path, path, len);
	if (*path == '@')
		sun.sun_path[0] = '\0';
	n->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (n->fd == -1 ||
	    connect(n->fd, (struct sockaddr *)&sun,
		(socklen_t)(offsetof(struct sockaddr_un, sun_path) + len)) ==
		-1) {
		log_warn("cannot connect to the service manager");
		if (n->fd != -1)
			close(n->fd);
		n->fd = -1;
		return;
	}
	if ((text = getenv("WATCHDOG_USEC")) != NULL) {
		n->watchdog_ms = (uint64_t)strtonum(text, 0,
				     INT64_C(86400000000), &errstr) /
		    1000;
		if (errstr != NULL)
			log_warnx("WATCHDOG_USEC is %s; ignored", errstr);
	}
}

void
notify_send(struct notify *n, const char *fmt, ...)
{
	char text[512];
	va_list ap;
	int len;

	if (n->fd == -1)
		return;
	va_start(ap, fmt);
	len = vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (len < 0 || (size_t)len >= sizeof(text))
		return;
	if (send(n->fd, text, (size_t)len, MSG_NOSIGNAL) == -1)
		log_warn("cannot notify the service manager");
}

/*
 * systemd requires CLOCK_MONOTONIC here, not our clock, which runs on during
 * sleep.
 */
void
notify_reloading(struct notify *n)
{
	struct timespec ts;

	if (n->fd == -1 || clock_gettime(CLOCK_MONOTONIC, &ts) == -1)
		return;
	notify_send(n, "RELOADING=1\nMONOTONIC_USEC=%lld",
	    (long long)ts.tv_sec * 1000000 + ts.tv_nsec / 1000);
}
