/* SPDX-License-Identifier: ISC */
/*
 * Links between children.  The parent makes socketpairs and gives one end to
 * each of two children.  It never keeps an end and never reads from one.
 */

#include <string.h>
#include <unistd.h>

#include "imsg.h"
#include "link.h"
#include "log.h"
#include "netd.h"
#include "proc.h"

#define LINK_MS		3000	/* before a link is made again */

static void
link_add(struct netd *n, const struct proc *a, const struct proc *b)
{
	struct link *l;

	l = &n->links[n->nlinks++];
	l->end[0] = (unsigned int)(a - n->procs);
	l->end[1] = (unsigned int)(b - n->procs);
	l->fd[0] = l->fd[1] = -1;
	l->made = false;
}

void
links_init(struct netd *n)
{
	const struct proc *agent, *kern, *leased, *keyd;
	unsigned int i;

	kern = proc_find(n, P_HAND, 0);
	keyd = proc_find(n, P_KEY, 0);
	if ((agent = proc_find(n, P_AGENT, 0)) != NULL) {
		link_add(n, agent, kern);
		link_add(n, agent, keyd);
		return;
	}
	leased = proc_find(n, P_LEASED, 0);
	link_add(n, leased, kern);
	for (i = 0; i < n->nprocs; i++) {
		if (n->procs[i].role != P_APID)
			continue;
		link_add(n, &n->procs[i], leased);
		link_add(n, &n->procs[i], keyd);
	}
}

static void
link_reset(struct link *l)
{
	unsigned int k;

	for (k = 0; k < 2; k++) {
		if (l->fd[k] != -1)
			close(l->fd[k]);
		l->fd[k] = -1;
	}
	l->made = false;
}

/* Send end k to its process if that process has greeted. */
static void
link_deliver(struct netd *n, struct link *l, unsigned int k)
{
	const struct proc *to, *other;
	struct msg_setup_peer m;
	int fd;

	to = &n->procs[l->end[k]];
	other = &n->procs[l->end[1 - k]];
	if (l->fd[k] == -1 ||
	    (to->state & (PROC_CONF | PROC_ENTER | PROC_UP)) == 0)
		return;
	fd = l->fd[k];
	l->fd[k] = -1;
	m.role = other->role;
	m.index = other->index;
	if (chan_send_setup_peer(to->chan, 0, &m, fd) == -1)
		log_warn("%s: cannot give it its link to %s", to->name,
		    other->name);
}

void
links_up(struct proc *p)
{
	struct netd *n;
	struct link *l;
	unsigned int i, me;

	n = p->netd;
	me = (unsigned int)(p - n->procs);
	for (i = 0; i < n->nlinks; i++) {
		l = &n->links[i];
		if (l->end[0] != me && l->end[1] != me)
			continue;
		if (!l->made && imsg_pair(l->fd) == -1) {
			log_warn("%s: cannot make a link", p->name);
			l->fd[0] = l->fd[1] = -1;
			continue;
		}
		if (!l->made)
			l->at = mono_now();
		l->made = true;
		link_deliver(n, l, 0);
		link_deliver(n, l, 1);
	}
}

int
link_again(struct proc *p, uint8_t role, uint16_t index)
{
	const struct proc *other;
	struct netd *n;
	struct link *l;
	unsigned int i, me, them;

	n = p->netd;
	if ((other = proc_find(n, role, index)) == NULL)
		return (-1);
	me = (unsigned int)(p - n->procs);
	them = (unsigned int)(other - n->procs);
	for (i = 0, l = NULL; i < n->nlinks && l == NULL; i++)
		if ((n->links[i].end[0] == me && n->links[i].end[1] == them) ||
		    (n->links[i].end[1] == me && n->links[i].end[0] == them))
			l = &n->links[i];
	if (l == NULL)
		return (-1);
	/* A process that is gone gets its links when it has come back. */
	if (!l->made || p->state != PROC_UP || other->state != PROC_UP ||
	    mono_diff_ms(mono_now(), l->at) < LINK_MS)
		return (0);
	log_warnx(
	    "%s: its link to %s has ended and both are there: making another",
	    p->name, other->name);
	link_reset(l);
	links_up(p);
	return (0);
}

void
links_down(struct proc *p)
{
	struct netd *n;
	unsigned int i, me;

	n = p->netd;
	me = (unsigned int)(p - n->procs);
	for (i = 0; i < n->nlinks; i++)
		if (n->links[i].end[0] == me || n->links[i].end[1] == me)
			link_reset(&n->links[i]);
}
