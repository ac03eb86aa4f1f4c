/* SPDX-License-Identifier: ISC */
/*
 * The load generator of the bench: one process that asks a server over mTLS,
 * in a closed loop of -c connections or, with -R, at a given rate, where an
 * answer's time counts from the moment its request was due.  It prints one
 * line of NAME=VALUE; every answer's status is counted.
 *
 * usage: load -a CA -k CAKEY -t ADDR:PORT [-r get|register|lease] [-u PATH]
 *            [-m full|keep] [-c CONNS] [-s SECS] [-n IDS] [-b FIRST]
 *            [-g GENERATION] [-R RATE] [-w] [-B] [-p NAME:PID] ... [-C CORE] [-T TRACEFS]
 */

#include <sys/epoll.h>
#include <sys/resource.h>

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "addr.h"
#include "load.h"

struct options {
	const char	*ca;
	const char	*key;
	uint32_t	 first;
	size_t		 n;
	int		 canary;	/* core, -1 none */
	const char	*tracing;	/* count system calls */
	struct cpu	 cpu;
};

struct totals {
	int64_t		 begin_ns;
	int64_t		 end_ns;
	struct rusage	 self[2];
	size_t		 next_due;	/* open loop: requests made due */
	unsigned int	 late;		/* connections opened after the start */
};

int64_t
load_now(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return ((int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec);
}

void
load_error(struct load *l, const char *fmt, ...)
{
	va_list ap;

	if (l->error[0] != '\0')
		return;
	va_start(ap, fmt);
	(void)vsnprintf(l->error, sizeof(l->error), fmt, ap);
	va_end(ap);
}

void
load_answered(struct load *l, struct conn *c, unsigned int status)
{
	c->busy = false;
	l->done++;
	if (status != 200 && status != 201) {
		if (status != 0)
			load_error(l, "device-%07u: status %u: %.60s",
			    c->id->number, status, c->in);
		l->errors++;
	}
	l->status[status]++;
	if (l->counted < LOAD_SAMPLES)
		l->lat_us[l->counted++] = (uint32_t)((load_now() - c->due_ns) /
		    1000);
}

/* The identity of the next request, or NULL when all have been used. */
static struct ident *
next_ident(struct load *l, size_t slot)
{
	if (l->keep)
		return (&l->ids.list[slot]);
	if (l->next_id == l->ids.n) {
		if (!l->wrap)
			return (NULL);
		l->next_id = 0;
	}
	return (&l->ids.list[l->next_id++]);
}

/* Give idle connections what is due.  Returns false when nothing is left to
 * ask, and how long until something is due. */
static bool
feed(struct load *l, struct totals *t, int64_t now, int64_t *wait_ns)
{
	struct ident *id;
	int64_t due = now;

	for (size_t i = 0; i < l->nconns; i++) {
		if (l->conns[i].busy || l->conns[i].spent)
			continue;
		l->conns[i].spent = l->burst;
		if (l->rate > 0) {
			due = t->begin_ns +
			    (int64_t)((double)t->next_due * 1e9 / l->rate);
			if (due > now) {
				*wait_ns = due - now;
				return (true);
			}
			t->next_due++;
		}
		if ((id = next_ident(l, i)) == NULL)
			return (false);
		if (l->keep && l->conns[i].fd == -1)
			t->late++;
		conn_ask(&l->conns[i], id, l->rate > 0 ? due : load_now());
	}
	/* A burst is over when all have been answered. */
	return (!l->burst);
}

static void
wait_events(struct load *l, int64_t wait_ns)
{
	struct epoll_event ev[64];
	struct timespec ts = {
		.tv_sec = wait_ns / 1000000000,
		.tv_nsec = wait_ns % 1000000000,
	};
	int n;

	n = epoll_pwait2(l->ep, ev, 64, &ts, NULL);
	for (int i = 0; i < n; i++)
		conn_event(ev[i].data.ptr);
}

static bool
any_busy(const struct load *l)
{
	for (size_t i = 0; i < l->nconns; i++)
		if (l->conns[i].busy)
			return (true);
	return (false);
}

/* An answer that does not come is an error, and the run goes on. */
static void
drop_late(struct load *l, int64_t now)
{
	struct conn *c;

	for (size_t i = 0; i < l->nconns; i++) {
		c = &l->conns[i];
		if (!c->busy ||
		    now - c->begin_ns < (int64_t)LOAD_TIMEOUT_MS * 1000000)
			continue;
		load_error(l, "device-%07u: no answer in %d ms", c->id->number,
		    LOAD_TIMEOUT_MS);
		conn_close(c);
		load_answered(l, c, 0);
	}
}

/* Let what was asked be answered. */
static void
drain(struct load *l)
{
	while (any_busy(l)) {
		wait_events(l, 100000000);
		drop_late(l, load_now());
	}
}

/* Every connection with one answer behind it: what keep-alive starts from. */
static void
warm_up(struct load *l)
{
	for (size_t i = 0; i < l->nconns; i++)
		conn_ask(&l->conns[i], &l->ids.list[i], load_now());
	drain(l);
	memset(l->status, 0, sizeof(l->status));
	l->counted = 0;
}

static void
run(struct load *l, struct options *o, struct totals *t)
{
	int64_t now, next_check, end, wait_ns;
	bool more = true;

	if (l->keep)
		warm_up(l);
	/* Times are seconds: let the renewals be of another than the first. */
	if (l->burst)
		(void)usleep(1100000);
	cpu_take(&o->cpu, 0);
	(void)getrusage(RUSAGE_SELF, &t->self[0]);
	t->begin_ns = now = load_now();
	next_check = now + 1000000000;
	end = now + (int64_t)(l->secs * 1e9);
	for (; more && now < end; now = load_now()) {
		wait_ns = 100000000;
		more = feed(l, t, now, &wait_ns);
		if (now >= next_check) {
			drop_late(l, now);
			next_check = now + 1000000000;
		}
		if (now + wait_ns > end)
			wait_ns = end - now;
		wait_events(l, wait_ns);
	}
	drain(l);
	t->end_ns = load_now();
	(void)getrusage(RUSAGE_SELF, &t->self[1]);
	cpu_take(&o->cpu, 1);
}

static int
cmp_u32(const void *a, const void *b)
{
	const uint32_t *x = a, *y = b;

	return (*x < *y ? -1 : *x > *y);
}

static double
self_secs(const struct rusage *r)
{
	return ((double)(r->ru_utime.tv_sec + r->ru_stime.tv_sec) +
	    (double)(r->ru_utime.tv_usec + r->ru_stime.tv_usec) / 1e6);
}

static void
print_cpu(const struct load *l, const struct options *o)
{
	const struct cpu *cpu = &o->cpu;
	double us, sum = 0, n = l->counted > 0 ? (double)l->counted : 1;
	uint64_t all = cpu->all[1] - cpu->all[0];

	for (size_t i = 0; i < cpu->n; i++) {
		us = (double)(cpu->procs[i].ns[1] - cpu->procs[i].ns[0]) / 1e3;
		printf(" %s_us=%.1f", cpu->procs[i].name, us / n);
		sum += us / n;
	}
	printf(" server_us=%.1f idle_pct=%.0f", sum,
	    all > 0 ?
		100.0 * (double)(cpu->idle[1] - cpu->idle[0]) / (double)all :
		      0);
}

static void
print_result(struct load *l, struct options *o, struct totals *t)
{
	double secs = (double)(t->end_ns - t->begin_ns) / 1e9;
	double self = self_secs(&t->self[1]) - self_secs(&t->self[0]);
	size_t n = l->counted;

	qsort(l->lat_us, n, sizeof(*l->lat_us), cmp_u32);
	printf("requests=%zu errors=%u secs=%.3f rps=%.1f p50_us=%u p99_us=%u "
	       "max_us=%u client_pct=%.0f connects=%u",
	    n, l->errors, secs, (double)n / secs, n > 0 ? l->lat_us[n / 2] : 0,
	    n > 0 ? l->lat_us[n * 99 / 100] : 0, n > 0 ? l->lat_us[n - 1] : 0,
	    100 * self / secs, t->late);
	for (size_t i = 0; i < sizeof(l->status) / sizeof(l->status[0]); i++)
		if (l->status[i] > 0)
			printf(" s%zu=%u", i, l->status[i]);
	print_cpu(l, o);
	calls_print(&o->cpu);
	if (o->canary != -1)
		printf(" canary=%.0f", cpu_canary(o->canary));
	printf("\n");
	if (l->errors > 0)
		fprintf(stderr, "load: %u errors; the first: %s\n", l->errors,
		    l->error);
}

static _Noreturn void
usage(const char *why)
{
	fprintf(stderr,
	    "load: %s\nusage: load -a CA -k CAKEY -t ADDR:PORT "
	    "[-r get|register|lease] [-u PATH]\n    [-m full|keep] [-c CONNS] "
	    "[-s SECS] [-n IDS] [-b FIRST] [-g GENERATION]\n    [-R RATE] [-w] "
	    "[-B] [-p NAME:PID] ... [-C CORE] [-T TRACEFS]\n",
	    why);
	exit(64);
}

/* A number within bounds, or the usage. */
static double
number(const char *arg, double min, double max)
{
	char *end;
	double v;

	errno = 0;
	v = strtod(arg, &end);
	if (errno != 0 || end == arg || *end != '\0' || !(v >= min && v <= max))
		usage(arg);
	return (v);
}

static void
request_kind(struct load *l, const char *arg)
{
	if (strcmp(arg, "get") == 0)
		l->req = REQ_GET;
	else if (strcmp(arg, "register") == 0)
		l->req = REQ_REGISTER;
	else if (strcmp(arg, "lease") == 0)
		l->req = REQ_LEASE;
	else
		usage("-r is get, register or lease");
}

static void
option(struct load *l, struct options *o, int ch, char *arg)
{
	switch (ch) {
	case 'a':
		o->ca = arg;
		break;
	case 'B':
		l->burst = true;
		break;
	case 'b':
		o->first = (uint32_t)number(arg, 0, 9000000);
		break;
	case 'C':
		o->canary = (int)number(arg, 0, 1023);
		break;
	case 'c':
		l->nconns = (unsigned int)number(arg, 1, LOAD_CONNS);
		break;
	case 'g':
		l->generation = (uint32_t)number(arg, 0, 1e9);
		break;
	case 'k':
		o->key = arg;
		break;
	case 'm':
		l->keep = strcmp(arg, "keep") == 0;
		break;
	case 'n':
		o->n = (size_t)number(arg, 1, LOAD_IDS);
		break;
	case 'p':
		if (cpu_add(&o->cpu, arg) == -1)
			usage("-p is NAME:PID, 16 at most");
		break;
	case 'R':
		l->rate = number(arg, 0.1, 1e6);
		break;
	case 'r':
		request_kind(l, arg);
		break;
	case 's':
		l->secs = number(arg, 0.01, 3600);
		break;
	case 'T':
		o->tracing = arg;
		break;
	case 't':
		if (sockaddr_parse(arg, &l->to, &l->tolen) == -1)
			usage("-t is ADDR:PORT");
		break;
	case 'u':
		l->path = arg;
		break;
	case 'w':
		l->wrap = true;
		break;
	default:
		usage("unknown option");
	}
}

static int
prepare(struct load *l, struct options *o)
{
	if (l->keep && o->n < l->nconns)
		o->n = l->nconns;
	l->conns = calloc(l->nconns, sizeof(*l->conns));
	l->lat_us = calloc(LOAD_SAMPLES, sizeof(*l->lat_us));
	l->ep = epoll_create1(EPOLL_CLOEXEC);
	if (l->conns == NULL || l->lat_us == NULL || l->ep == -1) {
		perror("load");
		return (-1);
	}
	for (size_t i = 0; i < l->nconns; i++) {
		l->conns[i].load = l;
		l->conns[i].fd = -1;
	}
	if ((l->ctx = conn_context()) == NULL)
		return (-1);
	if (idents_make(&l->ids, o->ca, o->key, o->first, o->n) == -1)
		return (-1);
	return (o->tracing == NULL ? 0 : calls_begin(&o->cpu, o->tracing));
}

int
main(int argc, char *argv[])
{
	struct load l = {
		.req = REQ_GET,
		.path = "/",
		.nconns = 16,
		.secs = 2.5,
	};
	struct options o = { .n = 1000, .canary = -1 };
	struct totals t = { 0 };
	int ch, ret = 1;

	while (
	    (ch = getopt(argc, argv, "a:Bb:C:c:g:k:m:n:p:R:r:s:T:t:u:w")) != -1)
		option(&l, &o, ch, optarg);
	if (o.ca == NULL || o.key == NULL || l.tolen == 0 || optind != argc)
		usage("-a, -k and -t are needed");
	(void)signal(SIGPIPE, SIG_IGN);
	if (lean_start() == 0 && prepare(&l, &o) == 0) {
		run(&l, &o, &t);
		print_result(&l, &o, &t);
		ret = l.errors > 0;
	}
	for (size_t i = 0; l.conns != NULL && i < l.nconns; i++)
		conn_close(&l.conns[i]);
	idents_clear(&l.ids);
	SSL_CTX_free(l.ctx);
	free(l.conns);
	free(l.lat_us);
	lean_stop();
	return (ret);
}
