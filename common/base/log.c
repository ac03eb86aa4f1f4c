/* SPDX-License-Identifier: ISC */
/*
 * Each line is written by one write(2).  stdio would seek, which no sandbox of
 * ours allows, and would mix the lines of several processes.
 */

#include <sys/socket.h>
#include <sys/stat.h>

#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>
#include <vis.h>

#include "clock.h"
#include "log.h"
#include "wgkey.h"

#define HEAD_SIZE	96	/* level or time, and the process */
#define VIS_SIZE	512
#define ROTATE		4
#define WAIT_MS		200	/* for a parent that is busy */

/* How a line begins, which depends on who reads it. */
enum form {
	FORM_TIME,		/* people: time and process */
	FORM_JOURNAL,		/* the journal, which knows the time */
	FORM_PARENT		/* our parent, which knows the process, too */
};

static struct {
	const char	*proc;
	int		 verbose;
	enum form	 form;
	unsigned int	 lost;	/* lines that our parent did not take */
	log_sink	*sink;
	void		*arg;
} state = { .proc = "sallyport" };

/* Our standard error is what the service manager says that it connected. */
static bool
is_journal(void)
{
	const char *stream;
	char own[48];
	struct stat st;

	if ((stream = getenv("JOURNAL_STREAM")) == NULL ||
	    fstat(STDERR_FILENO, &st) == -1)
		return (false);
	snprintf(own, sizeof(own), "%ju:%ju", (uintmax_t)st.st_dev,
	    (uintmax_t)st.st_ino);
	return (strcmp(stream, own) == 0);
}

static enum form
find_form(void)
{
	socklen_t len;
	int type;

	len = sizeof(type);
	if (getsockopt(STDERR_FILENO, SOL_SOCKET, SO_TYPE, &type, &len) == 0 &&
	    type == SOCK_SEQPACKET)
		return (FORM_PARENT);
	return (is_journal() ? FORM_JOURNAL : FORM_TIME);
}

void
log_init(const char *proc, int verbose)
{
	state.proc = proc;
	state.verbose = verbose;
	state.form = find_form();
}

void
log_divert(log_sink *sink, void *arg)
{
	state.sink = sink;
	state.arg = arg;
}

void
log_setverbose(int verbose)
{
	state.verbose = verbose;
}

/*
 * A failure to log can be reported only to our parent, and only later.  The
 * parent reads our lines as fast as it can; if it hangs, we wait for it once.
 */
static void
write_line(const char *line, size_t len)
{
	struct pollfd pfd = { .fd = STDERR_FILENO, .events = POLLOUT };
	char text[64];
	int n;

	if (state.lost != 0) {
		n = snprintf(text, sizeof(text),
		    "<%d>lines of the log that are missing here: %u",
		    LOG_WARNING, state.lost);
		if (write(STDERR_FILENO, text, (size_t)n) == -1) {
			state.lost++;
			return;
		}
		state.lost = 0;
	}
	if (write(STDERR_FILENO, line, len) != -1 || errno != EAGAIN ||
	    state.form != FORM_PARENT)
		return;
	if (poll(&pfd, 1, WAIT_MS) != 1 ||
	    write(STDERR_FILENO, line, len) == -1)
		state.lost++;
}

void
log_stderr(int level, const char *proc, const char *text)
{
	char line[HEAD_SIZE + LOG_LINE + 1], when[WALL_TEXT];
	size_t len;
	int n = 0;

	switch (state.form) {
	case FORM_TIME:
		n = snprintf(line, HEAD_SIZE,
		    "%s %s: ", wall_format(wall_now(), when), proc);
		break;
	case FORM_JOURNAL:
		n = snprintf(line, HEAD_SIZE, "<%d>%s: ", level, proc);
		break;
	case FORM_PARENT:
		n = snprintf(line, HEAD_SIZE, "<%d>", level);
		break;
	}
	len = strlcpy(line + n, text, LOG_LINE);
	/* The text of a child may be longer. */
	if (len > LOG_LINE - 1)
		len = LOG_LINE - 1;
	len += (size_t)n;
	if (state.form != FORM_PARENT)
		line[len++] = '\n';
	write_line(line, len);
}

__attribute__((format(printf, 3, 0))) static void
vlog(int level, const char *error, const char *fmt, va_list ap)
{
	char text[LOG_LINE];
	size_t len;
	int n;

	n = vsnprintf(text, sizeof(text), fmt, ap);
	len = n < 0 ? 0 : (size_t)n;
	if (error != NULL && len < sizeof(text))
		snprintf(text + len, sizeof(text) - len, ": %s", error);
	if (state.sink != NULL)
		state.sink(state.arg, level, state.proc, text);
	else
		log_stderr(level, state.proc, text);
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
