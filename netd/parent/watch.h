/* SPDX-License-Identifier: ISC */
/*
 * Watching files for changes.
 */

#ifndef WATCH_H
#define WATCH_H

#include <event2/event.h>

#include <stddef.h>

/* changed is called with arg and the name of the file that changed. */
struct watch *watch_new(struct event_base *,
	    void (*changed)(void *, const char *), void *arg);
void	 watch_free(struct watch *);
/* Watch these files and no others.  Changes count from their present state. */
int	 watch_set(struct watch *, const char *const *paths, size_t n);

#endif
