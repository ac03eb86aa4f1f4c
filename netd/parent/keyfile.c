/* SPDX-License-Identifier: ISC */
/*
 * Creation of a WireGuard private key file.  A crash at any moment leaves
 * either no file or a complete one, and an existing file is never replaced.
 */

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config.h"
#include "keyfile.h"
#include "wgkey.h"

static int
write_key(int fd)
{
	uint8_t key[WGKEY_LEN];
	char text[WGKEY_TEXT + 1];
	int r;

	wgkey_generate(key);
	(void)wgkey_format(key, text);
	text[WGKEY_TEXT - 1] = '\n';
	r = write(fd, text, WGKEY_TEXT) == WGKEY_TEXT && fsync(fd) == 0 ? 0 :
	    -1;
	explicit_bzero(key, sizeof(key));
	explicit_bzero(text, sizeof(text));
	return (r);
}

/*
 * rename(2) that refuses to replace a file, where the file system supports
 * this.
 */
static int
put_in_place(const char *from, const char *to)
{
	if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0)
		return (0);
	if (errno != EINVAL && errno != ENOSYS)
		return (-1);
	return (rename(from, to));
}

void
keyfile_sync_dir(const char *path)
{
	char dir[CONF_PATH];
	int fd;

	strlcpy(dir, path, sizeof(dir));
	fd = open(dirname(dir), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd != -1) {
		(void)fsync(fd);
		close(fd);
	}
}

bool
keyfile_is_used(const char *interface)
{
	static const char mark[] = "sp:";
	char path[64], alias[sizeof(mark) - 1];
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/sys/class/net/%s/ifalias", interface);
	if ((fd = open(path, O_RDONLY | O_CLOEXEC)) == -1)
		return (false);
	n = read(fd, alias, sizeof(alias));
	close(fd);
	return (n == sizeof(alias) && memcmp(alias, mark, sizeof(alias)) == 0);
}

int
keyfile_make(const char *path)
{
	char temp[CONF_PATH + 8];
	int fd, saved;

	if (access(path, F_OK) == 0)
		return (0);
	if (errno != ENOENT)
		return (-1);
	snprintf(temp, sizeof(temp), "%s.XXXXXX", path);
	if ((fd = mkostemp(temp, O_CLOEXEC)) == -1)
		return (-1);
	if (write_key(fd) == -1)
		goto fail;
	if (put_in_place(temp, path) == -1) {
		if (errno != EEXIST)
			goto fail;
		(void)unlink(temp);
		close(fd);
		return (0);
	}
	close(fd);
	keyfile_sync_dir(path);
	return (1);
fail:
	saved = errno;
	(void)unlink(temp);
	close(fd);
	errno = saved;
	return (-1);
}
