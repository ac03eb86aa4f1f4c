/* SPDX-License-Identifier: ISC */
/*
 * The users that the children become, and the group that may use the control
 * socket.  If one is missing, the start ends with a text that says what to do.
 */

#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <unistd.h>

#include "log.h"
#include "netd.h"
#include "users.h"

#define CTL_GROUP	"sallyport"
#define EXIT_NOUSER	67

static void
find_user(const struct netd *n, const char *name, uint32_t *uid, uint32_t *gid)
{
	const struct passwd *pw;

	*uid = geteuid();
	*gid = getegid();
	if (n->nouser)
		return;
	pw = getpwnam(name);
	if (pw == NULL && n->trial) {
		log_warnx(
		    "there is no user %s: run systemd-sysusers before the start",
		    name);
		*uid = *gid = USERS_NOBODY;
		return;
	}
	if (pw == NULL) {
		log_warnx(
		    "there is no user %s: run systemd-sysusers, or useradd -r %s",
		    name, name);
		exit(EXIT_NOUSER);
	}
	if (pw->pw_uid == 0) {
		log_warnx("the user %s is root: it must not be", name);
		exit(EXIT_NOUSER);
	}
	*uid = pw->pw_uid;
	*gid = pw->pw_gid;
}

void
users_find(struct netd *n)
{
	const struct group *gr;

	find_user(n, "_sallynet", &n->uid[P_HAND], &n->gid[P_HAND]);
	if (n->is_agent)
		find_user(n, "_sallyagent", &n->uid[P_AGENT], &n->gid[P_AGENT]);
	else {
		find_user(n, "_sallylease", &n->uid[P_LEASED],
		    &n->gid[P_LEASED]);
		find_user(n, "_sallyapi", &n->uid[P_APID], &n->gid[P_APID]);
	}
	find_user(n, "_sallykey", &n->uid[P_KEY], &n->gid[P_KEY]);
	find_user(n, "_sallywg", &n->wg_uid, &n->wg_gid);
	n->ctl_gid = getegid();
	if (n->nouser)
		return;
	gr = getgrnam(CTL_GROUP);
	if (n->trial) {
		if (gr == NULL)
			log_warnx("there is no group " CTL_GROUP
				  ": run systemd-sysusers before the start");
		return;
	}
	if (gr == NULL) {
		log_warnx("there is no group " CTL_GROUP
			  ": run systemd-sysusers, or groupadd -r " CTL_GROUP);
		exit(EXIT_NOUSER);
	}
	n->ctl_gid = gr->gr_gid;
}
