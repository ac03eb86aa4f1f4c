/* SPDX-License-Identifier: ISC */
/*
 * A backup comes in pieces, which become a new file.
 */

#include <sysexits.h>

#include "backup.h"
#include "newfile.h"

#define BACKUP_MS	60000	/* the daemon may wait for its disk */

struct backup {
	struct newfile	 nf;
	uint64_t	 bytes;
};

/* Write the next piece, which must begin where the last one ended. */
static int
chunk_cb(struct client *c, void *arg, struct ibuf *buf)
{
	struct backup *b = arg;
	struct msg_ctl_chunk m;

	if (msg_ctl_chunk_get(buf, &m) == -1)
		return (client_malformed(c));
	if (m.offset != b->bytes)
		return (client_fail(c, EX_DATAERR,
		    "the daemon sent byte %ju of the backup, not %ju",
		    (uintmax_t)m.offset, (uintmax_t)b->bytes));
	b->bytes += m.len;
	return (newfile_write(&b->nf, c, m.data, m.len));
}

static int
fetch(struct client *c, struct backup *b)
{
	struct question q = { .type = MSG_CTL_BACKUP,
		.timeout_ms = BACKUP_MS,
		.item = MSG_CTL_CHUNK,
		.fn = chunk_cb,
		.arg = b };
	struct msg_ctl_result res;
	int st;

	if ((st = client_ask(c, &q, &res)) != 0)
		return (st);
	if (res.code != CTL_OK)
		return (client_refused(c, &res));
	if (b->bytes == 0)
		return (client_fail(c, EX_DATAERR,
		    "the daemon sent an empty backup; %s is not made",
		    b->nf.file));
	return (newfile_keep(&b->nf, c));
}

int
backup(struct client *c, const struct request *r, struct output *o)
{
	struct backup b = { .bytes = 0 };
	struct saved saved;
	int st;

	if ((st = newfile_open(&b.nf, c, r->file, 0600)) == 0)
		st = fetch(c, &b);
	newfile_close(&b.nf);
	if (st == 0) {
		saved.file = r->file;
		saved.bytes = b.bytes;
		output_item(o, &saved_item, &saved);
	}
	return (st);
}
