/* SPDX-License-Identifier: ISC */
/*
 * A file is one line that says what it is, how long it is and what it hashes to,
 * and then the text.  Files are written aside, synced and renamed.
 */

#include <sys/stat.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "mapjson.h"
#include "mapwrite.h"
#include "statefile.h"

#define MAGIC		"sallyport-agent 1"
#define HEAD_MAX	128
#define HASH_LEN	16
#define HASH_TEXT	(2 * HASH_LEN + 1)
#define SUFFIX		".net"
#define DIRECT_FILE	"direct"
#define DIRECT_MAX	(STATE_DIRECT_MAX * 64)
#define PATH_SIZE	4096

static void
hash_text(const char *text, size_t len, char dst[HASH_TEXT])
{
	uint8_t hash[HASH_LEN];

	crypto_generichash(hash, sizeof(hash), (const uint8_t *)text, len, NULL,
	    0);
	sodium_bin2hex(dst, HASH_TEXT, hash, sizeof(hash));
}

static int
write_all(int fd, const char *p, size_t len)
{
	ssize_t n;

	while (len > 0) {
		if ((n = write(fd, p, len)) == -1)
			return (-1);
		p += n;
		len -= (size_t)n;
	}
	return (0);
}

static int
write_file(int fd, const char *text, size_t len)
{
	char head[HEAD_MAX], hash[HASH_TEXT];

	hash_text(text, len, hash);
	snprintf(head, sizeof(head), "%s %zu %s\n", MAGIC, len, hash);
	if (write_all(fd, head, strlen(head)) == -1 ||
	    write_all(fd, text, len) == -1)
		return (-1);
	return (fsync(fd));
}

static int
sync_dir(const char *dir)
{
	int fd, ret;

	if ((fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) == -1)
		return (-1);
	ret = fsync(fd);
	close(fd);
	return (ret);
}

/* Put a whole file in the place of another one. */
static int
replace(const char *dir, const char *name, const char *text, size_t len)
{
	char new[PATH_SIZE], path[PATH_SIZE];
	int fd, ret;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	snprintf(new, sizeof(new), "%s/%s.new", dir, name);
	fd = open(new, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW,
	    0600);
	if (fd == -1)
		return (-1);
	ret = write_file(fd, text, len);
	close(fd);
	if (ret == -1 || rename(new, path) == -1) {
		ret = errno;
		unlink(new);
		errno = ret;
		return (-1);
	}
	return (sync_dir(dir));
}

/*
 * The text of a file, which the caller frees, or NULL with the reason, which is
 * NULL if there is no such file.
 */
static char *
read_text(FILE *f, size_t max, const char **why)
{
	char hash[HASH_TEXT], is[HASH_TEXT];
	char *text;
	size_t len;

	*why = "it does not begin as a file of this version does";
	if (fscanf(f, MAGIC " %zu %32[0-9a-f]", &len, hash) != 2 ||
	    getc(f) != '\n' || len == 0 || len > max)
		return (NULL);
	*why = "out of memory";
	if ((text = malloc(len + 1)) == NULL)
		return (NULL);
	*why = "it is shorter or longer than it says";
	if (fread(text, 1, len, f) == len && getc(f) == EOF) {
		text[len] = '\0';
		hash_text(text, len, is);
		if (strcmp(is, hash) == 0)
			return (text);
		*why = "it was changed or damaged";
	}
	free(text);
	return (NULL);
}

static char *
load(const char *dir, const char *name, size_t max, const char **why)
{
	char path[PATH_SIZE];
	char *text;
	FILE *f;
	int fd;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	*why = NULL;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd == -1) {
		if (errno != ENOENT)
			*why = "it cannot be opened";
		return (NULL);
	}
	if ((f = fdopen(fd, "r")) == NULL) {
		*why = "out of memory";
		close(fd);
		return (NULL);
	}
	text = read_text(f, max, why);
	fclose(f);
	return (text);
}

int
state_save_net(const char *dir, const struct map *m, struct map_net *n,
    char *err, size_t errsize)
{
	char name[MAP_UUID + sizeof(SUFFIX)];
	char *text;
	int ret;

	snprintf(name, sizeof(name), "%s%s", n->uuid, SUFFIX);
	if ((text = mapwrite_net(m, n)) == NULL) {
		snprintf(err, errsize, "out of memory");
		return (-1);
	}
	if ((ret = replace(dir, name, text, strlen(text))) == -1)
		snprintf(err, errsize, "%s/%s: %s", dir, name, strerror(errno));
	free(text);
	return (ret);
}

int
state_drop_net(const char *dir, const char *uuid)
{
	char path[PATH_SIZE];

	snprintf(path, sizeof(path), "%s/%s%s", dir, uuid, SUFFIX);
	if (unlink(path) == -1 && errno != ENOENT)
		return (-1);
	return (sync_dir(dir));
}

/* The file is named after the one network in it. */
static int
take(struct map *m, const struct map_answer *a, const char *name, char *err,
    size_t errsize)
{
	struct map_net *n;
	char epoch[MAP_EPOCH];

	if (a->nnets != 1 ||
	    strncmp(name, a->nets[0].uuid, MAP_UUID - 1) != 0) {
		snprintf(err, errsize, "it holds another network");
		return (-1);
	}
	strlcpy(epoch, m->epoch, sizeof(epoch));
	if (map_apply(m, a, err, errsize) == -1)
		return (-1);
	/* Cursors have one epoch. */
	if (epoch[0] == '\0' || strcmp(epoch, m->epoch) == 0)
		return (0);
	if ((n = map_net(m, a->nets[0].uuid)) != NULL)
		map_net_doubt(n);
	strlcpy(m->epoch, epoch, sizeof(m->epoch));
	return (0);
}

static int
load_net(const char *dir, const char *name, struct map *m, char *err,
    size_t errsize)
{
	struct map_answer a;
	const char *why;
	char *text;
	int ret;

	if ((text = load(dir, name, MAPJSON_MAX, &why)) == NULL) {
		strlcpy(err, why != NULL ? why : "it has gone", errsize);
		return (-1);
	}
	ret = mapjson_parse(text, strlen(text), &a, err, errsize);
	free(text);
	if (ret == -1)
		return (-1);
	ret = take(m, &a, name, err, errsize);
	map_answer_clear(&a);
	return (ret);
}

static bool
is_net_file(const char *name)
{
	return (strlen(name) == MAP_UUID - 1 + strlen(SUFFIX) &&
	    strcmp(name + MAP_UUID - 1, SUFFIX) == 0);
}

int
state_load(const char *dir, struct map *m,
    void (*bad)(const char *file, const char *why))
{
	struct dirent *e;
	char err[256];
	DIR *d;

	if ((d = opendir(dir)) == NULL)
		return (-1);
	while ((e = readdir(d)) != NULL) {
		if (!is_net_file(e->d_name))
			continue;
		if (m->nnets == MAP_NETS_MAX)
			bad(e->d_name, "there are too many networks");
		else if (load_net(dir, e->d_name, m, err, sizeof(err)) == -1)
			bad(e->d_name, err);
	}
	closedir(d);
	return (0);
}

int
state_save_direct(const char *dir, const struct state_direct *list,
    unsigned int n)
{
	size_t len = 0, size;
	unsigned int i;
	char *text;
	int ret;

	size = (size_t)n * 64 + 2;
	if ((text = malloc(size)) == NULL)
		return (-1);
	text[len++] = '\n';
	for (i = 0; i < n; i++)
		len += (size_t)snprintf(text + len, size - len,
		    "%s m%" PRIu64 "\n", list[i].uuid, list[i].member);
	ret = replace(dir, DIRECT_FILE, text, len);
	free(text);
	return (ret);
}

static int
parse_direct(char *text, struct state_direct *list, unsigned int max,
    unsigned int *n)
{
	char *line;

	for (*n = 0; (line = strsep(&text, "\n")) != NULL;) {
		if (*line == '\0')
			continue;
		if (*n == max || strlen(line) <= MAP_UUID ||
		    line[MAP_UUID - 1] != ' ')
			return (-1);
		line[MAP_UUID - 1] = '\0';
		strlcpy(list[*n].uuid, line, MAP_UUID);
		list[*n].member = mapjson_member(line + MAP_UUID);
		if (list[*n].member == 0)
			return (-1);
		(*n)++;
	}
	return (0);
}

int
state_load_direct(const char *dir, struct state_direct **list, unsigned int *n,
    char *err, size_t errsize)
{
	const char *why;
	char *text;
	int ret;

	*n = 0;
	*list = NULL;
	if ((text = load(dir, DIRECT_FILE, DIRECT_MAX, &why)) == NULL) {
		strlcpy(err, why != NULL ? why : "", errsize);
		return (why != NULL ? -1 : 0);
	}
	strlcpy(err, "out of memory", errsize);
	ret = -1;
	if ((*list = calloc(STATE_DIRECT_MAX, sizeof(**list))) != NULL) {
		strlcpy(err, "it has a line that is no pair", errsize);
		ret = parse_direct(text, *list, STATE_DIRECT_MAX, n);
	}
	free(text);
	if (ret == -1) {
		free(*list);
		*list = NULL;
		*n = 0;
	}
	return (ret);
}
