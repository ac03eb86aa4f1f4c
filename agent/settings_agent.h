/* SPDX-License-Identifier: ISC */
/*
 * The configuration of agentd, as the parent sends it.
 */

#ifndef SETTINGS_AGENT_H
#define SETTINGS_AGENT_H

#include <stdbool.h>

#include "msg.h"
#include "tlsclient.h"
#include "wantset.h"

struct settings {
	struct msg_conf_agent server;
	struct msg_conf_mpolicy policy;
	struct want_policy want;	/* points into policy */
	bool		 has_server;
	bool		 has_policy;
	int		 chain_fd;	/* -1: none */
	int		 ca_fd;
	int		 ctl_fd;
	int		 metrics_fd;
	int		 raw4_fd;
	int		 raw6_fd;
	struct tlsclient *tls;		/* made of the files */
	char		 error[TEXT_SIZE];
	uint8_t		 word;		/* the error's, as in CONF_NAK */
};

struct settings *settings_new(void);
/* The descriptors that were taken out of it are -1. */
void	 settings_free(struct settings *);
/* Make the tlsclient.  Returns NULL, or what is wrong. */
const char *settings_check(struct settings *, struct tlskey *);

#endif
