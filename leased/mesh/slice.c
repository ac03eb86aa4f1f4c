/* SPDX-License-Identifier: ISC */
/*
 * Blocks that are in use, as a tree of their numbers: the bits of a /24 or a
 * /64.
 */

#include <sys/socket.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "slice.h"
#include "store_mesh.h"

/* tree.h defines more functions than one tree needs. */
#define UNUSED_OK	__attribute__((__unused__))

#define BLOCK4_LEN	24
#define BLOCK6_LEN	64
#define NET4_MIN	16	/* the widest and the narrowest of a mesh */
#define NET4_MAX	30
#define NET6_MIN	64
#define NET6_MAX	112
#define RANGE4_MIN	8
#define RANGE6_MIN	16

struct slice {
	RB_ENTRY(slice)	 entry;
	int64_t		 space;
	int		 fam;
	uint64_t	 number;
	struct mesh	*mesh;
};

static int
slice_cmp(const struct slice *a, const struct slice *b)
{
	if (a->space != b->space)
		return (a->space < b->space ? -1 : 1);
	if (a->fam != b->fam)
		return (a->fam < b->fam ? -1 : 1);
	return (a->number < b->number ? -1 : a->number > b->number);
}

RB_GENERATE_INTERNAL(slice_tree, slice, entry, slice_cmp, UNUSED_OK static)

static int
fam_of(const struct prefix *p)
{
	return (p->family == AF_INET ? 0 : 1);
}

static unsigned int
block_len(int fam)
{
	return (fam == 0 ? BLOCK4_LEN : BLOCK6_LEN);
}

/* The numbers of the first and the last block that a prefix touches. */
static void
numbers(const struct prefix *p, uint64_t *first, uint64_t *last)
{
	unsigned int i, len = block_len(fam_of(p));
	struct prefix q = *p;

	prefix_mask(&q);
	*first = 0;
	for (i = 0; i < len / 8; i++)
		*first = *first << 8 | q.addr[i];
	*last = *first;
	if (q.len < len)
		*last |= len - q.len == 64 ? UINT64_MAX :
					     (1ULL << (len - q.len)) - 1;
}

static struct prefix
block_at(int fam, uint64_t number)
{
	unsigned int i, len = block_len(fam);
	struct prefix p;

	memset(&p, 0, sizeof(p));
	p.family = fam == 0 ? AF_INET : AF_INET6;
	p.len = (uint8_t)len;
	for (i = len / 8; i > 0; i--, number >>= 8)
		p.addr[i - 1] = number & 0xff;
	return (p);
}

/* The first block in use with this number or a greater one in its space. */
static struct slice *
slice_from(const struct meshes *ms, int64_t space, int fam, uint64_t number)
{
	struct slice *s = RB_ROOT(&ms->slices), *best = NULL;
	struct slice key = { .space = space, .fam = fam, .number = number };

	while (s != NULL)
		if (slice_cmp(s, &key) >= 0) {
			best = s;
			s = RB_LEFT(s, entry);
		} else
			s = RB_RIGHT(s, entry);
	return (best != NULL && best->space == space && best->fam == fam ?
		best :
		NULL);
}

int64_t
slice_space(const struct meshes *ms, const struct tenant *t,
    const struct prefix *p)
{
	int fam = fam_of(p);

	return (t->range[fam].family == 0 ||
		prefix_overlaps(&ms->conf.range[fam], p) ?
		0 :
		t->id);
}

/* The prefix of the configuration that overlaps this one, or NULL. */
static const struct mesh_reserved *
reserved(const struct meshes *ms, const struct prefix *p)
{
	size_t i;

	for (i = 0; i < ms->conf.nreserved; i++)
		if (prefix_overlaps(&ms->conf.reserved[i].prefix, p))
			return (&ms->conf.reserved[i]);
	return (NULL);
}

/* A mesh that the tenant has there, in whatever space. */
static const struct mesh *
own_mesh(const struct meshes *ms, const struct tenant *t,
    const struct prefix *p)
{
	struct mesh *n;
	int fam = fam_of(p);

	for (n = mesh_behind(ms, 0); n != NULL; n = mesh_behind(ms, n->id))
		if (n->tenant == t && n->net[fam].family != 0 &&
		    prefix_overlaps(&n->net[fam], p))
			return (n);
	return (NULL);
}

/*
 * True if the block can be had.  Otherwise *next is the number behind what is in
 * the way.
 */
static bool
is_free(const struct meshes *ms, const struct tenant *t, int64_t space, int fam,
    uint64_t number, uint64_t *next)
{
	const struct mesh_reserved *r;
	const struct mesh *n;
	struct prefix block;
	struct slice *s;
	uint64_t first;

	*next = number;
	s = slice_from(ms, space, fam, number);
	if (s != NULL && s->number == number)
		return (false);
	block = block_at(fam, number);
	if ((r = reserved(ms, &block)) != NULL)
		numbers(&r->prefix, &first, next);
	else if ((n = own_mesh(ms, t, &block)) != NULL)
		numbers(&n->net[fam], &first, next);
	else
		return (true);
	return (false);
}

int
slice_carve(const struct meshes *ms, const struct tenant *t, int fam,
    struct prefix *out)
{
	const struct prefix *range = tenant_range(ms, t, fam);
	uint64_t first, last, n, next;
	int64_t space;

	space = slice_space(ms, t, range);
	numbers(range, &first, &last);
	for (n = first + (last > first);; n = next + 1) {
		if (is_free(ms, t, space, fam, n, &next)) {
			*out = block_at(fam, n);
			return (0);
		}
		if (next >= last)
			break;
	}
	if (!is_free(ms, t, space, fam, first, &next))
		return (-1);
	*out = block_at(fam, first);
	return (0);
}

const char *
slice_unfit(const struct prefix *p)
{
	static const struct {
		const char *prefix;
		const char *what;
	} list[] = {
		{ "0.0.0.0/8", "an address of this host" },
		{ "127.0.0.0/8", "loopback" },
		{ "169.254.0.0/16", "link-local" },
		{ "224.0.0.0/4", "multicast" },
		{ "240.0.0.0/4", "reserved" },
		{ "::/8", "reserved" },
		{ "fe80::/10", "link-local" },
		{ "fec0::/10", "site-local" },
		{ "ff00::/8", "multicast" },
	};
	struct prefix q;
	size_t i;

	for (i = 0; i < sizeof(list) / sizeof(list[0]); i++)
		if (prefix_parse(list[i].prefix, &q) == 0 &&
		    prefix_overlaps(&q, p))
			return (list[i].what);
	return (NULL);
}

static uint8_t
check_form(const struct prefix *p, unsigned int min, unsigned int max,
    char *text, size_t size)
{
	char name[PREFIX_TEXT], clean[PREFIX_TEXT];
	struct prefix q = *p;
	const char *what;

	(void)prefix_format(p, name);
	if (!prefix_is_canonical(p)) {
		prefix_mask(&q);
		snprintf(text, size, "%s has host bits: write %s", name,
		    prefix_format(&q, clean));
		return (LEASE_E_REQUEST);
	}
	if (p->len < min || p->len > max) {
		snprintf(text, size, "%s: the length must be /%u to /%u", name,
		    min, max);
		return (LEASE_E_REQUEST);
	}
	if ((what = slice_unfit(p)) != NULL) {
		snprintf(text, size, "%s takes in %s addresses", name, what);
		return (LEASE_E_REQUEST);
	}
	return (LEASE_OK_SAME);
}

uint8_t
slice_check_range(const struct prefix *p, char *text, size_t size)
{
	int fam = fam_of(p);

	return (check_form(p, fam == 0 ? RANGE4_MIN : RANGE6_MIN,
	    block_len(fam), text, size));
}

/* Nobody else may have the addresses. */
static uint8_t
check_overlap(const struct meshes *ms, const struct tenant *t,
    const struct prefix *p, char *text, size_t size)
{
	char name[PREFIX_TEXT], other[PREFIX_TEXT];
	const struct mesh_reserved *r;
	const struct mesh *n;
	uint64_t first, last;
	struct slice *s;
	int fam = fam_of(p);

	(void)prefix_format(p, name);
	if ((r = reserved(ms, p)) != NULL) {
		snprintf(text, size,
		    "%s overlaps %s of the network %s in sallyport.conf", name,
		    prefix_format(&r->prefix, other), r->network);
		return (LEASE_E_OVERLAP);
	}
	if ((n = own_mesh(ms, t, p)) != NULL) {
		snprintf(text, size, "%s overlaps %s of the mesh %s", name,
		    prefix_format(&n->net[fam], other), n->name);
		return (LEASE_E_OVERLAP);
	}
	numbers(p, &first, &last);
	s = slice_from(ms, slice_space(ms, t, p), fam, first);
	if (s == NULL || s->number > last)
		return (LEASE_OK_SAME);
	if (s->mesh->tenant == t)
		snprintf(text, size,
		    "%s lies in the same /%u as %s of the mesh %s; a mesh takes whole ones",
		    name, block_len(fam),
		    prefix_format(&s->mesh->net[fam], other), s->mesh->name);
	else
		snprintf(text, size,
		    "%s overlaps a mesh of another tenant, which has %s", name,
		    prefix_format(&s->mesh->net[fam], other));
	return (LEASE_E_OVERLAP);
}

uint8_t
slice_check(const struct meshes *ms, const struct tenant *t,
    const struct prefix *p, char *text, size_t size)
{
	struct prefix ula;
	char name[PREFIX_TEXT];
	uint8_t code;

	if (p->family == AF_INET)
		code = check_form(p, NET4_MIN, NET4_MAX, text, size);
	else
		code = check_form(p, NET6_MIN, NET6_MAX, text, size);
	if (code != LEASE_OK_SAME)
		return (code);
	if (p->family == AF_INET6 && prefix_parse("fc00::/7", &ula) == 0 &&
	    !prefix_contains(&ula, p) &&
	    !prefix_contains(tenant_range(ms, t, 1), p)) {
		snprintf(text, size,
		    "%s lies neither in the range of the tenant nor in fc00::/7",
		    prefix_format(p, name));
		return (LEASE_E_REQUEST);
	}
	return (check_overlap(ms, t, p, text, size));
}

int
slices_store(struct store *st, int64_t mesh, int64_t space,
    const struct prefix *net)
{
	struct mesh_block_row r = { .space = space, .mesh = mesh };
	uint64_t first, last;

	if (net->family == 0)
		return (0);
	for (numbers(net, &first, &last); first <= last; first++) {
		r.block = block_at(fam_of(net), first);
		if (store_add_mesh_block(st, &r) == -1)
			return (-1);
	}
	return (0);
}

void
slice_add(struct mesh *n, int64_t space, const struct prefix *block)
{
	struct slice *s;
	uint64_t last;

	if ((s = calloc(1, sizeof(*s))) == NULL)
		fatal("block of addresses");
	s->space = space;
	s->fam = fam_of(block);
	s->mesh = n;
	numbers(block, &s->number, &last);
	n->space[s->fam] = space;
	if (RB_INSERT(slice_tree, &n->meshes->slices, s) != NULL)
		free(s);
}

void
slices_add(struct mesh *n)
{
	struct prefix block;
	uint64_t first, last;
	int fam;

	for (fam = 0; fam < FAMS; fam++) {
		if (n->net[fam].family == 0)
			continue;
		for (numbers(&n->net[fam], &first, &last); first <= last;
		     first++) {
			block = block_at(fam, first);
			slice_add(n, n->space[fam], &block);
		}
	}
}

void
slices_drop(struct mesh *n)
{
	struct slice *s, *next;
	int fam;

	/* Its blocks can be anywhere: the prefix may have been changed. */
	for (fam = 0; fam < FAMS; fam++)
		for (s = slice_from(n->meshes, n->space[fam], fam, 0);
		     s != NULL && s->space == n->space[fam] && s->fam == fam;
		     s = next) {
			next = RB_NEXT(slice_tree, &n->meshes->slices, s);
			if (s->mesh != n)
				continue;
			RB_REMOVE(slice_tree, &n->meshes->slices, s);
			free(s);
		}
}
