/* SPDX-License-Identifier: ISC */
/*
 * A client that sends exactly the bytes it is told, when it is told, and shows
 * what comes back.
 *
 *	rawhttp PORT STEP ...
 *
 * s:TEXT sends (\r \n \t \0 \xHH and \\ are understood), n:COUNT:TEXT sends it
 * so many times, d:COUNT:MS:TEXT the same with a pause after each, w:MS waits,
 * f:PATH waits until there is such a file, h closes the sending half, r:MS reads
 * for that long or to the end, a:MS reads an answer or to the end of that time,
 * c closes.
 * What was read goes to standard output as it is; the last line on standard
 * error is "end=eof|reset|timeout|self ms=N" for the time since connecting.
 */

#include <sys/socket.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

#include <err.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static long
now_ms(void)
{
	struct timespec ts;

	if (clock_gettime(CLOCK_MONOTONIC, &ts) == -1)
		err(1, "clock_gettime");
	return (ts.tv_sec * 1000 + ts.tv_nsec / 1000000);
}

static size_t
unescape(char *dst, const char *src)
{
	char hex[3] = "";
	size_t n = 0;

	for (; *src != '\0'; src++) {
		if (*src != '\\') {
			dst[n++] = *src;
			continue;
		}
		switch (*++src) {
		case 'r':
			dst[n++] = '\r';
			break;
		case 'n':
			dst[n++] = '\n';
			break;
		case 't':
			dst[n++] = '\t';
			break;
		case '0':
			dst[n++] = '\0';
			break;
		case 'x':
			hex[0] = src[1];
			hex[1] = src[2];
			dst[n++] = (char)strtol(hex, NULL, 16);
			src += 2;
			break;
		default:
			dst[n++] = *src;
		}
	}
	return (n);
}

/* A peer that has closed is no error here: what it said is still to be read. */
static void
put(int s, const char *text)
{
	char *buf;
	size_t len;

	if ((buf = malloc(strlen(text) + 1)) == NULL)
		err(1, NULL);
	len = unescape(buf, text);
	if (len > 0 && send(s, buf, len, MSG_NOSIGNAL) == -1 &&
	    errno != EPIPE && errno != ECONNRESET)
		err(1, "send");
	free(buf);
}

static void
put_many(int s, const char *arg, int slow)
{
	struct timespec ts = { 0, 0 };
	char *end;
	long i, ms = 0, n;

	n = strtol(arg, &end, 10);
	if (slow)
		ms = strtol(end + 1, &end, 10);
	ts.tv_sec = ms / 1000;
	ts.tv_nsec = (ms % 1000) * 1000000;
	for (i = 0; i < n; i++) {
		put(s, end + 1);
		if (slow)
			(void)nanosleep(&ts, NULL);
	}
}

/* Read for ms milliseconds or to the end; if one is set, only once. */
static const char *
get(int s, long ms, int one)
{
	long until = now_ms() + ms, left;
	struct pollfd pfd;
	char buf[16384];
	ssize_t n;

	while ((left = until - now_ms()) > 0) {
		pfd.fd = s;
		pfd.events = POLLIN;
		if (poll(&pfd, 1, (int)left) == -1)
			err(1, "poll");
		if (pfd.revents == 0)
			break;
		if ((n = recv(s, buf, sizeof(buf), 0)) == 0)
			return ("eof");
		if (n == -1)
			return ("reset");
		(void)fwrite(buf, 1, (size_t)n, stdout);
		(void)fflush(stdout);
		if (one)
			break;
	}
	return ("timeout");
}

int
main(int argc, char *argv[])
{
	struct sockaddr_in sin = { .sin_family = AF_INET };
	const char *end = "self";
	long start;
	int i, one = 1, s;

	if (argc < 3)
		errx(64, "usage: rawhttp PORT STEP ...");
	sin.sin_port = htons((uint16_t)strtol(argv[1], NULL, 10));
	sin.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if ((s = socket(AF_INET, SOCK_STREAM, 0)) == -1 ||
	    connect(s, (struct sockaddr *)&sin, sizeof(sin)) == -1 ||
	    setsockopt(s, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one)) == -1)
		err(1, "port %s", argv[1]);
	start = now_ms();
	for (i = 2; i < argc; i++) {
		switch (argv[i][0]) {
		case 's':
			put(s, argv[i] + 2);
			break;
		case 'n':
			put_many(s, argv[i] + 2, 0);
			break;
		case 'd':
			put_many(s, argv[i] + 2, 1);
			break;
		case 'w':
			(void)usleep(
			    (useconds_t)strtol(argv[i] + 2, NULL, 10) * 1000);
			break;
		case 'f':
			while (access(argv[i] + 2, F_OK) == -1)
				(void)usleep(10000);
			break;
		case 'h':
			(void)shutdown(s, SHUT_WR);
			break;
		case 'r':
			end = get(s, strtol(argv[i] + 2, NULL, 10), 0);
			break;
		case 'a':
			end = get(s, strtol(argv[i] + 2, NULL, 10), 1);
			break;
		case 'c':
			(void)close(s);
			break;
		default:
			errx(64, "unknown step %s", argv[i]);
		}
	}
	(void)fprintf(stderr, "end=%s ms=%ld\n", end, now_ms() - start);
	return (0);
}
