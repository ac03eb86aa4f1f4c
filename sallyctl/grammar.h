/* SPDX-License-Identifier: ISC */
/*
 * From the words of the command line to a request.
 */

#ifndef GRAMMAR_H
#define GRAMMAR_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "conf.h"
#include "verbs.h"

#define CN_SIZE		(TEXT_SIZE / 2 + 1)
#define FILE_SIZE	4096

struct request {
	const struct verb *verb;	/* NULL until it is known */
	bool		 online;
	bool		 expired;
	bool		 dry_run;
	bool		 force;
	bool		 qr;
	bool		 server;
	bool		 pkcs12;
	char		 network[NETNAME_SIZE];	/* "" is any */
	char		 name[IDENT_SIZE];	/* or a key */
	char		 cn[CN_SIZE];
	char		 reason[TEXT_SIZE];
	char		 file[FILE_SIZE];
	char		 write[FILE_SIZE];	/* "" is standard output */
	char		 dir[DIR_SIZE];	/* "" is the usual one */
	char		 csr[FILE_SIZE];	/* a certificate request */
	char		 passphrase[FILE_SIZE];	/* "" is the terminal */
	char		 address[PREFIX_TEXT];	/* or a prefix, "" is any */
	char		 key[64];	/* a public key */
	char		 serial[64];	/* a certificate's, "" is any */
	char		 url[HOST_SIZE + 16];	/* a listener's, "" is usual */
	char		 endpoint[HOST_SIZE];
	char		 zone[HOST_SIZE];	/* "" is none */
	char		 reverse[PREFIX_TEXT];	/* "" is none */
	char		 ns[HOST_SIZE];	/* "" is the gateway */
	char		 wan[NETNAME_SIZE];	/* an interface, "" is none */
	uint32_t	 term;		/* seconds, 0 is the usual one */
	uint32_t	 since;		/* seconds back, 0 is any */
	uint64_t	 limit;		/* items, 0 is all */
	bool		 behind;
	bool		 offline;
	struct msg_mesh_op op;		/* an operation on the mesh */
};

/*
 * Parse n words.  Every keyword may be cut to any prefix that no other keyword
 * of its place shares.  Returns 0, or -1 after writing to err what is wrong and
 * which words would be right.
 */
int	 grammar_parse(int n, char *const *words, struct request *, FILE *err);

/*
 * Print the commands with their arguments and options, or those whose first word
 * begins with this one.
 */
void	 grammar_help(const char *word, FILE *);
/* An option's word, NULL for an argument. */
const char *grammar_word(enum param);
/* What its value is called, NULL for an option without one. */
const char *grammar_value(enum param);

#endif
