/* SPDX-License-Identifier: ISC */
/*
 * One dump of a WireGuard device in growing arrays: two allocations that double
 * their size hold a hundred thousand peers.
 */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "snapshot.h"

struct snapshot *
snapshot_new(void)
{
	struct snapshot *s;

	s = calloc(1, sizeof(*s));
	if (s == NULL)
		return (NULL);
	s->refs = 1;
	return (s);
}

struct snapshot *
snapshot_ref(struct snapshot *s)
{
	s->refs++;
	return (s);
}

void
snapshot_free(struct snapshot *s)
{
	if (s == NULL || --s->refs > 0)
		return;
	free(s->peers);
	free(s->addrs);
	free(s);
}

void
snapshot_reset(struct snapshot *s)
{
	s->npeers = 0;
	s->naddrs = 0;
	s->has_key = false;
	s->port = 0;
	memset(s->pub, 0, sizeof(s->pub));
}

/* Make room for one more element of size bytes. */
static int
grow(void **p, size_t n, size_t *max, size_t size)
{
	void *q;
	size_t want;

	if (n < *max)
		return (0);
	want = *max == 0 ? 64 : *max * 2;
	/* An index has 32 bits. */
	if (want > UINT32_MAX) {
		errno = ENOMEM;
		return (-1);
	}
	q = reallocarray(*p, want, size);
	if (q == NULL)
		return (-1);
	*p = q;
	*max = want;
	return (0);
}

uint64_t
snapshot_psk(const uint8_t psk[WGKEY_LEN])
{
	static unsigned char key[crypto_shorthash_KEYBYTES];
	static bool chosen;
	uint64_t h;

	if (sodium_is_zero(psk, WGKEY_LEN))
		return (0);
	if (!chosen)
		randombytes_buf(key, sizeof(key));
	chosen = true;
	(void)crypto_shorthash((unsigned char *)&h, psk, WGKEY_LEN, key);
	return (h == 0 ? 1 : h);
}

struct snappeer *
snapshot_add_peer(struct snapshot *s, const uint8_t *key)
{
	struct snappeer *p;
	void *v = s->peers;

	if (grow(&v, s->npeers, &s->peers_max, sizeof(*p)) == -1)
		return (NULL);
	s->peers = v;
	p = &s->peers[s->npeers++];
	memset(p, 0, sizeof(*p));
	memcpy(p->key, key, sizeof(p->key));
	p->first = (uint32_t)s->naddrs;
	return (p);
}

int
snapshot_add_addr(struct snapshot *s, const struct prefix *a)
{
	void *v = s->addrs;

	if (s->npeers == 0) {
		errno = EINVAL;
		return (-1);
	}
	if (grow(&v, s->naddrs, &s->addrs_max, sizeof(*a)) == -1)
		return (-1);
	s->addrs = v;
	s->addrs[s->naddrs++] = *a;
	s->peers[s->npeers - 1].naddrs++;
	return (0);
}

const struct prefix *
snapshot_addrs(const struct snapshot *s, const struct snappeer *p)
{
	return (s->addrs + p->first);
}
