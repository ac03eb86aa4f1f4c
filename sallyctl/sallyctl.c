/* SPDX-License-Identifier: ISC */
/*
 * sallyctl: the operator's tool.  Options, one command, one conversation with
 * the daemon over its control socket, one exit code.
 */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "ask.h"
#include "client.h"
#include "export.h"
#include "grammar.h"
#include "output.h"
#include "peerset.h"

__attribute__((noreturn)) static void
usage(void)
{
	fprintf(stderr,
	    "usage: sallyctl [-jnqV] [-s socket] command [argument ...]\n");
	exit(EX_USAGE);
}

static int
converse(struct client *c, const struct request *r, struct output *o)
{
	if (r->action == ACT_APPLY)
		return (apply(c, r, o));
	if (r->action == ACT_IMPORT)
		return (import(c, r, o));
	if (r->action == ACT_EXPORT)
		return (export_peer(c, r, o));
	return (ask(c, r, o));
}

/* Connect, ask, close the document.  Errors go to stderr in every format. */
static int
run(const struct request *r, struct output *o, const char *path)
{
	static struct client c;
	const char *error;
	int st;

	o->ops->begin(o);
	st = client_open(&c, path);
	if (st == 0) {
		st = converse(&c, r, o);
		client_close(&c);
	}
	error = c.error[0] != '\0' ? c.error : NULL;
	o->ops->end(o, error);
	/* What was written must stand above what went wrong. */
	if (fflush(o->f) == EOF || ferror(o->f)) {
		fprintf(stderr, "sallyctl: cannot write: %s\n",
		    strerror(errno));
		return (st != 0 ? st : EX_CANTCREAT);
	}
	if (error != NULL)
		fprintf(stderr, "sallyctl: %s\n", error);
	return (st);
}

/* A program gets its document also if the command makes no sense. */
static int
not_understood(struct output *o, char *text)
{
	fputs(text, stderr);
	if (o->ops == &json_ops) {
		text[strcspn(text, "\n")] = '\0';
		o->ops->begin(o);
		o->ops->end(o, strchr(text, ' ') + 1);
	}
	return (EX_USAGE);
}

int
main(int argc, char **argv)
{
	const struct output_ops *ops = &text_ops;
	const char *path = CLIENT_SOCKET;
	char *wrong = NULL;
	size_t len;
	FILE *err;
	bool numeric = false, quiet = false;
	struct request r;
	struct output o;
	int ch, st;

	while ((ch = getopt(argc, argv, "+jnqs:V")) != -1) {
		switch (ch) {
		case 'j':
			ops = &json_ops;
			break;
		case 'n':
			numeric = true;
			break;
		case 'q':
			quiet = true;
			break;
		case 's':
			path = optarg;
			break;
		case 'V':
			printf("sallyport %s\n", VERSION);
			return (EX_OK);
		default:
			usage();
		}
	}
	argc -= optind;
	argv += optind;
	if ((err = open_memstream(&wrong, &len)) == NULL) {
		perror("sallyctl");
		return (EX_OSERR);
	}
	st = grammar_parse(argc, argv, &r, err);
	output_init(&o, quiet ? &quiet_ops : ops, r.action, numeric, stdout);
	if (fclose(err) == EOF || wrong == NULL)
		st = EX_OSERR;
	else
		st = st == -1 ? not_understood(&o, wrong) : run(&r, &o, path);
	free(wrong);
	return (st);
}
