/* SPDX-License-Identifier: ISC */
/*
 * The configuration of netd's parent under a fuzzer, and the files that it
 * names.
 */

#ifndef PARENT_CONF_H
#define PARENT_CONF_H

#include <stdint.h>

/* Make all files as they are at the beginning of each input. */
void	 conf_make(void);
/* Write another configuration: each bit of how is a difference. */
void	 conf_write(uint8_t how);
/* Change the other files in the same way. */
void	 conf_files(uint8_t how);
/* Remove everything. */
void	 conf_remove(void);

#endif
