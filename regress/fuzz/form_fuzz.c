/* SPDX-License-Identifier: ISC */
/*
 * Forms and query strings: what is decoded lies inside the buffer, ends in NUL,
 * and encoded again it decodes to the same.
 */

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "form.h"

int	 LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
require(int yes)
{
	if (!yes)
		abort();
}

static size_t
encode(char *dst, const char *s)
{
	size_t n = 0;

	for (; *s != '\0'; s++)
		n += (size_t)sprintf(dst + n, "%%%02X", (unsigned char)*s);
	return (n);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char text[4 * FORM_TEXT];
	static struct form f, g;
	const char *v;
	unsigned int i, n;
	size_t len = 0;

	if (form_decode(&f, (const char *)data, size) != NULL) {
		require(f.n == 0);
		return (0);
	}
	require(f.n <= FORM_PAIRS);
	for (i = 0; i < f.n; i++) {
		require(f.pairs[i].key < FORM_TEXT);
		require(f.pairs[i].value < FORM_TEXT);
		require(f.text[f.pairs[i].key] != '\0');
		n = form_get(&f, f.text + f.pairs[i].key, &v);
		require(n >= 1 && n <= f.n && v != NULL);
		len += encode(text + len, f.text + f.pairs[i].key);
		text[len++] = '=';
		len += encode(text + len, f.text + f.pairs[i].value);
		text[len++] = '&';
	}
	require(form_decode(&g, text, len) == NULL);
	require(f.n == g.n);
	for (i = 0; i < f.n; i++) {
		require(strcmp(f.text + f.pairs[i].key,
		    g.text + g.pairs[i].key) == 0);
		require(strcmp(f.text + f.pairs[i].value,
		    g.text + g.pairs[i].value) == 0);
	}
	return (0);
}
