/* SPDX-License-Identifier: ISC */
/*
 * A gateway for a fleet: one network with addresses of both families that this
 * host does not have yet, and one listener for devices with certificates of an
 * authority that is made if there is none.  With a tenant, the devices may be in
 * meshes, too.
 */

#include <sys/stat.h>

#include <arpa/inet.h>
#include <net/if.h>

#include <ctype.h>
#include <errno.h>
#include <ifaddrs.h>
#include <libgen.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "init.h"
#include "leaf.h"
#include "newfile.h"

#define CONF_FILE   SYSCONFDIR "/sallyport/sallyport.conf"
#define SHARED_NETS 64 /* the /16s in 100.64.0.0/10, RFC 6598 */

struct plan {
	char		 endpoint[HOST_SIZE];
	char		 wan[IFNAMSIZ];	/* "": no way out */
	char		 file[FILE_SIZE];
	char server[FILE_SIZE];	     /* its certificate and key */
	bool has_server;	     /* they are there */
	char name[IDENT_SIZE];	     /* the gateway's name */
	unsigned int net4;	     /* 100.net4.0.0/16 */
	char		 net6[INET6_ADDRSTRLEN];	/* fdxx:xxxx:xxxx */
};

/* Ask a person; an empty answer is the usual one. */
static int
ask_for(struct client *c, const char *question, const char *usual, char *dst,
    size_t size)
{
	char line[HOST_SIZE + 2];

	fprintf(stderr, "%s [%s]: ", question, usual);
	if (fgets(line, sizeof(line), stdin) == NULL)
		return (
		    client_fail(c, EX_NOINPUT, "no answer: nothing was made"));
	line[strcspn(line, "\r\n")] = '\0';
	strlcpy(dst, line[0] != '\0' ? line : usual, size);
	return (0);
}

/* It stands in the configuration as it is. */
static int
check_tenant(struct client *c, const char *name)
{
	if (strspn(name,
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") ==
		strlen(name) &&
	    strchr(".-", name[0]) == NULL)
		return (0);
	return (client_fail(c, EX_USAGE,
	    "%s is no name of a tenant: letters, digits and ._-, with a letter or a digit first",
	    name));
}

static int
check_endpoint(struct client *c, const char *host)
{
	const char *p;

	for (p = host; *p != '\0'; p++)
		if (!isalnum((unsigned char)*p) && strchr(".-:", *p) == NULL)
			break;
	if (p > host && *p == '\0' && p - host <= CA_NAME_MAX)
		return (0);
	return (client_fail(c, EX_USAGE,
	    "%s is neither a host's name of at most %d characters nor an address",
	    host, CA_NAME_MAX));
}

/* Take the answers from the command line, or from a person who is there. */
static int
take_answers(struct plan *p, struct client *c, const struct request *r)
{
	char host[HOST_SIZE] = "";
	int st;

	if (gethostname(host, sizeof(host) - 1) == -1 || *host == '\0')
		strlcpy(host, "gateway", sizeof(host));
	strlcpy(p->endpoint, r->endpoint, sizeof(p->endpoint));
	strlcpy(p->wan, r->wan, sizeof(p->wan));
	if (p->endpoint[0] == '\0') {
		if (!isatty(STDIN_FILENO))
			return (client_fail(c, EX_USAGE,
			    "there is no terminal to ask: say endpoint HOST, the name or address that devices dial"));
		if ((st = ask_for(c, "Name or address that devices dial", host,
			 p->endpoint, sizeof(p->endpoint))) != 0)
			return (st);
		if (p->wan[0] == '\0' &&
		    (st = ask_for(c,
			 "Interface through which devices reach the internet, if they shall",
			 "none", p->wan, sizeof(p->wan))) != 0)
			return (st);
		if (strcmp(p->wan, "none") == 0)
			p->wan[0] = '\0';
	}
	if (p->wan[0] != '\0' && if_nametoindex(p->wan) == 0)
		return (client_fail(c, EX_USAGE,
		    "there is no interface %s here (ip link)", p->wan));
	host[strcspn(host, ".")] = '\0';
	strlcpy(p->name, host, sizeof(p->name));
	return (check_endpoint(c, p->endpoint));
}

/* Does this host have an address in it? */
static bool
is_here(const struct ifaddrs *all, const struct prefix *p)
{
	const struct ifaddrs *i;
	struct prefix a;

	for (i = all; i != NULL; i = i->ifa_next) {
		if (i->ifa_addr == NULL)
			continue;
		a = prefix_from_sockaddr(i->ifa_addr);
		if (prefix_contains(p, &a))
			return (true);
	}
	return (false);
}

/*
 * A /48 of our own, at random (RFC 4193), and the first /16 of the addresses
 * for carriers in which this host has none.
 */
static int
choose_addresses(struct plan *p, struct client *c)
{
	struct ifaddrs *all;
	struct prefix net;
	char text[32];
	uint8_t id[5];
	unsigned int i;

	randombytes_buf(id, sizeof(id));
	snprintf(p->net6, sizeof(p->net6), "fd%02x:%x:%x", id[0],
	    id[1] << 8 | id[2], id[3] << 8 | id[4]);
	if (getifaddrs(&all) == -1)
		return (client_fail(c, EX_OSERR,
		    "cannot list the addresses of this host: %s",
		    strerror(errno)));
	for (i = 0; i < SHARED_NETS; i++) {
		snprintf(text, sizeof(text), "100.%u.0.0/16", 64 + i);
		if (prefix_parse(text, &net) == 0 && !is_here(all, &net))
			break;
	}
	freeifaddrs(all);
	p->net4 = 64 + i;
	return (i < SHARED_NETS ?
		0 :
		client_fail(c, EX_UNAVAILABLE,
		    "this host has an address in each /16 of 100.64.0.0/10"));
}

/* Where the gateway sees the endpoints of a mesh's members. */
static void
write_rendezvous(FILE *f)
{
	fprintf(f,
	    ", {\n"
	    "\t# members of meshes are found here: let UDP in\n"
	    "\tname = \"meet\"; kind = \"rendezvous\"; interface = \"sprv0\"; listen_port = 51819;\n"
	    "\tprivate_key_file = \"%s/sallyport/sprv0.key\";\n"
	    "}",
	    SYSCONFDIR);
}

static void
write_network(FILE *f, const struct plan *p, bool mesh)
{
	fprintf(f,
	    "networks = ( {\n"
	    "\tname = \"devices\"; interface = \"wg0\"; listen_port = 51820;\n"
	    "\tprivate_key_file = \"%s/sallyport/wg0.key\";\t# made if absent\n"
	    "\taddress = [ \"%s::1/48\", \"100.%u.0.1/16\" ];\n"
	    "\t# addresses that devices lease\n"
	    "\tpools = [ \"%s:1::/64\", \"100.%u.1.0-100.%u.255.254\" ];\n"
	    "\t# destinations that devices reach through the tunnel\n",
	    SYSCONFDIR, p->net6, p->net4, p->net6, p->net4, p->net4);
	if (p->wan[0] == '\0')
		fprintf(f, "\troutes = [ \"%s::/48\", \"100.%u.0.0/16\" ];\n",
		    p->net6, p->net4);
	else
		fprintf(f,
		    "\troutes = [ \"::/0\", \"0.0.0.0/0\" ];\n"
		    "\tegress: { wan = \"%s\"; table = 42; masquerade = true; };\n",
		    p->wan);
	fprintf(f, "}");
	if (mesh)
		write_rendezvous(f);
	fprintf(f, " );\n\n%s",
	    mesh ? "mesh: { rendezvous = \"meet\"; };\n\n" : "");
}

static void
write_identities(FILE *f, const char *tenant)
{
	fprintf(f,
	    "# A certificate's name becomes the name of the lease%s.\n"
	    "identities = ( {\n"
	    "\tproof = \"certificate\"; pattern = \"(.+)\"; role = \"device\"; network = \"devices\";\n",
	    *tenant != '\0' ? " and of the member" : "");
	if (*tenant != '\0')
		fprintf(f, "\ttenant = \"%s\"; groups = [ \"all\" ];\n",
		    tenant);
	fprintf(f, "} );\n\n");
}

static void
write_conf(FILE *f, const struct plan *p, const char *ca, const char *tenant)
{
	bool mesh = *tenant != '\0';

	fprintf(f,
	    "# Made by \"sallyctl init\"; sallyport.conf(5) explains each word.\n"
	    "gateway: { name = \"%s\"; endpoint = \"%s\"; };\n\n",
	    p->name, p->endpoint);
	write_network(f, p, mesh);
	write_identities(f, tenant);
	fprintf(f,
	    "listen = ( {\n"
	    "\taddress = \"[::]:8443\"; api = [ \"native\", \"autowg\"%s ]; prefix = \"/vpn/\";\n"
	    "\ttls: {\n"
	    "\t\tcertificate = \"%s.crt\"; key = \"%s.key\";\n"
	    "\t\tclient_ca = \"%s/ca.crt\"; crl = \"%s/ca.crl\";\n"
	    "\t};\n"
	    "} );\n",
	    mesh ? ", \"mesh\"" : "", p->server, p->server, ca, ca);
}

/* Open the authority, or make one, if the server has no certificate yet. */
static int
make_certificates(struct plan *p, struct client *c, const struct request *r)
{
	const char *dir = authority_dir(r);
	struct cert_wish w = { .name = AUTHORITY_NAME, .term = CA_TERM };
	struct passphrases pp = { .file = r->passphrase };
	struct authority a = { .lock = -1 };
	struct request wish = { .server = true };
	char file[FILE_SIZE];
	struct leaf l;
	int st;

	strlcpy(wish.name, p->endpoint, sizeof(wish.name));
	strlcpy(wish.write, p->server, sizeof(wish.write));
	if ((st = leaf_begin(&l, c, &wish)) == 0) {
		authority_path(dir, "ca.crt", file);
		st = access(file, F_OK) == 0 ?
		    authority_open(&a, c, dir, &pp) :
		    authority_make(&a, c, dir, &w, &pp);
	}
	if (st == 0)
		st = leaf_issue(&l, &a, &pp);
	passphrases_end(&pp);
	authority_close(&a);
	leaf_free(&l);
	return (st);
}

/* The directory of the file, and "tls/server" in it. */
static int
choose_files(struct plan *p, struct client *c, const struct request *r)
{
	char copy[FILE_SIZE], dir[FILE_SIZE];

	strlcpy(p->file, r->write[0] != '\0' ? r->write : CONF_FILE,
	    sizeof(p->file));
	strlcpy(copy, p->file, sizeof(copy));
	if (snprintf(dir, sizeof(dir), "%s/tls", dirname(copy)) >=
	    (int)sizeof(dir) - 16)
		return (client_fail(c, EX_USAGE, "-w: the name is too long"));
	if (mkdir(dir, 0700) == -1 && errno != EEXIST)
		return (client_fail(c, EX_CANTCREAT, "%s: %s", dir,
		    strerror(errno)));
	strlcpy(p->server, dir, sizeof(p->server));
	strlcat(p->server, "/server", sizeof(p->server));
	snprintf(copy, sizeof(copy), "%.*s.crt", FILE_SIZE - 8, p->server);
	p->has_server = access(copy, F_OK) == 0;
	return (0);
}

static int
make(struct plan *p, struct client *c, const struct request *r)
{
	struct newfile nf = { .fd = -1 };
	char *text = NULL;
	size_t len;
	FILE *f;
	int st;

	if ((f = open_memstream(&text, &len)) != NULL)
		write_conf(f, p, authority_dir(r), r->op.tenant);
	if (f == NULL || fclose(f) == EOF) {
		free(text);
		return (client_fail(c, EX_SOFTWARE, "no memory"));
	}
	st = newfile_open(&nf, c, p->file, 0640);
	if (st == 0 && !p->has_server)
		st = make_certificates(p, c, r);
	if (st == 0 && (st = newfile_write(&nf, c, text, len)) == 0)
		st = newfile_keep(&nf, c);
	newfile_close(&nf);
	free(text);
	return (st);
}

int
init(struct client *c, const struct request *r, struct output *o)
{
	struct msg_ctl_result res = { .code = CTL_OK };
	struct plan p = { .net4 = 0 };
	int st;

	if ((r->op.tenant[0] != '\0' &&
		(st = check_tenant(c, r->op.tenant)) != 0) ||
	    (st = take_answers(&p, c, r)) != 0 ||
	    (st = choose_addresses(&p, c)) != 0 ||
	    (st = choose_files(&p, c, r)) != 0 || (st = make(&p, c, r)) != 0)
		return (st);
	snprintf(res.text, sizeof(res.text),
	    "%.*s is made for %s: start it with systemctl enable --now sallyport, and give a device its certificate with sallyctl ca issue NAME",
	    TEXT_SIZE / 4, p.file, p.endpoint);
	output_item(o, &done_item, &res);
	return (0);
}
