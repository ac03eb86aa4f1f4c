/* SPDX-License-Identifier: ISC */
/*
 * A new static peer.  Without a key of its device, a pair is made here: the
 * gateway gets the public one, and the private one is shown once, in the file or
 * the code for the device, and kept nowhere.
 */

#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "export.h"
#include "lookup.h"
#include "newpeer.h"
#include "printable.h"
#include "qr.h"

#define ANSWER_MS	30000

struct added {
	struct msg_peer_item peer;
	bool		 came;
};

static int
added_cb(struct client *c, void *arg, struct ibuf *b)
{
	struct added *a = arg;

	if (msg_peer_item_get(b, &a->peer) == -1)
		return (client_malformed(c));
	a->came = true;
	return (0);
}

/*
 * Ask for the peer.  If the answer has it, it is there, whatever else the
 * answer says.
 */
static int
send_request(struct client *c, const struct request *r,
    const struct msg_ctl_network *net, const uint8_t *key, struct added *a)
{
	struct msg_ctl_peer_add m = { .name = "" };
	struct question q = { .type = MSG_CTL_PEER_ADD,
		.timeout_ms = ANSWER_MS,
		.item = MSG_PEER_ITEM,
		.fn = added_cb,
		.arg = a };
	uint8_t mem[512];
	struct ibuf b;
	int st;

	strlcpy(m.network, net->name, sizeof(m.network));
	strlcpy(m.name, r->name, sizeof(m.name));
	memcpy(m.pubkey, key, sizeof(m.pubkey));
	ibuf_init(&b, mem, 0, sizeof(mem));
	if ((st = client_request(c, &q, &b, msg_ctl_peer_add_put(&b, &m))) != 0)
		return (st);
	return (a->came ? 0 : client_malformed(c));
}

/* Show what the device needs: the file, or the code of it. */
static int
show(struct client *c, const struct request *r,
    const struct msg_ctl_network *net, const struct msg_peer_item *peer,
    const uint8_t *private_key, struct output *o)
{
	struct exported e = { .peer = *peer };
	char *file, *qr = NULL;
	int st = 0;

	if ((file = export_format(net, peer, private_key)) == NULL)
		return (client_fail(c, EX_SOFTWARE,
		    "no memory to show its file: sallyctl peer delete %s, and try again",
		    r->name));
	if (r->qr && (qr = qr_format(file)) == NULL)
		st = client_fail(c, EX_UNAVAILABLE,
		    "cannot make a code: %s; this is its file",
		    strerror(errno));
	e.file = qr != NULL ? qr : file;
	output_item(o, &exported_item, &e);
	if (qr != NULL)
		sodium_memzero(qr, strlen(qr));
	sodium_memzero(file, strlen(file));
	free(qr);
	free(file);
	return (st);
}

/* What can be wrong before anything is changed.  Returns 0 or an exit code. */
static int
check(struct client *c, const struct request *r)
{
	char *qr;

	if (!printable_utf8(r->name, strlen(r->name)))
		return (client_fail(c, EX_USAGE,
		    "the name must be UTF-8 without control characters or invisible ones"));
	if (r->qr && r->key[0] != '\0')
		return (client_fail(c, EX_USAGE,
		    "qr needs the private key, which is not known with key: leave one of them out"));
	if (!r->qr)
		return (0);
	if ((qr = qr_format("")) == NULL && errno == ENOSYS)
		return (client_fail(c, EX_UNAVAILABLE,
		    "this sallyctl was built without libqrencode (install libqrencode-dev and build again, or pipe the file into qrencode -t ansiutf8)"));
	free(qr);
	return (0);
}

int
peer_add(struct client *c, const struct request *r, struct output *o)
{
	uint8_t private_key[WGKEY_LEN], key[WGKEY_LEN];
	struct msg_ctl_network net;
	struct added a = { .came = false };
	bool own = r->key[0] == '\0';
	int st, shown;

	if ((st = check(c, r)) != 0)
		return (st);
	if (!own &&
	    (wgkey_parse(r->key, strlen(r->key), key) == -1 ||
		!wgkey_usable(key)))
		return (client_fail(c, EX_DATAERR,
		    "%s is not a public key of WireGuard: 32 bytes in base64, as wg pubkey prints it",
		    r->key));
	if ((st = lookup_network(c, r->network, &net)) != 0)
		return (st);
	if (net.state != NET_UP)
		return (client_fail(c, EX_TEMPFAIL,
		    "network %s is not up: its key and port are not known (sallyctl show networks)",
		    net.name));
	if (own) {
		wgkey_generate(private_key);
		wgkey_public(key, private_key);
	}
	st = send_request(c, r, &net, key, &a);
	if (a.came) {
		shown = show(c, r, &net, &a.peer, own ? private_key : NULL, o);
		st = st != 0 ? st : shown;
	}
	sodium_memzero(private_key, sizeof(private_key));
	return (st);
}
