/* SPDX-License-Identifier: ISC */
/*
 * A mesh with its store in a directory of its own, for the tests of the mesh.
 */

#ifndef MESH_RIG_H
#define MESH_RIG_H

#include "db_rig.h"
#include "meshcall.h"

extern struct meshes ms;
extern struct msg_mesh_op op;	/* the next one */
extern struct mesh_answer answer;

/* cmocka's. */
int	 setup(void **state);
int	 teardown(void **state);

struct prefix prefix(const char *text);
/* Let time pass. */
void	 advance(int64_t s);
/* As after a crash: only what the store has is left. */
void	 restart(struct rig *);

/* Begin an operation; do it and see to its answer. */
void	 begin(uint8_t what, const char *tenant, const char *network);
void	 gives(uint8_t code);
void	 refuses(uint8_t code, const char *text);
/* Make a tenant; its range is NULL for the configured one. */
void	 tenant(const char *name, const char *range);
/* Begin a mesh: net4 NULL is a slice; net6 "" is none. */
void mesh(const char *t, const char *name, const char *net4, const char *net6);
/* Begin an operation on a member. */
void	 member(uint8_t what, const char *t, const char *n, const char *device);
/* Find the mesh or the member of this name, or NULL. */
struct mesh *find(const char *t, const char *n);
struct member *member_named(const char *t, const char *n, const char *device);
void	 has_net(const char *t, const char *n, int fam, const char *want);
/* The device gives its i-th key. */
uint8_t	 give_key(struct member *, uint8_t i);

#endif
