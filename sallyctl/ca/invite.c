/* SPDX-License-Identifier: ISC */
/*
 * The script has the authority's certificate, the device's and its key, and a
 * configuration for sallyport-join(8), which it runs, or for sallyport-agent(8),
 * which it starts and waits for.
 */

#include <openssl/err.h>
#include <openssl/pem.h>

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "invite.h"
#include "leaf.h"
#include "lookup.h"

#define PORT 8443 /* the port that "sallyctl init" writes */
#define DIR  "/etc/sallyport-join"

/* Of a device with the agent, which may be on the gateway's own host. */
#define AGENT_CONF SYSCONFDIR "/sallyport/agent.conf"
#define AGENT_DIR  SYSCONFDIR "/sallyport/agent"
#define AGENT_CTL  "sallyctl -s /run/sallyport-agent/ctl.sock "

/* The URL goes into a shell's script: it may have no character of a shell. */
static int
check_url(struct client *c, const char *url)
{
	const char *p;

	for (p = url; *p != '\0'; p++)
		if (!isalnum((unsigned char)*p) && strchr(":/.-[]", *p) == NULL)
			break;
	if (*p == '\0' && strncmp(url, "https://", 8) == 0)
		return (0);
	return (client_fail(c, EX_USAGE,
	    "%s is no URL of a listener, such as https://vpn.example.com:8443",
	    url));
}

/* The listener, where devices reach it: the gateway's endpoint has its name. */
static int
find_url(struct client *c, const struct request *r, char *dst, size_t size)
{
	struct msg_ctl_network n;
	bool six;
	int st;

	if (r->url[0] != '\0') {
		strlcpy(dst, r->url, size);
		return (check_url(c, dst));
	}
	if ((st = lookup_network(c, r->network, &n)) != 0)
		return (st);
	if (n.endpoint[0] == '\0')
		return (client_fail(c, EX_USAGE,
		    "the gateway has no endpoint: say url https://HOST:PORT"));
	six = strchr(n.endpoint, ':') != NULL;
	snprintf(dst, size, "https://%s%s%s:%d", six ? "[" : "", n.endpoint,
	    six ? "]" : "", PORT);
	return (check_url(c, dst));
}

static void
put_file(FILE *f, const char *dir, const char *name, BIO *b)
{
	char *text;
	long len;

	len = BIO_get_mem_data(b, &text);
	fprintf(f, "cat >%s/%s <<'END'\n%.*sEND\n", dir, name, (int)len, text);
}

static void
put_join(FILE *f, const char *url)
{
	fprintf(f,
	    "cat >%s.conf <<'END'\n"
	    "url = %s\n"
	    "ca = %s/ca.crt\n"
	    "cert = %s/device.crt\n"
	    "key = %s/device.key\n"
	    "END\n"
	    "sallyport-join up\n",
	    DIR, url, DIR, DIR, DIR);
}

/* A policy that is there already stays.  Joining takes some seconds. */
static void
put_agent(FILE *f, const char *url)
{
	fprintf(f,
	    "[ -e %s ] || cat >%s <<'END'\n"
	    "# Made by \"sallyctl invite\"; sallyport-agent.conf(5) explains each word.\n"
	    "agent: {\n"
	    "\tserver = \"%s/\"; ca = \"%s/ca.crt\";\n"
	    "\tcertificate = \"%s/device.crt\"; key = \"%s/device.key\";\n"
	    "};\n"
	    "END\n",
	    AGENT_CONF, AGENT_CONF, url, AGENT_DIR, AGENT_DIR, AGENT_DIR);
	fprintf(f,
	    "systemctl enable --now sallyport-agent\n"
	    "i=0\n"
	    "until %s-j show networks 2>/dev/null | grep -q '\"up\"'; do\n"
	    "\ti=$((i + 1))\n"
	    "\t[ $i -lt 60 ] || { %sshow agent >&2; exit 75; }\n"
	    "\tsleep 1\n"
	    "done\n"
	    "%sshow networks\n",
	    AGENT_CTL, AGENT_CTL, AGENT_CTL);
}

/* The script; the caller wipes and frees it.  NULL without memory. */
static char *
script(const struct leaf *l, const char *url, BIO *ca, BIO *crt, BIO *key)
{
	bool mesh = l->r->op.mesh != 0;
	const char *dir = mesh ? AGENT_DIR : DIR;
	char *text = NULL;
	size_t len;
	FILE *f;

	if ((f = open_memstream(&text, &len)) == NULL)
		return (NULL);
	fprintf(f,
	    "#!/bin/sh\n"
	    "# Run this as root on %s, where %s is: it has the device's key.\n"
	    "set -e\n"
	    "umask 077\n"
	    "mkdir -p %s\n",
	    l->r->name, mesh ? "sallyport-agent" : "sallyport-join", dir);
	put_file(f, dir, "ca.crt", ca);
	put_file(f, dir, "device.crt", crt);
	put_file(f, dir, "device.key", key);
	if (mesh)
		put_agent(f, url);
	else
		put_join(f, url);
	if (fclose(f) == EOF) {
		free(text);
		return (NULL);
	}
	return (text);
}

/* Nobody sees the script of a certificate that is not on the list. */
static int
print(struct leaf *l, struct authority *a, const char *url, struct output *o)
{
	struct invitation inv = { .url = url };
	char *text = NULL;
	BIO *ca, *crt, *key;
	int st;

	ca = BIO_new(BIO_s_mem());
	crt = BIO_new(BIO_s_mem());
	key = BIO_new(BIO_s_secmem());
	if (ca == NULL || crt == NULL || key == NULL ||
	    !PEM_write_bio_X509(ca, a->crt))
		st = authority_failed(a->c, "certificate");
	else if ((st = leaf_pem(l, a->c, crt, key)) == 0 &&
	    (text = script(l, url, ca, crt, key)) == NULL)
		st = authority_failed(a->c, "script");
	if (st == 0 && (st = leaf_keep(l, a)) == 0) {
		strlcpy(inv.name, l->r->name, sizeof(inv.name));
		inv.script = text;
		output_item(o, &invitation_item, &inv);
	}
	if (text != NULL)
		freezero(text, strlen(text));
	BIO_free(ca);
	BIO_free(crt);
	BIO_free(key);
	return (st);
}

int
invite(struct client *c, const struct request *r, struct output *o)
{
	struct passphrases pp = { .file = r->passphrase };
	struct authority a = { .lock = -1 };
	char url[HOST_SIZE + 24];
	struct leaf l;
	int st;

	if ((st = authority_check_name(c, r->name)) != 0 ||
	    (st = find_url(c, r, url, sizeof(url))) != 0)
		return (st);
	if ((st = leaf_begin(&l, c, r)) == 0 &&
	    (st = authority_open(&a, c, authority_dir(r), &pp)) == 0 &&
	    (st = leaf_sign(&l, &a)) == 0)
		st = print(&l, &a, url, o);
	passphrases_end(&pp);
	authority_close(&a);
	leaf_free(&l);
	return (st);
}
