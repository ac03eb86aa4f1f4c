/* SPDX-License-Identifier: ISC */
/*
 * People and scripts write the name of a peer as a comment, above [Peer] or in
 * its section.  The forms of the known scripts are recognised, and beside them
 * a plain comment.  A comment of the form "word: value" is a name only if the
 * word says so; a comment above a section belongs to that section, unless it
 * is the end of a block.
 */

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "peername.h"
#include "printable.h"
#include "wgkey.h"

#define WORD_MAX_LEN 32 /* the word in "word: value" */
#define ANSIBLE	     "ANSIBLE MANAGED BLOCK"
#define UUID_LEN     36

struct span
span_trim(const char *p, size_t len)
{
	while (len > 0 && isspace((unsigned char)*p)) {
		p++;
		len--;
	}
	while (len > 0 && isspace((unsigned char)p[len - 1]))
		len--;
	return ((struct span){ p, len });
}

bool
span_is(struct span s, const char *word)
{
	return (s.len == strlen(word) && strncasecmp(s.p, word, s.len) == 0);
}

bool
span_divide(struct span s, char c, struct span *before, struct span *after)
{
	const char *at;

	at = memchr(s.p, c, s.len);
	if (at == NULL) {
		*before = s;
		*after = (struct span){ s.p + s.len, 0 };
		return (false);
	}
	*before = span_trim(s.p, (size_t)(at - s.p));
	*after = span_trim(at + 1, s.len - (size_t)(at + 1 - s.p));
	return (true);
}

static bool
is_among(struct span s, const char *const *words, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (span_is(s, words[i]))
			return (true);
	return (false);
}

/* Remove a word at the beginning, if something follows it. */
static bool
skip_word(struct span *s, const char *word)
{
	size_t len = strlen(word);

	if (s->len <= len || strncasecmp(s->p, word, len) != 0)
		return (false);
	*s = span_trim(s->p + len, s->len - len);
	return (true);
}

/* The same at the end, and a hyphen before it: "ann - START". */
static bool
drop_word(struct span *s, const char *word)
{
	size_t len = strlen(word);

	if (s->len <= len || strncasecmp(s->p + s->len - len, word, len) != 0 ||
	    !isspace((unsigned char)s->p[s->len - len - 1]))
		return (false);
	*s = span_trim(s->p, s->len - len);
	if (s->len > 1 && s->p[s->len - 1] == '-' &&
	    isspace((unsigned char)s->p[s->len - 2]))
		*s = span_trim(s->p, s->len - 1);
	return (true);
}

/* Take a name if it fits and can be shown, and if it is better. */
static void
offer(struct label *l, enum name_rank rank, struct span s)
{
	uint8_t key[WGKEY_LEN];

	if (rank <= l->rank || s.len == 0 || s.len >= sizeof(l->text) ||
	    !printable_utf8(s.p, s.len) || wgkey_parse(s.p, s.len, key) == 0)
		return;
	l->rank = rank;
	memcpy(l->text, s.p, s.len);
	l->text[s.len] = '\0';
}

/* wg-gen-web and wg-portal go on after the name: " / Updated: ...". */
static struct span
without_more(struct span s)
{
	size_t i;

	for (i = 0; i + 3 <= s.len; i++)
		if (memcmp(s.p + i, " / ", 3) == 0 &&
		    memchr(s.p + i, ':', s.len - i) != NULL)
			return (span_trim(s.p, i));
	return (s);
}

/* wg-easy writes its number or UUID of a client in parentheses behind it. */
static struct span
without_id(struct span s)
{
	const char *open;
	size_t i, len, digits = 0;

	open = s.len == 0 || s.p[s.len - 1] != ')' ? NULL :
						     memrchr(s.p, '(', s.len);
	if (open == NULL || open == s.p || open[-1] != ' ')
		return (s);
	len = s.len - (size_t)(open + 2 - s.p);
	for (i = 1; i <= len; i++) {
		if (!isxdigit((unsigned char)open[i]) && open[i] != '-')
			return (s);
		digits += isdigit((unsigned char)open[i]) != 0;
	}
	if (len != UUID_LEN && digits != len)
		return (s);
	return (span_trim(s.p, (size_t)(open - s.p)));
}

static bool
is_number(struct span s)
{
	size_t i;

	for (i = 0; i < s.len; i++)
		if (!isdigit((unsigned char)s.p[i]))
			return (false);
	return (s.len > 0);
}

/* The rank of the value in "word: value" or "word = value". */
static enum name_rank
word_rank(struct span word)
{
	static const char *const sure[] = { "Name", "friendly_name",
		"Display name", "Client", "Client name", "Peer", "Peer name",
		"User", "Username", "User name", "Device", "Device name",
		"Host", "Hostname", "Node", "Alias" };
	static const char *const note[] = { "Description", "Comment", "Label",
		"Title", "Owner" };

	if (is_among(word, sure, sizeof(sure) / sizeof(sure[0])))
		return (NAME_SURE);
	if (is_among(word, note, sizeof(note) / sizeof(note[0])))
		return (NAME_NOTE);
	return (NAME_NONE);
}

/*
 * If the comment is "word: value" or "word = value", find its parts.  A time of
 * day or a URL is none.
 */
static bool
has_word(struct span s, struct span *word, struct span *value)
{
	size_t i;

	for (i = 0; i < s.len && s.p[i] != ':' && s.p[i] != '='; i++)
		if (!isalnum((unsigned char)s.p[i]) &&
		    strchr(" _-.#", s.p[i]) == NULL)
			return (false);
	if (i == 0 || i == s.len || i > WORD_MAX_LEN)
		return (false);
	(void)span_divide(s, s.p[i], word, value);
	/* WGDashboard writes "#Name# = x", and others "#_Name = x". */
	while (word->len > 0 && word->p[word->len - 1] == '#')
		*word = span_trim(word->p, word->len - 1);
	while (word->len > 0 && *word->p == '_')
		*word = span_trim(word->p + 1, word->len - 1);
	return (s.p[i] == '=' || i + 1 == s.len ||
	    isspace((unsigned char)s.p[i + 1]) ||
	    word_rank(*word) != NAME_NONE);
}

/* The frames of ### and --- around a comment. */
static struct span
without_frame(struct span s)
{
	static const char frame[] = "#-=*~";

	while (s.len > 0 && strchr(frame, *s.p) != NULL &&
	    (s.len == 1 || *s.p == '#' || isspace((unsigned char)s.p[1]) ||
		strchr(frame, s.p[1]) != NULL))
		s = span_trim(s.p + 1, s.len - 1);
	while (s.len > 1 && strchr(frame, s.p[s.len - 1]) != NULL &&
	    (s.p[s.len - 1] == '#' || isspace((unsigned char)s.p[s.len - 2]) ||
		strchr(frame, s.p[s.len - 2]) != NULL))
		s = span_trim(s.p, s.len - 1);
	return (s);
}

/* True if the comment ends what one with the same name began. */
static bool
is_end(const struct naming *n, struct span s)
{
	char name[IDENT_SIZE];

	if (span_is(s, "end") || skip_word(&s, "END_PEER "))
		return (true);
	naming_get(n, name);
	if (skip_word(&s, "end ")) {
		if (skip_word(&s, ANSIBLE))
			s = without_frame(s);
	} else if (!drop_word(&s, "end"))
		return (false);
	return (span_is(s, name) || span_is(s, ANSIBLE));
}

/* The name that a comment without "word: value" is, and how sure it is. */
static enum name_rank
plain_name(struct span *s)
{
	static const char *const marks[] = { "BEGIN_PEER ", "begin " };
	static const char client[] = "Client ";
	static const char *const banners[] = { "Peer", "Peers", "Client",
		"Clients", "User", "Users", "Device", "Devices", ANSIBLE };
	enum name_rank rank = NAME_PLAIN;
	size_t i;

	/* It tells of the line below it. */
	if (drop_word(&(struct span){ s->p, s->len }, "public key"))
		return (NAME_NONE);
	for (i = 0; rank == NAME_PLAIN && i < sizeof(marks) / sizeof(marks[0]);
	     i++)
		if (skip_word(s, marks[i]))
			rank = NAME_SURE;
	/* Written in small letters, it is a word that people use. */
	if (rank == NAME_PLAIN &&
	    ((s->len > sizeof(client) - 1 &&
	    memcmp(s->p, client, sizeof(client) - 1) == 0 &&
		 skip_word(s, client)) ||
		drop_word(s, "start")))
		rank = NAME_SURE;
	if (skip_word(s, ANSIBLE))
		*s = without_frame(*s);
	/* It is above many peers. */
	if (is_among(*s, banners, sizeof(banners) / sizeof(banners[0])))
		return (NAME_NONE);
	return (rank);
}

/* Look for a name in a comment. */
static void
find_name(struct label *l, struct span s)
{
	struct span word, value;
	enum name_rank rank;

	/* wg-portal marks its own lines. */
	(void)skip_word(&s, "-WGP- ");
	s = without_more(s);
	if (!has_word(s, &word, &value)) {
		rank = plain_name(&s);
		offer(l, rank, s);
	} else if (is_number(word)) {
		/* easy-wg-quick writes "10: ann > wgclient_ann.conf". */
		(void)span_divide(value, '>', &value, &word);
		offer(l, NAME_PLAIN, value);
	} else if (value.len == 0 && s.p[s.len - 1] == ':' &&
	    word_rank(word) == NAME_NONE) {
		rank = plain_name(&word);
		offer(l, rank, word);
	} else {
		if (span_is(word, "Client"))
			value = without_id(value);
		offer(l, word_rank(word), value);
	}
}

static void
drop_block(struct naming *n)
{
	n->block.rank = NAME_NONE;
	n->lines = 0;
	n->gap = false;
}

/* The block belongs to the section before it, where only sure names count. */
static void
give_block(struct naming *n)
{
	struct span s = { n->block.text, 0 };

	if (n->block.rank > NAME_PLAIN) {
		s.len = strlen(n->block.text);
		offer(&n->inside, n->block.rank, s);
	}
	drop_block(n);
}

void
naming_init(struct naming *n)
{
	memset(n, 0, sizeof(*n));
	n->blank = true;
}

void
naming_comment(struct naming *n, struct span s)
{
	s = without_frame(s);
	if (n->gap)
		give_block(n);
	if (n->lines++ == 0)
		n->apart = n->blank;
	n->blank = false;
	/* A peer that was switched off, and the end of one, have a name, too. */
	if ((s.len > 0 && *s.p == '[') || is_end(n, s))
		n->block.rank = NAME_NONE;
	else
		find_name(n->head ? &n->inside : &n->block, s);
}

void
naming_blank(struct naming *n)
{
	n->blank = true;
	n->gap = n->lines > 0;
}

void
naming_value(struct naming *n)
{
	give_block(n);
	n->head = n->blank = false;
}

void
naming_section(struct naming *n, struct span comment)
{
	/* A plain comment behind which a blank line is must stand alone. */
	if (n->gap && n->block.rank == NAME_PLAIN &&
	    (n->lines > 1 || !n->apart))
		n->block.rank = NAME_NONE;
	n->above = n->block;
	n->inside.rank = NAME_NONE;
	drop_block(n);
	n->head = true;
	n->blank = false;
	if (comment.len > 0)
		find_name(&n->inside, without_frame(comment));
}

void
naming_end(struct naming *n)
{
	give_block(n);
}

void
naming_get(const struct naming *n, char name[IDENT_SIZE])
{
	const struct label *l;

	l = n->inside.rank >= n->above.rank ? &n->inside : &n->above;
	strlcpy(name, l->rank == NAME_NONE ? "" : l->text, IDENT_SIZE);
}
