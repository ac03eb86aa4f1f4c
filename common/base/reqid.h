/* SPDX-License-Identifier: ISC */
/*
 * The id of a request (X-Request-Id), which the logs of all processes have in
 * common.
 */

#ifndef REQID_H
#define REQID_H

#include <stdbool.h>
#include <stddef.h>

#include "conf.h"

/*
 * True for 1 to REQID_SIZE - 1 letters, digits, '-', '.', '_' and '~', which
 * need no escape in a log line, in a header or in JSON.
 */
bool	 reqid_valid(const char *, size_t len);

#endif
