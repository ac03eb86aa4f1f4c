/* SPDX-License-Identifier: ISC */
/*
 * The link to the parent: links to others, the configuration in two steps, and
 * the end.
 */

#include <event2/event.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "control.h"
#include "link_parent.h"
#include "log.h"
#include "loss.h"
#include "openvpn.h"

static int
leased_setup_peer(struct chan *c, uint32_t id, const struct msg_setup_peer *m,
    int fd)
{
	leased_link(chan_arg(c), m, fd);
	return (0);
}

static int
leased_setup_stop(struct chan *c, uint32_t id, const struct msg_setup_stop *m)
{
	struct msg_setup_stopped stopped = { .failed = 0 };
	struct leased *l = chan_arg(c);

	leased_stop(l);
	(void)chan_send_setup_stopped(c, id, &stopped, -1);
	/* The database is closed: handle no further message. */
	chan_pause(c);
	event_base_loopbreak(l->base);
	return (0);
}

static int
leased_conf_gateway(struct chan *c, uint32_t id,
    const struct msg_conf_gateway *m)
{
	struct conf *s = childconf_shadow(c);

	s->gateway = *m;
	s->has_gateway = true;
	return (0);
}

static int
leased_conf_network(struct chan *c, uint32_t id,
    const struct msg_conf_network *m)
{
	conf_add_network(childconf_shadow(c), m);
	return (0);
}

static int
leased_conf_ctl(struct chan *c, uint32_t id, const struct msg_conf_ctl *m,
    int fd)
{
	struct conf *s = childconf_shadow(c);

	if (s->ctl_fd != -1)
		close(s->ctl_fd);
	s->ctl_fd = fd;
	return (0);
}

static int
leased_conf_access(struct chan *c, uint32_t id, const struct msg_conf_access *m)
{
	struct conf *s = childconf_shadow(c);

	s->access_mode = m->mode;
	s->require_contact = m->require_contact;
	return (0);
}

static int
leased_conf_access_name(struct chan *c, uint32_t id,
    const struct msg_conf_access_name *m)
{
	conf_add_access(childconf_shadow(c), m);
	return (0);
}

static int
leased_conf_access_addr(struct chan *c, uint32_t id,
    const struct msg_conf_access_addr *m)
{
	conf_add_addr(childconf_shadow(c), m);
	return (0);
}

static int
leased_conf_sync(struct chan *c, uint32_t id, const struct msg_conf_sync *m)
{
	struct conf *s = childconf_shadow(c);

	s->max_remove = m->max_remove_percent;
	return (0);
}

static int
leased_conf_mesh(struct chan *c, uint32_t id, const struct msg_conf_mesh *m)
{
	struct conf *s = childconf_shadow(c);

	s->mesh = *m;
	return (0);
}

static int
leased_conf_reach(struct chan *c, uint32_t id, const struct msg_conf_reach *m)
{
	conf_add_reach(childconf_shadow(c), m);
	return (0);
}

static int
leased_conf_maintenance(struct chan *c, uint32_t id,
    const struct msg_conf_maintenance *m)
{
	struct leased *l = chan_arg(c);

	if (l->maintenance_file != (m->on != 0))
		log_notice("maintenance %s, by the file", m->on ? "on" : "off");
	l->maintenance_file = m->on;
	return (0);
}

static int
leased_conf_off(struct chan *c, uint32_t id, const struct msg_conf_off *m)
{
	struct leased *l = chan_arg(c);

	l->off = *m;
	return (0);
}

static int
leased_conf_openvpn(struct chan *c, uint32_t id,
    const struct msg_conf_openvpn *m, int fd)
{
	ovpn_socket(chan_arg(c), m, fd);
	return (0);
}

static int
leased_conf_openvpn_fail(struct chan *c, uint32_t id,
    const struct msg_conf_openvpn_fail *m)
{
	ovpn_failed(chan_arg(c), m->name);
	return (0);
}

static int
leased_conf_openvpn_end(struct chan *c, uint32_t id)
{
	ovpn_gathered(chan_arg(c));
	return (0);
}

static void *
conf_begin_cb(void *arg, uint32_t generation)
{
	return (conf_new(generation));
}

static const char *
conf_check_cb(void *arg, void *shadow)
{
	struct leased *l = arg;
	struct conf *s = shadow;
	const char *error;

	if ((error = conf_check(s, l->conf)) != NULL || l->conf == NULL)
		return (error);
	if (loss_allowed(&l->reg, s, l->childconf.force ? 0 : l->spared,
		l->childconf.text, sizeof(l->childconf.text)) ||
	    l->childconf.force)
		return (NULL);
	snprintf(s->error, sizeof(s->error),
	    "%.400s: if that is meant: sallyctl reload force",
	    l->childconf.text);
	return (s->error);
}

static int
conf_commit_cb(void *arg, void *shadow)
{
	leased_commit(arg, shadow);
	return (0);
}

static void
conf_drop_cb(void *shadow)
{
	conf_free(shadow);
}

const struct childconf_ops conf_ops = {
	.begin = conf_begin_cb,
	.check = conf_check_cb,
	.commit = conf_commit_cb,
	.drop = conf_drop_cb,
};

static void
config_closed(struct chan *c, const char *reason)
{
	struct leased *l = chan_arg(c);

	log_info("link to the parent: %s; leaving", reason);
	leased_stop(l);
	l->parent = NULL;
	chan_free(c);
	event_base_loopbreak(l->base);
}

static const struct chan_handler parent_table[] = {
	ON(setup_peer, CONF_ANY, leased_setup_peer),
	ON(setup_stop, CONF_ANY, leased_setup_stop),
	CHILDCONF_ROWS,
	ON(conf_gateway, CONF_OPEN, leased_conf_gateway),
	ON(conf_network, CONF_OPEN, leased_conf_network),
	ON(conf_ctl, CONF_OPEN, leased_conf_ctl),
	ON(conf_access, CONF_OPEN, leased_conf_access),
	ON(conf_access_name, CONF_OPEN, leased_conf_access_name),
	ON(conf_access_addr, CONF_OPEN, leased_conf_access_addr),
	ON(conf_sync, CONF_OPEN, leased_conf_sync),
	ON(conf_mesh, CONF_OPEN, leased_conf_mesh),
	ON(conf_reach, CONF_OPEN, leased_conf_reach),
	ON(conf_maintenance, CONF_ANY, leased_conf_maintenance),
	ON(conf_off, CONF_ANY, leased_conf_off),
	ON(conf_openvpn, CONF_ANY, leased_conf_openvpn),
	ON(conf_openvpn_fail, CONF_ANY, leased_conf_openvpn_fail),
	ON(conf_openvpn_end, CONF_ANY, leased_conf_openvpn_end),
};

const struct chan_ops parent_ops = {
	.table = parent_table,
	.n = sizeof(parent_table) / sizeof(parent_table[0]),
	.closed = config_closed,
};
