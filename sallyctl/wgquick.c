/* SPDX-License-Identifier: ISC */
/*
 * Lines of a wg-quick(8) file: sections, "Key = value", comments.  The comments
 * are handed on, since a peer's name is one of them.
 */

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <sodium.h>

#include "peername.h"
#include "wgquick.h"

#define KEY_SIZE	32	/* wg-quick has no longer words */

enum section {
	NOWHERE,
	INTERFACE,
	PEER
};

struct reader {
	struct wgquick	*w;
	unsigned int	 line;
	enum section	 section;
	struct naming naming;
	struct wgquick_peer peer;
};

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
	r->peer.bad = true;
	r->w->bad(r->w->arg, r->line, text, why);
}

/* Report the peer whose section ends. */
static int
end_peer(struct reader *r)
{
	if (r->section != PEER)
		return (0);
	if (!r->peer.has_key) {
		r->line = r->peer.line;
		if (!r->peer.bad)
			report(r, (struct span){ "[Peer]", 6 },
			    "it has no PublicKey");
		return (0);
	}
	naming_get(&r->naming, r->peer.name);
	return (r->w->peer(r->w->arg, &r->peer));
}

static int
begin_section(struct reader *r, struct span s, struct span comment)
{
	unsigned int line;

	line = r->line;
	if (end_peer(r) == -1)
		return (-1);
	r->line = line;
	naming_section(&r->naming, comment);
	if (span_is(s, "[Interface]")) {
		r->section = INTERFACE;
		return (0);
	}
	if (!span_is(s, "[Peer]"))
		return (fail(r, "a section that wg-quick(8) does not have"));
	r->section = PEER;
	memset(&r->peer, 0, sizeof(r->peer));
	r->peer.line = line;
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

	if (span_is(key, "PublicKey")) {
		r->peer.has_key = wgkey_parse(value.p, value.len,
				      r->peer.key) == 0;
		if (!r->peer.has_key)
			report(r, value, "it is not a public key");
	} else if (span_is(key, "PresharedKey")) {
		if (wgkey_parse(value.p, value.len, r->peer.psk) == -1)
			report(r, key, "its value is not a key");
		else
			/* A key of zeros is none. */
			r->peer.psk_op = sodium_is_zero(r->peer.psk,
					     sizeof(r->peer.psk)) ?
			    PSK_REMOVE :
			    PSK_SET;
	} else if (span_is(key, "Endpoint") ||
	    (span_is(key, "PersistentKeepalive") && !span_is(value, "0") &&
		!span_is(value, "off"))) {
		r->peer.dialled = true;
	} else if (span_is(key, "AllowedIPs")) {
		while (value.len > 0) {
			(void)span_divide(value, ',', &one, &value);
			if (one.len > 0)
				address(r, one);
		}
	}
}

static void
interface_value(struct reader *r, struct span key, struct span value)
{
	uint8_t priv[WGKEY_LEN];
	struct wgquick *w = r->w;
	char text[8];
	const char *errstr;

	if (span_is(key, "SaveConfig")) {
		w->save_config = span_is(value, "true");
	} else if (span_is(key, "PrivateKey")) {
		if (wgkey_parse(value.p, value.len, priv) == 0) {
			wgkey_public(w->pubkey, priv);
			w->key_line = r->line;
		}
		sodium_memzero(priv, sizeof(priv));
	} else if (span_is(key, "ListenPort") && value.len < sizeof(text)) {
		memcpy(text, value.p, value.len);
		text[value.len] = '\0';
		w->port = (uint16_t)strtonum(text, 1, UINT16_MAX, &errstr);
		if (errstr == NULL)
			w->port_line = r->line;
	}
}

static int
line(struct reader *r, struct span s)
{
	struct span key, value, comment;

	if (s.len == 0) {
		naming_blank(&r->naming);
		return (0);
	}
	if (*s.p == '#') {
		naming_comment(&r->naming, s);
		return (0);
	}
	(void)span_divide(s, '#', &s, &comment);
	if (*s.p == '[')
		return (begin_section(r, s, comment));
	if (!span_divide(s, '=', &key, &value) || key.len == 0 ||
	    key.len >= KEY_SIZE)
		return (fail(r, "neither \"key = value\" nor a section"));
	if (r->section == NOWHERE)
		return (fail(r, "a value outside of every section"));
	naming_value(&r->naming);
	if (r->section == PEER)
		peer_value(r, key, value);
	else
		interface_value(r, key, value);
	return (0);
}

int
wgquick_parse(struct wgquick *w, const char *text, size_t len)
{
	struct reader r = { .w = w, .line = 1 };
	const char *nl;
	size_t n;

	naming_init(&r.naming);
	w->save_config = false;
	w->key_line = w->port_line = 0;
	w->error = NULL;
	w->error_line = 0;
	if (memchr(text, '\0', len) != NULL)
		return (fail(&r, "the file has NUL bytes; is this a text?"));
	for (; len > 0; text += n, len -= n, r.line++) {
		nl = memchr(text, '\n', len);
		n = nl == NULL ? len : (size_t)(nl + 1 - text);
		if (line(&r, span_trim(text, n)) == -1)
			return (-1);
	}
	naming_end(&r.naming);
	return (end_peer(&r));
}
