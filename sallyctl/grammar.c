/* SPDX-License-Identifier: ISC */
/*
 * The operator's language as tables, one for each place in a command: a word
 * leads to the next table.  Nothing here talks to the daemon.
 */

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "grammar.h"

#define WORDS_MAX	16	/* no command has more, but for a reason */

enum token_type {
	T_END,			/* the command may end here */
	T_WORD,			/* a keyword, or a prefix of it */
	T_EXACT,		/* a keyword that is never abbreviated */
	T_ONLINE,		/* keywords that set something, to T_QR */
	T_EXPIRED,
	T_ON,
	T_OFF,
	T_DRY_RUN,
	T_FORCE,
	T_QR,
	T_NET,			/* values */
	T_NAME,
	T_CN,
	T_REASON,		/* takes all words that are left */
	T_SINCE,
	T_LIMIT,
	T_FILE
};

struct token {
	enum token_type	 type;
	const char	*text;		/* keyword, or what a value is called */
	enum action	 action;	/* ACT_NONE: leave it */
	const struct token *next;
};

/* Tables that lead back to themselves need their names first. */
static const struct token t_leases[6], t_peers[3], t_events[4];
static const struct token t_revoke_opts[4], t_apply_opts[5];
static const struct token t_import_opts[4], t_export_opts[4];

/* clang-format off */
static const struct token t_end[] = {
	{ T_END,	"",		ACT_NONE,	NULL },
	{ T_END,	NULL,		ACT_NONE,	NULL }
};

static const struct token t_leases_net[] = {
	{ T_NET,	"NETWORK",	ACT_NONE,	t_leases },
	{ T_END,	NULL,		ACT_NONE,	NULL }
};

static const struct token t_leases_name[] = {
	{ T_NAME,	"NAME",		ACT_NONE,	t_leases },
	{ T_END,	NULL,		ACT_NONE,	NULL }
};

static const struct token t_leases[6] = {
	{ T_END,	"",		ACT_NONE,	NULL },
	{ T_WORD,	"net",		ACT_NONE,	t_leases_net },
	{ T_WORD,	"name",		ACT_NONE,	t_leases_name },
	{ T_ONLINE,	"online",	ACT_NONE,	t_leases },
	{ T_EXPIRED,	"expired",	ACT_NONE,	t_leases },
	{ T_END,	NULL,		ACT_NONE,	NULL }
};

static const struct token t_lease[] = {
	{ T_NAME,	"NAME",		ACT_NONE,	t_end },
	{ T_END,	NULL,		ACT_NONE,	NULL }
};

static const struct token t_peers_net[] = {
	{ T_NET,	"NETWORK",	ACT_NONE,	t_peers },
	{ T_END,	NULL,		ACT_NONE,	NULL }
};

static const struct token t_peers[3] = {
	{ T_END,	"",		ACT_NONE,	NULL },
	{ T_WORD,	"net",		ACT_NONE,	t_peers_net },
	{ T_END,	NULL,		ACT_NONE,	NULL }
};

static const struct token t_events_since[] = {
	{ T_SINCE,	"DURATION (90s, 1h30m, 2d)", ACT_NONE,	t_events },
	{ T_END,	NULL,		ACT_NONE,	NULL }
};

static const struct token t_events_limit[] = {
	{ T_LIMIT,	"COUNT",	ACT_NONE,	t_events },
	{ T_END,	NULL,		ACT_NONE,	NULL }
};

static const struct token t_events[4] = {
	{ T_END,	"",		ACT_NONE,	NULL },
	{ T_WORD,	"since",	ACT_NONE,	t_events_since },
	{ T_WORD,	"limit",	ACT_NONE,	t_events_limit },
	{ T_END,	NULL,		ACT_NONE,	NULL }
};

/* "show le" means the list; one lease is asked for in full. */
static const struct token t_show[] = {
	{ T_WORD,	"status",	ACT_STATUS,	t_end },
	{ T_WORD,	"networks",	ACT_NETWORKS,	t_end },
	{ T_WORD,	"leases",	ACT_LEASES,	t_leases },
	{ T_EXACT,	"lease",	ACT_LEASE,	t_lease },
	{ T_WORD,	"peers",	ACT_PEERS,	t_peers },
	{ T_WORD,	"events",	ACT_EVENTS,	t_events },
	{ T_WORD,	"sync",		ACT_SYNC,	t_end },
	{ T_WORD,	"version",	ACT_VERSION,	t_end },
	{ T_END,	NULL,		ACT_NONE,	NULL }
};

static const struct token t_revoke_net[] = {
	{ T_NET,	"NETWORK",	ACT_NONE,	t_revoke_opts },
	{ T_END,	NULL,		ACT_NONE,	NULL }
};

static const struct token t_revoke_reason[] = {
	{ T_REASON,	"TEXT",		ACT_NONE,	t_end },
	{ T_END,	NULL,		ACT_NONE,	NULL }
};

static const struct token t_revoke_opts[4] = {
	{ T_END,	"",		ACT_NONE,	NULL },
	{ T_WORD,	"net",		ACT_NONE,	t_revoke_net },
	{ T_WORD,	"reason",	ACT_NONE,	t_revoke_reason },
	{ T_END,	NULL,		ACT_NONE,	NULL }
};

static const struct token t_revoke[] = {
	{ T_NAME,	"NAME",		ACT_NONE,	t_revoke_opts },
	{ T_END,	NULL,		ACT_NONE,	NULL }
};

static const struct token t_approve_net[] = {
	{ T_NET,	"NETWORK",	ACT_NONE,	t_end },
	{ T_END,	NULL,		ACT_NONE,	NULL }
};

static const struct token t_approve_opts[] = {
	{ T_END,	"",		ACT_NONE,	NULL },
	{ T_WORD,	"net",		ACT_NONE,	t_approve_net },
	{ T_END,	NULL,		ACT_NONE,	NULL }
};

static const struct token t_approve[] = {
	{ T_NAME,	"NAME",		ACT_NONE,	t_approve_opts },
	{ T_END,	NULL,		ACT_NONE,	NULL }
};

static const struct token t_test_cn[] = {
	{ T_CN,		"NAME",		ACT_NONE,	t_end },
	{ T_END,	NULL,		ACT_NONE,	NULL }
};

static const struct token t_test[] = {
	{ T_WORD,	"cn",		ACT_TEST_CN,	t_test_cn },
	{ T_END,	NULL,		ACT_NONE,	NULL }
};

static const struct token t_backup[] = {
	{ T_FILE,	"FILE",		ACT_NONE,	t_end },
	{ T_END,	NULL,		ACT_NONE,	NULL }
};

static const struct token t_maintenance[] = {
	{ T_ON,		"on",		ACT_NONE,	t_end },
	{ T_OFF,	"off",		ACT_NONE,	t_end },
	{ T_END,	NULL,		ACT_NONE,	NULL }
};

static const struct token t_apply_net[] = {
	{ T_NET,	"NETWORK",	ACT_NONE,	t_apply_opts },
	{ T_END,	NULL,		ACT_NONE,	NULL }
};

static const struct token t_apply_opts[5] = {
	{ T_END,	"",		ACT_NONE,	NULL },
	{ T_DRY_RUN,	"dry-run",	ACT_NONE,	t_apply_opts },
	{ T_FORCE,	"force",	ACT_NONE,	t_apply_opts },
	{ T_WORD,	"net",		ACT_NONE,	t_apply_net },
	{ T_END,	NULL,		ACT_NONE,	NULL }
};

static const struct token t_apply[] = {
	{ T_FILE,	"FILE",		ACT_NONE,	t_apply_opts },
	{ T_END,	NULL,		ACT_NONE,	NULL }
};

static const struct token t_import_net[] = {
	{ T_NET,	"NETWORK",	ACT_NONE,	t_import_opts },
	{ T_END,	NULL,		ACT_NONE,	NULL }
};

static const struct token t_import_opts[4] = {
	{ T_END,	"",		ACT_NONE,	NULL },
	{ T_DRY_RUN,	"dry-run",	ACT_NONE,	t_import_opts },
	{ T_WORD,	"net",		ACT_NONE,	t_import_net },
	{ T_END,	NULL,		ACT_NONE,	NULL }
};

static const struct token t_import[] = {
	{ T_FILE,	"FILE",		ACT_NONE,	t_import_opts },
	{ T_END,	NULL,		ACT_NONE,	NULL }
};

static const struct token t_export_net[] = {
	{ T_NET,	"NETWORK",	ACT_NONE,	t_export_opts },
	{ T_END,	NULL,		ACT_NONE,	NULL }
};

static const struct token t_export_opts[4] = {
	{ T_END,	"",		ACT_NONE,	NULL },
	{ T_QR,		"qr",		ACT_NONE,	t_export_opts },
	{ T_WORD,	"net",		ACT_NONE,	t_export_net },
	{ T_END,	NULL,		ACT_NONE,	NULL }
};

static const struct token t_export_peer[] = {
	{ T_NAME,	"NAME or KEY",	ACT_NONE,	t_export_opts },
	{ T_END,	NULL,		ACT_NONE,	NULL }
};

static const struct token t_export[] = {
	{ T_WORD,	"peer",		ACT_EXPORT,	t_export_peer },
	{ T_END,	NULL,		ACT_NONE,	NULL }
};

static const struct token t_main[] = {
	{ T_WORD,	"show",		ACT_NONE,	t_show },
	{ T_WORD,	"revoke",	ACT_REVOKE,	t_revoke },
	{ T_WORD,	"approve",	ACT_APPROVE,	t_approve },
	{ T_WORD,	"test",		ACT_NONE,	t_test },
	{ T_WORD,	"reload",	ACT_RELOAD,	t_end },
	{ T_WORD,	"teardown",	ACT_TEARDOWN,	t_end },
	{ T_WORD,	"backup",	ACT_BACKUP,	t_backup },
	{ T_WORD,	"maintenance",	ACT_MAINTENANCE, t_maintenance },
	{ T_WORD,	"apply",	ACT_APPLY,	t_apply },
	{ T_WORD,	"import",	ACT_IMPORT,	t_import },
	{ T_WORD,	"export",	ACT_EXPORT,	t_export },
	{ T_END,	NULL,		ACT_NONE,	NULL }
};
/* clang-format on */

static bool
is_keyword(const struct token *t)
{
	return (t->type >= T_WORD && t->type <= T_QR);
}

/* A value shows in capitals, the end of the command as a line break. */
static void
show_valid(const struct token *table, FILE *err)
{
	const struct token *t;

	fprintf(err, "valid commands/args:\n");
	for (t = table; t->text != NULL; t++)
		fprintf(err, "  %s\n", t->type == T_END ? "<cr>" : t->text);
}

/*
 * The token of table that word means, or NULL with *many telling whether it
 * could mean several.  A keyword spelt out wins over those it begins.
 */
static const struct token *
match(const struct token *table, const char *word, bool *many)
{
	const struct token *t, *found = NULL, *value = NULL;
	size_t len = strlen(word);

	*many = false;
	for (t = table; t->text != NULL; t++) {
		if (t->type == T_END)
			continue;
		if (!is_keyword(t)) {
			value = t;
			continue;
		}
		if (strcmp(t->text, word) == 0) {
			*many = false;
			return (t);
		}
		if (t->type == T_EXACT || len == 0 ||
		    strncmp(t->text, word, len) != 0)
			continue;
		if (found != NULL)
			*many = true;
		found = t;
	}
	if (*many)
		return (NULL);
	return (found != NULL ? found : value);
}

static int
set_text(char *dst, size_t size, const char *word, const char *what, FILE *err)
{
	size_t len = strlen(word);

	if (len == 0 || len >= size) {
		fprintf(err, "sallyctl: %s must have 1 to %zu bytes\n", what,
		    size - 1);
		return (-1);
	}
	memcpy(dst, word, len + 1);
	return (0);
}

/* Join the words that are left with blanks. */
static int
set_reason(char *dst, size_t size, int n, char *const *words, FILE *err)
{
	size_t len, used = 0;
	int i;

	for (i = 0; i < n; i++) {
		len = strlen(words[i]);
		if (used + len + 2 > size) {
			fprintf(err,
			    "sallyctl: the reason is longer than %zu bytes\n",
			    size - 1);
			return (-1);
		}
		if (i > 0)
			dst[used++] = ' ';
		memcpy(dst + used, words[i], len + 1);
		used += len;
	}
	return (0);
}

/* What a duration's unit is in seconds; 0 for no unit. */
static uint32_t
unit_seconds(char c)
{
	switch (c) {
	case 's':
		return (1);
	case 'm':
		return (60);
	case 'h':
		return (60 * 60);
	case 'd':
		return (24 * 60 * 60);
	case 'w':
		return (7 * 24 * 60 * 60);
	default:
		return (0);
	}
}

int
grammar_duration(const char *s, uint32_t *seconds)
{
	uint64_t n, sum = 0;
	uint32_t unit;

	if (*s == '\0')
		return (-1);
	while (*s != '\0') {
		if (*s < '0' || *s > '9')
			return (-1);
		for (n = 0; *s >= '0' && *s <= '9'; s++) {
			n = n * 10 + (uint64_t)(*s - '0');
			if (n > DURATION_MAX)
				return (-1);
		}
		unit = unit_seconds(*s);
		if (unit == 0)
			return (-1);
		s++;
		sum += n * unit;
		if (sum > DURATION_MAX)
			return (-1);
	}
	if (sum == 0)
		return (-1);
	*seconds = (uint32_t)sum;
	return (0);
}

/* "CN=dev-1" and "dev-1" are the same. */
static const char *
without_cn(const char *word)
{
	return (strncasecmp(word, "CN=", 3) == 0 ? word + 3 : word);
}

static int
set_limit(uint64_t *limit, const char *word, FILE *err)
{
	const char *errstr;

	*limit = (uint64_t)strtonum(word, 1, LLONG_MAX, &errstr);
	if (errstr == NULL)
		return (0);
	fprintf(err, "sallyctl: the count %s is %s\n", word, errstr);
	return (-1);
}

/* What a keyword sets by itself. */
static void
set_flag(enum token_type type, struct request *r)
{
	if (type == T_ONLINE)
		r->online = true;
	else if (type == T_EXPIRED)
		r->expired = true;
	else if (type == T_ON || type == T_OFF)
		r->on = type == T_ON;
	else if (type == T_DRY_RUN)
		r->dry_run = true;
	else if (type == T_FORCE)
		r->force = true;
	else if (type == T_QR)
		r->qr = true;
}

/* Take the value that token t stands for from words, n of them left. */
static int
set_value(const struct token *t, struct request *r, int n, char *const *words,
    FILE *err)
{
	const char *w = words[0];

	switch (t->type) {
	case T_ONLINE:
	case T_EXPIRED:
	case T_ON:
	case T_OFF:
	case T_DRY_RUN:
	case T_FORCE:
	case T_QR:
		set_flag(t->type, r);
		return (0);
	case T_NET:
		return (set_text(r->network, sizeof(r->network), w,
		    "a network's name", err));
	case T_NAME:
		return (set_text(r->name, sizeof(r->name), w, "a name", err));
	case T_CN:
		return (set_text(r->cn, sizeof(r->cn), without_cn(w),
		    "a common name", err));
	case T_FILE:
		/* Room for the suffix of the unfinished file. */
		return (set_text(r->file, sizeof(r->file) - 8, w,
		    "a file's name", err));
	case T_REASON:
		return (
		    set_reason(r->reason, sizeof(r->reason), n, words, err));
	case T_LIMIT:
		return (set_limit(&r->limit, w, err));
	case T_SINCE:
		if (grammar_duration(w, &r->since) == 0)
			return (0);
		fprintf(err,
		    "sallyctl: %s is not a duration from 1s to ten years, "
		    "such as 90s, 1h30m or 2d\n",
		    w);
		return (-1);
	case T_END:
	case T_WORD:
	case T_EXACT:
		return (0);
	}
	return (-1);
}

/* The tables lead back to themselves, but a word says one thing only. */
static bool
is_repeated(const struct token *const *seen, int n, const struct token *t)
{
	int i;

	for (i = 0; i < n; i++)
		if (seen[i] == t)
			return (true);
	return (false);
}

int
grammar_parse(int n, char *const *words, struct request *r, FILE *err)
{
	const struct token *t, *table = t_main, *seen[WORDS_MAX];
	bool many;
	int i;

	memset(r, 0, sizeof(*r));
	for (i = 0; i < n; i++) {
		t = match(table, words[i], &many);
		if (t == NULL) {
			fprintf(err, "sallyctl: %s argument: %s\n",
			    many ? "ambiguous" : "unknown", words[i]);
			show_valid(table, err);
			return (-1);
		}
		if (i == WORDS_MAX || is_repeated(seen, i, t)) {
			fprintf(err, "sallyctl: given twice: %s\n", t->text);
			return (-1);
		}
		seen[i] = t;
		if (set_value(t, r, n - i, words + i, err) == -1)
			return (-1);
		if (t->action != ACT_NONE)
			r->action = t->action;
		table = t->next;
		if (t->type == T_REASON)
			break;
	}
	if (table->type != T_END || table->text == NULL) {
		fprintf(err,
		    n == 0 ? "sallyctl: missing command\n" :
		    "sallyctl: missing argument after: %s\n",
		    n == 0 ? "" : words[n - 1]);
		show_valid(table, err);
		return (-1);
	}
	return (0);
}
