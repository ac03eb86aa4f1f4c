/* SPDX-License-Identifier: ISC */
/*
 * The configuration of netd's parent under a fuzzer, and the files that it
 * names.  The parent looks into none of them but the access list.
 */

#include <sys/stat.h>

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "parent_conf.h"
#include "parent_rig.h"

#define PATH_SIZE	64
#define MANY		2000	/* more names than a link takes at once */

static char *
path(const char *leaf)
{
	static char buf[2][PATH_SIZE];
	static unsigned int turn;
	char *p = buf[turn++ % 2];

	snprintf(p, PATH_SIZE, "%s/%s", rig_dir, leaf);
	return (p);
}

static FILE *
begin(void)
{
	FILE *f;

	if ((f = fopen(path("new"), "w")) == NULL)
		wrong("cannot write a file");
	return (f);
}

/* As an editor does it: the file is whole at any time. */
static void
end(FILE *f, const char *leaf)
{
	if (fchmod(fileno(f), 0600) == -1 || fclose(f) != 0 ||
	    rename(path("new"), path(leaf)) == -1)
		wrong("cannot write a file");
}

static void
write_text(const char *leaf, const char *text)
{
	FILE *f = begin();

	fputs(text, f);
	end(f, leaf);
}

static void
write_networks(FILE *f, uint8_t how)
{
	fprintf(f,
	    "networks = ( { name = \"net0\"; interface = \"wg0\";"
	    " backend = \"userspace\"; private_key_file = \"%s/wg0.key\";"
	    " address = [ \"10.9.0.1/24\" ]; pools = [ \"10.9.0.0/24\" ]; }",
	    rig_dir);
	if ((how & 2) == 0)
		fprintf(f,
		    ", { name = \"net1\"; interface = \"wg1\";"
		    " backend = \"kernel\"; listen_port = 51821;"
		    " private_key_file = \"%s/wg1.key\";"
		    " address = [ \"10.8.0.1/24\" ];"
		    " pools = [ \"10.8.0.0/24\" ]; egress: { wan = \"wan0\"; }; }",
		    rig_dir);
	fprintf(f, " );\n");
}

static void
write_listeners(FILE *f, uint8_t how)
{
	fprintf(f,
	    "listen = ( { address = \"127.0.0.1:8443\"; api = [ \"native\" ];"
	    " tls: { certificate = \"%s/crt\"; key = \"%s/key\";"
	    " client_ca = \"%s/ca\"; crl = \"%s/crl\"; }; }",
	    rig_dir, rig_dir, rig_dir, rig_dir);
	if ((how & 4) == 0)
		fprintf(f,
		    ", { address = \"127.0.0.1:8444\"; api = [ \"portal\" ];"
		    " proof = \"none\"; }");
	fprintf(f, " );\n");
}

void
conf_write(uint8_t how)
{
	FILE *f = begin();

	fprintf(f,
	    "gateway: { endpoint = \"gw\"; state_dir = \"%s/state\";"
	    " ctl_socket = \"%s/ctl\"; maintenance_file = \"%s/maint\";"
	    " workers = 3; on_stop = \"%s\"; };\n",
	    rig_dir, rig_dir, rig_dir, how & 8 ? "undo" : "keep");
	world.may_undo |= (how & 8) != 0;
	write_networks(f, how);
	if ((how & 16) == 0)
		fprintf(f,
		    "identities = ( { pattern = \"a.*\"; role = \"device\";"
		    " network = \"net0\"; ca = \"%s/ca\"; } );\n",
		    rig_dir);
	write_listeners(f, how);
	if ((how & 32) == 0)
		fprintf(f,
		    "access: { file = \"%s/list\"; };\n"
		    "autowg: { auth_file = \"%s/auth\"; };\n",
		    rig_dir, rig_dir);
	fprintf(f, "openvpn: { sockets = \"%s/ovpn*.sock\"; };\n%s", rig_dir,
	    how & 1 ? "nothing\n" : "");
	end(f, "conf");
}

static void
write_list(unsigned int n)
{
	FILE *f = begin();

	while (n-- > 0)
		fprintf(f, "name%u\n", n);
	end(f, "list");
}

void
conf_files(uint8_t how)
{
	if (how & 1)
		(void)unlink(path("crt"));
	else
		write_text("crt", "certificate\n");
	write_text("crl", how & 2 ? "" : "revoked\n");
	write_list(how & 4 ? 0 : how & 8 ? MANY : 3);
	if (how & 16)
		(void)unlink(path("ca"));
	else
		write_text("ca", "authority\n");
	if (how & 32)
		write_text("maint", "");
	else
		(void)unlink(path("maint"));
	write_text("auth", how & 64 ? "nobody\n" : "user:password\n");
}

void
conf_make(void)
{
	(void)mkdir(path("state"), 0700);
	write_text("key", "key\n");
	write_text("wg0.key", "key\n");
	write_text("wg1.key", "key\n");
	write_text("ovpn2.sock", "no socket\n");
	conf_files(0);
	conf_write(0);
}

void
conf_remove(void)
{
	static const char *const leaves[] = { "conf", "new", "crt", "key", "ca",
		"crl", "list", "auth", "wg0.key", "wg1.key", "maint",
		"state/lock", "ctl", "ctl.netd", "wg0.sock", "ovpn0.sock",
		"ovpn1.sock", "ovpn2.sock" };
	size_t i;

	for (i = 0; i < sizeof(leaves) / sizeof(leaves[0]); i++)
		(void)unlink(path(leaves[i]));
	(void)rmdir(path("state"));
	(void)rmdir(rig_dir);
}
