/* SPDX-License-Identifier: ISC */
/*
 * From the words of the command line to a request.  verbs.c has the commands;
 * here are their arguments and options, and the rules for words.  Nothing here
 * talks to the daemon.
 */

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "grammar.h"
#include "grammar_mesh.h"
#include "spell.h"
#include "units.h"

#define PLACE_MAX  32 /* choices for one word */
#define REQUEST(m) offsetof(struct request, m), sizeof(((struct request *)0)->m)

enum how {
	FLAG, /* a keyword alone */
	TEXT,
	CN,
	PATH,
	REASON, /* takes all words that are left */
	SINCE,
	LIMIT,
	MESH_NAME /* MESH or TENANT:MESH */
};

/* clang-format off */
static const struct {
	const char	*word;		/* NULL: an argument */
	const char	*value;		/* name of its value; NULL: none */
	enum how	 how;
	size_t		 off;		/* of the member in the request */
	size_t		 size;
	const char	*what;		/* for complaints */
} params[] = {
	[P_NAME] = { NULL, "NAME", TEXT, REQUEST(name), "a name" },
	[P_PEER] = { NULL, "NAME or KEY", TEXT, REQUEST(name), "a name" },
	[P_CN] = { NULL, "NAME", CN, REQUEST(cn), "a common name" },
	[P_FILE] = { NULL, "FILE", PATH, REQUEST(file), "a file's name" },
	[P_DRY_RUN] = { "dry-run", NULL, FLAG, REQUEST(dry_run), NULL },
	[P_FORCE] = { "force", NULL, FLAG, REQUEST(force), NULL },
	[P_QR] = { "qr", NULL, FLAG, REQUEST(qr), NULL },
	[P_PUBKEY] = { "key", "KEY", TEXT, REQUEST(key), "a public key" },
	[P_NET] = { "net", "NETWORK", TEXT, REQUEST(network),
	    "a network's name" },
	[P_ADDRESS] = { "address", "ADDRESS", TEXT, REQUEST(address),
	    "an address or prefix" },
	[P_NAMED] = { "name", "NAME", TEXT, REQUEST(name), "a name" },
	[P_ONLINE] = { "online", NULL, FLAG, REQUEST(online), NULL },
	[P_EXPIRED] = { "expired", NULL, FLAG, REQUEST(expired), NULL },
	[P_REASON] = { "reason", "TEXT", REASON, REQUEST(reason), NULL },
	[P_SINCE] = { "since", "DURATION (90s, 1h30m, 2d)", SINCE,
	    REQUEST(since), NULL },
	[P_DIR] = { "dir", "DIRECTORY", TEXT, REQUEST(dir), "a directory" },
	[P_WRITE] = { "-w", "FILE", PATH, REQUEST(write), "a file's name" },
	[P_SERVER] = { "server", NULL, FLAG, REQUEST(server), NULL },
	[P_PKCS12] = { "pkcs12", NULL, FLAG, REQUEST(pkcs12), NULL },
	[P_CSR] = { "request", "FILE", PATH, REQUEST(csr), "a file's name" },
	[P_PASSPHRASE] = { "passphrase", "FILE", PATH, REQUEST(passphrase),
	    "a file's name" },
	[P_SERIAL] = { "serial", "NUMBER", TEXT, REQUEST(serial),
	    "a serial number" },
	[P_TERM] = { "for", "DURATION (12h, 90d, 365d)", SINCE, REQUEST(term),
	    NULL },
	[P_ENDPOINT] = { "endpoint", "HOST", TEXT, REQUEST(endpoint),
	    "a host's name or address" },
	[P_WAN] = { "wan", "INTERFACE", TEXT, REQUEST(wan),
	    "an interface's name" },
	[P_URL] = { "url", "URL", TEXT, REQUEST(url), "a URL" },
	[P_ORIGIN] = { NULL, "ZONE", TEXT, REQUEST(zone), "a zone's name" },
	[P_ZONE] = { "zone", "ZONE", TEXT, REQUEST(zone), "a zone's name" },
	[P_REVERSE] = { "reverse", "PREFIX", TEXT, REQUEST(reverse),
	    "a prefix" },
	[P_NS] = { "ns", "HOST", TEXT, REQUEST(ns), "a host's name" },
	[P_LIMIT] = { "limit", "COUNT", LIMIT, REQUEST(limit), NULL },
	[P_DEVICE] = { NULL, "DEVICE", TEXT, REQUEST(op.device),
	    "a device's name" },
	[P_NETWORK] = { NULL, "MESH", MESH_NAME, REQUEST(op.network),
	    "a mesh's name" },
	[P_OF_TENANT] = { NULL, "TENANT", TEXT, REQUEST(op.tenant),
	    "a tenant's name" },
	[P_OF_GROUP] = { NULL, "GROUP", TEXT, REQUEST(op.group),
	    "a group's name" },
	[P_BEHIND] = { "behind", NULL, FLAG, REQUEST(behind), NULL },
	[P_OFFLINE] = { "offline", NULL, FLAG, REQUEST(offline), NULL },
	[P_IN_MESH] = { "net", "MESH", MESH_NAME, REQUEST(op.network),
	    "a mesh's name" },
};
/* clang-format on */

enum accept {
	KEYWORD, /* the word, or a prefix of it */
	EXACT,	 /* a keyword that is never abbreviated */
	VALUE,	 /* any word */
	END	 /* no word */
};

/* The words that may stand at one place of a command. */
struct place {
	size_t n;
	struct {
		const char *text;
		enum accept accept;
		size_t id;
	} choice[PLACE_MAX];
};

struct parser {
	int n;
	char *const *words; /* n that are left */
	char *const *first;
	FILE *err;
};

static void
place_add(struct place *pl, const char *text, enum accept accept, size_t id)
{
	pl->choice[pl->n].text = text;
	pl->choice[pl->n].accept = accept;
	pl->choice[pl->n].id = id;
	pl->n++;
}

/*
 * The choice that word means, or -1; then *many is true if it could mean
 * several.  A complete keyword wins over longer ones that begin with it.
 */
static int
place_match(const struct place *pl, const char *word, bool *many)
{
	size_t len = strlen(word), i;
	int found = -1;

	*many = false;
	for (i = 0; i < pl->n; i++) {
		if (pl->choice[i].accept == VALUE ||
		    (pl->choice[i].accept != END &&
			strcmp(pl->choice[i].text, word) == 0)) {
			*many = false;
			return ((int)i);
		}
		if (pl->choice[i].accept != KEYWORD || len == 0 ||
		    strncmp(pl->choice[i].text, word, len) != 0)
			continue;
		*many = found != -1;
		found = (int)i;
	}
	return (*many ? -1 : found);
}

/* The choice that a misspelt word was to be, or NULL. */
static const char *
meant(const struct place *pl, const char *word)
{
	unsigned int distance = SPELL_FAR;
	const char *found = NULL;
	size_t i;

	for (i = 0; i < pl->n; i++)
		if ((pl->choice[i].accept == KEYWORD ||
			pl->choice[i].accept == EXACT) &&
		    spell_near(word, pl->choice[i].text, &distance))
			found = pl->choice[i].text;
	return (found);
}

/*
 * Take the next word and set *id to that of its choice.  Returns 0, or -1 after
 * an error that lists the choices.
 */
static int
next(struct parser *p, const struct place *pl, size_t *id)
{
	const char *word;
	bool many = false;
	size_t k;
	int i;

	if (p->n > 0 && (i = place_match(pl, *p->words, &many)) != -1) {
		*id = pl->choice[i].id;
		p->words++;
		p->n--;
		return (0);
	}
	if (p->n > 0) {
		fprintf(p->err, "sallyctl: %s argument: %s",
		    many ? "ambiguous" : "unknown", *p->words);
		if (!many && (word = meant(pl, *p->words)) != NULL)
			fprintf(p->err, " (did you mean %s?)", word);
		fputc('\n', p->err);
	} else if (p->words > p->first)
		fprintf(p->err, "sallyctl: missing argument after: %s\n",
		    p->words[-1]);
	else
		fprintf(p->err, "sallyctl: missing command\n");
	fprintf(p->err, "valid commands/args:\n");
	for (k = 0; k < pl->n; k++)
		fprintf(p->err, "  %s\n", pl->choice[k].text);
	return (-1);
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

/* Join the word before, and all that are left, with blanks. */
static int
set_reason(struct parser *p, char *dst, size_t size)
{
	size_t len, used = 0;

	for (;; p->words++, p->n--) {
		len = strlen(p->words[-1]);
		if (used + len + 2 > size) {
			fprintf(p->err,
			    "sallyctl: the reason is longer than %zu bytes\n",
			    size - 1);
			return (-1);
		}
		if (used > 0)
			dst[used++] = ' ';
		memcpy(dst + used, p->words[-1], len + 1);
		used += len;
		if (p->n == 0)
			return (0);
	}
}

static int
set_since(uint32_t *since, const char *word, FILE *err)
{
	if (units_parse_duration(word, since) == 0 && *since != 0 &&
	    *since != LEASE_NEVER)
		return (0);
	fprintf(err,
	    "sallyctl: %s is not a duration from 1s to ten years, such as 90s, 1h30m or 2d\n",
	    word);
	return (-1);
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

/* "TENANT:MESH", "MESH" or a uuid. */
static int
set_mesh(struct request *r, const char *word, FILE *err)
{
	const char *colon = strchr(word, ':');
	char tenant[MESHNAME_SIZE];

	if (colon == NULL)
		return (set_text(r->op.network, sizeof(r->op.network), word,
		    "a mesh's name", err));
	if ((size_t)(colon - word) >= sizeof(tenant)) {
		fprintf(err, "sallyctl: the tenant's name is too long\n");
		return (-1);
	}
	memcpy(tenant, word, (size_t)(colon - word));
	tenant[colon - word] = '\0';
	if (set_text(r->op.tenant, sizeof(r->op.tenant), tenant,
		"a tenant's name", err) == -1)
		return (-1);
	return (set_text(r->op.network, sizeof(r->op.network), colon + 1,
	    "a mesh's name", err));
}

static int
take_mesh_value(struct parser *p, enum param param, struct request *r)
{
	struct place pl = { 0 };
	size_t id;

	place_add(&pl, mesh_value_name(param), VALUE, 0);
	if (next(p, &pl, &id) == -1)
		return (-1);
	return (mesh_value(&r->op, param, p->words[-1], p->err));
}

/* Take the value of an argument or option.  Returns 0 or -1. */
static int
take_value(struct parser *p, enum param param, struct request *r)
{
	struct place pl = { 0 };
	size_t size, id;
	const char *w;
	void *dst;

	if (param >= P_TENANT)
		return (take_mesh_value(p, param, r));
	dst = (char *)r + params[param].off;
	size = params[param].size;
	if (params[param].how == FLAG) {
		*(bool *)dst = true;
		return (0);
	}
	place_add(&pl, params[param].value, VALUE, 0);
	if (next(p, &pl, &id) == -1)
		return (-1);
	w = p->words[-1];
	switch (params[param].how) {
	case CN:
		/* "CN=dev-1" and "dev-1" are the same. */
		if (strncasecmp(w, "CN=", 3) == 0)
			w += 3;
		break;
	case PATH:
		/* Room for the suffix of the unfinished file. */
		size -= 8;
		break;
	case REASON:
		return (set_reason(p, dst, size));
	case LIMIT:
		return (set_limit(dst, w, p->err));
	case MESH_NAME:
		return (set_mesh(r, w, p->err));
	case SINCE:
		return (set_since(dst, w, p->err));
	case TEXT:
	case FLAG:
		break;
	}
	return (set_text(dst, size, w, params[param].what, p->err));
}

/* Take the one or two words of a command.  Returns NULL after an error. */
static const struct verb *
take_verb(struct parser *p)
{
	struct place first = { 0 }, second = { 0 };
	const char *word = "";
	size_t i, id;

	for (i = 0; verbs[i].words[0] != NULL; i++) {
		if (strcmp(verbs[i].words[0], word) == 0)
			continue;
		word = verbs[i].words[0];
		place_add(&first, word, verbs[i].whole ? EXACT : KEYWORD, i);
	}
	if (next(p, &first, &id) == -1)
		return (NULL);
	if (verbs[id].words[1] == NULL)
		return (&verbs[id]);
	word = verbs[id].words[0];
	for (i = id; verbs[i].words[0] != NULL; i++)
		if (strcmp(verbs[i].words[0], word) == 0)
			place_add(&second, verbs[i].words[1],
			    verbs[i].exact || verbs[i].whole ? EXACT : KEYWORD,
			    i);
	return (next(p, &second, &id) == -1 ? NULL : &verbs[id]);
}

const char *
grammar_word(enum param p)
{
	return (p >= P_TENANT ? mesh_word(p) : params[p].word);
}

const char *
grammar_value(enum param p)
{
	return (p >= P_TENANT ? mesh_value_name(p) : params[p].value);
}

/* Take options in any order, each at most once. */
static int
take_options(struct parser *p, struct request *r)
{
	struct place pl = { 0 };
	uint64_t seen = 0;
	size_t i, id;

	place_add(&pl, "<cr>", END, 0);
	for (i = 0; i <= P_REACHED; i++)
		if (r->verb->opts & (1ULL << i))
			place_add(&pl, grammar_word((enum param)i), KEYWORD, i);
	while (p->n > 0) {
		if (next(p, &pl, &id) == -1)
			return (-1);
		if (seen & (1ULL << id)) {
			fprintf(p->err, "sallyctl: given twice: %s\n",
			    grammar_word((enum param)id));
			return (-1);
		}
		seen |= 1ULL << id;
		if (take_value(p, (enum param)id, r) == -1)
			return (-1);
	}
	return (0);
}

static void
print_value(const char *value, FILE *f)
{
	const char *end;

	/* The text in parentheses is an explanation. */
	if ((end = strstr(value, " (")) == NULL)
		end = value + strlen(value);
	fprintf(f, " %.*s", (int)(end - value), value);
}

static void
print_verb(const struct verb *v, FILE *f)
{
	size_t i;

	fprintf(f, "  %s", v->words[0]);
	if (v->words[1] != NULL)
		fprintf(f, " %s", v->words[1]);
	if (v->arg != P_NONE)
		print_value(grammar_value(v->arg), f);
	if (v->arg2 != P_NONE)
		print_value(grammar_value(v->arg2), f);
	for (i = 0; i <= P_REACHED; i++) {
		if ((v->opts & (1ULL << i)) == 0)
			continue;
		fprintf(f, " [%s", grammar_word((enum param)i));
		if (grammar_value((enum param)i) != NULL)
			print_value(grammar_value((enum param)i), f);
		fputc(']', f);
	}
	fputc('\n', f);
}

void
grammar_help(const char *word, FILE *f)
{
	size_t i;

	for (i = 0; verbs[i].words[0] != NULL; i++)
		if (word == NULL ||
		    strncmp(verbs[i].words[0], word, strlen(word)) == 0)
			print_verb(&verbs[i], f);
}

int
grammar_parse(int n, char *const *words, struct request *r, FILE *err)
{
	struct parser p = { n, words, words, err };

	memset(r, 0, sizeof(*r));
	if ((r->verb = take_verb(&p)) == NULL)
		return (-1);
	if (r->verb->arg != P_NONE && take_value(&p, r->verb->arg, r) == -1)
		return (-1);
	if (r->verb->arg2 != P_NONE && take_value(&p, r->verb->arg2, r) == -1)
		return (-1);
	return (take_options(&p, r));
}
