/* SPDX-License-Identifier: ISC */
/*
 * A copy of the database as a stream of bytes, which needs no room on its disk.
 * A page is read from the log if it has the page, else from the file.  No
 * checkpoint is made meanwhile, so that both stay as they are, and later
 * changes are not in the copy.  The files are read by SQLite's own handles:
 * closing another descriptor of them would drop its locks.
 */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "sqlite_local.h"

#define WAL_HEADER   32
#define FRAME_HEADER 24 /* bytes before a page in the log */
#define PAGE_SIZE_AT 8	/* in the header of the log */
#define VERSIONS_AT  18 /* two bytes of page 1: 2 in WAL mode, else 1 */
#define PAGE_MAX     65536

struct store_stream {
	struct store *s;
	sqlite3_file *db, *wal;
	uint32_t page;	 /* bytes of a page */
	uint32_t pages;	 /* in the whole database */
	uint32_t *frame; /* by page, from 1; 0: not in the log */
	uint8_t buf[PAGE_MAX];
};

static uint32_t
get32(const uint8_t *p)
{
	return ((uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	    (uint32_t)p[2] << 8 | p[3]);
}

static int
read_file(sqlite3_file *f, void *dst, size_t len, uint64_t at)
{
	if (f == NULL || f->pMethods == NULL ||
	    f->pMethods->xRead(f, dst, (int)len, (sqlite3_int64)at) !=
		SQLITE_OK) {
		errno = EIO;
		return (-1);
	}
	return (0);
}

/* Number the pages that the log's first n frames hold; the last one wins. */
static int
map_log(struct store_stream *t, uint32_t n)
{
	uint8_t head[WAL_HEADER];
	uint32_t i, no, pages = 0;
	uint64_t at = WAL_HEADER;

	if (read_file(t->wal, head, sizeof(head), 0) == -1 ||
	    get32(head + PAGE_SIZE_AT) != t->page)
		return (-1);
	/* The size of the database is in the last frame, which is a commit. */
	if (read_file(t->wal, head, FRAME_HEADER,
		at + (uint64_t)(n - 1) * (FRAME_HEADER + t->page)) == -1)
		return (-1);
	pages = get32(head + 4);
	if ((t->frame = calloc((size_t)pages + 1, sizeof(*t->frame))) == NULL)
		return (-1);
	for (i = 1; i <= n; i++, at += FRAME_HEADER + t->page) {
		if (read_file(t->wal, head, FRAME_HEADER, at) == -1)
			return (-1);
		no = get32(head);
		if (no >= 1 && no <= pages)
			t->frame[no] = i;
	}
	t->pages = pages;
	return (0);
}

static int
stream_open(struct store_stream *t)
{
	sqlite3 *h = t->s->h;
	uint8_t head[100];
	int log = 0, done = 0;
	sqlite3_int64 size;

	if (!sqlite3_get_autocommit(h))
		return (-1);
	/* Pages that cannot go into the file, as on a full disk, stay there. */
	if (sqlite3_wal_checkpoint_v2(h, NULL, SQLITE_CHECKPOINT_PASSIVE, &log,
		&done) != SQLITE_OK) {
		log = t->s->log_frames;
		done = 0;
	}
	if (sqlite3_file_control(h, "main", SQLITE_FCNTL_FILE_POINTER,
		&t->db) != SQLITE_OK ||
	    sqlite3_file_control(h, "main", SQLITE_FCNTL_JOURNAL_POINTER,
		&t->wal) != SQLITE_OK ||
	    read_file(t->db, head, sizeof(head), 0) == -1)
		return (-1);
	t->page = (uint32_t)head[16] << 8 | head[17];
	if (t->page == 1)
		t->page = PAGE_MAX;
	if (t->page < 512 ||
	    t->db->pMethods->xFileSize(t->db, &size) != SQLITE_OK)
		return (-1);
	t->pages = (uint32_t)((uint64_t)size / t->page);
	return (log > 0 && log != done ? map_log(t, (uint32_t)log) : 0);
}

struct store_stream *
store_stream_new(struct store *s)
{
	struct store_stream *t;

	if ((t = calloc(1, sizeof(*t))) == NULL)
		return (NULL);
	t->s = s;
	s->streams++;
	if (stream_open(t) == -1) {
		store_stream_free(t);
		errno = EIO;
		return (NULL);
	}
	return (t);
}

/* Page no, from 1, into the buffer. */
static int
read_page(struct store_stream *t, uint32_t no)
{
	uint32_t frame = t->frame != NULL ? t->frame[no] : 0;

	if (frame == 0)
		return (read_file(t->db, t->buf, t->page,
		    (uint64_t)(no - 1) * t->page));
	return (read_file(t->wal, t->buf, t->page,
	    WAL_HEADER + (uint64_t)(frame - 1) * (FRAME_HEADER + t->page) +
		FRAME_HEADER));
}

ssize_t
store_stream_read(struct store_stream *t, uint64_t at, void *dst, size_t len)
{
	uint64_t no = at / t->page + 1;
	size_t off = (size_t)(at % t->page);

	if (no > t->pages)
		return (0);
	if (read_page(t, (uint32_t)no) == -1)
		return (-1);
	/* The copy is one file that any reader can open. */
	if (no == 1)
		t->buf[VERSIONS_AT] = t->buf[VERSIONS_AT + 1] = 1;
	if (len > t->page - off)
		len = t->page - off;
	memcpy(dst, t->buf + off, len);
	return ((ssize_t)len);
}

void
store_stream_free(struct store_stream *t)
{
	if (t == NULL)
		return;
	t->s->streams--;
	free(t->frame);
	free(t);
}
