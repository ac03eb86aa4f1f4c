/* SPDX-License-Identifier: ISC */
/*
 * What others changed is put right.
 */

#ifndef DRIFT_H
#define DRIFT_H

#include <event2/event.h>

#include "addr.h"

struct kern;
struct knet;

/*
 * Say what is put right, if it is: somebody else took it away.  The network
 * and the prefix may be NULL.
 */
void	 drift_say(const struct kern *, const struct knet *, const char *what,
	    const struct prefix *);
void	 drift_event_cb(evutil_socket_t, short, void *);
void	 drift_check_cb(evutil_socket_t, short, void *);
void	 drift_timer_cb(evutil_socket_t, short, void *);

#endif
