/* SPDX-License-Identifier: ISC */
/*
 * The words of a device's file whose values need more than their own check.
 */

#ifndef AGENTCONF_H
#define AGENTCONF_H

#include <stdint.h>

#include "config.h"

/* Places in the list of listeners, which the parent opens. */
#define AGENT_TLS	0	/* no listener: the device's certificate */
#define AGENT_METRICS	1

/*
 * Each returns NULL, or a static text that says what is wrong: with the URL of
 * the server, which fills host, port and prefix; with "FIRST-LAST"; with the
 * address of the metrics.
 */
const char *agentconf_server(const char *, struct conf_agent *);
const char *agentconf_ports(const char *, uint16_t *first, uint16_t *last);
const char *agentconf_metrics(const char *, struct endpoint *);
/*
 * Check the rules that concern more than one word, and fill the members that
 * follow from others.
 */
void	 agentconf_check(struct config *);

#endif
