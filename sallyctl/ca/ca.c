/* SPDX-License-Identifier: ISC */
/*
 * The commands "ca init", "ca issue", "ca revoke" and "ca list".
 */

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "authority.h"
#include "ca.h"
#include "clock.h"
#include "leaf.h"

static void
done(struct output *o, const char *text)
{
	struct msg_ctl_result res = { .code = CTL_OK };

	strlcpy(res.text, text, sizeof(res.text));
	output_item(o, &done_item, &res);
}

int
ca_init(struct client *c, const struct request *r, struct output *o)
{
	struct cert_wish w = { .name = r->name[0] != '\0' ? r->name :
							    AUTHORITY_NAME,
		.term = r->term != 0 ? r->term : CA_TERM };
	struct passphrases pp = { .file = r->passphrase };
	struct authority a;
	char text[TEXT_SIZE];
	int st;

	if ((st = authority_check_name(c, w.name)) != 0)
		return (st);
	st = authority_make(&a, c, authority_dir(r), &w, &pp);
	authority_close(&a);
	passphrases_end(&pp);
	if (st != 0)
		return (st);
	snprintf(text, sizeof(text),
	    "%s is made in %s: ca.crt is for the listener's client_ca and for devices, ca.crl for its crl; ca.key opens with the passphrase alone, so keep a copy of both",
	    w.name, authority_dir(r));
	done(o, text);
	return (0);
}

static void
show(struct output *o, const struct leaf *l)
{
	struct issued is = { .state = ISSUED_VALID,
		.until = cacert_until(l->crt),
		.certificate = l->crt_file,
		.key = l->key_file[0] != '\0' ? l->key_file : NULL };

	strlcpy(is.name, l->r->name, sizeof(is.name));
	cacert_serial(l->crt, is.serial);
	output_item(o, &issued_item, &is);
}

int
ca_issue(struct client *c, const struct request *r, struct output *o)
{
	struct passphrases pp = { .file = r->passphrase };
	struct authority a = { .lock = -1 };
	struct leaf l;
	int st;

	if ((st = authority_check_name(c, r->name)) != 0)
		return (st);
	if ((st = leaf_begin(&l, c, r)) == 0 &&
	    (st = authority_open(&a, c, authority_dir(r), &pp)) == 0)
		st = leaf_issue(&l, &a, &pp);
	passphrases_end(&pp);
	if (st == 0)
		show(o, &l);
	authority_close(&a);
	leaf_free(&l);
	return (st);
}

/*
 * Mark what is good of this name, or the one with this serial number alone.
 * Returns how many, or -1 without memory.
 */
static int
mark(struct authority *a, const struct request *r)
{
	struct issued is;
	unsigned int i;
	int n = 0;

	for (i = 0; i < caindex_count(a->list); i++) {
		caindex_row(a->list, i, &is);
		if (is.state != ISSUED_VALID || strcmp(is.name, r->name) != 0 ||
		    (r->serial[0] != '\0' &&
			strcasecmp(is.serial, r->serial) != 0))
			continue;
		if (caindex_revoke(a->list, i, wall_now().s) == -1)
			return (-1);
		n++;
	}
	return (n);
}

int
ca_revoke(struct client *c, const struct request *r, struct output *o)
{
	struct passphrases pp = { .file = r->passphrase };
	char text[TEXT_SIZE];
	struct authority a;
	int n = 0, st;

	if ((st = authority_open(&a, c, authority_dir(r), &pp)) == 0 &&
	    (n = mark(&a, r)) == -1)
		st = authority_failed(c, "index.txt");
	if (st == 0 && n == 0)
		st = client_fail(c, EX_NEGATIVE,
		    "no certificate of %s%s%s is good: nothing was changed (sallyctl ca list)",
		    r->name,
		    r->serial[0] != '\0' ? " with the serial number " : "",
		    r->serial);
	if (st == 0 && (st = authority_write(&a, true)) == 0) {
		snprintf(text, sizeof(text),
		    "%d certificate%s of %s revoked: %s/ca.crl is new; a lease that it has goes on until: sallyctl revoke %s",
		    n, n == 1 ? "" : "s", r->name, a.dir, r->name);
		done(o, text);
	}
	passphrases_end(&pp);
	authority_close(&a);
	return (st);
}

int
ca_list(struct client *c, const struct request *r, struct output *o)
{
	struct authority a;
	struct issued is;
	unsigned int i;
	int st;

	st = authority_open(&a, c, authority_dir(r), NULL);
	for (i = 0; st == 0 && i < caindex_count(a.list); i++) {
		caindex_row(a.list, i, &is);
		if (r->name[0] == '\0' || strcmp(is.name, r->name) == 0)
			output_item(o, &issued_row_item, &is);
	}
	authority_close(&a);
	return (st);
}
