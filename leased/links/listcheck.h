/* SPDX-License-Identifier: ISC */
/*
 * Names in the access list that do not mean what they seem to.
 */

#ifndef LISTCHECK_H
#define LISTCHECK_H

#include "leased.h"

#define LISTCHECK_ID	0	/* our questions' id; sallyctl's begin at 1 */

/* The configuration is new: ask about each name. */
void	 listcheck_start(struct leased *);
/* A front came, or is gone, perhaps with a question. */
void	 listcheck_lost(struct leased *);
void	 listcheck_answer(struct leased *, const struct msg_ident_result *);

#endif
