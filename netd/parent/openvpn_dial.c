/* SPDX-License-Identifier: ISC */
/*
 * Management sockets of OpenVPN.  They belong to root, so they are connected
 * here and passed to leased, which talks to OpenVPN.  No byte of them is read
 * here, and nothing waits: a socket that does not accept the connection at once
 * is left out.
 */

#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "dial.h"
#include "files.h"
#include "log.h"
#include "netd.h"
#include "openvpn_dial.h"
#include "proc.h"

#define SOCKETS_MAX	64
#define REQUESTS_MAX	5	/* at once, and one more each second */

/* There may be a server that leased cannot ask now. */
static void
tell_failed(struct proc *p, const char *path)
{
	struct msg_conf_openvpn_fail m;

	memset(&m, 0, sizeof(m));
	strlcpy(m.name, strrchr(path, '/') + 1, sizeof(m.name));
	(void)chan_send_conf_openvpn_fail(p->chan, 0, &m, -1);
}

static void
hand_over(struct proc *p, const char *path)
{
	struct msg_conf_openvpn m;
	const char *name;
	int fd;

	name = strrchr(path, '/') + 1;
	memset(&m, 0, sizeof(m));
	if (strlcpy(m.name, name, sizeof(m.name)) >= sizeof(m.name)) {
		log_warnx("openvpn: the name of %s is longer than %zu bytes",
		    log_vis(path), sizeof(m.name) - 1);
		tell_failed(p, path);
		return;
	}
	if ((fd = dial(path)) == -1) {
		/* It is full of connections, the first of which may be ours. */
		if (errno != EAGAIN)
			log_info("openvpn: cannot connect to %s: %s",
			    log_vis(path), strerror(errno));
		/* Nobody listens on what a server has left behind. */
		if (errno != ECONNREFUSED && errno != ENOENT)
			tell_failed(p, path);
	} else if (chan_send_conf_openvpn(p->chan, 0, &m, fd) == -1)
		log_warn("openvpn: cannot hand %s to %s", log_vis(m.name),
		    p->name);
}

/* leased asks at most once a second; if captured, it could ask without end. */
static bool
may_ask(struct bucket *b)
{
	int64_t s;

	s = mono_diff_ms(mono_now(), b->at) / 1000;
	if (s > 0) {
		b->left = s > REQUESTS_MAX - b->left ? REQUESTS_MAX :
						       b->left + (int)s;
		b->at = mono_now();
	}
	if (b->left == REQUESTS_MAX)
		b->told = false;
	if (b->left > 0) {
		b->left--;
		return (true);
	}
	if (!b->told)
		log_warnx(
		    "openvpn: leased asks for the sockets all the time, as a captured one would: it gets them once a second");
	b->told = true;
	return (false);
}

void
openvpn_connect(struct proc *p)
{
	const char *pattern;
	glob_t g;
	size_t i;
	int r;

	pattern = p->netd->conf->conf->openvpn_sockets;
	if (!may_ask(&p->netd->openvpn)) {
		tell_failed(p, pattern);
		return;
	}
	r = glob(pattern, 0, NULL, &g);
	if (r == GLOB_NOMATCH)
		return;
	if (r != 0) {
		log_warnx("openvpn: cannot look for %s: %s", pattern,
		    r == GLOB_NOSPACE ? "no memory" : "cannot read it");
		tell_failed(p, pattern);
		return;
	}
	if (g.gl_pathc > SOCKETS_MAX)
		log_warnx(
		    "openvpn: %s names %zu sockets; only the first %d are used",
		    pattern, g.gl_pathc, SOCKETS_MAX);
	for (i = 0; i < g.gl_pathc; i++) {
		if (i < SOCKETS_MAX)
			hand_over(p, g.gl_pathv[i]);
		else
			tell_failed(p, g.gl_pathv[i]);
	}
	globfree(&g);
}
