/* SPDX-License-Identifier: ISC */
/*
 * What this device tells its server of itself: refusals, handshakes, the state
 * of its paths, its NAT, and whom it would have call.
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
