/* SPDX-License-Identifier: ISC */
/*
 * Opening what a configuration names: certificates, keys, lists, sockets.
 * Files for children are copied into sealed memory by the kernel.  So a child
 * that is started again gets the same contents as its siblings, even if the
 * file has changed, and no key passes through our own memory.
 */

#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "access.h"
#include "conferror.h"
#include "config.h"
#include "files.h"
#include "keyfile.h"
#include "listen.h"
#include "log.h"
#include "off.h"
#include "parse.h"
#include "schema.h"
#include "text.h"

#define PEM_MAX		(1024 * 1024)
#define CRL_MAX		(16 * 1024 * 1024)
#define KEY_MAX		(64 * 1024)
#define LIST_MAX	(8 * 1024 * 1024)
#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL	0x0008U
#endif

enum secrecy {
	PUBLIC,
	SECRET
};

/*
 * Open a file that word i names, and get its size.  Returns -1 after noting an
 * error.
 */
static int
open_named(struct config *c, const char *path, unsigned int line,
    const char *word, size_t max, enum secrecy secrecy, size_t *size)
{
	struct stat st;
	int fd;

	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd == -1 || fstat(fd, &st) == -1) {
		config_error(c, line, "%s: cannot open %s: %s", word, path,
		    strerror(errno));
		goto fail;
	}
	if (!S_ISREG(st.st_mode)) {
		config_error(c, line, "%s: %s is not a regular file", word,
		    path);
		goto fail;
	}
	if (st.st_size == 0 || (uint64_t)st.st_size > max) {
		config_error(c, line, "%s: %s is %s", word, path,
		    st.st_size == 0 ? "empty" : "too large");
		goto fail;
	}
	if ((st.st_mode & S_IWOTH) != 0) {
		config_error(c, line,
		    "%s: %s can be written by everybody: chmod go-w it", word,
		    path);
		goto fail;
	}
	if (secrecy == SECRET && (st.st_mode & S_IROTH) != 0)
		log_warnx("%s: %s can be read by everybody: chmod 0600 it",
		    word, path);
	*size = (size_t)st.st_size;
	return (fd);
fail:
	if (fd != -1)
		close(fd);
	return (-1);
}

/* Make a sealed copy in memory of size bytes of fd. */
static int
copy_sealed(int fd, const char *path, size_t size)
{
	char name[CONF_PATH];
	ssize_t n;
	int mem;

	strlcpy(name, path, sizeof(name));
	mem = memfd_create(basename(name),
	    MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_NOEXEC_SEAL);
	if (mem == -1 && errno == EINVAL)
		mem = memfd_create(basename(name),
		    MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (mem == -1)
		return (-1);
	for (; size > 0; size -= (size_t)n) {
		n = sendfile(mem, fd, NULL, size);
		if (n == 0)
			errno = EIO;
		if (n <= 0)
			goto fail;
	}
	if (fchmod(mem, 0400) == -1 ||
	    fcntl(mem, F_ADD_SEALS,
	    F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) == -1)
		goto fail;
	return (mem);
fail:
	close(mem);
	return (-1);
}

/* Returns -1 if there is no name, and after noting an error. */
static int
snapshot(struct config *c, const char *path, unsigned int line,
    const char *word, size_t max, enum secrecy secrecy)
{
	size_t size;
	int fd, mem;

	if (*path == '\0')
		return (-1);
	fd = open_named(c, path, line, word, max, secrecy, &size);
	if (fd == -1)
		return (-1);
	if ((mem = copy_sealed(fd, path, size)) == -1)
		config_error(c, line, "%s: cannot copy %s: %s", word, path,
		    strerror(errno));
	close(fd);
	return (mem);
}

int
bundle_reopen(int fd)
{
	char path[32];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return (open(path, O_RDONLY | O_CLOEXEC));
}

/*
 * Get the socket of an old listener at the same address, or open a new one.
 * Tunnels need no listener: one that cannot be opened when we start, and one
 * whose interface is missing, is left out, and late.c tries again.
 */
static int
open_socket(struct config *c, unsigned int i, const struct bundle *old)
{
	const struct endpoint *ep;
	unsigned int j, tries = 0;
	bool absent, late;
	int fd;

	ep = &c->listen[i].address;
	late = old == NULL;
	for (j = 0; old != NULL && j < old->conf->nlisten; j++) {
		if (strcmp(ep->text, old->conf->listen[j].address.text) != 0)
			continue;
		if (old->listen[j] != -1)
			return (fcntl(old->listen[j], F_DUPFD_CLOEXEC, 3));
		late = true;
	}
	while ((fd = listen_tcp(ep, &absent)) == -1 && old == NULL &&
	    listen_again(&tries))
		;
	if (fd != -1 && absent)
		log_notice(
		    "listening on %s, which no interface has yet: connections come in when one has it",
		    ep->text);
	if (fd != -1)
		return (fd);
	if (errno == ENODEV || (late && errno == EADDRINUSE))
		log_warn(
		    "%s:%u: cannot listen on %s yet, trying again while the rest runs",
		    c->file, config_line(c, "listen[].address", i), ep->text);
	else
		config_error(c, config_line(c, "listen[].address", i),
		    "cannot listen on %s: %s", ep->text, strerror(errno));
	return (-1);
}

static bool
was_off(const struct bundle *old, const struct endpoint *ep)
{
	unsigned int j;

	for (j = 0; j < old->conf->nlisten; j++)
		if (strcmp(ep->text, old->conf->listen[j].address.text) == 0)
			return (old->off[j][0] != '\0');
	return (false);
}

static void
open_tls(struct bundle *b, unsigned int i)
{
	const struct conf_listen *l;
	struct config *c;
	unsigned int before;

	c = b->conf;
	l = &c->listen[i];
	if (l->credentials)
		log_notice(
		    "%s: TLS with the certificates in CREDENTIALS_DIRECTORY: %s",
		    l->address.text, l->certificate);
	before = c->nerrors;
	b->cert[i][CERT_CHAIN] = snapshot(c, l->certificate,
	    config_line(c, "listen[].tls.certificate", i), "certificate",
	    PEM_MAX, PUBLIC);
	b->cert[i][CERT_CLIENT_CA] = snapshot(c, l->client_ca,
	    config_line(c, "listen[].tls.client_ca", i),
	    c->is_agent ? "ca" : "client_ca", PEM_MAX, PUBLIC);
	b->cert[i][CERT_CRL] = snapshot(c, l->crl,
	    config_line(c, "listen[].tls.crl", i), "crl", CRL_MAX, PUBLIC);
	b->key[i] = snapshot(c, l->key, config_line(c, "listen[].tls.key", i),
	    "key", KEY_MAX, SECRET);
	if (c->nerrors == before)
		return;
	strlcpy(b->off[i], "a file cannot be opened", sizeof(b->off[i]));
	if (!b->may_off[i])
		return;
	config_forgive(c, before, b->off[i], sizeof(b->off[i]));
	off_log(b, i);
}

/*
 * A rule whose CA cannot be used at start refuses whom it fits, which keeps
 * nothing else from running.
 */
static void
open_rules(struct bundle *b, bool start)
{
	char why[CONF_ERROR_SIZE];
	struct config *c = b->conf;
	unsigned int before, i;

	for (i = 0; i < c->nidentities; i++) {
		before = c->nerrors;
		b->rule_ca[i] = snapshot(c, c->identities[i].ca,
		    config_line(c, "identities[].ca", i), "ca", PEM_MAX,
		    PUBLIC);
		if (!start || c->nerrors == before)
			continue;
		config_forgive(c, before, why, sizeof(why));
		log_warnx(
		    "identities[%u] refuses whom it fits, the rest runs: %s", i,
		    log_text(why));
	}
}

/*
 * The file is gone, and the interface still has the key that was in it.  With
 * another key, no peer of it could come back.
 */
static bool
is_lost(struct config *c, unsigned int i)
{
	const struct conf_network *n = &c->networks[i];

	if (access(n->private_key_file, F_OK) == 0 || errno != ENOENT ||
	    !keyfile_is_used(n->msg.interface))
		return (false);
	config_error(c, config_line(c, "networks[].private_key_file", i),
	    "private_key_file: %s is gone, and %s still has its key: put it back (umask 077; wg show %s private-key >%s), or remove the interface for a new key (ip link delete %s)",
	    n->private_key_file, n->msg.interface, n->msg.interface,
	    n->private_key_file, n->msg.interface);
	return (true);
}

void
files_make_key(struct config *c, unsigned int i)
{
	const struct conf_network *n = &c->networks[i];
	int made;

	/* An adopted interface has a key already. */
	if (*n->private_key_file == '\0' || n->msg.adopt || is_lost(c, i))
		return;
	made = keyfile_make(n->private_key_file);
	if (made == -1)
		config_error(c,
		    config_line(c, "networks[].private_key_file", i),
		    "private_key_file: cannot make %s: %s%s",
		    n->private_key_file, strerror(errno),
		    errno == EROFS ? "; \"netd -g\" makes it" : "");
	if (made == 1)
		log_notice("made a private key for network %s: %s", n->msg.name,
		    n->private_key_file);
}

static void
open_wgkey(struct bundle *b, unsigned int i, bool make)
{
	const struct conf_network *n;
	struct config *c;
	unsigned int errors;

	c = b->conf;
	n = &c->networks[i];
	/* The file of an adopted interface may belong to the owner of that. */
	if (*n->private_key_file == '\0' ||
	    (n->msg.adopt && access(n->private_key_file, F_OK) == -1) ||
	    (!make &&
		(is_lost(c, i) || access(n->private_key_file, F_OK) == -1)))
		return;
	errors = c->nerrors;
	if (make)
		files_make_key(c, i);
	if (c->nerrors == errors)
		b->wgkey[i] = snapshot(c, n->private_key_file,
		    config_line(c, "networks[].private_key_file", i),
		    "private_key_file", KEY_MAX, SECRET);
}

/* Read a file of our own policy.  The caller frees it. */
static char *
read_named(struct config *c, const char *path, const char *leaf,
    const char *word, size_t max, enum secrecy secrecy, size_t *len)
{
	struct text_error e;
	unsigned int line;
	size_t size;
	char *text;
	int fd;

	line = config_line(c, word, 0);
	fd = open_named(c, path, line, leaf, max, secrecy, &size);
	if (fd == -1)
		return (NULL);
	text = text_read(fd, max, len, &e);
	close(fd);
	if (text == NULL && e.line != 0)
		config_error(c, line, "%s: %s:%u: %s", leaf, path, e.line,
		    e.why);
	else if (text == NULL)
		config_error(c, line, "%s: %s: %s", leaf, path, e.why);
	return (text);
}

/*
 * True if another program has the file open for writing, so that it may not be
 * whole.  A lease is refused then, and where there are no leases we cannot know.
 */
static bool
is_written(const char *path)
{
	bool written = false;
	int fd;

	if ((fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)) == -1)
		return (false);
	/* Whoever opens it just now breaks the lease: let that do no harm. */
	if (fcntl(fd, F_SETSIG, SIGURG) == 0)
		written = fcntl(fd, F_SETLEASE, F_RDLCK) == -1 &&
		    errno == EAGAIN;
	close(fd);
	return (written);
}

/* An address on the list proves an identity only where a rule says so. */
static void
tell_addrs(const struct bundle *b)
{
	const struct access_line *l = NULL;
	char text[PREFIX_TEXT];
	size_t i;

	for (i = 0; i < b->conf->nidentities; i++)
		if (b->conf->identities[i].proof == PROOF_ADDRESS)
			return;
	for (i = 0; i < b->access.n && l == NULL; i++)
		if (b->access.lines[i].addr.family != 0)
			l = &b->access.lines[i];
	if (l != NULL)
		log_warnx(
		    "access list, line %u: addr %s can match nobody: no identity rule has proof = \"address\"",
		    l->line, prefix_format(&l->addr, text));
}

static void
read_access(struct bundle *b, const struct bundle *old)
{
	struct config *c = b->conf;
	unsigned int line;
	const char *error;
	struct stat st;
	char *text;
	size_t len = 0;
	long bad = 0;
	bool empty;

	line = config_line(c, "access.file", 0);
	/* An access list may be empty, other files may not. */
	empty = stat(c->access.file, &st) == 0 && S_ISREG(st.st_mode) &&
	    st.st_size == 0;
	text = empty ? NULL :
		       read_named(c, c->access.file, "file", "access.file",
			   LIST_MAX, PUBLIC, &len);
	if (text != NULL)
	bad = access_parse(&b->access, text, len, ACCESS_MAX, &error);
	if (bad != 0)
		config_error(c, line, "file: %s:%ld: %s", c->access.file, bad,
		    error);
	else if (old != NULL && is_written(c->access.file))
		config_error(c, line,
		    "file: %s is being written: the old list stays until it is closed",
		    c->access.file);
	else if ((empty || text != NULL) && b->access.n == 0 && old != NULL &&
	    old->access.n > 0 &&
	    strcmp(old->conf->access.file, c->access.file) == 0 &&
	    (empty || memchr(text, '#', len) == NULL))
		config_error(c, line,
		    "file: %s is empty, and had %zu lines: if that is meant, write a comment (#) into it",
		    c->access.file, old->access.n);
	free(text);
	tell_addrs(b);
}

/*
 * A list that cannot be used must let nobody in whom it would deny.  While we
 * run, the old one stays.  At start nobody is let in until it is mended, since
 * the tunnels that there are must not wait for it.
 */
static void
open_access(struct bundle *b, const struct bundle *old)
{
	struct config *c = b->conf;
	unsigned int i, before = c->nerrors;

	if (*c->access.file == '\0')
		return;
	read_access(b, old);
	if (old != NULL || c->nerrors == before)
		return;
	for (i = before; i < c->nerrors && i < CONF_ERRORS_MAX; i++)
		log_warnx("%s", log_vis(c->errors[i]));
	log_warnx(
	    "the access list cannot be used: nobody gets a lease or renews one until %s is mended",
	    c->access.file);
	c->nerrors = before;
	access_clear(&b->access);
	b->access_broken = true;
}

static void
read_basic(struct bundle *b)
{
	struct config *c;
	char *text;
	size_t len;

	c = b->conf;
	text = read_named(c, c->auth_file, "auth_file", "autowg.auth_file",
	    1024, SECRET, &len);
	if (text == NULL)
		return;
	text[strcspn(text, "\n")] = '\0';
	if (strchr(text, ':') == NULL ||
	    strlcpy(b->basic, text, sizeof(b->basic)) >= sizeof(b->basic)) {
		config_error(c, config_line(c, "autowg.auth_file", 0),
		    "auth_file: %s must hold user:password, at most %zu bytes",
		    c->auth_file, sizeof(b->basic) - 1);
		b->basic[0] = '\0';
	}
	freezero(text, len + 1);
}

/*
 * The list of autowg is a convenience.  A password that cannot be read at start
 * keeps nothing else from running, nor do reloads wait for it then.
 */
static void
open_basic(struct bundle *b, const struct bundle *old)
{
	struct config *c = b->conf;
	unsigned int before = c->nerrors;

	if (*c->auth_file == '\0')
		return;
	read_basic(b);
	if (c->nerrors == before ||
	    (old != NULL &&
		(old->basic[0] != '\0' || *old->conf->auth_file == '\0')))
		return;
	config_forgive(c, before, c->useless, sizeof(c->useless));
	log_warnx("nobody gets peers.json by a password, the rest runs: %s",
	    log_text(c->useless));
}

static struct bundle *
bundle_new(struct config *c)
{
	struct bundle *b;

	if ((b = calloc(1, sizeof(*b))) == NULL) {
		config_free(c);
		return (NULL);
	}
	b->conf = c;
	memset(b->listen, -1, sizeof(b->listen));
	memset(b->cert, -1, sizeof(b->cert));
	memset(b->key, -1, sizeof(b->key));
	memset(b->rule_ca, -1, sizeof(b->rule_ca));
	memset(b->wgkey, -1, sizeof(b->wgkey));
	return (b);
}

struct bundle *
bundle_open(struct config *c, const struct bundle *old)
{
	const struct endpoint *ep;
	struct bundle *b;
	unsigned int i;

	if ((b = bundle_new(c)) == NULL)
		return (NULL);
	for (i = 0; i < c->nlisten; i++) {
		ep = &c->listen[i].address;
		b->may_off[i] = old == NULL || was_off(old, ep);
		if (ep->len != 0)
			b->listen[i] = open_socket(c, i, old);
		open_tls(b, i);
	}
	open_rules(b, old == NULL);
	for (i = 0; i < c->nnetworks; i++)
		open_wgkey(b, i, true);
	open_access(b, old);
	open_basic(b, old);
	return (b);
}

struct bundle *
bundle_try(struct config *c)
{
	struct bundle *b;
	unsigned int i;

	if ((b = bundle_new(c)) == NULL)
		return (NULL);
	for (i = 0; i < c->nlisten; i++) {
		/* It only stands for the socket. */
		b->listen[i] = open("/dev/null", O_RDONLY | O_CLOEXEC);
		open_tls(b, i);
	}
	open_rules(b, false);
	for (i = 0; i < c->nnetworks; i++)
		open_wgkey(b, i, false);
	if (*c->access.file != '\0')
		read_access(b, NULL);
	if (*c->auth_file != '\0')
		read_basic(b);
	return (b);
}

bool
bundle_listens(const struct bundle *b, unsigned int i)
{
	return (b->listen[i] != -1 && b->off[i][0] == '\0');
}

static void
close_all(int *fds, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (fds[i] != -1)
			close(fds[i]);
}

void
bundle_free(struct bundle *b)
{
	if (b == NULL)
		return;
	close_all(b->listen, LISTEN_MAX);
	close_all(&b->cert[0][0], LISTEN_MAX * (CERT_CRL + 1));
	close_all(b->key, LISTEN_MAX);
	close_all(b->rule_ca, IDENT_MAX);
	close_all(b->wgkey, NETWORKS_MAX);
	access_clear(&b->access);
	explicit_bzero(b->basic, sizeof(b->basic));
	config_free(b->conf);
	free(b);
}
