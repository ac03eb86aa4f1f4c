/* SPDX-License-Identifier: ISC */
/* What vpn-daemon tells of the machine it runs on. */

#ifndef NODE_H
#define NODE_H

#include <stddef.h>

#define NODE_LOADS	3
#define NODE_TEXT	128	/* of a file under /proc, with NUL */

struct node_load {
	char		 load[NODE_TEXT];	/* "0.55,0.76,0.75", or "" */
	char		 rel[NODE_TEXT];	/* in percent: "27,38,37", or "" */
};

/* The CPUs that this process may use.  To be asked before the sandbox. */
unsigned int node_cpus(void);

/* From the text of /proc/loadavg; both are empty if it is none. */
void	 node_parse_load(const char *, unsigned int cpus, struct node_load *);
/* From the text of /proc/uptime: whole seconds, or -1. */
long long node_parse_uptime(const char *);

/* The same from a descriptor, -1 for none. */
void	 node_load(int fd, unsigned int cpus, struct node_load *);
/* Without a file, what the clock says. */
long long node_uptime(int fd);

#endif
