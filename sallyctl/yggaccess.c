/* SPDX-License-Identifier: ISC */
/*
 * The entries of accesslist.yaml, { yggip, access, comment }.  An address comes
 * once, in its canonical form.  "access: false" denies, as the documents of
 * autoygg-server say.
 */

#include <errno.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "addr.h"
#include "printable.h"
#include "yggaccess.h"

#define LIST	"AccessList"

struct access {
	struct prefix	 addr;
	struct ypos	 at;
	const char	*yggip;		/* as it is written */
	const char	*comment;	/* NULL: none */
	bool		 allow;
	bool		 again;		/* a later one has the address */
};

struct list {
	struct yreader *r;
	struct access	*entries;
	size_t		 n;
	void		*seen;		/* tree of struct access, by address */
};

static int
fail(struct list *l, struct ypos at, const char *why)
{
	l->r->error_at = at;
	strlcpy(l->r->error, why, sizeof(l->r->error));
	return (-1);
}

static void
left_out(struct list *l, struct ypos at, const char *what, const char *why)
{
	l->r->left_out(l->r->arg, at, what, why);
}

static int
cmp_addr(const void *a, const void *b)
{
	const struct access *x = a, *y = b;

	return (prefix_cmp(&x->addr, &y->addr));
}

/*
 * Read an address of Yggdrasil, which is in 200::/7.  Returns NULL, or why it
 * is none.
 */
static const char *
read_addr(const char *text, struct prefix *p)
{
	if (strchr(text, '/') != NULL || prefix_parse(text, p) == -1 ||
	    p->family != AF_INET6)
		return ("it is not an IPv6 address");
	if ((p->addr[0] & 0xfe) != 0x02)
		return ("it is outside of 200::/7");
	return (NULL);
}

/* Read the values of an entry.  Returns 0, or -1 with the error. */
static int
read_values(struct list *l, const struct ynode *item, struct access *e)
{
	const struct ynode *n;

	for (n = item->first; n != NULL; n = n->next) {
		if (strcasecmp(n->key, "access") == 0) {
			if (ytree_bool(n, &e->allow) == -1)
				return (fail(l, n->at,
				    "access must be true or false"));
		} else if (strcasecmp(n->key, "yggip") != 0 &&
		    strcasecmp(n->key, "comment") != 0)
			left_out(l, n->key_at, n->key,
			    "autoygg-server does not know it");
		else if (n->kind != YNODE_SCALAR)
			return (
			    fail(l, n->at, "yggip and comment must be texts"));
		else if (strcasecmp(n->key, "yggip") == 0) {
			e->yggip = n->text;
			e->at = n->at;
		} else if (printable_utf8(n->text, strlen(n->text)))
			e->comment = n->text;
		else
			left_out(l, n->at, "comment",
			    "it has characters that nobody can see, or several lines");
	}
	return (0);
}

/* Remember that an entry has its address, and another one before it no longer. */
static int
claim(struct list *l, struct access *e)
{
	struct access *old;
	void *node;
	char why[64];

	if ((node = tsearch(e, &l->seen, cmp_addr)) == NULL)
		return (fail(l, (struct ypos){ 0, 0 }, "no memory"));
	old = *(struct access **)node;
	if (old == e)
		return (0);
	snprintf(why, sizeof(why),
	    "it is there again in line %u, and the last one counts",
	    e->at.line);
	left_out(l, old->at, old->yggip, why);
	old->again = true;
	*(struct access **)node = e;
	return (0);
}

/* Read the next entry of the list into l.  Returns 0, or -1 with the error. */
static int
read_entry(struct list *l, const struct ynode *item)
{
	struct access *e = &l->entries[l->n];
	char canonical[PREFIX_TEXT];
	const char *why;

	memset(e, 0, sizeof(*e));
	if (item->kind != YNODE_MAPPING)
		return (
		    fail(l, item->at, "an entry must have yggip and access"));
	if (read_values(l, item, e) == -1)
		return (-1);
	if (e->yggip == NULL) {
		left_out(l, item->at, "the entry", "it has no yggip");
		return (0);
	}
	if ((why = read_addr(e->yggip, &e->addr)) != NULL) {
		left_out(l, e->at, e->yggip, why);
		return (0);
	}
	if (e->allow &&
	    strcmp(prefix_format_addr(&e->addr, canonical), e->yggip) != 0)
		left_out(l, e->at, e->yggip,
		    "autoygg-server lets nobody in by this spelling of the address, but sallyport does");
	l->n++;
	return (claim(l, e));
}

static void
write_entry(const struct access *e, FILE *f)
{
	char addr[PREFIX_TEXT];

	fprintf(f, "%saddr %s", e->allow ? "" : "!",
	    prefix_format_addr(&e->addr, addr));
	if (e->comment != NULL && e->comment[0] != '\0')
		fprintf(f, "\t# %s", e->comment);
	fputc('\n', f);
}

bool
yggaccess_is(const struct ynode *root)
{
	return (ytree_get(root, LIST) != NULL);
}

static void
keep(void *node)
{
}

/* Read all entries.  Returns 0, or -1 with the error. */
static int
read_list(struct list *l, const struct ynode *root)
{
	const struct ynode *list, *n;
	size_t total = 1;

	for (n = root->first; n != NULL; n = n->next)
		if (strcasecmp(n->key, LIST) != 0)
			left_out(l, n->key_at, n->key,
			    "it does not belong into an access list");
	list = ytree_get(root, LIST);
	if (list->kind != YNODE_LIST && !ytree_is_null(list))
		return (fail(l, list->at, LIST " must be a list"));
	for (n = list->first; n != NULL; n = n->next)
		total++;
	if ((l->entries = calloc(total, sizeof(*l->entries))) == NULL)
		return (fail(l, (struct ypos){ 0, 0 }, "no memory"));
	for (n = list->first; n != NULL; n = n->next)
		if (read_entry(l, n) == -1)
			return (-1);
	return (0);
}

int
yggaccess_write(struct yreader *r, const struct ynode *root, FILE *f)
{
	struct list l = { .r = r };
	size_t i;
	int st;

	if ((st = read_list(&l, root)) == 0) {
		fputs("# From the accesslist.yaml of autoygg-server.\n", f);
		for (i = 0; i < l.n; i++)
			if (!l.entries[i].again)
				write_entry(&l.entries[i], f);
	}
	tdestroy(l.seen, keep);
	free(l.entries);
	return (st);
}
