/* SPDX-License-Identifier: ISC */
/*
 * The children of netd's parent under a fuzzer, and what the parent owes them.
 */

#include <sys/socket.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "fuzz_input.h"
#include "fuzz_packet.h"
#include "parent_kid.h"
#include "parent_rig.h"

#define OTHERS		3	/* children that are no fronts */
#define FLOOD_MAX	20000	/* packets of all floods of an input */
#define AT_ONCE		200	/* packets that a socket's buffer holds */

/* The reload that the fronts were told of last. */
static struct {
	uint32_t	 gen;		/* 0: none yet */
	unsigned int	 fronts;	/* that took part */
	unsigned int	 captured;	/* among them, or dead */
	unsigned int	 refused;	/* honestly */
	bool		 other_refused;	/* not a front, honestly */
	bool		 other_captured;
} reload;

static unsigned int flood;	/* packets that are left */

/* What the honest children of a role refuse. */
static struct {
	bool		 armed;
	uint32_t	 gen;
	uint8_t		 word;
	uint16_t	 index;
} bad[P_KEY + 1];

void
kids_begin(void)
{
	memset(&reload, 0, sizeof(reload));
	memset(bad, 0, sizeof(bad));
	flood = FLOOD_MAX;
}

void
kid_capture(struct kid *k)
{
	if (!k->honest)
		return;
	k->honest = false;
	if (!world.was_ready)
		world.may_stop = true;	/* a start may fail */
	if (k->role == P_APID) {
		reload.captured += k->part == reload.gen;
		reload.refused -= k->refused && k->gen == reload.gen;
	} else if (k->role != P_APID)
		reload.other_captured = true;
}

void
kid_harmed(const struct kid *k)
{
	/* A front that waits for the key holder waits in vain. */
	if (!k->honest || world.may_stop || k->refused ||
	    (k->role == P_APID && !k->complete))
		return;
	wrong("an honest child suffers for another");
}

void
kid_check_ready(void)
{
	unsigned int i;

	for (i = 0; i < KIDS_MAX; i++)
		if (world.kids[i].alive && !world.kids[i].wggo &&
		    world.kids[i].honest && !world.kids[i].up)
			wrong("it is ready, and a child is not");
}

void
kids_refuse(uint8_t role, uint8_t word, uint16_t index)
{
	if (world.was_ready) {
		bad[role].armed = true;
		bad[role].word = word;
		bad[role].index = index;
	}
}

/* --- reloads --- */

static void
count_fronts(uint32_t gen)
{
	unsigned int i, others = 0;
	struct kid *k;

	memset(&reload, 0, sizeof(reload));
	reload.gen = gen;
	for (i = 0; i < KIDS_MAX; i++) {
		k = &world.kids[i];
		if (!k->alive || !k->up || k->wggo)
			continue;
		if (k->role != P_APID)
			others += k->honest;
		else {
			k->part = gen;
			reload.fronts++;
			reload.captured += !k->honest;
		}
	}
	reload.other_captured = others < OTHERS;
}

static void
begun(struct kid *k, const struct msg_conf_begin *m)
{
	k->gen = m->generation;
	k->complete = k->refused = false;
	if (!k->up)
		return;
	if (!world.may_reload)
		wrong("a reload that nobody has asked for");
	/* One that was busy may read of an old one. */
	if (reload.gen < m->generation)
		count_fronts(m->generation);
	if (bad[k->role].armed) {
		bad[k->role].armed = false;
		bad[k->role].gen = m->generation;
	}
}

static void
ended(struct kid *k)
{
	struct msg_conf_ack ack;
	struct msg_conf_nak nak;

	k->complete = true;
	if (k->up && bad[k->role].gen == k->gen) {
		memset(&nak, 0, sizeof(nak));
		nak.generation = k->gen;
		nak.word = bad[k->role].word;
		nak.index = bad[k->role].index;
		if (k->honest && k->role == P_APID)
			reload.refused++;
		else if (k->honest)
			reload.other_refused = true;
		k->refused = true;
		packet_send(k->end, MSG_CONF_NAK, 0, &nak);
		return;
	}
	memset(&ack, 0, sizeof(ack));
	ack.generation = k->gen;
	k->accepted = k->gen;
	packet_send(k->end, MSG_CONF_ACK, 0, &ack);
}

static void
committed(struct kid *k, const struct msg_conf_commit *m)
{
	if (k->honest && k->accepted != m->generation)
		wrong("an honest child is to use what it has not accepted");
	if (!k->up) {
		k->up = true;
		packet_send(k->end, MSG_SETUP_READY, 0, NULL);
	} else if (m->generation == reload.gen) {
		if (reload.other_refused)
			wrong("a configuration that a child has refused");
		if (2 * reload.refused > reload.fronts)
			wrong("a configuration that most fronts have refused");
	}
}

static void
aborted(const struct kid *k, const struct msg_conf_abort *m)
{
	if (k->honest && m->generation == reload.gen && !world.may_stop &&
	    reload.refused == 0 && !reload.other_refused &&
	    !reload.other_captured && 2 * reload.captured < reload.fronts)
		wrong("a captured front keeps the others from a configuration");
}

/* --- what comes from the parent --- */

static void
greeted(struct kid *k, const struct msg_setup_hello *m)
{
	if (k->role != 0)
		wrong("a second greeting");
	if (m->role != P_HAND && m->role != P_LEASED && m->role != P_KEY &&
	    m->role != P_APID)
		wrong("a role that no child has");
	k->role = m->role;
	k->index = m->index;
}

static void
stop(struct kid *k, const struct msg_setup_stop *m)
{
	if (!world.may_stop)
		wrong("a stop that nobody has asked for");
	if (m->undo && !world.may_undo)
		wrong("a teardown that nobody has asked for");
	if (k->mute)
		return;
	packet_send(k->end, MSG_SETUP_STOPPED, 0, NULL);
	rig_die(k, 0);
}

/* A descriptor that the child keeps or closes, as this one does. */
static void
take_fd(struct kid *k, uint32_t type, int fd)
{
	if (fd == -1)
		return;
	if (type != MSG_CONF_LISTEN) {
		close(fd);
		return;
	}
	if (k->listener != -1)
		close(k->listener);
	k->listener = fd;
}

static void
obey(struct kid *k, const struct imsg *got)
{
	const struct msg_desc *d = msg_lookup(got->type);
	const void *m;

	world.moves++;
	if ((m = packet_get(got)) == NULL || d == NULL ||
	    (d->from & P_PARENT) == 0 || (got->fd != -1) != (d->fd != 0))
		wrong("a message that is not of the catalogue");
	take_fd(k, got->type, got->fd);
	if (got->type == MSG_SETUP_HELLO)
		greeted(k, m);
	if ((d->to & k->role) == 0)
		wrong("a message that is not for this child");
	if (got->type == MSG_SETUP_STOP)
		stop(k, m);
	if (got->type == MSG_CONF_BEGIN)
		begun(k, m);
	if (got->type == MSG_CONF_ABORT)
		aborted(k, m);
	if (k->mute)
		return;
	if (got->type == MSG_SETUP_HELLO)
		packet_send(k->end, MSG_SETUP_HELLO, 0, m);
	if (got->type == MSG_SETUP_PING)
		packet_send(k->end, MSG_SETUP_PONG, got->id, NULL);
	if (got->type == MSG_CONF_END)
		ended(k);
	if (got->type == MSG_CONF_COMMIT)
		committed(k, m);
}

static void
read_link(struct kid *k)
{
	static uint8_t buf[IMSG_MAX_SIZE];
	struct imsg m;
	int n = -1;

	while (k->alive && (n = imsg_recv(k->end, buf, &m)) == 1)
		obey(k, &m);
	if (!k->alive || (n == -1 && errno == EAGAIN))
		return;
	if (n == -1 && errno == EBADMSG)
		wrong("a malformed packet");
	kid_harmed(k);
	if (!k->mute)
		rig_die(k, 0);
	close(k->end);
	k->end = -1;
}

void
kids_turn(void)
{
	struct kid *k;
	unsigned int i;

	for (i = 0; i < KIDS_MAX; i++) {
		k = &world.kids[i];
		if (!k->alive || k->end == -1)
			continue;
		if (k->busy > 0)
			k->busy--;
		else
			read_link(k);
	}
}

/* --- what a captured one does --- */

static void
send_answer(struct kid *k, struct input *in, bool good)
{
	struct msg_conf_ack ack;
	struct msg_conf_nak nak;
	uint32_t gen = k->gen + input_byte(in) % 4 / 3;

	memset(&ack, 0, sizeof(ack));
	memset(&nak, 0, sizeof(nak));
	ack.generation = nak.generation = gen;
	if (good) {
		input_name(in, ack.text);
		packet_send(k->end, MSG_CONF_ACK, 0, &ack);
		return;
	}
	nak.word = input_byte(in) % (CONF_RULE_CA + 1);
	nak.index = input_byte(in) % 4 * 0x5555;
	input_name(in, nak.text);
	packet_send(k->end, MSG_CONF_NAK, 0, &nak);
}

static void
send_server(const struct kid *k, const char *network, uint16_t port)
{
	struct msg_hand_server m;

	memset(&m, 0, sizeof(m));
	memset(m.pubkey, port & 0xff, sizeof(m.pubkey));
	strlcpy(m.network, network, sizeof(m.network));
	m.port = port;
	packet_send(k->end, MSG_HAND_SERVER, 0, &m);
}

static void
send_link(const struct kid *k, uint8_t role, uint16_t index)
{
	const struct msg_setup_link m = { role, index };

	packet_send(k->end, MSG_SETUP_LINK, 0, &m);
}

static void
send_want(const struct kid *k, const char *network)
{
	struct msg_uapi_want m;

	memset(&m, 0, sizeof(m));
	strlcpy(m.network, network, sizeof(m.network));
	packet_send(k->end, MSG_UAPI_WANT, 0, &m);
}

/* The hand of a device asks so; this is the suite of a gateway. */
static void
send_key(const struct kid *k, uint8_t how)
{
	static const char id[] = "6f1c000089ab4cde8f0123456789abcd";
	struct msg_wgkey_want want;
	struct msg_wgkey_drop drop;

	memset(&want, 0, sizeof(want));
	memset(&drop, 0, sizeof(drop));
	strlcpy(want.network, id, sizeof(want.network));
	strlcpy(drop.network, id, sizeof(drop.network));
	if (how & 1)
		packet_send(k->end, MSG_WGKEY_DROP, 0, &drop);
	else
		packet_send(k->end, MSG_WGKEY_WANT, 0, &want);
}

static void
send_hello(const struct kid *k, struct input *in)
{
	struct msg_setup_hello m;
	uint8_t how = input_byte(in);

	memset(&m, 0, sizeof(m));
	m.version = msg_version() + (how & 1);
	m.role = how & 2 ? P_HAND : k->role;
	m.index = how & 4 ? 1 : k->index;
	packet_send(k->end, MSG_SETUP_HELLO, 0, &m);
}

static void
send_stopped(const struct kid *k, uint8_t how)
{
	const struct msg_setup_stopped m = { how & 1, how >> 1 };

	packet_send(k->end, MSG_SETUP_STOPPED, 0, &m);
}

void
kid_send(struct kid *k, struct input *in)
{
	uint8_t what = input_byte(in), n;
	char network[NETNAME_SIZE];

	kid_capture(k);
	switch (what >= 0xf0 ? 13 : what % 13) {
	case 0:
		(void)packet_raw(in, k->end);
		break;
	case 1:
		send_hello(k, in);
		break;
	case 2:
	case 3:
		send_answer(k, in, true);
		break;
	case 4:
	case 5:
		send_answer(k, in, false);
		break;
	case 6:
		input_network(in, network);
		send_server(k, network, input_byte(in));
		break;
	case 7:
		n = input_byte(in);
		send_link(k, (uint8_t)(1U << n % 8), n / 8 % 4);
		break;
	case 8:
		input_network(in, network);
		send_want(k, network);
		break;
	case 9:
		packet_send(k->end, MSG_OPENVPN_WANT, input_byte(in), NULL);
		break;
	case 10:
		packet_send(k->end, MSG_SETUP_READY, 0, NULL);
		break;
	case 11:
		packet_send(k->end, MSG_SETUP_PONG, 0, NULL);
		break;
	case 13:
		send_key(k, what);
		break;
	default:
		send_stopped(k, input_byte(in));
	}
}

void
kid_flood(struct kid *k, struct input *in, void (*turn)(void))
{
	uint8_t what = input_byte(in), much = input_byte(in);
	unsigned int i, n = (unsigned int)much * much / 4;
	char network[NETNAME_SIZE];

	input_network(in, network);
	kid_capture(k);
	if (n > flood)
		n = flood;
	flood -= n;
	for (i = 0; i < n && k->alive && k->end != -1; i++) {
		switch (what % 4) {
		case 0:
			send_server(k, network, (uint16_t)i);
			break;
		case 1:
			send_want(k, network);
			break;
		case 2:
			packet_send(k->end, MSG_OPENVPN_WANT, i, NULL);
			break;
		default:
			send_link(k, P_LEASED, 0);
		}
		if (i % AT_ONCE == AT_ONCE - 1)
			turn();
	}
}

void
kid_spoil(struct kid *k, uint8_t how)
{
	struct linger now = { 1, 0 };
	unsigned int i;

	if (k->listener == -1)
		return;
	/* All fronts have this socket, and are replaced. */
	for (i = 0; i < KIDS_MAX; i++)
		if (world.kids[i].role == P_APID)
			kid_capture(&world.kids[i]);
	world.may_reload = true;
	if (how & 1)
		(void)shutdown(k->listener, SHUT_RDWR);
	else if (how & 2)
		(void)fcntl(k->listener, F_SETFL, O_RDWR);
	else
		(void)setsockopt(k->listener, SOL_SOCKET, SO_LINGER, &now,
		    sizeof(now));
}
