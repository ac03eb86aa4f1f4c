/* SPDX-License-Identifier: ISC */
/*
 * The control socket, to which sallyctl connects.
 */

#ifndef CONTROL_H
#define CONTROL_H

#include "leased.h"

void	 control_init(struct leased *);
void	 control_free(struct leased *);
/* Listen on this socket from now on, and take it over. */
void	 control_listen(struct leased *, int fd);
/* The answer of a front to our question. */
void
control_ident(struct leased *, uint32_t id, const struct msg_ident_result *);

#endif
