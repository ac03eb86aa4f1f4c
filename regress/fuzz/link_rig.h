/* SPDX-License-Identifier: ISC */
/*
 * A whole program of the suite under a fuzzer: its own main, with its links in
 * the fuzzer's hands and its sandbox left out.  The input is a script of
 * packets:
 *
 *	link, 1 byte: 0 the parent's, 1 the one that SETUP_PEER has brought
 *	type, 2 bytes; id, 4 bytes; length, 2 bytes; the payload
 *
 * With 2 or more the payload are bytes of a client of the last listener.
 * They are sent as they are, whatever they say, and the program has a turn of
 * its loop after each.  It must come to its end by itself.
 */

#ifndef LINK_RIG_H
#define LINK_RIG_H

#include <stddef.h>
#include <stdint.h>

/* The program's main, by the name that the Makefile gives it here. */
int	 product_main(void);

/*
 * Run the program with this script.  fd_for makes the descriptor for a message
 * of that type, or returns -1 for one that can be anything.
 */
void	 rig_run(const uint8_t *, size_t, int (*fd_for)(uint32_t type));

/* Give this function the bytes of packets with 3 in place of a link. */
void	 rig_other(void (*)(const uint8_t *, size_t));

/* A socket whose other end is gone. */
int	 rig_end(void);
/* A file in memory with this text, at its beginning. */
int	 rig_file(const void *, size_t);

#endif
