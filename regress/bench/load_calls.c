/* SPDX-License-Identifier: ISC */
/*
 * How many system calls other processes make, counted by the kernel's trace
 * points: nothing is slowed down, so that what is written in groups stays in
 * its groups, as it does not under strace.
 */

#include <sys/ioctl.h>
#include <sys/syscall.h>

#include <linux/perf_event.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "load.h"

static const struct {
	const char	*name;
	const char	*point;
} points[LOAD_POINTS] = {
	{ "calls", "raw_syscalls/sys_enter" },
	{ "fdatasync", "syscalls/sys_enter_fdatasync" },
	{ "execve", "syscalls/sys_enter_execve" },
};

/* The number of a trace point, or -1. */
static int
point_id(const char *tracing, const char *point)
{
	char path[256];
	FILE *f;
	int id;

	(void)snprintf(path, sizeof(path), "%s/events/%s/id", tracing, point);
	if ((f = fopen(path, "r")) == NULL)
		return (-1);
	if (fscanf(f, "%d", &id) != 1)
		id = -1;
	(void)fclose(f);
	return (id);
}

int
calls_begin(struct cpu *cpu, const char *tracing)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_TRACEPOINT,
		.size = sizeof(attr),
		.inherit = 1,
	};
	struct cpu_proc *p;
	int id;

	for (size_t k = 0; k < LOAD_POINTS; k++) {
		if ((id = point_id(tracing, points[k].point)) == -1) {
			fprintf(stderr, "load: no trace point %s in %s\n",
			    points[k].point, tracing);
			return (-1);
		}
		attr.config = (uint64_t)id;
		for (p = cpu->procs; p < cpu->procs + cpu->n; p++) {
			p->counter[k] = (int)syscall(SYS_perf_event_open, &attr,
			    p->pid, -1, -1, PERF_FLAG_FD_CLOEXEC);
			if (p->counter[k] == -1) {
				fprintf(stderr,
				    "load: cannot count system "
				    "calls: %s\n",
				    strerror(errno));
				return (-1);
			}
		}
	}
	return (0);
}

void
calls_print(struct cpu *cpu)
{
	struct cpu_proc *p;
	uint64_t n;

	for (p = cpu->procs; p < cpu->procs + cpu->n; p++)
		for (size_t k = 0; k < LOAD_POINTS; k++) {
			if (p->counter[k] <= 0)
				continue;
			if (read(p->counter[k], &n, sizeof(n)) != sizeof(n))
				n = 0;
			printf(" %s_%s=%llu", p->name, points[k].name,
			    (unsigned long long)n);
			(void)close(p->counter[k]);
			p->counter[k] = -1;
		}
}
