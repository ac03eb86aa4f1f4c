/* SPDX-License-Identifier: ISC */
/*
 * What the parts of the load generator know of each other: who asks
 * (load_id.c), one connection (load_conn.c), what others' processes cost
 * (load_cpu.c), and the run (load.c).
 */

#ifndef LOAD_H
#define LOAD_H

#include <sys/socket.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#define LOAD_CONNS	1024	/* most connections at once */
#define LOAD_IDS	100000	/* most identities in a run */
#define LOAD_SAMPLES	2000000	/* most answers in a run */
#define LOAD_PROCS	16	/* most processes whose time is taken */
#define LOAD_TIMEOUT_MS	10000	/* an answer later than this is an error */
#define LOAD_POINTS	3	/* trace points that are counted */

/* --- identities: a certificate and a WireGuard key each --- */

struct ident {
	X509		*cert;
	EVP_PKEY	*key;		/* borrowed of the set */
	uint32_t	 number;
};

#define IDENT_KEYS	16

struct idents {
	struct ident	*list;
	size_t		 n;
	EVP_PKEY	*keys[IDENT_KEYS];
};

/*
 * Make certificates for the identities first .. first + n - 1, signed by the
 * authority in the PEM files ca and key; CN is "device-" and seven digits.
 * They share IDENT_KEYS keys: what a server does is the same, and the client
 * has its core for handshakes.  Returns 0, or -1 with the reason on stderr.
 */
int	 idents_make(struct idents *, const char *ca, const char *key,
	    uint32_t first, size_t n);
void	 idents_clear(struct idents *);
/* The WireGuard public key of an identity as base64 (45 bytes). */
void	 ident_wgkey(uint32_t number, uint32_t generation, char text[45]);

/* --- the run --- */

enum load_req {
	REQ_GET,
	REQ_REGISTER,
	REQ_LEASE
};

struct conn {
	struct load	*load;
	SSL		*ssl;
	int		 fd;		/* -1: not connected */
	bool		 busy;
	bool		 sent;		/* the whole request is out */
	struct ident	*id;
	int64_t		 due_ns;	/* latency counts from here */
	int64_t		 begin_ns;
	char		 out[512];
	size_t		 outlen;
	bool		 spent;		/* has asked what it may */
	char		 in[8192];
	size_t		 inlen;
};

struct load {
	/* what was asked for */
	struct sockaddr_storage to;
	socklen_t	 tolen;
	enum load_req	 req;
	const char	*path;
	bool		 keep;
	unsigned int	 nconns;
	double		 secs;
	double		 rate;		/* 0: closed loop */
	bool		 wrap;		/* identities may come again */
	bool		 burst;		/* each connection asks once */
	uint32_t	 generation;
	/* the run */
	SSL_CTX		*ctx;
	int		 ep;
	struct conn	*conns;
	struct idents	 ids;
	size_t		 next_id;
	size_t		 done;		/* answers since the start */
	size_t		 counted;	/* answers since the clock started */
	uint32_t	*lat_us;	/* counted of them */
	unsigned int	 status[600];	/* how often each came */
	unsigned int	 errors;
	char		 error[160];	/* the first one */
};

int64_t	 load_now(void);
/* conn tells the run how a request ended; status 0 is an error. */
void	 load_answered(struct load *, struct conn *, unsigned int status);
void	 load_error(struct load *, const char *, ...)
	    __attribute__((format(printf, 2, 3)));

/* --- one connection --- */

/* First of all calls to libcrypto.  Returns 0 or -1. */
int	 lean_start(void);
/* Last of all. */
void	 lean_stop(void);

/* A context that does no more than it must: the client shall not be the
 * narrow place.  NULL with the reason on stderr. */
SSL_CTX	*conn_context(void);
/*
 * Ask as id: connect first if there is no connection.  Answers and errors
 * come by load_answered, perhaps before this returns.
 */
void	 conn_ask(struct conn *, struct ident *id, int64_t due_ns);
/* The socket is ready. */
void	 conn_event(struct conn *);
void	 conn_close(struct conn *);

/* --- what processes cost --- */

struct cpu_proc {
	char		 name[24];
	int		 pid;
	uint64_t	 ns[2];		/* before, after */
	int		 counter[LOAD_POINTS];	/* 0: none */
};

struct cpu {
	struct cpu_proc	 procs[LOAD_PROCS];
	size_t		 n;
	uint64_t	 idle[2];	/* all cores, ticks */
	uint64_t	 all[2];
};

/* "NAME:PID".  Returns 0 or -1. */
int	 cpu_add(struct cpu *, const char *);
/* Take the time of all, with children they waited for.  which is 0 or 1. */
void	 cpu_take(struct cpu *, int which);
/* Verifications of ECDSA P-256 a second on one core, measured for 50 ms: tells
 * whether the machine is as fast as it was a moment ago. */
double	 cpu_canary(int core);

/* Count the system calls of all processes from now on, with the trace points
 * in the file system mounted there.  Returns 0, or -1 with the reason on
 * stderr: one thread a process is counted, and those it makes later. */
int	 calls_begin(struct cpu *, const char *tracing);
/* Print the counts, and stop. */
void	 calls_print(struct cpu *);

#endif
