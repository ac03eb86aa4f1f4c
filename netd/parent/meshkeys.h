/* SPDX-License-Identifier: ISC */
/*
 * The private keys and interfaces of mesh networks, which come at run time.
 */

#ifndef MESHKEYS_H
#define MESHKEYS_H

struct config;
struct meshkeys;
struct netd;
struct proc;

/*
 * Read the numbers of the networks that there have been.  Returns NULL if there
 * is no memory.  A file that cannot be read is an error of the configuration.
 */
struct meshkeys *meshkeys_new(struct netd *, struct config *);
void	 meshkeys_free(struct meshkeys *);
/* The hand wants the key of a network, which is made if there is none. */
void	 meshkeys_want(struct proc *hand, const char *network);
/* The network was left: its key and its number go. */
void	 meshkeys_drop(struct meshkeys *, const char *network);
/* The interface of a network that has a number, or NULL. */
const char *meshkeys_interface(struct meshkeys *, const char *network);

#endif
