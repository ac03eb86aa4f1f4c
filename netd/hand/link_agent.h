/* SPDX-License-Identifier: ISC */
/*
 * The link to agentd, in a device's suite.
 */

#ifndef LINK_AGENT_H
#define LINK_AGENT_H

#include "chan.h"

extern const struct chan_ops link_agent_ops;

#endif
