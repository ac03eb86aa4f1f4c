/* SPDX-License-Identifier: ISC */
/*
 * The content of the messages of a configuration, from the parent to a child,
 * and of its answers.  proto.h lists the messages.
 */

#ifndef MSG_CONF_H
#define MSG_CONF_H

#include <stdint.h>

#include "addr.h"
#include "block.h"
#include "conf.h"
#include "wgkey.h"

struct msg_conf_begin {
	uint32_t	 generation;
	uint8_t		 force;		/* 1: whatever it takes away */
};

struct msg_conf_gateway {		/* for apid, the endpoint alone */
	char		 name[IDENT_SIZE];
	char		 endpoint[HOST_SIZE];
	char		 state_dir[DIR_SIZE];
};

/* One network. */
struct msg_conf_network {
	char		 name[NETNAME_SIZE];
	char		 interface[IFNAME_SIZE];
	uint8_t		 rendezvous;	/* 1: its peers have no addresses */
	uint8_t		 gre;		/* 1: its peers have tunnels of GRE, */
	struct prefix	 local;		/* and this is our end; or family 0 */
	uint8_t		 backend;
	uint8_t		 adopt;
	uint8_t		 assign;
	uint8_t		 isolate;
	uint32_t	 listen_port;
	uint32_t	 keepalive;
	uint32_t	 mtu;		/* 0: leave it */
	uint32_t	 lease;		/* seconds, LEASE_NEVER */
	uint32_t	 quarantine;	/* seconds */
	uint32_t	 max_peers;
	char		 metans_template[IDENT_SIZE];
	char		 wan[IFNAME_SIZE];	/* egress; "" is none */
	uint32_t	 table;		/* egress table, 0 is none */
	uint8_t		 masquerade;	/* mask of enum conf_masquerade */
	uint8_t		 inbound;
	uint8_t		 nreach;	/* networks that its devices reach */
	char		 reach[NET_REACH_MAX][NETNAME_SIZE];
	uint8_t		 nallow;	/* beyond wan; none: everything */
	struct prefix	 allow[NET_DEST_MAX];
	uint8_t		 ndeny;
	struct prefix	 deny[NET_DEST_MAX];
	uint8_t		 naddrs;
	struct prefix	 addrs[NET_ADDRS_MAX];	/* with their lengths */
	uint8_t		 npools;
	struct block	 pools[NET_POOLS_MAX];
	uint8_t		 nroutes;
	struct prefix	 routes[NET_ROUTES_MAX];
	uint8_t		 nreserve;
	struct prefix	 reserve[NET_RESERVE_MAX];	/* nobody's */
	uint8_t		 nsubnets;
	struct prefix	 subnets[NET_SUBNETS_MAX];	/* behind static peers */
	uint8_t		 ndns;
	struct prefix	 dns[NET_DNS_MAX];	/* hosts */
};

struct msg_conf_firewall {
	uint8_t		 mode;		/* enum conf_firewall */
};

struct msg_conf_wgkey {			/* +fd: the private key file */
	char		 network[NETNAME_SIZE];
};

struct msg_conf_sysctl {		/* +fd: a file under /proc/sys */
	uint8_t		 which;		/* enum conf_sysctl */
	char		 interface[IFNAME_SIZE];	/* "": all */
};

struct msg_conf_uapi {			/* +fd: connected to wireguard-go */
	char		 network[NETNAME_SIZE];
};

struct msg_conf_identity {		/* in order; the first match counts */
	uint8_t		 proof;
	uint8_t		 subject;	/* enum conf_subject */
	uint8_t		 role;
	char		 pattern[PATTERN_SIZE];
	char		 network[NETNAME_SIZE];	/* "": not needed */
	uint8_t		 has_ca;	/* 1: only of the CAs of CONF_RULE_CA */
	char		 name_prefix[IDENT_SIZE];
	char		 tenant[NETNAME_SIZE];	/* "": none */
	uint8_t		 ngroups;	/* groups that its devices join */
	char		 groups[RULE_GROUPS_MAX][NETNAME_SIZE];
};

struct msg_conf_rule_ca {		/* +fd: a PEM file */
	uint16_t	 rule;
};

struct msg_conf_listen {		/* +fd: the listening socket */
	uint16_t	 index;
	uint16_t	 api;		/* API_... */
	uint8_t		 proof;
	uint8_t		 tls;		/* 1: CONF_CERT follow */
	uint8_t		 depth;		/* most CAs between device and client_ca */
	uint8_t		 require_eku;	/* 1: clientAuth must be there */
	uint32_t	 pending;	/* most requests that await leased */
	char		 prefix[URLPREFIX_SIZE];
	char		 address[ENDPOINT_TEXT];	/* for logs */
};

struct msg_conf_cert {			/* +fd: a PEM file */
	uint16_t	 listen;
	uint8_t		 kind;		/* enum conf_cert */
};

struct msg_conf_tlskey {		/* +fd: a PEM private key */
	uint16_t	 listen;
};

struct msg_conf_proxy {
	struct prefix	 proxy;
};

struct msg_conf_limits {		/* milliseconds, bytes, counts */
	uint32_t	 handshake_ms;
	uint32_t	 head_ms;
	uint32_t	 body_ms;
	uint32_t	 idle_ms;
	uint32_t	 body_bytes;
	uint32_t	 connections;		/* in all, of one apid */
	uint32_t	 per_source;		/* in one apid */
	uint32_t	 head_bytes;
	uint32_t	 fields;
	uint32_t	 parked;		/* waiting for a mesh to change */
	uint32_t	 parked_per_source;
};

/* The rules of all meshes. */
struct msg_conf_mesh {
	struct prefix	 range;		/* IPv4, of tenants without their own */
	struct prefix	 range6;	/* IPv6, likewise */
	uint32_t	 full_max;	/* members of a full mesh */
	uint32_t	 hub_max;	/* members of a mesh with hubs */
	uint32_t	 networks_max;	/* meshes */
	uint32_t	 wait;		/* longest time of a poll, seconds */
	uint32_t	 stale;		/* a silent member is kept, seconds */
	char		 rendezvous[NETNAME_SIZE];	/* a network, or "" */
};

struct msg_conf_ctl {			/* +fd: the listening control socket */
	uint8_t		 zero;
};

struct msg_conf_access {
	uint8_t		 mode;			/* enum conf_access */
	uint8_t		 require_contact;	/* for a new lease */
};

struct msg_conf_access_addr {		/* a line of the access list */
	uint8_t		 allow;
	struct prefix	 prefix;
};

struct msg_conf_access_name {		/* another */
	uint8_t		 allow;
	uint32_t	 line;
	char		 name[PROOF_SIZE];
};

struct msg_conf_ack {
	uint32_t	 generation;
	char		 text[TEXT_SIZE];	/* its losses, or "" */
};

struct msg_conf_nak {
	uint32_t	 generation;
	uint8_t		 word;		/* enum conf_word */
	uint16_t	 index;		/* the listener's or rule's */
	char		 text[TEXT_SIZE];
};

struct msg_conf_commit {
	uint32_t	 generation;
};

struct msg_conf_abort {
	uint32_t	 generation;
};

struct msg_conf_basic {			/* for autowg's list: "user:password" */
	char		 credentials[129];
};

/* The texts about the gateway that clients of autoygg are told. */
struct msg_conf_autoygg {
	char		 owner[ABOUT_SIZE];
	char		 description[ABOUT_SIZE];
	char		 network[ABOUT_SIZE];	/* the way out, or its ISP */
	char		 location[ABOUT_SIZE];
	char		 info_url[ABOUT_SIZE];
	char		 public_key[YGGKEY_TEXT];	/* its node's */
	uint8_t		 require_contact;
	uint8_t		 listed;	/* 1: only those on a list are let in */
};

struct msg_conf_openvpn {		/* +fd: a management socket */
	char		 name[IDENT_SIZE];	/* name of the socket file */
};

struct msg_conf_openvpn_fail {
	char		 name[IDENT_SIZE];	/* one that cannot be connected */
};

struct msg_conf_off {			/* listeners that are off */
	uint8_t		 n;
	char		 text[TEXT_SIZE];	/* the first of them, and why */
};

enum conf_proc {
	PROC_LOADAVG = 1,
	PROC_UPTIME = 2
};

struct msg_conf_proc {			/* +fd: a file under /proc */
	uint8_t		 which;		/* enum conf_proc */
};

struct msg_conf_maintenance {		/* says whether the file exists */
	uint8_t		 on;
};

/*
 * A limit of the fronts: an identity of this role may have this name in this
 * network; "" is any.  A front asks for nothing that no row allows.  A row for
 * meshes has the tenant in the network's place.
 */
struct msg_conf_reach {
	uint8_t		 role;
	uint8_t		 mesh;		/* 1: network is a tenant */
	char		 network[NETNAME_SIZE];
	char		 name[IDENT_SIZE];
};

struct msg_conf_sync {
	uint8_t		 max_remove_percent;	/* 0..100; 100: no guard */
};

#endif
