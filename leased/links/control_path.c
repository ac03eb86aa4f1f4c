/* SPDX-License-Identifier: ISC */
/*
 * The list goes on behind the pair that was sent last, whatever has changed.
 */

#include <stdio.h>
#include <string.h>

#include "control_path.h"

#define LOOK_MAX	1024	/* pairs that are looked at in one turn */

/* "MESH", "TENANT:MESH" or a uuid. */
static bool
is_called(const struct mesh *n, const char *name)
{
	char uuid[UUID_TEXT];
	const char *colon;
	size_t len;

	if ((colon = strchr(name, ':')) == NULL)
		return (strcmp(n->name, name) == 0 ||
		    strcmp(uuid_format(n->uuid, uuid), name) == 0);
	len = (size_t)(colon - name);
	return (strncmp(n->tenant->name, name, len) == 0 &&
	    n->tenant->name[len] == '\0' && strcmp(n->name, colon + 1) == 0);
}

static int
send_path(struct conn *k, const struct pathseen *p, const struct member *m,
    const struct member *peer)
{
	static const char *const words[] = { "", "direct", "relay", "none" };
	struct msg_ctl_line line;

	memset(&line, 0, sizeof(line));
	line.at = p->at;
	snprintf(line.text, sizeof(line.text),
	    "%s:%s %s to %s: %s, reported %lld s ago", m->mesh->tenant->name,
	    m->mesh->name, m->device->name, peer->device->name, words[p->state],
	    (long long)(wall_now().s - p->at));
	return (chan_send_ctl_line(k->chan, k->id, &line, -1));
}

void
paths_more(struct conn *k)
{
	struct meshes *ms = k->l->meshes;
	const struct member *m, *peer;
	unsigned int looked = 0;
	struct pathseen *p;
	struct mesh *n;

	while ((p = pathseen_behind(ms, &k->path)) != NULL) {
		if (chan_busy(k->chan))
			return;
		if (looked++ == LOOK_MAX) {
			conn_more(k, 0);
			return;
		}
		k->path = *p;
		n = mesh_by_id(ms, p->mesh);
		m = n != NULL ? member_by_id(n, p->member) : NULL;
		peer = n != NULL ? member_by_id(n, p->peer) : NULL;
		if (m == NULL || peer == NULL || !member_seen(m) ||
		    !member_seen(peer)) {
			pathseen_drop(ms, p);
			continue;
		}
		if (k->of_mesh[0] != '\0' && !is_called(n, k->of_mesh))
			continue;
		if (send_path(k, p, m, peer) == -1)
			return;
		conn_progress(k);
	}
	conn_result(k, CTL_OK, "%s", "");
}

/* True if a mesh is called so. */
static bool
is_there(const struct conn *k, const char *name)
{
	struct mesh *n;

	for (n = mesh_behind(k->l->meshes, 0); n != NULL;
	     n = mesh_behind(k->l->meshes, n->id))
		if (is_called(n, name))
			return (true);
	return (false);
}

void
paths_show(struct conn *k, const struct msg_ctl_agent *m)
{
	if (m->what != AGENT_PATHS) {
		conn_result(k, CTL_USAGE,
		    "this is a gateway: give the socket of a device's suite with -s");
		return;
	}
	if (m->network[0] != '\0' && !is_there(k, m->network)) {
		conn_result(k, CTL_NEGATIVE, "there is no mesh %s", m->network);
		return;
	}
	memset(&k->path, 0, sizeof(k->path));
	strlcpy(k->of_mesh, m->network, sizeof(k->of_mesh));
	k->state = CONN_PATHS;
	paths_more(k);
}
