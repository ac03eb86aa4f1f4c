/* SPDX-License-Identifier: ISC */
/*
 * The key holder as a process: it gets keys from the parent as descriptors and
 * requests from the fronts, and has no other input or output.
 */

#include <event2/event.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "chan.h"
#include "child.h"
#include "childconf.h"
#include "clock.h"
#include "keycheck.h"
#include "keyset.h"
#include "log.h"

#define FRONTS_MAX	64	/* most links */
#define QUIET_MS	1000	/* between two lines about refusals */

struct holder {
	struct childconf conf;		/* first; its shadow is a keyset */
	struct child	 child;
	bool		 entered;	/* behind the walls */
	struct event_base *base;
	struct chan	*parent;
	struct chan	*fronts[FRONTS_MAX];
	struct keyset	*keys;		/* in force; NULL before the first */
	char		 bad[TEXT_SIZE];	/* the shadow's first error */
	uint8_t		 bad_word;	/* as in CONF_NAK */
	uint16_t	 bad_index;
	struct mono	 quiet;		/* refusals are counted until then */
	unsigned int	 refused;	/* refusals not logged yet */
};

/* --- the fronts, or agentd in a device's suite --- */

static void
tell_refusal(struct holder *k, const struct chan *ch, uint16_t key,
    const char *why)
{
	struct mono now;

	k->refused++;
	now = mono_now();
	if (mono_cmp(now, k->quiet) < 0)
		return;
	log_warnx(
	    "%s: refused to sign with the key of listen[%u]: %s (%u refused since the last line)",
	    chan_name(ch), key, why, k->refused);
	k->refused = 0;
	k->quiet = mono_add_ms(now, QUIET_MS);
}

/*
 * A front is a server, and agentd is a client.  The parent says at its links
 * which of them asks, so that neither can have the other's signature.
 */
static int
key_sign(struct chan *ch, uint32_t id, const struct msg_key_sign *m)
{
	enum key_side side = chan_peer(ch) == P_AGENT ? KEY_CLIENT : KEY_SERVER;
	struct holder *k = chan_arg(ch);
	struct msg_key_signed ans;
	const char *why;

	if ((why = keyset_sign(k->keys, side, m, &ans)) != NULL)
		tell_refusal(k, ch, m->key, why);
	/* A front that does not read its answers loses its link. */
	return (chan_send_key_signed(ch, id, &ans, -1));
}

static void
front_closed(struct chan *ch, const char *reason)
{
	struct holder *k = chan_arg(ch);
	unsigned int i;

	log_debug("%s: %s", chan_name(ch), reason);
	for (i = 0; i < FRONTS_MAX; i++)
		if (k->fronts[i] == ch)
			k->fronts[i] = NULL;
	chan_free(ch);
}

static const struct chan_handler front_table[] = {
	ON(key_sign, CHAN_UP, key_sign),
};

static const struct chan_ops front_ops = {
	.table = front_table,
	.n = sizeof(front_table) / sizeof(front_table[0]),
	.closed = front_closed,
};

/* --- the parent --- */

static int
key_setup_peer(struct chan *ch, uint32_t id, const struct msg_setup_peer *m,
    int fd)
{
	struct holder *k = chan_arg(ch);
	char name[16];

	if ((m->role != P_APID && m->role != P_AGENT) ||
	    m->index >= FRONTS_MAX) {
		close(fd);
		return (-1);
	}
	snprintf(name, sizeof(name), "%s %u", msg_role_name(m->role), m->index);
	chan_free(k->fronts[m->index]);
	k->fronts[m->index] = chan_new(k->base, fd, P_KEY, m->role, name,
	    &front_ops, CHAN_UP, k);
	if (k->fronts[m->index] == NULL)
		log_warn("link to %s", name);
	return (0);
}

static int
key_setup_stop(struct chan *ch, uint32_t id, const struct msg_setup_stop *m)
{
	struct holder *k = chan_arg(ch);

	(void)event_base_loopexit(k->base, NULL);
	return (0);
}

static void
refuse(struct holder *k, enum conf_word word, uint16_t index, const char *what,
    const char *why)
{
	k->bad_word = (uint8_t)word;
	k->bad_index = index;
	snprintf(k->bad, sizeof(k->bad), "listen[%u]: %s%s", index, what, why);
}

static int
key_conf_tlskey(struct chan *ch, uint32_t id, const struct msg_conf_tlskey *m,
    int fd)
{
	struct holder *k = chan_arg(ch);
	char why[TEXT_SIZE / 2];

	/* Only the first error is reported. */
	if (k->bad[0] == '\0' &&
	    keyset_load(childconf_shadow(ch), m->listen, fd, why,
		sizeof(why)) == -1)
		refuse(k, CONF_KEY, m->listen, "key: ", why);
	close(fd);
	return (0);
}

/* The certificate is needed only to check that the key belongs to it. */
static int
key_conf_cert(struct chan *ch, uint32_t id, const struct msg_conf_cert *m,
    int fd)
{
	struct holder *k = chan_arg(ch);
	char why[TEXT_SIZE / 2];

	if (m->kind == CERT_CHAIN && k->bad[0] == '\0' &&
	    keyset_expect(childconf_shadow(ch), m->listen, fd, why,
		sizeof(why)) == -1)
		refuse(k, CONF_CERTIFICATE, m->listen, "", why);
	close(fd);
	return (0);
}

static void *
conf_begin(void *arg, uint32_t generation)
{
	struct holder *k = arg;

	/* Files are parsed behind the walls, at the start, too. */
	if (!k->entered)
		child_enter(&k->child, NULL);
	k->entered = true;
	k->bad[0] = '\0';
	return (keyset_new());
}

static const char *
conf_check(void *arg, void *shadow)
{
	struct holder *k = arg;
	char why[TEXT_SIZE / 2];
	uint16_t index;

	if (k->bad[0] == '\0' &&
	    keyset_check(shadow, &index, why, sizeof(why)) == -1)
		refuse(k, CONF_KEY, index, "", why);
	if (k->bad[0] == '\0')
		return (NULL);
	k->conf.word = k->bad_word;
	k->conf.index = k->bad_index;
	return (k->bad);
}

static int
conf_commit(void *arg, void *shadow)
{
	struct holder *k = arg;
	bool first = k->keys == NULL;

	keyset_free(k->keys);
	k->keys = shadow;
	log_debug("%u keys, configuration %u", keyset_count(k->keys),
	    k->conf.generation);
	if (!first)
		return (0);
	return (chan_send_bare(k->parent, MSG_SETUP_READY, 0));
}

static void
conf_drop(void *shadow)
{
	keyset_free(shadow);
}

static const struct childconf_ops conf_ops = {
	.begin = conf_begin,
	.check = conf_check,
	.commit = conf_commit,
	.drop = conf_drop,
};

static void
parent_closed(struct chan *ch, const char *reason)
{
	struct holder *k = chan_arg(ch);

	log_debug("parent: %s", reason);
	chan_free(ch);
	k->parent = NULL;
	(void)event_base_loopexit(k->base, NULL);
}

static const struct chan_handler parent_table[] = {
	ON(setup_peer, CONF_ANY, key_setup_peer),
	ON(setup_stop, CONF_ANY, key_setup_stop),
	CHILDCONF_ROWS,
	ON(conf_tlskey, CONF_OPEN, key_conf_tlskey),
	ON(conf_cert, CONF_OPEN, key_conf_cert),
};

static const struct chan_ops parent_ops = {
	.table = parent_table,
	.n = sizeof(parent_table) / sizeof(parent_table[0]),
	.closed = parent_closed,
};

static void
key_clear(struct holder *k)
{
	unsigned int i;

	for (i = 0; i < FRONTS_MAX; i++)
		chan_free(k->fronts[i]);
	chan_free(k->parent);
	keyset_free(k->keys);
	childconf_clear(&k->conf);
	event_base_free(k->base);
}

int
main(void)
{
	struct holder k;

	memset(&k, 0, sizeof(k));
	k.conf.ops = &conf_ops;
	child_start(&k.child, P_KEY, "apid-key");
	keyset_init();
	if ((k.base = event_base_new()) == NULL)
		fatalx("event: cannot make a loop");
	k.parent = chan_new(k.base, CHILD_FD, P_KEY, P_PARENT, "parent",
	    &parent_ops, CONF_IDLE, &k);
	if (k.parent == NULL)
		fatal("link to the parent");
	if (event_base_dispatch(k.base) == -1)
		log_warnx("event: the loop failed");
	key_clear(&k);
	return (0);
}
