/* SPDX-License-Identifier: ISC */
/*
 * At build time only: write the commands of sallyctl, from its own tables, as an
 * array for etc/sallyctl.bash.  Each element is
 *
 *	WORDS;ABBREVIATED;ARGUMENTS;OPTIONS
 *
 * where ABBREVIATED is the number of words that may be cut, and what stands for
 * a value is the kind of it: a list of names that the daemon has, files, or the
 * words that it can be, as "on|off".  "-" is a value that nobody can guess.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "grammar.h"

/* By the names that the manual gives to values. */
static const struct {
	const char *value, *kind;
} kinds[] = {
	{ "FILE", "file" },
	{ "DIRECTORY", "dir" },
	{ "INTERFACE", "interface" },
	{ "NETWORK", "networks" },
	{ "NAME or KEY", "peers" },
	{ "TENANT", "tenants" },
	{ "MESH", "meshes" },
	{ "DEVICE", "devices" },
	{ "RELAY|none", "relays" },
};

/* Whether a name is one that the daemon has depends on the command. */
static const char *
kind_of_name(const struct verb *v)
{
	if (v->talk != TALK_ASK)
		return ("-");
	if (v->ask == MSG_CTL_APPROVE)
		return ("pending");
	if (v->ask == MSG_CTL_REVOKE || v->ask == MSG_CTL_SHOW)
		return ("leases");
	return ("-");
}

static const char *
kind_of(const struct verb *v, enum param p)
{
	const char *value = grammar_value(p);
	size_t i;

	if (strcmp(value, "NAME") == 0)
		return (kind_of_name(v));
	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(kinds[i].value, value) == 0)
			return (kinds[i].kind);
	return (strchr(value, '|') != NULL ? value : "-");
}

static void
write_verb(const struct verb *v)
{
	const enum param args[] = { v->arg, v->arg2 };
	size_t i;
	int cut;

	cut = v->whole ? 0 : v->exact || v->words[1] == NULL ? 1 : 2;
	printf("\t'%s%s%s;%d;", v->words[0], v->words[1] != NULL ? " " : "",
	    v->words[1] != NULL ? v->words[1] : "", cut);
	for (i = 0; i < 2; i++)
		if (args[i] != P_NONE)
			printf("%s%s", i > 0 ? " " : "", kind_of(v, args[i]));
	putchar(';');
	for (i = P_NONE + 1; i <= P_REACHED; i++) {
		if ((v->opts & (1ULL << i)) == 0)
			continue;
		printf(" %s", grammar_word((enum param)i));
		if (grammar_value((enum param)i) != NULL)
			printf("=%s", kind_of(v, (enum param)i));
	}
	puts("'");
}

int
main(void)
{
	size_t i;

	puts("_sallyctl_verbs=(");
	for (i = 0; verbs[i].words[0] != NULL; i++)
		write_verb(&verbs[i]);
	puts(")");
	return (fflush(stdout) == EOF ? 1 : 0);
}
