/* SPDX-License-Identifier: ISC */
/*
 * sallyctl: the operator's tool.  Options, one command, one conversation with
 * the daemon over its control socket, one exit code.
 */

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "apply.h"
#include "ask.h"
#include "backup.h"
#include "ca.h"
#include "convert.h"
#include "export.h"
#include "exportnames.h"
#include "filekind.h"
#include "import.h"
#include "init.h"
#include "invite.h"
#include "newpeer.h"
#include "restore.h"
#include "takeover.h"

__attribute__((noreturn)) static void
usage(void)
{
	fprintf(stderr,
	    "usage: sallyctl [-hjnqV] [-s socket] command [argument ...]\n       sallyctl help [word]\n");
	exit(EX_USAGE);
}

static int
help(const char *word)
{
	printf(
	    "usage: sallyctl [-hjnqV] [-s socket] command [argument ...]\n\ncommands:\n");
	grammar_help(word, stdout);
	printf("\nsallyctl(8) describes each of them.\n");
	return (fflush(stdout) == EOF ? EX_CANTCREAT : EX_OK);
}

static int
version(bool json)
{
	if (json)
		printf("{\"schema\":1,\"version\":\"%s\"}\n", VERSION);
	else
		printf("sallyport %s\n", VERSION);
	return (fflush(stdout) == EOF ? EX_CANTCREAT : EX_OK);
}

static int
converse(struct client *c, const struct request *r, struct output *o)
{
	switch (r->verb->talk) {
	case TALK_ASK:
		return (ask(c, r, o));
	case TALK_BACKUP:
		return (backup(c, r, o));
	case TALK_RESTORE:
		return (restore(c, r, o));
	case TALK_APPLY:
		return (apply(c, r, o));
	case TALK_IMPORT:
		return (import(c, r, o));
	case TALK_EXPORT:
		return (export_peer(c, r, o));
	case TALK_PEER_ADD:
		return (peer_add(c, r, o));
	case TALK_ZONE:
		return (export_names(c, r, o));
	case TALK_TAKEOVER:
		return (takeover(c, r, o));
	case TALK_CONVERT:
		return (convert(c, r, o));
	case TALK_CA_INIT:
		return (ca_init(c, r, o));
	case TALK_CA_ISSUE:
		return (ca_issue(c, r, o));
	case TALK_CA_REVOKE:
		return (ca_revoke(c, r, o));
	case TALK_CA_LIST:
		return (ca_list(c, r, o));
	case TALK_INIT:
		return (init(c, r, o));
	case TALK_INVITE:
		return (invite(c, r, o));
	}
	return (EX_SOFTWARE);
}

/* The kind of the file decides what an import does. */
static void
choose_import(struct request *r)
{
	if (r->verb->talk != TALK_IMPORT)
		return;
	switch (filekind_of(r->file)) {
	case KIND_WGQUICK:
		break;
	case KIND_YAML:
		r->verb = &verb_convert;
		break;
	case KIND_SQLITE:
		r->verb = &verb_takeover;
		break;
	}
}

/* Some commands are about files alone. */
static bool
needs_daemon(const struct request *r)
{
	switch (r->verb->talk) {
	case TALK_CONVERT:
	case TALK_CA_INIT:
	case TALK_CA_ISSUE:
	case TALK_CA_REVOKE:
	case TALK_CA_LIST:
	case TALK_INIT:
		return (false);
	case TALK_INVITE:
		return (r->url[0] == '\0');
	default:
		return (true);
	}
}

/* Connect, converse, close the document.  Errors go to stderr, always. */
static int
run(const struct request *r, struct output *o, const char *path)
{
	static struct client c = { .fd = -1 };
	const char *error;
	int st = 0;

	if (needs_daemon(r))
		st = client_open(&c, path, r->verb->of_parent);
	if (st == 0) {
		st = converse(&c, r, o);
		client_close(&c);
	} else if (c.absent && r->verb->talk == TALK_RESTORE)
		st = restore_stopped(&c, r, o);
	error = c.error[0] != '\0' ? c.error : NULL;
	output_end(o, error);
	/* The answer must stand above the error. */
	if (fflush(o->f) == EOF || ferror(o->f)) {
		fprintf(stderr, "sallyctl: cannot write: %s\n",
		    strerror(errno));
		return (st != 0 ? st : EX_CANTCREAT);
	}
	if (error != NULL)
		fprintf(stderr, "sallyctl: %s\n", error);
	return (st);
}

/* Say what is wrong with the command, with -j also as a document. */
static int
not_understood(struct output *o, char *text)
{
	fputs(text, stderr);
	text[strcspn(text, "\n")] = '\0';
	if (o->json)
		output_end(o, strchr(text, ' ') + 1);
	return (EX_USAGE);
}

int
main(int argc, char **argv)
{
	static const struct option longs[] = {
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ .name = NULL },
	};
	const char *path = CLIENT_SOCKET;
	bool json = false, numeric = false, only_version = false;
	char *wrong = NULL;
	struct request r;
	struct output o;
	size_t len;
	FILE *err;
	int ch, st;

	while ((ch = getopt_long(argc, argv, "+hjnqs:V", longs, NULL)) != -1) {
		switch (ch) {
		case 'h':
			return (help(NULL));
		case 'j':
			json = true;
			break;
		case 'n':
			numeric = true;
			break;
		case 'q':
			if (freopen("/dev/null", "w", stdout) == NULL) {
				perror("sallyctl: /dev/null");
				return (EX_OSERR);
			}
			break;
		case 's':
			path = optarg;
			break;
		case 'V':
			only_version = true;
			break;
		default:
			usage();
		}
	}
	if (only_version)
		return (version(json));
	if (argc > optind && strcmp(argv[optind], "help") == 0)
		return (help(argv[optind + 1]));
	if ((err = open_memstream(&wrong, &len)) == NULL) {
		perror("sallyctl");
		return (EX_OSERR);
	}
	st = grammar_parse(argc - optind, argv + optind, &r, err);
	if (st == 0)
		choose_import(&r);
	output_begin(&o, r.verb, json, numeric, stdout);
	if (fclose(err) == EOF || wrong == NULL)
		st = EX_OSERR;
	else
		st = st == -1 ? not_understood(&o, wrong) : run(&r, &o, path);
	free(wrong);
	return (st);
}
