/* SPDX-License-Identifier: ISC */
/*
 * Look at the fake kernel of a running netd-hand-fake, and change things behind
 * its back.
 * usage: fakectl FILE log | peers | calls | steal N | drop-routes |
 *	  drop-addrs | drop-link NAME | fail N | no-wireguard 0|1 |
 *	  handshake KEY TIME RX TX
 */

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fake_kern.h"

static void
show_peers(const struct fake_state *s)
{
	char	 key[WGKEY_TEXT], text[PREFIX_TEXT];
	size_t	 i, j;

	for (i = 0; i < FAKE_PEERS; i++) {
		if (s->peers[i].slot != SLOT_USED)
			continue;
		printf("%s", wgkey_format(s->peers[i].key, key));
		for (j = 0; j < s->peers[i].naddrs; j++)
			printf(" %s",
			    prefix_format(&s->peers[i].addrs[j], text));
		printf("\n");
	}
}

/* Remove the first n peers. */
static void
steal(struct fake_state *s, unsigned long n)
{
	struct peer_op	 op = { .remove = true };
	size_t		 i;

	for (i = 0; i < FAKE_PEERS && n > 0; i++) {
		if (s->peers[i].slot != SLOT_USED)
			continue;
		op.key = s->peers[i].key;
		(void)fake_peer_set(s, s->peers[i].ifindex, &op);
		n--;
	}
}

static void
drop_link(struct fake_state *s, const char *name)
{
	size_t	 i, j;

	for (i = 0; i < FAKE_LINKS; i++) {
		if (!s->links[i].used || strcmp(s->links[i].name, name) != 0)
			continue;
		for (j = 0; j < FAKE_PEERS; j++) {
			if (s->peers[j].ifindex == s->links[i].ifindex &&
			    s->peers[j].slot == SLOT_USED)
				s->peers[j].slot = SLOT_GONE;
		}
		for (j = 0; j < FAKE_OWNERS; j++) {
			if (s->owners[j].ifindex == s->links[i].ifindex &&
			    s->owners[j].slot == SLOT_USED)
				s->owners[j].slot = SLOT_GONE;
		}
		s->links[i].used = false;
		s->nroutes = 0;
	}
}

static void
handshake(struct fake_state *s, char *argv[])
{
	char	 key[WGKEY_TEXT];
	size_t	 i;

	for (i = 0; i < FAKE_PEERS; i++) {
		if (s->peers[i].slot != SLOT_USED ||
		    strcmp(wgkey_format(s->peers[i].key, key), argv[0]) != 0)
			continue;
		s->peers[i].handshake = strtoll(argv[1], NULL, 10);
		s->peers[i].rx = strtoull(argv[2], NULL, 10);
		s->peers[i].tx = strtoull(argv[3], NULL, 10);
	}
}

int
main(int argc, char *argv[])
{
	struct fake_state	*s;
	const char		*cmd;
	size_t			 i;

	if (argc < 3)
		errx(64, "usage: fakectl file command [argument ...]");
	s = fake_map(argv[1]);
	cmd = argv[2];
	if (strcmp(cmd, "log") == 0) {
		fwrite(s->log, 1, s->log_len, stdout);
		return (0);
	}
	if (strcmp(cmd, "peers") == 0) {
		show_peers(s);
		return (0);
	}
	if (strcmp(cmd, "calls") == 0) {
		printf("peers %u dump %u\n", s->calls_peers, s->calls_dump);
		return (0);
	}
	if (strcmp(cmd, "drop-routes") == 0)
		s->nroutes = 0;
	else if (strcmp(cmd, "drop-addrs") == 0) {
		for (i = 0; i < FAKE_LINKS; i++)
			s->links[i].naddrs = 0;
	} else if (strcmp(cmd, "steal") == 0 && argc == 4)
		steal(s, strtoul(argv[3], NULL, 10));
	else if (strcmp(cmd, "drop-link") == 0 && argc == 4)
		drop_link(s, argv[3]);
	else if (strcmp(cmd, "fail") == 0 && argc == 4)
		s->fail_peers = (uint32_t)strtoul(argv[3], NULL, 10);
	else if (strcmp(cmd, "no-wireguard") == 0 && argc == 4)
		s->no_wireguard = (uint32_t)strtoul(argv[3], NULL, 10);
	else if (strcmp(cmd, "handshake") == 0 && argc == 7)
		handshake(s, argv + 3);
	else
		errx(64, "unknown command: %s", cmd);
	s->poked++;
	return (0);
}
