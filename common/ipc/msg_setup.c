/* SPDX-License-Identifier: ISC */
/*
 * Fields of the setup and key holder messages.
 */

#include "codec.h"

int
codec_msg_setup_hello(struct codec *c, struct msg_setup_hello *m)
{
	if (codec_n32(c, &m->version) == -1 || codec_n8(c, &m->role) == -1 ||
	    codec_n16(c, &m->index) == -1 || codec_n8(c, &m->verbose) == -1 ||
	    codec_n8(c, &m->flags) == -1 || codec_n32(c, &m->uid) == -1 ||
	    codec_n32(c, &m->gid) == -1)
		return (-1);
	return (0);
}

int
codec_msg_setup_peer(struct codec *c, struct msg_setup_peer *m)
{
	if (codec_n8(c, &m->role) == -1 || codec_n16(c, &m->index) == -1)
		return (-1);
	return (0);
}

int
codec_msg_setup_link(struct codec *c, struct msg_setup_link *m)
{
	if (codec_n8(c, &m->role) == -1 || codec_n16(c, &m->index) == -1)
		return (-1);
	return (0);
}

int
codec_msg_setup_stop(struct codec *c, struct msg_setup_stop *m)
{
	if (codec_bool(c, &m->undo) == -1 || codec_bool(c, &m->beside) == -1)
		return (-1);
	return (0);
}

int
codec_msg_setup_stopped(struct codec *c, struct msg_setup_stopped *m)
{
	if (codec_bool(c, &m->failed) == -1 || codec_n32(c, &m->left) == -1)
		return (-1);
	return (0);
}

int
codec_msg_key_sign(struct codec *c, struct msg_key_sign *m)
{
	if (codec_n16(c, &m->key) == -1 || codec_n16(c, &m->scheme) == -1 ||
	    codec_len(c, &m->len, 130, KEY_TBS_MAX) == -1 ||
	    codec_check(c, m->len == 130 || m->len == KEY_TBS_MAX) == -1)
		return (-1);
	return (codec_bytes(c, m->tbs, m->len));
}

int
codec_msg_key_signed(struct codec *c, struct msg_key_signed *m)
{
	if (codec_bool(c, &m->ok) == -1 ||
	    codec_len(c, &m->len, 0, KEY_SIG_MAX) == -1)
		return (-1);
	return (codec_bytes(c, m->sig, m->len));
}
