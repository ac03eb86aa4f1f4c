/* SPDX-License-Identifier: ISC */
/*
 * The commands of sallyctl and the things that they show.
 */

#ifndef VERBS_H
#define VERBS_H

#include "field.h"
#include "proto.h"

/*
 * How an item looks as text: a line with a label; a line without one, which has
 * its own newline; or a column with a heading.  In a template {name} stands for
 * the field of that name.  [one|other] stands for its first part in which all
 * fields have a value, or for nothing.  A line is left out if a field outside
 * of brackets has no value.  A column shows "-" then.
 */
struct line {
	const char	*label;
	const char	*text;		/* NULL ends; columns: a name */
	const char	*list;		/* a line for each of this field */
	struct cond	 when;
};

#define LINE(l, t)	.label = (l), .text = (t)

struct item {
	const struct field *fields;	/* in the order of JSON */
	const struct line *lines;
	bool		 columns;	/* lines are columns */
};

/* Items that are not messages. */
struct invitation {			/* a script that enrols a device */
	char		 name[IDENT_SIZE];
	const char	*url;
	const char	*script;
};

extern const struct item invitation_item, issued_item,
    issued_row_item;		    /* struct issued */
extern const struct item done_item;	/* struct msg_ctl_result */

/* Arguments and options of commands. */
enum param {
	P_NONE,
	P_NAME,			/* arguments */
	P_PEER,
	P_CN,
	P_FILE,
	P_DRY_RUN,		/* options */
	P_FORCE,
	P_QR,
	P_PUBKEY,
	P_NET,
	P_ADDRESS,
	P_NAMED,
	P_ONLINE,
	P_EXPIRED,
	P_REASON,
	P_SINCE,
	P_LIMIT,
	P_DIR,
	P_WRITE,
	P_SERVER,
	P_PKCS12,
	P_CSR,
	P_PASSPHRASE,
	P_SERIAL,
	P_TERM,
	P_ENDPOINT,
	P_WAN,
	P_URL,
	P_ORIGIN,		/* an argument */
	P_ZONE,
	P_REVERSE,
	P_NS,
	P_DEVICE,		/* arguments about the mesh */
	P_NETWORK,
	P_OF_TENANT,
	P_OF_GROUP,
	P_BEHIND,		/* options about it */
	P_OFFLINE,
	P_IN_MESH,
	P_TENANT,		/* grammar_mesh.c has this and the next */
	P_CIDR,
	P_CIDR6,
	P_RANGE,
	P_RANGE6,
	P_MESH,
	P_GROUP,
	P_PORT,
	P_KEEPALIVE,
	P_TOPOLOGY,
	P_DNS,
	P_STUN,
	P_NAT,
	P_RELAY,
	P_HUB,
	P_SUSPENDED,
	P_EGRESS,
	P_VIA,
	P_REACHED
};
#define OPT(p)	(1ULL << P_##p)

/* The conversation with the daemon. */
enum talk {
	TALK_ASK,		/* a request, and the items of its answer */
	TALK_BACKUP,
	TALK_RESTORE,
	TALK_APPLY,
	TALK_IMPORT,
	TALK_CONVERT,		/* with nobody */
	TALK_TAKEOVER,
	TALK_EXPORT,
	TALK_PEER_ADD,
	TALK_ZONE,
	TALK_CA_INIT,		/* with nobody; the next likewise */
	TALK_CA_ISSUE,
	TALK_CA_REVOKE,
	TALK_CA_LIST,
	TALK_INIT,
	TALK_INVITE
};

struct verb {
	const char	*words[2];
	bool		 exact;		/* the second is never abbreviated */
	bool		 whole;		/* neither word is ever abbreviated */
	enum param	 arg;
	enum param	 arg2;		/* another one behind it */
	uint64_t	 opts;		/* mask of enum param */
	const char	*member;	/* of the JSON document; NULL: "result" */
	bool		 list;		/* the member is an array */
	bool		 set;		/* members of struct sum follow */
	enum talk	 talk;		/* if TALK_ASK, what follows */
	enum msg_type	 ask;
	bool		 of_parent;	/* netd itself is asked, not leased */
	uint8_t		 what;		/* enum ctl_what, or maintenance on */
	bool		 expired;	/* CTL_SHOW: as the option does */
	int		 timeout_ms;	/* for each message; 0 is 10 s */
	/* The items of the answer, if it has any. */
	enum msg_type	 type;
	size_t		 size;
	int		 (*get)(struct ibuf *, void *);
	const struct item *item;
	bool		 (*is_no)(const void *);	/* exit code 1 */
	const char	*none;		/* error if no item came, or NULL */
};

extern const struct verb verbs[];	/* the last has no words */
extern const struct verb verb_convert;	/* import of a YAML file */
extern const struct verb verb_takeover;	/* and of a database */

#endif
