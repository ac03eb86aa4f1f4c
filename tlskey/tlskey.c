/* SPDX-License-Identifier: ISC */
/*
 * Signatures over a link: one request at a time, a limit on the wait, and a
 * proof with the certificate's public key before the first one is trusted.
 */

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/provider.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <openssl/ssl.h>

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "log.h"
#include "proto.h"
#include "tlskey_int.h"
#include "tlsprov.h"

struct tlskey {
	OSSL_LIB_CTX	*ctx;
	OSSL_PROVIDER	*base;
	OSSL_PROVIDER	*ours;
	int		 link;		/* -1: none */
	uint32_t	 id;		/* the last request's */
	uint32_t	 late;		/* id of an answer that came too late */
	char		 error[TEXT_SIZE];
	uint8_t		 buf[IMSG_MAX_SIZE];
};

struct tlskey_key {
	struct tlskey	*tk;
	EVP_PKEY	*pub;
	EVP_PKEY	*pkey;		/* the key that libssl holds */
	struct tlskey_facts facts;
	uint16_t	 index;
	bool		 proven;	/* one signature was good */
};

static void __attribute__((format(printf, 2, 3)))
set_error(struct tlskey *tk, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(tk->error, sizeof(tk->error), fmt, ap);
	va_end(ap);
}

static int
load_providers(struct tlskey *tk)
{
	if ((tk->ctx = OSSL_LIB_CTX_new()) == NULL ||
	    !OSSL_PROVIDER_add_builtin(tk->ctx, "sallybase",
		tlsprov_base_init) ||
	    !OSSL_PROVIDER_add_builtin(tk->ctx, "sallykey", tlsprov_key_init))
		return (-1);
	if ((tk->base = OSSL_PROVIDER_load(tk->ctx, "sallybase")) == NULL ||
	    (tk->ours = OSSL_PROVIDER_load(tk->ctx, "sallykey")) == NULL)
		return (-1);
	/* Both have a key type "EC": ours is found only by asking for it. */
	if (!EVP_set_default_properties(tk->ctx, "?provider=default"))
		return (-1);
	return (0);
}

struct tlskey *
tlskey_new(void)
{
	struct tlskey *tk;
	uint8_t seed[16];

	if ((tk = calloc(1, sizeof(*tk))) == NULL)
		return (NULL);
	tk->link = -1;
	/*
	 * Get random numbers once, so that the generator has opened what it
	 * needs.
	 */
	if (!OPENSSL_init_ssl(OPENSSL_INIT_NO_LOAD_CONFIG, NULL) ||
	    load_providers(tk) == -1 ||
	    RAND_bytes_ex(tk->ctx, seed, sizeof(seed), 0) != 1 ||
	    RAND_priv_bytes_ex(tk->ctx, seed, sizeof(seed), 0) != 1) {
		log_warnx("cannot set up OpenSSL: %s",
		    ERR_reason_error_string(ERR_peek_last_error()));
		tlskey_free(tk);
		errno = ELIBACC;
		return (NULL);
	}
	return (tk);
}

void
tlskey_free(struct tlskey *tk)
{
	if (tk == NULL)
		return;
	tlskey_set_link(tk, -1);
	if (tk->ours != NULL)
		(void)OSSL_PROVIDER_unload(tk->ours);
	if (tk->base != NULL)
		(void)OSSL_PROVIDER_unload(tk->base);
	OSSL_LIB_CTX_free(tk->ctx);
	free(tk);
}

struct ossl_lib_ctx_st *
tlskey_libctx(const struct tlskey *tk)
{
	return (tk->ctx);
}

void
tlskey_set_link(struct tlskey *tk, int fd)
{
	if (tk->link != -1)
		close(tk->link);
	tk->link = fd;
	tk->late = 0;
}

bool
tlskey_linked(const struct tlskey *tk)
{
	return (tk->link != -1);
}

const char *
tlskey_error(const struct tlskey *tk)
{
	return (tk->error);
}

void
tlskey_clear_error(struct tlskey *tk)
{
	tk->error[0] = '\0';
}

/* The link is broken, or the other end violates the protocol. */
static int
drop_link(struct tlskey *tk, const char *why)
{
	set_error(tk, "key holder: %s; waiting for a new link", why);
	log_warnx("%s", tk->error);
	tlskey_set_link(tk, -1);
	return (-1);
}

/*
 * Take one packet.  Returns 1 if it is an answer, decoded into *id and *m, 0 if
 * nothing came in time, or -1 with the link dropped.
 */
static int
receive(struct tlskey *tk, int wait_ms, uint32_t *id, struct msg_key_signed *m)
{
	struct imsg imsg;
	int n;

	if (wait_ms > 0)
		n = imsg_recv_wait(tk->link, tk->buf, &imsg, wait_ms);
	else
		n = imsg_recv(tk->link, tk->buf, &imsg);
	if (n == -1 && (errno == ETIMEDOUT || errno == EAGAIN))
		return (0);
	if (n == 0)
		return (drop_link(tk, "link closed"));
	if (n == -1)
		return (drop_link(tk, strerror(errno)));
	if (imsg.fd != -1)
		close(imsg.fd);
	if (imsg.fd != -1 || imsg.type != MSG_KEY_SIGNED ||
	    msg_key_signed_get(&imsg.data, m) == -1)
		return (drop_link(tk, "sent a bad message"));
	*id = imsg.id;
	return (1);
}

/* An answer that nobody waits for any more may still come. */
static int
settle_late(struct tlskey *tk)
{
	struct msg_key_signed m;
	uint32_t id;
	int n;

	while (tk->late != 0) {
		if ((n = receive(tk, 0, &id, &m)) == -1)
			return (-1);
		if (n == 0) {
			set_error(tk,
			    "key holder: has not answered yet; is it stopped or overloaded?");
			return (-1);
		}
		if (id == tk->late)
			tk->late = 0;
	}
	return (0);
}

static int
send_request(struct tlskey *tk, const struct msg_key_sign *m)
{
	struct ibuf b;
	uint8_t payload[2 + 2 + 2 + KEY_TBS_MAX];

	ibuf_init(&b, payload, 0, sizeof(payload));
	if (msg_key_sign_put(&b, m) == -1) {
		set_error(tk, "key holder: request of %u bytes does not fit",
		    m->len);
		return (-1);
	}
	if (++tk->id == 0)
		tk->id = 1;
	if (imsg_send(tk->link, MSG_KEY_SIGN, tk->id, b.buf, b.wpos, -1) == 0)
		return (0);
	if (errno == EAGAIN) {
		set_error(tk, "key holder: does not read its link");
		return (-1);
	}
	return (drop_link(tk, strerror(errno)));
}

static int
await_answer(struct tlskey *tk, struct msg_key_signed *m)
{
	struct mono deadline;
	int64_t left;
	uint32_t id;
	int n;

	deadline = mono_add_ms(mono_now(), TLSKEY_WAIT_MS);
	for (;;) {
		left = mono_diff_ms(deadline, mono_now());
		n = left <= 0 ? 0 : receive(tk, (int)left, &id, m);
		if (n == -1)
			return (-1);
		if (n == 0) {
			tk->late = tk->id;
			set_error(tk, "key holder: no answer within %d ms",
			    TLSKEY_WAIT_MS);
			return (-1);
		}
		if (id == tk->id)
			return (0);
	}
}

/* Get the answer to a request, or return -1 with the error set. */
static int
ask(struct tlskey *tk, const struct msg_key_sign *req,
    struct msg_key_signed *ans)
{
	tk->error[0] = '\0';
	if (tk->link == -1) {
		set_error(tk, "key holder: no link (is apid -S running?)");
		return (-1);
	}
	if (settle_late(tk) == -1 || send_request(tk, req) == -1 ||
	    await_answer(tk, ans) == -1)
		return (-1);
	if (ans->ok)
		return (0);
	set_error(tk,
	    "key holder: refused to sign for listen[%u]; its log says why",
	    req->key);
	return (-1);
}

static int
set_pss(EVP_PKEY_CTX *pctx)
{
	return (EVP_PKEY_CTX_set_rsa_padding(pctx, RSA_PKCS1_PSS_PADDING) > 0 &&
	    EVP_PKEY_CTX_set_rsa_pss_saltlen(pctx, RSA_PSS_SALTLEN_DIGEST) > 0);
}

/* True if the signature was made with the certificate's key. */
static bool
good_signature(const struct tlskey_key *key, const struct msg_key_sign *req,
    const struct msg_key_signed *ans)
{
	EVP_PKEY_CTX *pctx = NULL;
	EVP_MD_CTX *mctx;
	const char *md = "SHA256";
	bool ok;

	if (req->scheme == SCHEME_ED25519)
		md = NULL;
	else if (req->scheme == SCHEME_PSS_SHA384)
		md = "SHA384";
	if ((mctx = EVP_MD_CTX_new()) == NULL)
		return (false);
	ok = EVP_DigestVerifyInit_ex(mctx, &pctx, md, key->tk->ctx, NULL,
		 key->pub, NULL) == 1 &&
	    (!EVP_PKEY_is_a(key->pub, "RSA") || set_pss(pctx)) &&
	    EVP_DigestVerify(mctx, ans->sig, ans->len, req->tbs, req->len) == 1;
	EVP_MD_CTX_free(mctx);
	return (ok);
}

int
tlskey_key_sign(struct tlskey_key *key, uint16_t scheme, const uint8_t *tbs,
    size_t len, uint8_t *sig, size_t size, size_t *siglen)
{
	struct msg_key_signed ans;
	struct msg_key_sign req;

	if (len > sizeof(req.tbs)) {
		set_error(key->tk, "key holder: %zu bytes to sign are too many",
		    len);
		return (-1);
	}
	memset(&req, 0, sizeof(req));
	req.key = key->index;
	req.scheme = scheme;
	req.len = (uint16_t)len;
	memcpy(req.tbs, tbs, len);
	if (ask(key->tk, &req, &ans) == -1)
		return (-1);
	if (ans.len > size || ans.len > (size_t)key->facts.max_size) {
		set_error(key->tk,
		    "key holder: signature of %u bytes, at most %d fit the certificate's key",
		    ans.len, key->facts.max_size);
		return (-1);
	}
	if (!key->proven && !good_signature(key, &req, &ans)) {
		ERR_clear_error();
		set_error(key->tk,
		    "the private key of listen[%u] is not that of its certificate: give both of one pair and reload",
		    key->index);
		return (-1);
	}
	key->proven = true;
	memcpy(sig, ans.sig, ans.len);
	*siglen = ans.len;
	return (0);
}

int
tlskey_key_test(struct tlskey_key *key)
{
	static const char context[] = "TLS 1.3, server CertificateVerify";
	uint8_t tbs[64 + sizeof(context) + 32], sig[KEY_SIG_MAX];
	uint16_t scheme = SCHEME_PSS_SHA256;
	size_t siglen;
	bool proven;
	int ret;

	/* A hash of zeroes, which no transcript has. */
	memset(tbs, 0, sizeof(tbs));
	memset(tbs, ' ', 64);
	memcpy(tbs + 64, context, sizeof(context));
	if (EVP_PKEY_is_a(key->pub, "EC"))
		scheme = SCHEME_ECDSA_P256;
	else if (EVP_PKEY_is_a(key->pub, "ED25519"))
		scheme = SCHEME_ED25519;
	proven = key->proven;
	key->proven = false;
	ret = tlskey_key_sign(key, scheme, tbs, sizeof(tbs), sig, sizeof(sig),
	    &siglen);
	if (ret == -1 && proven)
		key->proven = !tlskey_linked(key->tk) || key->tk->late != 0;
	return (ret);
}

/* The kinds of keys for which we can get signatures. */
static const char *
key_type(EVP_PKEY *pub, char *err, size_t errsize)
{
	char group[32] = "";

	if (EVP_PKEY_is_a(pub, "EC")) {
		(void)EVP_PKEY_get_group_name(pub, group, sizeof(group), NULL);
		if (strcmp(group, "prime256v1") == 0)
			return ("EC");
		snprintf(err, errsize, "EC key on curve %s: use P-256", group);
		return (NULL);
	}
	if (EVP_PKEY_is_a(pub, "ED25519"))
		return ("ED25519");
	if (EVP_PKEY_is_a(pub, "RSA") && EVP_PKEY_get_bits(pub) >= 2048 &&
	    EVP_PKEY_get_bits(pub) <= KEY_SIG_MAX * 8)
		return ("RSA");
	snprintf(err, errsize,
	    "%s key of %d bits: use P-256, Ed25519 or RSA of 2048 to %d bits",
	    EVP_PKEY_get0_type_name(pub), EVP_PKEY_get_bits(pub),
	    KEY_SIG_MAX * 8);
	return (NULL);
}

/* Make an EVP_PKEY of our provider with the public half of pub. */
static EVP_PKEY *
make_pkey(struct tlskey_key *key, const char *type)
{
	OSSL_PARAM ours[2], *public = NULL, *all = NULL;
	EVP_PKEY_CTX *pctx;
	EVP_PKEY *pkey = NULL;

	ours[0] = OSSL_PARAM_construct_octet_string(TLSPROV_HOLDER, &key,
	    sizeof(key));
	ours[1] = OSSL_PARAM_construct_end();
	pctx = EVP_PKEY_CTX_new_from_name(key->tk->ctx, type,
	    "provider=sallykey");
	if (pctx != NULL &&
	    EVP_PKEY_todata(key->pub, EVP_PKEY_PUBLIC_KEY, &public) == 1 &&
	    (all = OSSL_PARAM_merge(ours, public)) != NULL &&
	    EVP_PKEY_fromdata_init(pctx) == 1)
		(void)EVP_PKEY_fromdata(pctx, &pkey, EVP_PKEY_KEYPAIR, all);
	OPENSSL_free(all);
	OSSL_PARAM_free(public);
	EVP_PKEY_CTX_free(pctx);
	return (pkey);
}

struct tlskey_key *
tlskey_key_new(struct tlskey *tk, uint16_t index, struct evp_pkey_st *pub,
    char *err, size_t errsize)
{
	struct tlskey_key *key;
	const char *type;

	if ((type = key_type(pub, err, errsize)) == NULL)
		return (NULL);
	if ((key = calloc(1, sizeof(*key))) == NULL) {
		snprintf(err, errsize, "out of memory");
		return (NULL);
	}
	key->tk = tk;
	key->index = index;
	if (!EVP_PKEY_up_ref(pub)) {
		snprintf(err, errsize, "cannot use its public key");
		free(key);
		return (NULL);
	}
	key->pub = pub;
	key->facts.bits = EVP_PKEY_get_bits(pub);
	key->facts.security_bits = EVP_PKEY_get_security_bits(pub);
	key->facts.max_size = EVP_PKEY_get_size(pub);
	if ((key->pkey = make_pkey(key, type)) == NULL) {
		snprintf(err, errsize, "cannot use its public key: %s",
		    ERR_reason_error_string(ERR_peek_last_error()));
		ERR_clear_error();
		tlskey_key_free(key);
		return (NULL);
	}
	return (key);
}

void
tlskey_key_free(struct tlskey_key *key)
{
	if (key == NULL)
		return;
	EVP_PKEY_free(key->pkey);
	EVP_PKEY_free(key->pub);
	free(key);
}

struct evp_pkey_st *
tlskey_key_pkey(const struct tlskey_key *key)
{
	return (key->pkey);
}

const struct tlskey_facts *
tlskey_key_facts(const struct tlskey_key *key)
{
	return (&key->facts);
}
