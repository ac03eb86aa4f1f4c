/* SPDX-License-Identifier: ISC */
/*
 * Listeners that are off, as a file of their tls group cannot be used.
 */

#ifndef OFF_H
#define OFF_H

#include <stddef.h>

struct bundle;
struct msg_conf_nak;
struct netd;
struct proc;

/* The number of listeners that are off for a file. */
unsigned int off_count(const struct bundle *);
/*
 * Format the first listener that is not there, for whatever reason.  Returns
 * their number; dst is "" for 0.
 */
unsigned int off_first(const struct bundle *, char *dst, size_t size);
/*
 * Switch off the listener whose file a child refuses, if that may be.  Returns
 * 0, or -1 if it is no such refusal.
 */
int	 off_refused(struct bundle *, const struct msg_conf_nak *);
/* The same for a rule whose CA is refused: it refuses whom it fits. */
int	 off_rule(struct bundle *, const struct msg_conf_nak *);
/* Log that a listener is off. */
void	 off_log(const struct bundle *, unsigned int i);
/* Tell leased, for the status: with a configuration, and after a change. */
int	 off_send(struct proc *, const struct bundle *);
void	 off_tell(struct netd *);

#endif
