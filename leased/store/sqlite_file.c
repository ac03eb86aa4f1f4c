/* SPDX-License-Identifier: ISC */
/*
 * A look at the directory before SQLite opens it: it may have no database, an
 * empty one, a backup that was put in its place, a log that belongs to another
 * one, or files that we cannot use.  SQLite would make a new database, and mix
 * the log of one with the pages of another.
 */

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "log.h"
#include "sqlite_local.h"

#define SESSION_FILE	DB_FILE ".session"
#define SETTING_SESSION "session"
#define MAGIC		"SQLite format 3"
#define HEADER		20 /* bytes read of a database */
#define WAL_HEADER	32 /* a log without pages is not longer */
#define VERSION_AT	18 /* 2: it was in WAL mode, as ours always is */

static void
path_of(const struct store *s, const char *suffix, char *path, size_t size)
{
	snprintf(path, size, "%s%s", s->path, suffix);
}

/* The size of a file of the database, or -1 if there is none. */
static off_t
size_of(const struct store *s, const char *suffix)
{
	char path[STORE_PATH];
	struct stat st;

	path_of(s, suffix, path, sizeof(path));
	return (stat(path, &st) == -1 ? -1 : st.st_size);
}

/*
 * SQLite says of a file of another owner that the database is read-only, or
 * that it cannot be opened.
 */
int
store_access(const struct store *s, char *error, size_t size)
{
	static const char *const suffix[] = { "", "-wal", "-shm", ".restore" };
	char path[STORE_PATH];
	struct stat st;
	size_t i;
	int fd;

	for (i = 0; i < sizeof(suffix) / sizeof(suffix[0]); i++) {
		path_of(s, suffix[i], path, sizeof(path));
		/* Neither SQLite nor the sandbox goes on from a link. */
		if (lstat(path, &st) == 0 && !S_ISREG(st.st_mode)) {
			snprintf(error, size,
			    "%s is not a file: put the database itself there; to have it elsewhere, set state_dir, or make the directory a link",
			    path);
			return (-1);
		}
		fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
		if (fd != -1) {
			close(fd);
			continue;
		}
		if ((errno != EACCES && errno != EPERM) ||
		    stat(path, &st) == -1)
			continue;
		snprintf(error, size,
		    "%s belongs to user %u with mode %04o, and leased, which is user %u, must be able to read and write it: chown --reference=%s %s && chmod 600 %s",
		    path, (unsigned int)st.st_uid,
		    (unsigned int)st.st_mode & 07777, (unsigned int)geteuid(),
		    s->dir, path, path);
		return (-1);
	}
	return (0);
}

/* True if the file was not in use by a leased before: it is a copy. */
static bool
is_copy(const struct store *s)
{
	uint8_t head[HEADER];
	ssize_t n;
	int fd;

	if ((fd = open(s->path, O_RDONLY | O_CLOEXEC)) == -1)
		return (false);
	n = pread(fd, head, sizeof(head), 0);
	close(fd);
	return (n == sizeof(head) && memcmp(head, MAGIC, sizeof(MAGIC)) == 0 &&
	    head[VERSION_AT] == 1);
}

/* A file: name in which no character has a meaning to SQLite. */
static void
uri_of(const char *path, char *uri, size_t size)
{
	const char *p;
	size_t n;

	n = strlcpy(uri, "file:", size);
	for (p = path; *p != '\0' && n + 16 < size; p++)
		n += (size_t)snprintf(uri + n, size - n,
		    strchr("%?#", *p) != NULL ? "%%%02x" : "%c",
		    (unsigned char)*p);
	strlcat(uri, "?immutable=1", size);
}

int
store_open_alone(const char *path, sqlite3 **h)
{
	char uri[STORE_PATH * 3];

	*h = NULL;
	uri_of(path, uri, sizeof(uri));
	return (sqlite3_open_v2(uri, h,
		    SQLITE_OPEN_READONLY | SQLITE_OPEN_URI |
			SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE,
		    NULL) == SQLITE_OK ?
		0 :
		-1);
}

/*
 * The session of the database file alone, without its log.  Returns 0 with the
 * session (0: it has none), or -1 if the file cannot be read like that.
 */
static int
read_session(const struct store *s, int64_t *session)
{
	sqlite3_stmt *st = NULL;
	int rc = SQLITE_CANTOPEN;
	sqlite3 *h;

	*session = 0;
	if (store_open_alone(s->path, &h) == 0)
		rc = sqlite3_prepare_v2(h,
		    "SELECT value FROM setting WHERE name = '" SETTING_SESSION
		    "'",
		    -1, &st, NULL);
	/* An older schema lacks the table. */
	if (rc == SQLITE_ERROR)
		rc = SQLITE_DONE;
	else if (rc == SQLITE_OK)
		rc = sqlite3_step(st);
	if (rc == SQLITE_ROW)
		*session = sqlite3_column_int64(st, 0);
	sqlite3_finalize(st);
	sqlite3_close(h);
	return (rc == SQLITE_ROW || rc == SQLITE_DONE ? 0 : -1);
}

/*
 * True if the log may be of this session: the file names its own or, if the
 * end came while a new one was begun, the old and the new one.  Nothing is known
 * without the file.
 */
static bool
is_session_of_wal(const struct store *s, int64_t session)
{
	char path[STORE_PATH], text[64], *next = text, *line;
	const char *errstr;
	bool any = false;
	int64_t its;
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "%s/" SESSION_FILE, s->dir);
	if ((fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)) == -1)
		return (true);
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	text[n < 0 ? 0 : n] = '\0';
	while ((line = strsep(&next, "\n")) != NULL) {
		its = strtonum(line, 0, INT64_MAX, &errstr);
		if (errstr != NULL)
			continue;
		if (its == session)
			return (true);
		any = true;
	}
	return (!any);
}

int
store_wal(struct store *s, char *error, size_t size)
{
	char from[STORE_PATH], to[STORE_PATH];
	int64_t mine;

	if (size_of(s, "-wal") <= WAL_HEADER)
		return (0);
	if (!is_copy(s) &&
	    (read_session(s, &mine) == -1 || is_session_of_wal(s, mine)))
		return (0);
	path_of(s, "-wal", from, sizeof(from));
	path_of(s, "-wal.old", to, sizeof(to));
	if (rename(from, to) == -1) {
		snprintf(error, size,
		    "%s belongs to another database than %s, and cannot be moved away: %s",
		    from, s->path, strerror(errno));
		return (-1);
	}
	log_warnx(
	    "%s was put in the place of another database, whose last changes are in its log: they are not mixed with it; the log is now %s",
	    s->path, to);
	s->origin = STORE_COPY;
	return (0);
}

int
store_look(struct store *s, char *error, size_t size)
{
	off_t db;

	db = size_of(s, "");
	if (db == 0) {
		snprintf(error, size,
		    "%s is damaged: it is empty; put a backup in its place (sallyctl restore), or remove it to begin with no lease at all",
		    s->path);
		return (-1);
	}
	if (db == -1 && size_of(s, "-wal") > WAL_HEADER) {
		snprintf(error, size,
		    "%s is gone, and its log %s-wal is there: put it back; or move the log away, too, to begin with no lease at all",
		    s->path, s->path);
		return (-1);
	}
	if (db == -1) {
		s->origin = STORE_NEW;
		return (0);
	}
	if (is_copy(s))
		s->origin = STORE_COPY;
	(void)read_session(s, &s->session);
	return (store_wal(s, error, size));
}

int
store_sync_dir(const struct store *s)
{
	int fd, rc;

	if ((fd = open(s->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) == -1)
		return (-1);
	rc = fsync(fd);
	close(fd);
	return (rc);
}

/* old is -1 if it counts no more. */
static int
write_session(const struct store *s, int64_t session, int64_t old)
{
	char path[STORE_PATH], tmp[STORE_PATH], text[64];
	int fd, n, rc;

	snprintf(path, sizeof(path), "%s/" SESSION_FILE, s->dir);
	snprintf(tmp, sizeof(tmp), "%s/" SESSION_FILE ".tmp", s->dir);
	n = snprintf(text, sizeof(text), "%lld\n", (long long)session);
	if (old != -1)
		n += snprintf(text + n, sizeof(text) - (size_t)n, "%lld\n",
		    (long long)old);
	if ((fd = open(tmp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)) ==
	    -1)
		return (-1);
	rc = write(fd, text, (size_t)n) == n && fsync(fd) == 0 ? 0 : -1;
	close(fd);
	if (rc == 0)
		rc = rename(tmp, path);
	/* Without the file, nothing is known of a log. */
	if (rc == -1 && unlink(path) == -1 && errno != ENOENT)
		log_warn("%s", path);
	return (rc);
}

void
store_new_session(struct store *s)
{
	int64_t session;
	int log, done;

	session = (int64_t)randombytes_uniform(INT32_MAX) << 31 |
	    (int64_t)randombytes_uniform(INT32_MAX) | 1;
	/*
	 * The number must be in the file itself, before a log depends on it.
	 * Until it is, the log is of both: whoever is killed meanwhile leaves
	 * either number in the file, and the changes of before in the log.
	 */
	if (write_session(s, session, s->session) == -1 ||
	    store_put_setting(s, SETTING_SESSION, session) == -1 ||
	    sqlite3_wal_checkpoint_v2(s->h, NULL, SQLITE_CHECKPOINT_TRUNCATE,
		&log, &done) != SQLITE_OK)
		log_warnx(
		    "%s: no new session: a file that is copied over the database is not noticed until the next start",
		    s->path);
	else if (write_session(s, session, -1) == -1)
		log_warn("%s/" SESSION_FILE, s->dir);
}
