/* SPDX-License-Identifier: ISC */
/*
 * What the two roles that apid_drv plays know of each other.
 */

#ifndef APID_DRV_H
#define APID_DRV_H

#include <sys/types.h>

#include <event2/event.h>

#include "chan.h"
#include "proto.h"

#define NLISTEN	4

enum mode {
	MODE_OK,
	MODE_SILENT,
	MODE_BUSY,
	MODE_LATE
};

struct drv {
	struct event_base *base;
	struct chan	*front;		/* parent's link to apid */
	struct chan	*keyd;		/* parent's link to the key holder */
	struct chan	*leased;	/* leased's end of the link to apid */
	pid_t		 front_pid;
	pid_t		 keyd_pid;
	const char	*bin;
	const char	*dir;		/* -t */
	const char	*basic;
	struct msg_conf_limits limits;
	int		 listen[NLISTEN];
	uint32_t	 generation;
	enum mode	 mode;
	unsigned int	 peers;
	unsigned int	 rules;
	unsigned int	 count;
	uint32_t	 late_id;
	uint8_t		 keys[1000][WGKEY_LEN];
	uint8_t		 has[1000];
	char		 line[1024];
	size_t		 line_len;
};

/* One line of output, at once. */
void	 say(const char *, ...) __attribute__((format(printf, 1, 2)));

/* leased's end of its link to apid; arg is the struct drv. */
extern const struct chan_ops leased_ops;

#endif
