/* SPDX-License-Identifier: ISC */
/*
 * Search the memory of a running process, all of it that can be read, for the
 * content of a file.
 *
 * usage: memfind PID FILE	exit 0: found, 1: not found, 2: cannot tell
 */

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CHUNK  (1024 * 1024)
#define NEEDLE 4096

static uint8_t needle[NEEDLE], chunk[CHUNK + NEEDLE];

/*
 * Search one mapping.  Pages that cannot be read (device memory, guard pages)
 * are passed over.  Returns the number of places.
 */
static unsigned long
search(int mem, uint64_t from, uint64_t to, size_t len)
{
	const uint8_t *p;
	unsigned long n;
	size_t got, keep, left;
	ssize_t r;

	n = 0;
	keep = 0;
	while (from < to) {
		left = to - from < CHUNK ? to - from : CHUNK;
		r = pread(mem, chunk + keep, left, (off_t)from);
		if (r <= 0) {
			from = (from | 4095) + 1;
			keep = 0;
			continue;
		}
		got = keep + (size_t)r;
		from += (size_t)r;
		for (p = chunk; (p = memmem(p, got - (size_t)(p - chunk),
				     needle, len)) != NULL;
		     p++)
			n++;
		keep = got < len - 1 ? got : len - 1;
		memmove(chunk, chunk + got - keep, keep);
	}
	return (n);
}

static size_t
read_needle(const char *path)
{
	FILE *fp;
	size_t len;

	if ((fp = fopen(path, "re")) == NULL)
		err(2, "%s", path);
	len = fread(needle, 1, sizeof(needle), fp);
	fclose(fp);
	if (len < 16)
		errx(2, "%s: too short to mean anything", path);
	return (len);
}

int
main(int argc, char *argv[])
{
	char path[64], line[512];
	uint64_t from, to;
	unsigned long maps, n;
	size_t len;
	FILE *fp;
	int mem;

	if (argc != 3)
		errx(2, "usage: memfind PID FILE");
	len = read_needle(argv[2]);
	snprintf(path, sizeof(path), "/proc/%s/mem", argv[1]);
	if ((mem = open(path, O_RDONLY | O_CLOEXEC)) == -1)
		err(2, "%s", path);
	snprintf(path, sizeof(path), "/proc/%s/maps", argv[1]);
	if ((fp = fopen(path, "re")) == NULL)
		err(2, "%s", path);
	n = maps = 0;
	while (fgets(line, sizeof(line), fp) != NULL) {
		if (sscanf(line, "%" SCNx64 "-%" SCNx64, &from, &to) != 2)
			continue;
		/* Guard pages and the vsyscall page cannot be read. */
		if (strstr(line, "---p") != NULL || from > INT64_MAX)
			continue;
		maps++;
		n += search(mem, from, to, len);
	}
	fclose(fp);
	if (maps < 10)
		errx(2, "process %s has no memory to speak of", argv[1]);
	printf("found %lu times in %lu mappings\n", n, maps);
	return (n == 0);
}
