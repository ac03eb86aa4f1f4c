/* SPDX-License-Identifier: ISC */
/*
 * The key holder, `apid -S`: it has the private keys of the listeners and signs
 * with them what is provably a TLS 1.3 server's CertificateVerify.
 */

#ifndef KEYD_H
#define KEYD_H

/* The whole process: handshake with the parent, keys, sandbox, loop.  Returns
 * its exit status. */
int	 keyd_main(void);

#endif
