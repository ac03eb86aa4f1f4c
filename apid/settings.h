/* SPDX-License-Identifier: ISC */
/*
 * One generation of the configuration of the front.  It is built as a shadow
 * between CONF_BEGIN and CONF_END, and then shared by the process and the
 * connections that began under it.
 */

#ifndef SETTINGS_H
#define SETTINGS_H

#include <event2/event.h>
#include <event2/event_struct.h>

#include <stdbool.h>
#include <stdint.h>

#include "proto.h"

struct identity_rules;
struct tls_server;
struct tlskey;

#define CERT_KINDS	4	/* enum conf_cert counts from 1 */
#define BASIC_SIZE	192	/* "Basic " and the base64 of 128 bytes */

struct listener {
	uint16_t	 index;		/* the parent's */
	uint16_t	 api;		/* API_... */
	uint8_t		 proof;		/* enum conf_proof */
	bool		 has_tls;
	uint8_t		 depth;		/* as in struct tls_server_args */
	bool		 require_eku;
	uint32_t	 pending;	/* most requests that await leased */
	bool		 waits;		/* its requests may be deferred */
	char		 prefix[URLPREFIX_SIZE];
	char		 address[ENDPOINT_TEXT];
	int		 fd;		/* -1 when another generation listens */
	int		 cert_fds[CERT_KINDS];	/* closed by settings_build */
	struct tls_server *tls;
	struct event	 event;		/* accept.c's */
	bool		 listening;	/* the event is in use */
	void		*owner;		/* accept.c's */
};

struct settings {
	unsigned int	 refs;
	uint32_t	 generation;
	struct msg_conf_limits limits;
	struct listener	 listeners[LISTEN_MAX];
	unsigned int	 nlisteners;
	struct identity_rules *rules;
	unsigned int	 nrules;
	bool		 open_rules;	/* a device's, without a CA */
	int		 rule_ca[IDENT_MAX];	/* files; -1: none */
	/*
	 * The network where names proved in this way (index) register first, or
	 * "".
	 */
	char		 first_network[PROOF_NONE + 1][NETNAME_SIZE];
	bool		 portal_rules[PROOF_NONE + 1];	/* one for a portal */
	char		 endpoint[HOST_SIZE];	/* host that devices dial */
	struct msg_conf_autoygg autoygg;
	struct msg_conf_mesh mesh;
	struct msg_conf_network *networks;
	unsigned int	 nnetworks;
	struct prefix	 proxies[PROXY_MAX];
	unsigned int	 nproxies;
	char		 basic[BASIC_SIZE];	/* of Authorization; "" is none */
	bool		 broken;	/* a slice was refused */
	uint8_t		 word;		/* the first error's, as in CONF_NAK */
	uint16_t	 index;
	char		 error[TEXT_SIZE];	/* the first error */
};

/*
 * Make an empty generation with one reference.  Returns NULL with errno ENOMEM.
 */
struct settings *settings_new(uint32_t generation);
struct settings *settings_ref(struct settings *);
/*
 * The last reference closes descriptors and wipes the password.  NULL is
 * allowed.
 */
void	 settings_unref(struct settings *);

/*
 * Add one slice.  A descriptor is consumed.  An error is noted in error, for
 * the answer to CONF_END.
 */
void
settings_add_listen(struct settings *, const struct msg_conf_listen *, int fd);
void settings_add_cert(struct settings *, const struct msg_conf_cert *, int fd);
void settings_add_rule_ca(struct settings *, const struct msg_conf_rule_ca *,
    int fd);
void settings_add_identity(struct settings *, const struct msg_conf_identity *);
void settings_set_gateway(struct settings *, const struct msg_conf_gateway *);
void settings_add_network(struct settings *, const struct msg_conf_network *);
void	 settings_add_proxy(struct settings *, const struct msg_conf_proxy *);
void	 settings_set_limits(struct settings *, const struct msg_conf_limits *);
void settings_set_autoygg(struct settings *, const struct msg_conf_autoygg *);
void	 settings_set_mesh(struct settings *, const struct msg_conf_mesh *);
void	 settings_set_basic(struct settings *, const struct msg_conf_basic *);

/*
 * All slices are there: make the TLS servers, and check the whole.  Returns an
 * error text, or NULL.  old is the generation in force, or NULL.
 */
const char *
settings_build(struct settings *, struct tlskey *, const struct settings *old);

/* Lookups. */
const struct msg_conf_network *
settings_network(const struct settings *, const char *name);	/* or NULL */
bool	 settings_is_proxy(const struct settings *, const struct prefix *);
/* The listener that continues one of another generation, or NULL. */
struct listener *
settings_same_listener(struct settings *, const struct listener *);

#endif
