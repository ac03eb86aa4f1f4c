/* SPDX-License-Identifier: ISC */
/*
 * Giving up root.  Capabilities are set by system calls, since libcap does no
 * more.
 */

#include <sys/prctl.h>
#include <sys/syscall.h>

#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <string.h>
#include <unistd.h>

#include "log.h"
#include "privs.h"

/* Make sure that no later exec, of whatever program, gets a capability back. */
static int
drop_bounding(uint32_t keep)
{
	unsigned long cap;

	for (cap = 0; prctl(PR_CAPBSET_READ, cap, 0, 0, 0) >= 0; cap++)
		if ((cap >= 32 || (keep & 1U << cap) == 0) &&
		    prctl(PR_CAPBSET_DROP, cap, 0, 0, 0) == -1 &&
		    errno != EPERM) {	/* EPERM: we had no such privilege */
			log_warn("cannot drop capability %lu", cap);
			return (-1);
		}
	return (0);
}

static int
set_ids(uid_t uid, gid_t gid)
{
	gid_t rg, eg, sg;
	uid_t ru, eu, su;

	if (uid == 0 || gid == 0) {
		log_warnx("told to run as root");
		return (-1);
	}
	if (prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) == -1 ||
	    setgroups(1, &gid) == -1 || setresgid(gid, gid, gid) == -1 ||
	    setresuid(uid, uid, uid) == -1) {
		log_warn("cannot become user %u, group %u", uid, gid);
		return (-1);
	}
	if (getresuid(&ru, &eu, &su) == -1 || getresgid(&rg, &eg, &sg) == -1 ||
	    ru != uid || eu != uid || su != uid || rg != gid || eg != gid ||
	    sg != gid) {
		log_warnx("became somebody else than user %u", uid);
		return (-1);
	}
	return (0);
}

static int
set_caps(uint32_t keep, bool pass_on, bool may_lack)
{
	struct __user_cap_header_struct head = {
		.version = _LINUX_CAPABILITY_VERSION_3
	};
	struct __user_cap_data_struct data[2];
	unsigned long cap;

	if (syscall(SYS_capget, &head, data) == -1)
		goto fail;
	if ((data[0].permitted & keep) != keep) {
		if (!may_lack) {
			log_warnx(
			    "a capability is missing: netd must be started as root");
			return (-1);
		}
		keep = 0;
	}
	memset(data, 0, sizeof(data));
	data[0].effective = data[0].permitted = keep;
	data[0].inheritable = pass_on ? keep : 0;
	if (syscall(SYS_capset, &head, data) == -1 ||
	    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) == -1)
		goto fail;
	for (cap = 0; pass_on && cap < 32; cap++)
		if ((keep & 1U << cap) != 0 &&
		    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, cap, 0, 0) ==
		    -1)
			goto fail;
	return (0);
fail:
	log_warn("cannot set capabilities");
	return (-1);
}

int
privs_effective(uint32_t *caps)
{
	struct __user_cap_header_struct head = {
		.version = _LINUX_CAPABILITY_VERSION_3
	};
	struct __user_cap_data_struct data[2];

	if (syscall(SYS_capget, &head, data) == -1)
		return (-1);
	*caps = data[0].effective;
	return (0);
}

int
privs_drop(const struct privs *p)
{
	if (drop_bounding(p->pass_on ? p->caps : 0) == -1 ||
	    (!p->keep_user && set_ids(p->uid, p->gid) == -1))
		return (-1);
	return (set_caps(p->caps, p->pass_on, p->keep_user));
}
