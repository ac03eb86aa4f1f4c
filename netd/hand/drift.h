/* SPDX-License-Identifier: ISC */
/*
 * Putting right what other programs changed.
 */

#ifndef DRIFT_H
#define DRIFT_H

#include <event2/event.h>

void	 drift_event_cb(evutil_socket_t, short, void *);
void	 drift_check_cb(evutil_socket_t, short, void *);
void	 drift_timer_cb(evutil_socket_t, short, void *);

#endif
