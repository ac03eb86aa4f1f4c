/* SPDX-License-Identifier: ISC */
/*
 * The links to the fronts: their requests.
 */

#ifndef LINK_APID_H
#define LINK_APID_H

#include "leased.h"

extern const struct chan_ops apid_ops;

#endif
