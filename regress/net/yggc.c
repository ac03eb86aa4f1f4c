/* SPDX-License-Identifier: ISC */
/*
 * Clients of autoygg, as many as wanted at once, each from the address of its
 * own key: GET /info, and on a second connection, while the first stays open,
 * POST of the action.  The bytes are those of the original's client.
 *
 *	yggc [-g] [-c NAME,EMAIL,PHONE] [-h HEADERS] [-k KEY] [-s ADDRESS]
 *	    HOST PORT ACTION FIRST [COUNT]
 *	yggc FIRST [COUNT]		shows keys and addresses of clients
 *
 * Clients have numbers; -k and -s give all of them another key or address.  -g
 * sends GET of the action, which the original's client never does, -h adds
 * lines to the head, with \r\n between them.
 * Each prints a line "NUMBER STATUS BODY" when its answer is there, or "NUMBER
 * 000" and what went wrong.
 */

#include <sys/socket.h>
#include <sys/wait.h>

#include <arpa/inet.h>
#include <netinet/in.h>

#include <err.h>
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ygg_id.h"

#define SIZE	16384

static const char *contact[3];
static const char *other_key, *other_source, *headers = "";
static bool get;

static void
make(struct ygg_id *c, unsigned long number)
{
	ygg_id_make(c, number);
	if (other_key != NULL)
		snprintf(c->key, sizeof(c->key), "%s", other_key);
	if (other_source != NULL &&
	    inet_pton(AF_INET6, other_source, &c->addr.sin6_addr) != 1)
		errx(64, "%s: not an address", other_source);
}

/* The last line of a client that gets no answer. */
__attribute__((noreturn, format(printf, 2, 3))) static void
failed(const struct ygg_id *c, const char *fmt, ...)
{
	va_list ap;

	printf("%lu 000 ", c->number);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	printf(": %s\n", strerror(errno));
	fflush(stdout);
	_exit(1);
}

static int
dial(const struct ygg_id *c, const char *host, const char *port)
{
	struct sockaddr_in6 sin6 = { .sin6_family = AF_INET6 };
	struct timeval tv = { 30, 0 };
	int on = 1, s;

	if (inet_pton(AF_INET6, host, &sin6.sin6_addr) != 1)
		errx(64, "%s: not an address", host);
	sin6.sin6_port = htons((uint16_t)strtoul(port, NULL, 10));
	s = socket(AF_INET6, SOCK_STREAM, 0);
	if (s == -1 ||
	    setsockopt(s, IPPROTO_IPV6, IPV6_FREEBIND, &on, sizeof(on)) == -1 ||
	    setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv)) == -1 ||
	    bind(s, (const struct sockaddr *)&c->addr, sizeof(c->addr)) == -1)
		failed(c, "bind");
	if (connect(s, (struct sockaddr *)&sin6, sizeof(sin6)) == -1)
		failed(c, "connect");
	return (s);
}

/* Send a request and read its answer.  Returns the status, with its body. */
static int
ask(const struct ygg_id *c, int s, const char *request, char *buf,
    const char **body)
{
	size_t len = 0, want = SIZE;
	const char *p;
	ssize_t n;

	if (write(s, request, strlen(request)) != (ssize_t)strlen(request))
		failed(c, "write");
	while (len < want && len < SIZE - 1) {
		if ((n = read(s, buf + len, SIZE - 1 - len)) <= 0)
			failed(c, "read, %zu bytes", len);
		len += (size_t)n;
		buf[len] = '\0';
		if ((*body = strstr(buf, "\r\n\r\n")) == NULL)
			continue;
		*body += 4;
		if ((p = strcasestr(buf, "\r\nContent-Length: ")) == NULL)
			failed(c, "no length");
		want = (size_t)(*body - buf) + strtoul(p + 18, NULL, 10);
	}
	return (atoi(buf + 9));
}

static void
run(const struct ygg_id *c, const char *host, const char *port,
    const char *action)
{
	static const char *const nobody[3] = { "", "", "" };
	char buf[SIZE], request[4096];
	const char *answer;
	int info, post, status;
	bool tell;

	info = dial(c, host, port);
	ygg_id_info(request, sizeof(request), host, port);
	status = ask(c, info, request, buf, &answer);
	if (status != 200 || answer[0] != '{')
		failed(c, "info %d %s", status, answer);
	tell = strstr(answer, "\"RequireRegistration\":true") != NULL &&
	    contact[0] != NULL;
	post = dial(c, host, port);
	ygg_id_post(request, sizeof(request), c, host, port, action,
	    tell ? contact : nobody);
	if (get)
		snprintf(request, sizeof(request),
		    "GET /%s HTTP/1.1\r\nHost: [%s]:%s\r\n%s\r\n", action, host,
		    port, headers);
	status = ask(c, post, request, buf, &answer);
	printf("%lu %d %s\n", c->number, status, answer);
	fflush(stdout);
	close(info);
	close(post);
}

/* Lines of a head, from a text with \r\n between them. */
static const char *
lines(const char *text)
{
	static char buf[512];
	const char *p;

	for (; (p = strstr(text, "\\r\\n")) != NULL; text = p + 4) {
		strlcat(buf, text, strlen(buf) + (size_t)(p - text) + 1);
		strlcat(buf, "\r\n", sizeof(buf));
	}
	strlcat(buf, text, sizeof(buf));
	strlcat(buf, "\r\n", sizeof(buf));
	return (buf);
}

static void
show(unsigned long number)
{
	char text[INET6_ADDRSTRLEN];
	struct ygg_id c;

	make(&c, number);
	printf("%s %s\n", c.key,
	    inet_ntop(AF_INET6, &c.addr.sin6_addr, text, sizeof(text)));
}

int
main(int argc, char *argv[])
{
	unsigned long first, count, i;
	struct ygg_id c;
	int ch, go[2], st, rc = 0;
	char byte;

	while ((ch = getopt(argc, argv, "c:gh:k:s:")) != -1) {
		switch (ch) {
		case 'c':
			for (i = 0; i < 3; i++)
				contact[i] = strsep(&optarg, ",");
			break;
		case 'g':
			get = true;
			break;
		case 'h':
			headers = lines(optarg);
			break;
		case 'k':
			other_key = optarg;
			break;
		case 's':
			other_source = optarg;
			break;
		default:
			return (64);
		}
	}
	argc -= optind;
	argv += optind;
	if (argc == 1 || argc == 2) {
		first = strtoul(argv[0], NULL, 10);
		count = argc == 1 ? 1 : strtoul(argv[1], NULL, 10);
		for (i = 0; i < count; i++)
			show(first + i);
		return (0);
	}
	if (argc < 4 || pipe(go) == -1)
		errx(64, "yggc HOST PORT ACTION FIRST [COUNT]");
	first = strtoul(argv[3], NULL, 10);
	count = argc > 4 ? strtoul(argv[4], NULL, 10) : 1;
	/* They are all made first, and start when the pipe is closed. */
	for (i = 0; i < count; i++) {
		switch (fork()) {
		case -1:
			err(1, "fork");
		case 0:
			close(go[1]);
			make(&c, first + i);
			(void)!read(go[0], &byte, 1);
			run(&c, argv[0], argv[1], argv[2]);
			_exit(0);
		}
	}
	close(go[1]);
	while (wait(&st) > 0)
		rc |= st != 0;
	return (rc);
}
