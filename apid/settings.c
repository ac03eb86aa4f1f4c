/* SPDX-License-Identifier: ISC */
/*
 * The configuration of the front, from the parent's slices.  Nothing here has
 * an effect: a generation that is refused is dropped and has changed nothing.
 */

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sodium.h>

#include "identity.h"
#include "log.h"
#include "settings.h"
#include "tls.h"
#include "tlsissuer.h"

static void refuse(struct settings *, enum conf_word, unsigned int,
    const char *, ...) __attribute__((format(printf, 4, 5)));

/* Only the first error is kept, because others often follow from it. */
static void
refuse(struct settings *s, enum conf_word word, unsigned int index,
    const char *fmt, ...)
{
	va_list ap;

	if (s->broken)
		return;
	s->broken = true;
	s->word = (uint8_t)word;
	s->index = (uint16_t)index;
	va_start(ap, fmt);
	vsnprintf(s->error, sizeof(s->error), fmt, ap);
	va_end(ap);
}

struct settings *
settings_new(uint32_t generation)
{
	struct settings *s;

	if ((s = calloc(1, sizeof(*s))) == NULL)
		return (NULL);
	if ((s->rules = identity_rules_new()) == NULL) {
		free(s);
		errno = ENOMEM;
		return (NULL);
	}
	memset(s->rule_ca, -1, sizeof(s->rule_ca));
	s->refs = 1;
	s->generation = generation;
	return (s);
}

struct settings *
settings_ref(struct settings *s)
{
	s->refs++;
	return (s);
}

static void
close_certs(struct listener *l)
{
	unsigned int i;

	for (i = 0; i < CERT_KINDS; i++) {
		if (l->cert_fds[i] != -1)
			close(l->cert_fds[i]);
		l->cert_fds[i] = -1;
	}
}

void
settings_unref(struct settings *s)
{
	struct listener *l;
	unsigned int i;

	if (s == NULL || --s->refs > 0)
		return;
	for (i = 0; i < s->nlisteners; i++) {
		l = &s->listeners[i];
		close_certs(l);
		if (l->fd != -1)
			close(l->fd);
		tls_server_unref(l->tls);
	}
	for (i = 0; i < IDENT_MAX; i++)
		if (s->rule_ca[i] != -1)
			close(s->rule_ca[i]);
	identity_rules_free(s->rules);
	free(s->networks);
	explicit_bzero(s->basic, sizeof(s->basic));
	free(s);
}

static struct listener *
find_listener(struct settings *s, uint16_t index)
{
	unsigned int i;

	for (i = 0; i < s->nlisteners; i++) {
		if (s->listeners[i].index == index)
			return (&s->listeners[i]);
	}
	return (NULL);
}

void
settings_add_listen(struct settings *s, const struct msg_conf_listen *m, int fd)
{
	struct listener *l;
	unsigned int i;

	if (s->nlisteners == LISTEN_MAX || find_listener(s, m->index) != NULL) {
		refuse(s, CONF_ANY_WORD, 0,
		    "listener %u: given twice, or more than %d listeners",
		    m->index, LISTEN_MAX);
		close(fd);
		return;
	}
	l = &s->listeners[s->nlisteners++];
	l->index = m->index;
	l->api = m->api;
	l->proof = m->proof;
	l->has_tls = m->tls != 0;
	l->depth = m->depth;
	l->require_eku = m->require_eku != 0;
	l->pending = m->pending;
	l->waits = (m->api & API_PROMPT) == 0;
	strlcpy(l->prefix, m->prefix, sizeof(l->prefix));
	strlcpy(l->address, m->address, sizeof(l->address));
	l->fd = fd;
	for (i = 0; i < CERT_KINDS; i++)
		l->cert_fds[i] = -1;
}

void
settings_add_cert(struct settings *s, const struct msg_conf_cert *m, int fd)
{
	struct listener *l;

	l = find_listener(s, m->listen);
	if (l == NULL || m->kind == 0 || m->kind >= CERT_KINDS ||
	    l->cert_fds[m->kind] != -1) {
		refuse(s, CONF_ANY_WORD, 0,
		    "listener %u: a certificate file without its listener, or twice",
		    m->listen);
		close(fd);
		return;
	}
	l->cert_fds[m->kind] = fd;
}

void
settings_add_identity(struct settings *s, const struct msg_conf_identity *m)
{
	char *first, why[TEXT_SIZE / 2];

	if (identity_rules_add(s->rules, m, why, sizeof(why)) == -1) {
		refuse(s, CONF_PATTERN, s->nrules, "%s", why);
		return;
	}
	s->nrules++;
	if (m->role == ROLE_DEVICE && m->proof == PROOF_CERTIFICATE &&
	    !m->has_ca)
		s->open_rules = true;
	if (m->role == ROLE_PORTAL && m->proof <= PROOF_NONE)
		s->portal_rules[m->proof] = true;
	if (m->role != ROLE_DEVICE || m->proof > PROOF_NONE ||
	    m->network[0] == '\0')
		return;
	first = s->first_network[m->proof];
	if (first[0] == '\0')
		strlcpy(first, m->network, NETNAME_SIZE);
}

void
settings_set_gateway(struct settings *s, const struct msg_conf_gateway *m)
{
	strlcpy(s->endpoint, m->endpoint, sizeof(s->endpoint));
}

void
settings_add_rule_ca(struct settings *s, const struct msg_conf_rule_ca *m,
    int fd)
{
	if (s->rule_ca[m->rule] != -1)
		close(s->rule_ca[m->rule]);
	s->rule_ca[m->rule] = fd;
}

void
settings_add_network(struct settings *s, const struct msg_conf_network *m)
{
	struct msg_conf_network *nets;

	if (s->nnetworks == NETWORKS_MAX) {
		refuse(s, CONF_ANY_WORD, 0, "more than %d networks",
		    NETWORKS_MAX);
		return;
	}
	nets = reallocarray(s->networks, s->nnetworks + 1, sizeof(*nets));
	if (nets == NULL) {
		refuse(s, CONF_ANY_WORD, 0, "out of memory");
		return;
	}
	s->networks = nets;
	nets[s->nnetworks++] = *m;
}

void
settings_add_proxy(struct settings *s, const struct msg_conf_proxy *m)
{
	if (s->nproxies == PROXY_MAX) {
		refuse(s, CONF_ANY_WORD, 0, "more than %d trusted proxies",
		    PROXY_MAX);
		return;
	}
	s->proxies[s->nproxies++] = m->proxy;
}

void
settings_set_limits(struct settings *s, const struct msg_conf_limits *m)
{
	if (m->handshake_ms == 0 || m->head_ms == 0 || m->body_ms == 0 ||
	    m->idle_ms == 0 || m->connections == 0 || m->per_source == 0 ||
	    m->body_bytes == 0 || m->head_bytes == 0 || m->fields == 0) {
		refuse(s, CONF_ANY_WORD, 0, "limits: none of them may be 0");
		return;
	}
	s->limits = *m;
}

void
settings_set_autoygg(struct settings *s, const struct msg_conf_autoygg *m)
{
	s->autoygg = *m;
}

void
settings_set_mesh(struct settings *s, const struct msg_conf_mesh *m)
{
	s->mesh = *m;
}

void
settings_set_basic(struct settings *s, const struct msg_conf_basic *m)
{
	size_t len, n;

	s->basic[0] = '\0';
	if ((len = strlen(m->credentials)) == 0)
		return;
	n = strlcpy(s->basic, "Basic ", sizeof(s->basic));
	(void)sodium_bin2base64(s->basic + n, sizeof(s->basic) - n,
	    (const unsigned char *)m->credentials, len,
	    sodium_base64_VARIANT_ORIGINAL);
}

/* The TLS of the listener at the same address in another generation, or NULL. */
static const struct tls_server *
old_tls(const struct settings *old, const struct listener *l)
{
	unsigned int i;

	for (i = 0; old != NULL && i < old->nlisteners; i++)
		if (strcmp(old->listeners[i].address, l->address) == 0)
			return (old->listeners[i].tls);
	return (NULL);
}

/* The CAs of the rules, or NULL after an error. */
static struct tls_issuers *
read_issuers(struct settings *s, const struct tlskey *key)
{
	struct tls_issuers *l;
	char why[TEXT_SIZE];
	uint16_t i;

	if ((l = tls_issuers_new()) == NULL) {
		refuse(s, CONF_ANY_WORD, 0, "out of memory");
		return (NULL);
	}
	for (i = 0; i < IDENT_MAX; i++)
		if (s->rule_ca[i] != -1 &&
		    tls_issuers_add(l, key, i, s->rule_ca[i], why,
			sizeof(why)) == -1)
			refuse(s, CONF_RULE_CA, i, "%s", why);
	for (i = 0; i < s->nrules; i++)
		if (s->rule_ca[i] == -1)
			identity_rules_lack(s->rules, i);
	return (l);
}

/* Devices of two organisations may have the same names. */
static void
warn_roots(const struct settings *s, const struct listener *l)
{
	unsigned int n;

	if (!s->open_rules || l->proof != PROOF_CERTIFICATE ||
	    (n = tls_server_roots(l->tls)) < 2)
		return;
	log_notice(
	    "listen %s: client_ca has %u independent CAs, and rules without \"ca\" give devices of each the same names",
	    l->address, n);
}

const char *
settings_build(struct settings *s, struct tlskey *key,
    const struct settings *old)
{
	struct tls_server_args args;
	struct tls_issuers *issuers;
	struct listener *l;
	char why[TEXT_SIZE - ENDPOINT_TEXT];
	uint8_t word = CONF_ANY_WORD;
	unsigned int i;

	if (s->limits.connections == 0)
		refuse(s, CONF_ANY_WORD, 0, "limits: they are missing");
	if (s->endpoint[0] == '\0')
		refuse(s, CONF_ANY_WORD, 0, "gateway.endpoint: it is missing");
	issuers = read_issuers(s, key);
	for (i = 0; i < s->nlisteners && !s->broken; i++) {
		l = &s->listeners[i];
		if (!l->has_tls)
			continue;
		if (l->cert_fds[CERT_CHAIN] == -1 ||
		    l->cert_fds[CERT_CLIENT_CA] == -1) {
			refuse(s, CONF_CLIENT_CA, l->index,
			    "listener %s: certificate or client_ca is missing",
			    l->address);
			break;
		}
		memset(&args, 0, sizeof(args));
		args.key = key;
		args.word = &word;
		args.name = l->address;
		args.index = l->index;
		args.first = old == NULL;
		args.old = old_tls(old, l);
		args.depth = l->depth;
		args.require_eku = l->require_eku;
		args.any_cn = identity_wants_sans(s->rules);
		args.issuers = issuers;
		args.chain_fd = l->cert_fds[CERT_CHAIN];
		args.ca_fd = l->cert_fds[CERT_CLIENT_CA];
		args.crl_fd = l->cert_fds[CERT_CRL];
		if ((l->tls = tls_server_new(&args, why, sizeof(why))) == NULL)
			refuse(s, word, l->index, "listener %s: %s", l->address,
			    why);
		else
			warn_roots(s, l);
		close_certs(l);
	}
	tls_issuers_unref(issuers);
	return (s->broken ? s->error : NULL);
}

const struct msg_conf_network *
settings_network(const struct settings *s, const char *name)
{
	unsigned int i;

	for (i = 0; i < s->nnetworks; i++) {
		if (strcmp(s->networks[i].name, name) == 0)
			return (&s->networks[i]);
	}
	return (NULL);
}

bool
settings_is_proxy(const struct settings *s, const struct prefix *p)
{
	unsigned int i;

	for (i = 0; i < s->nproxies; i++) {
		if (prefix_contains(&s->proxies[i], p))
			return (true);
	}
	return (false);
}

struct listener *
settings_same_listener(struct settings *s, const struct listener *old)
{
	struct listener *l;
	unsigned int i;

	for (i = 0; i < s->nlisteners; i++) {
		l = &s->listeners[i];
		if (strcmp(l->address, old->address) == 0 &&
		    l->proof == old->proof && l->has_tls == old->has_tls)
			return (l);
	}
	return (NULL);
}
