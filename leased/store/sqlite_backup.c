/* SPDX-License-Identifier: ISC */
/*
 * A copy of the database in another file.
 */

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "sqlite_local.h"

struct copy {
	sqlite3 *h;
	sqlite3_backup *b;
};

static int
copy_open(struct copy *k, sqlite3 *from, const char *path)
{
	int fd;

	/* Only we can have made this file, and only we can read it. */
	if ((fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600)) ==
	    -1)
		return (-1);
	close(fd);
	if (sqlite3_open_v2(path, &k->h,
		SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX |
		    SQLITE_OPEN_PRIVATECACHE,
		NULL) != SQLITE_OK ||
	    sqlite3_exec(k->h,
		"PRAGMA locking_mode = EXCLUSIVE;"
		"PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF",
		NULL, NULL, NULL) != SQLITE_OK ||
	    (k->b = sqlite3_backup_init(k->h, "main", from, "main")) == NULL) {
		sqlite3_close(k->h);
		k->h = NULL;
		errno = EIO;
		return (-1);
	}
	return (0);
}

static int
copy_all(struct copy *k)
{
	int rc;

	do
		rc = sqlite3_backup_step(k->b, -1);
	while (rc == SQLITE_OK || rc == SQLITE_BUSY || rc == SQLITE_LOCKED);
	if (rc == SQLITE_DONE) {
		rc = sqlite3_backup_finish(k->b);
		k->b = NULL;
		/*
		 * Leave WAL mode: the copy is one file that any reader can
		 * open.
		 */
		if (rc == SQLITE_OK)
			rc = sqlite3_exec(k->h, "PRAGMA journal_mode = DELETE",
			    NULL, NULL, NULL);
		if (rc == SQLITE_OK)
			return (0);
	}
	errno = (rc & 0xff) == SQLITE_FULL ? ENOSPC : EIO;
	return (-1);
}

int
store_copy(sqlite3 *from, const char *path)
{
	struct copy k = { NULL, NULL };
	int rc, fd, saved;

	if (copy_open(&k, from, path) == -1)
		return (-1);
	rc = copy_all(&k);
	saved = errno;
	if (k.b != NULL)
		sqlite3_backup_finish(k.b);
	sqlite3_close(k.h);
	if (rc == 0 && (fd = open(path, O_RDONLY | O_CLOEXEC)) != -1) {
		if (fdatasync(fd) == -1) {
			saved = errno;
			rc = -1;
		}
		close(fd);
	}
	if (rc == -1)
		(void)unlink(path);
	errno = saved;
	return (rc);
}
