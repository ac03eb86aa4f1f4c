/* SPDX-License-Identifier: ISC */
/*
 * Listeners that are off.  Tunnels do not need them: a certificate, key, CA or
 * CRL that cannot be used when we start keeps its own listener off and nothing
 * else.  The reload that finds the file mended switches the listener on.
 */

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "config.h"
#include "files.h"
#include "log.h"
#include "nak.h"
#include "netd.h"
#include "off.h"
#include "proc.h"

void
off_log(const struct bundle *b, unsigned int i)
{
	log_warnx("listener %s is off, the rest runs: %s",
	    b->conf->listen[i].address.text, log_text(b->off[i]));
}

unsigned int
off_count(const struct bundle *b)
{
	unsigned int i, n = 0;

	for (i = 0; i < b->conf->nlisten; i++)
		n += b->off[i][0] != '\0';
	return (n);
}

int
off_refused(struct bundle *b, const struct msg_conf_nak *m)
{
	unsigned int i = m->index;

	if (m->word < CONF_CERTIFICATE || m->word > CONF_CRL ||
	    i >= b->conf->nlisten || !b->may_off[i])
		return (-1);
	if (b->off[i][0] != '\0')
		return (0);
	nak_text(b->conf, m, b->off[i], sizeof(b->off[i]));
	off_log(b, i);
	return (0);
}

unsigned int
off_first(const struct bundle *b, char *dst, size_t size)
{
	unsigned int i, n = 0;

	*dst = '\0';
	for (i = 0; i < b->conf->nlisten; i++) {
		if (bundle_listens(b, i) || n++ > 0)
			continue;
		snprintf(dst, size, "listener %s is off: %.*s",
		    b->conf->listen[i].address.text,
		    (int)size - ENDPOINT_TEXT - 32,
		    b->off[i][0] != '\0' ? b->off[i] :
					   "it cannot be listened on yet");
	}
	return (n);
}

int
off_rule(struct bundle *b, const struct msg_conf_nak *m)
{
	char why[CONF_PATH + TEXT_SIZE + 16];
	unsigned int i = m->index;

	if (m->word != CONF_RULE_CA || i >= b->conf->nidentities ||
	    b->rule_ca[i] == -1)
		return (-1);
	close(b->rule_ca[i]);
	b->rule_ca[i] = -1;
	nak_text(b->conf, m, why, sizeof(why));
	log_warnx("identities[%u] refuses whom it fits, the rest runs: %s", i,
	    log_text(why));
	return (0);
}

int
off_send(struct proc *p, const struct bundle *b)
{
	struct msg_conf_off m;

	memset(&m, 0, sizeof(m));
	m.n = (uint8_t)off_first(b, m.text, sizeof(m.text));
	return (chan_send_conf_off(p->chan, 0, &m, -1));
}

void
off_tell(struct netd *n)
{
	struct proc *p;

	p = proc_find(n, P_LEASED, 0);
	if (p != NULL && (p->state & (PROC_CONF | PROC_ENTER | PROC_UP)) != 0 &&
	    off_send(p, n->conf) == -1)
		log_warn("%s: cannot tell it of listeners", p->name);
}
