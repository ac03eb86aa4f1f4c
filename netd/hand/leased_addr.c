/* SPDX-License-Identifier: ISC */
/*
 * The addresses that the packet filter lets through: those of wanted peers,
 * until their time is over, and on our own interfaces those of peers that are
 * kept although nobody wants them.  This is level, not edge: an address that
 * was touched gets the state that is true when it is flushed.
 */

#include <stdlib.h>
#include <string.h>

#include "driftlog.h"
#include "hand.h"
#include "kern_list.h"
#include "kern_ops.h"
#include "leased_addr.h"
#include "log.h"
#include "network.h"
#include "policy.h"
#include "snapshot.h"

#define CHUNK		512	/* addresses in one transaction */
#define SPARE_MS	2000	/* the peer goes first */
#define TOUCHED_MAX	65536	/* then all are compared */
#define EQUAL_MS	1000	/* ends that are not worth a change */

static int
elem_cmp(const void *x, const void *y)
{
	const struct kern_fw_elem *a = x, *b = y;

	return (prefix_cmp(&a->addr, &b->addr));
}

static bool
is_held(const struct knet *n, const struct prefix *a)
{
	size_t low = 0, high = n->nheld, mid;
	int c;

	/* On an adopted interface they are not ours to filter. */
	while (low < high && !n->conf.adopt) {
		mid = low + (high - low) / 2;
		c = prefix_cmp(&n->held[mid].addr, a);
		if (c == 0)
			return (true);
		if (c < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return (false);
}

static uint64_t
rest_ms(const struct wish *x)
{
	int64_t ms;

	if (x->expiry.pos == 0)
		return (0);
	ms = mono_diff_ms(x->expiry.at, mono_now());
	return ((uint64_t)(ms > 0 ? ms : 0) + SPARE_MS);
}

/* Decide whether the address is let through now, and for how long. */
static void
judge(struct knet *n, struct kern_fw_elem *e)
{
	const struct wish *x = wanted_owner(&n->wanted, &e->addr);

	e->ms = 0;
	if (x != NULL && x->wanted)
		e->ms = rest_ms(x);
	else if (!is_held(n, &e->addr))
		e->todo = KERN_FW_REMOVE;
}

/*
 * True if the filter does not let the address through.  Where that is wrong, the
 * next look finds an end that is not the wanted one.
 */
static bool
is_new(struct knet *n, const struct prefix *a)
{
	return (
	    n->synced && wanted_owner(&n->wanted, a) == NULL && !is_held(n, a));
}

void
addr_touch(struct knet *n, const struct prefix *a)
{
	struct kern_fw_elem e;

	/*
	 * The filter knows a mesh by its prefixes, and has the subnets from the
	 * configuration.
	 */
	if (n->mesh != NULL || !prefix_is_host(a))
		return;
	memset(&e, 0, sizeof(e));
	e.addr = *a;
	e.todo = is_new(n, a) ? KERN_FW_ADD : KERN_FW_MOVE;
	if (n->touched.n >= TOUCHED_MAX) {
		n->touched.n = 0;
		n->addrs_due = true;
	}
	if (!n->k->fw_set || kern_fw_elems_add(&n->touched, &e) == -1)
		n->addrs_due = true;
}

void
addr_touch_wish(struct knet *n, const struct wish *x)
{
	uint8_t i;

	for (i = 0; i < x->naddrs; i++)
		addr_touch(n, &x->addrs[i].prefix);
}

/* Tell the changes.  What fails is put right by the next look. */
static void
tell(struct knet *n, const struct kern_fw_elem *list, size_t count)
{
	struct timeval soon = { 1, 0 };
	size_t i, some;

	for (i = 0; i < count; i += some) {
		some = count - i < CHUNK ? count - i : CHUNK;
		if (n->k->ops->fw_elems(n->k->io, n->k->fw_table, n->conf.name,
			&list[i], some) == 0)
			continue;
		log_warnx(
		    "network %s: cannot tell the packet filter its addresses: %s",
		    n->conf.name, n->k->ops->error(n->k->io));
		n->addrs_due = true;
		if (n->k->egress_ev != NULL)
			(void)evtimer_add(n->k->egress_ev, &soon);
		return;
	}
}

void
addr_flush(struct knet *n)
{
	struct kern_fw_elems *l = &n->touched;
	size_t i, count = 0;

	if (l->n == 0)
		return;
	qsort(l->list, l->n, sizeof(*l->list), elem_cmp);
	for (i = 0; i < l->n; i++) {
		if (count > 0 &&
		    elem_cmp(&l->list[count - 1], &l->list[i]) == 0) {
			if (l->list[i].todo == KERN_FW_MOVE)
				l->list[count - 1].todo = KERN_FW_MOVE;
			continue;
		}
		l->list[count++] = l->list[i];
	}
	for (i = 0; i < count; i++)
		judge(n, &l->list[i]);
	l->n = 0;
	tell(n, l->list, count);
	if (l->room > CHUNK)
		kern_fw_elems_clear(l);
}

static int
want(struct kern_fw_elems *l, const struct prefix *a, uint64_t ms)
{
	struct kern_fw_elem e;

	memset(&e, 0, sizeof(e));
	e.addr = *a;
	e.ms = ms;
	return (prefix_is_host(a) ? kern_fw_elems_add(l, &e) : 0);
}

/*
 * All addresses that must be there.  Until leased says who is wanted, whoever
 * is on our own interface is let through.
 */
static int
want_all(struct knet *n, struct kern_fw_elems *l)
{
	const struct snappeer *p;
	struct wish *x;
	size_t i, j;

	if (n->mesh != NULL)
		return (0);
	RB_FOREACH(x, wish_tree, &n->wanted.keys) {
		for (i = 0; x->wanted && i < x->naddrs; i++)
			if (want(l, &x->addrs[i].prefix, rest_ms(x)) == -1)
				return (-1);
	}
	for (i = 0; i < n->nheld && !n->conf.adopt; i++) {
		if (wanted_owner(&n->wanted, &n->held[i].addr) == NULL &&
		    want(l, &n->held[i].addr, 0) == -1)
			return (-1);
	}
	if (n->synced || n->conf.adopt || n->snap == NULL)
		return (0);
	for (i = 0; i < n->snap->npeers; i++) {
		p = &n->snap->peers[i];
		for (j = 0; j < p->naddrs; j++)
			if (want(l, &snapshot_addrs(n->snap, p)[j], 0) == -1)
				return (-1);
	}
	return (0);
}

/* True if the kernel's end of an address will do. */
static bool
will_do(const struct knet *n, const struct kern_fw_elem *have,
    const struct kern_fw_elem *wanted)
{
	if (!n->synced)
		return (true);
	if (have->ms == 0 || wanted->ms == 0)
		return (have->ms == wanted->ms);
	return (have->ms + EQUAL_MS > wanted->ms &&
	    wanted->ms + EQUAL_MS > have->ms);
}

/* Both lists are sorted.  The difference goes behind the wanted ones. */
static int
compare(const struct knet *n, const struct kern_fw_elems *have,
    const struct kern_fw_elems *wanted, struct kern_fw_elems *out)
{
	struct kern_fw_elem e;
	size_t i = 0, j = 0;
	int c;

	while (i < have->n || j < wanted->n) {
		c = i == have->n   ? 1 :
		    j == wanted->n ? -1 :
			elem_cmp(&have->list[i], &wanted->list[j]);
		if (c < 0) {
			e = have->list[i++];
			e.todo = KERN_FW_REMOVE;
			if (kern_fw_elems_add(out, &e) == -1)
				return (-1);
			continue;
		}
		e = wanted->list[j];
		e.todo = c > 0 ? KERN_FW_ADD : KERN_FW_MOVE;
		if ((c > 0 || !will_do(n, &have->list[i], &e)) &&
		    kern_fw_elems_add(out, &e) == -1)
			return (-1);
		if (c == 0)
			i++;
		/* An address that is there twice. */
		for (j++; j < wanted->n &&
		     elem_cmp(&wanted->list[j - 1], &wanted->list[j]) == 0;
		     j++)
			;
	}
	return (0);
}

static void
sort(struct kern_fw_elems *l)
{
	if (l->n > 0)
		qsort(l->list, l->n, sizeof(*l->list), elem_cmp);
}

unsigned int
addr_sync(struct knet *n)
{
	struct kern_fw_elems have = { NULL, 0, 0 }, wanted = { NULL, 0, 0 };
	struct kern_fw_elems out = { NULL, 0, 0 };
	unsigned int changes = 0;

	n->addrs_due = false;
	n->touched.n = 0;
	if (n->k->ops->fw_elem_list(n->k->io, n->k->fw_table, n->conf.name,
		&have) == -1) {
		log_warnx(
		    "network %s: cannot read the packet filter's addresses: %s",
		    n->conf.name, n->k->ops->error(n->k->io));
		n->addrs_due = n->k->egress_failed = true;
	} else if (want_all(n, &wanted) == -1)
		n->addrs_due = n->k->egress_failed = true;
	else {
		sort(&have);
		sort(&wanted);
		if (compare(n, &have, &wanted, &out) == -1)
			n->addrs_due = n->k->egress_failed = true;
		tell(n, out.list, out.n);
		changes = (unsigned int)out.n;
	}
	kern_fw_elems_clear(&have);
	kern_fw_elems_clear(&wanted);
	kern_fw_elems_clear(&out);
	return (changes);
}
