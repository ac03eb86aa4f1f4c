/* SPDX-License-Identifier: ISC */
/*
 * The private keys and interfaces of mesh networks.  The hand names a network
 * by 32 hexadecimal digits, which the catalogue has checked, and gets a key
 * that nobody but root can read otherwise.  A network keeps the number of its
 * interface over restarts, in a file with a line for each.
 */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conferror.h"
#include "config.h"
#include "files.h"
#include "keyfile.h"
#include "log.h"
#include "meshdir.h"
#include "meshid.h"
#include "meshkeys.h"
#include "netd.h"
#include "proc.h"
#include "text.h"

#define FILE_MAX	8192
#define LINE_SIZE	64

struct meshkey {
	char		 network[NETNAME_SIZE];	/* "": unused */
	char		 interface[IFNAME_SIZE];
};

struct meshkeys {
	struct netd	*netd;
	struct meshkey	 list[MESH_NETS_MAX];	/* index: the number */
};

static const struct config *
config_of(const struct meshkeys *k)
{
	return (k->netd->conf->conf);
}

static void
set(struct meshkeys *k, const struct config *c, unsigned int i,
    const char *network)
{
	strlcpy(k->list[i].network, network, sizeof(k->list[i].network));
	snprintf(k->list[i].interface, sizeof(k->list[i].interface), "%s%u",
	    c->agent.interface_prefix, i);
}

/* Take a line "NETWORK NUMBER".  Returns 0, or -1. */
static int
read_line(struct meshkeys *k, const struct config *c, char *line)
{
	char *number = strchr(line, ' ');
	const char *bad;
	unsigned int i;

	if (number == NULL)
		return (-1);
	*number++ = '\0';
	i = (unsigned int)strtonum(number, 0, MESH_NETS_MAX - 1, &bad);
	if (bad != NULL || !meshid_valid(line) || k->list[i].network[0] != '\0')
		return (-1);
	set(k, c, i, line);
	return (0);
}

static void
read_numbers(struct meshkeys *k, struct config *c)
{
	unsigned int line = config_line(c, "gateway.state_dir", 0), n = 0;
	char path[MESHDIR_PATH], *text, *rest, *one;
	struct text_error e;
	size_t len;
	int fd;

	meshdir_numbers(c, path);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd == -1) {
		if (errno != ENOENT)
			config_error(c, line, "%s: %s", path, strerror(errno));
		return;
	}
	rest = text = text_read(fd, FILE_MAX, &len, &e);
	close(fd);
	if (text == NULL && e.line == 0) {
		config_error(c, line, "%s: %s", path, e.why);
		return;
	}
	while ((one = strsep(&rest, "\n")) != NULL) {
		n++;
		if (*one == '\0' || read_line(k, c, one) == 0)
			continue;
		config_error(c, line,
		    "%s:%u: not \"NETWORK NUMBER\": mend the line, or remove the file, and interfaces get new numbers",
		    path, n);
		break;
	}
	free(text);
}

struct meshkeys *
meshkeys_new(struct netd *n, struct config *c)
{
	struct meshkeys *k;

	if ((k = calloc(1, sizeof(*k))) == NULL)
		return (NULL);
	k->netd = n;
	read_numbers(k, c);
	return (k);
}

void
meshkeys_free(struct meshkeys *k)
{
	free(k);
}

/* Write the file anew, in one step. */
static int
save(const struct meshkeys *k)
{
	char path[MESHDIR_PATH], temp[MESHDIR_PATH + 8];
	unsigned int i;
	bool ok;
	FILE *fp;
	int fd;

	meshdir_numbers(config_of(k), path);
	snprintf(temp, sizeof(temp), "%s.new", path);
	fd = open(temp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW,
	    0600);
	if (fd == -1 || (fp = fdopen(fd, "w")) == NULL) {
		if (fd != -1)
			close(fd);
		return (-1);
	}
	for (i = 0; i < MESH_NETS_MAX; i++)
		if (k->list[i].network[0] != '\0')
			fprintf(fp, "%s %u\n", k->list[i].network, i);
	ok = fflush(fp) == 0 && fsync(fd) == 0;
	ok = fclose(fp) == 0 && ok;
	if (!ok || rename(temp, path) == -1)
		return (-1);
	keyfile_sync_dir(path);
	return (0);
}

static struct meshkey *
find(struct meshkeys *k, const char *network)
{
	unsigned int i;

	for (i = 0; i < MESH_NETS_MAX; i++)
		if (strcmp(k->list[i].network, network) == 0)
			return (&k->list[i]);
	return (NULL);
}

/* The entry of a network, or a new one.  NULL with why: there is none. */
static const struct meshkey *
entry(struct meshkeys *k, const char *network, char *why, size_t size)
{
	struct meshkey *e;
	unsigned int i;

	if ((e = find(k, network)) != NULL)
		return (e);
	for (i = 0; i < MESH_NETS_MAX && k->list[i].network[0] != '\0'; i++)
		;
	if (i == MESH_NETS_MAX) {
		snprintf(why, size,
		    "networks_max: %u networks have numbers: remove those that were left from \"networks\" in the state directory",
		    i);
		return (NULL);
	}
	set(k, config_of(k), i, network);
	if (save(k) == 0)
		return (&k->list[i]);
	snprintf(why, size, "cannot write the numbers of networks: %s",
	    strerror(errno));
	k->list[i].network[0] = '\0';
	return (NULL);
}

static int
open_key(const struct config *c, const char *network, char *why, size_t size)
{
	char path[MESHDIR_PATH];
	int fd = -1, made;

	meshdir_key(c, network, path);
	made = keyfile_make(path);
	if (made == 1)
		log_notice("made a private key for network %s", network);
	if (made != -1)
		fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd == -1)
		snprintf(why, size, "private key %s: %s", path,
		    strerror(errno));
	return (fd);
}

void
meshkeys_want(struct proc *hand, const char *network)
{
	struct meshkeys *k = hand->netd->meshkeys;
	struct msg_wgkey_failed failed;
	const struct meshkey *e;
	struct msg_conf_mnet m;
	int fd = -1, r;

	memset(&failed, 0, sizeof(failed));
	strlcpy(failed.network, network, sizeof(failed.network));
	e = entry(k, network, failed.text, sizeof(failed.text));
	if (e != NULL)
		fd = open_key(config_of(k), network, failed.text,
		    sizeof(failed.text));
	if (fd == -1) {
		log_warnx("network %s: %s", network, failed.text);
		r = chan_send_wgkey_failed(hand->chan, 0, &failed, -1);
	} else {
		memset(&m, 0, sizeof(m));
		strlcpy(m.network, network, sizeof(m.network));
		strlcpy(m.interface, e->interface, sizeof(m.interface));
		r = chan_send_conf_mnet(hand->chan, 0, &m, fd);
	}
	if (r == -1)
		log_warn("network %s: cannot answer the hand", network);
}

void
meshkeys_drop(struct meshkeys *k, const char *network)
{
	char path[MESHDIR_PATH];
	struct meshkey *e;

	if ((e = find(k, network)) == NULL)
		return;
	meshdir_key(config_of(k), network, path);
	if (unlink(path) == -1 && errno != ENOENT)
		log_warn("cannot remove %s", path);
	keyfile_sync_dir(path);
	e->network[0] = '\0';
	if (save(k) == -1)
		log_warn("cannot write the numbers of networks");
	log_info("network %s: its key is removed", network);
}

const char *
meshkeys_interface(struct meshkeys *k, const char *network)
{
	const struct meshkey *e = find(k, network);

	return (e == NULL ? NULL : e->interface);
}
