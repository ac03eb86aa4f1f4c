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

/* vis(3) leaves these as they are, and takes its time for each of them. */
static bool
is_plain(char c)
{
	return (c >= ' ' && c <= '~' && c != '\\');
}

size_t
log_escape(char *dst, size_t size, const char *s, size_t len, const char *extra)
{
	char c[8], next;
	size_t i, n, used = 0;

	for (i = 0; i < len; i++) {
		next = i + 1 < len ? s[i + 1] : '\0';
		if (s[i] != '\0' && strchr(extra, s[i]) != NULL)
			n = (size_t)snprintf(c, sizeof(c), "\\%03o",
			    (unsigned int)(unsigned char)s[i]);
		else if (is_plain(s[i])) {
			c[0] = s[i];
			n = 1;
		} else
			n = (size_t)(vis(c, s[i], VIS_NL | VIS_TAB | VIS_CSTYLE,
					 next) -
			    c);
		if (n >= size - used)
			break;
		memcpy(dst + used, c, n);
		used += n;
	}
	dst[used] = '\0';
	return (used);
}

static char *
rotated(void)
{
	static char buf[ROTATE][VIS_SIZE];
	static unsigned int turn;

	return (buf[turn++ % ROTATE]);
}

const char *
log_vis(const char *s)
{
	size_t n = 0;
	bool quoted;
	char *p;

	p = rotated();
	quoted = strchr(s, ' ') != NULL;
	if (quoted)
		p[n++] = '"';
	n += log_escape(p + n, VIS_SIZE - n - 1, s, strlen(s), "\"=");
	if (quoted)
		p[n++] = '"';
	p[n] = '\0';
	return (p);
}

const char *
log_text(const char *s)
{
	char *p;

	p = rotated();
	(void)log_escape(p, VIS_SIZE, s, strlen(s), "");
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
