/* SPDX-License-Identifier: ISC */
/*
 * Many packets from a few addresses of this host to one destination, on one
 * core: each is forwarded, filtered and taken within the system call that sends
 * it.  Prints the nanoseconds that one took.
 *
 * usage: flood PACKETS DEST SOURCE ...
 */

#include <sys/socket.h>

#include <arpa/inet.h>
#include <netinet/in.h>

#include <err.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define PORT	9
#define SOURCES	64

static struct sockaddr_in
address(const char *text, int port)
{
	struct sockaddr_in sin = { .sin_family = AF_INET };

	sin.sin_port = htons((uint16_t)port);
	if (inet_pton(AF_INET, text, &sin.sin_addr) != 1)
		errx(64, "%s is not IPv4", text);
	return (sin);
}

static int
open_one(const char *source, const struct sockaddr_in *to)
{
	struct sockaddr_in from = address(source, 4000);
	int s;

	if ((s = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) == -1 ||
	    bind(s, (const struct sockaddr *)&from, sizeof(from)) == -1 ||
	    connect(s, (const struct sockaddr *)to, sizeof(*to)) == -1)
		err(1, "%s", source);
	return (s);
}

static int64_t
now_ns(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return ((int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec);
}

int
main(int argc, char *argv[])
{
	static const char payload[64];
	int fd[SOURCES], i, n = argc - 3;
	struct sockaddr_in to;
	int64_t begin;
	long k, packets;

	if (n < 1 || n > SOURCES)
		errx(64, "usage: flood PACKETS DEST SOURCE ...");
	packets = strtol(argv[1], NULL, 10);
	to = address(argv[2], PORT);
	for (i = 0; i < n; i++)
		fd[i] = open_one(argv[3 + i], &to);
	begin = now_ns();
	for (k = 0; k < packets; k++)
		if (send(fd[k % n], payload, sizeof(payload), 0) == -1)
			err(1, "send");
	printf("%.1f\n", (double)(now_ns() - begin) / (double)packets);
	return (0);
}
