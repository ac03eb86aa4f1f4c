/* SPDX-License-Identifier: ISC */
/*
 * The packet filter: one nftables table, inet sallyport.
 */

#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "fw.h"

int
fw_open(struct fw *f)
{
	memset(f, 0, sizeof(*f));
	return (0);
}

void
fw_close(struct fw *f)
{
	memset(f, 0, sizeof(*f));
}

int
fw_set(struct fw *f, const struct kern_fw *nets, size_t n)
{
	return (0);
}
