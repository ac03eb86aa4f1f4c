/* SPDX-License-Identifier: ISC */
/*
 * A network with leases and peers with an owner, what can be seen of it, and
 * what must hold in it at any time, for the tests of the model of peers.
 */

#ifndef PEER_RIG_H
#define PEER_RIG_H

#include "store_rig.h"

#define LEASE_S	100
#define REST_S	50
#define MAX	10		/* peers of the model of leases */
#define OWN_MAX	24		/* and of the one with owners */
#define NAMES	24
#define KEYS	40
#define OWNERS	3

extern const char *const peers_owners[OWNERS];

/* cmocka's: a world for leases, one for owners, and its end. */
int	 peers_setup(void **state);
int	 peers_setup_owners(void **state);
int	 peers_teardown(void **state);

struct prefix prefix_of(const char *text);
void	 peers_key(int i, uint8_t key[WGKEY_LEN]);
/* Register a lease. */
uint8_t	 peers_register(struct world *, const char *, int key, struct grant *);
/* A random change of a lease; false if it was refused. */
bool	 peers_change_lease(struct world *, struct grant *);
/* A preshared key or NULL. */
const uint8_t *random_psk(uint8_t psk[WGKEY_LEN]);
/* What the store has and, with all, what is only in memory; to be freed. */
char	*peers_picture(const struct world *, bool all);
/* Two pictures are the same; they are freed. */
void	 peers_same(char *before, char *after);
/* Invariant 1, and the books agree with what they count. */
void	 peers_check(const struct world *);

#endif
