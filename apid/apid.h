/* SPDX-License-Identifier: ISC */
/*
 * The front as a process: the parts that its files share.
 */

#ifndef APID_H
#define APID_H

#include <sys/queue.h>

#include <event2/event.h>
#include <event2/event_struct.h>

#include <stdbool.h>
#include <stdint.h>

#include "child.h"
#include "childconf.h"
#include "clock.h"
#include "proto.h"

struct chan;
struct conn;
struct dialect;
struct mfront;
struct pend;
struct quiet;
struct rate;
struct settings;
struct tlskey;

#define DATE_SIZE	32	/* "Sun, 06 Nov 1994 08:49:37 GMT" */

TAILQ_HEAD(conn_list, conn);

struct apid {
	struct childconf conf;		/* first; its shadow is a settings */
	struct child	 child;
	bool		 entered;	/* behind the walls */
	struct event_base *base;
	struct chan	*parent;
	struct chan	*leased;	/* NULL while there is none */
	struct tlskey	*tlskey;
	struct settings	*set;		/* in force; NULL before the first */
	struct msg_hand_server servers[NETWORKS_MAX];	/* server.c's */
	unsigned int	 nservers;
	struct pend	*pend;
	struct mfront	*mesh;
	struct rate	*rate;
	struct quiet	*quiet;
	const struct dialect *const *dialects;	/* NULL ends them */
	struct conn_list conns;
	unsigned int	 nconns;
	struct conn_list idle;		/* waiting for their next request */
	unsigned int	 nparked;	/* parked connections; park.c's */
	struct conn_list shaking;	/* in a handshake, oldest first */
	unsigned int	 nshaking;
	struct conn_list queue;		/* waiting for their handshake */
	struct conn_list deferred;	/* requests not read yet; defer.c's */
	unsigned int	 ndeferred;
	unsigned int	 ncalled;	/* deferred before; their turn comes */
	unsigned int	 steps;		/* turns of connections; accept.c's */
	struct event	 shake_timer;	/* shake.c's */
	struct event	 defer_timer;	/* defer.c's */
	struct event	 accept_pause;	/* room.c's */
	struct event	 stop_timer;
	struct event	 key_timer;
	struct event	 tend_timer;
	unsigned int	 nsets;		/* sets that are being received */
	unsigned int	 cpus;
	int		 proc_fds[PROC_UPTIME + 1];	/* enum conf_proc */
	bool		 stopping;
	int		 stop_turns;	/* turns left to stop_timer */
	uint32_t	 boot;		/* first half of request ids */
	uint32_t	 requests;	/* number so far; the second half */
	struct wall	 date_at;	/* time of date */
	char		 date[DATE_SIZE];
};

#endif
