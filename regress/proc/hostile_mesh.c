/* SPDX-License-Identifier: ISC */
/*
 * What a captured process says of meshes: a front of devices and operators, and
 * the agent of a device of its networks.
 */

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hostile.h"
#include "imsg.h"
#include "proto.h"

/* The state of a network, which has its name and its interface before it. */
static void
answer_mnet(int s)
{
	static uint8_t packet[IMSG_MAX_SIZE];
	struct msg_mnet_state m;
	struct imsg in;

	while (imsg_recv_wait(s, packet, &in, WAIT_MS) == 1)
		if (in.id == ID && in.type == MSG_MNET_STATE &&
		    msg_mnet_state_get(&in.data, &m) == 0) {
			printf("%s %s\n", m.state == NET_UP ? "up" : "down",
			    m.text);
			return;
		}
	printf("closed\n");
}

/* An operation on a tenant, or on a mesh of it. */
void
hostile_mesh(int s, int argc, char *argv[])
{
	struct msg_mesh_op m;
	uint8_t buf[2048];
	struct ibuf b;

	if (argc < 3)
		errx(64, "mesh OP TENANT MESH");
	memset(&m, 0, sizeof(m));
	m.op = (uint8_t)atoi(argv[0]);
	hostile_text(m.tenant, sizeof(m.tenant), argv[1]);
	hostile_text(m.network, sizeof(m.network), argv[2]);
	hostile_text(m.device, sizeof(m.device), "evil");
	hostile_text(m.who, sizeof(m.who), "cn:hostile");
	ibuf_init(&b, buf, 0, sizeof(buf));
	hostile_ask(s, MSG_MESH_OP, &b, msg_mesh_op_put(&b, &m));
}

/* A device of a tenant asks for its meshes, or for the peers of one. */
void
hostile_hello(int s, int argc, char *argv[])
{
	struct msg_mesh_hello m;
	uint8_t buf[1024];
	struct ibuf b;

	if (argc < 2)
		errx(64, "hello TENANT DEVICE");
	memset(&m, 0, sizeof(m));
	hostile_text(m.tenant, sizeof(m.tenant), argv[0]);
	hostile_text(m.device, sizeof(m.device), argv[1]);
	hostile_text(m.who, sizeof(m.who), "cn:hostile");
	ibuf_init(&b, buf, 0, sizeof(buf));
	hostile_ask(s, MSG_MESH_HELLO, &b, msg_mesh_hello_put(&b, &m));
}

void
hostile_page(int s, int argc, char *argv[])
{
	struct msg_mesh_page m;
	uint8_t buf[64];
	struct ibuf b;

	if (argc < 1)
		errx(64, "page MESH");
	memset(&m, 0, sizeof(m));
	m.mesh = strtoul(argv[0], NULL, 10);
	m.whole = m.full = 1;
	ibuf_init(&b, buf, 0, sizeof(buf));
	hostile_ask(s, MSG_MESH_PAGE, &b, msg_mesh_page_put(&b, &m));
}

void
hostile_leave(int s, int argc, char *argv[])
{
	struct msg_mesh_key m;
	uint8_t buf[1024];
	struct ibuf b;

	if (argc < 3)
		errx(64, "leave TENANT DEVICE MESH");
	memset(&m, 0, sizeof(m));
	hostile_text(m.tenant, sizeof(m.tenant), argv[0]);
	hostile_text(m.device, sizeof(m.device), argv[1]);
	hostile_text(m.mesh, sizeof(m.mesh), argv[2]);
	m.leave = 1;
	ibuf_init(&b, buf, 0, sizeof(buf));
	hostile_ask(s, MSG_MESH_KEY, &b, msg_mesh_key_put(&b, &m));
}

/* agentd wishes for a network of a mesh. */
void
hostile_mnet(int s, int argc, char *argv[])
{
	struct msg_mnet_set m;
	uint8_t buf[2048];
	struct ibuf b;

	if (argc < 4)
		errx(64, "mnet NETWORK PORT ROLE ADDRESS/LEN");
	memset(&m, 0, sizeof(m));
	hostile_text(m.network, sizeof(m.network), argv[0]);
	hostile_text(m.name, sizeof(m.name), "prod");
	m.port = (uint16_t)atoi(argv[1]);
	m.role = (uint8_t)atoi(argv[2]);
	m.naddrs = 1;
	if (prefix_parse(argv[3], &m.addrs[0]) == -1)
		errx(64, "%s: not a prefix", argv[3]);
	ibuf_init(&b, buf, 0, sizeof(buf));
	if (msg_mnet_set_put(&b, &m) == -1)
		err(2, "mnet_set");
	hostile_send(s, MSG_MNET_SET, buf, b.wpos, -1);
	answer_mnet(s);
}

/* And for a peer of it. */
void
hostile_mpeer(int s, int argc, char *argv[])
{
	struct msg_mpeer_set m;
	uint8_t buf[2048];
	struct ibuf b;

	if (argc < 3)
		errx(64, "mpeer NETWORK KEY PREFIX [ENDPOINT PORT]");
	memset(&m, 0, sizeof(m));
	hostile_text(m.network, sizeof(m.network), argv[0]);
	hostile_text(m.member, sizeof(m.member), "m7");
	hostile_key(m.pubkey, argv[1]);
	m.nprefixes = 1;
	if (prefix_parse(argv[2], &m.prefixes[0]) == -1 ||
	    (argc > 4 && prefix_parse(argv[3], &m.endpoint) == -1))
		errx(64, "%s: not a prefix", argv[2]);
	m.port = argc > 4 ? (uint16_t)atoi(argv[4]) : 0;
	ibuf_init(&b, buf, 0, sizeof(buf));
	hostile_ask(s, MSG_MPEER_SET, &b, msg_mpeer_set_put(&b, &m));
}
