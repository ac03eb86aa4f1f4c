/* SPDX-License-Identifier: ISC */
/*
 * Load and uptime, from descriptors that the parent opened, because the front
 * can open nothing.
 */

#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "node.h"

#define DIGITS	9	/* digits before the point */

unsigned int
node_cpus(void)
{
	cpu_set_t set;
	int n;

	if (sched_getaffinity(0, sizeof(set), &set) == 0 &&
	    (n = CPU_COUNT(&set)) > 0)
		return ((unsigned int)n);
	return (1);
}

/*
 * Parse 1 to DIGITS decimal digits.  Returns NULL if there are none or too
 * many.
 */
static const char *
number(const char *p, uint64_t *v)
{
	const char *from = p;

	for (*v = 0; *p >= '0' && *p <= '9' && p - from < DIGITS; p++)
		*v = *v * 10 + (uint64_t)(*p - '0');
	return (p == from || (*p >= '0' && *p <= '9') ? NULL : p);
}

/* Parse "N.NN" as hundredths.  Returns the text behind it, or NULL. */
static const char *
hundredths(const char *p, uint64_t *v)
{
	const char *point;
	uint64_t part;

	if ((point = number(p, v)) == NULL || *point++ != '.' ||
	    (p = number(point, &part)) == NULL || p - point != 2)
		return (NULL);
	*v = *v * 100 + part;
	return (p);
}

void
node_parse_load(const char *text, unsigned int cpus, struct node_load *l)
{
	size_t load = 0, rel = 0;
	unsigned int i;
	uint64_t v;

	for (i = 0; i < NODE_LOADS; i++) {
		if ((i > 0 && *text++ != ' ') ||
		    (text = hundredths(text, &v)) == NULL)
			break;
		load += (size_t)snprintf(l->load + load, sizeof(l->load) - load,
		    "%s%llu.%02llu", i > 0 ? "," : "",
		    (unsigned long long)(v / 100),
		    (unsigned long long)(v % 100));
		rel += (size_t)snprintf(l->rel + rel, sizeof(l->rel) - rel,
		    "%s%llu", i > 0 ? "," : "", (unsigned long long)(v / cpus));
	}
	if (i < NODE_LOADS)
		l->load[0] = l->rel[0] = '\0';
}

long long
node_parse_uptime(const char *text)
{
	const char *end;
	uint64_t v;

	if ((end = number(text, &v)) == NULL ||
	    (*end != '.' && *end != ' ' && *end != '\n' && *end != '\0'))
		return (-1);
	return ((long long)v);
}

static void
slurp(int fd, char text[NODE_TEXT])
{
	ssize_t n = 0;

	if (fd != -1 && (n = pread(fd, text, NODE_TEXT - 1, 0)) < 0)
		n = 0;
	text[n] = '\0';
}

void
node_load(int fd, unsigned int cpus, struct node_load *l)
{
	char text[NODE_TEXT];

	memset(l, 0, sizeof(*l));
	slurp(fd, text);
	node_parse_load(text, cpus, l);
}

long long
node_uptime(int fd)
{
	char text[NODE_TEXT];
	long long s;

	slurp(fd, text);
	if ((s = node_parse_uptime(text)) != -1)
		return (s);
	return ((long long)(mono_now().ns / 1000000000));
}
