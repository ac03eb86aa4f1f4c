/* SPDX-License-Identifier: ISC */
/*
 * Files that are watched for changes.
 */

#ifndef WATCH_H
#define WATCH_H

#include <event2/event.h>

#include <stddef.h>

/* changed gets arg and the name of one of the files. */
struct watch *watch_new(struct event_base *,
	    void (*changed)(void *, const char *), void *arg);
void	 watch_free(struct watch *);
/* Watch these files instead; what they are now is what changes count from. */
int	 watch_set(struct watch *, const char *const *paths, size_t n);

#endif
