/* SPDX-License-Identifier: ISC */
/*
 * agentd: the process of a device that talks to the server and knows the mesh.
 * It cannot touch the kernel: it wishes, and the hand judges.
 */

#ifndef AGENT_H
#define AGENT_H

#include <event2/event.h>

#include "asked.h"
#include "chan.h"
#include "child.h"
#include "childconf.h"
#include "httpc.h"
#include "map.h"
#include "meshnet.h"
#include "resolve.h"
#include "settings_agent.h"
#include "tlskey.h"

struct agentctl;
struct poll;
struct reporter;
struct scrape;
struct stunsock;

struct agent {
	struct childconf conf;		/* first; its shadow is a settings */
	struct child	 child;
	struct event_base *base;
	struct chan	*parent;
	struct chan	*hand;		/* NULL: none now */
	struct settings	*set;		/* in force; NULL before the first */
	struct tlskey	*tlskey;
	struct resolve	*resolve;
	struct map	 map;
	struct meshnets	 nets;
	struct asked	 asked;		/* questions to the hand */
	struct poll	*poll;
	struct reporter	*reporter;
	struct stunsock	*stunsock;
	struct agentctl	*ctl;		/* NULL: none */
	struct scrape	*scrape;	/* NULL: none */
	struct event	*look;		/* timer */
	struct event	*link;		/* timer: ask for links that are missing */
	bool		 syncing;	/* the hand waits for MNET_SYNC_END */
};

#endif
