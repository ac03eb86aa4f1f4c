/* SPDX-License-Identifier: ISC */
/*
 * The table that our packet filter has among those of other suites in the same
 * network namespace.  The table's comment has the names of interfaces: one of
 * ours makes the table ours, also if an earlier process of ours has made it.
 */

#include <errno.h>
#include <string.h>

#include "fwtable.h"
#include "hand.h"
#include "kern_ops.h"
#include "log.h"
#include "neighbour.h"

void
fwtable_text(const struct kern_fw *list, size_t n, char owner[FW_OWNER_SIZE])
{
	size_t i;

	owner[0] = '\0';
	for (i = 0; i < n; i++) {
		if (strlen(owner) + IFNAME_SIZE >= FW_OWNER_SIZE)
			break;
		if (i > 0)
			strlcat(owner, " ", FW_OWNER_SIZE);
		strlcat(owner, list[i].interface, FW_OWNER_SIZE);
	}
}

enum whose {
	WHOSE_OURS,	/* a network of ours has one of the interfaces */
	WHOSE_OTHERS,	/* others' exist */
	WHOSE_NOBODYS
};

/*
 * Tunnels ("spg*") may all be gone although their suite lives; only a start and
 * the end take what was made for them, if no other suite lives.
 */
static enum whose
whose(struct hand *k, const char owner[FW_OWNER_SIZE], bool sweep)
{
	char text[FW_OWNER_SIZE], *next = text, *name;
	enum whose w = WHOSE_NOBODYS;

	strlcpy(text, owner, sizeof(text));
	while ((name = strsep(&next, " ")) != NULL) {
		if (!neighbour_has(k, name))
			return (WHOSE_OURS);
		if (*name != '\0' &&
		    (((!sweep || k->beside) && strchr(name, '*') != NULL) ||
			!neighbour_gone(k, name)))
			w = WHOSE_OTHERS;
	}
	return (w);
}

/*
 * Choose a table: ours, or else one that no other suite and nobody else uses.
 * Returns its enum kern_fw_state, or -1.
 */
static int
choose(struct hand *k)
{
	char owner[FW_OWNER_SIZE];
	enum whose w;
	unsigned int i, unused = FW_TABLES;
	int r, there = 0;

	for (i = 0; i < FW_TABLES; i++) {
		r = k->ops->fw_look(k->io, i, owner);
		if (r == -1)
			return (-1);
		w = r == KERN_FW_NONE	   ? WHOSE_NOBODYS :
		    r == KERN_FW_OTHERS ? WHOSE_OTHERS :
					  whose(k, owner, false);
		if (w == WHOSE_OURS ||
		    (w == WHOSE_NOBODYS && unused == FW_TABLES)) {
			unused = i;
			there = r;
		}
		if (w == WHOSE_OURS)
			break;
	}
	if (unused == FW_TABLES) {
		errno = EBUSY;
		return (-1);
	}
	k->fw_table = unused;
	return (there);
}

int
fwtable_find(struct hand *k)
{
	char owner[FW_OWNER_SIZE];
	int r;

	if (k->fw_set) {
		r = k->ops->fw_look(k->io, k->fw_table, owner);
		if (r == -1 || r == KERN_FW_NONE ||
		    strcmp(owner, k->fw_owner) == 0)
			return (r);
		k->fw_set = false;
	}
	return (choose(k));
}

void
fwtable_sweep(struct hand *k)
{
	char owner[FW_OWNER_SIZE];
	unsigned int i;
	enum whose w;
	int r;

	for (i = 0; i < FW_TABLES; i++) {
		r = k->ops->fw_look(k->io, i, owner);
		if (r == -1 || r == KERN_FW_NONE || r == KERN_FW_OTHERS ||
		    owner[0] == '\0')
			continue;
		w = whose(k, owner, true);
		/* A second one is from before we knew that the first is. */
		if (w == WHOSE_OTHERS ||
		    (w == WHOSE_OURS && (!k->fw_set || i == k->fw_table)))
			continue;
		if (k->ops->fw_set(k->io, i, "", NULL, 0) == -1)
			log_warnx("cannot remove an old packet filter: %s",
			    k->ops->error(k->io));
	}
}
