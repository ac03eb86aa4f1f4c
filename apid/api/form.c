/* SPDX-License-Identifier: ISC */
/*
 * Decoding forms.
 */

#include <stdbool.h>
#include <string.h>

#include "form.h"
#include "hex.h"

struct reader {
	const char	*p;
	const char	*end;
	struct form	*form;
	size_t		 used;		/* of form->text */
};

/* Get one decoded byte, which is never 0, or -1 with *why. */
static int
next_byte(struct reader *r, const char **why)
{
	int c, hi, lo;

	c = (unsigned char)*r->p++;
	if (c == '+')
		return (' ');
	if (c != '%') {
		if (c > ' ' && c < 0x7f)
			return (c);
		*why = "a byte that must be percent-encoded";
		return (-1);
	}
	if (r->end - r->p < 2 || (hi = hex_digit(r->p[0])) == -1 ||
	    (lo = hex_digit(r->p[1])) == -1) {
		*why = "a percent sign without two hexadecimal digits";
		return (-1);
	}
	r->p += 2;
	if ((c = hi << 4 | lo) != 0)
		return (c);
	*why = "a NUL";
	return (-1);
}

/* Read up to one of the stops or to the end.  *at is its offset in text. */
static const char *
word(struct reader *r, const char *stops, uint16_t *at)
{
	const char *why = NULL;
	int c;

	*at = (uint16_t)r->used;
	while (
	    r->p < r->end && (*r->p == '\0' || strchr(stops, *r->p) == NULL)) {
		if ((c = next_byte(r, &why)) == -1)
			return (why);
		/* There must be room for the NUL, too. */
		if (r->used + 1 >= sizeof(r->form->text))
			return ("too long");
		r->form->text[r->used++] = (char)c;
	}
	if (r->used >= sizeof(r->form->text))
		return ("too long");
	r->form->text[r->used++] = '\0';
	return (NULL);
}

static const char *
pair(struct reader *r)
{
	struct form *f = r->form;
	const char *why;

	if (f->n == FORM_PAIRS)
		return ("too many parameters");
	if ((why = word(r, "=&", &f->pairs[f->n].key)) != NULL)
		return (why);
	if (f->text[f->pairs[f->n].key] == '\0')
		return ("a parameter without a name");
	if (r->p < r->end && *r->p == '=')
		r->p++;
	if ((why = word(r, "&", &f->pairs[f->n].value)) != NULL)
		return (why);
	f->n++;
	return (NULL);
}

const char *
form_decode(struct form *f, const char *buf, size_t len)
{
	struct reader r = { buf, buf + len, f, 0 };
	const char *why;

	f->n = 0;
	while (r.p < r.end) {
		if (*r.p == '&') {
			r.p++;
			continue;
		}
		if ((why = pair(&r)) != NULL) {
			f->n = 0;
			return (why);
		}
	}
	return (NULL);
}

const char *
form_next(const struct form *f, const char *name, const char *after)
{
	const char *value;
	unsigned int i;

	for (i = 0; i < f->n; i++) {
		value = f->text + f->pairs[i].value;
		if (strcmp(f->text + f->pairs[i].key, name) == 0 &&
		    (after == NULL || value > after))
			return (value);
	}
	return (NULL);
}

unsigned int
form_get(const struct form *f, const char *name, const char **value)
{
	const char *v;
	unsigned int n = 0;

	*value = form_next(f, name, NULL);
	for (v = *value; v != NULL; v = form_next(f, name, v))
		n++;
	return (n);
}

const char *
form_unknown(const struct form *f, const char *const *names)
{
	const char *key;
	unsigned int i, j;

	for (i = 0; i < f->n; i++) {
		key = f->text + f->pairs[i].key;
		for (j = 0; names[j] != NULL; j++) {
			if (strcmp(key, names[j]) == 0)
				break;
		}
		if (names[j] == NULL)
			return (key);
	}
	return (NULL);
}

int
form_choice(const struct form *f, const char *name, const char *no,
    const char *yes_word, uint8_t *yes)
{
	const char *value;
	unsigned int n;

	if ((n = form_get(f, name, &value)) == 0)
		return (0);
	if (n > 1)
		return (-1);
	if (strcmp(value, no) == 0)
		*yes = 0;
	else if (strcmp(value, yes_word) == 0)
		*yes = 1;
	else
		return (-1);
	return (0);
}
