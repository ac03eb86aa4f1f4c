/* SPDX-License-Identifier: ISC */
/*
 * A passphrase from the terminal, without echo, or from a line of a file.
 */

#include <errno.h>
#include <readpassphrase.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "passphrase.h"

static int
from_file(struct passphrases *p, struct client *c, const char *what, char *text)
{
	size_t len;

	if (p->f == NULL) {
		p->f = strcmp(p->file, "-") == 0 ? stdin : fopen(p->file, "re");
		if (p->f == NULL)
			return (client_fail(c, EX_NOINPUT, "%s: %s", p->file,
			    strerror(errno)));
		setvbuf(p->f, NULL, _IONBF, 0);
	}
	if (fgets(text, PASSPHRASE_SIZE, p->f) == NULL)
		return (client_fail(c, EX_NOINPUT,
		    "%s has no line for the passphrase of %s", p->file, what));
	len = strcspn(text, "\r\n");
	if (text[len] == '\0' && len == PASSPHRASE_SIZE - 1)
		return (client_fail(c, EX_DATAERR,
		    "%s: a passphrase has at most %d bytes", p->file,
		    PASSPHRASE_SIZE - 2));
	text[len] = '\0';
	return (0);
}

static int
from_terminal(struct client *c, const char *what, bool is_new, char *text)
{
	char prompt[160], again[PASSPHRASE_SIZE];
	bool same = true;

	snprintf(prompt, sizeof(prompt),
	    "%sassphrase of %s: ", is_new ? "New p" : "P", what);
	if (readpassphrase(prompt, text, PASSPHRASE_SIZE, RPP_REQUIRE_TTY) ==
	    NULL)
		return (client_fail(c, EX_NOINPUT,
		    "there is no terminal to ask for the passphrase of %s (give it in a file: passphrase FILE)",
		    what));
	if (!is_new)
		return (0);
	snprintf(prompt, sizeof(prompt), "The same once more: ");
	if (readpassphrase(prompt, again, sizeof(again), RPP_REQUIRE_TTY) !=
	    NULL)
		same = strcmp(text, again) == 0;
	explicit_bzero(again, sizeof(again));
	return (same ? 0 :
		       client_fail(c, EX_DATAERR,
			   "the two passphrases differ: nothing was made"));
}

int
passphrase_take(struct passphrases *p, struct client *c, const char *what,
    bool is_new, char *text)
{
	int st;

	st = p->file[0] != '\0' ? from_file(p, c, what, text) :
				  from_terminal(c, what, is_new, text);
	if (st == 0 && is_new && strlen(text) < PASSPHRASE_MIN)
		return (client_fail(c, EX_DATAERR,
		    "the passphrase of %s needs at least %d bytes", what,
		    PASSPHRASE_MIN));
	return (st);
}

void
passphrases_end(struct passphrases *p)
{
	if (p->f != NULL && p->f != stdin)
		fclose(p->f);
	p->f = NULL;
}
