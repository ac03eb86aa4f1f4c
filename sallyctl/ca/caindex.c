/* SPDX-License-Identifier: ISC */
/*
 * The columns of openssl-ca(1)'s database: the state as a letter, the end, the
 * time of revocation, the serial number, a file's name that is always unknown,
 * and the name.
 */

#include <sys/stat.h>

#include <openssl/asn1.h>
#include <openssl/bio.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "caindex.h"
#include "clock.h"
#include "newfile.h"

#define INDEX_MAX (16 << 20) /* bytes of the list */

enum column {
	COL_STATE,
	COL_UNTIL,
	COL_REVOKED,
	COL_SERIAL,
	COL_FILE,
	COL_NAME,
	COLUMNS
};

TXT_DB *
caindex_read(struct client *c, const char *file)
{
	TXT_DB *db = NULL;
	BIO *b = NULL;
	struct stat st;

	if (stat(file, &st) == -1 && errno == ENOENT)
		b = BIO_new(BIO_s_mem());
	else if (st.st_size <= INDEX_MAX)
		b = BIO_new_file(file, "r");
	if (b != NULL)
		db = TXT_DB_read(b, COLUMNS);
	BIO_free(b);
	if (db == NULL)
		(void)client_fail(c, EX_DATAERR,
		    "%s cannot be read, or it is no list of openssl-ca(1)",
		    file);
	return (db);
}

unsigned int
caindex_count(const TXT_DB *db)
{
	return ((unsigned int)sk_OPENSSL_PSTRING_num(db->data));
}

/* The wall time of "YYMMDDhhmmssZ" or "YYYYMMDDhhmmssZ"; 0 if it is neither. */
static int64_t
when(const char *text)
{
	ASN1_TIME *t;
	struct tm tm;
	int64_t at = 0;
	char copy[32];

	/* A reason may follow behind a comma. */
	strlcpy(copy, text, sizeof(copy));
	copy[strcspn(copy, ",")] = '\0';
	if ((t = ASN1_TIME_new()) == NULL)
		return (0);
	if (ASN1_TIME_set_string(t, copy) && ASN1_TIME_to_tm(t, &tm))
		at = timegm(&tm);
	ASN1_TIME_free(t);
	return (at);
}

void
caindex_row(const TXT_DB *db, unsigned int i, struct issued *is)
{
	OPENSSL_STRING *row;
	const char *cn;

	row = sk_OPENSSL_PSTRING_value(db->data, (int)i);
	memset(is, 0, sizeof(*is));
	cn = strstr(row[COL_NAME], "/CN=");
	strlcpy(is->name, cn != NULL ? cn + 4 : row[COL_NAME],
	    sizeof(is->name));
	is->name[strcspn(is->name, "/")] = '\0';
	strlcpy(is->serial, row[COL_SERIAL], sizeof(is->serial));
	is->until = when(row[COL_UNTIL]);
	if (row[COL_STATE][0] == 'R') {
		is->state = ISSUED_REVOKED;
		is->revoked = when(row[COL_REVOKED]);
	} else
		is->state = is->until > wall_now().s ? ISSUED_VALID :
						       ISSUED_EXPIRED;
}

/* The text of a wall time in the list; the caller frees it. */
static char *
stamp(int64_t at)
{
	ASN1_TIME *t;
	char *text;

	if ((t = ASN1_TIME_set(NULL, (time_t)at)) == NULL)
		return (NULL);
	text = OPENSSL_strdup((const char *)ASN1_STRING_get0_data(t));
	ASN1_TIME_free(t);
	return (text);
}

int
caindex_add(TXT_DB *db, const struct issued *is)
{
	OPENSSL_STRING *row;
	char name[CA_NAME_MAX + 8];
	int i, bad = 0;

	if ((row = OPENSSL_zalloc((COLUMNS + 1) * sizeof(*row))) == NULL)
		return (-1);
	snprintf(name, sizeof(name), "/CN=%s", is->name);
	row[COL_STATE] = OPENSSL_strdup("V");
	row[COL_UNTIL] = stamp(is->until);
	row[COL_REVOKED] = OPENSSL_strdup("");
	row[COL_SERIAL] = OPENSSL_strdup(is->serial);
	row[COL_FILE] = OPENSSL_strdup("unknown");
	row[COL_NAME] = OPENSSL_strdup(name);
	for (i = 0; i < COLUMNS; i++)
		bad |= row[i] == NULL;
	if (!bad && TXT_DB_insert(db, row))
		return (0);
	for (i = 0; i < COLUMNS; i++)
		OPENSSL_free(row[i]);
	OPENSSL_free(row);
	return (-1);
}

/*
 * Put a text in the place of another.  A row that was read from a file is one
 * piece of memory, whose end is its last pointer; other texts are their own.
 */
static void
put(OPENSSL_STRING *row, enum column col, char *text)
{
	const char *end = row[COLUMNS];

	if (end == NULL || row[col] < (char *)row || row[col] > end)
		OPENSSL_free(row[col]);
	row[col] = text;
}

int
caindex_revoke(TXT_DB *db, unsigned int i, int64_t now)
{
	OPENSSL_STRING *row;
	char *state, *at;

	row = sk_OPENSSL_PSTRING_value(db->data, (int)i);
	state = OPENSSL_strdup("R");
	at = stamp(now);
	if (state == NULL || at == NULL) {
		OPENSSL_free(state);
		OPENSSL_free(at);
		return (-1);
	}
	put(row, COL_STATE, state);
	put(row, COL_REVOKED, at);
	return (0);
}

int
caindex_write(struct client *c, TXT_DB *db, const char *file)
{
	char *text;
	long len;
	BIO *b;
	int st;

	if ((b = BIO_new(BIO_s_mem())) == NULL || TXT_DB_write(b, db) < 0) {
		BIO_free(b);
		return (client_fail(c, EX_SOFTWARE, "no memory"));
	}
	len = BIO_get_mem_data(b, &text);
	if (len > INDEX_MAX)
		st = client_fail(c, EX_DATAERR,
		    "%s would have more than %d MiB: this authority is for fleets of some hundreds",
		    file, INDEX_MAX >> 20);
	else
		st = newfile_replace(c, file, text, (size_t)len, 0600);
	BIO_free(b);
	return (st);
}

bool
caindex_name_ok(const char *name)
{
	const char *p;

	for (p = name; *p != '\0'; p++)
		if (*p < ' ' || *p > '~' || strchr("/\\,+\"<>;=", *p) != NULL)
			return (false);
	return (p > name && p - name <= CA_NAME_MAX && name[0] != ' ' &&
	    p[-1] != ' ' && name[0] != '#');
}
