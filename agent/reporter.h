/* SPDX-License-Identifier: ISC */
/*
 * The reports of this device to its server: refusals, handshakes, the state of
 * its paths, its NAT, and the members that are to call it.
 */

#ifndef REPORTER_H
#define REPORTER_H

struct agent;
struct reporter;

struct reporter *reporter_new(struct agent *);
void	 reporter_free(struct reporter *);
/* The configuration is another one. */
void	 reporter_start(struct reporter *);
/* Something cannot wait: a refusal, or a wish for a call. */
void	 reporter_changed(struct reporter *);

#endif
