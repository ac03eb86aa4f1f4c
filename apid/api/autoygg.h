/* SPDX-License-Identifier: ISC */
/*
 * The bytes of autoygg's interface: the body of a client, and the answers as
 * Go writes them.  Nothing here knows a connection.
 */

#ifndef AUTOYGG_H
#define AUTOYGG_H

#include <stddef.h>
#include <stdint.h>

#include "msg.h"
#include "yggaddr.h"

#define AUTOYGG_SIZE	5120	/* bytes of an answer, with NUL */
#define AUTOYGG_FIELD	65	/* bytes of a client's text, with NUL */
#define AUTOYGG_TUNNEL	16	/* bytes of a tunnel's name, with NUL */

/* The members of a client's body that are used. */
struct autoygg_wish {
	size_t		 key_len;	/* bytes of its PublicKey */
	char		 key[YGGKEY_TEXT];	/* if it has the right length */
	char		 name[AUTOYGG_FIELD];
	char		 email[AUTOYGG_FIELD];
	char		 phone[AUTOYGG_FIELD];
	char		 version[AUTOYGG_FIELD];
};

/*
 * Read a body as Go does: the first JSON object in it, names in any case,
 * unknown ones ignored, and null as if it were not there.  Returns 0, or -1
 * with errno EINVAL if it is none, if a text is of another type, has characters
 * that people cannot see, or is longer than its field.
 */
int	 autoygg_parse(const char *, size_t len, struct autoygg_wish *);
/* Decode a key of either case.  Returns 0, or -1 with errno EINVAL. */
int	 autoygg_key(const char *hex, uint8_t key[YGGKEY_LEN]);

/* A registration, as an answer has it; all zero for a refusal. */
struct autoygg_row {
	uint64_t	 id;
	int64_t		 created;	/* wall; 0: Go's zero time */
	int64_t		 updated;
	int64_t		 expires;	/* 0: the same, or never */
	const char	*state;		/* NULL stands for "", as below */
	const uint8_t	*key;		/* YGGKEY_LEN bytes */
	const struct prefix *ygg;	/* the client's address in Yggdrasil */
	const struct prefix *ip;	/* the address that is leased */
	const struct prefix *gateway;	/* the gateway's, with its length */
	const char	*gateway_key;
	const char	*tunnel;
	const struct autoygg_wish *client;	/* its contact */
	const char	*error;
};

/* Each returns the length, or -1 if AUTOYGG_SIZE is too small. */
int	 autoygg_registration(const struct autoygg_row *, char *buf);
int	 autoygg_info(const struct msg_conf_autoygg *, char *buf);
int	 autoygg_error(const char *error, char *buf);

/*
 * The name of the tunnel for an address of the network: "autoygg_client" and
 * the number of the address, in at most 15 bytes.
 */
const char *autoygg_tunnel(const struct msg_conf_network *,
    const struct prefix *, char dst[AUTOYGG_TUNNEL]);

#endif
