/* SPDX-License-Identifier: ISC */
/*
 * Bodies of requests: what the JSON reader takes is a usable key and a name
 * that fits, and written again it is taken again as the same.  The same bytes
 * as autowg's body, and as a name in answers, which jansson must be able to
 * read.
 */

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>
#include <sodium.h>

#include "autowg.h"
#include "jsonw.h"
#include "leasejson.h"

int	 LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
require(int yes)
{
	if (!yes)
		abort();
}

static void
again(const struct lease_wish *w)
{
	struct lease_wish w2;
	const char *code, *detail;
	char buf[512], key[WGKEY_TEXT];
	struct jsonw j;

	jsonw_init(&j, buf, sizeof(buf));
	jsonw_add(&j, "{\"public_key\":\"%s\"", wgkey_format(w->pubkey, key));
	if (w->has_psk)
		jsonw_add(&j, ",\"preshared_key\":\"%s\"",
		    wgkey_format(w->psk, key));
	if (w->network[0] != '\0') {
		jsonw_add(&j, ",\"network\":");
		jsonw_string(&j, w->network);
	}
	jsonw_add(&j, "}");
	require(!j.full);
	require(leasejson_parse(buf, j.len, &w2, &code, &detail) == 0);
	require(memcmp(w, &w2, sizeof(w2)) == 0);
}

static void
written(const char *text)
{
	char buf[4096];
	struct jsonw j;
	json_t *v;

	jsonw_init(&j, buf, sizeof(buf));
	jsonw_string(&j, text);
	if (j.full)
		return;
	v = json_loadb(buf, j.len, JSON_DECODE_ANY, NULL);
	require(json_is_string(v));
	json_decref(v);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *body = (const char *)data, *code = NULL, *detail = NULL;
	struct autowg_keys k;
	struct lease_wish w;
	char text[512];

	if (leasejson_parse(body, size, &w, &code, &detail) == 0) {
		require(wgkey_usable(w.pubkey));
		require(strlen(w.network) < NETNAME_SIZE);
		again(&w);
	} else
		require(code != NULL && detail != NULL);
	if (autowg_parse(body, size, &k) == 0)
		require(k.has_psk == !sodium_is_zero(k.psk, sizeof(k.psk)));
	if (size >= sizeof(text))
		size = sizeof(text) - 1;
	memcpy(text, body, size);
	text[size] = '\0';
	written(text);
	return (0);
}
