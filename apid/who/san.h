/* SPDX-License-Identifier: ISC */
/*
 * The names of a certificate besides its CN (subjectAltName) to which an
 * identity rule can apply.
 */

#ifndef SAN_H
#define SAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "conf.h"

#define SAN_MAX		16	/* names of one kind */
#define SAN_SIZE	256	/* bytes of a name, with NUL */

struct san {
	uint8_t		 kind;		/* enum conf_subject */
	char		 text[SAN_SIZE];
};

/* This is large, but only n of the list are ever touched. */
struct san_list {
	unsigned int	 n;
	uint8_t		 bad;		/* mask of kinds that cannot be used */
	struct san	 list[(SUBJECT_URI - SUBJECT_CN) * SAN_MAX];
};

void	 san_init(struct san_list *);
/*
 * Add a name of len bytes.  If it is not 1 to 255 bytes of printable ASCII, or
 * is one too many, its whole kind becomes bad, since a rule might choose
 * wrongly.
 */
void	 san_add(struct san_list *, enum conf_subject, const char *, size_t len);
/* None of the certificate's names can be used. */
void	 san_spoil(struct san_list *);
bool	 san_is_bad(const struct san_list *, uint8_t kind);

/* "dns" and so on, as in sallyport.conf(5). */
const char *san_kind(uint8_t kind);

#endif
