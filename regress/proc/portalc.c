/* SPDX-License-Identifier: ISC */
/*
 * A portal for the tests and the benchmark; the usage text is the manual.  Its
 * sync has the order of eduVPN's: GET /o/connection_list, POST
 * /o/disconnect_client, GET /i/node, GET /w/peer_list?show_all=yes, POST
 * /w/remove_peer, POST /w/add_peer, one connection for each call.
 */

#include <sys/random.h>

#include <openssl/evp.h>

#include <err.h>
#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "portalc.h"

static const char usage_text[] =
    "usage: portalc [-K] [-a CA -c CERT -k KEY] ADDR:PORT COMMAND ...\n"
    "  call METHOD PATH [FORM]  print the whole answer as it came\n"
    "  add FILE                 add_peer for each line\n"
    "  remove FILE              remove_peer for each line\n"
    "  list N                   GET /w/peer_list?show_all=yes, N times\n"
    "  sync FILE [CN ...]       a portal that knows these peers and names\n"
    "       portalc peers N     print N lines \"KEY ADDR4 ADDR6\", i from 2:\n"
    "                           10.43.0.0 + i, fd43:: + i\n"
    "-K: all calls on one connection.  Status 2: an answer that the portal\n"
    "would have died of.\n";

struct peer {
	char	 key[45];
	char	 addr[2][64];
	bool	 listed;
};

struct book {
	struct peer	*peers;
	size_t		 n;
};

struct tally {
	size_t	 calls;
	size_t	 clients;
	size_t	 killed;
	size_t	 listed;
	size_t	 removed;
	size_t	 added;
	size_t	 failed;
};

static void
usage(void)
{
	fputs(usage_text, stderr);
	exit(64);
}

static int
peer_cmp(const void *a, const void *b)
{
	return (strcmp(((const struct peer *)a)->key,
	    ((const struct peer *)b)->key));
}

static void
book_read(struct book *b, const char *path)
{
	char line[256];
	struct peer *p;
	FILE *fp;

	if ((fp = fopen(path, "r")) == NULL)
		err(1, "%s", path);
	while (fgets(line, sizeof(line), fp) != NULL) {
		b->peers = reallocarray(b->peers, b->n + 1, sizeof(*p));
		if (b->peers == NULL)
			err(1, NULL);
		p = &b->peers[b->n++];
		p->listed = false;
		if (sscanf(line, "%44s %63s %63s", p->key, p->addr[0],
		    p->addr[1]) != 3)
			errx(1, "%s: not KEY ADDR4 ADDR6: %s", path, line);
	}
	(void)fclose(fp);
}

/* As PHP's urlencode() and http_build_query() write it. */
static void
encode(char *dst, size_t size, const char *src)
{
	size_t n = 0;

	for (; *src != '\0' && n + 4 < size; src++) {
		if (strchr("+/=:", *src) != NULL)
			n += (size_t)snprintf(dst + n, size - n, "%%%02X",
			    (unsigned char)*src);
		else
			dst[n++] = *src;
	}
	dst[n] = '\0';
}

static void
tell_failure(const struct portalc *c, const char *what, const char *arg)
{
	fprintf(stderr, "%s %s: %d %.*s\n", what, arg, c->status,
	    (int)(c->status == 0 ? 0 : c->body_len),
	    c->status == 0 ? "" : c->body);
}

static bool
add_peer(struct portalc *c, const struct peer *p)
{
	char key[160], addr[2][160], form[512];

	encode(key, sizeof(key), p->key);
	encode(addr[0], sizeof(addr[0]), p->addr[0]);
	encode(addr[1], sizeof(addr[1]), p->addr[1]);
	(void)snprintf(form, sizeof(form), "public_key=%s&ip_net=%s&ip_net=%s",
	    key, addr[0], addr[1]);
	if (portalc_call(c, "POST", "/w/add_peer", form) == 204)
		return (true);
	tell_failure(c, "add_peer", p->key);
	return (false);
}

static bool
remove_peer(struct portalc *c, const char *key)
{
	char text[160], form[200];

	encode(text, sizeof(text), key);
	(void)snprintf(form, sizeof(form), "public_key=%s", text);
	if (portalc_call(c, "POST", "/w/remove_peer", form) / 100 == 2)
		return (true);
	tell_failure(c, "remove_peer", key);
	return (false);
}

static bool
disconnect(struct portalc *c, const char *cn)
{
	char text[256], form[300];

	encode(text, sizeof(text), cn);
	(void)snprintf(form, sizeof(form), "common_name=%s", text);
	if (portalc_call(c, "POST", "/o/disconnect_client", form) == 204)
		return (true);
	tell_failure(c, "disconnect_client", cn);
	return (false);
}

static void
fatal_answer(const struct portalc *c, const char *path, const char *why)
{
	printf("died: GET %s: %s: %.300s\n", path, why, c->body);
	exit(2);
}

/*
 * The object of a 2xx, NULL after anything else.  A 2xx that is no JSON object
 * ends the portal, and us.
 */
static json_t *
get_json(struct portalc *c, const char *path)
{
	json_error_t e;
	json_t *j;

	if (portalc_call(c, "GET", path, NULL) / 100 != 2) {
		tell_failure(c, "GET", path);
		return (NULL);
	}
	if ((j = json_loadb(c->body, c->body_len, 0, &e)) == NULL)
		fatal_answer(c, path, e.text);
	if (!json_is_object(j))
		fatal_answer(c, path, "no object");
	return (j);
}

/* The array of that name, as strict as the newest portal. */
static json_t *
get_list(struct portalc *c, const char *path, const char *name, json_t **all)
{
	json_t *list;

	if ((*all = get_json(c, path)) == NULL)
		return (NULL);
	list = json_object_get(*all, name);
	if (!json_is_array(list))
		fatal_answer(c, path, "no array");
	return (list);
}

static void
sync_openvpn(struct portalc *c, struct tally *t, char **names, int n)
{
	json_t *all, *list, *one;
	const char *cn;
	size_t i;
	int k;

	list = get_list(c, "/o/connection_list", "connection_list", &all);
	t->calls++;
	for (i = 0; (one = json_array_get(list, i)) != NULL; i++) {
		cn = json_string_value(json_object_get(one, "common_name"));
		if (cn == NULL ||
		    !json_is_string(json_object_get(one, "ip_four")) ||
		    !json_is_string(json_object_get(one, "ip_six")))
			fatal_answer(c, "/o/connection_list", "a bad row");
		t->clients++;
		for (k = 0; k < n && strcmp(names[k], cn) != 0; k++)
			continue;
		if (k < n)
			continue;
		t->calls++;
		if (disconnect(c, cn))
			t->killed++;
		else
			t->failed++;
	}
	json_decref(all);
}

static void
sync_node(struct portalc *c, struct tally *t)
{
	static const char *const ints[] = { "cpu_count", "node_uptime" };
	json_t *all, *one, *rel;
	size_t i;

	t->calls++;
	if ((all = get_json(c, "/i/node")) == NULL)
		return;
	for (i = 0; i < 2; i++) {
		if (!json_is_integer(json_object_get(all, ints[i])))
			fatal_answer(c, "/i/node", ints[i]);
	}
	rel = json_object_get(all, "rel_load_average");
	for (i = 0; (one = json_array_get(rel, i)) != NULL; i++) {
		if (!json_is_integer(one))
			fatal_answer(c, "/i/node", "rel_load_average");
	}
	json_decref(all);
}

static void
sync_peers(struct portalc *c, struct tally *t, struct book *b)
{
	json_t *all, *list, *one, *at;
	struct peer *p, want;
	const char *key;
	size_t i;

	list = get_list(c, "/w/peer_list?show_all=yes", "peer_list", &all);
	t->calls++;
	for (i = 0; (one = json_array_get(list, i)) != NULL; i++) {
		key = json_string_value(json_object_get(one, "public_key"));
		at = json_object_get(one, "last_handshake_time");
		if (key == NULL || !(json_is_null(at) || json_is_string(at)) ||
		    !json_is_array(json_object_get(one, "ip_net")) ||
		    !json_is_integer(json_object_get(one, "bytes_in")) ||
		    !json_is_integer(json_object_get(one, "bytes_out")))
			fatal_answer(c, "/w/peer_list", "a bad peer");
		t->listed++;
		(void)snprintf(want.key, sizeof(want.key), "%s", key);
		p = b->n == 0 ?
		    NULL :
		    bsearch(&want, b->peers, b->n, sizeof(*p), peer_cmp);
		if (p != NULL) {
			p->listed = true;
			continue;
		}
		t->calls++;
		if (remove_peer(c, key))
			t->removed++;
		else
			t->failed++;
	}
	json_decref(all);
	for (i = 0; i < b->n; i++) {
		if (b->peers[i].listed)
			continue;
		t->calls++;
		if (add_peer(c, &b->peers[i]))
			t->added++;
		else
			t->failed++;
	}
}

static void
cmd_each(struct portalc *c, const char *what, struct book *b)
{
	struct tally t = { 0 };
	long start = portalc_ms();
	bool done;
	size_t i;

	for (i = 0; i < b->n; i++) {
		done = strcmp(what, "add") == 0 ?
		    add_peer(c, &b->peers[i]) :
		    remove_peer(c, b->peers[i].key);
		t.calls++;
		if (!done)
			t.failed++;
	}
	printf("calls=%zu failed=%zu slowest_ms=%ld ms=%ld\n", t.calls,
	    t.failed, c->slowest_ms, portalc_ms() - start);
}

static void
cmd_list(struct portalc *c, long n)
{
	long i, failed = 0, start = portalc_ms();
	size_t bytes = 0;

	for (i = 0; i < n; i++) {
		if (portalc_call(c, "GET", "/w/peer_list?show_all=yes", NULL) !=
		    200)
			failed++;
		bytes = c->body_len;
	}
	printf("calls=%ld failed=%ld bytes=%zu slowest_ms=%ld ms=%ld\n", n,
	    failed, bytes, c->slowest_ms, portalc_ms() - start);
}

static void
cmd_sync(struct portalc *c, struct book *b, char **names, int n)
{
	struct tally t = { 0 };
	long start = portalc_ms();

	if (b->n > 0)
		qsort(b->peers, b->n, sizeof(*b->peers), peer_cmp);
	sync_openvpn(c, &t, names, n);
	sync_node(c, &t);
	sync_peers(c, &t, b);
	printf("clients=%zu killed=%zu listed=%zu removed=%zu added=%zu "
	       "failed=%zu calls=%zu slowest_ms=%ld ms=%ld\n",
	    t.clients, t.killed, t.listed, t.removed, t.added, t.failed,
	    t.calls, c->slowest_ms, portalc_ms() - start);
}

static void
cmd_peers(long n)
{
	unsigned char key[32], text[48];
	long i;

	for (i = 2; i < n + 2; i++) {
		if (getrandom(key, sizeof(key), 0) != sizeof(key))
			err(1, "getrandom");
		(void)EVP_EncodeBlock(text, key, sizeof(key));
		printf("%s 10.43.%ld.%ld/32 fd43::%lx/128\n", text, i / 256,
		    i % 256, i);
	}
}

static void
command(struct portalc *c, int argc, char **argv)
{
	struct book b = { NULL, 0 };

	if (strcmp(argv[0], "call") == 0 && argc >= 3) {
		if (portalc_call(c, argv[1], argv[2],
		    argc > 3 ? argv[3] : NULL) == 0)
			errx(1, "no answer");
		(void)fwrite(c->buf, 1, c->len, stdout);
	} else if (strcmp(argv[0], "list") == 0 && argc == 2)
		cmd_list(c, strtol(argv[1], NULL, 10));
	else if (argc >= 2) {
		book_read(&b, argv[1]);
		if (strcmp(argv[0], "sync") == 0)
			cmd_sync(c, &b, argv + 2, argc - 2);
		else if (strcmp(argv[0], "add") == 0 ||
		    strcmp(argv[0], "remove") == 0)
			cmd_each(c, argv[0], &b);
		else
			usage();
	} else
		usage();
	free(b.peers);
}

int
main(int argc, char **argv)
{
	const char *ca = NULL, *cert = NULL, *key = NULL;
	struct portalc c = { .fd = -1 };
	char *colon = NULL;
	int ch;

	if (signal(SIGPIPE, SIG_IGN) == SIG_ERR)
		err(1, "signal");
	while ((ch = getopt(argc, argv, "Ka:c:k:")) != -1) {
		switch (ch) {
		case 'K':
			c.keep = true;
			break;
		case 'a':
			ca = optarg;
			break;
		case 'c':
			cert = optarg;
			break;
		case 'k':
			key = optarg;
			break;
		default:
			usage();
		}
	}
	argc -= optind;
	argv += optind;
	if (argc == 2 && strcmp(argv[0], "peers") == 0) {
		cmd_peers(strtol(argv[1], NULL, 10));
		return (0);
	}
	if (argc < 3 || (colon = strrchr(argv[0], ':')) == NULL)
		usage();
	*colon = '\0';
	c.host = argv[0];
	c.port = colon + 1;
	if (ca != NULL)
		portalc_tls(&c, ca, cert, key);
	command(&c, argc - 1, argv + 1);
	portalc_close(&c);
	SSL_CTX_free(c.tls);
	free(c.buf);
	return (0);
}
