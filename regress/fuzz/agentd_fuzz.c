/* SPDX-License-Identifier: ISC */
/*
 * agentd between its neighbours and a server: whatever the hand and the key
 * holder say, asked or not, whatever the server answers once TLS is off, and
 * whatever the control socket hears, it ends by itself, and names to its hand
 * no network or peer that the catalogue would not carry.  Its state is kept in
 * a directory in memory.
 *
 * TLS is replaced by plain bytes, names have no servers, and all times but the
 * shortest are a thousandth of what they were.
 */

#include <sys/socket.h>
#include <sys/stat.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <event2/dns.h>
#include <event2/event.h>
#include <openssl/ec.h>
#include <openssl/evp.h>

#include "imsg.h"
#include "link_rig.h"
#include "proto.h"
#include "settings_agent.h"
#include "statefile.h"
#include "tlsclient.h"
#include "tlskey.h"

#define SERVERS	8		/* connections that are kept open */

/* clang-format off */
int	 LLVMFuzzerTestOneInput(const uint8_t *, size_t);
int	 __wrap_connect(int, const struct sockaddr *, socklen_t);
int	 __wrap_event_add(struct event *, const struct timeval *);
int	 __real_event_add(struct event *, const struct timeval *);
int	 __wrap_evdns_base_resolv_conf_parse(struct evdns_base *, int,
	    const char *);
int	 __wrap_imsg_recv_wait(int, void *, struct imsg *, int);
const char *__wrap_settings_check(struct settings *, struct tlskey *);
int	 __wrap_state_load(const char *, struct map *,
	    void (*)(const char *, const char *));
int	 __real_state_load(const char *, struct map *,
	    void (*)(const char *, const char *));
int	 __wrap_state_save_net(const char *, const struct map *,
	    struct map_net *, char *, size_t);
int	 __real_state_save_net(const char *, const struct map *,
	    struct map_net *, char *, size_t);
int	 __wrap_state_drop_net(const char *, const char *);
int	 __real_state_drop_net(const char *, const char *);
int	 __wrap_state_load_direct(const char *, struct state_direct **,
	    unsigned int *, char *, size_t);
int	 __real_state_load_direct(const char *, struct state_direct **,
	    unsigned int *, char *, size_t);
int	 __wrap_state_save_direct(const char *, const struct state_direct *,
	    unsigned int);
int	 __real_state_save_direct(const char *, const struct state_direct *,
	    unsigned int);
struct tlssession *__wrap_tlssession_new(struct tlsclient *, int, const char *);
void	 __wrap_tlssession_free(struct tlssession *);
enum tlsclient_result __wrap_tlssession_handshake(struct tlssession *);
enum tlsclient_result __wrap_tlssession_read(struct tlssession *, void *,
	    size_t, size_t *);
enum tlsclient_result __wrap_tlssession_write(struct tlssession *,
	    const void *, size_t, size_t *);
bool	 __wrap_tlssession_pending(const struct tlssession *);
const char *__wrap_tlssession_error(const struct tlssession *);
void	 __wrap_tlsclient_free(struct tlsclient *);
/* clang-format on */

static struct {
	char		 dir[32];
	int		 ends[SERVERS];		/* the server's */
	unsigned int	 n;
	EVP_PKEY	*pub;
} fuzz;

/* --- the state --- */

int
__wrap_state_load(const char *dir, struct map *m,
    void (*bad)(const char *, const char *))
{
	return (__real_state_load(fuzz.dir, m, bad));
}

int
__wrap_state_save_net(const char *dir, const struct map *m, struct map_net *n,
    char *err, size_t size)
{
	return (__real_state_save_net(fuzz.dir, m, n, err, size));
}

int
__wrap_state_drop_net(const char *dir, const char *uuid)
{
	return (__real_state_drop_net(fuzz.dir, uuid));
}

int
__wrap_state_load_direct(const char *dir, struct state_direct **list,
    unsigned int *n, char *err, size_t size)
{
	return (__real_state_load_direct(fuzz.dir, list, n, err, size));
}

int
__wrap_state_save_direct(const char *dir, const struct state_direct *list,
    unsigned int n)
{
	return (__real_state_save_direct(fuzz.dir, list, n));
}

static void
empty_dir(void)
{
	char path[sizeof(fuzz.dir) + 256];
	struct dirent *e;
	DIR *d;

	if ((d = opendir(fuzz.dir)) == NULL)
		abort();
	while ((e = readdir(d)) != NULL) {
		snprintf(path, sizeof(path), "%s/%s", fuzz.dir, e->d_name);
		(void)unlink(path);
	}
	closedir(d);
}

/* --- the server --- */

/* Whoever is called, it is us. */
int
__wrap_connect(int fd, const struct sockaddr *sa, socklen_t len)
{
	int sv[2];

	if (fuzz.n == SERVERS) {
		errno = ECONNREFUSED;
		return (-1);
	}
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0,
		sv) == -1 ||
	    dup2(sv[0], fd) == -1)
		abort();
	close(sv[0]);
	fuzz.ends[fuzz.n++] = sv[1];
	return (0);
}

/*
 * Bytes of the script that are for no link: every connection gets them, so that
 * the one that waits has its answer.  None ends them all.
 */
static void
server_says(const uint8_t *p, size_t len)
{
	char waste[4096];
	unsigned int i;

	for (i = 0; i < fuzz.n; i++) {
		while (recv(fuzz.ends[i], waste, sizeof(waste), 0) > 0)
			;
		if (len > 0)
			(void)send(fuzz.ends[i], p, len, MSG_NOSIGNAL);
		else
			close(fuzz.ends[i]);
	}
	if (len == 0)
		fuzz.n = 0;
}

struct tlsclient {
	struct tlskey_key *key;
};

struct tlssession {
	struct tlsclient *client;
	int		 fd;
};

/* Certificates are others' business: any key will do. */
const char *
__wrap_settings_check(struct settings *s, struct tlskey *tk)
{
	if (!s->has_server || !s->has_policy)
		return ("incomplete");
	s->want.routes = s->policy.accept_routes;
	s->want.nroutes = s->policy.naccept_routes;
	s->want.full_tunnel = s->policy.full_tunnel;
	if ((s->tls = calloc(1, sizeof(*s->tls))) == NULL)
		abort();
	s->tls->key = tlskey_key_new(tk, 0, fuzz.pub, s->error,
	    sizeof(s->error));
	return (s->tls->key != NULL ? NULL : s->error);
}

void
__wrap_tlsclient_free(struct tlsclient *c)
{
	if (c == NULL)
		return;
	tlskey_key_free(c->key);
	free(c);
}

struct tlssession *
__wrap_tlssession_new(struct tlsclient *c, int fd, const char *host)
{
	struct tlssession *s;

	if ((s = malloc(sizeof(*s))) == NULL)
		abort();
	s->client = c;
	s->fd = fd;
	return (s);
}

void
__wrap_tlssession_free(struct tlssession *s)
{
	free(s);
}

enum tlsclient_result
__wrap_tlssession_handshake(struct tlssession *s)
{
	/* The key holder is asked, and need not have the key. */
	(void)tlskey_key_test(s->client->key);
	return (TLSCLIENT_OK);
}

enum tlsclient_result
__wrap_tlssession_read(struct tlssession *s, void *p, size_t len, size_t *n)
{
	ssize_t r = recv(s->fd, p, len, 0);

	if (r > 0) {
		*n = (size_t)r;
		return (TLSCLIENT_OK);
	}
	return (r == 0 ? TLSCLIENT_EOF :
		errno == EAGAIN ? TLSCLIENT_READ :
				  TLSCLIENT_ERROR);
}

enum tlsclient_result
__wrap_tlssession_write(struct tlssession *s, const void *p, size_t len,
    size_t *n)
{
	ssize_t r = send(s->fd, p, len, MSG_NOSIGNAL);

	if (r >= 0) {
		*n = (size_t)r;
		return (TLSCLIENT_OK);
	}
	return (errno == EAGAIN ? TLSCLIENT_WRITE : TLSCLIENT_ERROR);
}

bool
__wrap_tlssession_pending(const struct tlssession *s)
{
	return (false);
}

const char *
__wrap_tlssession_error(const struct tlssession *s)
{
	return ("ended");
}

/* --- time and names --- */

/* What has not come by now does not come. */
int
__wrap_imsg_recv_wait(int fd, void *buf, struct imsg *m, int ms)
{
	int n;

	if ((n = imsg_recv(fd, buf, m)) == -1 && errno == EAGAIN)
		errno = ETIMEDOUT;
	return (n);
}

int
__wrap_event_add(struct event *ev, const struct timeval *tv)
{
	struct timeval soon = { 0, 0 };

	if (tv != NULL)
		soon.tv_usec = tv->tv_sec * 1000;
	return (__real_event_add(ev, tv != NULL ? &soon : NULL));
}

int
__wrap_evdns_base_resolv_conf_parse(struct evdns_base *b, int flags,
    const char *file)
{
	return (0);
}

static int
fd_for(uint32_t type)
{
	if (type == MSG_CONF_RAW)
		return (socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0));
	return (-1);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (fuzz.dir[0] == '\0') {
		snprintf(fuzz.dir, sizeof(fuzz.dir), "/dev/shm/agentdXXXXXX");
		if (mkdtemp(fuzz.dir) == NULL ||
		    (fuzz.pub = EVP_EC_gen("P-256")) == NULL)
			abort();
		rig_other(server_says);
	}
	empty_dir();
	rig_run(data, size, fd_for);
	server_says(NULL, 0);
	return (0);
}
