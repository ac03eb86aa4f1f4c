/* SPDX-License-Identifier: ISC */
/*
 * The start of an output, and the back end of -q, which says nothing.
 */

#include <string.h>

#include "output.h"

void
output_init(struct output *o, const struct output_ops *ops, enum action action,
    bool numeric, FILE *f)
{
	memset(o, 0, sizeof(*o));
	o->ops = ops;
	o->action = action;
	o->numeric = numeric;
	o->now = wall_now();
	o->f = f;
}

static void
quiet_begin(struct output *o)
{
}

static void
quiet_status(struct output *o, const struct msg_ctl_status *m)
{
}

static void
quiet_network(struct output *o, const struct msg_ctl_network *m)
{
}

static void
quiet_lease(struct output *o, const struct msg_ctl_lease *m)
{
}

static void
quiet_peer(struct output *o, const struct msg_ctl_peer *m)
{
}

static void
quiet_event(struct output *o, const struct msg_ctl_event *m)
{
}

static void
quiet_test(struct output *o, const struct msg_ctl_test *m)
{
}

static void
quiet_sync(struct output *o, const struct msg_ctl_sync *m)
{
}

static void
quiet_change(struct output *o, const struct msg_set_change *m)
{
}

static void
quiet_unused(struct output *o, unsigned int line, const char *what,
    const char *why)
{
}

static void
quiet_set(struct output *o, const struct msg_set_done *m, bool dry)
{
}

static void
quiet_peer_file(struct output *o, const struct msg_ctl_peer *m,
    const char *file)
{
}

static void
quiet_text(struct output *o, const char *text)
{
}

static void
quiet_backup(struct output *o, const char *file, uint64_t n)
{
}

const struct output_ops quiet_ops = {
	.begin = quiet_begin,
	.status = quiet_status,
	.network = quiet_network,
	.lease = quiet_lease,
	.peer = quiet_peer,
	.event = quiet_event,
	.test = quiet_test,
	.sync = quiet_sync,
	.change = quiet_change,
	.unused = quiet_unused,
	.set = quiet_set,
	.peer_file = quiet_peer_file,
	.version = quiet_text,
	.backup = quiet_backup,
	.done = quiet_text,
	.end = quiet_text,
};
