/* SPDX-License-Identifier: ISC */
/*
 * All dialects, each in the file of its name.  A listener that speaks several
 * dialects refuses requests in the form of the first one here.
 */

#ifndef DIALECTS_H
#define DIALECTS_H

#include "route.h"

/* clang-format off */
#define DIALECTS(X)							\
	X(autoygg)							\
	X(portal)							\
	X(native)							\
	X(self)								\
	X(mesh)								\
	X(connect)							\
	X(autowg)							\
	X(health)
/* clang-format on */

#define X(name) extern const struct dialect dialect_##name;
DIALECTS(X)
#undef X

/* The dialects in that order, ended by NULL. */
extern const struct dialect *const dialects[];

#endif
