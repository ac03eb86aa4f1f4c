/* SPDX-License-Identifier: ISC */
/*
 * The place in the file of the word that a child refuses.  A child does not
 * know the file: it names the word and the number of the listener or rule.
 */

#include <stdio.h>
#include <string.h>

#include "conferror.h"
#include "config.h"
#include "nak.h"

unsigned int
nak_line(const struct config *c, const struct msg_conf_nak *m)
{
	static const char *const paths[] = {
		[CONF_PATTERN] = "identities[].pattern",
		[CONF_CERTIFICATE] = "listen[].tls.certificate",
		[CONF_KEY] = "listen[].tls.key",
		[CONF_CLIENT_CA] = "listen[].tls.client_ca",
		[CONF_CRL] = "listen[].tls.crl",
		[CONF_RULE_CA] = "identities[].ca",
	};

	if (m->word == CONF_ANY_WORD ||
	    m->word >= sizeof(paths) / sizeof(paths[0]))
		return (0);
	return (config_line(c, paths[m->word], m->index));
}

const char *
nak_reason(const struct config *c, const struct msg_conf_nak *m)
{
	static const char first[] = "listen[0]: ";

	/* A device's file has its certificate at no listener. */
	if (c->is_agent && strncmp(m->text, first, strlen(first)) == 0)
		return (m->text + strlen(first));
	return (m->text);
}

void
nak_text(const struct config *c, const struct msg_conf_nak *m, char *dst,
    size_t size)
{
	const char *text = nak_reason(c, m);
	unsigned int line;

	if ((line = nak_line(c, m)) != 0)
		snprintf(dst, size, "%s:%u: %s", c->file, line, text);
	else
		snprintf(dst, size, "%s: %s", c->file, text);
}
