/* SPDX-License-Identifier: ISC */
/*
 * A whole set of peers is sent as SET_BEGIN, the items and SET_END; the daemon
 * answers with the differences and the sum.  Nothing changes before SET_END.
 */

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "format.h"
#include "peerset.h"
#include "text.h"

#define SET_MS		60000	/* the daemon works through the whole set */
#define EARLY_MS	1000

int
peerset_add(struct peerset *s, const struct msg_set_item *m)
{
	struct msg_set_item *items;
	size_t size;

	if (s->n == s->size) {
		size = s->size == 0 ? 64 : s->size * 2;
		items = recallocarray(s->items, s->size, size, sizeof(*items));
		if (items == NULL)
			return (-1);
		s->items = items;
		s->size = size;
	}
	s->items[s->n++] = *m;
	return (0);
}

void
peerset_clear(struct peerset *s)
{
	/* There may be preshared keys in it. */
	if (s->items != NULL)
		freezero(s->items, s->size * sizeof(*s->items));
	memset(s, 0, sizeof(*s));
}

/* Check that fd is a regular file and not too large. */
static int
check_file(struct client *c, const char *file, int fd)
{
	struct stat st;

	if (fstat(fd, &st) == -1)
		return (client_fail(c, EX_NOINPUT, "%s: %s", file,
		    strerror(errno)));
	if (!S_ISREG(st.st_mode))
		return (client_fail(c, EX_NOINPUT, "%s is not a regular file",
		    file));
	if (st.st_size > SET_FILE_MAX)
		return (client_fail(c, EX_DATAERR, "%s is larger than %d bytes",
		    file, SET_FILE_MAX));
	return (0);
}

char *
set_read(struct client *c, const char *file, size_t *len, int *st)
{
	struct text_error e;
	char *text = NULL;
	int fd;

	fd = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd == -1) {
		*st = client_fail(c, EX_NOINPUT, "%s: %s", file,
		    strerror(errno));
		return (NULL);
	}
	if ((*st = check_file(c, file, fd)) == 0 &&
	    (text = text_read(fd, SET_FILE_MAX, len, &e)) == NULL)
		*st = e.line != 0 ?
		    client_fail(c, EX_DATAERR, "%s:%u: %s", file, e.line,
			e.why) :
		    client_fail(c, EX_NOINPUT, "%s: %s", file, e.why);
	close(fd);
	return (text);
}

static int
send_begin(struct client *c, const struct request *r, const char *network,
    const struct set_precond *pre)
{
	struct msg_set_begin m = { .dry_run = r->dry_run,
		.force = r->force,
		.match = pre->match,
		.generation = pre->generation };
	uint8_t mem[512];
	struct ibuf b;

	strlcpy(m.network, network, sizeof(m.network));
	strlcpy(m.owner, SET_OWNER, sizeof(m.owner));
	ibuf_init(&b, mem, 0, sizeof(mem));
	if (msg_set_begin_put(&b, &m) == -1)
		return (
		    client_fail(c, EX_SOFTWARE, "set: %s", strerror(errno)));
	return (client_send(c, MSG_SET_BEGIN, mem, b.wpos));
}

static int
send_set(struct client *c, const struct request *r, const char *network,
    const struct peerset *s, const struct set_precond *pre)
{
	uint8_t mem[1024];
	struct ibuf b;
	size_t i;
	int st;

	c->id++;
	if ((st = send_begin(c, r, network, pre)) != 0)
		return (st);
	for (i = 0; i < s->n; i++) {
		ibuf_init(&b, mem, 0, sizeof(mem));
		if (msg_set_item_put(&b, &s->items[i]) == -1)
			return (client_fail(c, EX_SOFTWARE, "peer %zu: %s", i,
			    strerror(errno)));
		st = client_send(c, MSG_SET_ITEM, mem, b.wpos);
		if (st != 0)
			return (st);
	}
	return (client_send(c, MSG_SET_END, NULL, 0));
}

static int
done(struct client *c, const struct request *r, const struct peerset *s,
    struct msg_set_done *m, struct output *o)
{
	char vis[FORMAT_VIS(TEXT_SIZE)];
	int st;

	m->rejected += s->rejected;
	if (m->code == 0 || m->code < LEASE_E_KEY) {
		output_sum(o, m, r->dry_run);
		return (m->rejected > 0 ? EX_NEGATIVE : 0);
	}
	st = EX_NEGATIVE;
	if (m->code == LEASE_E_BUSY || m->code == LEASE_E_NO_MATCH)
		st = EX_TEMPFAIL;
	else if (m->code == LEASE_E_STORE || m->code == LEASE_E_INTERNAL)
		st = EX_SOFTWARE;
	format_vis(m->text, vis, sizeof(vis));
	return (client_fail(c, st, "nothing was changed: %s%s",
	    vis[0] != '\0' ? vis : lease_answer(m->code)->code,
	    st == EX_TEMPFAIL ? " (try again)" : ""));
}

static int
cmp_item(const void *a, const void *b)
{
	const struct msg_set_item *const *x = a, *const *y = b;

	return (memcmp((*x)->pubkey, (*y)->pubkey, sizeof((*x)->pubkey)));
}

/* The items in order of their keys; NULL if there is no memory. */
static const struct msg_set_item **
by_key(const struct peerset *s)
{
	const struct msg_set_item **list;
	size_t i;

	list = reallocarray(NULL, s->n + 1, sizeof(*list));
	for (i = 0; list != NULL && i < s->n; i++)
		list[i] = &s->items[i];
	if (list != NULL)
		qsort(list, s->n, sizeof(*list), cmp_item);
	return (list);
}

/* Name the peer of a change about which the daemon has no text. */
static void
describe(struct msg_set_change *m, const struct peerset *s,
    const struct msg_set_item **list)
{
	struct msg_set_item want;
	const struct msg_set_item *key = &want, **found;
	char addrs[FORMAT_ADDRS];

	if (list == NULL || m->text[0] != '\0')
		return;
	memcpy(want.pubkey, m->pubkey, sizeof(want.pubkey));
	found = bsearch(&key, list, s->n, sizeof(*list), cmp_item);
	if (found == NULL)
		return;
	snprintf(m->text, sizeof(m->text), "%s%s%s", (*found)->name,
	    (*found)->name[0] != '\0' ? " " : "",
	    format_addrs((*found)->addrs, (*found)->naddrs, addrs));
}

/* Take the answer; before the end of the set it is a refusal. */
static int
answer(struct client *c, const struct request *r, struct output *o,
    const struct peerset *s, const struct msg_set_item **list, int timeout_ms)
{
	struct msg_set_change change;
	struct msg_set_done sum;
	struct msg_ctl_result res;
	struct imsg m;
	int st;

	for (;;) {
		if ((st = client_recv(c, &m, timeout_ms)) != 0)
			return (st);
		if (m.type == MSG_SET_CHANGE) {
			if (msg_set_change_get(&m.data, &change) == -1)
				return (client_malformed(c));
			describe(&change, s, list);
			output_item(o, &change_item, &change);
		} else if (m.type == MSG_SET_DONE) {
			if (msg_set_done_get(&m.data, &sum) == -1)
				return (client_malformed(c));
			return (done(c, r, s, &sum, o));
		} else if (m.type != MSG_CTL_RESULT ||
		    msg_ctl_result_get(&m.data, &res) == -1)
			return (client_malformed(c));
		else
			return (client_refused(c, &res));
	}
}

int
set_send(struct client *c, const struct request *r, const char *network,
    const struct peerset *s, const struct set_precond *pre, struct output *o)
{
	const struct msg_set_item **list;
	char error[CLIENT_ERROR];
	int st, early;

	list = by_key(s);
	if ((st = send_set(c, r, network, s, pre)) == 0) {
		st = answer(c, r, o, s, list, SET_MS);
		free(list);
		return (st);
	}
	/* The daemon may have said why before it hung up. */
	strlcpy(error, c->error, sizeof(error));
	early = answer(c, r, o, s, list, EARLY_MS);
	free(list);
	if (early != EX_UNAVAILABLE && early != EX_TEMPFAIL)
		return (early);
	strlcpy(c->error, error, sizeof(c->error));
	return (st);
}
