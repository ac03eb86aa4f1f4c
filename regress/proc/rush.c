/* SPDX-License-Identifier: ISC */
/*
 * Many requests at the same time: connects COUNT times, sends REQUEST, as it
 * is, on each connection, and reads what comes.
 *
 *	rush PORT COUNT REQUEST
 *
 * "sent COUNT" on standard output says that all are sent.  When each has its
 * answer or its end, it prints how many had each status or none, and how many
 * bodies were JSON objects: "200=600 503=400 none=0 json=600".
 */

#include <sys/epoll.h>
#include <sys/socket.h>

#include <arpa/inet.h>
#include <netinet/in.h>

#include <err.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define STATUS_MAX	600

struct client {
	int		 fd;
	size_t		 len;
	char		 in[2048];
};

static unsigned int	 by_status[STATUS_MAX];
static unsigned int	 none;
static unsigned int	 json;

static void
connect_all(struct client *all, int count, int ep, int port)
{
	struct sockaddr_in sin = { .sin_family = AF_INET };
	struct epoll_event ev = { .events = EPOLLIN };
	int i;

	sin.sin_port = htons((uint16_t)port);
	sin.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	for (i = 0; i < count; i++) {
		all[i].fd = socket(AF_INET, SOCK_STREAM, 0);
		ev.data.ptr = &all[i];
		if (all[i].fd == -1 ||
		    connect(all[i].fd, (struct sockaddr *)&sin, sizeof(sin)) ==
			-1 ||
		    epoll_ctl(ep, EPOLL_CTL_ADD, all[i].fd, &ev) == -1)
			err(1, "client %d", i);
	}
}

static void
over(struct client *c)
{
	const char *body = strstr(c->in, "\r\n\r\n");
	unsigned int status = 0;

	if (sscanf(c->in, "HTTP/1.1 %3u", &status) == 1 && status < STATUS_MAX)
		by_status[status]++;
	else
		none++;
	json += body != NULL && body[4] == '{';
	close(c->fd);
}

/* Read more.  Returns 1 when it is over. */
static int
answer(struct client *c)
{
	const char *body, *len;
	ssize_t n;

	n = recv(c->fd, c->in + c->len, sizeof(c->in) - 1 - c->len,
	    MSG_DONTWAIT);
	if (n == -1 && errno == EAGAIN)
		return (0);
	if (n > 0) {
		c->len += (size_t)n;
		c->in[c->len] = '\0';
		body = strstr(c->in, "\r\n\r\n");
		len = strcasestr(c->in, "\r\nContent-Length: ");
		if (body == NULL || len == NULL ||
		    strlen(body + 4) < strtoul(len + 18, NULL, 10))
			return (0);
	}
	over(c);
	return (1);
}

static void
wait_all(int left, int ep)
{
	struct epoll_event ev[64];
	int i, n;

	while (left > 0) {
		if ((n = epoll_wait(ep, ev, 64, -1)) == -1)
			err(1, "epoll_wait");
		for (i = 0; i < n; i++)
			left -= answer(ev[i].data.ptr);
	}
}

int
main(int argc, char *argv[])
{
	struct client *all;
	ssize_t len;
	int count, ep, i;

	if (argc != 4)
		errx(64, "usage: rush PORT COUNT REQUEST");
	count = atoi(argv[2]);
	if ((all = calloc((size_t)count, sizeof(*all))) == NULL ||
	    (ep = epoll_create1(EPOLL_CLOEXEC)) == -1)
		err(1, "%d clients", count);
	connect_all(all, count, ep, atoi(argv[1]));
	len = (ssize_t)strlen(argv[3]);
	for (i = 0; i < count; i++)
		if (send(all[i].fd, argv[3], (size_t)len, MSG_NOSIGNAL) != len)
			warn("client %d", i);
	printf("sent %d\n", count);
	fflush(stdout);
	wait_all(count, ep);
	for (i = 0; i < STATUS_MAX; i++)
		if (by_status[i] > 0)
			printf("%d=%u ", i, by_status[i]);
	printf("none=%u json=%u\n", none, json);
	free(all);
	return (0);
}
