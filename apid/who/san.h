/* SPDX-License-Identifier: ISC */
/*
 * The names of a certificate besides its CN (subjectAltName) that an identity
 * rule can ask for.
 */

#ifndef SAN_H
#define SAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "conf.h"

#define SAN_MAX		16	/* of one kind */
#define SAN_SIZE	256	/* of one, with NUL */

struct san {
	uint8_t		 kind;		/* enum conf_subject */
	char		 text[SAN_SIZE];
};

/* Large: only n of the list are ever touched. */
struct san_list {
	unsigned int	 n;
	uint8_t		 bad;		/* kinds that must not be believed */
	struct san	 list[(SUBJECT_URI - SUBJECT_CN) * SAN_MAX];
};

void	 san_init(struct san_list *);
/*
 * Add a name of len bytes.  One that is not 1 to 255 bytes of printable ASCII,
 * or is one too many, makes its whole kind bad: who knows what was meant.
 */
void	 san_add(struct san_list *, enum conf_subject, const char *, size_t len);
/* Nothing in the certificate's names can be believed. */
void	 san_spoil(struct san_list *);
bool	 san_is_bad(const struct san_list *, uint8_t kind);

/* "dns" and so on, as in sallyport.conf(5). */
const char *san_kind(uint8_t kind);

#endif
