/* SPDX-License-Identifier: ISC */
/*
 * The answer to a request for a member's networks.
 */

#ifndef SELFANSWER_H
#define SELFANSWER_H

#include <stdbool.h>
#include <stddef.h>

struct request;
struct selfjob;

/*
 * True if the device has all that there is; what it has is noted as
 * acknowledged.
 */
bool	 selfanswer_is_known(struct selfjob *);
/* Answer with what it lacks: at once, or piece by piece. */
void	 selfanswer_begin(struct request *);
void	 selfanswer_more(struct request *);
/* The header lines of both answers, with the tag of what the device has then. */
void	 selfanswer_extra(const struct selfjob *, char *dst, size_t size);

#endif
