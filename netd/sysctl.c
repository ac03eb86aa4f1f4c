/* SPDX-License-Identifier: ISC */
/*
 * Forwarding, through files that the parent opened.  What was there before is
 * put back at the end.  That it was off is noted in the kernel, as a route in a
 * table that nobody looks into: the next process finds it after a crash.
 */

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "hand.h"
#include "log.h"

static const char *const names[SYSCTLS] = { "net.ipv4.ip_forward",
	"net.ipv6.conf.all.forwarding" };

static bool
wants_forward(const struct kern *k)
{
	struct knet	*n;

	TAILQ_FOREACH(n, &k->nets, entry) {
		if (n->conf.wan[0] != '\0' || !n->conf.isolate)
			return (true);
	}
	return (false);
}

/* The note of one of them: addresses that no packet ever has. */
static void
note_of(size_t i, struct kern_route *r)
{
	memset(r, 0, sizeof(*r));
	(void)prefix_parse(i == 0 ? "192.0.0.8/32" : "100::/128", &r->dst);
	r->table = SALLYPORT_NOTES;
	r->unreachable = true;
}

static bool
noted(struct kern *k, size_t i)
{
	struct kern_route	 have[KERN_ROUTES_MAX], note;
	size_t			 n, j;

	note_of(i, &note);
	if (k->ops->route_list(k->io, have, KERN_ROUTES_MAX, &n) == -1)
		return (false);
	for (j = 0; j < n; j++) {
		if (have[j].table == note.table &&
		    prefix_cmp(&have[j].dst, &note.dst) == 0)
			return (true);
	}
	return (false);
}

static void
enable(struct kern *k, size_t i)
{
	struct ksysctl		*s = &k->sysctl[i];
	struct kern_route	 note;
	const char		*name = names[i];
	ssize_t			 n;

	n = pread(s->fd, s->old, sizeof(s->old) - 1, 0);
	if (n <= 0) {
		log_warn("cannot read %s", name);
		return;
	}
	s->old[n] = '\0';
	/* 2 is a stronger 1 in some of them. */
	if (s->old[0] != '0') {
		if (noted(k, i)) {
			(void)strlcpy(s->old, "0\n", sizeof(s->old));
			s->changed = true;
		}
		return;
	}
	note_of(i, &note);
	if (k->ops->route_add(k->io, &note) == -1 && errno != EEXIST)
		log_warnx("cannot note that %s was off: %s", name,
		    k->ops->error(k->io));
	if (pwrite(s->fd, "1\n", 2, 0) != 2) {
		log_warn("cannot set %s: forwarding stays off; set it with "
			 "sysctl(8)",
		    name);
		return;
	}
	s->changed = true;
	log_info("set %s", name);
}

/* We had set it: others did, if it is off.  What was before us stays noted. */
static unsigned int
again(struct kern *k, size_t i)
{
	char	 now;

	if (pread(k->sysctl[i].fd, &now, 1, 0) != 1 || now != '0' ||
	    pwrite(k->sysctl[i].fd, "1\n", 2, 0) != 2)
		return (0);
	drift_say(k, NULL, names[i], NULL);
	return (1);
}

unsigned int
sysctl_ensure(struct kern *k)
{
	unsigned int	 changes = 0;
	size_t		 i;

	if (!wants_forward(k)) {
		sysctl_undo(k);
		return (0);
	}
	for (i = 0; i < SYSCTLS; i++) {
		if (k->sysctl[i].fd == -1)
			continue;
		if (k->sysctl[i].changed)
			changes += again(k, i);
		else
			enable(k, i);
	}
	return (changes);
}

void
sysctl_undo(struct kern *k)
{
	struct kern_route	 note;
	struct ksysctl		*s;
	size_t			 i, len;

	for (i = 0; i < SYSCTLS; i++) {
		s = &k->sysctl[i];
		if (s->fd == -1 || !s->changed)
			continue;
		len = strlen(s->old);
		if (pwrite(s->fd, s->old, len, 0) != (ssize_t)len)
			log_warn("cannot put %s back", names[i]);
		s->changed = false;
		note_of(i, &note);
		if (k->ops->route_del(k->io, &note) == -1)
			log_warnx("cannot remove the note about %s", names[i]);
	}
}
