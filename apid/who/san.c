/* SPDX-License-Identifier: ISC */
/*
 * Collecting alternative names: their bounds and their form.
 */

#include <string.h>

#include "san.h"

static bool
is_decent(const char *s, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (s[i] < ' ' || s[i] > '~')
			return (false);
	return (len > 0 && len < SAN_SIZE);
}

void
san_init(struct san_list *l)
{
	l->n = 0;
	l->bad = 0;
}

void
san_add(struct san_list *l, enum conf_subject kind, const char *s, size_t len)
{
	unsigned int i, same = 0;
	struct san *san;

	for (i = 0; i < l->n; i++)
		same += l->list[i].kind == kind;
	if (same == SAN_MAX || !is_decent(s, len)) {
		l->bad |= (uint8_t)(1U << kind);
		return;
	}
	san = &l->list[l->n++];
	san->kind = (uint8_t)kind;
	memcpy(san->text, s, len);
	san->text[len] = '\0';
}

void
san_spoil(struct san_list *l)
{
	l->bad = UINT8_MAX;
}

bool
san_is_bad(const struct san_list *l, uint8_t kind)
{
	return ((l->bad & 1U << kind) != 0);
}

const char *
san_kind(uint8_t kind)
{
	static const char *const names[] = { [SUBJECT_CN] = "cn",
		[SUBJECT_DNS] = "dns",
		[SUBJECT_EMAIL] = "email",
		[SUBJECT_URI] = "uri" };

	return (names[kind]);
}
