/* SPDX-License-Identifier: ISC */
/*
 * A file gets its name only when everything in it is on disk, and replaces
 * another only where that is meant.
 */

#ifndef NEWFILE_H
#define NEWFILE_H

#include <sys/types.h>

#include "client.h"
#include "grammar.h"

struct newfile {
	int		 fd;
	const char	*file;
	unsigned int flags;	 /* for renameat2(2) */
	char		 tmp[FILE_SIZE + 8];	/* "": there is none */
};

/*
 * Begin a file, which lives until newfile_close() under another name.  It is an
 * error if there is a file of that name.  Returns 0 or an exit code.
 */
int
newfile_open(struct newfile *, struct client *, const char *file, mode_t mode);
int newfile_write(struct newfile *, struct client *, const void *, size_t);
/* Make it durable and give it its name.  Returns 0 or an exit code. */
int newfile_keep(struct newfile *, struct client *);
/* In any case, also after an error.  What was not kept is removed. */
void newfile_close(struct newfile *);

/*
 * Write a whole file in the place of the one of that name, if there is one.
 * Returns 0 or an exit code.
 */
int newfile_replace(struct client *, const char *file, const void *data,
    size_t len, mode_t mode);

#endif
