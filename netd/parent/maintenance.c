/* SPDX-License-Identifier: ISC */
/*
 * The file that takes the gateway out of service for portals, as with
 * vpn-daemon.  leased is told with each configuration and whenever the file
 * appears or disappears.
 */

#include <unistd.h>

#include "config.h"
#include "files.h"
#include "log.h"
#include "maintenance.h"
#include "netd.h"
#include "proc.h"
#include "watch.h"

static bool
is_there(const char *path)
{
	return (access(path, F_OK) == 0);
}

int
maintenance_send(struct proc *p, const struct config *c)
{
	struct msg_conf_maintenance m;

	m.on = is_there(c->gateway.maintenance_file);
	p->netd->maintenance = m.on;
	return (chan_send_conf_maintenance(p->chan, 0, &m, -1));
}

static void
tell(struct netd *n)
{
	struct proc *p;

	p = proc_find(n, P_LEASED, 0);
	if ((p->state & (PROC_CONF | PROC_ENTER | PROC_UP)) != 0 &&
	    maintenance_send(p, n->conf->conf) == -1)
		log_warn("%s: cannot tell it of maintenance mode", p->name);
}

/* The file was replaced or touched; only its presence matters. */
static void
changed_cb(void *arg, const char *path)
{
	struct netd *n = arg;

	if (is_there(path) == n->maintenance)
		return;
	n->maintenance = !n->maintenance;
	log_notice("maintenance mode: %s is %s", path,
	    n->maintenance ? "there" : "gone");
	tell(n);
}

int
maintenance_init(struct netd *n)
{
	n->flag = watch_new(n->base, changed_cb, n);
	return (n->flag == NULL ? -1 : 0);
}

void
maintenance_watch(struct netd *n)
{
	const char *path;

	if (n->is_agent)
		return;
	path = n->conf->conf->gateway.maintenance_file;
	if (watch_set(n->flag, &path, 1) == -1)
		log_warnx("cannot watch %s: no memory", path);
	tell(n);
}
