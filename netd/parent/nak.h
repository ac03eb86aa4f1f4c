/* SPDX-License-Identifier: ISC */
/*
 * The place in the file of the word that a child refuses.
 */

#ifndef NAK_H
#define NAK_H

#include <stddef.h>

struct config;
struct msg_conf_nak;

/* The line of the word that is refused, or 0. */
unsigned int nak_line(const struct config *, const struct msg_conf_nak *);
/* The reason as it is meant for the file. */
const char *nak_reason(const struct config *, const struct msg_conf_nak *);
/* Format "FILE:LINE: reason". */
void	 nak_text(const struct config *, const struct msg_conf_nak *, char *dst,
	    size_t size);

#endif
