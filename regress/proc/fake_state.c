/* SPDX-License-Identifier: ISC */
/*
 * WireGuard's bookkeeping, in shared memory: peers by key, and for each
 * allowed address the one peer that has it.
 */

#include <sys/mman.h>
#include <sys/stat.h>

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fake_kern.h"

struct fake_state *
fake_map(const char *path)
{
	struct fake_state	*s;
	int			 fd = -1, flags = MAP_SHARED;

	if (path == NULL || path[0] == '\0')
		flags |= MAP_ANONYMOUS;
	else {
		fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
		if (fd == -1 || ftruncate(fd, sizeof(*s)) == -1)
			err(1, "%s", path);
	}
	s = mmap(NULL, sizeof(*s), PROT_READ | PROT_WRITE, flags, fd, 0);
	if (s == MAP_FAILED)
		err(1, "mmap");
	if (fd != -1)
		close(fd);
	if (s->next_ifindex == 0)
		s->next_ifindex = 100;
	return (s);
}

static uint32_t
hash(const void *p, size_t n, int ifindex)
{
	const uint8_t	*b = p;
	uint32_t	 h = 2166136261U ^ (uint32_t)ifindex;

	while (n-- > 0)
		h = (h ^ *b++) * 16777619U;
	return (h ^ h >> 15);
}

/* The slot of a key, or of where it would go; NULL if all are taken. */
static struct fake_peer *
peer_slot(struct fake_state *s, int ifindex, const uint8_t *key)
{
	struct fake_peer	*p, *room = NULL;
	uint32_t		 h, i;

	h = hash(key, WGKEY_LEN, ifindex);
	for (i = 0; i < FAKE_PEERS; i++) {
		p = &s->peers[(h + i) & (FAKE_PEERS - 1)];
		if (p->slot == SLOT_USED && p->ifindex == ifindex &&
		    memcmp(p->key, key, WGKEY_LEN) == 0)
			return (p);
		if (p->slot != SLOT_USED && room == NULL)
			room = p;
		if (p->slot == SLOT_FREE)
			break;
	}
	return (room);
}

static struct fake_owner *
owner_slot(struct fake_state *s, int ifindex, const struct prefix *a)
{
	struct fake_owner	*o, *room = NULL;
	uint32_t		 h, i;

	h = hash(a->addr, sizeof(a->addr), ifindex);
	for (i = 0; i < FAKE_OWNERS; i++) {
		o = &s->owners[(h + i) & (FAKE_OWNERS - 1)];
		if (o->slot == SLOT_USED && o->ifindex == ifindex &&
		    prefix_cmp(&o->addr, a) == 0)
			return (o);
		if (o->slot != SLOT_USED && room == NULL)
			room = o;
		if (o->slot == SLOT_FREE)
			break;
	}
	return (room);
}

struct fake_elem *
fake_elem(struct fake_state *s, const char *network, const struct prefix *a)
{
	struct fake_elem	*e, *room = NULL;
	uint32_t		 h, i;

	h = hash(network, strlen(network), 0);
	h = hash(a->addr, sizeof(a->addr), (int)h);
	for (i = 0; i < FAKE_ELEMS; i++) {
		e = &s->elems[(h + i) & (FAKE_ELEMS - 1)];
		if (e->slot == SLOT_USED && strcmp(e->network, network) == 0 &&
		    prefix_cmp(&e->elem.addr, a) == 0)
			return (e);
		if (e->slot != SLOT_USED && room == NULL)
			room = e;
		if (e->slot == SLOT_FREE)
			break;
	}
	return (room);
}

static void
lose(struct fake_state *s, uint32_t peer, const struct prefix *a)
{
	struct fake_peer	*p = &s->peers[peer];
	uint8_t			 i;

	for (i = 0; i < p->naddrs; i++) {
		if (prefix_cmp(&p->addrs[i], a) != 0)
			continue;
		p->addrs[i] = p->addrs[--p->naddrs];
		return;
	}
}

static void
give_up_all(struct fake_state *s, struct fake_peer *p)
{
	struct fake_owner	*o;
	uint8_t			 i;

	for (i = 0; i < p->naddrs; i++) {
		o = owner_slot(s, p->ifindex, &p->addrs[i]);
		if (o != NULL && o->slot == SLOT_USED)
			o->slot = SLOT_GONE;
	}
	p->naddrs = 0;
}

int
fake_peer_set(struct fake_state *s, int ifindex, const struct peer_op *op)
{
	struct fake_peer	*p;
	struct fake_owner	*o;
	uint32_t		 me;
	uint8_t			 i;

	p = peer_slot(s, ifindex, op->key);
	if (op->remove) {
		if (p == NULL || p->slot != SLOT_USED)
			return (0);
		give_up_all(s, p);
		p->slot = SLOT_GONE;
		return (0);
	}
	if (p == NULL) {
		errno = ENOSPC;
		return (-1);
	}
	me = (uint32_t)(p - s->peers);
	if (p->slot != SLOT_USED) {
		memset(p, 0, sizeof(*p));
		p->slot = SLOT_USED;
		p->ifindex = ifindex;
		memcpy(p->key, op->key, WGKEY_LEN);
	}
	memset(p->psk, 0, sizeof(p->psk));
	if (op->psk != NULL)
		memcpy(p->psk, op->psk, sizeof(p->psk));
	if (op->dials)
		p->keepalive = op->keepalive;
	if (op->endpoint != NULL) {
		p->endpoint = *op->endpoint;
		p->port = op->port;
	}
	if (!op->keep) {
		s->gaps += p->naddrs > 0;
		give_up_all(s, p);
	}
	for (i = 0; i < op->naddrs; i++) {
		o = owner_slot(s, ifindex, &op->addrs[i]);
		if (o == NULL || p->naddrs == PEER_ADDRS_MAX) {
			errno = ENOSPC;
			return (-1);
		}
		if (o->slot == SLOT_USED && o->peer == me)
			continue;
		if (o->slot == SLOT_USED)
			lose(s, o->peer, &op->addrs[i]);
		o->slot = SLOT_USED;
		o->ifindex = ifindex;
		o->addr = op->addrs[i];
		o->peer = me;
		p->addrs[p->naddrs++] = op->addrs[i];
	}
	return (0);
}

/*
 * The parent gives its children no environment.  The test gave one to the
 * parent itself: read that.
 */
static const char *
state_path(char *buf, size_t size)
{
	static const char	 word[] = "FAKE_KERN=";
	char			 path[64];
	ssize_t			 n;
	char			*p;
	int			 fd;

	(void)snprintf(path, sizeof(path), "/proc/%ld/environ",
	    (long)getppid());
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd == -1)
		return (getenv("FAKE_KERN"));
	n = read(fd, buf, size - 1);
	close(fd);
	if (n <= 0)
		return (NULL);
	buf[n] = '\0';
	for (p = buf; p < buf + n; p += strlen(p) + 1) {
		if (strncmp(p, word, sizeof(word) - 1) == 0)
			return (p + sizeof(word) - 1);
	}
	return (getenv("FAKE_KERN"));
}

struct fake_state *
fake_map_own(void)
{
	char	 env[32768];

	return (fake_map(state_path(env, sizeof(env))));
}
