/* SPDX-License-Identifier: ISC */
/*
 * Many clients that have said all they wanted: connects COUNT times over mTLS,
 * asks once on each connection and reads the answer, then keeps them open.  The
 * first few send their first message byte by byte.
 *
 *	idle DIR PORT COUNT REQUEST
 *
 * DIR has ca.crt, idle.crt and idle.key; REQUEST is sent as it is.  "ready
 * COUNT" on standard output says that all have their answer, 200; the end of
 * standard input ends them.
 */

#include <sys/socket.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

#include <openssl/ssl.h>

#include <err.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static SSL_CTX *
client_ctx(const char *dir)
{
	char ca[512], cert[512], key[512];
	SSL_CTX *ctx;

	snprintf(ca, sizeof(ca), "%s/ca.crt", dir);
	snprintf(cert, sizeof(cert), "%s/idle.crt", dir);
	snprintf(key, sizeof(key), "%s/idle.key", dir);
	if ((ctx = SSL_CTX_new(TLS_client_method())) == NULL ||
	    SSL_CTX_load_verify_locations(ctx, ca, NULL) != 1 ||
	    SSL_CTX_use_certificate_chain_file(ctx, cert) != 1 ||
	    SSL_CTX_use_PrivateKey_file(ctx, key, SSL_FILETYPE_PEM) != 1)
		errx(1, "cannot read the certificates in %s", dir);
	return (ctx);
}

/* Send the first message byte by byte, and the first bytes slowly. */
static void
trickle(SSL *ssl, int s)
{
	char hello[2048];
	int i, n, one = 1;
	BIO *in, *out;

	if ((in = BIO_new(BIO_s_mem())) == NULL ||
	    (out = BIO_new(BIO_s_mem())) == NULL)
		errx(1, "no memory");
	SSL_set_bio(ssl, in, out);
	(void)SSL_connect(ssl);
	if ((n = BIO_read(out, hello, sizeof(hello))) <= 0)
		errx(1, "no hello");
	(void)setsockopt(s, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	for (i = 0; i < n; i++) {
		if (send(s, hello + i, 1, 0) != 1)
			err(1, "hello");
		if (i < 8)
			(void)usleep(20000);
	}
}

/* One client; only its socket is kept. */
static void
client(SSL_CTX *ctx, int port, const char *request, bool slow)
{
	struct sockaddr_in sin = { .sin_family = AF_INET };
	char buf[8192];
	SSL *ssl;
	int n = (int)strlen(request), s;

	sin.sin_port = htons((uint16_t)port);
	sin.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if ((s = socket(AF_INET, SOCK_STREAM, 0)) == -1 ||
	    connect(s, (struct sockaddr *)&sin, sizeof(sin)) == -1)
		err(1, "connect");
	if ((ssl = SSL_new(ctx)) == NULL)
		errx(1, "no memory");
	if (slow)
		trickle(ssl, s);
	if (SSL_set_fd(ssl, s) != 1 || SSL_connect(ssl) != 1 ||
	    SSL_write(ssl, request, n) != n)
		errx(1, "TLS fails");
	if (SSL_read(ssl, buf, sizeof(buf)) < 12 ||
	    strncmp(buf, "HTTP/1.1 200", 12) != 0)
		errx(1, "no answer");
	SSL_free(ssl);
}

int
main(int argc, char *argv[])
{
	int count, i;
	SSL_CTX *ctx;

	if (argc != 5)
		errx(64, "usage: idle DIR PORT COUNT REQUEST");
	ctx = client_ctx(argv[1]);
	count = atoi(argv[3]);
	for (i = 0; i < count; i++)
		client(ctx, atoi(argv[2]), argv[4], i < 3);
	SSL_CTX_free(ctx);
	printf("ready %d\n", count);
	fflush(stdout);
	while (read(STDIN_FILENO, &i, 1) > 0)
		continue;
	return (0);
}
