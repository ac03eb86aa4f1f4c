/* SPDX-License-Identifier: ISC */
/*
 * Identity rules with PCRE2.  There is no JIT, because memory never becomes
 * code here, and there are limits, because the patterns are the operator's but
 * the subjects are anybody's.
 */

#define PCRE2_CODE_UNIT_WIDTH	8
#include <pcre2.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "identity.h"
#include "printable.h"
#include "san.h"

#define SUBJECT_MAX	1024	/* bytes */
#define MATCH_LIMIT	20000	/* calls of the matcher, a few milliseconds */
#define DEPTH_LIMIT	1000	/* backtracking points */
#define HEAP_LIMIT	256	/* KiB */
#define GROUPS		2	/* the whole match and the first group */

struct rule {
	uint8_t		 proof;
	uint8_t		 subject;
	uint8_t		 role;
	bool		 tied;		/* to CAs */
	bool		 lacks;		/* these CAs, which are not known */
	char		 network[NETNAME_SIZE];
	char		 prefix[IDENT_SIZE];	/* before the name */
	char		 tenant[NETNAME_SIZE];
	uint8_t		 ngroups;
	char		 groups[RULE_GROUPS_MAX][NETNAME_SIZE];
	pcre2_code	*code;
	pcre2_code *group; /* pattern of its name; NULL: any */
};

struct identity_rules {
	struct rule	 rules[IDENT_MAX];
	unsigned int	 n;
	bool		 sans;		/* a rule asks for other names */
	pcre2_match_context *limits;
	pcre2_match_data *groups;
};

struct identity_rules *
identity_rules_new(void)
{
	struct identity_rules *r;

	if ((r = calloc(1, sizeof(*r))) == NULL)
		return (NULL);
	if ((r->limits = pcre2_match_context_create(NULL)) == NULL ||
	    (r->groups = pcre2_match_data_create(GROUPS, NULL)) == NULL) {
		identity_rules_free(r);
		errno = ENOMEM;
		return (NULL);
	}
	(void)pcre2_set_match_limit(r->limits, MATCH_LIMIT);
	(void)pcre2_set_depth_limit(r->limits, DEPTH_LIMIT);
	(void)pcre2_set_heap_limit(r->limits, HEAP_LIMIT);
	return (r);
}

void
identity_rules_free(struct identity_rules *r)
{
	unsigned int i;

	if (r == NULL)
		return;
	for (i = 0; i < r->n; i++) {
		pcre2_code_free(r->rules[i].code);
		pcre2_code_free(r->rules[i].group);
	}
	pcre2_match_data_free(r->groups);
	pcre2_match_context_free(r->limits);
	free(r);
}

/* The character behind an escape or a class that begins at p, or NULL. */
static const char *
skip_unit(const char *p)
{
	if (*p == '\\')
		return (p[1] == '\0' || strchr("QEgk123456789", p[1]) != NULL ?
			NULL :
			p + 2);
	if (*p != '[')
		return (p + 1);
	p++;
	if (*p == '^')
		p++;
	if (*p == ']')
		p++;
	for (; *p != ']'; p++) {
		/* A class like [:alpha:] has brackets of its own. */
		if (*p == '\0' || *p == '[' || (*p == '\\' && *++p == '\0'))
			return (NULL);
	}
	return (p + 1);
}

/*
 * Find the first group of a pattern, which gives the name.  A pattern that is
 * not plain enough has none here.  Returns the length of what is inside, or 0.
 */
static size_t
first_group(const char *pattern, const char **inside)
{
	const char *p = pattern, *begin = NULL;
	unsigned int depth = 0, at = 0;

	while (*p != '\0') {
		if (*p == '(' && (p[1] == '*' || (p[1] == '?' && p[2] != ':')))
			return (0);
		if (*p == '(' && ++depth > 0 && begin == NULL && p[1] != '?') {
			begin = p + 1;
			at = depth;
		}
		if (*p == ')' && depth-- == at && begin != NULL) {
			*inside = begin;
			return ((size_t)(p - begin));
		}
		if ((p = skip_unit(p)) == NULL)
			return (0);
	}
	return (0);
}

/* Compile what the names of a rule fit; NULL if that cannot be told. */
static pcre2_code *
compile_group(const char *pattern, uint32_t options)
{
	const char *inside;
	PCRE2_SIZE offset;
	size_t len;
	int e;

	if ((len = first_group(pattern, &inside)) == 0)
		return (NULL);
	return (
	    pcre2_compile((PCRE2_SPTR)inside, len, options, &e, &offset, NULL));
}

int
identity_rules_add(struct identity_rules *r, const struct msg_conf_identity *m,
    char *err, size_t errsize)
{
	const uint32_t options = PCRE2_ANCHORED | PCRE2_ENDANCHORED |
	    PCRE2_UTF | PCRE2_NEVER_BACKSLASH_C | PCRE2_DOLLAR_ENDONLY;
	PCRE2_UCHAR text[128];
	PCRE2_SIZE offset;
	struct rule *rule;
	int e;

	if (r->n == IDENT_MAX) {
		snprintf(err, errsize, "identities: more than %d rules",
		    IDENT_MAX);
		return (-1);
	}
	rule = &r->rules[r->n];
	rule->code = pcre2_compile((PCRE2_SPTR)m->pattern,
	    PCRE2_ZERO_TERMINATED, options, &e, &offset, NULL);
	if (rule->code == NULL) {
		if (pcre2_get_error_message(e, text, sizeof(text)) < 0)
			text[0] = '\0';
		snprintf(err, errsize,
		    "identities[%u]: pattern \"%s\": %s at character %zu", r->n,
		    m->pattern, (const char *)text, offset + 1);
		return (-1);
	}
	rule->group = compile_group(m->pattern, options);
	rule->proof = m->proof;
	rule->subject = m->subject;
	r->sans |= m->subject != SUBJECT_CN;
	rule->role = m->role;
	rule->tied = m->has_ca != 0;
	strlcpy(rule->network, m->network, sizeof(rule->network));
	strlcpy(rule->prefix, m->name_prefix, sizeof(rule->prefix));
	strlcpy(rule->tenant, m->tenant, sizeof(rule->tenant));
	rule->ngroups = m->ngroups;
	memcpy(rule->groups, m->groups, sizeof(rule->groups));
	r->n++;
	return (0);
}

uint8_t
identity_groups(const struct identity_rules *r, unsigned int i,
    char groups[RULE_GROUPS_MAX][NETNAME_SIZE])
{
	memcpy(groups, r->rules[i].groups, sizeof(r->rules[i].groups));
	return (r->rules[i].ngroups);
}

void
identity_rules_lack(struct identity_rules *r, unsigned int i)
{
	r->rules[i].lacks = r->rules[i].tied;
}

bool
identity_wants_sans(const struct identity_rules *r)
{
	return (r->sans);
}

/* Take the name from the groups of a match, behind the rule's prefix. */
static int
take_name(const struct identity_rules *r, const struct rule *rule,
    const char *subject, int groups, char *name)
{
	PCRE2_SIZE *at, len, n;
	const char *from;
	unsigned int i;

	at = pcre2_get_ovector_pointer(r->groups);
	/* The first group of a rule gives the name, even if it is empty. */
	i = groups > 1 ? 1 : 0;
	if (at[2 * i] == PCRE2_UNSET || at[2 * i] > at[2 * i + 1])
		goto bad;
	from = subject + at[2 * i];
	len = at[2 * i + 1] - at[2 * i];
	n = strlcpy(name, rule->prefix, IDENT_SIZE);
	if (len < 1 || len + n >= IDENT_SIZE)
		goto bad;
	memcpy(name + n, from, len);
	name[n + len] = '\0';
	return (0);
bad:
	errno = EINVAL;
	return (-1);
}

static bool
has_group(const pcre2_code *code)
{
	uint32_t n = 0;

	(void)pcre2_pattern_info(code, PCRE2_INFO_CAPTURECOUNT, &n);
	return (n > 0);
}

/*
 * Try one rule on one name.  Returns 1 with the identity's name, 0 if the rule
 * does not match, or -1 with errno.
 */
static int
try(const struct identity_rules *r, const struct rule *rule, const char *s,
    size_t len, char *name)
{
	int n;

	/* printable_utf8 has checked the encoding. */
	n = pcre2_match(rule->code, (PCRE2_SPTR)s, len, 0, PCRE2_NO_UTF_CHECK,
	    r->groups, r->limits);
	if (n == PCRE2_ERROR_NOMATCH)
		return (0);
	if (n < 0) {
		errno = E2BIG;
		return (-1);
	}
	/* 0: there are more groups than we keep, so the first is there. */
	n = n == 0 || has_group(rule->code) ? GROUPS : 1;
	return (take_name(r, rule, s, n, name) == -1 ? -1 : 1);
}

bool
identity_gives(const struct identity_rules *r, const char *name)
{
	const struct rule *rule;
	size_t n, len = strlen(name);
	unsigned int i;

	if (len == 0 || len >= IDENT_SIZE || !printable_utf8(name, len))
		return (false);
	for (i = 0; i < r->n; i++) {
		rule = &r->rules[i];
		n = strlen(rule->prefix);
		if (rule->role != ROLE_DEVICE ||
		    strncmp(name, rule->prefix, n) != 0)
			continue;
		if (has_group(rule->code) && rule->group == NULL)
			return (true);
		/* An error of the matcher says nothing: it may be. */
		if (pcre2_match(has_group(rule->code) ? rule->group :
							rule->code,
			(PCRE2_SPTR)name + n, len - n, 0, PCRE2_NO_UTF_CHECK,
			r->groups, r->limits) != PCRE2_ERROR_NOMATCH)
			return (true);
	}
	return (false);
}

/*
 * Try the rule on all names of its kind.  Their order means nothing, so that
 * two names that match must give the same identity.
 */
static int
try_sans(const struct identity_rules *r, const struct rule *rule,
    const struct san_list *sans, struct identity *id)
{
	char name[IDENT_SIZE];
	const struct san *san;
	unsigned int i;
	int found = 0, n;

	if (sans == NULL)
		return (0);
	if (san_is_bad(sans, rule->subject)) {
		errno = EINVAL;
		return (-1);
	}
	for (i = 0; i < sans->n; i++) {
		san = &sans->list[i];
		if (san->kind != rule->subject)
			continue;
		if ((n = try(r, rule, san->text, strlen(san->text), name)) ==
		    -1)
			return (-1);
		if (n == 0)
			continue;
		if (found && strcmp(name, id->name) != 0) {
			errno = ENOTUNIQ;
			return (-1);
		}
		if (found)
			continue;
		found = 1;
		id->san = (uint16_t)i;
		strlcpy(id->name, name, sizeof(id->name));
	}
	return (found);
}

int
identity_match(const struct identity_rules *r, uint8_t proof,
    const char *subject, size_t len, const struct san_list *sans, uint64_t tied,
    struct identity *id)
{
	const struct rule *rule;
	unsigned int i;
	int n;

	memset(id, 0, sizeof(*id));
	if (subject != NULL &&
	    (len > SUBJECT_MAX || !printable_utf8(subject, len))) {
		errno = EINVAL;
		return (-1);
	}
	for (i = 0; i < r->n; i++) {
		rule = &r->rules[i];
		if (rule->proof != proof ||
		    (rule->tied && !rule->lacks &&
			(tied & UINT64_C(1) << i) == 0))
			continue;
		if (rule->subject == SUBJECT_CN)
			n = subject == NULL ?
			    0 :
			    try(r, rule, subject, len, id->name);
		else
			n = try_sans(r, rule, sans, id);
		if (n == -1)
			return (-1);
		if (n == 0)
			continue;
		/* A later rule could give a client of theirs other rights. */
		if (rule->lacks) {
			errno = ENODATA;
			return (-1);
		}
		id->rule = (uint16_t)i;
		id->role = rule->role;
		id->subject = rule->subject;
		strlcpy(id->network, rule->network, sizeof(id->network));
		strlcpy(id->tenant, rule->tenant, sizeof(id->tenant));
		return (0);
	}
	errno = ENOENT;
	return (-1);
}
