/* SPDX-License-Identifier: ISC */
/*
 * The state directory.  It is created for leased(8), and locked so that two
 * suites never share it.  It belongs to an unprivileged user, so root touches
 * its contents only as that user: a symbolic link placed there leads nowhere.
 */

#include <sys/file.h>
#include <sys/stat.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conferror.h"
#include "config.h"
#include "listen.h"
#include "log.h"
#include "statedir.h"

/* True if the directory can be read and has no entries. */
static bool
is_empty(const char *path)
{
	struct dirent *e;
	DIR *d;

	if ((d = opendir(path)) == NULL)
		return (false);
	do {
		e = readdir(d);
	} while (e != NULL &&
	    (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0));
	closedir(d);
	return (e == NULL);
}

/*
 * leased may change anything in its directory, and netd trusts the files that
 * the configuration names: none of them may lie in that directory.
 */
static bool
is_below(const char *dir, const char *file)
{
	char top[PATH_MAX], parent[CONF_PATH], real[PATH_MAX];
	size_t n;

	if (*file == '\0' || realpath(dir, top) == NULL)
		return (false);
	/* A file that does not exist yet has a directory at least. */
	strlcpy(parent, file, sizeof(parent));
	if (realpath(file, real) == NULL &&
	    realpath(dirname(parent), real) == NULL)
		return (false);
	n = strlen(top);
	return (strncmp(real, top, n) == 0 &&
	    (real[n] == '/' || real[n] == '\0' || n == 1));
}

/* The first file of the configuration that is below the directory, or NULL. */
static const char *
file_below(const struct config *c, const char *dir)
{
	const char *files[4 + NETWORKS_MAX + IDENT_MAX + 4 * LISTEN_MAX];
	unsigned int i, n;

	n = 0;
	files[n++] = c->file;
	files[n++] = c->access.file;
	files[n++] = c->auth_file;
	for (i = 0; i < c->nnetworks; i++)
		files[n++] = c->networks[i].private_key_file;
	for (i = 0; i < c->nidentities; i++)
		files[n++] = c->identities[i].ca;
	for (i = 0; i < c->nlisten; i++) {
		files[n++] = c->listen[i].certificate;
		files[n++] = c->listen[i].key;
		files[n++] = c->listen[i].client_ca;
		files[n++] = c->listen[i].crl;
	}
	for (i = 0; i < n; i++)
		if (is_below(dir, files[i]))
			return (files[i]);
	return (NULL);
}

int
statedir_make(const char *path, unsigned int mode)
{
	char part[DIR_SIZE], *p;

	strlcpy(part, path, sizeof(part));
	for (p = part + 1; (p = strchr(p, '/')) != NULL; p++) {
		*p = '\0';
		if (mkdir(part, 0755) == -1 && errno != EEXIST)
			return (-1);
		*p = '/';
	}
	if (mkdir(part, mode) == -1 && errno != EEXIST)
		return (-1);
	return (0);
}

/* Open the lock file as the owner of the directory. */
static int
open_lock(const char *dir, uint32_t uid, uint32_t gid, bool nouser)
{
	char path[DIR_SIZE + 8];
	int fd, saved;

	snprintf(path, sizeof(path), "%s/lock", dir);
	if (!nouser && (setegid(gid) == -1 || seteuid(uid) == -1))
		return (-1);
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK,
	    0600);
	saved = errno;
	if (!nouser && (seteuid(0) == -1 || setegid(0) == -1))
		fatal("cannot become root again");
	errno = saved;
	return (fd);
}

/*
 * The part of the path that leased's user may not pass, as the end of an error;
 * "" if there is none.
 */
static const char *
blocked(const char *dir, uint32_t uid, uint32_t gid)
{
	static char why[DIR_SIZE + 96];
	char part[DIR_SIZE], *p;

	why[0] = '\0';
	if (setegid(gid) == -1 || seteuid(uid) == -1)
		goto done;
	strlcpy(part, dir, sizeof(part));
	for (p = part; why[0] == '\0' && (p = strchr(p + 1, '/')) != NULL;) {
		*p = '\0';
		if (faccessat(AT_FDCWD, part, X_OK, AT_EACCESS) == -1)
			snprintf(why, sizeof(why),
			    ": leased runs as user %u, who cannot pass %s: choose another place, or chmod o+x it",
			    uid, part);
		*p = '/';
	}
done:
	if (seteuid(0) == -1 || setegid(0) == -1)
		fatal("cannot become root again");
	return (why);
}

/* Check a directory that is there; nothing is changed. */
static int
check(struct config *c, const struct stat *st, uint32_t uid, bool nouser)
{
	unsigned int line = config_line(c, "gateway.state_dir", 0);
	const char *dir = c->gateway.state_dir, *file;

	if (!S_ISDIR(st->st_mode)) {
		config_error(c, line, "state_dir %s: %s", dir,
		    strerror(ENOTDIR));
		return (-1);
	}
	if ((file = file_below(c, dir)) != NULL) {
		config_error(c, line,
		    "state_dir %s: leased could change %s, which is below it: give leased a directory of its own",
		    dir, file);
		return (-1);
	}
	if (nouser || st->st_uid == uid || (st->st_uid == 0 && is_empty(dir)))
		return (0);
	config_error(c, line,
	    "state_dir %s belongs to user %u and is not empty: choose another, or chown it and what is in it to user %u",
	    dir, st->st_uid, uid);
	return (-1);
}

void
statedir_check(struct config *c, uint32_t uid, bool nouser)
{
	const char *dir = c->gateway.state_dir;
	struct stat st;

	if (stat(dir, &st) == 0)
		(void)check(c, &st, uid, nouser);
	else if (errno != ENOENT)
		config_error(c, config_line(c, "gateway.state_dir", 0),
		    "state_dir %s: %s", dir, strerror(errno));
}

int
statedir_lock(struct config *c, uint32_t uid, uint32_t gid, bool nouser)
{
	struct stat st;
	unsigned int line, tries = 0;
	const char *dir;
	int fd, r;

	dir = c->gateway.state_dir;
	line = config_line(c, "gateway.state_dir", 0);
	fd = -1;
	if (statedir_make(dir, 0700) == -1 || stat(dir, &st) == -1)
		goto fail;
	if (check(c, &st, uid, nouser) == -1)
		return (-1);
	if (!nouser && st.st_uid != uid && chown(dir, uid, gid) == -1) {
		config_error(c, line,
		    "state_dir %s: cannot give it to user %u: %s; run install -d -m 0700 -o %u -g %u %s",
		    dir, uid, strerror(errno), uid, gid, dir);
		return (-1);
	}
	if ((st.st_mode & 077) != 0)
		log_warnx("%s can be read by others: chmod 0700", dir);
	if ((fd = open_lock(dir, uid, gid, nouser)) == -1)
		goto fail;
	while ((r = flock(fd, LOCK_EX | LOCK_NB)) == -1 && listen_again(&tries))
		;
	if (r == -1) {
		if (errno != EWOULDBLOCK)
			goto fail;
		config_error(c, line,
		    "another instance of netd uses the state directory %s",
		    dir);
		close(fd);
		return (-1);
	}
	return (fd);
fail:
	r = errno;
	config_error(c, line, "state_dir %s: %s%s", dir, strerror(r),
	    r == EACCES && !nouser ? blocked(dir, uid, gid) : "");
	if (fd != -1)
		close(fd);
	return (-1);
}
