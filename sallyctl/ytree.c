/* SPDX-License-Identifier: ISC */
/*
 * From the events of libyaml to a tree.  Aliases are refused: with them, a few
 * lines are a document without end.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <yaml.h>

#include "ytree.h"

struct reading {
	struct yreader *r;
	const char	*text;
	yaml_parser_t	 parser;
	unsigned int	 entries;
};

static int	 read_node(struct reading *, const yaml_event_t *, unsigned int,
		    struct ynode **);

static struct ypos
position(yaml_mark_t m)
{
	return ((struct ypos){ (unsigned int)m.line + 1,
	    (unsigned int)m.column + 1 });
}

static int
fail(struct reading *g, struct ypos at, const char *why)
{
	g->r->error_at = at;
	snprintf(g->r->error, sizeof(g->r->error), "%s", why);
	return (-1);
}

static int
no_memory(struct reading *g)
{
	return (fail(g, (struct ypos){ 0, 0 }, "no memory"));
}

/* The place of a byte, for errors of which libyaml knows nothing else. */
static struct ypos
byte_position(const char *text, size_t offset)
{
	struct ypos at = { 1, 1 };
	size_t i;

	for (i = 0; i < offset; i++)
		if (text[i] == '\n') {
			at.line++;
			at.column = 1;
		} else if (((unsigned char)text[i] & 0xc0) != 0x80)
			at.column++;
	return (at);
}

/* Get the next event, which the caller deletes.  Returns 0 or -1. */
static int
next_event(struct reading *g, yaml_event_t *e)
{
	const yaml_parser_t *p = &g->parser;

	if (yaml_parser_parse(&g->parser, e) == 1)
		return (0);
	if (p->error == YAML_MEMORY_ERROR)
		return (no_memory(g));
	return (fail(g,
	    p->error == YAML_READER_ERROR ?
		byte_position(g->text, p->problem_offset) :
		position(p->problem_mark),
	    p->problem != NULL ? p->problem : "it is not YAML"));
}

void
ytree_free(struct ynode *n)
{
	struct ynode *next;

	for (; n != NULL; n = next) {
		next = n->next;
		ytree_free(n->first);
		free(n->text);
		free(n->key);
		free(n);
	}
}

/* Count one more item of a list or a mapping. */
static int
count(struct reading *g, struct ypos at)
{
	if (++g->entries > YTREE_ENTRIES)
		return (fail(g, at, "there are too many entries"));
	return (0);
}

/* Copy the text of a scalar. */
static int
copy_text(struct reading *g, const yaml_event_t *e, char **text)
{
	const char *value = (const char *)e->data.scalar.value;
	size_t len = e->data.scalar.length;

	if (e->data.scalar.tag != NULL)
		return (fail(g, position(e->start_mark),
		    "a value with a tag is not supported"));
	if (memchr(value, '\0', len) != NULL)
		return (fail(g, position(e->start_mark),
		    "a value has a NUL character"));
	if ((*text = strndup(value, len)) == NULL)
		return (no_memory(g));
	return (0);
}

static int
read_list(struct reading *g, unsigned int depth, struct ynode *list)
{
	struct ynode **tail = &list->first;
	yaml_event_t e;
	int r = 0;

	for (;;) {
		if (next_event(g, &e) == -1)
			return (-1);
		if (e.type == YAML_SEQUENCE_END_EVENT)
			break;
		r = count(g, position(e.start_mark));
		if (r == 0)
			r = read_node(g, &e, depth, tail);
		yaml_event_delete(&e);
		if (r == -1)
			return (-1);
		tail = &(*tail)->next;
	}
	yaml_event_delete(&e);
	return (0);
}

/* Read the value of an entry whose key is the event. */
static int
read_entry(struct reading *g, const yaml_event_t *key, unsigned int depth,
    struct ynode **entry)
{
	struct ypos at = position(key->start_mark);
	char *text = NULL;
	yaml_event_t e;
	int r;

	if (key->type == YAML_ALIAS_EVENT)
		return (fail(g, at, "an alias is not allowed"));
	if (key->type != YAML_SCALAR_EVENT)
		return (fail(g, at, "a key must be a text"));
	if (count(g, at) == -1 || copy_text(g, key, &text) == -1)
		return (-1);
	if (next_event(g, &e) == -1) {
		free(text);
		return (-1);
	}
	r = read_node(g, &e, depth, entry);
	yaml_event_delete(&e);
	if (*entry == NULL) {
		free(text);
		return (-1);
	}
	(*entry)->key = text;
	(*entry)->key_at = at;
	return (r);
}

static int
cmp_key(const void *a, const void *b)
{
	const struct ynode *const *x = a, *const *y = b;
	int r;

	if ((r = strcasecmp((*x)->key, (*y)->key)) != 0)
		return (r);
	if ((*x)->key_at.line != (*y)->key_at.line)
		return ((*x)->key_at.line < (*y)->key_at.line ? -1 : 1);
	return ((*x)->key_at.column < (*y)->key_at.column ? -1 : 1);
}

/* Tell of an entry whose key comes again, and forget the key. */
static void
hide(struct reading *g, struct ynode *n, const struct ynode *again)
{
	char why[64];

	snprintf(why, sizeof(why),
	    "it is there again in line %u, and the last one counts",
	    again->key_at.line);
	g->r->left_out(g->r->arg, n->key_at, n->key, why);
	free(n->key);
	n->key = NULL;
}

/* Keep the last one of each key. */
static int
settle_keys(struct reading *g, struct ynode *map)
{
	struct ynode *n, **all, **link;
	size_t i, total = 0;

	for (n = map->first; n != NULL; n = n->next)
		total++;
	if ((all = reallocarray(NULL, total + 1, sizeof(*all))) == NULL)
		return (no_memory(g));
	for (i = 0, n = map->first; n != NULL; n = n->next)
		all[i++] = n;
	qsort(all, total, sizeof(*all), cmp_key);
	for (i = 0; i + 1 < total; i++)
		if (strcasecmp(all[i]->key, all[i + 1]->key) == 0)
			hide(g, all[i], all[i + 1]);
	free(all);
	for (link = &map->first; (n = *link) != NULL;) {
		if (n->key != NULL) {
			link = &n->next;
			continue;
		}
		*link = n->next;
		n->next = NULL;
		ytree_free(n);
	}
	return (0);
}

static int
read_mapping(struct reading *g, unsigned int depth, struct ynode *map)
{
	struct ynode **tail = &map->first;
	yaml_event_t e;
	int r = 0;

	for (;;) {
		if (next_event(g, &e) == -1)
			return (-1);
		if (e.type == YAML_MAPPING_END_EVENT)
			break;
		r = read_entry(g, &e, depth, tail);
		yaml_event_delete(&e);
		if (r == -1)
			return (-1);
		tail = &(*tail)->next;
	}
	yaml_event_delete(&e);
	return (settle_keys(g, map));
}

/* Read the node that begins with the event. */
static int
read_node(struct reading *g, const yaml_event_t *e, unsigned int depth,
    struct ynode **node)
{
	struct ypos at = position(e->start_mark);
	struct ynode *n;

	if (e->type == YAML_ALIAS_EVENT)
		return (fail(g, at, "an alias is not allowed"));
	if (e->type != YAML_SCALAR_EVENT && depth == YTREE_DEPTH)
		return (fail(g, at, "it is nested too deeply"));
	if ((n = *node = calloc(1, sizeof(*n))) == NULL)
		return (no_memory(g));
	n->at = at;
	if (e->type == YAML_SEQUENCE_START_EVENT) {
		n->kind = YNODE_LIST;
		return (read_list(g, depth + 1, n));
	}
	if (e->type == YAML_MAPPING_START_EVENT) {
		n->kind = YNODE_MAPPING;
		return (read_mapping(g, depth + 1, n));
	}
	n->plain = e->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
	return (copy_text(g, e, &n->text));
}

/* Tell of a second document, which is not read. */
static int
look_behind(struct reading *g)
{
	yaml_event_t e;

	if (next_event(g, &e) == -1)
		return (-1);
	if (e.type == YAML_DOCUMENT_END_EVENT) {
		yaml_event_delete(&e);
		if (next_event(g, &e) == -1)
			return (-1);
	}
	if (e.type == YAML_DOCUMENT_START_EVENT)
		g->r->left_out(g->r->arg, position(e.start_mark), "---",
		    "a second document begins, and only the first is read");
	yaml_event_delete(&e);
	return (0);
}

/* Read the document behind the events that begin every one. */
static int
read_document(struct reading *g, struct ynode **root)
{
	yaml_event_type_t type = YAML_NO_EVENT;
	yaml_event_t e;
	int r;

	while (type != YAML_DOCUMENT_START_EVENT) {
		if (next_event(g, &e) == -1)
			return (-1);
		type = e.type;
		yaml_event_delete(&e);
		if (type == YAML_STREAM_END_EVENT)
			return (fail(g, (struct ypos){ 0, 0 },
			    "the file is empty"));
	}
	if (next_event(g, &e) == -1)
		return (-1);
	r = read_node(g, &e, 0, root);
	yaml_event_delete(&e);
	return (r == 0 ? look_behind(g) : -1);
}

/*
 * True if a line begins here.  For libyaml it also ends with CR, or with NEL,
 * LS or PS, which are known by their last byte.
 */
static bool
begins_line(const char *text, const char *p)
{
	static const char ends[] = { '\n', '\r', '\x85', '\xa8', '\xa9' };

	return (p == text || memchr(ends, p[-1], sizeof(ends)) != NULL);
}

/*
 * Refuse directives for tags, which have no use here: libyaml compares each with
 * all others, which takes long for the thousands that fit.
 */
static int
check_directives(struct reading *g, size_t len)
{
	static const char tag[] = "%TAG";
	const char *p, *end = g->text + len;

	for (p = g->text;
	     (p = memmem(p, (size_t)(end - p), tag, strlen(tag))) != NULL; p++)
		if (begins_line(g->text, p))
			return (fail(g,
			    byte_position(g->text, (size_t)(p - g->text)),
			    "tags are not supported"));
	return (0);
}

struct ynode *
ytree_read(struct yreader *r, const char *text, size_t len)
{
	struct reading g = { .r = r, .text = text };
	struct ynode *root = NULL;

	r->error[0] = '\0';
	if (len > YTREE_BYTES) {
		(void)fail(&g, (struct ypos){ 0, 0 },
		    "it is larger than 1 MiB");
		return (NULL);
	}
	if (check_directives(&g, len) == -1)
		return (NULL);
	if (yaml_parser_initialize(&g.parser) == 0) {
		(void)no_memory(&g);
		return (NULL);
	}
	yaml_parser_set_encoding(&g.parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&g.parser, (const unsigned char *)text,
	    len);
	if (read_document(&g, &root) == -1) {
		ytree_free(root);
		root = NULL;
	}
	yaml_parser_delete(&g.parser);
	return (root);
}

struct ynode *
ytree_get(const struct ynode *map, const char *key)
{
	struct ynode *n;

	if (map->kind != YNODE_MAPPING)
		return (NULL);
	for (n = map->first; n != NULL; n = n->next)
		if (strcasecmp(n->key, key) == 0)
			return (n);
	return (NULL);
}

bool
ytree_is_null(const struct ynode *n)
{
	if (n->kind != YNODE_SCALAR || !n->plain)
		return (false);
	return (n->text[0] == '\0' || strcmp(n->text, "~") == 0 ||
	    strcasecmp(n->text, "null") == 0);
}

int
ytree_bool(const struct ynode *n, bool *value)
{
	static const char *const words[] = { "false", "true", "no", "yes",
		"off", "on", "n", "y" };
	unsigned int i;

	if (n->kind != YNODE_SCALAR || !n->plain)
		return (-1);
	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcasecmp(n->text, words[i]) == 0) {
			*value = i % 2 == 1;
			return (0);
		}
	return (-1);
}
