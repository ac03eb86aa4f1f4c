/* SPDX-License-Identifier: ISC */
/*
 * A backup takes the place of the database.  leased does that when it starts:
 * here the backup is looked at, and sent to it or put where it finds it.
 */

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "restore.h"

#define RESTORE_MS     60000 /* the daemon checks it before it answers */
#define STATE_DIR      "/var/lib/sallyport"
#define TMP_NAME       RESTORE_FILE ".tmp"
#define MAGIC	       "SQLite format 3"
#define HEADER	       100
#define APPLICATION_AT 68 /* big-endian, in the header */

/*
 * A copy of the files of a database that was in use has its last changes in a
 * log, which SQLite finds by its name alone.
 */
static bool
has_log(const char *file, char *log, size_t size)
{
	static const char *const suffix[] = { "-wal", "-journal" };
	struct stat st;
	size_t i;

	for (i = 0; i < sizeof(suffix) / sizeof(suffix[0]); i++) {
		snprintf(log, size, "%s%s", file, suffix[i]);
		if (stat(log, &st) == 0 && st.st_size > 0)
			return (true);
	}
	return (false);
}

static int
open_backup(struct client *c, const char *file, int *fd)
{
	char log[PATH_MAX];
	uint8_t head[HEADER] = { 0 };
	uint32_t app;
	ssize_t n;

	if ((*fd = open(file, O_RDONLY | O_CLOEXEC)) == -1)
		return (client_fail(c, EX_NOINPUT, "%s: %s", file,
		    strerror(errno)));
	n = pread(*fd, head, sizeof(head), 0);
	app = n == HEADER ? (uint32_t)head[APPLICATION_AT] << 24 |
		(uint32_t)head[APPLICATION_AT + 1] << 16 |
		(uint32_t)head[APPLICATION_AT + 2] << 8 |
		head[APPLICATION_AT + 3] :
			    0;
	/* 0: it may come from a dump, which leased can tell. */
	if ((app != DB_APPLICATION_ID && app != 0) ||
	    memcmp(head, MAGIC, sizeof(MAGIC)) != 0)
		(void)client_fail(c, EX_DATAERR,
		    "%s is not a database of sallyport: nothing was changed",
		    file);
	else if (has_log(file, log, sizeof(log)))
		(void)client_fail(c, EX_DATAERR,
		    "the last changes of %s are in %s beside it: nothing was changed; sallyctl(8) says how to make one file of both",
		    file, log);
	else
		return (0);
	close(*fd);
	*fd = -1;
	return (EX_DATAERR);
}

static int
send_chunks(struct client *c, int fd, uint64_t *bytes)
{
	static uint8_t mem[IMSG_MAX_PAYLOAD];
	struct msg_ctl_chunk m;
	struct ibuf b;
	ssize_t n;
	int st;

	for (*bytes = 0;; *bytes += (uint64_t)n) {
		n = read(fd, m.data, sizeof(m.data));
		if (n == -1)
			return (client_fail(c, EX_IOERR, "reading: %s",
			    strerror(errno)));
		if (n == 0)
			return (0);
		m.offset = *bytes;
		m.len = (uint16_t)n;
		ibuf_init(&b, mem, 0, sizeof(mem));
		if (msg_ctl_chunk_put(&b, &m) == -1)
			return (
			    client_fail(c, EX_SOFTWARE, "%s", strerror(errno)));
		st = client_send(c, MSG_CTL_CHUNK, b.buf, b.wpos);
		if (st != 0)
			return (st);
	}
}

int
restore(struct client *c, const struct request *r, struct output *o)
{
	struct question q = { .type = MSG_CTL_RESTORE_END,
		.timeout_ms = RESTORE_MS };
	struct msg_ctl_result res;
	uint64_t bytes;
	int st, fd;

	if ((st = open_backup(c, r->file, &fd)) != 0)
		return (st);
	/* One request of several messages: all have the id of the last. */
	c->id++;
	if ((st = client_send(c, MSG_CTL_RESTORE, NULL, 0)) == 0)
		st = send_chunks(c, fd, &bytes);
	close(fd);
	if (st != 0)
		return (st);
	c->id--;
	if ((st = client_ask(c, &q, &res)) != 0)
		return (st);
	if (res.code != CTL_OK)
		return (client_refused(c, &res));
	output_item(o, &done_item, &res);
	return (0);
}

/* Become the owner of the directory: root follows nothing that lies in it. */
static int
enter(struct client *c, const char *dir, int *dfd)
{
	struct stat st;

	*dfd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (*dfd == -1 || fstat(*dfd, &st) == -1)
		return (
		    client_fail(c, EX_NOINPUT, "%s: %s", dir, strerror(errno)));
	if (geteuid() == 0 && st.st_uid != 0 &&
	    (setgroups(0, NULL) == -1 || setegid(st.st_gid) == -1 ||
		seteuid(st.st_uid) == -1))
		return (client_fail(c, EX_OSERR,
		    "cannot become user %u, who owns %s: %s",
		    (unsigned int)st.st_uid, dir, strerror(errno)));
	return (0);
}

static int
copy(int from, int to)
{
	uint8_t buf[65536];
	ssize_t n, done, w;

	while ((n = read(from, buf, sizeof(buf))) > 0)
		for (done = 0; done < n; done += w)
			if ((w = write(to, buf + done, (size_t)(n - done))) ==
			    -1)
				return (-1);
	return (n == -1 || fsync(to) == -1 ? -1 : 0);
}

static int
put(struct client *c, int fd, const char *dir)
{
	int dfd, to = -1, st;

	if ((st = enter(c, dir, &dfd)) != 0)
		return (st);
	if (unlinkat(dfd, TMP_NAME, 0) == -1 && errno != ENOENT)
		st = -1;
	if (st == 0)
		to = openat(dfd, TMP_NAME,
		    O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (to == -1 || copy(fd, to) == -1 ||
	    renameat(dfd, TMP_NAME, dfd, RESTORE_FILE) == -1 ||
	    fsync(dfd) == -1) {
		st = client_fail(c, EX_CANTCREAT, "%s/%s: %s", dir,
		    RESTORE_FILE, strerror(errno));
		(void)unlinkat(dfd, TMP_NAME, 0);
	}
	if (to != -1)
		close(to);
	close(dfd);
	return (st);
}

int
restore_stopped(struct client *c, const struct request *r, struct output *o)
{
	const char *dir = r->dir[0] != '\0' ? r->dir : STATE_DIR;
	struct msg_ctl_result res = { .code = CTL_OK };
	int st, fd;

	c->error[0] = '\0';
	if ((st = open_backup(c, r->file, &fd)) != 0)
		return (st);
	st = put(c, fd, dir);
	close(fd);
	if (st != 0)
		return (st);
	snprintf(res.text, sizeof(res.text),
	    "sallyport does not run: the backup takes the place of the database in %.300s at its next start",
	    dir);
	output_item(o, &done_item, &res);
	return (0);
}
