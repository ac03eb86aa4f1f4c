/* SPDX-License-Identifier: ISC */
/*
 * The clients of OpenVPN: list, count and disconnect them.
 */

#ifndef OPENVPN_H
#define OPENVPN_H

#include "leased.h"

void	 ovpn_init(struct leased *);
/* Handlers of the fronts' questions. */
int	 ovpn_list(struct chan *, uint32_t id);
int	 ovpn_kill(struct chan *, uint32_t id, const struct msg_ovpn_kill *);

struct ovpn_count {
	uint32_t clients;
	uint16_t unasked; /* servers that could not be asked */
};

typedef void ovpn_count_cb(struct leased *, struct chan *, uint32_t id,
    const struct ovpn_count *);

/* Count the clients, and call back unless the channel is gone before. */
void ovpn_count(struct leased *, struct chan *, uint32_t id, ovpn_count_cb *);
/* The parent has connected a socket.  Takes over the descriptor. */
void	 ovpn_socket(struct leased *, const struct msg_conf_openvpn *, int fd);
/* It cannot connect this one, in which there may be a server. */
void ovpn_failed(struct leased *, const char *name);
/* It has tried all sockets that there are. */
void	 ovpn_gathered(struct leased *);
void	 ovpn_wake(struct leased *);	/* a front can take more */
void	 ovpn_forget_chan(struct leased *, struct chan *);

#endif
