/* SPDX-License-Identifier: ISC */
/*
 * The schema, one step a version.  Steps that were released never change.
 *
 * A lease that has ended keeps its row, key and addresses until the addresses
 * go to another (then they are NULL) or it is forgotten; the key is unique
 * among those that have not ended.
 */

#include "db.h"

static const char *const steps[] = {
	/* 0 -> 1 */
	"CREATE TABLE network ("
	" id INTEGER PRIMARY KEY,"
	" name TEXT NOT NULL UNIQUE"
	") STRICT;"
	"CREATE TABLE lease ("
	" id INTEGER PRIMARY KEY,"
	" network INTEGER NOT NULL REFERENCES network (id),"
	" name TEXT NOT NULL CHECK (name <> ''),"
	" who TEXT NOT NULL,"
	" key BLOB NOT NULL CHECK (length(key) = 32),"
	" addr4 BLOB CHECK (length(addr4) = 4),"
	" addr6 BLOB CHECK (length(addr6) = 16),"
	" state INTEGER NOT NULL CHECK (state IN (1, 2)),"	/* live, ended */
	" first INTEGER NOT NULL,"
	" created INTEGER NOT NULL,"
	" renewed INTEGER NOT NULL,"
	" expires INTEGER NOT NULL,"	/* 0 never; when ended: when */
	" rx INTEGER NOT NULL DEFAULT 0,"
	" tx INTEGER NOT NULL DEFAULT 0,"
	" rx_raw INTEGER NOT NULL DEFAULT 0,"
	" tx_raw INTEGER NOT NULL DEFAULT 0,"
	" handshake INTEGER NOT NULL DEFAULT 0,"
	" CHECK (state = 2 OR addr4 IS NOT NULL OR addr6 IS NOT NULL),"
	" UNIQUE (network, name),"
	" UNIQUE (network, addr4),"
	" UNIQUE (network, addr6)"
	") STRICT;"
	"CREATE UNIQUE INDEX lease_key ON lease (network, key)"
	" WHERE state = 1;"
	"CREATE TABLE denied ("
	" network TEXT NOT NULL,"	/* '' is every one, also one to come */
	" name TEXT NOT NULL,"
	" reason TEXT NOT NULL,"
	" at INTEGER NOT NULL,"
	" PRIMARY KEY (network, name)"
	") STRICT, WITHOUT ROWID;"
	"CREATE TABLE event ("
	" id INTEGER PRIMARY KEY AUTOINCREMENT,"
	" at INTEGER NOT NULL,"
	" what TEXT NOT NULL,"
	" network TEXT NOT NULL,"
	" name TEXT NOT NULL,"
	" who TEXT NOT NULL,"
	" origin TEXT NOT NULL,"
	" detail TEXT NOT NULL"
	") STRICT;",
};

const struct db_schema db_schema = { steps, sizeof(steps) / sizeof(steps[0]) };
