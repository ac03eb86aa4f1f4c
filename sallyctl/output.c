/* SPDX-License-Identifier: ISC */
/*
 * Items as text and as JSON, by their tables in verbs.c.
 */

#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "output.h"

#define LABEL_WIDTH	13

static bool
is_list(const struct output *o)
{
	return (o->verb != NULL && o->verb->list);
}

/* --- text --- */

static void
columns_begin(struct output *o, const struct line *lines)
{
	const char *head[TABLE_COLS];
	size_t n;

	for (n = 0; lines[n].text != NULL; n++)
		head[n] = lines[n].label;
	table_init(&o->table, o->f, head, n);
}

/* The text of the field of m with this name, or NULL for none. */
static const char *
field(const struct output *o, const struct field *fields, const char *name,
    size_t len, const void *m, unsigned int i, char *dst)
{
	const struct field *f;

	f = field_find(fields, name, len, &m);
	return (f == NULL ? NULL : field_text(f, m, i, &o->style, dst));
}

/*
 * A cell with blanks must not look like two, unless it is the last one, which
 * goes to the end of the line.
 */
static const char *
one_cell(const char *cell, char *dst, size_t size)
{
	size_t n = 0;

	if (strpbrk(cell, " \"") == NULL)
		return (cell);
	dst[n++] = '"';
	for (; *cell != '\0' && n < size - 6; cell++) {
		if (*cell == '"')
			n += (size_t)snprintf(dst + n, size - n, "\\042");
		else
			dst[n++] = *cell;
	}
	dst[n++] = '"';
	dst[n] = '\0';
	return (dst);
}

static void
text_row(struct output *o, const struct item *item, const void *m)
{
	char text[TABLE_COLS][FIELD_TEXT], quoted[TABLE_COLS][FIELD_TEXT];
	const char *cells[TABLE_COLS];
	size_t n;

	for (n = 0; item->lines[n].text != NULL; n++) {
		cells[n] = field(o, item->fields, item->lines[n].text,
		    strlen(item->lines[n].text), m, 0, text[n]);
		if (cells[n] == NULL)
			cells[n] = "-";
		if (item->lines[n + 1].text != NULL)
			cells[n] = one_cell(cells[n], quoted[n], FIELD_TEXT);
	}
	(void)table_row(&o->table, cells);
}

/*
 * Write the template from t to end to f.  Returns false if a field outside of
 * brackets has no value.  With f NULL this only looks.
 */
static bool
expand(const struct output *o, const struct field *fields, const void *m,
    unsigned int i, const char *t, const char *end, FILE *f)
{
	char text[FIELD_TEXT];
	const char *s;
	size_t len;

	for (; t < end; t++) {
		if (*t == '{') {
			len = strcspn(++t, "}");
			s = field(o, fields, t, len, m, i, text);
			if (s == NULL)
				return (false);
			if (f != NULL)
				fputs(s, f);
			t += len;
		} else if (*t == '[') {
			do {
				len = strcspn(++t, "|]");
				if (f != NULL &&
				    expand(o, fields, m, i, t, t + len, NULL)) {
					expand(o, fields, m, i, t, t + len, f);
					t += strcspn(t, "]");
					break;
				}
				t += len;
			} while (*t != ']');
		} else if (f != NULL)
			fputc(*t, f);
	}
	return (true);
}

static void
text_line(struct output *o, const struct field *fields, const void *m,
    unsigned int i, const char *label, const char *text)
{
	const char *end = text + strlen(text);

	if (!expand(o, fields, m, i, text, end, NULL))
		return;
	if (label != NULL)
		fprintf(o->f, "%-*s ", LABEL_WIDTH, label);
	(void)expand(o, fields, m, i, text, end, o->f);
	if (label != NULL)
		fputc('\n', o->f);
}

/* Write a line for each object of a list; only the first has the label. */
static void
text_list(struct output *o, const struct item *item, const struct line *l,
    const void *m)
{
	const struct field *f;
	unsigned int i;

	f = field_find(item->fields, l->list, strlen(l->list), &m);
	for (i = 0; f != NULL && i < field_count(f, m); i++)
		text_line(o, f->sub, m, i, i == 0 ? l->label : "", l->text);
}

static void
text_item(struct output *o, const struct item *item, const void *m)
{
	const struct line *l;

	o->style.full = !item->columns;
	if (item->columns) {
		text_row(o, item, m);
		return;
	}
	/* An empty line is between blocks of labelled lines. */
	if (o->nitems > 0 && item->lines[0].label != NULL)
		fputc('\n', o->f);
	for (l = item->lines; l->text != NULL; l++) {
		if (!cond_holds(&l->when, m))
			continue;
		if (l->list != NULL)
			text_list(o, item, l, m);
		else
			text_line(o, item->fields, m, 0, l->label, l->text);
	}
}

static void
text_end(struct output *o, const char *error)
{
	/* A heading without rows would say that there is nothing. */
	if (error != NULL && !o->table.open && o->table.nheld == 1)
		table_forget(&o->table);
	table_clear(&o->table);
}

/* --- JSON --- */

static void
json_end(struct output *o, const char *error)
{
	const struct field *f;

	if (is_list(o))
		fprintf(o->f, "%s]", o->nitems > 0 ? "\n" : "");
	else if (o->nitems == 0)
		fputs("null", o->f);
	if (o->verb != NULL && o->verb->set)
		for (f = sum_item.fields; f->name != NULL; f++) {
			fprintf(o->f, ",\"%s\":", f->name);
			field_json(f, &o->sum, 0, o->f);
		}
	fputs(",\"error\":", o->f);
	json_str(error, o->f);
	fputs("}\n", o->f);
}

/* --- both --- */

void
output_begin(struct output *o, const struct verb *verb, bool json, bool numeric,
    FILE *f)
{
	memset(o, 0, sizeof(*o));
	o->verb = verb;
	o->json = json;
	o->style.numeric = numeric;
	o->style.now = wall_now().s;
	o->f = f;
	if (json)
		fprintf(f, "{\"schema\":1,\"%s\":%s",
		    verb != NULL && verb->member != NULL ? verb->member :
							   "result",
		    is_list(o) ? "[" : "");
	else if (verb != NULL && verb->item != NULL && verb->item->columns)
		columns_begin(o, verb->item->lines);
}

void
output_item(struct output *o, const struct item *item, const void *m)
{
	if (o->json && is_list(o))
		fputs(o->nitems > 0 ? ",\n" : "\n", o->f);
	if (o->json)
		fields_json(item->fields, m, 0, o->f);
	else
		text_item(o, item, m);
	o->nitems++;
}

void
output_sum(struct output *o, const struct msg_set_done *m, bool dry_run)
{
	o->sum.dry_run = dry_run;
	o->sum.known = 1;
	o->sum.set = *m;
	if (!o->json)
		text_item(o, &sum_item, &o->sum);
}

void
output_end(struct output *o, const char *error)
{
	if (o->json)
		json_end(o, error);
	else
		text_end(o, error);
}
