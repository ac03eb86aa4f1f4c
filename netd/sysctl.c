/* SPDX-License-Identifier: ISC */
/*
 * Forwarding, through files that the parent opened.  What was there before is
 * kept, to be put back.
 */

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

static void
enable(struct ksysctl *s, const char *name)
{
	ssize_t	 n;

	n = pread(s->fd, s->old, sizeof(s->old) - 1, 0);
	if (n <= 0) {
		log_warn("cannot read %s", name);
		return;
	}
	s->old[n] = '\0';
	/* 2 is a stronger 1 in some of them. */
	if (s->old[0] != '0')
		return;
	if (pwrite(s->fd, "1\n", 2, 0) != 2) {
		log_warn("cannot set %s: forwarding stays off; set it with "
			 "sysctl(8)",
		    name);
		return;
	}
	s->changed = true;
	log_info("set %s", name);
}

void
sysctl_ensure(struct kern *k)
{
	size_t	 i;

	if (!wants_forward(k)) {
		sysctl_undo(k);
		return;
	}
	for (i = 0; i < SYSCTLS; i++) {
		if (k->sysctl[i].fd != -1 && !k->sysctl[i].changed)
			enable(&k->sysctl[i], names[i]);
	}
}

void
sysctl_undo(struct kern *k)
{
	struct ksysctl	*s;
	size_t		 i, len;

	for (i = 0; i < SYSCTLS; i++) {
		s = &k->sysctl[i];
		if (s->fd == -1 || !s->changed)
			continue;
		len = strlen(s->old);
		if (pwrite(s->fd, s->old, len, 0) != (ssize_t)len)
			log_warn("cannot put %s back", names[i]);
		s->changed = false;
	}
}
