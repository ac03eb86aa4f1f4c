/* SPDX-License-Identifier: ISC */
/*
 * Facts about the machine, as vpn-daemon reports them.
 */

#ifndef NODE_H
#define NODE_H

#include <stddef.h>

#define NODE_LOADS	3
#define NODE_TEXT	128	/* bytes of a file under /proc */

struct node_load {
	char		 load[NODE_TEXT];	/* "0.55,0.76,0.75", or "" */
	char		 rel[NODE_TEXT];	/* in percent: "27,38,37", or "" */
};

/*
 * The number of CPUs that this process may use.  Call it before the sandbox
 * closes.
 */
unsigned int node_cpus(void);

/* Parse the text of /proc/loadavg.  Both are empty if it is malformed. */
void	 node_parse_load(const char *, unsigned int cpus, struct node_load *);
/* Parse the text of /proc/uptime.  Returns whole seconds, or -1. */
long long node_parse_uptime(const char *);

/* The same from a descriptor, or -1 for none. */
void	 node_load(int fd, unsigned int cpus, struct node_load *);
/* Without a file, the uptime comes from the clock. */
long long node_uptime(int fd);

#endif
