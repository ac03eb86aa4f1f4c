/* SPDX-License-Identifier: ISC */
/*
 * The real system underneath: rtnetlink, and WireGuard in the kernel or in user
 * space.  This file only joins the parts to one table.
 */

#include <linux/netlink.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fw.h"
#include "fw_count.h"
#include "fw_elem.h"
#include "gre.h"
#include "kern_ops.h"
#include "nl.h"
#include "nl_event.h"
#include "nl_link.h"
#include "nl_route.h"
#include "nl_tunnel.h"
#include "wg_kernel.h"
#include "wg_uapi.h"

struct kern_io {
	struct nl_conn	 route;
	struct nl_conn	 events;
	struct wg_kernel wg;
	struct wg_uapi	 uapi;
	struct gre	 gre;
	struct fw	 fw;
	char		 text[NL_TEXT + 64];
};

static void
io_close(struct kern_io *io)
{
	int e = errno;

	if (io == NULL)
		return;
	nl_conn_close(&io->route);
	nl_conn_close(&io->events);
	wg_kernel_close(&io->wg);
	wg_uapi_close(&io->uapi);
	gre_close(&io->gre);
	fw_close(&io->fw);
	free(io);
	errno = e;
}

static struct kern_io *
io_open(void)
{
	struct kern_io *io;

	io = calloc(1, sizeof(*io));
	if (io == NULL)
		return (NULL);
	if (nl_conn_open(&io->route, NETLINK_ROUTE) == -1 ||
	    nl_event_open(&io->events) == -1 || wg_kernel_open(&io->wg) == -1 ||
	    wg_uapi_open(&io->uapi) == -1 || fw_open(&io->fw) == -1) {
		io_close(io);
		return (NULL);
	}
	return (io);
}

static const char *
io_error(const struct kern_io *io)
{
	return (io->text);
}

/*
 * Keep the reason of a failure: errno as text, and the other side's own text.
 */
static int
note(struct kern_io *io, int r, const char *more)
{
	int e = errno;

	if (r == 0)
		return (0);
	if (more[0] != '\0')
		snprintf(io->text, sizeof(io->text), "%s (%s)", strerror(e),
		    more);
	else
		snprintf(io->text, sizeof(io->text), "%s", strerror(e));
	errno = e;
	return (-1);
}

static int
io_notify_fd(const struct kern_io *io)
{
	return (io->events.fd);
}

static void
io_notify_read(struct kern_io *io,
    void (*cb)(const struct kern_event *, void *), void *arg)
{
	nl_event_read(&io->events, cb, arg);
}

static int
io_link_get(struct kern_io *io, const char *name, struct kern_link *l)
{
	return (note(io, nl_link_get(&io->route, name, l), io->route.text));
}

static int
io_link_there(struct kern_io *io, int ifindex)
{
	return (note(io, nl_link_there(&io->route, ifindex), io->route.text));
}

static int
io_link_find(struct kern_io *io, const char *alias, unsigned int skip,
    char name[IFNAME_SIZE], struct kern_link *l)
{
	return (note(io, nl_link_find(&io->route, alias, skip, name, l),
	    io->route.text));
}

static int
io_tunnel_find(struct kern_io *io, kern_tunnel *want, const void *arg,
    char name[IFNAME_SIZE])
{
	return (note(io, gre_list_seek(&io->route, want, arg, name),
	    io->route.text));
}

static int
io_link_add(struct kern_io *io, const char *name)
{
	if (note(io, nl_link_add(&io->route, name), io->route.text) == -1)
		return (-1);
	/* This may have loaded the module, which brings the family. */
	(void)wg_kernel_find(&io->wg);
	return (0);
}

static int
io_link_del(struct kern_io *io, int ifindex)
{
	return (note(io, nl_link_del(&io->route, ifindex), io->route.text));
}

static int
io_link_set(struct kern_io *io, int ifindex, const struct kern_linkset *s)
{
	return (note(io, nl_link_set(&io->route, ifindex, s), io->route.text));
}

static int
io_addr_list(struct kern_io *io, int ifindex, struct kern_addr *list,
    size_t max, size_t *n)
{
	return (note(io, nl_addr_list(&io->route, ifindex, list, max, n),
	    io->route.text));
}

static int
io_addr_others(struct kern_io *io, int ifindex, kern_want *want,
    const void *arg, struct prefix *list, size_t max, size_t *n)
{
	return (note(io,
	    nl_addr_others(&io->route, ifindex, want, arg, list, max, n),
	    io->route.text));
}

static int
io_addr_add(struct kern_io *io, int ifindex, const struct prefix *p)
{
	return (note(io, nl_addr_add(&io->route, ifindex, p), io->route.text));
}

static int
io_addr_del(struct kern_io *io, int ifindex, const struct prefix *p)
{
	return (note(io, nl_addr_del(&io->route, ifindex, p), io->route.text));
}

static int
io_route_list(struct kern_io *io, uint32_t table, int ifindex,
    struct kern_routes *l)
{
	return (note(io, nl_route_list(&io->route, table, ifindex, l),
	    io->route.text));
}

static int
io_route_add(struct kern_io *io, const struct kern_route *r)
{
	return (note(io, nl_route_add(&io->route, r), io->route.text));
}

static int
io_route_del(struct kern_io *io, const struct kern_route *r)
{
	return (note(io, nl_route_del(&io->route, r), io->route.text));
}

static int
io_route_default(struct kern_io *io, uint8_t family, int ifindex,
    struct kern_route *r)
{
	return (note(io, nl_route_default(&io->route, family, ifindex, r),
	    io->route.text));
}

static int
io_route_other(struct kern_io *io, uint32_t table, uint8_t *proto)
{
	return (
	    note(io, nl_route_other(&io->route, table, proto), io->route.text));
}

static int
io_route_connected(struct kern_io *io, int ifindex, struct kern_routes *l)
{
	return (note(io, nl_route_connected(&io->route, ifindex, l),
	    io->route.text));
}

static int
io_rule_list(struct kern_io *io, struct kern_rules *l)
{
	return (note(io, nl_rule_list(&io->route, l), io->route.text));
}

static int
io_rule_add(struct kern_io *io, const struct kern_rule *r)
{
	return (note(io, nl_rule_add(&io->route, r), io->route.text));
}

static int
io_rule_del(struct kern_io *io, const struct kern_rule *r)
{
	return (note(io, nl_rule_del(&io->route, r), io->route.text));
}

static int
io_tunnel_set(struct kern_io *io, const struct kern_tunnel *t)
{
	return (note(io, nl_tunnel_set(&io->route, t), io->route.text));
}

static int
io_tunnel_clear(struct kern_io *io)
{
	return (note(io, nl_tunnel_clear(&io->route), io->route.text));
}

static int
io_fw_look(struct kern_io *io, unsigned int i, char owner[FW_OWNER_SIZE])
{
	int state = fw_look(&io->fw, i, owner);

	return (state == -1 ? note(io, -1, io->fw.nl.text) : state);
}

static int
io_fw_set(struct kern_io *io, unsigned int i, const char *owner,
    const struct kern_fw *f, size_t n)
{
	return (note(io, fw_set(&io->fw, i, owner, f, n), io->fw.nl.text));
}

static int
io_fw_elems(struct kern_io *io, unsigned int i, const char *network,
    const struct kern_fw_elem *e, size_t n)
{
	return (note(io, fw_elems(&io->fw, i, network, e, n), io->fw.nl.text));
}

static int
io_fw_elem_list(struct kern_io *io, unsigned int i, const char *network,
    struct kern_fw_elems *l)
{
	return (note(io, fw_elem_list(&io->fw, i, network, l), io->fw.nl.text));
}

static int
io_fw_counts(struct kern_io *io, unsigned int i, kern_count_cb *cb, void *arg)
{
	return (note(io, fw_count_list(&io->fw, i, cb, arg), io->fw.nl.text));
}

static int
io_wg_set(struct kern_io *io, const struct wg_dev *d, const uint8_t *priv,
    int port)
{
	if (d->backend == BACKEND_USERSPACE)
		return (note(io, wg_uapi_set(&io->uapi, d->fd, priv, port),
		    io->uapi.text));
	return (note(io, wg_kernel_set(&io->wg, d->ifindex, priv, port),
	    io->wg.nl.text));
}

static int
io_wg_mark(struct kern_io *io, const struct wg_dev *d, uint32_t mark)
{
	if (d->backend == BACKEND_USERSPACE)
		return (note(io, wg_uapi_mark(&io->uapi, d->fd, mark),
		    io->uapi.text));
	return (note(io, wg_kernel_mark(&io->wg, d->ifindex, mark),
	    io->wg.nl.text));
}

static int
io_wg_peers(struct kern_io *io, const struct wg_dev *d,
    const struct peer_op *ops, size_t n)
{
	if (d->backend == BACKEND_GRE)
		return (note(io, gre_peers(&io->gre, &io->route, d, ops, n),
		    io->route.text));
	if (d->backend == BACKEND_USERSPACE)
		return (note(io, wg_uapi_peers(&io->uapi, d->fd, ops, n),
		    io->uapi.text));
	return (note(io, wg_kernel_peers(&io->wg, d->ifindex, ops, n),
	    io->wg.nl.text));
}

static int
io_wg_dump(struct kern_io *io, const struct wg_dev *d, struct snapshot *s)
{
	if (d->backend == BACKEND_GRE)
		return (note(io, gre_dump(&io->gre, &io->route, d, s),
		    io->route.text));
	if (d->backend == BACKEND_USERSPACE)
		return (
		    note(io, wg_uapi_dump(&io->uapi, d->fd, s), io->uapi.text));
	return (
	    note(io, wg_kernel_dump(&io->wg, d->ifindex, s), io->wg.nl.text));
}

const struct kern_ops kern_ops = {
	.open = io_open,
	.close = io_close,
	.error = io_error,
	.notify_fd = io_notify_fd,
	.notify_read = io_notify_read,
	.link_get = io_link_get,
	.link_there = io_link_there,
	.link_find = io_link_find,
	.tunnel_find = io_tunnel_find,
	.link_add = io_link_add,
	.link_del = io_link_del,
	.link_set = io_link_set,
	.addr_list = io_addr_list,
	.addr_others = io_addr_others,
	.addr_add = io_addr_add,
	.addr_del = io_addr_del,
	.route_list = io_route_list,
	.route_add = io_route_add,
	.route_del = io_route_del,
	.route_default = io_route_default,
	.route_other = io_route_other,
	.route_connected = io_route_connected,
	.rule_list = io_rule_list,
	.rule_add = io_rule_add,
	.rule_del = io_rule_del,
	.tunnel_set = io_tunnel_set,
	.tunnel_clear = io_tunnel_clear,
	.fw_look = io_fw_look,
	.fw_set = io_fw_set,
	.fw_elems = io_fw_elems,
	.fw_elem_list = io_fw_elem_list,
	.fw_counts = io_fw_counts,
	.wg_set = io_wg_set,
	.wg_mark = io_wg_mark,
	.wg_peers = io_wg_peers,
	.wg_dump = io_wg_dump,
};
