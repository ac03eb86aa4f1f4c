/* SPDX-License-Identifier: ISC */
/*
 * A new configuration, in two phases: every child checks it, and no child uses
 * it before all have agreed.  Whatever goes wrong, the old one stays in force.
 * The asker is answered when all use it.
 */

#include <stdio.h>
#include <string.h>

#include "advise.h"
#include "check.h"
#include "config.h"
#include "confsend.h"
#include "enter.h"
#include "files.h"
#include "link_ctl.h"
#include "log.h"
#include "maintenance.h"
#include "merge.h"
#include "nak.h"
#include "netd.h"
#include "notify.h"
#include "off.h"
#include "parse.h"
#include "proc.h"
#include "relay.h"
#include "reload.h"
#include "spawn.h"
#include "spoiled.h"
#include "watch.h"

#define TAKE_MS		4000	/* until a child that is late is not waited for */

static void	 reload_timer_cb(evutil_socket_t, short, void *);

void
reload_request(struct netd *n, bool force, const char *why)
{
	log_info("reload%s: %s", force ? ", forced" : "", why);
	n->reload.wanted = true;
	n->reload.want_force |= force;
	reload_try(n);
}

static void
reload_end(struct netd *n, enum ctl_code code, const char *text)
{
	struct reload *r;
	unsigned int i;

	r = &n->reload;
	operators_reloaded(n->operators, code, text);
	maintenance_watch(n);
	off_tell(n);
	if (r->timer != NULL)
		evtimer_del(r->timer);
	for (i = 0; i < n->nprocs; i++)
		n->procs[i].late = false;
	r->active = r->committed = false;
	r->next = NULL;
	notify_send(&n->notify, "READY=1\nSTATUS=generation %u%s",
	    n->generation,
	    code == CTL_OK ? "" : "; the last reload failed, see the log");
	reload_try(n);
}

/*
 * Nothing of it is in use: log all errors, and answer with as many as there is
 * room for.
 */
static void
tell_errors(const struct config *c, char *why, size_t size)
{
	char more[64];
	unsigned int i, told;
	size_t len;

	for (i = 0; i < c->nerrors && i < CONF_ERRORS_MAX; i++)
		log_warnx("%s", log_text(c->errors[i]));
	log_warnx("reload: %u error%s; the old configuration stays", c->nerrors,
	    c->nerrors == 1 ? "" : "s");
	len = strlcpy(why, c->errors[0], size);
	for (told = 1; told < c->nerrors && told < CONF_ERRORS_MAX; told++) {
		if (len + strlen(c->errors[told]) + sizeof(more) + 2 > size)
			break;
		strlcat(why, "; ", size);
		len = strlcat(why, c->errors[told], size);
	}
	if (told == c->nerrors)
		return;
	snprintf(more, sizeof(more), "; and %u more: see the log of netd",
	    c->nerrors - told);
	if (len + sizeof(more) > size)
		why[size - sizeof(more)] = '\0';
	strlcat(why, more, size);
}

static bool
can_begin(const struct netd *n)
{
	unsigned int i;

	if (n->state != SUITE_RUNNING || n->reload.active)
		return (false);
	for (i = 0; i < n->nprocs; i++)
		if (n->procs[i].state != PROC_UP &&
		    n->procs[i].state != PROC_DOWN)
			return (false);
	return (true);
}

/* A list that is suddenly empty is a mistake until somebody says otherwise. */
static bool
is_emptied(const struct config *c, const struct config *old, char *why,
    size_t size)
{
	const char *what = NULL;

	if (c->nidentities == 0 && old->nidentities != 0)
		what = "identities";
	if (c->nlisten == 0 && old->nlisten != 0)
		what = "listen";
	if (what == NULL)
		return (false);
	snprintf(why, size,
	    "%s: %s is empty, and was not: nobody could enrol or renew; if that is meant: sallyctl reload force",
	    c->file, what);
	return (true);
}

/*
 * Parts that nobody can use are refused, as by netd -n.  After a start with
 * them, reloads go on with them, since a revocation list must not wait.
 */
static bool
may_be_useless(const struct netd *n)
{
	return (n->reload.force || n->conf->conf->useless[0] != '\0');
}

/*
 * Load the file, open what it names, and keep what must stay.  Returns NULL
 * with why if that failed.
 */
static struct bundle *
read_next(struct netd *n, enum ctl_code *code, char *why, size_t size)
{
	struct config *c;
	struct bundle *b;

	*code = CTL_FAILED;
	strlcpy(why, "no memory", size);
	if ((c = config_load(n->file)) == NULL)
		return (NULL);
	if (c->nerrors == 0) {
		config_merge(c, n->conf->conf);
		config_check(c);
	}
	if (c->nerrors != 0) {
		*code = CTL_CONFIG;
		tell_errors(c, why, size);
		config_free(c);
		return (NULL);
	}
	reload_watch(n, c);
	if ((b = bundle_open(c, n->conf)) == NULL)
		return (NULL);
	if (c->nerrors != 0) {
		*code = CTL_CONFIG;
		tell_errors(c, why, size);
		bundle_free(b);
		return (NULL);
	}
	if (is_emptied(c, n->conf->conf, why, size) && !n->reload.force) {
		*code = CTL_CONFIG;
		log_warnx("%s; the old configuration stays", why);
		bundle_free(b);
		return (NULL);
	}
	if (may_be_useless(n))
		config_warn(c);
	else
		config_advise(c);
	if (c->nerrors != 0) {
		*code = CTL_CONFIG;
		tell_errors(c, why, size);
		bundle_free(b);
		return (NULL);
	}
	return (b);
}

/* Make every child drop the configuration that it was sent. */
static void
drop_all(struct netd *n)
{
	struct msg_conf_abort m = { n->generation };
	struct proc *p;
	unsigned int i;

	for (i = 0; i < n->nprocs; i++) {
		p = &n->procs[i];
		if (p->answer == ANSWER_NONE)
			continue;
		p->answer = ANSWER_NONE;
		p->sending = NULL;
		if (p->chan != NULL && p->state != PROC_HELLO &&
		    chan_send_conf_abort(p->chan, 0, &m, -1) == -1)
			chan_fail(p->chan, "cannot send to it");
	}
}

static void
set_timer(struct netd *n, int64_t ms)
{
	struct timeval tv = { ms / 1000, 0 };
	struct reload *r = &n->reload;

	if (r->timer == NULL)
		r->timer = evtimer_new(n->base, reload_timer_cb, n);
	if (r->timer == NULL || evtimer_add(r->timer, &tv) == -1)
		log_warnx("reload: no timer");
}

/*
 * Send a child its part of the next configuration.  One that waits to be
 * started again is started now, and gets it as its first: it may be the only
 * one that can check its part.
 */
static void
send_one(struct proc *p)
{
	if (p->state == PROC_DOWN) {
		p->late = true;
		proc_start(p);
	}
	if (p->state == PROC_HELLO) {
		p->answer = ANSWER_WAIT;
		return;
	}
	if (p->state == PROC_CONF)
		proc_set_timer(p, CONF_MS);
	if (p->state == PROC_UP || p->state == PROC_CONF)
		confsend_start(p, p->netd->reload.next, p->netd->generation);
}

static void
send_all(struct netd *n)
{
	unsigned int i;

	set_timer(n, CONF_MS);
	n->generation++;
	for (i = 0; i < n->nprocs; i++)
		send_one(&n->procs[i]);
	reload_check(n);
}

void
reload_try(struct netd *n)
{
	char why[CONF_ERROR_SIZE];
	enum ctl_code code;
	struct reload *r;

	r = &n->reload;
	if (!r->wanted || !can_begin(n))
		return;
	/* Fronts that are replaced now could not answer. */
	if (spoiled_listeners(n))
		return;
	r->wanted = false;
	r->active = true;
	r->force = r->want_force;
	r->want_force = false;
	r->text[0] = '\0';
	notify_reloading(&n->notify);
	r->next = read_next(n, &code, why, sizeof(why));
	if (r->next == NULL) {
		reload_end(n, code, why);
		return;
	}
	send_all(n);
}

/* All that live use the new configuration. */
static void
in_force(struct netd *n)
{
	char text[TEXT_SIZE + 32];

	snprintf(text, sizeof(text), "configuration loaded%s%s",
	    n->reload.text[0] != '\0' ? ": " : "", n->reload.text);
	log_notice("configuration loaded, generation %u%s%s", n->generation,
	    n->reload.text[0] != '\0' ? ": " : "", log_text(n->reload.text));
	if (off_count(n->conf) > 0) {
		off_first(n->conf, text, TEXT_SIZE);
		reload_end(n, CTL_CONFIG, text);
	} else if (n->conf->conf->useless[0] != '\0' && !n->reload.force)
		reload_end(n, CTL_CONFIG, n->conf->conf->useless);
	else
		reload_end(n, CTL_OK, text);
}

/*
 * Tell a child to use the new configuration.  It answers a ping behind that
 * when it has.
 */
static void
tell_commit(struct proc *p)
{
	struct msg_conf_commit m = { p->netd->generation };

	if (chan_send_conf_commit(p->chan, 0, &m, -1) == -1 ||
	    chan_send_bare(p->chan, MSG_SETUP_PING, m.generation) == -1)
		chan_fail(p->chan, "cannot send to it");
	else
		p->answer = ANSWER_TAKES;
}

/* Tell of the first child that could not be asked. */
static void
tell_unasked(struct netd *n)
{
	char *text = n->reload.text;
	const struct proc *p;
	size_t len = strlen(text);
	unsigned int i;

	for (i = 0; i < n->nprocs; i++) {
		p = &n->procs[i];
		if (p->answer != ANSWER_NONE)
			continue;
		snprintf(text + len, TEXT_SIZE - len,
		    "%s%s does not run: the log will tell whether it takes it",
		    len > 0 ? "; " : "", p->name);
		return;
	}
}

/* Make every child use the new configuration. */
static void
commit(struct netd *n)
{
	enum proc_answer answer;
	struct bundle *old;
	struct proc *p;
	unsigned int i;

	old = n->conf;
	n->conf = n->reload.next;
	n->reload.next = NULL;
	relay_prune(n);
	tell_unasked(n);
	for (i = 0; i < n->nprocs; i++) {
		p = &n->procs[i];
		answer = p->answer;
		p->answer = ANSWER_NONE;
		p->late = false;
		if ((answer == ANSWER_NAK || answer == ANSWER_MISSED) &&
		    p->pid != 0)
			proc_kill(p, "it does not take the new configuration");
		else if (answer == ANSWER_ACK && p->state == PROC_CONF)
			enter(p);
		else if (answer == ANSWER_ACK && p->chan != NULL)
			tell_commit(p);
	}
	bundle_free(old);
	n->reload.committed = true;
	set_timer(n, TAKE_MS);
	reload_check(n);
}

static void
abandon(struct netd *n, enum ctl_code code, const char *why)
{
	struct bundle *next;
	struct proc *p;
	unsigned int i;

	drop_all(n);
	next = n->reload.next;
	for (i = 0; i < n->nprocs; i++) {
		p = &n->procs[i];
		if (!p->late)
			continue;
		p->late = false;
		if (p->state == PROC_CONF) {
			proc_set_timer(p, CONF_MS);
			confsend_start(p, n->conf, n->generation);
		}
	}
	log_warnx("reload: %s; the old configuration stays", log_text(why));
	reload_end(n, code, why);
	bundle_free(next);
}

/*
 * All fronts check the same.  One that refuses what as many of its siblings
 * accept, that dies or does not answer, is broken or captured: it must not keep
 * a new CRL from them.  Nor must one that accepts force it on the others.
 */
static bool
is_outvoted(const struct proc *p)
{
	const struct proc *q;
	unsigned int i, yes = 0, no = 0;

	for (i = 0; i < p->netd->nprocs; i++) {
		q = &p->netd->procs[i];
		if (q->role != P_APID)
			continue;
		yes += q->answer == ANSWER_ACK;
		no += q->answer == ANSWER_NAK || q->answer == ANSWER_MISSED;
	}
	return (p->role == P_APID && yes > 0 && yes >= no);
}

/*
 * Abandon it for a refusal that counts.  The others are for commit().  What
 * keeps a listener off that was off before does not keep the rest from being
 * used: it is sent once more without that listener.
 */
static bool
is_refused(struct netd *n)
{
	char why[CONF_PATH + TEXT_SIZE + 16];
	const struct proc *p;
	unsigned int before, i;

	before = off_count(n->reload.next);
	for (i = 0; i < n->nprocs; i++) {
		p = &n->procs[i];
		if (p->answer == ANSWER_MISSED && !is_outvoted(p)) {
			abandon(n, CTL_BUSY,
			    "a process died or did not answer in time");
			return (true);
		}
		if (p->answer != ANSWER_NAK || is_outvoted(p) ||
		    off_refused(n->reload.next, &p->nak) == 0)
			continue;
		nak_text(n->reload.next->conf, &p->nak, why, sizeof(why));
		abandon(n, CTL_CONFIG, why);
		return (true);
	}
	if (off_count(n->reload.next) == before)
		return (false);
	drop_all(n);
	send_all(n);
	return (true);
}

void
reload_check(struct netd *n)
{
	const struct reload *r = &n->reload;
	unsigned int i;

	for (i = 0; i < n->nprocs; i++)
		if (n->procs[i].answer ==
		    (r->committed ? ANSWER_TAKES : ANSWER_WAIT))
			return;
	if (!r->active)
		return;
	if (r->committed)
		in_force(n);
	else if (!is_refused(n))
		commit(n);
}

void
reload_answered(struct proc *p)
{
	if (p->netd->reload.active)
		reload_check(p->netd);
}

void
reload_taken(struct proc *p, uint32_t generation)
{
	if (p->answer != ANSWER_TAKES || generation != p->netd->generation)
		return;
	p->answer = ANSWER_NONE;
	reload_check(p->netd);
}

void
reload_lost(struct proc *p)
{
	if (!p->netd->reload.active || p->answer == ANSWER_NONE)
		return;
	/*
	 * A child that is started again begins with the configuration in
	 * force, and one that did not run before keeps nothing from the
	 * others.
	 */
	p->answer = p->netd->reload.committed || p->late ? ANSWER_NONE :
							   ANSWER_MISSED;
	reload_check(p->netd);
}

static void
reload_timer_cb(evutil_socket_t fd, short what, void *arg)
{
	struct netd *n = arg;
	struct proc *p;
	unsigned int i;

	for (i = 0; i < n->nprocs; i++) {
		p = &n->procs[i];
		if (p->answer == ANSWER_TAKES) {
			log_warnx("reload: %s is late to use it", p->name);
			p->answer = ANSWER_NONE;
		}
		/* A child that starts has a time of its own. */
		if (p->answer != ANSWER_WAIT || n->reload.committed)
			continue;
		p->answer = p->late ? ANSWER_NONE : ANSWER_MISSED;
		p->sending = NULL;
	}
	reload_check(n);
}

void
reload_watch(struct netd *n, const struct config *c)
{
	const char *paths[3 + 4 * LISTEN_MAX + IDENT_MAX];
	const struct conf_listen *l;
	size_t np;
	unsigned int i;

	np = 0;
	paths[np++] = n->file;
	if (*c->access.file != '\0')
		paths[np++] = c->access.file;
	if (*c->auth_file != '\0')
		paths[np++] = c->auth_file;
	for (i = 0; i < c->nidentities; i++)
		if (*c->identities[i].ca != '\0')
			paths[np++] = c->identities[i].ca;
	for (i = 0; i < c->nlisten; i++) {
		l = &c->listen[i];
		if (!l->has_tls)
			continue;
		paths[np++] = l->certificate;
		paths[np++] = l->key;
		if (*l->client_ca != '\0')
			paths[np++] = l->client_ca;
		if (*l->crl != '\0')
			paths[np++] = l->crl;
	}
	if (watch_set(n->watch, paths, np) == -1)
		log_warnx("cannot watch files: no memory");
}
