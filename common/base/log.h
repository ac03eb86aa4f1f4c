/* SPDX-License-Identifier: ISC */
/*
 * Logging: one line, one write(2), to stderr.  A line begins with the time and
 * the name of the process.  If stderr is the service manager's journal
 * (JOURNAL_STREAM), "<level>" stands in the place of the time.  If it is a
 * SOCK_SEQPACKET socket, our parent reads it: a line is a packet, which begins
 * with "<level>" alone.  Every function keeps errno.  Text from outside must go
 * through log_vis() first.
 */

#ifndef LOG_H
#define LOG_H

#include <stdbool.h>
#include <stddef.h>

#define LOG_LINE	2048	/* longest text of a line, with its NUL */

/* proc is a static string that names the process in each line. */
void	 log_init(const char *proc, int verbose);
void	 log_setverbose(int);

/*
 * From now on, lines go to a function in the place of stderr.  The level is that
 * of syslog(3); the text has no newline.  The function must not log.
 */
typedef void log_sink(void *arg, int level, const char *proc, const char *text);
void	 log_divert(log_sink *, void *arg);
/* Write a line to stderr, whatever log_divert() was told. */
void	 log_stderr(int level, const char *proc, const char *text);

/* log_warn appends strerror(errno); the others do not. */
void	 log_warn(const char *, ...) __attribute__((format(printf, 1, 2)));
void	 log_warnx(const char *, ...) __attribute__((format(printf, 1, 2)));
void	 log_notice(const char *, ...) __attribute__((format(printf, 1, 2)));
void	 log_info(const char *, ...) __attribute__((format(printf, 1, 2)));
/* Logs only if verbose is at least 1. */
void	 log_debug(const char *, ...) __attribute__((format(printf, 1, 2)));

/*
 * Log and exit(1).  Only before READY, or when an invariant of our own is
 * broken.
 */
__attribute__((noreturn)) void fatal(const char *, ...)
    __attribute__((format(printf, 1, 2)));
__attribute__((noreturn)) void fatalx(const char *, ...)
    __attribute__((format(printf, 1, 2)));

/*
 * Make a value from outside fit for a log line, as in "name=" log_vis(name):
 * nothing in it ends the value or looks like the next field.  A value with a
 * blank is put in double quotes; a double quote or '=' in it becomes its octal
 * number, and other bytes than printable ASCII are encoded by vis(3).
 */
const char *log_vis(const char *);
/*
 * The same for a sentence of another process of ours, which may have quotes and
 * fields: only bytes other than printable ASCII and the backslash are encoded.
 *
 * Both return one of four rotating static buffers of 512 bytes; longer text is
 * cut.
 */
const char *log_text(const char *);
/*
 * Encode len bytes of s in dst, which has size bytes and gets a NUL.  Characters
 * that stand in extra become octal numbers, others are encoded as log_text does.
 * Returns the length.
 */
size_t	 log_escape(char *dst, size_t size, const char *s, size_t len,
	    const char *extra);

/* The first 8 characters of a key's base64 and "..", in rotating buffers. */
const char *log_key(const unsigned char *key);

#endif
