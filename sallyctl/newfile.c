/* SPDX-License-Identifier: ISC */
/*
 * The new file is written as FILE.tmp.
 */

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "newfile.h"

static int
begin(struct newfile *nf, struct client *c, const char *file, mode_t mode)
{
	nf->fd = -1;
	nf->file = file;
	snprintf(nf->tmp, sizeof(nf->tmp), "%s.tmp", file);
	nf->fd = open(nf->tmp,
	    O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode);
	if (nf->fd != -1)
		return (0);
	(void)client_fail(c, EX_CANTCREAT, "%s: %s%s", nf->tmp, strerror(errno),
	    errno == EEXIST ? " (from a command that was cut off? remove it)" :
			      "");
	/* It is not ours. */
	nf->tmp[0] = '\0';
	return (EX_CANTCREAT);
}

int
newfile_open(struct newfile *nf, struct client *c, const char *file,
    mode_t mode)
{
	struct stat st;

	nf->fd = -1;
	nf->tmp[0] = '\0';
	nf->flags = RENAME_NOREPLACE;
	/* renameat2 checks this again; here it spares the work. */
	if (lstat(file, &st) == 0)
		return (client_fail(c, EX_CANTCREAT,
		    "%s exists (choose another name, or remove it)", file));
	return (begin(nf, c, file, mode));
}

int
newfile_write(struct newfile *nf, struct client *c, const void *data,
    size_t len)
{
	const char *p = data;
	ssize_t n;

	while (len > 0) {
		n = write(nf->fd, p, len);
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			return (client_fail(c, EX_CANTCREAT, "%s: %s", nf->tmp,
			    strerror(errno)));
		p += n;
		len -= (size_t)n;
	}
	return (0);
}

/* The directory's entry must survive a power cut, too. */
static int
sync_dir(const char *file)
{
	char copy[FILE_SIZE];
	int fd, st;

	strlcpy(copy, file, sizeof(copy));
	fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd == -1)
		return (-1);
	st = fsync(fd);
	close(fd);
	return (st);
}

int
newfile_keep(struct newfile *nf, struct client *c)
{
	if (fsync(nf->fd) == -1)
		return (client_fail(c, EX_CANTCREAT, "%s: %s", nf->tmp,
		    strerror(errno)));
	if (renameat2(AT_FDCWD, nf->tmp, AT_FDCWD, nf->file, nf->flags) == -1)
		return (client_fail(c, EX_CANTCREAT, "%s: %s", nf->file,
		    strerror(errno)));
	nf->tmp[0] = '\0';
	if (sync_dir(nf->file) == -1)
		return (client_fail(c, EX_CANTCREAT,
		    "%s is written, but its directory is not on disk: %s",
		    nf->file, strerror(errno)));
	return (0);
}

void
newfile_close(struct newfile *nf)
{
	if (nf->fd != -1)
		close(nf->fd);
	if (nf->tmp[0] != '\0')
		(void)unlink(nf->tmp);
}

int
newfile_replace(struct client *c, const char *file, const void *data,
    size_t len, mode_t mode)
{
	struct newfile nf = { .flags = 0 };
	int st;

	if ((st = begin(&nf, c, file, mode)) == 0 &&
	    (st = newfile_write(&nf, c, data, len)) == 0)
		st = newfile_keep(&nf, c);
	newfile_close(&nf);
	return (st);
}
