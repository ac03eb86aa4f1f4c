/* SPDX-License-Identifier: ISC */
/*
 * Messages to the service manager: the protocol of sd_notify(3).
 */

#ifndef NOTIFY_H
#define NOTIFY_H

#include <stdint.h>

struct notify {
	int		 fd;		/* -1: there is no service manager */
	uint64_t	 watchdog_ms;	/* 0: there is no watchdog */
};

void	 notify_init(struct notify *);
void	 notify_send(struct notify *, const char *, ...)
	    __attribute__((format(printf, 2, 3)));
void	 notify_reloading(struct notify *);

#endif
