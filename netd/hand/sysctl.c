/* SPDX-License-Identifier: ISC */
/*
 * Forwarding is switched on through files that the parent opened.  Before that,
 * the uplinks that would lose their IPv6 routes by it are prepared.  The old
 * values are restored at the end.  Each change is noted in the kernel, as a
 * route in a table that no rule names, so that the next process finds it after
 * a crash.
 */

#include <sys/socket.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "driftlog.h"
#include "hand.h"
#include "kern_list.h"
#include "kern_ops.h"
#include "log.h"
#include "neighbour.h"
#include "network.h"
#include "sysctl.h"
#include "wanted.h"

#define NAME_SIZE	(IFNAME_SIZE + 32)

void
sysctl_init(struct ksysctl s[SYSCTLS])
{
	size_t i;

	memset(s, 0, SYSCTLS * sizeof(*s));
	for (i = 0; i < SYSCTLS; i++)
		s[i].fd = -1;
}

void
sysctl_close(struct ksysctl s[SYSCTLS])
{
	size_t i;

	for (i = 0; i < SYSCTLS; i++) {
		if (s[i].fd != -1)
			close(s[i].fd);
	}
	sysctl_init(s);
}

static const char *
name_of(const struct hand *k, size_t i, char name[NAME_SIZE])
{
	static const char *const	 names[SYSCTL_UPLINKS] = {
		"net.ipv4.ip_forward", "net.ipv6.conf.all.forwarding",
		"net.ipv4.conf.all.src_valid_mark"
	};

	if (i < SYSCTL_UPLINKS)
		return (names[i]);
	snprintf(name, NAME_SIZE, "net/ipv6/conf/%s/accept_ra",
	    k->sysctl[i].interface);
	return (name);
}

static bool
wants_forward(const struct hand *k)
{
	struct knet *n;

	TAILQ_FOREACH(n, &k->nets, entry) {
		if (n->conf.wan[0] != '\0' || !n->conf.isolate ||
		    n->conf.inbound || n->conf.nreach > 0)
			return (true);
	}
	return (false);
}

/* The note of a change, a route to addresses that no packet ever has. */
static void
note_of(const struct hand *k, size_t i, struct kern_route *r)
{
	static const char *const places[SYSCTL_UPLINKS] = { "192.0.0.8/32",
		"100::/128", "192.0.0.171/32" };

	memset(r, 0, sizeof(*r));
	(void)prefix_parse(places[i < SYSCTL_UPLINKS ? i : 1], &r->dst);
	if (i >= SYSCTL_UPLINKS) {
		r->dst.addr[8] = 1;
		memcpy(r->dst.addr + 12, &k->sysctl[i].ifindex, 4);
	}
	r->table = SALLYPORT_NOTES;
	r->unreachable = true;
}

static bool
noted(struct hand *k, size_t i)
{
	struct kern_routes have = { NULL, 0, 0 };
	struct kern_route note;
	bool found = false;
	size_t j;

	note_of(k, i, &note);
	if (k->ops->route_list(k->io, SALLYPORT_NOTES, 0, &have) == 0) {
		for (j = 0; j < have.n && !found; j++)
			found = prefix_cmp(&have.list[j].dst, &note.dst) == 0;
	}
	kern_routes_clear(&have);
	return (found);
}

/*
 * Change the value from one to the other, if this is wanted and not done yet.
 */
static void
set(struct hand *k, size_t i, const char *from, const char *to, bool wanted)
{
	struct ksysctl *s = &k->sysctl[i];
	struct kern_route note;
	char buf[NAME_SIZE];
	const char *name = name_of(k, i, buf);
	ssize_t n;

	n = pread(s->fd, s->old, sizeof(s->old) - 1, 0);
	if (n <= 0) {
		/* An uplink that was made again has another file. */
		log_warn("cannot read %s: reload to have it opened again",
		    name);
		close(s->fd);
		s->fd = -1;
		return;
	}
	s->old[n] = '\0';
	/* In some of the files, 2 is a stronger 1. */
	if (s->old[0] > from[0] && noted(k, i)) {
		strlcpy(s->old, from, sizeof(s->old));
		s->changed = true;
	}
	if (s->old[0] != from[0] || s->changed || !wanted)
		return;
	note_of(k, i, &note);
	if (k->ops->route_add(k->io, &note) == -1 && errno != EEXIST)
		log_warnx("cannot note what %s was: %s", name,
		    k->ops->error(k->io));
	if (pwrite(s->fd, to, 2, 0) != 2) {
		log_warn("cannot set %s to %c; set it with sysctl(8)", name,
		    to[0]);
		(void)k->ops->route_del(k->io, &note);
		return;
	}
	s->changed = true;
	log_info("set %s to %c", name, to[0]);
}

static void
put_back(struct hand *k, size_t i)
{
	struct ksysctl *s = &k->sysctl[i];
	struct kern_route note;
	char buf[NAME_SIZE], neighbour[IFNAME_SIZE];
	size_t len = strlen(s->old);

	if (s->fd == -1 || !s->changed)
		return;
	if (neighbour_here(k, neighbour)) {
		if (!s->said)
			log_notice(
			    "%s stays as it is: interface %s of another suite, or of a network that is gone, may need it",
			    name_of(k, i, buf), neighbour);
		s->said = true;
		return;
	}
	if (pwrite(s->fd, s->old, len, 0) != (ssize_t)len)
		log_warn("cannot put %s back", name_of(k, i, buf));
	s->changed = false;
	note_of(k, i, &note);
	if (k->ops->route_del(k->io, &note) == -1)
		log_warnx("cannot remove the note about %s",
		    name_of(k, i, buf));
}

/*
 * A host that forwards ignores router advertisements, and would lose the
 * default route that comes from them, or never get it: at boot and on a new
 * interface the first one comes after us.  2 makes it accept them all the same;
 * 0 was somebody's choice and stays.
 */
static void
keep_uplink(struct hand *k, size_t i)
{
	struct ksysctl *s = &k->sysctl[i];
	struct kern_route r;
	struct kern_link l;

	if (k->ops->link_get(k->io, s->interface, &l) == -1)
		return;
	s->ifindex = l.ifindex;
	if (k->ops->route_default(k->io, AF_INET6, l.ifindex, &r) == -1)
		memset(&r, 0, sizeof(r));
	set(k, i, "1\n", "2\n", r.ra || r.oif == 0);
}

/* The place of an uplink, or an empty place. */
static size_t
place_of(const struct ksysctl s[SYSCTLS], const char *interface)
{
	size_t i;

	for (i = SYSCTL_UPLINKS; i < SYSCTLS; i++) {
		if (strcmp(s[i].interface, interface) == 0)
			break;
	}
	return (i);
}

void
sysctl_uplink(struct hand *k, const char *interface, int fd)
{
	struct ksysctl *s;
	struct kern_route note;
	struct kern_link l;
	size_t i;

	i = place_of(k->sysctl, interface);
	if (i == SYSCTLS)
		i = place_of(k->sysctl, "");
	if (i == SYSCTLS) {
		close(fd);
		return;
	}
	s = &k->sysctl[i];
	if (s->fd != -1)
		close(s->fd);
	s->fd = fd;
	s->recalled = false;
	strlcpy(s->interface, interface, sizeof(s->interface));
	/* The changed value has gone with the interface before. */
	if (s->changed &&
	    (k->ops->link_get(k->io, interface, &l) == -1 ||
		l.ifindex != s->ifindex)) {
		note_of(k, i, &note);
		(void)k->ops->route_del(k->io, &note);
		s->changed = false;
	}
	sysctl_ensure(k);
}

void
sysctl_take(struct hand *k, struct ksysctl s[SYSCTLS])
{
	size_t i, to;

	for (i = SYSCTL_UPLINKS; i < SYSCTLS; i++) {
		if (k->sysctl[i].interface[0] == '\0' ||
		    place_of(s, k->sysctl[i].interface) < SYSCTLS)
			continue;
		/*
		 * An uplink whose file was lost is put back, too: its place is
		 * needed.
		 */
		put_back(k, i);
		if (k->sysctl[i].fd != -1)
			close(k->sysctl[i].fd);
		memset(&k->sysctl[i], 0, sizeof(k->sysctl[i]));
		k->sysctl[i].fd = -1;
	}
	for (i = 0; i < SYSCTLS; i++) {
		if (s[i].fd == -1)
			continue;
		to = i;
		if (i >= SYSCTL_UPLINKS)
			to = place_of(k->sysctl, s[i].interface);
		if (to == SYSCTLS)
			to = place_of(k->sysctl, "");
		if (k->sysctl[to].fd != -1)
			close(k->sysctl[to].fd);
		k->sysctl[to].fd = s[i].fd;
		strlcpy(k->sysctl[to].interface, s[i].interface,
		    sizeof(k->sysctl[to].interface));
		s[i].fd = -1;
	}
}

/*
 * Set the value again.  If it is as it was before our change, another program
 * has reset it, and the note of our change stays.
 */
static void
again(struct hand *k, size_t i, const char *from, const char *to)
{
	char now, buf[NAME_SIZE];

	if (pread(k->sysctl[i].fd, &now, 1, 0) != 1 || now != from[0] ||
	    pwrite(k->sysctl[i].fd, to, 2, 0) != 2)
		return;
	drift_say(k, NULL, name_of(k, i, buf), NULL);
}

/*
 * The word that wanted forwarding may have gone while no hand ran: the note of
 * a hand before is all that is left of it.
 */
static void
recall(struct hand *k, size_t i)
{
	struct ksysctl *s = &k->sysctl[i];
	struct kern_link l;

	if (s->recalled || s->fd == -1)
		return;
	if (i >= SYSCTL_UPLINKS) {
		if (k->ops->link_get(k->io, s->interface, &l) == -1)
			return;
		s->ifindex = l.ifindex;
	}
	s->recalled = true;
	if (s->changed || !noted(k, i))
		return;
	strlcpy(s->old, i < SYSCTL_UPLINKS ? "0\n" : "1\n", sizeof(s->old));
	s->changed = true;
}

static bool
is_wan(const struct hand *k, const char *interface)
{
	struct knet *n;

	TAILQ_FOREACH(n, &k->nets, entry) {
		if (strcmp(n->conf.wan, interface) == 0)
			return (true);
	}
	return (false);
}

/*
 * The notes of uplinks that are gone, and their values with them, while no hand
 * lived.
 */
static void
forget_gone(struct hand *k)
{
	struct kern_routes have = { NULL, 0, 0 };
	const struct kern_route *r;
	int ifindex;
	size_t i;

	if (k->ops->route_list(k->io, SALLYPORT_NOTES, 0, &have) == -1)
		log_warnx("cannot look for old notes: %s",
		    k->ops->error(k->io));
	for (i = 0; i < have.n; i++) {
		r = &have.list[i];
		memcpy(&ifindex, r->dst.addr + 12, sizeof(ifindex));
		if (r->dst.family == AF_INET6 && r->dst.addr[8] == 1 &&
		    k->ops->link_there(k->io, ifindex) == -1 &&
		    errno == ENODEV && k->ops->route_del(k->io, r) == -1)
			log_warnx("cannot remove an old note: %s",
			    k->ops->error(k->io));
	}
	kern_routes_clear(&have);
}

static void
undo_forward(struct hand *k)
{
	size_t i;

	forget_gone(k);
	for (i = 0; i < SYSCTLS; i++) {
		if (i == SYSCTL_MARK)
			continue;
		recall(k, i);
		put_back(k, i);
	}
}

/* The reverse path filter looks at the mark of answers to WireGuard, too. */
static void
ensure_mark(struct hand *k)
{
	struct ksysctl *s = &k->sysctl[SYSCTL_MARK];

	if (s->fd == -1)
		return;
	if (!k->tunnel) {
		/* The tunnel of a hand before this one may go on. */
		if (k->mesh_synced) {
			recall(k, SYSCTL_MARK);
			put_back(k, SYSCTL_MARK);
		}
	} else if (s->changed)
		again(k, SYSCTL_MARK, "0\n", "1\n");
	else
		set(k, SYSCTL_MARK, "0\n", "1\n", true);
}

void
sysctl_ensure(struct hand *k)
{
	size_t i;

	ensure_mark(k);
	if (!wants_forward(k)) {
		undo_forward(k);
		return;
	}
	/* Nothing is forwarded that no filter looks at. */
	if (k->firewall == FIREWALL_MANAGE && !k->fw_set)
		return;
	for (i = SYSCTL_UPLINKS; i < SYSCTLS; i++) {
		if (k->sysctl[i].fd != -1 &&
		    !is_wan(k, k->sysctl[i].interface)) {
			recall(k, i);
			put_back(k, i);
		} else if (k->sysctl[i].changed)
			again(k, i, "1\n", "2\n");
		else if (k->sysctl[i].fd != -1)
			keep_uplink(k, i);
	}
	for (i = 0; i < SYSCTL_FORWARDS; i++) {
		if (k->sysctl[i].changed)
			again(k, i, "0\n", "1\n");
		else if (k->sysctl[i].fd != -1)
			set(k, i, "0\n", "1\n", true);
	}
}

void
sysctl_undo(struct hand *k)
{
	undo_forward(k);
	recall(k, SYSCTL_MARK);
	put_back(k, SYSCTL_MARK);
}
