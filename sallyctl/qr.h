/* SPDX-License-Identifier: ISC */
/*
 * QR codes for terminals.
 */

#ifndef QR_H
#define QR_H

/*
 * Text as a code of half blocks, light on dark.  NULL with errno: ENOSYS if
 * this program was built without libqrencode.  The caller frees it.
 */
char	*qr_format(const char *);

#endif
