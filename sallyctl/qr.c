/* SPDX-License-Identifier: ISC */
/*
 * QR codes for terminals.  A line of half blocks shows two rows of modules.
 * The light modules are drawn, as most terminals are dark; cameras read both.
 */

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef HAVE_QRENCODE
#include <qrencode.h>
#endif

#include "qr.h"

#ifdef HAVE_QRENCODE
#define MARGIN	4		/* ISO/IEC 18004: light modules around it */

static bool
is_light(const QRcode *qr, int x, int y)
{
	if (x < 0 || y < 0 || x >= qr->width || y >= qr->width)
		return (y < qr->width + MARGIN);
	return ((qr->data[y * qr->width + x] & 1) == 0);
}

static void
draw(FILE *f, const QRcode *qr)
{
	static const char *const blocks[] = { " ", "\xe2\x96\x84",
		"\xe2\x96\x80", "\xe2\x96\x88" };
	int x, y;

	for (y = -MARGIN; y < qr->width + MARGIN; y += 2) {
		for (x = -MARGIN; x < qr->width + MARGIN; x++)
			fputs(blocks[is_light(qr, x, y) * 2 +
				  is_light(qr, x, y + 1)],
			    f);
		fputc('\n', f);
	}
}

char *
qr_format(const char *text)
{
	char *out = NULL;
	QRcode *qr;
	size_t len;
	FILE *f;

	qr = QRcode_encodeString8bit(text, 0, QR_ECLEVEL_L);
	if (qr == NULL)
		return (NULL);
	if ((f = open_memstream(&out, &len)) != NULL) {
		draw(f, qr);
		if (fclose(f) == EOF) {
			free(out);
			out = NULL;
		}
	}
	QRcode_free(qr);
	return (out);
}
#else
char *
qr_format(const char *text)
{
	errno = ENOSYS;
	return (NULL);
}
#endif
