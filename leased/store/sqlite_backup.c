/* SPDX-License-Identifier: ISC */
/*
 * Copies of the database into another file, a few pages at a time while work
 * goes on.  Changes in the meantime get into the copy, too.
 */

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "sqlite_local.h"
#include "log.h"

struct store_backup {
	sqlite3		*h;
	sqlite3_backup	*b;
};

static int
backup_open(struct store_backup *k, sqlite3 *from, const char *path)
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

struct store_backup *
store_backup_new(struct store *s, const char *path)
{
	struct store_backup *k;
	int saved;

	if ((k = calloc(1, sizeof(*k))) == NULL)
		return (NULL);
	if (backup_open(k, s->h, path) == -1) {
		saved = errno;
		free(k);
		errno = saved;
		return (NULL);
	}
	return (k);
}

int
store_backup_step(struct store_backup *k, int pages)
{
	int rc;

	rc = sqlite3_backup_step(k->b, pages);
	if (rc == SQLITE_OK || rc == SQLITE_BUSY || rc == SQLITE_LOCKED)
		return (1);
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

void
store_backup_free(struct store_backup *k)
{
	int saved = errno;

	if (k == NULL)
		return;
	if (k->b != NULL)
		sqlite3_backup_finish(k->b);
	sqlite3_close(k->h);
	free(k);
	errno = saved;
}

int
store_copy(sqlite3 *from, const char *path)
{
	struct store_backup k = { NULL, NULL };
	int rc, fd, saved;

	if (backup_open(&k, from, path) == -1)
		return (-1);
	while ((rc = store_backup_step(&k, -1)) == 1)
		;
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
