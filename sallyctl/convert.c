/* SPDX-License-Identifier: ISC */
/*
 * A server.yaml or accesslist.yaml is read as a whole; only then is a file of
 * ours written.  What is not taken over is shown with its place.
 */

#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "convert.h"
#include "format.h"
#include "newfile.h"
#include "peerset.h"
#include "yggaccess.h"
#include "yggconf.h"

#define WHAT_MAX	128	/* most bytes that are shown of a value */

struct conversion {
	const char	*file;
	struct output	*o;
};

/* "FILE:LINE:COLUMN: ", or less if there is no place. */
static void
format_place(char *dst, size_t size, const char *file, struct ypos at)
{
	if (at.line == 0)
		snprintf(dst, size, "%s: ", file);
	else
		snprintf(dst, size, "%s:%u:%u: ", file, at.line, at.column);
}

static void
left_out(void *arg, struct ypos at, const char *what, const char *why)
{
	char place[FILE_SIZE + 32], text[FORMAT_VIS(WHAT_MAX) + 256];
	char cut[WHAT_MAX], vis[FORMAT_VIS(WHAT_MAX)];
	struct conversion *cv = arg;
	struct note n = { .line = at.line, .column = at.column, .text = text };

	strlcpy(cut, what, sizeof(cut));
	snprintf(text, sizeof(text), "%s: %s",
	    format_vis(cut, vis, sizeof(vis)), why);
	if (cv->o->json) {
		output_item(cv->o, &note_item, &n);
		return;
	}
	/* The file may be on stdout. */
	format_place(place, sizeof(place), cv->file, at);
	fprintf(stderr, "%s%s\n", place, text);
}

static int
yaml_failed(struct client *c, const char *file, const struct yreader *r)
{
	char place[FILE_SIZE + 32];

	format_place(place, sizeof(place), file, r->error_at);
	return (client_fail(c, EX_DATAERR, "%.800s%s", place, r->error));
}

static int
save(struct client *c, const char *file, const char *text, size_t len)
{
	struct newfile nf;
	int st;

	if ((st = newfile_open(&nf, c, file, 0600)) == 0 &&
	    (st = newfile_write(&nf, c, text, len)) == 0)
		st = newfile_keep(&nf, c);
	newfile_close(&nf);
	return (st);
}

/* Write what becomes of the document into a text, which the caller frees. */
static int
translate(struct client *c, const char *file, struct yreader *r,
    const struct ynode *root, char **text, size_t *len)
{
	int st;
	FILE *f;

	if (!yggaccess_is(root) && !yggconf_is(root))
		return (client_fail(c, EX_DATAERR,
		    "%.800s is neither the server.yaml nor the accesslist.yaml of autoygg-server",
		    file));
	if ((f = open_memstream(text, len)) == NULL)
		return (client_fail(c, EX_SOFTWARE, "no memory"));
	st = yggaccess_is(root) ? yggaccess_write(r, root, f) :
				  yggconf_write(r, root, f);
	if (st == -1)
		st = yaml_failed(c, file, r);
	if (fclose(f) == EOF && st == 0)
		st = client_fail(c, EX_SOFTWARE, "no memory");
	return (st);
}

/* Translate a text, and write it where the request says. */
static int
run(struct client *c, const struct request *r, struct output *o,
    const char *text, size_t len)
{
	struct conversion cv = { .file = r->file, .o = o };
	struct yreader reader = { .left_out = left_out, .arg = &cv };
	struct ynode *root;
	char *ours = NULL;
	size_t n = 0;
	int st;

	if ((root = ytree_read(&reader, text, len)) == NULL)
		return (yaml_failed(c, r->file, &reader));
	st = translate(c, r->file, &reader, root, &ours, &n);
	ytree_free(root);
	if (st == 0 && r->write[0] != '\0')
		st = save(c, r->write, ours, n);
	else if (st == 0)
		fwrite(ours, 1, n, o->f);
	free(ours);
	return (st);
}

int
convert(struct client *c, const struct request *r, struct output *o)
{
	char *text;
	size_t len;
	int st;

	if (r->dry_run || r->force || r->network[0] != '\0')
		return (client_fail(c, EX_USAGE,
		    "dry-run, force and net are for peers, and %.800s has none",
		    r->file));
	if (o->json && r->write[0] == '\0')
		return (client_fail(c, EX_USAGE,
		    "what becomes of %.800s is no JSON: give it a file with -w",
		    r->file));
	if ((text = set_read(c, r->file, &len, &st)) == NULL)
		return (st);
	st = run(c, r, o, text, len);
	free(text);
	return (st);
}
