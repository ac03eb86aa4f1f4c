/* SPDX-License-Identifier: ISC */
/*
 * Many clients that begin and do not go on: connects COUNT times, sends the
 * same bytes on each connection, and keeps them open.
 *
 *	crowd FROM TO PORT COUNT hello	the first message of TLS
 *	crowd FROM TO PORT COUNT BYTES	in hexadecimal; "" is none
 *
 * "ready COUNT" on standard output says that all are sent, and "left N" in
 * answer to each line on standard input how many are still open; its end ends
 * them.
 */

#include <sys/socket.h>

#include <arpa/inet.h>
#include <netinet/in.h>

#include <openssl/ssl.h>

#include <err.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static unsigned char bytes[16384];
static int nbytes;

static void
make_hello(void)
{
	BIO *in, *out;
	SSL_CTX *ctx;
	SSL *ssl;

	in = BIO_new(BIO_s_mem());
	out = BIO_new(BIO_s_mem());
	if (in == NULL || out == NULL ||
	    (ctx = SSL_CTX_new(TLS_client_method())) == NULL ||
	    (ssl = SSL_new(ctx)) == NULL)
		errx(1, "TLS");
	SSL_set_bio(ssl, in, out);
	(void)SSL_connect(ssl);
	if ((nbytes = BIO_read(out, bytes, sizeof(bytes))) <= 0)
		errx(1, "no hello");
	SSL_free(ssl);
	SSL_CTX_free(ctx);
}

static void
make_bytes(const char *hex)
{
	for (; hex[0] != '\0'; hex += 2) {
		if (nbytes == sizeof(bytes) ||
		    sscanf(hex, "%2hhx", &bytes[nbytes++]) != 1)
			errx(64, "BYTES are hexadecimal");
	}
}

static int
client(const struct sockaddr_in *from, const struct sockaddr_in *to)
{
	int s;

	if ((s = socket(AF_INET, SOCK_STREAM, 0)) == -1 ||
	    bind(s, (const struct sockaddr *)from, sizeof(*from)) == -1 ||
	    connect(s, (const struct sockaddr *)to, sizeof(*to)) == -1)
		err(1, "connect");
	if (nbytes > 0 &&
	    send(s, bytes, (size_t)nbytes, MSG_NOSIGNAL) != nbytes)
		warn("send");
	return (s);
}

/* The gateway has not ended it; bytes from there do not matter. */
static bool
is_open(int s)
{
	char buf[4096];
	ssize_t n;

	while ((n = recv(s, buf, sizeof(buf), MSG_DONTWAIT)) > 0)
		continue;
	return (n == -1 && errno == EAGAIN);
}

static struct sockaddr_in
address(const char *addr, int port)
{
	struct sockaddr_in sin = { .sin_family = AF_INET };

	sin.sin_port = htons((uint16_t)port);
	if (inet_pton(AF_INET, addr, &sin.sin_addr) != 1)
		errx(64, "%s is not IPv4", addr);
	return (sin);
}

int
main(int argc, char *argv[])
{
	struct sockaddr_in from, to;
	char line[16];
	int count, i, left, *s;

	if (argc != 6)
		errx(64, "usage: crowd FROM TO PORT COUNT hello|BYTES");
	from = address(argv[1], 0);
	to = address(argv[2], atoi(argv[3]));
	if (strcmp(argv[5], "hello") == 0)
		make_hello();
	else
		make_bytes(argv[5]);
	count = atoi(argv[4]);
	if ((s = calloc((size_t)count, sizeof(*s))) == NULL)
		err(1, NULL);
	for (i = 0; i < count; i++)
		s[i] = client(&from, &to);
	printf("ready %d\n", count);
	fflush(stdout);
	while (fgets(line, sizeof(line), stdin) != NULL) {
		for (i = left = 0; i < count; i++)
			left += is_open(s[i]);
		printf("left %d\n", left);
		fflush(stdout);
	}
	free(s);
	return (0);
}
