/* SPDX-License-Identifier: ISC */
/*
 * CTL_BACKUP: copy the database into a file of ours a few pages at a time, then
 * send that file.  The file has no name while it is sent.
 */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "control_backup.h"
#include "log.h"
#include "turn.h"

#define TMP_NAME	"backup.tmp"
#define STEP_PAGES	256
#define CHUNKS		32		/* sent before others get a turn */
#define FULL_MS		20		/* pause when the queue is full */

static void
tmp_path(const char *dir, char *path, size_t size)
{
	snprintf(path, size, "%s/%s", dir, TMP_NAME);
}

void
backup_clean(const char *dir)
{
	char path[DIR_SIZE + 32];

	tmp_path(dir, path, sizeof(path));
	if (unlink(path) == -1 && errno != ENOENT)
		log_warn("%s", path);
}

void
backup_start(struct conn *k)
{
	char path[DIR_SIZE + 32];
	struct conn *o;

	TAILQ_FOREACH(o, &k->l->control->conns, entry)
		if (o->backup != NULL) {
			conn_result(k, CTL_BUSY,
			    "another backup is being made; try again");
			return;
		}
	tmp_path(store_dir(k->l->store), path, sizeof(path));
	backup_clean(store_dir(k->l->store));
	if ((k->backup = store_backup_new(k->l->store, path)) == NULL) {
		conn_result(k, CTL_FAILED, "%s: %s", path, strerror(errno));
		return;
	}
	k->state = CONN_BACKUP;
	k->offset = 0;
	conn_more(k, 0);
}

void
backup_end(struct conn *k)
{
	if (k->backup != NULL) {
		store_backup_free(k->backup);
		k->backup = NULL;
		backup_clean(store_dir(k->l->store));
	}
	if (k->fd != -1)
		close(k->fd);
	k->fd = -1;
}

static void
backup_copy(struct conn *k)
{
	char path[DIR_SIZE + 32];
	int rc;

	/* A copy cannot be made within our own transaction. */
	(void)turn_commit(k->l);
	if ((rc = store_backup_step(k->backup, STEP_PAGES)) == 1) {
		conn_progress(k);
		conn_more(k, 0);
		return;
	}
	tmp_path(store_dir(k->l->store), path, sizeof(path));
	store_backup_free(k->backup);
	k->backup = NULL;
	if (rc == 0)
		rc = k->fd = open(path, O_RDONLY | O_CLOEXEC);
	if (rc == -1) {
		conn_result(k, CTL_FAILED, "%s: %s", path, strerror(errno));
		backup_clean(store_dir(k->l->store));
		return;
	}
	backup_clean(store_dir(k->l->store));
	conn_more(k, 0);
}

static void
backup_send(struct conn *k)
{
	struct msg_ctl_chunk m;
	unsigned int i;
	ssize_t n;

	for (i = 0; i < CHUNKS; i++) {
		n = pread(k->fd, m.data, sizeof(m.data), (off_t)k->offset);
		if (n == -1) {
			conn_result(k, CTL_FAILED, "reading the copy: %s",
			    strerror(errno));
			backup_end(k);
			return;
		}
		if (n == 0) {
			backup_end(k);
			log_info("control: backup of %llu bytes sent",
			    (unsigned long long)k->offset);
			conn_result(k, CTL_OK, "%llu bytes",
			    (unsigned long long)k->offset);
			return;
		}
		m.offset = k->offset;
		m.len = (uint16_t)n;
		if (chan_send_ctl_chunk(k->chan, k->id, &m, -1) == -1) {
			/*
			 * If the channel is full, continue later; if it is
			 * closing, its end follows.
			 */
			conn_more(k, FULL_MS);
			return;
		}
		k->offset += (uint64_t)n;
		conn_progress(k);
	}
	conn_more(k, 0);
}

void
backup_page(struct conn *k)
{
	if (k->backup != NULL)
		backup_copy(k);
	else
		backup_send(k);
}
