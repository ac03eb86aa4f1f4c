/* SPDX-License-Identifier: ISC */
/*
 * From a file to struct config, by the table of words.  libconfig reads the
 * syntax; every word, type and bound is checked here.  Every error is noted
 * with its line before the file is refused.
 */

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <libconfig.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "conferror.h"
#include "config.h"
#include "conftext.h"
#include "creds.h"
#include "log.h"
#include "parse.h"
#include "schema.h"
#include "suggest.h"
#include "text.h"
#include "value.h"

/* The group of the file that is being read. */
struct group {
	struct config	*conf;
	const char	*prefix;	/* path in the schema */
	const char	*label;		/* in messages: "networks[0]" */
	void		*base;		/* struct with the fields */
	unsigned int	 i;		/* element of a list, else 0 */
};

#define LABEL_SIZE	128

static void	 parse_group(const struct group *, const config_setting_t *);

/* Set every word of an element, or of the top, to its default. */
static void
set_defaults(struct config *c, const char *prefix, void *base)
{
	const struct word *w;
	const char *bad;
	size_t i, len;

	len = strlen(prefix);
	for (i = 0; i < schema_len; i++) {
		w = &schema[i];
		if (strncmp(w->path, prefix, len) != 0 ||
		    strstr(w->path + len, "[]") != NULL ||
		    w->type == WORD_GROUP || w->type == WORD_LIST ||
		    w->def == NULL || *w->def == '\0')
			continue;
		if ((bad = value_set(w, base, w->def)) != NULL)
			config_error(c, 0, "default of %s: %s", w->path, bad);
	}
}

static const char *
type_name(const struct word *w)
{
	switch (w->type) {
	case WORD_GROUP:
		return ("a group: { ... }");
	case WORD_LIST:
		return ("a list of groups: ( { ... }, { ... } )");
	case WORD_BOOL:
		return ("true or false");
	case WORD_NUMBER:
		return ("a number");
	case WORD_DURATION:
		return ("a duration as a string: \"10m\"");
	case WORD_MILLIS:
		return ("a duration as a string: \"5s\"");
	case WORD_BYTES:
		return ("a size as a string: \"16k\"");
	case WORD_CHOICES:
	case WORD_PREFIXES:
	case WORD_BLOCKS:
	case WORD_NETWORKS:
		return ("a list of strings: [ \"...\", \"...\" ]");
	case WORD_STRING:
	case WORD_FILE:
	case WORD_CHOICE:
	case WORD_ENDPOINT:
		break;
	}
	return ("a string");
}

/* The text of a scalar of the word's type, or NULL if the type differs. */
static const char *
scalar_text(const struct word *w, const config_setting_t *s, char *buf,
    size_t size)
{
	int type;

	type = config_setting_type(s);
	if (w->type == WORD_BOOL)
		return (type != CONFIG_TYPE_BOOL ? NULL :
			config_setting_get_bool(s) ? "true" :
						     "false");
	if (w->type == WORD_NUMBER) {
		if (type != CONFIG_TYPE_INT)
			return (NULL);
		snprintf(buf, size, "%d", config_setting_get_int(s));
		return (buf);
	}
	return (
	    type == CONFIG_TYPE_STRING ? config_setting_get_string(s) : NULL);
}

/* Read a list of strings, in [ ] or ( ). */
static const char *
parse_strings(const struct group *g, const struct word *w,
    const config_setting_t *s)
{
	const config_setting_t *e;
	const char *bad;
	unsigned int i, n;

	if (!config_setting_is_array(s) && !config_setting_is_list(s))
		return (type_name(w));
	value_clear(w, g->base);
	n = (unsigned int)config_setting_length(s);
	for (i = 0; i < n; i++) {
		e = config_setting_get_elem(s, i);
		if (config_setting_type(e) != CONFIG_TYPE_STRING)
			return (type_name(w));
		bad = value_add(w, g->base, config_setting_get_string(e));
		if (bad != NULL) {
			config_error(g->conf, config_setting_source_line(e),
			    "%s in %s: %s", schema_leaf(w), g->label, bad);
			return (NULL);
		}
	}
	if (n < w->lo)
		config_error(g->conf, config_setting_source_line(s),
		    "%s in %s is empty", schema_leaf(w), g->label);
	return (NULL);
}

static void
parse_value(const struct group *g, const struct word *w,
    const config_setting_t *s)
{
	char number[16];
	const char *want, *text, *bad;
	unsigned int line;

	line = config_setting_source_line(s);
	want = bad = NULL;
	if (w->type == WORD_PREFIXES || w->type == WORD_BLOCKS ||
	    w->type == WORD_CHOICES || w->type == WORD_NETWORKS)
		want = parse_strings(g, w, s);
	else if ((text = scalar_text(w, s, number, sizeof(number))) == NULL)
		want = type_name(w);
	else
		bad = value_set(w, g->base, text);
	if (want != NULL)
		config_error(g->conf, line, "%s in %s must be %s",
		    schema_leaf(w), g->label, want);
	if (bad != NULL)
		config_error(g->conf, line, "%s in %s: %s", schema_leaf(w),
		    g->label, bad);
}

/* Note each required word that is missing. */
static void
check_required(const struct group *g)
{
	const struct word *w;
	unsigned int line;
	size_t i;

	line = 0;
	for (i = 0; i < schema_len; i++) {
		w = &schema[i];
		if (!schema_child(w, g->prefix) || w->def != NULL ||
		    g->conf->line[w - schema][g->i] != 0)
			continue;
		if (line == 0)
			line = config_line(g->conf, w->path, g->i);
		if (*g->prefix == '\0')
			config_error(g->conf, line, "there is no \"%s\": %s",
			    w->path, w->help);
		else
			config_error(g->conf, line,
			    "\"%s\" is missing in %s: %s", schema_leaf(w),
			    g->label, w->help);
	}
}

static void
parse_list(const struct group *g, const struct word *w,
    const config_setting_t *s)
{
	char prefix[LABEL_SIZE], label[LABEL_SIZE];
	struct group sub = { g->conf, prefix, label, NULL, 0 };
	const config_setting_t *e;
	unsigned int line, n;

	line = config_setting_source_line(s);
	if (!config_setting_is_list(s)) {
		config_error(g->conf, line, "%s must be %s", w->path,
		    type_name(w));
		return;
	}
	n = (unsigned int)config_setting_length(s);
	if (n < w->lo || n > w->hi) {
		config_error(g->conf, line,
		    "%s has %u elements, not %llu to %llu", w->path, n,
		    (unsigned long long)w->lo, (unsigned long long)w->hi);
		return;
	}
	snprintf(prefix, sizeof(prefix), "%s[].", w->path);
	for (sub.i = 0; sub.i < n; sub.i++) {
		e = config_setting_get_elem(s, sub.i);
		line = config_setting_source_line(e);
		snprintf(label, sizeof(label), "%s[%u]", w->path, sub.i);
		g->conf->line[w - schema][sub.i] = line;
		if (!config_setting_is_group(e)) {
			config_error(g->conf, line,
			    "%s must be a group: { ... }", label);
			continue;
		}
		sub.base = (char *)g->conf + w->off + sub.i * w->size;
		set_defaults(g->conf, prefix, sub.base);
		parse_group(&sub, e);
	}
	*(unsigned int *)(void *)((char *)g->conf + w->count) = n;
}

static void
parse_subgroup(const struct group *g, const struct word *w,
    const config_setting_t *s)
{
	char prefix[LABEL_SIZE], label[LABEL_SIZE];
	struct group sub = { g->conf, prefix, label, g->base, g->i };

	if (!config_setting_is_group(s)) {
		config_error(g->conf, config_setting_source_line(s),
		    "%s in %s must be %s", schema_leaf(w), g->label,
		    type_name(w));
		return;
	}
	if (w->off != SIZE_MAX)
		*((bool *)g->base + w->off) = true;
	snprintf(prefix, sizeof(prefix), "%s.", w->path);
	if (*g->prefix == '\0')
		strlcpy(label, w->path, sizeof(label));
	else
		snprintf(label, sizeof(label), "%s.%s", g->label,
		    schema_leaf(w));
	parse_group(&sub, s);
}

static void
unknown_word(const struct group *g, const config_setting_t *s)
{
	const char *name, *near;

	name = config_setting_name(s);
	near = suggest_word(g->prefix, name);
	if (near != NULL)
		config_error(g->conf, config_setting_source_line(s),
		    "unknown word \"%.64s\" in %s (did you mean \"%s\"?)", name,
		    g->label, near);
	else
		config_error(g->conf, config_setting_source_line(s),
		    "unknown word \"%.64s\" in %s (see %s(5))", name, g->label,
		    g->conf->is_agent ? "sallyport-agent.conf" :
					"sallyport.conf");
}

static void
parse_group(const struct group *g, const config_setting_t *group)
{
	char path[LABEL_SIZE];
	const config_setting_t *s;
	const struct word *w;
	unsigned int i, n;

	n = (unsigned int)config_setting_length(group);
	for (i = 0; i < n; i++) {
		s = config_setting_get_elem(group, i);
		snprintf(path, sizeof(path), "%s%s", g->prefix,
		    config_setting_name(s));
		if ((w = schema_find(path)) == NULL ||
		    !schema_child(w, g->prefix)) {
			unknown_word(g, s);
			continue;
		}
		if (w->type == WORD_LIST) {
			parse_list(g, w, s);
			if (g->conf->line[w - schema][0] == 0)
				g->conf->line[w - schema][0] =
				    config_setting_source_line(s);
			continue;
		}
		g->conf->line[w - schema][g->i] = config_setting_source_line(s);
		if (w->type == WORD_GROUP)
			parse_subgroup(g, w, s);
		else
			parse_value(g, w, s);
	}
	check_required(g);
}

/* What is wrong with a value, of which this is the beginning, or NULL. */
static const char *
value_hint(const char *value)
{
	static const char letters[] =
	    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
	static const char *const truth[] = { "yes", "no", "on", "off" };
	size_t i, len;

	len = strspn(value, letters);
	for (i = 0; i < sizeof(truth) / sizeof(truth[0]); i++)
		if (strlen(truth[i]) == len &&
		    strncasecmp(value, truth[i], len) == 0)
			return (": say true or false");
	if (len > 0 && strncasecmp(value, "true", len) != 0 &&
	    strncasecmp(value, "false", len) != 0)
		return (": a string stands in double quotes");
	len = strspn(value, "0123456789.:/");
	if (memchr(value, '.', len) != NULL || memchr(value, ':', len) != NULL)
		return (": a string stands in double quotes");
	return (NULL);
}

/*
 * libconfig says no more than "syntax error".  What people write most often is a
 * string without quotes, or another word for true or false; otherwise the end of
 * the line before is missing.
 */
static const char *
syntax_hint(const char *text, unsigned int line)
{
	const char *hint = NULL;
	bool quoted = false;

	for (; line > 1 && (text = strchr(text, '\n')) != NULL; line--)
		text++;
	for (; text != NULL && *text != '\0' && *text != '\n' && hint == NULL;
	     text++) {
		if (*text == '"' && text[-(quoted ? 1 : 0)] != '\\')
			quoted = !quoted;
		else if (!quoted && (*text == '=' || *text == ':'))
			hint = value_hint(text + 1 + strspn(text + 1, " \t"));
	}
	if (hint != NULL)
		return (hint);
	return (
	    ": it may be the line before that lacks its ; or , or what closes it, a bracket or a quote");
}

static void
parse_text(struct config *c, const char *text, size_t len)
{
	struct group top = { c, "", "the file", c, 0 };
	config_t lc;

	set_defaults(c, "", c);
	if (config_lint(c, text, len) == -1)
		return;
	config_init(&lc);
	if (config_read_string(&lc, text) == CONFIG_FALSE)
		config_error(c, (unsigned int)config_error_line(&lc), "%s%s",
		    config_error_text(&lc),
		    strcmp(config_error_text(&lc), "syntax error") != 0 ?
			"" :
			syntax_hint(text,
			    (unsigned int)config_error_line(&lc)));
	else
		parse_group(&top, config_root_setting(&lc));
	config_destroy(&lc);
	/* A missing group also misses its required words. */
	if (c->nerrors == 0 && c->is_agent && c->agent.server[0] == '\0')
		config_error(c, 0,
		    "there is no \"agent\" with a \"server\": the gateway's URL");
	if (c->nerrors == 0 && !c->is_agent && c->gateway.endpoint[0] == '\0')
		config_error(c, 0,
		    "there is no \"gateway\" with an \"endpoint\": what devices dial");
}

/*
 * The parent is root and does as the file says: refuse a file that others may
 * write.
 */
static int
check_owner(struct config *c, const struct stat *st)
{
	if (!S_ISREG(st->st_mode))
		config_error(c, 0, "is not a regular file");
	else if (st->st_uid != 0 && st->st_uid != geteuid())
		config_error(c, 0,
		    "belongs to user %u, who is neither root nor you: chown root it",
		    st->st_uid);
	else if ((st->st_mode & (S_IWGRP | S_IWOTH)) != 0)
		config_error(c, 0,
		    "can be written by others (mode %04o): chmod go-w it",
		    st->st_mode & 07777);
	else if (st->st_size > CONF_TEXT_MAX)
		config_error(c, 0, "is larger than %u bytes", CONF_TEXT_MAX);
	else
		return (0);
	return (-1);
}

/* Read the whole file.  The caller frees it. */
static char *
read_text(struct config *c, size_t *len)
{
	struct text_error e;
	struct stat st;
	char *text;
	int fd;

	text = NULL;
	if ((fd = open(c->file, O_RDONLY | O_CLOEXEC | O_NONBLOCK)) == -1 ||
	    fstat(fd, &st) == -1) {
		config_error(c, 0, "cannot be read: %s", strerror(errno));
		goto done;
	}
	if (check_owner(c, &st) == -1)
		goto done;
	if ((text = text_read(fd, CONF_TEXT_MAX, len, &e)) == NULL)
		config_error(c, e.line, "%s", e.why);
done:
	if (fd != -1)
		close(fd);
	return (text);
}

struct config *
config_load(const char *file)
{
	struct config *c;
	char *text;
	size_t len;

	if ((c = calloc(1, sizeof(*c))) == NULL)
		return (NULL);
	c->is_agent = schema == agent_words;
	if (strlcpy(c->file, file, sizeof(c->file)) >= sizeof(c->file))
		config_error(c, 0, "the name is too long");
	else if ((text = read_text(c, &len)) != NULL) {
		parse_text(c, text, len);
		free(text);
	}
	if (c->nerrors == 0)
		config_credentials(c);
	if (c->nerrors == 0)
		config_check(c);
	return (c);
}

void
config_free(struct config *c)
{
	free(c);
}
