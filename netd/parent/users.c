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

void
users_find(struct netd *n)
{
	static const struct {
		uint8_t role;
		const char *name;
	} users[] = { { P_HAND, "_sallynet" }, { P_LEASED, "_sallylease" },
		{ P_APID, "_sallyapi" }, { P_KEY, "_sallykey" } };
	const struct passwd *pw;
	const struct group *gr;
	size_t i;

	for (i = 0; i < sizeof(users) / sizeof(users[0]); i++) {
		n->uid[users[i].role] = geteuid();
		n->gid[users[i].role] = getegid();
		if (n->nouser)
			continue;
		if ((pw = getpwnam(users[i].name)) == NULL) {
			log_warnx(
			    "there is no user %s: run systemd-sysusers, or useradd -r %s",
			    users[i].name, users[i].name);
			exit(EXIT_NOUSER);
		}
		if (pw->pw_uid == 0) {
			log_warnx("the user %s is root: it must not be",
			    users[i].name);
			exit(EXIT_NOUSER);
		}
		n->uid[users[i].role] = pw->pw_uid;
		n->gid[users[i].role] = pw->pw_gid;
	}
	n->ctl_gid = getegid();
	if (n->nouser)
		return;
	if ((gr = getgrnam(CTL_GROUP)) == NULL) {
		log_warnx("there is no group " CTL_GROUP
			  ": run systemd-sysusers, or groupadd -r " CTL_GROUP);
		exit(EXIT_NOUSER);
	}
	n->ctl_gid = gr->gr_gid;
}
