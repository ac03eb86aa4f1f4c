/* SPDX-License-Identifier: ISC */
/*
 * Lines of a wg-quick(8) file: sections, "Key = value", comments.  A peer's
 * name is a comment directly above or below [Peer], or "# Name = x" in its
 * section, which is how people and the common scripts write it.
 */

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "printable.h"
#include "wgquick.h"

#define KEY_SIZE	32	/* wg-quick has no longer words */

enum section {
	NOWHERE,
	INTERFACE,
	PEER
};

/* A stretch of the file without blanks at its ends. */
struct span {
	const char	*p;
	size_t		 len;
};

struct reader {
	struct wgquick	*w;
	unsigned int	 line;
	enum section	 section;
	bool		 named;		/* by "# Name =", which wins */
	bool		 bad;		/* a value of this peer was reported */
	char		 above[IDENT_SIZE];	/* the comment one line up */
	struct wgquick_peer peer;
};

static struct span
trim(const char *p, size_t len)
{
	while (len > 0 && isspace((unsigned char)*p)) {
		p++;
		len--;
	}
	while (len > 0 && isspace((unsigned char)p[len - 1]))
		len--;
	return ((struct span){ p, len });
}

static bool
is_word(struct span s, const char *word)
{
	return (s.len == strlen(word) && strncasecmp(s.p, word, s.len) == 0);
}

/* Divide s at the first c; if there is none, before is all of s. */
static bool
divide(struct span s, char c, struct span *before, struct span *after)
{
	const char *at;

	at = memchr(s.p, c, s.len);
	if (at == NULL) {
		*before = s;
		*after = (struct span){ s.p + s.len, 0 };
		return (false);
	}
	*before = trim(s.p, (size_t)(at - s.p));
	*after = trim(at + 1, s.len - (size_t)(at + 1 - s.p));
	return (true);
}

static int
fail(struct reader *r, const char *why)
{
	r->w->error = why;
	r->w->error_line = r->line;
	return (-1);
}

static void
report(struct reader *r, struct span s, const char *why)
{
	char text[WGQUICK_TEXT];
	size_t len;

	len = s.len < sizeof(text) ? s.len : sizeof(text) - 1;
	memcpy(text, s.p, len);
	text[len] = '\0';
	r->w->bad(r->w->arg, r->line, text, why);
}

/* Take a name if it fits and can be shown; else there is no name. */
static bool
set_name(char *dst, struct span s)
{
	if (s.len == 0 || s.len >= IDENT_SIZE || !printable_utf8(s.p, s.len))
		return (false);
	memcpy(dst, s.p, s.len);
	dst[s.len] = '\0';
	return (true);
}

/* True if the comment is a setting that was switched off. */
static bool
is_setting(struct span key)
{
	static const char *const keys[] = { "PublicKey", "PresharedKey",
		"AllowedIPs", "Endpoint", "PersistentKeepalive", "PrivateKey",
		"Address", "ListenPort", "DNS", "MTU", "Table", "FwMark",
		"PreUp", "PostUp", "PreDown", "PostDown", "SaveConfig" };
	size_t i;

	for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (is_word(key, keys[i]))
			return (true);
	return (false);
}

/* PiVPN, wg-easy and wireguard-install write words before the name. */
static struct span
without_script(struct span s)
{
	static const char *const words[] = { "begin ", "Client: ", "Client " };
	size_t i, len;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		len = strlen(words[i]);
		if (s.len > len && strncasecmp(s.p, words[i], len) == 0)
			return (trim(s.p + len, s.len - len));
	}
	return (s);
}

/* A line that is a comment; s begins with its first #. */
static void
comment(struct reader *r, struct span s)
{
	struct span key, value;
	char name[IDENT_SIZE];

	while (s.len > 0 && *s.p == '#') {
		s.p++;
		s.len--;
	}
	while (s.len > 0 && s.p[s.len - 1] == '#')
		s.len--;
	s = trim(s.p, s.len);
	if (divide(s, '=', &key, &value)) {
		if (is_word(key, "Name") || is_word(key, "friendly_name")) {
			if (!set_name(name, value))
				return;
			if (r->section == PEER) {
				memcpy(r->peer.name, name, sizeof(name));
				r->named = true;
			}
			memcpy(r->above, name, sizeof(name));
			return;
		}
		if (is_setting(key))
			return;
	}
	if (!set_name(r->above, without_script(s)))
		return;
	if (r->section == PEER && r->peer.line + 1 == r->line && !r->named)
		memcpy(r->peer.name, r->above, sizeof(r->above));
}

/* Report the peer whose section ends. */
static int
end_peer(struct reader *r)
{
	if (r->section != PEER)
		return (0);
	if (!r->peer.has_key) {
		r->line = r->peer.line;
		if (!r->bad)
			report(r, (struct span){ "[Peer]", 6 },
			    "it has no PublicKey");
		return (0);
	}
	return (r->w->peer(r->w->arg, &r->peer));
}

static int
begin_section(struct reader *r, struct span s, const char *above)
{
	unsigned int line;

	line = r->line;
	if (end_peer(r) == -1)
		return (-1);
	r->line = line;
	r->named = r->bad = false;
	if (is_word(s, "[Interface]")) {
		r->section = INTERFACE;
		return (0);
	}
	if (!is_word(s, "[Peer]"))
		return (fail(r, "a section that wg-quick(8) does not have"));
	r->section = PEER;
	memset(&r->peer, 0, sizeof(r->peer));
	r->peer.line = line;
	memcpy(r->peer.name, above, sizeof(r->peer.name));
	return (0);
}

static void
address(struct reader *r, struct span s)
{
	char text[PREFIX_TEXT];
	struct prefix p;

	if (s.len < sizeof(text)) {
		memcpy(text, s.p, s.len);
		text[s.len] = '\0';
	}
	if (s.len >= sizeof(text) || strlen(text) != s.len ||
	    prefix_parse(text, &p) == -1)
		report(r, s, "it is not an address");
	else if (r->peer.naddrs == PEER_ADDRS_MAX)
		report(r, s, "the peer has too many addresses");
	else
		r->peer.addrs[r->peer.naddrs++] = p;
}

static void
peer_value(struct reader *r, struct span key, struct span value)
{
	struct span one;

	if (is_word(key, "PublicKey")) {
		r->peer.has_key = wgkey_parse(value.p, value.len,
				      r->peer.key) == 0;
		if (!r->peer.has_key) {
			report(r, value, "it is not a public key");
			r->bad = true;
		}
	} else if (is_word(key, "PresharedKey")) {
		r->peer.preshared = true;
	} else if (is_word(key, "AllowedIPs")) {
		while (value.len > 0) {
			(void)divide(value, ',', &one, &value);
			if (one.len > 0)
				address(r, one);
		}
	}
}

static int
line(struct reader *r, struct span s)
{
	char above[IDENT_SIZE];
	struct span key, value;

	/* Only the line directly above counts. */
	memcpy(above, r->above, sizeof(above));
	r->above[0] = '\0';
	if (s.len == 0)
		return (0);
	if (*s.p == '#') {
		comment(r, s);
		return (0);
	}
	(void)divide(s, '#', &s, &value);
	if (*s.p == '[')
		return (begin_section(r, s, above));
	if (!divide(s, '=', &key, &value) || key.len == 0 ||
	    key.len >= KEY_SIZE)
		return (fail(r, "neither \"key = value\" nor a section"));
	if (r->section == NOWHERE)
		return (fail(r, "a value outside of every section"));
	if (r->section == PEER)
		peer_value(r, key, value);
	else if (is_word(key, "SaveConfig"))
		r->w->save_config = is_word(value, "true");
	return (0);
}

int
wgquick_parse(struct wgquick *w, const char *text, size_t len)
{
	struct reader r = { .w = w, .line = 1 };
	const char *nl;
	size_t n;

	w->save_config = false;
	w->error = NULL;
	w->error_line = 0;
	if (memchr(text, '\0', len) != NULL)
		return (fail(&r, "the file has NUL bytes; is this a text?"));
	for (; len > 0; text += n, len -= n, r.line++) {
		nl = memchr(text, '\n', len);
		n = nl == NULL ? len : (size_t)(nl + 1 - text);
		if (line(&r, trim(text, n)) == -1)
			return (-1);
	}
	return (end_peer(&r));
}
