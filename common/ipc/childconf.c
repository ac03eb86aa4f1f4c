/* SPDX-License-Identifier: ISC */
/*
 * The steps of a configuration in a child.  The child itself interprets the
 * slices.
 */

#include <string.h>

#include "childconf.h"

void *
childconf_shadow(const struct chan *c)
{
	const struct childconf *cc = chan_arg(c);

	return (cc->shadow);
}

void
childconf_clear(struct childconf *cc)
{
	if (cc->shadow != NULL)
		cc->ops->drop(cc->shadow);
	cc->shadow = NULL;
}

int
childconf_begin(struct chan *c, uint32_t id, const struct msg_conf_begin *m)
{
	struct childconf *cc = chan_arg(c);

	cc->generation = m->generation;
	cc->force = m->force;
	cc->text[0] = '\0';
	if ((cc->shadow = cc->ops->begin(cc, m->generation)) == NULL)
		return (-1);
	chan_set_state(c, CONF_OPEN);
	return (0);
}

int
childconf_end(struct chan *c, uint32_t id)
{
	struct childconf *cc = chan_arg(c);
	struct msg_conf_ack ack = { cc->generation, "" };
	struct msg_conf_nak nak = { .generation = cc->generation };
	const char *error;

	cc->word = CONF_ANY_WORD;
	cc->index = 0;
	if ((error = cc->ops->check(cc, cc->shadow)) == NULL) {
		chan_set_state(c, CONF_CHECKED);
		strlcpy(ack.text, cc->text, sizeof(ack.text));
		return (chan_send_conf_ack(c, id, &ack, -1));
	}
	nak.word = cc->word;
	nak.index = cc->index;
	strlcpy(nak.text, error, sizeof(nak.text));
	childconf_clear(cc);
	chan_set_state(c, CONF_IDLE);
	return (chan_send_conf_nak(c, id, &nak, -1));
}

int
childconf_commit(struct chan *c, uint32_t id, const struct msg_conf_commit *m)
{
	struct childconf *cc = chan_arg(c);
	void *shadow = cc->shadow;

	if (m->generation != cc->generation)
		return (-1);
	cc->shadow = NULL;
	chan_set_state(c, CONF_IDLE);
	return (cc->ops->commit(cc, shadow));
}

int
childconf_abort(struct chan *c, uint32_t id, const struct msg_conf_abort *m)
{
	childconf_clear(chan_arg(c));
	chan_set_state(c, CONF_IDLE);
	return (0);
}
