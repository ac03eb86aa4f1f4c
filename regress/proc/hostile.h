/* SPDX-License-Identifier: ISC */
/*
 * What the orders of hostile share: each is called with the link and with its
 * words, and ends the program if they make no sense.
 */

#ifndef HOSTILE_H
#define HOSTILE_H

#include <stddef.h>
#include <stdint.h>

struct ibuf;

#define ID	0x7fff0001U /* a request that the stopped one never made */
#define WAIT_MS 10000

/* Send, waiting for room; what arrives meanwhile is thrown away. */
void	 hostile_send(int, uint32_t type, const void *, size_t, int fd);
/* Print the answer to our request, or the end of the link. */
void	 hostile_answer(int);
/* Both, with a message and what its put() has returned. */
void	 hostile_ask(int, uint32_t type, const struct ibuf *, int put);
void	 hostile_text(char *dst, size_t, const char *src);
void	 hostile_key(uint8_t *dst, const char *src);

void	 hostile_mesh(int, int argc, char *argv[]);
void	 hostile_hello(int, int argc, char *argv[]);
void	 hostile_page(int, int argc, char *argv[]);
void	 hostile_leave(int, int argc, char *argv[]);
void	 hostile_mnet(int, int argc, char *argv[]);
void	 hostile_mpeer(int, int argc, char *argv[]);

#endif
