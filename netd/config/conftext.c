/* SPDX-License-Identifier: ISC */
/*
 * A check of the text of a configuration before libconfig reads it.  libconfig
 * wraps integers that do not fit without a word, and would @include files whose
 * owner nobody checked.
 */

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "conferror.h"
#include "config.h"
#include "conftext.h"

#define NUMBER_MAX	40

struct scan {
	struct config	*conf;
	const char	*p;
	const char	*end;
	unsigned int	 line;
};

static void
skip_until(struct scan *s, const char *stop)
{
	size_t len;

	len = strlen(stop);
	while (s->p < s->end) {
		if ((size_t)(s->end - s->p) >= len &&
		    memcmp(s->p, stop, len) == 0) {
			if (*stop != '\n')
				s->p += len;
			return;
		}
		if (*s->p++ == '\n')
			s->line++;
	}
}

static void
skip_string(struct scan *s)
{
	for (s->p++; s->p < s->end && *s->p != '"'; s->p++) {
		if (*s->p == '\\' && s->p + 1 < s->end)
			s->p++;
		if (*s->p == '\n')
			s->line++;
	}
	if (s->p < s->end)
		s->p++;
}

/*
 * Check one token of letters and digits: if it begins like a number, it must
 * fit.
 */
static void
check_token(struct scan *s)
{
	char buf[NUMBER_MAX], *end;
	size_t len;
	long long v;

	len = 0;
	while (s->p < s->end &&
	    (isalnum((unsigned char)*s->p) || strchr("_.+-", *s->p) != NULL)) {
		if (len < sizeof(buf) - 1)
			buf[len++] = *s->p;
		s->p++;
	}
	buf[len] = '\0';
	end = buf + strspn(buf, "+-");
	if (!isdigit((unsigned char)*end))
		return;
	errno = 0;
	v = strtoll(buf, &end, strncasecmp(end, "0x", 2) == 0 ? 16 : 10);
	if (*end == 'L' || *end == 'l')
		config_error(s->conf, s->line,
		    "%s: write the number without \"L\"", buf);
	else if (errno == ERANGE || v > INT32_MAX || v < INT32_MIN ||
	    len == sizeof(buf) - 1)
		config_error(s->conf, s->line, "%s is too large a number", buf);
}

int
config_lint(struct config *c, const char *text, size_t len)
{
	struct scan s = { c, text, text + len, 1 };
	unsigned int before;

	before = c->nerrors;
	while (s.p < s.end && c->nerrors < before + CONF_ERRORS_MAX) {
		if (*s.p == '\n') {
			s.line++;
			s.p++;
		} else if (*s.p == '#')
			skip_until(&s, "\n");
		else if (s.end - s.p > 1 && memcmp(s.p, "//", 2) == 0)
			skip_until(&s, "\n");
		else if (s.end - s.p > 1 && memcmp(s.p, "/*", 2) == 0) {
			s.p += 2;
			skip_until(&s, "*/");
		} else if (*s.p == '"')
			skip_string(&s);
		else if (*s.p == '@') {
			config_error(c, s.line,
			    "@include is not supported: keep the configuration in one file");
			break;
		} else if (isalnum((unsigned char)*s.p) || *s.p == '_' ||
		    *s.p == '-' || *s.p == '+')
			check_token(&s);
		else
			s.p++;
	}
	return (c->nerrors == before ? 0 : -1);
}
