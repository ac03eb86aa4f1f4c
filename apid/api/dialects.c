/* SPDX-License-Identifier: ISC */
/* The table of dialects. */

#include <stddef.h>

#include "dialects.h"

#define X(name) &dialect_##name,
const struct dialect *const dialects[] = { DIALECTS(X) NULL };
#undef X
