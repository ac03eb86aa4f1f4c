/* SPDX-License-Identifier: ISC */
/*
 * One field as text for people and as JSON for programs.  In text, each string
 * of the daemon goes through format_vis.
 */

#include <inttypes.h>
#include <jansson.h>
#include <string.h>

#include "clock.h"
#include "field.h"

#define YEAR_10000	253402300800LL	/* RFC 3339 has four digits */

bool
cond_holds(const struct cond *w, const void *m)
{
	return (w->off == 0 || ((const uint8_t *)m)[w->off - 1] == w->is);
}

const struct field *
field_find(const struct field *f, const char *name, size_t len, const void **m)
{
	const struct field *found;
	const void *inner;

	for (; f->name != NULL; f++) {
		if (strlen(f->name) == len && memcmp(f->name, name, len) == 0)
			return (f);
		if (f->kind != KIND_OBJECT)
			continue;
		inner = (const uint8_t *)*m + f->off;
		found = field_find(f->sub, name, len, &inner);
		if (found != NULL) {
			*m = inner;
			return (found);
		}
	}
	return (NULL);
}

static const void *
member(const struct field *f, const void *m, unsigned int i)
{
	return ((const uint8_t *)m + f->off + (size_t)i * f->size);
}

unsigned int
field_count(const struct field *f, const void *m)
{
	return (((const uint8_t *)m)[f->more]);
}

static uint64_t
number(const struct field *f, const void *p)
{
	uint64_t n;

	switch (f->size) {
	case sizeof(uint8_t):
		n = *(const uint8_t *)p;
		break;
	case sizeof(uint16_t):
		n = *(const uint16_t *)p;
		break;
	case sizeof(uint32_t):
		n = *(const uint32_t *)p;
		break;
	default:
		n = *(const uint64_t *)p;
	}
	return (f->kind == KIND_ORDINAL ? n + 1 : n);
}

static const char *
word(const struct field *f, const void *p)
{
	uint8_t v = *(const uint8_t *)p;

	return (v < f->nwords ? f->words[v] : "unknown");
}

static const char *
endpoint(const struct field *f, const void *m, char *dst)
{
	const struct prefix *p = member(f, m, 0);
	uint16_t port;

	memcpy(&port, (const uint8_t *)m + f->more, sizeof(port));
	return (p->family == 0 ? NULL : format_endpoint(p, port, dst));
}

static const char *
none_if_empty(const char *s)
{
	return (*s == '\0' ? NULL : s);
}

/* "address-taken" ..., as in problems of the HTTP interface. */
static const char *
lease_code(uint8_t code)
{
	return (code == 0 ? NULL : none_if_empty(lease_answer(code)->code));
}

static const char *
decimal(uint64_t n, char *dst)
{
	snprintf(dst, FORMAT_TEXT, "%" PRIu64, n);
	return (dst);
}

/* "never", the age or the time left; with -n the time; in full, both. */
static const char *
format_when(int64_t at, bool future, const struct style *st, char *dst)
{
	bool over = future && at <= st->now;
	char when[WALL_TEXT], age[FORMAT_TEXT];

	if (at == 0)
		return ("never");
	if (over && !st->numeric)
		return ("over");
	wall_format((struct wall){ at }, when);
	format_age(future ? at - st->now : st->now - at, age);
	if (st->full && !over)
		snprintf(dst, FIELD_TEXT, future ? "%s (in %s)" : "%s (%s ago)",
		    when, age);
	else
		strlcpy(dst, st->numeric ? when : age, FIELD_TEXT);
	return (dst);
}

const char *
field_text(const struct field *f, const void *m, unsigned int i,
    const struct style *st, char *dst)
{
	const void *p = member(f, m, i);

	if (!cond_holds(&f->when, m))
		return (NULL);
	switch (f->kind) {
	case KIND_FIXED:
		return (f->words[0]);
	case KIND_STR:
	case KIND_OPT:
		return (none_if_empty(format_vis(p, dst, FIELD_TEXT)));
	case KIND_RAW:
		return (*(const char *const *)p);
	case KIND_NUM:
	case KIND_ORDINAL:
		return (decimal(number(f, p), dst));
	case KIND_BYTES:
		if (!st->numeric)
			return (format_bytes(number(f, p), dst));
		return (decimal(number(f, p), dst));
	case KIND_SIZE:
		/* A number with 19 digits is of no use to people. */
		if (number(f, p) > UINT32_MAX)
			return (NULL);
		return (decimal(number(f, p), dst));
	case KIND_BOOL:
	case KIND_WORD:
		return (word(f, p));
	case KIND_CODE:
		return (lease_code(*(const uint8_t *)p));
	case KIND_KEY:
		return (wgkey_format(p, dst));
	case KIND_TIME:
		return (wall_format((struct wall){ *(const int64_t *)p }, dst));
	case KIND_PAST:
	case KIND_FUTURE:
		return (format_when(*(const int64_t *)p, f->kind == KIND_FUTURE,
		    st, dst));
	case KIND_TERM:
		if (number(f, p) == LEASE_NEVER)
			return (NULL);
		return (format_age((int64_t)number(f, p), dst));
	case KIND_BLOCK:
		return (block_format(p, dst));
	case KIND_PREFIXES:
	case KIND_HOSTS:
		if (field_count(f, m) == 0)
			return (NULL);
		return (format_addrs(p, field_count(f, m), dst));
	case KIND_ENDPOINT:
		return (endpoint(f, m, dst));
	case KIND_OBJECT:
	case KIND_LIST:
		break;
	}
	return (NULL);
}

void
json_str(const char *s, FILE *out)
{
	json_t *j;

	/* Only ASCII, as a raw C1 control could reach a terminal. */
	j = s == NULL ? NULL : json_string(s);
	if (j == NULL ||
	    json_dumpf(j, out, JSON_ENCODE_ANY | JSON_ENSURE_ASCII) == -1)
		fputs("null", out);
	json_decref(j);
}

/* Most readers of JSON have signed integers. */
static void
json_num(uint64_t n, FILE *out)
{
	fprintf(out, "%" PRId64, n > INT64_MAX ? INT64_MAX : (int64_t)n);
}

static void
json_time(int64_t at, FILE *out)
{
	char text[WALL_TEXT];

	if (at <= 0 || at >= YEAR_10000)
		json_str(NULL, out);
	else
		json_str(wall_format((struct wall){ at }, text), out);
}

/* An array of prefixes with their lengths, "fd00::1/128", or of objects. */
static void
json_members(const struct field *f, const void *m, FILE *out)
{
	const struct prefix *p = member(f, m, 0);
	char text[PREFIX_TEXT];
	unsigned int i;

	fputc('[', out);
	for (i = 0; i < field_count(f, m); i++) {
		if (i > 0)
			fputc(',', out);
		if (f->kind == KIND_LIST)
			fields_json(f->sub, m, i, out);
		else
			json_str(f->kind == KIND_HOSTS ?
				prefix_format_addr(&p[i], text) :
				prefix_format(&p[i], text),
			    out);
	}
	fputc(']', out);
}

void
field_json(const struct field *f, const void *m, unsigned int i, FILE *out)
{
	static const struct style plain = { .numeric = true };
	const void *p = member(f, m, i);
	char text[FIELD_TEXT];

	if (!cond_holds(&f->when, m)) {
		fputs("null", out);
		return;
	}
	switch (f->kind) {
	case KIND_STR:
		json_str(p, out);
		return;
	case KIND_OPT:
		json_str(none_if_empty(p), out);
		return;
	case KIND_SIZE:
	case KIND_TERM:
		if (number(f, p) >
		    (f->kind == KIND_SIZE ? INT64_MAX : LEASE_NEVER - 1))
			fputs("null", out);
		else
			json_num(number(f, p), out);
		return;
	case KIND_NUM:
	case KIND_ORDINAL:
	case KIND_BYTES:
		json_num(number(f, p), out);
		return;
	case KIND_BOOL:
		fputs(*(const uint8_t *)p != 0 ? "true" : "false", out);
		return;
	case KIND_TIME:
	case KIND_PAST:
	case KIND_FUTURE:
		json_time(*(const int64_t *)p, out);
		return;
	case KIND_PREFIXES:
	case KIND_HOSTS:
	case KIND_LIST:
		json_members(f, m, out);
		return;
	case KIND_OBJECT:
		fields_json(f->sub, p, 0, out);
		return;
	case KIND_FIXED:
	case KIND_RAW:
	case KIND_WORD:
	case KIND_CODE:
	case KIND_KEY:
	case KIND_BLOCK:
	case KIND_ENDPOINT:
		json_str(field_text(f, m, i, &plain, text), out);
		return;
	}
}

void
fields_json(const struct field *f, const void *m, unsigned int i, FILE *out)
{
	const char *sep = "{";

	for (; f->name != NULL; f++, sep = ",") {
		fprintf(out, "%s\"%s\":", sep, f->name);
		field_json(f, m, i, out);
	}
	fputc('}', out);
}
