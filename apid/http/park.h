/* SPDX-License-Identifier: ISC */
/*
 * Requests that wait long for something to happen.
 */

#ifndef PARK_H
#define PARK_H

#include <stdbool.h>
#include <stdint.h>

struct request;
struct wait_ops;

/*
 * Park the request for at most ms.  ops are those of request_wait(); their end
 * must call park_end, and what answers afterwards park_ready first.  Returns
 * false if too many are parked, of all or of this source.
 */
bool	 park_begin(struct request *, const struct wait_ops *, uint32_t ms);
/* The request is not parked any more, whatever the reason. */
void	 park_end(struct request *);
/*
 * Get what an answer needs.  If that cannot be had, or the client is not welcome
 * any more, the result is false, and conn_run ends the connection.
 */
bool	 park_ready(struct request *);

#endif
