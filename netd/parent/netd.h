/* SPDX-License-Identifier: ISC */
/*
 * The parent's own state: the suite, its processes and its configurations.
 */

#ifndef NETD_H
#define NETD_H

#include <event2/event.h>

#include <stdbool.h>
#include <stdint.h>

#include "config.h"
#include "link.h"
#include "notify.h"
#include "openvpn_dial.h"
#include "proc.h"
#include "reload.h"

#define PROC_MAX	(3 + APID_MAX)
#define LINKS_MAX	(1 + 2 * APID_MAX)

#define EXIT_CONFIG	78

struct bundle;
struct devlog;
struct late;
struct meshkeys;
struct operators;
struct uapi;
struct watch;

enum suite_state {
	SUITE_STARTING,
	SUITE_RUNNING,
	SUITE_STOP_KERN,	/* the hand stops first */
	SUITE_STOP_ALL
};

struct netd {
	struct event_base *base;
	char		 file[CONF_PATH];
	char		 libexec[CONF_PATH];
	bool		 is_agent;	/* a device's suite */
	bool		 nouser;
	bool		 trial;		/* the children only check */
	int		 verbose;
	uint32_t	 uid[P_AGENT + 1];	/* user id of each role */
	uint32_t	 gid[P_AGENT + 1];
	uint32_t	 wg_uid;	/* wireguard-go's */
	uint32_t	 wg_gid;
	uint32_t	 ctl_gid;
	int		 lock;
	int		 beside;	/* other suites see it; or -1 */
	int		 ctl;		/* leased's control socket */
	struct operators *operators;	/* the parent's control socket */
	int		 ready_fd;	/* foreground process, or -1 */
	struct devlog	*devlog;	/* NULL in the foreground */

	struct bundle	*conf;		/* configuration in force */
	uint32_t	 generation;
	struct reload	 reload;
	enum suite_state state;
	int		 status;	/* exit status */

	const struct chan_ops *child_ops;	/* of the links to children */
	struct proc	 procs[PROC_MAX];
	unsigned int	 nprocs;
	struct link	 links[LINKS_MAX];
	unsigned int	 nlinks;

	struct event	*signals[5];
	struct event	*ping;
	struct watch	*watch;
	struct watch	*flag;		/* watches the maintenance file */
	bool		 maintenance;	/* as leased was told last */
	struct uapi	*uapi;
	struct meshkeys	*meshkeys;	/* NULL in a gateway's suite */
	struct bucket	 openvpn;	/* bounds leased's requests */
	struct late	*late;
	struct msg_hand_server servers[NETWORKS_MAX];	/* relay.c's */
	unsigned int	 nservers;
	struct notify	 notify;
};

#endif
