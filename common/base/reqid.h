/* SPDX-License-Identifier: ISC */
/*
 * The id of a request (X-Request-Id): what the logs of all processes say of it.
 */

#ifndef REQID_H
#define REQID_H

#include <stdbool.h>
#include <stddef.h>

#include "conf.h"

/*
 * 1 to REQID_SIZE - 1 letters, digits, '-', '.', '_' and '~': fit for a line of
 * the log, a header and JSON as it is.
 */
bool	 reqid_valid(const char *, size_t len);

#endif
