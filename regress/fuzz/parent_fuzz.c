/* SPDX-License-Identifier: ISC */
/*
 * netd's parent, whole, among children who may be captured and callers of its
 * control socket.  An input is a list of what these do, of what happens to
 * processes and files, and of the time that passes.  Whatever that is:
 *
 *	the parent ends when it is told to, and at no other time;
 *	it signals its own children alone, starts no more than it should, and
 *	leaves none behind;
 *	it opens no file but those that the configuration names;
 *	each message that it sends is of the catalogue and for that child;
 *	a captured child costs itself alone, keeps no configuration from the
 *	others, and forces none on them;
 *	no descriptor or memory is lost, and neither grows without a bound.
 */

#include <sys/socket.h>
#include <sys/un.h>

#include <event2/event.h>
#include <sanitizer/common_interface_defs.h>

#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conf.h"
#include "fuzz_input.h"
#include "fuzz_packet.h"
#include "parent_conf.h"
#include "parent_kid.h"
#include "parent_rig.h"

#define RECORDS		64	/* most of one input */
#define TURNS		10	/* at most, at a time */
#define CALLERS		20
#define ANSWER_MS	30000	/* that sallyctl waits */
#define STOP_MS		120000	/* the longest stop */
#define MEMORY_MAX	(64UL * 1024 * 1024)
#define FDS_MAX		1500

int	 LLVMFuzzerInitialize(int *, char ***);
int	 LLVMFuzzerTestOneInput(const uint8_t *, size_t);
int	 product_main(int, char **);
int	 __wrap_event_base_dispatch(struct event_base *);
size_t	 __sanitizer_get_current_allocated_bytes(void);

struct caller {
	int		 fd;		/* -1: none */
	bool		 asked;
	bool		 wild;		/* has sent anything */
	uint32_t	 id;
	int64_t		 at;		/* when it has asked */
};

static struct caller callers[CALLERS];
static struct event_base *loop;
static bool ended;
static const uint8_t *script;
static size_t script_len;

/* --- callers of the control socket --- */

static void
hang_up(struct caller *c)
{
	if (c->fd != -1)
		close(c->fd);
	c->fd = -1;
	c->asked = c->wild = false;
}

static void
call(struct caller *c)
{
	struct sockaddr_un sun;

	hang_up(c);
	memset(&sun, 0, sizeof(sun));
	sun.sun_family = AF_UNIX;
	snprintf(sun.sun_path, sizeof(sun.sun_path), "%s/ctl" CTL_PARENT,
	    rig_dir);
	c->fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK,
	    0);
	if (c->fd == -1)
		wrong("no socket for a caller");
	if (connect(c->fd, (struct sockaddr *)&sun, sizeof(sun)) == -1)
		hang_up(c);
}

static void
ask(struct caller *c, enum msg_type type, bool force)
{
	const struct msg_ctl_reload m = { force };

	if (c->fd == -1)
		return;
	world.may_reload = true;
	if (type == MSG_CTL_TEARDOWN)
		world.may_stop = world.may_undo = true;
	c->asked = true;
	c->at = world.ms;
	packet_send(c->fd, type, ++c->id, &m);
}

static void
say_anything(struct caller *c, struct input *in)
{
	if (c->fd == -1)
		return;
	world.may_reload = true;
	if (packet_raw(in, c->fd) == MSG_CTL_TEARDOWN)
		world.may_stop = world.may_undo = true;
	/* It may or may not be a question. */
	c->wild = true;
}

static void
hear(struct caller *c)
{
	static uint8_t buf[IMSG_MAX_SIZE];
	struct imsg m;
	int n;

	while ((n = imsg_recv(c->fd, buf, &m)) == 1) {
		if (m.fd != -1 || m.type != MSG_CTL_RESULT ||
		    packet_get(&m) == NULL)
			wrong("a caller gets no answer, but something else");
		if (!c->wild && (!c->asked || m.id != c->id))
			wrong("an answer to no question");
		c->asked = false;
	}
	if (n == -1 && errno == EAGAIN) {
		if (c->asked && !c->wild && world.ms - c->at > ANSWER_MS)
			wrong("a caller waits without an end");
		return;
	}
	hang_up(c);
}

/* --- the loop --- */

/* One turn of the parent's, and then one of everybody else's. */
static void
turn(void)
{
	unsigned int i;

	if (ended || event_base_loop(loop, EVLOOP_NONBLOCK) == -1)
		return;
	ended = event_base_got_break(loop);
	if (ended && !world.may_stop)
		wrong("the parent ends, and nobody has asked for it");
	kids_turn();
	rig_turn();
	for (i = 0; i < CALLERS; i++)
		if (callers[i].fd != -1)
			hear(&callers[i]);
	if (__sanitizer_get_current_allocated_bytes() > MEMORY_MAX)
		wrong("too much memory");
	if (rig_free_fd() > FDS_MAX)
		wrong("too many descriptors");
}

/* Until nobody has anything to say. */
static void
turns(void)
{
	unsigned int i, idle = 0, moves;

	for (i = 0; i < TURNS && idle < 2 && !ended; i++) {
		moves = world.moves;
		turn();
		idle = world.moves == moves ? idle + 1 : 0;
	}
}

/* Time passes; who was just busy has not answered for too long. */
static void
pass(int64_t ms)
{
	unsigned int i;

	for (i = 0; i < KIDS_MAX && ms > 100; i++)
		if (world.kids[i].busy > 0)
			kid_capture(&world.kids[i]);
	/* What is on its way has arrived by then. */
	turns();
	world.ms += ms;
	turns();
}

/* --- what happens --- */

static void
happen_to_kid(struct input *in, uint8_t what)
{
	struct kid *k;
	uint8_t how;

	if ((k = rig_pick(input_byte(in))) == NULL)
		return;
	how = input_byte(in);
	switch (what) {
	case 0:		/* it ends, or is killed by somebody */
		kid_capture(k);
		if (how & 0x80) {
			close(k->end);
			k->end = -1;
			turn();
		}
		if (k->alive)
			rig_die(k, how & 0x40 ? SIGSEGV : (how & 0x3f) << 8);
		break;
	case 1:
		kid_capture(k);
		k->mute = !k->mute;
		break;
	case 2:
		k->busy = how;
		break;
	case 3:
		kid_spoil(k, how);
		break;
	default:
		kids_refuse(k->role, how % (CONF_RULE_CA + 1), how >> 7);
	}
}

static void
happen_to_world(struct input *in)
{
	uint8_t what = input_byte(in), how = input_byte(in);

	switch (what % 8) {
	case 0:
		world.fork_fails = how & 1;
		world.pair_fails = (how >> 1) & 1;
		break;
	case 1:
		world.wg_start = how % 5;
		world.wg_answers = (how >> 4) & 1;
		world.wg_listens = (how >> 5) & 1;
		break;
	case 2:
		world.may_reload = true;
		conf_files(how);
		break;
	case 3:
	case 4:
		world.may_reload = true;
		conf_write(how);
		break;
	case 5:
		world.may_stop = true;
		(void)raise(SIGTERM);
		break;
	default:
		world.may_reload = true;
		(void)raise(SIGHUP);
	}
}

static void
happen_to_caller(struct input *in)
{
	uint8_t which = input_byte(in);
	struct caller *c = &callers[which % CALLERS];

	if (c->fd == -1)
		call(c);
	switch (input_byte(in) % 8) {
	case 0:
		hang_up(c);
		break;
	case 1:
		ask(c, MSG_CTL_TEARDOWN, false);
		break;
	case 2:
		say_anything(c, in);
		break;
	case 3:
		break;
	default:
		if (!c->asked)
			ask(c, MSG_CTL_RELOAD, which & 0x80);
	}
}

static void
happen(struct input *in)
{
	static const int64_t times[] = { 1, 60, 200, 600, 1100, 3100, 5100,
		10100, 20100, 26000, 61000 };
	uint8_t what = input_byte(in);
	struct kid *k;

	switch (what % 16) {
	case 0:
	case 1:
	case 2:
	case 3:
	case 4:
		happen_to_kid(in, what % 16);
		break;
	case 5:
	case 6:
		happen_to_world(in);
		break;
	case 7:
	case 8:
		happen_to_caller(in);
		break;
	case 9:
		if ((k = rig_pick(input_byte(in))) != NULL)
			kid_flood(k, in, turn);
		break;
	case 10:
	case 11:
		pass(times[input_byte(in) % 11]);
		break;
	default:
		if ((k = rig_pick(input_byte(in))) != NULL)
			kid_send(k, in);
	}
}

int
__wrap_event_base_dispatch(struct event_base *base)
{
	struct input in = { script, script_len };
	unsigned int i, started;

	loop = base;
	started = input_byte(&in) % 3 != 0 ? 1 : 0;
	if (started)
		turns();
	if (started && !world.was_ready)
		wrong("honest children do not start");
	for (i = 0; i < RECORDS && in.left > 0 && !ended; i++) {
		happen(&in);
		/* Some of it comes in one turn. */
		if (input_byte(&in) % 4 != 0)
			turns();
	}
	world.fork_fails = world.pair_fails = false;
	world.may_stop = true;
	(void)raise(SIGTERM);
	for (i = 0; i < STOP_MS / 250 && !ended; i++)
		pass(250);
	if (!ended)
		wrong("the parent does not end");
	return (0);
}

/* --- one input --- */

static char *args[] = { "netd", "-d", "-U", "-L", rig_dir, "-f", NULL, NULL };

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	static char file[64];
	unsigned int i;

	rig_init();
	(void)atexit(conf_remove);
	snprintf(file, sizeof(file), "%s/conf", rig_dir);
	args[6] = file;
	for (i = 0; i < CALLERS; i++)
		callers[i].fd = -1;
	return (0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	unsigned int i, before = rig_count_fds();

	script = data;
	script_len = size;
	ended = false;
	rig_begin();
	kids_begin();
	conf_make();
	optind = 1;
	(void)product_main(7, args);
	for (i = 0; i < CALLERS; i++)
		hang_up(&callers[i]);
	rig_finish();
	if (rig_count_fds() != before)
		wrong("a descriptor is lost");
	return (0);
}
