/* SPDX-License-Identifier: ISC */
/*
 * Errors of a configuration.  Each is noted with the line of its word, so that
 * all of them can be reported at once.
 */

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "conferror.h"
#include "config.h"
#include "schema.h"

#define LABEL_SIZE	128

void
config_error(struct config *c, unsigned int lineno, const char *fmt, ...)
{
	char text[CONF_ERROR_SIZE / 2], line[CONF_ERROR_SIZE];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (lineno != 0)
		snprintf(line, sizeof(line), "%.300s:%u: %s", c->file, lineno,
		    text);
	else
		snprintf(line, sizeof(line), "%.300s: %s", c->file, text);
	if (c->nerrors < CONF_ERRORS_MAX)
		strlcpy(c->errors[c->nerrors], line, CONF_ERROR_SIZE);
	c->nerrors++;
}

bool
config_is_written(const struct config *c, const char *path, unsigned int i)
{
	const struct word *w;

	w = schema_find(path);
	return (w != NULL && i < CONF_ITEMS_MAX && c->line[w - schema][i] != 0);
}

void
config_forgive(struct config *c, unsigned int n, char *dst, size_t size)
{
	*dst = '\0';
	if (c->nerrors > n && n < CONF_ERRORS_MAX)
		strlcpy(dst, c->errors[n], size);
	c->nerrors = n;
}

/* The word of a device's file that has the member of a gateway's word. */
static const char *
agent_word(const char *path)
{
	static const char *const words[][2] = {
		{ "listen[].tls.certificate", "agent.certificate" },
		{ "listen[].tls.key", "agent.key" },
		{ "listen[].tls.client_ca", "agent.ca" },
		{ "listen[].address", "metrics.address" },
		{ "gateway.state_dir", "agent.state_dir" },
		{ "gateway.ctl_socket", "ctl_socket" },
	};
	size_t k;

	for (k = 0; k < sizeof(words) / sizeof(words[0]); k++)
		if (strcmp(path, words[k][0]) == 0)
			return (words[k][1]);
	return (path);
}

unsigned int
config_line(const struct config *c, const char *path, unsigned int i)
{
	char up[LABEL_SIZE], *end;
	const struct word *w;

	if (c->is_agent) {
		path = agent_word(path);
		i = 0;
	}
	strlcpy(up, path, sizeof(up));
	for (;;) {
		w = schema_find(up);
		if (w != NULL && i < CONF_ITEMS_MAX && c->line[w - schema][i])
			return (c->line[w - schema][i]);
		if ((end = strrchr(up, '.')) == NULL)
			return (0);
		*end = '\0';
		if (end > up + 2 && strcmp(end - 2, "[]") == 0)
			end[-2] = '\0';
	}
}
