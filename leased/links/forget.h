/* SPDX-License-Identifier: ISC */
/*
 * A channel is gone: nothing behind it waits for an answer any more.
 */

#ifndef FORGET_H
#define FORGET_H

#include "leased.h"

void	 forget_chan(struct leased *, struct chan *);

#endif
