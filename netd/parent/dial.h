/* SPDX-License-Identifier: ISC */
/*
 * Connecting to other programs' sockets.
 */

#ifndef DIAL_H
#define DIAL_H

/*
 * Connect to the socket that has this name, not to one that it leads to: the
 * other side would take us for root.  Does not wait.  Returns a descriptor, or
 * -1 with errno, which is EAGAIN if nobody takes the connection at once.
 */
int	 dial(const char *path);

#endif
