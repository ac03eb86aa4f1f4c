/* SPDX-License-Identifier: ISC */
/*
 * Processor time of other processes, from /proc, and how fast the machine is
 * at the moment.
 */

#include <dirent.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "load.h"

int
cpu_add(struct cpu *cpu, const char *arg)
{
	struct cpu_proc *p = &cpu->procs[cpu->n];

	if (cpu->n == LOAD_PROCS ||
	    sscanf(arg, "%23[a-z0-9_-]:%d", p->name, &p->pid) != 2)
		return (-1);
	cpu->n++;
	return (0);
}

/* Of one thread, to the nanosecond. */
static uint64_t
thread_ns(int pid, const char *tid)
{
	unsigned long long ns = 0;
	char path[64];
	FILE *f;

	(void)snprintf(path, sizeof(path), "/proc/%d/task/%.20s/schedstat", pid,
	    tid);
	if ((f = fopen(path, "r")) == NULL)
		return (0);
	if (fscanf(f, "%llu", &ns) != 1)
		ns = 0;
	(void)fclose(f);
	return (ns);
}

/* Of the children that a process waited for: cutime and cstime, in ticks. */
static uint64_t
children_ns(int pid)
{
	unsigned long long utime, stime;
	char path[64], line[1024], *p;
	uint64_t ns = 0;
	FILE *f;

	(void)snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	if ((f = fopen(path, "r")) == NULL)
		return (0);
	if (fgets(line, sizeof(line), f) != NULL &&
	    (p = strrchr(line, ')')) != NULL &&
	    sscanf(p,
		") %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u "
		"%llu %llu",
		&utime, &stime) == 2)
		ns = (utime + stime) * (1000000000 / sysconf(_SC_CLK_TCK));
	(void)fclose(f);
	return (ns);
}

static uint64_t
proc_ns(int pid)
{
	struct dirent *e;
	uint64_t ns = children_ns(pid);
	char path[64];
	DIR *d;

	(void)snprintf(path, sizeof(path), "/proc/%d/task", pid);
	if ((d = opendir(path)) == NULL)
		return (0);
	while ((e = readdir(d)) != NULL)
		if (e->d_name[0] != '.')
			ns += thread_ns(pid, e->d_name);
	(void)closedir(d);
	return (ns);
}

static void
host_take(struct cpu *cpu, int which)
{
	unsigned long long v[8] = { 0 };
	FILE *f;

	if ((f = fopen("/proc/stat", "r")) == NULL)
		return;
	if (fscanf(f, "cpu %llu %llu %llu %llu %llu %llu %llu %llu", &v[0],
		&v[1], &v[2], &v[3], &v[4], &v[5], &v[6], &v[7]) == 8) {
		cpu->idle[which] = v[3] + v[4];
		cpu->all[which] = 0;
		for (size_t i = 0; i < 8; i++)
			cpu->all[which] += v[i];
	}
	(void)fclose(f);
}

void
cpu_take(struct cpu *cpu, int which)
{
	for (size_t i = 0; i < cpu->n; i++)
		cpu->procs[i].ns[which] = proc_ns(cpu->procs[i].pid);
	host_take(cpu, which);
}

double
cpu_canary(int core)
{
	unsigned char sig[128], hash[32] = { 1 };
	size_t siglen = sizeof(sig);
	EVP_PKEY_CTX *ctx = NULL;
	EVP_PKEY *key;
	cpu_set_t old, one;
	int64_t begin, now;
	unsigned int n = 0;

	CPU_ZERO(&one);
	CPU_SET(core, &one);
	if (sched_getaffinity(0, sizeof(old), &old) == -1 ||
	    sched_setaffinity(0, sizeof(one), &one) == -1)
		return (0);
	begin = now = load_now();
	if ((key = EVP_EC_gen("P-256")) == NULL ||
	    (ctx = EVP_PKEY_CTX_new(key, NULL)) == NULL ||
	    EVP_PKEY_sign_init(ctx) != 1 ||
	    EVP_PKEY_sign(ctx, sig, &siglen, hash, sizeof(hash)) != 1 ||
	    EVP_PKEY_verify_init(ctx) != 1)
		goto done;
	for (begin = load_now(); (now = load_now()) < begin + 50000000; n++)
		(void)EVP_PKEY_verify(ctx, sig, siglen, hash, sizeof(hash));
done:
	EVP_PKEY_CTX_free(ctx);
	EVP_PKEY_free(key);
	(void)sched_setaffinity(0, sizeof(old), &old);
	return (now > begin ? n * 1e9 / (double)(now - begin) : 0);
}
