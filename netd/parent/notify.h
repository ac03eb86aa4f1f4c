/* SPDX-License-Identifier: ISC */
/*
 * What the service manager is told: sd_notify(3)'s protocol.
 */

#ifndef NOTIFY_H
#define NOTIFY_H

#include <stdint.h>

struct notify {
	int		 fd;		/* -1: nobody listens */
	uint64_t	 watchdog_ms;	/* 0 is off */
};

void	 notify_init(struct notify *);
void	 notify_send(struct notify *, const char *, ...)
	    __attribute__((format(printf, 2, 3)));
void	 notify_reloading(struct notify *);

#endif
