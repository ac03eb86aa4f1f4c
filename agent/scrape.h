/* SPDX-License-Identifier: ISC */
/*
 * Metrics of a device for Prometheus, over plain HTTP on the listener that its
 * file names.
 */

#ifndef SCRAPE_H
#define SCRAPE_H

struct agent;
struct scrape;

/* Serve this listening socket in place of another one; it is taken over. */
void	 scrape_listen(struct agent *, int fd);
void	 scrape_free(struct agent *);

#endif
