/* SPDX-License-Identifier: ISC */
/*
 * The tables about who may have a lease: approvals and contacts.
 */

#include <string.h>

#include "sqlite_local.h"

#define TRIM_STEP	64

static void
bind_text(sqlite3_stmt *st, int i, const char *text)
{
	(void)sqlite3_bind_text(st, i, text, -1, SQLITE_STATIC);
}

int
store_put_approval(struct store *s, const struct approval_row *r)
{
	sqlite3_stmt *st = s->st[ST_APPROVAL_PUT];

	bind_text(st, 1, r->network);
	bind_text(st, 2, r->name);
	(void)sqlite3_bind_int(st, 3, r->approved);
	(void)sqlite3_bind_int64(st, 4, r->at);
	bind_text(st, 5, r->who);
	bind_text(st, 6, r->from);
	return (store_run(s, ST_APPROVAL_PUT));
}

int
store_get_approval(struct store *s, const char *network, const char *name,
    enum approval *state)
{
	sqlite3_stmt *st = s->st[ST_APPROVAL_GET];
	int rc;

	*state = APPROVAL_NONE;
	bind_text(st, 1, network);
	bind_text(st, 2, name);
	while ((rc = store_next(s, ST_APPROVAL_GET)) == 1)
		*state = sqlite3_column_int(st, 0) == 1 ? APPROVAL_GIVEN :
							  APPROVAL_WAITING;
	return (rc);
}

int
store_del_approval(struct store *s, const char *network, const char *name)
{
	bind_text(s->st[ST_APPROVAL_DEL], 1, network);
	bind_text(s->st[ST_APPROVAL_DEL], 2, name);
	return (store_run(s, ST_APPROVAL_DEL));
}

int
store_count_waiting(struct store *s, uint64_t *n)
{
	sqlite3_stmt *st = s->st[ST_WAITING_SUM];
	int rc;

	*n = 0;
	while ((rc = store_next(s, ST_WAITING_SUM)) == 1)
		*n = (uint64_t)sqlite3_column_int64(st, 0);
	return (rc);
}

/* The texts of a contact, from this column on.  Returns 0, or -1. */
static int
contact_texts(sqlite3_stmt *st, int column, struct contact_row *r)
{
	r->person = store_text(st, column, IDENT_SIZE);
	r->email = store_text(st, column + 1, IDENT_SIZE);
	r->phone = store_text(st, column + 2, IDENT_SIZE);
	return (
	    r->person == NULL || r->email == NULL || r->phone == NULL ? -1 : 0);
}

int
store_load_waiting(struct store *s,
    int (*cb)(void *, const struct approval_row *, const struct contact_row *),
    void *arg)
{
	sqlite3_stmt *st = s->st[ST_WAITING_LIST];
	struct approval_row r = { .approved = false };
	struct contact_row c;
	int rc;

	while ((rc = store_next(s, ST_WAITING_LIST)) == 1) {
		c.network = r.network = store_text(st, 0, NETNAME_SIZE);
		c.name = r.name = store_text(st, 1, IDENT_SIZE);
		r.at = sqlite3_column_int64(st, 2);
		r.who = store_text(st, 3, PROOF_SIZE);
		r.from = store_text(st, 4, PREFIX_TEXT);
		if (r.network == NULL || r.name == NULL || r.who == NULL ||
		    r.from == NULL || contact_texts(st, 5, &c) == -1 ||
		    cb(arg, &r, &c) == -1)
			return (store_stop(s, ST_WAITING_LIST));
	}
	return (rc);
}

int
store_put_contact(struct store *s, const struct contact_row *r)
{
	sqlite3_stmt *st = s->st[ST_CONTACT_PUT];

	bind_text(st, 1, r->network);
	bind_text(st, 2, r->name);
	bind_text(st, 3, r->person);
	bind_text(st, 4, r->email);
	bind_text(st, 5, r->phone);
	return (store_run(s, ST_CONTACT_PUT));
}

static int
load_contacts(struct store *s, enum statement which, const char *network,
    const char *name, int (*cb)(void *, const struct contact_row *), void *arg)
{
	sqlite3_stmt *st = s->st[which];
	struct contact_row r;
	int rc;

	bind_text(st, 1, network);
	bind_text(st, 2, name);
	while ((rc = store_next(s, which)) == 1) {
		r.network = store_text(st, 0, NETNAME_SIZE);
		r.name = store_text(st, 1, IDENT_SIZE);
		if (r.network == NULL || r.name == NULL ||
		    contact_texts(st, 2, &r) == -1 || cb(arg, &r) == -1)
			return (store_stop(s, which));
	}
	return (rc);
}

int
store_get_contact(struct store *s, const char *network, const char *name,
    int (*cb)(void *, const struct contact_row *), void *arg)
{
	return (load_contacts(s, ST_CONTACT_GET, network, name, cb, arg));
}

int
store_load_contacts(struct store *s, const char *network, const char *name,
    int (*cb)(void *, const struct contact_row *), void *arg)
{
	return (load_contacts(s, ST_CONTACT_LIST, network, name, cb, arg));
}

int
store_trim_contact(struct store *s, const char *name)
{
	bind_text(s->st[ST_CONTACT_TRIM], 1, name);
	return (store_run(s, ST_CONTACT_TRIM));
}

/* The one that has waited longest since before this time, or "". */
static int
oldest(struct store *s, int64_t before, char name[IDENT_SIZE])
{
	sqlite3_stmt *st = s->st[ST_WAITING_OLD];
	const char *text;
	int rc;

	name[0] = '\0';
	(void)sqlite3_bind_int64(st, 1, before);
	while ((rc = store_next(s, ST_WAITING_OLD)) == 1)
		if ((text = store_text(st, 0, IDENT_SIZE)) != NULL)
			memcpy(name, text, strlen(text) + 1);
	return (rc);
}

int
store_trim_waiting(struct store *s, struct wall now)
{
	int64_t before;
	char name[IDENT_SIZE];
	int i;

	before = now.s - (int64_t)STORE_WAITING_DAYS * 24 * 60 * 60;
	for (i = 0; i < TRIM_STEP; i++) {
		if (oldest(s, before, name) == -1)
			return (-1);
		if (name[0] == '\0')
			return (0);
		bind_text(s->st[ST_WAITING_DEL], 1, name);
		(void)sqlite3_bind_int64(s->st[ST_WAITING_DEL], 2, before);
		if (store_run(s, ST_WAITING_DEL) == -1 ||
		    store_trim_contact(s, name) == -1)
			return (-1);
	}
	return (1);
}
