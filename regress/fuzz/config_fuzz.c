/* SPDX-License-Identifier: ISC */
/*
 * Any bytes as a configuration: errors are named or it loads, and what loads
 * is dumped to something that loads to the same.
 */

#include <sys/mman.h>
#include <sys/stat.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config.h"
#include "dump.h"
#include "parse.h"

int	 LLVMFuzzerTestOneInput(const uint8_t *, size_t);
const char *__asan_default_options(void);

/* libconfig 1.5 leaks what it had parsed before a syntax error. */
const char *
__asan_default_options(void)
{
	return ("detect_leaks=0");
}

static struct config *
load(const void *text, size_t len)
{
	struct config *c;
	char path[32];
	int fd;

	fd = memfd_create("conf", 0);
	if (fd == -1 || fchmod(fd, 0600) == -1 ||
	    write(fd, text, len) != (ssize_t)len)
		abort();
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if ((c = config_load(path)) == NULL)
		abort();
	close(fd);
	return (c);
}

static char *
dump(const struct config *c, size_t *len)
{
	char *text;
	FILE *fp;

	if ((fp = open_memstream(&text, len)) == NULL)
		abort();
	config_dump(c, fp);
	(void)fclose(fp);
	return (text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct config *c, *again;
	size_t len, len2;
	char *text, *text2;

	c = load(data, size);
	if (c->nerrors == 0) {
		text = dump(c, &len);
		again = load(text, len);
		if (again->nerrors != 0)
			abort();
		text2 = dump(again, &len2);
		if (len != len2 || memcmp(text, text2, len) != 0)
			abort();
		config_free(again);
		free(text);
		free(text2);
	}
	config_free(c);
	return (0);
}
