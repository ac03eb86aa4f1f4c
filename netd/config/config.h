/* SPDX-License-Identifier: ISC */
/*
 * The configuration as the parent holds it: one struct, filled from the table
 * of words in schema.c.
 */

#ifndef CONFIG_H
#define CONFIG_H

#include <sys/socket.h>

#include <stdbool.h>
#include <stdint.h>

#include "addr.h"
#include "conf.h"
#include "msg.h"

#define CONF_PATH	512	/* a file name, with NUL */
#define CONF_SOCKPATH	(108 - sizeof(CTL_PARENT) + 1)	/* sun_path */
#define CONF_TEXT_MAX	(1024 * 1024)	/* bytes of a configuration file */
#define CONF_ERRORS_MAX	20
#define CONF_ERROR_SIZE	768
#define CONF_WORDS_MAX	160
#define CONF_ITEMS_MAX	64	/* elements of any list of groups */
#define CONF_VALUE_SIZE	4096	/* a value as text */
#define APID_MAX	16

struct endpoint {
	struct sockaddr_storage	 ss;
	socklen_t		 len;
	char			 scope[IFNAME_SIZE];	/* a link-local's */
	char			 text[ENDPOINT_TEXT];
};

struct conf_gateway {
	char		 name[IDENT_SIZE];
	char		 endpoint[HOST_SIZE];
	char		 state_dir[DIR_SIZE];
	char		 ctl_socket[CONF_SOCKPATH];
	uint8_t		 on_stop;
	uint32_t	 workers;	/* 0: one for each CPU */
	char		 maintenance_file[CONF_PATH];
};

struct conf_network {
	struct msg_conf_network msg;	/* the part for the children */
	uint8_t		 kind;		/* enum conf_kind */
	uint8_t		 transport;
	char		 private_key_file[CONF_PATH];
	bool		 has_egress;
	bool		 masquerade;
	uint8_t		 masquerade_family;	/* enum conf_masquerade */
	bool		 has_gre;
	char		 local[PREFIX_TEXT];	/* gre.local */
};

struct conf_identity {
	uint8_t		 proof;
	uint8_t		 subject;
	uint8_t		 role;
	char		 pattern[PATTERN_SIZE];
	char		 network[NETNAME_SIZE];
	char		 ca[CONF_PATH];
	char		 name_prefix[IDENT_SIZE];
	char		 tenant[NETNAME_SIZE];
	uint8_t		 ngroups;
	char		 groups[RULE_GROUPS_MAX][NETNAME_SIZE];
};

struct conf_listen {
	struct endpoint	 address;
	uint16_t	 api;
	uint8_t		 proof;
	char		 prefix[URLPREFIX_SIZE];
	bool		 has_tls;
	bool		 credentials;	/* given by the service manager */
	char		 certificate[CONF_PATH];
	char		 key[CONF_PATH];
	char		 client_ca[CONF_PATH];
	char		 crl[CONF_PATH];
	uint32_t	 depth;
	bool		 require_eku;
	uint32_t	 pending;	/* limits.pending, or what suits it */
};

struct conf_accesslist {
	uint8_t		 mode;
	char		 file[CONF_PATH];
	bool		 require_contact;
};

struct conf_limits {
	uint32_t	 handshake;	/* milliseconds */
	uint32_t	 head;
	uint32_t	 body;
	uint32_t	 idle;
	uint32_t	 body_size;	/* bytes */
	uint32_t	 connections;
	uint32_t	 per_source;
	uint32_t	 pending;
	uint32_t	 head_size;	/* bytes */
	uint32_t	 fields;
	uint32_t	 parked;
	uint32_t	 parked_per_source;
};

struct conf_mesh {
	char		 range[PREFIX_TEXT];
	char		 range6[PREFIX_TEXT];
	uint32_t	 full_max;
	uint32_t	 hub_max;
	uint32_t	 networks_max;
	uint32_t	 wait;		/* seconds */
	uint32_t	 stale;		/* seconds */
	char		 rendezvous[NETNAME_SIZE];
};

/* The words of a device's file that are in no other member. */
struct conf_agent {
	char		 server[HOST_SIZE + URLPREFIX_SIZE + 16];
	char		 host[HOST_SIZE];	/* the server's parts */
	uint16_t	 port;
	char		 prefix[URLPREFIX_SIZE];
	uint32_t	 networks_max;
	char		 interface_prefix[IFPREFIX_SIZE];
	char		 ports[12];
	char		 metrics[ENDPOINT_TEXT];
};

struct config {
	char			 file[CONF_PATH];
	bool			 is_agent;	/* a device's file */
	struct conf_agent	 agent;
	struct msg_conf_mpolicy	 policy;
	struct conf_gateway	 gateway;
	unsigned int		 nnetworks;
	struct conf_network	 networks[NETWORKS_MAX];
	unsigned int		 nidentities;
	struct conf_identity	 identities[IDENT_MAX];
	uint8_t			 firewall;	/* enum conf_firewall */
	struct conf_accesslist	 access;
	uint8_t			 nproxies;
	struct prefix		 proxies[NET_ROUTES_MAX];
	unsigned int		 nlisten;
	struct conf_listen	 listen[LISTEN_MAX];
	struct conf_limits	 limits;
	struct conf_mesh	 mesh;
	char			 auth_file[CONF_PATH];
	struct msg_conf_autoygg	 autoygg;
	char			 openvpn_sockets[CONF_PATH];
	uint32_t		 max_remove_percent;

	/* The first of the parts that nobody can use, or "". */
	char			 useless[CONF_ERROR_SIZE];
	/* The line of each word in the file, or 0 if it is not there. */
	unsigned int		 line[CONF_WORDS_MAX][CONF_ITEMS_MAX];
	unsigned int		 nerrors;	/* with those not kept */
	char			 errors[CONF_ERRORS_MAX][CONF_ERROR_SIZE];
};

#endif
