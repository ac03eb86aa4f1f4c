/* SPDX-License-Identifier: ISC */
/*
 * Each line is written by one write(2).  stdio would seek, which no sandbox of
 * ours allows, and would mix the lines of several processes.
 */

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>
#include <vis.h>

#include "log.h"
#include "wgkey.h"

#define LINE_SIZE	2048
#define VIS_SIZE	512
#define ROTATE		4

static struct {
	const char	*proc;
	int		 verbose;
	bool		 journal;
} state = { "sallyport", 0, false };

void
log_init(const char *proc, int verbose)
{
	state.proc = proc;
	state.verbose = verbose;
	state.journal = getenv("JOURNAL_STREAM") != NULL;
}

void
log_setverbose(int verbose)
{
	state.verbose = verbose;
}

__attribute__((format(printf, 3, 0))) static void
vlog(int level, const char *error, const char *fmt, va_list ap)
{
	char line[LINE_SIZE];
	size_t len;
	int n;

	n = 0;
	if (state.journal)
		n = snprintf(line, sizeof(line), "<%d>", level);
	n += snprintf(line + n, sizeof(line) - n, "%s: ", state.proc);
	len = (size_t)n;
	n = vsnprintf(line + len, sizeof(line) - len, fmt, ap);
	len += n < 0 ? 0 : (size_t)n;
	if (error != NULL && len < sizeof(line))
		len += (size_t)snprintf(line + len, sizeof(line) - len, ": %s",
		    error);
	if (len > sizeof(line) - 1)
		len = sizeof(line) - 1;
	line[len++] = '\n';
	/* A failure to log cannot be reported anywhere. */
	if (write(STDERR_FILENO, line, len) == -1)
		return;
}

void
log_warn(const char *fmt, ...)
{
	va_list ap;
	int saved = errno;

	va_start(ap, fmt);
	vlog(LOG_WARNING, strerror(saved), fmt, ap);
	va_end(ap);
	errno = saved;
}

void
log_warnx(const char *fmt, ...)
{
	va_list ap;
	int saved = errno;

	va_start(ap, fmt);
	vlog(LOG_WARNING, NULL, fmt, ap);
	va_end(ap);
	errno = saved;
}

void
log_notice(const char *fmt, ...)
{
	va_list ap;
	int saved = errno;

	va_start(ap, fmt);
	vlog(LOG_NOTICE, NULL, fmt, ap);
	va_end(ap);
	errno = saved;
}

void
log_info(const char *fmt, ...)
{
	va_list ap;
	int saved = errno;

	va_start(ap, fmt);
	vlog(LOG_INFO, NULL, fmt, ap);
	va_end(ap);
	errno = saved;
}

void
log_debug(const char *fmt, ...)
{
	va_list ap;
	int saved = errno;

	if (state.verbose < 1)
		return;
	va_start(ap, fmt);
	vlog(LOG_DEBUG, NULL, fmt, ap);
	va_end(ap);
	errno = saved;
}

void
fatal(const char *fmt, ...)
{
	va_list ap;
	const char *error = strerror(errno);

	va_start(ap, fmt);
	vlog(LOG_CRIT, error, fmt, ap);
	va_end(ap);
	exit(1);
}

void
fatalx(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vlog(LOG_CRIT, NULL, fmt, ap);
	va_end(ap);
	exit(1);
}

const char *
log_vis(const char *s)
{
	static char buf[ROTATE][VIS_SIZE];
	static unsigned int turn;
	char *p;

	p = buf[turn++ % ROTATE];
	(void)strnvis(p, s, VIS_SIZE, VIS_NL | VIS_TAB | VIS_CSTYLE);
	return (p);
}

const char *
log_key(const unsigned char *key)
{
	static char buf[ROTATE][WGKEY_TEXT];
	static unsigned int turn;
	char *p;

	p = buf[turn++ % ROTATE];
	wgkey_format(key, p);
	memcpy(p + 8, "..", 3);
	return (p);
}
