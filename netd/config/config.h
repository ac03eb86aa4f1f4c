/* SPDX-License-Identifier: ISC */
/*
 * The configuration as the parent holds it, and the one table of words that
 * drives parsing, checking, dumping, reloading and the manual's test.
 */

#ifndef CONFIG_H
#define CONFIG_H

#include <sys/socket.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "addr.h"
#include "conf.h"

#define CONF_PATH	512	/* a file name, with NUL */
#define CONF_SOCKPATH	108	/* sun_path */
#define CONF_TEXT_MAX	(1024 * 1024)	/* bytes of a configuration file */
#define CONF_ERRORS_MAX	20
#define CONF_ERROR_SIZE	768
#define CONF_WORDS_MAX	80
#define CONF_ITEMS_MAX	64	/* elements of any list of groups */
#define CONF_VALUE_SIZE	2048	/* a value as text */
#define APID_MAX	16

struct prefixes {
	unsigned int	 n;
	struct prefix	 p[NET_ROUTES_MAX];
};

struct endpoint {
	struct sockaddr_storage	 ss;
	socklen_t		 len;
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
	char		 name[NETNAME_SIZE];
	char		 interface[IFNAME_SIZE];
	uint8_t		 backend;
	bool		 adopt;
	uint32_t	 listen_port;
	char		 private_key_file[CONF_PATH];
	struct prefixes	 address;
	struct prefixes	 pools;
	struct prefixes	 routes;
	struct prefixes	 reserve;
	uint8_t		 assign;
	char		 metans_template[IDENT_SIZE];
	uint32_t	 keepalive;
	uint32_t	 mtu;
	uint32_t	 lease;
	uint32_t	 quarantine;
	uint32_t	 max_peers;
	bool		 isolate;
	bool		 has_egress;
	char		 wan[IFNAME_SIZE];
	uint32_t	 table;
	bool		 masquerade;
};

struct conf_identity {
	uint8_t		 proof;
	uint8_t		 subject;
	uint8_t		 role;
	char		 pattern[PATTERN_SIZE];
	char		 network[NETNAME_SIZE];
};

struct conf_listen {
	struct endpoint	 address;
	uint16_t	 api;
	uint8_t		 proof;
	char		 prefix[URLPREFIX_SIZE];
	bool		 has_tls;
	bool		 credentials;	/* the service manager's */
	char		 certificate[CONF_PATH];
	char		 key[CONF_PATH];
	char		 client_ca[CONF_PATH];
	char		 crl[CONF_PATH];
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
};

struct config {
	char			 file[CONF_PATH];
	struct conf_gateway	 gateway;
	unsigned int		 nnetworks;
	struct conf_network	 networks[NETWORKS_MAX];
	unsigned int		 nidentities;
	struct conf_identity	 identities[IDENT_MAX];
	struct conf_accesslist	 access;
	struct prefixes		 proxies;
	unsigned int		 nlisten;
	struct conf_listen	 listen[LISTEN_MAX];
	struct conf_limits	 limits;
	char			 auth_file[CONF_PATH];
	char			 openvpn_sockets[CONF_PATH];
	uint32_t		 max_remove_percent;

	/* Where each word stood: 0 if it did not. */
	unsigned int		 line[CONF_WORDS_MAX][CONF_ITEMS_MAX];
	unsigned int		 nerrors;	/* also those not kept */
	char			 errors[CONF_ERRORS_MAX][CONF_ERROR_SIZE];
};

enum word_type {
	WORD_GROUP,		/* off: a bool that is set if it is there */
	WORD_LIST,		/* of groups; off: the array */
	WORD_STRING,		/* char[size] */
	WORD_FILE,		/* char[size], an absolute path */
	WORD_BOOL,		/* bool */
	WORD_NUMBER,		/* uint32_t */
	WORD_DURATION,		/* uint32_t, seconds; "never" if hi allows */
	WORD_MILLIS,		/* uint32_t */
	WORD_BYTES,		/* uint32_t */
	WORD_CHOICE,		/* uint8_t, one of names */
	WORD_CHOICES,		/* uint16_t, a mask of names */
	WORD_PREFIXES,		/* struct prefixes, hi at most */
	WORD_ENDPOINT		/* struct endpoint */
};

struct word_name {
	const char	*name;
	unsigned int	 value;
};

struct word {
	const char	*path;		/* "networks[].egress.table" */
	enum word_type	 type;
	size_t		 off;		/* in the list's element or config */
	size_t		 size;		/* of the field or a list's element */
	size_t		 count;		/* WORD_LIST: offset of its length */
	const char	*def;		/* as text; NULL: it must be there */
	uint64_t	 lo;		/* bounds of the value or its length */
	uint64_t	 hi;
	const struct word_name *names;
	/* NULL, or what is wrong with a string. */
	const char	*(*valid)(const char *);
	bool		 reload;
	const char	*help;
};

/* schema.c */
extern const struct word schema[];
extern const size_t schema_len;
const struct word *schema_find(const char *path);
/* The last part of a word's path. */
const char *schema_leaf(const struct word *);
/* w is directly in the group or list whose children begin with prefix
 * ("" is the top, "networks[]." a list, "networks[].egress." a group). */
bool	 schema_child(const struct word *, const char *prefix);

/* parse.c */
/*
 * Load a file into a new struct.  NULL only without memory; the caller frees
 * it, and looks at nerrors.  check is run too if nothing was wrong so far.
 */
struct config *config_load(const char *file);
void	 config_free(struct config *);
/* Note an error at line (0: none in particular). */
void	 config_error(struct config *, unsigned int line, const char *, ...)
	    __attribute__((format(printf, 3, 4)));
/* The line of a word in element i, else of the element, else 0. */
unsigned int
config_line(const struct config *, const char *path, unsigned int i);

/* value.c */
/*
 * Set the field of w in the struct at base from text.  Returns NULL, or what
 * is wrong in a static text that the next call replaces.
 */
const char *value_set(const struct word *, void *base, const char *text);
/* Add one element to a list type; the same answer. */
const char *value_add(const struct word *, void *base, const char *text);
/* Empty a list type. */
void	 value_clear(const struct word *, void *base);
/* The value as it is written in a file; dst holds CONF_VALUE_SIZE bytes. */
const char *value_format(const struct word *, const void *base, char *dst);
/* It is what the word has when nobody writes it. */
bool	 value_empty(const struct word *, const void *base);

/* text.c */
/*
 * What libconfig would swallow in silence: numbers that do not fit, NUL bytes,
 * @include.  Notes errors; returns 0 or -1.
 */
int	 config_lint(struct config *, const char *text, size_t len);

/* creds.c */
/* Give a portal's listener without TLS the certificates that the service
 * manager brought, if it did. */
void	 config_credentials(struct config *);

/* check.c */
void	 config_check(struct config *);

/* dump.c */
/* Every word with its value, as a file that loads again. */
void	 config_dump(const struct config *, FILE *);

/* units.c */
/* "10m", "1h30m", "never" (LEASE_NEVER).  0, or -1 with errno EINVAL/ERANGE. */
int	 units_parse_duration(const char *, uint32_t *seconds);
/* "500ms", "5s" */
int	 units_parse_millis(const char *, uint32_t *ms);
/* "16k", "8m" */
int	 units_parse_bytes(const char *, uint32_t *bytes);
#define UNITS_TEXT	24
const char *units_format_duration(uint32_t, char *dst);
const char *units_format_millis(uint32_t, char *dst);
const char *units_format_bytes(uint32_t, char *dst);

/* suggest.c */
/* The number of single-letter changes between two words, at most 99. */
unsigned int suggest_distance(const char *, const char *);
/* The child of prefix most like name, or NULL if none is near. */
const char *suggest_word(const char *prefix, const char *name);

#endif
