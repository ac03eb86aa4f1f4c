/* SPDX-License-Identifier: ISC */
/*
 * The requests that a front may make to leased, by the identity rules and the
 * listeners.
 */

#ifndef REACH_H
#define REACH_H

#include "config.h"

/*
 * Find what a front may ask for: fills r, which has room for REACH_MAX, and
 * returns the number of its rows.
 */
unsigned int config_reach(const struct config *, struct msg_conf_reach *r);

#endif
