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

#include "leased.h"
#include "log.h"

static int
config_peer(struct chan *c, uint32_t id, struct ibuf *b, int fd)
{
	struct msg_setup_peer m;

	if (msg_setup_peer_get(b, &m) == -1) {
		close(fd);
		return (-1);
	}
	leased_link(chan_arg(c), &m, fd);
	return (0);
}

static int
config_begin(struct chan *c, uint32_t id, struct ibuf *b, int fd)
{
	struct leased *sp = chan_arg(c);
	struct msg_conf_begin m;

	if (msg_conf_begin_get(b, &m) == -1)
		return (-1);
	conf_free(sp->shadow);
	sp->shadow = conf_new(m.generation);
	return (0);
}

/* The slices belong between CONF_BEGIN and CONF_COMMIT. */
static struct conf *
shadow(struct chan *c)
{
	struct leased *sp = chan_arg(c);

	if (sp->shadow == NULL)
		log_warnx("a part of the configuration without its begin");
	return (sp->shadow);
}

static int
config_gateway(struct chan *c, uint32_t id, struct ibuf *b, int fd)
{
	struct conf *s;

	if ((s = shadow(c)) == NULL ||
	    msg_conf_gateway_get(b, &s->gateway) == -1)
		return (-1);
	s->has_gateway = true;
	return (0);
}

static int
config_network(struct chan *c, uint32_t id, struct ibuf *b, int fd)
{
	struct msg_conf_network m;
	struct conf *s;

	if ((s = shadow(c)) == NULL || msg_conf_network_get(b, &m) == -1)
		return (-1);
	conf_add_network(s, &m);
	return (0);
}

static int
config_ctl(struct chan *c, uint32_t id, struct ibuf *b, int fd)
{
	struct msg_conf_ctl m;
	struct conf *s;

	if ((s = shadow(c)) == NULL || msg_conf_ctl_get(b, &m) == -1) {
		close(fd);
		return (-1);
	}
	if (s->ctl_fd != -1)
		close(s->ctl_fd);
	s->ctl_fd = fd;
	return (0);
}

static int
config_access(struct chan *c, uint32_t id, struct ibuf *b, int fd)
{
	struct msg_conf_access m;
	struct conf *s;

	if ((s = shadow(c)) == NULL || msg_conf_access_get(b, &m) == -1)
		return (-1);
	s->access_mode = m.mode;
	return (0);
}

static int
config_access_name(struct chan *c, uint32_t id, struct ibuf *b, int fd)
{
	struct msg_conf_access_name m;
	struct conf *s;

	if ((s = shadow(c)) == NULL || msg_conf_access_name_get(b, &m) == -1)
		return (-1);
	conf_add_access(s, &m);
	return (0);
}

static int
config_backup(struct chan *c, uint32_t id, struct ibuf *b, int fd)
{
	struct msg_conf_backup m;
	struct conf *s;

	if ((s = shadow(c)) == NULL || msg_conf_backup_get(b, &m) == -1)
		return (-1);
	s->backups = m.keep;
	return (0);
}

static int
config_sync(struct chan *c, uint32_t id, struct ibuf *b, int fd)
{
	struct msg_conf_sync m;
	struct conf *s;

	if ((s = shadow(c)) == NULL || msg_conf_sync_get(b, &m) == -1)
		return (-1);
	s->max_remove = m.max_remove_percent;
	return (0);
}

/* These two come at any time. */
static int
config_maintenance(struct chan *c, uint32_t id, struct ibuf *b, int fd)
{
	struct leased *sp = chan_arg(c);
	struct msg_conf_maintenance m;

	if (msg_conf_maintenance_get(b, &m) == -1)
		return (-1);
	if (sp->maintenance_file != (m.on != 0))
		log_notice("maintenance %s, by the file", m.on ? "on" : "off");
	sp->maintenance_file = m.on;
	return (0);
}

static int
config_openvpn(struct chan *c, uint32_t id, struct ibuf *b, int fd)
{
	struct msg_conf_openvpn m;

	if (msg_conf_openvpn_get(b, &m) == -1) {
		close(fd);
		return (-1);
	}
	ovpn_socket(chan_arg(c), &m, fd);
	return (0);
}

static int
config_openvpn_end(struct chan *c, uint32_t id, struct ibuf *b, int fd)
{
	ovpn_gathered(chan_arg(c));
	return (0);
}

static int
config_end(struct chan *c, uint32_t id, struct ibuf *b, int fd)
{
	struct leased *sp = chan_arg(c);
	const char *error;
	int r;

	if (shadow(c) == NULL)
		return (-1);
	error = conf_check(sp->shadow, sp->conf);
	r = child_conf_answer(c, id, sp->shadow->generation, error);
	if (error != NULL) {
		conf_free(sp->shadow);
		sp->shadow = NULL;
	}
	return (r);
}

static int
config_commit(struct chan *c, uint32_t id, struct ibuf *b, int fd)
{
	struct leased *sp = chan_arg(c);
	struct msg_conf_commit m;

	if (msg_conf_commit_get(b, &m) == -1)
		return (-1);
	if (sp->shadow == NULL || sp->shadow->generation != m.generation) {
		log_warnx("told to use configuration %u, which is not here",
		    m.generation);
		return (-1);
	}
	leased_commit(sp);
	return (0);
}

static int
config_abort(struct chan *c, uint32_t id, struct ibuf *b, int fd)
{
	struct leased *sp = chan_arg(c);
	struct msg_conf_abort m;

	if (msg_conf_abort_get(b, &m) == -1)
		return (-1);
	conf_free(sp->shadow);
	sp->shadow = NULL;
	return (0);
}

static int
config_stop(struct chan *c, uint32_t id, struct ibuf *b, int fd)
{
	struct leased *sp = chan_arg(c);
	struct msg_setup_stop m;

	if (msg_setup_stop_get(b, &m) == -1)
		return (-1);
	leased_stop(sp);
	(void)chan_send_bare(c, MSG_SETUP_STOPPED, id);
	/* Nothing more is handled: the database is closed. */
	chan_pause(c);
	event_base_loopbreak(sp->base);
	return (0);
}

static int
config_result(struct chan *c, uint32_t id, struct ibuf *b, int fd)
{
	struct msg_ctl_result m;

	if (msg_ctl_result_get(b, &m) == -1)
		return (-1);
	control_parent(chan_arg(c), id, &m);
	return (0);
}

static void
config_closed(struct chan *c, const char *reason)
{
	struct leased *sp = chan_arg(c);

	log_info("link to the parent: %s; leaving", reason);
	leased_stop(sp);
	sp->parent = NULL;
	chan_free(c);
	event_base_loopbreak(sp->base);
}

static const struct chan_handler parent_table[] = {
	RAW(SETUP_PEER, 1, config_peer),
	RAW(CONF_BEGIN, 1, config_begin),
	RAW(CONF_GATEWAY, 1, config_gateway),
	RAW(CONF_NETWORK, 1, config_network),
	RAW(CONF_CTL, 1, config_ctl),
	RAW(CONF_ACCESS, 1, config_access),
	RAW(CONF_ACCESS_NAME, 1, config_access_name),
	RAW(CONF_BACKUP, 1, config_backup),
	RAW(CONF_SYNC, 1, config_sync),
	RAW(CONF_MAINTENANCE, 1, config_maintenance),
	RAW(CONF_OPENVPN, 1, config_openvpn),
	RAW(CONF_OPENVPN_END, 1, config_openvpn_end),
	RAW(CONF_END, 1, config_end),
	RAW(CONF_COMMIT, 1, config_commit),
	RAW(CONF_ABORT, 1, config_abort),
	ON(setup_verbose, 1, child_verbose),
	RAW(SETUP_STOP, 1, config_stop),
	RAW(CTL_RESULT, 1, config_result),
};

const struct chan_ops parent_ops = { parent_table,
	sizeof(parent_table) / sizeof(parent_table[0]), NULL, NULL,
	config_closed };
