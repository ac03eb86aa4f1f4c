/* SPDX-License-Identifier: ISC */
/*
 * A backup that the operator sends is written beside the database and checked.
 * Then this process leaves.  When it is started again, the backup takes the
 * place of the database; tunnels go on meanwhile.
 */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "control_restore.h"
#include "log.h"

#define TMP_NAME  RESTORE_FILE ".tmp"
#define BYTES_MAX (UINT64_C(1) << 32)
#define LEAVE_MS  200 /* time for the answer to leave */

static void
path_of(const char *dir, const char *name, char *path, size_t size)
{
	snprintf(path, size, "%s/%s", dir, name);
}

void
restore_clean(const char *dir)
{
	char path[DIR_SIZE + 32];

	path_of(dir, TMP_NAME, path, sizeof(path));
	if (unlink(path) == -1 && errno != ENOENT)
		log_warn("%s", path);
}

/* Note the first failure.  It is answered when everything was sent. */
static void
failed(struct conn *k, const char *what)
{
	if (k->text[0] == '\0')
		snprintf(k->text, sizeof(k->text), "%s: %s", what,
		    strerror(errno));
}

void
restore_start(struct conn *k)
{
	const char *dir = store_dir(k->l->store);
	char path[DIR_SIZE + 32];
	struct conn *o;

	TAILQ_FOREACH(o, &k->l->control->conns, entry)
		if (o->state == CONN_RESTORE) {
			conn_result(k, CTL_BUSY,
			    "another restore is under way; try again");
			return;
		}
	restore_clean(dir);
	path_of(dir, TMP_NAME, path, sizeof(path));
	k->text[0] = '\0';
	k->offset = 0;
	k->fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (k->fd == -1)
		failed(k, path);
	k->state = CONN_RESTORE;
}

void
restore_chunk(struct conn *k, const struct msg_ctl_chunk *m)
{
	ssize_t n;

	conn_progress(k);
	if (k->text[0] != '\0')
		return;
	if (m->offset != k->offset || k->offset + m->len > BYTES_MAX) {
		errno = m->offset != k->offset ? EINVAL : EFBIG;
		failed(k, "the backup as it was sent");
		return;
	}
	n = pwrite(k->fd, m->data, m->len, (off_t)m->offset);
	if (n != (ssize_t)m->len) {
		if (n != -1)
			errno = ENOSPC;
		failed(k, "writing the backup");
		return;
	}
	k->offset += m->len;
}

static void
leave_cb(evutil_socket_t fd, short what, void *arg)
{
	struct leased *l = arg;

	leased_stop(l);
	event_base_loopbreak(l->base);
}

static int
put_in_place(struct conn *k)
{
	const char *dir = store_dir(k->l->store);
	char tmp[DIR_SIZE + 32], path[DIR_SIZE + 32], why[TEXT_SIZE - 64];

	path_of(dir, TMP_NAME, tmp, sizeof(tmp));
	path_of(dir, RESTORE_FILE, path, sizeof(path));
	if (fsync(k->fd) == -1) {
		failed(k, "writing the backup");
		return (-1);
	}
	if (store_check_file(tmp, why, sizeof(why)) == -1) {
		snprintf(k->text, sizeof(k->text),
		    "nothing was changed: this backup cannot be used: %s", why);
		return (-1);
	}
	if (rename(tmp, path) == -1) {
		failed(k, path);
		return (-1);
	}
	return (0);
}

void
restore_end(struct conn *k)
{
	const struct timeval tv = { 0, LEAVE_MS * 1000 };
	struct leased *l = k->l;
	int rc = -1;

	if (k->text[0] == '\0')
		rc = put_in_place(k);
	if (k->fd != -1)
		close(k->fd);
	k->fd = -1;
	restore_clean(store_dir(l->store));
	if (rc == -1) {
		conn_result(k, CTL_FAILED, "%s", k->text);
		return;
	}
	log_notice("restore of %llu bytes by=%s: leaving, to start with it",
	    (unsigned long long)k->offset, k->who);
	conn_result(k, CTL_OK,
	    "the backup is in use within seconds; the database before it is kept as %s/sallyport.db.before",
	    store_dir(l->store));
	if (event_base_once(l->base, -1, EV_TIMEOUT, leave_cb, l, &tv) == -1)
		log_warnx("restore: no timer: restart sallyport");
}
