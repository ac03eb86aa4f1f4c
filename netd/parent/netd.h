/* SPDX-License-Identifier: ISC */
/*
 * The parent's own state, and what its files offer each other.
 */

#ifndef NETD_H
#define NETD_H

#include <event2/event.h>

#include <sys/types.h>

#include <stdbool.h>
#include <stdint.h>

#include "access.h"
#include "chan.h"
#include "clock.h"
#include "config.h"
#include "proto.h"

#define ACCESS_MAX	100000	/* names in the access list */
#define PROC_MAX	(3 + APID_MAX)
#define LINKS_MAX	(1 + 2 * APID_MAX)
#define HELLO_MS	10000	/* to greet */
#define CONF_MS		10000	/* to answer a configuration */
#define ENTER_MS	300000	/* to be ready: leased may check a database */
#define STOP_MS		5000	/* to leave */
#define KILL_MS		500	/* to die after the link has closed */
#define PING_MS		10000
#define PING_LATE	2	/* unanswered pings until that is said */
#define PING_MISSED	6	/* unanswered pings until a child is killed */
#define RELOAD_IDS	16

#define EXIT_CONFIG	78

struct netd;

/* A configuration with everything it names opened. */
struct bundle {
	struct config	*conf;
	int		 listen[LISTEN_MAX];
	/* by enum conf_cert */
	int		 cert[LISTEN_MAX][CERT_CRL + 1];
	int		 key[LISTEN_MAX];
	int		 wgkey[NETWORKS_MAX];
	struct access_list access;
	char		 basic[129];	/* "" is none */
};

/* States of a child; they are those of its channel, too. */
#define PROC_DOWN	0x01	/* not running; its timer starts it */
#define PROC_HELLO	0x02	/* started */
#define PROC_CONF	0x04	/* has its first configuration to check */
#define PROC_ENTER	0x08	/* has been told to go on */
#define PROC_UP		0x10
#define PROC_LEAVING	0x20	/* was told to stop */
#define PROC_GONE	0x40	/* has stopped for good */
#define PROC_DEAD	0x80	/* its link has ended; not reaped yet */
#define PROC_RUNNING	(PROC_HELLO | PROC_CONF | PROC_ENTER | PROC_UP)

enum proc_answer {
	ANSWER_NONE,
	ANSWER_WAIT,
	ANSWER_ACK,
	ANSWER_NAK
};

struct proc {
	struct netd	*netd;
	uint8_t		 role;
	uint16_t	 index;
	char		 name[16];
	unsigned int	 state;
	pid_t		 pid;		/* 0: has been reaped */
	int		 status;	/* of waitpid, once it has */
	struct chan	*chan;
	struct event	*timer;
	unsigned int	 deaths;	/* in a row */
	struct mono	 started;
	unsigned int	 unanswered;	/* pings */

	const struct bundle *sending;	/* what it is being sent, or NULL */
	size_t		 next_name;	/* the access list's next */
	uint32_t	 generation;	/* of what it was sent last */
	enum proc_answer answer;
	char		 nak[TEXT_SIZE];
};

/* A link between two children, by index of procs. */
struct link {
	unsigned int	 end[2];
	int		 fd[2];		/* not delivered yet, else -1 */
	bool		 made;
	struct mono	 at;		/* when it was */
};

enum suite_state {
	SUITE_STARTING,
	SUITE_RUNNING,
	SUITE_STOP_KERN,	/* the kernel hand first */
	SUITE_STOP_ALL
};

struct reload {
	bool		 wanted;
	bool		 active;
	struct bundle	*next;
	struct event	*timer;
	uint32_t	 ids[RELOAD_IDS];	/* leased's, to answer */
	unsigned int	 nids;
	uint32_t	 late[RELOAD_IDS];	/* those of the next one */
	unsigned int	 nlate;
};

struct notify {
	int		 fd;		/* -1: nobody listens */
	uint64_t	 watchdog_ms;	/* 0 is off */
};

struct netd {
	struct event_base *base;
	char		 file[CONF_PATH];
	char		 libexec[CONF_PATH];
	bool		 nouser;
	int		 verbose;
	uint32_t	 uid[P_KEY + 1];	/* by role */
	uint32_t	 gid[P_KEY + 1];
	uint32_t	 ctl_gid;
	int		 lock;
	int		 ctl;
	int		 ready_fd;	/* tells who waits in the foreground */

	struct bundle	*conf;		/* in force */
	uint32_t	 generation;
	struct reload	 reload;
	enum suite_state state;
	int		 status;	/* to exit with */
	uint32_t	 teardown_id;	/* leased's request, 0 is none */

	struct proc	 procs[PROC_MAX];
	unsigned int	 nprocs;
	struct link	 links[LINKS_MAX];
	unsigned int	 nlinks;

	struct event	*signals[5];
	struct event	*ping;
	struct watch	*watch;
	struct watch	*flag;		/* the maintenance file */
	bool		 maintenance;	/* as leased was told last */
	struct uapi	*uapi;
	struct notify	 notify;
};

/* netd.c */
/* Watch the files that a configuration names from now on. */
void	 netd_watch(struct netd *, const struct config *);
/* A child came up or went down: go on with what waited for it. */
void	 netd_settled(struct netd *);

/* files.c */
/*
 * Open everything conf names; old (or NULL) has sockets that may stay.  Takes
 * conf over.  Returns NULL without memory; errors are noted in conf.
 */
struct bundle *bundle_open(struct config *, const struct bundle *old);
void	 bundle_free(struct bundle *);
/* Open a file of the bundle again, read only, from its beginning. */
int	 bundle_reopen(int fd);

/* keyfile.c */
/* Make a WireGuard private key, 0600, unless the file is there.  Returns 1 if
 * it was made, 0 if it is there, or -1 with errno. */
int	 keyfile_make(const char *);

/* confsend.c */
/* Send the child its part of b; the rest follows when the link is writable. */
void	 confsend_start(struct proc *, const struct bundle *, uint32_t);
void	 confsend_more(struct proc *);

/* spawn.c */
void	 proc_add(struct netd *, uint8_t role, uint16_t index);
void	 proc_start(struct proc *);
/* End it now; it is started again. */
void	 proc_kill(struct proc *, const char *why);
void	 proc_set_timer(struct proc *, int64_t ms);
/* waitpid said so.  False: not one of ours. */
bool	 proc_reaped(struct netd *, pid_t, int status);
struct proc *proc_find(struct netd *, uint8_t role, uint16_t index);

/* The closed callback of a child's channel. */
void	 proc_closed(struct chan *, const char *);

/* proc.c */
extern const struct chan_ops proc_chan_ops;

/* backoff.c */
/* Milliseconds to wait before a restart: deaths in a row, 1 and more. */
int64_t	 backoff_ms(unsigned int deaths);
/* How many deaths in a row this one is, after a life of lived_ms. */
unsigned int backoff_count(unsigned int deaths, int64_t lived_ms);

/* link.c */
void	 links_init(struct netd *);
/* A child has greeted: give it its links, and its neighbours theirs. */
void	 links_up(struct proc *);
/*
 * A child says that its link to this one has ended.  If both are there, and it
 * was not made just now, there is a new one.  Returns 0, or -1: these two never
 * have a link.
 */
int	 link_again(struct proc *, uint8_t role, uint16_t index);
/* A child is gone: its links are to be made anew. */
void	 links_down(struct proc *);

/* listen.c */
/* A listening TCP socket, or -1 with errno. */
int	 listen_tcp(const struct endpoint *);
/*
 * After errno EADDRINUSE or EWOULDBLOCK at start: wait 50 ms and try again?  A
 * netd that was killed and its children leave, but not at once.  No after 3 s.
 */
bool	 listen_again(unsigned int *tries);
/* The control socket; notes an error in the configuration on -1. */
int	 listen_ctl(struct config *, uint32_t gid, bool chown_it);

/* users.c */
/* Fill in uid, gid and ctl_gid; exits with what is missing. */
void	 users_find(struct netd *);

/* statedir.c */
/* Make and lock the state directory; the descriptor holds the lock.  Notes an
 * error in the configuration on -1. */
int statedir_lock(struct config *, uint32_t uid, uint32_t gid, bool nouser);

/* reload.c */
/* Read the configuration again; id of leased's request or 0. */
void	 reload_request(struct netd *, uint32_t id, const char *why);
/* Begin, if one is wanted and everybody can take part. */
void	 reload_try(struct netd *);
/* Use the new one if nobody's answer is missing. */
void	 reload_check(struct netd *);
/* A child has answered, or is gone. */
void	 reload_answered(struct proc *);
void	 reload_lost(struct proc *);

/* merge.c */
/* Keep from old what cannot change while we run, and warn about it. */
void	 config_merge(struct config *, const struct config *old);

/* watch.c */
/* changed gets arg and the name of one of the files. */
struct watch *watch_new(struct event_base *,
	    void (*changed)(void *, const char *), void *arg);
void	 watch_free(struct watch *);
/* Watch these files instead; what they are now is what changes count from. */
int	 watch_set(struct watch *, const char *const *paths, size_t n);

/* maintenance.c */
int	 maintenance_init(struct netd *);
/* Watch the file that the configuration in force names, and tell leased. */
void	 maintenance_watch(struct netd *);
/* Tell leased whether the file is there. */
int	 maintenance_send(struct proc *, const struct config *);

/* openvpn.c */
/* Connect to every management socket there is, and give them to leased. */
void	 openvpn_connect(struct proc *);

/* notify.c */
void	 notify_init(struct notify *);
void	 notify_send(struct notify *, const char *, ...)
	    __attribute__((format(printf, 2, 3)));
void	 notify_reloading(struct notify *);

/* uapi.c */
struct uapi *uapi_new(struct netd *);
void	 uapi_free(struct uapi *);
/* The kernel hand wants a connection to network i's wireguard-go. */
void	 uapi_want(struct uapi *, unsigned int i);
/* waitpid said so.  False: not one of ours. */
bool	 uapi_reaped(struct uapi *, pid_t, int status);

/* stop.c */
/* Stop the suite and leave with status; undo even if on_stop is "keep". */
void	 stop_begin(struct netd *, int status, bool undo);
/* The kernel hand is done, or a child is gone. */
void	 stop_kern_done(struct netd *);
void	 stop_gone(struct netd *);

#endif
