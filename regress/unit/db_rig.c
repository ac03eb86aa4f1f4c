/* SPDX-License-Identifier: ISC */
/*
 * A database in a directory of its own.
 */

#include <sys/socket.h>

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "db_rig.h"

const uint8_t *
db_key(uint8_t i)
{
	static uint8_t keys[256][WGKEY_LEN];

	keys[i][WGKEY_LEN - 1] = i;
	return (keys[i]);
}

void
db_reopen(struct rig *r)
{
	char error[1024];

	store_close(r->s);
	r->s = store_open(r->dir, 2, error, sizeof(error));
	if (r->s == NULL)
		fail_msg("%s", error);
}

/* A directory without a store. */
int
db_setup_dir(void **state)
{
	struct rig *r;

	if ((r = calloc(1, sizeof(*r))) == NULL)
		return (-1);
	(void)strlcpy(r->dir, "/tmp/sallyport-store.XXXXXX", sizeof(r->dir));
	if (mkdtemp(r->dir) == NULL)
		return (-1);
	snprintf(r->path, sizeof(r->path), "%s/" DB_FILE, r->dir);
	*state = r;
	return (0);
}

/* A store with a network and an owner. */
int
db_setup(void **state)
{
	struct rig *r;

	if (db_setup_dir(state) == -1)
		return (-1);
	r = *state;
	db_reopen(r);
	r->net.name = "net";
	r->owner.name = "portal:p";
	r->owner.text = "";
	if (store_add_network(r->s, &r->net) == -1)
		return (-1);
	r->owner.network = r->net.id;
	return (store_add_owner(r->s, &r->owner));
}

int
db_teardown(void **state)
{
	struct rig *r = *state;
	char command[128];

	store_close(r->s);
	snprintf(command, sizeof(command), "rm -rf %s", r->dir);
	if (system(command) != 0)
		return (-1);
	free(r);
	return (0);
}

struct peer_row
db_peer(const struct rig *r, int64_t owner, uint8_t key, const char *name,
    const char *addrs)
{
	struct peer_row p;
	char text[256], *next = text, *one;

	memset(&p, 0, sizeof(p));
	p.network = r->net.id;
	p.owner = owner;
	p.key = db_key(key);
	p.name = name;
	p.who = "";
	(void)strlcpy(text, addrs, sizeof(text));
	while ((one = strsep(&next, " ")) != NULL)
		if (one[0] != '\0')
			assert_int_equal(prefix_parse(one,
					     &p.addrs[p.naddrs++]),
			    0);
	return (p);
}

static int
network_cb(void *arg, const struct network_row *r)
{
	fprintf(arg, "network %lld %s\n", (long long)r->id, r->name);
	return (0);
}

static int
owner_cb(void *arg, const struct owner_row *r)
{
	fprintf(arg, "owner %lld %lld %s %llu %lld %u %u %u %u %u %u %s\n",
	    (long long)r->id, (long long)r->network, r->name,
	    (unsigned long long)r->generation, (long long)r->synced, r->code,
	    r->added, r->removed, r->changed, r->unchanged, r->rejected,
	    r->text);
	return (0);
}

int
db_peer_cb(void *arg, const struct peer_row *r)
{
	char text[PREFIX_TEXT];
	uint8_t i;

	fprintf(arg,
	    "peer %lld %lld %lld %02x '%s' '%s'%s %lld %lld %lld %lld %lld"
	    " %llu %llu %llu %llu",
	    (long long)r->id, (long long)r->network, (long long)r->owner,
	    r->key[WGKEY_LEN - 1], r->name, r->who, r->ended ? " ended" : "",
	    (long long)r->first, (long long)r->created, (long long)r->renewed,
	    (long long)r->expires, (long long)r->handshake,
	    (unsigned long long)r->rx, (unsigned long long)r->tx,
	    (unsigned long long)r->rx_raw, (unsigned long long)r->tx_raw);
	for (i = 0; i < r->naddrs; i++)
		fprintf(arg, " %s", prefix_format(&r->addrs[i], text));
	fprintf(arg, "\n");
	return (0);
}

static int
denied_cb(void *arg, const struct denied_row *r)
{
	fprintf(arg, "denied '%s' %s '%s' %lld\n", r->network, r->name,
	    r->reason, (long long)r->at);
	return (0);
}

static void
event_cb(void *arg, const struct event_row *r)
{
	fprintf(arg, "event %lld %lld %s %s %s %s %s %s\n", (long long)r->id,
	    (long long)r->at, r->what, r->network, r->name, r->who, r->from,
	    r->detail);
}

char *
db_picture(struct store *s)
{
	const struct event_filter any = { "", "", 0, "" };
	int64_t on;
	char *text;
	size_t len;
	FILE *f;

	f = open_memstream(&text, &len);
	assert_int_equal(store_load_networks(s, network_cb, f), 0);
	assert_int_equal(store_load_owners(s, owner_cb, f), 0);
	assert_int_equal(store_load_peers(s, db_peer_cb, f), 0);
	assert_int_equal(store_load_denied(s, denied_cb, f), 0);
	assert_int_equal(store_get_events(s, 0, 100, &any, event_cb, f), 0);
	assert_int_equal(store_get_setting(s, SETTING_MAINTENANCE, &on), 0);
	fprintf(f, "maintenance %lld\n", (long long)on);
	fclose(f);
	return (text);
}

void
db_shows(struct store *s, const char *expected)
{
	char *text;

	text = db_picture(s);
	assert_string_equal(text, expected);
	free(text);
}

void
db_sql(const struct rig *r, const char *text)
{
	sqlite3 *h;

	assert_int_equal(sqlite3_open(r->path, &h), SQLITE_OK);
	if (sqlite3_exec(h, text, NULL, NULL, NULL) != SQLITE_OK)
		fail_msg("%s", sqlite3_errmsg(h));
	assert_int_equal(sqlite3_close(h), SQLITE_OK);
}

void
db_refused(struct rig *r, struct peer_row p)
{
	char *before;

	before = db_picture(r->s);
	assert_int_equal(store_begin(r->s), 0);
	assert_int_equal(store_add_peer(r->s, &p), -1);
	assert_int_equal(errno, EEXIST);
	store_rollback(r->s);
	db_shows(r->s, before);
	free(before);
}
