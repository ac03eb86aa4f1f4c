/* SPDX-License-Identifier: ISC */
/*
 * What a front may ask of leased, as the identity rules and listeners have it.
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
