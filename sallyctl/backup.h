/* SPDX-License-Identifier: ISC */
/*
 * The file that a backup is written to: complete under its name, or not there.
 */

#ifndef BACKUP_H
#define BACKUP_H

#include <stdint.h>

#include "client.h"
#include "grammar.h"

struct backup {
	int		 fd;
	uint64_t	 bytes;
	char		 tmp[FILE_SIZE + 8];
	const char	*file;
};

/*
 * Make FILE.tmp, 0600.  file must outlive it.  Refuses if either is there.
 * Returns 0 or an exit code; the reason goes to the client's error.
 */
int	 backup_open(struct backup *, const char *file, struct client *);
/* The next piece, which must join on to the last. */
int
backup_write(struct backup *, const struct msg_ctl_chunk *, struct client *);
/* Make it durable and give it its name. */
int	 backup_finish(struct backup *, struct client *);
/* Remove what is unfinished.  Fine at any time after backup_open. */
void	 backup_close(struct backup *);

#endif
