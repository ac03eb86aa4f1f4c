/* SPDX-License-Identifier: ISC */
/*
 * Connecting to the sockets of other programs.
 */

#ifndef DIAL_H
#define DIAL_H

/*
 * Connect to the socket with this name, but not through a symbolic link: the
 * other side would take us for root.  Does not wait.  Returns a descriptor, or
 * -1 with errno, which is EAGAIN if nobody accepts the connection at once.
 */
int	 dial(const char *path);

#endif
