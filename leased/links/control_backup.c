/* SPDX-License-Identifier: ISC */
/*
 * CTL_BACKUP: send a copy of the database, which is read while it is sent.
 */

#include <errno.h>
#include <string.h>

#include "control_backup.h"
#include "log.h"
#include "turn.h"

#define CHUNKS	32 /* sent before others get a turn */
#define FULL_MS 20 /* pause when the queue is full */

void
backup_start(struct conn *k)
{
	struct conn *o;

	TAILQ_FOREACH(o, &k->l->control->conns, entry)
		if (o->backup != NULL) {
			conn_result(k, CTL_BUSY,
			    "another backup is being made; try again");
			return;
		}
	(void)turn_commit(k->l);
	if ((k->backup = store_stream_new(k->l->store)) == NULL) {
		conn_result(k, CTL_FAILED, "reading the database: %s",
		    strerror(errno));
		return;
	}
	k->state = CONN_BACKUP;
	k->offset = 0;
	conn_more(k, 0);
}

void
backup_end(struct conn *k)
{
	store_stream_free(k->backup);
	k->backup = NULL;
}

void
backup_page(struct conn *k)
{
	struct msg_ctl_chunk m;
	unsigned int i;
	ssize_t n;

	for (i = 0; i < CHUNKS; i++) {
		n = store_stream_read(k->backup, k->offset, m.data,
		    sizeof(m.data));
		if (n == -1) {
			conn_result(k, CTL_FAILED, "reading the database: %s",
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
