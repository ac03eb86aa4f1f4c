/* SPDX-License-Identifier: ISC */
/* The TLS test rig: everything on a socketpair, nothing on disk. */

#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <openssl/err.h>
#include <openssl/pem.h>

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "keyset.h"
#include "proto.h"
#include "tls_rig.h"

/* Not assert(3) alone: it must hold in every build. */
static void
must(bool ok)
{
	if (!ok)
		abort();
}

int
rig_text_fd(const char *text, size_t len)
{
	int fd;

	must((fd = memfd_create("rig", MFD_CLOEXEC)) != -1);
	must(write(fd, text, len) == (ssize_t)len);
	return (fd);
}

static int
bio_fd(BIO *bio)
{
	char *p;
	long len;
	int fd;

	len = BIO_get_mem_data(bio, &p);
	fd = rig_text_fd(p, (size_t)len);
	BIO_free(bio);
	return (fd);
}

int
rig_cert_fd(X509 *const *certs, size_t n)
{
	BIO *bio;
	size_t i;

	must((bio = BIO_new(BIO_s_mem())) != NULL);
	for (i = 0; i < n; i++)
		must(PEM_write_bio_X509(bio, certs[i]) == 1);
	return (bio_fd(bio));
}

int
rig_key_fd(EVP_PKEY *key)
{
	BIO *bio;

	must((bio = BIO_new(BIO_s_mem())) != NULL);
	must(
	    PEM_write_bio_PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL) == 1);
	return (bio_fd(bio));
}

int
rig_crl_fd(X509_CRL *crl)
{
	BIO *bio;

	must((bio = BIO_new(BIO_s_mem())) != NULL);
	must(PEM_write_bio_X509_CRL(bio, crl) == 1);
	return (bio_fd(bio));
}

int
rig_crl(const struct rig *r, const X509 *x, int64_t from, int64_t until)
{
	ASN1_INTEGER *serial = NULL;
	X509_CRL *crl;
	int fd;

	if (x != NULL)
		must((serial = ASN1_INTEGER_dup(X509_get0_serialNumber(x))) !=
		    NULL);
	crl = mint_crl(&r->ca, &serial, x != NULL, from, until);
	must(crl != NULL);
	fd = rig_crl_fd(crl);
	X509_CRL_free(crl);
	ASN1_INTEGER_free(serial);
	return (fd);
}

static void
hold(int link, EVP_PKEY *key)
{
	static uint8_t buf[IMSG_MAX_SIZE], out[IMSG_MAX_SIZE];
	struct msg_key_signed ans;
	struct msg_key_sign m;
	struct keyset *set;
	struct imsg imsg;
	struct ibuf b;
	char err[256];
	int fd;

	keyset_init();
	fd = rig_key_fd(key);
	must((set = keyset_new()) != NULL);
	must(keyset_load(set, 0, fd, err, sizeof(err)) == 0);
	while (imsg_recv_wait(link, buf, &imsg, 600 * 1000) == 1) {
		must(msg_key_sign_get(&imsg.data, &m) == 0);
		(void)keyset_sign(set, KEY_SERVER, &m, &ans);
		ibuf_init(&b, out, 0, sizeof(out));
		must(msg_key_signed_put(&b, &ans) == 0);
		if (imsg_send(link, MSG_KEY_SIGNED, imsg.id, b.buf, b.wpos,
			-1) == -1)
			break;
	}
	_exit(0);
}

int
rig_holder(struct rig *r, EVP_PKEY *key)
{
	pid_t pid;
	int sv[2];

	must(r->n < RIG_HOLDERS);
	must(imsg_pair(sv) == 0);
	must((pid = fork()) != -1);
	if (pid == 0) {
		/* It must see the end of this link, and of no other. */
		close(sv[0]);
		tlskey_set_link(r->tk, -1);
		hold(sv[1], key);
	}
	close(sv[1]);
	r->holders[r->n++] = pid;
	return (sv[0]);
}

struct tls_server *
rig_server(struct rig *r, int crl_fd, char *err, size_t errsize)
{
	return (rig_server_of(r, &r->ca.cert, 1, crl_fd, err, errsize));
}

struct tls_server *
rig_server_of(struct rig *r, X509 *const *cas, size_t n, int crl_fd, char *err,
    size_t errsize)
{
	struct tls_server_args args = { .key = r->tk, .name = "[::1]:8443" };
	struct tls_server *s;

	args.word = &r->word;

	args.chain_fd = rig_cert_fd(&r->server_id.cert, 1);
	args.ca_fd = rig_cert_fd(cas, n);
	args.crl_fd = crl_fd;
	args.first = r->first;
	args.depth = r->depth;
	args.require_eku = r->require_eku;
	args.any_cn = r->any_cn;
	args.issuers = r->issuers;
	args.old = r->old;
	s = tls_server_new(&args, err, errsize);
	close(args.chain_fd);
	close(args.ca_fd);
	return (s);
}

void
rig_start(struct rig *r, const char *key, int crl_fd)
{
	struct mint_spec ca = { .cn = "test CA", .ca = true };
	struct mint_spec server = { .cn = "gw",
		.eku = "server",
		.key = key,
		.san = "DNS:localhost" };
	char err[512];

	signal(SIGPIPE, SIG_IGN);
	memset(r, 0, sizeof(*r));
	r->depth = 4;
	must((r->tk = tlskey_new()) != NULL);
	must(mint_make(&r->ca, &ca, NULL) == 0);
	must(mint_make(&r->server_id, &server, &r->ca) == 0);
	tlskey_set_link(r->tk, rig_holder(r, r->server_id.key));
	if ((r->server = rig_server(r, crl_fd, err, sizeof(err))) == NULL) {
		fprintf(stderr, "rig: %s\n", err);
		abort();
	}
}

void
rig_stop(struct rig *r)
{
	unsigned int i;
	int status;

	tls_server_unref(r->server);
	tlskey_free(r->tk);
	mint_clear(&r->ca);
	mint_clear(&r->server_id);
	for (i = 0; i < r->n; i++)
		must(waitpid(r->holders[i], &status, 0) == r->holders[i] &&
		    WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

void
rig_mint(const struct rig *r, struct mint_id *id, const char *cn)
{
	struct mint_spec spec = { .cn = cn, .eku = "client" };

	memset(id, 0, sizeof(*id));
	must(mint_make(id, &spec, &r->ca) == 0);
}

static void
client_setup(struct rig_conn *c, const struct rig_client *k)
{
	char groups[64];
	size_t i;

	must((c->ctx = SSL_CTX_new(TLS_client_method())) != NULL);
	/* A bad client is not kept from being bad by its own library. */
	SSL_CTX_set_security_level(c->ctx, 0);
	SSL_CTX_set_verify(c->ctx, SSL_VERIFY_NONE, NULL);
	if (k->max_version != 0)
		must(SSL_CTX_set_max_proto_version(c->ctx, k->max_version));
	if (k->groups != NULL) {
		strlcpy(groups, k->groups, sizeof(groups));
		must(SSL_CTX_set1_groups_list(c->ctx, groups) == 1);
	}
	if (k->id != NULL) {
		must(SSL_CTX_use_certificate(c->ctx, k->id->cert) == 1);
		must(SSL_CTX_use_PrivateKey(c->ctx, k->id->key) == 1);
	}
	for (i = 0; i < 8 && k->chain[i] != NULL; i++)
		must(SSL_CTX_add1_chain_cert(c->ctx, k->chain[i]) == 1);
	SSL_CTX_set_mode(c->ctx, SSL_MODE_NO_AUTO_CHAIN);
	must((c->ssl = SSL_new(c->ctx)) != NULL);
	if (k->alpn != NULL)
		must(SSL_set_alpn_protos(c->ssl, (const unsigned char *)k->alpn,
			 (unsigned int)strlen(k->alpn)) == 0);
	must(SSL_set_fd(c->ssl, c->fd[1]) == 1);
	SSL_set_connect_state(c->ssl);
}

void
rig_connect(struct rig_conn *c, struct tls_server *s,
    const struct rig_client *k)
{
	int i;

	memset(c, 0, sizeof(*c));
	must(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0,
		 c->fd) == 0);
	client_setup(c, k);
	must((c->tls = tls_conn_new(s, c->fd[0])) != NULL);
	c->result = TLS_WANT_READ;
	for (i = 0; i < 100 &&
	     (c->result == TLS_WANT_READ || c->result == TLS_WANT_WRITE);
	     i++) {
		ERR_clear_error();
		if (SSL_do_handshake(c->ssl) < 0 &&
		    SSL_get_error(c->ssl, -1) == SSL_ERROR_SSL)
			shutdown(c->fd[1], SHUT_WR);
		c->result = tls_handshake(c->tls);
	}
	ERR_clear_error();
}

bool
rig_talk(struct rig_conn *c)
{
	char buf[16];
	size_t n;

	ERR_clear_error();
	if (SSL_write_ex(c->ssl, "ping", 4, &n) != 1 || n != 4 ||
	    tls_read(c->tls, buf, sizeof(buf), &n) != TLS_OK || n != 4 ||
	    memcmp(buf, "ping", 4) != 0)
		return (false);
	return (tls_write(c->tls, "pong!", 5, &n) == TLS_OK && n == 5 &&
	    SSL_read_ex(c->ssl, buf, sizeof(buf), &n) == 1 && n == 5 &&
	    memcmp(buf, "pong!", 5) == 0);
}

void
rig_close(struct rig_conn *c)
{
	tls_conn_free(c->tls);
	SSL_free(c->ssl);
	SSL_CTX_free(c->ctx);
	close(c->fd[0]);
	close(c->fd[1]);
	ERR_clear_error();
}
