/* SPDX-License-Identifier: ISC */
/*
 * While there is no room, the listening sockets are not watched, and connections
 * wait in the kernel.
 */

#include "log.h"
#include "room.h"
#include "settings.h"

static void	 pause_cb(evutil_socket_t, short, void *);

void
room_init(struct apid *a)
{
	if (evtimer_assign(&a->accept_pause, a->base, pause_cb, a) == -1)
		fatalx("event: cannot make a timer");
}

void
room_listen(struct listener *l, bool on)
{
	if (on == l->listening || l->owner == NULL)
		return;
	if ((on ? event_add(&l->event, NULL) : event_del(&l->event)) == -1)
		log_warnx("event: cannot watch listener %s", l->address);
	l->listening = on;
}

void
room_listen_all(struct settings *s, bool on)
{
	unsigned int i;

	for (i = 0; i < s->nlisteners; i++)
		room_listen(&s->listeners[i], on);
}

void
room_pause(struct apid *a)
{
	struct timeval tv = { 0, 200000 };

	room_listen_all(a->set, false);
	if (evtimer_add(&a->accept_pause, &tv) == -1)
		room_listen_all(a->set, true);
}

bool
room_left(const struct apid *a)
{
	return (
	    a->nconns < a->set->limits.connections || !TAILQ_EMPTY(&a->idle));
}

static void
pause_cb(evutil_socket_t fd, short what, void *arg)
{
	struct apid *a = arg;

	if (a->stopping || a->set == NULL)
		return;
	if (room_left(a))
		room_listen_all(a->set, true);
	else
		room_pause(a);
}

void
room_again(struct apid *a)
{
	/* This is cheap: the timer is pending only during a pause. */
	if (a->set == NULL || a->stopping || !room_left(a) ||
	    !evtimer_pending(&a->accept_pause, NULL))
		return;
	event_del(&a->accept_pause);
	room_listen_all(a->set, true);
}
