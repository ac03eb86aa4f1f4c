/* SPDX-License-Identifier: ISC */
/*
 * Any certificate that OpenSSL can read: its description is one clean line, and
 * what is accepted as a name, the CN or another, is one.
 */

#include <stdlib.h>
#include <string.h>

#include "printable.h"
#include "tlscert.h"

int	 LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
check_sans(const X509 *x)
{
	struct san_list l;
	unsigned int i;
	size_t len;

	cert_sans(x, &l);
	if (l.n > sizeof(l.list) / sizeof(l.list[0]))
		abort();
	for (i = 0; i < l.n; i++) {
		len = strlen(l.list[i].text);
		if (len < 1 || len >= SAN_SIZE ||
		    l.list[i].kind < SUBJECT_DNS ||
		    l.list[i].kind > SUBJECT_URI ||
		    !printable_utf8(l.list[i].text, len))
			abort();
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char text[CERT_TEXT], name[160];
	struct cert_facts facts;
	const char *why = NULL;
	const uint8_t *p = data;
	size_t i, len;
	X509 *x;

	if (size > 16384 || (x = d2i_X509(NULL, &p, (long)size)) == NULL)
		return (0);
	cert_describe(x, text);
	for (i = 0; text[i] != '\0'; i++)
		if ((unsigned char)text[i] < ' ' || text[i] == '\177')
			abort();
	cert_name(X509_get_subject_name(x), name, sizeof(name));
	check_sans(x);
	if (cert_check_leaf(x, false, false, &facts, &why) == 0) {
		len = strlen(facts.cn);
		if (len < 1 || len > 64 || !printable_utf8(facts.cn, len) ||
		    facts.serial[0] == '\0')
			abort();
	} else if (why == NULL)
		abort();
	X509_free(x);
	return (0);
}
