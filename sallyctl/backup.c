/* SPDX-License-Identifier: ISC */
/*
 * A backup is written to FILE.tmp.  The name FILE appears only when everything
 * is on disk, and never replaces a file.
 */

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "backup.h"

#define BACKUP_MS	60000	/* the daemon may wait for its disk */

struct backup {
	int		 fd;
	uint64_t	 bytes;
	char		 tmp[FILE_SIZE + 8];
	const char	*file;
};

/* Make FILE.tmp.  It is an error if FILE.tmp or FILE exists. */
static int
start(struct backup *b, const char *file, struct client *c)
{
	struct stat st;

	memset(b, 0, sizeof(*b));
	b->fd = -1;
	b->file = file;
	/* renameat2 checks this again; here it spares the daemon the work. */
	if (lstat(file, &st) == 0)
		return (client_fail(c, EX_CANTCREAT,
		    "%s exists (choose another name, or remove it)", file));
	snprintf(b->tmp, sizeof(b->tmp), "%s.tmp", file);
	b->fd = open(b->tmp,
	    O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (b->fd == -1)
		return (client_fail(c, EX_CANTCREAT, "%s: %s%s", b->tmp,
		    strerror(errno),
		    errno == EEXIST ?
			" (from a backup that was cut off? remove it)" :
			""));
	return (0);
}

/* Write the next piece, which must begin where the last one ended. */
static int
chunk_cb(struct client *c, void *arg, struct ibuf *buf)
{
	struct backup *b = arg;
	struct msg_ctl_chunk m;
	size_t done = 0;
	ssize_t n;

	if (msg_ctl_chunk_get(buf, &m) == -1)
		return (client_malformed(c));
	if (m.offset != b->bytes)
		return (client_fail(c, EX_DATAERR,
		    "the daemon sent byte %ju of the backup, not %ju",
		    (uintmax_t)m.offset, (uintmax_t)b->bytes));
	while (done < m.len) {
		n = write(b->fd, m.data + done, m.len - done);
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			return (client_fail(c, EX_CANTCREAT, "%s: %s", b->tmp,
			    strerror(errno)));
		done += (size_t)n;
	}
	b->bytes += m.len;
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

/* Make it durable and give it its name. */
static int
finish(struct backup *b, struct client *c)
{
	if (b->bytes == 0)
		return (client_fail(c, EX_DATAERR,
		    "the daemon sent an empty backup; %s is not made",
		    b->file));
	if (fsync(b->fd) == -1)
		return (client_fail(c, EX_CANTCREAT, "%s: %s", b->tmp,
		    strerror(errno)));
	if (renameat2(AT_FDCWD, b->tmp, AT_FDCWD, b->file, RENAME_NOREPLACE) ==
	    -1)
		return (client_fail(c, EX_CANTCREAT, "%s: %s", b->file,
		    strerror(errno)));
	b->tmp[0] = '\0';
	if (sync_dir(b->file) == -1)
		return (client_fail(c, EX_CANTCREAT,
		    "%s is written, but its directory is not on disk: %s",
		    b->file, strerror(errno)));
	return (0);
}

int
backup(struct client *c, const struct request *r, struct output *o)
{
	struct backup b;
	struct question q = { .type = MSG_CTL_BACKUP,
		.timeout_ms = BACKUP_MS,
		.item = MSG_CTL_CHUNK,
		.fn = chunk_cb,
		.arg = &b };
	struct msg_ctl_result res;
	struct saved saved;
	int st;

	if ((st = start(&b, r->file, c)) != 0)
		return (st);
	st = client_ask(c, &q, &res);
	if (st == 0 && res.code != CTL_OK)
		st = client_refused(c, &res);
	if (st == 0)
		st = finish(&b, c);
	close(b.fd);
	if (b.tmp[0] != '\0')
		(void)unlink(b.tmp);
	if (st == 0) {
		saved.file = r->file;
		saved.bytes = b.bytes;
		output_item(o, &saved_item, &saved);
	}
	return (st);
}
